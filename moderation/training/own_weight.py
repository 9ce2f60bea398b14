"""Choose how much a user's own decisions count against public rows: on decisions held out.

The model of the public rows stays as it is while the decisions are learnt on top of it, which
takes milliseconds a try; the factor that predicts held-out decisions best is then used in a fit
of all rows together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from moderation.training import linear

if TYPE_CHECKING:
    from moderation.training.tasks import Task

FACTORS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
EPOCHS = 20


def chosen_factor(
    rows: linear.Rows, task: Task, public: linear.Fitted, fold: np.ndarray, seed: int
) -> float:
    """The factor of FACTORS under which held-out decisions are likeliest.

    public: fitted on all rows but the decisions. fold: (n,) int, no group in two folds.
    """
    losses = [_loss(rows, task.weighed(factor), public, fold, seed) for factor in FACTORS]
    return FACTORS[int(np.argmin(losses))]


def _loss(
    rows: linear.Rows, task: Task, public: linear.Fitted, fold: np.ndarray, seed: int
) -> float:
    """Of the decisions of each fold, with those of the others learnt on top of the public rows."""
    total = 0.0
    for one in np.unique(fold[task.own]):
        out = np.flatnonzero(task.own & (fold == one))
        started = linear.Fitted(public.weights.copy(), public.dual.copy())
        linear.go_on(rows, started, task.sign, np.where(task.own & (fold != one), task.cost, 0),
                     seed, EPOCHS)  # fmt: skip
        logit = linear.products(*rows.grams, *rows.others, out, started.weights)
        weight = task.cost[out] / task.cost[out].mean()
        total += float(weight @ np.logaddexp(0, -task.sign[out] * logit))
    return total
