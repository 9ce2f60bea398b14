"""Measure how good a model's scores are on labelled rows: per label and slice, with intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.errors import LabelError
from moderation.evaluation.metrics import BINS, Interval, Ranked, confusion, shown, with_intervals
from moderation.evaluation.slices import identity_slices, slices_of
from moderation.labels.splits import split_groups
from moderation.labels.table import label_names, whole
from moderation.model.goals.goal import Curve

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

FEWEST = 30  # rows of a slice, and
FEWEST_EACH = 5  # of each answer, below which a slice says nothing
SLICE_DRAWS = 50  # and the interval from their spread: see `rough_interval`
BACKGROUND = 5_000  # rows of the rest that a term is held against: the term's rows are the few
LUMP = 0.2  # share of rows in one group from which resampling groups tells little
POINTS = 200  # of a curve that are kept for pictures


@dataclass(frozen=True)
class Slice:
    """A subset of the rows, and how good the scores are there.

    metrics: by name. kind "identity" has subgroup_auc, bpsn_auc and bnsp_auc (Borkan et al.
    2019, "Nuanced metrics for measuring unintended bias"); the others roc_auc, precision,
    recall and false_positive_rate.
    """

    kind: str
    name: str
    rows: int
    positives: int
    metrics: dict[str, Interval]

    @property
    def worst(self) -> float:
        """The lowest area under a curve here; NaN when none is defined."""
        areas = [metric.value for name, metric in self.metrics.items() if name.endswith("auc")]
        known = [area for area in areas if not np.isnan(area)]
        return min(known, default=float("nan"))

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        numbers = {name: metric.to_dict() for name, metric in self.metrics.items()}
        return asdict(self) | {"metrics": numbers}


@dataclass(frozen=True)
class LabelResult:
    """How good the scores of one label are on the rows that were judged for it.

    cannot_tell: judged rows without a score, which no other figure includes. curve: threshold,
    precision, recall, false positive rate and share flagged, at most POINTS of them. bins: mean
    score, share of positives and number of rows in each tenth or so of the range of scores.
    """

    label: str
    threshold: float
    rows: int
    positives: int
    cannot_tell: int
    metrics: dict[str, Interval]
    confusion: dict[str, int]
    slices: list[Slice] = field(default_factory=list)
    curve: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    bins: list[tuple[float, float, int]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: NaN is null."""
        return asdict(self) | {
            "metrics": {name: metric.to_dict() for name, metric in self.metrics.items()},
            "slices": [part.to_dict() for part in self.slices],
            "curve": [[shown(number) for number in point] for point in self.curve],
            "bins": [[shown(point[0]), shown(point[1]), point[2]] for point in self.bins],
        }


@dataclass(frozen=True)
class Evaluation:
    """The results of all labels on one label table. groups: threads or near-duplicates."""

    rows: int
    groups: int
    labels: list[LabelResult]
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"labels": [label.to_dict() for label in self.labels]}


def evaluate(
    frame: pd.DataFrame,
    scores: pd.DataFrame,
    thresholds: Mapping[str, float],
    *,
    groups: np.ndarray | None = None,
    draws: int = 1000,
    seed: int = 0,
    sliced: bool = True,
) -> Evaluation:
    """Measure scores against the labels that both have.

    frame: (n rows) label table, at least `text` and a label. scores: (n rows) one float column per
    label, NaN or null where the model has none. thresholds: by label; a comment is flagged when its
    score reaches it. groups: (n,) from `split_groups`, worked out when None: rows that are
    resampled together. Raises LabelError if the numbers of rows differ or no label is shared.
    """
    frame = whole(frame)
    shared = shared_labels(frame, scores)
    groups = split_groups(frame) if groups is None else groups
    cuts = list(slices_of(frame)) if sliced else []
    terms = list(identity_slices(frame["text"])) if sliced else []
    results, notes = [], []
    for label in shared:
        judged, scored, y_true, score = judged_rows(frame, scores, label)
        use = judged & scored
        if not use.any():
            notes.append(f"{label}: no row is both judged and scored")
            continue
        result = _label(
            label, y_true[use], score[use], float(thresholds[label]), groups[use], draws, seed
        )
        parts = [
            *_slices(result, y_true, score, groups, use, cuts, seed),
            *_terms(y_true, score, groups, use, terms, seed),
        ]
        parts.sort(key=lambda part: (np.isnan(part.worst), part.worst, part.kind, part.name))
        lump = float(np.unique(groups[use], return_counts=True)[1].max() / use.sum())
        if lump > LUMP:
            notes.append(
                f"{label}: {lump:.0%} of the rows belong to one group: its intervals are rough"
            )
        results.append(
            LabelResult(
                **{**result.__dict__, "slices": parts, "cannot_tell": int((judged & ~scored).sum())}
            )
        )
    lacking = [name for name in label_names(frame) if name not in shared]
    notes += [f"{name}: the model has no such label" for name in lacking]
    return Evaluation(len(frame), len(np.unique(groups)), results, notes)


def shared_labels(frame: pd.DataFrame, scores: pd.DataFrame) -> list[str]:
    """Labels that are both judged and scored, in the scores' order; LabelError if none are."""
    if len(frame) != len(scores):
        raise LabelError(f"{len(frame):,} labelled rows but {len(scores):,} scored ones")
    labels = label_names(frame)
    shared = [str(name) for name in scores.columns if name in labels]
    if not shared:
        raise LabelError(
            f"the labels {', '.join(labels)} and the model's {', '.join(map(str, scores))} "
            "have no label in common"
        )
    return shared


def judged_rows(
    frame: pd.DataFrame, scores: pd.DataFrame, label: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(n,) judged, (n,) scored, (n,) answer as bool, (n,) score float64 of one label."""
    answers = frame[label].to_numpy(dtype=np.float64, na_value=np.nan)
    score = scores[label].to_numpy(dtype=np.float64, na_value=np.nan)
    return ~np.isnan(answers), ~np.isnan(score), answers == 1, score


def _label(
    label: str,
    y_true: np.ndarray,
    score: np.ndarray,
    threshold: float,
    groups: np.ndarray,
    draws: int,
    seed: int,
) -> LabelResult:
    ranked = Ranked.of(y_true, score, threshold, groups)
    return LabelResult(
        label=label,
        threshold=threshold,
        rows=len(y_true),
        positives=int(y_true.sum()),
        cannot_tell=0,
        metrics=with_intervals(ranked, draws, seed),
        confusion=confusion(y_true, score, threshold),
        curve=_curve(y_true, score),
        bins=_bins(y_true, score),
    )


def _slices(
    whole: LabelResult,
    y_true: np.ndarray,
    score: np.ndarray,
    groups: np.ndarray,
    use: np.ndarray,
    cuts: list[tuple[str, str, np.ndarray]],
    seed: int,
) -> list[Slice]:
    parts = []
    for kind, name, inside in cuts:
        rows = use & inside
        if not _enough(y_true, rows) or rows.sum() == whole.rows:
            continue
        ranked = Ranked.of(y_true[rows], score[rows], whole.threshold, groups[rows])
        intervals = with_intervals(ranked, SLICE_DRAWS, seed, rough=True)
        names = ("roc_auc", "precision", "recall", "false_positive_rate")
        parts.append(
            Slice(
                kind,
                name,
                int(rows.sum()),
                int(y_true[rows].sum()),
                {metric: intervals[metric] for metric in names},
            )
        )
    return parts


def _terms(
    y_true: np.ndarray,
    score: np.ndarray,
    groups: np.ndarray,
    use: np.ndarray,
    terms: list[tuple[str, np.ndarray]],
    seed: int,
) -> list[Slice]:
    """Identity terms: the ranking within the group, and of the group against everybody else."""
    rng = np.random.default_rng(seed)
    parts = []
    for name, inside in terms:
        own = use & inside
        if not _enough(y_true, own):
            continue
        rest = _some(use & ~inside, rng)
        areas = {
            "subgroup_auc": own,
            "bpsn_auc": (rest & y_true) | (own & ~y_true),
            "bnsp_auc": (rest & ~y_true) | (own & y_true),
        }
        metrics = {
            metric: with_intervals(
                Ranked.of(y_true[rows], score[rows], 0.5, groups[rows]),
                SLICE_DRAWS,
                seed,
                rough=True,
            )["roc_auc"]
            for metric, rows in areas.items()
        }
        parts.append(Slice("identity", name, int(own.sum()), int(y_true[own].sum()), metrics))
    return parts


def _enough(y_true: np.ndarray, rows: np.ndarray) -> bool:
    positives = int((y_true & rows).sum())
    negatives = int(rows.sum()) - positives
    return positives + negatives >= FEWEST and min(positives, negatives) >= FEWEST_EACH


def _some(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    places = np.flatnonzero(rows)
    if len(places) <= BACKGROUND:
        return rows
    chosen = np.zeros(len(rows), dtype=bool)
    chosen[rng.choice(places, BACKGROUND, replace=False)] = True
    return chosen


def _curve(y_true: np.ndarray, score: np.ndarray) -> list[tuple[float, float, float, float, float]]:
    curve = Curve.of(y_true, score)
    places = np.unique(np.linspace(0, len(curve.threshold) - 1, POINTS).astype(int))
    columns = (
        curve.threshold,
        curve.precision,
        curve.recall,
        curve.false_positive_rate,
        curve.flags,
    )
    points: list[tuple[float, float, float, float, float]] = list(
        zip(*(column[places].tolist() for column in columns), strict=True)
    )
    return points


def _bins(y_true: np.ndarray, score: np.ndarray) -> list[tuple[float, float, int]]:
    number = np.clip((score * BINS).astype(int), 0, BINS - 1)
    return [
        (float(score[number == k].mean()), float(y_true[number == k].mean()), int(rows))
        for k, rows in enumerate(np.bincount(number, minlength=BINS))
        if rows
    ]
