"""Mask the tables that the program writes: comments, scored or not, and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING
from moderation.masking.mask import Masker, read_key
from moderation.tables import to_arrow, to_frame

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from moderation.masking.mask import Masked

TEXTS = ("text", "title", "article", "parent_text", "url", "note", "snippet")
"""Columns of prose."""


def masked_tables(tables: Sequence[pa.Table], key: Path) -> list[pa.Table]:
    """Tables of one dump, masked alike: the authors of all are looked for in the texts of each.

    key: the file that holds it, made where there is none. Raises as `read_key`.
    """
    authors = {
        name
        for table in tables
        if "author" in table.column_names
        for name in pc.unique(table["author"]).to_pylist()
    }
    masker = Masker(read_key(key), authors)
    return [mask_table(table, masker) for table in tables]


def masked_frames(frames: Sequence[pd.DataFrame], key: Path) -> list[pd.DataFrame]:
    """The same for data frames; their indices are counted anew."""
    return [to_frame(table) for table in masked_tables([to_arrow(one) for one in frames], key)]


def mask_table(table: pa.Table, masker: Masker) -> pa.Table:
    """The table with pseudonyms for its authors, and placeholders in its texts and in `why`.

    The spans of `why` move with the text. Ids stay: without them no decision finds its comment.
    """
    columns = {name: table[name] for name in table.column_names}
    if "author" in columns:
        names = [masker.author(name) for name in table["author"].to_pylist()]
        columns["author"] = pa.array(names, STRING)
    moved: list[Masked | None] = []
    for name in TEXTS:
        if name in columns and _is_text(table.schema.field(name).type):
            masked = [
                None if text is None else masker.masked(text) for text in table[name].to_pylist()
            ]
            columns[name] = pa.array([one and one.text for one in masked], STRING)
            moved = masked if name == "text" else moved
    if "why" in columns and moved:
        pairs = zip(table["why"].to_pylist(), moved, strict=True)
        columns["why"] = pa.array([_why(why, text, masker) for why, text in pairs], STRING)
    return pa.table(columns).replace_schema_metadata(table.schema.metadata)


def _why(why: str | None, text: Masked | None, masker: Masker) -> str | None:
    if why is None:
        return None
    reasons: dict[str, Any] = orjson.loads(why)
    for reason in reasons.values():
        if text is not None and "spans" in reason:
            reason["spans"] = [
                [text.moved(start), text.moved(end), share] for start, end, share in reason["spans"]
            ]
    return orjson.dumps(_every_string(reasons, masker)).decode()


def _every_string(value: Any, masker: Masker) -> Any:
    """A JSON value whose texts are masked."""
    if isinstance(value, str):
        return masker.text(value)
    if isinstance(value, list):
        return [_every_string(one, masker) for one in value]
    if isinstance(value, dict):
        return {masker.text(key): _every_string(one, masker) for key, one in value.items()}
    return value


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
