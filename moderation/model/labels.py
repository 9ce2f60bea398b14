"""The parts of a model: its labels, and the weights beneath what it learnt from decisions.

There are two kinds of label. A text label looks at the comment's own words. A context
label looks at how the comment fits its conversation, and cannot tell (null) where there is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.language.identify import ENGLISH, MIXED
from moderation.model.calibration import sigmoid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.context.classifier import ContextClassifier
    from moderation.model.calibration import Calibration
    from moderation.model.goals.stored_curve import StoredCurve
    from moderation.model.held_out import HeldOutScores


@dataclass(frozen=True)
class TextLabel:
    """A label that is read from the words.

    threshold: a comment is flagged from this probability on. operating: the goal and what it
    promises. metrics: how it did on rows that it was not trained on. curve: what other thresholds
    would give (`stored_curve.StoredCurve`); None in models that were made before it was kept.
    languages: those that it has learnt (BCP 47), none = scores all. elsewhere: in other languages
    it cannot tell, but for scores from here on, which links, numbers and the like carry; None = it
    never can. stands_at: in the part of a model for one language, the threshold of the same label
    in the model above, at which its own threshold is given.
    """

    name: str
    calibration: Calibration
    threshold: float
    operating: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    curve: StoredCurve | None = None
    languages: tuple[str, ...] = (ENGLISH,)
    elsewhere: float | None = None
    stands_at: float | None = None

    def scores(self, logits: np.ndarray) -> np.ndarray:
        """(n,) float32 in [0, 1] of raw logits, to be held against one threshold for all languages.

        They are the calibrated probabilities, but in a language's part of a model: there the odds
        are multiplied by what takes its own threshold to `stands_at`.
        """
        if self.stands_at is None:
            return self.calibration(logits)
        shift = _log_odds(self.stands_at) - _log_odds(self.threshold)
        return sigmoid(self.calibration.logit(logits) + shift).astype(np.float32)

    def unlearnt(
        self, scores: np.ndarray, languages: pa.Array, in_parts: Sequence[str] = ()
    ) -> np.ndarray:
        """(n,) bool: for which comments it cannot tell, for the sake of their language.

        scores: (n,) its probabilities. languages: (n,) of the comments, null = unknown, which it
        does score. Of several languages it scores the words that it knows, but for what needs
        `elsewhere`: one clean post of 100 in Marathi and English had links enough for spam.
        in_parts: languages that the model has parts for, which have the label.
        """
        if not self.languages:
            return np.zeros(len(scores), bool)
        mixed = [MIXED] if self.elsewhere is None else []
        known = pa.array([*self.languages, *in_parts, *mixed, None], languages.type)
        strange = ~pc.is_in(languages, value_set=known).to_numpy(zero_copy_only=False)
        if self.elsewhere is not None:
            strange &= ~(scores >= max(self.elsewhere, self.threshold))
        return strange


def _log_odds(share: float) -> float:
    """Of a threshold; of none and all, what a float32 can still tell from them."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(share / (1 - share))


@dataclass(frozen=True)
class ContextLabel:
    """A label that is read from the conversation around a comment; see TextLabel."""

    name: str
    head: ContextClassifier
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
