"""Say in words why a comment is off the topic: what it shares with what is above it, or lacks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.context import terms
from moderation.context.expand import CONTEXT_FEATURES
from moderation.context.head import context_features, doubted, heads_of, rows_above, thread_bounds

if TYPE_CHECKING:
    import pandas as pd

    from moderation.context.head import ContextHead, Frequencies

TELLING = 5.5  # idf of a word that says what a text is about: one text in 250 has it
SHOWN = 6  # words of a kind
REACH = 8  # ancestors looked at
WORDED = 40  # siblings looked at, where there is nothing else

_NOTHING = "shares nothing"
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
        found: Counter[int] = Counter()
        spelled: dict[int, str] = {}
        for start, end, bucket in terms.spelled(text):
            found[bucket] += 1
            spelled.setdefault(bucket, text[start:end])
        weight = {
            bucket: frequencies.idf(bucket) * (1 + np.log(count)) for bucket, count in found.items()
        }
        telling = [bucket for bucket in weight if frequencies.idf(bucket) >= TELLING]
        telling.sort(key=lambda bucket: -weight[bucket])
        super().__init__((bucket, spelled[bucket]) for bucket in telling)

    def shared(self, other: TellingWords) -> list[str]:
        """Words of this text that the other has too."""
        return [word for bucket, word in self.items() if bucket in other][:SHOWN]

    def lacking(self, other: TellingWords) -> list[str]:
        """Words of the other text that this one has not."""
        return [word for bucket, word in other.items() if bucket not in self][:SHOWN]


def explain(
    head: ContextHead, comments: pd.DataFrame, threads: pd.DataFrame, rows: np.ndarray
) -> list[Evidence]:
    """Evidence for some rows of a comment table, in the order of `rows`.

    Only the threads of these rows are looked at, so it costs as much as scoring those.
    """
    bounds = thread_bounds(comments)
    thread = np.searchsorted(bounds, rows, "right") - 1
    found: dict[int, Evidence] = {}
    for one in np.unique(thread):
        first, last = int(bounds[one]), int(bounds[one + 1])
        part = comments.iloc[first:last]
        mine = np.asarray(rows)[thread == one]
        for row, evidence in zip(
            mine, _explain_thread(head, part, threads, mine - first), strict=True
        ):
            found[int(row)] = evidence
    return [found[int(row)] for row in rows]


def _explain_thread(
    head: ContextHead, comments: pd.DataFrame, threads: pd.DataFrame, rows: np.ndarray
) -> list[Evidence]:
    features, _ = context_features(comments, threads, head.frequencies)
    title, article = heads_of(comments, threads)
    texts = comments["text"].fillna("").tolist()
    parent = rows_above(comments["depth"].to_numpy(np.int32))
    about = TellingWords(f"{title}\n{article}", head.frequencies)
    evidence = []
    for row in rows:
        above = _ancestors(parent, int(row))
        near: list[tuple[int | None, str]] = (
            [(None, texts[up]) for up in _company(parent, int(row))]
            if not above and not about
            else [(up, texts[up]) for up in above]
        )
        evidence.append(
            _evidence(head, features[row], texts[row], title, about, near, _ids(comments))
        )
    return evidence


def _ids(comments: pd.DataFrame) -> list[str | None]:
    return comments["id"].tolist() if "id" in comments else [None] * len(comments)


def _ancestors(parent: np.ndarray, row: int) -> list[int]:
    """Rows of the parent, its parent, … up to REACH."""
    found: list[int] = []
    while parent[row] >= 0 and len(found) < REACH:
        row = int(parent[row])
        found.append(row)
    return found


def _company(parent: np.ndarray, row: int) -> list[int]:
    """Rows of some siblings."""
    return [int(one) for one in np.flatnonzero(parent == parent[row]) if one != row][:WORDED]


def _evidence(
    head: ContextHead,
    features: np.ndarray,
    text: str,
    title: str,
    about: TellingWords,
    near: list[tuple[int | None, str]],
    ids: list[str | None],
) -> Evidence:
    own = TellingWords(text, head.frequencies)
    overlaps = [(row, own.shared(TellingWords(other, head.frequencies))) for row, other in near]
    article_shared = own.shared(about)
    parent_shared = overlaps[0][1] if overlaps and overlaps[0][0] is not None else []
    among = list(dict.fromkeys(word for _, shared in overlaps for word in shared))
    nearest = next(
        (
            {"id": ids[row], "steps": step, "shared": shared}
            for step, (row, shared) in enumerate(overlaps, 1)
            if row is not None and shared
        ),
        None,
    )
    off_article, off_talk = bool(about) and not article_shared, bool(near) and not among
    off = {(True, True): "both", (True, False): "article", (False, True): "conversation"}.get(
        (off_article, off_talk), "neither"
    )
    shares = dict.fromkeys(GROUPS, 0.0)
    for name, share in zip(
        CONTEXT_FEATURES, features * head.weights.astype(np.float64), strict=True
    ):
        shares[group_of(name)] += float(share)
    for name, typical in head.typical.items():
        shares[name] -= typical
    intercept = head.intercept + sum(head.typical.values())
    whole = np.array([intercept + sum(shares.values())])
    shares[FEW_WORDS] = float((doubted(whole, features[None], head.doubt) - whole)[0])
    return Evidence(
        intercept,
        shares,
        off,
        list(own.values())[:SHOWN],
        article_shared,
        own.lacking(about),
        parent_shared,
        nearest,
        _sentence(title, bool(about), article_shared, near, parent_shared, nearest, among, own),
    )


def group_of(feature: str) -> str:
    """The one of GROUPS that a feature of CONTEXT_FEATURES belongs to."""
    prefix = feature.split(".", maxsplit=1)[0]
    return next(name for name, prefixes in GROUPS.items() if prefix in prefixes)


def _sentence(
    title: str,
    about: bool,
    article_shared: list[str],
    near: list[tuple[int | None, str]],
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
