"""Flags come from thresholds alone, and every flag says what its logit is the sum of."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from small_model import trained

from moderation.comments import COMMENT_SCHEMA, THREAD_SCHEMA
from moderation.context.classifier import ContextClassifier, Frequencies, count_words
from moderation.context.features import CONTEXT_FEATURES
from moderation.flags import flag
from moderation.model.calibration import Calibration
from moderation.model.labels import ContextLabel
from moderation.readers import Dump
from moderation.tables import to_arrow, to_frame

TEXTS = [
    "What a lovely photo, thank you",
    (
        "You are a FOOL, nobody likes your talk, you moron — "
        "visit http://cash.example today, win $900 a day from home"
    ),
    "",
    "Ｙｏｕ аre a mօron 😀 and an i d i o t, you f00l!!",
    None,
]


@pytest.fixture(scope="module")
def model():
    return trained().with_thresholds({"spam": 0.3, "abuse": 0.3})


@pytest.fixture(scope="module")
def dump():
    n = len(TEXTS)
    columns = {
        "thread_id": ["t1", "t1", "t1", "t2", "t2"],
        "id": [str(k) for k in range(n)],
        "parent_id": [None] * n,
        "depth": [1] * n,
        "position": [0, 1, 2, 0, 1],
        "text": TEXTS,
        "kind": ["comment"] * n,
        "status": ["unknown"] * n,
    }
    comments = pa.table(
        [pa.array(columns.get(field.name, [None] * n), field.type) for field in COMMENT_SCHEMA],
        schema=COMMENT_SCHEMA,
    )
    threads = pa.table(
        {"thread_id": ["t2"], "title": ["On bridges"], "article": [None], "url": [None]},
        schema=THREAD_SCHEMA,
    )
    frames = [one.to_pandas(types_mapper=pd.ArrowDtype) for one in (comments, threads)]
    return Dump(*frames, rejects=pd.DataFrame(), records=n, notes=[], formats={})


@pytest.fixture(scope="module")
def scored(model, dump):
    scores = to_arrow(model.score(dump.comments, dump.threads))
    return to_frame(flag.scored_table((dump.comment_table, dump.thread_table), scores, model))


def test_flags_are_the_labels_that_pass(scored):
    assert scored["flags"].tolist() == ["", "spam;abuse", "", "abuse", ""]
    assert scored["why"].isna().tolist() == [True, False, True, False, True]


def test_no_text_no_score(scored):
    assert scored["spam"].isna().tolist() == [False, False, True, False, True]


def test_columns_stand_in_their_order(scored):
    added = ["title", "spam", "abuse", "flags", "why"]
    assert scored.columns.tolist() == [*COMMENT_SCHEMA.names, *added]
    assert scored["title"].fillna("-").tolist() == ["-", "-", "-", "On bridges", "On bridges"]


def test_a_score_at_the_threshold_is_flagged(model, dump):
    scores = pd.DataFrame({"spam": [0.3, 0.2999, 0, 0, 0], "abuse": [0.0] * 5})
    assert flag.flag(dump.comments, scores, model)[0].to_pylist() == ["spam", "", "", "", ""]


def test_cannot_tell_is_never_flagged(model, dump):
    scores = pd.DataFrame({"spam": [np.nan] * 5, "abuse": [np.nan] * 5})
    assert set(flag.flag(dump.comments, scores, model)[0].to_pylist()) == {""}


@pytest.mark.parametrize("row", [1, 3])
@pytest.mark.parametrize("label", ["spam", "abuse"])
def test_parts_add_up_to_the_logit(model, scored, row, label):
    reasons = json.loads(scored["why"].iloc[row])
    column = model.labels.index(label)
    parts = model.parts(TEXTS[row])[column]
    total = parts.intercept + sum(share for *_, share in parts.spans) + sum(parts.features.values())
    assert total == pytest.approx(model.logits([TEXTS[row]])[0, column], abs=1e-4)
    assert set(reasons) == set(scored["flags"].iloc[row].split(";"))


def test_shown_parts_add_up_too(model, scored):
    shown = json.loads(scored["why"].iloc[1])["abuse"]
    total = shown["intercept"] + sum(share for *_, share in shown["spans"])
    total += sum(shown["features"].values())
    assert total == pytest.approx(model.logits([TEXTS[1]])[0, 1], abs=0.01)
    assert shown["threshold"] == 0.3
    assert shown["score"] == pytest.approx(scored["abuse"].iloc[1], abs=1e-4)


def test_spans_are_the_words_themselves_and_insults_weigh_most_but_for_you_are(scored):
    spans = json.loads(scored["why"].iloc[1])["abuse"]["spans"]
    strongest = sorted(spans, key=lambda span: -span[2])[:6]
    words = {TEXTS[1][start:end] for start, end, _ in strongest}
    assert {"FOOL", "moron", "are"} <= words


def test_spans_of_disguised_words_lie_where_they_stand(scored):
    spans = json.loads(scored["why"].iloc[3])["abuse"]["spans"]
    words = {TEXTS[3][start:end]: share for start, end, share in spans}
    assert words["mօron"] > 0
    assert words["i d i o t"] > 0
    assert words["f00l"] > 0


def test_flagged_puts_the_surest_first(scored):
    chosen = flag.surest_first([flag.has_flag(to_arrow(scored))])
    assert set(chosen["id"].to_pylist()) == {"1", "3"}
    assert chosen["flags"][0].as_py() != ""


def test_same_score_alone_and_in_company(model, dump):
    together = model.score(dump.comments, dump.threads)["abuse"].to_numpy(float, na_value=-1)
    alone = [
        model.score(dump.comments.iloc[[k]], dump.threads)["abuse"].to_numpy(float, na_value=-1)[0]
        for k in reversed(range(len(TEXTS)))
    ]
    assert together.tolist() == alone[::-1]


def test_explain_says_score_threshold_and_words(model):
    spam, abuse = model.explain("You are a fool")
    assert str(abuse).startswith("abuse: 0.")
    assert "flagged (threshold 0.300)" in str(abuse)
    assert "fool +" in str(abuse)
    assert "spam: " in str(spam)
    assert "not flagged" in str(spam)


def test_a_context_flag_says_a_sentence_and_adds_up(model, dump):
    weights = np.zeros(len(CONTEXT_FEATURES), np.float32)
    frequencies = count_words(pd.Series(TEXTS, dtype=dump.comments["text"].dtype))
    head = ContextClassifier(frequencies, weights, 2, doubt=8.0, doubt_under_title=8.0)
    stray = replace(model, heads=(*model.heads, ContextLabel("stray", head, Calibration(), 0.6)))
    scores = to_arrow(stray.score(dump.comments, dump.threads))
    conversation = dump.comment_table, dump.thread_table
    scored = to_frame(flag.scored_table(conversation, scores, stray))
    assert scored["flags"].tolist() == ["", "spam;abuse", "", "abuse;stray", ""]
    said = json.loads(scored["why"].iloc[3])["stray"]
    assert said["sentence"].startswith("shares nothing with the comments beside it")
    assert "spans" not in said
    total = said["intercept"] + sum(said["features"].values())
    assert 1 / (1 + np.exp(-total)) == pytest.approx(said["score"], abs=1e-3)


def test_explain_says_what_an_off_topic_comment_shares(model):
    weights = np.zeros(len(CONTEXT_FEATURES), np.float32)
    head = ContextClassifier(Frequencies(np.full(1 << 18, 160, np.uint8), 20.0), weights, 0.0)
    around = ContextLabel("off_topic", head, Calibration(), 0.4)
    both = replace(model, heads=(*model.heads, around))
    told = both.explain("kitten", parent="sofa", title="Bridge")[-1]
    assert told.sentence == (
        "off the article's topic and the conversation's: shares nothing with the article "
        "(title: Bridge), nor with the comment it answers; its own words: kitten"
    )
    assert told.sentence in str(told)
    assert "cannot tell (no title" in str(both.explain("kitten")[-1])


def test_explain_says_that_there_are_no_words(model):
    assert str(model.explain(" \n")[0]) == "spam: cannot tell (the comment has no words)"
