"""Tables to files: Parquet, JSON lines and CSV, written whole or not at all."""

from __future__ import annotations

import bz2
import contextlib
import ctypes
import gzip
import json
import lzma
import os
import secrets
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, cast

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from moderation.errors import OutputError
from moderation.temporary import held_file, sweep_beside
from moderation.zstandard import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    import pandas as pd

Table: TypeAlias = "pa.Table | pd.DataFrame"
"""What a caller may have; all that scores looks at Arrow tables, which need no pandas: importing
that takes as long as everything else that scoring twenty comments imports."""

KINDS = (".parquet", ".jsonl", ".csv")
METADATA_KEY = b"moderation"  # in a Parquet file's schema
ROW_GROUP = 1 << 17
DISTINCT = ("id", "text", "article", "why")
"""Columns whose values seldom come again: a Parquet dictionary of them, as of numbers with a
fraction, is begun and given up. Without, a scored file took a fifth less time and 6 % less room."""
JOINT = ";"  # between the members of a list in a CSV cell

_COMPRESSED: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": lambda file: gzip.GzipFile("", "wb", fileobj=file, mtime=0),  # same bytes
    ".bz2": lambda file: bz2.BZ2File(file, "wb"),
    ".xz": lambda file: lzma.LZMAFile(file, "wb"),  # noqa: SIM115 - closed by _squeezed
    ".zst": lambda file: zstd.ZstdFile(file, "w"),
}
_RISKY = r"^'*[=+\-@\t\r]"  # a spreadsheet takes such a cell for a formula


def spare_pandas() -> None:
    """Keep Arrow from importing pandas before a data frame is wanted.

    Arrow looks for it when it is first given a list, and does without where it is not found. It
    looks again when it is asked for a data frame. To be called before there are threads.
    """
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoPandas)
        try:
            pa.array([0])
        finally:
            sys.meta_path.remove(_NoPandas)


def give_back_memory() -> None:
    """Give the system what is free, of Arrow's memory and of that which C's library hands out.

    Both keep for later what was used once: after a large step, half of what the program holds.
    """
    pa.default_memory_pool().release_unused()
    trim = getattr(_C, "malloc_trim", None)  # only GNU's library keeps so much, and has it
    if trim is not None:
        trim(0)


_C = ctypes.CDLL(None) if os.name == "posix" else None


class _NoPandas:
    """Finds no pandas, and leaves all else to others."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def to_frame(table: pa.Table) -> pd.DataFrame:
    """The table as a data frame whose columns keep their Arrow types."""
    import pandas as pd

    return cast("pd.DataFrame", table.to_pandas(types_mapper=pd.ArrowDtype))


def concatenated(parts: Iterable[pa.Table]) -> pd.DataFrame:
    """A table that comes in parts as one data frame; nothing is copied."""
    return to_frame(pa.concat_tables(parts))


def to_arrow(table: Table) -> pa.Table:
    """A data frame as an Arrow table, without pandas' own metadata; an Arrow table as it is."""
    if isinstance(table, pa.Table):
        return table
    return pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)


def chosen_columns(table: Table, names: Sequence[str]) -> pa.Table:
    """Those of the columns that the table has, as an Arrow table; nothing is copied of Arrow's."""
    if isinstance(table, pa.Table):
        return table.select([name for name in names if name in table.column_names])
    found = {name: table[name] for name in names if name in table.columns}
    return pa.table({name: pa.array(one, from_pandas=True) for name, one in found.items()})


def taken(table: pa.Table, rows: np.ndarray) -> pa.Table:
    """Some rows; column by column, as of a whole table it takes several times as long."""
    places = pa.array(rows)
    return pa.table(
        [one_array(column).take(places) for column in table.columns], names=table.column_names
    )


def with_columns(table: pa.Table, columns: dict[str, Any]) -> pa.Table:
    """The table with other columns in the places of those of their names, new ones at the end."""
    for name, column in columns.items():
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, column)
        else:
            table = table.append_column(name, column)
    return table


@contextmanager
def replacing(path: str | Path, sweep: bool = True, *, private: bool = False) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block succeeds.

    private: nobody but its owner may read it, from the first byte.
    Fails with OutputError for every error of the file system (disk full, no permission, no such
    folder), and leaves neither a partial file nor the temporary one. What a killed process had
    begun to write in the same place goes; unless `sweep` says no, for where machines share a disk
    they may not see each other's locks.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        if sweep:
            sweep_beside(path)
        with held_file(temporary, 0o600 if private else 0o666):
            yield temporary
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def kind_of(path: str | Path) -> str:
    """`.parquet`, `.jsonl` or `.csv`, from the path's extension; `-` is JSON lines.

    Raises OutputError for any other extension.
    """
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    if suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    kind = {".ndjson": ".jsonl"}.get(suffixes[-1], suffixes[-1]) if suffixes else ""
    if str(path) == "-":
        return ".jsonl"
    if kind not in KINDS:
        raise OutputError(f"{path}: the extension names no format; use {', '.join(KINDS)} (+ .gz)")
    return kind


def write_table(
    table: Table,
    path: str | Path,
    metadata: dict[str, Any] | None = None,
    *,
    private: bool = False,
) -> None:
    """Write a table in the format that the extension names; `-` is standard output.

    metadata: JSON-able; only Parquet keeps it. private: see `replacing`. Raises OutputError, and
    then leaves no file.
    """
    write_parts([to_arrow(table)], path, metadata, private=private)


def write_parts(
    parts: Iterable[pa.Table],
    path: str | Path,
    metadata: dict[str, Any] | None = None,
    *,
    private: bool = False,
) -> None:
    """`write_table` for a table that comes in parts: one or more, all of the same columns."""
    kind = kind_of(path)
    if str(path) == "-":
        _write_jsonl(parts, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    with replacing(path, private=private) as temporary:
        if kind == ".parquet":
            extra = {METADATA_KEY: json.dumps(metadata, sort_keys=True)} if metadata else None
            _write_parquet(parts, temporary, extra)
            return
        with temporary.open("wb") as file, _squeezed(file, Path(path).suffix.lower()) as stream:
            (_write_jsonl if kind == ".jsonl" else _write_csv)(parts, stream)


def _write_parquet(
    parts: Iterable[pa.Table], path: Path, metadata: dict[bytes, str] | None
) -> None:
    import pyarrow.parquet as pq  # a twentieth of a second, which other files need not wait for

    writer: pq.ParquetWriter | None = None
    try:
        for part in parts:
            table = part.replace_schema_metadata(metadata)
            if writer is None:
                writer = pq.ParquetWriter(
                    path, table.schema, compression="zstd", use_dictionary=_repeating(table.schema)
                )
            writer.write_table(table, row_group_size=ROW_GROUP)
    finally:
        if writer is not None:
            writer.close()


def _repeating(schema: pa.Schema) -> list[str]:
    """The columns that are worth a dictionary."""
    return [
        field.name
        for field in schema
        if field.name not in DISTINCT and not pa.types.is_floating(field.type)
    ]


@contextmanager
def _squeezed(file: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    if suffix not in _COMPRESSED:
        yield file
        return
    with _COMPRESSED[suffix](file) as stream:
        yield stream


def _write_jsonl(parts: Iterable[pa.Table], stream: BinaryIO) -> None:
    option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC
    for table in parts:
        for batch in table.to_batches(max_chunksize=10_000):
            stream.write(b"".join(orjson.dumps(row, option=option) for row in batch.to_pylist()))


def _write_csv(parts: Iterable[pa.Table], stream: BinaryIO) -> None:
    import pyarrow.csv as pa_csv

    for number, table in enumerate(parts):
        columns = [csv_safe(flat(column)) for column in table.columns]
        options = pa_csv.WriteOptions(include_header=number == 0)
        pa_csv.write_csv(pa.table(columns, names=table.column_names), stream, options)


def flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists as joined strings, times as ISO 8601 in UTC, all else as it is."""
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return pc.binary_join(column, JOINT)
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
    return column


def csv_safe(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells that a spreadsheet would run as a formula, with a `'` before them.

    Cells that already look so get one more, so that `csv_restored` gives back every cell as it
    was: `=1+1` is written `'=1+1`, and `'=1+1` is written `''=1+1`.
    """
    if not _is_text(column.type):
        return column
    return pc.replace_substring_regex(column, pattern=f"({_RISKY})", replacement=r"'\1")


def csv_restored(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The cells as they were before `csv_safe`."""
    if not _is_text(column.type):
        return column
    return pc.replace_substring_regex(column, pattern=f"^'({_RISKY[1:]})", replacement=r"\1")


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def text_column(table: Table, name: str) -> pa.Array:
    """A text column as one Arrow array without nulls."""
    column = one_array(strings(table[name]))
    return column.fill_null("") if column.null_count else column


def strings(texts: Any) -> pa.Array | pa.ChunkedArray:
    """A column or a list of texts in Arrow; what pandas takes for missing is null."""
    if isinstance(texts, pa.Array | pa.ChunkedArray):
        return texts.cast(pa.large_string())
    return pa.array(texts, pa.large_string(), from_pandas=True)


def one_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column as one array; one of a single chunk is not copied, as `combine_chunks` does."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
