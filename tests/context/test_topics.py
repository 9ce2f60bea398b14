"""Word vectors: what is about one topic without a word in common, and what may not matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import slow_topics
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.comments import STRING
from moderation.context.classifier import ContextClassifier, Frequencies, context_features
from moderation.context.features import CONTEXT_FEATURES
from moderation.context.terms import BITS, bucket
from moderation.context.topics import WordVectors
from moderation.errors import ModelError

ARROW = pd.ArrowDtype(STRING)
SPORT = ("striker", "goalkeeper", "stadium", "referee", "penalty", "midfield")
FOOD = ("butter", "flour", "oven", "dough", "yeast", "crust")
STEPS = np.full(1 << BITS, 96, np.uint8)
AT = {name: CONTEXT_FEATURES.index(name) for name in CONTEXT_FEATURES if name.endswith(".topic")}


def vectors():
    rows = sorted(
        [(bucket(word), [100, -40]) for word in SPORT] + [(bucket(w), [-40, 100]) for w in FOOD]
    )
    return WordVectors(
        np.array([row[0] for row in rows], np.uint32), np.array([row[1] for row in rows], np.int8)
    )


KNOWN = Frequencies(STEPS, 20.0, vectors())


def frames(rows, heads=()):
    """rows: (thread, depth, text). heads: (thread, title)."""
    comments = pd.DataFrame(
        {
            "thread_id": pd.array([row[0] for row in rows], ARROW),
            "depth": pd.array([row[1] for row in rows], pd.ArrowDtype(pa.int32())),
            "text": pd.array([row[2] for row in rows], ARROW),
        }
    )
    threads = pd.DataFrame(
        {
            "thread_id": pd.array([head[0] for head in heads], ARROW),
            "title": pd.array([head[1] for head in heads], ARROW),
            "article": pd.array([None for _ in heads], ARROW),
        }
    )
    return comments, threads


def topics(rows, heads=(), known=KNOWN):
    features, _ = context_features(*frames(rows, heads), known)
    return {name: features[:, column] for name, column in AT.items()}


def test_words_of_one_topic_are_near_without_being_shared():
    rows = [("t", 1, "the striker and the referee"), ("t", 1, "butter and flour")]
    found = topics(rows, [("t", "goalkeeper in the stadium")])["head.topic"]
    assert found[0] > 0.1
    assert found[1] < -0.1


def test_more_words_tell_more():
    rows = [("t", 1, "butter"), ("t", 1, " ".join(FOOD))]
    few, many = topics(rows, [("t", " ".join(SPORT))])["head.topic"]
    assert many < few < 0


def test_a_comment_is_compared_with_its_replies_and_its_thread():
    sport, food = ("t", 2, "penalty stadium"), ("t", 2, "oven dough")
    above = ("t", 1, "striker referee")
    assert topics([above, sport, sport])["replies.topic"][0] > 0.1
    assert topics([above, food, food])["replies.topic"][0] < -0.1
    assert topics([above, sport])["replies.topic"][1] == 0
    found = topics([above, sport, food])
    assert found["thread.topic"][1] > found["thread.topic"][2]


@pytest.mark.parametrize("text", ["", "words that have none", "!!!"])
def test_texts_without_known_words_say_nothing(text):
    found = topics([("t", 1, text), ("t", 2, "striker")], [("t", "")])
    assert [column.tolist() for column in found.values()] == [[0, 0]] * 3


def test_a_thread_gets_the_same_numbers_alone_among_others_and_in_any_order_of_siblings():
    rng = np.random.default_rng(3)
    texts = [" ".join(rng.choice(SPORT + FOOD, rng.integers(1, 30))) for _ in range(60)]
    one = [("a", 1 + k % 2, text) for k, text in enumerate(texts)]
    other = [("b", 1, "oven crust"), ("b", 2, "yeast")]
    heads = [("a", "penalty"), ("b", "flour")]
    alone = topics(one, heads)
    among = topics(other + one, heads)
    pairs = [one[k : k + 2] for k in range(0, len(one), 2)]
    turned = topics([row for pair in reversed(pairs) for row in pair], heads)
    back = np.arange(len(one)).reshape(-1, 2)[::-1].ravel()
    for name, column in alone.items():
        assert np.array_equal(column, among[name][2:])
        assert np.array_equal(column, turned[name][back])


WORDS = st.lists(st.integers(0, 12), max_size=8)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(WORDS, st.integers(0, 5)), min_size=1, max_size=9), WORDS, WORDS)
def test_the_slow_twin_measures_the_same(comments, title, article):
    values = np.random.default_rng(1).integers(-127, 128, (12, 11)).astype(np.int8)
    known = WordVectors(np.arange(12, dtype=np.uint32), values)  # the word 12 has none
    texts = [*(words for words, _ in comments), title, article]
    ids = np.array([word for words in texts for word in words], np.int32)
    begin = np.concatenate([[0], np.cumsum([len(words) for words in texts])])
    parents = np.array([k - up if up and k >= up else -1 for k, (_, up) in enumerate(comments)])
    found = known.measure(ids, begin, np.array([0, len(comments)]), parents)
    vectors = [[values[word].tolist() for word in words if word < 12] for words in texts]
    usual = float((values.astype(int) ** 2).sum(axis=1).mean())
    slow = slow_topics.measure(vectors[:-2], vectors[-2] + vectors[-1], parents.tolist(), usual)
    np.testing.assert_allclose(found, slow, rtol=1e-5, atol=1e-6)


def test_models_of_before_have_no_vectors():
    rows = [("t", 1, "striker"), ("t", 2, "goalkeeper")]
    found = topics(rows, known=Frequencies(STEPS, 20.0))
    assert [column.tolist() for column in found.values()] == [[0, 0]] * 3
    weights = np.ones(len(CONTEXT_FEATURES), np.float32)
    old = ContextClassifier(Frequencies(STEPS, 20.0), weights, 0.0)
    parameters = {k: v for k, v in old.parameters().items() if k not in ("vectors", "fewest")}
    again = ContextClassifier.load(old.tensors(), parameters)
    assert again.frequencies.vectors is None
    assert again.fewest == 0


def test_vectors_survive_being_kept():
    head = ContextClassifier(KNOWN, np.full(len(CONTEXT_FEATURES), -0.5, np.float32), 0.0, fewest=2)
    again = ContextClassifier.load(head.tensors(), head.parameters())
    dump = frames([("t", 1, "striker goalkeeper"), ("t", 2, "oven"), ("t", 2, "yeast flour")])
    assert np.array_equal(head.logits(*dump), again.logits(*dump), equal_nan=True)


@pytest.mark.parametrize(
    ("buckets", "values"),
    [
        (np.array([1, 2], np.uint32), np.zeros((3, 4), np.int8)),
        (np.array([2, 1], np.uint32), np.zeros((2, 4), np.int8)),
        (np.array([1, 1], np.uint32), np.zeros((2, 4), np.int8)),
        (np.array([1, 1 << BITS], np.uint32), np.zeros((2, 4), np.int8)),
        (np.array([1, 2], np.int64), np.zeros((2, 4), np.int8)),
        (np.array([1, 2], np.uint32), np.zeros((2, 4), np.float32)),
        (np.array([1, 2], np.uint32), np.zeros(2, np.int8)),
        (np.zeros(0, np.uint32), np.zeros((0, 4), np.int8)),
    ],
)
def test_vectors_that_cannot_be_are_refused(buckets, values):
    with pytest.raises(ModelError, match="word vectors"):
        WordVectors(buckets, values)


def test_a_comment_of_few_words_cannot_be_told():
    head = ContextClassifier(KNOWN, np.zeros(len(CONTEXT_FEATURES), np.float32), 0.5, fewest=5)
    rows = [
        ("t", 1, "one two three four"),
        ("t", 1, "one two three four five"),
        ("t", 1, "Thanks!"),
    ]
    found = head.logits(*frames(rows, [("t", "a title")]))
    assert np.isnan(found).tolist() == [True, False, True]
