"""The rows of the tables that a SQL dump fills, by INSERT or by COPY; nothing of it is run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.table.sqldump import values_at
from moderation.readers.table.sqlothers import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NAME = r"[`\"\[]?(?:\w+[`\"\]]?\.[`\"\[]?)?([\w-]+)[`\"\]]?"
_HEAD = re.compile(
    rf"(?:INSERT|REPLACE)\s+(?:\w+\s+)?INTO\s+{_NAME}\s*(?:\(([^()]*)\)\s*)?VALUES\s*|"
    rf"COPY\s+{_NAME}\s*\(([^()]*)\)\s*FROM\s+stdin;[ \t]*\r?\n|"
    rf"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s*\(",
    re.IGNORECASE,
)
_KEYWORD = re.compile(  # with which a head begins; quick to look for
    r"[IRCirc](?:(?<=[Ii])(?i:NSERT)|(?<=[Rr])(?i:EPLACE)|(?<=[Cc])(?i:OPY|REATE))(?=\s)"
)
_LONGEST = 1 << 16  # characters of a declaration
_BETWEEN = re.compile(r"\s*,\s*(?=\()")
_COLUMN = re.compile(r"[\w$-]+")
_END = re.compile(r"\s*(?:;|\Z|ON\s+(?:DUPLICATE|CONFLICT)\b|RETURNING\b)", re.IGNORECASE)
_NEXT = re.compile(r"^(?:INSERT|REPLACE|CREATE|COPY|DROP|LOCK|UNLOCK|ALTER|--|/\*)", re.MULTILINE)
_COPIED = re.compile(r"\\(.)")
_COPY_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": "", "v": ""}


class Head(NamedTuple):
    """What fills or declares a table: its columns, and where its rows begin."""

    table: str
    columns: list[str]
    kind: str  # insert, copy or create
    start: int
    end: int


class SqlRow(NamedTuple):
    """A row of a table by its columns; `wrong`: why it is none. start, end: where it stands."""

    table: str
    fields: dict[str, str | None]
    start: int
    end: int
    wrong: str = ""


def heads(text: str) -> Iterator[Head]:
    """The statements of a dump that declare and fill tables; those in strings are met too."""
    declared = at = 0  # the end of the last declaration, so that no stretch is looked at twice
    while head := _next_head(text, at, declared):
        yield head
        at = head.end
        declared = _end_of(text, head) if head.kind == "create" else declared


def _next_head(text: str, at: int, declared: int) -> Head | None:
    """The next from `at` on, but for a declaration that begins within another's."""
    while word := _KEYWORD.search(text, at):
        found = _HEAD.match(text, word.start())
        at = found.end() if found else word.end()
        if not found:
            continue
        filled, listed, copied, copied_columns, created = found.groups()
        if not created:
            names = _COLUMN.findall(listed or copied_columns or "")
            kind = "insert" if filled else "copy"
            columns = [name.lower() for name in names]
            return Head((filled or copied).lower(), columns, kind, *found.span())
        if found.start() >= declared:
            head = Head(created.lower(), [], "create", *found.span())
            columns = columns_of(text[head.end : _end_of(text, head)])
            return head._replace(columns=columns)
    return None


def _end_of(text: str, head: Head) -> int:
    """The end of a declaration."""
    end = text.find(";", head.end, head.end + _LONGEST)
    return end if end >= 0 else head.end + _LONGEST


def rows(
    text: str, wanted: Callable[[str], bool], begins: dict[int, int] | None = None
) -> Iterator[SqlRow]:
    """The rows of the tables that are wanted, by their names.

    begins: takes where each statement begins whose rows do at a place.
    """
    columns_of_tables: dict[str, list[str]] = {}
    at = declared = 0
    while head := _next_head(text, at, declared):
        at = head.end
        if head.kind == "create":
            declared = _end_of(text, head)
            columns_of_tables[head.table] = head.columns
            continue
        if begins is not None:
            begins[head.end] = head.start
        if not wanted(head.table):
            at = max(at, _past(text, head))
            continue
        columns = head.columns or columns_of_tables.get(head.table, [])
        read = _inserted if head.kind == "insert" else _copied
        for row in read(text, head, columns):
            at = max(at, row.end)
            yield row


def _past(text: str, head: Head) -> int:
    """The end of a statement whose rows are not read."""
    if head.kind == "copy":
        end = text.find("\n\\.", head.end - 1)
        return len(text) if end < 0 else end
    at = head.end
    while True:
        values, end = values_at(text, at + 1) if text[at : at + 1] == "(" else (None, at)
        if values is None:
            return end
        between = _BETWEEN.match(text, end)
        if not between:
            return end
        at = between.end()


def _inserted(text: str, head: Head, columns: list[str]) -> Iterator[SqlRow]:
    at = head.end
    while True:
        values, end = values_at(text, at + 1) if text[at : at + 1] == "(" else (None, at)
        if values is None:
            yield _broken(text, head.table, at, "a row breaks off")
            return
        yield _row(head.table, columns, values, at, end)
        between = _BETWEEN.match(text, end)
        if not between:
            if not _END.match(text, end):
                yield _broken(text, head.table, end, "what stands between the rows is none")
            return
        at = between.end()


def _broken(text: str, table: str, at: int, why: str) -> SqlRow:
    following = _NEXT.search(text, at + 1)
    return SqlRow(table, {}, at, following.start() if following else len(text), why)


def _copied(text: str, head: Head, columns: list[str]) -> Iterator[SqlRow]:
    at = head.end
    while not text.startswith("\\.", at):
        end = text.find("\n", at)
        if end < 0:
            yield SqlRow(head.table, {}, at, len(text), "a row breaks off")
            return
        cells = text[at:end].rstrip("\r").split("\t")
        yield _row(head.table, columns, [_uncopied(cell) for cell in cells], at, end + 1)
        at = end + 1


def _uncopied(cell: str) -> str | None:
    if cell == "\\N":
        return None
    return _COPIED.sub(lambda one: _COPY_ESCAPES.get(one[1], one[1]), cell)


def _row(table: str, columns: list[str], values: list[str | None], start: int, end: int) -> SqlRow:
    if len(columns) != len(values):
        why = f"{len(values)} values, but the table has {len(columns) or 'no known'} columns"
        return SqlRow(table, {}, start, end, why)
    return SqlRow(table, dict(zip(columns, values, strict=True)), start, end)
