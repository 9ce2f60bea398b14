"""The few names that `import moderation` gives, each found when it is first asked for."""

import doctest
import subprocess
import sys
from importlib import import_module

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from places import ROOT

import moderation


def test_every_public_name_is_there():
    assert moderation.__all__ == ["CommentVectorizer", "Dump", "Model", "ModerationError",
                                  "evaluate", "read", "read_labels", "score", "thread", "train",
                                  "write_report"]  # fmt: skip
    public = [getattr(moderation, name) for name in moderation.__all__]
    assert [value.__name__ for value in public] == moderation.__all__


def test_every_public_name_is_in_the_readme():
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in moderation.__all__ if f"`{name}" not in page] == []


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, moderation; print({'numpy', 'pandas', 'pyarrow'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"


PUBLIC = (
    "moderation",
    "moderation.evaluation.evaluate",
    "moderation.features.vectorizer",
    "moderation.model.model",
    "moderation.readers",
    "moderation.scoring",
    "moderation.threads",
)


def test_the_examples_of_the_public_names_do_what_they_say(monkeypatch):
    monkeypatch.chdir(ROOT)
    results = [doctest.testmod(import_module(name)) for name in PUBLIC]
    assert sum(result.attempted for result in results) > 8
    assert [result.failed for result in results] == [0] * len(PUBLIC)


def test_no_example_of_the_public_names_is_left_out():
    finder = doctest.DocTestFinder()
    tests = [test for name in PUBLIC for test in finder.find(import_module(name))]
    examples = [example for test in tests for example in test.examples]
    assert [example.source for example in examples if doctest.SKIP in example.options] == []


@pytest.fixture(scope="module")
def model():
    return moderation.Model.load(ROOT / "models" / "default")


def test_a_model_is_loaded_by_the_name_that_the_commands_take(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert moderation.Model.load("default").digest == model.digest
    mine = model.with_thresholds({"spam": 0.9})
    mine.save(tmp_path / "models" / "default")
    assert moderation.Model.load("default").thresholds["spam"] == 0.9
    with pytest.raises(moderation.ModerationError, match="nonesuch: no such model; known here"):
        moderation.Model.load("nonesuch")


THANKS, INSULT = "Thank you for the recipe.", "You are a pathetic idiot"


@pytest.mark.parametrize(
    "comments",
    [
        [THANKS, INSULT],
        (THANKS, INSULT),
        (text for text in [THANKS, INSULT]),
        np.array([THANKS, INSULT]),
        pd.Series([THANKS, INSULT]),
        pd.Series([THANKS, INSULT], dtype="category"),
        pd.Series([THANKS, INSULT], dtype=object),
        pd.DataFrame({"text": [THANKS, INSULT]}),
        pa.array([THANKS, INSULT]),
        pa.table({"text": [THANKS, INSULT]}),
        pa.record_batch({"text": [THANKS, INSULT]}),
    ],
)
def test_texts_are_scored_in_every_container(model, comments):
    scores = model.score(comments)
    assert list(scores.columns) == ["spam", "slur", "abuse", "off_topic"]
    assert (scores["abuse"] > 0.5).tolist() == [False, True]
    assert scores["off_topic"].isna().all()


def test_rows_keep_their_names_and_what_is_missing_has_no_score(model):
    scores = model.score(pd.Series([INSULT, None], index=["a", "a"], dtype=object))
    assert scores.index.tolist() == ["a", "a"]
    assert scores["abuse"].isna().tolist() == [False, True]
    assert len(model.score([])) == len(model.score(pd.DataFrame({"text": []}))) == 0


@pytest.mark.parametrize(
    ("comments", "message"),
    [
        (THANKS, "the comments are a single str; give a list"),
        (b"bytes", "a single bytes; give a list"),
        ({"text": [THANKS]}, "a single dict; give a list"),
        (5, "a single int; give a list"),
        (None, "a single NoneType; give a list"),
        ([1, 2], "are not texts but int64"),
        ([THANKS, 2], "are not texts: "),
        (["\ud800"], "are not texts: .*surrogates"),
        (
            pd.DataFrame({"body": [THANKS], "id": [1]}),
            "no column `text`; their columns are body, id",
        ),
        (pa.table({"body": [THANKS]}), "no column `text`; their columns are body"),
        (pd.DataFrame(), "no column `text`; their columns are none"),
    ],
)
def test_what_cannot_be_scored_is_refused(model, comments, message):
    with pytest.raises(moderation.ModerationError, match=message):
        model.score(comments)


def test_a_table_made_by_hand_is_trained_on_and_measured():
    """Only `text` and a label: what somebody types first."""
    by_hand = pd.DataFrame({"text": ["you vile idiot", "thank you so much"], "abuse": [1, 0]})
    many = pd.concat([by_hand.assign(text=by_hand["text"] + f" {n}") for n in range(60)])
    model = moderation.train(many)
    measured = moderation.evaluate(by_hand, model.score(by_hand), model.thresholds)
    assert (measured.rows, measured.labels[0].metrics["roc_auc"].value) == (2, 1.0)


def test_a_table_without_texts_is_refused_in_one_line():
    with pytest.raises(moderation.ModerationError, match="no column 'text'"):
        moderation.train(pd.DataFrame({"comment": ["a"], "abuse": [1]}))
