"""Read back a table that this program wrote: a scored dump, or a table of labels."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv as pa_csv

from moderation.errors import InputError, OutputError
from moderation.readers.source import Source
from moderation.readers.table.parquet import Parquet
from moderation.tables import METADATA_KEY, csv_restored, kind_of


def read_table(path: str | Path) -> tuple[pa.Table, dict[str, Any]]:
    """A table that `write_table` wrote, and its metadata ({} where the format keeps none).

    A folder of partitions is read as one. Raises InputError naming the file for one that is
    absent, damaged or none of the formats. CSV cells come back as they were before they were made
    safe; empty ones are null.
    """
    path = Path(path)
    if path.is_dir():
        parts = [read_table(part) for part in parts_of(path)]
        return pa.concat_tables([table for table, _ in parts]), parts[0][1]
    try:
        kind = kind_of(path)
    except OutputError as error:
        raise InputError(str(error)) from error
    if not path.exists():
        raise InputError(f"{path}: there is no such file")
    try:
        return _read(path, kind)
    except (OSError, pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        reason = re.sub(r"\s+", " ", str(getattr(error, "strerror", None) or error))[:200]
        raise InputError(f"{path}: cannot be read as a {kind} table: {reason}") from error


def parts_of(folder: Path) -> list[Path]:
    """The Parquet files of a run in partitions, in the order of their rows.

    Raises InputError where there are none, or the run is not complete.
    """
    parts = sorted(folder.glob("part-*.parquet"))
    try:
        complete = json.loads((folder / "_manifest.json").read_bytes())["complete"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder}: is a folder, but not one that `score -o` wrote") from error
    if not complete or not parts:
        raise InputError(
            f"{folder}: the run that writes it is not complete; give the same command again"
        )
    return parts


def _read(path: Path, kind: str) -> tuple[pa.Table, dict[str, Any]]:
    if kind == ".parquet":
        source = Source(path)
        table = Parquet(source).table()
        if source.odd:
            raise ValueError("its text is not UTF-8")
        metadata = json.loads((table.schema.metadata or {}).get(METADATA_KEY, b"{}"))
        return table.replace_schema_metadata(None), metadata
    source = Source(path)
    if not source.head:
        raise ValueError("the file is empty")
    with source.utf8() as stream:
        if kind == ".jsonl":
            rows = [orjson.loads(line) for line in stream if line.strip()]
            return pa.Table.from_pylist(rows), {}
        content = stream.read()
    options = pa_csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
    parsing = pa_csv.ParseOptions(newlines_in_values=True)
    table = pa_csv.read_csv(io.BytesIO(content), parse_options=parsing, convert_options=options)
    return pa.table([csv_restored(column) for column in table.columns], table.column_names), {}
