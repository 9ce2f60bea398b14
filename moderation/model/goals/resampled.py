"""Choose a threshold on resampled groups and measure it on those left out, compiled.

Hundreds of such draws tell how sure a threshold's promise is; see `operating.promise`.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import numpy as np

from moderation.features.compiled import allocating, inlined

MEASURES = ("precision", "recall", "false positive rate", "flags")
PRECISION, RECALL, FALSE_POSITIVES = range(3)


@inlined
def _value(measure: int, hits: float, misses: float, positives: float, negatives: float) -> float:
    """The measure of what is flagged; NaN where undefined."""
    above, below = hits, positives
    if measure == PRECISION:
        below = hits + misses
    elif measure == FALSE_POSITIVES:
        above, below = misses, negatives
    elif measure > FALSE_POSITIVES:
        above, below = hits + misses, positives + negatives
    return above / below if below != 0 else np.nan


@inlined
def _scale(mass: float, share: float) -> float:
    """What a side's weights are multiplied by for it to have this share; 1 where none is asked."""
    if share < 0:
        return 1.0
    return share / mass if mass != 0 else np.nan


@allocating
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
    found = np.full(4, np.nan)
    sums = np.zeros((2, 2))  # drawn or left out; negatives, positives
    for row in range(len(score)):
        drawn = times[codes[row]]
        mass = weight[row] * drawn if drawn else weight[row]
        sums[0 if drawn else 1, 1 if y_true[row] else 0] += mass
    scale = np.empty((2, 2))
    for side in range(2):
        scale[side, 0] = _scale(sums[side, 0], 1 - prevalence if prevalence >= 0 else -1.0)
        scale[side, 1] = _scale(sums[side, 1], prevalence)
    if np.isnan(scale).any():
        return found
    sums *= scale
    rising = measure in (PRECISION, RECALL)
    chosen, hits, misses, last = np.nan, 0.0, 0.0, -1
    for row in range(len(score) + 1):
        ended = row == len(score)
        drawn = 0 if ended else times[codes[row]]
        if not ended and not drawn:
            continue
        if last >= 0 and (ended or score[row] != score[last]):  # a run of equal scores has ended
            value = _value(measure, hits, misses, sums[0, 1], sums[0, 0])
            if value >= bound if rising else value <= bound:
                chosen = score[last]
                if measure == RECALL:
                    break
        if not ended:
            mass = weight[row] * drawn
            if y_true[row]:
                hits += mass * scale[0, 1]
            else:
                misses += mass * scale[0, 0]
            last = row
    if np.isnan(chosen):
        return found
    hits, misses, flagged = 0.0, 0.0, False
    for row in range(len(score)):
        if score[row] < chosen:
            break
        if not times[codes[row]]:
            flagged = True
            if y_true[row]:
                hits += weight[row] * scale[1, 1]
            else:
                misses += weight[row] * scale[1, 0]
    for one in range(4):
        if flagged:
            found[one] = _value(one, hits, misses, sums[1, 1], sums[1, 0])
        elif one != PRECISION:
            found[one] = 0.0
    return found
