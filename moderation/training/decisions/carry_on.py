"""Carry a model on from new decisions alone, without the rows that it was trained on.

Per label a correction is learnt from the decisions (`decisions.correction`) and added to the old
weights; calibration, threshold and document frequencies stay. Old data is not forgotten because
what is common there is dear to change: a feature's penalty grows with the share of old texts that
have it, which the document frequencies tell (the idea of Kirkpatrick et al. 2017, "Overcoming
catastrophic forgetting in neural networks", for a linear model).

The weights below the correction stay in the model. Decisions are always learnt from there, all
that stand at once: carrying on twice counts nothing twice, and what is retracted is gone.
What 500 decisions buy on a new site, and cost on old ones, is in docs/what-decisions-buy.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from moderation.errors import LabelError, ModelError
from moderation.features import ngrams
from moderation.features.kernel import DENSE_FEATURES
from moderation.features.ngrams import WeightTable
from moderation.features.phrases import SIZE as PHRASES
from moderation.features.phrases import phrase_rows
from moderation.labels.splits import split_groups
from moderation.labels.table import label_names, whole
from moderation.model.held_out import HeldOutScores
from moderation.model.labels import Base, ContextLabel, TextLabel
from moderation.model.model import Model
from moderation.training.decisions.correction import Decided, Learned, learn
from moderation.training.features import dense_scales
from moderation.training.languages import decided_languages, spoken_in
from moderation.training.provenance import row_digests, rows_origin
from moderation.training.recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

    from moderation.model.model import Model

FEWEST = 8  # positives and negatives: fewer cannot be held out
PHRASE_SHARE, DENSE_SHARE = 0.05, 0.3  # of old texts that have such a feature, roughly
DECISIONS = "decisions"  # what the card calls the rows that were learnt on top
BELOW = "below"  # and those that the weights below had learnt


@dataclass(frozen=True)
class Rows:
    """Decisions in their own order, and what the model makes of them.

    matrix: (n, columns) n-grams, phrases and dense features. shares: (columns,) of old texts with
    each. old: (n, text labels) raw logits. new: (n, text labels) bool, judged, and not among what
    the weights were fitted on. groups: (n,) int.
    """

    labels: pd.DataFrame
    matrix: csr_array
    shares: np.ndarray
    old: np.ndarray
    new: np.ndarray
    groups: np.ndarray


def carry_on(
    model: Model, labels: pd.DataFrame, *, seed: int = 0, threads: int | None = None
) -> Model:
    """The model with the decisions of a label table learnt on top, instead of those it had.

    labels: label table; its labels must be the model's. Context labels, and labels with fewer
    than FEWEST new decisions of either kind, stay as they are; decisions that a full training had
    are not learnt again. Depends on nothing but the model, the rows (in any order) and the seed.
    What was bought stands in each head's `metrics["decisions"]`, how many decisions there were by
    label in the model's `training["decisions"]`.
    Raises LabelError for a label that the model does not have, or when nothing can be learnt.
    """
    labels = whole(labels)
    model = below_decisions(model)
    counts = _counts(labels, model)
    labels = _canonical(labels, model)
    names = [head.name for head in model.text_heads]
    rows = _rows(model, labels, threads)
    learned = {
        head.name: _learn(rows, head, column, seed)
        for column, head in enumerate(model.text_heads)
        if _enough(rows, head.name, column)
    }
    if not learned:
        raise LabelError(
            f"no label has {FEWEST} positive and {FEWEST} negative decisions that the model has "
            f"not seen ({_counts_wording(counts, names)}): decide on more comments"
        )
    spoken = spoken_in(labels["text"])
    added = np.zeros((rows.matrix.shape[1] + 1, len(names)))
    for name, (_, found) in learned.items():
        added[:, names.index(name)] = found.added
    return replace(
        model,
        heads=tuple(_head(head, learned, spoken) for head in model.heads),
        table=_table(model, added),
        phrase_weights=_half(model.phrase_weights + _part(model, added, "phrases")),
        sources=[*model.sources, rows_origin(DECISIONS, labels)],
        training=model.training
        | {"from": model.training.get("from", model.digest), DECISIONS: counts}
        | ({BELOW: model.training[DECISIONS]} if DECISIONS in model.training else {}),
        base=Base(
            model.table.weights,
            model.table.dense,
            model.table.intercept,
            model.phrase_weights,
            model.held,
        ),
        held=_held(model, labels, names, learned),
        name="",
        digest="",
    )


def _without_decisions(head: TextLabel | ContextLabel) -> TextLabel | ContextLabel:
    metrics = {k: v for k, v in head.metrics.items() if k != DECISIONS}
    if isinstance(head, ContextLabel):
        return replace(head, metrics=metrics)
    more = head.metrics.get(DECISIONS, {}).get("languages", [])
    languages = tuple(name for name in head.languages if name not in more)
    return replace(head, metrics=metrics, languages=languages)


def below_decisions(model: Model) -> Model:
    """The model without the decisions that were learnt on top; itself when there were none.

    Thresholds stay as they are. `training["from"]` remembers which model it is, when it is not
    the one at hand. Parts for languages lose theirs too; those that are made of them are dropped.
    """
    parts = {
        language: below_decisions(part)
        for language, part in model.by_language.items()
        if [source.get("name") for source in part.sources] != [DECISIONS]
    }
    if model.by_language:
        model = replace(model, by_language=parts)
    if model.base is None:
        return model
    heads = [_without_decisions(head) for head in model.heads]
    base = model.base
    return replace(
        model,
        heads=tuple(heads),
        table=WeightTable(
            model.table.config, model.table.idf, base.weights, base.dense, base.intercept
        ),
        phrase_weights=base.phrase_weights,
        sources=[one for one in model.sources if one.get("name") != DECISIONS],
        training={k: v for k, v in model.training.items() if k not in (DECISIONS, BELOW)}
        | ({DECISIONS: model.training[BELOW]} if BELOW in model.training else {}),
        base=None,
        held=base.held,
    )


def _counts(labels: pd.DataFrame, model: Model) -> dict[str, list[int]]:
    """Positive and negative decisions of each label; LabelError for one that the model lacks."""
    unknown = sorted(set(label_names(labels)) - set(model.labels))
    if unknown:
        raise LabelError(
            f"label {unknown[0]!r} is not in the model, which has {', '.join(model.labels)}; "
            "train a model of its own for it, without --from"
        )
    return {
        name: [int((labels[name] == 1).sum()), int((labels[name] == 0).sum())]
        for name in model.labels
        if name in labels
    }


def _counts_wording(counts: dict[str, list[int]], names: list[str]) -> str:
    found = [f"{name}: {counts[name][0]} and {counts[name][1]}" for name in names if name in counts]
    return ", ".join(found) or "none of its text labels was decided"


def _canonical(labels: pd.DataFrame, model: Model) -> pd.DataFrame:
    """The rows in an order of their own, so that the order they came in changes nothing."""
    contexts = {head.name for head in model.heads if isinstance(head, ContextLabel)}
    labels = labels.drop(columns=[name for name in contexts if name in labels])
    judged = labels[label_names(labels)].notna().any(axis=1).to_numpy(bool)
    labels = labels[judged].reset_index(drop=True)
    return labels.iloc[np.argsort(row_digests(labels), kind="stable")].reset_index(drop=True)


def _rows(model: Model, labels: pd.DataFrame, threads: int | None) -> Rows:
    import scipy.sparse as sp

    config, recipe = model.table.config, recipe_of(model)
    texts = labels["text"].str.slice(0, recipe.longest)
    grams = ngrams.tfidf(texts, model.table.idf, config, threads)
    phrases = phrase_rows(texts, model.lexicon, config, threads)
    dense = ngrams.dense(texts, config, threads) * dense_scales(recipe)
    matrix = sp.hstack(
        [
            sp.csr_array((grams[2], grams[1], grams[0]), shape=(len(texts), config.buckets)),
            sp.csr_array((phrases[2], phrases[1], phrases[0]), shape=(len(texts), PHRASES)),
            sp.csr_array(dense),
        ],
        format="csr",
    )
    # idf = (1 + ln((1 + n) / (1 + df))) ** power, so the share of texts is exp(1 - idf ** (1 / p))
    plain = model.table.idf.astype(np.float64) ** (1 / recipe.idf_power)
    shares = np.concatenate(
        [
            np.where(plain > 0, np.exp(1 - np.maximum(plain, 1)), 0),
            np.full(PHRASES, PHRASE_SHARE),
            np.full(len(DENSE_FEATURES), DENSE_SHARE),
        ]
    )
    old = model.logits(labels["text"], threads).astype(np.float64)
    return Rows(labels, matrix, shares, old, _new(model, labels), split_groups(labels))


def _new(model: Model, labels: pd.DataFrame) -> np.ndarray:
    """Which answers the model was not trained on: (n, text labels) bool."""
    judged = [
        labels[head.name].notna().to_numpy(bool)
        if head.name in labels
        else np.zeros(len(labels), bool)
        for head in model.text_heads
    ]
    new = np.column_stack(judged)
    return new if model.held is None else new & np.isnan(model.held.find(labels["text"]))


def _enough(rows: Rows, name: str, column: int) -> bool:
    if name not in rows.labels:
        return False
    answers = rows.labels[name].to_numpy(np.float64)[rows.new[:, column]]
    return bool(min((answers == 1).sum(), (answers == 0).sum()) >= FEWEST)


def recipe_of(model: Model) -> Recipe:
    """What the model's recipe says of its features; the default where it does not."""
    stored = model.training.get("recipe", {})
    known = ("idf_power", "dense_scale", "disguise_scale", "link_scale", "longest")
    told = {name: stored[name] for name in known if name in stored}
    if "dense_scale" in told:
        told.setdefault("link_scale", told["dense_scale"])  # links had no scale of their own
    return Recipe(**told)


def _learn(rows: Rows, head: TextLabel, column: int, seed: int) -> tuple[np.ndarray, Learned]:
    """The places of the label's decisions, and what they teach it."""
    judged = np.flatnonzero(rows.new[:, column])
    decided = Decided.of(
        rows.labels.iloc[judged],
        head.name,
        rows.matrix[judged],
        rows.shares,
        rows.old[judged, column],
        rows.groups[judged],
        seed,
    )
    return judged, learn(head, decided, seed)


def _head(
    head: TextLabel | ContextLabel,
    learned: dict[str, tuple[np.ndarray, Learned]],
    spoken: np.ndarray,
) -> TextLabel | ContextLabel:
    if head.name not in learned or isinstance(head, ContextLabel):
        return head
    judged, found = learned[head.name]
    more = decided_languages(spoken[judged]) - {*head.languages} if head.languages else set()
    return replace(
        head,
        metrics=head.metrics | {DECISIONS: found.stated | {"languages": sorted(more)}},
        languages=tuple(sorted({*head.languages, *more})),
    )


def _held(
    model: Model,
    labels: pd.DataFrame,
    names: list[str],
    learned: dict[str, tuple[np.ndarray, Learned]],
) -> HeldOutScores:
    """Held-out logits of what was learnt now, beside those that the model had."""
    logits = np.full((len(labels), len(names)), np.nan)
    for name, (judged, found) in learned.items():
        logits[judged, names.index(name)] = found.held
    held = HeldOutScores.of(labels["text"], logits)
    return held if model.held is None else model.held.joined(held)


def _part(model: Model, added: np.ndarray, kind: str) -> np.ndarray:
    """The rows of `added` that belong to one kind of feature, float32."""
    ends = np.cumsum([model.table.config.buckets, PHRASES, len(DENSE_FEATURES), 1])
    at = ("grams", "phrases", "dense", "intercept").index(kind)
    return added[(ends[at - 1] if at else 0) : ends[at]].astype(np.float32)


def _table(model: Model, added: np.ndarray) -> WeightTable:
    """The old weights and what is added, at the precision they are kept with."""
    table = model.table
    grams = np.where(table.idf[:, None] > 0, table.weights + _part(model, added, "grams"), 0)
    dense = _part(model, added, "dense") * dense_scales(recipe_of(model))[:, None]
    made = WeightTable(
        table.config,
        table.idf,
        _half(grams),
        table.dense + dense,
        table.intercept + _part(model, added, "intercept")[0],
    )
    if not np.isfinite(made.weights).all():
        raise ModelError("the new weights are too large to be kept; check the decisions' weights")
    return made


def _half(weights: np.ndarray) -> np.ndarray:
    return weights.astype(np.float16).astype(np.float32)
