"""Train a context label: the head on all pairs, calibration and threshold on pairs left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from moderation.errors import GoalError
from moderation.evaluation.metrics import Ranked
from moderation.model.calibration import calibrate
from moderation.model.goals.stored_curve import StoredCurve, chosen
from moderation.model.model import ContextLabel
from moderation.training.off_topic.fit import fit_context, held_out_logits, source_weights
from moderation.training.ranking import ranking
from moderation.training.train import DRAWS

if TYPE_CHECKING:
    from moderation.context.head import Frequencies
    from moderation.training.off_topic.moved_comments import Pairs
    from moderation.training.recipe import Settings


def context_label(
    name: str, pairs: Pairs, frequencies: Frequencies, settings: Settings, seed: int
) -> ContextLabel:
    """A head on all pairs; calibration, threshold and measures from logits of pairs left out.

    Sets count as in the fit, and positives as many as `settings.prevalence` says.
    Raises GoalError when the goal cannot be reached.
    """
    head = fit_context(pairs, frequencies)
    raw = held_out_logits(pairs, frequencies, seed, near=head)
    codes = pd.factorize(pairs.groups)[0]
    answers, weight = pairs.moved > 0, source_weights(pairs.source)
    if settings.prevalence is not None:
        weight[answers] *= settings.prevalence / weight[answers].sum()
        weight[~answers] *= (1 - settings.prevalence) / weight[~answers].sum()
    calibration = calibrate(answers, raw, weight)
    score = calibration(raw).astype(np.float64)
    try:
        operating = chosen(answers, score, settings.goal, codes, weight, DRAWS, seed)
    except GoalError as error:
        raise GoalError(f"{name}: {error}") from error
    ranked = Ranked.of(answers, score, operating["threshold"], codes)
    measured = ranking(ranked, DRAWS, seed)
    return ContextLabel(
        name,
        head,
        calibration,
        operating["threshold"],
        operating=operating,
        metrics={"out_of_fold": measured},
        curve=StoredCurve.of(answers, score, codes, weight),
    )
