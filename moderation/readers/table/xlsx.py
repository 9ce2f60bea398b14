"""Spreadsheets (XLSX, ODS): each sheet as the table that it would be as CSV.

Read with calamine, which is as quick as the best and has no dependencies of its own.
"""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from moderation.comments import Batch
from moderation.errors import InputError
from moderation.readers.source import Source
from moderation.readers.table import read as table
from moderation.readers.table.dialects import dialect_of
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def detect(source: Source) -> str | None:
    """A zip archive with the parts of a workbook."""
    return "a workbook" if source.is_workbook else None


def read(source: Source) -> Iterator[Batch]:
    """Batches of all sheets that have a column of texts. Raises InputError where none has."""
    from python_calamine import CalamineError, CalamineWorkbook

    wrong: list[str] = []
    found = False
    try:
        book = CalamineWorkbook.from_path(str(source.path))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
            if not rows:
                continue
            try:
                for batch in _sheet(source, name, rows):
                    found = True
                    yield batch
            except InputError as error:
                wrong.append(str(error))
    except (CalamineError, OSError) as error:
        raise InputError(f"{source.name}: is no readable workbook: {error}") from error
    if not found:
        raise InputError(wrong[0] if wrong else f"{source.name}: all its sheets are empty")
    yield Batch(notes=[f"{why.partition('. ')[0]}; this sheet is left out" for why in wrong])


def _sheet(source: Source, name: str, rows: list[list[Any]]) -> Iterator[Batch]:
    folder = Folder()
    path = folder.path / f"{source.stem}.csv"
    _write(path, rows)
    sheet = Source(path, source.mapping, options=source.options)
    sheet.name = f"{source.name}:{name}"
    dialect = dialect_of(sheet)
    yield from table.read_dialect(sheet, dialect.name) if dialect else table.read(sheet)


def _write(path: Path, rows: list[list[Any]]) -> None:
    """The rows as CSV; blank ones before the header are left out."""
    first = next((at for at, row in enumerate(rows) if any(cell != "" for cell in row)), 0)
    with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
        writer = csv.writer(file)
        for row in rows[first:]:
            if any(cell != "" for cell in row):
                writer.writerow(map(_cell, row))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
