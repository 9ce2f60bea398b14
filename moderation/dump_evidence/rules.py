"""How much each thing that only a dump knows speaks for spam, and how it is told.

A rule counts something, takes the logarithm of what is many, and adds its weight to the calibrated
log-odds. The weights are a handful of numbers, rounded, that did well on blogs left out one by one;
no text went into them. Short texts, common sites and what regulars link to are never counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from moderation.dump_evidence.counts import BUSY
from moderation.dump_evidence.names import ADVERT, LINK, ORDINARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.dump_evidence.find import DumpEvidence

LABEL = "spam"  # the label that the rules speak of: a model without it takes none
LARGE = 1_000  # threads from which on a site's favourite domains come again by themselves
CROWD = 4.0  # the most that a logarithm counts: 16 threads say what 1,000 do


class Rule(NamedTuple):
    """name: in `why`. weight: log-odds at strength 1. strength: (n,) from 0. told: of counts."""

    name: str
    weight: float
    strength: Callable[[DumpEvidence], np.ndarray]
    told: Callable[[dict[str, int]], str]


def _many(count: np.ndarray, most: float = CROWD) -> np.ndarray:
    return np.minimum(np.log2(np.maximum(count.astype(np.float64), 1)), most)


def _same_text(evidence: DumpEvidence) -> np.ndarray:
    """Names under articles; within one article it takes three, for a text is quoted there."""
    threads, names = evidence.counts["text_threads"], evidence.counts["text_strangers"]
    within = _many(np.maximum(names, 2) - 1) / 2
    return np.where(names < 2, 0, np.where(threads > 1, _many(np.minimum(threads, names)), within))


def _nameless_text(evidence: DumpEvidence) -> np.ndarray:
    nameless = evidence.counts["text_authors"] == 0
    return np.where(nameless, _many(np.maximum(evidence.counts["text_threads"], 1) - 1.0, 3), 0)


def _own_text(evidence: DumpEvidence) -> np.ndarray:
    """One name's, unless it writes other things more often: some sign all that they write."""
    threads, names = evidence.counts["text_threads"], evidence.counts["text_authors"]
    often = 2 * threads >= evidence.counts["author_threads"]
    return np.where((names == 1) & often, _many(threads, 3), 0)


def _same_link(evidence: DumpEvidence) -> np.ndarray:
    usual = max(evidence.threads / LARGE, 1)
    return _many(evidence.counts["link_threads"] / usual)


def _same_phone(evidence: DumpEvidence) -> np.ndarray:
    counts = evidence.counts
    return _many(np.maximum(counts["phone_threads"], counts["phone_authors"]), 3)


def _pace(evidence: DumpEvidence) -> np.ndarray:
    return _many(evidence.counts["pace"] * (2 / BUSY), 2) * (evidence.counts["pace"] >= BUSY)


def _regular(evidence: DumpEvidence) -> np.ndarray:
    """Somebody who wrote on several days, not always with a link, and does not repeat this text."""
    counts = evidence.counts
    known = (counts["author_days"] > 1) & (counts["author_linked"] < counts["author_threads"])
    known &= (counts["text_threads"] < 2) & (counts["pace"] < BUSY) & (counts["name"] == ORDINARY)
    return known.astype(np.float64)


def _times(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _authors(count: int) -> str:
    return f" by {_times(count, 'author', 'authors')}" if count else ""


def _told_text(counts: dict[str, int]) -> str:
    if counts["text_threads"] == 1:
        return f"nearly the same text stands here under {counts['text_authors']:,} names"
    where = _times(counts["text_threads"] - 1, "other article", "other articles")
    return f"nearly the same text stands under {where}{_authors(counts['text_authors'])}"


def _told_link(counts: dict[str, int]) -> str:
    where = _times(counts["link_threads"] - 1, "other article", "other articles")
    return f"a link to the same site stands under {where}{_authors(counts['link_authors'])}"


def _told_phone(counts: dict[str, int]) -> str:
    where = _times(counts["phone_threads"], "article", "articles")
    return f"the same telephone number stands under {where}{_authors(counts['phone_authors'])}"


def _told_pace(counts: dict[str, int]) -> str:
    return f"this author commented on {counts['pace']:,} articles within 10 minutes"


RULES = (
    # "Great post! Cheap shoes at …" under 14 articles, by nine names
    Rule("same text elsewhere", 2.0, _same_text, _told_text),
    # the same where the dump has no names: it may be one person, or a notice of the site
    Rule("same text, nameless", 1.0, _nameless_text, _told_text),
    # one name pastes its offer under every article; so do bots with a notice, so it weighs little
    Rule("author's text elsewhere", 0.6, _own_text, _told_text),
    # spun praise whose links lead to pages of one shop
    Rule("same link elsewhere", 1.0, _same_link, _told_link),
    # "call +1 800 …" with other words around it each time
    Rule("same number elsewhere", 1.5, _same_phone, _told_phone),
    # twelve articles in six minutes: nobody reads so fast
    Rule("author's pace", 0.5, _pace, _told_pace),
    # "Cheap Jerseys Online" says: Thanks for sharing!
    Rule("author's name an advert", 3.0, lambda one: (one.counts["name"] == ADVERT) * 1.0,
         lambda _: "the author's name reads like an advert"),
    # "http://shop.example/sitemap.xml" says: Thanks for sharing!
    Rule("author's name a link", 4.0, lambda one: (one.counts["name"] == LINK) * 1.0,
         lambda _: "the author's name is a link"),
    # somebody who wrote under five articles in three weeks links to a page this once
    Rule("author known here", -1.0, _regular,
         lambda counts: f"this author wrote under {counts['author_threads']:,} articles"),
)  # fmt: skip


class Verdict(NamedTuple):
    """What the rules come to. total: (n,) log-odds, float64; evidence: what they counted."""

    total: np.ndarray
    evidence: DumpEvidence

    @classmethod
    def of(cls, evidence: DumpEvidence) -> Verdict:
        """Add up what the rules say of each comment."""
        total = np.zeros(len(evidence))
        for rule in RULES:
            total += rule.weight * rule.strength(evidence)
        return cls(total, evidence)

    def rows(self, first: int, last: int) -> Verdict:
        """That of some comments that follow one another."""
        return Verdict(self.total[first:last], self.evidence.rows(first, last))

    def raised(self, score: np.ndarray) -> np.ndarray:
        """Probabilities with what the rules say: (n,) float32; NaN stays, and so does 0 or 1."""
        found = score.astype(np.float32)
        some = np.flatnonzero((self.total != 0) & (found > 0) & (found < 1))
        odds = found[some].astype(np.float64)
        odds = np.log(odds) - np.log1p(-odds) + self.total[some]
        found[some] = np.exp(-np.logaddexp(0, -odds))
        return found

    def reasons(self, rows: np.ndarray) -> list[tuple[dict[str, float], str]]:
        """What each rule adds, by its name, and a sentence about those that speak for the flag."""
        some = self.evidence.take(rows)
        shares = [rule.weight * rule.strength(some) for rule in RULES]
        told = []
        for k in range(len(rows)):
            counts = {name: int(one[k]) for name, one in some.counts.items()}
            mine = [(float(share[k]), rule) for share, rule in zip(shares, RULES, strict=True)]
            mine = sorted((one for one in mine if one[0]), key=lambda one: -one[0])
            said = "; ".join(rule.told(counts) for share, rule in mine if share > 0)
            names = {rule.name: round(share, 4) for share, rule in mine}
            told.append((names, said[:1].upper() + said[1:] + "." if said else ""))
        return told
