"""JSON lines and arrays of flat objects to columns: Arrow's parser, Python where that gives up."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json

from moderation.comments import STRING, Reject
from moderation.readers.json.lenient import loads
from moderation.readers.json.salvage import located, salvaged
from moderation.readers.json.text import LONGEST, Value, values
from moderation.readers.records import SNIPPET, encodable, snippet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from moderation.readers.json.salvage import Doubled, Span
    from moderation.readers.source import Source

BLOCK_BYTES = 1 << 23
_NEWLINE, _RETURN, _ASCII = 10, 13, 127
_BROKEN = "not JSON"
LATER = " later"  # behind a role: its other column, in rows that lack the usual one
_AROUND = b" \t\r\n,\0\x1e"
_NULL = re.compile(rb"\}[ \t\r]*null")
_BEFORE_NULL = np.isin(np.arange(256), list(b" \t\rn"))
_ARROW = {int: pa.int64(), float: pa.float64(), str: STRING, bool: pa.bool_()}


class Columns(NamedTuple):
    """Values by role, where each row stands, the rows that were no objects, how many were met."""

    values: dict[str, pa.Array]
    place: Callable[[int], str]
    rejects: list[Reject]
    met: int


Job: TypeAlias = "Callable[[], Columns]"
"""A block's columns, to be made on any thread."""


class Lines(NamedTuple):
    """Whole lines, where each ends (at its newline; the last may have none).

    first: the number of the first line. byte: where it begins in the file.
    """

    raw: np.ndarray  # (bytes,) uint8
    ends: np.ndarray
    first: int
    byte: int = 0

    def split(self) -> list[bytes]:
        """The lines."""
        lines = self.raw.tobytes().split(b"\n")
        return lines[: len(self.ends)]


def at(record: Any, path: str) -> Any:
    """The value under a key, or under a dotted path of keys; None where there is none."""
    if path in record:
        return record[path]
    for key in path.split("."):
        record = record.get(key) if isinstance(record, dict) else None
    return record


def line_columns(
    source: Source, roles: Mapping[str, str], odd: frozenset[str] = frozenset()
) -> Iterator[Job]:
    """Columns of a file with one object a line.

    roles: our name -> key or dotted path. odd: keys that damage has made.
    """
    usual: _Schema | None = None
    with source.utf8() as stream:
        for lines in _blocks(stream, source.name):
            if isinstance(lines, Reject):
                yield partial(Columns, {}, str, [lines], 1)
                continue
            usual = usual or _Schema(roles, _sampled(lines.split()))
            yield partial(_of_lines, lines, source, usual, odd)


def _of_lines(lines: Lines, source: Source, usual: _Schema, odd: frozenset[str]) -> Columns:
    if odd:
        return _one_by_one(lines, source, usual.roles, odd)
    rows = _object_lines(lines)
    table = usual.parsed(lines.raw, rows) if rows else None
    if table is not None and _nameless(lines, table["text"], usual.roles):
        return _one_by_one(lines, source, usual.roles)
    if table is None and rows:  # maybe what stands in this block is of other types
        own = _Schema(usual.roles, _sampled(lines.split()))
        table = None if own.options == usual.options else own.parsed(lines.raw, rows)
    if table is None:
        return _one_by_one(lines, source, usual.roles)
    return Columns(table, _LinePlaces(lines), [], rows)


def _nameless(lines: Lines, texts: pa.Array, roles: Mapping[str, str]) -> bool:
    """Whether a row without a text says something under another key."""
    if not texts.null_count:
        return False
    full = [line for line in lines.split() if line.strip()]
    without = np.flatnonzero(texts.is_null().to_numpy(zero_copy_only=False))
    rows = (_object(full[row]) for row in without.tolist())
    return any(isinstance(row, dict) and says_elsewhere(row, roles) for row in rows)


def says_elsewhere(row: dict[str, Any], roles: Mapping[str, str]) -> bool:
    """Whether a row has nothing under the keys of texts, but words under one that has no role."""
    known = {path.split(".")[0] for path in roles.values()}
    return not _has_text(row, roles) and any(
        isinstance(value, str) and key not in known and value.count(" ") > 1
        for key, value in row.items()
    )


def _has_text(row: dict[str, Any], roles: Mapping[str, str]) -> bool:
    return any(
        at(row, roles[role]) is not None for role in ("text", f"text{LATER}") if role in roles
    )


def value_columns(
    source: Source, roles: Mapping[str, str], odd: frozenset[str] = frozenset()
) -> Iterator[Job]:
    """Columns of an array, or of objects that follow one another over several lines."""
    with source.utf8() as stream:
        for block in _value_blocks(stream):
            yield partial(_of_values, block, source, roles, odd)


def _of_values(
    block: list[Value], source: Source, roles: Mapping[str, str], odd: frozenset[str]
) -> Columns:
    if not odd and not any(value.wrong for value in block):
        # line ends within a JSON value are blanks: in strings they are escaped
        flat = [value.raw.replace(b"\n", b" ") for value in block]
        lines = _lines(np.frombuffer(b"\n".join(flat), np.uint8), 1)
        rows = _object_lines(lines)
        table = _Schema(roles, _sampled(flat)).parsed(lines.raw, rows) if rows else None
        if table is not None and not _nameless(lines, table["text"], roles):
            return Columns(table, lambda row: block[row].span, [], len(block))
    return _values_one_by_one(block, source, roles, odd)


def _value_blocks(stream: Any) -> Iterator[list[Value]]:
    block: list[Value] = []
    size = 0
    for value in values(stream):
        block.append(value)
        size += len(value.raw)
        if size >= BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block


def _values_one_by_one(
    block: list[Value], source: Source, roles: Mapping[str, str], odd: frozenset[str]
) -> Columns:
    rows = _Rows(source.name, roles, odd)
    for value in block:
        source.decoded(value.raw)
        rows.take(value.raw, value.line, value.byte, value.wrong)
    return rows.columns()


class _Rows:
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
        """What has been taken."""
        values = _gathered(self._rows, self._roles)
        return Columns(values, self._places.__getitem__, self._rejects, self._met)

    def take(self, raw: bytes, line: int, byte: int, wrong: str = "") -> None:
        """An object, or a list of them, which stands at this line and byte of the file."""
        parsed = wrong or _object(raw)
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
        if key := next(iter(row.keys() & self._odd), ""):
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


def _blocks(stream: Any, file: str) -> Iterator[Lines | Reject]:
    """Whole lines of about BLOCK_BYTES; a line longer than LONGEST is passed over."""
    number, byte, rest = 1, 0, np.zeros(0, np.uint8)
    long = 0  # bytes of a line that is passed over; `kept` is its beginning
    while True:
        block = np.empty(len(rest) * (not long) + BLOCK_BYTES, np.uint8)
        begun = len(block) - BLOCK_BYTES
        block[:begun] = rest[:begun]
        count = stream.readinto(block[begun:].data)
        block = block[: begun + count]
        ends = begun + np.flatnonzero(block[begun:] == _NEWLINE)
        if long:
            long += int(ends[0]) if len(ends) else count
            if not len(ends) and count:
                continue
            place = f"line {number}, bytes {byte} to {byte + long}"
            yield Reject(file, place, f"longer than {LONGEST:,} bytes", snippet(rest))
            number, byte, long = number + 1, byte + long + 1, 0
            first = int(ends[0]) + 1 if len(ends) else len(block)
            block, ends = block[first:], ends[1:] - first
        if len(ends):
            cut = int(ends[-1]) + 1
            yield Lines(block[:cut], ends, number, byte)
            number, byte = number + len(ends), byte + cut
            block = block[cut:]
        if not count:
            break
        rest = block.copy() if len(ends) else block
        long = len(rest) if len(rest) > LONGEST else 0
    if len(block):
        yield Lines(block, np.array([len(block)]), number, byte)


def _lines(raw: np.ndarray, first: int) -> Lines:
    return Lines(raw, np.append(np.flatnonzero(raw == _NEWLINE), len(raw)), first)


class _Schema:
    """What types the wanted keys have, as far as these records tell.

    options: for Arrow's parser; None where it cannot take them, because types differ.
    """

    def __init__(self, roles: Mapping[str, str], rows: Iterable[dict[str, Any]]) -> None:
        self.roles = dict(roles)
        seen: dict[str, set[type]] = {role: set() for role in roles}
        for row in rows:
            for role, path in roles.items():
                seen[role].add(type(at(row, path)))
        fields: dict[str, Any] = {}
        # a key that is a value in some rows and an object in others is none for Arrow
        paths = set(roles.values())
        mixed = any(other.startswith(f"{path}.") for path in paths for other in paths)
        for role, path in roles.items():
            kinds = seen[role] - {type(None)}
            kinds = {float} if kinds == {int, float} else kinds
            kind = _ARROW.get(next(iter(kinds))) if len(kinds) == 1 else STRING
            mixed = mixed or len(kinds) > 1 or kind is None
            if not mixed:
                _nest(fields, path.split("."), kind or STRING)
        self.options = None if mixed else pa.schema(_fields(fields))

    def parsed(self, raw: np.ndarray, rows: int) -> dict[str, pa.Array] | None:
        """The wanted columns as Arrow reads them, or None where it cannot be trusted with this."""
        if self.options is None:
            return None
        reading = pa_json.ReadOptions(use_threads=False, block_size=len(raw) + 1)
        parsing = pa_json.ParseOptions(
            explicit_schema=self.options, unexpected_field_behavior="ignore"
        )
        try:
            table = pa_json.read_json(pa.BufferReader(raw), reading, parsing)
            if table.num_rows != rows:
                return None
            columns = {role: _column(table, path) for role, path in self.roles.items()}
            if raw.max() > _ASCII:  # Arrow's JSON reader lets wrong UTF-8 through
                for column in columns.values():
                    column.validate(full=True)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError):
            return None
        return columns


def _object_lines(lines: Lines) -> int:
    """How many objects there are, if every line is blank or one object; 0 otherwise.

    Arrow's JSON reader crashes on a `null` where an object should be, so it only gets lines that
    begin with `{` and end with `}`, without `null` behind a brace.
    """
    raw, ends = lines.raw, lines.ends
    starts = np.append(0, ends[:-1] + 1)
    last = ends - 1
    last = np.where((last >= starts) & (raw[np.maximum(last, 0)] == _RETURN), last - 1, last)
    full = last >= starts
    if not ((raw[starts[full]] == ord("{")) & (raw[last[full]] == ord("}"))).all():
        return 0
    closed = np.flatnonzero(raw[:-1] == ord("}"))
    closed = closed[_BEFORE_NULL[raw[closed + 1]]]
    if any(_NULL.match(raw.data, at) for at in closed.tolist()):
        return 0
    return int(full.sum())


def _sampled(lines: list[bytes]) -> list[dict[str, Any]]:
    """Up to 200 records from the beginning, middle and end of a block."""
    chosen = lines if len(lines) <= 200 else lines[:100] + lines[100 :: len(lines) // 100]
    parsed = (_object(line) for line in chosen if line.strip())
    return [value for value in parsed if isinstance(value, dict)]


def _nest(fields: dict[str, Any], keys: list[str], kind: pa.DataType) -> None:
    for key in keys[:-1]:
        fields = fields.setdefault(key, {})
    fields.setdefault(keys[-1], kind)


def _fields(fields: Mapping[str, Any]) -> list[pa.Field]:
    return [
        pa.field(name, pa.struct(_fields(kind)) if isinstance(kind, dict) else kind)
        for name, kind in fields.items()
    ]


def _column(table: pa.Table, path: str) -> pa.Array:
    name, *rest = path.split(".")
    column = table[name].combine_chunks()
    for key in rest:
        column = column.flatten()[column.type.get_field_index(key)]
    return column


class _LinePlaces:
    """Where the rows of some lines stand, which are counted once, and only if one is asked for."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __call__(self, row: int) -> str:
        return self._full[row]

    @cached_property
    def _full(self) -> list[str]:
        byte, full = self._lines.byte, []
        for number, line in enumerate(self._lines.split(), self._lines.first):
            if line.strip():
                full.append(f"line {number}, bytes {byte} to {byte + len(line)}")
            byte += len(line) + 1
        return full


def _one_by_one(
    lines: Lines, source: Source, roles: Mapping[str, str], odd: frozenset[str] = frozenset()
) -> Columns:
    source.decoded(lines.raw.tobytes())  # for the count of what is no UTF-8
    rows = _Rows(source.name, roles, odd)
    byte = lines.byte
    for number, line in enumerate(lines.split(), lines.first):
        if line.strip():
            rows.take(line, number, byte)
        byte += len(line) + 1
    return rows.columns()


def _object(raw: bytes) -> Any:
    """The object, or why this is none."""
    try:
        parsed = loads(raw.strip(_AROUND))
    except ValueError as error:
        return f"{_BROKEN}: {error}"
    return parsed if isinstance(parsed, dict | list) else "not a JSON object"


def _gathered(rows: list[dict[str, Any]], roles: Mapping[str, str]) -> dict[str, pa.Array]:
    return {role: strings_of([at(row, path) for row in rows]) for role, path in roles.items()}


def strings_of(values: list[Any]) -> pa.Array:
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
