"""Train the parts of a model for languages of their own: from public sets, or decisions alone.

A part is trained like any model, on the rows of its language, with n-grams that fit its script and
no lexicon; then it is brought to the precision that it is stored with. The model above stays as it
is.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from moderation.errors import LabelError
from moderation.features.unicode_forms import composed
from moderation.labels.public.sets import load_sources, read_sources
from moderation.labels.read import read_labels
from moderation.labels.table import label_names, stack
from moderation.model.folder import as_stored
from moderation.model.labels import TextLabel
from moderation.training.languages import spoken_in
from moderation.training.provenance import file_origin
from moderation.training.recipe import Recipe
from moderation.training.tasks import FEWEST, RowOrigins
from moderation.training.train import train

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from moderation.model.model import Model

RECIPE = "language_recipe.toml"
SHORT = ("zh", "ja", "ko", "th", "lo", "km", "my", "bo")
SHORT_CHARS, LONG_CHARS = (1, 4), (2, 6)
"""Characters of the n-grams: SHORT for languages whose words are runs of sentences, and Korean,
whose syllables are characters: areas of .716 instead of .702 in Chinese and .82 instead of .81 in
Korean, on other sets."""
WITH_WORDS = ("fr", "pt")
"""Languages that are read by whole words and pairs, too: areas of .857 instead of .841 and .705
instead of .692. Seventeen others are as good without or better: by .002 in German on another site,
.013 in Marathi, .07 in Arabic."""
WITH_TONES = ("vi",)  # accents tell words apart: nothing is folded but case and compatibility


class PublicSets(NamedTuple):
    """What may be learnt from, as `read_sources` takes it; beside `sources` lies RECIPE."""

    sources: Path
    data_dir: Path
    use: str = "SD"
    missing: str = "error"


def recipe_for(language: str, recipe: Recipe) -> Recipe:
    """The recipe with the n-grams of a language's script."""
    if language not in WITH_WORDS:
        chars = SHORT_CHARS if language in SHORT else LONG_CHARS
        recipe = replace(recipe, word_ngrams=None, char_ngrams=chars)
    return replace(recipe, fold=False) if language in WITH_TONES else recipe


def with_parts(
    model: Model,
    languages: Sequence[str],
    sets: PublicSets,
    *,
    more: Sequence[str | Path] = (),
    seed: int = 0,
    threads: int | None = None,
) -> Model:
    """The model with parts for some languages, in place of those that it had for them.

    languages: BCP 47. more: the user's own label tables and ledgers, of which each language takes
    its rows. Raises LabelError for a language without rows, or with too few, before any is trained.
    """
    recipe = Recipe.read(sets.sources.parent / RECIPE)
    own = stack([read_labels(path) for path in more]) if more else None
    spoken = spoken_in(own["text"]) if own is not None else np.zeros(0, object)
    rows = []
    for language in languages:
        _check_known(language, sets, set(spoken))
        public, provenance = read_sources(
            sets.sources, sets.data_dir, sets.use, missing=sets.missing, language=language
        )
        tables, origins = [public], provenance
        if own is not None and (spoken == language).any():
            tables.append(own[spoken == language])
            origins = [*provenance, *map(file_origin, more)]
        together = stack(tables)
        _learnable(model, language, _without_left_out(together, recipe))
        rows.append((language, together, len(together) - len(public), origins))
    parts = dict(model.by_language)
    for language, together, decisions, origins in rows:
        parts[language] = part_for(
            model,
            language,
            together,
            decisions=decisions,
            recipe=recipe,
            seed=seed,
            sources=origins,
            threads=threads,
        )
    return replace(model, by_language=parts, digest="")


def part_for(
    model: Model,
    language: str,
    labels: pd.DataFrame,
    *,
    decisions: int = 0,
    recipe: Recipe | None = None,
    seed: int = 0,
    sources: list[dict[str, Any]] | None = None,
    threads: int | None = None,
) -> Model:
    """The part of `model` for a language, of those of its text labels that there are rows for.

    labels: label table, all in the language; the last `decisions` rows are the user's own.
    Raises LabelError where no label has FEWEST positive and FEWEST negative rows.
    """
    recipe = recipe_for(language, recipe or Recipe())
    labels = _without_left_out(labels, recipe)
    names = _learnable(model, language, labels)
    others = [name for name in label_names(labels) if name not in names]
    texts = composed(labels["text"], recipe.fold).to_pylist()
    rows = labels.drop(columns=others).assign(text=texts)
    rows["text"] = rows["text"].astype(labels["text"].dtype)
    rows = rows[rows[names].notna().any(axis=1)].reset_index(drop=True)
    user = np.arange(len(labels)) >= len(labels) - decisions
    user = user[labels[names].notna().any(axis=1).to_numpy(bool)]
    part = train(
        rows,
        recipe=recipe,
        origins=RowOrigins(user, np.zeros(len(rows), bool)),
        seed=seed,
        sources=sources,
        threads=threads,
    )
    heads = [
        replace(head, languages=(language,), elsewhere=None, stands_at=model.thresholds[head.name])
        for head in part.heads
        if isinstance(head, TextLabel)
    ]
    return as_stored(replace(part, heads=tuple(heads)))


def _without_left_out(labels: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """The labels without the answers of sets that count nothing for one."""
    kept = {}
    for name in label_names(labels):
        nothing = [one for one, factor in recipe.of(name).sources.items() if factor == 0]
        kept[name] = labels[name].mask(labels["source"].isin(nothing))
    return labels.assign(**kept)


def _learnable(model: Model, language: str, labels: pd.DataFrame) -> list[str]:
    """The labels that there are rows enough for; LabelError for none."""
    names = [head.name for head in model.text_heads if _enough(labels, head.name)]
    if not names:
        raise LabelError(
            f"language {language}: no label has {FEWEST} positive and {FEWEST} negative rows; "
            "leave it out, or add labels of your own"
        )
    return names


def _enough(labels: pd.DataFrame, name: str) -> bool:
    if name not in labels:
        return False
    return bool(min((labels[name] == 1).sum(), (labels[name] == 0).sum()) >= FEWEST)


def _check_known(language: str, sets: PublicSets, spoken: set[str]) -> None:
    """Raise LabelError where neither a set nor a row of the user's is in the language."""
    usable = [one for one in load_sources(sets.sources).values() if one["use"] in sets.use]
    known = {one["language"] for one in usable if "language" in one}
    if language in known or language in spoken:
        return
    raise LabelError(
        f"language {language}: {sets.sources} has no set in it that may be used, and none of your "
        f"labels is; it has sets in {', '.join(sorted(known)) or 'no language but English'}"
    )
