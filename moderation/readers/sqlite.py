"""SQLite databases to comments: isso's, and the One Million Posts corpus.

The file is opened read-only, as a file that does not change; a compressed one is unpacked to a
temporary file first, for SQLite needs to jump about in it.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import InputError, Reject
from moderation.readers.markup import plain
from moderation.readers.rows import Finding, Row, ThreadRow, batches, no_parent, when
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_MAGIC = b"SQLite format 3\0"


class _Layout(NamedTuple):
    """One program's tables: what tells them, and queries with our columns in this order.

    comments: id, parent, thread, author, time, text, status. threads: thread, title, article, url.
    """

    name: str
    tables: dict[str, set[str]]
    comments: str
    threads: str
    statuses: dict[str, str]


_LAYOUTS = (
    _Layout(
        "isso",
        {"comments": {"id", "tid", "parent", "created", "mode", "text"}, "threads": {"id", "uri"}},
        "SELECT id, parent, tid, author, created, text, mode FROM comments ORDER BY rowid",
        "SELECT id, title, NULL, uri FROM threads WHERE id IN (SELECT tid FROM comments)",
        {"1": "approved", "2": "pending", "4": "deleted"},
    ),
    _Layout(
        "One Million Posts",
        {"Posts": {"ID_Post", "ID_Parent_Post", "ID_Article", "Headline", "Body", "Status"}},
        "SELECT ID_Post, ID_Parent_Post, ID_Article, ID_User, CreatedAt, "
        "trim(coalesce(Headline, '') || char(10, 10) || coalesce(Body, ''), char(10)), Status "
        "FROM Posts ORDER BY rowid",
        "SELECT ID_Article, Title, Body, Path FROM Articles "
        "WHERE ID_Article IN (SELECT ID_Article FROM Posts)",
        {"online": "approved", "deleted": "removed"},
    ),
)


def detect(source: Source) -> str | None:
    """SQLite's first bytes; which program's tables they are shows when it is read."""
    return "SQLite database" if source.head.startswith(_MAGIC) else None


def read(source: Source) -> Iterator[Batch]:
    """Batches of a database. Raises InputError when its tables are of no known program."""
    return batches(_found(source))


def _found(source: Source) -> Iterator[Finding]:
    with contextlib.ExitStack() as stack:
        try:
            base = stack.enter_context(contextlib.closing(_opened(source, stack)))
            layout = _layout(source, base)
        except sqlite3.Error as error:
            raise InputError(f"{source.name}: the SQLite database is damaged: {error}") from error
        try:
            for name, title, article, url in base.execute(layout.threads):
                words = (plain(_text(title)) or None, plain(_text(article)) or None)
                yield ThreadRow(_text(name), *words, _text(url))
        except sqlite3.Error as error:
            yield f"{source.name}: the threads cannot be read: {error}"
        number = 0
        try:
            for record in base.execute(layout.comments):
                number += 1
                yield 1
                yield _row(layout, record)
        except sqlite3.Error as error:
            reason = f"the database is damaged from here on: {error}"
            yield 1
            yield Reject(source.name, f"record {number + 1}", reason)


def _opened(source: Source, stack: contextlib.ExitStack) -> sqlite3.Connection:
    path = source.local
    if path is None:
        folder = stack.enter_context(Folder())
        path = folder / "dump.sqlite"
        with source.open() as stream, path.open("wb") as file:
            shutil.copyfileobj(stream, file)
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    base.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return base


def _layout(source: Source, base: sqlite3.Connection) -> _Layout:
    query = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
    tables: dict[str, set[str]] = {}
    for table, column in base.execute(query):
        tables.setdefault(table, set()).add(column)
    for layout in _LAYOUTS:
        if all(columns <= tables.get(name, set()) for name, columns in layout.tables.items()):
            return layout
    known = " and ".join(layout.name for layout in _LAYOUTS)
    raise InputError(
        f"{source.name}: a database with the tables {', '.join(sorted(tables)) or 'none'}; "
        f"known are those of {known}. Export the comments as CSV and use --format table"
    )


def _row(layout: _Layout, record: tuple[object, ...]) -> Row:
    number, parent, thread, author, created, text, status = record
    return Row(
        _text(text) or "",
        id=_text(number),
        parent_id=None if no_parent(parent) else _text(parent),
        thread_id=_text(thread),
        author=_text(author),
        created_at=when(created),
        status=layout.statuses.get(str(status), "unknown"),
    )


def _text(value: object) -> str | None:
    if value is None:
        return None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
