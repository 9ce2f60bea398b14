"""Tables with lists of comments within their rows: each row is read as an object of JSON.

A column of a Parquet file may hold what answers the row, as objects of their own. Such rows are
written down as JSON lines and read as any nested JSON is.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moderation.readers.encodings import decode
from moderation.readers.json import unknown
from moderation.readers.source import Source
from moderation.readers.synonyms import roles
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moderation.comments import Batch
    from moderation.readers.table.parquet import Parquet

_LINE = re.compile(r"^lines? (\d+)\b.*")


def nested_batches(source: Source, stream: Parquet) -> Iterator[Batch] | None:
    """Batches of all comments in the rows, or None where these are no JSON that is known."""
    folder = Folder()
    path = folder.path / "rows.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for job in stream.columns({name: name for name in stream.names}):
            columns = job().values
            for row in zip(*(columns[name].to_pylist() for name in stream.names), strict=True):
                record = _renamed(dict(zip(stream.names, row, strict=True)), source.mapping)
                file.write(json.dumps(record, default=_jsonable) + "\n")
    inner = Source(path, options=replace(source.options, encoding=None))
    inner.name = source.name
    return None if unknown.shape_of(inner) is None else _by_row(unknown.read(inner), folder)


def _renamed(record: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """The record with our names of columns, and those within it; lists of comments are replies."""
    ours = {theirs: role for role, theirs in roles(list(record), mapping).items()}
    under = "replies" if "text" in ours.values() else "comments"
    made: dict[str, Any] = {}
    for name, value in record.items():
        inner = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
        if any("text" in roles(list(one), {}) for one in inner):
            made.setdefault(under, []).extend(_renamed(one, {}) for one in inner)
        elif value is not None:
            made[ours.get(name, name)] = value
    return made


def _by_row(batches: Iterator[Batch], folder: Folder) -> Iterator[Batch]:
    """The batches, with rows in place of lines where something was rejected."""
    with folder:
        for batch in batches:
            batch.rejects = [
                reject._replace(place=_LINE.sub(r"row \1", reject.place))
                for reject in batch.rejects
            ]
            yield batch


def _jsonable(value: Any) -> str:
    """What JSON has no word for: a point in time, a number of any length, bytes."""
    return decode(value)[0] if isinstance(value, bytes) else str(value)
