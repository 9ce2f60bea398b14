"""Metrics: scikit-learn and slow twins as oracles, undefined is NaN, intervals cover."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from moderation.evaluation.metrics import (
    METRICS,
    Interval,
    Ranked,
    confusion,
    interval,
    measures,
    resample,
    roc_auc,
    with_intervals,
)

ROWS = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5000001, 0.75, 1.0]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(ROWS, st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0]))
def test_metrics_agree_with_scikit_learn(rows, threshold):
    y_true = np.array([row[0] for row in rows])
    score = np.array([row[1] for row in rows])
    weight = np.array([row[2] for row in rows], dtype=float)
    found = measures(y_true, score, threshold, weight)
    kept = weight > 0
    y_true, score, weight = y_true[kept], score[kept], weight[kept]
    flagged = score >= threshold
    expected = dict.fromkeys(METRICS, math.nan)
    if len(y_true):
        expected["prevalence"] = np.average(y_true, weights=weight)
        expected["flag_rate"] = np.average(flagged, weights=weight)
        expected["brier"] = np.average((score - y_true) ** 2, weights=weight)
        expected["calibration_error"] = _calibration_error(y_true, score, weight)
    if y_true.any():
        expected["average_precision"] = oracle.average_precision_score(
            y_true, score, sample_weight=weight
        )
        expected["recall"] = oracle.recall_score(y_true, flagged, sample_weight=weight)
    if flagged.any():
        expected["precision"] = oracle.precision_score(y_true, flagged, sample_weight=weight)
    if y_true.any() or flagged.any():
        expected["f1"] = oracle.f1_score(y_true, flagged, sample_weight=weight)
    if not y_true.all():
        expected["false_positive_rate"] = np.average(flagged[~y_true], weights=weight[~y_true])
    if y_true.any() and not y_true.all():
        expected["roc_auc"] = oracle.roc_auc_score(y_true, score, sample_weight=weight)
    assert found == pytest.approx(expected, nan_ok=True, abs=1e-9)


def _calibration_error(y_true, score, weight):
    """Guo et al. 2017, equation 3, bin by bin."""
    total = 0.0
    for place in range(15):
        inside = (score >= place / 15) & ((score < (place + 1) / 15) | (place == 14))
        if inside.any():
            gap = np.average(score[inside] - y_true[inside], weights=weight[inside])
            total += abs(gap) * weight[inside].sum()
    return total / weight.sum()


@pytest.mark.parametrize(
    ("y_true", "score", "undefined"),
    [
        ([], [], set(METRICS)),
        ([0, 0], [0.1, 0.2], {"roc_auc", "average_precision", "precision", "recall", "f1"}),
        ([1, 1], [0.1, 0.2], {"roc_auc", "precision", "false_positive_rate"}),
        ([1, 0], [0.9, 0.2], set()),
    ],
)
def test_undefined_is_nan_and_never_0(y_true, score, undefined):
    found = measures(np.array(y_true, dtype=bool), np.array(score), 0.5)
    assert {name for name, value in found.items() if math.isnan(value)} == undefined


def test_the_area_takes_any_numbers_and_counts_ties_half():
    assert roc_auc(np.array([0, 1, 1, 0]), np.array([-5.0, 3.0, -5.0, -9.0])) == 0.875


def test_drawing_weights_is_the_same_as_repeating_rows():
    rng = np.random.default_rng(0)
    y_true, score = rng.random(60) < 0.4, rng.random(60).round(1)
    groups = rng.integers(0, 12, 60)
    ranked = Ranked.of(y_true, score, 0.5, groups)
    (times,) = resample(12, 20, seed=7)
    drawn = ranked.draws(times)
    for draw in range(20):
        rows = np.repeat(np.arange(60), times[draw][groups])
        slow = list(measures(y_true[rows], score[rows], 0.5).values())
        assert drawn[draw] == pytest.approx(slow, nan_ok=True)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    held = 0
    for trial in range(200):
        y_true = rng.random(300) < 0.3
        score = np.clip(rng.normal(0.4 + 0.2 * y_true, 0.15), 0, 1)
        found = with_intervals(Ranked.of(y_true, score, 0.5), draws=200, seed=trial)["recall"]
        held += found.low <= 0.74751 <= found.high  # P(N(0.6, 0.15) >= 0.5)
    assert 178 <= held <= 199  # 95 % of 200, less what 200 draws and 90 positives cost


def test_rows_of_one_group_widen_the_interval():
    rng = np.random.default_rng(4)
    y_true = np.repeat(rng.random(60) < 0.5, 20)
    score = np.clip(np.repeat(rng.normal(0.5, 0.2, 60), 20) + 0.1 * y_true, 0, 1)
    alone = with_intervals(Ranked.of(y_true, score), 300)["roc_auc"]
    grouped = with_intervals(Ranked.of(y_true, score, 0.5, np.repeat(np.arange(60), 20)), 300)
    assert grouped["roc_auc"].high - grouped["roc_auc"].low > 2 * (alone.high - alone.low)
    assert grouped["roc_auc"].value == alone.value


def test_rows_that_are_all_of_one_group_still_have_an_interval():
    y_true, score = np.arange(40) % 3 == 0, np.linspace(0, 1, 40)
    by_row = with_intervals(Ranked.of(y_true, score), 300)
    assert with_intervals(Ranked.of(y_true, score, 0.5, np.full(40, 7)), 300) == by_row
    assert by_row["roc_auc"].low < by_row["roc_auc"].value < by_row["roc_auc"].high


def test_an_interval_of_mostly_undefined_draws_is_undefined():
    assert interval(0.5, np.array([0.4, np.nan, np.nan])).to_dict() == {
        "value": 0.5,
        "low": None,
        "high": None,
    }
    assert interval(0.5, np.array([0.25, 0.75, np.nan])) == Interval(0.5, 0.2625, 0.7375)


def test_draws_depend_on_the_seed_and_nothing_else():
    one, again, other = (np.concatenate(list(resample(9, 70, seed))) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()
    assert one.sum(axis=1).tolist() == [9] * 70


def test_confusion_counts_rows():
    assert confusion(np.array([1, 1, 0, 0, 0]), np.array([0.9, 0.1, 0.5, 0.2, 0.4]), 0.4) == {
        "true_positive": 1,
        "false_positive": 2,
        "false_negative": 1,
        "true_negative": 1,
    }
