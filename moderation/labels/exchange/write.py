"""Write labels for other tools: doccano, Label Studio, Prodigy, Argilla, fastText, SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from moderation.errors import LabelError, OutputError
from moderation.labels.exchange.judged import CLEAN as NO_LABELS
from moderation.labels.exchange.judged import OWN_FIELD
from moderation.labels.exchange.tools import FASTTEXT_FIRST_LINE, FASTTEXT_MARK
from moderation.labels.table import LABEL_SCHEMA, label_names
from moderation.tables import replacing, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

CLEAN = "clean"  # what a row gets that was judged and has no label, where a tool needs one
_CONTEXT = ("thread_id", "parent_text", "title", "article")


def write_exchange(frame: pd.DataFrame, path: str | Path, kind: str = "table") -> None:
    """Write a label table for another tool, under a temporary name and renamed.

    kind: one of EXPORTS; "table" is CSV, JSONL or Parquet by the extension. For Label Studio,
    doccano, Argilla and Prodigy, OWN_FIELD carries what they have no field for (who decided, when,
    what was not judged), and `read_exchange` reads it back. fastText has no such field, so its file
    begins with a line that says so, which fastText skips. Only the owner may read the file.
    Raises LabelError for an unknown kind, OutputError when the file cannot be written.
    """
    if kind == "table":
        write_table(frame, path, private=True)
    elif kind == "sqlite":
        _sqlite(frame, path)
    elif kind in _LINES:
        _check_labels(label_names(frame), kind)
        content = _LINES[kind](frame)
        with replacing(path, private=True) as temporary, temporary.open("wb") as stream:
            stream.writelines(content)
    else:
        raise LabelError(f"{kind!r} is not a kind of export; known are {', '.join(EXPORTS)}")


def _check_labels(labels: list[str], kind: str) -> None:
    taken = [name for name in labels if name.lower() in NO_LABELS]
    if taken:
        raise LabelError(
            f"the label {taken[0]!r} would say in a {kind} file that no label applies; "
            "export a table (.csv, .jsonl, .parquet)"
        )


def _rows(frame: pd.DataFrame) -> Iterator[tuple[dict[str, Any], list[str], list[str]]]:
    """Each row's non-empty fixed columns, its labels, and those it was judged to lack."""
    labels = label_names(frame)
    fixed = [name for name in LABEL_SCHEMA.names if name in frame.columns]
    answers = frame[labels].to_numpy(np.float64, na_value=np.nan)
    values = frame[fixed].astype("object").where(frame[fixed].notna(), None).to_dict("records")
    for record, answered in zip(values, answers, strict=True):
        known = {str(name): value for name, value in record.items() if value is not None}
        if "labelled_at" in known:
            known["labelled_at"] = known["labelled_at"].isoformat()
        if "weight" in known:
            known["weight"] = round(float(known["weight"]), 6)  # from a float of 32 bits
        given = [name for name, answer in zip(labels, answered, strict=True) if answer == 1]
        refused = [name for name, answer in zip(labels, answered, strict=True) if answer == 0]
        yield known, given, refused


def _context(
    record: dict[str, Any], given: list[str] | None = None, refused: list[str] | None = None
) -> dict[str, Any]:
    """What a tool shows beside the text, and the rest in OWN_FIELD, as a string for some tools."""
    shown = {name: record[name] for name in _CONTEXT if name in record}
    own: dict[str, Any] = {name: value for name, value in record.items() if name != "text"}
    own["decided"] = dict.fromkeys(given or [], 1) | dict.fromkeys(refused or [], 0)
    return shown | {OWN_FIELD: orjson.dumps(own).decode()}


def _doccano(frame: pd.DataFrame) -> Iterator[bytes]:
    for number, (record, given, refused) in enumerate(_rows(frame), start=1):
        yield _line(
            {
                "id": number,
                "text": record["text"],
                "label": given or ([CLEAN] if refused else []),
                "meta": _context(record, given, refused)
                | ({"id": record["id"]} if "id" in record else {}),
            }
        )


def _prodigy(frame: pd.DataFrame) -> Iterator[bytes]:
    for record, given, refused in _rows(frame):
        shared: dict[str, Any] = {"text": record["text"]}
        shown = {"id": record["id"]} if "id" in record else {}
        if "annotator" in record:
            shared["_annotator_id"] = record["annotator"]
        for label in given:
            meta = _context(record, [label]) | shown
            yield _line(shared | {"meta": meta, "label": label, "answer": "accept"})
        for label in refused:
            meta = _context(record, None, [label]) | shown
            yield _line(shared | {"meta": meta, "label": label, "answer": "reject"})


def _label_studio(frame: pd.DataFrame) -> Iterator[bytes]:
    tasks = []
    for number, (record, given, refused) in enumerate(_rows(frame), start=1):
        task = {"text": record["text"], **_context(record, given, refused)}
        if "id" in record:
            task["id"] = record["id"]
        result = {
            "from_name": "labels",
            "to_name": "text",
            "type": "choices",
            "value": {"choices": given},
        }
        annotation: dict[str, Any] = {"result": [result] if given else []}
        if "annotator" in record:
            annotation["completed_by"] = {"email": record["annotator"]}
        judged = bool(given or refused)
        tasks.append({"id": number, "data": task, "annotations": [annotation] if judged else []})
    yield orjson.dumps(tasks, option=orjson.OPT_INDENT_2) + b"\n"


def _argilla(frame: pd.DataFrame) -> Iterator[bytes]:
    records = []
    for number, (record, given, refused) in enumerate(_rows(frame), start=1):
        answer: dict[str, Any] = {"value": given, "status": "submitted"}
        if "annotator" in record:
            answer["user_id"] = record["annotator"]
        records.append(
            {
                "id": record.get("id", str(number)),
                "fields": {"text": record["text"]},
                "metadata": _context(record, given, refused),
                "responses": {"labels": [answer]} if given or refused else {},
            }
        )
    yield orjson.dumps(records, option=orjson.OPT_INDENT_2) + b"\n"


def _fasttext(frame: pd.DataFrame) -> Iterator[bytes]:
    yield f"{FASTTEXT_FIRST_LINE}\n".encode()
    for record, given, refused in _rows(frame):
        if given or refused:
            marks = " ".join(f"{FASTTEXT_MARK}{label}" for label in given or [CLEAN])
            yield f"{marks} {' '.join(record['text'].split())}\n".encode()


def _sqlite(frame: pd.DataFrame, path: str | Path) -> None:
    """One table `labels`, its label columns indexed, as Datasette likes it."""
    stored = frame.copy()
    for name in LABEL_SCHEMA.names:
        if name in stored.columns:
            stored[name] = stored[name].astype("object").where(stored[name].notna(), None)
    if "labelled_at" in stored.columns:
        stored["labelled_at"] = stored["labelled_at"].map(
            lambda moment: moment.isoformat(), na_action="ignore"
        )
    try:
        with (
            replacing(path, private=True) as temporary,
            closing(sqlite3.connect(temporary)) as database,
            database,
        ):
            stored.to_sql("labels", database, index_label="row", chunksize=10_000)
            for label in label_names(frame):
                database.execute(f'CREATE INDEX "labels_{label}" ON labels ("{label}")')
    except sqlite3.Error as error:
        raise OutputError(f"{path}: cannot be written as SQLite: {error}") from error


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


_LINES: dict[str, Callable[[pd.DataFrame], Iterator[bytes]]] = {
    "doccano": _doccano,
    "label-studio": _label_studio,
    "prodigy": _prodigy,
    "argilla": _argilla,
    "fasttext": _fasttext,
}
EXPORTS = ("table", *_LINES, "sqlite")
