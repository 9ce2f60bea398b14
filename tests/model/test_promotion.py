"""Operating points chosen anew, and models that take another's place or are refused."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_model import lexicon, recipe, table, trained

from moderation.errors import GoalError, ModelError
from moderation.evaluation.trial import by_more_than_chance, tried
from moderation.labels.table import label_frame
from moderation.model import promotion
from moderation.model.goals.choose import parse_goals, parse_prevalence, with_goals
from moderation.model.goals.goal import Goal
from moderation.model.model import Model
from moderation.training.train import train


@pytest.fixture(scope="module")
def good():
    return trained()


@pytest.fixture(scope="module")
def worse():
    """The same rows with shuffled labels."""
    shuffled = table()
    for label in ("spam", "abuse"):
        shuffled[label] = np.random.default_rng(5).permutation(shuffled[label].to_numpy())
    aimless = replace(recipe(), default=replace(recipe().default, goal=None))
    return train(shuffled, recipe=aimless, lexicon=lexicon())


@pytest.fixture
def place(tmp_path, good, worse):
    """A folder with the model in use at models/default, and two that are worse."""
    good.save(tmp_path / "models" / "default")
    worse.save(tmp_path / "models" / "worse")
    fewer = good.with_thresholds({"spam": 0.9999})
    fewer.save(tmp_path / "models" / "moved")
    held = tmp_path / "held.csv"
    fresh = [(f"get ${k}99 an hour at bonus.example/now", 1, 0) for k in range(40)]
    fresh += [(f"You fool and clown, nobody likes answer {k}", 0, 1) for k in range(40)]
    fresh += [(f"A thoughtful map of street {k}, thank you", 0, 0) for k in range(80)]
    pd.DataFrame(fresh, columns=["text", "spam", "abuse"]).to_csv(held, index=False)
    return tmp_path


def digest(folder):
    return json.loads((folder / "model.json").read_text())["digest"]


def log(place):
    return [json.loads(one) for one in (place / "models/promotions.jsonl").read_text().splitlines()]


# ---- thresholds ----------------------------------------------------------------------------------


def test_goals_and_shares_are_read_from_sentences():
    goals = parse_goals(
        ["spam: precision >= 0.9", " abuse :recall at least 80%"], ["spam", "abuse"]
    )
    assert {name: str(goal) for name, goal in goals.items()} == {
        "spam": "precision >= 0.9",
        "abuse": "recall >= 0.8",
    }
    assert parse_prevalence(["spam=0.5%", "abuse = 0.1"], ["spam", "abuse"]) == {
        "spam": pytest.approx(0.005),
        "abuse": 0.1,
    }


@pytest.mark.parametrize(
    ("goals", "shares", "message"),
    [
        (["precision >= 0.9"], [], "names no label"),
        (["ham: precision >= 0.9"], [], "no label 'ham'; this model has spam"),
        (["spam: perfection"], [], "is not a goal"),
        (["spam: recall >= 0.1", "spam: recall >= 0.2"], [], "two goals for spam"),
        ([], ["ham=0.1"], "no label 'ham'"),
        ([], ["spam=lots"], "is not a share"),
        ([], ["spam=1.5"], "between 0 and 1"),
    ],
)
def test_what_is_no_goal_is_said(goals, shares, message):
    with pytest.raises(GoalError, match=message):
        (parse_goals(goals, ["spam"]), parse_prevalence(shares, ["spam"]))


def test_a_goal_sets_threshold_and_promise_and_nothing_else(good):
    changed = with_goals(good, {"spam": Goal.parse("recall >= 0.5")})
    spam, abuse = changed.heads
    assert spam.operating["goal"] == "recall >= 0.5"
    assert spam.threshold == spam.operating["threshold"] != good.heads[0].threshold
    assert abuse == good.heads[1]
    assert changed.table is good.table


def test_a_rarer_label_needs_a_higher_threshold(good):
    rare, common = (
        with_goals(good, {"abuse": Goal.parse("precision >= 0.6")}, {"abuse": share}).heads[1]
        for share in (0.02, 0.5)
    )
    assert rare.threshold >= common.threshold
    assert rare.operating["prevalence"] == 0.02


def test_a_model_without_a_curve_cannot_be_moved(good):
    bare = replace(good, heads=tuple(replace(head, curve=None) for head in good.heads))
    with pytest.raises(ModelError, match="keeps no curve"):
        with_goals(bare, {"spam": Goal.parse("recall >= 0.5")})


def test_thresholds_change_in_the_folder_which_still_loads(moderation, place):
    folder = place / "models/default"
    weights = (folder / "weights.safetensors").read_bytes()
    ran = moderation("thresholds", folder, "--set", "spam: recall >= 0.5")
    assert ran.status == 0
    assert "spam: recall >= 0.5" in ran.out
    assert Model.load(folder).heads[0].operating["goal"] == "recall >= 0.5"
    assert (folder / "weights.safetensors").read_bytes() == weights


def test_thresholds_are_shown_without_a_change(moderation, place):
    before = digest(place / "models/default")
    ran = moderation("thresholds", place / "models/default", "--prevalence", "spam=1%")
    assert ran.status == 0
    assert "spam: precision >= 0.9" in ran.out
    assert "here, where 1% of the comments are spam" in " ".join(ran.out.split())
    assert digest(place / "models/default") == before


def test_an_impossible_goal_says_what_can_be_had_and_writes_nothing(moderation, place):
    before = digest(place / "models/default")
    goal = "spam: at most 0.001 flags per 100,000 comments"
    ran = moderation("thresholds", place / "models/default", "--set", goal)
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert "the best is" in ran.err
    assert digest(place / "models/default") == before


def test_a_dump_says_how_common_a_label_is(moderation, place):
    dump = place / "dump.csv"
    lines = [f"A useful talk number {k}" for k in range(30)]
    dump.write_text("text\n" + "\n".join([*lines, "win $900 a day at www.pills.example"]) + "\n")
    ran = moderation("thresholds", place / "models/default", "--dump", dump)
    assert ran.status == 0
    assert "31 comments of the dump" in ran.err
    assert "here, where" in ran.out


# ---- promote -------------------------------------------------------------------------------------


def test_a_worse_model_is_refused_with_the_reason(moderation, place, monkeypatch):
    monkeypatch.chdir(place)
    before = digest(place / "models/default")
    for candidate in ("worse", "moved"):
        ran = moderation("promote", f"models/{candidate}", "held.csv")
        assert ran.status == 1
        assert "worse than default" in ran.err
        assert "not promoted: it is worse" in ran.err
    assert digest(place / "models/default") == before
    assert [one["did"] for one in log(place)] == ["refused", "refused"]
    assert any("spam: recall" in reason for reason in log(place)[1]["reasons"])


def test_without_anything_to_try_it_on_nothing_is_promoted(moderation, place, monkeypatch):
    monkeypatch.chdir(place)
    ran = moderation("promote", "models/moved")
    assert ran.status == 1
    assert "there was nothing to try it on" in " ".join(ran.err.split())


def test_a_reason_promotes_all_the_same_and_rollback_brings_back(moderation, place, monkeypatch):
    monkeypatch.chdir(place)
    old, new = digest(place / "models/default"), digest(place / "models/moved")
    assert moderation("promote", "models/moved", "held.csv", "--force", "fewer alarms").status == 0
    assert digest(place / "models/default") == new
    assert digest(place / "models/default.previous") == old
    assert log(place)[0]["forced"] == "fewer alarms"
    assert moderation("promote", "--rollback").status == 0
    assert digest(place / "models/default") == old
    assert digest(place / "models/default.previous") == new
    assert [one["did"] for one in log(place)] == ["promoted", "rolled back"]
    assert sorted(path.name for path in (place / "models").iterdir()) == [
        "default", "default.previous", "moved", "promotions.jsonl", "worse",
    ]  # fmt: skip
    assert Model.load(place / "models/default").labels == ["spam", "abuse"]


def test_a_model_that_is_no_worse_is_promoted(moderation, place, monkeypatch):
    monkeypatch.chdir(place)
    trained(seed=1).save(place / "models/again")
    ran = moderation("promote", "models/again", "held.csv")
    assert ran.status == 0, ran.err
    assert "no worse than default" in ran.err
    assert digest(place / "models/default") == digest(place / "models/again")


def test_a_suite_alone_can_refuse(moderation, place, monkeypatch):
    monkeypatch.chdir(place)
    cases = (
        pd.read_csv("held.csv").head(40)[["text"]].assign(expected="spam", **{"class": "offers"})
    )
    cases.to_csv("cases.csv", index=False)
    ran = moderation("promote", "models/moved", "--suite", "cases.csv")
    assert ran.status == 1
    assert "cases.csv: of 40 cases, 40 broke and 0 came right" in ran.err


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["promote"], 2),
        (["promote", "models/worse", "--rollback"], 2),
        (["promote", "models/worse", "--force", " "], 2),
        (["promote", "--rollback"], 1),
        (["promote", "models/none"], 1),
        (["promote", "models/default"], 1),
    ],
)
def test_what_cannot_be_promoted(moderation, place, monkeypatch, arguments, status):
    monkeypatch.chdir(place)
    assert moderation(*arguments).status == status


def test_a_damaged_candidate_is_not_promoted(place):
    card = place / "models/worse/model.json"
    card.write_text(card.read_text().replace('"version": 1', '"version": 2'))
    before = digest(place / "models/default")
    with pytest.raises(ModelError):
        promotion.promote(place / "models/worse", place / "models/default", None, {})
    assert digest(place / "models/default") == before


def test_the_first_promotion_needs_no_model_before_it(place):
    promotion.promote(place / "models/moved", place / "models/new", None, {})
    assert digest(place / "models/new") == digest(place / "models/moved")
    with pytest.raises(ModelError, match="no previous model"):
        promotion.roll_back(place / "models/new", {})


def test_where_the_system_cannot_exchange_two_renames_do(place, monkeypatch):
    monkeypatch.setattr(promotion, "_exchanged", lambda one, other: False)
    here = place / "models/default"
    old = digest(here)
    promotion.promote(place / "models/moved", here, here, {})
    assert digest(promotion.previous(here)) == old
    promotion.roll_back(here, {})
    assert digest(here) == old


_SWAPPING = """
import sys
from pathlib import Path
from moderation.model import promotion
promotion.load = lambda folder: type("M", (), {"digest": "x"})
place = Path(sys.argv[1])
while True:
    for name in ("moved", "worse"):
        promotion.promote(place / name, place / "default", place / "default", {})
        print(name, flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="folders are exchanged in one step on Linux")
def test_kill_at_any_moment_leaves_a_whole_model(place):
    models = place / "models"
    known = {digest(models / name) for name in ("default", "moved", "worse")}
    for pause in (0.0, 0.004, 0.009, 0.017, 0.031):
        with subprocess.Popen(
            [sys.executable, "-c", _SWAPPING, str(models)], stdout=subprocess.PIPE
        ) as swapping:
            assert swapping.stdout is not None
            swapping.stdout.readline()
            time.sleep(pause)
            os.kill(swapping.pid, signal.SIGKILL)
        assert digest(models / "default") in known
        assert Model.load(models / "default").labels == ["spam", "abuse"]
        assert Model.load(models / "default.previous").labels == ["spam", "abuse"]


# ---- the trial -----------------------------------------------------------------------------------


def test_a_model_against_itself_has_no_flips(good):
    found = tried(good, good, table())
    assert found.verdict == "same"
    assert found.comparison.flips == []


def test_nothing_to_try_on_is_no_verdict(good):
    empty = label_frame(pd.DataFrame({"text": [], "spam": []}), "empty")
    assert tried(good, good, empty).verdict == "untried"


def test_by_more_than_chance_is_an_exact_sign_test():
    assert not by_more_than_chance(5, 0)
    assert by_more_than_chance(6, 0)
    assert not by_more_than_chance(9, 3)
    assert by_more_than_chance(10, 2)
    assert not by_more_than_chance(0, 0)
