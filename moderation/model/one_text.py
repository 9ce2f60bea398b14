"""Score one text that is plainly English, without a table around it.

A table of one row costs twenty times what its scoring does. Whatever is not usual (other letters,
doubtful language, no words, great length) is for `Model.score`, which gives the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from moderation.features.phrases import SHORT, OneText
from moderation.language.identify import ENGLISH, is_plainly_english
from moderation.model.calibration import Calibration

if TYPE_CHECKING:
    import pandas as pd

    from moderation.model.model import Model


class OneTextScores:
    """What scoring one text after the other takes of a model."""

    def __init__(self, model: Model) -> None:
        heads = model.text_heads
        self._labels = model.labels
        self._texts = [head.name for head in heads]
        self._logits = OneText(model.table, model.lexicon, model.phrase_weights)
        numbers = [list(head.calibration.to_dict().values()) for head in heads]
        self._calibration = Calibration(*np.array(numbers).T) if heads else Calibration()
        self._usable = ENGLISH not in model.by_language and all(
            head.stands_at is None and (not head.languages or ENGLISH in head.languages)
            for head in heads
        )

    def of(self, text: str) -> dict[str, float | None] | None:
        """Probability of each label, None = cannot tell; or None for a text that is not usual."""
        if not self._usable or len(text) > SHORT or not is_plainly_english(text):
            return None
        found = dict.fromkeys(self._labels, None)
        scores = self._calibration(self._logits.logits(text)).tolist()
        return found | dict(zip(self._texts, scores, strict=True))


def one_row(scores: dict[str, float | None]) -> pd.DataFrame:
    """The same as a table."""
    import pandas as pd
    from pandas.arrays import ArrowExtensionArray

    columns = {
        label: ArrowExtensionArray(pa.chunked_array([pa.array([score], pa.float32())]))
        for label, score in scores.items()
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(1), copy=False)
