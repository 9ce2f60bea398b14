"""Measure scores against answers: ranking, flags at a threshold, calibration, with intervals.

Everything is worked out by one pass over the rows in order of score, with a weight per row. A
bootstrap draw is nothing but other weights (how often its group was drawn), so a thousand draws
cost a thousand passes and no sorting. Undefined is NaN, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from moderation.compiled import BOOL, F8, FLOAT, I8, U1, W_F8, Loop

if TYPE_CHECKING:
    from collections.abc import Iterator

METRICS = (
    "roc_auc",
    "average_precision",
    "precision",
    "recall",
    "f1",
    "false_positive_rate",
    "flag_rate",
    "calibration_error",
    "brier",
    "prevalence",
)
"""Names of the columns of `measures` and `draws_of`, in order.

calibration_error: expected calibration error over 15 bins of equal width (Guo et al. 2017).
brier: mean squared error (Brier 1950). average_precision: sum over recall steps of the
precision reached, without interpolation, as scikit-learn has it.
"""

BINS = 15
BLOCK = 32  # draws at a time

_measure = Loop("measure", BOOL, F8, F8, FLOAT, W_F8)
_measure_draws = Loop("measure_draws", BOOL, F8, I8, U1, FLOAT, W_F8)


@dataclass(frozen=True)
class Interval:
    """A value and its 95 % interval; NaN where undefined."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float | None]:
        """For JSON, where NaN is null; six digits."""
        return {name: shown(number) for name, number in self.__dict__.items()}


def shown(number: float) -> float | None:
    """A number for JSON: six significant digits, None for NaN."""
    return None if np.isnan(number) else float(f"{number:.6g}")


@dataclass(frozen=True)
class Ranked:
    """Rows in falling order of score, ready to be measured under any weights.

    y_true: (n,) bool. score: (n,) float64 in [0, 1]. group: (n,) int64, 0 to groups - 1.
    """

    y_true: np.ndarray
    score: np.ndarray
    group: np.ndarray
    threshold: float
    order: np.ndarray

    @classmethod
    def of(
        cls,
        y_true: np.ndarray,
        score: np.ndarray,
        threshold: float = 0.5,
        groups: np.ndarray | None = None,
    ) -> Ranked:
        """From rows in any order; groups: rows that are drawn together (threads).

        A single group would come out the same in every draw, and the interval as a point: its rows
        are drawn one by one.
        """
        score = np.asarray(score, dtype=np.float64)
        order = np.argsort(-score, kind="stable")
        codes = (
            np.arange(len(score)) if groups is None else np.unique(groups, return_inverse=True)[1]
        )
        if not codes.any():
            codes = np.arange(len(score))
        y_true = np.asarray(y_true).astype(bool)
        return cls(y_true[order], score[order], codes[order].astype(np.int64), threshold, order)

    def measure(self, weight: np.ndarray | None = None) -> np.ndarray:
        """METRICS under (n,) weights in the rows' own order: (10,) float64."""
        weight = np.ones(len(self.order)) if weight is None else np.asarray(weight, np.float64)
        found = np.empty(len(METRICS))
        _measure(self.y_true, self.score, weight[self.order], self.threshold, found)
        return found

    def draws(self, times: np.ndarray) -> np.ndarray:
        """METRICS of each draw: (draws, 10). times: (draws, groups), a block of `resample`."""
        found = np.empty((len(times), len(METRICS)))
        _measure_draws(self.y_true, self.score, self.group, times, self.threshold, found)
        return found


def measures(
    y_true: np.ndarray,
    score: np.ndarray,
    threshold: float = 0.5,
    weight: np.ndarray | None = None,
) -> dict[str, float]:
    """METRICS by name. y_true: (n,) bool. score: (n,) in [0, 1]; flagged when >= threshold.

    >>> measures(np.array([0, 1, 1]), np.array([.2, .4, .9]), 0.5)["recall"]
    0.5
    """
    row = Ranked.of(y_true, score, threshold).measure(weight)
    return dict(zip(METRICS, row.tolist(), strict=True))


def roc_auc(y_true: np.ndarray, score: np.ndarray) -> float:
    """Chance that a positive scores above a negative, ties half; NaN without both.

    Scores may be any numbers. Source: Hanley, McNeil 1982.
    """
    return float(Ranked.of(y_true, score).measure()[0])


def resample(groups: int, draws: int, seed: int) -> Iterator[np.ndarray]:
    """How often each group is drawn: blocks of (some draws, groups) uint8, `draws` rows in all.

    Same seed, same draws. In blocks, for a thousand draws of 250,000 threads are a gigabyte.
    """
    rng = np.random.default_rng(seed)
    for first in range(0, draws, BLOCK):
        times = np.empty((min(BLOCK, draws - first), groups), dtype=np.uint8)
        for draw in range(len(times)):
            times[draw] = np.bincount(rng.integers(0, groups, groups), minlength=groups)
        yield times


def interval(value: float, drawn: np.ndarray) -> Interval:
    """A value with the 2.5 and 97.5 % points of its draws; undefined draws do not count.

    When more than half of the draws are undefined, so is the interval.
    """
    known = drawn[~np.isnan(drawn)]
    if np.isnan(value) or len(known) * 2 < len(drawn) or not len(known):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def rough_interval(value: float, drawn: np.ndarray) -> Interval:
    """As `interval`, from the draws' spread: 1.96 standard errors either side, within [0, 1].

    Fifty draws tell a spread well and a 2.5 % point badly: enough for a slice among a hundred.
    """
    known = drawn[~np.isnan(drawn)]
    if np.isnan(value) or len(known) * 2 < len(drawn) or len(known) < 2:
        return Interval(value, float("nan"), float("nan"))
    half = 1.96 * float(known.std(ddof=1))
    return Interval(value, max(0.0, value - half), min(1.0, value + half))


def with_intervals(
    ranked: Ranked, draws: int = 1000, seed: int = 0, rough: bool = False
) -> dict[str, Interval]:
    """METRICS by name, each with its bootstrap interval over groups (Efron 1979)."""
    point = ranked.measure()
    count = int(ranked.group.max(initial=-1)) + 1
    blocks = [ranked.draws(times) for times in resample(count, draws, seed)] if count else []
    drawn = np.concatenate(blocks) if blocks else np.empty((0, len(METRICS)))
    between = rough_interval if rough else interval
    return {name: between(float(point[at]), drawn[:, at]) for at, name in enumerate(METRICS)}


def confusion(y_true: np.ndarray, score: np.ndarray, threshold: float) -> dict[str, int]:
    """Counts of rows: true and false positives and negatives."""
    flagged = np.asarray(score) >= threshold
    y_true = np.asarray(y_true).astype(bool)
    return {
        "true_positive": int((flagged & y_true).sum()),
        "false_positive": int((flagged & ~y_true).sum()),
        "false_negative": int((~flagged & y_true).sum()),
        "true_negative": int((~flagged & ~y_true).sum()),
    }
