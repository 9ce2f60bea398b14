"""Why a comment was flagged, ready to be drawn: spans to coloured stretches, the rest by size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from moderation.evidence.clusters import has_no_blanks, units
from moderation.report.cause import SHARE, cause
from moderation.report.sentences import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.report.sentences import Message
LEVELS = 3  # shades of a highlight in either direction: more cannot be told apart
NAMED = 6  # features and words that are named beside the text; the rest add little


def evidence(why: str | None, text: str) -> dict[str, dict[str, Any]]:
    """Per label what `why` (JSON of one comment) says, with `marks` in place of its spans.

    said: its sentences as messages. text: as it is shown; what lies beyond its end is not marked.
    """
    if not why:
        return {}
    words = np.array(units(text), np.int64).reshape(-1, 2)
    return {
        label: _label(label, reason, words, text) for label, reason in orjson.loads(why).items()
    }


def _label(label: str, reason: dict[str, Any], words: np.ndarray, text: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        name: reason[name] for name in ("score", "threshold") if name in reason
    }
    spans = reason.get("spans") or []
    sentence = reason.get("sentence")
    said = _cause(label, reason, spans, words, text)
    if said := said + (parsed(sentence) if sentence else []):
        shown["said"] = said
    if marks := stretches(spans, words, len(text)):
        shown["marks"] = marks
    for name in ("dump", "features", "terms"):
        if largest := _largest(reason.get(name)):
            shown[name] = largest
    return shown


def _cause(
    label: str, reason: dict[str, Any], spans: list[list[float]], words: np.ndarray, text: str
) -> list[Message]:
    """The cause in words; none for a label of the conversation, which says its own."""
    if not spans or not len(words):
        return []
    weights = _weights(spans, words, len(text))
    weighed = [(text[start:end], weight) for start, end, weight in _words_of(text, words, weights)]
    return cause(label, text, weighed, reason.get("features") or {})


def _words_of(
    text: str, units: np.ndarray, weights: np.ndarray
) -> Iterator[tuple[int, int, float]]:
    """Start, end and weight of each word; of neighbouring characters, those that weigh something.

    In scripts without blanks a word is what stands together and speaks for the flag: “傻逼”.
    """
    least = SHARE * weights.max()
    before: tuple[int, int, float] | None = None
    for (start, end), weight in zip(units.tolist(), weights.tolist(), strict=True):
        joins = weight >= least > 0 and has_no_blanks(text[start:end])
        if before is not None and joins and before[1] == start:
            before = before[0], end, before[2] + weight
            continue
        if before is not None:
            yield before
        before = (start, end, weight) if joins else None
        if not joins:
            yield start, end, weight
    if before is not None:
        yield before


def _weights(spans: list[list[float]], words: np.ndarray, length: int) -> np.ndarray:
    """What each word adds, a share being spread evenly over its characters: (w,)."""
    start, end, share = np.array(spans, np.float64).T
    each = share / np.maximum(end - start, 1)
    steps = np.zeros(length + 1)
    np.add.at(steps, np.clip(start, 0, length).astype(np.int64), each)
    np.add.at(steps, np.clip(end, 0, length).astype(np.int64), -each)
    sums = np.concatenate([[0.0], np.cumsum(np.cumsum(steps)[:length])])
    weights: np.ndarray = sums[words[:, 1]] - sums[words[:, 0]]
    return weights


def stretches(spans: list[list[float]], words: np.ndarray, length: int) -> list[list[int]]:
    """Overlapping `[start, end, share]` as disjoint `[start, end, level]`, level -3 to 3, never 0.

    words: (w, 2) start and end. A share is spread evenly over its characters and each word takes
    what its own have, for half a word in colour cannot be read; level 3 is within a sixth of the
    strongest word. Neighbours of one level are one stretch.

    >>> stretches([[0, 2, 1.0], [3, 5, -0.7]], np.array([[0, 2], [3, 5]]), 5)
    [[0, 2, 3], [3, 5, -2]]
    """
    if not spans or not len(words):
        return []
    weight = _weights(spans, words, length)
    heaviest = np.abs(weight).max()
    if not heaviest > 0:
        return []
    level = np.rint(weight / heaviest * LEVELS).astype(np.int64)
    first = np.flatnonzero(np.diff(level, prepend=level[0] - 1))
    last = np.append(first[1:], len(level)) - 1
    marks = np.stack([words[first, 0], words[last, 1], level[first]]).T
    return marks[marks[:, 2] != 0].tolist()


def _largest(named: Any) -> list[list[Any]]:
    """The weightiest of `{name: share}` (or `[[name, share], ...]`), as pairs."""
    pairs = list(named.items()) if isinstance(named, dict) else list(named or ())
    known: list[list[Any]] = [
        [str(pair[0]), round(float(pair[1]), 3)]
        for pair in pairs
        if isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[1], int | float)
    ]
    return sorted(known, key=lambda pair: -abs(pair[1]))[:NAMED]


WORDS = "words"


_COMMON = {"length"}  # moves every score, and is nobody's reason


def review_reasons(whys: Iterable[str | None], asked: Iterable[str | None]) -> list[str | None]:
    """One per row: the reason a queue gives, else what weighed most for the surest flag.

    whys: JSON of `why`. asked: the `queue` column. None for a row that has neither.

    >>> why = '{"spam": {"score": 0.9, "spans": [[0, 4, 1.5]], "features": {"links": 2}}}'
    >>> review_reasons([why], [None])
    ['spam: links']
    """
    return [queued or _heaviest(why) for why, queued in zip(whys, asked, strict=True)]


def _heaviest(why: str | None) -> str | None:
    if not why:
        return None
    flags: dict[str, dict[str, Any]] = orjson.loads(why)
    if not flags:
        return None
    label, reason = max(flags.items(), key=lambda flag: flag[1].get("score") or 0.0)
    shares = {
        name: share for name, share in (reason.get("features") or {}).items() if name not in _COMMON
    }
    shares |= reason.get("dump") or {}
    shares[WORDS] = sum(share for _, _, share in reason.get("spans") or [])
    return f"{label}: {max(shares, key=lambda name: shares[name])}"
