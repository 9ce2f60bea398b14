"""Train a model from a label table: n-gram, dense and phrase features into one line per label.

Each label learns from the rows that were judged for it. Its raw logits are calibrated, and its
threshold chosen, on out-of-fold scores; rows of a thread or near-duplicates share a fold. A feature
that says which source a row comes from takes up what is peculiar to the source (its share of
positives, its style) and is dropped afterwards.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np

from moderation.errors import LabelError
from moderation.evaluation.metrics import roc_auc, shown
from moderation.features import ngrams
from moderation.features.kernel import DENSE_FEATURES
from moderation.features.ngrams import WeightTable
from moderation.features.phrases import SIZE as PHRASES
from moderation.features.phrases import Lexicon
from moderation.labels.splits import folds, split_groups
from moderation.labels.table import label_names, whole
from moderation.model.held_out import HeldOutScores
from moderation.model.labels import ContextLabel, TextLabel
from moderation.model.model import Model
from moderation.training import linear
from moderation.training.choice import refitted_without, with_chosen_settings
from moderation.training.contrast import contrast, multiplied
from moderation.training.decisions.gain import gain
from moderation.training.features import Features, training_features
from moderation.training.languages import learnt_languages, spoken_in
from moderation.training.linear import one_blas_thread
from moderation.training.operating_point import OutOfFold, operating_point
from moderation.training.recipe import Recipe
from moderation.training.tasks import RowOrigins, Task, chosen_factor, decided, task_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

FOLDS = 3


@dataclass(frozen=True)
class FittedLabel:
    """One label fitted: the task at the weight that the user's decisions got, and its weights.

    before: (n,) raw logits of those decisions from the public rows alone; NaN elsewhere.
    factor: how much a decision counts against a public row, None when there were too few.
    factors: what the rows' columns were multiplied by, see `contrast`.
    """

    task: Task
    fitted: linear.Fitted
    before: np.ndarray
    factor: float | None
    factors: np.ndarray | None

    @property
    def weights(self) -> np.ndarray:
        """Of the columns as they are: (columns,) float32."""
        fitted = self.fitted.weights
        return fitted if self.factors is None else fitted * self.factors


@one_blas_thread
def train(
    labels: pd.DataFrame,
    *,
    recipe: Recipe | None = None,
    lexicon: Lexicon | None = None,
    contexts: Mapping[str, ContextLabel | Future[ContextLabel]] | None = None,
    origins: RowOrigins | None = None,
    seed: int = 0,
    sources: list[dict[str, Any]] | None = None,
    threads: int | None = None,
) -> Model:
    """A model with one head per label of the table.

    labels: label table (`labels.read_labels`), at least `text` and a label. contexts: heads of
    labels that are not trained from the table, or futures of them. origins: which rows are the
    user's, and which are copies. sources: provenance to store in the model.
    The same rows, seed and recipe give the same model, whatever `threads` is.
    Raises LabelError for a label with too few rows.
    """
    recipe = recipe or Recipe()
    contexts = dict(contexts or {})
    labels = whole(labels).reset_index(drop=True)
    origins = origins or RowOrigins.none(labels)
    own_place = np.arange(len(labels))
    copy_of = own_place if origins.copy_of is None else origins.copy_of
    copied = copy_of != own_place
    judged = labels.drop(columns=[*contexts], errors="ignore")
    tasks = _tasks(judged, recipe, origins.decisions, copied, seed)
    if not tasks and not contexts:
        raise LabelError("the label table has no label column")
    with ThreadPoolExecutor(1) as beside:
        grouped = beside.submit(_groups_and_folds, labels, copy_of, seed)
        features = training_features(
            labels, recipe, lexicon or Lexicon.of({}), tasks, threads, ~copied
        )
        groups, fold = grouped.result()
    pool = _Pool(threads, tasks)
    tasks = pool.per_label(with_chosen_settings, [(features, task, fold, seed) for task in tasks])
    fitted = pool.per_label(fit_label, [(features, task, fold, seed) for task in tasks])
    raw = _out_of_fold_logits(pool, features, fitted, fold, seed)
    raw[copied] = np.nan
    heads = pool.per_label(
        _head, [(labels, label, raw[:, t], groups, seed) for t, label in enumerate(fitted)]
    )
    spoken = spoken_in(labels["text"])
    for k, task in enumerate(tasks):
        used = task.cost > 0
        learnt = learnt_languages(spoken[used], origins.decisions[used])
        heads[k] = replace(heads[k], languages=learnt)
    table, phrase_weights = _table(features, [label.weights for label in fitted])
    training = {"seed": seed, "rows": len(labels), "recipe": recipe.to_dict()}
    if counts := decided(labels, origins.decisions):
        training["decisions"] = counts
    others = [head.result() if isinstance(head, Future) else head for head in contexts.values()]
    return Model(
        heads=(*heads, *others),
        table=table,
        lexicon=features.lexicon,
        phrase_weights=phrase_weights,
        sources=sources or [],
        training=training,
        held=_held_out_scores(labels, origins.decisions, raw),
        tables=_held_out_scores(labels, origins.tables, raw),
    )


def _tasks(
    labels: pd.DataFrame, recipe: Recipe, own: np.ndarray, copied: np.ndarray, seed: int
) -> list[Task]:
    """A task per label of the table, those of the recipe first and in its order."""
    names = label_names(labels)
    names.sort(key=(*recipe.labels, *names).index)
    return [task_of(labels, name, recipe.of(name), own, seed, copied) for name in names]


def _groups_and_folds(
    labels: pd.DataFrame, copy_of: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The group and the fold of each row: (n,) each. Copies stand where their rows do."""
    original = copy_of == np.arange(len(labels))
    rows = labels[original]
    groups = split_groups(rows)
    place = (np.cumsum(original) - 1)[copy_of]
    return groups[place], folds(rows, FOLDS, seed, groups)[place]


def _held_out_scores(
    labels: pd.DataFrame, rows: np.ndarray, raw: np.ndarray
) -> HeldOutScores | None:
    return HeldOutScores.of(labels["text"][rows], raw[rows]) if rows.any() else None


class _Pool:
    """Runs a job per label; the longest begin first, so that no core waits for one at the end."""

    def __init__(self, threads: int | None, tasks: list[Task]) -> None:
        # Threads, unless the caller chose workers by joblib.parallel_config
        self.parallel = joblib.Parallel(threads or ngrams.thread_count(), prefer="threads")
        self.sizes = [int(np.count_nonzero(task.cost)) for task in tasks]

    def per_label(self, function: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> Any:
        """Results in the order of the arguments: as many for the first label as for the next."""
        jobs = len(arguments) // max(len(self.sizes), 1)
        order = sorted(range(len(arguments)), key=lambda k: -self.sizes[k // jobs])
        calls = (joblib.delayed(function)(*arguments[k]) for k in order)
        results = dict(zip(order, self.parallel(calls), strict=True))
        return [results[k] for k in range(len(arguments))]


def _out_of_fold_logits(
    pool: _Pool, features: Features, fitted: list[FittedLabel], fold: np.ndarray, seed: int
) -> np.ndarray:
    """Raw logits of each row from models that never saw its fold: (n, labels), NaN = not used."""
    jobs = [(label, fold == k) for label in fitted for k in range(FOLDS)]
    scored = pool.per_label(
        held_out_logits, [(features, label, left_out, seed) for label, left_out in jobs]
    )
    raw = np.full((len(fold), len(fitted)), np.nan)
    for job, (rows, logits) in enumerate(scored):
        raw[rows, job // FOLDS] = logits
    return raw


def fit_label(features: Features, task: Task, fold: np.ndarray, seed: int) -> FittedLabel:
    """The label's weights. The user's decisions are learnt on top of the rest, to weigh them."""
    rows = features.rows_for(task)
    factors = contrast(rows, task, task.cost > 0, features.config.buckets)
    rows = multiplied(rows, factors)
    before = np.full(len(task.sign), np.nan)
    if not task.own.any():
        return FittedLabel(task, linear.fit(rows, task.targets, seed), before, None, factors)
    fitted = linear.fit(rows, task.without_own().targets, seed)
    own = np.flatnonzero(task.own)
    before[own] = linear.products(rows, own, features.unsourced(fitted.weights))
    factor = chosen_factor(rows, task, fitted, fold, seed)
    task = task.weighed(factor)
    linear.go_on(rows, fitted, task.targets, seed, linear.EPOCHS // 2)
    return FittedLabel(task, fitted, before, factor, factors)


def held_out_logits(
    features: Features, label: FittedLabel, left_out: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Used rows among `left_out` ((n,) bool), and their raw logits from a model without them.

    The logits are those of a row whose source is not known.
    """
    task = label.task
    if label.factors is not None:
        return refitted_without(features, task, left_out, seed)
    rows = features.rows_for(task)
    weights = linear.refit_without(rows, label.fitted, task.targets, left_out, seed)
    chosen = np.flatnonzero(left_out & (task.cost > 0))
    return chosen, linear.products(rows, chosen, features.unsourced(weights))


def _head(
    labels: pd.DataFrame, label: FittedLabel, raw: np.ndarray, groups: np.ndarray, seed: int
) -> TextLabel:
    """Operating point and measures of a label from its out-of-fold logits."""
    task = label.task
    rows = np.flatnonzero((task.cost > 0) & ~np.isnan(raw))
    out_of_fold = OutOfFold(
        task.sign[rows] > 0, raw[rows], task.cost[rows], groups[rows], task.judged[rows]
    )
    chosen = operating_point(task.name, out_of_fold, task.settings, seed)
    by_source = _by_source(labels, task, raw, rows[task.judged[rows]])
    metrics: dict[str, Any] = {"out_of_fold": chosen.measures, "roc_auc_by_source": by_source}
    if task.settings.alternatives:
        metrics["chosen"] = {"cost": task.settings.cost, "contrast": task.settings.contrast}
    if label.factor is not None:
        metrics["decisions"] = _bought(label, raw, groups, seed)
    return TextLabel(
        task.name,
        chosen.calibration,
        chosen.operating["threshold"],
        operating=chosen.operating,
        metrics=metrics,
        curve=chosen.curve,
        elsewhere=task.settings.elsewhere,
    )


def _bought(label: FittedLabel, raw: np.ndarray, groups: np.ndarray, seed: int) -> dict[str, Any]:
    """What the user's decisions bought, held out: against the public rows alone.

    Measured on decisions whose group has no public row: of the others, the public rows knew.
    """
    own = label.task.own
    public = groups[(label.task.cost > 0) & ~own]
    rows = np.flatnonzero(own & ~np.isin(groups, public))
    answers = label.task.sign[rows] > 0
    codes = np.unique(groups[rows], return_inverse=True)[1]
    return {
        "positives": int((label.task.sign[own] > 0).sum()),
        "negatives": int((label.task.sign[own] < 0).sum()),
        "factor": label.factor,
        "held_out": gain(answers, label.before[rows], raw[rows], codes, seed),
    }


def _by_source(
    labels: pd.DataFrame, task: Task, raw: np.ndarray, judged: np.ndarray
) -> dict[str, float | None]:
    """Area under the ROC curve of the out-of-fold logits within each source."""
    source = labels["source"].fillna("").astype("str").to_numpy()[judged]
    answers, logits = task.sign[judged] > 0, raw[judged]
    return {
        str(name): shown(roc_auc(answers[source == name], logits[source == name]))
        for name in np.unique(source)
    }


def _table(features: Features, weights: list[np.ndarray]) -> tuple[WeightTable, np.ndarray]:
    """Weights by kind of feature; source features are dropped."""
    buckets, width = features.config.buckets, len(DENSE_FEATURES)
    stacked = (
        np.stack(weights, axis=1) if weights else np.zeros((features.rows.columns, 0), np.float32)
    )
    grams, rest = stacked[:buckets], stacked[buckets:]
    phrases, rest = rest[:PHRASES], rest[PHRASES:]
    half = grams.astype(np.float16).astype(np.float32)
    table = WeightTable(
        features.config,
        features.idf,
        np.where(features.idf[:, None] > 0, half, 0).astype(np.float32),
        rest[:width] * features.scales[:, None],
        rest[width],
    )
    return table, phrases.astype(np.float16).astype(np.float32)
