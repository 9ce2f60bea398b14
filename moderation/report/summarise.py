"""What a page shows, as plain lists and numbers; nothing here knows HTML."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.report.details import details
from moderation.report.index import index
from moderation.report.overview import overview
from moderation.report.scored import BatchRecords, Scored
from moderation.tables import to_arrow

if TYPE_CHECKING:
    import pandas as pd

_TOLD = ("digest", "thresholds", "goals", "curves", "learnt")


def scored_of(frame: pd.DataFrame, passport: dict[str, Any]) -> Scored:
    """A scored table in memory, as `moderation score` makes it."""
    table = to_arrow(frame)
    return Scored.of(table, passport, BatchRecords(table))


def summary(scored: Scored) -> dict[str, Any]:
    """What both kinds of page begin with.

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
        **overview(scored),
    }


def summarise(scored: Scored, limit: int) -> dict[str, Any]:
    """Everything that a report shows by itself: the summary, the queue, and its comments.

    limit: how many of the comments to review are carried, the most certain; the figures count
    them all. Beside them stand those nearest to a flag, for other thresholds than the model's.
    """
    rows = np.union1d(most_certain(scored, limit), scored.nearest)
    return summary(scored) | {"index": index(scored, rows)} | details(scored, rows)


def most_certain(scored: Scored, limit: int) -> np.ndarray:
    """At most `limit` of the rows to review, those with the highest scores, ascending."""
    listed = scored.listed
    first = np.lexsort((listed, -scored.best(listed)))[:limit]
    return np.sort(listed[first])
