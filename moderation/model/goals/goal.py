"""Choose each label's threshold from a goal that a moderator states as a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np

from moderation.errors import GoalError

Measure = Literal["precision", "recall", "false positive rate", "flags"]

SLACK = 1e-12  # a bound that is met exactly must not fail by rounding
_NUMBER = r"([\d.]+(?:e-?\d+)?)\s*(%?)"
_AT_LEAST = re.compile(rf"(precision|recall)\s*(?:>=|≥|at least)\s*{_NUMBER}")
_RATE = re.compile(rf"(?:false positive rate|fpr)\s*(?:<=|≤|at most)\s*{_NUMBER}")
_FLAGS = re.compile(r"at most ([\d,_.]+) flags? per ([\d,_]+) comments?")
_FORMS = (
    "'precision >= 0.8', 'recall >= 0.8', 'false positive rate <= 0.1%' or "
    "'at most 200 flags per 100,000 comments'"
)


@dataclass(frozen=True)
class Goal:
    """What a threshold must reach; reads from a sentence and prints back as one.

    bound: a share in (0, 1]; for flags, how many per `per` comments.

    >>> str(Goal.parse("Precision at least 90 %"))
    'precision >= 0.9'
    """

    measure: Measure
    bound: float
    per: int = 1

    @classmethod
    def parse(cls, sentence: str) -> Goal:
        """Raises GoalError that lists the sentences which are understood."""
        words = " ".join(sentence.lower().split())
        if match := _AT_LEAST.fullmatch(words):
            goal = cls(
                "precision" if match[1] == "precision" else "recall", _share(*match.groups()[1:])
            )
        elif match := _RATE.fullmatch(words):
            goal = cls("false positive rate", _share(*match.groups()))
        elif match := _FLAGS.fullmatch(words):
            goal = cls("flags", _count(match[1]), int(_count(match[2])))
        else:
            raise GoalError(f"{sentence!r} is not a goal; expected {_FORMS}")
        if not 0 < goal.bound <= goal.per:
            raise GoalError(
                f"{sentence!r} asks for {goal.bound:g} in {goal.per:,}; expected a share"
            )
        return goal

    def __str__(self) -> str:
        if self.measure == "flags":
            return f"at most {self.bound:,g} flags per {self.per:,} comments"
        if self.measure == "false positive rate":
            return f"{self.measure} <= {self.bound * 100:g}%"
        return f"{self.measure} >= {self.bound:g}"

    @property
    def rising(self) -> bool:
        """Whether more is better: the measure must be at least the bound."""
        return self.measure in ("precision", "recall")

    @property
    def share(self) -> float:
        """The bound as a share in (0, 1]."""
        return self.bound / self.per


def _share(number: str, percent: str) -> float:
    return _count(number) / (100 if percent else 1)


def _count(number: str) -> float:
    try:
        counted = float(number.replace(",", "").replace("_", ""))
    except ValueError as error:
        raise GoalError(f"{number!r} is not a number") from error
    if not isfinite(counted):
        raise GoalError(f"{number[:20]}… is too large a number")
    return counted


@dataclass(frozen=True)
class Curve:
    """What each threshold gives; thresholds fall, one entry per distinct score: all (k,) float64.

    A comment is flagged when its score is at least the threshold. `precision` and so on are
    NaN where undefined (no positive row).
    """

    threshold: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    false_positive_rate: np.ndarray
    flags: np.ndarray  # share of all comments

    @classmethod
    def of(
        cls,
        y_true: np.ndarray,
        score: np.ndarray,
        weight: np.ndarray | None = None,
        prevalence: float | None = None,
    ) -> Curve:
        """y_true: (n,) bool. score: (n,). weight: (n,) >= 0. prevalence: see `threshold_for`."""
        y_true = np.asarray(y_true).astype(bool)
        score = np.asarray(score)
        weight = _weights(y_true, weight, prevalence)
        order = np.argsort(-score, kind="stable")
        ends = _ends(score[order])
        hits = np.cumsum(np.where(y_true, weight, 0.0)[order])[ends]
        misses = np.cumsum(np.where(y_true, 0.0, weight)[order])[ends]
        positives = weight[y_true].sum()
        negatives = weight[~y_true].sum()
        with np.errstate(divide="ignore", invalid="ignore"):  # undefined is NaN
            return cls(
                threshold=score[order][ends].astype(np.float64),
                precision=hits / (hits + misses),
                recall=hits / positives,
                false_positive_rate=misses / negatives,
                flags=(hits + misses) / (positives + negatives),
            )

    def measure(self, name: Measure) -> np.ndarray:
        """The named column."""
        column: np.ndarray = getattr(self, name.replace(" ", "_"))
        return column


def _ends(falling: np.ndarray) -> np.ndarray:
    """The last index of each run of equal scores: ties share a threshold."""
    if not len(falling):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.append(falling[1:] != falling[:-1], True))


def _weights(y_true: np.ndarray, weight: np.ndarray | None, prevalence: float | None) -> np.ndarray:
    weight = np.ones(len(y_true)) if weight is None else np.asarray(weight, dtype=np.float64)
    if prevalence is None:
        return weight
    if not 0 < prevalence < 1:
        raise GoalError(f"prevalence is {prevalence}; expected a share between 0 and 1")
    positives, negatives = weight[y_true].sum(), weight[~y_true].sum()
    if not positives or not negatives:
        raise GoalError("prevalence needs positive and negative rows to be corrected for")
    return weight * np.where(y_true, prevalence / positives, (1 - prevalence) / negatives)


def threshold_for(
    y_true: np.ndarray,
    score: np.ndarray,
    goal: Goal,
    weight: np.ndarray | None = None,
    prevalence: float | None = None,
) -> float:
    """The threshold that meets `goal` and catches the most; for a recall goal, flags the least.

    That is the lowest that meets the goal, or for recall the highest.
    y_true: (n,) bool. score: (n,) float. weight: (n,). prevalence: share of positives where the
    threshold will be used, when it differs from the share here (positives and negatives are
    weighed to it; their scores are taken to be distributed as here).
    Raises GoalError with the best that can be reached when no threshold meets the goal.
    Source: Fawcett 2006, "An introduction to ROC analysis", section 5.

    >>> threshold_for(np.array([0, 1, 1]), np.array([.2, .4, .9]), Goal.parse("precision >= 1"))
    0.4
    """
    return meeting(Curve.of(y_true, score, weight, prevalence), goal)


def meeting(curve: Curve, goal: Goal) -> float:
    """The threshold that `threshold_for` chooses; GoalError where none meets the goal."""
    reached = curve.measure(goal.measure)
    if not len(reached) or np.isnan(reached).all():
        raise GoalError(f"{goal}: undefined here; label some positive and some negative rows")
    met = reached >= goal.share - SLACK if goal.rising else reached <= goal.share + SLACK
    if not met.any():
        best = int(np.nanargmax(reached) if goal.rising else np.nanargmin(reached))
        raise GoalError(
            f"{goal}: cannot be reached; the best is {_wording(goal, reached[best])} at threshold "
            f"{curve.threshold[best]:.4g} (precision {curve.precision[best]:.3g}, "
            f"recall {curve.recall[best]:.3g})"
        )
    places = np.flatnonzero(met)
    return float(curve.threshold[places[0] if goal.measure == "recall" else places[-1]])


def _wording(goal: Goal, share: float) -> str:
    if goal.measure == "flags":
        return f"{share * goal.per:,.4g} flags per {goal.per:,} comments"
    if goal.measure == "false positive rate":
        return f"a false positive rate of {share * 100:.3g}%"
    return f"{goal.measure} {share:.3g}"


@dataclass(frozen=True)
class Promise:
    """A threshold and what it can be expected to give on unseen comments.

    value: the goal's measure on the rows at hand. low, high: 95 % interval of the same measure
    on unseen groups; NaN if it cannot be estimated. flags is per 100,000 comments. precision and
    flags are those where `prevalence` of the comments are positive; precision_low to recall_high
    are intervals as low and high are.
    """

    goal: Goal
    threshold: float
    value: float
    low: float
    high: float
    precision: float
    recall: float
    false_positive_rate: float
    flags: float
    prevalence: float
    precision_low: float
    precision_high: float
    recall_low: float
    recall_high: float

    @classmethod
    def of(
        cls,
        goal: Goal,
        curve: Curve,
        at: int,
        prevalence: float,
        drawn: dict[str, np.ndarray],
        least: float = 1,
    ) -> Promise:
        """The promise of the threshold at `curve.threshold[at]`.

        drawn: values of precision, recall and the goal's measure as they may come, NaN where
        undefined; an interval takes at least `least` that are defined.
        """
        per = goal.per if goal.measure == "flags" else 1
        middle = {name: _middle(values, least) for name, values in drawn.items()}
        low, high = middle[goal.measure]
        return cls(
            goal,
            float(curve.threshold[at]),
            value=float(curve.measure(goal.measure)[at] * per),
            low=low * per,
            high=high * per,
            precision=float(curve.precision[at]),
            recall=float(curve.recall[at]),
            false_positive_rate=float(curve.false_positive_rate[at]),
            flags=float(curve.flags[at] * 100_000),
            prevalence=prevalence,
            precision_low=middle["precision"][0],
            precision_high=middle["precision"][1],
            recall_low=middle["recall"][0],
            recall_high=middle["recall"][1],
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the goal as its sentence, NaN as null."""
        numbers = {name: value for name, value in self.__dict__.items() if name != "goal"}
        return (
            {"goal": str(self.goal)}
            | {
                name: None if np.isnan(value) else float(f"{value:.6g}")
                for name, value in numbers.items()
            }
            | {"threshold": self.threshold}
        )


def promise(
    y_true: np.ndarray,
    score: np.ndarray,
    goal: Goal,
    groups: np.ndarray | None = None,
    weight: np.ndarray | None = None,
    prevalence: float | None = None,
    draws: int = 200,
    seed: int = 0,
) -> Promise:
    """`threshold_for`, with the interval of what it gives on groups that were not seen.

    groups: (n,) int, rows that belong together (threads). Each of the draws chooses a threshold
    on resampled groups and measures it on the groups left out (about 37 %), so the interval
    holds both the chance in the choice and the chance in what comes next; it is wide for goals
    chosen on few rows, and right for a dump of at least that size.
    Source: Efron, Tibshirani 1997, "Improvements on cross-validation: the .632+ bootstrap".
    """
    from moderation.model.goals.resampled import (  # compiled; scoring promises nothing
        MEASURES,
        left_out,
    )

    y_true, score = np.asarray(y_true).astype(bool), np.asarray(score)
    curve = Curve.of(y_true, score, weight, prevalence)
    threshold = meeting(curve, goal)
    at = int(np.flatnonzero(curve.threshold == threshold)[0])
    rows = np.ones(len(y_true)) if weight is None else np.asarray(weight, dtype=np.float64)
    codes = np.arange(len(y_true)) if groups is None else np.unique(groups, return_inverse=True)[1]
    order = np.argsort(-score, kind="stable")
    codes = codes[order].astype(np.int64)
    ordered = (y_true[order], score[order].astype(np.float64), codes, rows[order])
    bound = goal.share - SLACK if goal.rising else goal.share + SLACK
    asked = (MEASURES.index(goal.measure), bound, -1.0 if prevalence is None else prevalence)
    rng, count = np.random.default_rng(seed), int(codes.max(initial=-1)) + 1
    seen = []
    for _ in range(draws):
        times = np.bincount(rng.integers(0, count, count), minlength=count)
        seen.append(left_out(*ordered, times, *asked))
    measured = np.array(seen).reshape(-1, len(MEASURES)).T
    recall, rate = measured[1], measured[2]
    share = _share_of(y_true, rows) if prevalence is None else prevalence
    drawn: dict[str, np.ndarray] = {
        "precision": precision_at(share, recall, rate),
        "recall": recall,
        goal.measure: measured[MEASURES.index(goal.measure)],
    }
    return Promise.of(goal, curve, at, share, drawn, least=draws / 2)


def precision_at(
    share: float, recall: np.ndarray | float, false_positive_rate: np.ndarray | float
) -> np.ndarray:
    """Precision where `share` of the comments are positive; NaN where nothing is flagged.

    Neither recall nor the false positive rate depends on the share; precision does, much.

    >>> [round(float(precision_at(share, 0.5, 0.01)), 2) for share in (0.05, 0.2)]
    [0.72, 0.93]
    """
    hits = share * np.asarray(recall, np.float64)
    misses = (1 - share) * np.asarray(false_positive_rate, np.float64)
    with np.errstate(invalid="ignore"):  # nothing flagged: undefined is NaN
        return np.asarray(hits / (hits + misses))


def _share_of(y_true: np.ndarray, weight: np.ndarray) -> float:
    return float(weight[y_true].sum() / weight.sum())


def _middle(drawn: np.ndarray, least: float) -> tuple[float, float]:
    """The 2.5 and 97.5 % points of the draws that are defined; NaN where they are too few."""
    known = drawn[~np.isnan(drawn)]
    if len(known) < max(least, 1):
        return np.nan, np.nan
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)
