"""Read label tables: CSV, JSONL, Parquet or the ledger, one or many, into one checked frame.

The other names that work on label tables are gathered here too: their columns and checks
(`label_table`), the public sets (`sources`), and splits without leaks (`splits`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from moderation.errors import LabelError
from moderation.labels.apart import check_kind, is_apart, together
from moderation.labels.duplicates import near_duplicate_groups
from moderation.labels.files import read_columns
from moderation.labels.ledger import decisions, is_ledger
from moderation.labels.public.sets import load_sources, read_sources
from moderation.labels.public.threads import read_threads
from moderation.labels.splits import folds, split_groups
from moderation.labels.table import (
    CONTEXT_COLUMNS,
    LABEL_SCHEMA,
    check_names,
    label_frame,
    label_names,
    stack,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

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
    paths: str | Path | Sequence[str | Path],
    known: Sequence[str] | None = None,
    *,
    apart: bool = False,
) -> pd.DataFrame:
    """Label tables stacked into one, as `label_frame` describes them.

    paths: one file or several, of the kind that the extension says; a ledger is recognised by its
    lines. A row without a `source` gets its file's name. known: the label names that are allowed;
    None allows any. apart: see `decisions`. Raises LabelError with file, row, value and way out;
    InputError when a file cannot be read.
    """
    several = [paths] if isinstance(paths, (str, Path)) else list(paths)
    if not several:
        raise LabelError("no label tables were named")
    return stack(_read(Path(path), known, apart) for path in several)


def _read(path: Path, known: Sequence[str] | None, apart: bool) -> pd.DataFrame:
    if is_ledger(path):
        frame = decisions(path, apart=apart)
        check_names(label_names(frame), str(path), known)
        return frame
    columns = read_columns(path)
    check_kind(columns.columns, str(path))
    if is_apart(columns.columns):
        columns = together(columns, str(path))
    frame = label_frame(columns, str(path), known)
    if not label_names(frame):
        raise LabelError(
            f"{path}: no label column; expected one column per label with 1, 0 or empty"
        )
    unnamed = frame["source"].isna()
    return frame.assign(source=frame["source"].where(~unnamed, path.name))
