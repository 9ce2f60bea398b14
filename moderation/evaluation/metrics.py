"""Measure scores against answers: ranking, flags at a threshold, calibration, with intervals.

Everything is worked out by one pass over the rows in order of score, with a weight per row. A
bootstrap draw is nothing but other weights (how often its group was drawn), so a thousand draws
cost a thousand passes and no sorting. Undefined is NaN, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from moderation.features.compiled import allocating

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
        """From rows in any order; groups: rows that are drawn together (threads)."""
        score = np.asarray(score, dtype=np.float64)
        order = np.argsort(-score, kind="stable")
        codes = (
            np.arange(len(score)) if groups is None else np.unique(groups, return_inverse=True)[1]
        )
        y_true = np.asarray(y_true).astype(bool)
        return cls(y_true[order], score[order], codes[order].astype(np.int64), threshold, order)

    def measure(self, weight: np.ndarray | None = None) -> np.ndarray:
        """METRICS under (n,) weights in the rows' own order: (10,) float64."""
        weight = np.ones(len(self.order)) if weight is None else np.asarray(weight, np.float64)
        return _measure(self.y_true, self.score, weight[self.order], self.threshold)

    def draws(self, times: np.ndarray) -> np.ndarray:
        """METRICS of each draw: (draws, 10). times: (draws, groups), a block of `resample`."""
        return _draws(self.y_true, self.score, self.group, times, self.threshold)


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


@allocating
def _draws(
    y_true: np.ndarray,
    score: np.ndarray,
    group: np.ndarray,
    times: np.ndarray,
    threshold: float,
) -> np.ndarray:
    drawn = np.empty((times.shape[0], 10))
    weight = np.empty(len(score))
    for draw in range(times.shape[0]):
        for row in range(len(score)):
            weight[row] = times[draw, group[row]]
        drawn[draw] = _measure(y_true, score, weight, threshold)
    return drawn


@allocating
def _measure(
    y_true: np.ndarray, score: np.ndarray, weight: np.ndarray, threshold: float
) -> np.ndarray:
    """METRICS of rows in falling order of score, each counted `weight` times."""
    positives, negatives, squared, gap = _totals(y_true, score, weight)
    area, average, hits, misses = _ranking(y_true, score, weight, threshold)
    out = np.full(10, np.nan)
    total, flagged = positives + negatives, hits + misses
    if positives > 0 and negatives > 0:
        out[0] = area / (positives * negatives)
    if positives > 0:
        out[1] = average / positives
        out[3] = hits / positives
    if flagged > 0:
        out[2] = hits / flagged
    if flagged + positives > 0:
        out[4] = 2 * hits / (flagged + positives)
    if negatives > 0:
        out[5] = misses / negatives
    if total > 0:
        out[6] = flagged / total
        out[7] = gap / total
        out[8] = squared / total
        out[9] = positives / total
    return out


@allocating
def _totals(
    y_true: np.ndarray, score: np.ndarray, weight: np.ndarray
) -> tuple[float, float, float, float]:
    """Weight of positives, of negatives, squared errors, and how far the bins are off."""
    positives, negatives, squared, gap = 0.0, 0.0, 0.0, 0.0
    bin_score, bin_true = np.zeros(BINS), np.zeros(BINS)
    for row in range(len(score)):
        if y_true[row]:
            positives += weight[row]
        else:
            negatives += weight[row]
        squared += weight[row] * (score[row] - y_true[row]) ** 2
        number = min(max(int(score[row] * BINS), 0), BINS - 1)
        bin_score[number] += weight[row] * score[row]
        bin_true[number] += weight[row] * y_true[row]
    for number in range(BINS):
        gap += abs(bin_score[number] - bin_true[number])
    return positives, negatives, squared, gap


@allocating
def _ranking(
    y_true: np.ndarray, score: np.ndarray, weight: np.ndarray, threshold: float
) -> tuple[float, float, float, float]:
    """Areas under both curves before they are scaled, and flagged positives and negatives."""
    hits, misses, area, average = 0.0, 0.0, 0.0, 0.0
    flagged_hits, flagged_misses = 0.0, 0.0
    row = 0
    while row < len(score):  # a run of equal scores at a time: ties share a threshold
        run_hits, run_misses, value = 0.0, 0.0, score[row]
        while row < len(score) and score[row] == value:
            if y_true[row]:
                run_hits += weight[row]
            else:
                run_misses += weight[row]
            row += 1
        area += run_misses * (hits + run_hits / 2)
        hits += run_hits
        misses += run_misses
        if hits + misses > 0:
            average += run_hits * hits / (hits + misses)
        if value >= threshold:
            flagged_hits, flagged_misses = hits, misses
    return area, average, flagged_hits, flagged_misses
