"""What every reader shares: single records to Arrow batches, and the meaning of the values in them.

A reader that works record by record yields `Row`, `ThreadRow`, `Reject`, notes (plain strings)
and how many records it has met (plain integers) in any order; `batches` turns them into the
tables that the rest of the program knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import RECORD_SCHEMA, THREAD_SCHEMA, Batch, Reject
from moderation.readers.encodings import decode
from moderation.readers.values import display_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BATCH_ROWS = 10_000
TOGETHER = 1_000  # rows that are found at once, at most
SNIPPET = 200  # characters of a rejected record that are kept


@dataclass(slots=True)
class Row:
    """One comment as a reader found it. Only `text` is required.

    `id` and `thread_id` may be None where the dump has none: `read` numbers such comments and
    names such threads after their file. `parent_id` None = top level (see `no_parent`).
    `created_at` must know its zone (see `when`); `kind` and `status` are words of `comments`.
    invented: it stands for a comment that the file does not hold, and counts as no record.
    """

    text: str
    id: str | None = None
    parent_id: str | None = None
    thread_id: str | None = None
    author: str | None = None
    created_at: datetime | None = None
    kind: str = "comment"
    status: str = "unknown"
    url: str | None = None
    warnings: list[str] = field(default_factory=list)
    invented: bool = False


@dataclass(slots=True)
class Rows:
    """Comments of one thread that are made at once from what the file has of them.

    raw: a tuple of fields for each. to_table: turns several of these into one table, row by row.
    """

    raw: list[tuple[bytes | None, ...]]
    to_table: Callable[[list[Rows]], pa.Table]
    thread: ThreadRow | None = None


Finding: TypeAlias = "Row | list[Row] | Rows | ThreadRow | Reject | str | int"
"""What a reader yields: strings are notes, integers say that so many records more were met."""


@dataclass(slots=True)
class ThreadRow:
    """What a thread is about. A thread may come again; the first value of each field stands."""

    thread_id: str | None
    title: str | None = None
    article: str | None = None
    url: str | None = None


def several(rows: list[Row]) -> Iterator[list[Row]]:
    """Rows as findings of some at once, none of them large."""
    return (rows[first : first + TOGETHER] for first in range(0, len(rows), TOGETHER))


def batches(findings: Iterable[Finding], size: int = BATCH_ROWS) -> Iterator[Batch]:
    """Tables of up to `size` records from single ones, their notes, and how many were met.

    Lone surrogates become U+FFFD, and NUL characters vanish. Nothing found at all still gives
    one empty batch.
    """
    heap = _Heap()
    empty = True
    for finding in findings:
        heap.add(finding)
        if heap.size >= size:
            yield heap.batch()
            heap, empty = _Heap(), False
    if empty or heap.size or heap.notes or heap.met:
        yield heap.batch()


class _Heap:
    """What has been found since the last batch."""

    def __init__(self) -> None:
        self.size = self.met = self._count = 0
        self.notes: list[str] = []
        self._rows: list[Row] = []
        self._many: list[Rows] = []
        self._order: list[int] = []  # places of `_rows` among all
        self._threads: list[ThreadRow] = []
        self._rejects: list[Reject] = []

    def add(self, finding: Finding) -> None:
        if isinstance(finding, Rows):
            self._many.append(finding)
            self._count += len(finding.raw)
            self.size += len(finding.raw)
            return
        if isinstance(finding, list):
            self._rows += finding
            self._order += range(self._count, self._count + len(finding))
            self._count += len(finding)
            self.size += len(finding)
            return
        self.size += 1
        if isinstance(finding, Row):
            self._rows.append(finding)
            self._order.append(self._count)
            self._count += 1
        elif isinstance(finding, int):
            self.met += finding
            self.size -= 1
        elif isinstance(finding, ThreadRow):
            self._threads.append(finding)
        elif isinstance(finding, Reject):
            self._rejects.append(finding)
        else:
            self.notes.append(finding)
            self.size -= 1

    def batch(self) -> Batch:
        invented = sum(row.invented for row in self._rows)
        threads = threads_table(self._threads)
        return Batch(self._records(), threads, self._rejects, self.notes, self.met, invented)

    def _records(self) -> pa.Table:
        """All rows, in the order in which they came."""
        if not self._many:
            return records_table(self._rows)
        many = self._many[0].to_table(self._many)
        if not self._rows:
            return many
        single = np.zeros(self._count, bool)
        single[self._order] = True
        place = np.empty(self._count, np.int64)
        place[single] = len(many) + np.arange(len(self._rows))
        place[~single] = np.arange(len(many))
        both = pa.concat_tables([many, records_table(self._rows)]).combine_chunks()
        return both.take(pa.array(place))


def records_table(rows: list[Row]) -> pa.Table:
    """RECORD_SCHEMA from rows."""
    columns = {
        "thread_id": strings([row.thread_id for row in rows]),
        "id": strings([row.id for row in rows]),
        "parent_id": strings([row.parent_id for row in rows]),
        "author": strings([display_name(row.author) for row in rows]),
        "created_at": pa.array(
            [row.created_at for row in rows], RECORD_SCHEMA.field("created_at").type
        ),
        "text": strings([row.text for row in rows]),
        "kind": strings([row.kind for row in rows]),
        "status": strings([row.status for row in rows]),
        "url": strings([row.url for row in rows]),
        "warnings": pa.array([row.warnings for row in rows], RECORD_SCHEMA.field("warnings").type),
    }
    return pa.table(columns, schema=RECORD_SCHEMA)


def threads_table(threads: list[ThreadRow]) -> pa.Table:
    """THREAD_SCHEMA from thread rows."""
    columns = {
        name: strings([getattr(thread, name) for thread in threads]) for name in THREAD_SCHEMA.names
    }
    return pa.table(columns, schema=THREAD_SCHEMA)


def strings(values: list[str | None]) -> pa.Array:
    """Strings for Arrow, which takes neither lone surrogates nor, in a CSV, NUL characters."""
    try:
        column = pa.array(values, pa.large_string())
    except UnicodeEncodeError:
        column = pa.array([value and encodable(value) for value in values], pa.large_string())
    letters = column.buffers()[2]
    if letters is None or (np.frombuffer(letters, np.uint8) != 0).all():
        return column
    return pc.replace_substring(column, "\0", "")


def encodable(text: str) -> str:
    """The text with surrogate pairs joined and lone surrogates replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# --- values -------------------------------------------------------------------------------------


def snippet(raw: bytes | np.ndarray) -> str:
    """The beginning of a record, for finding it again."""
    return decode(bytes(raw[: 4 * SNIPPET]))[0].strip()[:SNIPPET]
