"""`CommentVectorizer`: the kernel's TF-IDF as a scikit-learn transformer.

Scoring does not import this module (nor scikit-learn).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from moderation.features.kernel import DENSE_FEATURES
from moderation.features.ngrams import (
    NgramConfig,
    Texts,
    dense,
    document_frequencies,
    inverse_frequencies,
    text_count,
    tfidf,
)

if TYPE_CHECKING:
    from sklearn.utils import Tags


class TextTransformer(TransformerMixin, BaseEstimator):
    """What takes texts, one a row."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []  # texts have none
        return tags


class CommentVectorizer(TextTransformer):
    """Comments to a sparse matrix of hashed TF-IDF features, and the dense features if asked for.

    Columns are hash buckets, so there is no vocabulary to keep; only the document frequencies are
    learnt, by `fit`, and added to by `partial_fit`.

    word_ngrams, char_ngrams, bits, fold: as in `NgramConfig`. min_df: a bucket that occurs in fewer
    texts is left out. use_idf: False weighs all buckets alike. dense: append DENSE_FEATURES as last
    columns. threads: None for all cores; results are the same for any number.

    Columns: 2**bits for words and pairs, as many for characters, none for a kind that is None.
    Attributes after fitting: `document_frequencies_` (columns,) int64, `n_texts_`, and `idf_`
    (columns,).

    >>> CommentVectorizer(bits=10).fit_transform(["so so good", "not so good"]).shape
    (2, 2048)
    """

    def __init__(
        self,
        word_ngrams: tuple[int, int] | None = (1, 2),
        char_ngrams: tuple[int, int] | None = (2, 5),
        bits: int = 18,
        *,
        fold: bool = True,
        min_df: int = 1,
        use_idf: bool = True,
        dense: bool = False,
        threads: int | None = None,
    ) -> None:
        self.word_ngrams = word_ngrams
        self.char_ngrams = char_ngrams
        self.bits = bits
        self.fold = fold
        self.min_df = min_df
        self.use_idf = use_idf
        self.dense = dense
        self.threads = threads

    @classmethod
    def fitted(cls, config: NgramConfig, idf: np.ndarray, *, dense: bool = False) -> Self:
        """One that knows its inverse frequencies already, (buckets,) float32: those of a model."""
        words, chars = config.word_ngrams, config.char_ngrams
        made = cls(words, chars, config.bits, fold=config.fold, dense=dense)
        made.idf_ = idf
        return made

    @property
    def config(self) -> NgramConfig:
        """The n-gram settings as the kernel's functions take them."""
        words = tuple(self.word_ngrams) if self.word_ngrams else None
        chars = tuple(self.char_ngrams) if self.char_ngrams else None
        return NgramConfig(words, chars, self.bits, self.fold)  # type: ignore[arg-type]

    def fit(self, X: Texts, y: object = None) -> Self:  # noqa: N803 - scikit-learn's names
        """Learn the document frequencies of `X`, a column or sequence of strings."""
        self.document_frequencies_ = np.zeros(self.config.buckets, np.int64)
        self.n_texts_ = 0
        return self.partial_fit(X)

    def partial_fit(self, X: Texts, y: object = None) -> Self:  # noqa: N803
        """Add the document frequencies of `X` to those already learnt."""
        if not hasattr(self, "n_texts_"):
            return self.fit(X)
        found = document_frequencies(X, self.config, self.threads)
        self.document_frequencies_ = self.document_frequencies_ + found
        self.n_texts_ += text_count(X)
        idf = inverse_frequencies(self.document_frequencies_, self.n_texts_, self.min_df)
        self.idf_ = idf if self.use_idf else (idf > 0).astype(np.float32)
        return self

    def transform(self, X: Texts) -> sp.csr_matrix:  # noqa: N803
        """TF-IDF rows: (n, columns [+ dense features]) float32 CSR."""
        check_is_fitted(self)
        indptr, indices, values = tfidf(X, self.idf_, self.config, self.threads)
        shape = len(indptr) - 1, self.config.buckets
        rows = sp.csr_matrix((values, indices, indptr), shape=shape)
        rows.sort_indices()
        if not self.dense:
            return rows
        described = dense(X, self.config, self.threads)
        return sp.hstack([rows, sp.csr_matrix(described)], format="csr")

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray[Any, Any]:
        """Names of the columns: bucket numbers, then the dense features."""
        names = [f"bucket{number}" for number in range(self.config.buckets)]
        return np.array(names + list(DENSE_FEATURES) * self.dense, dtype=object)
