"""The rows to review as short columns of numbers: all that a queue needs to filter and sort by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.report.conversation import bounds
from moderation.report.details import NAME_CHARACTERS
from moderation.report.scored import NO_TIME

if TYPE_CHECKING:
    from moderation.report.scored import Names, Scored

SCALE = 1_000  # a score travels as thousandths


def index(scored: Scored, rows: np.ndarray) -> dict[str, Any]:
    """rows: (m,) ascending. Columns of m numbers each; -1 stands for null.

    `threads` are `[thread_id, title, first row, comments]`, `authors`, `statuses` and `reasons`
    names; the columns `thread`, `author`, `status` and `reason` point into them. `queued` is 1
    where a queue asked, `extra` where a row does not wait for review.
    """
    thread, threads = _renumbered(scored.named["thread_id"], rows)
    author, authors = _renumbered(scored.named["author"], rows)
    status, statuses = _renumbered(scored.named["status"], rows)
    reason, reasons = _renumbered(scored.reason, rows)
    seconds = scored.seconds[rows]
    return {
        "row": rows.tolist(),
        "flags": scored.flags[rows].tolist(),
        "scores": {label: _thousandths(scored.scores[label][rows]) for label in scored.labels},
        "thread": thread.tolist(),
        "author": author.tolist(),
        "status": status.tolist(),
        "reason": reason.tolist(),
        "queued": scored.queued[rows].astype(int).tolist(),
        "extra": (~np.isin(rows, scored.listed)).astype(int).tolist(),
        "time": np.where(seconds == NO_TIME, -1, seconds).tolist(),
        "campaign": scored.campaign[rows].tolist(),
        "threads": _threads(scored, rows, thread, threads),
        "authors": [_short(name) for name in authors],
        "statuses": statuses,
        "reasons": reasons,
    }


def _renumbered(names: Names, rows: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Numbers that count only the names that these rows have, in order of the names' codes."""
    used, codes = np.unique(names.codes[rows], return_inverse=True)
    missing = int(len(used) > 0 and used[0] < 0)
    return codes - missing, [names.texts[code] for code in used[missing:].tolist()]


def _threads(
    scored: Scored, rows: np.ndarray, thread: np.ndarray, names: list[str]
) -> list[list[Any]]:
    known = thread >= 0
    _, first = np.unique(thread[known], return_index=True)
    titles = scored.named["title"]
    told = []
    for name, row in zip(names, rows[known][first].tolist(), strict=True):
        start, end = bounds(scored, row)
        told.append([_short(name), _short(titles[row] or ""), start, end - start])
    return told


def _thousandths(scores: np.ndarray) -> list[int]:
    return (
        np.where(np.isnan(scores), -1, np.rint(np.nan_to_num(scores) * SCALE)).astype(int).tolist()
    )


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS else name[:NAME_CHARACTERS] + "…"
