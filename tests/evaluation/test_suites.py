"""Behaviour suites: what is expected, what passes, and whose columns are understood."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from places import TESTS

from moderation.errors import InputError, LabelError
from moderation.evaluation.suites import read_suite, run_suite, wilson
from moderation.evaluation.text import suite_markdown, suite_text

CUTS = {"spam": 0.5, "slur": 0.6}


def written(tmp_path, content):
    (tmp_path / "cases.csv").write_text(content, encoding="utf-8")
    return tmp_path / "cases.csv"


def test_each_kind_of_expectation(tmp_path):
    suite = read_suite(
        written(
            tmp_path,
            "text,expected,class\na,spam,one\nb,spam;slur,one\nc,,two\nd,none,two\n"
            "e,not slur,three\nf,spam;not slur,three\n",
        )
    )
    good = pd.DataFrame({"spam": [0.5, 0.9, 0, 0.4, 1, 1], "slur": [1, 0.6, 0.59, np.nan, 0, 0]})
    found = run_suite(suite, good, CUTS)
    assert (found.cases, found.passed) == (6, 6)
    bad = pd.DataFrame({"spam": [0.4, 0.9, 0.5, 0, 0, 0], "slur": [0, 0.5, 0, 0.7, 0.6, 0]})
    found = run_suite(suite, bad, CUTS)
    assert found.passed == 0
    assert [one.flags for one in found.failures] == ["", "spam", "spam", "slur", "slur", ""]
    assert found.failures[0].scores == {"spam": 0.4, "slur": 0.0}


def test_classes_come_worst_first_with_their_interval(tmp_path):
    suite = read_suite(
        written(tmp_path, "text,expected,class\n" + "x,,good\n" * 4 + "y,spam,bad\n" * 4)
    )
    scores = pd.DataFrame({"spam": [0, 0, 0, 0, 1, 0, 0, 0.2]})
    found = run_suite(suite, scores, {"spam": 0.5})
    assert [(one.name, one.passed, one.cases) for one in found.classes] == [
        ("bad", 1, 4),
        ("good", 4, 4),
    ]
    assert found.classes[0].rate.low == pytest.approx(0.0456, abs=1e-4)
    assert found.classes[0].rate.high == pytest.approx(0.6994, abs=1e-4)
    assert found.to_dict()["classes"][1]["rate"]["value"] == 1.0
    text = suite_text(found)
    assert max(map(len, text.splitlines())) <= 80
    assert "3 cases failed" in text
    assert "| bad | 4 | 1 | 0.250 (0.046 to 0.699) |" in suite_markdown(found)


def test_hatechecks_columns_are_understood(tmp_path):
    suite = read_suite(
        written(
            tmp_path,
            "functionality,case_id,test_case,label_gold\nderog,1,bad one,hateful\n"
            "counter,2,good one,non-hateful\n",
        )
    )
    assert suite.to_numpy().tolist() == [
        ["bad one", "slur", "derog"],
        ["good one", "not slur", "counter"],
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("words,expected\na,b\n", "the columns are words, expected; expected text, expected"),
        ("text,expected,class\n,spam,a\n", "case 1 has no text"),
        ("text,expected,class\na,spam or so,a\n", "case 1 expects 'spam or so'"),
    ],
)
def test_a_suite_that_cannot_be_read_says_where(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        read_suite(written(tmp_path, content))


def test_a_label_that_the_model_lacks_is_an_error(tmp_path):
    suite = read_suite(written(tmp_path, "text,expected,class\na,abuse,x\n"))
    with pytest.raises(LabelError, match="'abuse'; the model's labels are spam"):
        run_suite(suite, pd.DataFrame({"spam": [0.1]}), {"spam": 0.5})
    with pytest.raises(LabelError, match="1 case but 2 scored"):
        run_suite(suite, pd.DataFrame({"spam": [0.1, 0.2]}), {"spam": 0.5})


def test_no_cases_have_no_rate():
    assert np.isnan(wilson(0, 0).value)
    assert wilson(0, 5).low == 0
    assert wilson(5, 5).high == 1


@pytest.mark.parametrize("name", ["behaviour.csv", "traps.csv"])
def test_the_suites_that_ship_can_be_read(name):
    suite = read_suite(TESTS / "quality" / name)
    assert len(suite) > 100
    assert suite["class"].nunique() > 3
