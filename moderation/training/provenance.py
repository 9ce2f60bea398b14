"""Say in a model which rows it was trained on, by their content and not by their file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from moderation.labels.ledger import decisions, is_ledger

if TYPE_CHECKING:
    import pandas as pd


def row_digests(labels: pd.DataFrame) -> np.ndarray:
    """A digest of each row's content, its time and source left out: (n,) str."""
    table = labels.drop(columns=["labelled_at", "source"], errors="ignore")
    table = table[sorted(table.columns)].astype("object").where(table.notna(), None)
    rows = table.to_dict("records")
    return np.array(
        [hashlib.sha256(orjson.dumps(row, default=str)).hexdigest() for row in rows], dtype="U64"
    )


def rows_origin(name: str, labels: pd.DataFrame) -> dict[str, Any]:
    """Name, number of rows and digest, the same in any order of the rows."""
    digest = hashlib.sha256("".join(sorted(row_digests(labels))).encode()).hexdigest()
    return {"name": name, "rows": len(labels), "sha256": digest}


def file_origin(path: str | Path) -> dict[str, Any]:
    """Of a label table its name and digest; of a ledger those of the decisions that stand.

    A ledger from which a decision was retracted is the ledger that never had it.
    """
    if is_ledger(path):
        return rows_origin(Path(path).name, decisions(path))
    content = Path(path).read_bytes()
    return {"name": Path(path).name, "sha256": hashlib.sha256(content).hexdigest()}
