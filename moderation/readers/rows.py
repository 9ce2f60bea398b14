"""What every reader shares: single records to Arrow batches, and the meaning of the values in them.

A reader that works record by record yields `Row`, `ThreadRow`, `Reject`, notes (plain strings)
and how many records it has met (plain integers) in any order; `batches` turns them into the
tables that the rest of the program knows.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import RECORD_SCHEMA, THREAD_SCHEMA, Batch, Reject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BATCH_ROWS = 10_000
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

    raw: a tuple of fields for each. made: several of these to RECORD_SCHEMA, row by row.
    """

    raw: list[tuple[bytes | None, ...]]
    made: Callable[[list[Rows]], pa.Table]
    thread: ThreadRow | None = None


Finding: TypeAlias = "Row | Rows | ThreadRow | Reject | str | int"
"""What a reader yields: strings are notes, integers say that so many records more were met."""


@dataclass(slots=True)
class ThreadRow:
    """What a thread is about. A thread may come again; the first value of each field stands."""

    thread_id: str | None
    title: str | None = None
    article: str | None = None
    url: str | None = None


def batches(found: Iterable[Finding], size: int = BATCH_ROWS) -> Iterator[Batch]:
    """Tables of up to `size` records from single ones, their notes, and how many were met.

    Lone surrogates become U+FFFD, and NUL characters vanish. Nothing found at all still gives
    one empty batch.
    """
    heap = _Heap()
    empty = True
    for one in found:
        heap.add(one)
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

    def add(self, one: Finding) -> None:
        if isinstance(one, Rows):
            self._many.append(one)
            self._count += len(one.raw)
            self.size += len(one.raw)
            return
        self.size += 1
        if isinstance(one, Row):
            self._rows.append(one)
            self._order.append(self._count)
            self._count += 1
        elif isinstance(one, int):
            self.met += one
            self.size -= 1
        elif isinstance(one, ThreadRow):
            self._threads.append(one)
        elif isinstance(one, Reject):
            self._rejects.append(one)
        else:
            self.notes.append(one)
            self.size -= 1

    def batch(self) -> Batch:
        invented = sum(row.invented for row in self._rows)
        threads = threads_table(self._threads)
        return Batch(self._records(), threads, self._rejects, self.notes, self.met, invented)

    def _records(self) -> pa.Table:
        """All rows, in the order in which they came."""
        if not self._many:
            return records_table(self._rows)
        many = self._many[0].made(self._many)
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

_NO_PARENT_WORDS = (
    "0 0.0 0. root null none nil nan na n/a <na> undefined false -1 \\n "
    "00000000-0000-0000-0000-000000000000"
)
NO_PARENT = frozenset(["", *_NO_PARENT_WORDS.split()])


def no_parent(value: object) -> bool:
    """Whether this is one of the many ways in which dumps say "top level".

    >>> [no_parent(value) for value in (None, 0, "0", "root", "t3_abc", float("nan"), "t1_abc", 7)]
    [True, True, True, True, True, True, False, False]
    """
    if value is None or value is False:
        return True
    if isinstance(value, int | float):
        return value in (0, -1) or math.isnan(value)
    word = str(value).strip()
    return word.lower() in NO_PARENT or word.startswith("t3_")


_EPOCH_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (math.inf, 1e9))  # s, ms, us, ns
# outside: a placeholder or damage, not a comment's date; the very first second is a zero
EARLIEST = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
LATEST = datetime(2101, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
_LOOSE_ZONE = re.compile(r"\s+(?:UTC|GMT|Z)$|\s+(?=[+-]\d\d:?\d\d$)")
_OTHER_TIMES = (
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S %z %Y",
    "%b %d, %Y %I:%M:%S %p",
)


def when(value: object) -> datetime | None:
    """A point in time in UTC from whatever a dump has, or None where it says nothing sensible.

    Takes ISO 8601 and RFC 3339 and 2822 text, a few fixed layouts, datetimes, and seconds, milli-,
    micro- or nanoseconds since 1970 as number or text. Without a zone UTC is taken. Zero dates,
    numbers up to 0 and years outside 1970 to 2100 give None.

    >>> when("1431450000.0"), when("2015-05-12T17:00:00+0000") == when(1431450000000)
    (datetime.datetime(2015, 5, 12, 17, 0, tzinfo=datetime.timezone.utc), True)
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return _sensible(value)
    if isinstance(value, int | float):
        return _epoch(float(value))
    word = str(value).strip()
    if word[4:5] == "-" and word[:2] in ("19", "20"):  # ISO 8601, as most have it
        try:
            return _sensible(datetime.fromisoformat(word))
        except ValueError:
            pass
    if _NUMBER.fullmatch(word) and not (len(word) == 8 and word.startswith(("19", "20"))):
        return _epoch(float(word))
    return _sensible(_parsed(word)) if word and not word.startswith("0000") else None


def _parsed(word: str) -> datetime | None:
    try:
        return datetime.fromisoformat(_LOOSE_ZONE.sub("", word))
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(word)
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    for layout in _OTHER_TIMES:
        try:
            return datetime.strptime(word, layout)
        except ValueError:
            continue
    return None


def _epoch(number: float) -> datetime | None:
    if not math.isfinite(number) or number <= 0:
        return None
    unit = next(unit for limit, unit in _EPOCH_UNITS if number < limit)
    try:
        return _sensible(datetime.fromtimestamp(number / unit, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _sensible(moment: datetime | None) -> datetime | None:
    if moment is None or not EARLIEST.year - 1 <= moment.year <= LATEST.year:
        return None
    if moment.tzinfo is not UTC:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment if EARLIEST <= moment < LATEST else None


_STATUS_WORDS = {
    "approved": "approved approve 1 visible online live public published publish accepted none "
    "ham ok open featured active true",
    "pending": "pending 0 hold held unapproved premod heldforreview moderated_pending queued "
    "awaiting_moderation unmoderated waiting draft moderate false",
    "spam": "spam likelyspam junk",
    "removed": "removed rejected blocked moderated dead [removed] banned trash post-trashed "
    "deletedbymoderator disapproved removed_by_moderator",
    "deleted": "deleted [deleted] soft-deleted tombstone deleted_by_author user_deleted",
    "hidden": "hidden minimized ghosted system_withheld withheld flagged collapsed filtered",
}
_STATUS = {word: status for status, words in _STATUS_WORDS.items() for word in words.split()}


def status_of(value: object) -> str:
    """The site's own word for a comment's state, in ours; `unknown` for a word we don't know.

    Numbers as WordPress means them (1 approved, 0 pending); True is approved. A format whose
    words mean something else maps them itself.

    >>> [status_of(value) for value in ("1", "hold", "REJECTED", "likelySpam", None, "?")]
    ['approved', 'pending', 'removed', 'spam', 'unknown', 'unknown']
    """
    if value is None:
        return "unknown"
    return _STATUS.get(str(value).strip().lower().replace(" ", "_"), "unknown")


NOBODY = ("[deleted]", "[removed]")  # what Reddit writes for an author who is gone


def display_name(value: str | None) -> str | None:
    """The author's name; None where there is none."""
    name = value.strip() if value else None
    return None if not name or name in NOBODY else name
