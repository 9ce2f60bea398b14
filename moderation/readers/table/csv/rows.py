"""Rows of a CSV as they stand in the file: where each begins, and whose quotes are wrong."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

_QUOTE, _BACKSLASH, NEWLINE, _RETURN = 34, 92, 10, 13


class Rows(NamedTuple):
    """Rows as they stand in the file: the line and byte where they begin, and how many they are.

    wrong: a line whose quotes are wrong; else they are well quoted. cut: only its beginning.
    ends: of well-quoted rows, the newlines that end them.
    """

    raw: bytes
    line: int
    byte: int
    rows: int = 1
    wrong: bool = False
    cut: bool = False
    ends: np.ndarray = np.zeros(0, np.int64)

    @property
    def place(self) -> str:
        """Where they stand, for messages."""
        return place_of(self.line, self.byte, self.byte + len(self.raw))


def place_of(line: int, start: int, end: int) -> str:
    """A stretch of the file, for messages."""
    return f"line {line}, bytes {start} to {end}"


class RowPlaces:
    """Where well-quoted rows stand, which are counted once, and only if one is asked for."""

    def __init__(self, rows: Rows, escape: bool) -> None:
        self._rows, self._escape = rows, escape

    def __call__(self, row: int) -> str:
        """The place of a row, for messages."""
        return self.full[row]

    @cached_property
    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each row begins and ends, where no row ends in a carriage return alone."""
        ends = self._rows.ends
        size = len(self._rows.raw)
        if not len(ends) or ends[-1] < size - 1:
            ends = np.append(ends, size)
        starts = np.append(0, ends[:-1] + 1)
        full = _filled(np.frombuffer(self._rows.raw, np.uint8), starts, ends)
        return starts[full], ends[full]

    @property
    def lengths(self) -> np.ndarray:
        """(n,) bytes of each row."""
        starts, ends = self._bounds
        return np.asarray(ends - starts)

    def raw(self, row: int) -> bytes:
        """A row as it stands in the file."""
        starts, ends = self._bounds
        return self._rows.raw[starts[row] : ends[row]]

    @cached_property
    def full(self) -> list[str]:
        """The place of each row; blank lines are none."""
        raw = self._rows.raw
        window = np.frombuffer(raw, np.uint8)
        newlines = np.flatnonzero(window == NEWLINE)
        returns = np.flatnonzero(window[:-1] == _RETURN)
        alone = returns[window[returns + 1] != NEWLINE]  # it ends a row, and no line of the file
        stops = np.sort(np.append(newlines, alone))
        inside = np.searchsorted(quotes_in(window, self._escape), stops) % 2 == 1
        ends = np.append(stops[~inside] + 1, len(window)).tolist()
        starts = [0, *ends[:-1]]
        lines = np.searchsorted(newlines, starts).tolist()
        return [
            place_of(self._rows.line + line, self._rows.byte + start, self._rows.byte + end)
            for start, end, line in zip(starts, ends, lines, strict=True)
            if raw[start:end].strip(b"\r\n")
        ]


def count_rows(window: np.ndarray, ends: np.ndarray) -> int:
    """How many rows end at these newlines, blank lines not counted."""
    starts = np.append(0, ends[:-1] + 1)[: len(ends)]
    return int(_filled(window, starts, ends).sum())


def _filled(window: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """(n,) bool: the lines between these places that are not blank."""
    lengths = ends - starts
    first = window[np.minimum(starts, len(window) - 1)] if len(window) else starts
    return np.asarray((lengths > 1) | ((lengths == 1) & (first != _RETURN)))


def quotes_in(window: np.ndarray, escape: bool) -> np.ndarray:
    """Places of the quotes that count."""
    quotes = np.flatnonzero(window == _QUOTE)
    if not escape or not len(quotes):
        return quotes
    before = np.where(quotes > 0, window[quotes - 1] == _BACKSLASH, False)
    two = np.where(quotes > 1, window[quotes - 2] == _BACKSLASH, False)
    return quotes[~(before & ~two)]


def first_wrong(window: np.ndarray, quotes: np.ndarray, delimiter: int, at_end: bool) -> int | None:
    """Place of the opening quote of the first pair that breaks the rule, None if all are right."""
    if not len(quotes):
        return None
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, window[opening - 1], NEWLINE)
    doubled = np.zeros(len(opening), bool)
    doubled[1:] = opening[1:] == closing[: len(opening) - 1] + 1
    opens = (before == delimiter) | (before == NEWLINE) | (before == _RETURN) | doubled
    last = len(window) - 1
    after = np.where(closing < last, window[np.minimum(closing + 1, last)], NEWLINE)
    closes = (after == delimiter) | (after == NEWLINE) | (after == _RETURN) | (after == _QUOTE)
    wrong = ~opens
    wrong[: len(closing)] |= ~closes
    if not wrong.any():
        return None
    first = int(np.argmax(wrong))
    while first > 0 and doubled[first]:  # back to where this cell was opened
        first -= 1
    return int(opening[first])
