"""Read what labelling tools export: doccano, Label Studio, Prodigy, Argilla, fastText.

One function per tool, from a file's text to judgements. They raise LabelError for entries without
usable labels, and KeyError, TypeError, AttributeError or ValueError for data that the tool never
writes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moderation.errors import LabelError
from moderation.labels.exchange.judged import Judged, restored
from moderation.readers.records import encodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FASTTEXT_MARK = "__label__"
FASTTEXT_FIRST_LINE = "#labels_export_to_fasttext"
"""Of our own fastText files: one word, and no label, so fastText learns nothing from it."""

VERDICTS = {"value", "entry", "decision", "answer", "verdict", "rating", "accepted"}
"""Fields that say whether a label applies: next to one, naming a label does not assign it."""


def records(text: str) -> Iterator[dict[str, Any]]:
    """A JSON array's entries, or JSON lines."""
    if text.lstrip().startswith("["):
        yield from _parsed(text)
        return
    for line in text.split("\n"):
        if line.strip():
            yield _parsed(line)


class _Literal(float):
    """A number as it was written, since it may be an id: `1e5` is not 100000.0."""

    def __new__(cls, written: str) -> _Literal:
        number = super().__new__(cls, written)
        number.written = written
        return number

    written: str

    def __str__(self) -> str:
        return self.written


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _parsed(text: str) -> Any:
    """JSON; half an emoji in it, as JavaScript cuts strings, becomes U+FFFD in the table."""
    try:
        return _without_surrogates(
            json.loads(text, parse_float=_Literal, parse_constant=_no_number)
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, list):
        return [_without_surrogates(entry) for entry in value]
    if isinstance(value, dict):
        return {
            _without_surrogates(name): _without_surrogates(entry) for name, entry in value.items()
        }
    return value


def _label_names(value: Any) -> list[str]:
    """Names of labels; LabelError for anything else: a number on a scale, a span, a rank."""
    if value is None or value == "":
        return []
    names = value if isinstance(value, list) else [value]
    for name in names:
        if not isinstance(name, str):
            raise LabelError(
                f"{str(name)[:40]!r} is not the name of a label; give the names, or a label table "
                "with 1, 0 or empty"
            )
    return names


def _doccano(text: str) -> Iterator[Judged]:
    for record in records(text):
        verdicts = sorted(VERDICTS & set(record))
        if verdicts:
            raise LabelError(
                f"{verdicts[0]!r} beside a label says whether it applies, which doccano does not; "
                "import it with --kind table or --kind ledger"
            )
        given, refused = _given_and_refused(record)
        meta = record.get("meta") or record.get("metadata") or record
        if not isinstance(meta, dict):
            meta = {}
        judged = Judged(
            record["text"],
            given,
            refused,
            id=_maybe(record.get("id")),
            annotator=_maybe(record.get("username")),
            submitted=bool(record.get("is_confirmed") or record.get("Comments")),
            context=_context(meta),
        )
        yield restored(judged, meta)


def _given_and_refused(record: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Labels that apply and labels that do not, from a list of names or from answers by name."""
    labels = record.get("label", record.get("labels", record.get("cats")))
    if not isinstance(labels, dict):
        return _label_names(labels), []
    answers = {name: _answer(name, value) for name, value in labels.items()}
    given = [name for name, answer in answers.items() if answer == 1]
    return given, [name for name, answer in answers.items() if answer == 0]


def _answer(name: str, value: Any) -> int:
    if value not in (0, 1):
        raise LabelError(f"{name} is {str(value)[:40]!r}; expected 1 or 0")
    return int(value)


def _label_studio(text: str) -> Iterator[Judged]:
    for record in records(text):
        task = record["data"]
        comment = task.get("text") or task.get("comment") or ""
        for annotation in record["annotations"]:
            if annotation.get("was_cancelled"):
                continue
            person = annotation.get("completed_by")
            judged = Judged(
                comment,
                [name for result in annotation["result"] for name in _choices(result)],
                id=_maybe(task.get("id", record.get("id"))),
                annotator=_maybe(person.get("email") if isinstance(person, dict) else person),
                labelled_at=annotation.get("updated_at") or annotation.get("created_at"),
                context=_context(task),
                submitted=True,
            )
            yield restored(judged, task)


def _choices(result: dict[str, Any]) -> list[str]:
    if "choices" not in result["value"]:
        raise LabelError(
            f"an answer of type {str(result.get('type'))[:40]!r}, which gives no labels; "
            "export the choices alone"
        )
    return _label_names(result["value"]["choices"])


def _prodigy(text: str) -> Iterator[Judged]:
    for record in records(text):
        answer = record["answer"]
        if answer == "ignore":
            continue
        if answer not in ("accept", "reject"):
            raise LabelError(f"the answer {str(answer)[:40]!r}; expected accept, reject or ignore")
        accepted = answer == "accept"
        meta = record.get("meta") or {}
        known: dict[str, Any] = {
            "id": _maybe(meta.get("id", record.get("_input_hash"))),
            "annotator": _maybe(record.get("_annotator_id", record.get("_session_id"))),
            "labelled_at": _epoch(record.get("_timestamp")),
            "context": _context(meta),
        }
        if "options" in record:
            offered = [str(option["id"]) for option in record["options"]]
            given = _label_names(record.get("accept")) if accepted else []
            if accepted:
                yield Judged(record["text"], given, offered=offered, submitted=True, **known)
            continue
        label = _label_names(record["label"])
        given, refused = (label, []) if accepted else ([], label)
        yield restored(Judged(record["text"], given, refused, offered=[], **known), meta)


def _argilla(text: str) -> Iterator[Judged]:
    for record in records(text):
        fields: dict[str, str] = record.get("fields") or record["inputs"]
        comment = fields.get("text") or next(iter(fields.values()))
        metadata = record.get("metadata") or {}
        known: dict[str, Any] = {"id": _maybe(record.get("id")), "context": _context(metadata)}
        for person, question, values in _responses(record):
            judged = Judged(
                comment, values, annotator=person, question=question, submitted=True, **known
            )
            yield restored(judged, metadata)


def _responses(record: dict[str, Any]) -> Iterator[tuple[str | None, str, list[str]]]:
    """Annotator, question and labels of an Argilla record, of version 2, 1 or before."""
    responses = record.get("responses")
    if isinstance(responses, dict):  # 2: question -> answers
        for question, answers in responses.items():
            for answer in answers:
                if answer.get("status", "submitted") == "submitted":
                    yield _maybe(answer.get("user_id")), question, _label_names(answer["value"])
    elif isinstance(responses, list):  # 1: answers -> questions
        for answer in responses:
            if answer.get("status", "submitted") == "submitted":
                for question, value in answer["values"].items():
                    yield _maybe(answer.get("user_id")), question, _label_names(value["value"])
    elif record.get("annotation") is not None:  # before: one annotation
        yield _maybe(record.get("annotation_agent")), "", _label_names(record["annotation"])


def _fasttext(text: str) -> Iterator[Judged]:
    for number, line in enumerate(text.split("\n"), start=1):
        rest, given = line.strip(), []
        while rest.startswith(FASTTEXT_MARK):
            mark, _, rest = rest.partition(" ")
            given.append(mark.removeprefix(FASTTEXT_MARK))
            rest = rest.lstrip()
        if rest and not given:
            raise LabelError(f"line {number} does not begin with {FASTTEXT_MARK}: {line[:40]!r}")
        yield Judged(rest, given)


IMPORTS: dict[str, Callable[[str], Iterator[Judged]]] = {
    "doccano": _doccano,
    "label-studio": _label_studio,
    "prodigy": _prodigy,
    "argilla": _argilla,
    "fasttext": _fasttext,
}


def _context(fields: dict[str, Any]) -> dict[str, str]:
    names = ("thread_id", "parent_text", "title", "article")
    return {name: str(fields[name]) for name in names if fields.get(name) is not None}


def _maybe(value: Any) -> str | None:
    return None if value is None else str(value)


def _epoch(seconds: Any) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(float(seconds), tz=UTC)
