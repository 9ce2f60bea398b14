"""Say in words why a comment is off the topic: what it shares with what is above it, or lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING
from moderation.context.classifier import (
    IDF_STEPS,
    features_at,
    rows_above,
    titles_and_articles,
)
from moderation.context.features import CONTEXT_FEATURES
from moderation.context.windows import WINDOW, in_chats
from moderation.evidence.telling_words import TellingWords
from moderation.tables import chosen_columns, taken, text_column
from moderation.threads import thread_bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.context.classifier import ContextClassifier, Frequencies, Measured
    from moderation.tables import Table

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
FEW_WORDS = (
    "few words"  # what a short comment's logit is cut by, see `ContextClassifier.discounted`
)

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


def explain(
    head: ContextClassifier,
    comments: Table,
    threads: Table,
    rows: np.ndarray,
    measured: Measured | None = None,
) -> list[Evidence]:
    """Evidence for some rows of a comment table, in the order of `rows`.

    Only the threads of these rows are looked at, so it costs as much as scoring those; measured:
    what `shared_out` made of the features when they were scored, which makes it cheap.
    """
    if not len(rows):
        return []
    comments = chosen_columns(comments, ("thread_id", "id", "depth", "text", "kind"))
    if measured is not None and np.isin(rows, measured.rows).all():
        shares = measured.kept[np.searchsorted(measured.rows, rows)]
    else:
        comments, rows = _threads_of(comments, np.asarray(rows))
        shares = shared_out(head, features_at(comments, threads, head.frequencies, rows))
    intercept = head.intercept + sum(head.typical.values())
    around = _around(head.frequencies, comments, threads, rows)
    return [
        _evidence(intercept, dict(zip((*GROUPS, FEW_WORDS), share, strict=True)), where)
        for share, where in zip(shares.tolist(), around, strict=True)
    ]


def _threads_of(comments: pa.Table, rows: np.ndarray) -> tuple[pa.Table, np.ndarray]:
    """The threads that hold some rows, and where the rows stand in them."""
    bounds = thread_bounds(comments)
    thread = np.searchsorted(bounds, rows, "right") - 1
    chosen = np.unique(thread)
    spans = [np.arange(bounds[one], bounds[one + 1]) for one in chosen]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in spans])])
    moved = rows - bounds[thread] + starts[np.searchsorted(chosen, thread)]
    return taken(comments, np.concatenate(spans)), moved


class _Around(NamedTuple):
    """A comment's telling words, and what they meet around it.

    about: whether title and article have any. near: id and shared words of the comments above,
    nearest first, or if none is `above` of some siblings. chat: these are the messages before it.
    """

    own: list[str]
    title: str
    about: bool
    article_shared: list[str]
    article_lacks: list[str]
    above: bool
    chat: bool
    near: list[tuple[str | None, list[str]]]


def _around(
    frequencies: Frequencies, comments: pa.Table, threads: Table, rows: np.ndarray
) -> Iterator[_Around]:
    """What stands around each of the rows; every text is taken apart once."""

    def telling(texts: pa.Array, some: np.ndarray) -> TellingWords:
        return TellingWords(texts, some, frequencies.steps, TELLING * IDF_STEPS)

    bounds = thread_bounds(comments)
    chosen, thread = np.unique(np.searchsorted(bounds, rows, "right") - 1, return_inverse=True)
    heads = titles_and_articles(comments, threads)
    titles = heads.take(pa.array(2 * chosen))
    articles = heads.take(pa.array(2 * chosen + 1))
    joined = pc.binary_join_element_wise(titles, articles, pa.scalar("\n", STRING))
    about = telling(joined, np.arange(len(chosen)))
    has_words = about.count()[thread] > 0
    chats = in_chats(comments, bounds)[rows]
    above, near = _rows_near(comments, bounds, rows, has_words, chats)
    number = np.array([len(some) for some in near])
    others = np.concatenate([rows, *near]).astype(np.int64)
    known, place = np.unique(others, return_inverse=True)
    words = telling(text_column(comments, "text"), known)
    own, other = place[: len(rows)], place[len(rows) :]

    article_shared = words.compared(own, about, thread, SHOWN, shared=True)
    article_lacks = about.compared(thread, words, own, SHOWN, shared=False)
    near_shared = words.compared(np.repeat(own, number), words, other, SHOWN, shared=True)
    known_ids = "id" in comments.column_names
    ids = text_column(comments, "id") if known_ids else pa.nulls(len(comments), STRING)
    names = ids.take(pa.array(others[len(rows) :])).to_pylist()
    ends = np.cumsum(number).tolist()
    shown_titles = titles.to_pylist()
    for k, end in enumerate(ends):
        first = end - int(number[k])
        shared = [words.shown(one) for one in near_shared[first:end]]
        yield _Around(
            words.first(int(own[k]), SHOWN),
            shown_titles[thread[k]],
            bool(has_words[k]),
            words.shown(article_shared[k]),
            about.shown(article_lacks[k]),
            above[k],
            bool(chats[k]),
            list(zip(names[first:end], shared, strict=True)),
        )


def _rows_near(
    comments: pa.Table,
    bounds: np.ndarray,
    rows: np.ndarray,
    has_words: np.ndarray,
    chats: np.ndarray,
) -> tuple[list[bool], list[list[int]]]:
    """Whether each row has ancestors, and these; else its siblings, if the head has no words.

    In chats they are the messages right before it.
    """
    parent = rows_above(comments["depth"].to_numpy().astype(np.int32, copy=False))
    near = [_ancestors(parent, row) for row in rows.tolist()]
    above = [bool(some) for some in near]
    for k in np.flatnonzero(~has_words | chats).tolist():
        if not above[k] and chats[k]:
            near[k] = _before(bounds, int(rows[k]))
        elif not above[k]:
            near[k] = _neighbours(parent, bounds, int(rows[k]))
    return above, near


def _ancestors(parent: np.ndarray, row: int) -> list[int]:
    """Rows of the parent, its parent, … up to REACH."""
    rows: list[int] = []
    while (row := int(parent[row])) >= 0 and len(rows) < REACH:
        rows.append(row)
    return rows


def _neighbours(parent: np.ndarray, bounds: np.ndarray, row: int) -> list[int]:
    """Rows of some siblings at the top of the thread."""
    thread = int(np.searchsorted(bounds, row, "right")) - 1
    first, last = int(bounds[thread]), int(bounds[thread + 1])
    top = np.flatnonzero(parent[first:last] < 0) + first
    return [int(other) for other in top[: WORDED + 1] if other != row][:WORDED]


def _before(bounds: np.ndarray, row: int) -> list[int]:
    """Rows of the messages before this one, nearest first."""
    first = int(bounds[np.searchsorted(bounds, row, "right") - 1])
    return list(range(row - 1, max(first, row - WINDOW) - 1, -1))


def _evidence(intercept: float, shares: dict[str, float], around: _Around) -> Evidence:
    near, about, above = around.near, around.about, around.above
    parent_shared = near[0][1] if above else []
    among = list(dict.fromkeys(word for _, shared in near for word in shared))
    nearest = next(
        (
            {"id": name, "steps": step, "shared": shared}
            for step, (name, shared) in enumerate(near, 1)
            if above and shared
        ),
        None,
    )
    off_article, off_talk = about and not around.article_shared, bool(near) and not among
    off = {(True, True): "both", (True, False): "article", (False, True): "conversation"}.get(
        (off_article, off_talk), "neither"
    )
    sentence = _sentence(around, parent_shared, nearest, among)
    return Evidence(
        intercept,
        shares,
        off,
        around.own,
        around.article_shared,
        around.article_lacks,
        parent_shared,
        nearest,
        _OFF.get(off, "") + sentence if about and near else sentence,
    )


def shared_out(head: ContextClassifier, features: np.ndarray) -> np.ndarray:
    """What each of GROUPS adds to the logits, as differences from a usual comment; and FEW_WORDS.

    features: (n, len(CONTEXT_FEATURES)). Returns (n, len(GROUPS) + 1) float64.
    """
    n, groups = len(features), len(GROUPS)
    places = np.arange(n)[:, None] * groups + _GROUP_OF
    carried = np.bincount(
        places.ravel(), (features * head.weights.astype(np.float64)).ravel(), n * groups
    ).reshape(n, groups)
    carried = carried - np.array([head.typical.get(name, 0.0) for name in GROUPS])
    intercept = head.intercept + sum(head.typical.values())
    whole = intercept + carried.sum(axis=1)
    cut = head.discounted(whole, features) - whole
    return np.column_stack([carried, cut])


def group_of(feature: str) -> str:
    """The one of GROUPS that a feature of CONTEXT_FEATURES belongs to."""
    prefix = feature.split(".", maxsplit=1)[0]
    return next(name for name, prefixes in GROUPS.items() if prefix in prefixes)


_GROUP_OF = np.array([list(GROUPS).index(group_of(name)) for name in CONTEXT_FEATURES])


def _sentence(
    around: _Around, parent_shared: list[str], nearest: dict[str, Any] | None, among: list[str]
) -> str:
    """One line for a moderator."""
    clauses: list[str] = []
    if around.about:
        title = around.title.strip()
        name = f"the article (title: {title})" if title else "the article"
        clauses.append(_shares(around.article_shared, name))
    if around.above:
        clauses.append(_shares(parent_shared, "the comment it answers"))
        if nearest is not None and nearest["steps"] > 1:
            words = ", ".join(nearest["shared"])
            clauses.append(f"shares {words} with the comment {nearest['steps']} steps above")
    elif around.near:
        beside = "the messages before it" if around.chat else "the comments beside it"
        clauses.append(_shares(among[:SHOWN], beside))
    line = ", ".join(clauses) or _ALONE
    if line.startswith(_NOTHING):
        line = line.replace(f", {_NOTHING}", ", nor")
    if not around.own:
        return f"{line}; it has no telling words of its own"
    return f"{line}; its own words: {', '.join(around.own)}"


def _shares(words: list[str], other: str) -> str:
    return f"shares {', '.join(words)} with {other}" if words else f"{_NOTHING} with {other}"
