"""Choose a label's operating point: calibrate it, choose its threshold and measure both.

All three use out-of-fold rows, whose logits come from models that never saw them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from moderation.errors import GoalError
from moderation.evaluation.metrics import Ranked, with_intervals
from moderation.model.calibration import calibrate
from moderation.model.goals.stored_curve import StoredCurve, chosen

if TYPE_CHECKING:
    from moderation.model.calibration import Calibration
    from moderation.training.recipe import Settings

DRAWS = 200  # bootstrap draws for the intervals in the model
MEASURES = ("roc_auc", "average_precision", "calibration_error", "brier", "prevalence")
"""What the model states of its out-of-fold rows.

Nothing here depends on the threshold: what flags are worth depends on how common the label is, and
`model.figures` states it once, for a given share of comments that have the label. `prevalence` is
the share among the out-of-fold rows.
"""


class OutOfFold(NamedTuple):
    """One label's out-of-fold rows: (n,) each.

    answers: bool. logits: float64, raw. weight: float64, how much a row counts. groups: int, rows
    of one group are resampled together. judged: bool, rows somebody judged, which are measured.
    """

    answers: np.ndarray
    logits: np.ndarray
    weight: np.ndarray
    groups: np.ndarray
    judged: np.ndarray


class OperatingPoint(NamedTuple):
    """What a head stores beside its weights; `measures`: value, low and high of each measure."""

    calibration: Calibration
    operating: dict[str, Any]
    measures: dict[str, list[float | None]]
    curve: StoredCurve


def operating_point(name: str, rows: OutOfFold, settings: Settings, seed: int) -> OperatingPoint:
    """Calibration, threshold, measures and curve of the label `name`.

    Where `settings.prevalence` is set, positives get that share of the weight.
    Raises GoalError when the goal is out of reach.
    """
    answers, weight = rows.answers, _weighted(rows, settings.prevalence)
    calibration = calibrate(answers, rows.logits, weight)
    score = calibration(rows.logits).astype(np.float64)
    try:
        operating = chosen(answers, score, settings.goal, rows.groups, weight, DRAWS, seed)
    except GoalError as error:
        raise GoalError(f"{name}: {error}") from error
    judged = rows.judged
    ranked = Ranked.of(answers[judged], score[judged], operating["threshold"], rows.groups[judged])
    intervals = with_intervals(ranked, DRAWS, seed)
    return OperatingPoint(
        calibration,
        operating,
        {measure: list(intervals[measure].to_dict().values()) for measure in MEASURES},
        StoredCurve.of(answers, score, rows.groups, weight),
    )


def _weighted(rows: OutOfFold, prevalence: float | None) -> np.ndarray:
    """The rows' weights, with positives at the share `prevalence`: (n,) float64."""
    weight = rows.weight.copy()
    if prevalence is not None:
        weight[rows.answers] *= prevalence / weight[rows.answers].sum()
        weight[~rows.answers] *= (1 - prevalence) / weight[~rows.answers].sum()
    return weight
