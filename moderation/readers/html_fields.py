"""Read one comment's text, author, time and state from its element on a saved page.

Selectors are tried in order, the plain ones of well-known themes and microdata first. What is
left without its own element is read from the words, as on a plain-text page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.comment_heads import author_of, head_of, is_button, stamp
from moderation.readers.html_find import attribute, classes, words
from moderation.readers.markup import plain
from moderation.readers.rows import when

if TYPE_CHECKING:
    from datetime import datetime

    from selectolax.lexbor import LexborNode

TEXT = (
    "[itemprop='commentText']",
    "[itemprop='text']",
    "[slot='comment']",
    ".commtext",
    ".field-name-comment-body",
    ".field--name-comment-body",
    ".field-comment-body",
    "[id^='comment_body_']",
    ".usertext-body",
    ".hashover-content",
    ".comment-content",
    ".comment-text",
    ".comment_text",
    ".commenttext",
    ".comment_content",
    ".comment__content",
    ".comment__text",
    ".comment__body",
    ".commentText",
    ".comment-body-text",
    ".comment-message",
    ".comment-main-content",
    ".comment-entry",
    ".commententry",
    ".comment-copy",
    ".comment-description",
    ".comment-body",
    ".commentbody",
    ".comment_body",
    "[itemprop='description']",
    ".entry-content",
    ".entry-comment",
    ".post-content",
    ".postbody",
    ".body",
    ".message",
    ".content",
    ".text",
)
_ANY_TEXT = ", ".join(TEXT)
AUTHOR = (
    "[itemprop='author'] [itemprop='name']",
    "[itemprop='creator'] [itemprop='name']",
    "[itemprop='author']",
    "[itemprop='creator']",
    ".comment-author .fn",
    ".fn",
    ".comment-author-name",
    ".comment-author-link",
    ".comment_author",
    ".comment__author",
    ".commentauthor",
    ".comment-author",
    ".hashover-name",
    ".hashover-comment-name",
    ".hnuser",
    ".comment-meta .author",
    ".author-name",
    ".author .name",
    ".author",
    ".username",
    ".user-name",
    ".userid",
    ".by a",
    "a.user",
    "cite",
    ".comment-name",
    ".nickname",
    ".name",
    ".by",
    "[class*='username']",
    "[class*='user-name']",
    "[class*='author']",
    "a[rel~='author']",
    "a.url",
    "a[rel~='external']",
)
BYLINES = (
    ".submitted",
    ".comment__submitted",
    ".comment-by",
    ".details",
    ".tagline",
    ".comment-meta",
    ".comment_meta",
    ".meta",
    ".comment-header",
    ".comment-info",
    "header",
    "footer",
)
TIME = (
    "time[datetime]",
    "[itemprop='commentTime']",
    "[itemprop='datePublished']",
    "[itemprop='dateCreated']",
    "faceplate-timeago[ts]",
    "abbr[title]",
    ".age[title]",
    "time",
)
TIME_TEXT = (
    ".comment-date",
    ".comment-time",
    ".comment_date",
    ".commentdate",
    ".comment__date",
    ".datetime",
    ".hashover-date",
    ".commentmetadata",
    ".comment-metadata",
    ".comment-meta",
    ".comment_meta",
    ".submitted",
    ".comment__submitted",
    ".timestamp",
    ".date",
    ".time",
    ".otherdetails",
    ".meta",
)
_FURNITURE = (
    "script, style, form, button, textarea, template, .comment-reply-link, .comment-edit-link,"
    " .comment-author, .comment-meta, .commentmetadata, .comment-metadata, .vcard, .says,"
    " .comment-awaiting-moderation, .comment-likes, .comment-actions, .comment-footer,"
    " .comment-permalink, .reply-link, .sharedaddy, .avatar, .gravatar, .screen-reader-text,"
    " .comment-header, .comment-head, .comment-date, .comment-time, .comment-rating, .links,"
    " .comment-like, .ratingblock, .gdrts-rating-block, .thread-toggle, .continue"
)
_LOOSE_FURNITURE = (
    "header, footer, cite, time, .reply, .fn, .author, .date, .meta, .submitted, .user, .username,"
    " .picture, h3, h4, .comment-reply, .permalink, .actions, .controls, [itemprop='author'],"
    " [itemprop='creator'], [itemprop='datePublished'], [itemprop='commentTime'], [itemprop='url']"
)
_BY = re.compile(r"(?i)(?:by|von|por|par)\s+(.{2,60})$")
_HEADLIKE = (
    "header, time, .fn, .author, .comment-author, .comment-meta, .submitted, [itemprop='author']"
)
_PING = re.compile(r"^(?:pingback|trackback)\s*:?\s*", re.IGNORECASE)
_GONE = re.compile(r"(?:^|[-_])(?:deleted|removed)(?:$|[-_])", re.IGNORECASE)


class Fields(NamedTuple):
    """What an element tells of its comment."""

    text: str
    author: str | None
    created_at: datetime | None
    kind: str
    status: str
    url: str | None


def fields(node: LexborNode) -> Fields:
    """Read a comment. The elements of its replies must have been taken out; `node` is altered."""
    names = set(classes(node))
    kind = next((kind for kind in ("pingback", "trackback") if kind in names), "comment")
    status = _status(node, names)
    author = _author(node)
    created = _created(node)
    url = _link(node)
    text, head = _text(node)
    if kind != "comment":
        text = _PING.sub("", text)
    if head and author is None:
        author = head[0]
    if head and created is None:
        created = head[1]
    return Fields(text, author, created, kind, status, url)


def _status(node: LexborNode, names: set[str]) -> str:
    if any(map(_GONE.search, names)):
        return "deleted" if any("deleted" in name.lower() for name in names) else "removed"
    waiting = node.css_first(".comment-awaiting-moderation, .awaiting-moderation, .unapproved")
    return "pending" if waiting is not None or "unapproved" in names else "approved"


def _author(node: LexborNode) -> str | None:
    for name in ("data-author", "author"):
        if attribute(node, name):
            return attribute(node, name)
    for selector in AUTHOR:
        for found in node.css(selector):
            told = _name(attribute(found, "content") or words(found))
            if told:
                return told
    for selector in BYLINES:
        for found in node.css(selector):
            line = words(found)[:200]
            read = stamp(line)
            by = None if read else _BY.match(line)
            told = _name(line[: read.start] if read else by[1] if by else "")
            if told:
                return told
    return None


def _name(text: str) -> str | None:
    """The words of an author's element without the date and "says" that some themes put in."""
    found = stamp(text[:160])
    name = author_of(text[: found.start] if found else text)
    return name if name and len(name) <= 80 and not is_button(name) else None


def _created(node: LexborNode) -> datetime | None:
    for selector in TIME:
        for found in node.css(selector):
            for name in ("datetime", "content", "ts", "title"):
                moment = when(attribute(found, name)) if attribute(found, name) else None
                if moment:
                    return moment
            read = stamp(words(found)[:160])
            if read and read.when:
                return read.when
    for selector in TIME_TEXT:
        for found in node.css(selector):
            read = stamp(words(found)[:160])
            if read and read.when:
                return read.when
    for found in node.css("[title]"):
        read = stamp(attribute(found, "title")[:80])
        if read and read.when:
            return read.when
    for link in node.css("a[href*='#']"):
        read = stamp(words(link)[:80])
        if read and read.when:
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
    for junk in (body or node).css(_FURNITURE + ("," + _LOOSE_FURNITURE if broad else "")):
        if body is None or junk.mem_id != body.mem_id:
            junk.decompose()
    if body is not None:
        text = plain(body.inner_html)
        if text or node.css_first("img, video, iframe") is not None:
            return _trimmed(_head(text)[0] if broad else text), None
    text, head = _head(plain(node.inner_html))
    if head:
        return _trimmed(text), head
    for junk in node.css(_LOOSE_FURNITURE):
        junk.decompose()
    text, head = _head(plain(node.inner_html))
    return _trimmed(text), head


def _body(node: LexborNode) -> LexborNode | None:
    """The element of the text: the first selector that fits, then what in it holds most words."""
    body = None
    for selector in TEXT:
        body = next((one for one in node.css(selector) if _speaks(one, node)), None)
        if body is not None:
            break
    while body is not None:
        size = len(body.text(deep=True))
        inner = (one for one in body.css(_ANY_TEXT) if one.mem_id != body.mem_id)
        closer = next((one for one in inner if 2 * len(one.text(deep=True)) > size), None)
        if closer is None:
            return body
        body = closer
    return None


def _speaks(found: LexborNode, node: LexborNode) -> bool:
    return found.mem_id != node.mem_id and bool(found.text(deep=True).strip())


def _head(text: str) -> tuple[str, tuple[str | None, datetime | None] | None]:
    """Take author and time lines off the beginning of a text."""
    lines = [line for line in text.split("\n") if line.strip()]
    found = head_of(lines) if len(lines) > 1 else None
    if found is None:
        return text, None
    rest = text
    for line in lines[: found.lines]:
        rest = rest.partition(line)[2]
    return rest.strip("\n"), (found.author, found.when)


def _trimmed(text: str) -> str:
    """The text without buttons on its last lines."""
    lines = text.split("\n")
    while len(lines) > 1 and (
        not lines[-1].strip() or (is_button(lines[-1]) and len(lines[-1]) > 1)
    ):
        lines.pop()
    return "\n".join(lines)
