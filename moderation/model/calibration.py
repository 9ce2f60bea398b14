"""Turn a linear model's logits into probabilities that mean what they say.

A line (Platt 1999, "Probabilistic outputs for support vector machines") and on top of it two
slopes, one for each side of even odds (beta calibration: Kull, Silva Filho, Flach 2017, "Beyond
sigmoids"). Five numbers, an increasing function, fitted on out-of-fold logits with numpy alone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from moderation.errors import LabelError, ModelError

FEW = 50  # rows of the scarcer class below which two further slopes are noise: the line alone
_STEPS = 100
_RIDGE = 1e-6  # keeps a separable sample's slope finite, and changes no other's sixth digit
_FLAT = 1e-6  # a slope, or a mean size of logits, that tells nothing apart


@dataclass(frozen=True)
class Calibration:
    """probability = sigmoid(low * below(u) + high * above(u) + offset), u = slope * logit + shift.

    below(u) = -log(1 + exp(-u)) and above(u) = log(1 + exp(u)): their sum is u, so low = high = 1
    and offset = 0 is Platt's line. slope, low and high are positive: the order of comments stays.
    """

    slope: float = 1.0
    shift: float = 0.0
    low: float = 1.0
    high: float = 1.0
    offset: float = 0.0

    def logit(self, logit: np.ndarray) -> np.ndarray:
        """Calibrated log-odds of (n,) raw logits, float64; NaN stays NaN."""
        line = self.slope * np.asarray(logit, dtype=np.float64) + self.shift
        with np.errstate(invalid="ignore"):  # NaN is "cannot tell", not a mistake
            below, above = -np.logaddexp(0, -line), np.logaddexp(0, line)
        return self.low * below + self.high * above + self.offset

    def __call__(self, logit: np.ndarray) -> np.ndarray:
        """Probabilities of (n,) raw logits: float32 in [0, 1]; NaN stays NaN.

        >>> Calibration()(np.array([0.0])).tolist()
        [0.5]
        """
        return sigmoid(self.logit(logit)).astype(np.float32)

    def to_dict(self) -> dict[str, float]:
        """The five numbers, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Calibration:
        """The reverse of `to_dict`; ModelError unless it is an increasing calibration."""
        try:
            calibration = cls(**{name: float(value) for name, value in stored.items()})
        except (TypeError, ValueError) as error:
            raise ModelError(f"calibration {stored!r} is not five numbers by name") from error
        numbers = np.array(list(calibration.to_dict().values()))
        if (
            not np.isfinite(numbers).all()
            or min(calibration.slope, calibration.low, calibration.high) <= 0
        ):
            raise ModelError(f"calibration {stored!r} does not increase with the logit")
        return calibration


def sigmoid(logit: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-logit)) without overflow: (n,) float64."""
    with np.errstate(invalid="ignore"):  # NaN stays NaN
        return np.exp(-np.logaddexp(0, -np.asarray(logit, dtype=np.float64)))


def calibrate(
    y_true: np.ndarray, logit: np.ndarray, weight: np.ndarray | None = None
) -> Calibration:
    """The calibration that makes the answers most likely.

    y_true: (n,) bool or 0/1. logit: (n,) finite, out-of-fold. weight: (n,) >= 0.
    Six significant digits are kept: what comes after them differs between machines.
    Raises LabelError when one of the answers does not occur.
    """
    y_true = np.asarray(y_true, dtype=np.float64)
    logit = np.asarray(logit, dtype=np.float64)
    weight = np.ones_like(logit) if weight is None else np.asarray(weight, dtype=np.float64)
    positives, negatives = int((y_true > 0).sum()), int((y_true == 0).sum())
    if not positives or not negatives:
        raise LabelError(
            f"cannot calibrate on {positives} positive and {negatives} negative rows; "
            "label some of both"
        )
    target = _smoothed(y_true, weight)
    scale = float(np.average(np.abs(logit), weights=weight))
    scale = scale if scale > _FLAT else 1.0
    slope, shift = _fit(np.column_stack([logit / scale, np.ones_like(logit)]), target, weight)
    slope /= scale
    if slope <= _FLAT:  # the logits say nothing: all that is known is how many are positive
        slope, shift = _FLAT, float(np.log(target @ weight) - np.log((1 - target) @ weight))
    line = Calibration(*_rounded(slope, shift))
    if min(positives, negatives) < FEW:
        return line
    bent = _bent(line, logit, target, weight)
    return bent if bent is not None else line


def _bent(
    line: Calibration, logit: np.ndarray, target: np.ndarray, weight: np.ndarray
) -> Calibration | None:
    """Two slopes on top of the line; None unless both are positive."""
    along = line.slope * logit + line.shift
    sides = np.column_stack([-np.logaddexp(0, -along), np.logaddexp(0, along), np.ones_like(along)])
    low, high, offset = _fit(sides, target, weight)
    if low <= 0 or high <= 0:
        return None
    return Calibration(line.slope, line.shift, *_rounded(low, high, offset))


def _smoothed(y_true: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Platt's targets: one row more of each answer, so that no probability becomes 0 or 1."""
    effective = weight.sum() ** 2 / (weight**2).sum()
    share = float(np.average(y_true, weights=weight))
    positives, negatives = effective * share, effective * (1 - share)
    return np.where(y_true > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))


def _fit(columns: np.ndarray, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Logistic regression of few columns by damped Newton steps: (k,) coefficients."""
    weight = weight / weight.sum()
    coefficients = np.zeros(columns.shape[1])
    loss = _loss(columns, coefficients, target, weight)
    for _ in range(_STEPS):
        probability = sigmoid(columns @ coefficients)
        gradient = columns.T @ (weight * (probability - target)) + _RIDGE * coefficients
        curvature = (columns * (weight * probability * (1 - probability))[:, None]).T @ columns
        step = np.linalg.solve(curvature + _RIDGE * np.eye(len(coefficients)), gradient)
        size = 1.0
        while size > 1e-8:
            ahead = coefficients - size * step
            then = _loss(columns, ahead, target, weight)
            if then <= loss:
                break
            size /= 2
        else:
            break
        coefficients, gain, loss = ahead, loss - then, then
        if gain < 1e-14:
            break
    return coefficients


def _loss(
    columns: np.ndarray, coefficients: np.ndarray, target: np.ndarray, weight: np.ndarray
) -> float:
    logit = columns @ coefficients
    entropy = np.logaddexp(0, logit) - target * logit
    return float(weight @ entropy + 0.5 * _RIDGE * coefficients @ coefficients)


def _rounded(*numbers: float) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]
