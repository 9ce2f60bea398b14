"""Score texts for the languages of one script, by byte n-grams of all texts at once.

The table is cut from the naive Bayes model of py3langid (see `tables`): a text's score
for a language is the sum of the weights of the longest n-gram that the table knows at each of its
bytes. It is worked out for all texts together, a pass over the bytes for each length.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

LONGEST = 5  # bytes of an n-gram; keys of more do not fit beside their length
_SLOTS = 19  # bits of the look-up table
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_NONE = np.uint32(0xFFFFFFFF)
_PRINT = 13  # bits of a fingerprint; the others number the n-grams
_ROWS = np.uint32((1 << (32 - _PRINT)) - 1)


def key_of(ngram: bytes) -> int:
    """An n-gram as a number: its bytes, the last one lowest, below a byte that says how many."""
    return int.from_bytes(ngram, "big") | len(ngram) << 48


@dataclass(frozen=True)
class Table:
    """The n-grams of one script. keys: (n,) uint64, see `key_of`; weights: (n, languages) uint8.

    start: (languages,) float32, what a text of no n-grams has. step: what 1 of a weight is worth.
    """

    languages: list[str]
    keys: np.ndarray
    weights: np.ndarray
    start: np.ndarray
    step: float

    @cached_property
    def _worth(self) -> np.ndarray:
        return (self.weights * np.float32(self.step)).astype(np.float32)

    @cached_property
    def _slots(self) -> np.ndarray:
        """(2^_SLOTS,) uint32: fingerprint and row of the n-gram of a slot."""
        slots = np.full(1 << _SLOTS, _NONE, np.uint32)
        place, mark = _hashed(self.keys)
        rows = np.arange(len(self.keys), dtype=np.uint32)
        slots[place[::-1]] = (mark | rows)[::-1]  # the first of those that share a slot stays
        return slots

    def scores(self, data: np.ndarray, bounds: np.ndarray) -> np.ndarray:
        """(texts, languages) float32 log-likelihoods; the arguments of `hits`."""
        hits = self.hits(data, bounds)
        hits.sum_duplicates()
        np.log1p(hits.data, out=hits.data)  # what is said again says less
        return hits @ self._worth + self.start

    def hits(self, data: np.ndarray, bounds: np.ndarray) -> csr_matrix:
        """(texts, n): how often each n-gram is the longest that ends at a byte.

        data: uint8, texts one after the other, each between blanks. bounds: (texts + 1,).
        """
        found = np.full(len(data), -1, np.int32)
        key = np.zeros(len(data), np.uint64)
        for length in range(1, min(LONGEST, len(data)) + 1):
            begin = length - 1
            key[begin:] |= data[: len(data) - begin].astype(np.uint64) << np.uint64(8 * begin)
            if length == 1:  # no table has any of these
                continue
            place, mark = _hashed(key[begin:] | np.uint64(length << 48))
            slot = self._slots[place]
            known = ((slot & ~_ROWS) == mark) & (slot != _NONE)
            found[begin:] = np.where(known, slot & _ROWS, found[begin:])
        hit = np.flatnonzero(found >= 0)
        ends = np.searchsorted(hit, bounds)
        ones = np.ones(len(hit), np.float32)
        return csr_matrix((ones, found[hit], ends), shape=(len(bounds) - 1, len(self.keys)))


def _hashed(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The slot of each key, and its fingerprint in the upper bits of 32."""
    mixed = keys * _FACTOR
    place = (mixed >> np.uint64(64 - _SLOTS)).astype(np.int64)
    mark = (mixed >> np.uint64(8)).astype(np.uint32) & ~_ROWS
    return place, mark
