"""Cost and contrast are chosen among a recipe's alternatives on rows held out."""

import numpy as np
import pytest
from small_parts import rows as rows_in

from moderation.errors import LabelError
from moderation.training.choice import under
from moderation.training.recipe import Recipe, Settings
from moderation.training.tasks import Task
from moderation.training.train import train

HARMFUL = {"cost": 0.01, "contrast": 0.0}  # hardly anything is learnt: an area of .97
GOOD = {"cost": 4.0, "contrast": 0.5}


def chosen(own, *alternatives):
    settings = Settings(phrases=False, offset=0.0, alternatives=list(alternatives), **own)
    recipe = Recipe(default=settings, bits=14, min_df=1, char_ngrams=(2, 5), word_ngrams=None)
    return train(rows_in("de"), recipe=recipe, threads=1).heads[0].metrics.get("chosen")


def test_an_alternative_that_is_clearly_better_is_taken():
    assert chosen(HARMFUL, GOOD) == GOOD
    assert chosen(GOOD, HARMFUL) == GOOD


def test_of_alike_ones_the_recipes_first_stands():
    assert chosen(GOOD, {"cost": 4.0, "contrast": 0.5001}) == GOOD
    assert chosen(GOOD) is None


def test_another_cost_is_every_rows():
    used = np.array([2.0, 6.0, 0.0])
    sign, nobody = np.array([1.0, -1.0, 1.0]), np.zeros(3, bool)
    task = Task("abuse", Settings(cost=4.0), sign, used, ~nobody, nobody)
    other = under(task, {"cost": 1.0, "contrast": 0.3})
    assert other.cost.tolist() == [0.5, 1.5, 0.0]
    assert (other.settings.cost, other.settings.contrast) == (1.0, 0.3)


def test_a_recipe_offers_nothing_else(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text("[abuse]\nalternatives = [{ balance = 1.0 }]\n", encoding="utf-8")
    with pytest.raises(LabelError, match=r"\[abuse\]: alternatives: unknown key 'balance'"):
        Recipe.read(path)
