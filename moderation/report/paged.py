"""A scored file of any size: short columns read once, texts fetched row by row.

Parquet packs 131,072 texts into one compressed run, far too much to unpack for a comment. A run
is therefore laid out once, unpacked, in a temporary file, from which a page of rows is read in a
fraction of a millisecond.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from moderation.errors import InputError, OutputError
from moderation.readers.source import Source
from moderation.readers.table.parquet import Parquet
from moderation.readers.written import parts_of, read_table
from moderation.report.scored import (
    BATCH_ROWS,
    LONG,
    NAMED,
    REASON,
    BatchRecords,
    Scored,
    labels_of,
    record,
    texts_of,
    waiting,
)
from moderation.tables import METADATA_KEY, kind_of
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


SHORT = (*NAMED, "depth", "created_at", "campaign", "queue")
PAGE_ROWS = 512  # about 200 kB: read in 0.1 ms from the system's cache


def _check_kind(path: Path) -> None:
    """Raise InputError for what `score` never writes, such as a dump."""
    try:
        kind_of(path)
    except OutputError as error:
        raise InputError(
            f"{path}: not a scored table; make one with `moderation score {path} -o scored.parquet`"
        ) from error


def open_scored(path: Path) -> Scored:
    """The scored table in `path`. Raises InputError for anything else.

    Parquet is paged, in a folder of partitions too; JSON lines and CSV, which cannot be, are held
    in memory.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file; make one with `moderation score DUMP -o {path}`")
    paths = parquet_files(path)
    if not paths:
        _check_kind(path)
    for part in paths:
        Parquet(Source(part)).check()
    whole = None if paths else read_table(path)
    try:
        if whole is not None:
            table, passport = whole
            return Scored.of(table, passport, BatchRecords(table))
        files = [pq.ParquetFile(part) for part in paths]
        schema = files[0].schema_arrow
        passport = json.loads((schema.metadata or {}).get(METADATA_KEY, b"{}"))
        short = [*SHORT, *labels_of(schema, passport)]
        names, recurring = _there(files[0], short), _there(files[0], NAMED)
        tables = [pq.read_table(part, columns=names, read_dictionary=recurring) for part in paths]
        reasons = _there(files[0], REASON)
        batches = (file.iter_batches(BATCH_ROWS, columns=reasons) for file in files)
        waits = waiting(chain.from_iterable(batches))
        return Scored.of(pa.concat_tables(tables), passport, PagedRecords(paths), waits)
    except (OSError, pa.ArrowException, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path}: cannot be read as a scored table: {reason}") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def parquet_files(path: Path) -> list[Path]:
    """The Parquet files that hold a scored table, in the order of its rows; none for others."""
    if path.is_dir():
        return parts_of(path)
    return [path] if path.suffix.lower() == ".parquet" and kind_of(path) == ".parquet" else []


def _there(file: pq.ParquetFile, names: Iterable[str]) -> list[str]:
    return [name for name in names if name in file.schema_arrow.names]


class PagedRecords:
    """Records of Parquet files, their row groups laid out one by one as they are asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        footers = [pq.ParquetFile(path) for path in paths]
        groups = [
            ((path, number), footer.metadata.row_group(number).num_rows)
            for path, footer in zip(paths, footers, strict=True)
            for number in range(footer.num_row_groups)
        ]
        filled = [(place, rows) for place, rows in groups if rows]  # a partition may be empty
        self._places = [place for place, _ in filled]
        sizes = [rows for _, rows in filled]
        self._starts = np.cumsum([0, *sizes]).tolist()
        self._columns = _there(footers[0], LONG)
        self._groups: list[_Group | None] = [None] * len(sizes)
        self._locks = [Lock() for _ in sizes]

    def take(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """See Records."""
        return [self._record(row) for row in rows]

    def ids(self) -> Iterator[list[str | None]]:
        """See Records; without a look at the texts."""
        for path, number in self._places:
            file = pq.ParquetFile(path)
            for batch in file.iter_batches(
                BATCH_ROWS * 8, row_groups=[number], columns=_there(file, ["id"])
            ):
                yield texts_of(batch, "id").to_pylist()

    def texts(self) -> Iterator[pa.Array]:
        """See Records; every row group is laid out by that."""
        for number in range(len(self._groups)):
            for batch in self.group(number).texts():
                yield texts_of(batch, "text")

    def group(self, number: int) -> _Group:
        """One row group, laid out."""
        ready = self._groups[number]
        if ready is None:
            with self._locks[number]:
                ready = self._groups[number]
                if ready is None:
                    ready = self._groups[number] = self._laid_out(number)
        return ready

    def _record(self, row: int) -> dict[str, Any]:
        number = bisect_right(self._starts, row) - 1
        page, at = divmod(row - self._starts[number], PAGE_ROWS)
        return record(self.group(number).batch(page), at)

    def _laid_out(self, number: int) -> _Group:
        path, group = self._places[number]
        file = pq.ParquetFile(path)
        batches = file.iter_batches(PAGE_ROWS, row_groups=[group], columns=self._columns)
        try:
            with Folder() as folder:  # what is open stays until it is closed
                name = folder / "group.arrow"
                with name.open("wb") as sink:
                    _write(sink, batches)
                return _Group(pa.OSFile(str(name)), pa.OSFile(str(name)))
        except OSError:  # no room for it: the row group is held in memory instead
            memory = pa.BufferOutputStream()
            again = file.iter_batches(PAGE_ROWS, row_groups=[group], columns=self._columns)
            _write(memory, again)
            content = memory.getvalue()
            return _Group(pa.BufferReader(content), pa.BufferReader(content))


class _Group:
    """A row group as an Arrow file, read a page at a time; of several threads one at a time."""

    def __init__(self, pages: Any, texts: Any) -> None:
        self._lock = Lock()
        self._pages = pa.ipc.open_file(pages)
        column = self._pages.schema.get_field_index("text")
        self._texts = pa.ipc.open_file(
            texts, options=pa.ipc.IpcReadOptions(included_fields=[column])
        )

    def batch(self, page: int) -> pa.RecordBatch:
        with self._lock:
            return self._pages.get_batch(page)

    def texts(self) -> Iterator[pa.RecordBatch]:
        for page in range(self._texts.num_record_batches):
            with self._lock:
                batch = self._texts.get_batch(page)
            yield batch


def _write(sink: Any, batches: Any) -> None:
    writer = None
    for batch in batches:
        if writer is None:
            writer = pa.ipc.new_file(sink, batch.schema)
        writer.write_batch(batch)
    if writer is not None:
        writer.close()
