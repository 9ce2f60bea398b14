"""Import judgements from files into the ledger: each once, however often a file is imported.

A judgement is known when the ledger has a decision, counting or not, of the same person on the same
comment and label, with the same answer and time. If the file states no time, the same answer is
enough, unless the person has given another since. Such rows get the file's time, not the clock's.
Fields that our own tables leave out (score, model, dump) do not make it another decision.
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
from moderation.labels.actions import copied
from moderation.labels.exchange.read import kind_of_export, read_exchange
from moderation.labels.exchange.tools import IMPORTS
from moderation.labels.ledger import Decision, Retraction
from moderation.labels.read import read_labels
from moderation.labels.table import label_names
from moderation.readers.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

KINDS = ("ledger", "table", *IMPORTS, "statuses")
"""Kinds of files with judgements; `statuses` is a dump, read by whoever calls."""

_TABLES = (".csv", ".parquet", ".tsv")
_HELD = ("thread_id", "id", "parent_text", "title", "article")


@dataclass
class Taken:
    """How many of a file's judgements were new, known or retracted.

    decided: per label, decisions that were new. known: that the ledger had already. retracted:
    taken back, because the file takes them back. withdrawn: new, and taken back by the file:
    both lines are kept, so that no older copy of it brings them in.
    """

    decided: Counter[str] = field(default_factory=Counter)
    known: int = 0
    retracted: int = 0
    withdrawn: int = 0


def kind_of(path: str | Path) -> str:
    """Which of KINDS a file is, judged by its content; LabelError if it cannot be determined."""
    path = Path(path)
    _check_text(path)
    if ledger.is_ledger(path):
        return "ledger"
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if any(suffix in _TABLES for suffix in suffixes):
        return "table"
    text, _ = Source(path).text()
    try:
        return kind_of_export(text, str(path))
    except LabelError:
        if ".jsonl" in suffixes or ".ndjson" in suffixes:
            return "table"
        raise


def _check_text(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            start = stream.read(len(_SQLITE))
    except OSError:
        return  # whoever reads it will say what is wrong
    if start == _SQLITE:
        raise LabelError(
            f"{path}: SQLite is written for Datasette and cannot be read back; import the "
            "ledger, or export a table (.csv, .jsonl, .parquet)"
        )


_SQLITE = b"SQLite format 3\0"


def read_judged(
    path: str | Path, kind: str | None = None, empty_is_clean: bool = False
) -> pd.DataFrame:
    """A label table from a file of any of KINDS but `statuses`; see `read_exchange`."""
    _check_text(Path(path))
    kind = kind or kind_of(path)
    if kind in ("table", "ledger"):
        return read_labels(path)
    return read_exchange(path, kind, empty_is_clean)


def take_table(
    target: str | Path,
    frame: pd.DataFrame,
    *,
    annotator: str,
    at: datetime,
    now: datetime | None = None,
) -> Taken:
    """Append a label table's answers to the ledger, a decision per row and label.

    annotator, at: of rows that do not name theirs. now: when this is done; None asks the clock.
    Raises LabelError for a row that cannot become a decision; then nothing is written.
    """
    judged = _decisions_of(frame, annotator, at, now or datetime.now(UTC))
    return _append(Path(target), judged)


def take_ledger(target: str | Path, source: str | Path, *, now: datetime | None = None) -> Taken:
    """Append another ledger's decisions and retractions; both ledgers end with the same answers.

    Of two answers of one person the newer counts, whichever ledger it is from; within `source`
    the one that counts there. Keys are worked out anew, so a file can neither take back
    decisions that are not in it nor take the name of another. What was taken back here stays so.
    """
    now = now or datetime.now(UTC)
    entries = ledger.entries(source, torn=False)
    numbered = {id(entry): number for number, entry in enumerate(entries, start=1)}
    standing = ledger.standing(entries)
    counts = {_slot(entry): entry for entry in ledger.counting(standing)}
    stands = {id(entry) for entry in standing}
    back = _retractions(entries)
    judged = []
    for entry in entries:
        if entry["entry"] != "decision":
            continue
        decision = _decision_of(entry, f"{source}:{numbered[id(entry)]}", now)
        if id(entry) not in stands:
            judged.append(_Judgement(decision, back=back.get(id(entry))))
            continue
        last = counts[_slot(entry)]  # by the clock alone, an older answer must not count here
        if entry is last or ledger.moment(entry) < ledger.moment(last):
            judged.append(_Judgement(decision))
    taken = _append(Path(target), judged)
    if beside := _beside(ledger.entries(target), entries, now):
        ledger.append(target, beside)
    return taken


def _beside(
    known: Sequence[dict[str, Any]], entries: Sequence[dict[str, Any]], now: datetime
) -> list[ledger.Entry]:
    """The actions and requests of a ledger that another has not, with what took them back."""
    new: list[ledger.Entry] = []
    back = _retractions(entries)
    for kind in ("action", "request"):
        has = {
            wish: entry["key"]
            for entry in known
            if entry["entry"] == kind
            for wish in _wishes(entry)
        }
        stands = {entry["key"] for entry in ledger.standing(known, kind)}
        for entry in entries:
            if entry["entry"] != kind:
                continue
            wishes = _wishes(entry)
            key = next((has[wish] for wish in wishes if wish in has), None)
            if key is None:
                copy = copied(entry, now)
                new.append(copy)
                key = str(copy.line()["key"])
                stands.add(key)
            has |= dict.fromkeys(wishes, key)
            if id(entry) in back and key in stands:
                by, at = back[id(entry)]
                new.append(Retraction(key=key, by=by, at=at))
                stands.remove(key)
    return new


def _wishes(entry: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What makes an action or a request the same as that of another file, by each of its times.

    The page saves the time of the ledger, and the ledger keeps that of the page's clock as well.
    """
    thread, name, text, annotator = ledger.comment_of(entry)
    comment = (thread[:NAMED_CHARACTERS], name[:NAMED_CHARACTERS], text[:SHOWN_CHARACTERS])
    said = tuple(entry.get(part) for part in ("action", "reason", "note", "to"))
    times = [entry[time] for time in ("at", "client_at") if entry.get(time) is not None]
    return [(*comment, annotator, *said, _milliseconds(time)) for time in times]


@dataclass(frozen=True)
class _Judgement:
    """A decision of a file. timed: the file tells when. back: who took it back, and when."""

    decision: Decision
    timed: bool = True
    back: tuple[str, datetime] | None = None


def _slot(entry: dict[str, Any]) -> tuple[str, ...]:
    return (*ledger.comment_of(entry), entry["label"])


def _retractions(entries: Iterable[dict[str, Any]]) -> dict[int, tuple[str, datetime]]:
    """By whom and when each decision was taken back, by the entry's identity."""
    retracted: dict[int, tuple[str, datetime]] = {}
    open_: list[dict[str, Any]] = []
    for entry in entries:
        if entry["entry"] != "retraction":
            open_.append(entry)
            continue
        named = "key" if entry.get("key") is not None else "annotator"
        hit = [decision for decision in open_ if decision[named] == entry[named]]
        open_ = (
            [decision for decision in open_ if decision[named] != entry[named]] if hit else open_
        )
        when = ledger.moment(entry)
        retracted |= {
            id(decision): (str(entry.get("by") or decision["annotator"]), when) for decision in hit
        }
    return retracted


SHOWN_CHARACTERS = 20_000  # of a text, in what the page saves: see moderation/report/details.py
NAMED_CHARACTERS = 300  # of an id, likewise


class _Known:
    """What a ledger has, by what it says: its decisions' keys."""

    def __init__(self, entries: Sequence[dict[str, Any]]) -> None:
        self.keys: set[str] = set()
        self._timed: dict[tuple[Any, ...], set[str]] = {}
        self._untimed: dict[tuple[Any, ...], set[str]] = {}
        for entry in entries:
            if entry["entry"] == "decision":
                self.add(entry)
        standing = ledger.standing(entries)
        self._given_up = {entry["key"] for entry in standing}  # for another answer, so not for good
        self._given_up -= {entry["key"] for entry in ledger.counting(standing)}

    def add(self, line: dict[str, Any]) -> None:
        """Take in a line that is written."""
        self.keys.add(line["key"])
        statement = _answer_key(line)
        self._untimed.setdefault(statement, set()).add(line["key"])
        for (
            name
        ) in ledger.TIMES:  # the page tells what its clock said, or when an import bounded it
            if line.get(name) is not None:
                self._timed.setdefault((*statement, _milliseconds(line[name])), set()).add(
                    line["key"]
                )

    def of(self, line: dict[str, Any], timed: bool) -> set[str]:
        """The keys of the same decision: its own alone where the ledger has it."""
        if line["key"] in self.keys:
            return {line["key"]}
        statement = _answer_key(line)
        if timed:
            return self._timed.get((*statement, _milliseconds(line["at"])), set())
        return self._untimed.get(statement, set()) - self._given_up


def _answer_key(line: dict[str, Any]) -> tuple[Any, ...]:
    thread, name, text, annotator = ledger.comment_of(line)
    comment = (thread[:NAMED_CHARACTERS], name[:NAMED_CHARACTERS], text[:SHOWN_CHARACTERS])
    return (*comment, annotator, line["label"], int(line["value"]))


def _milliseconds(time: str) -> int:
    moment = datetime.fromisoformat(time)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def _append(target: Path, judged: Iterable[_Judgement]) -> Taken:
    """Write what the ledger has not, and take back what stands in it, all of it or nothing."""
    entries = ledger.entries(target)
    known = _Known(entries)
    stands = {str(entry["key"]) for entry in ledger.standing(entries)}
    new_entries: list[Decision | Retraction] = []
    taken = Taken()
    for judgement in judged:
        line = judgement.decision.line()
        keys = known.of(line, judgement.timed)
        new = not keys
        if new:
            new_entries.append(judgement.decision)
            known.add(line)
            keys = {str(line["key"])}
            stands |= keys
        back = sorted(keys & stands) if judgement.back is not None else []
        if judgement.back is not None:
            by, at = judgement.back
            new_entries += [Retraction(key=key, by=by, at=at) for key in back]
            stands -= keys
        taken.withdrawn += new and bool(back)
        taken.decided[judgement.decision.label] += new and not back
        taken.retracted += 0 if new else len(back)
        taken.known += not new and not back
    if new_entries:
        ledger.append(target, new_entries)
    return taken


def _decision_of(entry: dict[str, Any], place: str, now: datetime) -> Decision:
    """A line of a ledger as an imported decision; LabelError if it cannot be one."""
    known = {column.name for column in fields(Decision)}
    values = {name: value for name, value in entry.items() if name in known and value is not None}
    for name in ledger.TIMES:
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
            if values[name].tzinfo is None:
                raise LabelError(f"{place}: the time {entry[name][:40]!r} has no zone")
    decision = Decision(**({"imported_at": now} | values | {"value": bool(values["value"])}))
    _check(decision, place)
    return decision


def _decisions_of(
    frame: pd.DataFrame, annotator: str, at: datetime, now: datetime
) -> list[_Judgement]:
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    labels = label_names(frame)
    answers = frame[labels].to_numpy(np.float64, na_value=np.nan)
    columns = ["text", "annotator", "labelled_at", "source", "weight", *_HELD]
    rows = frame[columns].astype("object").where(frame[columns].notna(), None).to_dict("records")
    decided = []
    for row, values in enumerate(rows):
        for column, label in enumerate(labels):
            if np.isnan(answers[row, column]):
                continue
            decision = Decision(
                label=label,
                value=bool(answers[row, column] == 1),
                text=str(values["text"]),
                annotator=str(values["annotator"] or annotator),
                at=values["labelled_at"] or at,
                imported_at=now,
                dump=values["source"] if values["source"] != ledger.SOURCE else None,
                weight=round(float(values["weight"]), 6),
                **{name: values[name] for name in _HELD},
            )
            _check(decision, f"row {row + 1}")
            decided.append(_Judgement(decision, timed=values["labelled_at"] is not None))
    return decided


def _check(decision: Decision, place: str) -> None:
    try:
        decision.line()
    except LabelError as error:
        raise LabelError(f"{place}: {error}") from error
