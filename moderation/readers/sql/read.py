"""A SQL dump of a forum or comment system other than WordPress, or of tables of its own."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import orjson

from moderation.comments import Batch, Reject
from moderation.errors import InputError
from moderation.readers.encodings import decode
from moderation.readers.inference.groups import best_of, groups_in
from moderation.readers.layouts.read import read_lines
from moderation.readers.records import SNIPPET, Finding, batches
from moderation.readers.source import PAGE_BYTES, byte_blocks
from moderation.readers.sql.posts import Others, Post, findings
from moderation.readers.sql.systems import System, system_of
from moderation.readers.sql.tables import heads, rows
from moderation.readers.table.sqlothers import OtherStatements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.readers.source import Source
    from moderation.readers.sql.tables import SqlRow

_BEGINS = re.compile(
    r"^[ \t]*(?:INSERT\s+(?:\w+\s+)?INTO|REPLACE\s+INTO|CREATE\s+TABLE|COPY\s+[\w.\"]+\s*\()",
    re.IGNORECASE | re.MULTILINE,
)
_WORDPRESS = re.compile(r"comment_post_ID|comment_content|_commentmeta|_postmeta")
_LARGEST = PAGE_BYTES
_OVERLAP = 1 << 12


def detect(source: Source) -> str | None:
    """SQL that fills a table of posts of a system that is known, or one with texts."""
    if not _BEGINS.search(source.sample) or _WORDPRESS.search(source.sample):
        return None
    systems = sorted({one.name for one in _systems(source).values()})
    if systems:
        return f"SQL dump of {' and '.join(systems)}"
    if _likely(source, source.sample):
        return "SQL that fills a table with texts, ids and others"
    return None


def _systems(source: Source) -> dict[str, System]:
    """The tables of posts of systems that are known, wherever in the file."""
    if "sql systems" not in source.memo:
        found: dict[str, System] = {}
        overlap = ""
        for block in (decode(raw)[0] for raw in byte_blocks(source)):  # not counted yet
            for head in heads(overlap + block):
                if system := system_of(head.columns):
                    found[head.table] = system
            overlap = block[-_OVERLAP:]
        source.memo["sql systems"] = found
    systems: dict[str, System] = source.memo["sql systems"]
    return systems


def _likely(source: Source, text: str) -> bool:
    chosen, _ = best_of(groups_in([_tables(rows(text, lambda table: True))], source.mapping))
    return bool(chosen) and len(chosen[0].records) > 1


def _tables(every: Iterator[SqlRow]) -> dict[str, list[dict[str, str | None]]]:
    tables: dict[str, list[dict[str, str | None]]] = {}
    for row in every:
        if not row.wrong:
            tables.setdefault(row.table, []).append(row.fields)
    return tables


def read(source: Source) -> Iterator[Batch]:
    """Batches of the posts. Raises InputError where the file is too large to be held."""
    if source.size > _LARGEST:
        raise InputError(
            f"{source.name}: more than {_LARGEST >> 20} MB of SQL; export the table of posts by "
            "itself, or as CSV"
        )
    text, notes = source.text()
    yield Batch(notes=notes)
    systems = _systems(source)
    if systems:
        yield from batches(_of_systems(source, text, systems))
    else:
        yield from batches(_unread(source, text))
        tables = orjson.dumps(_tables(rows(text, lambda table: True)))
        yield from read_lines(source, tables, dict(source.mapping), ".json")


def _of_systems(source: Source, text: str, systems: dict[str, System]) -> Iterator[Finding]:
    known = {one.name: one for one in systems.values()}.values()
    ends = {one.threads.table: one for one in known if one.threads}
    people = {one.users[0]: one for one in known if one.users}
    posts: list[Post] = []
    bodies = {one.bodies[0]: one.bodies[1] for one in known if one.bodies}
    others = Others({}, {}, {})

    places, filled = _Places(text), _Filled(text)
    for row in filled.rows():
        if row.wrong:
            if row.table in systems or _hides_statements(text, row):
                yield from _rejected(source, text, places, row)
            continue
        last = row.table.rpartition("_")[2]
        if row.table in systems:
            place = partial(places.of, row.start, row.end)
            posts.append(Post(systems[row.table], row.fields, place))
        elif last in bodies and "revision" not in row.table:
            others.bodies.setdefault(bodies[last], []).append(row.fields)
        elif last in ends:
            others.threads.setdefault(ends[last].name, []).append(row.fields)
        elif last in people:
            others.people.setdefault(people[last].name, []).append(row.fields)
    yield from findings(source.name, posts, others)
    yield from _strange(source, text, filled)


def _unread(source: Source, text: str) -> Iterator[Finding]:
    places, filled = _Places(text), _Filled(text)
    for row in filled.rows():
        if row.wrong:
            yield from _rejected(source, text, places, row)
    yield from _strange(source, text, filled)


def _hides_statements(text: str, row: SqlRow) -> bool:
    """Whether other tables are filled where a row breaks off, perhaps that of the comments."""
    return next(heads(text[row.start : row.end]), None) is not None


def _rejected(source: Source, text: str, places: _Places, row: SqlRow) -> Iterator[Finding]:
    yield 1
    shown = text[row.start : row.end][:SNIPPET]
    yield Reject(source.name, places.of(row.start, row.end), f"{row.table}: {row.wrong}", shown)


def _strange(source: Source, text: str, filled: _Filled) -> Iterator[Finding]:
    """Rejects for what stands between statements and is none."""
    places, others, behind = _Places(text), OtherStatements(), 0
    for start, end in [*filled.stretches(), (len(text), len(text))]:
        for first, last, why in others.strange(text, behind, start):
            yield 1
            yield Reject(source.name, places.of(first, last), why, text[first:last][:SNIPPET])
        behind = end


class _Filled:
    """The rows of all tables, and the stretches of the statements that hold them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._begins: dict[int, int] = {}
        self._spans: list[tuple[int, int]] = []

    def rows(self) -> Iterator[SqlRow]:
        """All rows, once."""
        spans = self._spans
        for row in rows(self._text, lambda table: True, self._begins):
            start = self._begins.get(row.start, row.start)
            if spans and start - spans[-1][1] < len(", \r\n "):
                spans[-1] = (spans[-1][0], row.end)
            else:
                spans.append((start, row.end))
            yield row

    def stretches(self) -> Iterator[tuple[int, int]]:
        """Where statements begin and end whose rows have been read."""
        for start, end in self._spans:
            closing = re.compile(r"\s*(?:\\\.|;)?").match(self._text, end)
            yield start, closing.end() if closing else end


class _Places:
    """Where a stretch of the text stands; what is asked for only rises, or begins anew."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = self._byte = 0

    def of(self, start: int, end: int) -> str:
        if start < self._at:
            self._at = self._byte = 0
        self._byte += len(self._text[self._at : start].encode("utf-8", "replace"))
        self._at = start
        last = self._byte + len(self._text[start:end].encode("utf-8", "replace"))
        return f"bytes {self._byte} to {last}"
