"""What is shown for a comment: the comment itself, the path above it, its replies, its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.evidence.clusters import cut
from moderation.language.identify import ENGLISH
from moderation.report.evidence import evidence
from moderation.report.scored import NO_TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from moderation.report.scored import Scored

ANCESTORS = 12  # a reply is read with so many above it; longer paths keep the first and the nearest
REPLIES = 20
REPLY_CHARACTERS = 1_000
PARENT_CHARACTERS = 4_000
TEXT_CHARACTERS = 20_000  # of a flagged comment; a word of 1 MB would hang the page
NAME_CHARACTERS = 300  # of an author, title, id or address
UNKNOWN = "und"  # as BCP 47 calls a language that is not known
_STEP = 1_024


def details(
    scored: Scored, rows: Iterable[int], characters: int = TEXT_CHARACTERS
) -> dict[str, Any]:
    """`entries`: path, replies and evidence per row; `comments`: every comment they mention.

    characters: of each text, at most.
    """
    shown = list(dict.fromkeys(int(row) for row in rows))
    paths = {row: path(scored, row) for row in shown}
    below = {row: replies(scored, row) for row in shown}
    limits: dict[int, int] = {}
    for row in shown:
        for near in (*paths[row], *below[row]):
            limits.setdefault(near, REPLY_CHARACTERS)
    for above in paths.values():
        if above:
            limits[above[-1]] = PARENT_CHARACTERS
    limits |= dict.fromkeys(shown, TEXT_CHARACTERS)
    limits = {row: min(limit, characters) for row, limit in limits.items()}
    wanted = sorted(limits)
    records = dict(zip(wanted, scored.records.take(wanted), strict=True))
    return {
        "comments": {str(row): _comment(scored, row, records[row], limits[row]) for row in wanted},
        "entries": {
            str(row): {
                "path": paths[row],
                "replies": below[row],
                "why": evidence(records[row]["why"], cut(records[row]["text"] or "", limits[row])),
            }
            for row in shown
        },
    }


def shortened(scored: Scored, rows: Sequence[int], characters: int) -> dict[str, Any]:
    """The beginning of some comments, by row, for a line of a list or of a conversation."""
    records = scored.records.take(rows)
    return {
        str(row): _comment(scored, row, record, characters)
        for row, record in zip(rows, records, strict=True)
    }


def path(scored: Scored, row: int) -> list[int]:
    """The rows above `row`, first comment of the branch first; of a long path its ends."""
    above: list[int] = []
    parent = int(scored.parents[row])
    while parent >= 0 and len(above) < ANCESTORS:
        above.append(parent)
        parent = int(scored.parents[parent])
    if parent >= 0:
        above[-1] = row - int(np.argmax(scored.depth[row::-1] == 1))
    return above[::-1]


def replies(scored: Scored, row: int) -> list[int]:
    """The first direct replies to `row`: in pre-order they stand in its subtree, one level down."""
    rows: list[int] = []
    depth = int(scored.depth[row])
    start = row + 1
    while start < len(scored) and len(rows) < REPLIES:
        depths = scored.depth[start : start + _STEP]
        outside = np.flatnonzero(depths <= depth)
        inside = depths[: outside[0]] if len(outside) else depths
        rows += (start + np.flatnonzero(inside == depth + 1)).tolist()
        if len(outside):
            break
        start += _STEP
    return rows[:REPLIES]


def _comment(scored: Scored, row: int, record: dict[str, Any], limit: int) -> dict[str, Any]:
    """One comment; what is empty or usual, English too, is left out: a report has thousands."""
    text = record["text"] or ""
    seconds = int(scored.seconds[row])
    language = scored.named["language"][row]
    usual = {"comment", "approved", "unknown"}
    shown = {
        "id": _short(record["id"]),
        "author": _short(scored.named["author"][row]),
        "time": None if seconds == NO_TIME else seconds,
        "text": cut(text, limit),
        "lang": None if language == ENGLISH else language or UNKNOWN,
        "characters": len(text) if len(text) > limit else None,
        "kind": record["kind"] if record["kind"] not in usual else None,
        "status": scored.named["status"][row] if scored.named["status"][row] not in usual else None,
        "url": _short(record["url"], 2_000),
        "warnings": record["warnings"],
        "depth": int(scored.depth[row]) if scored.depth[row] != 1 else None,
    }
    return {name: value for name, value in shown.items() if value not in (None, "", [])}


def _short(name: str | None, limit: int = NAME_CHARACTERS) -> str | None:
    return name if name is None or len(name) <= limit else cut(name, limit) + "…"
