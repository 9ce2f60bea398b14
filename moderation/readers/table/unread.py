"""Texts in columns that nobody reads: damage has moved them there from a text, or cut a row short.

Only a few rows are ever looked at: those of which more bytes stand outside of the columns that are
read than of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from moderation.readers.synonyms import is_value
from moderation.readers.values import is_sentence, when

if TYPE_CHECKING:
    from collections.abc import Iterable

_MORE = 12  # bytes beyond what rows usually have outside of the columns that are read
LOOKED_AT = 64  # rows of a block: those that have the most
SAMPLED = 40  # other rows of a block, which show what a column usually holds
_SHARE = 20  # one row in so many, at most, or texts are usual in a column
_FEW = 2
_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")


def crowded(lengths: np.ndarray, taken: Iterable[np.ndarray]) -> np.ndarray:
    """Rows with far more bytes in columns that are not read than most have.

    lengths: (n,) bytes of each row. taken: (n,) those of each column that is read.
    """
    spare = lengths - sum(taken)
    if not len(spare):
        return np.zeros(0, np.int64)
    usual = np.median(spare[:: max(1, len(spare) // 1000)])
    rows = np.flatnonzero(spare > usual + _MORE)
    if len(rows) > LOOKED_AT:
        rows = np.sort(rows[np.argsort(spare[rows])[-LOOKED_AT:]])
    return rows


def sampled(count: int, but: np.ndarray) -> np.ndarray:
    """Some of so many rows, from all over, without those that are crowded."""
    rows = np.arange(0, count, max(1, count // SAMPLED))[:SAMPLED]
    return rows[~np.isin(rows, but)]


def misplaced(
    names: Sequence[str],
    read: Iterable[str],
    odd: Sequence[tuple[int, list[str]]],
    usual: Sequence[list[str]],
    count: int,
) -> Iterator[tuple[int, str, str]]:
    """Texts of rows in columns that hold values: row, the column's name, the text.

    names: of all columns. read: those that are read. odd: rows that may hold such texts, with
    their cells. usual: cells of other rows. count: how many rows there are of both kinds.
    """
    for place, name in enumerate(names):
        if name in read:
            continue
        others = [cells[place] for cells in usual]
        numbers = _holds_numbers(others)
        says = _has_words if numbers else is_sentence
        found = [(row, cells[place]) for row, cells in odd if says(cells[place])]
        if 0 < len(found) <= max(_FEW, count // _SHARE) and (
            numbers or is_value(name) or _holds_values(others)
        ):
            yield from ((row, name, text) for row, text in found)


def _has_words(cell: str) -> bool:
    """Whether something other than a number, a date or a word stands in a cell."""
    return len(_WORD.findall(cell)) > _FEW and when(cell) is None


def _holds_numbers(cells: list[str]) -> bool:
    """Whether a column holds numbers, but for a few cells."""
    filled = [cell for cell in cells if cell.strip()]
    numbers = sum(_NUMBER.fullmatch(cell.strip()) is not None for cell in filled)
    return numbers >= _FEW and numbers >= len(filled) - max(1, len(filled) // _SHARE)


def _holds_values(cells: list[str]) -> bool:
    """Whether a column usually holds something, and but for such texts never more than a word."""
    filled = [cell for cell in cells if cell.strip() and not is_sentence(cell)]
    return len(filled) >= max(_FEW, len(cells) // 2) and not any(" " in cell for cell in filled)
