"""From file to score: the order of a dump changes no score, and one comment alone has none."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_model import trained

from moderation.context.classifier import ContextClassifier, count_words
from moderation.context.features import CONTEXT_FEATURES
from moderation.model.calibration import Calibration
from moderation.model.labels import ContextLabel
from moderation.readers import read

WORDS = ("bridge", "toll", "river", "council", "vote", "kitten", "sofa", "dollars", "the", "why?")


@pytest.fixture(scope="module")
def model():
    weights = np.random.default_rng(1).normal(size=len(CONTEXT_FEATURES)).astype(np.float32)
    known = count_words(pd.Series([*WORDS, "the why", "the sofa"], dtype="string[pyarrow]"))
    stray = ContextLabel("stray", ContextClassifier(known, weights, 0.5), Calibration(), 0.5)
    small = trained()
    return replace(small, heads=(*small.heads, stray))


def scores(model, path, records):
    """By thread and id: every label's score, None = cannot tell."""
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    dump = read(path)
    found = model.score(dump.comments, dump.threads).to_numpy(float, na_value=-1).tolist()
    return dict(
        zip(zip(dump.comments["thread_id"], dump.comments["id"], strict=True), found, strict=True)
    )


@st.composite
def dumps(draw):
    """Records of a few threads in random trees, with or without times and titles."""
    records = []
    timed, titled = draw(st.booleans()), draw(st.booleans())
    for thread in range(draw(st.integers(1, 3))):
        for number in range(draw(st.integers(1, 9))):
            above = draw(st.integers(-1, number - 1)) if number else -1
            text = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9)))
            record = {"id": f"c{number}", "thread_id": f"t{thread}", "text": text}
            record["parent_id"] = f"c{above}" if above >= 0 else None
            if timed:
                record["created_at"] = f"2024-01-01T00:00:{number % 3:02}Z"
            if titled:
                record["title"] = "The bridge toll"
            records.append(record)
    return records


@settings(max_examples=12, deadline=None)
@given(dumps(), st.randoms(use_true_random=False))
def test_the_order_of_a_dump_changes_no_score(model, tmp_path_factory, records, order):
    path = tmp_path_factory.mktemp("order") / "dump.jsonl"
    shuffled = order.sample(records, len(records))
    assert scores(model, path, shuffled) == scores(model, path, records)


def test_the_order_of_a_large_dump_changes_no_score(model, tmp_path):
    rng = random.Random(3)
    records = [
        {
            "id": f"c{number}",
            "thread_id": f"t{number % 4}",
            "parent_id": f"c{rng.randrange(number % 4, number, 4)}"
            if number > 3 and number % 7 > 1
            else None,
            "text": " ".join(rng.choices(WORDS, k=rng.randrange(1, 60))),
        }
        for number in range(2_000)
    ]
    expected = scores(model, tmp_path / "dump.jsonl", records)
    assert len(expected) == 2_000
    for _ in range(3):
        rng.shuffle(records)
        assert scores(model, tmp_path / "dump.jsonl", records) == expected


def test_one_comment_without_an_article_has_no_score(model, tmp_path):
    alone = {"id": "c0", "thread_id": "t0", "text": "the kitten on the sofa"}
    titled = alone | {"thread_id": "t1", "title": "The bridge toll"}
    found = scores(model, tmp_path / "dump.jsonl", [alone, titled])
    assert found["t0", "c0"][-1] == -1
    assert 0 < found["t1", "c0"][-1] < 1
