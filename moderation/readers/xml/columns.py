"""Fields of XML records, column by column, to comment records: what `rows` does for single ones."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa

from moderation.comments import RECORD_SCHEMA
from moderation.readers.column_times import times
from moderation.readers.records import strings
from moderation.readers.values import display_name, no_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Word = TypeVar("Word", bound=Hashable)


def moments(written: list[str]) -> pa.Array:
    """Points in time; null where nothing sensible is written."""
    return times(pa.array([moment or None for moment in written], pa.large_string()))


def parents(given: list[str]) -> list[str | None]:
    """The same without the words for "none"."""
    return [
        parent if parent.isdecimal() and parent != "0" else None if no_parent(parent) else parent
        for parent in given
    ]


def meant(words: Sequence[Word], meaning: Callable[[Word], str]) -> list[str]:
    """The meaning of each, found once for each distinct one."""
    known = {word: meaning(word) for word in set(words)}
    return [known[word] for word in words]


def records(columns: Mapping[str, Any]) -> pa.Table:
    """RECORD_SCHEMA from lists and arrays of one length, `id` and `text` among them.

    Columns that are not given are null; kinds are `comment`, statuses `unknown`, warnings empty.
    """
    count = len(columns["text"])
    usual: dict[str, Any] = {"kind": ["comment"] * count, "status": ["unknown"] * count, **columns}
    usual["author"] = [display_name(author) for author in columns["author"]]
    full = {}
    for field in RECORD_SCHEMA:
        column = usual.get(field.name)
        if field.name == "warnings":
            empty = pa.array(np.zeros(count + 1, np.int32))
            full[field.name] = pa.ListArray.from_arrays(empty, pa.array([], pa.string()))
        elif column is None:
            full[field.name] = pa.nulls(count, field.type)
        else:
            full[field.name] = strings(column) if isinstance(column, list) else column
    return pa.table(full, schema=RECORD_SCHEMA)
