"""Disqus' own XML export to comments: threads first, then posts that name thread and parent.

The WXR that Disqus imports is WordPress' format; `wordpress` reads it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.comments import Reject
from moderation.readers.markup import plain
from moderation.readers.records import Finding, Row, Rows, ThreadRow, batches
from moderation.readers.values import LONG_NAME, is_sentence, no_parent, when
from moderation.readers.xml.columns import meant, moments, parents, records
from moderation.readers.xml.fields import NAMED, Node, misplaced, record
from moderation.readers.xml.layout import Layout, values
from moderation.readers.xml.pieces import Piece, Run, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from moderation.comments import Batch
    from moderation.readers.source import Source

_NAMES = ("thread", "post")
_PROSE = ("message", "author")
_USUAL = Layout(
    "post",
    [
        "@id",
        "message!",
        "createdAt",
        "isDeleted",
        "isSpam",
        "isApproved",
        "author(name username)",
        "thread@id",
        "parent@id",
    ],
    _NAMES,
    _PROSE,
)
_FIELDS = ("isDeleted", "isSpam", "isApproved", "createdAt", "message", "ipAddress")
_OWN = ("isSpam", "isApproved", "parent")  # no thread has these
_THREAD = 8  # place of the thread among these
_FLAGS = ("isDeleted", "isSpam", "isApproved")
_ROOT = re.compile(r"<(?:[\w-]+:)?disqus[\s>][^<]*?disqus\.com|<(?:[\w-]+:)?disqus[\s>]")
_POST = re.compile(r"""<post dsq:id="[^"]*">\s*<(?:id|message)\b""")
_DAMAGED = "a thread that is damaged: words of a post may stand in it"
_BLOCKS = re.compile(r"<(?:p|br)\b", re.IGNORECASE)


def detect(source: Source) -> str | None:
    """The root element `disqus`; posts, where the beginning is lost."""
    if _ROOT.search(source.sample):
        return "XML with the root element <disqus>"
    return "XML with posts of Disqus" if _POST.search(source.sample) else None


def read(source: Source) -> Iterator[Batch]:
    """Batches of a Disqus export. Only threads that have posts are given."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    threads = _Threads()
    for piece in pieces(source, _NAMES, {"thread": None}, {"post": _USUAL}, _FIELDS, _OWN):
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, Run):
            yield from _of_run(piece, threads)
        elif piece.part == "stray":
            yield from piece.rejected(source, "part of a post, but no post")
        elif piece.name == "thread":
            yield from _of_thread(source, piece, threads)
        else:
            yield from _of_post(source, piece, threads)


def _of_run(run: Run, threads: _Threads) -> Iterator[Finding]:
    """Posts that are laid out as usual."""
    yield len(run.fields)
    for name in values(list(dict.fromkeys(post[_THREAD] for post in run.fields))):
        yield from threads.of_post(name)
    yield Rows(run.fields, _usual)


def _of_thread(source: Source, piece: Piece, threads: _Threads) -> Iterator[Finding]:
    """A declared thread; damaged, it may hold what is left of a post."""
    element, recovered = record(piece.xml)
    if recovered or not piece.whole:
        yield from piece.rejected(source, _DAMAGED)
    yield from threads.declared(_thread(element))


def _of_post(source: Source, piece: Piece, threads: _Threads) -> Iterator[Finding]:
    """A single post, and the rejects for words of it that may stand elsewhere."""
    element, recovered = record(piece.xml)
    yield 1
    post = _post(source, piece, element, recovered)
    if isinstance(post, Reject):
        yield post
        return
    yield from threads.of_post(post.thread_id)
    yield post
    if element and _has_more(piece, element, recovered):
        yield from piece.rejected(source, "words outside of the message")
    if is_sentence(post.author, LONG_NAME):
        yield from piece.rejected(source, NAMED)


class _Threads:
    """Threads that are declared, of which only those with posts are given."""

    def __init__(self) -> None:
        self._waiting: dict[str, ThreadRow] = {}  # no post of theirs has been met yet
        self._met: set[str] = set()

    def declared(self, thread: ThreadRow) -> Iterator[ThreadRow]:
        """A thread is declared; given, where a post of its own came before it."""
        if thread.thread_id in self._met:
            yield thread
        elif thread.thread_id:
            self._waiting.setdefault(thread.thread_id, thread)

    def of_post(self, name: str | None) -> Iterator[ThreadRow]:
        """The thread of a post, when that is the first of its posts."""
        if name and name not in self._met:
            self._met.add(name)
            if name in self._waiting:
                yield self._waiting.pop(name)


def _has_more(piece: Piece, element: Node, recovered: bool) -> bool:
    """Whether words of a post stand outside of its message."""
    damaged = recovered or not piece.whole
    return misplaced(element, piece.xml, damaged, _PROSE, ("message", "isSpam"))


def _thread(node: Node | None) -> ThreadRow:
    if node is None:
        return ThreadRow(None)
    fields = node.fields()
    return ThreadRow(
        node.attribute("id"),
        plain(fields.get("title")) or None,
        plain(fields.get("message")) or None,
        fields.get("link") or None,
    )


def _usual(runs: list[Rows]) -> pa.Table:
    """Posts from the fields of `_USUAL`."""
    fields = zip(*(one for run in runs for one in run.raw), strict=True)
    number, message, moment, *flag_columns, name, user, thread, parent = map(values, fields)
    flags = list(zip(*flag_columns, strict=True))
    return records(
        {
            "thread_id": [one or None for one in thread],
            "id": [one or None for one in number],
            "parent_id": parents(parent),
            "author": [plain(one) or other or None for one, other in zip(name, user, strict=True)],
            "created_at": moments(moment),
            "text": [_message(one) for one in message],
            "status": meant(flags, lambda flag: _status(dict(zip(_FLAGS, flag, strict=True)))),
        }
    )


def _message(html: str) -> str:
    """Its text; where no markup breaks the lines, line ends do."""
    return plain(html, newlines="<" not in html or not _BLOCKS.search(html))


def _post(source: Source, piece: Piece, node: Node | None, recovered: bool) -> Row | Reject:
    fields = {} if node is None else node.fields()
    if node is None or "message" not in fields:
        known = ", ".join(sorted(fields)) or "nothing"
        reason = "without a message" if piece.whole else "cut off before its message"
        return Reject(source.name, piece.place, f"post is {reason}; it has {known}", piece.shown)
    parent = _reference(node, "parent")
    person = node.first("author")
    name = {} if person is None else person.fields()
    return Row(
        _message(fields["message"]),
        id=node.attribute("id"),
        parent_id=None if no_parent(parent) else parent,
        thread_id=_reference(node, "thread"),
        author=plain(name.get("name")) or name.get("username") or None,
        created_at=when(fields.get("createdAt")),
        status=_status(fields),
        warnings=["truncated"] * (not piece.whole) + ["recovered"] * (recovered and piece.whole),
    )


def _reference(node: Node, name: str) -> str | None:
    reference = node.first(name)
    return None if reference is None else reference.attribute("id")


def _status(given: dict[str, str]) -> str:
    for name, status in (("isSpam", "spam"), ("isDeleted", "deleted")):
        if given.get(name, "").lower() == "true":
            return status
    return "pending" if given.get("isApproved", "").lower() == "false" else "approved"
