"""What a report shows, as plain lists and numbers: figures, distributions, the flagged in context.

Nothing here knows HTML; nothing in the page computes what is not here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from moderation.threads import parent_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

BINS = 20  # bars of a distribution: one for every 5 % of score
ANCESTORS = 12  # a reply is read with so many above it; longer paths keep the first and the nearest
REPLIES = 20
CONTEXT_CHARACTERS = 1_000  # of an ancestor or reply
TEXT_CHARACTERS = 20_000  # of a flagged comment; a word of 1 MB would hang the page


def summarise(scored: pd.DataFrame, passport: dict[str, Any], limit: int = 5_000) -> dict[str, Any]:
    """Everything that the page shows of `scored`.

    scored: (n,) rows as `moderation score` writes them: threads contiguous, in pre-order.
    passport: the model's name, digest, labels and thresholds. limit: how many flagged comments
    are carried, most certain first; the figures count all of them.
    """
    labels = [label for label in passport["labels"] if label in scored.columns]
    scores = {label: scored[label].to_numpy(dtype=np.float64, na_value=np.nan) for label in labels}
    flags = scored["flags"].fillna("").astype(str).to_numpy(dtype=object)
    flagged = np.flatnonzero(flags != "")
    certainty = _certainty(flags[flagged], {k: v[flagged] for k, v in scores.items()})
    queue = flagged[np.lexsort((flagged, -certainty))][:limit]
    parents = parent_rows(scored["depth"].to_numpy(dtype=np.int32))
    roots = np.flatnonzero(parents < 0)
    paths = {int(row): _path(int(row), parents, roots) for row in queue}
    replies = _replies(queue, parents)
    context = {near for rows in (*paths.values(), *replies.values()) for near in rows}
    limits = dict.fromkeys(context, CONTEXT_CHARACTERS) | dict.fromkeys(paths, TEXT_CHARACTERS)
    return {
        "model": {key: passport.get(key) for key in ("name", "digest", "thresholds", "goals")},
        "labels": labels,
        "figures": _figures(scored, flags, scores),
        "distributions": {label: _distribution(values) for label, values in scores.items()},
        "threads": _busiest(scored, flagged, "thread_id"),
        "authors": _busiest(scored, flagged, "author"),
        "total": len(flagged),
        "queue": [
            _entry(scored, row, flags[row], scores) | {"path": path, "replies": replies[row]}
            for row, path in paths.items()
        ],
        "comments": {str(row): _comment(scored, row, limits[row]) for row in sorted(limits)},
    }


def _certainty(flags: np.ndarray, scores: dict[str, np.ndarray]) -> np.ndarray:
    """(n,) the highest score among the labels that each comment is flagged with."""
    best = np.zeros(len(flags))
    for label, values in scores.items():
        carries = np.array([label in names.split(";") for names in flags], dtype=bool)
        best = np.where(carries, np.fmax(best, values), best)
    return best


def _figures(
    scored: pd.DataFrame, flags: np.ndarray, scores: dict[str, np.ndarray]
) -> dict[str, Any]:
    names = pd.Series(
        [name for joined in flags for name in joined.split(";") if name], dtype=object
    )
    counts = names.value_counts()
    return {
        "comments": len(scored),
        "threads": int(scored["thread_id"].nunique()),
        "flagged": int((flags != "").sum()),
        "flags": {label: int(counts.get(label, 0)) for label in scores},
        "cannot_tell": {label: int(np.isnan(values).sum()) for label, values in scores.items()},
    }


def _distribution(values: np.ndarray) -> list[int]:
    return np.histogram(values[~np.isnan(values)], bins=BINS, range=(0, 1))[0].tolist()


def _busiest(scored: pd.DataFrame, flagged: np.ndarray, column: str) -> list[dict[str, Any]]:
    """The ten threads or authors with the most flagged comments."""
    named = scored[column].iloc[flagged].dropna()
    counts = named.value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    counts = counts.head(10)
    totals = scored[column][scored[column].isin(counts.index)].value_counts()
    titles = _titles(scored, flagged) if column == "thread_id" else {}
    return [
        {"name": titles.get(name) or name, "flagged": int(n), "comments": int(totals[name])}
        for name, n in zip(counts.index.astype(str), counts, strict=True)
    ]


def _titles(scored: pd.DataFrame, rows: np.ndarray) -> dict[str, str]:
    pairs = scored[["thread_id", "title"]].iloc[rows].dropna().drop_duplicates("thread_id")
    return dict(zip(pairs["thread_id"], pairs["title"], strict=True))


def _replies(queue: np.ndarray, parents: np.ndarray) -> dict[int, list[int]]:
    """The first direct replies of each queued row."""
    replies: dict[int, list[int]] = {int(row): [] for row in queue}
    for row in np.flatnonzero(np.isin(parents, queue)).tolist():
        below = replies[int(parents[row])]
        if len(below) < REPLIES:
            below.append(row)
    return replies


def _path(row: int, parents: np.ndarray, roots: np.ndarray) -> list[int]:
    """The rows above `row`, first comment of the branch first; of a long path its ends."""
    path: list[int] = []
    above = int(parents[row])
    while above >= 0 and len(path) < ANCESTORS:
        path.append(above)
        above = int(parents[above])
    if above >= 0:
        path[-1] = int(roots[np.searchsorted(roots, row, side="right") - 1])
    return path[::-1]


def _entry(
    scored: pd.DataFrame, row: int, flags: str, scores: dict[str, np.ndarray]
) -> dict[str, Any]:
    why = scored["why"].iloc[row]
    return {
        "row": row,
        "title": _text(scored["title"].iloc[row]) or _text(scored["thread_id"].iloc[row]),
        "flags": flags.split(";"),
        "scores": {
            k: None if np.isnan(v[row]) else round(float(v[row]), 4) for k, v in scores.items()
        },
        "why": json.loads(why) if isinstance(why, str) else {},
    }


def _comment(scored: pd.DataFrame, row: int, limit: int) -> dict[str, Any]:
    values = scored.iloc[row]
    text = _text(values["text"])
    return {
        "id": _text(values["id"]),
        "thread": _text(values["thread_id"]),
        "author": _text(values["author"]),
        "time": "" if pd.isna(values["created_at"]) else values["created_at"].isoformat(),
        "text": text[:limit],
        "characters": len(text),
        "depth": int(values["depth"]),
        "kind": values["kind"],
        "status": values["status"],
        "url": _text(values["url"]),
        "warnings": _words(values["warnings"]),
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(value: Iterable[str] | None) -> list[str]:
    return [] if value is None or isinstance(value, float) else list(value)
