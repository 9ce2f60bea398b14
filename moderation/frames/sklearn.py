"""`CommentScores`: the scores of a model as columns for a scikit-learn pipeline.

>>> from moderation.frames.sklearn import CommentScores
>>> CommentScores().fit_transform(["Thank you!", "You pathetic idiot"]).round(1).tolist()
[[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from moderation.features.vectorizer import TextTransformer
from moderation.frames import opened

if TYPE_CHECKING:
    from moderation.features.ngrams import Texts


class CommentScores(TextTransformer):
    """Comments to their scores: one column for each label that is read from the text alone.

    model: a `Model`, a folder or a name. cannot_tell: what stands for a score that the model does
    not give, as in a language that it has not learnt.

    `fit` reads the model and learns nothing; the scores are those of `Model.score`.
    """

    def __init__(self, model: Any = "default", *, cannot_tell: float = np.nan) -> None:
        self.model = model
        self.cannot_tell = cannot_tell

    def fit(self, X: Texts, y: object = None) -> Self:  # noqa: N803 - scikit-learn's names
        """Read the model. Raises as `Model.load`."""
        self.model_ = opened(self.model)
        return self

    def transform(self, X: Texts) -> np.ndarray:  # noqa: N803 - scikit-learn's names
        """(n, text labels) float64."""
        check_is_fitted(self)
        scores = self.model_.score(X)[list(self.get_feature_names_out())]
        return scores.to_numpy(np.float64, na_value=self.cannot_tell)

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray[Any, Any]:
        """The labels."""
        check_is_fitted(self)
        return np.array([head.name for head in self.model_.text_heads], dtype=object)
