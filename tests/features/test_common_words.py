"""Common words decide between the readings of a disguise, and are counted from texts."""

from collections import Counter

import numpy as np
import pytest

from moderation.features.common_words import COSTS, HASHES, SPLIT_ROOM, cost_between, split_words
from moderation.training.vocabulary import comments_with, patterns, table


def chars_of(word):
    chars = np.empty(SPLIT_ROOM * len(word) + 2, np.int32)
    chars[: len(word)] = [ord(letter) for letter in word]
    return chars


def cost(word):
    return cost_between(chars_of(word), 0, len(word))


def split(text):
    chars = chars_of(text)
    count = split_words(chars, 0, len(text))
    sizes = chars[len(text) : len(text) + count].tolist()
    starts = np.cumsum([0, *sizes])
    return [text[a : a + size] for a, size in zip(starts, sizes, strict=False)]


def test_the_shipped_words_are_sorted_and_rarer_ones_cost_more():
    assert (np.diff(HASHES.astype(np.int64)) > 0).all()
    assert COSTS.min() > 0
    assert 0 < cost("the") < cost("kettle")
    assert cost("xqjvkw") == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("those", ["those"]),
        ("thosefourdogs", ["those", "four", "dogs"]),
        ("xqjvkwzz", ["xqjvkwzz"]),
        ("", []),
    ],
)
def test_letters_become_the_likeliest_words(text, words):
    assert split(text) == words


def test_a_long_run_of_letters_is_split_without_a_word_longer_than_is_tried():
    words = split("weknow" * 500)
    assert words[:4] == ["we", "know", "we", "know"]
    assert len(words) == 1000


def test_words_are_counted_once_a_text_and_single_letters_are_none():
    found = comments_with(["Don't don't b", "don\u2019t a Rose"])
    assert found == Counter({"dont": 2, "a": 1, "rose": 1})


def test_rare_words_are_left_out_and_common_ones_cost_less():
    hashes, costs = table(Counter({"often": 900, "seldom": 100, "once": 1}))
    assert len(hashes) == 2
    assert sorted(costs.tolist()) == [1, 18]
    assert hashes.dtype == np.uint32
    assert costs.dtype == np.uint8


def test_patterns_count_without_the_names_of_their_slots(tmp_path):
    path = tmp_path / "templates.toml"
    path.write_text('[slots]\nfruit = "plum|pear"\n[[pattern]]\ntext = ["a {fruit~} pie"]\n')
    assert comments_with(patterns(path)) == Counter({"plum": 1, "pear": 1, "a": 1, "pie": 1})
