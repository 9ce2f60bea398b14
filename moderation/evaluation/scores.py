"""Score a label table; rows that the model was trained on get held-out scores."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.labels.comments import label_comments
from moderation.labels.read import read_labels
from moderation.model.held_out import not_trained_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

    from moderation.model.held_out import UnseenScores
    from moderation.model.model import Model


def row_scores(model: Model, frame: pd.DataFrame) -> UnseenScores:
    """Scores (n rows, a column per label), and which rows the model was trained on.

    frame: label table, or a table with a column `text`. Rows of a thread are scored together. A row
    for which the model keeps a held-out score gets that: its own would flatter the model.
    """
    comments, threads, rows = label_comments(frame)
    scores = model.score(comments, threads).iloc[rows].reset_index(drop=True)
    return not_trained_on(model, frame["text"], scores)


def paired_scores(
    model: Model, other: Model, frame: pd.DataFrame
) -> tuple[UnseenScores, UnseenScores]:
    """`row_scores` of two models; rows that either leaves out are left out of both."""
    first, second = row_scores(model, frame), row_scores(other, frame)
    return _without(first, model, other, second.left_out), _without(
        second, other, model, first.left_out
    )


def _without(unseen: UnseenScores, model: Model, other: Model, rows: np.ndarray) -> UnseenScores:
    names = [name for name in other.taught_in_context if name in model.labels]
    scores = unseen.scores.assign(**{name: unseen.scores[name].mask(rows) for name in names})
    return replace(unseen, scores=scores)


def learnt_by_heart(model: Model, paths: Sequence[str | Path]) -> list[str]:
    """Which label tables the model was trained on without keeping held-out scores of them.

    They are recognised by the digest of their content among the model's sources, so not if they
    have changed since, or are a part of such a table.
    """
    known = {
        str(record.get("sha256"))
        for source in model.sources
        for record in (source, *source.get("files", []))
    }
    learnt_paths = []
    for path in map(Path, paths):
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in known:
            learnt = model.learnt
            if learnt is None or not learnt.has(read_labels(path)["text"]).all():
                learnt_paths.append(str(path))
    return learnt_paths
