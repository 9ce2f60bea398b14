"""Build a model from the public labelled sets: what `moderation train --sources` does.

Beside the description of the sets lie, in one folder: `lexicon.toml` (words by class),
`recipe.toml` (how each label is trained) and the project's own label tables, `seed_*.csv`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from moderation.calibration import calibrate
from moderation.context import count_words
from moderation.context_fit import fit_context
from moderation.errors import GoalError, LabelError
from moderation.label_table import label_names, stack
from moderation.labels import read_labels, read_sources
from moderation.lexicon import read_lexicon
from moderation.metrics import Ranked, shown, with_intervals
from moderation.model import ContextLabel, Model
from moderation.moved import Conversation, Pairs, off_topic_training
from moderation.recipe import Recipe, Settings
from moderation.source_threads import read_threads
from moderation.templates import expand
from moderation.thresholds import Kept, chosen
from moderation.training import DRAWS, FOLDS, train

if TYPE_CHECKING:
    from collections.abc import Sequence

CONVERSATIONS = ("wiki_talk", "nyt_roomfordebate")  # sets with threads that may be passed on
STRANGERS = ("sms_spam", "convabuse", "janitr")  # texts that answer nobody
CONTEXT_LABEL = "off_topic"
PER_PATTERN = 40  # sentences from each pattern; not swept


def build(
    sources: str | Path,
    data_dir: str | Path,
    *,
    more: Sequence[str | Path] = (),
    seed: int = 0,
    missing: str = "error",
    threads: int | None = None,
) -> Model:
    """A model from the sets that may go into one, the seed tables and `more` label tables.

    missing: "skip" goes on without sets whose files are not there. Raises LabelError.
    """
    folder = Path(sources).parent
    recipe = Recipe.read(folder / "recipe.toml")
    frame, provenance = read_sources(sources, data_dir, missing=missing)
    if recipe.named:
        extra, known = read_sources(sources, data_dir, names=recipe.named, missing=missing)
        frame, provenance = stack([frame, extra]), [*provenance, *known]
    lexicon, words = read_lexicon(folder / "lexicon.toml", data_dir)
    seeds = sorted(folder.glob("seed_*.csv"))
    patterns = folder / "templates.toml"
    tables = [
        frame,
        expand(patterns, PER_PATTERN, seed),
        *(read_labels(path) for path in [*seeds, *more]),
    ]
    heads = {}
    if CONTEXT_LABEL in frame:
        pairs, frequencies, known = context_rows(frame, sources, data_dir, seed, missing)
        heads[CONTEXT_LABEL] = context_label(pairs, frequencies, recipe.of(CONTEXT_LABEL), seed)
        provenance += known
        tables = [table.drop(columns=CONTEXT_LABEL, errors="ignore") for table in tables]
    everything = stack(table[_kept(table, recipe)] for table in tables)
    everything["source"] = everything["source"].replace(recipe.same)
    return train(
        everything,
        recipe=recipe,
        lexicon=lexicon,
        contexts=heads,
        seed=seed,
        sources=[*provenance, *words, *(_table_origin(path) for path in [patterns, *seeds, *more])],
        threads=threads,
    )


def _kept(table: pd.DataFrame, recipe: Recipe) -> np.ndarray:
    """Rows with an answer for some label, or of a set that serves as clean rows: (n,) bool."""
    clean = {name for settings in recipe.labels.values() for name in settings.clean}
    judged = table[label_names(table)].notna().any(axis=1)
    return (judged | table["source"].isin(clean)).fillna(False).to_numpy(bool)


def _table_origin(path: str | Path) -> dict[str, Any]:
    content = Path(path).read_bytes()
    return {"name": Path(path).name, "sha256": hashlib.sha256(content).hexdigest()}


def context_rows(
    frame: pd.DataFrame, sources: str | Path, data_dir: str | Path, seed: int, missing: str
) -> tuple[Pairs, Any, list[dict[str, Any]]]:
    """Moved and unmoved comments of the sets with threads, word frequencies, and provenance."""
    conversations, known = [], []
    for name in CONVERSATIONS:
        comments, heads, record = read_threads(name, sources, data_dir, missing)
        known.append(record)
        if len(comments):
            conversations.append(Conversation(name, comments, heads))
    if not conversations:
        raise LabelError(f"{data_dir}: no set with threads ({', '.join(CONVERSATIONS)}) is there")
    texts = pd.concat([one.comments["text"] for one in conversations])
    frequencies = count_words(texts)
    strangers = frame["text"][frame["source"].isin(STRANGERS)]
    return off_topic_training(conversations, strangers, frequencies, seed), frequencies, known


def context_label(pairs: Pairs, frequencies: Any, settings: Settings, seed: int) -> ContextLabel:
    """A context head on all pairs; calibration and threshold from out-of-fold logits."""
    codes = pd.factorize(pairs.groups)[0]
    fold = np.random.default_rng(seed).integers(0, FOLDS, codes.max() + 1)[codes]
    raw = np.zeros(len(codes))
    for k in range(FOLDS):
        train_rows, out = fold != k, fold == k
        head = fit_context(Pairs(*(part[train_rows] for part in pairs)), frequencies)
        raw[out] = pairs.features[out] @ head.weights.astype(np.float64) + head.intercept
    answers, weight = pairs.moved > 0, np.ones(len(raw))
    if settings.prevalence is not None:
        weight[answers] *= settings.prevalence / weight[answers].sum()
        weight[~answers] *= (1 - settings.prevalence) / weight[~answers].sum()
    calibration = calibrate(answers, raw, weight)
    score = calibration(raw).astype(np.float64)
    try:
        operating = chosen(answers, score, settings.goal, codes, weight, DRAWS, seed)
    except GoalError as error:
        raise GoalError(f"{CONTEXT_LABEL}: {error}") from error
    ranked = Ranked.of(answers, score, operating["threshold"], codes)
    measured = {
        name: [shown(one.value), shown(one.low), shown(one.high)]
        for name, one in with_intervals(ranked, DRAWS, seed).items()
    }
    return ContextLabel(
        CONTEXT_LABEL,
        fit_context(pairs, frequencies),
        calibration,
        operating["threshold"],
        operating=operating,
        metrics={"out_of_fold": measured},
        curve=Kept.of(answers, score, codes, weight),
    )
