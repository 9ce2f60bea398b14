"""Evidence of many comments at once against the parts of each alone, taken apart word by word."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_model import trained

from moderation.compiled import Prepared
from moderation.features import kernel, ngrams, phrases
from moderation.features.characters import SCRATCH, TOKENS, make_scratch
from moderation.features.kernel import DENSE_FEATURES
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
    """The parts of one comment as {(start, end): shares}, phrases found and weighed in Python."""
    spans = {(a, b): np.array(share) for a, b, share in ngrams.explain(text, model.table).spans}
    for start, end, share in phrase_parts(model, text):
        spans[start, end] = spans.get((start, end), 0) + share
    return spans


def phrase_parts(model, text):
    content = np.frombuffer(text.encode(), np.uint8)
    scratch = make_scratch(max(len(content), 16))
    grams = model.table.config.grams
    kernel.read_comment(content, 0, len(content), grams, scratch)
    words = np.empty((phrases.PER_WORD * scratch.state[TOKENS], 3), np.int32)
    given = kernel.reading(grams, Prepared(SCRATCH, scratch))
    size = phrases.find(given, model.lexicon.index, words)
    ids, words = scratch.room[:size], words[:size]
    counts = {one: ids.tolist().count(one) for one in ids.tolist()}
    norm = sum(np.log1p(count) ** 2 for count in counts.values()) ** 0.5
    shares = np.zeros((scratch.state[TOKENS], len(model.text_heads)))
    for one, places in zip(ids.tolist(), words.tolist(), strict=True):
        own = [word for word in places if word >= 0]
        value = 0.5 * np.log1p(counts[one]) / norm / counts[one]
        shares[own] += value * model.phrase_weights[one] / len(own)
    return [
        (int(a), int(b), share)
        for a, b, share in zip(scratch.token_start, scratch.token_end, shares, strict=False)
    ]


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
    assert together.notna().sum() > 9
    assert together.fillna("").tolist() == apart.fillna("").tolist()
