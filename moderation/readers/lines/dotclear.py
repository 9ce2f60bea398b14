"""Dotclear's backup: tables as lines of quoted cells, each behind a line with its columns."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from moderation.comments import Reject
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow, batches
from moderation.readers.source import text_blocks
from moderation.readers.sql.posts import Others, Post, findings
from moderation.readers.sql.systems import system_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_OTHERS = frozenset(
    [
        *("blog", "category", "setting", "settings", "post", "post_media", "meta", "media", "link"),
        *("user", "permissions", "pref", "prefs", "log", "ping", "spamrule", "version", "session"),
    ]
)
"""Tables that hold no comments."""
_HEAD = "///DOTCLEAR|"
_TABLE = re.compile(r"\[(\w+) ([\w,]+)\]")
_COMMENTS = re.compile(r"^\[comment comment_id,|^\[post post_id,blog_id,", re.MULTILINE)
_CELL = re.compile(r'"((?:[^"\\]++|\\.)*+)"(,|$)')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "r": "\r"}
_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+")
_WORDS = 2  # blanks in a line that is no table's, and is worth a word


def detect(source: Source) -> str | None:
    """The first line names the program, or a table of comments stands in it."""
    begin = source.sample.lstrip("\ufeff")
    if begin.startswith(_HEAD) or _COMMENTS.search(source.sample):
        return "a backup of Dotclear"
    return None


def read(source: Source) -> Iterator[Batch]:
    """Batches of the comments; the entries are their articles."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    posts: list[Post] = []
    others = Others({}, {}, {})
    entries: dict[str, str] = {}
    system = None
    table, columns = "", [""]
    for place, line in _lines(source):
        head = _TABLE.fullmatch(line)
        if head:
            table, columns = head[1], head[2].split(",")
            system = system_of(columns) if table == "comment" else system
            continue
        if not line.strip() or line.startswith(_HEAD):
            continue
        cells = _cells(line)
        if cells is None or len(cells) != len(columns):
            if table in ("comment", "") or line.count(" ") >= _WORDS:
                yield 1
                why = f"no row of the table {table!r}" if table else "stands in no table"
                yield Reject(source.name, place, why, line[:SNIPPET])
            continue
        fields: dict[str, str | None] = dict(zip(columns, cells, strict=True))
        if table == "comment" and system:
            posts.append(Post(system, fields, partial(str, place)))
        elif table not in _OTHERS or any(name.startswith("comment_") for name in columns):
            yield 1
            yield Reject(source.name, place, f"a row of the table {table!r}", line[:SNIPPET])
        elif table == "post":
            others.threads.setdefault("Dotclear", []).append(fields)
            entries[fields.get("post_id") or ""] = fields.get("post_content_xhtml") or ""
    yield from _with_articles(findings(source.name, posts, others), entries)


def _with_articles(found: Iterator[Finding], entries: dict[str, str]) -> Iterator[Finding]:
    from moderation.readers.markup import plain

    met: set[str] = set()
    for finding in found:
        if isinstance(finding, Row):
            met.add(finding.thread_id or "")
        if isinstance(finding, ThreadRow):
            if finding.thread_id not in met:
                continue  # an entry without comments
            finding.article = plain(entries.get(finding.thread_id or "")) or None
        yield finding


def _cells(line: str) -> list[str] | None:
    """The cells of a line; None where it is none of quoted cells."""
    cells, at = [], 0
    while cell := _CELL.match(line, at):
        cells.append(_ESCAPE.sub(lambda one: _ESCAPES.get(one[1], one[1]), cell[1]))
        at = cell.end()
        if not cell[2]:
            return cells if at == len(line) else None
    return None


def _lines(source: Source) -> Iterator[tuple[str, str]]:
    """The lines with their places."""
    carried, number, byte = "", 0, 0
    for block in (*text_blocks(source), ""):
        text, carried = carried + block, ""
        for line in _LINE.finditer(text):
            if block and line.end() == len(text):  # it may go on
                carried = line[0]
                continue
            number += 1
            end = byte + len(line[0].encode("utf-8", "replace"))
            yield f"line {number}, bytes {byte} to {end}", line[0].strip("\r\n\ufeff")
            byte = end
