"""Tell whether a printed list is one of comments, by its profile and the lines around it."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.bylines.headings import COMMENT_WORD, is_byline, is_comment_heading, is_form
from moderation.readers.bylines.words import OTHER_LISTS, either
from moderation.readers.plaintext.profile import FEET, is_loose

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.readers.plaintext.lists import Line, Listing
    from moderation.readers.plaintext.profile import Profile

NEAR = 10  # lines around a list that may speak of it
_SHORT = 80  # characters of a heading
_FEW = 4  # entries of a list, at least, that may be comments though nothing says so
_FEWEST = 3  # entries of a list, at least, that nobody has answered
_HALF = 0.5  # of the entries
_LONG = 30  # characters of an entry, at the median, in a list without heads
_SENTENCE = 40  # characters of an entry, at the median, that speak for comments
_NUMBER = re.compile(r"(?<![\d.,:])\d{1,5}(?![\d.,:]|\.\d)")
_REPLIES = 3  # of them nested
_PROSE = 25  # characters of the first line of an entry that may be a comment
_FEED = re.compile(r"(?i)\b(?:rss|feed|subscrib|abonni|suscr[ií]b)")  # of the comments
SORTING = re.compile(r"(?i)\b(?:sort|ordenar|orden:|zuerst\b|trier par|ordina per)")
_OTHER_HEADING = re.compile(rf"\b{either(OTHER_LISTS)}", re.IGNORECASE)


class _Evidence(NamedTuple):
    """What a list and the lines around it show."""

    listing: Listing
    profile: Profile
    headed: bool  # entries have an author or a date
    clocks: bool  # entries have a time of day
    buttons: bool  # entries have buttons
    heading: bool  # a line over the list speaks of comments
    titled: bool  # the heading of comments stands right over it
    other: bool  # the heading is of something else
    form: bool  # the form for comments stands below
    counted: bool  # a line over the list tells as many as it has
    deep: bool  # replies are nested and set apart
    entries: int

    @property
    def answered(self) -> bool:
        """Whether replies or the heading say that these are comments.

        Related posts have a headline over a date, too.
        """
        over_date = self.profile.style in (*FEET, "name")
        return self.profile.replies > 0 or (self.heading and not (self.other and over_date))


class Rule(NamedTuple):
    """What speaks for comments, or against them: by how much, and a page's words that show it."""

    sign: str
    weight: float
    example: str
    holds: Callable[[_Evidence], bool]


# Weights were set by reasoning about what a menu, an article's own list and a list of related
# posts can also have, not fitted.
RULES = (
    Rule("an author or date over the entries", 3, "Ann says: / 3 May 2020", lambda e: e.headed),
    Rule("buttons under the entries", 3, "Reply", lambda e: e.buttons),
    Rule("times of day", 2, "3 May 2020 at 10:04", lambda e: e.clocks),
    Rule("a line above that speaks of comments", 2, "What readers say", lambda e: e.heading),
    Rule("the form for comments below", 2, "Leave a reply", lambda e: e.form),
    Rule("as many entries as a line above tells", 2, "12 comments", lambda e: e.counted),
    Rule("nested entries set apart", 1, "1. Yes. / / 1. No.", lambda e: e.deep),
    Rule("entries of some length", 1, "a sentence", lambda e: e.profile.length >= _SENTENCE),
    Rule(
        "bullets with neither heads nor buttons",
        -4,
        "• About us",
        lambda e: e.listing.kind == "ul" and not e.headed and not e.buttons,
    ),
)


def score(listing: Listing, profile: Profile, above: list[Line], below: list[Line]) -> float:
    """How much speaks for a list of comments; 4 is enough, 0 or less is none.

    above, below: the lines around the list, nearest first.
    """
    evidence = _evidence(listing, profile, above, below)
    if not _may_be_comments(evidence):
        return 0.0
    return sum(rule.weight for rule in RULES if rule.holds(evidence))


def _evidence(
    listing: Listing, profile: Profile, above: list[Line], below: list[Line]
) -> _Evidence:
    near = [line.text for line in _over(above, listing.base)]
    tops = sum(line.kind == listing.kind and line.indent == listing.base for line in listing.lines)
    return _Evidence(
        listing,
        profile,
        headed=profile.headed or profile.share >= _HALF,
        clocks=profile.clocks >= _HALF,
        buttons=max(profile.replies, profile.buttons) >= _HALF,
        heading=_heading(near),
        titled=is_titled(above, listing.base),
        other=bool(near) and len(near[0]) <= 60 and bool(_OTHER_HEADING.search(near[0])),
        form=any(is_form(line.whole) for line in below[:NEAR]),
        counted=_is_counted(near[:4], tops, sum(bool(line.kind) for line in listing.lines)),
        deep=profile.nested and profile.loose and listing.kind == "ol",
        entries=tops,
    )


def _is_counted(near: list[str], tops: int, every: int) -> bool:
    """Whether a line tells a number that fits a list: its entries, with the nested or without."""
    return any(
        tops <= int(number) <= (every + 2 if not COMMENT_WORD.search(text) else 100_000)
        for text in near
        if len(text) <= _SHORT + 60
        for number in _NUMBER.findall(text)
    )


def _may_be_comments(evidence: _Evidence) -> bool:
    """Whether anything shows that no other list has; without it no weight counts."""
    profile = evidence.profile
    unanswered = not evidence.answered and (evidence.other or profile.entries < _FEWEST)
    if profile.teasers >= _HALF or unanswered:
        return False
    titled = evidence.titled and not evidence.other and evidence.entries >= _FEW
    return (
        evidence.buttons
        or (profile.style == "name" and titled)
        or _shows_heads(evidence)
        or _is_numbered_talk(evidence)
    )


def _shows_heads(evidence: _Evidence) -> bool:
    """Whether entries have heads with dates, and something else tells that these are comments."""
    if not evidence.headed or evidence.profile.style == "name":
        return False
    by_people = evidence.profile.names >= _HALF and (evidence.clocks or evidence.counted)
    return evidence.answered or (evidence.form and not evidence.other) or by_people


def _is_numbered_talk(evidence: _Evidence) -> bool:
    """Whether a numbered list without heads is told by the heading or the form around it."""
    if evidence.listing.kind != "ol":
        return False
    if evidence.heading and (evidence.form or evidence.counted or evidence.deep):
        return True
    long = evidence.profile.length >= _LONG
    return evidence.form and evidence.deep and long and _answers(evidence.listing)


def _over(above: list[Line], base: int) -> list[Line]:
    """The nearest lines over a list, not beyond another list.

    The entry in which it stands is the last: its words may be the heading.
    """
    nearest: list[Line] = []
    for line in above[:NEAR]:
        if SORTING.search(line.text) and len(line.text) <= _SHORT and not line.kind:
            continue
        if line.kind and line.indent >= base:
            break
        nearest.append(line)
        if line.kind:
            break
    return nearest


def is_titled(above: list[Line], base: int) -> bool:
    """True when the heading of comments is among the four lines over a list."""
    near = [line.text for line in _over(above, base)[:4]]
    if near and len(near[0]) <= _SHORT and _OTHER_HEADING.search(near[0]):
        near = near[:1]
    return any(is_comment_heading(text) and not is_form(text) for text in near)


def is_doubtful(listing: Listing, below: list[Line]) -> bool:
    """True for a numbered list of prose over a form for comments, told by nothing else."""
    tops = [line for line in listing.lines if line.kind and line.indent == listing.base]
    return (
        listing.kind == "ol"
        and len(tops) >= _FEW
        and is_loose(listing)
        and median(len(line.text) for line in tops) >= _PROSE
        and any(is_form(line.whole) for line in below[:NEAR])
    )


def _answers(listing: Listing) -> bool:
    """True when a good part of a list is nested and set apart as replies are, not an article's."""
    marked = [line for line in listing.lines if line.kind == "ol"]
    nested = sum(line.loose and line.indent > listing.base for line in marked)
    return nested >= max(_REPLIES, len(marked) / 5)


def _heading(near: list[str]) -> bool:
    """True when a line close above speaks of comments and is no heading of something else."""
    for place, text in enumerate(near):
        if is_form(text) and not is_comment_heading(text):
            continue  # what follows the form is no longer comments, unless its heading says so
        if COMMENT_WORD.search(text) and not (is_byline(text) or _FEED.search(text)):
            return (place == 0 or len(text) <= 120) and not (
                len(text) <= 60 and re.match(r"(?i)(?:recent|latest|neueste|letzte|últim)", text)
            )
        if place >= 6:
            break
    return False
