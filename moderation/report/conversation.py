"""A whole conversation, flagged or not: where each comment stands, and where the flags are."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.report.details import NAME_CHARACTERS

if TYPE_CHECKING:
    from moderation.report.scored import Scored

MOST = 20_000  # comments of one conversation that are told at once


def bounds(scored: Scored, row: int) -> tuple[int, int]:
    """The first row of a comment's conversation, and the row after its last."""
    starts = _starts(_Codes(scored.named["thread_id"].codes))
    at = int(np.searchsorted(starts, row, "right"))
    return int(starts[at - 1]), int(starts[at]) if at < len(starts) else len(scored)


def conversation(scored: Scored, row: int) -> dict[str, Any]:
    """Columns for the conversation of `row`: depth, flags as bits, and the author's number.

    first: the row of the first comment told. comments: how many there are; of a longer one than
    MOST those around `row` are told.
    """
    start, end = bounds(scored, row)
    first = max(start, min(row - MOST // 2, end - MOST))
    last = min(end, first + MOST)
    authors = scored.named["author"]
    used, codes = np.unique(authors.codes[first:last], return_inverse=True)
    return {
        "first": first,
        "start": start,
        "comments": end - start,
        "title": (scored.named["title"][row] or "")[:NAME_CHARACTERS],
        "depth": scored.depth[first:last].tolist(),
        "flags": scored.flags[first:last].tolist(),
        "author": codes.tolist(),
        "authors": [authors.texts[k][:NAME_CHARACTERS] if k >= 0 else "" for k in used.tolist()],
    }


class _Codes:
    """An array that is told apart by its identity, so that work on it can be remembered."""

    def __init__(self, codes: np.ndarray) -> None:
        self.codes = codes

    def __hash__(self) -> int:
        return id(self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Codes) and other.codes is self.codes


@lru_cache(maxsize=2)
def _starts(threads: _Codes) -> np.ndarray:
    changes = np.flatnonzero(np.diff(threads.codes)) + 1
    return np.concatenate([[0], changes]).astype(np.int64)
