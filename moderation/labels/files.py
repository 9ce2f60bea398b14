"""Read a label table's file as written: strict about its form, silent about its meaning."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd
import pyarrow as pa

from moderation.errors import InputError, LabelError, OutputError
from moderation.labels.table import CONTEXT_COLUMNS
from moderation.readers.source import Source
from moderation.readers.written import read_table
from moderation.tables import csv_restored, kind_of, to_frame

if TYPE_CHECKING:
    from pathlib import Path


def read_toml(path: Path, expected: str) -> dict[str, Any]:
    """A TOML file. Raises LabelError that names it, and says what was expected."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabelError(f"{path}: {error.strerror}; expected {expected}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: not TOML: {error}") from error


def read_columns(path: Path) -> pd.DataFrame:
    """The columns of a CSV, JSONL or Parquet file, by its extension.

    CSV cells are strings, so ids keep their zeros and the text "NA" stays a text.
    Raises InputError with the line where the file breaks its format; a table that is cut or not
    UTF-8 is refused, since a wrong text under a right label would go unnoticed.
    """
    try:
        kind = kind_of(path)
    except OutputError as error:
        raise InputError(str(error)) from error
    if kind == ".parquet":
        return to_frame(read_table(path)[0])
    source = Source(path)
    text, notes = source.text()
    if source.damage:
        raise InputError(f"{path}: damaged after {source.damage}; write it again")
    if notes:
        raise InputError(f"{notes[0]}; save the table as UTF-8")
    return _csv(path, text) if kind == ".csv" else _jsonl(path, text)


def _jsonl(path: Path, text: str) -> pd.DataFrame:
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        record = _record(line, f"{path}:{number}")
        if not isinstance(record, dict):
            raise InputError(f"{path}:{number}: {line[:40]!r} is not a JSON object with columns")
        if any(isinstance(record.get(name), int | float) for name in CONTEXT_COLUMNS):
            record |= _words(line)
        rows.append(record)
    return pd.DataFrame(rows, dtype="object")


def _words(line: str) -> dict[str, Any]:
    """Numbers in text columns, such as ids, as they are written: a float would round large ones."""
    record = json.loads(line, parse_int=str, parse_float=str)
    return {name: record[name] for name in CONTEXT_COLUMNS if name in record}


def _record(line: str, place: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:  # half an emoji, as JavaScript cuts strings: orjson and Arrow refuse it, Python does not
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: not JSON: {error}") from error
    if not isinstance(record, dict):
        return record
    return {
        name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name, value in record.items()
    }


def _csv(path: Path, text: str) -> pd.DataFrame:
    """Cells of a CSV file, also as a spreadsheet saves it: semicolons, tabs, empty last rows."""
    csv.field_size_limit(sys.maxsize)  # a comment may be longer than the default 128 KiB
    delimiter, text = _delimited(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        rows = []
        for row in lines:
            if not any(row):
                continue
            if len(row) != len(header):
                raise InputError(
                    f"{path}:{lines.line_num}: {len(row)} cells under {len(header)} columns; "
                    f"quote cells that hold {_DELIMITERS[delimiter]}"
                )
            rows.append(row)
    except csv.Error as error:
        raise InputError(f"{path}:{lines.line_num}: not CSV: {error}") from error
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(f"{path}: two columns are named {twice[0]!r}; rename or remove one")
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in header]
    for name, cells in zip(header, columns, strict=True):
        if name in _NAMES:
            _check_whole(cells, f"{path}: {name}")
    return pd.DataFrame(
        {name: _restored(cells) for name, cells in zip(header, columns, strict=True)}
    )


_DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
_NAMES = ("id", "thread_id")


def _delimited(text: str) -> tuple[str, str]:
    """What stands between the cells, by the header, and the table without Excel's line about it."""
    first, _, rest = text.partition("\n")
    said = first.rstrip("\r").removeprefix("sep=")
    if first.startswith("sep=") and said in _DELIMITERS:
        return said, rest
    for delimiter in _DELIMITERS:
        header = next(csv.reader([first], delimiter=delimiter), [])
        if "text" in [name.strip() for name in header]:
            return delimiter, text
    return ",", text


def _check_whole(cells: tuple[str, ...], place: str) -> None:
    """Raise InputError for ids that a spreadsheet has rounded, as it does from 12 digits on."""
    rounded = [cell for cell in cells if _ROUNDED.fullmatch(cell)]
    if rounded:
        raise InputError(
            f"{place} is {rounded[0]!r}: a spreadsheet has rounded it, so that no comment is known "
            "by it; give it the file again with this column as text"
        )


_ROUNDED = re.compile(r"[1-9](?:[.,]\d+)?E\+\d{2,}")


def _restored(cells: tuple[str, ...]) -> pd.Series:
    """Cells without the mark that keeps a spreadsheet from running them as formulas."""
    array = pa.chunked_array([pa.array(cells, pa.large_string())])
    restored: pd.Series = csv_restored(array).to_pandas()
    return restored
