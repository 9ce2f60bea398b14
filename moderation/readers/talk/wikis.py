"""Talk pages in a dump of MediaWiki's pages (XML), or in an answer of its API (JSON)."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import TYPE_CHECKING, Any, NamedTuple

from moderation.comments import Reject
from moderation.errors import InputError
from moderation.readers.json.lenient import loads
from moderation.readers.records import SNIPPET, Row, ThreadRow, batches
from moderation.readers.source import PAGE_BYTES, byte_blocks
from moderation.readers.talk.comments import STAMP, findings
from moderation.readers.talk.wikitext import is_talk, pieces
from moderation.readers.values import is_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.records import Finding
    from moderation.readers.source import Source
    from moderation.readers.talk.comments import Piece

_ROOT = re.compile(r"<mediawiki[\s>]")
_END = re.compile(rb"</page>")
_TITLE = re.compile(rb"<title>([^<]*)</title>")
_ATTRIBUTE = rb"\s++[\w:.-]++\s*+=\s*+(?:\"[^\"<>\r\n]*+\"|'[^'<>\r\n]*+')"
_ATTRIBUTES = re.compile(rb"(?:%b)*+\s*+/?" % _ATTRIBUTE)
_TEXT = re.compile(rb"<text\b([^<>]*)(?:/>|>([^<]*)</text>)")
_SITE = re.compile(rb"<siteinfo\b.*?</siteinfo>|<siteinfo/>", re.DOTALL)
_KNOWN = b"title ns id parentid timestamp username ip comment origin model format text sha1 minor"
_ELEMENT = re.compile(rb"<(%b|redirect)\b[^<>]*>([^<]*)</\1>" % _KNOWN.replace(b" ", b"|"))
_TAG = re.compile(rb"<[/?]?[\w:-]++(?:%b)*+\s*+[/?]?>|<!--[^<>]*+>" % _ATTRIBUTE)
_WORD = re.compile(rb"[^\s<>/]{2}")
_OUTSIDE = "words that stand in no page"
_ANSWER = re.compile(r'"(?:revisions|wikitext)"\s*:')
_LONGEST = 1 << 26  # bytes of a page with its revisions


class Page(NamedTuple):
    """A page of a wiki: its last text, and where it stands in the file."""

    title: str
    text: str
    place: str


def detect(source: Source) -> str | None:
    """Pages that people have signed, in the elements of a dump or the values of an answer."""
    sample = source.sample
    if source.is_json:
        said = sample.replace("\\n", "\n") if _ANSWER.search(sample) else ""
        return "an answer of MediaWiki with signatures" if is_talk(said) else None
    if _ROOT.search(sample[:2000]) and is_talk(unescape(sample)):
        return "a dump of MediaWiki's pages with signatures"
    return None


def read(source: Source) -> Iterator[Batch]:
    """Batches of the comments of each page; a heading is a thread."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    others = 0
    for page in _answered(source) if source.is_json else _dumped(source):
        if isinstance(page, Reject):
            yield 1
            yield page
        elif is_talk(page.text) or STAMP.search(page.text):
            yield from _of_page(source, page)
        else:
            others += 1
    if others:
        yield f"{source.name}: {others:,} pages that nobody signed are no talk pages"


def _of_page(source: Source, page: Page) -> Iterator[Finding]:
    place = partial(_place, page)
    for found in findings(source.name, page.title, pieces(page.text), place, whole=True):
        if isinstance(found, Row | ThreadRow):
            inner = found.thread_id
            found.thread_id = page.title if inner in (None, page.title) else f"{page.title}#{inner}"
        yield found


def _place(page: Page, some: list[Piece]) -> str:
    return f"{page.place}: page {page.title!r}, lines {some[0].line} to {some[-1].line}"


def _dumped(source: Source) -> Iterator[Page | Reject]:
    """The pages of a dump, each with its last revision, and rejects for what is no whole page."""
    pending, byte = b"", 0
    for block in byte_blocks(source):
        pending += block
        at = 0
        for end in _END.finditer(pending):
            yield from _cut_out(source, pending[at : end.end()], byte + at)
            at = end.end()
        pending, byte = pending[at:], byte + at
        if len(pending) > _LONGEST:
            yield _reject(source, pending, byte, "a page that does not end")
            pending, byte = b"", byte + len(pending)
    begun = b"<page" in pending
    if begun or _words(pending, elements=False):
        yield _reject(source, pending, byte, "a page cut off" if begun else _OUTSIDE)


def _cut_out(source: Source, raw: bytes, byte: int) -> Iterator[Page | Reject]:
    """The page that these bytes end with, and rejects for what stands before it."""
    start = raw.rfind(b"<page>")
    before = raw if start < 0 else raw[:start]
    if _words(before, elements=False):
        yield _reject(source, before, byte, _OUTSIDE)
    if start < 0:
        return
    page = raw[start:]
    place = f"bytes {byte + start} to {byte + len(raw)}"
    title, texts = _TITLE.search(page), list(_TEXT.finditer(page))
    titles, revisions = len(_TITLE.findall(page)), page.count(b"<revision>")
    if not title or not texts or titles > 1 or len(texts) != revisions:
        if _words(page, elements=False):
            yield _reject(source, page, byte + start, "a page without a title or a text")
        return
    values = (
        found[2].decode("utf-8", "replace")
        for found in _ELEMENT.finditer(page)
        if found[1] not in (b"text", b"comment")
    )
    if any(map(is_sentence, values)) or _words(page):
        yield _reject(source, page, byte + start, "words between the elements of a page")
    elif not all(_ATTRIBUTES.fullmatch(one[1]) for one in texts):
        yield _reject(source, page, byte + start, "words in the tag of a text")
    text = unescape((texts[-1][2] or b"").decode("utf-8", "replace"))
    yield Page(unescape(title[1].decode("utf-8", "replace")), text, place)


def _words(raw: bytes, elements: bool = True) -> bool:
    """Whether anything is said outside of tags; or outside of elements that hold nothing else."""
    rest = _SITE.sub(b"", raw)
    rest = _ELEMENT.sub(b"", rest) if elements else rest
    return _WORD.search(_TAG.sub(b" ", rest)) is not None


def _reject(source: Source, raw: bytes, byte: int, why: str) -> Reject:
    shown = raw[: 4 * SNIPPET].decode("utf-8", "replace").strip()[:SNIPPET]
    return Reject(source.name, f"bytes {byte} to {byte + len(raw)}", why, shown)


def _answered(source: Source) -> Iterator[Page | Reject]:
    """The pages of an answer: `query.pages[].revisions[]`, or `parse.wikitext`."""
    if source.size > PAGE_BYTES:
        raise InputError(f"{source.name}: more than {PAGE_BYTES >> 20} MB in one answer")
    with source.utf8() as stream:
        raw = stream.read()
    try:
        root = loads(raw)
    except ValueError as error:
        shown = raw[:SNIPPET].decode("utf-8", "replace")
        yield Reject(source.name, f"bytes 0 to {len(raw)}", f"not JSON: {error}", shown)
        return
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            title, text = str(node.get("title") or source.stem), _wikitext(node)
            if text:
                yield Page(title, text, "its answer")
            else:
                stack += reversed(node.values())
        elif isinstance(node, list):
            stack += reversed(node)


def _wikitext(node: dict[str, Any]) -> str:
    """The source of the page that an object is of; empty where it holds none."""
    revisions = node.get("revisions")
    given = revisions[0] if isinstance(revisions, list) and revisions else node.get("wikitext")
    if isinstance(given, dict):
        slots = given.get("slots")
        main = slots.get("main") if isinstance(slots, dict) else given
        given = (main.get("*") or main.get("content")) if isinstance(main, dict) else None
    return given if isinstance(given, str) else ""
