"""Check labels before training: find the rows that are probably wrong, and what is lacking."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from moderation.evaluation.metrics import shown
from moderation.labels.duplicates import near_duplicate_groups
from moderation.labels.splits import split_groups
from moderation.labels.table import label_names
from moderation.training.check.out_of_fold import out_of_fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEW = 50  # positives or negatives below which a label's figures are mostly chance
DOUBT = 0.5  # strength from which a row is listed in any case
LISTED = 0.2  # share of a label's rows that are listed, however faint the doubt


@dataclass(frozen=True)
class Finding:
    """A row whose label is doubted. row: 0-based in the table; strength: 0 to 1, 1 = surely wrong.

    given: the label it has. reasons: what speaks against it. other: a row of (nearly) the same
    text that says otherwise, None without.
    """

    row: int
    label: str
    given: bool
    strength: float
    reasons: list[str]
    text: str
    annotator: str | None = None
    source: str | None = None
    other: int | None = None


@dataclass(frozen=True)
class Agreement:
    """How two annotators agree on comments that both judged. kappa: Cohen 1960; NaN undefined."""

    label: str
    one: str
    other: str
    both: int
    agreed: float
    kappa: float


@dataclass(frozen=True)
class Audit:
    """Findings, most doubtful first; annotators' agreement, worst first; and what is lacking."""

    rows: int
    findings: list[Finding]
    agreements: list[Agreement] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {
            "agreements": [
                asdict(pair) | {"agreed": shown(pair.agreed), "kappa": shown(pair.kappa)}
                for pair in self.agreements
            ]
        }

    def table(self) -> pd.DataFrame:
        """The findings as a table for a file or the review page."""
        names = list(Finding.__dataclass_fields__)
        rows = [
            asdict(finding) | {"reasons": "; ".join(finding.reasons)} for finding in self.findings
        ]
        return pd.DataFrame(rows, columns=names)


def audit(
    frame: pd.DataFrame,
    known: Sequence[str] | None = None,
    context: Sequence[str] = (),
    seed: int = 0,
) -> Audit:
    """Check a label table.

    known: label names that are expected; others are warned of. context: labels that the text
    alone does not tell, whose rows are not held against a text model.
    A row is doubted when a model trained on other rows contradicts it (Northcutt, Jiang, Chuang
    2021, "Confident learning"), when rows of nearly the same text have the other answer, or when
    another annotator decided otherwise on the same comment.
    """
    near = near_duplicate_groups(frame["text"])
    groups = split_groups(frame)
    findings: list[Finding] = []
    warnings = _lacks(frame, known)
    for label in label_names(frame):
        answers = frame[label].to_numpy(np.float64, na_value=np.nan)
        probability = (
            np.full(len(frame), np.nan)
            if label in context
            else out_of_fold(frame, label, groups, seed=seed)
        )
        findings += _findings(frame, label, answers, probability, near)
    findings.sort(key=lambda finding: (-finding.strength, finding.row, finding.label))
    return Audit(len(frame), findings, agreements(frame), warnings)


def shared_texts(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Warnings of texts that stand, nearly the same, in two tables: a test known from training."""
    names = list(tables)
    texts = pd.concat([tables[name]["text"] for name in names], ignore_index=True)
    groups = near_duplicate_groups(texts)
    ends = np.cumsum([0, *(len(tables[name]) for name in names)])
    groups_of = [set(groups[start:end].tolist()) for start, end in pairwise(ends)]
    warnings = []
    for at, name in enumerate(names):
        for before in range(at):
            inside = np.isin(
                groups[ends[at] : ends[at + 1]], list(groups_of[before] & groups_of[at])
            )
            if inside.any():
                warnings.append(
                    f"{int(inside.sum()):,} texts of {name} stand in {names[before]} too: "
                    "a model trained on one knows the other"
                )
    return warnings


def agreements(frame: pd.DataFrame) -> list[Agreement]:
    """Pairs of annotators on the comments that both judged, the least agreeing first."""
    pairs = []
    named = frame[frame["annotator"].notna()]
    keys = ["thread_id", "id", "text"]
    for label in label_names(frame):
        judged = named[named[label].notna()]
        wide = judged.drop_duplicates([*keys, "annotator"], keep="last").pivot(
            index=keys, columns="annotator", values=label
        )
        for at, annotator in enumerate(sorted(wide.columns)):
            for other in sorted(wide.columns)[:at]:
                both = wide[[other, annotator]].dropna().to_numpy(np.float64)
                if len(both):
                    pairs.append(_agreement(label, str(other), str(annotator), both))
    return sorted(pairs, key=lambda pair: (np.nan_to_num(pair.kappa, nan=2), pair.label, pair.one))


def _agreement(label: str, one: str, other: str, both: np.ndarray) -> Agreement:
    agreed = float((both[:, 0] == both[:, 1]).mean())
    share = both.mean(axis=0)
    chance = float(share.prod() + (1 - share).prod())
    kappa = (agreed - chance) / (1 - chance) if chance < 1 else float("nan")
    return Agreement(label, one, other, len(both), agreed, kappa)


def _lacks(frame: pd.DataFrame, known: Sequence[str] | None) -> list[str]:
    warnings = []
    labels = label_names(frame)
    if not labels:
        warnings.append("no label column")
    for label in labels:
        if known is not None and label not in known:
            warnings.append(f"{label}: unknown label; known are {', '.join(known)}")
        answers = frame[label].to_numpy(np.float64, na_value=np.nan)
        for word, count in (
            ("positive", int((answers == 1).sum())),
            ("negative", int((answers == 0).sum())),
        ):
            if count < FEW:
                warnings.append(f"{label}: {count} {word} rows; {FEW} or more tell something")
    return warnings


def _findings(
    frame: pd.DataFrame,
    label: str,
    answers: np.ndarray,
    probability: np.ndarray,
    near: np.ndarray,
) -> list[Finding]:
    judged = ~np.isnan(answers)
    given = answers == 1
    against, other = _twins(answers, near)
    # Held against what an answer's rows usually get, flipped labels of a rare answer rank lower.
    doubt = np.where(given, 1 - probability, probability)
    # A twin's word and the model's are two witnesses: the mean of both, or the one that is there.
    witnesses = np.column_stack([against, doubt])
    strength = np.where(
        np.isnan(witnesses).all(axis=1), 0.0, np.nansum(witnesses, axis=1)
    ) / np.maximum((~np.isnan(witnesses)).sum(axis=1), 1)
    ranked = np.argsort(-strength, kind="stable")[: max(int(judged.sum() * LISTED), FEW)]
    rows = np.union1d(np.flatnonzero(strength >= DOUBT), ranked[strength[ranked] > 0])
    rows = rows[judged[rows]]
    context = frame[["text", "annotator", "source"]].astype("object")
    context = context.where(frame[["text", "annotator", "source"]].notna(), None)
    findings = []
    for row in rows:
        reasons = []
        if against[row] > 0:
            reasons.append(f"{against[row]:.0%} of the rows with nearly this text say otherwise")
        if doubt[row] >= DOUBT:
            reasons.append(f"other rows make {label} {probability[row]:.0%} likely")
        findings.append(
            Finding(
                int(row),
                label,
                bool(given[row]),
                round(float(strength[row]), 6),
                reasons,
                str(context["text"].iloc[row]),
                context["annotator"].iloc[row],
                context["source"].iloc[row],
                int(other[row]) if other[row] >= 0 else None,
            )
        )
    return findings


def _twins(answers: np.ndarray, near: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of a row's near-duplicates with the other answer, NaN without any; and one such row."""
    judged = ~np.isnan(answers)
    count = int(near.max(initial=-1)) + 1
    every = np.bincount(near[judged], minlength=count)[near]
    yes = np.bincount(near[judged & (answers == 1)], minlength=count)[near]
    opposed = np.where(answers == 1, every - yes, yes)
    alone = ~judged | (every < 2)
    share = np.where(alone, np.nan, opposed / np.maximum(every - 1, 1))
    other = np.full(len(answers), -1)
    first = {}
    for answer in (0.0, 1.0):
        rows = np.flatnonzero(answers == answer)
        place = np.full(count, -1)
        place[near[rows][::-1]] = rows[::-1]
        first[answer] = place
    other = np.where(answers == 1, first[0.0][near], first[1.0][near])
    return share, np.where(alone | (opposed == 0), -1, other)
