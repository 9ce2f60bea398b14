"""What a page shows, as plain lists and numbers; nothing here knows HTML."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson

from moderation.report.conversation import bounds
from moderation.report.details import TEXT_CHARACTERS, details, shortened
from moderation.report.index import index
from moderation.report.links import first_domains
from moderation.report.overview import overview
from moderation.report.scored import BatchRecords, Scored
from moderation.tables import to_arrow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from moderation.labels.reasons import Reason

CONTEXT_ROWS = 5_000  # comments of a report that are there for their conversation alone
CONTEXT_CHARACTERS = 300  # of each
CONTEXT_FIELDS = 150  # bytes of each beside its text
ROOM = 7_500_000  # bytes of comments in a report; with all else it stays under ten megabytes
_TOLD = ("digest", "thresholds", "goals", "curves", "learnt")


def scored_of(frame: pd.DataFrame, passport: dict[str, Any]) -> Scored:
    """A scored table in memory, as `moderation score` makes it."""
    table = to_arrow(frame)
    return Scored.of(table, passport, BatchRecords(table))


def summary(scored: Scored, reasons: Sequence[Reason] = ()) -> dict[str, Any]:
    """What both kinds of page begin with. reasons: what a reviewer may give for an action.

    `report` names the scored table: the same rows and model, the same name, so that decisions
    kept in a browser find their comments again.
    """
    passport = scored.passport
    digest = hashlib.sha256(repr([passport.get("digest"), scored.labels, len(scored)]).encode())
    digest.update(scored.flags.tobytes())
    for label in scored.labels:
        digest.update(np.ascontiguousarray(scored.scores[label]).tobytes())
    name = passport.get("model") or passport.get("name") or ""
    return {
        "report": digest.hexdigest()[:16],
        "model": {"name": name, **{key: passport.get(key) for key in _TOLD}},
        "labels": scored.labels,
        "reasons": [reason._asdict() for reason in reasons],
        **overview(scored),
    }


class Cut(NamedTuple):
    """How much of the comments a report has: characters of each text, bytes with what is around."""

    characters: int
    room: int


WHOLE = Cut(TEXT_CHARACTERS, ROOM)
CUTS = (WHOLE, *(Cut(most, 0) for most in (TEXT_CHARACTERS, 4_000, 1_500, 600, 250, 100)))
"""The report is written with the first of these that is small enough."""


def summarise(
    scored: Scored, limit: int, reasons: Sequence[Reason] = (), cut: Cut = WHOLE
) -> dict[str, Any]:
    """Everything that a report shows by itself: the summary, the queue, and its comments.

    limit: how many of the comments to review are carried, the most certain; the figures count
    them all. Beside them stand those nearest to a flag, for other thresholds than the model's,
    and the rest of their conversations, as far as there is room.
    """
    listed = most_certain(scored, limit)
    rows = np.union1d(listed, scored.nearest)
    told = details(scored, rows, cut.characters)
    carried = {int(row) for row in told["comments"]}
    room = (cut.room - len(orjson.dumps(told))) // (CONTEXT_CHARACTERS + CONTEXT_FIELDS)
    whole = _conversations(scored, listed, carried, min(room, CONTEXT_ROWS))
    others = [row for row in whole if row not in carried]
    told["comments"] |= shortened(scored, others, CONTEXT_CHARACTERS)
    found = first_domains(scored, rows)
    domains = {"domain": found.codes.tolist(), "domains": found.texts}
    shown = {"index": index(scored, rows), "domains": domains}
    return summary(scored, reasons) | shown | told


def likely_cuts(scored: Scored, limit: int, most: int) -> Iterator[Cut]:
    """The cuts that may make a report small enough: those whose texts alone are not too much."""
    records = scored.records.take(most_certain(scored, limit).tolist())
    texts = [(record["text"] or "")[:TEXT_CHARACTERS] for record in records]
    length = np.array([len(text) for text in texts], np.int64)
    escaped = [len(text.encode()) + 5 * sum(map(text.count, "<>&")) for text in texts]
    each = np.array(escaped) / np.maximum(length, 1)
    for cut in CUTS:
        if (each * np.minimum(length, cut.characters)).sum() <= most or cut is CUTS[-1]:
            yield cut


def _conversations(scored: Scored, rows: np.ndarray, carried: set[int], most: int) -> list[int]:
    """The rows of whole conversations around some rows, short ones first.

    Of these at most `most` are not carried already.
    """
    spans = sorted({bounds(scored, row) for row in rows.tolist()}, key=lambda one: one[1] - one[0])
    some: list[int] = []
    for start, end in spans:
        most -= sum(row not in carried for row in range(start, end))
        if most < 0:
            break
        some += range(start, end)
    return some


def most_certain(scored: Scored, limit: int) -> np.ndarray:
    """At most `limit` of the rows to review, those with the highest scores, ascending."""
    listed = scored.listed
    first = np.lexsort((listed, -scored.best(listed)))[:limit]
    return np.sort(listed[first])
