"""Read the public conversations of `labels/sources.toml` as comment and thread tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from moderation.comments import RECORD_SCHEMA, THREAD_SCHEMA
from moderation.errors import LabelError
from moderation.labels.public.columns import cleaned, field, heading, wikitext
from moderation.labels.public.conditions import column, holds
from moderation.labels.public.sets import load_sources, rows_of
from moderation.readers.values import when
from moderation.tables import to_frame
from moderation.threads import thread

if TYPE_CHECKING:
    from moderation.labels.public.sets import Source


def read_threads(
    name: str, toml: str | Path, data_dir: str | Path, missing: str = "error"
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """One set's conversations: comments (COMMENT_SCHEMA), threads (THREAD_SCHEMA), provenance.

    name: a `threads.NAME` of the TOML, without or with the prefix, or a labelled set whose
    rows have a `thread_id` (its comments are flat). Ids begin with the set's name and "/".
    missing: "error", or "skip" for empty tables when the files are not there.
    Raises LabelError for an unknown name or a missing file.
    """
    sources = load_sources(toml)
    key = f"threads.{name}" if f"threads.{name}" in sources else name
    if key not in sources or "thread_id" not in sources[key]:
        there = ", ".join(known for known, spec in sources.items() if "thread_id" in spec)
        raise LabelError(f"{toml}: no set {name!r} with threads; there are {there}")
    source, place = sources[key], f"{toml}, {key}"
    raw, record = rows_of(key, source, Path(data_dir), missing)
    if raw is None:
        return (
            thread(_typed(pd.DataFrame(), RECORD_SCHEMA)),
            _typed(pd.DataFrame(), THREAD_SCHEMA),
            record,
        )
    raw = raw[holds(source.get("where", {}), raw, f"{place}.where")].reset_index(drop=True)
    columns = _records(source, raw, place)
    prefix = key.removeprefix("threads.") + "/"
    columns["thread_id"] = prefix + columns["thread_id"].astype("str")
    threads = columns.drop_duplicates("thread_id")[["thread_id", "title", "article"]]
    columns = _without_headings(_with_roots(columns))
    comments = thread(_typed(columns, RECORD_SCHEMA))
    return (
        comments,
        _typed(threads, THREAD_SCHEMA),
        {**record, "rows": len(comments)},
    )


def _records(source: Source, raw: pd.DataFrame, place: str) -> pd.DataFrame:
    """Record columns and `title`, `article`, `root`, `heading` beside them."""
    steps, remove = source.get("clean", []), source.get("remove", [])
    columns: dict[str, Any] = {
        "text": cleaned(field(raw, source["text"], place), steps, remove, place).fillna("")
    }
    for name in ("id", "thread_id", "parent_id", "author"):
        given = name in source
        columns[name] = field(raw, source[name], f"{place}.{name}") if given else None
    if "id" not in source:
        columns["id"] = [str(number) for number in range(1, len(raw) + 1)]
    frame = pd.DataFrame(columns)
    top = {"", *source.get("top", [])}
    frame["parent_id"] = frame["parent_id"].where(~frame["parent_id"].isin(top), None)
    if "created_at" in source:
        frame["created_at"] = [when(value) for value in field(raw, source["created_at"], place)]
    frame["title"] = _title(source, raw, place)
    frame["article"] = field(raw, source["article"], place) if "article" in source else None
    if "heading" in source:
        shown = column(raw, source["heading"], place).astype("str").str.strip()
        frame["heading"] = (shown != "") & (
            column(raw, source["text"], place).astype("str").str.strip() == shown
        )
    if "root_text" in source:
        titled = holds(source["root_is_title"], raw, f"{place}.root_is_title")
        text = field(raw, source["root_text"], place)
        frame["title"] = text.where(titled, None)
        frame["root"] = text.where(~titled, None)
        frame["root_id"] = source["root_id"]
    return frame


def _title(source: Source, raw: pd.DataFrame, place: str) -> pd.Series | None:
    if "title_text" not in source:
        return None
    spec = source["title_text"]
    if not isinstance(spec, list):
        return field(raw, spec, place)
    parts = [
        field(raw, column_name, place).fillna("").map(wikitext).map(heading) for column_name in spec
    ]
    joined = [": ".join(part for part in row if part) for row in zip(*parts, strict=True)]
    return pd.Series(joined, dtype="object")


def _with_roots(columns: pd.DataFrame) -> pd.DataFrame:
    """The comment that a fragment belongs to becomes its first, which the others answer."""
    if "root" not in columns:
        return columns
    hung = columns["root"].notna()
    roots = columns[hung].drop_duplicates("thread_id")
    roots = roots.assign(text=roots["root"], id=roots["root_id"], parent_id=None, author=None)
    answers = hung & columns["parent_id"].isna()
    columns = columns.assign(
        parent_id=columns["parent_id"].where(~answers, columns["root_id"]),
    )
    return pd.concat([roots, columns], ignore_index=True)


def _without_headings(columns: pd.DataFrame) -> pd.DataFrame:
    """A section's heading is the thread's title, not a comment; replies to it become roots."""
    if "heading" not in columns:
        return columns
    dropped = columns.loc[columns["heading"], ["thread_id", "id"]]
    gone = pd.MultiIndex.from_frame(dropped)
    parents = pd.MultiIndex.from_frame(columns[["thread_id", "parent_id"]])
    comments = columns.assign(parent_id=columns["parent_id"].where(~parents.isin(gone), None))
    return comments[~columns["heading"]].reset_index(drop=True)


def _typed(columns: pd.DataFrame, schema: pa.Schema) -> pd.DataFrame:
    length = len(columns)
    fill = {"kind": "comment", "status": "unknown"}
    arrays = []
    for target in schema:
        if target.name in columns:
            arrays.append(pa.array(list(columns[target.name]), type=target.type, from_pandas=True))
        elif target.name in fill:
            arrays.append(pa.array([fill[target.name]] * length, type=target.type))
        else:
            arrays.append(pa.nulls(length, target.type))
    table = pa.table(arrays, schema=schema)
    return to_frame(table)
