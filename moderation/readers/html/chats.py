"""Chats that were exported as pages: DiscordChatExporter's and Telegram's."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.bylines.dates import stamp
from moderation.readers.html.find import attribute
from moderation.readers.html.page import rejected
from moderation.readers.html.torn import swallowed
from moderation.readers.html.unread import FEW, LETTERS, unread
from moderation.readers.markup import plain
from moderation.readers.records import Row, ThreadRow, batches
from moderation.readers.values import when

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from moderation.comments import Batch
    from moderation.readers.records import Finding
    from moderation.readers.source import Source


class _Markup(NamedTuple):
    """Where a program puts what belongs to a message.

    skipped: words that are nobody's here. quoted: what is not this message's own.
    """

    sign: re.Pattern[str]
    message: str
    number: str
    author: str
    text: str
    instead: str
    time: str
    answered: str
    service: str
    title: str
    skipped: str
    quoted: str


_DISCORD = _Markup(
    re.compile("chatlog__message"),
    "[data-message-id]",
    "data-message-id",
    ".chatlog__author, .chatlog__author-name, .chatlog__system-notification-author",
    ".chatlog__content, .chatlog__system-notification-content",
    ".chatlog__forwarded-content, .chatlog__embed-title, .chatlog__embed-description, "
    ".chatlog__attachment a, .chatlog__attachment img, .chatlog__attachment, .chatlog__sticker img",
    ".chatlog__timestamp, .chatlog__short-timestamp, .chatlog__system-notification-timestamp",
    ".chatlog__reply-link, .chatlog__reference-link",
    ".chatlog__system-notification-content",
    ".preamble__entry:nth-child(2)",
    ".postamble, .chatlog__reply, .chatlog__reference, .chatlog__embed, "
    ".chatlog__attachment, .chatlog__reactions, .chatlog__sticker, "
    ".chatlog__forwarded, .chatlog__edited-timestamp, .chatlog__short-timestamp, "
    ".chatlog__system-notification-author, .chatlog__system-notification-timestamp",
    ".chatlog__reply, .chatlog__reference, .chatlog__forwarded",
)
_TELEGRAM = _Markup(
    re.compile(r'class="message (?:default|service)'),
    ".message[id^='message']",
    "id",
    ".body:not(.forwarded) > .from_name",
    ".text",
    ".media_wrap .title, .media_wrap .status, .media_wrap img, .media_wrap a",
    ".date[title]",
    ".reply_to a",
    ".message.service",
    ".page_header .text",
    ".reply_to, .forwarded .from_name, .media_wrap, .signature, .pagination, .reactions, "
    ".message.service, .userpic, .via_bot",
    ".forwarded.body, .message.service",
)
_ANSWERED = re.compile(
    r"(?:scrollToMessage\(event,\s*['\"]?|go_to_message|chatlog__message-container-)(\d+)"
)
_TORN = re.compile(r'\btitle="[^"<>]*+[<>]([^"]++)"')  # words that damage put into an attribute
_TAGS = re.compile(r"<[^<>]*+>?|>")
_ZONED = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d) UTC([+-]\d\d:\d\d)")
_NUMBER = re.compile(r"-?\d+")
_UNSEEN = frozenset(["script", "style", "title", "template", None])
_NAME = 60  # characters of a name
LEFT_OUT = "service messages left out"


def detect(source: Source) -> str | None:
    """Messages in the markup of one of these programs."""
    found = _markup(source.sample)
    return None if found is None else "a chat that was exported as a page"


def _markup(sample: str) -> _Markup | None:
    return next((one for one in (_DISCORD, _TELEGRAM) if one.sign.search(sample)), None)


def read(source: Source) -> Iterator[Batch]:
    """Batches of a page's messages."""
    from selectolax.lexbor import LexborHTMLParser

    text, notes = source.text()
    page = LexborHTMLParser(text)
    markup = _markup(text) or _DISCORD

    def found() -> Iterator[Finding]:
        yield from notes
        title = _words(page.css_first(markup.title)) or source.stem
        told = [title, *(entry.text(deep=False) for entry in page.css(".preamble__entry"))]
        left_out = 0
        for row in _rows(page, markup, title):
            told.append(row.text)
            if row.author and len(row.author) <= _NAME:  # else damage has put words there
                told.append(row.author)
            if markup is _TELEGRAM and row.kind == "service":
                left_out += 1
                continue
            yield 1
            yield row
        yield ThreadRow(title, title)
        if left_out:
            yield f"{source.name}: {left_out} {LEFT_OUT}"
        torn = [*_prose(page, markup), *_in_attributes(text)]
        hidden = chain(swallowed(text, told), unread(text, torn, told))
        yield from rejected(hidden, text, source.name)

    return batches(found())


def _rows(page: LexborHTMLParser, markup: _Markup, title: str) -> Iterator[Row]:
    """The messages; one that follows another of the same person does not say who that is."""
    author = shown = None
    services = {node.mem_id for node in page.css(markup.service)}
    quoted = {node.mem_id for node in page.css(f"{markup.quoted} *")}
    for node in page.css(f"{markup.message}, {markup.author}, {markup.time}"):
        if node.mem_id in quoted:
            continue
        number = _NUMBER.search(attribute(node, markup.number))
        if number is None and not node.css_matches(markup.message):
            shown = _stamp(node) if node.css_matches(markup.time) else shown
            author = _words(node) if node.css_matches(markup.author) else author
            continue
        name = _words(node.css_first(markup.author))
        is_service = node.mem_id in services or (
            node.css_first(markup.service) is not None
            and node.css_first(".chatlog__content") is None
        )
        author = name or (None if is_service else author)
        own = node.css_first(markup.time)
        shown = _stamp(own) if own is not None else shown
        answered = node.css_first(markup.answered)
        linked = (
            f"{attribute(answered, 'onclick')} {attribute(answered, 'href')}" if answered else ""
        )
        parent = _ANSWERED.search(linked)
        yield Row(
            _text(node, markup),
            number[0] if number else None,
            parent[1] if parent else None,
            title,
            author,
            _moment(shown or ""),
            "service" if is_service else "message",
        )


def _stamp(node: LexborNode) -> str:
    return attribute(node, "title") or _words(node)


def _moment(said: str) -> datetime | None:
    """The time that is shown; Telegram says of which zone it is."""
    if zoned := _ZONED.match(said):
        day, month, year, clock, zone = zoned.groups()
        return when(f"{year}-{month}-{day}T{clock}{zone}")
    found = stamp(said)
    return found.when if found else None


def _text(node: LexborNode, markup: _Markup) -> str:
    """What a message says; the names of what it only shows, where it says nothing."""
    for edited in node.css(".chatlog__edited-timestamp"):
        edited.decompose()
    said = "\n".join(filter(None, (plain(part.inner_html) for part in node.css(markup.text))))
    if said:
        return said
    for part in node.css(markup.instead):
        address = attribute(part, "src") or attribute(part, "href")
        shown = _words(part) or attribute(part, "title") or address.rpartition("/")[2]
        if shown:
            return shown
    return ""


def _in_attributes(page: str) -> Iterator[str]:
    """The texts that damage has put into an attribute, between what is left of tags."""
    for value in _TORN.findall(page):
        yield from (text for text in _TAGS.split(value) if len(LETTERS.findall(text)) >= FEW)


def _words(node: LexborNode | None) -> str:
    return " ".join(node.text().split()) if node is not None else ""


def _prose(page: LexborHTMLParser, markup: _Markup) -> Iterator[str]:
    """The texts of some words that no part of a message has that is read apart."""
    inside: set[int] = {node.mem_id for node in page.css(markup.skipped)}
    for node in page.body.traverse(include_text=True) if page.body is not None else ():
        around = node.parent
        if around is not None and around.mem_id in inside:
            inside.add(node.mem_id)
        elif node.tag == "-text" and around is not None and around.tag not in _UNSEEN:
            text = node.text_content or ""
            if len(LETTERS.findall(text)) >= FEW:
                yield text
