"""Bring texts into the composed form of Unicode, and find places in them again.

The folding tables read one character at a time. A letter that comes in pieces (Hangul, a Vietnamese
vowel and its tone) has to be put together first. Where folding is off, letters of compatibility
(full width, ligatures) are replaced here, too.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.tables import strings

Form = Literal["NFC", "NFKC"]


def form_for(fold: bool) -> Form:
    """What texts are brought to: folding replaces letters of compatibility by itself."""
    return "NFC" if fold else "NFKC"


def composed(texts: Any, fold: bool) -> pa.Array | pa.ChunkedArray:
    r"""The texts in composed form; null counts as empty.

    >>> composed(["e\u0301"], True).to_pylist() == ["\u00e9"]
    True
    """
    column = pc.fill_null(strings(texts), "")
    return pc.utf8_normalize(column, form=form_for(fold))


def places_before(text: str, fold: bool) -> np.ndarray | None:
    """Where the characters of the composed text stand in `text`: (2, m) starts and ends.

    None where composing changes nothing. Characters that were composed of several, or that one
    was taken apart into, share a place.
    """
    form = form_for(fold)
    if unicodedata.is_normalized(form, text):
        return None
    places: list[tuple[int, int]] = []
    begin, piece = 0, text[:1]
    for at, char in enumerate(text[1:], start=1):
        if _belongs(piece, char, form):
            piece += char
            continue
        places += [(begin, at)] * len(unicodedata.normalize(form, piece))
        begin, piece = at, char
    places += [(begin, len(text))] * len(unicodedata.normalize(form, piece))
    return np.array(places, np.int64).reshape(-1, 2).T


def _belongs(piece: str, char: str, form: Form) -> bool:
    """Whether a character is composed with what stands before it."""
    if unicodedata.combining(char):
        return True
    if char.isascii():
        return False
    apart = unicodedata.normalize(form, piece) + unicodedata.normalize(form, char)
    return unicodedata.normalize(form, piece + char) != apart
