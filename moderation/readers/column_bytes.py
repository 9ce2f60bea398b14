"""The bytes of a string column: which of its rows could need work, found without touching a string.

Most columns of most dumps are clean. A glance at the first and last byte and the length of every
value costs a few nanoseconds a row; trimming, comparing and matching each value costs ten to
thirty times that. What is told here is always on the safe side: a row may be named for nothing.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


class Bytes:
    """A glance at a column of large strings. Rows that are null may be told as anything."""

    def __init__(self, column: pa.Array) -> None:
        _, offsets, letters = column.buffers()
        count = len(column)
        bounds = np.frombuffer(offsets, np.int64, count + 1, 8 * column.offset) if count else None
        self.bounds = np.zeros(1, np.int64) if bounds is None else bounds
        self.letters = np.frombuffer(letters, np.uint8) if letters else np.zeros(0, np.uint8)

    @cached_property
    def used(self) -> np.ndarray:
        """The bytes of all values, one after the other."""
        return self.letters[self.bounds[0] : self.bounds[-1]]

    @cached_property
    def lengths(self) -> np.ndarray:
        """(n,) bytes of each value."""
        return np.diff(self.bounds)

    @cached_property
    def first(self) -> np.ndarray:
        """(n,) the first byte of each value; 0 where it is empty."""
        return self._at(self.bounds[:-1])

    @cached_property
    def last(self) -> np.ndarray:
        """(n,) the last byte of each value; 0 where it is empty."""
        return self._at(self.bounds[1:] - 1)

    def second(self) -> np.ndarray:
        """(n,) the second byte of each value; 0 where there is none."""
        return np.where(self.lengths > 1, self._at(self.bounds[:-1] + 1), 0)

    def _at(self, places: np.ndarray) -> np.ndarray:
        if not len(self.used):
            return np.zeros(len(places), np.uint8)
        letters = self.letters[np.clip(places, 0, len(self.letters) - 1)]
        return np.where(self.lengths > 0, letters, 0)

    def with_byte(self, byte: int) -> np.ndarray:
        """Rows whose value holds this byte."""
        positions = np.flatnonzero(self.used == byte) + self.bounds[0]
        return np.unique(np.searchsorted(self.bounds, positions, "right") - 1)

    def blank_edges(self) -> bool:
        """Whether a value may begin or end with white space, be it of any alphabet."""
        return bool(_EDGE[self.first].any() or _EDGE[self.last].any())

    def blank_starts(self) -> np.ndarray:
        """Rows that are empty, or may begin with white space."""
        return np.flatnonzero(_EDGE[self.first] | (self.lengths == 0))


def table_of(characters: str) -> np.ndarray:
    """(256,) bool: which bytes are one of these characters, to be indexed with bytes."""
    is_listed = np.zeros(256, bool)
    is_listed[list(characters.encode())] = True
    return is_listed


_EDGE = np.arange(256) <= 32
_EDGE[127:] = True  # white space beyond ASCII begins and ends with such bytes
_EDGE[0] = False  # what `first` gives for empty values; NUL itself is no white space
