"""The telling words of many texts at once, and which of them two texts share.

A word is telling where few texts have it. A text's words stand from the most telling to the least,
one of each kind, and are kept as the places where they first stand (`compiled/telling.c`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from moderation.compiled import FLOAT, I4, I8, INT, U1, W_I8, Loop
from moderation.context.terms import buffers, fold_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

_tell = Loop("tell", U1, I8, I8, I4, U1, FLOAT, W_I8, W_I8)
_compare = Loop("compare_words", I8, I8, I8, I8, I8, I8, INT, W_I8)


class TellingWords:
    """The telling words of some texts of a column.

    bucket: (words,) the words' kinds; those of text i are begin[i]:begin[i + 1].
    """

    def __init__(self, texts: pa.Array, rows: np.ndarray, steps: np.ndarray, least: float) -> None:
        """texts: large_string without nulls. rows: (k,) of it. steps: of idf, (2^BITS,) uint8.

        least: idf, in steps, from which a word is telling.
        """
        data, offsets = buffers(texts)
        first, last = offsets[rows], offsets[rows + 1]
        self.begin = np.zeros(len(rows) + 1, np.int64)
        words = np.empty((int(((last - first) // 2 + 1).sum()), 3), np.int64)
        found = _tell(data, first, last, fold_table(), steps, least, self.begin, words)
        self.bucket = words[:found, 2].copy()
        self._letters, self._places = data.data, words[:found, :2].copy()

    def count(self) -> np.ndarray:
        """How many each text has: (k,) int64."""
        return np.diff(self.begin)

    def first(self, text: int, most: int) -> list[str]:
        """A text's most telling words."""
        begin = int(self.begin[text])
        return self.shown(range(begin, min(begin + most, int(self.begin[text + 1]))))

    def shown(self, words: Iterable[int]) -> list[str]:
        """Words as they stand, by their places in `bucket`; -1 = none."""
        place, letters = self._places.item, self._letters  # few are shown: no list of all
        return [
            str(letters[place(word, 0) : place(word, 1)], "utf-8") for word in words if word >= 0
        ]

    def compared(
        self, mine: np.ndarray, other: TellingWords, others: np.ndarray, most: int, *, shared: bool
    ) -> list[Sequence[int]]:
        """The first words of each text of `mine` that a text of `others` has, or has not.

        mine, others: (pairs,) numbers of texts. Returns by pair up to `most` places, -1 = no more.
        """
        found = np.full((len(mine), most), -1, np.int64)
        _compare(self.begin, self.bucket, mine, other.begin, other.bucket, others, shared, found)
        told: list[Sequence[int]] = [()] * len(mine)  # most pairs share nothing
        some = np.flatnonzero(found[:, 0] >= 0)
        for pair, places in zip(some.tolist(), found[some].tolist(), strict=True):
            told[pair] = places
        return told
