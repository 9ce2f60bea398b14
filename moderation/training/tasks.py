"""Choose the rows that teach a label and how much each counts, the user's decisions apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from moderation.errors import LabelError
from moderation.labels.table import label_names
from moderation.training import linear

if TYPE_CHECKING:
    import pandas as pd

    from moderation.training.recipe import Settings

FEWEST = 10  # positives and negatives: fewer cannot be split into folds and calibrated
FACTORS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # of a decision's weight, to choose from
EPOCHS = 20  # in which held-out decisions are learnt on top of the public rows


class RowOrigins(NamedTuple):
    """Which rows of a label table are the user's, (n,) bool each, and which are copies.

    decisions: how much they count is chosen on decisions held out, and what they bought is
    measured there (`metrics["decisions"]`). tables: rows of the user's label tables. The held-out
    scores of both stay in the model, so that it is not tested on what it learnt by heart.
    copy_of: (n,) int, each row's own place, or of a copy that of its row (`training.renaming`);
    None = there are no copies. Copies are learnt from, and otherwise do not count: not in document
    frequencies, nor where folds are dealt, nor in any measure.
    """

    decisions: np.ndarray
    tables: np.ndarray
    copy_of: np.ndarray | None = None

    @classmethod
    def none(cls, labels: pd.DataFrame) -> RowOrigins:
        """None of the rows is the user's, and none a copy."""
        return cls(np.zeros(len(labels), bool), np.zeros(len(labels), bool))


@dataclass(frozen=True)
class Task:
    """One label's rows: sign (n,) +1 or -1, cost (n,) with 0 = not used, judged (n,) bool.

    own: (n,) bool, the user's decisions where their weight is to be chosen; their cost is that of
    a public row on average, times the row's own weight.
    """

    name: str
    settings: Settings
    sign: np.ndarray
    cost: np.ndarray
    judged: np.ndarray
    own: np.ndarray

    @property
    def targets(self) -> linear.Targets:
        """Sign and cost, as the fit takes them."""
        return linear.Targets(self.sign, self.cost)

    def weighed(self, factor: float) -> Task:
        """The same with the user's decisions counting `factor` times."""
        return replace(self, cost=np.where(self.own, self.cost * factor, self.cost))

    def without_own(self) -> Task:
        """The same as if the user had decided nothing."""
        return self.weighed(0.0)


def task_of(
    labels: pd.DataFrame,
    name: str,
    settings: Settings,
    own: np.ndarray,
    seed: int,
    copied: np.ndarray | None = None,
) -> Task:
    """What the label `name` learns from. own: (n,) bool, the user's decisions.

    copied: (n,) bool, rows that serve no label as clean ones; None = none.

    Where they, or the public rows, have too few positives or negatives to be weighed against each
    other, the decisions count as one more set. Raises LabelError when all rows are too few.
    """
    answers = labels[name].to_numpy(np.float64, na_value=np.nan).copy()
    source = labels["source"].fillna("").astype("str").to_numpy()
    rng = np.random.default_rng(seed)
    judged = ~np.isnan(answers)
    copies = np.zeros(len(answers), bool) if copied is None else copied
    for clean, most in settings.clean.items():
        free = np.flatnonzero((source == clean) & np.isnan(answers) & ~copies)
        answers[rng.permutation(free)[:most]] = 0.0
    used = ~np.isnan(answers)
    positives, negatives = int((answers == 1).sum()), int((answers == 0).sum())
    if min(positives, negatives) < FEWEST:
        raise LabelError(
            f"label {name!r} has {positives} positive and {negatives} negative rows; "
            f"at least {FEWEST} of each are needed: label more, or drop the column"
        )
    apart = own & used
    if _scarcer(answers[apart]) < FEWEST or _scarcer(answers[used & ~own]) < FEWEST:
        apart = np.zeros(len(answers), bool)
    weight = labels["weight"].to_numpy(np.float64, na_value=1.0)
    cost = _by_set(answers, source, used & ~apart, settings) * weight
    cost[used & ~apart] *= settings.cost * (used & ~apart).sum() / cost[used & ~apart].sum()
    cost[apart] = settings.cost * weight[apart]
    return Task(name, settings, np.where(answers == 1, 1.0, -1.0), cost, judged, apart)


def decided(labels: pd.DataFrame, own: np.ndarray) -> dict[str, list[int]]:
    """Positive and negative rows of the user's own by label, where there are any."""
    counts = {
        name: [int((labels[name][own] == 1).sum()), int((labels[name][own] == 0).sum())]
        for name in label_names(labels)
    }
    return {name: count for name, count in counts.items() if sum(count)}


def _scarcer(answers: np.ndarray) -> int:
    return int(min((answers == 1).sum(), (answers == 0).sum()))


def _by_set(
    answers: np.ndarray, source: np.ndarray, used: np.ndarray, settings: Settings
) -> np.ndarray:
    """Cost of each used row by the size and balance of its set: (n,)."""
    cost = np.zeros(len(answers))
    for name in np.unique(source[used]):
        rows = used & (source == name)
        mass = rows.sum() ** (settings.size_power - 1) * settings.sources.get(name, 1.0)
        share = answers[rows].mean()
        cost[rows] = mass
        if 0 < share < 1:
            halves = np.where(answers[rows] == 1, 0.5 / share, 0.5 / (1 - share))
            cost[rows] = mass * halves**settings.balance
    return cost


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
    """Loss of each fold's decisions when those of the other folds are learnt on the public rows."""
    total = 0.0
    for left_out in np.unique(fold[task.own]):
        out = np.flatnonzero(task.own & (fold == left_out))
        learnt = np.where(task.own & (fold != left_out), task.cost, 0)
        fitted = public.copy()
        linear.go_on(rows, fitted, linear.Targets(task.sign, learnt), seed, EPOCHS)
        logit = linear.products(rows, out, fitted.weights)
        weight = task.cost[out] / task.cost[out].mean()
        total += float(weight @ np.logaddexp(0, -task.sign[out] * logit))
    return total
