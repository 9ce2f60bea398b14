"""How good the shipped recipe is on sets it never saw: `python -m benchmarks.left_out DATA`.

Every set is left out in turn, with all rows of other sets that say nearly the same or stand in one
thread with it, and scored by the model of the rest; of Wikipedia's talk pages and of the
adversarial set, which have their own kind of text, a third at a time as well, and of the music
videos one at a time. Sets that may not go into a model, and the functional cases, are scored by
the model of all. Prints a Markdown table: area under the ROC curve with 95 % bootstrap intervals.

The rows left out are taken out of the fitted model exactly, but for the document frequencies,
which are counted on all texts (no label goes into them).
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from moderation.evaluation.metrics import resample, roc_auc
from moderation.labels.read import read_sources
from moderation.labels.splits import split_groups
from moderation.labels.table import label_frame, stack
from moderation.training import linear
from moderation.training.build import public_rows, read_sets
from moderation.training.features import Features, training_features
from moderation.training.lexicon import read_lexicon
from moderation.training.recipe import Recipe
from moderation.training.tasks import RowOrigins, Task, task_of
from moderation.training.train import fit_label, held_out_logits

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parents[1]
NEVER_TRAINED = ("hateval2019", "youtube_spam_extra")
THIRDS = ("wikipedia_talk", "hatemoji")
VIDEOS = "youtube_spam"
OWN = ("behaviour", "seed", "templates", "templates_blogs")
DRAWS = 200


def rows(data: Path, recipe: Recipe) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame]:
    """What the labels learn from, of which row each is a copy, and what is only scored."""
    sources = HERE / "labels" / "sources.toml"
    frame, _ = read_sets(sources, data, recipe)
    names = tuple(name for name, one in recipe.labels.items() if one.kind == "text")
    return *public_rows(frame, sources.parent, recipe), never_trained(data, names)


def never_trained(data: Path, names: tuple[str, ...]) -> pd.DataFrame:
    """The sets that may not go into a model, and the functional cases."""
    cases = pd.read_csv(HERE / "tests" / "quality" / "behaviour.csv", keep_default_na=False)
    wanted = cases["expected"].str.split(";")
    functional = cases[["text"]].assign(
        source=OWN[0], **{name: wanted.map(lambda some, n=name: n in some) for name in names}
    )
    unseen, _ = read_sources(HERE / "labels" / "sources.toml", data, names=NEVER_TRAINED)
    unseen = unseen.drop(columns="off_topic", errors="ignore")
    return stack([unseen, label_frame(functional.astype(dict.fromkeys(names, float)), OWN[0])])


def parts(table: pd.DataFrame, groups: np.ndarray, judged: np.ndarray) -> Iterator[Any]:
    """(name, pairs of rows that are scored and rows that go with them) of all to leave out."""
    source = table["source"].astype(str).to_numpy()
    for one in np.unique(source[judged]):
        if one in OWN or one in NEVER_TRAINED:
            continue
        scored = judged & (source == one)
        yield one, [(scored, np.isin(groups, groups[scored]))]
    for one in sorted(set(THIRDS) & set(source[judged])):
        third = np.random.default_rng(0).integers(0, 3, groups.max() + 1)[groups]
        scored = judged & (source == one)
        yield f"{one}, in thirds", [(scored & (third == k), third == k) for k in range(3)]
    videos = table["group"].fillna("").astype(str).to_numpy()
    for video in np.unique(videos[judged & (source == VIDEOS)]):
        scored = judged & (videos == video)
        yield f"one video: {Path(video).stem}", [(scored, scored)]


def area(y_true: np.ndarray, score: np.ndarray) -> str:
    """The area under the ROC curve with its interval."""
    drawn = []
    for times in resample(len(y_true), DRAWS, 0):
        for one in np.atleast_2d(times):
            chosen = np.repeat(np.arange(len(y_true)), one)
            drawn.append(roc_auc(y_true[chosen], score[chosen]))
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return f"{roc_auc(y_true, score):.3f} ({low:.3f} to {high:.3f})"


def show(label: str, name: str, y_true: np.ndarray, score: np.ndarray) -> None:
    """Print one line; sets with one answer only have no curve."""
    if 0 < y_true.sum() < len(y_true):
        figures = f"{len(y_true):,} | {y_true.mean():.0%} | {area(y_true, score)}"
        print(f"| {label} | {name} | {figures} |", flush=True)


def logits_of_others(
    table: pd.DataFrame, groups: np.ndarray, unseen: np.ndarray, features: Features, task: Task
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Name, answers and raw logits of each part of the label, by models that never saw it."""
    fitted = fit_label(features, task, np.zeros(len(table), np.int64), 0)
    source = table["source"].astype(str).to_numpy()
    answers = table[task.name].to_numpy(np.float64, na_value=np.nan)
    judged = task.judged & (task.cost > 0)
    for name, pieces in parts(table, groups, judged):
        score = np.full(len(table), np.nan)
        for scored, gone in pieces:
            at, logit = held_out_logits(features, fitted, gone, 0)
            inside = scored[at]
            score[at[inside]] = logit[inside]
        known = ~np.isnan(score)
        yield name, answers[known] == 1, score[known]
    weights = features.unsourced(fitted.weights)
    scored = features.rows_for(task)
    for name in np.unique(source[unseen]):
        at = np.flatnonzero(unseen & (source == name) & ~np.isnan(answers))
        yield f"{name} *", answers[at] == 1, linear.products(scored, at, weights)


class Material(NamedTuple):
    """All that is scored, and what it is scored by; see `logits_of_others`."""

    table: pd.DataFrame
    groups: np.ndarray
    unseen: np.ndarray
    features: Features
    tasks: list[Task]

    @classmethod
    def read(cls, data: Path) -> Material:
        """Of the sets below `data`, as the shipped recipe has them."""
        recipe = Recipe.read(HERE / "labels" / "recipe.toml")
        learnt, copy_of, scored = rows(data, recipe)
        table = stack([learnt, scored]).reset_index(drop=True)
        unseen = np.arange(len(table)) >= len(learnt)
        copy_of = np.append(copy_of, np.arange(len(learnt), len(table)))
        copied = copy_of != np.arange(len(table))
        lexicon, _ = read_lexicon(HERE / "labels" / "lexicon.toml", data)
        tasks = []
        for name, settings in recipe.labels.items():
            if settings.kind == "text":
                hidden = table.assign(**{name: table[name].mask(unseen)})
                own = RowOrigins.none(hidden).decisions
                task = task_of(hidden, name, settings, own, 0, copied)
                tasks.append(replace(task, judged=task.judged & ~copied))
        features = training_features(table, recipe, lexicon, tasks, None, ~copied)
        groups = np.zeros(len(table), np.int64)
        groups[~copied] = split_groups(table[~copied])
        return cls(table, groups[copy_of], unseen, features, tasks)

    def logits(self, task: Task) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """See `logits_of_others`."""
        return logits_of_others(self.table, self.groups, self.unseen, self.features, task)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("data", type=Path)
    material = Material.read(parser.parse_args().data)
    print("| label | set left out | rows | positive | area |\n|---|---|---|---|---|")
    for task in material.tasks:
        for name, answers, logit in material.logits(task):
            show(task.name, name, answers, logit)


if __name__ == "__main__":
    main()
