"""`CommentVectorizer` as scikit-learn uses its transformers."""

from __future__ import annotations

import io
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from moderation.features import ngrams
from moderation.features.ngrams import DENSE_FEATURES, NgramConfig
from moderation.features.vectorizer import CommentVectorizer

TEXTS = ["you are kind", "what a kind day", "you are vile", "vile and rotten", "kind", "rotten"] * 4
JUDGED = np.array([0, 0, 1, 1, 0, 1] * 4)


def test_clones_and_keeps_its_settings():
    vectorizer = CommentVectorizer(char_ngrams=None, bits=9, min_df=2)
    assert clone(vectorizer).get_params() == vectorizer.get_params()


def test_learns_in_parts_what_it_learns_at_once():
    whole = CommentVectorizer(bits=10).fit(TEXTS)
    parts = CommentVectorizer(bits=10).partial_fit(TEXTS[:7]).partial_fit(TEXTS[7:])
    assert (whole.idf_ == parts.idf_).all()
    assert parts.n_texts_ == 24


def test_fit_forgets_what_was_learnt_before():
    again = CommentVectorizer(bits=10).fit(["another text"]).fit(TEXTS)
    assert (again.idf_ == CommentVectorizer(bits=10).fit(TEXTS).idf_).all()


def test_gives_the_kernels_rows_and_dense_features():
    vectorizer = CommentVectorizer(bits=10, dense=True, min_df=2).fit(TEXTS)
    found = vectorizer.transform(TEXTS[:3])
    assert found.shape == (3, 2048 + len(DENSE_FEATURES))
    assert found.dtype == np.float32
    assert (found[:, 2048:].toarray() == ngrams.dense(TEXTS[:3])).all()
    indptr, _, values = ngrams.tfidf(TEXTS[:3], vectorizer.idf_, NgramConfig(bits=10))
    assert found[:, :2048].sum() == pytest.approx(values.sum())
    assert found[:, :2048].nnz == indptr[-1]
    assert len(vectorizer.get_feature_names_out()) == found.shape[1]


def test_rare_buckets_are_left_out():
    vectorizer = CommentVectorizer(bits=16, min_df=2).fit(["same word", "same thing"])
    assert vectorizer.transform(["zebra"]).nnz == 0
    assert vectorizer.transform(["same"]).nnz > 0


def test_without_idf_every_bucket_weighs_the_same():
    vectorizer = CommentVectorizer((1, 1), None, 16, use_idf=False).fit(["a b", "a"])
    assert vectorizer.transform(["a b"]).data.tolist() == pytest.approx([0.5**0.5] * 2)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # joblib's own, on some Pythons
def test_works_in_a_pipeline_a_grid_search_and_joblib():
    pipeline = make_pipeline(CommentVectorizer(bits=12), LogisticRegression())
    search = GridSearchCV(pipeline, {"commentvectorizer__bits": [10, 12]}, cv=2)
    search.fit(TEXTS, JUDGED)
    assert search.best_score_ == 1.0
    file = io.BytesIO()
    joblib.dump(search.best_estimator_, file)
    file.seek(0)
    loaded = joblib.load(file)
    assert (loaded.predict_proba(TEXTS) == search.predict_proba(TEXTS)).all()


def test_refuses_one_string_and_an_unfitted_transform():
    with pytest.raises(TypeError, match="one string"):
        CommentVectorizer().fit("a text")
    with pytest.raises(NotFittedError):
        CommentVectorizer().transform(["a text"])


def test_scoring_does_not_import_scikit_learn():
    script = "import sys, moderation.features.ngrams; print('sklearn' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout == "False\n"
