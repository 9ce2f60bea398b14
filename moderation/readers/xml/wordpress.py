"""WordPress exports (WXR 1.0 to 1.2, and the WXR that Disqus imports) to comments.

An item is a post, page or attachment: the thread. Its comments stand inside it. The exporter
leaves out spam; pingbacks, trackbacks and comments in moderation or in the trash are there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from moderation.comments import Reject
from moderation.readers.markup import plain
from moderation.readers.records import Finding, Row, Rows, ThreadRow, batches
from moderation.readers.values import LONG_NAME, is_sentence, no_parent, status_of, when
from moderation.readers.xml.columns import meant, moments, parents, records
from moderation.readers.xml.fields import NAMED, misplaced, record
from moderation.readers.xml.layout import Layout, values
from moderation.readers.xml.pieces import Piece, Run, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from moderation.comments import Batch
    from moderation.readers.source import Source

_NAMESPACE = re.compile(
    r"wordpress\.org/export/(1\.\d)|<wp:wxr_version>\s*(?:<!\[CDATA\[)?([\d.]+)"
)
_OTHER_SIGNS = re.compile(r"<(?:wp:comment|wp:post_id|dsq:thread_identifier)>")
_NAMES = ("item", "comment")
_PROSE = ("comment_content", "comment_author", "comment_agent", "commentmeta")
_USUAL = Layout(
    "comment",
    [
        "comment_id",
        "comment_author",
        "comment_date",
        "comment_date_gmt",
        "comment_content!",
        "comment_approved",
        "comment_type",
        "comment_parent",
    ],
    _NAMES,
    _PROSE,
)
_FIELDS = ("comment_content", "comment_author", "comment_date", "comment_approved", "comment_id")
_BLOG = re.compile(r"<wp:base_blog_url>\s*(?:<!\[CDATA\[)?\s*https?://([^<>\s\]]+?)/?\s*[\]<]")
_HOST = re.compile(r"<link>\s*(?:<!\[CDATA\[)?\s*https?://([^<>\s\]/?#]+)")
_HELD = 20_000  # comments of one item that wait for what may stand behind them


def detect(source: Source) -> str | None:
    """RSS with WordPress' namespace or elements, be it without its beginning."""
    if not any(tag in source.sample for tag in ("<rss", "<channel", "</wp:comment_content>")):
        return None
    version = _NAMESPACE.search(source.sample)
    if version:
        return f"RSS with WordPress' export elements, version {version[1] or version[2]}"
    other = _OTHER_SIGNS.search(source.sample)
    return f"RSS with {other[0]} elements" if other else None


def read(source: Source) -> Iterator[Batch]:
    """Batches of a WXR file. A post is named by its Disqus identifier, post id or link."""
    site = site_of(source)
    for batch in batches(_findings(source)):
        batch.site = site
        yield batch


def site_of(source: Source) -> str | None:
    """The address of the blog, without scheme, as the export's head gives it, or its host."""
    address = _BLOG.search(source.sample) or _HOST.search(source.sample)
    return address[1] if address else None


def _findings(source: Source) -> Iterator[Finding]:
    waiting: list[Row | Rows] = []
    count = 0
    thread = ThreadRow(None)
    for piece in pieces(source, _NAMES, {"comment": "item"}, {"comment": _USUAL}, _FIELDS):
        if isinstance(piece, str):
            yield piece
            continue
        if isinstance(piece, Piece) and piece.part == "stray":
            yield from piece.rejected(source, "part of a comment, but no comment")
            continue
        if isinstance(piece, Run):
            yield len(piece.fields)
            waiting.append(Rows(piece.fields, _usual))
            count += len(piece.fields)
        elif piece.name == "comment":
            yield 1
            comment, *more = _comment(source, piece)
            if isinstance(comment, Row):
                waiting.append(comment)
                count += 1
            else:
                yield comment
            yield len(more)
            yield from more
        elif piece.part == "tail":
            thread = _thread(piece, thread)
            yield from _release(waiting, thread)
            waiting, count, thread = [], 0, ThreadRow(None)
        else:
            yield from _release(waiting, thread)
            waiting, count, thread = [], 0, _thread(piece, ThreadRow(None))
        if count >= _HELD:
            yield from _release(waiting, thread)
            waiting, count = [], 0
    yield from _release(waiting, thread)


def _release(waiting: list[Row | Rows], thread: ThreadRow) -> Iterator[Row | Rows | ThreadRow]:
    """The comments of an item that is now known."""
    if not waiting:
        return
    yield thread
    for row in waiting:
        if isinstance(row, Rows):
            row.thread = thread
        else:
            row.thread_id = thread.thread_id
            row.url = _address(thread.url, row.id)
        yield row


def _address(link: str | None, number: str | None) -> str | None:
    """Of a comment on the page `link`."""
    if not link or not number or not link.startswith("http"):
        return None
    return f"{link.partition('#')[0]}#comment-{number}"


def _thread(piece: Piece, known: ThreadRow) -> ThreadRow:
    node, _ = record(piece.xml)
    fields = {} if node is None else node.fields()
    link = fields.get("link") or None
    named = (fields.get(name) for name in ("thread_identifier", "post_id", "link", "guid"))
    return ThreadRow(
        known.thread_id or next((name for name in named if name), None),
        known.title or plain(fields.get("title")) or None,
        known.article or plain(fields.get("encoded"), newlines=True) or None,
        known.url or link,
    )


def _usual(runs: list[Rows]) -> pa.Table:
    """Comments from the fields of `_USUAL`."""
    fields = zip(*(one for run in runs for one in run.raw), strict=True)
    number, author, local, moment, content, approved, kind, parent = map(values, fields)
    threads = [run.thread or ThreadRow(None) for run in runs for _ in run.raw]
    created = moments(moment)
    if created.null_count:
        created = pc.coalesce(created, moments(local))
    return records(
        {
            "thread_id": [one.thread_id for one in threads],
            "id": [one or None for one in number],
            "parent_id": parents(parent),
            "author": [plain(one) or None for one in author],
            "created_at": created,
            "text": [plain(one, newlines=True) for one in content],
            "kind": meant(kind, _kind),
            "status": meant(approved, status_of),
            "url": [_address(one.url, name) for one, name in zip(threads, number, strict=True)],
        }
    )


def _comment(source: Source, piece: Piece) -> Iterator[Row | Reject]:
    node, recovered = record(piece.xml)
    fields = {} if node is None else node.fields()
    content = fields.get("comment_content")
    text = plain(content, newlines=True)
    if content is None:
        known = ", ".join(sorted(fields)) or "nothing"
        reason = "without content" if piece.whole else "cut off before its content"
        number = fields.get("comment_id", "")
        reason = f"comment {number} is {reason}; it has {known}"
        yield Reject(source.name, piece.place, reason, piece.shown)
        return
    parent = fields.get("comment_parent")
    yield Row(
        text,
        id=fields.get("comment_id") or None,
        parent_id=None if no_parent(parent) else parent,
        author=plain(fields.get("comment_author")) or None,
        created_at=when(fields.get("comment_date_gmt")) or when(fields.get("comment_date")),
        kind=_kind(fields.get("comment_type", "")),
        status=status_of(fields.get("comment_approved")),
        warnings=["truncated"] * (not piece.whole) + ["recovered"] * (recovered and piece.whole),
    )
    if is_sentence(fields.get("comment_author"), LONG_NAME) and not _is_ping(fields):
        yield Reject(source.name, piece.place, NAMED, piece.shown)
    if node is not None and misplaced(
        node, piece.xml, recovered or not piece.whole, _PROSE, _FIELDS
    ):
        yield Reject(source.name, piece.place, "words outside of the content", piece.shown)


def _is_ping(fields: dict[str, str]) -> bool:
    """Whether it is a pingback, whose author is the title of a page."""
    return _kind(fields.get("comment_type", "")) != "comment"


def _kind(word: str) -> str:
    return word if word in ("pingback", "trackback") else "comment"
