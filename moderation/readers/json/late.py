"""What a JSON file says only behind its first part: keys, and lists of objects, not met before.

A file's shape is told by its beginning. So its bytes are passed over once for names of keys that
the beginning has not, or has with nothing but plain or empty values; only where there are any, the
file is parsed to see which objects they stand in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from moderation.readers.json.lenient import loads
from moderation.readers.json.parts import parts
from moderation.readers.json.text import FIRST_BYTES, first_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.readers.source import Source

BLOCK = 1 << 22
OVERLAP = 1 << 10  # bytes between a key's quote and its value, at most
MOST = 500  # objects that bring something new; a file with more has names for keys that are values
_QUOTE, _BACKSLASH, _COLON = 34, 92, 58
_BLANK = np.isin(np.arange(256), list(b" \t\r\n"))
_NAME = re.compile(rb'"([\w .$@:/-]{1,64})"\Z')
_WORD = 8  # bytes of a key that are compared at once


class Late(NamedTuple):
    """An object that brings a key or a filled list; top: whether it is a row of the file."""

    record: dict[str, Any]
    top: bool


def late(source: Source) -> list[Late]:
    """The objects behind the first values with a key, or something in it, that none before had."""
    if "late" not in source.memo:
        source.memo["late"] = list(_late(source)) if _may_be_longer(source) else []
    found: list[Late] = source.memo["late"]
    return found


def _may_be_longer(source: Source) -> bool:
    """Whether the file goes on behind what `first_values` has seen."""
    return bool(source.compression) or source.size > FIRST_BYTES or len(first_values(source)) >= 100


def _late(source: Source) -> Iterator[Late]:
    known = set(_traits(first_values(source)))
    if not _surprises(source, known):
        return
    count = 0
    with source.utf8() as stream:
        for value in parts(stream):
            try:
                root = loads(value.raw)
            except ValueError:
                continue
            for record, top in _objects(root):
                new = set(_own_traits(record)) - known
                if new:
                    known |= new
                    count += 1
                    yield Late(record, top)
            if count >= MOST:
                return


def _objects(root: Any) -> Iterator[tuple[dict[str, Any], bool]]:
    """All objects of a value, and whether they are it or stand in it directly, as rows do."""
    stack = [(root, True)]
    while stack:
        node, top = stack.pop()
        if isinstance(node, dict):
            yield node, top
            stack += [(one, False) for one in node.values() if isinstance(one, dict | list)]
        elif isinstance(node, list):
            stack += [(one, top) for one in reversed(node) if isinstance(one, dict | list)]


def _traits(roots: Iterable[Any]) -> Iterator[tuple[str, bool]]:
    for root in roots:
        for record, _ in _objects(root):
            yield from _own_traits(record)


def _own_traits(record: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Each key, and each key under which objects stand."""
    for key, value in record.items():
        yield key, False
        inner = [value] if isinstance(value, dict) and value else value
        if isinstance(inner, list) and any(isinstance(one, dict | list) for one in inner):
            yield key, True


def _surprises(source: Source, known: set[tuple[str, bool]]) -> bool:
    """Whether the bytes hold a key, or a key with objects under it, that is not among these."""
    plain = _patterns(key for key, filled in known if not filled)
    filled = _patterns(key for key, filled in known if filled)
    kept = b""
    with source.utf8() as stream:
        while block := stream.read(BLOCK):
            raw = np.frombuffer(kept + block + b" " * _WORD, np.uint8)
            keys, objects = _keys_in(raw)
            for patterns, ends in ((plain, keys), (filled, objects)):
                for end in _unknown(raw, ends, patterns):
                    if _NAME.search(raw[max(0, end - 70) : end + 1].tobytes()):
                        return True
            kept = (kept + block)[-OVERLAP:]
    return False


def _keys_in(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of the quotes that end a key, and of those whose value begins an object or a list.

    Of a list only where an object or a list stands in it first.
    """
    ends = np.flatnonzero(raw[: -2 * _WORD] == _QUOTE)
    ends = ends[(ends >= 2 * _WORD) & (raw[ends - 1] != _BACKSLASH)]
    after = _past_blanks(raw, ends + 1)
    is_key = raw[after] == _COLON
    ends, after = ends[is_key], _past_blanks(raw, after[is_key] + 1)
    begun = raw[after]
    opens = (begun == ord("{")) | (begun == ord("["))
    filled, inside = ends[opens], _past_blanks(raw, after[opens] + 1)
    first = raw[inside]
    is_list = begun[opens] == ord("[")
    some = np.where(is_list, (first == ord("{")) | (first == ord("[")), first == _QUOTE)
    return ends, filled[some]


def _past_blanks(raw: np.ndarray, places: np.ndarray) -> np.ndarray:
    places = np.minimum(places, len(raw) - 1)
    blank = np.flatnonzero(_BLANK[raw[places]])
    for _ in range(OVERLAP):
        if not len(blank):
            break
        places[blank] = np.minimum(places[blank] + 1, len(raw) - 1)
        blank = blank[_BLANK[raw[places[blank]]] & (places[blank] < len(raw) - 1)]
    return places


class _Pattern(NamedTuple):
    """A key as its last 16 bytes, the opening quote included, in two words with their masks."""

    last: np.uint64
    last_mask: np.uint64
    before: np.uint64
    before_mask: np.uint64


def _patterns(keys: Iterable[str]) -> list[_Pattern]:
    found = []
    for key in keys:
        raw = b'"' + key.encode("utf-8", "replace")
        words = []
        for part in (raw[-_WORD:], raw[-2 * _WORD : -_WORD]):
            words += [part.rjust(_WORD, b"\0"), (b"\xff" * len(part)).rjust(_WORD, b"\0")]
        found.append(_Pattern(*(np.frombuffer(word, np.uint64)[0] for word in words)))
    return found


def _unknown(raw: np.ndarray, ends: np.ndarray, patterns: list[_Pattern]) -> list[int]:
    """Those of the places that end none of the keys."""
    words = np.lib.stride_tricks.as_strided(
        raw[:_WORD].view(np.uint64), (len(raw) - _WORD + 1,), (1,), writeable=False
    )
    for pattern in patterns:
        if not len(ends):
            break
        same = (words[ends - _WORD] & pattern.last_mask) == pattern.last
        if pattern.before_mask:
            same &= (words[ends - 2 * _WORD] & pattern.before_mask) == pattern.before
        ends = ends[~same]
    found: list[int] = ends.tolist()
    return found
