"""JSON lines and arrays of flat objects to columns: Arrow's parser, Python where that gives up."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json

from moderation.comments import STRING, Reject
from moderation.readers.ahead import ahead
from moderation.readers.json_text import LONGEST, Value, loads, values
from moderation.readers.rows import SNIPPET, encodable
from moderation.readers.source import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from moderation.readers.source import Source

BLOCK_BYTES = 1 << 23
_ARROW = {int: pa.int64(), float: pa.float64(), str: STRING, bool: pa.bool_()}


class Columns(NamedTuple):
    """Values by role, where each row stands, the rows that were no objects, how many were met."""

    values: dict[str, pa.Array]
    place: Callable[[int], str]
    rejects: list[Reject]
    met: int


class Lines(NamedTuple):
    """Whole lines, and the number of the first."""

    raw: bytes
    first: int


def at(record: Any, path: str) -> Any:
    """The value under a key, or under a dotted path of keys; None where there is none."""
    if path in record:
        return record[path]
    for key in path.split("."):
        record = record.get(key) if isinstance(record, dict) else None
    return record


def line_columns(source: Source, roles: Mapping[str, str]) -> Iterator[Columns]:
    """Columns of a file with one object a line. roles: our name -> key or dotted path."""
    return ahead(_line_columns(source, roles))


def _line_columns(source: Source, roles: Mapping[str, str]) -> Iterator[Columns]:
    schema = _Schema(roles)
    with source.utf8() as stream:
        for lines in _blocks(stream, source.name):
            if isinstance(lines, Reject):
                yield Columns({}, str, [lines], 1)
                continue
            table = schema.parsed(lines.raw)
            if table is None:
                yield _one_by_one(lines, source, schema)
            else:
                yield Columns(table, _line_places(lines), [], len(table["text"]))


def value_columns(source: Source, roles: Mapping[str, str]) -> Iterator[Columns]:
    """Columns of an array, or of objects that follow one another over several lines."""
    schema = _Schema(roles)
    with source.utf8() as stream:
        for block in _value_blocks(stream):
            # line ends within a JSON value are blanks: in strings they are escaped
            lines = b"\n".join([value.raw.replace(b"\n", b" ") for value in block])
            table = None if any(value.wrong for value in block) else schema.parsed(lines)
            if table is None:
                yield _values_one_by_one(block, source, schema)
            else:
                place = lambda row, block=block: block[row].place  # noqa: E731
                yield Columns(table, place, [], len(block))


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


def _values_one_by_one(block: list[Value], source: Source, schema: _Schema) -> Columns:
    file = source.name
    rows, places, rejects = [], [], []
    for value in block:
        source.decoded(value.raw)
        place = value.place
        found = value.wrong or _object(value.raw)
        if isinstance(found, dict):
            rows.append(found)
            places.append(place)
        else:
            reason = found if isinstance(found, str) else "not a JSON object"
            rejects.append(Reject(file, place, reason, snippet(value.raw)))
    schema.learn(rows[:: max(1, len(rows) // 100)])
    return Columns(_gathered(rows, schema.roles), places.__getitem__, rejects, len(block))


def snippet(raw: bytes) -> str:
    """The beginning of a record, for finding it again."""
    return decode(raw[: 4 * SNIPPET])[0].strip()[:SNIPPET]


def _blocks(stream: Any, file: str) -> Iterator[Lines | Reject]:
    """Whole lines of about BLOCK_BYTES; a line longer than LONGEST is passed over."""
    number, kept, size = 1, [], 0
    while block := stream.read(BLOCK_BYTES):
        cut = block.rfind(b"\n") + 1
        if not cut:
            size += len(block)
            if size <= LONGEST:
                kept.append(block)
            elif len(kept) > 1:
                kept = kept[:1]
            continue
        if size > LONGEST:
            first = block.find(b"\n") + 1
            yield Reject(file, f"line {number}", f"longer than {LONGEST:,} bytes", snippet(kept[0]))
            number += 1
            kept, block, cut = [], block[first:], cut - first
        raw = b"".join([*kept, block[:cut]])
        if raw:
            yield Lines(raw, number)
        number += raw.count(b"\n")
        kept = [block[cut:]] if cut < len(block) else []
        size = sum(map(len, kept))
    if size > LONGEST:
        yield Reject(file, f"line {number}", f"longer than {LONGEST:,} bytes", snippet(kept[0]))
    elif kept:
        yield Lines(b"".join(kept), number)


class _Schema:
    """What types the wanted keys have, as far as the records seen tell."""

    def __init__(self, roles: Mapping[str, str]) -> None:
        self.roles = dict(roles)
        self._seen: dict[str, Counter[type]] = {role: Counter() for role in roles}
        self._options: pa_json.ParseOptions | None = None
        self._mixed = False

    def learn(self, rows: Iterable[dict[str, Any]]) -> None:
        """Note the types of these records; columns whose types differ cannot go through Arrow."""
        for row in rows:
            for role, path in self.roles.items():
                value = at(row, path)
                if value is not None:
                    self._seen[role][type(value)] += 1
        fields: dict[str, Any] = {}
        for role, path in self.roles.items():
            kinds = set(self._seen[role])
            kinds = {float} if kinds == {int, float} else kinds
            kind = _ARROW.get(next(iter(kinds))) if len(kinds) == 1 else STRING
            self._mixed = self._mixed or len(kinds) > 1 or kind is None
            _nest(fields, path.split("."), kind or STRING)
        self._options = pa_json.ParseOptions(
            explicit_schema=pa.schema(_fields(fields)), unexpected_field_behavior="ignore"
        )

    def parsed(self, raw: bytes) -> dict[str, pa.Array] | None:
        """The wanted columns as Arrow reads them, or None where it cannot be trusted with this."""
        rows = _object_lines(raw)
        if not rows:
            return None
        if self._options is None:
            self.learn(_sampled(raw))
        if self._mixed:
            return None
        reading = pa_json.ReadOptions(block_size=max(1 << 20, len(raw) // 4))
        try:
            table = pa_json.read_json(io.BytesIO(raw), reading, self._options)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError):
            return None
        if table.num_rows != rows:
            return None
        columns = {role: _column(table, path) for role, path in self.roles.items()}
        try:
            columns["text"].validate(full=True)  # Arrow's JSON reader lets wrong UTF-8 through
        except pa.ArrowInvalid:
            return None
        return columns


def _object_lines(raw: bytes) -> int:
    """How many objects there are, if every line is blank or one object; 0 otherwise.

    Arrow's JSON reader crashes on a `null` where an object should be, so it only gets lines that
    begin with `{` and end with `}`, without `null` behind a brace.
    """
    data = np.frombuffer(raw, np.uint8)
    ends = np.flatnonzero(data == 10)
    if not len(ends) or ends[-1] != len(data) - 1:
        ends = np.append(ends, len(data))
    starts = np.append(0, ends[:-1] + 1)
    last = ends - 1
    last = np.where((last >= starts) & (data[np.maximum(last, 0)] == 13), last - 1, last)
    full = last >= starts
    fine = (data[starts[full]] == ord("{")) & (data[last[full]] == ord("}"))
    if not fine.all() or b"} null" in raw or b"}null" in raw:
        return 0
    return int(full.sum())


def _sampled(raw: bytes) -> list[dict[str, Any]]:
    """Up to 200 records from the beginning, middle and end of a block."""
    lines = raw.split(b"\n")
    chosen = lines if len(lines) <= 200 else lines[:100] + lines[100 :: len(lines) // 100]
    found = (_object(line) for line in chosen if line.strip())
    return [one for one in found if isinstance(one, dict)]


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
    column = pa.concat_arrays(table[name].chunks) if table.num_rows else table[name]
    for key in rest:
        column = column.flatten()[column.type.get_field_index(key)]
    return column


def _line_places(lines: Lines) -> Callable[[int], str]:
    def place(row: int) -> str:
        full = [number for number, line in enumerate(lines.raw.split(b"\n")) if line.strip()]
        return f"line {lines.first + full[row]}"

    return place


def _one_by_one(lines: Lines, source: Source, schema: _Schema) -> Columns:
    file = source.name
    source.decoded(lines.raw)  # for the count of what is no UTF-8
    rows, places, rejects, met = [], [], [], 0
    for number, line in enumerate(lines.raw.split(b"\n"), lines.first):
        if not line.strip():
            continue
        found = _object(line)
        met += len(found) if isinstance(found, list) and found else 1
        if isinstance(found, dict):
            rows.append(found)
            places.append(f"line {number}")
        elif isinstance(found, list) and found:
            for one in found:
                if isinstance(one, dict):
                    rows.append(one)
                    places.append(f"line {number}")
                else:
                    shown = snippet(repr(one).encode("utf-8", "replace"))
                    rejects.append(Reject(file, f"line {number}", "not a JSON object", shown))
        else:
            reason = found if isinstance(found, str) else "not a JSON object"
            rejects.append(Reject(file, f"line {number}", reason, snippet(line)))
    schema.learn(rows[:: max(1, len(rows) // 100)])
    return Columns(_gathered(rows, schema.roles), places.__getitem__, rejects, met)


def _object(raw: bytes) -> Any:
    """The object, or why this is none."""
    try:
        found = loads(raw.strip(b" \t\r\n,\0\x1e"))
    except ValueError as error:
        return f"not JSON: {error}"
    return found if isinstance(found, dict | list) else "not a JSON object"


def _gathered(rows: list[dict[str, Any]], roles: Mapping[str, str]) -> dict[str, pa.Array]:
    return {role: strings_of([at(row, path) for row in rows]) for role, path in roles.items()}


def strings_of(found: list[Any]) -> pa.Array:
    """Values of any types as strings; whole floats as integers, NaN as null."""
    made = [_string(value) for value in found]
    try:
        return pa.array(made, STRING)
    except UnicodeEncodeError:
        return pa.array([value and encodable(value) for value in made], STRING)


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
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "".join(value)
    import json

    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return f"a {type(value).__name__} nested too deeply to show"
