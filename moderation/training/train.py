"""Train a model from a label table: n-gram, dense and phrase features into one line per label.

Each label learns from the rows that were judged for it. Its raw logits are calibrated, and its
threshold chosen, on out-of-fold scores; rows of a thread or near-duplicates share a fold. A feature
that says which source a row comes from takes up what is peculiar to the source (its share of
positives, its style) and is dropped afterwards.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pandas as pd

from moderation.errors import GoalError, LabelError
from moderation.evaluation.metrics import Ranked, shown
from moderation.features import ngrams
from moderation.features.kernel import DENSE_FEATURES
from moderation.features.ngrams import NgramConfig, WeightTable
from moderation.features.phrases import SIZE as PHRASES
from moderation.features.phrases import Lexicon
from moderation.labels.splits import folds, split_groups
from moderation.labels.table import label_names
from moderation.model.calibration import calibrate
from moderation.model.goals.stored_curve import StoredCurve, chosen
from moderation.model.held_out import HeldOutScores
from moderation.model.model import ContextLabel, Model, TextLabel
from moderation.training import linear
from moderation.training.counting import listed
from moderation.training.gain import gain
from moderation.training.linear import steady
from moderation.training.ranking import ranking
from moderation.training.recipe import Recipe
from moderation.training.tasks import Task, chosen_factor, decided, no_own, task_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDS = 3
DISGUISES = (
    "capitals",
    "stretched_words",
    "non_latin",
    "styled_letters",
    "stacked_marks",
    "invisible_characters",
    "look_alikes",
    "leet_words",
    "spaced_words",
    "masked_words",
)
DRAWS = 200  # bootstrap draws for the intervals in the model


@dataclass(frozen=True)
class Features:
    """All rows' features, and what makes them again."""

    config: NgramConfig
    idf: np.ndarray
    lexicon: Lexicon
    rows: linear.Rows
    sources: list[str]
    scales: np.ndarray


@dataclass(frozen=True)
class Made:
    """One label fitted: the task at the weight that its own decisions got, and its weights.

    before: (n,) raw logits of those decisions from the public rows alone; NaN elsewhere.
    factor: how much a decision counts against a public row, None when there were too few.
    """

    task: Task
    fitted: linear.Fitted
    before: np.ndarray
    factor: float | None


@steady
def train(
    labels: pd.DataFrame,
    *,
    recipe: Recipe | None = None,
    lexicon: Lexicon | None = None,
    contexts: Mapping[str, ContextLabel | Future[ContextLabel]] | None = None,
    own: np.ndarray | None = None,
    tables: np.ndarray | None = None,
    seed: int = 0,
    sources: list[dict[str, Any]] | None = None,
    threads: int | None = None,
) -> Model:
    """A model with one head per label of the table.

    labels: label table (`labels.read_labels`); labels named in `contexts` have a head already,
    or will have one when this is done, and are not trained from it. own: (n,) bool, the user's
    decisions among the rows: how much they count is chosen on decisions held out, and what they
    bought is measured there (`metrics["decisions"]`). Their held-out scores stay in the model, and
    those of `tables`, (n,) bool, so that it is not tested on what it learnt by heart. sources:
    provenance to keep in the model.
    The same rows, seed and recipe give the same model, whatever `threads` is.
    Raises LabelError for a label with too few rows.
    """
    recipe = recipe or Recipe()
    contexts = dict(contexts or {})
    names = [name for name in label_names(labels) if name not in contexts]
    names.sort(key=(*recipe.labels, *names).index)
    labels = labels.reset_index(drop=True)
    own = no_own(labels) if own is None else own
    tasks = [task_of(labels, name, recipe.of(name), own, seed) for name in names]
    if not tasks and not contexts:
        raise LabelError("the label table has no label column")
    with ThreadPoolExecutor(1) as beside:
        grouped = beside.submit(split_groups, labels)
        made = _features(labels, recipe, lexicon or Lexicon.of({}), tasks, threads)
        groups = grouped.result()
    fold = folds(labels, FOLDS, seed, groups)
    # Threads, unless the caller chose workers by joblib.parallel_config
    parallel = joblib.Parallel(threads or ngrams.thread_count(), prefer="threads")
    sizes = [int(np.count_nonzero(task.cost)) for task in tasks]
    fits = [joblib.delayed(_fit)(made, task, fold, seed) for task in tasks]
    fitted = _largest_first(parallel, fits, sizes)
    jobs = [(t, k) for t in range(len(tasks)) for k in range(FOLDS)]
    outs = [joblib.delayed(_held_out)(made, fitted[t], fold == k, seed) for t, k in jobs]
    held = _largest_first(parallel, outs, [sizes[t] for t, _ in jobs])
    raw = np.full((len(labels), len(tasks)), np.nan)
    for (t, _), (at, logit) in zip(jobs, held, strict=True):
        raw[at, t] = logit
    ends = [
        joblib.delayed(_head)(labels, one, raw[:, t], groups, seed) for t, one in enumerate(fitted)
    ]
    heads = _largest_first(parallel, ends, sizes)
    table, phrase_weights = _table(made, [one.fitted.weights for one in fitted])
    counts = decided(labels, own)
    others = [one.result() if isinstance(one, Future) else one for one in contexts.values()]
    return Model(
        heads=(*heads, *others),
        table=table,
        lexicon=made.lexicon,
        phrase_weights=phrase_weights,
        sources=sources or [],
        training={"seed": seed, "rows": len(labels), "recipe": recipe.to_dict()}
        | ({"decisions": counts} if counts else {}),
        held=_kept(labels, own, raw),
        tables=None if tables is None else _kept(labels, tables, raw),
    )


def _kept(labels: pd.DataFrame, rows: np.ndarray, raw: np.ndarray) -> HeldOutScores | None:
    return HeldOutScores.of(labels["text"][rows], raw[rows]) if rows.any() else None


def _largest_first(parallel: Any, calls: list[Any], sizes: list[int]) -> list[Any]:
    """Results in the order of the calls; the longest begin first, so that no core waits for one."""
    order = sorted(range(len(calls)), key=lambda k: -sizes[k])
    found = dict(zip(order, parallel(calls[k] for k in order), strict=True))
    return [found[k] for k in range(len(calls))]


def _features(
    labels: pd.DataFrame, recipe: Recipe, lexicon: Lexicon, tasks: list[Task], threads: int | None
) -> Features:
    texts = labels["text"].str.slice(0, recipe.longest)
    config = NgramConfig(bits=recipe.bits)
    needed = np.any([task.cost > 0 for task in tasks], axis=0) if tasks else np.zeros(0, bool)
    known = listed(texts, config, lexicon, threads)
    frequencies = known.frequencies(needed)
    idf = ngrams.inverse_frequencies(frequencies, int(needed.sum()), recipe.min_df)
    idf = (idf**recipe.idf_power).astype(np.float16).astype(np.float32)
    grams = known.tfidf(idf, threads)
    source, names = pd.factorize(labels["source"].fillna("").astype("str"), sort=True)
    scales = dense_scales(recipe)
    others = _side_by_side(known.phrases, known.dense * scales, source, config.buckets)
    columns = config.buckets + PHRASES + len(DENSE_FEATURES) + 1 + len(names)
    rows = linear.Rows.of(grams, others, columns)
    return Features(config, idf, lexicon, rows, list(names), scales)


def dense_scales(recipe: Recipe) -> np.ndarray:
    """Length of each dense feature at its maximum: (len(DENSE_FEATURES),) float32."""
    return np.array(
        [
            recipe.disguise_scale if name in DISGUISES else recipe.dense_scale
            for name in DENSE_FEATURES
        ],
        np.float32,
    )


def _side_by_side(
    phrases: ngrams.Csr, dense: np.ndarray, source: np.ndarray, start: int
) -> ngrams.Csr:
    """Phrases, dense features, the constant and the source as CSR, columns from `start` on."""
    import scipy.sparse as sp

    n, _width = dense.shape
    block = sp.csr_array((phrases[2], phrases[1], phrases[0]), shape=(n, PHRASES))
    constant = sp.csr_array(np.ones((n, 1), np.float32))
    which = sp.csr_array(
        (np.ones(n, np.float32), source.astype(np.int64), np.arange(n + 1)),
        shape=(n, int(source.max(initial=0)) + 1),
    )
    joined = sp.hstack([block, sp.csr_array(dense), constant, which]).tocsr()
    joined.sort_indices()
    return (
        joined.indptr.astype(np.int64),
        (joined.indices + start).astype(np.int32),
        joined.data.astype(np.float32),
    )


def _fit(made: Features, task: Task, fold: np.ndarray, seed: int) -> Made:
    """The label's weights; own decisions are learnt on top of the rest first, to be weighed."""
    rows = _with_offset(made, task)
    before = np.full(len(task.sign), np.nan)
    if not task.own.any():
        return Made(task, linear.fit(rows, task.sign, task.cost, seed), before, None)
    fitted = linear.fit(rows, task.sign, task.without_own().cost, seed)
    places = np.flatnonzero(task.own)
    weights = _unsourced(made, fitted.weights)
    before[places] = linear.products(*rows.grams, *rows.others, places, weights)
    factor = chosen_factor(rows, task, fitted, fold, seed)
    task = task.weighed(factor)
    linear.go_on(rows, fitted, task.sign, task.cost, seed, linear.EPOCHS // 2)
    return Made(task, fitted, before, factor)


def _unsourced(made: Features, weights: np.ndarray) -> np.ndarray:
    """The same weights for a row of which it is not known what source it is of."""
    weights = weights.copy()
    weights[-len(made.sources) :] = 0
    return weights


def _with_offset(made: Features, task: Task) -> linear.Rows:
    """The rows with the source's feature, each row's last entry, at the label's scale.

    A label that is trained without phrases finds zeros there, and so learns nothing of them.
    """
    indptr, indices, values = made.rows.others
    values = values.copy()
    values[indptr[1:] - 1] = np.float32(task.settings.offset)
    if not task.settings.phrases:
        values[indices < made.config.buckets + PHRASES] = 0
    return linear.Rows.of(made.rows.grams, (indptr, indices, values), made.rows.columns)


def _held_out(
    made: Features, one: Made, out: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Raw logits of the fold's rows from a model that never saw them, source unknown."""
    task, rows = one.task, _with_offset(made, one.task)
    weights = linear.refit_without(rows, one.fitted, task.sign, task.cost, out, seed)
    chosen = np.flatnonzero(out & (task.cost > 0))
    weights = _unsourced(made, weights)
    return chosen, linear.products(*rows.grams, *rows.others, chosen, weights)


def _head(
    labels: pd.DataFrame, made: Made, raw: np.ndarray, groups: np.ndarray, seed: int
) -> TextLabel:
    """Calibration, threshold and measures of a label from its out-of-fold logits."""
    task = made.task
    rows = np.flatnonzero(task.cost > 0)
    answers, weight = task.sign[rows] > 0, task.cost[rows].copy()
    if task.settings.prevalence is not None:
        for side, share in (
            (answers, task.settings.prevalence),
            (~answers, 1 - task.settings.prevalence),
        ):
            weight[side] *= share / weight[side].sum()
    calibration = calibrate(answers, raw[rows], weight)
    score = calibration(raw[rows]).astype(np.float64)
    try:
        operating = chosen(answers, score, task.settings.goal, groups[rows], weight, DRAWS, seed)
    except GoalError as error:
        raise GoalError(f"{task.name}: {error}") from error
    judged = rows[task.judged[rows]]
    ranked = Ranked.of(
        task.sign[judged] > 0,
        calibration(raw[judged]).astype(np.float64),
        operating["threshold"],
        groups[judged],
    )
    measured = ranking(ranked, DRAWS, seed)
    by_source = _by_source(labels, task, raw, judged)
    metrics: dict[str, Any] = {"out_of_fold": measured, "roc_auc_by_source": by_source}
    if made.factor is not None:
        metrics["decisions"] = _bought(made, raw, groups, seed)
    return TextLabel(
        task.name,
        calibration,
        operating["threshold"],
        operating=operating,
        metrics=metrics,
        curve=StoredCurve.of(answers, score, groups[rows], weight),
    )


def _bought(made: Made, raw: np.ndarray, groups: np.ndarray, seed: int) -> dict[str, Any]:
    """What the user's decisions bought, held out: against the public rows alone.

    Measured on those of whose group no public row is: of the others the public rows knew.
    """
    own = made.task.own
    public = groups[(made.task.cost > 0) & ~own]
    rows = np.flatnonzero(own & ~np.isin(groups, public))
    answers = made.task.sign[rows] > 0
    codes = np.unique(groups[rows], return_inverse=True)[1]
    return {
        "positives": int((made.task.sign[own] > 0).sum()),
        "negatives": int((made.task.sign[own] < 0).sum()),
        "factor": made.factor,
        "held_out": gain(answers, made.before[rows], raw[rows], codes, seed),
    }


def _by_source(
    labels: pd.DataFrame, task: Task, raw: np.ndarray, judged: np.ndarray
) -> dict[str, float | None]:
    """Area under the ROC curve of the out-of-fold logits within each source."""
    from moderation.evaluation.metrics import roc_auc

    source = labels["source"].fillna("").astype("str").to_numpy()[judged]
    return {
        str(one): shown(roc_auc((task.sign[judged] > 0)[source == one], raw[judged][source == one]))
        for one in np.unique(source)
    }


def _table(made: Features, weights: list[np.ndarray]) -> tuple[WeightTable, np.ndarray]:
    """Weights by kind of feature; source features are dropped."""
    buckets, width = made.config.buckets, len(DENSE_FEATURES)
    stacked = np.stack(weights, axis=1) if weights else np.zeros((made.rows.columns, 0), np.float32)
    grams, rest = stacked[:buckets], stacked[buckets:]
    phrases, rest = rest[:PHRASES], rest[PHRASES:]
    half = grams.astype(np.float16).astype(np.float32)
    table = WeightTable(
        made.config,
        made.idf,
        np.where(made.idf[:, None] > 0, half, 0).astype(np.float32),
        rest[:width] * made.scales[:, None],
        rest[width],
    )
    return table, phrases.astype(np.float16).astype(np.float32)
