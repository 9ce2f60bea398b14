"""Read a table with a decision in each row, as the review page saves one, as a label table.

Its `label` names what was decided on and its `value` is 1 or 0; a label table proper has a column
for each label. Mistaking one for the other would turn rejections into confirmations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from moderation.errors import LabelError
from moderation.labels.name import LABEL_NAME, is_label
from moderation.labels.table import ANSWERS, LABEL_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Collection

_NAMES = {"reviewer": "annotator", "decided_at": "labelled_at", "at": "labelled_at"}
"""Columns that the page and the ledger call by other names than a label table does."""

_STATEMENTS = {"outcome", "grounds", "facts"}


def is_apart(columns: Collection[str]) -> bool:
    """Whether each row with these columns holds one decision."""
    return {"label", "value"} <= set(columns)


def check_kind(columns: Collection[str], place: str) -> None:
    """Raise LabelError for a file of this program that is not a table of answers."""
    if "entry" in columns:
        raise LabelError(
            f"{place}: a ledger, including retractions; unpack it and import it as .jsonl"
        )
    if set(columns) >= _STATEMENTS:
        raise LabelError(
            f"{place}: statements of reasons, which say what was decided on a comment but not on "
            "each label; import the page's ledger file"
        )


def together(columns: pd.DataFrame, place: str) -> pd.DataFrame:
    """Columns of a label table: a row per decision, judged on its one label.

    columns: as the file has them, `label` and `value` among them. A row without a value was not
    judged. Raises LabelError with the place for an invalid label name or a value that is not an
    answer.
    """
    names = [_name(value, f"{place}: row {row}") for row, value in _numbered(columns["label"])]
    values = [_value(value, f"{place}: row {row}") for row, value in _numbered(columns["value"])]
    renamed = columns.rename(
        columns={old: new for old, new in _NAMES.items() if new not in columns.columns}
    )
    rows = renamed[[name for name in LABEL_SCHEMA.names if name in renamed.columns]]
    decided = pd.Series(names, dtype="object")
    answers = np.array(values, dtype=np.float32)
    judged = {
        name: np.where(decided == name, answers, np.float32("nan")) for name in sorted(set(names))
    }
    return rows.reset_index(drop=True).assign(**judged)[~np.isnan(answers)].reset_index(drop=True)


def _numbered(values: pd.Series) -> list[tuple[int, object]]:
    return list(enumerate(values.astype("object").tolist(), start=1))


def _name(value: object, place: str) -> str:
    if not isinstance(value, str) or not LABEL_NAME.fullmatch(value.strip()):
        raise LabelError(
            f"{place}: label is {str(value)[:40]!r}, which is not the name of one label; "
            "a table with `label` and `value` has a row for each decision"
        )
    if not is_label(value.strip()):
        raise LabelError(f"{place}: {value.strip()!r} cannot be a label's name; rename it")
    return value.strip()


def _value(value: object, place: str) -> float:
    word = "" if value is None or value != value else str(value).strip().lower()
    if not word:
        return float("nan")
    if word not in ANSWERS:
        raise LabelError(f"{place}: value is {str(value)[:40]!r}; expected 1, 0 or empty")
    return ANSWERS[word]
