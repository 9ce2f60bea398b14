"""The exported Pipeline gives the model's scores."""

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_model import trained

from moderation import CommentVectorizer
from moderation.model.export import export, pipeline

MODEL = trained().with_thresholds({"spam": 0.5, "abuse": 0.5})
PIPELINE = pipeline(MODEL)


def test_written_and_read_again(tmp_path):
    export(MODEL, tmp_path / "pipeline.joblib")
    again = joblib.load(tmp_path / "pipeline.joblib")
    texts = ["You are a fool, a clown", "visit www.pills.example and win $100", "", "ß İ 😀"]
    assert again.named_steps["labels"].classes_.tolist() == ["spam", "abuse"]
    assert np.abs(again.predict_proba(texts) - MODEL.score_texts(texts)).max() < 1e-5
    assert again.predict(texts).tolist()[0] == [False, True]


def test_its_features_are_those_of_the_public_transformer():
    (_, words), _ = PIPELINE.named_steps["features"].transformer_list
    assert isinstance(words, CommentVectorizer)
    assert words.idf_ is MODEL.table.idf


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
def test_same_scores_for_any_text(texts):
    assert PIPELINE.predict_proba(texts) == pytest.approx(MODEL.score_texts(texts), abs=1e-5)
