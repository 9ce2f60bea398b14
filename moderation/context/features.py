"""Turn raw overlaps into the features of one linear classifier: roots, products, indicators."""

from __future__ import annotations

import numpy as np

from moderation.context.overlap import MEASURES, TARGETS
from moderation.context.terms import MARKS, SHAPE
from moderation.context.topics import TOPIC_FEATURES
from moderation.features.compiled import allocating, compiled

N_TARGETS = len(TARGETS)
PER_TARGET = (
    "cosine",
    "surprise",
    "surprise_x_words",
    "best",
    "best_x_words",
)
DRIFT = (
    "thread_cosine_mean",
    "head_cosine_mean",
    "thread_cosine_above_mean",
    "head_cosine_above_mean",
)
SHAPES = ("words", "questions", "exclaims", "links")
ALONE = (
    "only",
    *SHAPES,
    *MARKS,
    *(f"{target}.{measure}" for target in ("replies", "thread") for measure in PER_TARGET),
    *(name for name in DRIFT if name.startswith("thread")),
)
AVAILABLE = ("title", "article", "parent", "siblings")

OVERLAP_FEATURES: tuple[str, ...] = (
    *(f"{target}.{measure}" for target in TARGETS for measure in PER_TARGET),
    *(f"drift.{name}" for name in DRIFT),
    *(f"shape.{name}" for name in SHAPES),
    *(f"shape.{name}" for name in MARKS),
    *(f"alone.{name}" for name in ALONE),
    *(f"has.{name}" for name in AVAILABLE),
    *(f"has.{name}_x_words" for name in AVAILABLE),
    "has.thread_size",
)
"""Names of what `expand` fills, `group.feature`; `alone` is the shape where only siblings are."""

CONTEXT_FEATURES: tuple[str, ...] = (*OVERLAP_FEATURES, *TOPIC_FEATURES)
"""Names of all columns."""

_N_MEASURES = len(MEASURES)
_THREAD = _N_MEASURES * TARGETS.index("thread")
_HEAD = _N_MEASURES * TARGETS.index("head")
_N_PER_TARGET = len(PER_TARGET)
_REPLIES_AT = _N_PER_TARGET * TARGETS.index("replies")
_THREAD_AT = _N_PER_TARGET * TARGETS.index("thread")
_DRIFT_AT = _N_PER_TARGET * N_TARGETS
_WORDS = SHAPE.index("words")
_MARKS = SHAPE.index("marks")
_N_MARKS = len(MARKS)
_PLAIN = 3  # questions, exclaims, links: counts
assert _N_MEASURES == 3  # noqa: S101 - the layout below counts on it


@allocating
def _thread_means(measured: np.ndarray, first: int, last: int) -> np.ndarray:
    means = np.zeros(2)
    for i in range(first, last):
        means[0] += measured[i, _THREAD]
        means[1] += measured[i, _HEAD]
    return means / (last - first)


@compiled
def _row(
    measured: np.ndarray,
    shape: np.ndarray,
    means: np.ndarray,
    has: np.ndarray,
    size: int,
    out: np.ndarray,
) -> None:
    """Fill one row of features; `has` are the four AVAILABLE as 0 or 1."""
    length = np.log1p(shape[_WORDS])
    at = 0
    for target in range(N_TARGETS):
        first = _N_MEASURES * target
        cosine, surprise = measured[first], measured[first + 1]
        best = measured[first + 2]
        out[at] = np.sqrt(max(cosine, 0.0))
        out[at + 1] = surprise
        out[at + 2] = surprise * length
        out[at + 3] = best
        out[at + 4] = best * length
        at += _N_PER_TARGET
    out[at] = means[0]
    out[at + 1] = means[1]
    out[at + 2] = measured[_THREAD] - means[0]
    out[at + 3] = measured[_HEAD] - means[1]
    at += 4
    out[at] = length
    for k in range(_PLAIN):
        out[at + 1 + k] = min(shape[1 + k], 3.0)
    for k in range(_N_MARKS):
        out[at + 1 + _PLAIN + k] = (np.int64(shape[_MARKS]) >> k) & 1
    width = 1 + _PLAIN + _N_MARKS
    shape_at = at
    at += width
    # Where nothing but siblings is there the line is another: the same features once more.
    alone = 1.0 if has[0] + has[1] + has[2] == 0 else 0.0
    out[at] = alone
    at += 1
    for k in range(width):
        out[at + k] = alone * out[shape_at + k]
    at += width
    for first in (_REPLIES_AT, _THREAD_AT):
        for k in range(_N_PER_TARGET):
            out[at + k] = alone * out[first + k]
        at += _N_PER_TARGET
    for k in (0, 2):
        out[at] = alone * out[_DRIFT_AT + k]
        at += 1
    for k in range(4):
        out[at + k] = has[k]
        out[at + 4 + k] = has[k] * length
    out[at + 8] = np.log(size)


@allocating
def expand(
    measured: np.ndarray,
    shapes: np.ndarray,
    parents: np.ndarray,
    bounds: np.ndarray,
    has_head: np.ndarray,
    min_siblings: int,
    out: np.ndarray,
    can_tell: np.ndarray,
) -> None:
    """Fill `out` (n, len(OVERLAP_FEATURES)) float32 and `can_tell` (n,) bool.

    measured, shapes, parents, bounds: of `context_kernel.overlaps`. has_head: (threads, 2) bool,
    title and article. A comment can be told when it has text and there is something to be off:
    title or article, a parent with words, or `min_siblings` siblings with words.
    """
    for t in range(len(bounds) - 1):
        first = bounds[t]
        last = bounds[t + 1]
        means = _thread_means(measured, first, last)
        answers = np.zeros(last - first + 1, np.int64)  # worded replies to each; last: top level
        for i in range(first, last):
            if shapes[i, _WORDS] > 0:
                answers[parents[i] - first if parents[i] >= 0 else last - first] += 1
        has = np.zeros(4)
        for i in range(first, last):
            above = parents[i]
            worded = shapes[i, _WORDS] > 0
            siblings = answers[above - first if above >= 0 else last - first] - (1 if worded else 0)
            has[0] = has_head[t, 0]
            has[1] = has_head[t, 1]
            has[2] = above >= 0 and shapes[above, _WORDS] > 0
            has[3] = siblings >= min_siblings
            can_tell[i] = worded and has.max() > 0
            _row(measured[i], shapes[i], means, has, last - first, out[i])


@compiled
def line(features: np.ndarray, weights: np.ndarray, intercept: float, out: np.ndarray) -> None:
    """Fill `out` (n,) float64: features (n, k) @ weights (k,) + intercept, alike in any batch.

    A matrix product adds up in an order that depends on the number of rows.
    """
    for i in range(len(features)):
        total = 0.0
        for k in range(len(weights)):
            total += np.float64(features[i, k]) * np.float64(weights[k])
        out[i] = total + intercept
