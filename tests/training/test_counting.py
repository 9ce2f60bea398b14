"""Reading a text once gives what reading it for each kind of feature gives, bit by bit."""

import numpy as np
import pytest

from moderation.features import ngrams
from moderation.features.ngrams import NgramConfig
from moderation.features.phrases import Lexicon, phrase_rows
from moderation.training import counting
from moderation.training.counting import listed

TEXTS = [
    "Those people are vermin, and you are stupid. Stupid!",
    "",
    "Buy n o w at http://example.org/x?y=1 💰💰 fr€€ STUPIIID st*pid",
    "  \n",
    "Grüße aus Köln, Ünïcödé and 日本語 words and words and words",
    "x" * 3_000,
    *(f"number {k} says you people {k % 7}" for k in range(50)),
]
LEXICON = Lexicon.of({"you": ["you", "those"], "people": ["people"], "bad": ["stupid", "vermin"]})
CONFIG = NgramConfig(bits=10)  # few buckets: many n-grams share one


def _idf(texts):
    idf = ngrams.inverse_frequencies(
        ngrams.document_frequencies(texts, CONFIG), len(texts), min_df=2
    )
    assert (idf == 0).any()
    return idf


@pytest.mark.parametrize("room", [64, 1 << 12, counting.ROOM])
def test_the_numbers_are_those_of_separate_readings(monkeypatch, room):
    monkeypatch.setattr(counting, "ROOM", room)
    known = listed(TEXTS, CONFIG, LEXICON, threads=2)
    idf = _idf(TEXTS)
    found = known.tfidf(idf, threads=2)
    for ours, theirs in zip(found, ngrams.tfidf(TEXTS, idf, CONFIG), strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.tobytes() == theirs.tobytes()
    for ours, theirs in zip(known.phrases, phrase_rows(TEXTS, LEXICON, CONFIG), strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.tobytes() == theirs.tobytes()
    assert known.dense.tobytes() == ngrams.dense(TEXTS, CONFIG).tobytes()


def test_frequencies_count_the_texts_that_are_used():
    known = listed(TEXTS, CONFIG, LEXICON)
    used = np.arange(len(TEXTS)) % 3 > 0
    expected = ngrams.document_frequencies(
        [t for t, u in zip(TEXTS, used, strict=True) if u], CONFIG
    )
    assert known.frequencies(used).tolist() == expected.tolist()


def test_no_text_at_all_lists_nothing():
    known = listed([], CONFIG, LEXICON)
    assert [len(one) for one in known.tfidf(np.ones(CONFIG.buckets, np.float32))] == [1, 0, 0]
    assert known.dense.shape == (0, known.dense.shape[1])
