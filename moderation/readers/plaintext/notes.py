"""Say in words what a plain-text page leaves open about its comments."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from moderation.readers.bylines.headings import (
    declared,
    declared_in_byline,
    is_comment_heading,
    shortfall,
)
from moderation.readers.bylines.heads import is_date_line
from moderation.readers.plaintext.lists import listings
from moderation.readers.plaintext.score import is_doubtful

if TYPE_CHECKING:
    from moderation.readers.plaintext.comment import Comment
    from moderation.readers.plaintext.lists import Line
    from moderation.readers.plaintext.profile import Profile

_DRIFT = 0.5  # of a page's comments
_DISPLAYED = 10  # levels that sites show at most, as a rule


def notes_on(
    lines: list[Line], above: list[Line], comments: list[Comment], profiles: list[Profile]
) -> list[str]:
    """Everything to tell the user about the comments found on a page, or not found.

    above: the lines right over the comments, [] where there are none.
    """
    notes = _notes(comments, lines)
    shown = [one.kind for one in comments if one.kind != "placeholder"]
    pings = len(shown) - shown.count("comment")
    headings = [line.text for line in above]
    if not any(map(declared, headings)):
        headings = _elsewhere(lines, bool(comments))
    missing = shortfall(headings, len(shown), pings)
    notes += [missing] if missing else []
    if not comments:
        notes += _unread(lines)
    if any(one.parent is not None for one in comments):
        notes += _doubts(comments, profiles)
    return notes


def _elsewhere(lines: list[Line], found: bool) -> list[str]:
    """Headings that say a number of comments: that under the title, if only one line does so.

    found: without comments a heading of comments anywhere will do.
    """
    alone = [line.text for line in lines if not line.kind and not line.indent]
    bylines = {f"{said} comments" for text in alone if (said := declared_in_byline(text))}
    if len(bylines) == 1:
        return list(bylines)
    return [] if found else [text for text in alone if is_comment_heading(text)]


def _notes(comments: list[Comment], lines: list[Line]) -> list[str]:
    notes = []
    lost = sum("number_gap" in one.warnings for one in comments)
    holes = sum(one.kind == "placeholder" for one in comments)
    if lost:
        notes.append(f"number gaps: {lost}; the comments there were not printed on the page")
    if holes:
        notes.append(f"placeholders: {holes}, for comments of which only the replies were printed")
    if not comments:
        dates = sum(is_date_line(line.text) for line in lines)
        if dates >= 4:
            notes.append(
                "no comment list found, though many lines are dates: "
                "the page may print its comments without markers"
            )
    return notes


def _unread(lines: list[Line]) -> list[str]:
    """Notes on lists that may be comments after all."""
    bases = sorted({line.indent for line in lines if line.kind == "ol"})[:2]
    doubtful = [
        listing
        for base in bases
        for listing in listings(lines, base)
        if is_doubtful(listing, lines[listing.end : listing.end + 20])
    ]
    return [
        f"a numbered list of {sum(line.indent == one.base for line in one.lines if line.kind)} "
        "entries stands over the form for comments; it was taken for the article's own"
        for one in doubtful[:1]
    ]


def _doubts(comments: list[Comment], profiles: list[Profile]) -> list[str]:
    """What makes the tree of a whole page uncertain."""
    doubts = []
    if not any(profile.headed for profile in profiles):
        doubts.append(
            "the comments have neither author nor date on this page: a comment's last paragraph "
            "that begins with a number or bullet looks as a reply does"
        )
    deeper = sum(later.depth > one.depth for one, later in pairwise(comments))
    if deeper >= _DRIFT * len(comments) and max(one.depth for one in comments) > _DISPLAYED:
        doubts.append(
            "nearly every comment is printed deeper than the one before: the page's lists may "
            "not have been closed, and the depths may be too great"
        )
    return doubts


# --- rows -----------------------------------------------------------------------------------------
