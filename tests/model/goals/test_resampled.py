"""Compiled draws choose and measure as the plain functions on tables do."""

import numpy as np
import pytest

from moderation.errors import GoalError
from moderation.model.goals.goal import SLACK, Curve, Goal, meeting
from moderation.model.goals.resampled import MEASURES, left_out

GOALS = ("precision >= 0.7", "recall >= 0.6", "false positive rate <= 10%",
         "at most 20,000 flags per 100,000 comments", "precision >= 0.99")  # fmt: skip


def plain(y_true, score, codes, weight, times, goal, prevalence):
    """The same from two curves."""
    drawn = times[codes]
    inside, outside = drawn > 0, drawn == 0
    try:
        chosen = meeting(
            Curve.of(y_true[inside], score[inside], (weight * drawn)[inside], prevalence), goal
        )
        there = Curve.of(y_true[outside], score[outside], weight[outside], prevalence)
    except GoalError:
        return float("nan")
    flagged = np.flatnonzero(there.threshold >= chosen)
    if not len(flagged):
        return float("nan") if goal.measure == "precision" else 0.0
    return float(there.measure(goal.measure)[flagged[-1]])


@pytest.mark.parametrize("prevalence", [None, 0.1])
@pytest.mark.parametrize("sentence", GOALS)
def test_a_draw_is_that_of_two_curves(sentence, prevalence):
    goal, rng = Goal.parse(sentence), np.random.default_rng(3)
    bound = goal.share - SLACK if goal.rising else goal.share + SLACK
    undefined = 0
    for n in [1, 2, 3, 5, 8, *[200] * 60]:
        y_true, codes = rng.random(n) < 0.4, rng.integers(0, max(n // 2, 1), n)
        score = -np.sort(-np.round(rng.random(n) * 0.6 + 0.4 * y_true, 2))  # with ties
        weight = rng.integers(0, 3, n).astype(float)
        count = int(codes.max()) + 1
        times = np.bincount(rng.integers(0, count, count), minlength=count)
        share = -1.0 if prevalence is None else prevalence
        at = MEASURES.index(goal.measure)
        found = left_out(y_true, score, codes, weight, times, at, bound, share)[at]
        with np.errstate(all="ignore"):
            expected = plain(y_true, score, codes, weight, times, goal, prevalence)
        assert found == pytest.approx(expected, rel=1e-12, nan_ok=True)
        undefined += np.isnan(found)
    assert undefined < 60
