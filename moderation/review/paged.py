"""A scored file of any size: short columns read once, texts fetched by the row.

Parquet packs 131,072 texts into one compressed run, far too much to unpack for a comment. A run
is therefore laid out once, unpacked, in a temporary file that the system maps into memory and
drops again when memory is short; a row is then found in microseconds.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from bisect import bisect_right
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from moderation.errors import InputError
from moderation.report.scored import (
    BATCH_ROWS,
    LONG,
    NAMED,
    BatchRecords,
    Scored,
    labels_of,
    matching,
    record,
)
from moderation.tables import METADATA_KEY, kind_of, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.report.scored import Records


def open_scored(path: Path) -> Scored:
    """The scored table in `path`. Raises InputError for anything else.

    Parquet is paged; JSON lines and CSV, which cannot be, are held in memory.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; make one with `moderation score -o {path}`")
    try:
        if path.suffix.lower() != ".parquet" or kind_of(path) != ".parquet":
            table, passport = read_table(path)
            return Scored.of(table, passport, BatchRecords(table))
        file = pq.ParquetFile(path)
        schema = file.schema_arrow
        passport = json.loads((schema.metadata or {}).get(METADATA_KEY, b"{}"))
        short = [*NAMED, "depth", "created_at", "campaign", *labels_of(schema, passport)]
        table = pq.read_table(
            path,
            columns=[name for name in short if name in schema.names],
            read_dictionary=[name for name in NAMED if name in schema.names],
        )
        return Scored.of(table, passport, PagedRecords(path))
    except (OSError, pa.ArrowException, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path}: cannot be read as a scored table: {reason}") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def ids_of(path: Path, records: Records, rows: np.ndarray) -> list[str]:
    """The ids of some rows, without a look at their texts where the file allows."""
    if path.suffix.lower() != ".parquet":
        return [one["id"] or "" for one in records.take(rows.tolist())]
    file = pq.ParquetFile(path)
    ids: list[str] = []
    start = 0
    for batch in file.iter_batches(BATCH_ROWS * 8, columns=["id"]):
        inside = rows[np.searchsorted(rows, start) : np.searchsorted(rows, start + len(batch))]
        ids += batch.column("id").take(pa.array(inside - start)).to_pylist()
        start += len(batch)
    return [str(one) if one is not None else "" for one in ids]


class PagedRecords:
    """Records of a Parquet file, its row groups laid out one by one as they are asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        footer = pq.ParquetFile(path)
        metadata = footer.metadata
        sizes = [metadata.row_group(k).num_rows for k in range(metadata.num_row_groups)]
        self._starts = np.cumsum([0, *sizes]).tolist()
        self._columns = [name for name in LONG if name in footer.schema_arrow.names]
        self._groups: list[list[pa.RecordBatch] | None] = [None] * len(sizes)
        self._lock = Lock()

    def take(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """See Records."""
        return [self._one(row) for row in rows]

    def matching(self, rows: np.ndarray, words: str) -> np.ndarray:
        """See Records."""
        found = [np.zeros(0, np.int64)]
        for number, start in enumerate(self._starts[:-1]):
            if not len(self._inside(rows, number)):
                continue
            for batch in self.group(number):
                found.append(matching(batch, rows, start, words))
                start += len(batch)
        return np.concatenate(found)

    def lay_out(self) -> None:
        """Lay out every row group; what a thread of its own does while the first is read."""
        for number in range(len(self._groups)):
            self.group(number)

    def group(self, number: int) -> list[pa.RecordBatch]:
        """The batches of one row group, BATCH_ROWS rows each but the last."""
        ready = self._groups[number]
        if ready is None:
            with self._lock:
                ready = self._groups[number]
                if ready is None:
                    ready = self._groups[number] = self._laid_out(number)
        return ready

    def _inside(self, rows: np.ndarray, number: int) -> np.ndarray:
        start, end = np.searchsorted(rows, self._starts[number : number + 2])
        return rows[start:end]

    def _one(self, row: int) -> dict[str, Any]:
        number = bisect_right(self._starts, row) - 1
        place, at = divmod(row - self._starts[number], BATCH_ROWS)
        return record(self.group(number)[place], at)

    def _laid_out(self, number: int) -> list[pa.RecordBatch]:
        file = pq.ParquetFile(self._path)
        batches = file.iter_batches(BATCH_ROWS, row_groups=[number], columns=self._columns)
        handle, name = tempfile.mkstemp(prefix="moderation-", suffix=".arrow")
        try:
            with os.fdopen(handle, "wb") as sink:
                _write(sink, batches)
            mapped = pa.memory_map(name)
            source = pa.ipc.open_file(mapped)
            return [source.get_batch(k) for k in range(source.num_record_batches)]
        except OSError:  # no room for it: the row group is held in memory instead
            again = file.iter_batches(BATCH_ROWS, row_groups=[number], columns=self._columns)
            return list(again)
        finally:
            with contextlib.suppress(OSError):  # Windows keeps what is mapped until the end
                Path(name).unlink()


def _write(sink: Any, batches: Any) -> None:
    writer = None
    for batch in batches:
        if writer is None:
            writer = pa.ipc.new_file(sink, batch.schema)
        writer.write_batch(batch)
    if writer is not None:
        writer.close()
