"""One JSON text as dumps really have it: any depth, NaN, control characters, odd bytes."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import orjson

from moderation.readers.encodings import decode

_HUGE = re.compile(rb"[:\s,\[](?:\d{20,}|-\d{19,})[\s,\]}]")


def loads(raw: bytes, huge: bool = True) -> Any:
    """The value of a JSON text, nested however deeply. Raises ValueError with the reason.

    huge: whether it may have integers beyond 64 bits. Beyond the standard: NaN and Infinity,
    control characters in strings, single bytes that are not UTF-8 (taken as Windows-1252), lone
    surrogates.
    """
    try:
        return strict(raw, huge)
    except ValueError:
        pass
    text, _ = decode(raw)
    text = text.replace("\0", "").lstrip("\ufeff")
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        return _deep(text.encode("utf-8", "replace"))


def strict(raw: bytes, huge: bool = True) -> Any:
    """The value of a JSON text that keeps to the standard, and has no integer beyond 64 bits.

    Raises ValueError for any other.
    """
    if huge and _HUGE.search(raw):  # orjson makes a float of it
        raise ValueError("an integer beyond 64 bits")
    return orjson.loads(raw)


def _deep(raw: bytes) -> Any:
    """The value, built from events instead of by recursion (ijson's parser keeps its own stack)."""
    import ijson

    builder = ijson.common.ObjectBuilder()
    try:
        for event, value in ijson.basic_parse(io.BytesIO(raw), use_float=True):
            builder.event(event, value)
    except ijson.JSONError as error:
        raise ValueError(str(error)) from error
    return builder.value
