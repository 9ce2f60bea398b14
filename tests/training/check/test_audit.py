"""Label checks: flipped labels rise to the top, and what is lacking is said."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from moderation.labels.table import label_frame
from moderation.training.check.audit import agreements, audit, shared_texts

GOOD = ["garden", "river", "coffee", "village", "library", "window", "neighbour", "bicycle"]
BAD = ["casino", "loan", "pills", "jackpot", "voucher", "crypto", "profit", "subscribe"]
BOTH = ["today", "people", "really", "think", "about", "going", "there", "again", "never"]


def rows(count=3000, seed=0):
    rng = np.random.default_rng(seed)
    spam = rng.random(count) < 0.3
    text = [
        " ".join([*rng.choice(BAD if one else GOOD, 3), *rng.choice(BOTH, 6), f"w{number:x}x"])
        for number, one in enumerate(spam)
    ]
    return pd.DataFrame({"text": text, "spam": spam * 1.0})


def test_flipped_labels_are_in_the_first_tenth():
    columns = rows()
    flipped = np.random.default_rng(1).choice(3000, 150, replace=False)
    columns.loc[flipped, "spam"] = 1 - columns.loc[flipped, "spam"]
    found = audit(label_frame(columns, "test"))
    top = [one.row for one in found.findings[:300]]
    assert np.isin(flipped, top).mean() > 0.95
    assert [one.strength for one in found.findings] == sorted(
        (one.strength for one in found.findings), reverse=True
    )
    first = found.findings[0]
    assert first.row in flipped
    assert first.given == bool(columns["spam"][first.row])
    assert "likely" in first.reasons[0]
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["rows"] == 3000
    assert found.table().columns.tolist()[:4] == ["row", "label", "given", "strength"]


def test_the_same_text_with_the_other_answer_is_found_without_a_model():
    texts = ["Buy now!", "buy NOW", "buy, now", "hello there", "something else"]
    frame = label_frame(pd.DataFrame({"text": texts, "spam": [1, 1, 0, 0, 1]}), "test")
    found = audit(frame).findings
    assert [(one.row, one.strength) for one in found] == [(2, 1.0), (0, 0.5), (1, 0.5)]
    assert found[0].other == 0
    assert found[1].other == 2
    assert found[0].reasons == ["100% of the rows with nearly this text say otherwise"]


def test_a_label_that_the_text_does_not_tell_is_held_only_against_its_twins():
    columns = rows(400).rename(columns={"spam": "off_topic"})
    frame = label_frame(columns, "test")
    assert audit(frame, context=["off_topic"]).findings == []
    assert audit(frame).findings != []


def test_the_audit_is_the_same_every_time():
    frame = label_frame(rows(400), "test")
    assert audit(frame).to_dict() == audit(frame).to_dict()


def test_annotators_agreement_is_measured_on_what_both_judged():
    frame = label_frame(
        pd.DataFrame(
            {
                "text": [*list("abcdabcd"), "e"],
                "annotator": ["ann"] * 4 + ["bob"] * 4 + ["eve"],
                "spam": [1, 1, 0, 0, 1, 0, 0, 0, 1],
            }
        ),
        "test",
    )
    (pair,) = agreements(frame)
    assert (pair.one, pair.other, pair.both, pair.agreed) == ("ann", "bob", 4, 0.75)
    assert pair.kappa == pytest.approx(0.5)


def test_what_is_lacking_is_said():
    frame = label_frame(pd.DataFrame({"text": ["a", "b"], "spamm": [1, 0]}), "test")
    assert audit(frame, known=["spam"]).warnings == [
        "spamm: unknown label; known are spam",
        "spamm: 1 positive rows; 50 or more tell something",
        "spamm: 1 negative rows; 50 or more tell something",
    ]
    empty = label_frame(pd.DataFrame({"text": ["a"]}), "test")
    assert audit(empty).warnings == ["no label column"]


def test_texts_of_two_tables_are_noticed():
    train = label_frame(pd.DataFrame({"text": ["Some text here", "more"], "x": [1, 0]}), "a")
    test = label_frame(pd.DataFrame({"text": ["some TEXT here!", "other"], "x": [1, 0]}), "b")
    assert shared_texts({"train.csv": train, "test.csv": test}) == [
        "1 texts of test.csv stand in train.csv too: a model trained on one knows the other"
    ]
    assert shared_texts({"train.csv": train}) == []
