"""Context features against a naive twin, and what a score may and may not depend on."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.comments import STRING
from moderation.context import overlap, terms
from moderation.context.classifier import (
    IDF_STEPS,
    ContextClassifier,
    Frequencies,
    context_features,
    count_words,
    discount_short,
    rows_above,
)
from moderation.context.features import CONTEXT_FEATURES
from moderation.errors import ModelError
from moderation.evidence.conversation import GROUPS, explain, group_of
from moderation.threads import thread

ARROW = pd.ArrowDtype(STRING)
CORPUS = pd.Series(
    ["the cat sat on the mat", "the dog and the cat", "a bridge over the river", "the and of"] * 3
    + [f"the and filler{n}" for n in range(40)],
    dtype=ARROW,
)
FREQUENCIES = count_words(CORPUS)
WORDS = (
    *("the", "and", "bridge", "river", "toll", "cat", "dog", "council", "vote", "lantern"),
    *("Ärger", "привет", "東京", "http://a.example", "?", "!"),
)


def frames(rows, heads=()):
    """rows: (thread, depth, text). heads: (thread, title, article)."""
    comments = pd.DataFrame(
        {
            "thread_id": pd.array([row[0] for row in rows], ARROW),
            "id": pd.array([str(at) for at in range(len(rows))], ARROW),
            "depth": pd.array([row[1] for row in rows], pd.ArrowDtype(pa.int32())),
            "text": pd.array([row[2] for row in rows], ARROW),
        }
    )
    threads = pd.DataFrame(
        {
            name: pd.array([head[at] for head in heads], ARROW)
            for at, name in enumerate(("thread_id", "title", "article"))
        }
    )
    return comments, threads


# ---------------------------------------------------------------- the naive twin


def naive_words(text):
    """Stems, by the rules as one would tell them."""
    plain = []
    for char in text:
        kind = unicodedata.category(char)[0]
        if kind == "M":
            continue
        if re.match("[\u3040-\u30ff\u3400-\u9fff]", char):
            plain.append(f" {char}\0 ")
        elif kind in "LN":
            parts = unicodedata.normalize("NFKD", char.lower())
            plain.append(next(one for one in parts + char if unicodedata.category(one)[0] in "LN"))
        else:
            plain.append(" ")
    stems = []
    for word in "".join(plain).split():
        if word.endswith("\0"):
            stems.append(word[:-1])
            continue
        if len(word) < 2:
            continue
        if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
            word = word[:-1]
        stems.append(word[: terms.STEM])
    return stems


def naive_overlap(own, target, idf, odds):
    """Cosine, surprise and best of a word list to a list of (factor, word list)."""

    def vector(words):
        weights = {w: (1 + math.log(n)) * idf(w) for w, n in Counter(words).items()}
        norm = math.sqrt(sum(x * x for x in weights.values())) or 1.0
        return {w: x / norm for w, x in weights.items()}

    total, sums, counts = 0.0, Counter(), Counter()
    for factor, words in target:
        total += factor * len(words)
        for w, x in vector(words).items():
            sums[w] += factor * x
        for w in words:
            counts[w] += factor
    mine = vector(own)
    if not mine or total < 0.5:
        return 0.0, 0.0, 0.0
    norm = math.sqrt(sum(x * x for x in sums.values()))
    cosine = sum(x * sums[w] for w, x in mine.items()) / norm if norm > 1e-4 else 0.0
    share = min(1.0, overlap.MOST / total)
    ratios = [
        math.log((share * counts[w] * odds(w) + overlap.MU) / (share * total + overlap.MU))
        for w in mine
    ]
    surprise, best = sum(ratios) / len(mine), max(*ratios, 0.0)
    return cosine, surprise, best


def naive_targets(depths, texts, title, article, row):
    """Word lists of each of TARGETS for one comment of a thread."""
    parents = []
    for at, depth in enumerate(depths):
        above = [up for up in range(at) if depths[up] == depth - 1]
        parents.append(above[-1] if depth > 1 else -1)
    words = [naive_words(text) for text in texts]
    path, up, factor = [], parents[row], 1.0
    while up >= 0 and len(path) <= overlap.REACH:
        path.append((factor, words[up]))
        factor *= overlap.DECAY
        up = parents[up]
    others = [at for at in range(len(texts)) if at != row]
    return {
        "head": [(1.0, naive_words(title)), (1.0, naive_words(article))],
        "parent": [(1.0, words[parents[row]])] if parents[row] >= 0 else [],
        "path": path,
        "siblings": [(1.0, words[at]) for at in others if parents[at] == parents[row]],
        "replies": [(1.0, words[at]) for at in others if parents[at] == row],
        "thread": [(1.0, words[at]) for at in others],
    }


texts = st.one_of(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.text(max_size=20))


@st.composite
def conversations(draw):
    depths, spoken = [], []
    for _ in range(draw(st.integers(1, 9))):
        depths.append(draw(st.integers(1, depths[-1] + 1)) if depths else 1)
        spoken.append(draw(texts))
    return depths, spoken, draw(texts), draw(texts)


def same_words(text):
    """Texts on which the twin and the table agree about what a letter is."""
    return all(
        ord(char) < 0x3000 or "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff"
        for char in text
    )


@settings(max_examples=60, deadline=None)
@given(conversations())
def test_overlaps_equal_the_naive_twin(conversation):
    depths, spoken, title, article = conversation
    spoken = [text if same_words(text) else "" for text in spoken]
    title, article = (text if same_words(text) else "" for text in (title, article))
    comments, threads = frames(
        [("t", depth, text) for depth, text in zip(depths, spoken, strict=True)],
        [("t", title, article)],
    )
    features, _ = context_features(comments, threads, FREQUENCIES)

    def idf(word):
        return FREQUENCIES.idf(terms.bucket(word))

    def odds(word):
        return FREQUENCIES.mass * math.exp(idf(word))

    at = {name: column for column, name in enumerate(CONTEXT_FEATURES)}
    for row in range(len(depths)):
        for target, words in naive_targets(depths, spoken, title, article, row).items():
            expected = naive_overlap(naive_words(spoken[row]), words, idf, odds)
            found = [features[row, at[f"{target}.{name}"]] for name in overlap.MEASURES]
            assert found[0] ** 2 == pytest.approx(max(expected[0], 0), abs=2e-4)
            assert found[1:] == pytest.approx(expected[1:], abs=2e-4)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_words_in_python_are_the_kernels(text):
    text = text.encode("utf-8", "replace").decode()
    ids, begin = terms.terms_of(pa.array([text], pa.large_string()))
    assert terms.spelled(text)[:, 2].tolist() == ids.tolist()
    assert begin.tolist() == [0, len(ids)]


def test_case_accents_plurals_and_endings_do_not_count():
    bridge = terms.bucket("bridge")
    assert [terms.bucket(word) for word in ("Bridges", "BRIDGE", "bri\u0301dge")] == [bridge] * 3
    assert terms.bucket("councillors") == terms.bucket("councils")
    assert terms.bucket("pass") != terms.bucket("pas")


@pytest.mark.parametrize("text", ["0\u0e33", "\u2474\u2475", "\u037a\u037a", "\u0e33\u0e33"])
def test_letters_that_begin_with_a_mark_are_words(text):
    assert terms.bucket(text) == terms.spelled(text)[0][2]


def test_shape_counts_questions_exclamations_and_links():
    text = "Why? See http://a.b and https://c.d! Httpx"
    features, _ = context_features(*frames([("t", 1, text)]), FREQUENCIES)
    columns = [
        CONTEXT_FEATURES.index(f"shape.{name}")
        for name in ("words", "questions", "exclaims", "links")
    ]
    assert features[0, columns] == pytest.approx([math.log1p(6), 1, 1, 2])


# ---------------------------------------------------------------- what can be told


@pytest.mark.parametrize(
    ("rows", "heads", "expected"),
    [
        ([("t", 1, "lonely words here")], [], [False]),
        ([("t", 1, "lonely words here")], [("t", None, None)], [False]),
        ([("t", 1, "lonely words here")], [("t", "…", "")], [False]),
        ([("t", 1, "lonely words here")], [("t", "a title", None)], [True]),
        ([("t", 1, "lonely words here")], [("t", "", "an article")], [True]),
        ([("t", 1, "lonely words here")], [("other", "a title", "an article")], [False]),
        ([("t", 1, "first one"), ("t", 2, "an answer")], [], [False, True]),
        ([("t", 1, "!!!"), ("t", 2, "an answer")], [], [False, False]),
        ([("t", 1, "same words")] * 3, [], [False] * 3),
        ([("t", 1, "same words")] * 4, [], [True] * 4),
        ([("t", 1, "same words")] * 4 + [("t", 1, "")], [], [True] * 4 + [False]),
        ([("t", 1, "same words")] * 3 + [("t", 1, "?")], [], [False] * 4),
        ([("t", 1, None)], [("t", "a title", None)], [False]),
    ],
)
def test_can_tell_only_where_there_is_something_to_be_off(rows, heads, expected):
    comments, threads = frames(rows, heads)
    _, can_tell = context_features(comments, threads, FREQUENCIES)
    assert can_tell.tolist() == expected
    head = ContextClassifier(FREQUENCIES, np.zeros(len(CONTEXT_FEATURES), np.float32), 0.5)
    assert np.isnan(head.score(comments, threads)).tolist() == [not one for one in expected]


def test_no_comments_give_no_rows():
    comments, threads = frames([])
    features, can_tell = context_features(comments, threads, FREQUENCIES)
    assert features.shape == (0, len(CONTEXT_FEATURES))
    assert can_tell.shape == (0,)


def some_head(seed=0):
    weights = np.random.default_rng(seed).normal(size=len(CONTEXT_FEATURES)).astype(np.float32)
    return ContextClassifier(FREQUENCIES, weights, -0.25, 8.0, dict.fromkeys(GROUPS, 0.125))


def some_dump(n_threads=12, seed=0):
    rng = np.random.default_rng(seed)
    rows, heads = [], []
    for number in range(n_threads):
        depth = 0
        for _ in range(int(rng.integers(1, 15))):
            depth = int(rng.integers(1, depth + 2))
            rows.append((f"t{number}", depth, " ".join(rng.choice(WORDS, rng.integers(0, 20)))))
        heads.append((f"t{number}", "the bridge toll", " ".join(rng.choice(WORDS, 30))))
    return frames(rows, heads)


def test_a_score_is_the_same_in_any_company(monkeypatch):
    comments, threads = some_dump()
    head = some_head()
    together = head.logits(comments, threads)
    alone = np.concatenate(
        [
            head.logits(part.reset_index(drop=True), threads)
            for _, part in comments.groupby("thread_id", sort=False)
        ]
    )
    monkeypatch.setattr("moderation.context.classifier.CHUNK", 5)
    in_chunks = head.logits(comments, threads)
    assert np.array_equal(together, alone, equal_nan=True)
    assert np.array_equal(together, in_chunks, equal_nan=True)


def test_the_order_of_the_dump_changes_no_score():
    comments, threads = some_dump()
    parent = np.concatenate(
        [
            np.where(above >= 0, above + part.index[0], -1)
            for _, part in comments.groupby("thread_id", sort=False)
            for above in [rows_above(part["depth"].to_numpy(np.int32))]
        ]
    )
    ids = comments["id"].to_numpy()
    records = comments.drop(columns="depth").assign(
        parent_id=pd.array([ids[up] if up >= 0 else None for up in parent], ARROW)
    )
    head = some_head()
    found = []
    for seed in range(3):
        shuffled = records.sample(frac=1, random_state=seed).reset_index(drop=True)
        table = thread(shuffled)
        found.append(dict(zip(table["id"], head.logits(table, threads), strict=True)))
    for other in found[1:]:
        assert other == pytest.approx(found[0], abs=1e-9, nan_ok=True)


def test_a_chain_of_fifty_thousand_replies_is_no_trouble():
    n = 50_000
    comments, threads = frames([("t", at + 1, "bridge toll") for at in range(n)])
    features, can_tell = context_features(comments, threads, FREQUENCIES)
    assert can_tell.sum() == n - 1
    assert np.isfinite(features).all()


# ---------------------------------------------------------------- the head and its evidence


def test_a_head_survives_being_kept():
    head = some_head()
    again = ContextClassifier.load(head.tensors(), head.parameters())
    comments, threads = some_dump()
    assert np.array_equal(
        head.score(comments, threads), again.score(comments, threads), equal_nan=True
    )


@pytest.mark.parametrize(
    ("tensors", "parameters", "message"),
    [
        ({"context/weights": np.zeros(3, np.float32)}, {}, "3"),
        ({"context/idf": np.zeros(7, np.uint8)}, {}, "expected uint8"),
        ({"context/idf": np.zeros(1 << terms.BITS, np.float32)}, {}, "expected uint8"),
        ({}, {"features": ["other"]}, "'other' is not computed here: train it again"),
        ({}, {"features": ["shape.words"]}, "1 features"),
        ({}, {"intercept": "high"}, "incomplete"),
        ({}, {"typical": None}, "incomplete"),
        ({}, {"doubt": None}, "incomplete"),
    ],
)
def test_a_head_of_other_parts_is_refused(tensors, parameters, message):
    head = some_head()
    with pytest.raises(ModelError, match=message):
        ContextClassifier.load(head.tensors() | tensors, head.parameters() | parameters)


def test_features_that_a_model_does_not_name_weigh_nothing():
    weights = np.zeros(len(CONTEXT_FEATURES), np.float32)
    weights[CONTEXT_FEATURES.index("head.best")] = -2.0
    head = ContextClassifier(FREQUENCIES, weights, 0.5)
    assert head.parameters()["features"] == ["head.best"]
    assert head.tensors()["context/weights"].tolist() == [-2.0]
    again = ContextClassifier.load(head.tensors(), head.parameters() | {"typical": {}})
    assert again.weights.tolist() == weights.tolist()


def test_a_head_without_its_parts_is_refused():
    with pytest.raises(ModelError, match="incomplete"):
        ContextClassifier.load({}, {})


def test_evidence_adds_up_to_the_logit():
    comments, threads = some_dump()
    head = some_head()
    rows = np.array([7, 0, 3])
    logits = head.logits(comments, threads)[rows]
    for one, logit in zip(explain(head, comments, threads, rows), logits, strict=True):
        total = one.intercept + sum(one.features.values())
        assert np.isnan(logit) or total == pytest.approx(logit, abs=1e-4)


def test_what_speaks_for_off_topic_counts_less_in_few_words():
    features = np.zeros((3, len(CONTEXT_FEATURES)), np.float32)
    features[:, CONTEXT_FEATURES.index("shape.words")] = np.log1p([8, 24, 8])
    logits = discount_short(np.array([4.0, 4.0, -4.0]), features, 8.0, 8.0)
    assert logits == pytest.approx([2.0, 3.0, -4.0], abs=1e-5)


def test_few_words_under_a_title_alone_count_more_than_under_an_article():
    features = np.zeros((3, len(CONTEXT_FEATURES)), np.float32)
    features[:, CONTEXT_FEATURES.index("shape.words")] = np.log1p(8)
    features[1:, CONTEXT_FEATURES.index("has.title")] = 1
    features[2, CONTEXT_FEATURES.index("has.article")] = 1
    logits = discount_short(np.full(3, 4.0), features, 56.0, 24.0)
    assert logits == pytest.approx([0.5, 1.0, 0.5], abs=1e-5)


def test_a_model_without_a_doubt_of_its_own_for_titles_has_one_for_all():
    head = replace(some_head(), doubt=30.0, doubt_under_title=30.0)
    stored = {k: v for k, v in head.parameters().items() if k != "doubt_under_title"}
    assert ContextClassifier.load(head.tensors(), stored).doubt_under_title == 30.0


def test_every_feature_belongs_to_a_group_of_the_evidence():
    assert {group_of(name) for name in CONTEXT_FEATURES} == set(GROUPS)


RIVER = "The lantern festival moves to the river bridge because the council raised the toll"


@pytest.mark.parametrize(
    ("rows", "row", "off", "sentence"),
    [
        (
            [("t", 1, "earn dollars from sofa")],
            0,
            "article",
            "shares nothing with the article (title: Bridge toll); its own words: ",
        ),
        (
            [("t", 1, "the toll hurts"), ("t", 2, "earn dollars from sofa")],
            1,
            "both",
            "shares nothing with the article (title: Bridge toll), nor with the comment it answers",
        ),
        (
            [("t", 1, "my kitten sleeps"), ("t", 2, "kitten pictures please")],
            1,
            "article",
            "shares nothing with the article (title: Bridge toll), shares kitten with the comment",
        ),
        (
            [("t", 1, "the festival was fine"), ("t", 2, "sleepy kitten"), ("t", 3, "the toll!")],
            2,
            "conversation",
            "shares toll with the article (title: Bridge toll), shares nothing with the comment",
        ),
        (
            [("t", 1, "the kitten"), ("t", 2, "sofa"), ("t", 3, "which kitten")],
            2,
            "article",
            "shares kitten with the comment 2 steps above",
        ),
        ([("t", 1, "the and")], 0, "article", "it has no telling words of its own"),
    ],
)
def test_evidence_says_what_is_shared_and_what_is_lacking(rows, row, off, sentence, monkeypatch):
    monkeypatch.setattr("moderation.evidence.conversation.TELLING", 2.0)
    comments, threads = frames(rows, [("t", "Bridge toll", RIVER)])
    (found,) = explain(some_head(), comments, threads, np.array([row]))
    assert found.off == off
    assert sentence in found.sentence


@pytest.mark.parametrize(
    ("rows", "beginning"),
    [
        (["kitten sleeps", "kitten pictures"], "on the conversation's topic but off the article's"),
        (["a sofa", "the toll!"], "on the article's topic but off the conversation's"),
        (["a sofa", "kitten pictures"], "off the article's topic and the conversation's"),
        (["a toll", "the toll!"], "shares toll with the article"),
    ],
)
def test_a_sentence_says_first_which_topic_the_comment_is_off(rows, beginning, monkeypatch):
    monkeypatch.setattr("moderation.evidence.conversation.TELLING", 2.0)
    spoken = [("t", depth, text) for depth, text in enumerate(rows, 1)]
    comments, threads = frames(spoken, [("t", "Bridge toll", RIVER)])
    (found,) = explain(some_head(), comments, threads, np.array([1]))
    assert found.sentence.startswith(beginning)


def test_evidence_in_a_chat_names_the_messages_before(monkeypatch):
    monkeypatch.setattr("moderation.evidence.conversation.TELLING", 2.0)
    said = ["toll bridge"] * 30 + [f"kitten {n}{n}" for n in range(30)] + ["a kitten", "sofa"]
    comments, threads = frames([("t", 1, text) for text in said])
    comments["kind"] = "message"
    shares, lacks = explain(some_head(), comments, threads, np.array([60, 61]))
    assert "shares kitten with the messages before it" in shares.sentence
    assert lacks.sentence == "shares nothing with the messages before it; its own words: sofa"


def test_evidence_without_anything_above_names_the_siblings(monkeypatch):
    monkeypatch.setattr("moderation.evidence.conversation.TELLING", 2.0)
    comments, threads = frames([("t", 1, f"kitten {n}{n}") for n in range(4)] + [("t", 1, "sofa")])
    shares, lacks = explain(some_head(), comments, threads, np.array([0, 4]))
    assert (shares.off, lacks.off) == ("neither", "conversation")
    assert "shares kitten with the comments beside it" in shares.sentence
    assert lacks.sentence == "shares nothing with the comments beside it; its own words: sofa"


def test_evidence_below_a_title_without_telling_words_says_so(monkeypatch):
    monkeypatch.setattr("moderation.evidence.conversation.TELLING", 2.0)
    comments, threads = frames([("a", 1, "the sofa")], [("a", "the and", None)])
    (found,) = explain(some_head(), comments, threads, np.array([0]))
    assert found.sentence == "nothing around it has telling words; its own words: sofa"


def test_frequencies_count_texts_not_words_and_twins_once():
    counted = count_words(pd.Series(["cat cat cat", "cat", "cat", "dog", None], dtype=ARROW))
    expected = round(math.log(4 / 2.5) * IDF_STEPS) / IDF_STEPS
    assert counted.idf(terms.bucket("cat")) == expected
    assert counted.mass == 1.0


def test_frequencies_of_another_type_are_refused():
    with pytest.raises(ModelError, match="expected uint8"):
        Frequencies(np.zeros(5, np.uint8), 1.0)
