"""A talk page as HTML: lists indent, a link to a user and a time sign."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import unquote

from moderation.readers.html.page import Places, rejected
from moderation.readers.html.torn import swallowed
from moderation.readers.html.unread import PLAIN, Unread, unread
from moderation.readers.markup import plain
from moderation.readers.records import batches
from moderation.readers.talk.comments import STAMP, USER, Piece, findings, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from moderation.comments import Batch
    from moderation.readers.records import Finding
    from moderation.readers.source import Source

_LISTS = ("dl", "ul", "ol")
_ENTRIES = ("dd", "li", "dt")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_UNSEEN = ("style", "script", "table", "noscript", "meta", "link")
_BLOCKS = ("p", "blockquote", "pre", "div", "section", "center")
_ANY_BLOCK = ", ".join((*_LISTS, *_ENTRIES, *_HEADINGS, *_BLOCKS))
_INLINE = frozenset(
    [
        *("-text", "-comment", "a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "data"),
        *("del", "dfn", "em", "font", "i", "img", "ins", "kbd", "mark", "q", "s", "samp", "small"),
        *("span", "strong", "sub", "sup", "time", "tt", "u", "var"),
    ]
)
_EDIT = re.compile(
    r"mw-editsection|toc|navbox|ambox|tmbox|mw-empty-elt|archiv|printfooter|catlinks"
)
_OF_WIKI = re.compile("mw-parser-output|mw-content-text")
_TALK = re.compile(
    r"""\bclass\s*=\s*["'][^"'>]*\bns-talk\b|<body[^<>]*\bclass\s*=\s*["'][^"'>]*\bns-\d*[13579]\b"""
)
_TORN_ADDRESS = re.compile(r"""\bhref="([^"\s]*+\s[^"]*+)\"""")
_TORN_TAG = re.compile(r"/[a-z][a-z0-9]{0,9}>")
_NO_MARKUP = re.compile(r"<[^<>]*>?")
_FOOTER = "footer, #footer, #footer-info, #footer-info-lastmod, .printfooter"
_SIGNED = 2
_END = 2_000  # characters in which a page that is whole closes


def detect(source: Source) -> str | None:
    """MediaWiki's output with signatures in it."""
    sample = source.sample
    if _TALK.search(sample) or (_OF_WIKI.search(sample) and _has_stamps(sample)):
        return "a talk page of MediaWiki"
    return "signatures of a wiki's users" if signed(sample) >= _SIGNED else None


def _has_stamps(sample: str) -> bool:
    return len(STAMP.findall(plain(sample))) >= _SIGNED


def read(source: Source) -> Iterator[Batch]:
    """Batches of a talk page's comments; a heading is a thread."""
    from selectolax.lexbor import LexborHTMLParser

    text, notes = source.text()
    page = LexborHTMLParser(text)
    root = _root(page)
    title = page.css_first("h1")
    named = title.text().strip() if title is not None else source.stem

    def found() -> Iterator[Finding]:
        yield from notes
        pieces = list(_pieces(root)) if root is not None else []
        whole = "</html" in text[-_END:].lower() or "<html" not in text[:_END].lower()
        yield from findings(source.name, named, pieces, _Places(text), whole)
        shown = [named, *(piece.text for piece in pieces)]
        torn = unread(text, _torn_texts(page), shown[1:])
        hidden = chain(swallowed(text, shown), _in_addresses(text), torn)
        yield from rejected(hidden, text, source.name)

    return batches(found())


def _root(page: LexborHTMLParser) -> LexborNode | None:
    """The element of the talk; all of the page where damage has put signed words outside of it."""
    root = page.css_first(".mw-parser-output") or page.css_first("#mw-content-text")
    body = page.body
    if root is None or body is None:
        return body
    outside = len(STAMP.findall(body.text())) - len(STAMP.findall(root.text()))
    if outside:
        outside -= sum(len(STAMP.findall(foot.text())) for foot in page.css(_FOOTER))
    return body if outside > 0 else root


class _Places:
    """Where pieces of a page stand in its source; they are asked for in their order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = Places(text)
        self._at = 0

    def __call__(self, pieces: list[Piece]) -> str:
        runs = [run for piece in pieces for run in PLAIN.findall(piece.text)]
        first = self._text.find(runs[0], self._at) if runs else -1
        last = self._text.find(runs[-1], max(first, self._at)) if runs else -1
        end = self._text.find("<", last + len(runs[-1])) if last >= 0 else -1
        start = first if first >= 0 else self._at
        self._at = max(self._at, first)
        return self._place(start, end if end >= 0 else len(self._text))


def _torn_texts(page: LexborHTMLParser) -> Iterator[str]:
    """The texts anywhere on the page that end in what is left of a tag."""
    for node in page.body.traverse(include_text=True) if page.body is not None else ():
        text = (node.text_content or "") if node.tag == "-text" else ""
        if _TORN_TAG.search(text) and node.parent is not None and node.parent.tag not in _UNSEEN:
            yield text


def _in_addresses(page: str) -> Iterator[Unread]:
    """The words that stand in addresses of links, in which a wiki writes no blank."""
    for address in _TORN_ADDRESS.finditer(page):
        words = _NO_MARKUP.sub(" ", address[1])
        yield Unread(" ".join(words.split()), *address.span())


def _pieces(root: LexborNode) -> Iterator[Piece]:
    """Paragraphs, entries and headings in their order, each entry by its depth in lists."""
    stack: list[tuple[LexborNode | str, int]] = [(root, 0)]
    while stack:
        node, indent = stack.pop()
        if isinstance(node, str):
            if piece := _piece(node, indent):
                yield piece
            continue
        if node.tag in _HEADINGS and not STAMP.search(node.text()):
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
        block = tag in (*_LISTS, *_ENTRIES, *_HEADINGS, *_BLOCKS) or (
            tag not in _INLINE and child.css_first(_ANY_BLOCK) is not None
        )
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
    users = USER.findall(html)
    author = unquote(users[-1][1]).replace("_", " ").strip() if users else None
    shown = tuple(plain(user[2]).strip() for user in users)
    return Piece(words, indent, author, shown=shown) if words else None
