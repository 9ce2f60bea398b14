"""A talk page as HTML: lists indent, a link to a user and a time sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from moderation.readers.html.page import rejected
from moderation.readers.html.torn import swallowed
from moderation.readers.markup import plain
from moderation.readers.records import batches
from moderation.readers.talk.comments import STAMP, Piece, findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

    from moderation.comments import Batch
    from moderation.readers.records import Finding
    from moderation.readers.source import Source

_LISTS = ("dl", "ul", "ol")
_ENTRIES = ("dd", "li", "dt")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_UNSEEN = ("style", "script", "table", "noscript", "meta", "link")
_BLOCKS = ("p", "blockquote", "pre", "div", "section", "center")
_EDIT = re.compile(
    r"mw-editsection|toc|navbox|ambox|tmbox|mw-empty-elt|archiv|printfooter|catlinks"
)
_USER = re.compile(
    r'href="[^"]*?(?:/wiki/|title=|/index\.php/)([^":/?#&]{2,60}):([^"/?#&]+)[^>]*>(?:<[^>]*>)*([^<]*)'
)
_SIGNED = 2


def detect(source: Source) -> str | None:
    """MediaWiki's output with signatures in it."""
    sample = source.sample
    if "mw-parser-output" not in sample and "mw-content-text" not in sample:
        return None
    talk = re.search(r"\bns-(?:talk|\d*[13579])\b", sample) is not None
    signed = len(STAMP.findall(plain(sample)))
    return "a talk page of MediaWiki" if signed >= _SIGNED or (talk and signed) else None


def read(source: Source) -> Iterator[Batch]:
    """Batches of a talk page's comments; a heading is a thread."""
    from selectolax.lexbor import LexborHTMLParser

    text, notes = source.text()
    page = LexborHTMLParser(text)
    root = page.css_first(".mw-parser-output") or page.css_first("#mw-content-text") or page.body
    title = page.css_first("h1")
    named = title.text().strip() if title is not None else source.stem

    def found() -> Iterator[Finding]:
        yield from notes
        pieces = list(_pieces(root)) if root is not None else []
        yield from findings(source.name, named, pieces)
        shown = [named, *(piece.text for piece in pieces)]
        yield from rejected(swallowed(text, shown), text, source.name)

    return batches(found())


def _pieces(root: LexborNode) -> Iterator[Piece]:
    """Paragraphs, entries and headings in their order, each entry by its depth in lists."""
    stack: list[tuple[LexborNode | str, int]] = [(root, 0)]
    while stack:
        node, indent = stack.pop()
        if isinstance(node, str):
            if piece := _piece(node, indent):
                yield piece
            continue
        if node.tag in _HEADINGS:
            for edit in node.css(".mw-editsection"):
                edit.decompose()
            yield Piece(plain(node.text()).strip(), heading=True)
            continue
        stack += reversed(list(_parts(node, indent)))


def _parts(node: LexborNode, indent: int) -> Iterator[tuple[LexborNode | str, int]]:
    """What stands in an element: runs of text as HTML, and the blocks between them."""
    run = ""
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        block = tag in (*_LISTS, *_ENTRIES, *_HEADINGS, *_BLOCKS)
        if tag in _UNSEEN or _EDIT.search(str((child.attributes or {}).get("class") or "")):
            continue
        if not block:
            run += child.html or ""
            continue
        if run.strip():
            yield run, indent
            run = ""
        yield child, indent + (tag in _ENTRIES)
    if run.strip():
        yield run, indent


def _piece(html: str, indent: int) -> Piece | None:
    words = plain(html).strip()
    users = _USER.findall(html)
    author = unquote(users[-1][1]).replace("_", " ").strip() if users else None
    shown = tuple(plain(user[2]).strip() for user in users)
    return Piece(words, indent, author, shown=shown) if words else None
