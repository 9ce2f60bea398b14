"""Evidence of many comments at once against the parts of each alone, taken apart word by word."""

import re
from collections import Counter

import naive_kernel
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_model import trained

from moderation.features.kernel import DENSE_FEATURES
from moderation.features.phrases import CLASSES, GAPS, NOBODY, PAIRS, PEOPLE, TRIPLES
from moderation.flags import flag

TEXTS = [
    "You are a FOOL, you moron — visit http://cash.example today, win $900 a day from home",
    "",
    "Ｙｏｕ аre a mօron 😀 and an i d i o t, you f00l!! you are, are you, a clown",
    "İ fool ѕtupid",
    "\u200b",
    "f" * 3000 + " you idiot",
    "nobody likes your talk. you fool you fool you fool. you fool you clown",
]


@pytest.fixture(scope="module")
def model():
    return trained()


def one_by_one(model, text):
    """The parts of one comment as {(start, end): shares}, by the twins in Python."""
    words, shares = naive_kernel.explain(text.encode(), model.table)
    code_of = dict(zip(model.lexicon.hashes.tolist(), model.lexicon.codes.tolist(), strict=True))
    phrases = naive_phrases(words, text, code_of)
    counts = Counter(phrase for phrase, _ in phrases)
    norm = sum(np.log1p(count) ** 2 for count in counts.values()) ** 0.5
    for phrase, places in phrases:
        value = 0.5 * np.log1p(counts[phrase]) / norm / counts[phrase]
        for k in places:
            shares[k] += value * model.phrase_weights[phrase] / len(places)
    if words and not {*range(1, PEOPLE + 1)} & counts.keys():
        for k in range(len(words)):
            shares[k] += 0.5 * model.phrase_weights[NOBODY] / len(words)
    spans = {}
    for (_, start, end, _), share in zip(words, shares, strict=True):
        spans[start, end] = spans.get((start, end), 0) + share
    return spans


def naive_phrases(words, text, code_of):
    """[(phrase, its words)]: classes in a row, other words left out, sentences apart."""
    phrases, before, ended = [], [], 0
    for k, (form, start, end, _) in enumerate(words):
        if re.search(r"[.!?](?!\w)", text[ended:start]):
            before = []
        ended = end
        code = code_of.get(naive_kernel.fnv([ord(char) for char in form]))
        if code is None or (before and before[-1][0] == code):
            continue
        phrases.append((code, [k]))
        if before:
            two, at_two = before[-1]
            phrases.append((PAIRS + two * CLASSES + code, [at_two, k]))
        if len(before) > 1:
            one, at_one = before[-2]
            phrases.append((GAPS + one * CLASSES + code, [at_one, k]))
            triple = TRIPLES + (one * CLASSES + two) * CLASSES + code
            phrases.append((triple, [at_one, at_two, k]))
        before.append((code, k))
    return phrases


def check(model, texts):
    found = model.evidence(pa.array(texts, pa.large_string()))
    for row, text in enumerate(texts):
        part = slice(found.begin[row], found.begin[row + 1])
        places = list(zip(found.start[part].tolist(), found.end[part].tolist(), strict=True))
        expected = one_by_one(model, text)
        assert places == sorted(expected)
        for place, share in zip(places, found.shares[part], strict=True):
            np.testing.assert_allclose(share, expected[place], atol=1e-6)
        total = found.shares[part].sum(axis=0) + found.dense[row].sum(axis=0)
        np.testing.assert_allclose(total + found.start_logit, model.logits([text])[0], atol=1e-4)


def test_only_an_unusual_length_is_a_reason(model):
    length = DENSE_FEATURES.index("length")
    short, usual, long = model.evidence(["ok", "word " * 29 + "words", "word " * 400]).dense[
        :, length
    ]
    np.testing.assert_allclose(usual, 0, atol=1e-6)
    assert (np.sign(short) == -np.sign(long)).all()
    assert np.abs(short).max() > 0.01


def test_a_batch_says_what_each_says_alone(model):
    check(model, TEXTS)


WORDS = (
    "you",
    "fool",
    "f00l",
    "i d i o t",
    "clown",
    "are",
    "are not",
    "map",
    "😀",
    ".",
    "http://a.b",
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), max_size=5))
def test_any_texts_say_what_each_says_alone(model, texts):
    check(model, texts)


def test_order_and_threads_change_nothing(model):
    texts = TEXTS * 300
    one = model.evidence(pa.array(texts, pa.large_string()), 1)
    two = model.evidence(pa.chunked_array([texts[:7], texts[7:]], pa.large_string()), 2)
    alone = [model.evidence([text]) for text in TEXTS]
    for name in ("begin", "start", "end", "shares", "dense"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert np.array_equal(np.concatenate([part.shares for part in alone] * 300), one.shares)


def test_why_does_not_depend_on_the_block(model, monkeypatch):
    import pandas as pd

    comments = pa.table({"text": pa.array(TEXTS * 3, pa.large_string())}).to_pandas(
        types_mapper=pd.ArrowDtype
    )
    sensitive = model.with_thresholds(dict.fromkeys(model.labels, 0.01))
    scores = sensitive.score(comments)
    together = flag.flag(comments, scores, sensitive)[1]
    monkeypatch.setattr(flag, "AT_ONCE", 2)
    apart = flag.flag(comments, scores, sensitive)[1]
    assert len(together) - together.null_count > 9
    assert together.equals(apart)
