"""The label table: its columns and types, and the checks that a row must pass."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from moderation.comments import COMMENT_SCHEMA, STRING, TIME
from moderation.errors import LabelError
from moderation.labels.name import LABEL_NAME
from moderation.readers.records import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CONTEXT_COLUMNS = (
    "text",
    "id",
    "thread_id",
    "parent_text",
    "title",
    "article",
    "annotator",
    "source",
    "group",  # rows of one group never stand on both sides of a split
)
"""Columns of text; all but `text` may be null."""

LABEL_SCHEMA = pa.schema(
    [
        *((name, STRING) for name in CONTEXT_COLUMNS),
        ("labelled_at", TIME),
        ("weight", pa.float32()),  # null in a file = 1
        ("natural", pa.bool_()),  # drawn as it came: its share of positives is the site's own
    ]
)
"""A label table's columns beside the labels themselves."""

# Columns of a comment table or scored file that may stand in a label table and say nothing.
IGNORED = {*COMMENT_SCHEMA.names, "flags", "why", "campaign", "language", "cannot_tell"} - set(
    LABEL_SCHEMA.names
)

ANSWERS = {
    **dict.fromkeys(("1", "1.0", "true", "yes"), 1.0),
    **dict.fromkeys(("0", "0.0", "false", "no"), 0.0),
}


def label_names(frame: pd.DataFrame) -> list[str]:
    """The label columns of a label table, in their order.

    >>> label_names(pd.DataFrame(columns=["text", "spam", "weight"]))
    ['spam']
    """
    fixed = {*LABEL_SCHEMA.names, *IGNORED}
    return [str(name) for name in frame.columns if name not in fixed]


def label_frame(
    columns: pd.DataFrame, place: str, known: Sequence[str] | None = None
) -> pd.DataFrame:
    """A checked label table from columns as a file has them.

    columns: any subset of LABEL_SCHEMA with `text`, and one column per label whose values are
    1, 0 or missing (also "1", "0", "", true, false). known: the label names that are allowed;
    None allows any. Returns LABEL_SCHEMA (strings as Arrow large_string; `weight` float32,
    `natural` bool) and one float32 column per label: 1, 0, NaN = not judged.
    Raises LabelError with the place (`labels.csv: row 7`), the value and the way out.
    """
    if "text" not in columns.columns:
        there = ", ".join(map(str, columns.columns)) or "nothing"
        raise LabelError(f"{place}: no column 'text'; the columns are {there}: name one 'text'")
    labels = label_names(columns)
    check_names(labels, place, known)
    _check_text(columns["text"], place)
    fixed = {name: _fixed(columns, name, place) for name in LABEL_SCHEMA.names}
    _check_weight(fixed["weight"], place)
    answers = {name: _answers(columns[name], name, place) for name in labels}
    return pd.DataFrame({**fixed, **answers}, index=pd.RangeIndex(len(columns)))


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    """A label table as it is; or one with the columns that it lacks, as somebody made it by hand.

    Raises as `label_frame`.
    """
    lacks = set(LABEL_SCHEMA.names) - set(frame.columns)
    return label_frame(frame, "the label table") if lacks else frame


def stack(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Label tables stacked; a label that one of them lacks is not judged there."""
    frames = list(frames)
    labels = list(dict.fromkeys(name for frame in frames for name in label_names(frame)))
    columns = [*LABEL_SCHEMA.names, *labels]
    if not frames:
        return label_frame(pd.DataFrame({"text": []}), "no label tables")
    filled = [
        frame.assign(
            **{
                name: np.full(len(frame), np.nan, np.float32)
                for name in labels
                if name not in frame.columns
            }
        )[columns]
        for frame in frames
    ]
    return pd.concat(filled, ignore_index=True)


def check_names(labels: Sequence[str], place: str, known: Sequence[str] | None = None) -> None:
    """Raise LabelError for a label that is unknown or whose name cannot be a column."""
    for name in labels:
        if not LABEL_NAME.fullmatch(name):
            raise LabelError(
                f"{place}: column {name!r} is not a label name; expected letters, digits and _ "
                "after a letter: rename or remove it"
            )
        if known is not None and name not in known:
            raise LabelError(
                f"{place}: unknown label {name!r}; known are {', '.join(known)}: "
                "correct the name or remove the column"
            )


def _check_text(text: pd.Series, place: str) -> None:
    for row, value in enumerate(text if text.dtype == "object" else ()):
        if isinstance(value, (list, dict)):
            raise LabelError(f"{place}: row {row + 1}: text is {str(value)[:40]!r}, not a string")
    missing = np.flatnonzero(text.isna() | (text.astype("str").str.strip() == ""))
    if missing.size:
        raise LabelError(
            f"{place}: row {missing[0] + 1} has no text ({missing.size} such rows): remove them"
        )


def _check_weight(weight: pd.Series, place: str) -> None:
    wrong = np.flatnonzero(~(weight.to_numpy() >= 0) | np.isinf(weight.to_numpy()))
    if wrong.size:
        raise LabelError(
            f"{place}: row {wrong[0] + 1} has the weight {weight.iloc[wrong[0]]}; expected >= 0"
        )


def _fixed(columns: pd.DataFrame, name: str, place: str) -> pd.Series:
    kind = LABEL_SCHEMA.field(name).type
    length = len(columns)
    if name == "natural":
        given = columns[name] if name in columns else pd.Series(np.zeros(length, dtype=bool))
        return given.fillna(False).astype(bool).reset_index(drop=True)
    if name == "weight":
        given = columns[name] if name in columns else pd.Series(np.ones(length))
        numbers = pd.to_numeric(given, errors="coerce").where(~_blank(given), 1.0)
        return numbers.astype("float32").reset_index(drop=True)
    if name not in columns:
        return pd.Series(pa.nulls(length, kind), dtype=pd.ArrowDtype(kind))
    given = columns[name].reset_index(drop=True)
    if name == "labelled_at":
        known = given.where(~_blank(given))
        times = pd.to_datetime(known, utc=True, errors="coerce", format="mixed")
        # 05/06/2026 is a day in May or in June: whoever guesses may let an older answer win
        clear = known.map(
            lambda time: not isinstance(time, str) or _YEAR_FIRST.match(time) is not None
        )
        wrong = np.flatnonzero((times.isna() | ~clear.to_numpy(bool)) & ~_blank(given))
        if wrong.size:
            raise LabelError(
                f"{place}: row {wrong[0] + 1}: labelled_at is {str(given.iloc[wrong[0]])[:40]!r}; "
                "expected a time like 2026-01-31T12:00:00Z"
            )
        return times.astype(pd.ArrowDtype(kind))
    if pa.types.is_large_string(getattr(given.dtype, "pyarrow_dtype", pa.null())):
        return given
    strings = [None if value is None else encodable(str(value)) for value in _objects(given)]
    if name != "text":  # CSV knows no difference between empty and missing
        strings = [value or None for value in strings]
    return pd.Series(pa.array(strings, kind), dtype=pd.ArrowDtype(kind))


_YEAR_FIRST = re.compile(r"\s*\d{4}-?\d\d-?\d\d")


def _objects(values: pd.Series) -> list[object]:
    return list(values.astype("object").where(values.notna(), None))


def _blank(values: pd.Series) -> pd.Series:
    return values.isna() | (values.astype("str").str.strip() == "")


def _answers(values: pd.Series, name: str, place: str) -> np.ndarray:
    """(n,) float32 of 1, 0 and NaN."""
    words = values.astype("object").map(str, na_action="ignore").astype("str")
    words = words.str.strip().str.lower()
    answers = words.map(ANSWERS).to_numpy(np.float32, na_value=np.nan)
    wrong = np.flatnonzero(np.isnan(answers) & ~_blank(values).to_numpy(bool))
    if wrong.size:
        raise LabelError(
            f"{place}: row {wrong[0] + 1}: {name} is {str(values.iloc[wrong[0]])[:40]!r}; "
            f"expected 1, 0 or empty ({wrong.size} such rows): correct them, or remove the "
            "column if it is not a label"
        )
    return answers
