"""Convert what a caller wants scored to the table that the model takes; which rows say nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING, UNSCORED
from moderation.errors import InputError
from moderation.features.ngrams import pieces_of
from moderation.tables import chosen_columns, strings

if TYPE_CHECKING:
    import pandas as pd

Comments: TypeAlias = "pd.DataFrame | pd.Series | pa.Table | Iterable[str | None]"

BLANK, ASCII = 32, 128  # between them stand bytes that are characters, and no white space

_WANTED = "give a list or Series of texts, or a table with a column `text`"


_COLUMNS = ("thread_id", "depth", "kind")  # that a score depends on, beside the text


def comment_table(comments: Comments) -> pa.Table:
    """A table of comments with at least a column `text`, of strings and nulls.

    Raises InputError for a single string, a table without that column, and values that are not
    texts.
    """
    if isinstance(comments, str | bytes | Mapping):
        raise InputError(f"the comments are a single {type(comments).__name__}; {_WANTED}")
    if isinstance(comments, pa.RecordBatch):
        comments = pa.Table.from_batches([comments])
    pd = sys.modules.get("pandas")  # who has a data frame has imported it
    if isinstance(comments, pa.Table) or (pd is not None and isinstance(comments, pd.DataFrame)):
        names = comments.column_names if isinstance(comments, pa.Table) else list(comments.columns)
        if "text" not in names:
            seen = ", ".join(map(str, names)) or "none"
            raise InputError(f"the comments have no column `text`; their columns are {seen}")
        if names.count("text") > 1:
            raise InputError("the comments have several columns `text`; name one of them otherwise")
        others = chosen_columns(comments, _COLUMNS)
        columns = {name: others[name] for name in others.column_names}
        return pa.table(columns | {"text": _texts(comments["text"])})
    if isinstance(comments, pa.Array | pa.ChunkedArray):
        return pa.table({"text": _texts(comments)})
    if pd is not None and isinstance(comments, pd.Series):
        return pa.table({"text": _texts(comments)})
    try:
        return pa.table({"text": _texts(list(comments))})
    except TypeError as error:
        raise InputError(
            f"the comments are a single {type(comments).__name__}; {_WANTED}"
        ) from error


def one_text(text: object) -> str:
    """A text as it is. Raises InputError for anything else."""
    if isinstance(text, str):
        return text
    raise InputError(f"the text is no string but {type(text).__name__}")


def index_of(comments: Comments) -> Any:
    """The index of the rows of a data frame or a Series; None of anything else."""
    pd = sys.modules.get("pandas")
    if pd is None or not isinstance(comments, pd.DataFrame | pd.Series):
        return None
    return comments.index


def _texts(texts: Any) -> pa.ChunkedArray:
    """A column of strings; NaN is null."""
    try:
        arrow = isinstance(texts, pa.Array | pa.ChunkedArray)
        column = texts if arrow else pa.array(texts, from_pandas=True)
    except (pa.ArrowException, ValueError) as error:
        raise InputError(f"the comments are not texts: {error}; {_WANTED}") from error
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    nothing = column.null_count == len(column)
    if not (nothing or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise InputError(f"the comments are not texts but {kind}; {_WANTED}")
    whole = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    return whole.cast(STRING)


def wordless(texts: Any) -> np.ndarray:
    """(n,) bool: null or white space; only texts that may begin with it are looked at whole."""
    column = strings(texts)
    blank = np.zeros(len(column), bool)
    for data, offsets, row in pieces_of(column):
        begin = offsets[:-1]
        first = data[np.minimum(begin, len(data) - 1)] if len(data) else np.zeros(1, np.uint8)
        plain = (first > BLANK) & (first < ASCII) & (offsets[1:] > begin)
        blank[row : row + len(begin)] = ~plain
    rows = np.flatnonzero(blank)
    if len(rows):
        blank[rows] = _blank(column.take(pa.array(rows)))
    return blank


def unscored(comments: pa.Table) -> np.ndarray:
    """(n,) bool: announcements that another page links here, reposts, notices of a system."""
    if "kind" not in comments.column_names:
        return np.zeros(len(comments), bool)
    kinds = strings(comments["kind"])
    found = pc.fill_null(pc.is_in(kinds, value_set=pa.array(UNSCORED, STRING)), False)
    return np.array(found.to_numpy(zero_copy_only=False))


def _blank(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True)
    return np.array(blank.to_numpy(zero_copy_only=False))
