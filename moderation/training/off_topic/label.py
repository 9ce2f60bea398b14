"""Train a context label: the head on all pairs, its operating point on pairs left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from moderation.model.labels import ContextLabel
from moderation.training.off_topic.fit import fit_context, held_out_logits, source_weights
from moderation.training.operating_point import OutOfFold, operating_point

if TYPE_CHECKING:
    from moderation.context.classifier import Frequencies
    from moderation.training.off_topic.moved_comments import Pairs
    from moderation.training.recipe import Settings


def context_label(
    name: str, pairs: Pairs, frequencies: Frequencies, settings: Settings, seed: int
) -> ContextLabel:
    """A head fitted on all pairs, with an operating point from logits of pairs left out.

    Each set counts as much as it does in the fit.
    Raises GoalError when the goal is out of reach.
    """
    head = fit_context(pairs, frequencies)
    rows = OutOfFold(
        answers=pairs.moved > 0,
        logits=held_out_logits(pairs, frequencies, seed, near=head),
        weight=source_weights(pairs.source),
        groups=pd.factorize(pairs.groups)[0],
        judged=np.ones(len(pairs.moved), bool),
    )
    chosen = operating_point(name, rows, settings, seed)
    return ContextLabel(
        name,
        head,
        chosen.calibration,
        chosen.operating["threshold"],
        operating=chosen.operating,
        metrics={"out_of_fold": chosen.measures},
        curve=chosen.curve,
    )
