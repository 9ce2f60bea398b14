"""Build a model from the public labelled sets: what `moderation train --sources` does.

Beside the description of the sets lie, in one folder: `lexicon.toml` (words by class),
`recipe.toml` (how each label is trained) and the project's own label tables, `seed_*.csv`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.labels.public.files import digest, found
from moderation.labels.public.sets import in_language, load_sources
from moderation.labels.public.threads import read_threads
from moderation.labels.read import read_labels, read_sources
from moderation.labels.table import label_names, stack
from moderation.model.held_out import HeldOutScores
from moderation.training.lexicon import own_words, read_lexicon
from moderation.training.linear import one_blas_thread
from moderation.training.off_topic.conversations import Roles, training_pairs
from moderation.training.off_topic.label import context_label
from moderation.training.off_topic.moved_comments import Conversation
from moderation.training.provenance import file_origin
from moderation.training.recipe import Recipe
from moderation.training.renaming import Names, renamed
from moderation.training.store import Store, digest_of
from moderation.training.tasks import RowOrigins, decided
from moderation.training.templates import expand
from moderation.training.train import train

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from moderation.model.labels import ContextLabel
    from moderation.model.model import Model
    from moderation.training.recipe import Settings

GROUPS = "group"  # class of the lexicon whose words name groups of people
PER_PATTERN = 40  # sentences from each pattern; not swept


@one_blas_thread
def build(
    sources: str | Path,
    data_dir: str | Path,
    *,
    more: Sequence[str | Path] = (),
    seed: int = 0,
    missing: str = "error",
    threads: int | None = None,
    store: Store | None = None,
) -> Model:
    """A model from the sets that may go into one, the seed tables and `more` label tables.

    more: the user's own tables and ledgers; see `RowOrigins.decisions`. missing: "skip" goes on
    without sets whose files are missing. store: where what depends on the public sets alone is
    stored for the next run, None = nowhere; the model is the same. Raises LabelError.
    """
    store = store or Store(None)
    folder = Path(sources).parent
    recipe = Recipe.read(folder / "recipe.toml")
    sets = _sets_digest(sources, data_dir, recipe, missing)
    frame, provenance = _kept_sets(sources, data_dir, recipe, missing, sets, store)
    lexicon, words = read_lexicon(folder / "lexicon.toml", data_dir)
    mine = [read_labels(path) for path in more]
    in_context = [name for name, one in recipe.labels.items() if one.kind == "context"]
    whole = dict.fromkeys(name for one in in_context for name in recipe.of(one).threads)
    conversations, known = _conversations(list(whole), sources, data_dir, missing)
    counts = _in_context(mine, in_context)

    def head(name: str) -> ContextLabel:
        settings = recipe.of(name)
        judged = [table[table[name].notna()] for table in mine if name in table]
        key = digest_of(sets, name, asdict(settings), known, seed, *judged)
        label = store.head(key)
        if label is None:
            label = _head(name, settings, stack([frame, *judged]), conversations, seed)
            if not any(map(len, judged)):  # a decision that is taken back leaves no trace
                store.keep_head(key, label)
        return label

    public, copy_of = public_rows(frame, folder, recipe, seed)
    everything = stack([public, taught(mine, recipe)]) if mine else public
    tables = [*patterns_in(folder), *sorted(folder.glob("seed_*.csv")), *more]
    with ThreadPoolExecutor(1) as beside:  # a head takes one core, and leaves the texts the rest
        heads = {name: beside.submit(head, name) for name in in_context}
        model = train(
            everything,
            recipe=recipe,
            lexicon=lexicon,
            contexts=heads,
            origins=RowOrigins.none(everything)._replace(
                decisions=np.arange(len(everything)) >= len(public),
                copy_of=np.append(copy_of, np.arange(len(public), len(everything))),
            ),
            seed=seed,
            sources=[*provenance, *known, *words, *map(file_origin, tables)],
            threads=threads,
        )
    if not counts:
        return model
    return replace(
        model,
        training=model.training | {"decisions": model.training.get("decisions", {}) | counts},
        held=_in_context_too(model, mine, in_context),
    )


def _in_context_too(
    model: Model, mine: Sequence[pd.DataFrame], names: Sequence[str]
) -> HeldOutScores | None:
    """With the texts that were judged for a label of the conversation: no score, but seen."""
    texts = [
        text
        for table in mine
        for name in names
        if name in table
        for text in table["text"][table[name].notna()]
    ]
    seen = HeldOutScores.of(texts, np.full((len(texts), len(model.text_heads)), np.nan))
    return seen if model.held is None else seen.joined(model.held)


def _head(
    name: str,
    settings: Settings,
    labels: pd.DataFrame,
    conversations: Sequence[Conversation],
    seed: int,
) -> ContextLabel:
    """A label of the conversation, learnt from comments that were moved and rows judged for it."""
    roles = Roles(settings.talks, settings.strays, settings.strangers)
    its = [one for one in conversations if one.name in settings.threads]
    return context_label(name, *training_pairs(labels, its, name, seed, roles), settings, seed)


def _sets_digest(sources: str | Path, data_dir: str | Path, recipe: Recipe, missing: str) -> str:
    """Digest of the description of the sets and of every file that it names."""
    described = in_language(load_sources(sources), None)
    patterns = {
        pattern
        for one in described.values()
        for pattern in (*one["files"], one.get("average", {}).get("file"))
        if pattern
    }
    files, _ = found(Path(data_dir), sorted(patterns))
    contents = [[path.relative_to(data_dir).as_posix(), digest(path)] for path in files]
    return digest_of(described, contents, recipe.named, missing)


def _kept_sets(
    sources: str | Path, data_dir: str | Path, recipe: Recipe, missing: str, sets: str, store: Store
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """`read_sets`, from the store if it has them."""
    kept = store.table(sets)
    if kept is None:
        kept = read_sets(sources, data_dir, recipe, missing)
        store.keep_table(sets, *kept)
    return kept


def _in_context(mine: Sequence[pd.DataFrame], names: Sequence[str]) -> dict[str, list[int]]:
    """The user's decisions on labels of the conversation: positives and negatives."""
    judged = stack(mine)
    counts = decided(judged, np.ones(len(judged), bool))
    return {name: counts[name] for name in names if name in counts}


def read_sets(
    sources: str | Path, data_dir: str | Path, recipe: Recipe, missing: str = "error"
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The public sets that may go into a model, those the recipe names included, and provenance."""
    frame, provenance = read_sources(sources, data_dir, missing=missing)
    if recipe.named:
        extra, known = read_sources(sources, data_dir, names=recipe.named, missing=missing)
        frame, provenance = stack([frame, extra]), [*provenance, *known]
    return frame, provenance


def patterns_in(folder: Path) -> list[Path]:
    """The files of sentence patterns; `templates.toml` must be there."""
    first = folder / "templates.toml"
    return [first, *sorted(folder.glob("templates_*.toml"))]


def own_tables(folder: Path, seed: int = 0) -> list[pd.DataFrame]:
    """The project's own label tables: sentences from patterns, and the seeds."""
    sentences = [expand(path, PER_PATTERN, seed) for path in patterns_in(folder)]
    return [*sentences, *(read_labels(path) for path in sorted(folder.glob("seed_*.csv")))]


def public_rows(
    frame: pd.DataFrame, folder: Path, recipe: Recipe, seed: int = 0
) -> tuple[pd.DataFrame, np.ndarray]:
    """What the text labels learn from where the user has decided nothing, and `copy_of` of it.

    frame: the public sets. folder: of the recipe, the lexicon and the project's own label tables.
    """
    rows = taught([frame, *own_tables(folder, seed)], recipe)
    copy_of = np.arange(len(rows))
    for name, settings in recipe.labels.items():
        if settings.renamed:
            names = Names(own_words(folder / "lexicon.toml", GROUPS))
            copies, places = renamed(rows, name, names, settings.renamed, seed)
            rows, copy_of = stack([rows, copies]), np.append(copy_of, copy_of[places])
    return rows, copy_of


def taught(tables: list[pd.DataFrame], recipe: Recipe) -> pd.DataFrame:
    """One table of what the text labels learn from."""
    in_context = [name for name, one in recipe.labels.items() if one.kind == "context"]
    tables = [table.drop(columns=in_context, errors="ignore") for table in tables]
    everything = stack(table[_usable(table, recipe)] for table in tables)
    everything["source"] = everything["source"].replace(recipe.same)
    return everything


def _usable(table: pd.DataFrame, recipe: Recipe) -> np.ndarray:
    """Rows with an answer for some label, or of a set that serves as clean rows: (n,) bool."""
    clean = {name for settings in recipe.labels.values() for name in settings.clean}
    judged = table[label_names(table)].notna().any(axis=1)
    return (judged | table["source"].isin(clean)).fillna(False).to_numpy(bool)


def _conversations(
    names: list[str], sources: str | Path, data_dir: str | Path, missing: str
) -> tuple[list[Conversation], list[dict[str, Any]]]:
    """The sets of whole threads, and their provenance."""
    conversations, known = [], []
    for name in names:
        comments, heads, record = read_threads(name, sources, data_dir, missing)
        conversations.append(Conversation(name, comments, heads))
        known.append(record)
    return conversations, known
