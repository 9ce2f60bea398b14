"""Convert what a caller wants scored to the table of comments that the model takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
from pandas.arrays import ArrowExtensionArray

from moderation.comments import STRING
from moderation.errors import InputError
from moderation.tables import to_frame

Comments: TypeAlias = pd.DataFrame | pd.Series | pa.Table | Iterable[str | None]

_WANTED = "give a list or Series of texts, or a table with a column `text`"


def comment_frame(comments: Comments) -> pd.DataFrame:
    """A table of comments with at least a column `text`, of strings and nulls.

    Raises InputError for a single string, a table without that column, and values that are not
    texts.
    """
    if isinstance(comments, str | bytes | Mapping):
        raise InputError(f"the comments are a single {type(comments).__name__}; {_WANTED}")
    if isinstance(comments, pa.RecordBatch):
        comments = pa.Table.from_batches([comments])
    if isinstance(comments, pa.Table):
        comments = to_frame(comments)
    if isinstance(comments, pd.DataFrame):
        if "text" not in comments.columns:
            seen = ", ".join(map(str, comments.columns)) or "none"
            raise InputError(f"the comments have no column `text`; their columns are {seen}")
        return comments.assign(text=_texts(comments["text"]))
    if isinstance(comments, pa.Array | pa.ChunkedArray):
        return pd.DataFrame({"text": _texts(comments)})
    if isinstance(comments, pd.Series):
        return pd.DataFrame({"text": _texts(comments)}, index=comments.index)
    try:
        return pd.DataFrame({"text": _texts(list(comments))})
    except TypeError as error:
        raise InputError(
            f"the comments are a single {type(comments).__name__}; {_WANTED}"
        ) from error


def _texts(texts: Any) -> ArrowExtensionArray:
    """A column of strings; NaN is null."""
    try:
        column = pa.array(texts, from_pandas=True)
    except (pa.ArrowException, ValueError) as error:
        raise InputError(f"the comments are not texts: {error}; {_WANTED}") from error
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    nothing = column.null_count == len(column)
    if not (nothing or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise InputError(f"the comments are not texts but {kind}; {_WANTED}")
    whole = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    return ArrowExtensionArray(whole.cast(STRING))
