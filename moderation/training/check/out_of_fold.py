"""Score labelled rows by models that never saw them: for finding wrong labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from moderation.features import ngrams
from moderation.features.kernel import DENSE_FEATURES
from moderation.features.ngrams import NgramConfig
from moderation.labels.splits import folds
from moderation.model.calibration import calibrate
from moderation.training import linear

if TYPE_CHECKING:
    import pandas as pd

BITS = 18
# Penalty of a row's loss. With 0.25, 1, 4 and 16 the first tenth of the ranking held, of 5 % of
# labels flipped at random: Wikipedia abuse .85 .88 .86 .85; four spam sets .77 .81 .83 .80; Gab
# slurs .88 .88 .87 .86.
COST = 2.0
LONGEST = 6000  # characters of a text that are read, as in training
FEWEST = 10  # of each answer: fewer cannot be split and calibrated


def out_of_fold(
    frame: pd.DataFrame, label: str, groups: np.ndarray, k: int = 5, seed: int = 0
) -> np.ndarray:
    """Calibrated probability of each row's label by a model trained on other groups: (n,) float64.

    groups: (n,) from `split_groups`. NaN where the row was not judged, and everywhere when there
    are fewer than FEWEST positives or negatives.
    """
    answers = frame[label].to_numpy(np.float64, na_value=np.nan)
    probability = np.full(len(frame), np.nan)
    judged = np.flatnonzero(~np.isnan(answers))
    positives = int((answers[judged] == 1).sum())
    if min(positives, len(judged) - positives) < FEWEST:
        return probability
    part = frame.iloc[judged][["text", "source", label]]
    codes = np.unique(groups[judged], return_inverse=True)[1]
    fold = folds(part, k, seed, codes)
    rows = _rows(part["text"].str.slice(0, LONGEST))
    sign = np.where(answers[judged] == 1, 1.0, -1.0)
    cost = COST * part.shape[0] / 2 / np.where(sign > 0, positives, len(judged) - positives)
    targets = linear.Targets(sign, cost)
    fitted = linear.fit(rows, targets, seed)
    raw = np.empty(len(judged))
    for number in range(k):
        out = fold == number
        weights = linear.refit_without(rows, fitted, targets, out, seed)
        chosen = np.flatnonzero(out)
        raw[chosen] = linear.products(rows, chosen, weights)
    probability[judged] = calibrate(sign > 0, raw)(raw)
    return probability


def _rows(text: pd.Series) -> linear.Rows:
    """N-grams, dense features and a constant."""
    config = NgramConfig(bits=BITS)
    frequencies = ngrams.document_frequencies(text, config)
    idf = ngrams.inverse_frequencies(frequencies, len(text), min_df=2)
    dense = ngrams.dense(text, config)
    width = len(DENSE_FEATURES) + 1
    values = np.column_stack([dense, np.ones(len(dense), np.float32)]).astype(np.float32)
    others = (
        np.arange(0, width * len(text) + 1, width, dtype=np.int64),
        np.tile(np.arange(width, dtype=np.int32) + config.buckets, len(text)),
        values.ravel(),
    )
    return linear.Rows.of(ngrams.tfidf(text, idf, config), others, config.buckets + width)
