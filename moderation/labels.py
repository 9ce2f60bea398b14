"""Read label tables: CSV, JSONL, Parquet or the ledger, one or many, into one checked frame.

The other names that work on label tables are gathered here too: their columns and checks
(`label_table`), the public sets (`sources`), and splits without leaks (`splits`).
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pandas as pd
import pyarrow as pa

from moderation.duplicates import near_duplicate_groups
from moderation.errors import InputError, LabelError, OutputError
from moderation.label_table import (
    CONTEXT_COLUMNS,
    LABEL_SCHEMA,
    check_names,
    label_frame,
    label_names,
    stack,
)
from moderation.ledger import decisions, is_ledger
from moderation.readers.source import Source
from moderation.source_threads import read_threads
from moderation.sources import load_sources, read_sources
from moderation.splits import folds, split_groups
from moderation.tables import csv_restored, kind_of, read_table, to_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CONTEXT_COLUMNS",
    "LABEL_SCHEMA",
    "check_names",
    "folds",
    "label_frame",
    "label_names",
    "load_sources",
    "near_duplicate_groups",
    "read_labels",
    "read_sources",
    "read_threads",
    "split_groups",
    "stack",
]


def read_labels(
    paths: str | Path | Sequence[str | Path], known: Sequence[str] | None = None
) -> pd.DataFrame:
    """Label tables under each other, as `label_frame` describes them.

    paths: a file or several; the extension says which kind; a ledger of decisions is known by
    its lines. A row without a `source` gets its file's name. known: the label names that are
    allowed; None allows any.
    Raises LabelError with file, row, value and way out; InputError when a file cannot be read.
    """
    several = [paths] if isinstance(paths, (str, Path)) else list(paths)
    if not several:
        raise LabelError("no label tables were named")
    return stack(_read(Path(path), known) for path in several)


def _read(path: Path, known: Sequence[str] | None) -> pd.DataFrame:
    if is_ledger(path):
        frame = decisions(path)
        check_names(label_names(frame), str(path), known)
        return frame
    frame = label_frame(read_columns(path), str(path), known)
    if not label_names(frame):
        raise LabelError(
            f"{path}: no label column; expected one column per label with 1, 0 or empty"
        )
    unnamed = frame["source"].isna()
    return frame.assign(source=frame["source"].where(~unnamed, path.name))


def read_columns(path: Path) -> pd.DataFrame:
    """A label table's columns as written: CSV cells are strings, so ids keep their zeros.

    Raises InputError with the line of JSONL that is none, or why a file cannot be read.
    """
    if kind_of_input(path) == ".parquet":
        return to_frame(read_table(path)[0])
    text, _ = Source(path).text()
    if kind_of_input(path) == ".csv":
        return _csv(path, text)
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            raise InputError(f"{path}:{number}: no JSON: {error}") from error
        if not isinstance(rows[-1], dict):
            raise InputError(f"{path}:{number}: {line[:40]!r} is no JSON object with columns")
    return pd.DataFrame(rows)


def kind_of_input(path: Path) -> str:
    """`.csv`, `.jsonl` or `.parquet` by the extension; InputError for another."""
    try:
        return kind_of(path)
    except OutputError as error:
        raise InputError(str(error)) from error


def _csv(path: Path, text: str) -> pd.DataFrame:
    try:
        frame = pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)
    except (ValueError, pd.errors.ParserError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: cannot be read as CSV: {reason}") from error
    return frame.apply(_restored)


def _restored(cells: pd.Series) -> pd.Series:
    """Cells as they were before a spreadsheet was kept from running them as formulas."""
    array = pa.chunked_array([pa.array(cells, pa.large_string())])
    return csv_restored(array).to_pandas()
