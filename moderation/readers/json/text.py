"""JSON files as dumps really are: several values in one file, damage between them, any size."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np

from moderation.compiled import INT, U1, W_I8, Loop
from moderation.readers.json.damage.salvage import salvaged
from moderation.readers.json.lenient import loads
from moderation.readers.streams import read_fully

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from moderation.readers.source import Source

BEHIND = "behind the damage"  # the key of what no row of the file holds
READ_BYTES = 1 << 20
FIRST_BYTES = 1 << 18  # what detection looks at
FIRST_VALUES = 100
LONGEST = 1 << 26  # bytes of one record; a longer one is damage, and is not held in memory
LONGEST_DOCUMENT = 1 << 29  # bytes of one object that all the comments stand in
AT_ONCE = 1 << 14  # brackets that are looked for at once
_DEEPEST = 1 << 62
_BRACKETS = Loop("brackets", U1, INT, W_I8, W_I8)
BLANK = b" \t\r\n,\0\x1e"  # 0x1e begins the records of RFC 7464


def first_values(source: Source) -> list[Any]:
    """The first values of a JSON file: up to 100 of its first 256 KiB.

    Of a value that is longer than that, what it begins with.
    """
    if "first values" not in source.memo:
        firsts: list[Any] = []
        with source.utf8() as stream:
            head = read_fully(stream, FIRST_BYTES)
        for value in values(io.BytesIO(head)):
            if value.wrong:  # a closing quote, in case it is cut within a string
                source.memo["first cut"] = len(head) == FIRST_BYTES
                firsts.append(rescued(value.raw + b'"'))
                firsts += _behind_damage(value.raw, before=False)
                continue
            try:
                firsts.append(loads(value.raw))
            except ValueError:
                firsts += _behind_damage(value.raw)
            if len(firsts) >= FIRST_VALUES:
                break
        source.memo["first values"] = firsts
    first: list[Any] = source.memo["first values"]
    return first


def ends_cut(source: Source) -> bool:
    """Whether the last of the first values is but what a longer one begins with."""
    first_values(source)
    return bool(source.memo.get("first cut"))


def _behind_damage(raw: bytes, before: bool = True) -> list[Any]:
    """What a damaged text holds before the damage, unless that is known, and the objects behind it.

    These are inner ones where something holds them, not rows of the file.
    """
    left = salvaged(raw, bool)
    if not left.root:
        return left.others
    behind = [{BEHIND: left.others}] if left.others or before else []
    return [left.root, *behind] if before else behind


def rescued(raw: bytes) -> Any:
    """What a JSON text that is cut somewhere holds up to there; None where it holds nothing."""
    import ijson

    builder = ijson.common.ObjectBuilder()
    try:
        for event, value in ijson.basic_parse(io.BytesIO(raw), use_float=True):
            builder.event(event, value)
    except (ijson.JSONError, UnicodeDecodeError):
        pass
    return getattr(builder, "value", None)


class Value(NamedTuple):
    """One top-level value, or one element of a top-level array, as it stands in the file."""

    line: int
    byte: int  # offset of its first byte
    raw: bytes
    wrong: str = ""  # why it is not whole: cut by the end of the file, or too long to hold

    @property
    def span(self) -> str:
        """Where it stands, for messages; some files are one line."""
        return f"line {self.line}, bytes {self.byte} to {self.byte + len(self.raw)}"


def values(stream: BinaryIO, longest: int = LONGEST) -> Iterator[Value]:
    """The values of a file: the elements of its array, or the objects that follow one another.

    Objects and arrays only; scalars between them come as values of their own, for the caller to
    reject. Memory is bounded by the largest value, and that by `longest`, behind which the
    file is not read on.
    """
    scanner = Scanner(stream, longest)
    yield from scanner.lost()
    depth = 0
    start = -1
    base = 0  # 1 inside a top-level array
    for at, token in scanner.brackets():
        if token in b"{[":
            if depth == base:
                if base == 0 and token == b"[" and not scanner.seen and opens(scanner, at):
                    base = depth = 1
                    scanner.keep_from(at + 1)
                    continue
                yield from scanner.between(at)
                start = at
                scanner.keep_from(at)
            depth += 1
        else:
            depth -= 1
            if depth == base and start >= 0:
                yield Value(scanner.line(start), start, scanner.cut(start, at + 1))
                scanner.keep_from(at + 1)
                scanner.seen = True
                start = -1
            elif depth < base:
                yield from scanner.between(at)
                scanner.keep_from(at + 1)
                base = depth = 0
                scanner.seen = True
    if scanner.overlong:
        begin = max(start, scanner.base)
        why = f"longer than {longest:,} bytes"
        yield Value(scanner.line(begin), begin, scanner.cut(begin, begin + 200), why)
    elif start >= 0:
        why = "the file ends within this record"
        yield Value(scanner.line(start), start, scanner.rest(), why)
    else:
        yield from scanner.between(scanner.end)


def opens(scanner: Scanner, at: int) -> bool:
    """Whether the array that begins here is the file's, with nothing but blanks before it."""
    return not scanner.cut(scanner.base, at).strip(BLANK)


def _is_end(stray: bytes) -> bool:
    """Whether it is what JavaScript puts behind a value: `;`, `);`."""
    return stray.strip(BLANK) in (b";", b")", b");")


class Scanner:
    """Brackets with their offsets, over a window of the stream."""

    def __init__(self, stream: BinaryIO, longest: int) -> None:
        self._stream = stream
        self._longest = longest
        self._window = b""
        self.overlong = False  # a value did not fit, and the scan stopped
        self.base = 0  # offset of the window's first byte
        self._fresh = b""  # what has been read, and is not in the window
        self.seen = False  # a value has been met
        self._keep = 0
        self.relief: Callable[[], bool] | None = None  # asked to let go of what is held
        self.limit: Callable[[], int] = lambda: 1  # brackets around those that are looked for
        self.huge = False  # an integer was met that may have more than 64 bits
        self.large = longest  # bytes from which it is
        self._line, self._counted = 1, 0  # of that offset

    def lost(self) -> Iterator[Value]:
        """What stands before the first whole object, in a file that does not begin with one.

        There the file may begin within a string, so that no bracket can be trusted.
        """
        from moderation.readers.json.damage.salvage import first_object

        head = read_fully(self._stream, FIRST_BYTES)
        start = 0 if head.lstrip(BLANK)[:1] in (b"{", b"[", b"") else first_object(head)
        if start:
            yield Value(1, 0, head[:start].strip(BLANK))
            self.base = self._keep = self._counted = start
            self._line += head.count(b"\n", 0, start)
        self._fresh = head[start:]

    @property
    def end(self) -> int:
        """Offset behind the window."""
        return self.base + len(self._window)

    def keep_from(self, at: int) -> None:
        """Nothing before this offset is asked for again."""
        self._keep = at

    def cut(self, start: int, end: int) -> bytes:
        """A stretch of the file, by offsets."""
        return self._window[start - self.base : end - self.base]

    def rest(self) -> bytes:
        """All that is kept."""
        return self._window[self._keep - self.base :]

    def line(self, at: int) -> int:
        """The number of the line in which this offset is."""
        low, high = sorted((max(self._counted, self.base), at))
        newlines = self._window.count(b"\n", low - self.base, high - self.base)
        if at < self._counted:
            return self._line - newlines
        self._line, self._counted = self._line + newlines, at
        return self._line

    def between(self, at: int) -> Iterator[Value]:
        """What stands between two values, if it is more than blanks and commas."""
        stray = self.kept(at)
        if stray.strip(BLANK) and not (self.seen and at == self.end and _is_end(stray)):
            lead = len(stray) - len(stray.lstrip(BLANK))
            yield Value(self.line(self._keep + lead), self._keep + lead, stray.strip(BLANK))

    def brackets(self) -> Iterator[tuple[int, bytes]]:
        """Offset and kind of every bracket outside of strings that is not deeper than `limit`."""
        for places in self.bracket_lists():
            for place in places:
                yield place, self.token(place)

    def token(self, at: int) -> bytes:
        """The byte at an offset."""
        return self._window[at - self.base : at - self.base + 1]

    def kept(self, at: int) -> bytes:
        """All that is kept before an offset."""
        return self.cut(self._keep, at)

    def bytes_at(self, places: np.ndarray) -> np.ndarray:
        """The bytes at some offsets."""
        return np.frombuffer(self._window, np.uint8)[places - self.base]

    def bracket_lists(self) -> Iterator[list[int]]:
        """Offsets of those brackets, some at once."""
        size = READ_BYTES
        finder = _Finder()
        while block := self._fresh or self._stream.read(size):
            self._fresh = b""
            drop = max(0, self._keep - self.base)
            if self._counted < self.base + drop:
                self.line(self.base + drop)
            before = len(self._window) - drop
            self._window = self._window[drop:] + block
            self.base += drop
            finder.begin(before)
            while places := finder.next(self._window, self.limit()):
                self.huge = finder.huge
                yield [self.base + place for place in places]
            self.huge = finder.huge
            pending = self.end - self._keep
            while pending > self.large and self.relief and self.relief():
                pending = self.end - self._keep
            if pending > self._longest:
                self.overlong = True
                return
            size = max(READ_BYTES, pending)  # doubles what is searched again: linear in all

    def brackets_from(self, at: int) -> Iterator[tuple[int, bytes]]:
        """Those of them that have been met since `at`, which is outside of strings; all depths."""
        finder = _Finder()
        finder.begin(at - self.base)
        while places := finder.next(self._window, _DEEPEST):
            for place in places:
                yield self.base + place, self._window[place : place + 1]


class _Finder:
    """Finds brackets, block after block."""

    def __init__(self) -> None:
        self._state = np.zeros(5, np.int64)
        self._found = np.empty(AT_ONCE, np.int64)

    @property
    def huge(self) -> bool:
        """Whether an integer was met that may have more than 64 bits."""
        return bool(self._state[4])

    def begin(self, at: int) -> None:
        """Go on at this place of the next text."""
        self._state[0] = at

    def next(self, text: bytes, limit: int) -> list[int]:
        """The places of some brackets more; none where the text has no more."""
        while self._state[0] < len(text):
            raw = np.frombuffer(text, np.uint8)
            count = _BRACKETS(raw, limit, self._state, self._found)
            if count:
                places: list[int] = self._found[:count].tolist()
                return places
        return []
