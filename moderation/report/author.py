"""What an author has posted in this file: counts with what they are counts of, and no score."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.report.links import domains
from moderation.report.scored import NO_TIME

if TYPE_CHECKING:
    from moderation.report.scored import Scored

ROWS = 2_000  # of an author's comments, the newest, that can be listed and decided
READ = 500  # of these whose links are looked at
LINKS = 12
SPANS = 24  # bars of the picture of comments over time


def author(scored: Scored, row: int) -> dict[str, Any] | None:
    """All comments of the author of `row`, counted; None for a comment without an author."""
    names = scored.named["author"]
    code = int(names.codes[row])
    if code < 0:
        return None
    rows = np.flatnonzero(names.codes == code)
    seconds = scored.seconds[rows]
    newest = rows[np.lexsort((rows, seconds))][::-1][:ROWS]
    known = seconds[seconds != NO_TIME]
    threads = scored.named["thread_id"].codes[rows]
    links = _links(scored, newest[:READ].tolist())
    return {
        "comments": len(rows),
        "threads": len(np.unique(threads)),
        "flagged": int((scored.flags[rows] > 0).sum()),
        "flags": {
            label: int(((scored.flags[rows] >> np.uint64(k)) & np.uint64(1)).sum())
            for k, label in enumerate(scored.labels)
        },
        "first": int(known.min()) if len(known) else None,
        "last": int(known.max()) if len(known) else None,
        "spans": _spans(seconds, scored.flags[rows] > 0),
        "rows": newest.tolist(),
        "links": links.most_common(LINKS),
        "read": min(len(rows), READ),
    }


def _links(scored: Scored, rows: list[int]) -> Counter[str]:
    """How many of the comments link to each domain."""
    records = scored.records.take(rows)
    return Counter(domain for record in records for domain in domains(record["text"] or ""))


def _spans(seconds: np.ndarray, flagged: np.ndarray) -> dict[str, Any] | None:
    """Comments and flagged ones in equal spans of time; None without two times."""
    known = seconds != NO_TIME
    times = seconds[known]
    if len(times) < 2 or times.min() == times.max():
        return None
    edges = np.linspace(times.min(), times.max(), SPANS + 1)
    return {
        "start": int(times.min()),
        "end": int(times.max()),
        "comments": np.histogram(times, edges)[0].tolist(),
        "flagged": np.histogram(times[flagged[known]], edges)[0].tolist(),
    }
