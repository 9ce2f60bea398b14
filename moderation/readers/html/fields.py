"""Read one comment's text, author, time and state from its element on a saved page.

The selectors of `html_selectors` are tried in order. What is left without its own element is
read from the words, as on a plain-text page.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.heads import author_of, head_of, is_button, is_row
from moderation.readers.html.find import attribute, classes, words
from moderation.readers.html.selectors import (
    ANY_AUTHOR,
    ANY_TEXT,
    AUTHOR,
    BYLINES,
    FURNITURE,
    LOOSE_FURNITURE,
    TEXT,
    TIME,
    TIME_TEXT,
)
from moderation.readers.markup import plain
from moderation.readers.values import when

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from selectolax.lexbor import LexborNode

    from moderation.readers.html.learnt import Learnt

_BY = re.compile(
    r"(?i)^\W*(?:posted |written )?(?:by|von|por|par|di|door):?\s+(.{2,60}?)(?:\s+\||$)"
)
_HEADLIKE = (
    "header, time, .fn, .author, .comment-author, .comment-meta, .submitted, [itemprop='author']"
)
_PING = re.compile(r"^(?:pingback|trackback)\s*:?\s*", re.IGNORECASE)
_GONE = re.compile(r"(?:^|[-_])(?:deleted|removed)(?:$|[-_])", re.IGNORECASE)


_PARTS = 120  # elements and texts of a comment that are looked through for a date
_HEAD_LINE = 120  # characters of a line that tells author and date
_BESIDE = 40  # of them beside the date
_INITIALS = 2  # letters that stand for a picture


class Fields(NamedTuple):
    """What an element tells of its comment."""

    text: str
    author: str | None
    created_at: datetime | None
    kind: str
    status: str
    url: str | None


def fields(node: LexborNode, learnt: Learnt | None = None) -> Fields:
    """Read a comment. The elements of its replies must have been taken out; `node` is altered.

    learnt: what repeats in the comments; asked where no element is known to hold the text.
    """
    told, peeked = None, None
    if learnt is not None and _body(node) is None:
        if learnt.has_foot(node) or not _has_head(node):
            told = learnt.told(node)
        else:
            peeked = learnt.author(node)
            learnt.without_buttons(node)
    for picture in node.css("[class*='avatar'], [class*='Avatar']"):
        if len(picture.text(deep=True).strip()) <= _INITIALS:
            picture.decompose()
    names = set(classes(node))
    kind = next((kind for kind in ("pingback", "trackback") if kind in names), "comment")
    status = _status(node, names)
    author = (told.author if told else None) or _author(node)
    created = (told.created_at if told else None) or _created(node)
    url = _link(node)
    text, head = (_trimmed(plain(node.inner_html)), None) if told else _text(node)
    if kind != "comment":
        text = _PING.sub("", text)
    if head and author is None:
        author = head[0]
    if head and created is None:
        created = head[1]
    if author and peeked and author.endswith(f" {peeked}"):
        author = peeked  # a word of the page's stands before the name
    return Fields(text, author, created, kind, status, url)


def _has_head(node: LexborNode) -> bool:
    """Whether lines with a name stand over the text: these tell more than what repeats."""
    head = _head(plain(node.inner_html))[1]
    return head is not None and head[0] is not None


def _status(node: LexborNode, names: set[str]) -> str:
    if any(map(_GONE.search, names)):
        return "deleted" if any("deleted" in name.lower() for name in names) else "removed"
    waiting = node.css_first(".comment-awaiting-moderation, .awaiting-moderation, .unapproved")
    return "pending" if waiting is not None or "unapproved" in names else "approved"


def _author(node: LexborNode) -> str | None:
    for attribute_name in ("data-author", "author", "data-username", "data-comment-author"):
        if attribute(node, attribute_name):
            return attribute(node, attribute_name)
    for selector in AUTHOR if node.css_first(ANY_AUTHOR) is not None else ():
        for element in node.css(selector):
            name = _name(attribute(element, "content") or words(element))
            if name:
                return name
    for selector in BYLINES:
        for element in node.css(selector):
            line = words(element)[:200]
            read = stamp(line)
            by = _BY.match(line[: read.start] if read else line)
            name = _name(by[1] if by else line[: read.start] if read else "")
            if name:
                return name
    return None


def _name(text: str) -> str | None:
    """The words of an author's element without the date and "says" that some themes put in."""
    date = stamp(text[:160])
    name = author_of(text[: date.start] if date else text)
    return name if name and len(name) <= 80 and not is_button(name) else None


def _created(node: LexborNode) -> datetime | None:
    declared = (_declared(element) for selector in TIME for element in node.css(selector))
    return next(filter(None, chain(declared, _times(node))), None) or _dated_line(node)


def _declared(element: LexborNode) -> datetime | None:
    """The time of an element that is for one, by its attributes or else its words."""
    values = (attribute(element, name) for name in ("datetime", "content", "ts", "title"))
    moments = (when(value) for value in values if value)
    return next(filter(None, moments), None) or _moment_in(words(element)[:160])


def _times(node: LexborNode) -> Iterator[datetime | None]:
    """The times in places that have one on some sites."""
    for selector in TIME_TEXT:
        for element in node.css(selector):
            yield _moment_in(words(element)[:160])
    for name in ("title", "data-tippy-content"):
        for element in node.css(f"[{name}]"):
            yield _moment_in(attribute(element, name)[:80])
    for link in node.css("a[href*='#']"):
        yield _moment_in(words(link)[:80])


def _moment_in(line: str) -> datetime | None:
    date = stamp(line)
    return date.when if date else None


def _dated_line(node: LexborNode) -> datetime | None:
    """The time on the first short line that tells one, beside little else."""
    for part in islice(node.traverse(include_text=True), _PARTS):
        line = " ".join((part.text_content or "").split()) if part.tag == "-text" else ""
        read = stamp(line) if len(line) <= _HEAD_LINE else None
        if read and read.when and len(line) - (read.end - read.start) <= _BESIDE:
            return read.when
    return None


def _link(node: LexborNode) -> str | None:
    own = attribute(node, "id")
    for link in node.css("a[href*='#']"):
        address = attribute(link, "href")
        anchor = address.rpartition("#")[2]
        if (
            address.startswith("http")
            and anchor
            and (anchor == own or anchor.startswith("comment-"))
        ):
            return address
    return None


def _text(node: LexborNode) -> tuple[str, tuple[str | None, datetime | None] | None]:
    """The text, and author and time where only its first lines told them."""
    body = _body(node)
    broad = body is not None and body.css_first(_HEADLIKE) is not None
    for junk in (body or node).css(FURNITURE + ("," + LOOSE_FURNITURE if broad else "")):
        if (body is None or junk.mem_id != body.mem_id) and not _is_said(junk):
            junk.decompose()
    if body is not None:
        text = plain(body.inner_html)
        if text or node.css_first("img, video, iframe") is not None:
            return _trimmed(_head(text)[0] if broad else text), None
    text, head = _head(plain(node.inner_html))
    if head:
        return _trimmed(text), head
    for junk in node.css(LOOSE_FURNITURE):
        junk.decompose()
    text, head = _head(plain(node.inner_html))
    return _trimmed(text), head


def _is_said(junk: LexborNode) -> bool:
    """Whether an element called `says` holds what was said, and not that word."""
    return junk.tag != "span" and "says" in classes(junk)


def _body(node: LexborNode) -> LexborNode | None:
    """The element of the text: the first selector that fits, then what in it holds most words."""
    body = None
    for selector in TEXT if node.css_first(ANY_TEXT) is not None else ():
        body = next((part for part in node.css(selector) if _speaks(part, node)), None)
        if body is not None:
            break
    while body is not None:
        size = len(body.text(deep=True))
        inner = (part for part in body.css(ANY_TEXT) if part.mem_id != body.mem_id)
        closer = next((part for part in inner if 2 * len(part.text(deep=True)) > size), None)
        if closer is None:
            return body
        body = closer
    return None


def _speaks(part: LexborNode, node: LexborNode) -> bool:
    return part.mem_id != node.mem_id and bool(part.text(deep=True).strip())


def _head(text: str) -> tuple[str, tuple[str | None, datetime | None] | None]:
    """Take author and time lines off the beginning of a text."""
    lines = [line for line in text.split("\n") if line.strip()]
    head = head_of(lines) if len(lines) > 1 else None
    if head is None:
        return text, None
    rest = text
    for line in lines[: head.lines]:
        rest = rest.partition(line)[2]
    return rest.strip("\n"), (head.author, head.when)


def _trimmed(text: str) -> str:
    """The text without buttons on its last lines."""
    lines = text.split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or is_row(lines[-1])):
        lines.pop()
    return "\n".join(lines)
