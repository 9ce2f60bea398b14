"""The ledger: one line per human decision, only ever appended to, safe against crash and company.

A line is a JSON object. `{"entry": "decision", "key": …, "label": "spam", "value": 1, …}` holds
the comment with its context, so that retraining needs no dump; `{"entry": "retraction", …}`
takes back one decision by its key, or all that an annotator made so far. The file is written
under a lock, a whole line at a time, and reaches the disk before `append` returns. What a crash
left of a last line is moved to `NAME.torn` by the next writer; readers pass it over.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from moderation.errors import LabelError, OutputError
from moderation.labels.filelock import locked
from moderation.labels.name import LABEL_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

SOURCE = "ledger"  # what the label table names as the source of a decision


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What somebody decided about one comment and one label.

    value: True or False. at: when, with its zone. dump: the file the comment came from. model
    and score: what the program had said at that moment. weight: of the row in training.
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

    def line(self) -> dict[str, Any]:
        """The decision as it stands in the ledger; `key` is a digest of all the rest."""
        if not LABEL_NAME.fullmatch(self.label):
            raise LabelError(f"{self.label!r} is no label name; expected letters, digits and _")
        if not self.text.strip() or not self.annotator:
            raise LabelError("a decision needs the comment's text and an annotator")
        if self.at.tzinfo is None:
            raise LabelError(f"the time {self.at} of a decision has no zone")
        held = {one.name: getattr(self, one.name) for one in fields(self)}
        held |= {"value": int(self.value), "at": self.at.astimezone(UTC).isoformat()}
        held = {name: _utf8(value) for name, value in held.items() if value is not None}
        key = hashlib.sha256(orjson.dumps(held, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
        return {"entry": "decision", "key": key, **held}


def append(path: str | Path, decided: Iterable[Decision]) -> list[str]:
    """Write decisions to the ledger (made if absent) and return their keys.

    They are on the disk, all of them, when this returns; when it raises OutputError (disk full,
    no permission) none is counted. Any number of processes may append at once.
    """
    lines = [one.line() for one in decided]
    _write(Path(path), lines)
    return [str(line["key"]) for line in lines]


def retract(
    path: str | Path,
    *,
    at: datetime,
    by: str,
    key: str | None = None,
    annotator: str | None = None,
) -> int:
    """Take back one decision, or everything an annotator decided so far; how many were counted.

    The earlier decision of the same annotator on the same comment counts again, as if the
    retracted one had never been. Raises LabelError when there is nothing to take back.
    """
    if (key is None) == (annotator is None):
        raise LabelError("name the decision to retract, or the annotator, not both")
    hit = [
        entry
        for entry in standing(entries(path))
        if (entry["key"] == key if key is not None else entry["annotator"] == annotator)
    ]
    if not hit:
        wanted = f"decision {key!r}" if key is not None else f"decision of {annotator!r}"
        raise LabelError(f"{path}: no {wanted} that is not retracted already")
    line: dict[str, Any] = {"entry": "retraction", "at": at.astimezone(UTC).isoformat(), "by": by}
    line |= {"key": key} if key is not None else {"annotator": annotator}
    _write(Path(path), [line])
    return len(hit)


def retract_keys(path: str | Path, keys: Iterable[str], *, at: datetime, by: str) -> None:
    """Take back decisions that the caller knows to stand, in one write; see `retract`."""
    when = at.astimezone(UTC).isoformat()
    _write(
        Path(path), [{"entry": "retraction", "at": when, "by": _utf8(by), "key": k} for k in keys]
    )


def entries(path: str | Path) -> list[dict[str, Any]]:
    """All whole lines, oldest first; a torn last line is passed over, an absent file is empty.

    Raises LabelError naming the line that is not an entry.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LabelError(f"{path}: {error.strerror}") from error
    lines = content.split(b"\n")
    if _entry(lines[-1]) is None:  # nothing, or what a crash left
        lines.pop()
    found = []
    for number, line in enumerate(lines, start=1):
        entry = _entry(line)
        if entry is None:
            raise LabelError(
                f"{path}:{number}: no entry of a ledger: {line[:60]!r}; "
                "correct the line or move it to another file"
            )
        found.append(entry)
    return found


def decisions(path: str | Path) -> pd.DataFrame:
    """The decisions that count, as a label table: a row per comment and annotator.

    The last decision per comment, label and annotator counts, by its time and then by its place
    in the file: what is imported later may have been decided earlier. A comment is its thread,
    id and text. Rows are sorted, so the order of writing does not matter.
    """
    import pandas as pd  # here: whoever only appends waits for no tables

    from moderation.labels.table import label_frame

    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for entry in sorted(standing(entries(path)), key=lambda one: _moment(one, path)):
        place = (entry.get("thread_id", ""), entry.get("id", ""), entry["text"], entry["annotator"])
        row = rows.setdefault(place, {"source": SOURCE})
        row.update({name: entry.get(name) for name in _CONTEXT})
        row["labelled_at"] = entry["at"]
        row[entry["label"]] = entry["value"]
    ordered = [rows[place] for place in sorted(rows)]
    labels = sorted(
        {name for row in ordered for name in row} - {*_CONTEXT, "source", "labelled_at"}
    )
    columns = ["source", "labelled_at", *_CONTEXT, *labels]
    return label_frame(pd.DataFrame(ordered, columns=columns), str(path))


def is_ledger(path: str | Path) -> bool:
    """Whether a file is a ledger: by its first line, or, while empty, by its name."""
    path = Path(path)
    if path.suffix != ".jsonl":
        return False
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError:
        return False  # whoever reads it will say what is wrong
    return head.startswith(b'{"entry":') or (not head and path.name == "ledger.jsonl")


_CONTEXT = (*("text", "id", "thread_id", "parent_text", "title", "article", "annotator", "weight"),)


def standing(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of `entries` that are decisions which no later line took back, oldest first."""
    kept: dict[int, dict[str, Any]] = {}
    keyed: dict[str, list[int]] = {}
    named: dict[str, list[int]] = {}
    for place, entry in enumerate(found):
        if entry["entry"] == "decision":
            kept[place] = entry
            keyed.setdefault(entry["key"], []).append(place)
            named.setdefault(entry["annotator"], []).append(place)
            continue
        back = keyed.get(entry["key"]) if "key" in entry else named.get(entry.get("annotator", ""))
        for one in back or ():
            kept.pop(one, None)
    return [kept[place] for place in sorted(kept)]


def _moment(entry: dict[str, Any], path: str | Path) -> datetime:
    try:
        moment = datetime.fromisoformat(entry["at"])
    except (TypeError, ValueError) as error:
        raise LabelError(f"{path}: {str(entry['at'])[:40]!r} is no time; see its line") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_NEEDED = {"decision": {"key", "label", "value", "text", "annotator", "at"}, "retraction": {"at"}}


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(entry, dict) or entry.get("entry") not in _NEEDED:
        return None
    return entry if _NEEDED[entry["entry"]] <= entry.keys() else None


def _write(path: Path, lines: list[dict[str, Any]]) -> None:
    content = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    try:
        with _opened(path) as descriptor, locked(descriptor):
            end = _mended(path, descriptor)
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
    descriptor = os.open(path, flags, 0o644)
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
    if _entry(tail) is not None:  # whole but for its newline: written by hand, or cut just there
        _write_all(descriptor, b"\n")
        return end + 1
    with path.with_name(path.name + ".torn").open("ab") as aside:
        aside.write(tail + b"\n")
        aside.flush()
        os.fsync(aside.fileno())
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
    """Orjson refuses a lone surrogate (half an emoji, from a broken dump); U+FFFD stands for it."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return value
