"""Fit linear classifiers on sparse rows: dual coordinate descent, arrays only.

Logistic regression with an L2 penalty, one weight per feature and one cost per row, solved in the
dual (Yu, Huang, Lin 2011, "Dual coordinate descent methods for logistic regression and maximum
entropy models"). The dual keeps one number per row, so a row can be taken out of a fitted model
exactly: out-of-fold scores start from the model of all rows instead of from nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from moderation.features.compiled import allocating, reordering

if TYPE_CHECKING:
    from moderation.features.ngrams import Csr

P = ParamSpec("P")
R = TypeVar("R")

EPOCHS = 8  # not swept
INNER_STEPS = 20
INNER_ERROR = 1e-3
EDGE = 1e-7
"""Share of its cost that a dual variable stays away from both ends, where the log is infinite."""

TINY = 1e-10


class Block(NamedTuple):
    """Some columns of n rows as CSR: indptr (n + 1,) int64, indices int32, values float32."""

    indptr: np.ndarray
    indices: np.ndarray
    values: np.ndarray


class Rows(NamedTuple):
    """Training rows as two blocks side by side: n-grams, and everything else.

    Indices of `others` go on where those of `grams` end. columns: of both blocks together.
    squares: (n,) float64, squared length of each row.
    """

    grams: Block
    others: Block
    columns: int
    squares: np.ndarray

    @classmethod
    def of(cls, grams: Csr, others: Csr, columns: int) -> Rows:
        """From the arrays of both blocks."""
        return cls(Block(*grams), Block(*others), columns, squares(*grams) + squares(*others))


class Targets(NamedTuple):
    """What a label learns. sign: (n,) float64, +1 or -1. cost: (n,) float64, 0 = row left out."""

    sign: np.ndarray
    cost: np.ndarray


class Fitted(NamedTuple):
    """Weights (columns,) float32 and dual variables (n,) float64 of one label."""

    weights: np.ndarray
    dual: np.ndarray

    def copy(self) -> Fitted:
        """Arrays of its own."""
        return Fitted(self.weights.copy(), self.dual.copy())


def fit(rows: Rows, targets: Targets, seed: int, epochs: int = EPOCHS) -> Fitted:
    """Minimise |w|^2 / 2 + sum of cost * log(1 + exp(-sign * w.x))."""
    fitted = Fitted(np.zeros(rows.columns, np.float32), np.zeros(len(targets.sign)))
    go_on(rows, fitted, targets, seed, epochs)
    return fitted


def go_on(rows: Rows, fitted: Fitted, targets: Targets, seed: int, epochs: int) -> None:
    """Improve `fitted` in place on the rows with a cost; the dual of the others stays."""
    descend(rows, targets, np.flatnonzero(targets.cost > 0), fitted, epochs, seed)


def refit_without(
    rows: Rows,
    fitted: Fitted,
    targets: Targets,
    left_out: np.ndarray,
    seed: int,
    epochs: int = EPOCHS // 2,
) -> np.ndarray:
    """Weights of the model that never saw the rows `left_out` ((n,) bool): (columns,) float32."""
    refitted = fitted.copy()
    withdraw(rows, refitted, np.flatnonzero(left_out & (refitted.dual > 0)), targets.sign)
    remaining = np.flatnonzero((targets.cost > 0) & ~left_out)
    descend(rows, targets, remaining, refitted, epochs, seed)
    return refitted.weights


@allocating
def squares(indptr: Any, indices: Any, values: Any) -> Any:
    """Squared length of each row."""
    out = np.zeros(len(indptr) - 1)
    for row in range(len(out)):
        for k in range(indptr[row], indptr[row + 1]):
            out[row] += np.float64(values[k]) ** 2
    return out


@reordering
def product(indptr: Any, indices: Any, values: Any, row: Any, weights: Any) -> Any:
    """Dot product of one row."""
    total = np.float32(0)
    for k in range(indptr[row], indptr[row + 1]):
        total += values[k] * weights[indices[k]]
    return total


@allocating
def add(indptr: Any, indices: Any, values: Any, row: Any, step: Any, weights: Any) -> None:
    """Add `step` times a row to the weights."""
    for k in range(indptr[row], indptr[row + 1]):
        weights[indices[k]] += step * values[k]


@allocating
def products(rows: Any, chosen: Any, weights: Any) -> Any:
    """Dot products of the chosen rows: (k,) float32."""
    (gp, gi, gv), (op, oi, ov) = rows.grams, rows.others
    out = np.empty(len(chosen), np.float32)
    for k in range(len(chosen)):
        row = chosen[k]
        out[k] = product(gp, gi, gv, row, weights) + product(op, oi, ov, row, weights)
    return out


@allocating
def withdraw(rows: Any, fitted: Any, chosen: Any, sign: Any) -> None:
    """Take the chosen rows out of the weights."""
    (gp, gi, gv), (op, oi, ov) = rows.grams, rows.others
    weights, dual = fitted.weights, fitted.dual
    for row in chosen:
        step = np.float32(-dual[row] * sign[row])
        add(gp, gi, gv, row, step, weights)
        add(op, oi, ov, row, step, weights)
        dual[row] = 0.0


@allocating
def best_dual(old: Any, cost: Any, square: Any, margin: Any) -> Any:
    """The dual variable that is best while the others stay: Yu et al. 2011, algorithm 5."""
    old = min(max(old, TINY * cost), (1 - EDGE) * cost)
    direction = 1.0
    start = old
    if 0.5 * square * (cost - 2 * old) + margin < 0:
        direction, start = -1.0, cost - old
    best = start if cost - start >= 0.5 * cost else 0.1 * start
    best = max(best, TINY * cost)
    for _ in range(INNER_STEPS):
        slope = square * (best - start) + direction * margin + np.log(best / (cost - best))
        if abs(slope) < INNER_ERROR:
            break
        step = best - slope / (square + cost / ((cost - best) * best))
        best = 0.1 * best if step <= 0 else step
        best = min(max(best, TINY * cost), (1 - EDGE) * cost)
    return best if direction > 0 else cost - best


@allocating
def descend(rows: Any, targets: Any, chosen: Any, fitted: Any, epochs: Any, seed: Any) -> None:
    """Visit the chosen rows in random order, `epochs` times."""
    (gp, gi, gv), (op, oi, ov), square = rows.grams, rows.others, rows.squares
    sign, cost, weights, dual = targets.sign, targets.cost, fitted.weights, fitted.dual
    state = np.uint64(2 * seed + 1) * np.uint64(0x9E3779B97F4A7C15)
    order = chosen.copy()
    for _ in range(epochs):
        for last in range(len(order) - 1, 0, -1):  # xorshift64: the same order everywhere
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            other = np.int64(state % np.uint64(last + 1))
            order[last], order[other] = order[other], order[last]
        for row in order:
            margin = product(gp, gi, gv, row, weights) + product(op, oi, ov, row, weights)
            margin = np.float64(margin) * sign[row]
            new = best_dual(dual[row], cost[row], square[row], margin)
            step = np.float32((new - dual[row]) * sign[row])
            dual[row] = new
            if step:
                add(gp, gi, gv, row, step, weights)
                add(op, oi, ov, row, step, weights)


def one_blas_thread(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with matrix products on one thread: more would sum in another order."""

    @wraps(function)
    def limited(*args: P.args, **options: P.kwargs) -> R:
        with threadpool_limits(1, "blas"):
            return function(*args, **options)

    return limited
