"""The compiled loop that scores languages, beside a slow twin."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.language.ngrams import Table, key_of

NGRAMS = [b" t", b"th", b"the", b"he", b" the ", b"\xc3\xa9", b"er ", b"a b"]
WEIGHTS = np.random.default_rng(0).integers(0, 255, (len(NGRAMS), 3)).astype(np.uint8)
KEYS = np.array([key_of(ngram) for ngram in NGRAMS], np.uint64)
START = np.array([0.5, -1.0, 0.0], np.float32)
TABLE = Table(["en", "fr", "de"], KEYS, WEIGHTS, START, 0.25)


def slow_scores(text):
    """The longest n-gram at each byte, those that come again counted once and their logarithm."""
    found = []
    for end in range(1, len(text) + 1):
        known = [NGRAMS.index(text[end - n : end]) for n in range(5, 1, -1)
                 if end >= n and text[end - n : end] in NGRAMS]  # fmt: skip
        found += known[:1]
    counts = [np.log1p(found.count(row)) for row in range(len(NGRAMS))]
    return START + 0.25 * np.array(counts) @ WEIGHTS


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from([*"ather bé", "the", " the "]), max_size=40), max_size=4))
def test_scores_are_those_of_the_slow_twin(letters):
    texts = [f" {''.join(one)} ".encode() for one in letters]
    data = np.frombuffer(b"".join(texts) or b"", np.uint8)
    bounds = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    slow = np.array([slow_scores(text) for text in texts]).reshape(-1, 3)
    np.testing.assert_allclose(TABLE.scores(data, bounds), slow, rtol=1e-5)


def test_no_text_takes_from_the_one_before_it():
    data = np.frombuffer(b" t t", np.uint8)
    alone = TABLE.scores(data[:2], np.array([0, 2]))
    assert (TABLE.scores(data, np.array([0, 2, 4])) == alone).all()
