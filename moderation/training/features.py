"""Make the rows that text labels learn from: n-grams, phrases, dense features, the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from moderation.features import ngrams
from moderation.features.kernel import DENSE_FEATURES, LINKS
from moderation.features.phrases import SIZE as PHRASES
from moderation.training import linear
from moderation.training.counting import listed

if TYPE_CHECKING:
    from moderation.features.ngrams import NgramConfig
    from moderation.features.phrases import Lexicon
    from moderation.training.recipe import Recipe
    from moderation.training.tasks import Task

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
"""Dense features that tell how a text is disguised."""


@dataclass(frozen=True)
class Features:
    """All rows' features, and what makes them again from texts.

    scales: (len(DENSE_FEATURES),) float32, see `dense_scales`. The last len(sources) columns of
    `rows` say which source a row comes from.
    """

    config: NgramConfig
    idf: np.ndarray
    lexicon: Lexicon
    rows: linear.Rows
    sources: list[str]
    scales: np.ndarray

    def rows_for(self, task: Task) -> linear.Rows:
        """The rows with the source's feature, each row's last entry, at the label's scale.

        A label that is trained without phrases finds zeros there, and so learns nothing of them.
        """
        indptr, indices, values = self.rows.others
        values = values.copy()
        values[indptr[1:] - 1] = np.float32(task.settings.offset)
        if not task.settings.phrases:
            values[indices < self.config.buckets + PHRASES] = 0
        return linear.Rows.of(self.rows.grams, (indptr, indices, values), self.rows.columns)

    def unsourced(self, weights: np.ndarray) -> np.ndarray:
        """The same weights for a row whose source is not known: (columns,) float32."""
        weights = weights.copy()
        weights[-len(self.sources) :] = 0
        return weights


def training_features(
    labels: pd.DataFrame,
    recipe: Recipe,
    lexicon: Lexicon,
    tasks: list[Task],
    threads: int | None,
    counted: np.ndarray | None = None,
) -> Features:
    """Features of every row; document frequencies count the rows that some task uses.

    counted: (n,) bool, those of them that do count; None = all.
    """
    texts = labels["text"].str.slice(0, recipe.longest)
    config = recipe.ngrams
    needed = np.any([task.cost > 0 for task in tasks], axis=0) if tasks else np.zeros(0, bool)
    needed &= True if counted is None else counted
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
    apart = dict.fromkeys(DISGUISES, recipe.disguise_scale) | dict.fromkeys(
        LINKS, recipe.link_scale
    )
    return np.array([apart.get(name, recipe.dense_scale) for name in DENSE_FEATURES], np.float32)


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
