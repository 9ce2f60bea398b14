"""Share out what a word carries among its characters, in scripts that leave no blanks.

There a word is a run of sentences. An n-gram's part is divided equally among its characters. A word
stays whole where one of its characters folds to several, or where the parts do not add up to what
the word carries.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from moderation.compiled import F4, F8, I4, I8, INT, U1, W_F8, W_I4, W_I8, Loop, group
from moderation.evidence.clusters import has_no_blanks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.evidence.words import Evidence
    from moderation.features.ngrams import WeightTable


class Letters(NamedTuple):
    """The code points of n texts, one after the other.

    begin: (n + 1,) int64, where each text's begin. folded: int32, the letter that each folds to, -1
    where that is none or several. no_blanks: uint8, whether its script leaves no blanks.
    """

    begin: np.ndarray
    folded: np.ndarray
    no_blanks: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str]) -> Letters:
        """Every letter is looked at once, however often it occurs."""
        written = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        letters, where = np.unique(written, return_inverse=True)
        chars = [chr(letter) for letter in letters]
        folded = np.array([_folded(char) for char in chars], np.int32)
        without = np.array([has_no_blanks(char) for char in chars], np.uint8)
        begin = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        return cls(begin, folded[where], without[where])


_SPANS = I4, I4, F8
_take_apart = Loop(
    "take_apart",
    *(group(I8, I4, U1), I8, group(*_SPANS), F4, F4, INT, INT, INT),
    *(W_I8, group(W_I4, W_I4, W_F8)),
)


def by_character(found: Evidence, texts: Sequence[str], table: WeightTable) -> Evidence:
    """The evidence with words of scripts without blanks taken apart into their characters.

    table: of a model without n-grams of words. Spans are places in `texts`.
    """
    if not any(map(has_no_blanks, texts)):
        return found
    low, high = table.config.char_ngrams or (1, 0)
    counts = np.empty(len(texts), np.int64)
    room = int(np.maximum(found.end - found.start, 1).sum())
    out = (
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty((room, found.shares.shape[1])),
    )
    used = _take_apart(
        Letters.of(texts),
        found.begin,
        (found.start, found.end, found.shares),
        table.idf,
        table.weights,
        *(low, high, table.config.bits),
        counts,
        out,
    )
    start, end, shares = (array[:used] for array in out)
    begin = np.concatenate([[0], np.cumsum(counts)])
    return replace(found, begin=begin, start=start, end=end, shares=shares)


def _folded(char: str) -> int:
    folded = unicodedata.normalize("NFKC", char).casefold()
    return ord(folded) if len(folded) == 1 else -1
