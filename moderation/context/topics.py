"""Tell how likely two texts are about one topic, by vectors of their telling words.

Texts that share no word can still be about one thing: "striker" and "goalkeeper". Every telling
word has a vector that says what company it keeps; a text is the sum of its words' vectors.

Source: Ioffe 2006, "Probabilistic linear discriminant analysis": a text's mean is its topic, drawn
from a normal distribution, and noise that falls with the number of words. The log-odds that two
texts have one topic rather than two so know how little a short text tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from moderation.context.terms import BITS
from moderation.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

TARGETS = ("head", "replies", "thread")
"""What a comment is compared with, as in `overlap`. The parent told no more here: weight 0."""
TOPIC_FEATURES = tuple(f"{target}.topic" for target in TARGETS)
SPREAD = 0.03
"""How much topics differ, of how much words differ: of 0.003, 0.01, 0.03 and 0.1, on moved forum
comments the parent alone gave areas of 0.768, 0.801, 0.813 and 0.812."""
MOST = 100.0
"""Words a text counts for, telling ones: a long thread is about many things. Of no bound, 300, 100
and 30, a long forum post's comments were flagged wrongly 4.3, 4.0, 3.4 and 2.4 %, and found 0.667,
0.658, 0.647 and 0.606."""
MOST_WORDS = 1 << 16
MOST_DIMENSIONS = 512


@dataclass(frozen=True)
class WordVectors:
    """Vectors of the most common telling words.

    buckets: (k,) uint32, ascending, of `terms`. values: (k, dimensions) int8, to one scale.
    """

    buckets: np.ndarray
    values: np.ndarray

    def __post_init__(self) -> None:
        """Raise ModelError for other shapes, types or buckets."""
        buckets, values = self.buckets, self.values
        fits = (
            buckets.dtype == np.uint32
            and values.dtype == np.int8
            and values.ndim == 2
            and buckets.shape == (len(values),)
            and 0 < len(values) <= MOST_WORDS
            and 0 < values.shape[1] <= MOST_DIMENSIONS
            and int(buckets[-1]) < 1 << BITS
            and bool((buckets[1:] > buckets[:-1]).all())
        )
        if not fits:
            raise ModelError(
                f"the model's word vectors are {values.dtype} {values.shape} for {buckets.dtype} "
                f"{buckets.shape} buckets, which cannot be: restore the model or train it again"
            )

    def tensors(self) -> dict[str, np.ndarray]:
        """The arrays to keep, by name."""
        return {"context/words": self.buckets, "context/vectors": self.values}

    @classmethod
    def load(cls, tensors: Mapping[str, np.ndarray]) -> WordVectors | None:
        """From `tensors()`; older models have none."""
        if "context/vectors" not in tensors:
            return None
        return cls(tensors["context/words"], tensors["context/vectors"])

    @cached_property
    def _row(self) -> np.ndarray:
        """(2^BITS,) int32: row of a bucket, -1 = none."""
        row = np.full(1 << BITS, -1, np.int32)
        row[self.buckets] = np.arange(len(self.buckets), dtype=np.int32)
        return row

    @cached_property
    def _table(self) -> np.ndarray:
        """(k, dimensions + 1) float32: the vectors, and their squared length."""
        values = self.values.astype(np.float32)
        return np.column_stack([values, np.square(values).sum(axis=1)])

    @cached_property
    def _usual(self) -> float:
        """Mean squared length of a vector."""
        return max(float(self._table[:, -1].mean(dtype=np.float64)), 1.0)

    def measure(
        self, ids: np.ndarray, begin: np.ndarray, bounds: np.ndarray, parents: np.ndarray
    ) -> np.ndarray:
        """(n, len(TOPIC_FEATURES)) float32: roots of the log-odds, 0 where there is no target.

        ids: buckets of the words of all texts, those of text i from begin[i] on: by thread its
        comments, its title and its article. bounds: (threads + 1,) rows of the comments. parents:
        (n,) row of each parent, -1 = top level.

        Sums are of integers, so that no order of comments changes them.
        """
        texts = self._sums(ids, begin)
        size = np.diff(bounds)
        thread = np.repeat(np.arange(len(size)), size)
        title = bounds[1:] + 2 * np.arange(len(size))
        comments = texts.take(np.arange(len(thread)) + 2 * thread)
        about = np.column_stack([title, title + 1]).ravel()
        heads = texts.take(about).grouped(np.arange(0, len(about), 2))
        out = np.zeros((len(thread), len(TARGETS)), np.float32)
        self._compare(comments, heads.take(thread), out[:, 0])
        below = np.argsort(parents, kind="stable")
        below = below[np.searchsorted(parents[below], 0) :]
        if len(below):
            first = np.flatnonzero(np.diff(parents[below], prepend=-1))
            answered = parents[below][first]
            replies = np.zeros(len(answered), np.float32)
            self._compare(comments.take(answered), comments.take(below).grouped(first), replies)
            out[answered, 1] = replies
        if len(size):
            whole = comments.grouped(bounds[:-1]).take(thread)
            self._compare(comments, whole, out[:, 2], inside=True)
        return out

    def _sums(self, ids: np.ndarray, begin: np.ndarray) -> _Sums:
        from scipy.sparse import csr_array  # a tenth of a second, for what may not be asked

        row = self._row[ids[: int(begin[-1])]]
        known = row >= 0
        ends = np.zeros(len(known) + 1, np.int32)
        np.cumsum(known, out=ends[1:])
        of = row[known]
        ones = np.ones(len(of), np.float32)
        found = csr_array((ones, of, ends[begin]), shape=(len(begin) - 1, len(self._table)))
        return _Sums.of(found @ self._table)

    def _compare(self, mine: _Sums, other: _Sums, out: np.ndarray, *, inside: bool = False) -> None:
        """Fill `out` (n,). inside: each of `other` holds the text it is compared with."""
        square, across, its = mine.square, mine.dot(other), other.square
        words, its_words = mine.words, other.words
        if inside:
            its = its - 2 * across + square
            across, its_words = across - square, its_words - words
        unit = self._usual
        share = np.minimum(1.0, MOST * unit / np.maximum(its_words, 1.0))
        its, across, its_words = its * share**2, across * share, its_words * share
        both = (words > 0) & (its_words > 0.5)
        a, b = np.maximum(words, 1.0) / unit, np.maximum(its_words, 1.0) / unit
        a_near, b_near = 1 + SPREAD * a, 1 + SPREAD * b
        shared = SPREAD * a / a_near * SPREAD * b / b_near  # squared correlation of the means
        scale = mine.vectors.shape[1]
        alone = (square / (a * a_near) + its / (b * b_near)) / unit
        crossed = 2 * SPREAD * across / (a_near * b_near) / unit
        joint = (alone - crossed) / (1 - shared)
        odds = -0.5 * scale * (np.log1p(-shared) + joint - alone)
        out[:] = np.where(both, np.sign(odds) * np.sqrt(np.abs(odds)), 0.0)


class _Sums(NamedTuple):
    """Some texts: their words' summed vectors (n, dimensions), the square of it, and of them.

    vectors hold integers, so that sums are the same in any order.
    """

    vectors: np.ndarray
    square: np.ndarray
    words: np.ndarray

    @classmethod
    def of(cls, table: np.ndarray) -> _Sums:
        """From sums of `WordVectors._table`: (n, dimensions + 1)."""
        vectors = np.ascontiguousarray(table[:, :-1], np.float32)
        square = np.einsum("ij,ij->i", vectors, vectors).astype(np.float64)
        return cls(vectors, square, table[:, -1].astype(np.float64))

    def take(self, rows: np.ndarray) -> _Sums:
        return _Sums(*(column[rows] for column in self))

    def grouped(self, first: np.ndarray) -> _Sums:
        """Sums of rows that follow one another, from each of `first` to the next."""
        vectors = np.add.reduceat(self.vectors, first, axis=0, dtype=np.float64)
        return _Sums.of(np.column_stack([vectors, np.add.reduceat(self.words, first)]))

    def dot(self, other: _Sums) -> np.ndarray:
        return np.einsum("ij,ij->i", self.vectors, other.vectors).astype(np.float64)
