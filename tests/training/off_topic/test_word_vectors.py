"""Word vectors are learnt from the company that words keep."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pyarrow as pa
import pytest

from moderation.context.terms import BITS, bucket, terms_of
from moderation.training.off_topic import word_vectors
from moderation.training.off_topic.word_vectors import learn

MATTERS = [[first + second for second in "bcdfghjklmnpqrtvwxyz"] for first in "aeiou"]


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(word_vectors, "FEWEST", 10)
    monkeypatch.setattr(word_vectors, "DIMENSIONS", 5)


def corpus():
    """Words of one matter stand together; those that all texts have are not telling."""
    rng = np.random.default_rng(0)
    lines = [
        " ".join(f"the {word} and" for word in rng.choice(MATTERS[k % 5], 8, replace=False))
        for k in range(500)
    ]
    steps = np.full(1 << BITS, 96, np.uint8)
    steps[[bucket("the"), bucket("and")]] = 8
    return pa.array(lines, pa.large_string()), steps


def test_words_that_keep_the_same_company_point_alike(small):
    texts, steps = corpus()
    found = learn(texts, steps, 0)
    values = found.values.astype(float)
    rows = [np.searchsorted(found.buckets, bucket(word)) for word in chain(*MATTERS)]
    unit = values[rows] / np.linalg.norm(values[rows], axis=1, keepdims=True)
    alike = unit @ unit.T
    same = np.kron(np.eye(5), np.ones((20, 20))) > 0
    assert alike[same].min() > 0.5
    assert alike[~same].max() < 0.2
    assert len(found.buckets) == 100


def test_the_same_texts_and_seed_give_the_same_bytes(small):
    texts, steps = corpus()
    one, other = learn(texts, steps, 7), learn(texts, steps, 7)
    assert one.values.tobytes() == other.values.tobytes()
    assert one.buckets.tobytes() == other.buckets.tobytes()


def test_of_few_texts_nothing_is_learnt():
    texts, steps = corpus()
    assert learn(texts, steps, 0) is None
    assert learn(texts.slice(0, 0), steps, 0) is None


def test_words_of_many_texts_in_turn():
    texts = pa.array(["oven crust", "", "yeast"], pa.large_string())
    ids, begin = terms_of(texts)
    assert ids.tolist() == [bucket("oven"), bucket("crust"), bucket("yeast")]
    assert begin.tolist() == [0, 2, 2, 3]
