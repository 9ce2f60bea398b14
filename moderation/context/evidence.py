"""Say in words why a comment is off the topic: what it shares with what is above it, or lacks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from moderation.comments import STRING
from moderation.context import terms
from moderation.context.expand import CONTEXT_FEATURES
from moderation.context.head import (
    IDF_STEPS,
    doubted,
    features_at,
    rows_above,
    text_column,
    thread_bounds,
    thread_heads,
)

if TYPE_CHECKING:
    import pandas as pd

    from moderation.context.head import ContextHead, Frequencies, Measured

TELLING = 5.5  # idf of a word that says what a text is about: one text in 250 has it
SHOWN = 6  # words of a kind
REACH = 8  # ancestors looked at
WORDED = 40  # siblings looked at, where there is nothing else

_NOTHING = "shares nothing"
_OFF = {
    "article": "on the conversation's topic but off the article's: ",
    "conversation": "on the article's topic but off the conversation's: ",
    "both": "off the article's topic and the conversation's: ",
}
"""What a sentence begins with where there are both to be off."""
_ALONE = "nothing around it has telling words"
FEW_WORDS = "few words"  # what a short comment's logit is cut by, see `context.DOUBT`

GROUPS = {
    "article": ("head",),
    "parent": ("parent", "path"),
    "conversation": ("siblings", "replies", "thread", "drift"),
    "kind of text": ("shape", "alone", "has"),
}
"""Whose overlap spoke: feature groups as a moderator reads them."""


@dataclass(frozen=True)
class Evidence:
    """Why one comment was scored off the topic.

    intercept and features add up to the raw logit. off: "article", "conversation", "both" or
    "neither" (the features carried it, not the words). own: its most telling words.
    """

    intercept: float
    features: dict[str, float]
    off: str
    own: list[str]
    article_shared: list[str]
    article_lacks: list[str]
    parent_shared: list[str]
    nearest: dict[str, Any] | None
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """For the `why` column: JSON-able."""
        return {
            "intercept": round(self.intercept, 4),
            "features": {name: round(share, 4) for name, share in self.features.items()},
            "terms": {
                "off": self.off,
                "own": self.own,
                "article_shared": self.article_shared,
                "article_lacks": self.article_lacks,
                "parent_shared": self.parent_shared,
                "nearest": self.nearest,
            },
            "sentence": self.sentence,
        }


class TellingWords(dict[int, str]):
    """The telling words of a text: bucket to the word as it first stands, most telling first."""

    def __init__(self, text: str, frequencies: Frequencies) -> None:
        words = terms.spelled(text)
        steps = frequencies.steps[words[:, 2]]  # idf, but for the unit
        telling = steps >= TELLING * IDF_STEPS
        weight: dict[int, float] = {}
        count: dict[int, int] = {}
        first: dict[int, str] = {}
        for (start, end, bucket), step in zip(
            words[telling].tolist(), steps[telling].tolist(), strict=True
        ):
            if bucket in first:
                count[bucket] = count.get(bucket, 1) + 1
            else:
                first[bucket], weight[bucket] = text[start:end], step
        for bucket, several in count.items():
            weight[bucket] *= 1 + math.log(several)
        ordered = sorted(weight, key=weight.__getitem__, reverse=True)
        super().__init__([(bucket, first[bucket]) for bucket in ordered])

    def shared(self, other: TellingWords) -> list[str]:
        """Words of this text that the other has too."""
        return [word for bucket, word in self.items() if bucket in other][:SHOWN]

    def lacking(self, other: TellingWords) -> list[str]:
        """Words of the other text that this one has not."""
        return [word for bucket, word in other.items() if bucket not in self][:SHOWN]


def explain(
    head: ContextHead,
    comments: pd.DataFrame,
    threads: pd.DataFrame,
    rows: np.ndarray,
    measured: Measured | None = None,
) -> list[Evidence]:
    """Evidence for some rows of a comment table, in the order of `rows`.

    Only the threads of these rows are looked at, so it costs as much as scoring those; measured:
    features known from scoring, which makes it cheap.
    """
    bounds = thread_bounds(comments)
    thread = np.searchsorted(bounds, rows, "right") - 1
    chosen = np.unique(thread)
    spans = [np.arange(bounds[one], bounds[one + 1]) for one in chosen]
    if not spans:
        return []
    names = [name for name in ("thread_id", "id", "depth", "text") if name in comments]
    part = comments[names].take(np.concatenate(spans))
    starts = np.concatenate([[0], np.cumsum([len(one) for one in spans])])
    moved = np.asarray(rows) - bounds[thread] + starts[np.searchsorted(chosen, thread)]
    if measured is not None and np.isin(rows, measured.rows).all():
        features = measured.features[np.searchsorted(measured.rows, rows)]
    else:
        features = features_at(part, threads, head.frequencies, moved)
    near = _Neighbours(head.frequencies, part, threads)
    return [_evidence(head, one, near.of(row)) for one, row in zip(features, moved, strict=True)]


class _Around(NamedTuple):
    """A comment's telling words and those around it.

    near: those above, nearest first; siblings (id None) where there is nothing above.
    """

    own: TellingWords
    title: str
    about: TellingWords
    near: list[tuple[int | None, TellingWords]]
    ids: pa.Array


class _Neighbours:
    """Looks up what stands around comments; every text is taken apart once."""

    def __init__(
        self, frequencies: Frequencies, comments: pd.DataFrame, threads: pd.DataFrame
    ) -> None:
        self._frequencies = frequencies
        self._texts = text_column(comments, "text")
        nameless = pa.nulls(len(comments), STRING)
        self._ids = text_column(comments, "id") if "id" in comments else nameless
        self._bounds = thread_bounds(comments)
        self._heads = thread_heads(comments, threads)
        self._parent = rows_above(comments["depth"].to_numpy(np.int32))
        self._words: dict[int, TellingWords] = {}
        self._about: dict[int, tuple[str, TellingWords]] = {}

    def of(self, row: int) -> _Around:
        title, about = self._head(int(np.searchsorted(self._bounds, row, "right")) - 1)
        above = _ancestors(self._parent, row)
        near: list[tuple[int | None, TellingWords]] = [(up, self._told(up)) for up in above]
        if not above and not about:
            near = [(None, self._told(up)) for up in self._company(row)]
        return _Around(self._told(row), title, about, near, self._ids)

    def _told(self, row: int) -> TellingWords:
        if row not in self._words:
            self._words[row] = TellingWords(self._texts[row].as_py(), self._frequencies)
        return self._words[row]

    def _head(self, thread: int) -> tuple[str, TellingWords]:
        if thread not in self._about:
            title, article = self._heads[2 * thread : 2 * thread + 2].to_pylist()
            about = TellingWords(f"{title}\n{article}", self._frequencies)
            self._about[thread] = title, about
        return self._about[thread]

    def _company(self, row: int) -> list[int]:
        """Rows of some siblings at the top of the thread."""
        thread = int(np.searchsorted(self._bounds, row, "right")) - 1
        first, last = int(self._bounds[thread]), int(self._bounds[thread + 1])
        top = np.flatnonzero(self._parent[first:last] < 0) + first
        return [int(one) for one in top[: WORDED + 1] if one != row][:WORDED]


def _ancestors(parent: np.ndarray, row: int) -> list[int]:
    """Rows of the parent, its parent, … up to REACH."""
    found: list[int] = []
    while parent[row] >= 0 and len(found) < REACH:
        row = int(parent[row])
        found.append(row)
    return found


def _evidence(head: ContextHead, features: np.ndarray, around: _Around) -> Evidence:
    own, title, about, near, ids = around
    overlaps = [(row, own.shared(other)) for row, other in near]
    article_shared = own.shared(about)
    parent_shared = overlaps[0][1] if overlaps and overlaps[0][0] is not None else []
    among = list(dict.fromkeys(word for _, shared in overlaps for word in shared))
    nearest = next(
        (
            {"id": ids[row].as_py(), "steps": step, "shared": shared}
            for step, (row, shared) in enumerate(overlaps, 1)
            if row is not None and shared
        ),
        None,
    )
    off_article, off_talk = bool(about) and not article_shared, bool(near) and not among
    off = {(True, True): "both", (True, False): "article", (False, True): "conversation"}.get(
        (off_article, off_talk), "neither"
    )
    intercept, shares = _shared_out(head, features)
    said = _sentence(title, bool(about), article_shared, near, parent_shared, nearest, among, own)
    two = bool(about) and bool(near)
    return Evidence(
        intercept,
        shares,
        off,
        list(own.values())[:SHOWN],
        article_shared,
        own.lacking(about),
        parent_shared,
        nearest,
        _OFF.get(off, "") + said if two else said,
    )


def _shared_out(head: ContextHead, features: np.ndarray) -> tuple[float, dict[str, float]]:
    """The intercept and what each of GROUPS adds to it, as differences from a usual comment."""
    carried = np.bincount(_GROUP_OF, features * head.weights.astype(np.float64), len(GROUPS))
    shares = dict(zip(GROUPS, carried.tolist(), strict=True))
    for name, typical in head.typical.items():
        shares[name] -= typical
    intercept = head.intercept + sum(head.typical.values())
    whole = np.array([intercept + sum(shares.values())])
    shares[FEW_WORDS] = float((doubted(whole, features[None], head.doubt) - whole)[0])
    return intercept, shares


def group_of(feature: str) -> str:
    """The one of GROUPS that a feature of CONTEXT_FEATURES belongs to."""
    prefix = feature.split(".", maxsplit=1)[0]
    return next(name for name, prefixes in GROUPS.items() if prefix in prefixes)


_GROUP_OF = np.array([list(GROUPS).index(group_of(name)) for name in CONTEXT_FEATURES])


def _sentence(
    title: str,
    about: bool,
    article_shared: list[str],
    near: list[tuple[int | None, TellingWords]],
    parent_shared: list[str],
    nearest: dict[str, Any] | None,
    among: list[str],
    own: TellingWords,
) -> str:
    """One line for a moderator."""
    said: list[str] = []
    if about:
        name = f"the article (title: {title.strip()})" if title.strip() else "the article"
        said.append(_shares(article_shared, name))
    if near and near[0][0] is not None:
        said.append(_shares(parent_shared, "the comment it answers"))
        if nearest is not None and nearest["steps"] > 1:
            words = ", ".join(nearest["shared"])
            said.append(f"shares {words} with the comment {nearest['steps']} steps above")
    elif near:
        said.append(_shares(among[:SHOWN], "the comments beside it"))
    line = ", ".join(said) or _ALONE
    if line.startswith(_NOTHING):
        line = line.replace(f", {_NOTHING}", ", nor")
    if not own:
        return f"{line}; it has no telling words of its own"
    return f"{line}; its own words: {', '.join(list(own.values())[:SHOWN])}"


def _shares(words: list[str], other: str) -> str:
    return f"shares {', '.join(words)} with {other}" if words else f"{_NOTHING} with {other}"
