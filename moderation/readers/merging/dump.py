"""Batches of one or many files to one dump: names for what has none, repeats out, trees built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import RECORD_SCHEMA, STRING, THREAD_SCHEMA, Batch, Reject
from moderation.errors import InternalError
from moderation.notebooks import ROWS, table_of
from moderation.readers.merging.rejects import Rejects
from moderation.tables import to_arrow, to_frame
from moderation.terminal import plural

if TYPE_CHECKING:
    import pandas as pd

    from moderation.readers.source import Source
    from moderation.tables import Table
    from moderation.threads import Keys

ZERO = "0"  # "no parent" in many dumps, and the first comment's id in some


class FoundBatch(NamedTuple):
    """A batch, and the file, reader and reason behind it; `reader` None: the file was skipped."""

    source: Source
    reader: str | None
    reason: str
    batch: Batch

    def of_site(self, site: str) -> FoundBatch:
        """The same with the site before the name of each thread."""
        records, threads = (
            _under(table, site) for table in (self.batch.records, self.batch.threads)
        )
        return self._replace(batch=replace(self.batch, records=records, threads=threads))


def _under(table: pa.Table, site: str) -> pa.Table:
    names = pc.binary_join_element_wise(
        pa.scalar(site, STRING), table["thread_id"], pa.scalar("/", STRING)
    )
    return table.set_column(0, table.schema.field(0), names)


@dataclass(frozen=True)
class Dump:
    """What `read` gives.

    comments: COMMENT_SCHEMA. threads: THREAD_SCHEMA, one row per thread. rejects: REJECT_SCHEMA.
    records: how many the readers met; always len(comments) - invented + len(rejects). invented:
    how many comments are placeholders for some that the dump does not hold. notes: sentences for
    the summary. formats: file -> (reader, reason); the reader is "" for files that were skipped.
    The three tables may be given as data frames or as Arrow tables, and are read as data frames;
    `comment_table`, `thread_table` and `reject_table` are the same as Arrow tables.
    """

    comments: pd.DataFrame
    threads: pd.DataFrame
    rejects: pd.DataFrame
    records: int
    invented: int = 0
    notes: list[str] = field(default_factory=list)
    formats: dict[str, tuple[str, str]] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        comments, names = self.comment_table, ["thread_id", "id", "parent_id", "author", "text"]
        first = comments.slice(0, ROWS).select(names)
        title = (
            f"{plural(len(comments), 'comment')} in {plural(len(self.thread_table), 'thread')}, "
            f"{plural(len(self.reject_table), 'reject')}"
        )
        rows = zip(*(column.to_pylist() for column in first.columns), strict=True)
        return table_of(title, names, rows, len(comments))

    @property
    def comment_table(self) -> pa.Table:
        """The comments in Arrow."""
        return to_arrow(self.__dict__["comments"])

    @property
    def thread_table(self) -> pa.Table:
        """The threads in Arrow."""
        return to_arrow(self.__dict__["threads"])

    @property
    def reject_table(self) -> pa.Table:
        """The rejects in Arrow."""
        return to_arrow(self.__dict__["rejects"])


class _AsFrame:
    """A table of a dump, which becomes a data frame when it is first read as one."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, dump: Dump, owner: type) -> Any:
        held = dump.__dict__[self._name]
        if isinstance(held, pa.Table):
            held = dump.__dict__[self._name] = to_frame(held)
        return held

    def __set__(self, dump: Dump, table: Table) -> None:
        dump.__dict__[self._name] = table


for _name in ("comments", "threads", "rejects"):
    _field = _AsFrame()
    _field.__set_name__(Dump, _name)
    setattr(Dump, _name, _field)


class Gathering:
    """What batches tell beside their records: kept in memory until all have come."""

    def __init__(self) -> None:
        self.rejects = Rejects()
        self.threads: list[pa.Table] = []
        self.stems: dict[str, str] = {}  # file -> what its records without a thread are named after
        self.met = self.invented = 0
        self._notes: Counter[str] = Counter()  # keeps the order of arrival
        self._formats: dict[str, tuple[str, str]] = {}
        self._selfish: Counter[str] = Counter()  # file -> comments that name themselves as parent

    def records(self, batches: Iterable[FoundBatch]) -> Iterator[tuple[str, pa.Table]]:
        """Each batch's file and records."""
        for source, reader, reason, batch in batches:
            self.met += batch.met
            self.invented += batch.invented
            self._formats[source.name] = (reader or "", reason)
            self.rejects.add(batch.rejects)
            self._notes.update(batch.notes)
            if reader is None:
                continue
            self.stems[source.name] = source.stem
            if batch.threads.num_rows:
                self.threads.append(thread_names(batch.threads, source.stem))
            same = pc.sum(pc.equal(batch.records["id"], batch.records["parent_id"])).as_py()
            self._selfish[source.name] += same or 0
            yield source.name, batch.records

    def dump(self, comments: pa.Table, threads: pa.Table, count: int | None = None) -> Dump:
        """The dump, where all records have become comments or rejects.

        count: how many comments there are, where `comments` does not hold them all. Raises
        InternalError where a record got lost.
        """
        count = len(comments) if count is None else count
        if self.met != count - self.invented + len(self.rejects):
            raise InternalError(
                f"{', '.join(sorted(self.stems)) or 'nothing'}: {self.met:,} records went in, but "
                f"{count:,} comments ({self.invented:,} of them placeholders) and "
                f"{len(self.rejects):,} rejects came out; this is a fault of the program, please "
                "report it"
            )
        return Dump(
            comments,
            threads,
            self.rejects.table(),
            self.met,
            self.invented,
            [*self._notes, *self._of_parents()],
            self._formats,
        )

    def _of_parents(self) -> list[str]:
        """A note for each file with comments that are their own parents."""
        return [
            f"{file}: comments with their own id as parent, now at the top level: {count:,}"
            for file, count in self._selfish.items()
            if count
        ]


def merged(batches: Iterable[FoundBatch]) -> Dump:
    """One dump from all batches; see `read`. Raises InternalError where a record got lost."""
    parts: dict[str, list[pa.Table]] = {}
    gathering = Gathering()
    for name, records in gathering.records(batches):
        parts.setdefault(name, []).append(records)
    tables = {name: pa.concat_tables(parts.pop(name)) for name in sorted(parts)}
    together = [_together(tables, gathering.stems)]
    tables.clear()
    built = assembled(together.pop(), gathering.threads)  # nobody else holds them: there is room
    gathering.rejects.add(built.rejects)
    return gathering.dump(built.comments, built.threads)


class Assembled(NamedTuple):
    """Whole threads: COMMENT_SCHEMA, THREAD_SCHEMA, and the records that were there before."""

    comments: pa.Table
    threads: pa.Table
    rejects: list[Reject]


def assembled(records: pa.Table, threads: list[pa.Table]) -> Assembled:
    """Threads of all their records (RECORD_SCHEMA, each with its thread) and thread rows.

    A thread's outcome depends on its own rows alone, and on their order only for comments
    without an id, which are numbered in it.
    """
    from moderation.threads import Keys, arranged

    records = _numbered(records)
    keys = Keys.of(records) if len(records) else None
    distinct, again = _unrepeated(records, keys)
    heads = thread_table(threads, distinct["thread_id"])
    distinct = _zero_parents(distinct)
    keys = keys if distinct is records else None
    columns = dict(zip(distinct.column_names, distinct.columns, strict=True))
    del records, distinct
    return Assembled(arranged(columns, keys), heads, again)


def thread_names(threads: pa.Table, stem: str) -> pa.Table:
    """Thread rows (THREAD_SCHEMA); those without an id are named after their file."""
    return threads.set_column(0, "thread_id", pc.fill_null(threads["thread_id"], stem))


def _together(tables: dict[str, pa.Table], stems: dict[str, str]) -> pa.Table:
    """All records; those without a thread are named after their file.

    Files whose thread-less records answer each other (shards of one dump) share the first's name.
    """
    names = linked(tables, stems) if len(tables) > 1 else stems
    filled = [
        table.set_column(0, "thread_id", pc.fill_null(table["thread_id"], names[name]))
        for name, table in tables.items()
    ]
    return pa.concat_tables(filled) if filled else RECORD_SCHEMA.empty_table()


def linked(tables: dict[str, pa.Table], stems: dict[str, str]) -> dict[str, str]:
    """The name of each file's records that have no thread, from those of the files (`stems`).

    tables: file -> records, or their thread_id, id and parent_id; in the order of the names.
    """
    names = dict(stems)
    loose = {
        name: table.filter(pc.is_null(table["thread_id"]))
        for name, table in tables.items()
        if table["thread_id"].null_count
    }
    home: dict[str, str] = {}  # comment -> the first file that has it
    for name, table in loose.items():
        for comment_id in table["id"].drop_null().unique().to_pylist():
            home.setdefault(comment_id, name)
    for name, table in loose.items():
        parents = table["parent_id"].drop_null().unique()
        lost = parents.filter(pc.invert(pc.is_in(parents, value_set=_combined(table["id"]))))
        for parent in lost.to_pylist():
            other = home.get(parent)
            if other and names[other] != names[name]:
                first, second = names[other], names[name]
                names = {key: first if value == second else value for key, value in names.items()}
    return names


def _combined(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _numbered(records: pa.Table) -> pa.Table:
    """Comments without an id get their number in the thread, where that is free."""
    if not records["id"].null_count:
        return records
    ids, threads = records["id"].to_pylist(), records["thread_id"].to_pylist()
    taken = {(thread, name) for thread, name in zip(threads, ids, strict=True) if name is not None}
    met: Counter[str] = Counter()
    for row, (thread, known) in enumerate(zip(threads, ids, strict=True)):
        met[thread] += 1
        if known is None:
            name = str(met[thread])
            while (thread, name) in taken:
                name = f"{name}+"
            ids[row] = name
    return records.set_column(1, "id", pa.array(ids, RECORD_SCHEMA.field("id").type))


def _unrepeated(records: pa.Table, keys: Keys | None) -> tuple[pa.Table, list[Reject]]:
    """The records without those that say again exactly what another said."""
    from moderation.threads import repeated

    if keys is None or not (again := repeated(records, keys)).any():
        return records, []
    repeats = records.filter(pa.array(again)).select(["thread_id", "id", "text"]).to_pylist()
    rejects = [
        Reject(
            record["thread_id"],
            f"comment {record['id']}",
            "the same comment again, word for word",
            (record["text"] or "")[:200],
        )
        for record in repeats
    ]
    return records.filter(pa.array(~again)), rejects


def _zero_parents(records: pa.Table) -> pa.Table:
    """A parent `0` is top level, unless the thread has a comment whose id is `0`."""
    zero = pc.fill_null(pc.equal(records["parent_id"], ZERO), False)
    if not pc.any(zero).as_py():
        return records
    homes = records["thread_id"].filter(pc.equal(records["id"], ZERO))
    real = pc.is_in(records["thread_id"], value_set=_combined(homes))
    top = pc.and_(zero, pc.invert(real))
    parents = pc.if_else(top, pa.scalar(None, records["parent_id"].type), records["parent_id"])
    return records.set_column(2, "parent_id", parents)


def thread_table(threads: list[pa.Table], met: pa.ChunkedArray) -> pa.Table:
    """One row per thread: of each column the smallest value, whatever order they came in."""
    names = pa.table({"thread_id": met.unique()})
    everything = pa.concat_tables(
        [THREAD_SCHEMA.empty_table(), *threads, names], promote_options="default"
    )
    merged_rows = everything.group_by("thread_id", use_threads=False).aggregate(
        [(name, "min") for name in THREAD_SCHEMA.names[1:]]
    )
    return merged_rows.rename_columns(
        [name.removesuffix("_min") for name in merged_rows.column_names]
    ).select(THREAD_SCHEMA.names)
