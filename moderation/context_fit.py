"""Fit the context head on pairs of moved and unmoved comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from moderation.context import ContextHead
from moderation.context_evidence import GROUPS, group_of
from moderation.context_expand import CONTEXT_FEATURES

if TYPE_CHECKING:
    from moderation.context import Frequencies
    from moderation.moved import Pairs

STRENGTH = 0.1  # inverse regularisation; 0.03 to 1 moved no development set by more than 0.002
FOLDS = 4


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
    typical = dict.fromkeys(GROUPS, 0.0)
    for name, share in zip(CONTEXT_FEATURES, weights * centre, strict=True):
        typical[group_of(name)] += float(share)
    typical = {name: round(share, 6) for name, share in typical.items()}
    return ContextHead(frequencies, weights.astype(np.float32), round(intercept, 9), typical)


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
