"""SQLite databases to comments: isso's, and the One Million Posts corpus.

The file is opened read-only, as a file that does not change; a compressed one is unpacked to a
temporary file first, for SQLite needs to jump about in it. A database can hold programs: views,
computed columns, virtual tables. Only plain tables are read, and only so long and so much as a
file of its size can take.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import sqlite3
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import InputError, Reject
from moderation.readers.inference.names import hints, of_comments
from moderation.readers.markup import plain
from moderation.readers.records import Finding, Row, ThreadRow, batches
from moderation.readers.values import no_parent, when
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_LEAF = b"\r"  # of a table's tree: the page's first byte
_PAGE = re.compile(r"[Pp]age (\d+)")
_MAGIC = b"SQLite format 3\0"
_STEPS = 10_000  # of SQLite's machine between two looks at how many it has taken
_FREE_STEPS = 10_000_000  # half a second; a row takes some dozens
_BYTE_STEPS = 50  # more for each byte of the file
_ROW_BYTES = 64  # what a row costs beside its words
_LONGEST = 1 << 26  # bytes of a text
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: _LONGEST,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1 << 20,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_PRAGMAS = (
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "query_only = ON",
    "mmap_size = 0",
    "ignore_check_constraints = ON",
)
_SHOWN = 12  # tables in an error message


class _Layout(NamedTuple):
    """One program's tables: what tells them, and queries with our columns in this order.

    comments: id, parent, thread, author, time, text, status. threads: thread, title, article, url.
    NOT INDEXED: in the order of the rows. more: tables that may be missing.
    """

    name: str
    tables: dict[str, set[str]]
    comments: str
    threads: str
    statuses: dict[str, str]
    more: tuple[str, ...] = ()


_LAYOUTS = (
    _Layout(
        "isso",
        {"comments": {"id", "tid", "parent", "created", "mode", "text"}, "threads": {"id", "uri"}},
        "SELECT id, parent, tid, author, created, text, mode FROM comments NOT INDEXED",
        "SELECT id, title, NULL, uri FROM threads WHERE id IN (SELECT tid FROM comments)",
        {"1": "approved", "2": "pending", "4": "deleted"},
    ),
    _Layout(
        "One Million Posts",
        {"Posts": {"ID_Post", "ID_Parent_Post", "ID_Article", "Headline", "Body", "Status"}},
        "SELECT ID_Post, ID_Parent_Post, ID_Article, ID_User, CreatedAt, "
        "trim(coalesce(Headline, '') || char(10, 10) || coalesce(Body, ''), char(10)), Status "
        "FROM Posts NOT INDEXED",
        "SELECT ID_Article, Title, Body, Path FROM Articles "
        "WHERE ID_Article IN (SELECT ID_Article FROM Posts)",
        {"online": "approved", "deleted": "removed"},
        ("Articles",),
    ),
)


def detect(source: Source) -> str | None:
    """SQLite's first bytes; which program's tables they are shows when it is read."""
    return "SQLite database" if source.head.startswith(_MAGIC) else None


def read(source: Source) -> Iterator[Batch]:
    """Batches of a database. Raises InputError when its tables are of no known program."""
    return batches(_findings(source))


_NO_VALUES = (None,) * 5


def _findings(source: Source) -> Iterator[Finding]:
    with contextlib.ExitStack() as stack:
        try:
            base = stack.enter_context(contextlib.closing(_opened(source, stack)))
            layout = _layout(source, base)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise InputError(f"{source.name}: the SQLite database is damaged: {error}") from error
        grown = 0
        try:
            for name, title, article, url in base.execute(layout.threads):
                grown += _size((name, title, article, url))
                source.allow(grown)
                words = (plain(_text(title)) or None, plain(_text(article)) or None)
                yield ThreadRow(_text(name), *words, _text(url))
        except (sqlite3.Error, UnicodeDecodeError) as error:
            yield f"{source.name}: the threads cannot be read: {error}"
        number = 0
        hollow: list[int] = []
        try:
            for record in base.execute(layout.comments):
                number += 1
                grown += _size(record)
                source.allow(grown)
                yield 1
                yield _row(layout, record)
                if record[1:6] == _NO_VALUES:
                    hollow.append(number)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            reason = f"the database is damaged, or a program, from here on: {error}"
            yield 1
            yield Reject(source.name, f"record {number + 1} to the end", reason)
        yield len(hollow)
        yield from _hollow(source, base, hollow)
        for reject in _damaged_pages(source, base, layout):
            yield 1
            yield reject


def _damaged_pages(source: Source, base: sqlite3.Connection, layout: _Layout) -> Iterator[Reject]:
    """A reject for each page that SQLite finds fault with: records in it may be missing, or odd.

    Beside virtual tables, which are programs, only the tables that are read are looked at.
    """
    messages: dict[int, str] = {}
    size = 0
    try:
        size, count = (
            int(base.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_size", "page_count")
        )
        length = _length(base)
        if length > size * count:
            why = "behind the last page of the database"
            yield Reject(source.name, f"bytes {size * count} to {length}", why)
        query = "SELECT count(*) FROM sqlite_master WHERE sql LIKE '%virtual%'"
        programs = base.execute(query).fetchone()[0]
        for table in [f"({name})" for name in layout.tables] if programs else [""]:
            for (message,) in base.execute(f"PRAGMA quick_check{table}"):
                pages = [int(number) for number in _PAGE.findall(message)]
                messages.update((page, message) for page in pages if page not in messages)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        why = f"the database is damaged, and records of it may be missing or odd: {error}"
        yield Reject(source.name, f"bytes 0 to {source.size}", why)
    for page, message in sorted(messages.items()):
        place = f"bytes {(page - 1) * size} to {page * size}"
        yield Reject(source.name, place, f"damaged page {page}: {' '.join(message.split())[:160]}")


def _hollow(source: Source, base: sqlite3.Connection, numbers: list[int]) -> Iterator[Reject]:
    """A reject for each record without any value: SQLite takes one whose head is zero as such."""
    if not numbers:
        return
    size = base.execute("PRAGMA page_size").fetchone()[0]
    with source.open() as stream:
        pages = iter(lambda: stream.read(size), b"")
        places = [
            f"bytes {page * size} to {(page + 1) * size}"
            for page, raw in enumerate(pages)
            if _has_hollow_cell(raw, 100 * (page == 0))
        ]
    for number, place in zip_longest(numbers, places[: len(numbers)]):
        where = place or f"record {number}"
        yield Reject(source.name, where, f"record {number} has no value; its head is damaged")


def _has_hollow_cell(page: bytes, at: int) -> bool:
    """Whether a leaf of a table holds a record whose head has no bytes. at: where its head is."""
    if page[at : at + 1] != _LEAF:
        return False
    count = int.from_bytes(page[at + 3 : at + 5])
    pointers = range(at + 8, min(at + 8 + 2 * count, len(page) - 1), 2)
    return any(_head_size(page, int.from_bytes(page[one : one + 2])) == 0 for one in pointers)


def _head_size(page: bytes, cell: int) -> int:
    """The first byte of a record, behind its length and number; 1 where it is not on the page."""
    for _ in range(2):
        end = next((k for k in range(cell, min(cell + 9, len(page))) if page[k] < 128), cell + 8)
        cell = end + 1
    return page[cell] if cell < len(page) else 1


def _length(base: sqlite3.Connection) -> int:
    """The bytes of the file that is open."""
    (_, _, path) = base.execute("PRAGMA database_list").fetchone()
    return Path(path).stat().st_size


def _opened(source: Source, stack: contextlib.ExitStack) -> sqlite3.Connection:
    path = source.local
    if path is None:
        folder = stack.enter_context(Folder())
        path = folder / "dump.sqlite"
        with source.open() as stream, path.open("wb") as file:
            shutil.copyfileobj(stream, file)
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    base.text_factory = lambda raw: raw.decode("utf-8", "replace")
    for limit, most in _LIMITS.items():
        base.setlimit(limit, most)
    for pragma in _PRAGMAS:
        base.execute(f"PRAGMA {pragma}")
    base.set_progress_handler(_Steps(_FREE_STEPS + _BYTE_STEPS * path.stat().st_size), _STEPS)
    return base


class _Steps:
    """How many steps SQLite may still take; beyond, it says that it was interrupted."""

    def __init__(self, most: int) -> None:
        self._left = most

    def __call__(self) -> bool:
        self._left -= _STEPS
        return self._left < 0


def _layout(source: Source, base: sqlite3.Connection) -> _Layout:
    # a view of the same name as a table is refused by SQLite, whatever `type` and `name` say
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
    written = {_text(name) or "": _text(sql) or "" for name, sql in base.execute(query)}
    for layout in _LAYOUTS:
        there = [name for name in (*layout.tables, *layout.more) if _is_plain(name, written)]
        known = {name: _columns(source, base, name) for name in there}
        if all(columns <= known.get(name, set()) for name, columns in layout.tables.items()):
            return layout
    known_names = " and ".join(layout.name for layout in _LAYOUTS)
    names = sorted(" ".join(name.split())[:40] for name in written)
    more = f", … ({len(names)} in all)" if len(names) > _SHOWN else ""
    raise InputError(
        f"{source.name}: a database with the tables {', '.join(names[:_SHOWN]) or 'none'}{more}; "
        f"known are those of {known_names}. Export the table of comments, and read that: "
        f"{_export(source, written)}"
    )


def _export(source: Source, written: dict[str, str]) -> str:
    """The commands that write a table as CSV and read it: one that sounds as if of comments."""
    likely = [name for name in written if hints(name, "text") or of_comments(name) > 0]
    plain_name = re.compile(r"\w{1,60}")
    name = next((name for name in likely if plain_name.fullmatch(name)), "TABLE")
    file, made = shlex.quote(str(source.path)), shlex.quote(str(source.path.with_suffix(".csv")))
    query = shlex.quote(f'select * from "{name}"')  # noqa: S608 - it is shown, never run
    return f"sqlite3 -header -csv {file} {query} > {made} && moderation parse {made} --tree"


def _is_plain(name: str, written: dict[str, str]) -> bool:
    """Whether it is a table, neither view nor virtual."""
    return bool(re.match(rf"""\s*CREATE\s+TABLE\s+["'`\[]?{name}\b""", written.get(name, ""), re.I))


def _columns(source: Source, base: sqlite3.Connection, table: str) -> set[str]:
    """The columns of a table. Raises InputError where some are computed."""
    columns = base.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (table,)).fetchall()
    if any(hidden for _, hidden in columns):
        raise InputError(
            f"{source.name}: the table {table} has computed columns, which are not run; "
            "export the comments as CSV and use --format table"
        )
    return {_text(name) or "" for name, _ in columns}


def _size(record: tuple[object, ...]) -> int:
    return _ROW_BYTES + sum([len(cell) for cell in record if isinstance(cell, str | bytes)])


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
