"""A pandas accessor: `import moderation.frames.pandas`, then `series.moderation.score()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from moderation.frames import opened
from moderation.tables import JOINT

if TYPE_CHECKING:
    from pathlib import Path

    from moderation.model.model import Model


@pd.api.extensions.register_series_accessor("moderation")
class Comments:
    """Scores and flags of a Series of texts; its index stays, and a missing text has no score.

    >>> texts = pd.Series(["Thank you!", "You pathetic idiot", None], index=list("abc"))
    >>> texts.moderation.flags().tolist()
    ['', 'abuse', <NA>]
    """

    def __init__(self, texts: pd.Series) -> None:
        self._texts = texts

    def score(self, model: Model | str | Path = "default") -> pd.DataFrame:
        """One float column per label. Raises InputError for what are no texts, ModelError."""
        return opened(model).score(self._texts)

    def flags(self, model: Model | str | Path = "default") -> pd.Series:
        """The labels whose threshold a text reaches, joined by `;`; missing for a missing text."""
        chosen = opened(model)
        scores = self.score(chosen)
        joined = pd.Series("", self._texts.index, "string")
        for label, threshold in chosen.thresholds.items():
            reached = (scores[label] >= threshold).fillna(value=False).astype(bool)
            joined[reached] += f"{JOINT}{label}"
        return joined.str.removeprefix(JOINT).mask(self._texts.isna())
