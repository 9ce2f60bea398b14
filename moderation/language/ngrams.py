"""Score texts for the languages of one script, by byte n-grams.

The table is cut from the naive Bayes model of py3langid (see `tables`): a text's score
for a language is the sum of the weights of the longest n-gram that the table knows at each of its
bytes (`compiled/languages.c`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from moderation.compiled import F4, FLOAT, I8, U1, U4, W_F4, Loop

LONGEST = 5  # bytes of an n-gram; keys of more do not fit beside their length
_SLOTS = 19  # bits of the look-up table
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_NONE = np.uint32(0xFFFFFFFF)
_PRINT = 13  # bits of a fingerprint; the others number the n-grams
_ROWS = np.uint32((1 << (32 - _PRINT)) - 1)
_MOST = 1_000  # of an n-gram that are told apart: texts are cut long before

_scores = Loop("language_scores", U1, I8, U4, U1, FLOAT, F4, F4, W_F4)


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
    def _slots(self) -> np.ndarray:
        """(2^_SLOTS,) uint32: fingerprint and row of the n-gram of a slot."""
        slots = np.full(1 << _SLOTS, _NONE, np.uint32)
        place, mark = _hashed(self.keys)
        rows = np.arange(len(self.keys), dtype=np.uint32)
        slots[place[::-1]] = (mark | rows)[::-1]  # the first of those that share a slot stays
        return slots

    @cached_property
    def _logs(self) -> np.ndarray:
        """(_MOST + 1,) float32, by count: what is said again says less."""
        return np.log1p(np.arange(_MOST + 1, dtype=np.float32))

    def scores(self, data: np.ndarray, bounds: np.ndarray) -> np.ndarray:
        """(texts, languages) float32 log-likelihoods.

        data: uint8, texts one after the other, each between blanks. bounds: (texts + 1,).
        """
        out = np.empty((len(bounds) - 1, len(self.languages)), np.float32)
        _scores(data, bounds, self._slots, self.weights, self.step, self._logs, self.start, out)
        return out


def _hashed(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The slot of each key, and its fingerprint in the upper bits of 32."""
    mixed = keys * _FACTOR
    place = (mixed >> np.uint64(64 - _SLOTS)).astype(np.int64)
    mark = (mixed >> np.uint64(8)).astype(np.uint32) & ~_ROWS
    return place, mark
