"""Say how well out-of-fold scores rank the rows that a model was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.evaluation.metrics import with_intervals

if TYPE_CHECKING:
    from moderation.evaluation.metrics import Ranked

KEPT = ("roc_auc", "average_precision", "calibration_error", "brier", "prevalence")
"""Nothing that a threshold decides is among them: what flags are worth depends on how common the
label is, and is said once, where a stated share of the comments have it (`model.figures`). The
rows have a share of their own, `prevalence`."""


def ranking(ranked: Ranked, draws: int, seed: int) -> dict[str, list[float | None]]:
    """Value, low and high of each measure in KEPT, for JSON: NaN is null."""
    found = with_intervals(ranked, draws, seed)
    return {name: list(found[name].to_dict().values()) for name in KEPT}
