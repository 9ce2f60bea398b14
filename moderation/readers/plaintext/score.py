"""Tell whether a printed list is one of comments, by its profile and the lines around it."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING

from moderation.readers.bylines.headings import COMMENT_WORD, is_byline, is_comment_heading, is_form
from moderation.readers.bylines.words import OTHER_LISTS, either
from moderation.readers.plaintext.profile import FEET, is_loose

if TYPE_CHECKING:
    from moderation.readers.plaintext.lists import Line, Listing
    from moderation.readers.plaintext.profile import Profile

NEAR = 10  # lines around a list that may speak of it
_SHORT = 80  # characters of a heading
_FEW = 4  # entries of a list, at least, that may be comments though nothing says so
_REPLIES = 3  # of them nested
_PROSE = 25  # characters of the first line of an entry that may be a comment
_FEED = re.compile(r"(?i)\b(?:rss|feed|subscrib|abonni|suscr[ií]b)")  # of the comments
SORTING = re.compile(r"(?i)\b(?:sort|ordenar|orden:|zuerst\b|trier par|ordina per)")
_OTHER_HEADING = re.compile(rf"\b{either(OTHER_LISTS)}", re.IGNORECASE)


def score(listing: Listing, profile: Profile, above: list[Line], below: list[Line]) -> float:
    """How much speaks for a list of comments; 4 is enough, 0 or less is none.

    above, below: the lines around the list, nearest first. Weights were set by reasoning about
    what a menu, an article's own list and a related-posts list can also have, not fitted.
    """
    buttons = max(profile.replies, profile.buttons)
    near = [line.text for line in _over(above, listing.base)]
    heading = _heading(near)
    form = any(is_form(line.whole) for line in below[:NEAR])
    tops = sum(line.kind == listing.kind and line.indent == listing.base for line in listing.lines)
    every = sum(bool(line.kind) for line in listing.lines)
    counted = any(
        tops <= int(number) <= (every + 2 if not COMMENT_WORD.search(text) else 100_000)
        for text in near[:4]
        if len(text) <= _SHORT + 60
        for number in re.findall(r"(?<![\d.,:])\d{1,5}(?![\d.,:]|\.\d)", text)
    )
    deep = profile.nested and profile.loose and listing.kind == "ol"
    headed = profile.headed or profile.share >= 0.5
    other = bool(near) and len(near[0]) <= 60 and bool(_OTHER_HEADING.search(near[0]))
    over_date = profile.style in (*FEET, "name")  # a headline over its date, as related posts have
    answered = profile.replies > 0 or (heading and not (other and over_date))
    if profile.teasers >= 0.5 or (not answered and (other or profile.entries < 3)):
        return 0.0
    certain = profile.clocks >= 0.5 or counted
    evidence = headed and profile.style != "name"
    if not (
        (evidence and (answered or (form and not other) or (certain and profile.names >= 0.5)))
        or buttons >= 0.5
        or (
            profile.style == "name"
            and not other
            and tops >= _FEW
            and is_titled(above, listing.base)
        )
        or (listing.kind == "ol" and heading and (form or counted or deep))
        or (listing.kind == "ol" and form and deep and _answers(listing) and profile.length >= 30)
    ):
        return 0.0
    total = 3.0 * headed + 2.0 * (profile.clocks >= 0.5) + 3.0 * (buttons >= 0.5)
    total += 2.0 * heading + 2.0 * form + 2.0 * counted + 1.0 * deep + 1.0 * (profile.length >= 40)
    if listing.kind == "ul" and not headed and buttons < 0.5:
        total -= 4.0
    return total


def _over(above: list[Line], base: int) -> list[Line]:
    """The nearest lines over a list, not beyond another list.

    The entry in which it stands is the last: its words may be the heading.
    """
    found: list[Line] = []
    for line in above[:NEAR]:
        if SORTING.search(line.text) and len(line.text) <= _SHORT and not line.kind:
            continue
        if line.kind and line.indent >= base:
            break
        found.append(line)
        if line.kind:
            break
    return found


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
