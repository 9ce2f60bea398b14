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
    shown = [comment.kind for comment in comments if comment.kind != "placeholder"]
    pings = len(shown) - shown.count("comment")
    headings = [line.text for line in above]
    if not any(map(declared, headings)):
        headings = _elsewhere(lines, bool(comments))
    missing = shortfall(headings, len(shown), pings)
    notes += [missing] if missing else []
    if not comments:
        notes += _unread(lines)
    if any(comment.parent is not None for comment in comments):
        notes += _doubts(comments, profiles)
    return notes


def _elsewhere(lines: list[Line], any_comments: bool) -> list[str]:
    """Headings that say a number of comments: that under the title, if only one line does so.

    any_comments: without them, a heading of comments anywhere will do.
    """
    alone = [line.text for line in lines if not line.kind and not line.indent]
    bylines = {f"{count} comments" for text in alone if (count := declared_in_byline(text))}
    if len(bylines) == 1:
        return list(bylines)
    return [] if any_comments else [text for text in alone if is_comment_heading(text)]


def _notes(comments: list[Comment], lines: list[Line]) -> list[str]:
    notes = []
    lost = sum("number_gap" in comment.warnings for comment in comments)
    holes = sum(comment.kind == "placeholder" for comment in comments)
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
    entries = [
        sum(line.indent == listing.base for line in listing.lines if line.kind)
        for listing in doubtful[:1]
    ]
    return [
        f"a numbered list of {count} entries stands over the form for comments; it was taken for "
        "the article's own"
        for count in entries
    ]


def _doubts(comments: list[Comment], profiles: list[Profile]) -> list[str]:
    """What makes the tree of a whole page uncertain."""
    doubts = []
    if not any(profile.headed for profile in profiles):
        doubts.append(
            "the comments have neither author nor date on this page: a comment's last paragraph "
            "that begins with a number or bullet looks as a reply does"
        )
    deeper = sum(later.depth > comment.depth for comment, later in pairwise(comments))
    deepest = max((comment.depth for comment in comments), default=0)
    if deeper >= _DRIFT * len(comments) and deepest > _DISPLAYED:
        doubts.append(
            "nearly every comment is printed deeper than the one before: the page's lists may "
            "not have been closed, and the depths may be too great"
        )
    return doubts


# --- rows -----------------------------------------------------------------------------------------
