"""What a word carries is shared out among its characters where words have no blanks."""

import json
import random

import numpy as np
import pandas as pd
import pytest
from slow_by_character import by_character as slow_by_character
from small_parts import with_small_parts

from benchmarks.hostile import text as hostile
from moderation.evidence.by_character import by_character
from moderation.evidence.words import evidence
from moderation.features.kernel import DENSE_FEATURES
from moderation.features.ngrams import NgramConfig, WeightTable, count
from moderation.features.phrases import SIZE, Lexicon
from moderation.flags.flag import flag


def one_character(char, other, config):
    """A table in which a single character carries all."""
    single = NgramConfig(None, (1, 1), config.bits, config.fold)
    (bucket,) = set(count([char * 3], single)[1]) - set(count([other * 3], single)[1])
    weights = np.zeros((config.buckets, 1), np.float32)
    weights[bucket] = 2.0
    idf = np.ones(config.buckets, np.float32)
    dense = np.zeros((len(DENSE_FEATURES), 1), np.float32)
    return WeightTable(config, idf, weights, dense, np.zeros(1, np.float32))


@pytest.mark.parametrize(
    ("text", "char", "other"),
    [("你是一个白痴吧大家说，真的", "痴", "白"), ("このひとはばかだとおもう、ね", "ば", "の")],
)
def test_a_word_without_blanks_is_taken_apart_to_the_character_that_carries_it(text, char, other):
    table = one_character(char, other, NgramConfig(None, (1, 4), 14))
    whole = evidence([text], table, Lexicon.of({}), np.zeros((SIZE, 1), np.float32))
    found = by_character(whole, [text], table)
    carrying = [
        text[start:end]
        for start, end, share in zip(found.start, found.end, found.shares[:, 0], strict=True)
        if share > 1e-9
    ]
    assert carrying == [char]
    assert found.shares.sum() == pytest.approx(whole.shares.sum())


def test_chinese_flags_point_at_the_insult():
    model = with_small_parts("zh")
    text = "我觉得你写的东西就是一个白痴，大家都这样说"
    comments = pd.DataFrame({"text": [text]})
    _, why = flag(comments, model.score(comments), model)
    spans = sorted(json.loads(why[0].as_py())["abuse"]["spans"], key=lambda span: -span[2])
    assert {text[start:end] for start, end, _ in spans[:2]} == {"白", "痴"}


def random_table(labels, chars):
    """Weights of mostly one sign, as those of a flagged comment are."""
    rng = np.random.default_rng(0)
    config = NgramConfig(None, chars, 10)
    weights = rng.normal(1, 1, (config.buckets, labels)).astype(np.float32)
    idf = rng.uniform(0, 2, config.buckets).astype(np.float32)
    dense = np.zeros((len(DENSE_FEATURES), labels), np.float32)
    return WeightTable(config, idf, weights, dense, np.zeros(labels, np.float32))


TEXTS = [
    "你是一个白痴吧大家说，真的 not this",
    "",
    "plain words only",
    "ひらがなとカタカナ ﾊﾝｶｸ ﬁ漢 ß字",  # half width, and letters that fold to two
    "คนไทย 中 文字 ၁၂၃မြန်မာ",
    "𠀀𠀁𡃁 👩\u200d👧漢字",
    "字" * 3_000,
]


@pytest.mark.parametrize("labels", [1, 3])
@pytest.mark.parametrize("chars", [(1, 4), (2, 3), (3, 6)])
def test_does_what_the_slow_one_does(labels, chars):
    table = random_table(labels, chars)
    chance = random.Random(labels)
    wild = [hostile(chance).decode("utf-8", "replace")[:2_000] for _ in range(30)]
    texts = [*TEXTS, *wild, *(f"{one}漢字{one}" for one in wild)]
    whole = evidence(texts, table, Lexicon.of({}), np.zeros((SIZE, labels), np.float32))
    found, slow = by_character(whole, texts, table), slow_by_character(whole, texts, table)
    assert np.array_equal(found.begin, slow.begin)
    assert np.array_equal(found.start, slow.start)
    assert np.array_equal(found.end, slow.end)
    assert len(found.start) > len(whole.start)
    np.testing.assert_allclose(found.shares, slow.shares, rtol=1e-9, atol=1e-12)


def test_texts_with_blanks_are_left_alone():
    table = random_table(1, (2, 5))
    texts = ["plain words", "слова с пробелами"]
    whole = evidence(texts, table, Lexicon.of({}), np.zeros((SIZE, 1), np.float32))
    assert by_character(whole, texts, table) is whole
