"""Let n-grams count by how much they tell positives from negatives before weights are fitted.

Each column is multiplied by a power of its log-count ratio (Wang, Manning 2012, "Baselines and
bigrams: simple, good sentiment and topic classification"). An n-gram as common in either is
dear to use, one that stands nearly always in one of them is cheap: what a set repeats is learnt
rather than what its rows happen to have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from moderation.training import linear

if TYPE_CHECKING:
    from moderation.training.tasks import Task

SMOOTHING = 1.0  # texts of either answer that every n-gram is taken to stand in besides


def contrast(rows: linear.Rows, task: Task, used: np.ndarray, buckets: int) -> np.ndarray | None:
    """What each column is multiplied by, (columns,) float32; None where nothing is.

    used: (n,) bool, the rows that may be looked at. The first `buckets` columns are n-grams; all
    others stay as they are.
    """
    power = task.settings.contrast
    if not power:
        return None
    positive, negative = (
        _texts_with(rows.grams, used & (task.sign == sign), buckets) + SMOOTHING for sign in (1, -1)
    )
    ratio = np.log(positive / positive.sum()) - np.log(negative / negative.sum())
    factors = np.ones(rows.columns, np.float32)
    factors[:buckets] = np.abs(ratio) ** power
    return factors


def multiplied(rows: linear.Rows, factors: np.ndarray | None) -> linear.Rows:
    """The rows with their n-grams multiplied column by column."""
    if factors is None:
        return rows
    indptr, indices, values = rows.grams
    return linear.Rows.of((indptr, indices, values * factors[indices]), rows.others, rows.columns)


def _texts_with(grams: linear.Block, chosen: np.ndarray, buckets: int) -> np.ndarray:
    """In how many of the chosen rows each bucket occurs: (buckets,) float64."""
    there = np.repeat(chosen, np.diff(grams.indptr))
    return np.bincount(grams.indices[there], minlength=buckets).astype(np.float64)
