"""Fit the context head on pairs of moved and unmoved comments, and state what it promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from moderation.calibration import calibrate
from moderation.context import ContextHead
from moderation.errors import LabelError
from moderation.metrics import Ranked, roc_auc, shown, with_intervals
from moderation.model import ContextLabel
from moderation.operating import Goal, promise

if TYPE_CHECKING:
    from moderation.context import Frequencies
    from moderation.moved import Pairs

STRENGTH = 0.1  # inverse regularisation; 0.03 to 1 moved no development set by more than 0.002
FOLDS = 4
DRAWS = 200  # bootstrap draws for the intervals
GOAL = "precision >= 0.8"
PREVALENCE = 0.05
"""Share of off-topic comments that the threshold is chosen for. Moved comments that happen to fit
and real ones that stray cap the precision that can be measured: 0.8 gives up nine in ten moved
comments and flags 0.07 % of those that belong."""


def source_weights(source: np.ndarray) -> np.ndarray:
    """(n,) weights: a set counts with the root of its size, so that none drowns the rest."""
    _, inverse, size = np.unique(source.astype(str), return_inverse=True, return_counts=True)
    weights = 1 / np.sqrt(size[inverse])
    return weights / weights.mean()


def fit_context(
    pairs: Pairs, frequencies: Frequencies, columns: np.ndarray | None = None
) -> ContextHead:
    """A logistic regression over standardised features, folded back to raw ones.

    columns: (k,) bool, the features that may be used; the others get weight 0 (for ablations).
    """
    spread = pairs.features.std(axis=0, dtype=np.float64)
    used = (spread > 1e-6) & (True if columns is None else columns)
    centre = pairs.features.mean(axis=0, dtype=np.float64)
    scaled = (pairs.features[:, used] - centre[used]) / spread[used]
    model = LogisticRegression(C=STRENGTH, max_iter=500)
    model.fit(scaled, pairs.moved, sample_weight=source_weights(pairs.source))
    weights = np.zeros(len(spread))
    weights[used] = model.coef_[0] / spread[used]
    intercept = float(model.intercept_[0] - (weights * centre).sum())
    return ContextHead(frequencies, weights.astype(np.float32), round(intercept, 9))


def held_out_logits(pairs: Pairs, frequencies: Frequencies, seed: int) -> np.ndarray:
    """Logits of each row by a head that saw no row of its group: (n,) float64."""
    group = np.unique(pairs.groups.astype(str), return_inverse=True)[1]
    fold = np.random.default_rng(seed).integers(0, FOLDS, group.max(initial=0) + 1)[group]
    logits = np.empty(len(group))
    for one in range(FOLDS):
        held = fold == one
        head = fit_context(pairs.take(~held), frequencies)
        logits[held] = pairs.features[held] @ head.weights.astype(np.float64) + head.intercept
    return logits


def fit_label(
    pairs: Pairs,
    frequencies: Frequencies,
    name: str = "off_topic",
    goal: str = GOAL,
    seed: int = 0,
) -> ContextLabel:
    """The label's head, calibrated and with a threshold, both from held-out threads.

    The share of off-topic rows among the pairs is ours, not a site's: the rows are weighted so
    that PREVALENCE of them are.
    Raises LabelError when one of the answers does not occur, GoalError when no threshold will do.
    """
    moved = pairs.moved > 0
    if moved.all() or not moved.any():
        raise LabelError(f"{name}: {int(moved.sum())} of {len(moved)} rows are off the topic")
    logits = held_out_logits(pairs, frequencies, seed)
    weight = source_weights(pairs.source)
    weight[moved] *= PREVALENCE / weight[moved].sum()
    weight[~moved] *= (1 - PREVALENCE) / weight[~moved].sum()
    weight *= len(weight)
    calibration = calibrate(moved, logits, weight)
    score = calibration(logits).astype(np.float64)
    groups = np.unique(pairs.groups.astype(str), return_inverse=True)[1]
    promised = promise(moved, score, Goal.parse(goal), groups, weight, draws=DRAWS, seed=seed)
    ranked = Ranked.of(moved, score, promised.threshold, groups)
    measured = {
        measure: [shown(one.value), shown(one.low), shown(one.high)]
        for measure, one in with_intervals(ranked, DRAWS, seed).items()
    }
    by_source = {
        str(source): shown(roc_auc(moved[own], logits[own]))
        for source in np.unique(pairs.source.astype(str))
        for own in [pairs.source == source]
    }
    return ContextLabel(
        name,
        fit_context(pairs, frequencies),
        calibration,
        promised.threshold,
        promised.to_dict(),
        {"out_of_fold": measured, "roc_auc_by_source": by_source},
    )
