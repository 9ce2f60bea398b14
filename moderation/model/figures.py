"""State how reliable a label's flags are: precision and recall, and for which share.

Precision depends on how common the label is, so it is never stated without the share of comments
that have it. Every place that states it takes it from here: `train`, `thresholds`, the report.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moderation.model.goals.goal import precision_at
from moderation.translation import tr

if TYPE_CHECKING:
    from moderation.model.labels import ContextLabel, TextLabel

SAME = 1e-9  # thresholds no further apart are one


@dataclass(frozen=True)
class Figures:
    """Held out, where `share` of the comments have the label.

    precision, recall: of the flags at the label's threshold, with 95 % intervals, NaN where they
    cannot be told. flags: share of all comments that are flagged.
    """

    share: float
    precision: float
    recall: float
    flags: float
    precision_low: float = math.nan
    precision_high: float = math.nan
    recall_low: float = math.nan
    recall_high: float = math.nan

    def __str__(self) -> str:
        """`precision 0.72 (0.50 to 0.85), recall 0.45, 3,093 flags per 100,000 comments`."""
        precision = two_digits(self.precision)
        if not math.isnan(self.precision_low):
            low, high = f"{self.precision_low:.2f}", f"{self.precision_high:.2f}"
            precision = tr("{value} ({low} to {high})", value=precision, low=low, high=high)
        return tr(
            "precision {precision}, recall {recall}, {flags} flags per 100,000 comments",
            precision=precision,
            recall=f"{self.recall:.2f}",
            flags=round(self.flags * 100_000),
        )


def figures(head: TextLabel | ContextLabel, share: float | None = None) -> Figures | None:
    """At the label's threshold, where `share` of the comments have the label.

    share: by default the one that the model states. From the card if they were measured at this
    very threshold, otherwise from the nearest kept point that reaches it; None for a model that
    keeps neither, or whose threshold is above every score in training.
    """
    stated = stated_share(head)
    share = stated if share is None else share
    if share is None:
        return None
    operating = head.operating
    if _measured(operating, head.threshold):
        recall, rate = float(operating["recall"]), float(operating["false_positive_rate"])
        low, high, recall_low, recall_high = (
            _number(operating.get(name))
            for name in ("precision_low", "precision_high", "recall_low", "recall_high")
        )
        if stated is not None:
            low, high = (_elsewhere(bound, stated, share) for bound in (low, high))
    elif head.curve is not None:
        reached = [k for k, cut in enumerate(head.curve.threshold) if cut >= head.threshold - SAME]
        if not reached:
            return None
        recall = float(head.curve.recall[reached[-1]])
        rate = float(head.curve.false_positive_rate[reached[-1]])
        low = high = recall_low = recall_high = math.nan
    else:
        return None
    return Figures(
        share,
        float(precision_at(share, recall, rate)),
        recall,
        share * recall + (1 - share) * rate,
        low,
        high,
        recall_low,
        recall_high,
    )


def stated_share(head: TextLabel | ContextLabel) -> float | None:
    """The share of positives that the label's figures are for."""
    stated = head.operating.get("prevalence")
    if stated is not None:
        return float(stated)
    return None if head.curve is None else head.curve.prevalence


def points(
    head: TextLabel | ContextLabel, share: float | None = None
) -> list[tuple[float, float, float, float]]:
    """(threshold, share of comments flagged, precision, recall), thresholds falling.

    The kept points of the label's curve where `share` is positive, else the stated share, and among
    them its own threshold with the figures that `figures` gives.
    """
    if head.curve is None:
        return []
    stored = head.curve.shown(stated_share(head) if share is None else share)
    own = figures(head, share)
    if own is None:
        return stored
    values = [float(f"{value:.4g}") for value in (own.flags, _or_one(own.precision), own.recall)]
    mine = (head.threshold, values[0], values[1], values[2])
    others = [point for point in stored if abs(point[0] - head.threshold) > SAME]
    return sorted([*others, mine], reverse=True)


def two_digits(number: float) -> str:
    """`0.72`; a dash where undefined."""
    return "–" if math.isnan(number) else f"{number:.2f}"


def percent(share: float) -> str:
    """`5%`, `0.35%`.

    >>> percent(0.05), percent(0.1683)
    ('5%', '17%')
    """
    return f"{float(f'{share * 100:.2g}'):g}%"


def _measured(operating: dict[str, Any], threshold: float) -> bool:
    known = all(operating.get(name) is not None for name in ("recall", "false_positive_rate"))
    return known and abs(_number(operating.get("threshold")) - threshold) <= SAME


def _elsewhere(precision: float, stated: float, share: float) -> float:
    """A precision measured where `stated` is positive, converted to where `share` is."""
    hits = precision * share / stated
    misses = (1 - precision) * (1 - share) / (1 - stated)
    return hits / (hits + misses)


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _or_one(precision: float) -> float:
    return 1.0 if math.isnan(precision) else precision
