"""Training: same rows, same model; what is not judged does not teach; too little is refused."""

import numpy as np
import pandas as pd
import pytest
from small_model import lexicon, recipe, table, trained

from moderation.errors import GoalError, LabelError
from moderation.training.recipe import Recipe, Settings
from moderation.training.train import train


@pytest.fixture(scope="module")
def model():
    return trained()


def test_learns_what_the_rows_say(model):
    spam, abuse = model.score_texts(
        ["win $900 a day from home, visit www.pills.example", "You are a clown and a fool"]
    )
    assert model.labels == ["spam", "abuse"]
    assert spam[0] > 0.9 > 0.2 > spam[1]
    assert abuse[1] > 0.8 > 0.2 > abuse[0]


def test_same_rows_same_bytes(model, tmp_path):
    model.save(tmp_path / "a")
    trained(threads=2).save(tmp_path / "b")
    for name in ("model.json", "weights.safetensors"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_order_of_label_columns_follows_the_recipe():
    chosen = Recipe(
        labels={"abuse": Settings(cost=4.0), "spam": Settings(cost=4.0)}, bits=12, min_df=1
    )
    assert train(table(), recipe=chosen).labels == ["abuse", "spam"]


def test_unjudged_rows_change_no_weight(model):
    rows = table()
    odd = rows.iloc[:40].assign(spam=np.float32(np.nan), abuse=np.float32(np.nan))
    odd["text"] = "http://cash.example you are a fool " + odd["text"]
    more = train(
        pd.concat([rows, odd], ignore_index=True), recipe=recipe(), lexicon=lexicon(), threads=1
    )
    texts = ["visit http://cash.example today", "you fool"]
    assert np.allclose(more.score_texts(texts), model.score_texts(texts), atol=0.05)


def test_clean_sources_teach_as_negatives():
    rows = table()
    rows.loc[rows["source"] == "site-a", "spam"] = np.nan
    with pytest.raises(LabelError, match="'spam' has 38 positive and 0 negative rows"):
        train(rows, recipe=recipe())
    chosen = Recipe(default=Settings(cost=4.0, clean={"site-a": 100}), bits=12, min_df=1)
    scores = train(rows, recipe=chosen).score_texts(["a lovely map", "earn $50 from home"])
    assert scores[0, 0] < 0.3 < 0.7 < scores[1, 0]


def test_too_few_rows_say_how_many():
    rows = table()
    rows = rows[(rows["abuse"] == 0) | (rows.index % 9 == 0)]
    with pytest.raises(LabelError, match="label 'abuse' has 5 positive and 125 negative rows"):
        train(rows, recipe=recipe())


def test_a_goal_out_of_reach_names_the_label():
    noisy = table().drop(columns="spam")
    noisy["abuse"] = (np.arange(len(noisy)) % 2).astype(np.float32)
    chosen = Recipe(default=Settings(goal="at most 1 flag per 100,000 comments"), bits=12)
    with pytest.raises(GoalError, match="abuse: at most 1 flags per 100,000 comments: cannot be"):
        train(noisy, recipe=chosen)


def test_no_label_column():
    with pytest.raises(LabelError, match="no label column"):
        train(table().drop(columns=["spam", "abuse"]), recipe=recipe())


def test_recipe_names_what_it_does_not_know(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text("[spam]\ncosts = 3\n", encoding="utf-8")
    with pytest.raises(LabelError, match=r"recipe.toml: \[spam\]: unknown key 'costs'"):
        Recipe.read(path)


def test_recipe_inherits_the_default(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text("[shared]\nbits = 10\n[default]\ncost = 3.0\n[spam]\noffset = 0.0\n", "utf-8")
    read = Recipe.read(path)
    assert (read.bits, read.of("spam").cost, read.of("spam").offset) == (10, 3.0, 0.0)
    assert (read.of("other").cost, read.of("other").offset) == (3.0, 0.5)
