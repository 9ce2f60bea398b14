"""Write a model as a scikit-learn Pipeline, through joblib: the same scores in another program.

The Pipeline takes texts and gives one column of probabilities per text label. It needs this package
installed (the features are its kernel's), and joblib files run code when they are read: load
none that you did not write.

It tells no languages. That of a model scores every text by the model's own weights, whatever its
language is; that of a language's part scores every text by the part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.pipeline import FeatureUnion, Pipeline

from moderation.errors import ModelError
from moderation.features.phrases import SIZE, Lexicon, phrase_rows
from moderation.features.unicode_forms import composed
from moderation.features.vectorizer import CommentVectorizer
from moderation.tables import replacing

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from moderation.features.ngrams import NgramConfig, Texts
    from moderation.model.calibration import Calibration
    from moderation.model.model import Model


class Phrases(TransformerMixin, BaseEstimator):
    """Texts to their phrases of word classes, a sparse row each."""

    def __init__(self, config: NgramConfig, lexicon: Lexicon) -> None:
        self.config = config
        self.lexicon = lexicon

    def fit(self, X: Texts, y: Any = None) -> Phrases:  # noqa: N803  scikit-learn's names
        """Nothing is fitted: the weights belong to this lexicon."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: Texts) -> sp.csr_array:  # noqa: N803  scikit-learn's name
        """CSR (n, SIZE) float32."""
        indptr, indices, values = phrase_rows(X, self.lexicon, self.config)
        return sp.csr_array((values, indices, indptr), shape=(len(indptr) - 1, SIZE))


class CalibratedLines(ClassifierMixin, BaseEstimator):
    """One line and one calibration per label, on the rows of `features_of`."""

    def __init__(
        self, labels: list[str], weights: np.ndarray, intercept: np.ndarray,
        calibrations: list[Calibration], thresholds: list[float],
    ) -> None:  # fmt: skip
        self.labels = labels
        self.weights = weights
        self.intercept = intercept
        self.calibrations = calibrations
        self.thresholds = thresholds
        self.classes_ = np.array(labels)

    def fit(self, X: Any, y: Any = None) -> CalibratedLines:  # noqa: N803  scikit-learn's names
        """Nothing is fitted: the weights are the model's."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def decision_function(self, X: sp.csr_array) -> np.ndarray:  # noqa: N803  scikit-learn's name
        """Raw logits: (n, labels) float64."""
        return X.astype(np.float64) @ self.weights.astype(np.float64) + self.intercept

    def predict_proba(self, X: sp.csr_array) -> np.ndarray:  # noqa: N803  scikit-learn's name
        """Probabilities: (n, labels) float32, one column per label; they do not add up to 1."""
        raw = self.decision_function(X)
        return np.column_stack(
            [calibrate(raw[:, k]) for k, calibrate in enumerate(self.calibrations)]
        )

    def predict(self, X: sp.csr_array) -> np.ndarray:  # noqa: N803  scikit-learn's name
        """Flags: (n, labels) bool."""
        return self.predict_proba(X) >= np.array(self.thresholds)


def features_of(model: Model) -> FeatureUnion:
    """What the model reads from a text: n-grams, dense features, phrases."""
    table = model.table
    return FeatureUnion(
        [
            ("words", CommentVectorizer.fitted(table.config, table.idf, dense=True)),
            ("phrases", Phrases(table.config, model.lexicon)),
        ]
    )


class Composed(TransformerMixin, BaseEstimator):
    """Texts in composed form, as the parts for languages read them."""

    def __init__(self, fold: bool) -> None:
        self.fold = fold

    def fit(self, X: Texts, y: Any = None) -> Composed:  # noqa: N803  scikit-learn's names
        """Nothing is fitted."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: Texts) -> pa.Array | pa.ChunkedArray:  # noqa: N803  scikit-learn's name
        """(n,) strings."""
        return composed(X, self.fold)


def part_pipeline(model: Model, language: str) -> Pipeline:
    """The same of a language's part: probabilities of its own, to be held against its thresholds.

    Raises ModelError when the model has no part for the language.
    """
    if language not in model.by_language:
        there = ", ".join(sorted(model.by_language)) or "none"
        raise ModelError(f"model {model.name!r} has no part for {language!r}; it has: {there}")
    part = model.by_language[language]
    whole = pipeline(part)
    return Pipeline([("composed", Composed(part.table.config.fold)), *whole.steps])


def left_out(model: Model) -> list[str]:
    """What the Pipeline of a model does not have, as sentences."""
    said = []
    if contexts := [head.name for head in model.heads if head not in model.text_heads]:
        said.append(f"{', '.join(contexts)}: read from threads, which a Pipeline has not")
    if model.by_language:
        said.append(
            f"what was learnt for {', '.join(sorted(model.by_language))}: it scores every text by "
            "the weights for English; --language exports those of one language"
        )
    return said


def pipeline(model: Model) -> Pipeline:
    """The model's text labels as a Pipeline; `left_out` says what stays behind.

    Raises ModelError when the model has no text label.
    """
    heads = model.text_heads
    if not heads:
        raise ModelError(f"model {model.name!r} has no label that is read from the text alone")
    table = model.table
    stacked = np.concatenate([table.weights, table.dense, model.phrase_weights])
    return Pipeline(
        [
            ("features", features_of(model)),
            (
                "labels",
                CalibratedLines(
                    [head.name for head in heads],
                    stacked,
                    table.intercept,
                    [head.calibration for head in heads],
                    [head.threshold for head in heads],
                ),
            ),
        ]
    )


def export(model: Model, path: str | Path, language: str | None = None) -> None:
    """Write the Pipeline, or that of a language's part, to a joblib file."""
    made = pipeline(model) if language is None else part_pipeline(model, language)
    with replacing(path) as temporary:
        joblib.dump(made, temporary, compress=3)
