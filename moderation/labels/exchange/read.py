"""Read labels from other tools' exports: doccano, Label Studio, Prodigy, Argilla, fastText.

Each tool says which labels a comment has; none says which it has not. A comment that was judged
is taken to lack the labels it was not given: of those that occur in the file, or that the tool
offered. A comment without any label may be clean or not yet looked at, so it is not judged,
unless it bears one of CLEAN or `empty_is_clean` says that all were looked at.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd

from moderation.errors import LabelError
from moderation.labels.name import LABEL_NAME, is_label
from moderation.labels.table import label_frame
from moderation.readers.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLEAN = frozenset({"clean", "none", "ok", "okay", "ham", "normal", "neutral", "not_flagged"})
"""Labels that say: nothing applies."""

_FASTTEXT = "__label__"
FASTTEXT_HEAD = "#labels_export_to_fasttext"
"""First line of our own fastText files: one word, and no label, so fastText learns nothing."""

KEPT = "moderation"
"""Where `labels export` keeps, as a string of JSON, what a tool has no place for."""


@dataclass
class Judged:
    """One comment as one person judged it.

    given: labels it has. refused: labels that were said not to apply. offered: labels that
    could have been given, None = all that occur in answers to the same `question`.
    """

    text: str
    given: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    offered: list[str] | None = None
    id: str | None = None
    annotator: str | None = None
    labelled_at: str | datetime | None = None
    context: dict[str, Any] = field(default_factory=dict)  # thread_id, parent_text, title, …
    question: str = ""
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
    if kind == "fasttext" and text.startswith(FASTTEXT_HEAD):
        raise LabelError(
            f"{path}: fastText lines of `labels export`, which do not say who decided, when and on "
            "what; import the ledger, or export a table (.csv, .jsonl, .parquet)"
        )
    if kind not in IMPORTS:
        raise LabelError(f"{kind!r} is no kind of export; known are {', '.join(IMPORTS)}")
    try:
        judged = [one for one in IMPORTS[kind](text) if one.text and one.text.strip()]
    except LabelError as error:
        raise LabelError(f"{path}: {error}") from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise LabelError(f"{path}: no {kind} export: {error!r} is missing or odd") from error
    except (ValueError, OverflowError, OSError) as error:  # no JSON, or a time that is none
        raise LabelError(f"{path}: no {kind} export: {error}") from error
    frame = _frame(judged, str(path), empty_is_clean)
    if not len(frame):
        raise LabelError(f"{path}: no judgement in this {kind} export")
    return frame.assign(source=frame["source"].where(frame["source"].notna(), path.name))


def kind_of_export(text: str, place: str) -> str:
    """Which tool wrote a file, by its first record; LabelError when none is recognised."""
    if text.lstrip().startswith((_FASTTEXT, FASTTEXT_HEAD)):
        return "fasttext"
    try:
        first = next(_records(text), None)
    except ValueError:
        first = None
    held = first if isinstance(first, dict) else {}
    if isinstance(held.get("data"), dict) and "annotations" in held:
        return "label-studio"
    if isinstance(held.get("answer"), str):
        return "prodigy"
    if isinstance(held.get("fields", held.get("inputs")), dict):
        return "argilla"
    given = held.get("label", held.get("labels"))
    # a number is a label table's answer, a label beside a value a decision on it
    if "text" in held and isinstance(given, list | str) and not _SAYS & set(held):
        return "doccano"
    raise LabelError(
        f"{place}: written by none of the tools that are known ({', '.join(IMPORTS)}); "
        "name the kind, or make a label table of it"
    )


_SAYS = {"value", "entry", "decision", "answer", "verdict", "rating", "accepted"}
"""Fields that say whether a label applies: beside one of them, to name it is not to give it."""


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
    names: dict[str, set[str]] = {}
    for row in judged:
        names.setdefault(row.question, set()).update(_name(one, place) for one in _all(row))
    rows: list[dict[str, Any]] = []
    for one in judged:
        given = {_name(label, place) for label in one.given}
        refused = {_name(label, place) for label in one.refused}
        empty = not given and not refused
        if empty and not (empty_is_clean or one.submitted):
            continue
        offered = sorted(
            names[one.question] | names.get("", set())
            if one.offered is None
            else {_name(label, place) for label in one.offered}
        )
        binary = bool(refused) or one.offered == []
        held: dict[str, Any] = {
            "text": one.text,
            "id": one.id,
            "annotator": one.annotator,
            "labelled_at": one.labelled_at,
            **one.context,
        }
        if not binary:
            held |= dict.fromkeys((name for name in offered if name not in CLEAN), 0)
        held |= dict.fromkeys(refused - CLEAN, 0) | dict.fromkeys(given - CLEAN, 1)
        rows.append(held)
    columns = pd.DataFrame(rows, dtype="object")
    return label_frame(columns if rows else pd.DataFrame({"text": []}), place)


def _all(row: Judged) -> list[str]:
    return [*row.given, *row.refused, *(row.offered or [])]


def _name(label: str, place: str) -> str:
    if re.search(r"[;|#,\n\t]", label):
        raise LabelError(
            f"{place}: the label {label[:60]!r} seems to be several in one; "
            "give a list of them, or rename it"
        )
    name = re.sub(r"\W+", "_", str(label), flags=re.ASCII).strip("_")
    if name.lower() in CLEAN:
        return name.lower()
    if not is_label(name):
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


class _Literal(float):
    """A number as it is written, should it be an id: `1e5` is another than 100000.0."""

    def __new__(cls, written: str) -> _Literal:
        made = super().__new__(cls, written)
        made.written = written
        return made

    written: str

    def __str__(self) -> str:
        return self.written


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _parsed(text: str) -> Any:
    """JSON; half an emoji in it, as JavaScript cuts strings, becomes U+FFFD in the table."""
    try:
        return _whole(json.loads(text, parse_float=_Literal, parse_constant=_no_number))
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
    """Names of labels; LabelError for what is none: a number on a scale, a span, a rank."""
    if value is None or value == "":
        return []
    names = value if isinstance(value, list) else [value]
    for one in names:
        if not isinstance(one, str):
            raise LabelError(
                f"{str(one)[:40]!r} is no name of a label; give the names, or a label table with "
                "1, 0 or empty"
            )
    return names


def _kept(judged: Judged, place: dict[str, Any]) -> Judged:
    """A judgement as it was exported, if the tool changed neither it nor who made it.

    place: where the tool carries KEPT. What was not judged stays so; what was changed is the
    tool's, and its annotator's.
    """
    if not isinstance(place.get(KEPT), str):
        return judged
    kept = orjson.loads(place[KEPT])
    decided = kept["decided"]
    if not set(decided.values()) <= {0, 1}:
        raise ValueError(f"{KEPT} says {str(decided)[:60]}")
    context = {name: value for name, value in kept.items() if name in _CARRIED}
    was = [name for name, value in decided.items() if value == 1]
    same = (
        set(judged.given) - CLEAN == set(was)
        and all(decided.get(name) == 0 for name in judged.refused)
        and judged.annotator in (None, kept.get("annotator"))
    )
    offered = judged.offered if judged.offered == [] else list(decided)
    made = replace(judged, id=kept.get("id"), context=context, offered=offered)
    if not same:
        return replace(made, submitted=bool(made.submitted or decided))
    return replace(
        made,
        given=was,
        annotator=kept.get("annotator"),
        labelled_at=kept.get("labelled_at"),
        submitted=bool(decided),
    )


_CARRIED = ("thread_id", "parent_text", "title", "article", "source", "group", "weight", "natural")


def _doccano(text: str) -> Iterator[Judged]:
    for record in _records(text):
        said = sorted(_SAYS & set(record))
        if said:
            raise LabelError(
                f"{said[0]!r} beside a label says whether it applies, which doccano does not; "
                "import it with --kind table or --kind ledger"
            )
        given = record.get("label", record.get("labels", record.get("cats")))
        refused: list[str] = []
        if isinstance(given, dict):
            refused = [name for name, value in given.items() if _answer(name, value) == 0]
            given = [name for name, value in given.items() if _answer(name, value) == 1]
        meta = record.get("meta") or record.get("metadata") or record
        if not isinstance(meta, dict):
            meta = {}
        judged = Judged(
            record["text"],
            _listed(given),
            refused,
            id=_maybe(record.get("id")),
            annotator=_maybe(record.get("username")),
            submitted=bool(record.get("is_confirmed") or record.get("Comments")),
            context=_context(meta),
        )
        yield _kept(judged, meta)


def _answer(name: str, value: Any) -> int:
    if value not in (0, 1):
        raise LabelError(f"{name} is {str(value)[:40]!r}; expected 1 or 0")
    return int(value)


def _label_studio(text: str) -> Iterator[Judged]:
    for record in _records(text):
        task = record["data"]
        words = task.get("text") or task.get("comment") or ""
        for annotation in record["annotations"]:
            if annotation.get("was_cancelled"):
                continue
            person = annotation.get("completed_by")
            judged = Judged(
                words,
                [name for result in annotation["result"] for name in _choices(result)],
                id=_maybe(task.get("id", record.get("id"))),
                annotator=_maybe(person.get("email") if isinstance(person, dict) else person),
                labelled_at=annotation.get("updated_at") or annotation.get("created_at"),
                context=_context(task),
                submitted=True,
            )
            yield _kept(judged, task)


def _choices(result: dict[str, Any]) -> list[str]:
    if "choices" not in result["value"]:
        raise LabelError(
            f"an answer of type {str(result.get('type'))[:40]!r}, which gives no labels; "
            "export the choices alone"
        )
    return _listed(result["value"]["choices"])


def _prodigy(text: str) -> Iterator[Judged]:
    for record in _records(text):
        answer = record["answer"]
        if answer == "ignore":
            continue
        if answer not in ("accept", "reject"):
            raise LabelError(f"the answer {str(answer)[:40]!r}; expected accept, reject or ignore")
        said = answer == "accept"
        meta = record.get("meta") or {}
        known: dict[str, Any] = {
            "id": _maybe(meta.get("id", record.get("_input_hash"))),
            "annotator": _maybe(record.get("_annotator_id", record.get("_session_id"))),
            "labelled_at": _epoch(record.get("_timestamp")),
            "context": _context(meta),
        }
        if "options" in record:
            offered = [str(option["id"]) for option in record["options"]]
            given = _listed(record.get("accept")) if said else []
            if said:
                yield Judged(record["text"], given, offered=offered, submitted=True, **known)
            continue
        label = _listed(record["label"])
        given, refused = (label, []) if said else ([], label)
        yield _kept(Judged(record["text"], given, refused, offered=[], **known), meta)


def _argilla(text: str) -> Iterator[Judged]:
    for record in _records(text):
        fields: dict[str, str] = record.get("fields") or record["inputs"]
        words = fields.get("text") or next(iter(fields.values()))
        metadata = record.get("metadata") or {}
        known: dict[str, Any] = {"id": _maybe(record.get("id")), "context": _context(metadata)}
        for person, question, values in _responses(record):
            judged = Judged(
                words, values, annotator=person, question=question, submitted=True, **known
            )
            yield _kept(judged, metadata)


def _responses(record: dict[str, Any]) -> Iterator[tuple[str | None, str, list[str]]]:
    """Annotator, question and labels of an Argilla record, of version 2, 1 or before."""
    responses = record.get("responses")
    if isinstance(responses, dict):  # 2: question -> answers
        for question, answers in responses.items():
            for answer in answers:
                if answer.get("status", "submitted") == "submitted":
                    yield _maybe(answer.get("user_id")), question, _listed(answer["value"])
    elif isinstance(responses, list):  # 1: answers -> questions
        for answer in responses:
            if answer.get("status", "submitted") == "submitted":
                for question, value in answer["values"].items():
                    yield _maybe(answer.get("user_id")), question, _listed(value["value"])
    elif record.get("annotation") is not None:  # before: one annotation
        yield _maybe(record.get("annotation_agent")), "", _listed(record["annotation"])


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
