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
from typing import TYPE_CHECKING

import numpy as np

from moderation.compiled import FLOAT, I4, I8, W_F4, Loop, array
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

_topics = Loop("topics", I4, I8, I8, I8, I4, array("i1"), I4, FLOAT, W_F4)


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
    def _squares(self) -> np.ndarray:
        """(k,) int32: the squared lengths of the vectors."""
        return np.square(self.values.astype(np.int32)).sum(axis=1, dtype=np.int32)

    def measure(
        self, ids: np.ndarray, begin: np.ndarray, bounds: np.ndarray, parents: np.ndarray
    ) -> np.ndarray:
        """(n, len(TOPIC_FEATURES)) float32: roots of the log-odds, 0 where there is no target.

        ids: buckets of the words of all texts, those of text i from begin[i] on: by thread its
        comments, its title and its article. bounds: (threads + 1,) rows of the comments. parents:
        (n,) row of each parent, -1 = top level.

        Sums are of integers, so that no order of comments changes them.
        """
        out = np.zeros((len(parents), len(TARGETS)), np.float32)
        usual = max(float(self._squares.mean(dtype=np.float64)), 1.0)
        known = (self._row, np.ascontiguousarray(self.values), self._squares, usual)
        _topics(ids, begin, bounds, parents, *known, out)
        return out
