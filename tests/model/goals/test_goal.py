"""Goals as sentences, thresholds that meet them, promises that hold, calibration that is right."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss

from moderation.errors import GoalError, LabelError, ModelError
from moderation.model.calibration import Calibration, calibrate, sigmoid
from moderation.model.goals.goal import Curve, Goal, promise, threshold_for

# --- goals


@pytest.mark.parametrize(
    ("sentence", "printed", "measure", "share"),
    [
        ("precision >= 0.9", "precision >= 0.9", "precision", 0.9),
        ("  Precision  AT LEAST 90 % ", "precision >= 0.9", "precision", 0.9),
        ("precision≥.95", "precision >= 0.95", "precision", 0.95),
        ("recall >= 80%", "recall >= 0.8", "recall", 0.8),
        (
            "false positive rate <= 0.1%",
            "false positive rate <= 0.1%",
            "false positive rate",
            0.001,
        ),
        ("fpr at most 0.02", "false positive rate <= 2%", "false positive rate", 0.02),
        (
            "at most 200 flags per 100,000 comments",
            "at most 200 flags per 100,000 comments",
            "flags",
            0.002,
        ),
        ("at most 1 flag per 50 comments", "at most 1 flags per 50 comments", "flags", 0.02),
    ],
)
def test_a_goal_is_a_sentence_and_prints_back(sentence, printed, measure, share):
    goal = Goal.parse(sentence)
    assert str(goal) == printed
    assert goal.measure == measure
    assert goal.share == pytest.approx(share)
    assert Goal.parse(str(goal)) == goal


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        ("", "is not a goal; expected 'precision >= 0.8', 'recall >= 0.8'"),
        ("precision <= 0.9", "is not a goal"),
        ("precision >= lots", "is not a goal"),
        ("precision >= 1.2.3", "'1.2.3' is not a number"),
        ("precision >= 90", "asks for 90 in 1; expected a share"),
        ("recall >= 0", "asks for 0 in 1"),
        ("at most 300 flags per 100 comments", "asks for 300 in 100"),
    ],
)
def test_what_is_no_goal_is_refused_with_examples(sentence, message):
    with pytest.raises(GoalError, match=message):
        Goal.parse(sentence)


# --- thresholds

Y_TRUE = np.array([0, 0, 1, 0, 1, 1, 0, 1, 1, 1])
SCORE = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])


@pytest.mark.parametrize(
    ("sentence", "threshold"),
    [
        ("precision >= 1", 0.7),
        ("precision >= 0.8", 0.4),
        ("recall >= 1", 0.2),
        ("recall >= 0.5", 0.7),
        ("false positive rate <= 25%", 0.4),
        ("at most 3 flags per 10 comments", 0.7),
    ],
)
def test_the_threshold_meets_the_goal_and_catches_the_most(sentence, threshold):
    assert threshold_for(Y_TRUE, SCORE, Goal.parse(sentence)) == threshold


ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.4, 0.7, 0.9])), min_size=2, max_size=25
)
GOALS = st.sampled_from(
    [
        "precision >= 0.7",
        "recall >= 0.6",
        "false positive rate <= 20%",
        "at most 30 flags per 100 comments",
    ]
)


@settings(max_examples=150, deadline=None)
@given(ROWS, GOALS)
def test_no_other_threshold_is_better(rows, sentence):
    y_true = np.array([row[0] for row in rows])
    score = np.array([row[1] for row in rows])
    assume(y_true.any() and not y_true.all())
    goal = Goal.parse(sentence)
    reached = {}
    for threshold in sorted(set(score.tolist())):
        flagged = score >= threshold
        reached[threshold] = {
            "precision": y_true[flagged].mean(),
            "recall": flagged[y_true].mean(),
            "false positive rate": flagged[~y_true].mean(),
            "flags": flagged.mean(),
        }[goal.measure]
    if goal.measure in ("precision", "recall"):
        good = [one for one, value in reached.items() if value >= goal.share - 1e-12]
    else:
        good = [one for one, value in reached.items() if value <= goal.share + 1e-12]
    if not good:
        with pytest.raises(GoalError, match="cannot be reached"):
            threshold_for(y_true, score, goal)
        return
    best = max(good) if goal.measure == "recall" else min(good)
    assert threshold_for(y_true, score, goal) == best


def test_an_impossible_goal_says_what_can_be_had():
    y_true, score = np.array([0, 1, 1, 0]), np.array([0.9, 0.8, 0.2, 0.1])
    with pytest.raises(
        GoalError,
        match=r"precision >= 0.9: cannot be reached; the best is precision 0.667 at threshold 0.2 "
        r"\(precision 0.667, recall 1\)",
    ):
        threshold_for(y_true, score, Goal.parse("precision >= 0.9"))
    with pytest.raises(GoalError, match=r"the best is a false positive rate of 50% at .*0\.9"):
        threshold_for(y_true, score, Goal.parse("false positive rate <= 10%"))
    with pytest.raises(GoalError, match="the best is 25 flags per 100 comments"):
        threshold_for(y_true, score, Goal.parse("at most 10 flags per 100 comments"))


@pytest.mark.parametrize("y_true", [[], [0, 0, 0]])
def test_without_positives_a_goal_is_undefined(y_true):
    with pytest.raises(GoalError, match=r"undefined here|cannot be reached; .* precision 0 "):
        threshold_for(
            np.array(y_true), np.linspace(0, 1, len(y_true)), Goal.parse("precision >= 1")
        )


def test_weights_count_as_repeated_rows():
    weight = np.array([1, 1, 1, 3, 1, 1, 2, 1, 1, 1])
    goal = Goal.parse("precision >= 0.6")
    rows = np.repeat(np.arange(10), weight)
    assert threshold_for(Y_TRUE, SCORE, goal, weight) == threshold_for(
        Y_TRUE[rows], SCORE[rows], goal
    )


def test_precision_is_corrected_for_the_prevalence_of_the_place_of_use():
    rng = np.random.default_rng(0)
    y_true = rng.random(20_000) < 0.5
    score = sigmoid(rng.normal(2.0 * y_true - 1, 1))
    goal = Goal.parse("precision >= 0.8")
    threshold = threshold_for(y_true, score, goal, prevalence=0.05)
    assert threshold > threshold_for(y_true, score, goal)
    rare = rng.random(200_000) < 0.05
    there = sigmoid(rng.normal(2.0 * rare - 1, 1)) >= threshold
    assert rare[there].mean() == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("prevalence", [0, 1, -0.1, 2])
def test_a_prevalence_is_a_share(prevalence):
    with pytest.raises(GoalError, match="expected a share between 0 and 1"):
        threshold_for(Y_TRUE, SCORE, Goal.parse("recall >= 0.5"), prevalence=prevalence)


# --- promises


def _threads(rng, threads):
    """Comments in threads of unequal size and badness."""
    groups = np.repeat(np.arange(threads), rng.integers(1, 12, threads))
    bad = rng.beta(1, 6, threads)[groups]
    y_true = rng.random(len(groups)) < bad
    return y_true, sigmoid(rng.normal(3.0 * y_true - 2, 1.2)), groups


def test_what_was_promised_holds_on_unseen_threads():
    goal = Goal.parse("precision >= 0.8")
    rng = np.random.default_rng(8)
    held = 0
    for trial in range(100):
        y_true, score, groups = _threads(rng, 500)
        promised = promise(y_true, score, goal, groups, draws=100, seed=trial)
        unseen_true, unseen_score, _ = _threads(rng, 500)
        flagged = unseen_score >= promised.threshold
        held += promised.low <= unseen_true[flagged].mean() <= promised.high
    assert held >= 90


def test_a_promise_names_what_the_threshold_gives():
    y_true, score, groups = _threads(np.random.default_rng(2), 300)
    found = promise(y_true, score, Goal.parse("at most 500 flags per 100,000 comments"), groups)
    assert found.value <= 500
    assert found.low <= found.high
    assert found.flags == pytest.approx(found.value)
    stored = json.loads(json.dumps(found.to_dict()))
    assert stored["goal"] == "at most 500 flags per 100,000 comments"
    assert stored["threshold"] == found.threshold
    assert stored["precision"] == pytest.approx(found.precision, rel=1e-4)


def test_a_promise_is_the_same_every_time():
    y_true, score, groups = _threads(np.random.default_rng(2), 100)
    goal = Goal.parse("recall >= 0.5")
    assert promise(y_true, score, goal, groups, draws=20) == promise(
        y_true, score, goal, groups, draws=20
    )


def test_a_promise_on_hardly_any_rows_has_no_interval():
    found = promise(np.array([0, 1]), np.array([0.1, 0.9]), Goal.parse("precision >= 1"), draws=20)
    assert np.isnan(found.low)
    assert found.to_dict()["low"] is None


def test_a_curve_has_one_entry_per_distinct_score():
    curve = Curve.of(np.array([1, 0, 1]), np.array([0.5, 0.5, 0.1]))
    assert curve.threshold.tolist() == [0.5, 0.1]
    assert curve.precision.tolist() == [0.5, 2 / 3]
    assert curve.recall.tolist() == [0.5, 1.0]


# --- calibration


def _scores(seed=0, rows=20_000):
    rng = np.random.default_rng(seed)
    y_true = rng.random(rows) < 0.1
    return y_true, np.where(y_true, rng.normal(2, 2, rows), rng.normal(-3, 1, rows))


def test_calibrated_probabilities_mean_what_they_say_on_other_rows():
    calibrated = calibrate(*_scores(0))
    y_true, logit = _scores(1)
    probability = calibrated(logit)
    raw = sigmoid(logit)
    assert log_loss(y_true, probability) < log_loss(y_true, raw)
    assert brier_score_loss(y_true, probability) < brier_score_loss(y_true, raw)
    for low, high in [(0.0, 0.1), (0.2, 0.5), (0.5, 0.8), (0.9, 1.0)]:
        inside = (probability >= low) & (probability <= high)
        assert y_true[inside].mean() == pytest.approx(probability[inside].mean(), abs=0.08)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-30, 30), min_size=4, max_size=60),
    st.lists(st.booleans(), min_size=60, max_size=60),
)
@example(logits=[0.0, 0.0, 0.0, 2e-311], answers=[False, False, False, True] + [False] * 56)
def test_the_order_of_comments_is_kept(logits, answers):
    y_true = np.array(answers[: len(logits)])
    assume(y_true.any() and not y_true.all())
    calibrated = calibrate(y_true, np.array(logits))
    steps = calibrated.logit(np.linspace(-40, 40, 200))
    assert (np.diff(steps) > 0).all()
    assert np.isfinite(steps).all()
    probability = calibrated(np.array([-1e6, -1e3, 0, 1e3, 1e6]))
    assert (np.diff(probability) >= 0).all()
    assert not np.isnan(probability).any()


def test_separable_and_useless_logits_give_finite_probabilities():
    y_true = np.array([False] * 90 + [True] * 60)
    for logit in (np.where(y_true, 5.0, -5.0), np.zeros(150), np.where(y_true, -1.0, 1.0)):
        probability = calibrate(y_true, logit)(logit)
        assert ((probability > 0) & (probability < 1)).all()
    useless = calibrate(y_true, np.zeros(150))(np.zeros(1))
    assert useless[0] == pytest.approx(0.4, abs=0.02)


def test_few_rows_get_the_line_alone():
    found = calibrate(np.array([0, 0, 1, 0, 1, 1]), np.array([-2, -1, -0.5, 0.5, 1, 2]))
    assert (found.low, found.high, found.offset) == (1.0, 1.0, 0.0)


def test_weights_count_as_repeated_rows_do():
    y_true, logit = _scores(2, rows=4000)
    weight = np.random.default_rng(0).integers(1, 4, 4000)
    rows = np.repeat(np.arange(4000), weight)
    weighted = calibrate(y_true, logit, weight)(np.linspace(-5, 5, 9))
    repeated = calibrate(y_true[rows], logit[rows])(np.linspace(-5, 5, 9))
    # Repeated rows claim to be more rows than weighted ones, and are smoothed less.
    assert weighted == pytest.approx(repeated, abs=0.05)
    assert calibrate(y_true, logit, 3 * weight) == calibrate(y_true, logit, weight)


def test_calibration_is_stored_as_five_numbers_and_comes_back():
    found = calibrate(*_scores(0))
    stored = json.loads(json.dumps(found.to_dict()))
    assert Calibration.from_dict(stored) == found
    assert all(len(f"{value:.6g}") == len(f"{value:.15g}") for value in stored.values())
    assert np.isnan(found(np.array([np.nan]))[0])
    assert found(np.array([1.0])).dtype == np.float32


@pytest.mark.parametrize(
    "stored",
    [{"slope": -1}, {"slope": float("nan")}, {"slop": 1}, {"low": 0}, {"shift": "far"}],
)
def test_a_stored_calibration_that_is_none_is_refused(stored):
    with pytest.raises(ModelError, match="calibration"):
        Calibration.from_dict(stored)


def test_one_answer_alone_cannot_be_calibrated():
    with pytest.raises(LabelError, match="2 positive and 0 negative rows"):
        calibrate(np.array([1, 1]), np.array([0.1, 0.2]))
