"""What a model is made of: its labels, and the weights below what it learnt from decisions.

A label has one of two kinds of head. A text label looks at the comment's own words. A context
label looks at how the comment fits its conversation, and cannot tell (null) where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from moderation.context.head import ContextHead
    from moderation.model.calibration import Calibration
    from moderation.model.goals.stored_curve import StoredCurve
    from moderation.model.held_out import HeldOutScores


@dataclass(frozen=True)
class TextLabel:
    """A label that is read from the words.

    threshold: a comment is flagged from this probability on. operating: the goal and what it
    promises. metrics: how it did on rows that it was not trained on. curve: what other thresholds
    would give (`stored_curve.StoredCurve`); None in models that were made before it was kept.
    """

    name: str
    calibration: Calibration
    threshold: float
    operating: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    curve: StoredCurve | None = None


@dataclass(frozen=True)
class ContextLabel:
    """A label that is read from the conversation around a comment; see TextLabel."""

    name: str
    head: ContextHead
    calibration: Calibration
    threshold: float
    operating: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    curve: StoredCurve | None = None


@dataclass(frozen=True)
class Base:
    """The weights below decisions that were learnt on top: they are learnt anew from here.

    weights, dense, intercept: as in WeightTable; phrase_weights, held: as in Model.
    """

    weights: np.ndarray
    dense: np.ndarray
    intercept: np.ndarray
    phrase_weights: np.ndarray
    held: HeldOutScores | None = None
