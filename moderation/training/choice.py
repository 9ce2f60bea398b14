"""Choose a label's cost and contrast among a recipe's alternatives, on rows held out.

Sets differ in how much can be learnt from a single n-gram: in one the rude words are all there is,
in another few rows of many topics are rude, and what seems to tell is chance.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from moderation.evaluation.metrics import roc_auc
from moderation.training import linear
from moderation.training.contrast import contrast, multiplied

if TYPE_CHECKING:
    from moderation.training.features import Features
    from moderation.training.tasks import Task

TOLERANCE = 0.002
"""Areas that differ by less are alike: of those the recipe's first stands, which does best on other
sites than the set's."""


def with_chosen_settings(features: Features, task: Task, fold: np.ndarray, seed: int) -> Task:
    """The task under its own settings, or under the first alternative that is clearly better.

    Measured on public rows alone. fold: (n,) int, no group in two folds.
    """
    options = [task, *(under(task, changes) for changes in task.settings.alternatives)]
    if len(options) == 1:
        return task
    areas = [_area(features, option.without_own(), fold, seed) for option in options]
    return next(
        option
        for option, area in zip(options, areas, strict=True)
        if area >= max(areas) - TOLERANCE
    )


def under(task: Task, changes: dict[str, float]) -> Task:
    """The task with other settings: `cost`, `contrast`."""
    own = task.settings
    cost, contrast = changes.get("cost", own.cost), changes.get("contrast", own.contrast)
    settings = replace(own, cost=cost, contrast=contrast)
    return replace(task, settings=settings, cost=task.cost * (cost / own.cost))


def refitted_without(
    features: Features, task: Task, left_out: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Used rows among `left_out` ((n,) bool), and their raw logits from a model without them.

    The logits are those of a row whose source is not known.
    """
    left = np.where(left_out, 0.0, task.cost)
    rows = features.rows_for(task)
    rows = multiplied(rows, contrast(rows, task, left > 0, features.config.buckets))
    weights = linear.fit(rows, linear.Targets(task.sign, left), seed).weights
    chosen = np.flatnonzero(left_out & (task.cost > 0))
    return chosen, linear.products(rows, chosen, features.unsourced(weights))


def _area(features: Features, task: Task, fold: np.ndarray, seed: int) -> float:
    """Area under the ROC curve of the rows, each scored by a model that never saw its fold."""
    raw = np.full(len(fold), np.nan)
    for k in np.unique(fold):
        rows, logits = refitted_without(features, task, fold == k, seed)
        raw[rows] = logits
    measured = (task.cost > 0) & task.judged
    return float(roc_auc(task.sign[measured] > 0, raw[measured]))
