"""JSON lines and arrays of flat objects to columns with Arrow's parser."""

from __future__ import annotations

import re
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json

from moderation.comments import STRING, Reject
from moderation.readers.json.text import LONGEST, Value, values
from moderation.readers.records import snippet
from moderation.readers.table.objects import (
    Columns,
    Job,
    Objects,
    at,
    object_of,
    says_elsewhere,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from moderation.readers.source import Source

BLOCK_BYTES = 1 << 23
_NEWLINE, _RETURN, _ASCII = 10, 13, 127
_NULL = re.compile(rb"\}[ \t\r]*null")
_BEFORE_NULL = np.isin(np.arange(256), list(b" \t\rn"))
_ARROW = {int: pa.int64(), float: pa.float64(), str: STRING, bool: pa.bool_()}


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
    rows = (object_of(full[row]) for row in without.tolist())
    return any(isinstance(row, dict) and says_elsewhere(row, roles) for row in rows)


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
    rows = Objects(source.name, roles, odd)
    for value in block:
        source.decoded(value.raw)
        rows.take(value.raw, value.line, value.byte, value.wrong)
    return rows.columns()


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
    parsed = (object_of(line) for line in chosen if line.strip())
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
    rows = Objects(source.name, roles, odd)
    byte = lines.byte
    for number, line in enumerate(lines.split(), lines.first):
        if line.strip():
            rows.take(line, number, byte)
        byte += len(line) + 1
    return rows.columns()
