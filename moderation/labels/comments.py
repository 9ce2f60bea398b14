"""Show a label table to the model as it sees a dump: comments in threads, with their context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from moderation.comments import RECORD_SCHEMA, THREAD_SCHEMA
from moderation.tables import to_frame
from moderation.threads import thread

if TYPE_CHECKING:
    from collections.abc import Sequence


def label_comments(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Comments, threads, and where each label row stands among the comments.

    frame: a label table. Returns COMMENT_SCHEMA, THREAD_SCHEMA and (n,) int64 positions, so that
    `scores.iloc[positions]` are the rows' scores.
    Rows of one source with one `thread_id` are one conversation, in the table's order; a row
    without is a conversation of its own. A row answers the comment of its thread whose text is
    its `parent_text`; if there is no such comment, that text becomes one.
    """
    count = len(frame)
    text = _strings(frame, "text")
    place = _places(frame)
    parent_text = _strings(frame, "parent_text")
    ids = [f"row {row}" for row in range(count)]
    first_with: dict[tuple[str, str | None], str] = {}
    for row in range(count):
        first_with.setdefault((place[row], text[row]), ids[row])
    parents: list[str | None] = [None] * count
    added: dict[tuple[str, str], str] = {}
    for row, above in enumerate(parent_text):
        if above is None or not above.strip():
            continue
        key = (place[row], above)
        if (
            first_with.get(key, ids[row]) == ids[row]
        ):  # none, or itself: a comment that quotes whole
            added.setdefault(key, f"above {len(added)}")
        parents[row] = first_with[key] if first_with.get(key, ids[row]) != ids[row] else added[key]
    records: dict[str, list] = {
        "thread_id": [*place, *(key[0] for key in added)],
        "id": [*ids, *added.values()],
        "parent_id": [*parents, *(None for _ in added)],
        "text": [*text, *(key[1] for key in added)],
    }
    comments = thread(_typed(records, RECORD_SCHEMA))
    where = pd.Series(np.arange(len(comments)), index=pd.Index(comments["id"].astype("str")))
    return comments, _threads(frame, place), where.reindex(ids).to_numpy(np.int64)


def _places(frame: pd.DataFrame) -> list[str]:
    """The conversation of each row."""
    source, named = _strings(frame, "source"), _strings(frame, "thread_id")
    return [
        f"{source[row] or ''}/{thread_id}" if thread_id else f"alone {row}"
        for row, thread_id in enumerate(named)
    ]


def _threads(frame: pd.DataFrame, place: list[str]) -> pd.DataFrame:
    """The first title and article that any row of the conversation has."""
    heads = pd.DataFrame(
        {
            "thread_id": place,
            "title": _strings(frame, "title"),
            "article": _strings(frame, "article"),
        },
        dtype="object",
    )
    first = heads.groupby("thread_id", sort=True).first().reset_index()
    return _typed({str(name): first[name].tolist() for name in first}, THREAD_SCHEMA)


def _strings(frame: pd.DataFrame, name: str) -> Sequence[str | None]:
    if name not in frame.columns:
        return [None] * len(frame)
    array = pa.array(frame[name], type=pa.large_string(), from_pandas=True)
    strings: list[str | None] = array.to_pylist()
    return strings


def _typed(columns: dict[str, list], schema: pa.Schema) -> pd.DataFrame:
    count = len(columns["thread_id"])
    fill = {"kind": "comment", "status": "unknown"}
    arrays = [
        pa.array(columns[column.name], type=column.type, from_pandas=True)
        if column.name in columns
        else pa.array([fill.get(column.name)] * count, type=column.type)
        for column in schema
    ]
    table = pa.table(arrays, schema=schema)
    return to_frame(table)
