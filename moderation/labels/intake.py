"""Take judgements from files into the ledger: each once, however often a file is given.

A decision's key is a digest of all that it says, so what the ledger has is known again. Rows
without a time get the file's, not the clock's: the same file makes the same decisions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.errors import LabelError
from moderation.labels import ledger
from moderation.labels.exchange import IMPORTS, kind_of_export, read_exchange
from moderation.labels.ledger import Decision
from moderation.labels.read import read_labels
from moderation.labels.table import label_names
from moderation.readers.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

KINDS = ("ledger", "table", *IMPORTS, "statuses")
"""Kinds of files with judgements; `statuses` is a dump, read by whoever calls."""

_TABLES = (".csv", ".parquet", ".tsv")
_HELD = ("thread_id", "id", "parent_text", "title", "article")


@dataclass
class Taken:
    """What became of a file's judgements.

    decided: per label, decisions that were new. known: that the ledger had already. retracted:
    taken back, because the file takes them back.
    """

    decided: Counter[str] = field(default_factory=Counter)
    known: int = 0
    retracted: int = 0


def kind_of(path: str | Path) -> str:
    """Which of KINDS a file is, by its content; LabelError when it is none that can be told."""
    path = Path(path)
    if ledger.is_ledger(path):
        return "ledger"
    suffixes = [one.lower() for one in path.suffixes]
    if any(one in _TABLES for one in suffixes):
        return "table"
    text, _ = Source(path).text()
    try:
        return kind_of_export(text, str(path))
    except LabelError:
        if ".jsonl" in suffixes or ".ndjson" in suffixes:
            return "table"
        raise


def read_judged(
    path: str | Path, kind: str | None = None, empty_is_clean: bool = False
) -> pd.DataFrame:
    """A label table from a file of any of KINDS but `statuses`; see `read_exchange`."""
    kind = kind or kind_of(path)
    if kind in ("table", "ledger"):
        return read_labels(path)
    return read_exchange(path, kind, empty_is_clean)


def take_table(target: str | Path, frame: pd.DataFrame, *, annotator: str, at: datetime) -> Taken:
    """Append a label table's answers to the ledger, a decision per row and label.

    annotator, at: of rows that do not name theirs. Raises LabelError for a row that no decision
    can be made of, and then nothing is written.
    """
    return _append(Path(target), _decisions_of(frame, annotator, at), set())


def take_ledger(target: str | Path, source: str | Path) -> Taken:
    """Append another ledger's decisions, and take back here what it takes back of its own.

    Keys are worked out anew, so a file can neither speak of decisions that are not in it nor
    take the name of another. What was taken back here stays so.
    """
    made: dict[str, Decision] = {}
    ours: dict[str, str] = {}  # the file's name of a decision: the ledger's
    by: dict[str, set[str]] = {}
    gone: set[str] = set()
    for number, entry in enumerate(ledger.entries(source), start=1):
        if entry["entry"] == "decision":
            decision = _decision_of(entry, f"{source}:{number}")
            key = str(decision.line()["key"])
            made[key] = decision
            ours[str(entry["key"])] = key
            by.setdefault(decision.annotator, set()).add(key)
            gone.discard(key)
        elif "key" in entry:
            gone |= {ours[name] for name in [str(entry["key"])] if name in ours}
        else:
            gone |= by.get(str(entry.get("annotator")), set())
    kept = [one for key, one in made.items() if key not in gone]
    return _append(Path(target), kept, gone)


def _append(target: Path, decided: Sequence[Decision], gone: set[str]) -> Taken:
    """Write what the ledger has not; take back what stands in it and is `gone`."""
    entries = ledger.entries(target)
    known = {entry["key"] for entry in entries if entry["entry"] == "decision"}
    fresh = {str(one.line()["key"]): one for one in decided}
    twice = len(decided) - len(fresh)
    new = {key: one for key, one in fresh.items() if key not in known}
    if new:
        ledger.append(target, new.values())
    standing = {str(entry["key"]): entry for entry in ledger.standing(entries)}
    back = sorted(gone & standing.keys())
    if back:
        last = max(datetime.fromisoformat(standing[key]["at"]) for key in back)
        ledger.retract_keys(target, back, at=last, by=standing[back[-1]]["annotator"])
    return Taken(
        Counter(one.label for one in new.values()), twice + len(fresh) - len(new), len(back)
    )


def _decision_of(entry: dict[str, Any], place: str) -> Decision:
    """A line of a ledger as a decision; LabelError where it says what no decision can."""
    known = {one.name: one.type for one in fields(Decision)}
    held = {name: value for name, value in entry.items() if name in known and value is not None}
    for name, value in held.items():
        wanted = str(known[name])
        right = (
            (isinstance(value, int | float) and np.isfinite(value) and value >= 0)
            if "float" in wanted
            else value in (0, 1)
            if name == "value"
            else isinstance(value, str)
        )
        if not right:
            raise LabelError(f"{place}: {name} is {str(value)[:40]!r}; no decision says that")
    try:
        when = datetime.fromisoformat(held["at"])
    except ValueError as error:
        raise LabelError(f"{place}: at is {held['at'][:40]!r}; expected a time") from error
    if when.tzinfo is None:
        raise LabelError(f"{place}: the time {held['at'][:40]!r} has no zone")
    decision = Decision(**(held | {"value": bool(held["value"]), "at": when}))
    _check(decision, place)
    return decision


def _decisions_of(frame: pd.DataFrame, annotator: str, at: datetime) -> list[Decision]:
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    labels = label_names(frame)
    answers = frame[labels].to_numpy(np.float64, na_value=np.nan)
    columns = ["text", "annotator", "labelled_at", "source", "weight", *_HELD]
    held = frame[columns].astype("object").where(frame[columns].notna(), None).to_dict("records")
    decided = []
    for row, one in enumerate(held):
        for column, label in enumerate(labels):
            if np.isnan(answers[row, column]):
                continue
            decision = Decision(
                label=label,
                value=bool(answers[row, column] == 1),
                text=str(one["text"]),
                annotator=str(one["annotator"] or annotator),
                at=one["labelled_at"] or at,
                dump=one["source"],
                weight=round(float(one["weight"]), 6),
                **{name: one[name] for name in _HELD},
            )
            _check(decision, f"row {row + 1}")
            decided.append(decision)
    return decided


def _check(decision: Decision, place: str) -> None:
    try:
        decision.line()
    except LabelError as error:
        raise LabelError(f"{place}: {error}") from error
