"""Learn, for one label, what is added to a model's weights so that it follows new decisions.

Logistic regression on the decisions, with the old raw logit beside their features. The old logit's
factor is free; divided by it, the new weights are added to the old ones, so that old scores keep
their scale. How much a decision weighs against the old weights is chosen among COSTS on decisions
held out, whole groups at a time; so is what is reported of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.labels.splits import folds
from moderation.training import linear
from moderation.training.decisions.gain import gain, shift

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

    from moderation.model.labels import TextLabel

COSTS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Penalties of a decision's loss to try; docs/what-decisions-buy.md has what was chosen."""

FORGETTING = 50.0
"""Penalty of a feature that all old texts have, against one that none has, less 1.

Swept in docs/what-decisions-buy.md: without it old sets lose 0.005 of ROC AUC, with 1000 little is
learnt.
"""

FOLDS = 5
EPOCHS = 30
ANCHOR = 1.0  # length of the old logit's and the constant's columns; with 3 EPOCHS is not enough
LEAST_FACTOR = 0.5  # of the old logit: a correction is stretched to twice its size at most


@dataclass(frozen=True)
class Decided:
    """One label's decisions: all arrays are (n,) over its judged rows.

    rows: features at their dear or cheap scale, and the two anchor columns. scale: (columns,) of
    the features. old: raw logits of the model as it was. spread: their standard deviation.
    """

    rows: linear.Rows
    scale: np.ndarray
    old: np.ndarray
    spread: float
    sign: np.ndarray
    weight: np.ndarray
    fold: np.ndarray
    groups: np.ndarray

    @classmethod
    def of(
        cls,
        labels: pd.DataFrame,
        name: str,
        matrix: csr_array,
        shares: np.ndarray,
        old: np.ndarray,
        groups: np.ndarray,
        seed: int,
    ) -> Decided:
        """From label rows that were all judged for `name`, and their features (n, columns).

        shares: (columns,) of old texts with each feature. old: (n,). groups: (n,) int.
        """
        spread = float(old.std()) or 1.0
        scale = 1 / np.sqrt(1 + FORGETTING * shares)
        scaled = matrix.multiply(scale[None, :]).tocsr()
        before, after = (matrix.data**2).sum(), (scaled.data**2).sum()
        stretch = float(np.sqrt(before / after)) if after else 1.0  # rows as long as before
        codes = np.unique(groups, return_inverse=True)[1]
        part = labels[["text", name]].reset_index(drop=True)
        return cls(
            _anchored(scaled * stretch, (old - old.mean()) / spread),
            scale * stretch,
            old,
            spread,
            np.where(labels[name].to_numpy(np.float64) == 1, 1.0, -1.0),
            labels["weight"].to_numpy(np.float64),
            folds(part, FOLDS, seed, codes),
            codes,
        )

    def targets(self, cost: float) -> linear.Targets:
        """Answers and weights, as the fit takes them; cost: of a decision of weight 1."""
        return linear.Targets(self.sign, cost * self.weight)

    @property
    def columns(self) -> int:
        """How many features there are, without the anchors."""
        return len(self.scale)


def _anchored(features: csr_array, old: np.ndarray) -> linear.Rows:
    """Features, the old logit and a constant, side by side."""
    import scipy.sparse as sp

    anchors = np.column_stack([old, np.ones(len(old))]) * ANCHOR
    whole = sp.hstack([features, sp.csr_array(anchors)], format="csr")
    whole.sort_indices()
    n, columns = whole.shape
    grams = (
        whole.indptr.astype(np.int64),
        whole.indices.astype(np.int32),
        whole.data.astype(np.float32),
    )
    nothing = np.zeros(n + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
    return linear.Rows.of(grams, nothing, columns)


@dataclass(frozen=True)
class Learned:
    """What decisions teach one label.

    added: (columns + 1,) to the weights and, last, to the intercept. stated: JSON-able, what that
    buys. held: (n,) raw logits of the decisions from corrections that never saw their group.
    """

    added: np.ndarray
    stated: dict[str, Any]
    held: np.ndarray


def learn(head: TextLabel, decided: Decided, seed: int) -> Learned:
    """The correction of one label, with a cost chosen on decisions held out."""
    tried = [_held_out(decided, cost, seed) for cost in COSTS]
    losses = np.stack([loss for loss, _ in tried])
    best = int(np.argmin(losses @ decided.weight))
    held = np.empty(len(decided.old))
    for k in range(FOLDS):  # a fold's rows have no say in the cost they are scored with
        out = decided.fold == k
        inside = np.where(out, 0, decided.weight)
        held[out] = tried[int(np.argmin(losses @ inside))][1][out]
    answers = decided.sign > 0
    bought = gain(answers, decided.old, decided.old + held, decided.groups, seed)
    moved = shift(answers, decided.old, decided.old + tried[best][1], decided.weight, head)
    fitted = _fitted(decided, COSTS[best], seed)
    stated = {
        "positives": int(answers.sum()),
        "negatives": int((~answers).sum()),
        "cost": COSTS[best],
        "shift": moved,
        "held_out": bought,
    }
    added = np.append(_correction(decided, fitted.weights), moved)
    return Learned(added, stated, decided.old + held + moved)


def _fitted(decided: Decided, cost: float, seed: int) -> linear.Fitted:
    return linear.fit(decided.rows, decided.targets(cost), seed, EPOCHS)


def _held_out(decided: Decided, cost: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Each row's loss, and its correction, from a fit that never saw its group: (n,) each."""
    fitted = _fitted(decided, cost, seed)
    targets = decided.targets(cost)
    loss, correction = np.empty(len(targets.cost)), np.empty(len(targets.cost))
    for k in range(FOLDS):
        out = decided.fold == k
        weights = linear.refit_without(decided.rows, fitted, targets, out, seed, EPOCHS // 2)
        chosen = np.flatnonzero(out)
        logit = linear.products(decided.rows, chosen, weights)
        loss[chosen] = np.logaddexp(0, -decided.sign[chosen] * logit)
        factor = _factor(decided, weights)
        weights[decided.columns :] = 0
        alone = linear.products(decided.rows, chosen, weights)
        correction[chosen] = alone / factor
    return loss, correction


def _factor(decided: Decided, weights: np.ndarray) -> float:
    """What the old logit is multiplied by before the new weights are added."""
    return max(float(weights[decided.columns]) * ANCHOR / decided.spread, LEAST_FACTOR)


def _correction(decided: Decided, weights: np.ndarray) -> np.ndarray:
    """(columns,) weights to add to the old ones, for features at their own scale."""
    correction: np.ndarray = (
        weights[: decided.columns].astype(np.float64) * decided.scale / _factor(decided, weights)
    )
    return correction
