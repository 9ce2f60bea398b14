"""The overview: counts, scores by label, flags over time, busiest threads and authors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.evidence.clusters import cut
from moderation.language.identify import ENGLISH
from moderation.report.details import NAME_CHARACTERS
from moderation.report.scored import NO_TIME

if TYPE_CHECKING:
    from moderation.report.scored import Scored

BINS = 1_000  # steps of the threshold slider; the pictures join fifty to a bar
BUSIEST = 10
CAMPAIGNS = 10
LANGUAGES = 40
SHOWN_MEMBERS = 5
SHOWN_TEXT = 160  # characters of a campaign's text
SPANS = 40  # bars of the picture of flags over time, at most
_HOUR = 3_600
_STEPS = tuple(_HOUR * hours for hours in (1, 6, 24, 7 * 24, 30 * 24, 365 * 24))


def overview(scored: Scored) -> dict[str, Any]:
    """Figures over all rows, flagged or not."""
    return {
        "figures": _figures(scored),
        "languages": _languages(scored),
        "distributions": {label: _distribution(scored.scores[label]) for label in scored.labels},
        "timeline": _timeline(scored),
        "campaigns": _campaigns(scored),
        "busiest": {column: _busiest(scored, column) for column in ("thread_id", "author")},
    }


def _bits(scored: Scored, rows: np.ndarray) -> dict[str, np.ndarray]:
    flags = scored.flags[rows]
    return {
        label: (flags >> np.uint64(k)) & np.uint64(1) == 1 for k, label in enumerate(scored.labels)
    }


def _figures(scored: Scored) -> dict[str, Any]:
    threads = scored.named["thread_id"].codes
    return {
        "comments": len(scored),
        "threads": len(np.unique(threads[threads >= 0])),
        "flagged": len(scored.flagged),
        "flags": {label: int(hits.sum()) for label, hits in _bits(scored, scored.flagged).items()},
        "cannot_tell": {
            label: int(np.isnan(scored.scores[label]).sum()) for label in scored.labels
        },
    }


def _languages(scored: Scored) -> list[dict[str, Any]]:
    """Comments, flags by label and comments without a score by language, most comments first.

    language: "" = unknown. Nothing where all are English, or of no known language.
    """
    names, untold = scored.named["language"], scored.named["cannot_tell"].codes >= 0
    if not set(names.texts) - {ENGLISH}:
        return []
    of = names.codes + 1  # 0 = unknown
    counts = np.bincount(of, minlength=len(names.texts) + 1)
    cannot = np.bincount(of[untold], minlength=len(counts))
    flags = {
        label: np.bincount(of[scored.flagged][hits], minlength=len(counts))
        for label, hits in _bits(scored, scored.flagged).items()
    }
    texts = ["", *names.texts]
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda k: (-counts[k], texts[k]))
    return [
        {
            "language": texts[k][:NAME_CHARACTERS],
            "comments": int(counts[k]),
            "flags": {label: int(found[k]) for label, found in flags.items()},
            "cannot_tell": int(cannot[k]),
        }
        for k in order[:LANGUAGES]
    ]


def _distribution(scores: np.ndarray) -> list[int]:
    """(BINS,) comments with a score of k thousandths, rounded as in the index; 1 is in the last."""
    thousandths = np.rint(scores[~np.isnan(scores)] * BINS).astype(np.int64)
    return np.bincount(thousandths.clip(0, BINS - 1), minlength=BINS).tolist()


def _timeline(scored: Scored) -> dict[str, Any] | None:
    """Flags per label in equal spans of time; None when no flagged comment has a time.

    Dates before the first and after the last percent are counted in `outside`: one absurd date
    would leave no room for the others.
    """
    rows = scored.flagged[scored.seconds[scored.flagged] != NO_TIME]
    if not len(rows):
        return None
    seconds = scored.seconds[rows]
    first, last = np.quantile(seconds, [0.01, 0.99], method="nearest").tolist()
    if last - first > (seconds.max() - seconds.min()) / 2:
        first, last = int(seconds.min()), int(seconds.max())
    whole = next((size for size in _STEPS if (last - first) // size < SPANS), None)
    step = whole or -(-(last - first + 1) // SPANS)
    start = first // step * step
    span = (seconds - start) // step
    spans = int((last - start) // step) + 1
    inside = (span >= 0) & (span < spans)
    return {
        "start": int(start),
        "step": int(step),
        "flags": {
            label: np.bincount(span[inside & hits], minlength=spans).tolist()
            for label, hits in _bits(scored, rows).items()
        },
        "outside": int((~inside).sum()),
    }


def _campaigns(scored: Scored) -> list[dict[str, Any]]:
    """The largest sets of comments that say nearly the same, a row each, with their members."""
    sizes = np.bincount(scored.campaign[scored.campaign >= 0])
    largest = np.argsort(-sizes, kind="stable")[:CAMPAIGNS]
    return [_campaign(scored, number) for number in largest.tolist() if sizes[number]]


def _campaign(scored: Scored, number: int) -> dict[str, Any]:
    rows = np.flatnonzero(scored.campaign == number)
    distinct = {}
    for column in ("thread_id", "author"):
        codes = scored.named[column].codes[rows]
        distinct[column] = len(np.unique(codes[codes >= 0]))
    first = rows[:SHOWN_MEMBERS].tolist()
    records = scored.records.take(first)
    return {
        "campaign": number,
        "text": cut(records[0]["text"] or "", SHOWN_TEXT),
        "members": len(rows),
        "threads": distinct["thread_id"],
        "authors": distinct["author"],
        "flagged": int((scored.flags[rows] > 0).sum()),
        "first": [
            {
                "id": (record["id"] or "")[:NAME_CHARACTERS],
                "thread_id": (scored.named["thread_id"][row] or "")[:NAME_CHARACTERS],
                "author": (scored.named["author"][row] or "")[:NAME_CHARACTERS],
            }
            for row, record in zip(first, records, strict=True)
        ],
    }


def _busiest(scored: Scored, column: str) -> list[dict[str, Any]]:
    """The threads or authors with the most flagged comments."""
    names = scored.named[column]
    codes = names.codes[scored.flagged]
    flagged = np.bincount(codes[codes >= 0], minlength=len(names.texts))
    comments = np.bincount(names.codes[names.codes >= 0], minlength=len(names.texts))
    first = np.argsort(-flagged, kind="stable")[:BUSIEST]
    return [
        {
            "name": names.texts[code][:NAME_CHARACTERS],
            "title": _title(scored, column, code),
            "flagged": int(flagged[code]),
            "comments": int(comments[code]),
        }
        for code in first.tolist()
        if flagged[code]
    ]


def _title(scored: Scored, column: str, code: int) -> str:
    """Of a thread; "" for an author."""
    if column != "thread_id":
        return ""
    first = int(np.argmax(scored.named[column].codes == code))
    return (scored.named["title"][first] or "")[:NAME_CHARACTERS]
