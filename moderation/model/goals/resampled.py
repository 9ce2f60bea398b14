"""Choose a threshold on resampled groups and measure it on those left out.

Hundreds of such draws tell how certain a threshold's promise is; see `goal.promise`.
"""

from __future__ import annotations

import numpy as np

from moderation.compiled import BOOL, F8, FLOAT, I8, INT, W_F8, Loop

MEASURES = ("precision", "recall", "false positive rate", "flags")
_left_out = Loop("left_out", BOOL, F8, I8, F8, I8, INT, FLOAT, FLOAT, W_F8)


def left_out(
    y_true: np.ndarray,
    score: np.ndarray,
    codes: np.ndarray,
    weight: np.ndarray,
    times: np.ndarray,
    measure: int,
    bound: float,
    prevalence: float,
) -> np.ndarray:
    """MEASURES, on groups drawn no times, of the threshold that the drawn groups choose: (4,).

    y_true (n,) bool, score (n,) float64, codes (n,) int64 and weight (n,) float64 are in falling
    order of score. times: (groups,) how often each group was drawn. measure: a place in MEASURES.
    bound: with the slack for rounding; the measure must be at least that for precision and
    recall, at most that for the others. prevalence: share of positives, -1 = as it is. NaN where
    nothing meets the bound, or a side has no row.
    """
    found = np.empty(len(MEASURES))
    _left_out(y_true, score, codes, weight, times, measure, bound, prevalence, found)
    return found
