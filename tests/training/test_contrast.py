"""N-grams count by how much they tell positives from negatives."""

from dataclasses import replace

import numpy as np
import pytest
from small_parts import rows as rows_in

from moderation.evaluation.metrics import roc_auc
from moderation.training import linear
from moderation.training.contrast import contrast, multiplied
from moderation.training.recipe import Recipe, Settings
from moderation.training.tasks import Task
from moderation.training.train import train

BUCKETS = 3


def task(power):
    sign = np.array([1.0, 1.0, -1.0, -1.0])
    used, nobody = np.ones(4), np.zeros(4, bool)
    return Task("abuse", Settings(contrast=power), sign, used, ~nobody, nobody)


@pytest.fixture
def four():
    """Bucket 0 is in both positives, 1 in one text of each kind, 2 in both negatives; and one
    column that is no n-gram."""
    grams = (np.array([0, 2, 3, 5, 6]), np.array([0, 1, 0, 1, 2, 2], np.int32),
             np.full(6, 2.0, np.float32))  # fmt: skip
    others = (np.arange(5), np.full(4, 3, np.int32), np.ones(4, np.float32))
    return linear.Rows.of(grams, others, BUCKETS + 1)


def test_what_is_as_common_in_either_counts_nothing(four):
    factors = contrast(four, task(1.0), np.ones(4, bool), BUCKETS)
    # 3 of 6 positive n-grams against 1 of 6 negative ones, with one text of either added
    assert factors == pytest.approx([np.log(3), 0, np.log(3), 1])


def test_rows_left_out_are_not_looked_at(four):
    factors = contrast(four, task(1.0), np.array([False, True, True, True]), BUCKETS)
    # positives: 2, 1, 1 of 4; negatives: 1, 2, 3 of 6
    assert factors == pytest.approx([np.log(3), np.log(4 / 3), np.log(2), 1])


def test_power_none_leaves_the_rows_as_they_are(four):
    assert contrast(four, task(0.0), np.ones(4, bool), BUCKETS) is None
    assert multiplied(four, None) is four


def test_multiplies_grams_and_nothing_else(four):
    factors = np.array([2, 3, 5, 7], np.float32)
    made = multiplied(four, factors)
    assert made.grams.values.tolist() == [4, 6, 4, 6, 10, 10]
    assert made.others.values.tolist() == [1, 1, 1, 1]
    assert made.squares.tolist() == [4 * 4 + 6 * 6 + 1, 4 * 4 + 1, 6 * 6 + 10 * 10 + 1, 10 * 10 + 1]


def test_weights_are_those_of_the_columns_as_they_are():
    """The model scores texts by its table alone, as it does without."""
    labels = rows_in("de")
    recipe = Recipe(default=Settings(cost=4.0, phrases=False, offset=0.0), bits=14, min_df=1)
    plain = train(labels, recipe=recipe, threads=1)
    made = train(
        labels, recipe=replace(recipe, default=replace(recipe.default, contrast=0.7)), threads=1
    )
    answers = (labels["abuse"] == 1).to_numpy()
    logits = made.logits(labels["text"], 1)[:, 0]
    assert roc_auc(answers, logits) == 1.0
    assert not np.allclose(logits, plain.logits(labels["text"], 1)[:, 0])
    assert made.heads[0].metrics["out_of_fold"]["roc_auc"][0] > 0.9
