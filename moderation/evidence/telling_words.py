"""The telling words of many texts at once, and which of them two texts share, compiled.

A word is telling where few texts have it. A text's words stand from the most telling to the least,
one of each kind, and are kept as the places where they first stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from moderation.context.terms import BITS, buffers, fold_table, spell
from moderation.features.compiled import allocating

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa


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


@allocating
def _tell(
    data: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    fold: np.ndarray,
    steps: np.ndarray,
    least: float,
    begin: np.ndarray,
    words: np.ndarray,
) -> int:
    """Fill `words` with start, end and bucket of the telling words; return how many there are."""
    slot = np.full(1 << BITS, -1, np.int32)
    used = 0
    for i in range(len(first)):
        places = np.empty(((last[i] - first[i]) // 2 + 1, 3), np.int64)
        count = np.zeros(len(places))
        size = 0
        for k in range(spell(data, first[i], last[i], fold, places)):
            bucket = places[k, 2]
            if steps[bucket] < least:
                continue
            if slot[bucket] < 0:
                slot[bucket] = size
                places[size] = places[k]
                size += 1
            count[slot[bucket]] += 1
        for k in range(size):
            bucket = places[k, 2]
            slot[bucket] = -1
            count[k] = -np.float64(steps[bucket]) * (1.0 + np.log(count[k]))
        for k in np.argsort(count[:size], kind="mergesort"):  # those that stand first, first
            words[used] = places[k]
            used += 1
        begin[i + 1] = used
    return used


@allocating
def _compare(
    begin: np.ndarray,
    bucket: np.ndarray,
    mine: np.ndarray,
    other_begin: np.ndarray,
    other_bucket: np.ndarray,
    others: np.ndarray,
    shared: bool,
    found: np.ndarray,
) -> None:
    """Fill `found`; see `TellingWords.compared`. Texts that follow one another are met once."""
    seen = np.full(1 << BITS, -1, np.int32)
    for pair in range(len(mine)):
        other = others[pair]
        if pair == 0 or other != others[pair - 1]:
            for k in range(other_begin[other], other_begin[other + 1]):
                seen[other_bucket[k]] = pair
            stamp = pair
        at = 0
        for k in range(begin[mine[pair]], begin[mine[pair] + 1]):
            if at == found.shape[1]:
                break
            if (seen[bucket[k]] == stamp) == shared:
                found[pair, at] = k
                at += 1
