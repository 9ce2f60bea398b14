"""The spans that carry a flag as JSON, compiled: `[[start, end, share], …]` for every comment.

A million comments have millions of spans: as Python lists they took longer than finding them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from moderation.text.compiled import allocating, compiled

if TYPE_CHECKING:
    from moderation.model.evidence import Evidence

DIGITS = 4  # behind the point
UNIT = 10**DIGITS
ROOM = 64  # bytes of a span: two numbers of 10 digits, a share of 20, and 6 marks
COMMA, MINUS, POINT, ZERO, OPEN, CLOSE = 44, 45, 46, 48, 91, 93


def told_spans(
    found: Evidence, rows: np.ndarray, label: int, small: float
) -> tuple[list[bytes], list[float]]:
    """By row, the JSON of the spans that carry `small` or more, and the sum of the others'.

    rows: (k,) of the comments of `found`. label: column of its shares.
    """
    begin = found.begin
    shares = np.ascontiguousarray(found.shares[:, label])
    spans = int((begin[rows + 1] - begin[rows]).sum())
    out = np.empty(ROOM * spans + 2 * len(rows), np.uint8)
    ends, rest = np.empty(len(rows), np.int64), np.empty(len(rows))
    _write(begin, found.start, found.end, shares, rows, small, out, ends, rest)
    written = out[: ends[-1] if len(rows) else 0].tobytes()
    bounds = [0, *ends.tolist()]
    return [written[a:b] for a, b in pairwise(bounds)], rest.tolist()


@allocating
def _write(
    begin: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    shares: np.ndarray,
    rows: np.ndarray,
    small: float,
    out: np.ndarray,
    ends: np.ndarray,
    rest: np.ndarray,
) -> None:
    """Fill `out` with the JSON, row behind row, and `ends` with where each ends."""
    at = 0
    for k in range(len(rows)):
        rest[k] = 0.0
        out[at] = OPEN
        at += 1
        first = at
        for span in range(begin[rows[k]], begin[rows[k] + 1]):
            if abs(shares[span]) < small:
                rest[k] += shares[span]
                continue
            if at > first:
                out[at] = COMMA
                at += 1
            out[at] = OPEN
            at = _put_integer(out, at + 1, start[span])
            out[at] = COMMA
            at = _put_integer(out, at + 1, end[span])
            out[at] = COMMA
            at = _put_share(out, at + 1, shares[span])
            out[at] = CLOSE
            at += 1
        out[at] = CLOSE
        at += 1
        ends[k] = at


@compiled
def _put_integer(out: np.ndarray, at: int, number: int) -> int:
    """Write a number of 0 or more; return where it ends."""
    size = 1
    left = number // 10
    while left > 0:
        size += 1
        left //= 10
    for k in range(at + size - 1, at - 1, -1):
        out[k] = ZERO + number % 10
        number //= 10
    return at + size


@compiled
def _put_share(out: np.ndarray, at: int, share: float) -> int:
    """Write a number rounded to DIGITS, as `repr` does: without zeros at its end but the first."""
    units = np.int64(np.rint(abs(share) * UNIT))
    if share < 0:
        out[at] = MINUS
        at += 1
    at = _put_integer(out, at, units // UNIT)
    out[at] = POINT
    units %= UNIT
    for k in range(DIGITS, 0, -1):
        out[at + k] = ZERO + units % 10
        units //= 10
    last = at + DIGITS
    while last > at + 1 and out[last] == ZERO:
        last -= 1
    return last + 1
