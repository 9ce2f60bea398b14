"""Keep what each threshold of a label gives, so that it can be chosen again without retraining.

A model stores, per label, a few dozen points of the curve that its out-of-fold scores drew: the
threshold, and which share of the positives and of the negatives reaches it. Neither share depends
on how common the label is, so the curve serves any prevalence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from moderation.errors import GoalError, ModelError
from moderation.model.goals.goal import (
    Curve,
    Goal,
    Promise,
    meeting,
    precision_at,
    promise,
    threshold_for,
)

DEFAULT_GOAL = "precision >= 0.9"
POINTS = 60  # per axis: 60 more moved no chosen threshold's precision by more than 0.004
RAREST = 1e-5  # false positive rate from which the points are spread evenly in its logarithm
DRAWS = 4000


@dataclass(frozen=True)
class StoredCurve:
    """Points of a label's curve, thresholds falling: all (k,) float64.

    recall, false_positive_rate: share of positives and negatives that score at least the
    threshold. positives, negatives: how many independent groups of rows stand behind them.
    prevalence: share of positives that the model's calibration assumes.
    """

    threshold: np.ndarray
    recall: np.ndarray
    false_positive_rate: np.ndarray
    positives: float
    negatives: float
    prevalence: float

    @classmethod
    def of(
        cls, y_true: np.ndarray, score: np.ndarray, groups: np.ndarray, weight: np.ndarray
    ) -> StoredCurve:
        """From out-of-fold scores. y_true: (n,) bool. groups: (n,) int. weight: (n,) > 0."""
        y_true = np.asarray(y_true).astype(bool)
        curve = Curve.of(y_true, score, weight)
        rates = np.geomspace(RAREST, 1, POINTS)
        places = np.concatenate(
            [
                np.searchsorted(curve.recall, np.linspace(0, 1, POINTS)),
                np.searchsorted(curve.false_positive_rate, rates),
            ]
        )
        chosen = curve.threshold[np.unique(places.clip(max=len(curve.threshold) - 1))]
        cuts = np.unique([_rounded_down(one) for one in chosen])[::-1]
        ordered = np.sort(-np.asarray(score, np.float64))
        at = np.searchsorted(ordered, -cuts, side="right")  # rows that reach each cut
        order = np.argsort(-np.asarray(score, np.float64), kind="stable")
        hits = np.append(0.0, np.cumsum(np.where(y_true, weight, 0.0)[order]))[at]
        misses = np.append(0.0, np.cumsum(np.where(y_true, 0.0, weight)[order]))[at]
        positives, negatives = weight[y_true].sum(), weight[~y_true].sum()
        return cls(
            cuts,
            _short(hits / positives),
            _short(misses / negatives),
            _effective(groups[y_true], weight[y_true]),
            _effective(groups[~y_true], weight[~y_true]),
            float(f"{positives / (positives + negatives):.6g}"),
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in self.__dict__.items()
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> StoredCurve:
        """The reverse of `to_dict`; ModelError unless it is a falling curve."""
        try:
            columns = [
                np.array(stored[name], np.float64)
                for name in ("threshold", "recall", "false_positive_rate")
            ]
            numbers = [float(stored[name]) for name in ("positives", "negatives", "prevalence")]
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"a label's curve is malformed ({error}); train the model again"
            ) from error
        falling = len(columns[0]) > 0 and (np.diff(columns[0]) < 0).all()
        shares = all(
            len(one) == len(columns[0]) and (one >= 0).all() and (one <= 1).all() for one in columns
        )
        if not falling or not shares or not 0 < numbers[2] < 1:
            raise ModelError("a label's curve does not fall from 1 to 0; train the model again")
        return cls(columns[0], columns[1], columns[2], *numbers)

    def curve(self, prevalence: float | None = None) -> Curve:
        """What each threshold gives where `prevalence` of the comments are positive."""
        share = self.prevalence if prevalence is None else prevalence
        if not 0 < share < 1:
            raise GoalError(f"prevalence is {share}; expected a share between 0 and 1")
        recall, rate = self.recall, self.false_positive_rate
        flags = share * recall + (1 - share) * rate
        return Curve(self.threshold, precision_at(share, recall, rate), recall, rate, flags)

    @property
    def _seen(self) -> np.ndarray:
        """(k,) bool: the points at which one whole group, or more, was flagged."""
        flagged = self.recall * self.positives + self.false_positive_rate * self.negatives
        return np.asarray(flagged >= 1)

    def promise(self, goal: Goal, prevalence: float | None = None, seed: int = 0) -> Promise:
        """The kept threshold that meets `goal` and catches the most, and its 95 % interval.

        The interval is of the measure on as many unseen groups as stand behind the curve: it
        holds the chance in recall and false positive rate as they were seen (Jeffreys' posterior
        of each) and the chance in what comes next, not that in the choice.
        Raises GoalError with what can be reached if no kept threshold meets the goal.
        """
        curve = self.curve(prevalence)
        if goal.measure == "precision":  # of what nobody was ever flagged there, it says nothing
            curve = Curve(*(column[self._seen] for column in vars(curve).values()))
        wanted = meeting(curve, goal)
        at = int(np.flatnonzero(self.threshold == wanted)[0])
        curve = self.curve(prevalence)
        share = self.prevalence if prevalence is None else prevalence
        rng = np.random.default_rng(seed)
        recall = _drawn(self.recall[at], self.positives, rng)
        rate = _drawn(self.false_positive_rate[at], self.negatives, rng)
        drawn = {
            "false positive rate": rate,
            "flags": share * recall + (1 - share) * rate,
            "precision": precision_at(share, recall, rate),
            "recall": recall,
        }
        return Promise.of(goal, curve, at, share, drawn)

    def shown(self, prevalence: float | None = None) -> list[tuple[float, float, float, float]]:
        """(threshold, share of comments flagged, precision, recall), thresholds falling."""
        curve = self.curve(prevalence)
        columns = (curve.threshold, curve.flags, np.nan_to_num(curve.precision, nan=1), self.recall)
        return [
            (float(a), float(f"{b:.4g}"), float(f"{c:.4g}"), float(f"{d:.4g}"))
            for a, b, c, d in zip(*columns, strict=True)
        ]


def chosen(
    y_true: np.ndarray,
    score: np.ndarray,
    goal: str | None,
    groups: np.ndarray,
    weight: np.ndarray,
    draws: int,
    seed: int,
) -> dict[str, Any]:
    """The operating point for a stated goal, as it stands in a model.

    goal: None stands for DEFAULT_GOAL and, where that cannot be reached, for the precision of
    the best F1: the key `instead_of` then says which goal was given up.
    Raises GoalError when a stated goal cannot be reached.
    """
    wanted = Goal.parse(goal or DEFAULT_GOAL)
    given_up = {}
    try:
        threshold_for(y_true, score, wanted, weight)
    except GoalError:
        if goal is not None:
            raise
        given_up = {"instead_of": str(wanted)}
        wanted = _best_f1(Curve.of(y_true, score, weight))
    return promise(y_true, score, wanted, groups, weight, draws=draws, seed=seed).to_dict() | (
        given_up
    )


def _best_f1(curve: Curve) -> Goal:
    """The precision at the threshold of the highest F1."""
    with np.errstate(invalid="ignore"):  # no hit: F1 is undefined, and not the best
        f1 = 2 * curve.precision * curve.recall / (curve.precision + curve.recall)
    best = float(curve.precision[int(np.nanargmax(f1))])
    return replace(Goal.parse(DEFAULT_GOAL), bound=_rounded_down(best, 3))


def _drawn(share: float, rows: float, rng: np.random.Generator) -> np.ndarray:
    """What a share that was seen on so many rows may be on as many others: (DRAWS,)."""
    posterior = rng.beta(share * rows + 0.5, (1 - share) * rows + 0.5, DRAWS)
    others = max(round(rows), 1)
    return rng.binomial(others, posterior) / others


def _effective(groups: np.ndarray, weight: np.ndarray) -> float:
    """How many groups of equal weight would carry as much information (Kish 1965)."""
    mass = np.bincount(np.unique(groups, return_inverse=True)[1], weights=weight)
    return float(f"{mass.sum() ** 2 / (mass**2).sum():.6g}")


def _rounded_down(number: float, digits: int = 6) -> float:
    """To significant digits, never up: whatever reached the number still does."""
    if number <= 0:
        return 0.0
    scale = 10.0 ** (digits - 1 - int(np.floor(np.log10(number))))
    return float(f"{np.floor(number * scale) / scale:.{digits + 1}g}")


def _short(values: np.ndarray) -> np.ndarray:
    return np.array([float(f"{value:.6g}") for value in values])
