"""Fit linear classifiers on sparse rows: dual coordinate descent (`compiled/linear.c`).

Logistic regression with an L2 penalty, one weight per feature and one cost per row, solved in the
dual (Yu, Huang, Lin 2011, "Dual coordinate descent methods for logistic regression and maximum
entropy models"). The dual keeps one number per row, so a row can be taken out of a fitted model
exactly: out-of-fold scores start from the model of all rows instead of from nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from moderation.compiled import F4, F8, I4, I8, INT, W_F4, W_F8, Loop, group

if TYPE_CHECKING:
    from moderation.features.ngrams import Csr

P = ParamSpec("P")
R = TypeVar("R")

EPOCHS = 8  # not swept


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
        return cls(
            Block(*grams), Block(*others), columns, squares(Block(*grams)) + squares(Block(*others))
        )


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


_BLOCK = group(I8, I4, F4)
_ROWS = group(_BLOCK, _BLOCK, INT, F8)
_FITTED = group(W_F4, W_F8)
_squares = Loop("row_squares", _BLOCK, W_F8)
_products = Loop("row_products", _ROWS, I8, F4, W_F4)
_withdraw = Loop("withdraw", _ROWS, _FITTED, I8, F8)
_descend = Loop("descend", _ROWS, F8, F8, I8, _FITTED, INT, INT)


def fit(rows: Rows, targets: Targets, seed: int, epochs: int = EPOCHS) -> Fitted:
    """Minimise |w|^2 / 2 + sum of cost * log(1 + exp(-sign * w.x))."""
    fitted = Fitted(np.zeros(rows.columns, np.float32), np.zeros(len(targets.sign)))
    go_on(rows, fitted, targets, seed, epochs)
    return fitted


def go_on(rows: Rows, fitted: Fitted, targets: Targets, seed: int, epochs: int) -> None:
    """Improve `fitted` in place on the rows with a cost; the dual of the others stays."""
    chosen = np.flatnonzero(targets.cost > 0)
    _descend(rows, *targets, chosen, fitted, epochs, seed)


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
    _withdraw(rows, refitted, np.flatnonzero(left_out & (refitted.dual > 0)), targets.sign)
    remaining = np.flatnonzero((targets.cost > 0) & ~left_out)
    _descend(rows, *targets, remaining, refitted, epochs, seed)
    return refitted.weights


def squares(block: Block) -> np.ndarray:
    """Squared length of each row: (n,) float64."""
    out = np.zeros(len(block.indptr) - 1)
    _squares(block, out)
    return out


def products(rows: Rows, chosen: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Dot products of the chosen rows: (k,) float32."""
    out = np.empty(len(chosen), np.float32)
    _products(rows, chosen, weights, out)
    return out


def one_blas_thread(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with matrix products on one thread: more would sum in another order."""

    @wraps(function)
    def limited(*args: P.args, **options: P.kwargs) -> R:
        with threadpool_limits(1, "blas"):
            return function(*args, **options)

    return limited
