"""Weigh the evidence of a dump: how much each rule speaks for spam, and in which words.

A rule counts something, takes the logarithm of the count, and adds its weight to the calibrated
log-odds. The weights are a few rounded numbers that did well on blogs left out one by one; none was
fitted to a text. Short texts, common sites and what regulars link to are never counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from moderation.dump_evidence.counts import BUSY
from moderation.dump_evidence.names import ADVERT, LINK, OFFER, ORDINARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.dump_evidence.find import DumpEvidence

LABEL = "spam"  # the only label that the rules are about
LARGE = 1_000  # threads of a site so large that its favourite domains recur by themselves
CROWD = 4.0  # the largest logarithm: 16 threads say as much as 1,000


class Rule(NamedTuple):
    """name: in `why`. weight: log-odds at strength 1. strength: (n,), from 0 on."""

    name: str
    weight: float
    strength: Callable[[DumpEvidence], np.ndarray]
    sentence: Callable[[dict[str, int]], str]


def _many(count: np.ndarray, most: float = CROWD) -> np.ndarray:
    return np.minimum(np.log2(np.maximum(count.astype(np.float64), 1)), most)


def _same_text(evidence: DumpEvidence) -> np.ndarray:
    """Other names' copies; within one article it takes three, since replies quote each other."""
    threads, names = evidence.counts["text_threads"], evidence.counts["text_strangers"]
    within = _many(np.maximum(names, 2) - 1) / 2
    return np.where(names < 2, 0, np.where(threads > 1, _many(np.minimum(threads, names)), within))


def _nameless_text(evidence: DumpEvidence) -> np.ndarray:
    """From three copies on, under one article or several: a second one is often a slip."""
    nameless = evidence.counts["text_authors"] == 0
    return np.where(nameless, _many(np.maximum(evidence.counts["text_copies"], 1) - 1.0, 3), 0)


def _own_text(evidence: DumpEvidence) -> np.ndarray:
    """One author's copies, unless they write more besides: some sign everything they write."""
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
    """An author of several days, not always with a link, who does not repeat this text."""
    counts = evidence.counts
    known = (counts["author_days"] > 1) & (counts["author_linked"] < counts["author_threads"])
    known &= (counts["text_threads"] < 2) & (counts["pace"] < BUSY) & (counts["name"] == ORDINARY)
    return known.astype(np.float64)


def _advert(evidence: DumpEvidence) -> np.ndarray:
    """A name of several words of trade that offers something counts twice."""
    name = evidence.counts["name"]
    return (name == ADVERT) * 1.0 + (name == OFFER) * 2.0


def _times(count: int, singular: str, plural: str) -> str:
    return f"{count:,} {singular if count == 1 else plural}"


def _authors(count: int) -> str:
    return f" by {_times(count, 'author', 'authors')}" if count else ""


def _text_sentence(counts: dict[str, int]) -> str:
    if counts["text_threads"] == 1 and not counts["text_authors"]:
        return f"nearly the same text stands here {counts['text_copies']:,} times"
    if counts["text_threads"] == 1:
        return f"nearly the same text stands here under {counts['text_authors']:,} names"
    where = _times(counts["text_threads"] - 1, "other article", "other articles")
    return f"nearly the same text stands under {where}{_authors(counts['text_authors'])}"


def _link_sentence(counts: dict[str, int]) -> str:
    where = _times(counts["link_threads"] - 1, "other article", "other articles")
    return f"a link to the same site stands under {where}{_authors(counts['link_authors'])}"


def _phone_sentence(counts: dict[str, int]) -> str:
    where = _times(counts["phone_threads"], "article", "articles")
    return f"the same telephone number stands under {where}{_authors(counts['phone_authors'])}"


def _pace_sentence(counts: dict[str, int]) -> str:
    return f"this author commented on {counts['pace']:,} articles within 10 minutes"


RULES = (
    # "Great post! Cheap shoes at …" under 14 articles, by nine names
    Rule("same text elsewhere", 2.0, _same_text, _text_sentence),
    # the same where the dump has no names: it may be one person, or a notice of the site
    Rule("same text, nameless", 1.0, _nameless_text, _text_sentence),
    # one name pastes its offer under every article; so do bots with a notice, so it weighs little
    Rule("author's text elsewhere", 0.6, _own_text, _text_sentence),
    # spun praise whose links lead to pages of one shop
    Rule("same link elsewhere", 1.0, _same_link, _link_sentence),
    # "call +1 800 …" with other words around it each time
    Rule("same number elsewhere", 1.5, _same_phone, _phone_sentence),
    # twelve articles in six minutes: nobody reads so fast
    Rule("author's pace", 0.5, _pace, _pace_sentence),
    # "Leeds Web Design" says: Thanks for sharing! "Cheap Jerseys Online" counts twice
    Rule("author's name an advert", 3.0, _advert,
         lambda _: "the author's name reads like an advert"),
    # "http://shop.example/sitemap.xml" says: Thanks for sharing!
    Rule("author's name a link", 6.0, lambda evidence: (evidence.counts["name"] == LINK) * 1.0,
         lambda _: "the author's name is a link"),
    # somebody who wrote under five articles in three weeks links to a page this once
    Rule("author known here", -1.0, _regular,
         lambda counts: f"this author wrote under {counts['author_threads']:,} articles"),
)  # fmt: skip


class Verdict(NamedTuple):
    """What the rules add up to. total: (n,) float64 log-odds. evidence: what they counted."""

    total: np.ndarray
    evidence: DumpEvidence

    @classmethod
    def of(cls, evidence: DumpEvidence) -> Verdict:
        """Add up the rules for each comment."""
        total = np.zeros(len(evidence))
        for rule in RULES:
            total += rule.weight * rule.strength(evidence)
        return cls(total, evidence)

    def rows(self, first: int, last: int) -> Verdict:
        """The verdict on the comments from `first` up to `last`."""
        return Verdict(self.total[first:last], self.evidence.rows(first, last))

    def adjust(self, score: np.ndarray) -> np.ndarray:
        """Probabilities with the rules added: (n,) float32; NaN, 0 and 1 stay as they are."""
        adjusted = score.astype(np.float32)
        rows = np.flatnonzero((self.total != 0) & (adjusted > 0) & (adjusted < 1))
        odds = adjusted[rows].astype(np.float64)
        odds = np.log(odds) - np.log1p(-odds) + self.total[rows]
        adjusted[rows] = np.exp(-np.logaddexp(0, -odds))
        return adjusted

    def reasons(self, rows: np.ndarray) -> list[tuple[dict[str, float], str]]:
        """What each rule adds, by its name, and a sentence about the rules that raise the score."""
        evidence = self.evidence.take(rows)
        shares = [rule.weight * rule.strength(evidence) for rule in RULES]
        reasons = []
        for k in range(len(rows)):
            counts = {name: int(column[k]) for name, column in evidence.counts.items()}
            added = [(float(share[k]), rule) for share, rule in zip(shares, RULES, strict=True)]
            added = sorted((pair for pair in added if pair[0]), key=lambda pair: -pair[0])
            sentence = "; ".join(rule.sentence(counts) for share, rule in added if share > 0)
            names = {rule.name: round(share, 4) for share, rule in added}
            reasons.append((names, sentence[:1].upper() + sentence[1:] + "." if sentence else ""))
        return reasons
