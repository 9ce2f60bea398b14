"""Turn raw overlaps into the features of one linear classifier: roots, products, indicators."""

from __future__ import annotations

from moderation.compiled import BOOL, F4, FLOAT, I8, INT, W_BOOL, W_F4, W_F8, Loop
from moderation.context.overlap import TARGETS
from moderation.context.terms import MARKS
from moderation.context.topics import TOPIC_FEATURES

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

expand = Loop("expand", F4, F4, I8, I8, BOOL, INT, W_F4, W_BOOL)
"""Fill features (n, len(OVERLAP_FEATURES)) float32 and can-tell (n,) bool.

Takes what `overlap.overlaps` has measured: overlaps, shapes, parents, bounds, and title and article
(threads, 2) bool; then the least siblings, and both arrays. A comment can be told when it has text
and there is something to be off: title or article, a parent with words, or so many siblings with
words.
"""

line = Loop("line", F4, F4, FLOAT, W_F8)
"""Fill (n,) float64: features (n, k) @ weights (k,) + intercept, alike in any batch.

A matrix product adds up in an order that depends on the number of rows.
"""
