"""The list of reasons that reviewers choose from: a small TOML or CSV file that a site edits."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from moderation.errors import LabelError
from moderation.labels.ledger import ACTIONS
from moderation.labels.name import is_label

MOST = 100
_LIMITS = {"title": 80, "rule": 500, "message": 2_000}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_KEY = re.compile(r"[A-Z]?")
COLUMNS = ("code", "title", "key", "labels", "action", "rule", "message")


class Reason(NamedTuple):
    """Why something is done. key: "" or a capital letter. labels: what it confirms."""

    code: str
    title: str
    action: str
    key: str = ""
    labels: tuple[str, ...] = ()
    rule: str = ""
    message: str = ""


def read_reasons(path: str | Path | None = None) -> list[Reason]:
    """The reasons of a file, those that come with the program without one.

    Raises LabelError naming the file, the reason and what is wrong with it.
    """
    if path is None:
        default = files("moderation.labels") / "reasons.toml"
        return _checked(_tables(default.read_text(encoding="utf-8"), "reasons.toml"), "default")
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LabelError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise LabelError(f"{path}: byte {error.start}: not UTF-8; save it as UTF-8") from error
    given = _rows(text, str(path)) if path.suffix.lower() == ".csv" else _tables(text, str(path))
    return _checked(given, str(path))


def _tables(text: str, place: str) -> list[dict[str, Any]]:
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LabelError(f"{place}: not TOML: {error}") from error
    given = read.get("reason")
    if set(read) != {"reason"} or not isinstance(given, list):
        raise LabelError(f"{place}: expected tables [[reason]] and nothing else")
    return [dict(reason) if isinstance(reason, dict) else {} for reason in given]


def _rows(text: str, place: str) -> list[dict[str, Any]]:
    """One reason a row; labels joined by `;`."""
    table = csv.DictReader(io.StringIO(text, newline=""))
    try:
        rows = list(table)
    except csv.Error as error:
        raise LabelError(f"{place}:{table.line_num}: not CSV: {error}") from error
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise LabelError(f"{place}:{number}: not as many cells as the header has")
    given = [{name: cell.strip() for name, cell in row.items() if cell.strip()} for row in rows]
    return [
        row | ({"labels": row["labels"].split(";")} if "labels" in row else {}) for row in given
    ]


def _checked(given: list[dict[str, Any]], place: str) -> list[Reason]:
    if not given or len(given) > MOST:
        raise LabelError(f"{place}: {len(given)} reasons; expected 1 to {MOST}")
    reasons: list[Reason] = []
    for number, values in enumerate(given, start=1):
        if fault := _fault(values):
            raise LabelError(f"{place}: reason {number} ({values.get('code', '?')}): {fault}")
        reason = Reason(**(values | {"labels": tuple(values.get("labels", ()))}))
        for before in reasons:
            if reason.code == before.code or (reason.key and reason.key == before.key):
                raise LabelError(
                    f"{place}: reasons {before.code!r} and {reason.code!r} have the same "
                    f"{'code' if reason.code == before.code else 'key'}"
                )
        reasons.append(reason)
    return reasons


def _fault(values: dict[str, Any]) -> str:
    """What is wrong with a reason; "" for nothing."""
    return _wrong_columns(values) or _wrong_texts(values) or _wrong_labels(values.get("labels", []))


def _wrong_columns(values: dict[str, Any]) -> str:
    """A column that is unknown or missing."""
    unknown = [str(name) for name in values if name not in COLUMNS]
    if unknown:
        return f"{unknown[0]!r} is unknown; expected {', '.join(COLUMNS)}"
    lacking = [name for name in ("code", "title", "action") if not values.get(name)]
    return f"{lacking[0]} is missing" if lacking else ""


def _wrong_texts(values: dict[str, Any]) -> str:
    """A text that is none, too long, or not of its form."""
    texts = {name: values.get(name, "") for name in COLUMNS if name != "labels"}
    for name, text in texts.items():
        if not isinstance(text, str):
            return f"{name} is not a text"
        if len(text) > _LIMITS.get(name, 80):
            return f"{name} has more than {_LIMITS.get(name, 80)} characters"
    if not _CODE.fullmatch(texts["code"]):
        return "a code has letters, digits, - and _"
    if not _KEY.fullmatch(texts["key"]):
        return f"key {texts['key']!r} is not one capital letter"
    if texts["action"] not in ACTIONS:
        return f"action {texts['action']!r}; expected one of {', '.join(ACTIONS)}"
    return ""


def _wrong_labels(labels: Any) -> str:
    """Labels that are no list of labels' names."""
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        return "labels is not a list of labels"
    wrong = [label for label in labels if not is_label(label)]
    return f"{wrong[0]!r} is not a label's name" if wrong else ""
