"""Keep numpy's matrix products to one thread each: sums then come out alike on every machine.

They are short here, and run beside each other: more threads each took three times the processor's
time, and gave sums that depend on the number of cores.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

P = ParamSpec("P")
R = TypeVar("R")


def steady(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, within which a product takes one thread."""

    @wraps(function)
    def limited(*args: P.args, **options: P.kwargs) -> R:
        with threadpool_limits(1, "blas"):
            return function(*args, **options)

    return limited
