"""Phrases of word classes, against a twin that goes by Python strings and dicts."""

import itertools
import math
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.features import ngrams, phrases
from moderation.features.ngrams import NgramConfig
from moderation.features.phrases import (
    CLASSES,
    GAPS,
    NOBODY,
    PAIRS,
    PEOPLE,
    TRIPLES,
    Lexicon,
    phrase_rows,
)

WORDS = {
    "group": ("travellers", "gardeners"),
    "being": ("are", "is"),
    "insult": ("vermin", "fools"),
    "denial": ("not", "never"),
}
LEXICON = Lexicon.of(WORDS)
CODES = {word: code for code, words in enumerate(WORDS.values(), start=1) for word in words}


def naive(text):
    """{phrase id: value}: classes in a row, other words left out, sentences apart."""
    found = Counter()
    for sentence in re.split(r"[.!?]", text.lower()):
        classes = []
        for word in re.findall(r"[a-z]+", sentence):
            code = CODES.get(word)
            if code is not None and (not classes or classes[-1] != code):
                classes.append(code)
        for k, code in enumerate(classes):
            found[code] += 1
            if k >= 1:
                found[PAIRS + classes[k - 1] * CLASSES + code] += 1
            if k >= 2:
                found[GAPS + classes[k - 2] * CLASSES + code] += 1
                found[TRIPLES + (classes[k - 2] * CLASSES + classes[k - 1]) * CLASSES + code] += 1
    length = math.sqrt(sum(math.log1p(count) ** 2 for count in found.values()))
    values = {one: 0.5 * math.log1p(count) / length for one, count in found.items()}
    if re.search("[a-z]", text.lower()) and not {*range(1, PEOPLE + 1)} & values.keys():
        values[NOBODY] = 0.5
    return values


def compiled(texts):
    indptr, indices, values = phrase_rows(texts, LEXICON, NgramConfig(bits=8), 1)
    return [
        dict(zip(indices[a:b].tolist(), values[a:b].tolist(), strict=True))
        for a, b in itertools.pairwise(indptr)
    ]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", set()),
        ("nothing to see", {NOBODY}),
        ("Gardeners everywhere", {1}),
        ("travellers are vermin", {1, 2, 3, 1 * 24 + 24 + 2, 2 * 24 + 24 + 3, 627, 1803}),
        ("travellers. vermin", {1, 3}),
        ("vermin fools vermin", {NOBODY, 3}),
    ],
)
def test_phrases_of_a_sentence(text, ids):
    assert set(compiled([text])[0]) == ids


@given(
    st.lists(
        st.sampled_from([*CODES, "the", "merry", "people", "Travellers", "ARE", ".", "!", "?"]),
        max_size=200,
    )
)
def test_like_the_naive_twin(words):
    text = " ".join(words)
    assert compiled([text])[0] == pytest.approx(naive(text), abs=1e-6)


def test_a_row_has_length_a_half_and_does_not_know_its_neighbours():
    texts = ["travellers are not vermin. gardeners are", "", "fools"]
    rows = compiled(texts)
    assert rows == [compiled([text])[0] for text in texts]
    assert math.hypot(*rows[0].values()) == pytest.approx(0.5, abs=1e-6)


def test_disguised_words_are_of_their_class():
    plain, hidden = compiled(["travellers are vermin", "tr\u0430vellers ARE v e r m i n"])
    assert set(plain) == set(hidden)


def test_the_first_class_that_names_a_word_has_it():
    both = Lexicon.of({"one": ("toad",), "two": ("toad", "newt")})
    assert both.names == ("one", "two")
    assert sorted(both.codes.tolist()) == [1, 2]
    assert (np.diff(both.hashes.astype(object)) > 0).all()


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("travellers www.example.com/are vermin", True),
        ("travellers http://example.com/x!y vermin", False),
        ("travellers m!nd vermin", True),
    ],
)
def test_only_what_ends_a_sentence_parts_words(text, together):
    pair = {PAIRS + CLASSES + 3, PAIRS + CLASSES + 2, PAIRS + 2 * CLASSES + 3}
    assert bool(pair & set(compiled([text])[0])) == together


def test_a_table_of_weights_serves_two_lexicons():
    other = Lexicon.of({"toads": ("are",), "more": ("vermin",)})
    config, rng = NgramConfig(bits=8), np.random.default_rng(0)
    shape = config.buckets, 1
    weights = rng.normal(size=(phrases.SIZE, 1)).astype(np.float32)

    def table():
        return ngrams.WeightTable(
            config,
            np.ones(config.buckets, np.float32),
            np.ones(shape, np.float32),
            np.zeros((len(ngrams.DENSE_FEATURES), 1), np.float32),
            np.zeros(1, np.float32),
        )

    texts, both = ["travellers are vermin"], table()
    for lexicon in (LEXICON, other, LEXICON):
        found = phrases.logits(texts, both, lexicon, weights, 1)
        assert found == phrases.logits(texts, table(), lexicon, weights, 1)


@pytest.mark.parametrize("labels", [1, 2, 3, 4, 5])
def test_scores_are_ngrams_and_phrases_for_any_number_of_labels(labels):
    texts = ["travellers are not vermin. gardeners are", "", "fools 😀", "are " * 3000]
    config, rng = NgramConfig(bits=8), np.random.default_rng(labels)
    table = ngrams.WeightTable(
        config,
        np.ones(config.buckets, np.float32),
        rng.normal(size=(config.buckets, labels)).astype(np.float32),
        rng.normal(size=(len(ngrams.DENSE_FEATURES), labels)).astype(np.float32),
        rng.normal(size=labels).astype(np.float32),
    )
    weights = rng.normal(size=(phrases.SIZE, labels)).astype(np.float32)
    wanted = ngrams.dense(texts, config) @ table.dense + table.intercept
    for rows, weight in (
        (ngrams.tfidf(texts, table.idf, config), table.weights),
        (phrase_rows(texts, LEXICON, config, 1), weights),
    ):
        indptr, ids, values = rows
        wanted += [values[a:b] @ weight[ids[a:b]] for a, b in itertools.pairwise(indptr)]
    found = phrases.logits(texts, table, LEXICON, weights, 1)
    assert found == pytest.approx(wanted, abs=1e-4)


def test_too_many_classes_are_refused():
    with pytest.raises(ValueError, match="at most 23"):
        Lexicon.of({f"class {k}": ("word",) for k in range(24)})
