"""The ledger: one line per human decision, append-only, safe against crashes and other writers.

A line is a JSON object. `{"entry": "decision", "key": …, "label": "spam", "value": 1, …}` holds
the comment with its context, so that retraining needs no dump; `{"entry": "retraction", …}`
takes back one entry by its key, or all that an annotator made so far. What should become of the
comment, and whom else it was given to, stands in entries of its own (see `actions`), and so do the
author's appeals (see `appeals`); no training reads them. The file is written
under a lock, a whole line at a time, and reaches the disk before `append` returns. What a crash
left of a last line is moved to `NAME.torn` by the next writer; readers pass it over. Any other
line that is no entry is an error that names it, and nothing is written after it.

What counts follows from the place of a line, not from clocks: a decision that is made here
replaces what its annotator had said before. One that was imported (`imported_at`) was made
elsewhere, so it is placed by its time: it replaces only what is not newer.

Long, for whoever writes a line and whoever reads it back have to agree on every entry.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import orjson

from moderation.errors import LabelError, LedgerError, OutputError
from moderation.filelock import locked
from moderation.labels.name import check_person, is_label
from moderation.readers.records import encodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas as pd

SOURCE = "ledger"  # what the label table names as the source of a decision
PRIVATE = 0o600  # readers' comments and reviewers' names are for the owner's eyes


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What somebody decided about one comment and one label.

    value: True or False. at: when, with its zone. dump: the file the comment came from. model and
    score: what the program had said at that moment. weight: of the row in training. order: the id
    that the page gave its request; `at` is then the server's time, and client_at that of the page's
    clock, which is not used for ordering. imported_at: when it was taken from another file.
    settles: True where it ends a disagreement: what others had said before does not count then.
    """

    label: str
    value: bool
    text: str
    annotator: str
    at: datetime
    thread_id: str | None = None
    id: str | None = None
    parent_text: str | None = None
    title: str | None = None
    article: str | None = None
    dump: str | None = None
    model: str | None = None
    score: float | None = None
    weight: float = 1.0
    order: str | None = None
    client_at: datetime | None = None
    imported_at: datetime | None = None
    settles: bool | None = None

    def line(self) -> dict[str, Any]:
        """The decision as it stands in the ledger.

        `key` is a digest of what it says. An order that a page sends again gets another time, a
        file that is imported again another `imported_at`; both are the same decision.
        """
        if not is_label(self.label):
            raise LabelError(
                f"{self.label!r} is not a label name; expected letters, digits and _, "
                "and no name of a column"
            )
        if not self.text.strip() or not self.annotator:
            raise LabelError("a decision needs the comment's text and an annotator")
        check_person(self.annotator)
        values = {column.name: getattr(self, column.name) for column in fields(self)}
        values |= {"value": int(self.value), "settles": int(self.settles) if self.settles else None}
        return keyed("decision", values)


def keyed(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values of an entry as a line, under a key that is a digest of what it says.

    None is left out. Raises LabelError for a time without a zone.
    """
    values = values | {name: _iso_time(values[name]) for name in TIMES if values[name] is not None}
    values = {name: _utf8(value) for name, value in values.items() if value is not None}
    unsaid = {"imported_at"} | ({"at", "client_at"} if "order" in values else set())
    content = {name: value for name, value in values.items() if name not in unsaid}
    content |= {} if kind == "decision" else {"entry": kind}
    key = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return {"entry": kind, "key": key, **values}


TIMES = ("at", "client_at", "imported_at")


@dataclass(frozen=True, kw_only=True)
class Retraction:
    """A statement that the decision with this key is taken back, by whom and when."""

    key: str
    by: str
    at: datetime

    def line(self) -> dict[str, Any]:
        """The retraction as it stands in the ledger."""
        when = _iso_time(self.at)
        return {"entry": "retraction", "at": when, "by": _utf8(self.by), "key": self.key}


class Entry(Protocol):
    """What can be appended."""

    def line(self) -> dict[str, Any]:
        """As it stands in the ledger."""


def append(path: str | Path, new: Iterable[Entry]) -> list[str]:
    """Write entries to the ledger (made if absent) and return their keys.

    When this returns, all of them are on the disk; if it raises OutputError (disk full, no
    permission) or LabelError, none counts. Any number of processes may append at once.
    """
    lines = [entry.line() for entry in new]
    _write(Path(path), lambda: lines)
    return [str(line["key"]) for line in lines]


def append_seeing(
    path: str | Path, new: Callable[[list[dict[str, Any]]], Iterable[Entry]]
) -> list[str]:
    """The same for what follows from the entries that are there; nobody else writes in between.

    new: is given the entries, and may be asked twice. What it raises ends this; nothing is written.
    """
    path = Path(path)
    lines = [entry.line() for entry in new(entries(path))]  # fails before a file is made

    def seen() -> list[dict[str, Any]]:
        lines[:] = [entry.line() for entry in new(entries(path))]
        return lines

    _write(path, seen)
    return [str(line["key"]) for line in lines]


def retract(
    path: str | Path,
    *,
    at: datetime,
    by: str,
    key: str | Sequence[str] | None = None,
    annotator: str | None = None,
) -> int:
    """Take back one entry or several, or everything an annotator said so far; how many that were.

    The earlier decision of the same annotator on the same comment counts again, as if the
    retracted one had never been. Raises LabelError when one of them is not there to take back;
    then nothing is taken back.
    """
    if (key is None) == (annotator is None):
        raise LabelError("name the decision to retract, or the annotator, not both")
    check_person(by)
    column = "key" if annotator is None else "annotator"
    wanted = [annotator] if key is None else [key] if isinstance(key, str) else key
    names = dict.fromkeys(wanted)
    lines = entries(path)
    known = Counter(entry[column] for kind in _NEEDED for entry in standing(lines, kind))
    lacking = [name for name in names if name not in known]
    if lacking:
        what = "decision" if annotator is None else "decision of"
        raise LabelError(f"{path}: no {what} {lacking[0]!r} left to retract")
    when = {"at": _iso_time(at), "by": _utf8(by)}
    new = [{"entry": "retraction", **when, column: name} for name in names]
    _write(Path(path), lambda: new)
    return sum(known[name] for name in names)


def entries(path: str | Path, *, torn: bool = True) -> list[dict[str, Any]]:
    """All whole lines, oldest first; a torn last line is passed over, an absent file is empty.

    torn: False where the last line must be whole as well, as in a copy of somebody's. Raises
    LedgerError naming the line that is not an entry.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LedgerError(f"{path}: cannot be read: {error.strerror}") from error
    *lines, last = content.split(b"\n")
    if not _torn(last) or (last and not torn):
        lines.append(last)
    known: Keys = {}
    return [entry_of(line, f"{path}:{number}", known) for number, line in enumerate(lines, start=1)]


Keys: TypeAlias = "dict[str, tuple[Any, ...]]"
"""What is said under each key."""


def entry_of(line: bytes, place: str, known: Keys) -> dict[str, Any]:
    """A line as an entry, whose key joins those that are known.

    Raises LedgerError with the place and what is wrong with it: also where its key stands for
    another answer already, as in a line that was copied and corrected by hand.
    """
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:
        fault = "no JSON"
    else:
        fault = _fault(entry) or _other(entry, known)
        if not fault:
            return dict(entry)
    raise LedgerError(
        f"{place}: not a ledger entry: {fault}: {line[:60]!r}; "
        "correct the line, or move it to another file"
    )


def decisions(path: str | Path, *, apart: bool = False) -> pd.DataFrame:
    """The decisions that count, as a label table: a row per comment and annotator.

    The last decision per comment, label and annotator counts; see above for which is the last.
    A comment is its thread, id and text. Rows are sorted, so the order of writing does not
    matter. apart: what was not decided at the same time stands in rows of its own, so that the
    table keeps every decision's time and weight.
    """
    import pandas as pd  # here: whoever only appends waits for no tables

    from moderation.labels.table import label_frame

    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for entry in counting(standing(entries(path))):
        when = moment(entry)
        place = comment_of(entry) + ((entry["at"], str(entry.get("weight"))) if apart else ())
        row = rows.setdefault(place, {"source": SOURCE, "labelled_at": when})
        context = {name: entry.get(name) for name in _CONTEXT}
        row.update({name: value for name, value in context.items() if value is not None})
        row["labelled_at"] = max(row["labelled_at"], when)
        row[entry["label"]] = entry["value"]
    ordered = [rows[place] for place in sorted(rows)]
    labels = sorted(
        {name for row in ordered for name in row} - {*_CONTEXT, "source", "labelled_at"}
    )
    columns = ["source", "labelled_at", *_CONTEXT, *labels]
    return label_frame(pd.DataFrame(ordered, columns=columns, dtype="object"), str(path))


def is_ledger(path: str | Path) -> bool:
    """Whether a file is a ledger: by its first line, or, while empty, by its name."""
    path = Path(path)
    try:
        with path.open("rb") as stream:
            begins = stream.read(4).removeprefix(b"\xef\xbb\xbf").lstrip()
            if begins and not begins.startswith(b"{"):
                return False
            stream.seek(0)
            line = stream.readline(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return False  # whoever reads it will say what is wrong
    if not line:
        return path.name == "ledger.jsonl"
    try:
        first = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line.startswith(_BEGINNING)
    return isinstance(first, dict) and first.get("entry") in _NEEDED


_BEGINNING = b'{"entry":"'  # of every line that this program writes
_HEAD_BYTES = 1 << 25  # a comment may have a megabyte, six times as long in JSON
_CONTEXT = (*("text", "id", "thread_id", "parent_text", "title", "article", "annotator", "weight"),)


def comment_of(entry: dict[str, Any]) -> tuple[str, str, str, str]:
    """The comment that a decision is about, and its annotator."""
    thread, name = entry.get("thread_id") or "", entry.get("id") or ""
    return thread, name, entry["text"], entry["annotator"]


def counting(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of `standing` that count: one per comment, label and annotator, in the file's order."""
    last: dict[tuple[str, ...], dict[str, Any]] = {}
    said: dict[tuple[str, ...], set[str]] = {}
    for entry in entries:
        *comment, annotator = comment_of(entry)
        about = (*comment, entry["label"])
        slot = (*comment, annotator, entry["label"])
        before = last.get(slot)
        if before is not None and not replaces(entry, before):
            continue
        if entry.get("settles"):
            for other in said.pop(about, set()):
                last.pop((*comment, other, entry["label"]), None)
        last.pop(slot, None)
        last[slot] = entry
        said.setdefault(about, set()).add(annotator)
    return list(last.values())


def replaces(later: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether a decision counts instead of one of the same annotator that stands above it."""
    return later.get("imported_at") is None or moment(later) >= moment(before)


def moment(entry: dict[str, Any]) -> datetime:
    """When an entry was decided: for an imported one at the latest when it was imported."""
    times = [entry["at"], entry.get("imported_at") or entry["at"]]
    return min(map(time_of, times))


def standing(entries: Sequence[dict[str, Any]], kind: str = "decision") -> list[dict[str, Any]]:
    """Those of `entries` of a kind that no later line took back, oldest first.

    A line that comes again, as in two files that were joined, is the same entry: it neither
    counts as the newer one nor stands again after it was taken back.
    """
    standing_entries: dict[int, dict[str, Any]] = {}
    keys: dict[str, int] = {}
    named: dict[str, list[int]] = {}
    for number, entry in enumerate(entries):
        if entry["entry"] != "retraction":
            if entry["entry"] == kind and entry["key"] not in keys:
                standing_entries[number] = entry
                keys[entry["key"]] = number
                named.setdefault(entry["annotator"], []).append(number)
            continue
        back = named.get(entry.get("annotator") or "", [])
        if entry.get("key") is not None:
            back = [keys[entry["key"]]] if entry["key"] in keys else []
        for taken_back in back:
            standing_entries.pop(taken_back, None)
    return [standing_entries[number] for number in sorted(standing_entries)]


def time_of(time: str) -> datetime:
    """A time of an entry; one without a zone is in UTC."""
    moment = datetime.fromisoformat(time)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso_time(time: datetime) -> str:
    if time.tzinfo is None:
        raise LabelError(f"the time {time} of a decision has no zone")
    try:
        return time.astimezone(UTC).isoformat()
    except OverflowError as error:
        raise LabelError(f"{time} is not a decision's time") from error


_NEEDED = {
    "decision": ("key", "label", "value", "text", "annotator", "at"),
    "retraction": ("at",),
    "action": ("key", "text", "annotator", "at"),
    "request": ("key", "text", "annotator", "at"),
    "appeal": ("key", "about", "annotator", "at"),
    "outcome": ("key", "appeal", "outcome", "annotator", "at"),
}
_WORDS = {one.name for one in fields(Decision)} | {"entry", "key", "by"}
_WORDS |= {"action", "reason", "rule", "message", "note", "flags", "to"}  # see `actions`
_WORDS |= {"about", "reference", "letter", "appeal", "outcome"}  # see `appeals`
_NUMBERS = {"score", "weight"}
OUTCOMES = ("upheld", "reversed")
"""Of an appeal: the decision stands, or is taken back."""
ACTIONS = ("approve", "hide", "spam", "trash", "escalate", "none")
"""What can be wanted for a comment: `none` leaves it as it is, `escalate` leaves it to others."""


def _fault(entry: Any) -> str:
    """Why a JSON value is not an entry; "" if it is one."""
    if not isinstance(entry, dict):
        return "no object"
    kind = entry.get("entry")
    if not isinstance(kind, str) or kind not in _NEEDED:
        return f"entry is {kind!r}"
    lacking = [name for name in _NEEDED[kind] if entry.get(name) is None]
    if lacking:
        return f"{lacking[0]} is missing"
    if kind == "retraction" and (entry.get("key") is None) == (entry.get("annotator") is None):
        return "it takes back neither a key nor an annotator, or both"
    wrong = [name for name, value in entry.items() if value is not None and not _fits(name, value)]
    return f"{wrong[0]} is {str(entry[wrong[0]])[:40]!r}" if wrong else ""


def _other(entry: dict[str, Any], known: Keys) -> str:
    """Why the key of an entry cannot be its own; "" if it can."""
    if entry["entry"] == "retraction":
        return ""
    said = tuple(entry.get(name) for name in ("entry", "annotator", "label", "value", "action"))
    same = known.setdefault(entry["key"], said) == said
    return "" if same else f"key {entry['key'][:40]!r} says something else further up"


def _fits(name: str, value: Any) -> bool:
    if name in ("value", "settles"):
        return isinstance(value, int | float) and value in (0, 1)
    if name == "action":
        return value in ACTIONS
    if name == "outcome":
        return value in OUTCOMES
    if name in _NUMBERS:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and math.isfinite(value) and value >= 0
    if name not in _WORDS:
        return True  # of a later version, or somebody's own
    if not isinstance(value, str):
        return False
    if name == "label":
        return is_label(value)
    return name not in TIMES or _is_time(value)


def _is_time(value: str) -> bool:
    try:
        time_of(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def check_tail(tail: bytes, place: str) -> None:
    """Raise LedgerError for what stands after the last newline, if it is foreign."""
    if not _torn(tail):
        entry_of(tail, place, {})


def _torn(tail: bytes) -> bool:
    """Whether what stands after the last newline is nothing, or what a crash left of a line.

    A file system may have made room for the line, and filled it with zeros.
    """
    tail = tail.rstrip(b"\0")
    try:
        orjson.loads(tail)
    except orjson.JSONDecodeError:
        begun = tail[: len(_BEGINNING)] == _BEGINNING[: len(tail)]
        return begun and tail.count(_BEGINNING) < 2  # else lines that were joined
    return False


def _write(path: Path, lines: Callable[[], list[dict[str, Any]]]) -> None:
    """Append lines. They are asked for under the lock, and may follow from what is there."""
    try:
        with _opened(path) as descriptor, locked(descriptor):
            end = _mended(path, descriptor)
            content = b"".join(orjson.dumps(line) + b"\n" for line in lines())
            try:
                _write_all(descriptor, content)
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, end)  # disk full: half a line must not stay
                raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, PRIVATE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _mended(path: Path, descriptor: int) -> int:
    """Set a torn last line aside (`NAME.torn`); the length of the file then."""
    end = os.fstat(descriptor).st_size
    tail = _tail(descriptor, end)
    if not tail:
        return end
    if not _torn(tail):  # whole but for its newline: written by hand, or cut just there
        entry_of(tail, f"{path}, last line", {})
        _write_all(descriptor, b"\n")
        return end + 1
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    aside = os.open(path.with_name(path.name + ".torn"), flags, PRIVATE)
    try:
        _write_all(aside, tail + b"\n")
        os.fsync(aside)
    finally:
        os.close(aside)
    os.ftruncate(descriptor, end - len(tail))
    return end - len(tail)


def _tail(descriptor: int, end: int) -> bytes:
    """What stands after the last newline."""
    tail = b""
    while end > 0:
        start = max(0, end - 65_536)
        os.lseek(descriptor, start, os.SEEK_SET)
        chunk = os.read(descriptor, end - start)
        cut = chunk.rfind(b"\n")
        tail = chunk[cut + 1 :] + tail
        if cut >= 0:
            break
        end = start
    return tail


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _utf8(value: Any) -> Any:
    return encodable(value) if isinstance(value, str) else value
