"""Learn a site's decisions, each where its language is scored: in the model, or in a part of it.

Decisions in a language that the model has a part for are learnt on top of that part. Two hundred in
a language that it has not learnt make a part of their own. All others are learnt on top of the
model itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from moderation.errors import LabelError
from moderation.features.unicode_forms import composed
from moderation.labels.table import label_names
from moderation.model.folder import as_stored
from moderation.training.decisions.carry_on import below_decisions, carry_on
from moderation.training.language_parts import part_for
from moderation.training.languages import DECISIONS, spoken_in
from moderation.training.provenance import row_digests, rows_origin
from moderation.training.recipe import Recipe, Settings

if TYPE_CHECKING:
    import pandas as pd

    from moderation.model.model import Model

ALONE = Recipe(
    default=Settings(phrases=False, offset=0.0, goal="false positive rate <= 2%"), min_df=1
)
"""How a part is trained from decisions alone: of 300, every n-gram counts."""
TAUGHT = "decisions"  # what the card calls the rows


def learn_decisions(
    model: Model, labels: pd.DataFrame, *, seed: int = 0, threads: int | None = None
) -> Model:
    """The model with the decisions of a label table, instead of those it had; see `carry_on`.

    Raises LabelError for a label that the model does not have, or when nothing can be learnt.
    """
    model = below_decisions(model)
    labels = labels.iloc[np.argsort(row_digests(labels), kind="stable")].reset_index(drop=True)
    spoken = spoken_in(labels["text"])
    parts, learnt = dict(model.by_language), np.zeros(len(labels), bool)
    left = labels.copy()
    for language in sorted({*spoken} - {""}):
        rows = np.flatnonzero(spoken == language)
        part = _part_with(model, language, labels.iloc[rows], seed, threads)
        if part is None:
            continue
        parts[language] = part
        learnt[rows] = True
        for name in set(part.labels) & set(label_names(labels)):
            left.loc[left.index[rows], name] = np.nan
    model = replace(model, by_language=parts, digest=model.digest if not learnt.any() else "")
    others = left[left[label_names(left)].notna().any(axis=1)]
    try:
        return carry_on(model, others, seed=seed, threads=threads)
    except LabelError:
        if not learnt.any():
            raise
        return model


def _part_with(
    model: Model, language: str, labels: pd.DataFrame, seed: int, threads: int | None
) -> Model | None:
    """The language's part with the decisions learnt, or None where they teach none."""
    if (part := model.by_language.get(language)) is not None:
        return _on_top(part, labels, seed, threads)
    strange = [head.name for head in model.text_heads if language not in head.languages]
    judged = labels.drop(columns=[name for name in label_names(labels) if name not in strange])
    if len(judged) < DECISIONS or not label_names(judged):
        return None
    try:
        return part_for(
            model,
            language,
            judged,
            decisions=len(judged),
            recipe=ALONE,
            seed=seed,
            sources=[rows_origin(TAUGHT, judged)],
            threads=threads,
        )
    except LabelError:  # too few of either answer
        return None


def _on_top(part: Model, labels: pd.DataFrame, seed: int, threads: int | None) -> Model | None:
    """A part with decisions learnt on top of it, None where they are too few."""
    mine = labels.drop(columns=[name for name in label_names(labels) if name not in part.labels])
    if not label_names(mine):
        return None
    texts = composed(mine["text"], part.table.config.fold).to_pylist()
    mine = mine.assign(text=texts).astype({"text": labels["text"].dtype})
    try:
        return as_stored(carry_on(part, mine, seed=seed, threads=threads))
    except LabelError:
        return None
