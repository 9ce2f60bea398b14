"""Why comments are flagged, as JSON, compiled: one object per comment, by label.

    {"slur":{"score":0.42,"threshold":0.16,"intercept":-2.6,"spans":[[0,7,1.25],…],"features":{…}}}

One comment in ten of a heated dump has a reason of some forty numbers: as Python objects they took
longer than finding them, and only one thread at a time could make them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa

from moderation.features.compiled import allocating, compiled
from moderation.features.kernel import DENSE_FEATURES
from moderation.model.labels import ContextLabel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from moderation.evidence.words import Evidence
    from moderation.model.labels import TextLabel

SMALL = 0.01  # spans that carry less are summed up under OTHER_WORDS: a long comment has hundreds
OTHER_WORDS = "other words"
DIGITS = 4  # behind the point
UNIT = 10**DIGITS
ROOM = 64  # bytes of a span: two numbers of 10 digits, a share of 20, and 6 marks
LABEL_ROOM = 256  # bytes of a label's own words and numbers
NUMBER_ROOM = 26
COMMA, MINUS, POINT, ZERO, OPEN, CLOSE, BEGIN, END = 44, 45, 46, 48, 91, 93, 123, 125


def _letters(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


SCORE = _letters('{"score":')
THRESHOLD = _letters(',"threshold":')
INTERCEPT = _letters(',"intercept":')
SPANS = _letters(',"spans":[')
FEATURES = _letters('],"features":{')


def reasons(
    found: Evidence,
    heads: Sequence[TextLabel | ContextLabel],
    told: Mapping[str, Sequence[Mapping[str, Any]]],
    values: np.ndarray,
    passed: np.ndarray,
) -> pa.Array:
    """The reason of each of n comments: large_string.

    found: their evidence, a column of shares for each text label. told: by context label, what is
    to be said of those that passed. values: (n, heads) float64 scores. passed: (n, heads) bool.
    """
    limits = np.array([head.threshold for head in heads])
    column, columns = 0, np.full(len(heads), -1)
    for k, head in enumerate(heads):
        if not isinstance(head, ContextLabel):
            columns[k] = column
            column += 1
    given = _given(heads, told, values, passed)
    keys = _joined(_key(head.name) for head in heads)
    names = _joined(_key(name) for name in (*DENSE_FEATURES, OTHER_WORDS))
    counts = passed[:, columns >= 0].sum(axis=1)
    each = LABEL_ROOM + len(names[0]) + NUMBER_ROOM * len(names[1])
    room = ROOM * int((np.diff(found.begin) * counts).sum()) + each * int(counts.sum())
    room += len(given[0]) + (len(keys[0]) + len(heads) + 2) * len(passed)  # a comma each, {}
    out, ends = np.empty(room, np.uint8), np.zeros(len(passed) + 1, np.int64)
    _write(
        found.begin, found.start, found.end, found.shares, found.dense, found.start_logit,
        values, limits, passed, columns, *keys, *names, *given, SMALL, out, ends,
    )  # fmt: skip
    written = out[: ends[-1]].copy()
    return pa.LargeStringArray.from_buffers(len(passed), pa.py_buffer(ends), pa.py_buffer(written))


def _given(
    heads: Sequence[TextLabel | ContextLabel],
    told: Mapping[str, Sequence[Mapping[str, Any]]],
    values: np.ndarray,
    passed: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The context labels' objects by row and label, joined; nothing where there is none."""
    pieces = [b""] * passed.size
    for k, head in enumerate(heads):
        if isinstance(head, ContextLabel):
            rows = np.flatnonzero(passed[:, k])
            scores = np.round(values[rows, k], DIGITS).tolist()
            limit = round(head.threshold, DIGITS)
            for row, score, part in zip(rows.tolist(), scores, told[head.name], strict=True):
                one = {"score": score, "threshold": limit, **part}
                pieces[row * len(heads) + k] = orjson.dumps(one)
    return _joined(pieces)


def _key(name: str) -> bytes:
    return orjson.dumps(name) + b":"


def _joined(pieces: Iterable[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """The pieces behind one another, and (pieces + 1,) where each begins."""
    every = list(pieces)
    begin = np.zeros(len(every) + 1, np.int64)
    np.cumsum([len(one) for one in every], out=begin[1:])
    return np.frombuffer(b"".join(every), np.uint8), begin


@allocating
def _write(
    begin: Any, start: Any, end: Any, shares: Any, dense: Any, start_logit: Any,
    values: Any, limits: Any, passed: Any, columns: Any, keys: Any, key_begin: Any,
    names: Any, name_begin: Any, given: Any, given_begin: Any, small: Any, out: Any, ends: Any,
) -> None:  # fmt: skip
    """Fill `out` with the JSON, row behind row, and `ends[1:]` with where each ends."""
    at = 0
    heads = passed.shape[1]
    for row in range(len(passed)):
        out[at] = BEGIN
        at += 1
        first = at
        for head in range(heads):
            if not passed[row, head]:
                continue
            if at > first:
                out[at] = COMMA
                at += 1
            at = _put_letters(out, at, keys[key_begin[head] : key_begin[head + 1]])
            column, piece = columns[head], row * heads + head
            if column < 0:
                at = _put_letters(out, at, given[given_begin[piece] : given_begin[piece + 1]])
                continue
            at = _put_share(out, _put_letters(out, at, SCORE), values[row, head])
            at = _put_share(out, _put_letters(out, at, THRESHOLD), limits[head])
            at = _put_share(out, _put_letters(out, at, INTERCEPT), start_logit[column])
            at = _put_letters(out, at, SPANS)
            at, rest = _put_spans(
                out, at, start, end, shares, column, begin[row], begin[row + 1], small
            )
            at = _put_letters(out, at, FEATURES)
            at = _put_features(out, at, dense[row, :, column], rest, names, name_begin)
            out[at] = out[at + 1] = END
            at += 2
        out[at] = END
        at += 1
        ends[row + 1] = at


@compiled
def _put_letters(out: np.ndarray, at: int, letters: np.ndarray) -> int:
    """Write bytes; return where they end."""
    for k in range(len(letters)):
        out[at + k] = letters[k]
    return at + len(letters)


@compiled
def _put_spans(
    out: Any, at: Any, start: Any, end: Any, shares: Any, column: Any, first: Any, last: Any,
    small: Any,
) -> Any:  # fmt: skip
    """Write the spans `first` to `last` that carry `small` or more.

    Returns where they end, and the sum of the others.
    """
    rest, opened = 0.0, at
    for span in range(first, last):
        share = shares[span, column]
        if abs(share) < small:
            rest += share
            continue
        if at > opened:
            out[at] = COMMA
            at += 1
        out[at] = OPEN
        at = _put_integer(out, at + 1, start[span])
        out[at] = COMMA
        at = _put_integer(out, at + 1, end[span])
        out[at] = COMMA
        at = _put_share(out, at + 1, share)
        out[at] = CLOSE
        at += 1
    return at, rest


@compiled
def _put_features(out: Any, at: Any, dense: Any, rest: Any, names: Any, name_begin: Any) -> Any:
    """Write the dense features that carry something, and last the small spans; return the end."""
    opened = at
    for k in range(len(dense) + 1):
        share = rest if k == len(dense) else dense[k]
        if share == 0 or (k < len(dense) and np.rint(abs(share) * UNIT) == 0):
            continue
        if at > opened:
            out[at] = COMMA
            at += 1
        at = _put_letters(out, at, names[name_begin[k] : name_begin[k + 1]])
        at = _put_share(out, at, share)
    return at


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
