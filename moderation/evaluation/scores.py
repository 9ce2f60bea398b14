"""Score the rows of a label table, those that a model learnt from as if it had not seen them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.labels.comments import label_comments
from moderation.model.held import not_trained_on

if TYPE_CHECKING:
    import pandas as pd

    from moderation.model.model import Model


def row_scores(model: Model, frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Scores (n rows, a column per label), and how many rows the model had learnt from.

    frame: label table, or a table with a column `text`. Rows of a thread are scored together. A
    row that the model keeps a held-out score for gets that one: its own would flatter it.
    """
    comments, threads, rows = label_comments(frame)
    scores = model.score(comments, threads).iloc[rows].reset_index(drop=True)
    return not_trained_on(model, frame["text"], scores)
