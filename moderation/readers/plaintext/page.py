"""Read a page saved as plain text in which the comments are a numbered, nested list.

The layout is that of Resiliparse's `extract_plain_text(preserve_formatting=True)`, which keeps a
page's lists as indentation and markers. Lists come from `plaintext_layout`, what a site's
comments look like from `plaintext_profile`, the tree from `plaintext_tree`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.bylines.headings import is_comment_heading
from moderation.readers.bylines.heads import (
    ARROWS,
    Head,
    is_awaiting,
    is_date_line,
    is_only_marks,
    is_row,
    plain_tail,
    votes_of,
)
from moderation.readers.plaintext.article import article_of
from moderation.readers.plaintext.comment import Comment
from moderation.readers.plaintext.lists import Line, Listing, lines_of, listings
from moderation.readers.plaintext.notes import notes_on
from moderation.readers.plaintext.profile import PING, Profile, headed_part, profile_of
from moderation.readers.plaintext.score import is_titled, score
from moderation.readers.plaintext.tree import Node, tree
from moderation.readers.plaintext.unread import unread
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow, batches
from moderation.readers.source import json_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

ENOUGH = 4.0  # of `score.score`
_RECURRING = 4  # times that a heading does not stand on a page, unlike "3 replies"
_ANSWERED = 0.5  # of a list's entries with a reply button
_ABOVE = 4  # lines over the comments that may say how many there are


@dataclass
class Page:
    """A page's article, its comments in the order shown, and what to tell the user.

    unread: lines that stand among the comments, and are in none of them.
    """

    title: str | None
    article: str | None
    comments: list[Comment]
    notes: list[str]
    unread: list[str] = field(default_factory=list)


def parse(text: str) -> Page:
    r"""Read a plain-text page. A page without comments gives none and is no error.

    >>> page = parse("T\n\n2 Comments\n\n  1. Good.\n\n    1. Yes.\n\nLeave a reply")
    >>> [(one.depth, one.text) for one in page.comments]
    [(1, 'Good.'), (2, 'Yes.')]
    """
    lines = lines_of(text)
    chosen = _comment_lists(lines)
    comments: list[Comment] = []
    for listing, profile in chosen:
        comments.extend(_comments(tree(listing, profile), profile, len(comments), len(chosen) > 1))
    start = chosen[0][0].start if chosen else _section(lines)
    heading = next((line.whole for line in reversed(lines[:start])), "")
    title, article = article_of(lines[:start], heading if chosen else "")
    above = lines[max(0, start - _ABOVE) : start] if chosen else []
    notes = notes_on(lines, above, comments, [profile for _, profile in chosen])
    texts = [word for comment in comments for word in (comment.text, comment.author or "")]
    left = unread(lines, [listing for listing, _ in chosen], texts)
    return Page(title, article, comments, notes, list(left))


def _section(lines: list[Line]) -> int:
    """Where the comments of a page begin that prints them without markers; its end if nowhere."""
    headings = (at for at, line in enumerate(lines) if at and is_comment_heading(line.whole))
    return next(headings, len(lines))


class _Rated(NamedTuple):
    rating: float
    listing: Listing
    profile: Profile
    titled: bool  # the heading of comments stands right over it


def _comment_lists(lines: list[Line]) -> list[tuple[Listing, Profile]]:
    """The lists of the page that hold comments: the best, and those printed as it is."""
    chosen: list[_Rated] = []
    for rated in sorted(
        _outermost(_rated_lists(lines)), key=lambda other: (not other.titled, -other.rating)
    ):
        if not chosen or _belongs(rated, chosen[0]):
            chosen.append(rated)
    chosen.sort(key=lambda rated: rated.listing.start)
    return [(rated.listing, rated.profile) for rated in chosen]


def _rated_lists(lines: list[Line]) -> list[_Rated]:
    """The lists of the page that may hold comments, from the left to the right."""
    rated: list[_Rated] = []
    forms = Counter(plain_tail(line.whole) for line in lines)
    for base in sorted({line.indent for line in lines if line.kind}):
        for listing in map(headed_part, listings(lines, base)):
            if any(other.titled and _within(listing, other.listing) for other in rated):
                continue
            profile = profile_of(listing)
            above = [
                line
                for line in lines[max(0, listing.start - 20) : listing.start][::-1]
                if forms[plain_tail(line.whole)] < _RECURRING
            ]
            rating = score(listing, profile, above, lines[listing.end : listing.end + 20])
            if rating >= ENOUGH:
                rated.append(_Rated(rating, listing, profile, is_titled(above, base)))
    return rated


def _outermost(rated: list[_Rated]) -> list[_Rated]:
    """The lists that lie in no other.

    One around a titled list is the page's frame and no comments, unless its entries carry dates.
    """
    lists = [
        outer
        for outer in rated
        if outer.titled
        or (outer.profile.headed and outer.profile.style != "name")
        or sum(other.titled and _within(other.listing, outer.listing) for other in rated)
        not in (1, 2)  # comments and pings; more are the "3 replies" over a comment's replies
    ]
    return [
        other
        for other in lists
        if not any(_within(other.listing, outer.listing) for outer in lists)
    ]


def _within(inner: Listing, outer: Listing) -> bool:
    return inner.base > outer.base and outer.start <= inner.start < outer.end


def _belongs(rated: _Rated, best: _Rated) -> bool:
    """True when a further list is printed as the best is (comments beside pings, by sections)."""
    return (
        rated.listing.base == best.listing.base
        and rated.listing.kind == best.listing.kind
        and rated.profile.headed
        and rated.profile.style == best.profile.style
        and (rated.profile.replies > 0 or best.profile.replies < _ANSWERED)
    )


# --- from nodes to comments -----------------------------------------------------------------------


def _comments(nodes: list[Node], profile: Profile, offset: int, many: bool) -> list[Comment]:
    """The comments of one list; `offset` = how many stand before it on the page."""
    del many
    place = {id(node): offset + at for at, node in enumerate(nodes)}
    comments: list[Comment] = []
    for node in nodes:
        parent = place.get(id(node.parent))
        depth = 1 if parent is None else comments[parent - offset].depth + 1
        comments.append(_comment(node, profile, depth, parent))
    return comments


def _comment(node: Node, profile: Profile, depth: int, parent: int | None) -> Comment:
    if node.lost:
        return Comment(
            depth, parent, "", kind="placeholder", status="unknown", warnings=node.warnings
        )
    first = PING.match(node.lines[0].text)
    lines = [line for line in node.lines if not is_awaiting(line.text)]
    status = "approved" if len(lines) == len(node.lines) else "pending"
    lines = lines or node.lines
    head = None if first else profile.head([line.text for line in lines])
    if profile.holds_two([line.text for line in lines]):
        node.warnings = sorted({*node.warnings, "ambiguous_marker"})
    body = _body(lines, head, profile)
    text = _text(body, node.content)
    kind = "comment"
    if first:
        kind, text = first[1].lower(), PING.sub("", text)
    author, when = (head.author, head.when) if head else (None, None)
    return Comment(depth, parent, text, author, when, kind, status, node.warnings)


def _body(lines: list[Line], head: Head | None, profile: Profile) -> list[Line]:
    """The lines of a comment without its head and without the site's buttons."""
    above, below = (head.lines, head.below) if head else (0, 0)
    body = lines[above : len(lines) - below]
    seen = {profile.habit.form(line.text) for line in lines[:above]}
    while len(body) > (0 if head else 1) and _is_button(body[-1], profile):
        last = body[-1].text
        form = profile.habit.form(last)
        again = form in seen and not is_row(last, profile.habit)
        if again or (
            len(body) == 1
            and not (profile.habit.is_under(last) and is_only_marks(last, profile.habit))
        ):
            break
        seen |= {form, votes_of(form)}
        body.pop()
    while len(body) > 1 and head and is_row(body[0].text, profile.habit):
        body.pop(0)
    return body


def _is_button(line: Line, profile: Profile) -> bool:
    """True for a line of the site's buttons; a list of them has markers."""
    if line.kind:
        return is_row(line.text) or is_date_line(line.text)
    return bool(
        is_row(line.text, profile.habit)
        or ARROWS.match(line.text)
        or profile.habit.is_under(line.text)
    )


def _text(lines: list[Line], column: int) -> str:
    """Paragraphs by a blank line, hard breaks kept, preformatted lines with their own spaces."""
    parts: list[str] = []
    for at, line in enumerate(lines):
        own = line.text if at == 0 and line.indent < column else line.whole
        extra = " " * max(0, line.indent - column) if not line.kind else ""
        parts.append(("\n\n" if line.loose else "\n") + extra + own if at else own)
    return "".join(parts)


def rows(
    text: str, thread_id: str | None = None, source: Source | None = None
) -> Iterator[Finding]:
    """The records of a plain-text page; ids are places in the tree ("3.1" = first reply to 3).

    With a `source` that is named in them, also rejects for the lines that are in no comment.
    """
    page = parse(text)
    for line in page.unread if source else ():
        name = source.name if source else ""
        yield 1
        yield Reject(name, _place(text, line), "text among the comments", line[:SNIPPET])
    yield ThreadRow(thread_id, page.title, page.article)
    yield from page.notes
    yield sum(not comment.invented for comment in page.comments)
    replies: Counter[str] = Counter()
    for comment in page.comments:
        above = page.comments[comment.parent].path if comment.parent is not None else ""
        replies[above] += 1
        comment.path = f"{above}.{replies[above]}" if above else str(replies[above])
        yield Row(
            comment.text,
            comment.path,
            above or None,
            thread_id,
            comment.author,
            comment.created_at,
            comment.kind,
            comment.status,
            None,
            list(comment.warnings),
            comment.invented,
        )


def _place(text: str, line: str) -> str:
    """Where a line stands in the page."""
    at = max(0, text.find(line))
    first = len(text[:at].encode("utf-8", "replace"))
    number = 1 + text.count("\n", 0, at)
    return f"line {number}, bytes {first} to {first + len(line.encode('utf-8', 'replace'))}"


_OTHERS = re.compile(
    r"\s*(?:--|/\*|INSERT INTO|CREATE TABLE|PRAGMA|BEGIN TRANSACTION|From \S+@|%PDF"
    r"|#!?\s|(?:AUTHOR|TITLE|BASENAME|STATUS|DATE): |<|[\[{]\s*[\[{\"\d\]}]"
    r"|[{\"]?\w*\"\s*:\s*(?:[\"\[{\d]|true|false|null))"
)  # SQL, mail folders, Markdown, Movable Type, markup, JSON
_VALUES = re.compile(r"'\s?,\s?(?:'|\d+\s?[,)]|NULL)")
_SMALL = 1000  # characters of a text that holds no example of JSON or SQL beside its prose
_LETTERS = 0.5  # of a prose text's characters, at least; tables of numbers and code have fewer
_TAG = re.compile(r"</[a-zA-Z][\w:.-]*\s*>")
_PROSE_LINE = re.compile(
    r"(?<![^\W\d_])(?:[^\W\d_]{2,}+[\s,;:.!?…'’\"“”„()-]++){5}"
)  # possessive, from a word's start only: one word of 64 KiB is passed over once, not squared


def detect(source: Source) -> str | None:
    """Why the file is a page saved as plain text: printed lists, or prose without any markup."""
    sample = source.sample
    if source.binary or _OTHERS.match(sample) or _is_table(sample):
        return None
    if len(_TAG.findall(sample)) > 5 + len(sample) // 2000:
        return None  # markup behind something else
    few = 2 + len(sample) // 1000 if len(sample) > _SMALL else 0
    if json_keys(sample) > few or len(_VALUES.findall(sample)) > few:
        return None  # JSON or SQL whose beginning is lost, and too little of it left
    letters = sum(character.isalpha() for character in sample)
    if letters < _LETTERS * len(sample.replace(" ", "")) or not _PROSE_LINE.search(sample):
        return None
    marked = sum(bool(line.kind) for line in lines_of(sample))
    if marked:
        return f"plain text with {marked} indented list markers in its first 64 KiB"
    return "plain text with prose and no markup"


def _is_table(sample: str) -> bool:
    """True when the first lines have the same delimiters, under a header of bare words."""
    first = [line for line in sample.split("\n")[:6] if line.strip()]
    for delimiter in ",;\t|":
        counts = {line.count(delimiter) for line in first}
        if len(counts) == 1 and counts.pop() >= 1:
            header = first[0].split(delimiter)
            if len(first) > 1 and all(len(field.split()) <= 3 for field in header):
                return True
    return False


def read(source: Source) -> Iterator[Batch]:
    """One thread: the page."""
    text, notes = source.text()
    yield from batches(chain(notes, rows(text, source=source)))
