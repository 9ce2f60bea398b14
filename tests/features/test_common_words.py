"""Common words decide between the readings of a disguise, and are counted from texts."""

from collections import Counter

import naive_kernel as naive
import numpy as np

from moderation.features.common_words import COSTS, HASHES
from moderation.training.vocabulary import comments_with, patterns, table


def test_the_shipped_words_are_sorted_and_rarer_ones_cost_more():
    assert (np.diff(HASHES.astype(np.int64)) > 0).all()
    assert COSTS.min() > 0
    assert 0 < naive.word_cost("the") < naive.word_cost("kettle")
    assert naive.word_cost("xqjvkw") == 0


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
