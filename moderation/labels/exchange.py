"""Read labels from other tools' exports: doccano, Label Studio, Prodigy, Argilla, fastText.

Each tool says which labels a comment has; none says which it has not. A comment that was judged
is taken to lack the labels it was not given: of those that occur in the file, or that the tool
offered. A comment without any label may be clean or not yet looked at, so it is not judged,
unless it bears one of CLEAN or `empty_is_clean` says that all were looked at.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd

from moderation.errors import LabelError
from moderation.labels.name import LABEL_NAME
from moderation.labels.table import label_frame
from moderation.readers.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLEAN = frozenset({"clean", "none", "ok", "okay", "ham", "normal", "neutral", "not_flagged"})
"""Labels that say: nothing applies."""

_FASTTEXT = "__label__"


@dataclass
class Judged:
    """One comment as one person judged it.

    given: labels it has. refused: labels that were said not to apply. offered: labels that
    could have been given, None = all that occur in the file.
    """

    text: str
    given: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    offered: list[str] | None = None
    id: str | None = None
    annotator: str | None = None
    labelled_at: str | datetime | None = None
    context: dict[str, str] = field(default_factory=dict)  # thread_id, parent_text, title, …
    submitted: bool = False  # somebody pressed "done", so no label means none applies


def read_exchange(
    path: str | Path, kind: str | None = None, empty_is_clean: bool = False
) -> pd.DataFrame:
    """A label table from another tool's file.

    kind: one of IMPORTS; None looks at the content. Label names are made column names ("Hate
    speech" becomes Hate_speech). Skipped, cancelled and ignored judgements are left out.
    Raises LabelError when the file is no such export, or holds no judgement.
    """
    path = Path(path)
    text, _ = Source(path).text()
    kind = kind or kind_of_export(text, str(path))
    if kind not in IMPORTS:
        raise LabelError(f"{kind!r} is no kind of export; known are {', '.join(IMPORTS)}")
    try:
        judged = [one for one in IMPORTS[kind](text) if one.text and one.text.strip()]
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise LabelError(f"{path}: no {kind} export: {error!r} is missing or odd") from error
    except (ValueError, OverflowError, OSError) as error:  # no JSON, or a time that is none
        raise LabelError(f"{path}: no {kind} export: {error}") from error
    frame = _frame(judged, str(path), empty_is_clean)
    if not len(frame):
        raise LabelError(f"{path}: no judgement in this {kind} export")
    return frame.assign(source=path.name)


def kind_of_export(text: str, place: str) -> str:
    """Which tool wrote a file, by its first record; LabelError when none is recognised."""
    if text.lstrip().startswith(_FASTTEXT):
        return "fasttext"
    try:
        first = next(_records(text), None)
    except ValueError:
        first = None
    keys = set(first) if isinstance(first, dict) else set()
    if "data" in keys and "annotations" in keys:
        return "label-studio"
    if "answer" in keys:
        return "prodigy"
    if "fields" in keys or "inputs" in keys:
        return "argilla"
    given = first.get("label", first.get("labels")) if isinstance(first, dict) else None
    if "text" in keys and isinstance(given, list | str):  # a number is a label table's answer
        return "doccano"
    raise LabelError(
        f"{place}: written by none of the tools that are known ({', '.join(IMPORTS)}); "
        "name the kind, or make a label table of it"
    )


def weak_labels(
    comments: pd.DataFrame,
    threads: pd.DataFrame | None = None,
    removed: str = "abuse",
    weight: float = 0.3,
) -> pd.DataFrame:
    """What a site decided, as a label table: spam and removed comments against approved ones.

    comments: COMMENT_SCHEMA. threads: THREAD_SCHEMA, for titles and articles. removed: the label
    that a moderator's removal hints at. weight: of each row; removal has many reasons, so it is
    well below 1. Comments of other statuses, and those whose text is gone, are left out.
    """
    if not LABEL_NAME.fullmatch(removed):
        raise LabelError(f"{removed!r} is no label name")
    status = comments["status"].astype("str")
    kept = status.isin(["spam", "removed", "approved"]) & (comments["kind"] == "comment")
    kept &= comments["text"].astype("str").str.strip() != ""
    rows = comments[kept.to_numpy(bool)]
    status = status[kept.to_numpy(bool)]
    columns = pd.DataFrame({name: rows[name] for name in ("text", "id", "thread_id")})
    said = comments.drop_duplicates(["thread_id", "id"]).set_index(["thread_id", "id"])["text"]
    above = pd.MultiIndex.from_frame(rows[["thread_id", "parent_id"]])
    columns["parent_text"] = said.reindex(above).to_numpy()
    if threads is not None:
        heads = threads.drop_duplicates("thread_id").set_index("thread_id")
        for name in ("title", "article"):
            columns[name] = rows["thread_id"].map(heads[name])
    columns["source"], columns["weight"], columns["annotator"] = "status", weight, "site"
    approved = {"approved": 0.0}
    columns["spam"] = status.map(approved | {"spam": 1.0})
    columns[removed] = status.map(approved | {"removed": 1.0}).fillna(
        columns[removed] if removed == "spam" else float("nan")
    )
    return label_frame(columns.reset_index(drop=True), "the comments' statuses")


def _frame(judged: list[Judged], place: str, empty_is_clean: bool) -> pd.DataFrame:
    names = sorted({_name(one, place) for row in judged for one in _all(row)} - CLEAN)
    rows = []
    for one in judged:
        given = {_name(label, place) for label in one.given}
        refused = {_name(label, place) for label in one.refused}
        empty = not given and not refused
        if empty and not (empty_is_clean or one.submitted):
            continue
        offered = names if one.offered is None else [_name(label, place) for label in one.offered]
        binary = bool(refused) or one.offered == []
        row: dict[str, Any] = {
            "text": one.text,
            "id": one.id,
            "annotator": one.annotator,
            "labelled_at": one.labelled_at,
            **one.context,
        }
        if not binary:
            row |= dict.fromkeys((name for name in offered if name not in CLEAN), 0)
        row |= dict.fromkeys(refused - CLEAN, 0) | dict.fromkeys(given - CLEAN, 1)
        rows.append(row)
    columns = pd.DataFrame(rows)
    return label_frame(columns if rows else pd.DataFrame({"text": []}), place)


def _all(row: Judged) -> list[str]:
    return [*row.given, *row.refused, *(row.offered or [])]


def _name(label: str, place: str) -> str:
    name = re.sub(r"\W+", "_", str(label), flags=re.ASCII).strip("_")
    if name.lower() in CLEAN:
        return name.lower()
    if not LABEL_NAME.fullmatch(name):
        raise LabelError(f"{place}: the label {label!r} cannot be a column's name; rename it")
    return name


def _records(text: str) -> Iterator[dict[str, Any]]:
    """A JSON array's entries, or JSON lines."""
    if text.lstrip().startswith("["):
        yield from _parsed(text)
        return
    for line in text.split("\n"):
        if line.strip():
            yield _parsed(line)


def _parsed(text: str) -> Any:
    """JSON; half an emoji in it, as JavaScript cuts strings, becomes U+FFFD in the table."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return _whole(json.loads(text))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value


def _listed(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _doccano(text: str) -> Iterator[Judged]:
    for record in _records(text):
        given = _listed(record.get("label", record.get("labels", record.get("cats"))))
        yield Judged(
            record["text"],
            given,
            id=_maybe(record.get("id")),
            annotator=_maybe(record.get("username")),
            submitted=bool(record.get("is_confirmed") or record.get("Comments")),
            context=_context(record.get("meta") or record.get("metadata") or record),
        )


def _label_studio(text: str) -> Iterator[Judged]:
    for record in _records(text):
        task = record["data"]
        words = task.get("text") or task.get("comment") or ""
        for annotation in record["annotations"]:
            if annotation.get("was_cancelled"):
                continue
            chosen = [result["value"] for result in annotation["result"]]
            person = annotation.get("completed_by")
            yield Judged(
                words,
                [one for value in chosen for one in value.get("choices", [])],
                id=_maybe(task.get("id", record.get("id"))),
                annotator=_maybe(person.get("email") if isinstance(person, dict) else person),
                labelled_at=annotation.get("updated_at") or annotation.get("created_at"),
                context=_context(task),
                submitted=True,
            )


def _prodigy(text: str) -> Iterator[Judged]:
    for record in _records(text):
        if record["answer"] == "ignore":
            continue
        said = record["answer"] == "accept"
        known: dict[str, Any] = {
            "id": _maybe((record.get("meta") or {}).get("id", record.get("_input_hash"))),
            "annotator": _maybe(record.get("_annotator_id", record.get("_session_id"))),
            "labelled_at": _epoch(record.get("_timestamp")),
            "context": _context(record.get("meta") or {}),
        }
        if "options" in record:
            offered = [str(option["id"]) for option in record["options"]]
            given = _listed(record.get("accept")) if said else []
            if said:
                yield Judged(record["text"], given, offered=offered, submitted=True, **known)
            continue
        label = str(record["label"])
        given, refused = ([label], []) if said else ([], [label])
        yield Judged(record["text"], given, refused, offered=[], **known)


def _argilla(text: str) -> Iterator[Judged]:
    for record in _records(text):
        fields: dict[str, str] = record.get("fields") or record["inputs"]
        words = fields.get("text") or next(iter(fields.values()))
        known: dict[str, Any] = {
            "id": _maybe(record.get("id")),
            "context": _context(record.get("metadata") or {}),
        }
        for person, values in _responses(record):
            yield Judged(words, values, annotator=person, submitted=True, **known)


def _responses(record: dict[str, Any]) -> Iterator[tuple[str | None, list[str]]]:
    """Annotator and labels of an Argilla record, of version 2, 1 or before."""
    responses = record.get("responses")
    if isinstance(responses, dict):  # 2: question -> answers
        for answers in responses.values():
            for answer in answers:
                if answer.get("status", "submitted") == "submitted":
                    yield _maybe(answer.get("user_id")), _listed(answer["value"])
    elif isinstance(responses, list):  # 1: answers -> questions
        for answer in responses:
            if answer.get("status", "submitted") == "submitted":
                for value in answer["values"].values():
                    yield _maybe(answer.get("user_id")), _listed(value["value"])
    elif record.get("annotation") is not None:  # before: one annotation
        yield _maybe(record.get("annotation_agent")), _listed(record["annotation"])


def _fasttext(text: str) -> Iterator[Judged]:
    for number, line in enumerate(text.split("\n"), start=1):
        rest, given = line.strip(), []
        while rest.startswith(_FASTTEXT):
            mark, _, rest = rest.partition(" ")
            given.append(mark.removeprefix(_FASTTEXT))
            rest = rest.lstrip()
        if rest and not given:
            raise LabelError(f"line {number} begins with no {_FASTTEXT}: {line[:40]!r}")
        yield Judged(rest, given)


IMPORTS: dict[str, Callable[[str], Iterator[Judged]]] = {
    "doccano": _doccano,
    "label-studio": _label_studio,
    "prodigy": _prodigy,
    "argilla": _argilla,
    "fasttext": _fasttext,
}


def _context(held: dict[str, Any]) -> dict[str, str]:
    names = ("thread_id", "parent_text", "title", "article")
    return {name: str(held[name]) for name in names if held.get(name) is not None}


def _maybe(value: Any) -> str | None:
    return None if value is None else str(value)


def _epoch(seconds: Any) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(float(seconds), tz=UTC)
