"""Scores as columns in scikit-learn, and every check of scikit-learn's on estimators of texts.

scikit-learn gives its checks numbers, and leaves nearly all out for an estimator that takes texts.
Here each number is written as a word, so that all of them run.
"""

import pickle

import numpy as np
import pandas as pd
import pytest
import small_model
from places import MODEL
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

from moderation import CommentVectorizer, Model
from moderation.frames.sklearn import CommentScores

TEXTS = ["You pathetic idiot", "Thank you for the soup", "What a moron you are", "See you at six"]
TEXTS = TEXTS * 4
JUDGED = np.array([1, 0, 1, 0] * 4)
SKIPPED = {"check_array_api_input": "texts are in no array of the array API"}
EXPECTED = {}  # name: why; none fails


def _words(estimator, rows, *, reset):
    """Rows of numbers as texts; texts as they are."""
    if isinstance(rows, list) and isinstance(rows[0], str):
        return rows
    numbers = validate_data(estimator, rows, reset=reset)
    return [" ".join(f"n{value:.3f}".replace(".", "x") for value in row) for row in numbers]


class _OfNumbers:
    """Lets an estimator of texts take rows of numbers."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = False, True
        return tags

    def fit(self, X, y=None):  # noqa: N803
        return super().fit(_words(self, X, reset=True), y)

    def transform(self, X):  # noqa: N803
        check_is_fitted(self)
        return super().transform(_words(self, X, reset=False))


class Numbered(_OfNumbers, CommentVectorizer):
    def partial_fit(self, X, y=None):  # noqa: N803
        return super().partial_fit(_words(self, X, reset=not hasattr(self, "n_texts_")))


class NumberedScores(_OfNumbers, CommentScores):
    pass


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The folder of a model that is read quickly: each check reads it several times."""
    folder = tmp_path_factory.mktemp("models") / "small"
    small_model.trained().save(folder)
    return folder


def _outcomes(estimator):
    """The checks that failed, and those that were skipped."""
    checks = check_estimator(estimator, expected_failed_checks=EXPECTED, on_fail=None, on_skip=None)
    assert len(checks) > 40
    failed = {check["check_name"] for check in checks if check["status"] in ("failed", "xfail")}
    return failed, {check["check_name"] for check in checks if check["status"] == "skipped"}


@pytest.mark.filterwarnings("ignore:Can't check dok sparse:UserWarning")
def test_the_vectorizer_passes_every_check():
    failed, skipped = _outcomes(Numbered(bits=8, dense=True))
    assert (failed, skipped - set(SKIPPED)) == (set(EXPECTED), set())


@pytest.mark.filterwarnings("ignore:Can't check dok sparse:UserWarning")
def test_the_scores_pass_every_check(small):
    failed, skipped = _outcomes(NumberedScores(small, cannot_tell=0.0))
    assert (failed, skipped - set(SKIPPED)) == (set(EXPECTED), set())


def test_scores_are_those_of_the_model():
    scorer = CommentScores(MODEL).fit([])
    scores = Model.load(MODEL).score(TEXTS[:4])
    assert scorer.get_feature_names_out().tolist() == ["spam", "slur", "abuse"]
    assert (scorer.transform(TEXTS[:4]) == scores[["spam", "slur", "abuse"]].to_numpy()).all()


def test_what_it_cannot_tell_is_what_was_asked_for():
    foreign = ["Das ist wirklich ein sehr schönes Rezept, vielen Dank dafür"]
    assert np.isnan(CommentScores(MODEL).fit_transform(foreign)).any()
    assert (CommentScores(MODEL, cannot_tell=-1).fit_transform(foreign) == -1).any()


def test_it_clones_pickles_and_names_its_columns():
    scorer = CommentScores(MODEL, cannot_tell=0.5)
    assert clone(scorer).get_params() == {"model": MODEL, "cannot_tell": 0.5}
    with pytest.raises(NotFittedError):
        scorer.transform(TEXTS)
    loaded = pickle.loads(pickle.dumps(scorer.fit(TEXTS)))
    assert (loaded.transform(TEXTS) == scorer.transform(TEXTS)).all()
    frame = clone(scorer).set_output(transform="pandas").fit_transform(pd.Series(TEXTS))
    assert frame.columns.tolist() == ["spam", "slur", "abuse"]


def test_it_works_with_words_in_cross_validation_and_search():
    features = make_union(CommentScores(MODEL, cannot_tell=0.0), CommentVectorizer(bits=8))
    pipeline = make_pipeline(features, LogisticRegression())
    assert cross_val_score(pipeline, TEXTS, JUDGED, cv=2).mean() == 1.0
    grid = {"logisticregression__C": [0.1, 1.0]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(TEXTS, JUDGED)
    loaded = pickle.loads(pickle.dumps(search.best_estimator_))
    assert (loaded.predict_proba(TEXTS) == search.predict_proba(TEXTS)).all()
