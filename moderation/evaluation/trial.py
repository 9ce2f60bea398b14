"""Try a candidate against the model in use, on all that there is to try them on: one verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import comb
from typing import TYPE_CHECKING, Any

from moderation.evaluation.compare import Comparison, Scored, compare, lost_labels
from moderation.evaluation.scores import paired_scores, row_scores
from moderation.evaluation.suites import SuiteResult, run_suite
from moderation.terminal import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from moderation.model.model import Model

CHANCE = (
    0.025  # exact sign test, one-sided: a suite is worse when more cases broke than that allows
)


@dataclass(frozen=True)
class Trial:
    """verdict: "better", "worse", "same", or "untried" when there was nothing to try them on.

    notes: which of the rows either model was trained on, and what stood in for their scores.
    """

    verdict: str
    reasons: list[str]
    comparison: Comparison | None = None
    notes: list[str] = field(default_factory=list)
    suites: dict[str, tuple[int, int]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """What the log of promotions keeps: JSON-able."""
        compared = self.comparison
        return {
            "verdict": self.verdict,
            "reasons": self.reasons,
            "rows": {label.label: label.rows for label in compared.labels} if compared else {},
            "flips": len(compared.flips) if compared else 0,
            "suites": {
                name: {"mended": mended, "broken": broken}
                for name, (mended, broken) in self.suites.items()
            },
        }


def tried(
    candidate: Model,
    current: Model,
    frame: pd.DataFrame | None = None,
    suites: Mapping[str, pd.DataFrame] | None = None,
    seed: int = 0,
) -> Trial:
    """Both models on the rows of a label table and the cases of suites.

    frame: label table; a row that a model was trained on counts with its held-out score where
    the model keeps one. suites: by name, as `read_suite` gives them. Worse in one is worse.
    """
    verdicts, reasons = set(), []
    comparison, notes = None, []
    if frame is not None and len(frame):
        after, before = paired_scores(candidate, current, frame)
        notes = [*after.notes(candidate.name), *before.notes(current.name)]
        comparison = compare(
            frame,
            Scored(after.scores, candidate.thresholds),
            Scored(before.scores, current.thresholds),
            seed=seed,
        )
        verdicts.add(comparison.verdict)
        reasons += comparison.reasons
    elif lost := lost_labels(candidate.labels, current.labels):
        verdicts.add("worse")
        reasons += lost
    flips = {}
    for name, cases in (suites or {}).items():
        new, old = (_run(model, cases) for model in (candidate, current))
        mended, broken = _turned(old, new)
        flips[name] = mended, broken
        verdict = "worse" if by_more_than_chance(broken, mended) else "same"
        if by_more_than_chance(mended, broken):
            verdict = "better"
        verdicts.add(verdict)
        if verdict != "same":
            tested = plural(new.cases, "case")
            reasons.append(f"{name}: of {tested}, {broken:,} broke and {mended:,} came right")
    order = ("worse", "better", "same")
    verdict = next(filter(verdicts.__contains__, order), "untried")
    return Trial(verdict, reasons, comparison, notes, flips)


def by_more_than_chance(more: int, fewer: int) -> bool:
    """Whether so many turned one way, against so few the other, that even odds are refuted.

    >>> by_more_than_chance(6, 0), by_more_than_chance(5, 0)
    (True, False)
    """
    turned = more + fewer
    tail = sum(comb(turned, k) for k in range(more, turned + 1))
    return more > fewer and tail / 2**turned < CHANCE


def _run(model: Model, cases: pd.DataFrame) -> SuiteResult:
    return run_suite(cases, row_scores(model, cases[["text"]]).scores, model.thresholds)


def _turned(before: SuiteResult, after: SuiteResult) -> tuple[int, int]:
    """Cases mended and broken."""
    was = {(failure.group, failure.text, failure.expected) for failure in before.failures}
    now = {(failure.group, failure.text, failure.expected) for failure in after.failures}
    return len(was - now), len(now - was)
