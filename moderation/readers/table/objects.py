"""JSON objects to columns one at a time, in Python, where Arrow's parser cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pyarrow as pa

from moderation.comments import STRING, Reject
from moderation.readers.json.damage.salvage import located, salvaged
from moderation.readers.json.damage.strays import says_something
from moderation.readers.json.lenient import loads
from moderation.readers.json.walk import NESTS
from moderation.readers.records import SNIPPET, encodable, snippet
from moderation.readers.synonyms import plainly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moderation.readers.json.damage.salvage import Doubled, Span

_BROKEN = "not JSON"
LATER = " later"  # behind a role: its other column, in rows that lack the usual one
_AROUND = b" \t\r\n,\0\x1e"


class Columns(NamedTuple):
    """Values by role, where each row stands, the rows that were no objects, how many were met."""

    values: dict[str, pa.Array]
    place: Callable[[int], str]
    rejects: list[Reject]
    met: int


Job: TypeAlias = "Callable[[], Columns]"
"""A block's columns, to be made on any thread."""


class Objects:
    """Rows that are read one by one, and what is no row."""

    def __init__(
        self, file: str, roles: Mapping[str, str], odd: frozenset[str] = frozenset()
    ) -> None:
        self._file, self._roles, self._odd = file, roles, odd
        self._rows: list[dict[str, Any]] = []
        self._places: list[str] = []
        self._rejects: list[Reject] = []
        self._met = 0

    def columns(self) -> Columns:
        """The columns of all that was taken."""
        values = _columns(self._rows, self._roles)
        return Columns(values, self._places.__getitem__, self._rejects, self._met)

    def take(self, raw: bytes, line: int, byte: int, wrong: str = "") -> None:
        """An object, or a list of them, which stands at this line and byte of the file."""
        parsed = wrong or object_of(raw)
        whole = (line, byte, raw)
        if isinstance(parsed, str) and (wrong or parsed.startswith(_BROKEN)):
            self._salvage(whole, parsed)
            return
        for value in parsed if isinstance(parsed, list) and parsed else [parsed]:
            if isinstance(value, dict):
                self._object(value, whole)
            else:
                shown = raw if value is parsed else repr(value).encode("utf-8", "replace")
                reason = (
                    value if isinstance(value, str) and value is parsed else "not a JSON object"
                )
                self._reject(whole, (0, len(raw)), reason, shown)
        if isinstance(parsed, dict) and any(
            raw.count(b'"%s":' % key.encode()) + raw.count(b'"%s" :' % key.encode()) > 1
            for key in self._roles.values()
        ):
            self._doubled(whole, located(raw.strip(_AROUND)).doubled)

    def _object(self, row: dict[str, Any], whole: _Stretch) -> None:
        """A row, a reject for what it says elsewhere, or both."""
        span = (0, len(whole[2]))
        if says_elsewhere(row, self._roles):
            reason = f"without {self._roles['text']}; it has {', '.join(list(row)[:12])}"
            self._reject(whole, span, reason)
            return
        self._row(row, self._place(whole, span))
        if key := nested_words(row):
            self._reject(whole, span, f"words under {key}, and no comment that is known")
        elif key := next(iter(row.keys() & self._odd), ""):
            self._reject(whole, span, f"no other row has the key {key[:SNIPPET]!r}")

    def _salvage(self, whole: _Stretch, reason: str) -> None:
        raw = whole[2]
        left = salvaged(raw, self._holds)
        for root in (left.root, *left.others):
            for record in root if isinstance(root, list) else [root]:
                if self._holds(record) and not left.is_broken(record):
                    self._row(record, self._place(whole, left.spans.get(id(record), (0, len(raw)))))
        for span in left.unread:
            self._reject(whole, span, reason)
        self._doubled(whole, left.doubled)

    def _holds(self, value: Any) -> bool:
        return isinstance(value, dict) and _has_text(value, self._roles)

    def _doubled(self, whole: _Stretch, doubled: list[Doubled]) -> None:
        known = {key for path in self._roles.values() for key in path.split(".")}
        for span, some in groupby(doubled, lambda repeat: repeat.span):
            keys = {repeat.key for repeat in some if repeat.value not in (None, "")} & known
            if keys:
                why = f"{', '.join(sorted(keys))} twice in one object: the last is taken"
                self._reject(whole, span, why)

    def _row(self, row: dict[str, Any], place: str) -> None:
        self._met += 1
        self._rows.append(row)
        self._places.append(place)

    def _reject(self, whole: _Stretch, span: Span, why: str, shown: bytes = b"") -> None:
        self._met += 1
        shown = shown or whole[2][span[0] : span[1]]
        self._rejects.append(Reject(self._file, self._place(whole, span), why, snippet(shown)))

    @staticmethod
    def _place(whole: _Stretch, span: Span) -> str:
        line, byte, raw = whole
        line += raw.count(b"\n", 0, span[0])
        return f"line {line}, bytes {byte + span[0]} to {byte + span[1]}"


_Stretch: TypeAlias = "tuple[int, int, bytes]"
"""A stretch of the file: the line and byte where it begins, and what stands there."""


def at(record: Any, path: str) -> Any:
    """The value under a key, or under a dotted path of keys; None where there is none."""
    if path in record:
        return record[path]
    for key in path.split("."):
        record = record.get(key) if isinstance(record, dict) else None
    return record


def says_elsewhere(row: dict[str, Any], roles: Mapping[str, str]) -> bool:
    """Whether a row has nothing under the keys of texts, but words under one that has no role."""
    known = {path.split(".")[0] for path in roles.values()}
    return not _has_text(row, roles) and any(
        isinstance(value, str) and key not in known and value.count(" ") > 1
        for key, value in row.items()
    )


def nested_words(row: dict[str, Any]) -> str:
    """A key of a row that should hold its replies, and holds words; empty where there is none."""
    for key, value in row.items():
        if isinstance(value, list) and value and plainly(key) in NESTS:
            inner = (one for one in value if isinstance(one, dict))
            if any(says_something([*one.keys(), *one.values()]) for one in inner):
                return key
    return ""


def _has_text(row: dict[str, Any], roles: Mapping[str, str]) -> bool:
    return any(
        at(row, roles[role]) is not None for role in ("text", f"text{LATER}") if role in roles
    )


def object_of(raw: bytes) -> Any:
    """The object, or why this is none."""
    try:
        parsed = loads(raw.strip(_AROUND))
    except ValueError as error:
        return f"{_BROKEN}: {error}"
    return parsed if isinstance(parsed, dict | list) else "not a JSON object"


def _columns(rows: list[dict[str, Any]], roles: Mapping[str, str]) -> dict[str, pa.Array]:
    return {role: _strings([at(row, path) for row in rows]) for role, path in roles.items()}


def _strings(values: list[Any]) -> pa.Array:
    """Values of any types as strings; whole floats as integers, NaN as null."""
    strings = [_string(value) for value in values]
    try:
        return pa.array(strings, STRING)
    except UnicodeEncodeError:
        return pa.array([value and encodable(value) for value in strings], STRING)


def _string(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return None if value != value else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, list | dict):
        return _nested(value)
    return str(value)


def _nested(value: list[Any] | dict[str, Any]) -> str:
    """A list of strings as one; anything else nested only by its kind: it is no value we know."""
    if isinstance(value, list) and all(isinstance(element, str) for element in value):
        return "".join(value)
    import json

    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return f"a {type(value).__name__} nested too deeply to show"
