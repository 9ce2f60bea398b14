"""One text alone gets the numbers that it gets in a table."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from places import ROOT

from moderation import Model
from moderation.errors import InputError
from moderation.language.identify import is_plainly_english, languages

MODEL = Model.load(ROOT / "models" / "default")
WORDS = (
    "the and it's that's that don't my you idiot http://a.example/ ſ é 世界 . ' _the_ THE 0 hai kya"
)
TEXTS = st.lists(st.sampled_from([*WORDS.split(), "", "\n"]), max_size=12).map(" ".join)


def in_a_table(text):
    row = MODEL.score([text, ""]).iloc[0]
    return {label: None if pd.isna(row[label]) else float(row[label]) for label in row.index}


@settings(max_examples=80, deadline=None)
@given(TEXTS)
@example("")
@example(" \t")
@example("You are an idiot and that's what I think of your comment.")
@example("Das ist doch alles gar nicht wahr, du Dummkopf, und das sage ich dir!")
@example("you and " * 3_000)
def test_a_text_alone_scores_as_in_a_table(text):
    assert MODEL.score_text(text) == in_a_table(text)
    pd.testing.assert_frame_equal(MODEL.score([text]), MODEL.score([text, ""]).head(1))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("it's your turn")
@example("the and")
@example("the your hai kya")
@example("the your http://and.example/you")
def test_what_is_plainly_english_is_called_so(text):
    import pyarrow as pa

    told = languages(pa.array([text], pa.large_string())).to_pylist()
    assert not is_plainly_english(text) or told == ["en"]


def test_most_english_is_plain():
    assert is_plainly_english("Thank you for this post, I really like what you wrote")


def test_a_model_is_sent_to_other_processes_after_it_has_scored_a_text():
    before = MODEL.score_text("You are an idiot and I hate your comments")
    again = pickle.loads(pickle.dumps(MODEL))
    assert again.score_text("You are an idiot and I hate your comments") == before


def test_threads_score_one_text_each():
    texts = [f"You are the {word} and I told your mother so" for word in ("idiot", "best") * 200]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(MODEL.score_text, texts))
    assert found == [found[0], found[1]] * 200
    assert found[0] != found[1]


def test_other_thresholds_change_no_score():
    other = MODEL.with_thresholds({"abuse": 0.2})
    text = "You are an idiot and I hate your comments"
    assert other.score_text(text) == MODEL.score_text(text)


def test_a_model_that_has_not_learnt_english_cannot_tell():
    heads = tuple(
        replace(head, languages=("de",)) if hasattr(head, "languages") else head
        for head in MODEL.heads
    )
    text = "You are an idiot and I hate your comments"
    assert set(replace(MODEL, heads=heads).score_text(text).values()) == {None}


@pytest.mark.parametrize("text", [None, 5, b"bytes", float("nan"), ["a list"], {"text": "a"}])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(InputError, match=f"no string but {type(text).__name__}"):
        MODEL.score_text(text)


def test_two_columns_of_one_name():
    table = pd.DataFrame([["one", "two"]], columns=["text", "text"])
    with pytest.raises(InputError, match="several columns `text`"):
        Model.load("default").score(table)
