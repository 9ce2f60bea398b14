"""Why comments are flagged, as JSON: one object per comment, by label (`compiled/reasons.c`).

    {"slur":{"score":0.42,"threshold":0.16,"intercept":-2.6,"spans":[[0,7,1.25],…],"features":{…}}}

One comment in ten of a heated dump has a reason of some forty numbers: as Python objects they took
longer than finding them, and only one thread at a time could make them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa

from moderation.compiled import BOOL, F8, FLOAT, I4, I8, U1, W_I8, W_U1, Loop, group
from moderation.features.kernel import DENSE_FEATURES
from moderation.model.labels import ContextLabel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from moderation.evidence.words import Evidence
    from moderation.model.labels import TextLabel

SMALL = 0.01  # spans that carry less are summed up under OTHER_WORDS: a long comment has hundreds
OTHER_WORDS = "other words"
DIGITS = 4  # behind the point
ROOM = 64  # bytes of a span: two numbers of 10 digits, a share of 20, and 6 marks
LABEL_ROOM = 256  # bytes of a label's own words and numbers
NUMBER_ROOM = 26

_JOINED = group(U1, I8)
_write = Loop(
    "write_reasons",
    *(I8, I4, I4, F8, F8, F8),
    *(F8, F8, BOOL, I8),
    *(_JOINED, _JOINED, _JOINED),
    *(FLOAT, W_U1, W_I8),
)


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
    given = _context_pieces(heads, told, values, passed)
    keys = _concatenate(_key(head.name) for head in heads)
    names = _concatenate(_key(name) for name in (*DENSE_FEATURES, OTHER_WORDS))
    counts = passed[:, columns >= 0].sum(axis=1)
    each = LABEL_ROOM + len(names[0]) + NUMBER_ROOM * len(names[1])
    room = ROOM * int((np.diff(found.begin) * counts).sum()) + each * int(counts.sum())
    room += len(given[0]) + (len(keys[0]) + len(heads) + 2) * len(passed)  # a comma each, {}
    out, ends = np.empty(room, np.uint8), np.zeros(len(passed) + 1, np.int64)
    _write(
        *(found.begin, found.start, found.end, found.shares, found.dense),
        found.start_logit.astype(np.float64),
        *(values, limits, passed, columns),
        *(keys, names, given),
        *(SMALL, out, ends),
    )
    written = out[: ends[-1]].copy()
    return pa.LargeStringArray.from_buffers(len(passed), pa.py_buffer(ends), pa.py_buffer(written))


def _context_pieces(
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
    return _concatenate(pieces)


def _key(name: str) -> bytes:
    return orjson.dumps(name) + b":"


def _concatenate(pieces: Iterable[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """The pieces behind one another, and (pieces + 1,) where each begins."""
    every = list(pieces)
    begin = np.zeros(len(every) + 1, np.int64)
    np.cumsum([len(one) for one in every], out=begin[1:])
    return np.frombuffer(b"".join(every), np.uint8), begin
