"""Compare two models on the same rows, and decide by stated rules whether the new one is worse."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from moderation.evaluation.evaluate import judged_rows, shared_labels
from moderation.evaluation.metrics import METRICS, Interval, Ranked, interval, resample, shown
from moderation.evaluation.slices import slices_of
from moderation.labels.splits import split_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

MARGINS = {"roc_auc": 0.002, "average_precision": 0.005, "precision": 0.01, "recall": 0.01}
"""What a metric may lose before it counts, if the interval of the loss excludes 0 too.

On a big test set smaller losses are significant too, but nobody would notice them.
"""
COVERAGE = 0.01  # more rows than this share that the candidate cannot tell, and it is worse
SLICE_MARGIN = 0.02
SLICE_ROWS, SLICE_EACH, SLICE_DRAWS = 100, 20, 200  # smaller slices differ by chance

RULES = (
    "worse: a label is gone; or it cannot tell over 1% more rows; or on any label ROC AUC fell "
    "by over 0.002, average precision by over 0.005, or precision or recall at the threshold by "
    "over 0.01, with the 95% interval of the paired difference below 0. "
    "better: not worse, and ROC AUC, average precision or F1 of a label rose, its interval above "
    "0. same: neither was shown."
)


@dataclass(frozen=True)
class Flip:
    """A comment that one model flags and the other does not. answer: None if it was not judged."""

    label: str
    text: str
    answer: bool | None
    before: float
    after: float
    flagged: bool  # by the candidate
    thread_id: str | None
    id: str | None

    @property
    def mended(self) -> bool:
        """Whether the candidate is right and the current model was not."""
        return self.answer is not None and self.flagged == self.answer


@dataclass(frozen=True)
class Difference:
    """One label: before, after, and after - before with its paired interval, by metric.

    flags: additional flags per 100,000 comments (negative: fewer). mended, broken: judged rows
    whose flag became right or wrong. slices: (kind, name, difference in ROC AUC) of those that fell
    by over SLICE_MARGIN with the whole interval below 0, worst first.
    """

    label: str
    rows: int
    positives: int
    before: dict[str, float]
    after: dict[str, float]
    change: dict[str, Interval]
    flags: float
    mended: int
    broken: int
    slices: list[tuple[str, str, Interval]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: NaN is null."""
        return asdict(self) | {
            "before": {name: shown(value) for name, value in self.before.items()},
            "after": {name: shown(value) for name, value in self.after.items()},
            "change": {name: value.to_dict() for name, value in self.change.items()},
            "slices": [[kind, name, value.to_dict()] for kind, name, value in self.slices],
        }


@dataclass(frozen=True)
class Comparison:
    """verdict: "better", "worse" or "same", by RULES; reasons: the rules that were met.

    flags_per_day: additional flags to review, if the number of comments a day was given.
    """

    verdict: str
    reasons: list[str]
    labels: list[Difference]
    flips: list[Flip]
    flags_per_day: float | None = None
    rules: str = RULES

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {
            "labels": [difference.to_dict() for difference in self.labels],
            "flips": [
                asdict(flip) | {"before": shown(flip.before), "after": shown(flip.after)}
                for flip in self.flips
            ],
        }


class Scored(NamedTuple):
    """A model's scores of n rows, a float column per label, NaN where it has none.

    thresholds: by label; a comment is flagged when its score reaches it.
    """

    scores: pd.DataFrame
    thresholds: Mapping[str, float]


def compare(
    frame: pd.DataFrame,
    candidate: Scored,
    current: Scored,
    *,
    groups: np.ndarray | None = None,
    comments_per_day: float | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Compare two models on the rows of one label table, label by label.

    groups, draws, seed: as in `evaluate`. Both models are measured on the rows that both can score,
    and each draw of the bootstrap measures both on the same groups.
    """
    labels = shared_labels(frame, current.scores)
    groups = split_groups(frame) if groups is None else groups
    pairs = [
        _Pair.of(frame, candidate, current, label, groups)
        for label in labels
        if label in candidate.scores.columns
    ]
    flips = [flip for pair in pairs for flip in _flips(frame, pair)]
    differences = [_difference(frame, pair, draws, seed) for pair in pairs if pair.use.any()]
    reasons = lost_labels(candidate.scores.columns, current.scores.columns)
    reasons += _lost_rows(pairs)
    reasons += [reason for difference in differences for reason in _losses(difference)]
    gains = [reason for difference in differences for reason in _gains(difference)]
    verdict = "worse" if reasons else "better" if gains else "same"
    daily = _more_flags(differences, comments_per_day)
    return Comparison(verdict, reasons or gains, differences, _ranked(flips), daily)


def lost_labels(candidate: Iterable[str], current: Iterable[str]) -> list[str]:
    """A reason for each label that the candidate lacks, whether or not any row was judged for it.

    >>> lost_labels(["spam"], ["spam", "slur"])
    ['slur: the candidate has no such label']
    """
    known = set(candidate)
    return [f"{label}: the candidate has no such label" for label in current if label not in known]


@dataclass(frozen=True)
class _Pair:
    """One label's rows under both models: all arrays (n,) over the label table."""

    label: str
    y_true: np.ndarray
    judged: np.ndarray
    before: np.ndarray
    after: np.ndarray
    thresholds: tuple[float, float]
    groups: np.ndarray
    use: np.ndarray  # judged, and scored by both

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        candidate: Scored,
        current: Scored,
        label: str,
        groups: np.ndarray,
    ) -> _Pair:
        judged, scored_before, y_true, before = judged_rows(frame, current.scores, label)
        _, scored_after, _, after = judged_rows(frame, candidate.scores, label)
        use = judged & scored_before & scored_after
        thresholds = (float(current.thresholds[label]), float(candidate.thresholds[label]))
        codes = np.unique(groups, return_inverse=True)[1]
        return cls(label, y_true, judged, before, after, thresholds, codes, use)

    @property
    def lost(self) -> float:
        """Share of rows that only the current model can score."""
        only = ~np.isnan(self.before) & np.isnan(self.after)
        return float(only.mean()) if len(only) else 0.0

    @property
    def flagged(self) -> tuple[np.ndarray, np.ndarray]:
        """(n,) bool before and after; a row without a score is not flagged."""
        return self.before >= self.thresholds[0], self.after >= self.thresholds[1]


def _difference(frame: pd.DataFrame, pair: _Pair, draws: int, seed: int) -> Difference:
    before, after, change = _paired(pair, pair.use, draws, seed)
    was, now = pair.flagged
    right = (now == pair.y_true) & pair.use
    turned = (was != now) & pair.use
    scored = ~np.isnan(pair.before) & ~np.isnan(pair.after)
    return Difference(
        label=pair.label,
        rows=int(pair.use.sum()),
        positives=int(pair.y_true[pair.use].sum()),
        before=before,
        after=after,
        change=change,
        flags=float((now[scored].mean() - was[scored].mean()) * 100_000),
        mended=int((turned & right).sum()),
        broken=int((turned & ~right).sum()),
        slices=_fallen(frame, pair, min(SLICE_DRAWS, draws), seed),
    )


def _paired(
    pair: _Pair, rows: np.ndarray, draws: int, seed: int
) -> tuple[dict[str, float], dict[str, float], dict[str, Interval]]:
    """METRICS before and after, and their differences under the same draws."""
    ranked = [
        Ranked.of(pair.y_true[rows], score[rows], threshold, pair.groups[rows])
        for score, threshold in zip((pair.before, pair.after), pair.thresholds, strict=True)
    ]
    points = [rows.measure() for rows in ranked]
    count = int(ranked[0].group.max()) + 1
    drawn = np.concatenate(
        [ranked[1].draws(times) - ranked[0].draws(times) for times in resample(count, draws, seed)]
    )
    change = {
        name: interval(float(points[1][at] - points[0][at]), drawn[:, at])
        for at, name in enumerate(METRICS)
    }
    before, after = (dict(zip(METRICS, point.tolist(), strict=True)) for point in points)
    return before, after, change


def _fallen(
    frame: pd.DataFrame, pair: _Pair, draws: int, seed: int
) -> list[tuple[str, str, Interval]]:
    """Slices whose ranking got worse, worst first."""
    fallen = []
    for kind, name, inside in slices_of(frame):
        rows = pair.use & inside
        positives = int(pair.y_true[rows].sum())
        few = min(positives, int(rows.sum()) - positives) < SLICE_EACH
        if few or rows.sum() < SLICE_ROWS:
            continue
        change = _paired(pair, rows, draws, seed)[2]["roc_auc"]
        if change.value < -SLICE_MARGIN and change.high < 0:
            fallen.append((kind, name, change))
    return sorted(fallen, key=lambda part: part[2].value)


def _flips(frame: pd.DataFrame, pair: _Pair) -> list[Flip]:
    was, now = pair.flagged
    context = frame[["text", "thread_id", "id"]].astype("object").where(frame.notna(), None)
    return [
        Flip(
            label=pair.label,
            text=str(context["text"].iloc[row]),
            answer=bool(pair.y_true[row]) if pair.judged[row] else None,
            before=float(pair.before[row]),
            after=float(pair.after[row]),
            flagged=bool(now[row]),
            thread_id=context["thread_id"].iloc[row],
            id=context["id"].iloc[row],
        )
        for row in np.flatnonzero(was != now)
    ]


def _ranked(flips: list[Flip]) -> list[Flip]:
    """Flips to a wrong answer first, then by how far the score moved."""
    return sorted(
        flips,
        key=lambda flip: (
            flip.answer is None,
            flip.mended,
            -abs(np.nan_to_num(flip.after) - np.nan_to_num(flip.before)),
            flip.text,
            flip.label,
        ),
    )


def _lost_rows(pairs: list[_Pair]) -> list[str]:
    return [
        f"{pair.label}: cannot tell {pair.lost:.1%} more rows"
        for pair in pairs
        if pair.lost > COVERAGE
    ]


def _losses(difference: Difference) -> list[str]:
    return [
        _reason(difference, name)
        for name, margin in MARGINS.items()
        if difference.change[name].value < -margin and difference.change[name].high < 0
    ]


def _gains(difference: Difference) -> list[str]:
    return [
        _reason(difference, name)
        for name in ("roc_auc", "average_precision", "f1")
        if difference.change[name].low > 0
    ]


def _reason(difference: Difference, name: str) -> str:
    change, was, now = difference.change[name], difference.before[name], difference.after[name]
    return (
        f"{difference.label}: {name.replace('_', ' ')} {was:.3f} -> {now:.3f} "
        f"({change.value:+.3f}, 95% interval {change.low:+.3f} to {change.high:+.3f})"
    )


def _more_flags(differences: list[Difference], comments_per_day: float | None) -> float | None:
    """Additional flags per day over all labels; None if the comments per day are not known."""
    if comments_per_day is None:
        return None
    return sum(difference.flags for difference in differences) / 100_000 * comments_per_day
