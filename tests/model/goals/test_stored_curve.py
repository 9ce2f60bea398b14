"""Thresholds chosen anew from the curve that a model keeps, against the scores themselves."""

import json

import numpy as np
import pytest
from small_model import recipe, table, trained

from moderation.errors import GoalError, ModelError
from moderation.model.goals.goal import Curve, Goal
from moderation.model.goals.stored_curve import StoredCurve, chosen
from moderation.model.model import Model
from moderation.training.recipe import Recipe, Settings
from moderation.training.train import train

RNG = np.random.default_rng(7)
ANSWERS = RNG.random(20_000) < 0.1
SCORES = np.clip(RNG.normal(0.2 + 0.4 * ANSWERS, 0.15), 0.001, 0.999).astype(np.float32)
SCORES[np.flatnonzero(~ANSWERS)[0]] = 0.9995  # the surest of all is wrong
GROUPS = np.arange(20_000)
ONES = np.ones(20_000)


@pytest.fixture(scope="module")
def kept():
    return StoredCurve.of(ANSWERS, SCORES.astype(np.float64), GROUPS, ONES)


def test_each_point_is_what_the_scores_give(kept):
    flagged = SCORES[:, None].astype(np.float64) >= kept.threshold
    assert np.allclose(kept.recall, flagged[ANSWERS].mean(axis=0), atol=1e-6)
    assert np.allclose(kept.false_positive_rate, flagged[~ANSWERS].mean(axis=0), atol=1e-6)
    assert (kept.positives, kept.negatives) == (ANSWERS.sum(), (~ANSWERS).sum())
    assert kept.prevalence == pytest.approx(ANSWERS.mean(), rel=1e-5)


@pytest.mark.parametrize(
    "goal",
    [
        "precision >= 0.8",
        "recall >= 0.7",
        "false positive rate <= 0.5%",
        "at most 900 flags per 100,000 comments",
    ],
)
def test_goals_are_met_nearly_as_well_as_on_the_scores(kept, goal):
    goal = Goal.parse(goal)
    promised = kept.promise(goal)
    whole = Curve.of(ANSWERS, SCORES.astype(np.float64))
    at = np.flatnonzero(whole.threshold >= promised.threshold)[-1]
    assert whole.measure(goal.measure)[at] * (goal.per if goal.per > 1 else 1) == pytest.approx(
        promised.value, rel=1e-3
    )
    assert promised.low <= promised.value <= promised.high
    assert promised.value == pytest.approx(goal.bound, rel=0.12)


def test_precision_follows_the_prevalence(kept):
    goal = Goal.parse("precision >= 0.8")
    common, rare = kept.promise(goal, 0.3), kept.promise(goal, 0.01)
    assert common.threshold < kept.promise(goal).threshold < rare.threshold
    assert rare.precision >= 0.8


def test_a_precision_that_nobody_was_flagged_at_is_out_of_reach():
    steps = np.array([0.99, 0.5])
    kept = StoredCurve(steps, np.array([1e-5, 0.8]), np.array([0.0, 0.1]), 1000.0, 1000.0, 0.5)
    with pytest.raises(GoalError, match=r"0\.889 at threshold 0\.5"):
        kept.promise(Goal.parse("precision >= 0.999"))
    assert kept.promise(Goal.parse("false positive rate <= 0.1%")).threshold == 0.99


def test_an_impossible_goal_says_what_can_be_had(kept):
    with pytest.raises(GoalError, match="cannot be reached; the best is precision 0"):
        kept.promise(Goal.parse("precision >= 0.99"), 0.00001)


def test_reads_back_what_it_wrote(kept):
    again = StoredCurve.from_dict(json.loads(json.dumps(kept.to_dict())))
    assert again.to_dict() == kept.to_dict()


@pytest.mark.parametrize(
    "damage",
    [
        {"threshold": [0.1, 0.2]},
        {"recall": [2.0, 1.0]},
        {"prevalence": 1.0},
        {"recall": [0.5]},
        {"positives": None},
    ],
)
def test_a_damaged_curve_is_refused(damage):
    whole = {"threshold": [0.9, 0.1], "recall": [0.5, 1.0], "false_positive_rate": [0.0, 1.0]}
    numbers = {"positives": 5.0, "negatives": 5.0, "prevalence": 0.5}
    with pytest.raises(ModelError, match="curve"):
        StoredCurve.from_dict(whole | numbers | damage)


def test_a_model_keeps_its_curves(tmp_path):
    model = trained()
    model.save(tmp_path / "m")
    loaded = Model.load(tmp_path / "m")
    curve = loaded.passport()["curves"]["spam"]
    assert [head.curve.to_dict() for head in loaded.heads] == [
        head.curve.to_dict() for head in model.heads
    ]
    assert [point[0] for point in curve] == sorted((point[0] for point in curve), reverse=True)
    assert all(0 <= share <= 1 for point in curve for share in point)


def test_an_unstated_goal_out_of_reach_falls_back_and_says_so():
    noisy = (np.arange(400) * 7 % 10 < 3) | (np.arange(400) % 17 == 0)
    score = np.where(noisy, 0.6, 0.4) + (np.arange(400) % 5) / 20
    answers = np.arange(400) % 3 == 0
    ones, alone = np.ones(400), np.arange(400)
    point = chosen(answers, score, None, alone, ones, 50, 0)
    assert point["instead_of"] == "precision >= 0.9"
    assert point["goal"].startswith("precision >= 0.")
    f1 = [
        2 * (answers & (score >= cut)).sum() / (answers.sum() + (score >= cut).sum())
        for cut in np.unique(score)
    ]
    flagged = score >= point["threshold"]
    assert 2 * (answers & flagged).sum() / (answers.sum() + flagged.sum()) == max(f1)
    with pytest.raises(GoalError, match="cannot be reached"):
        chosen(answers, score, "precision >= 0.9", alone, ones, 50, 0)


def test_training_without_a_goal_does_not_fail():
    rows = table().drop(columns="spam")
    rows["abuse"] = (np.arange(len(rows)) * 5 % 7 < 2).astype(np.float32)
    (head,) = train(rows, recipe=Recipe(default=Settings(cost=1.0), bits=12, min_df=1)).heads
    assert head.operating["instead_of"] == "precision >= 0.9"
    assert recipe().default.goal == "precision >= 0.9"
