"""CSV and TSV to columns: Arrow's parser for the rows that are well quoted, line by line otherwise.

A quote that never closes would swallow the rest of the file. So each block is first checked as
RFC 4180 wants it (an opening quote follows a delimiter, a closing one precedes one); the first
line that breaks the rule is read on its own or rejected, and reading goes on behind it.
"""

from __future__ import annotations

import csv
import io
import re
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from moderation.comments import STRING, Reject
from moderation.errors import InputError
from moderation.readers.column_bytes import Bytes
from moderation.readers.encodings import decode
from moderation.readers.records import SNIPPET, snippet
from moderation.readers.table.csv.rows import (
    NEWLINE,
    RowPlaces,
    Rows,
    count_rows,
    first_wrong,
    quotes_in,
)
from moderation.readers.table.csv.style import HOLDS_ROW, Style, beginning
from moderation.readers.table.objects import Columns, Job
from moderation.readers.table.unread import crowded, misplaced, sampled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from moderation.readers.source import Source

BLOCK_BYTES = 1 << 22
SMALL_BLOCK = 1 << 11  # after a broken line, so that many of them do not cost a block each
FEW_BYTES = 1 << 16  # of well-quoted rows between broken lines, for which Arrow is not called
LONGEST_FIELD = 1 << 20  # bytes within quotes; a longer one is an open quote
LONGEST_LINE = 1 << 26  # bytes; what is behind them on the line is passed over
_RETURN = 13
# a length, and no end of a text
_INCHES = re.compile(r"(?<![^\s(])\d{1,3}(?:[.,/]\d{1,3})?\"(?![^\W\d_])")
_CUT = "a quote closes a cell that none opens: words before it are lost, or in another cell"


def csv_columns(source: Source, style: Style, roles: Mapping[str, str]) -> Iterator[Job]:
    """Columns of the file's rows, block by block. roles: our name -> header name."""
    with source.utf8() as stream:
        start = beginning(source)
        lines = _Returns(stream) if "\n" not in start and "\r" in start else stream
        walk = _Walk(lines, source, style, roles)
        yield from walk.columns()


class _Returns:
    """A stream whose lines end in a carriage return alone, as one whose lines end in newlines."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        """The next bytes."""
        return self._stream.read(size).replace(b"\r", b"\n")


class _Cells(NamedTuple):
    """Rows taken apart in Python, where each stands, those that are no rows, how many were met."""

    rows: list[list[str]]
    places: list[str]
    rejects: list[Reject]
    met: int


class _Walk:
    """One pass over the file."""

    def __init__(
        self, stream: object, source: Source, style: Style, roles: Mapping[str, str]
    ) -> None:
        self._stream, self._source, self._style = stream, source, style
        self._file = source.name
        self._roles = roles
        self._buffer, self._at = b"", 0  # what is before `_at` is done with
        self._line = 1
        self._byte = 0
        self._size = BLOCK_BYTES
        self._ended = False
        self._overlong = False
        self._false = False  # the header is no header
        self._count = 0  # rows in what `_split` found good
        self._newlines = np.zeros(0, np.int64)  # of the window, as `_split` found them
        self._ends = np.zeros(0, np.int64)  # those of them that end a row

    def columns(self) -> Iterator[Job]:
        """The jobs that give the columns: of the header if it is damaged, then of the rows."""
        head = self._pass_header()
        if self._style.header and self._style.holds_row:
            self._false = True
            yield partial(self._headless, head)
        elif self._style.header and (damage := self._style.damage):
            yield partial(self._rejected, head, damage)
        yield from self._row_jobs()

    def _row_jobs(self) -> Iterator[Job]:
        few: list[Rows] = []  # broken lines and the rows between them, for one job
        waiting = 0
        for rows in self._pieces():
            alone = not rows.wrong and len(rows.raw) > FEW_BYTES
            if not alone:
                few.append(rows)
                waiting += len(rows.raw)
            if few and (alone or waiting > FEW_BYTES):
                yield partial(self._one_by_one, few)
                few, waiting = [], 0
            if alone:
                yield partial(self._parsed, rows)
        if few:
            yield partial(self._one_by_one if len(few) > 1 else self._first, few)

    def _headless(self, head: bytes) -> Columns:
        """A reject for a header that is also a row. Raises InputError where it may be no header."""
        if len(self._style.names) == self._style.cells:
            raise InputError(
                f"{self._file}: the header line is damaged, so no column can be trusted: "
                f"{snippet(head)[:80]!r}; put the names of the columns there"
            )
        return self._rejected(head, HOLDS_ROW)

    def _rejected(self, head: bytes, why: str) -> Columns:
        """A reject for the header."""
        reject = Reject(self._file, Rows(head, 1, 0).place, why, snippet(head))
        return Columns({}, str, [reject], 1)

    def _first(self, few: list[Rows]) -> Columns:
        return self._one_by_one(few) if few[0].wrong else self._parsed(few[0])

    def _pieces(self) -> Iterator[Rows]:
        """Well-quoted rows and broken lines, in their order."""
        while not self._ended or self._left:
            self._fill(self._size)
            good, broken = self._split()
            if good:
                line, byte = self._line, self._byte
                lines = int(np.searchsorted(self._newlines, good))
                ends = self._ends
                yield Rows(self._taken(good, lines), line, byte, self._count, ends=ends)
            if broken:
                line, byte = self._line, self._byte
                yield Rows(self._taken(broken), line, byte, wrong=True, cut=self._overlong)
                self._size = SMALL_BLOCK
                if self._overlong:
                    self._pass_over()
            elif good:
                self._size = min(BLOCK_BYTES, self._size * 2)
            else:  # a row longer than the window
                self._size *= 2

    @property
    def _left(self) -> int:
        """Bytes that have been read and not yet taken."""
        return len(self._buffer) - self._at

    def _pass_header(self) -> bytes:
        """Past the header's lines, and the blank ones before them."""
        left = self._style.header
        head = b""
        while left:
            self._fill(max(self._size, self._left + 1))
            end = self._buffer.find(b"\n", self._at) + 1
            if not end and not self._ended:
                continue
            end = self._return(end or len(self._buffer)) or end
            taken = self._taken((end or len(self._buffer)) - self._at)
            left -= bool(taken.strip())
            head += taken
            if self._ended and not self._left:
                break
        return head

    def _return(self, end: int) -> int:
        """Behind a carriage return alone that ends the header's line before `end`; 0 for none."""
        at = self._buffer.find(b"\r", self._at, end)
        behind = at + 1
        while 0 < behind < end and self._buffer[behind] == _RETURN:
            behind += 1
        alone = 0 < behind < end and self._buffer[behind] != NEWLINE
        cells = self._buffer[self._at : at].count(self._style.delimiter.encode()) + 1
        return behind if alone and cells == len(self._style.names) else 0

    def _fill(self, size: int) -> None:
        missing = size - self._left
        if missing <= 0 or self._ended:
            return
        blocks = [self._buffer[self._at :]]
        while missing > 0 and not self._ended:
            block = self._stream.read(missing)  # type: ignore[attr-defined]
            self._ended = not block
            blocks.append(block)
            missing -= len(block)
        self._buffer, self._at = b"".join(blocks), 0

    def _taken(self, count: int, lines: int | None = None) -> bytes:
        """The next bytes, of so many lines."""
        taken = self._buffer[self._at : self._at + count]
        self._line += taken.count(b"\n") if lines is None else lines
        self._at += count
        self._byte += count
        return taken

    def _split(self) -> tuple[int, int]:
        """Bytes of whole, well-quoted rows that come next, and of the broken line behind."""
        count = min(self._size, self._left)
        window = np.frombuffer(self._buffer, np.uint8, count, self._at)
        at_end = self._ended and self._left <= self._size
        quotes = quotes_in(window, self._style.escape)
        wrong = first_wrong(window, quotes, ord(self._style.delimiter), at_end)
        newlines = self._newlines = np.flatnonzero(window == NEWLINE)
        inside = np.searchsorted(quotes, newlines) % 2 == 1
        limit = len(window) if wrong is None else wrong
        free = self._ends = newlines[~inside & (newlines < limit)]
        good = int(free[-1]) + 1 if len(free) else 0
        self._count = count_rows(window, free)
        if wrong is None:
            if at_end and len(quotes) % 2 == 0:
                self._count += bool(window[good:].tobytes().strip(b"\r"))
                return len(window), 0
            if at_end:
                return good, self._line_end(int(quotes[-1]), good)
            if good or self._left < self._size:
                return good, 0
            if self._size < 2 * LONGEST_FIELD:
                return 0, 0
            where = int(quotes[-1]) if len(quotes) % 2 else 0
            return 0, self._line_end(where)
        return good, self._line_end(wrong, good)

    def _line_end(self, at: int, start: int = 0) -> int:
        """Bytes from `start` (or the last free line end) to the end of the line around `at`."""
        end = self._buffer.find(b"\n", self._at + at) + 1 - self._at
        while end <= 0 and not self._ended and self._left <= LONGEST_LINE:
            seen = self._left
            self._fill(2 * seen)
            end = self._buffer.find(b"\n", self._at + max(at, seen)) + 1 - self._at
        self._overlong = end <= 0 and not self._ended
        return (end if end > 0 else self._left) - start

    def _pass_over(self) -> None:
        """Read on to the end of a line that is too long to hold."""
        self._overlong = False
        while block := self._stream.read(BLOCK_BYTES):  # type: ignore[attr-defined]
            end = block.find(b"\n") + 1
            self._byte += end or len(block)
            if end:
                self._buffer, self._at = block, end
                self._line += 1
                return
        self._ended = True

    def _parsed(self, rows: Rows) -> Columns:
        raw = rows.raw
        if self._false:
            return self._one_by_one([rows])
        if raw[0] in b"\r\n" and not raw.strip(b"\r\n"):
            return Columns({}, str, [], 0)
        style = self._style
        parsing = pa_csv.ParseOptions(
            delimiter=style.delimiter,
            escape_char="\\" if style.escape else False,
            newlines_in_values=True,
        )
        wanted = dict.fromkeys(style.names, STRING)
        converting = pa_csv.ConvertOptions(
            column_types=wanted,
            include_columns=sorted(set(self._roles.values())),
            strings_can_be_null=False,
            check_utf8=True,
        )
        reading = pa_csv.ReadOptions(
            column_names=list(style.names), block_size=max(1 << 20, len(raw) + 1), use_threads=False
        )
        try:
            table = pa_csv.read_csv(pa.BufferReader(raw), reading, parsing, converting)
        except pa.ArrowInvalid:
            return self._one_by_one([rows])
        if table.num_rows != rows.rows:  # lone carriage returns end rows too
            return self._one_by_one([rows])
        columns = {role: table[name].combine_chunks() for role, name in self._roles.items()}
        places = RowPlaces(rows, style.escape)
        rejects = self._unread(columns, places)
        return Columns(columns, places, rejects, rows.rows + len(rejects))

    def _unread(self, columns: Mapping[str, pa.Array], places: RowPlaces) -> list[Reject]:
        """Rejects for texts in columns that are not read, of rows that Arrow has parsed."""
        by_name = {name: columns[role] for role, name in self._roles.items()}
        lengths = places.lengths
        count = len(next(iter(columns.values())))
        if len(by_name) == len(self._style.names) or len(lengths) != count:
            return []
        rows = crowded(lengths, (Bytes(column).lengths for column in by_name.values()))
        if not len(rows):
            return []
        odd = [(row, self._cells(places.raw(row))) for row in rows.tolist()]
        usual = [self._cells(places.raw(row)) for row in sampled(count, rows).tolist()]
        width = len(self._style.names)
        odd = [(row, cells) for row, cells in odd if len(cells) == width]
        usual = [cells for cells in usual if len(cells) == width]
        return self._misplaced(odd, usual, count, places)

    def _misplaced(
        self,
        odd: list[tuple[int, list[str]]],
        usual: list[list[str]],
        count: int,
        place: Callable[[int], str],
    ) -> list[Reject]:
        found = misplaced(self._style.names, self._roles.values(), odd, usual, count)
        return [
            Reject(self._file, place(row), f"prose where {name} should be", text[:SNIPPET])
            for row, name, text in found
        ]

    def _cells(self, raw: bytes) -> list[str]:
        """The cells of a row that is well quoted."""
        csv.field_size_limit(LONGEST_LINE)
        style = self._style
        lines = io.StringIO(decode(raw)[0].replace("\0", ""), newline="")
        escape = "\\" if style.escape else None
        return next(csv.reader(lines, delimiter=style.delimiter, escapechar=escape), [])

    def _one_by_one(self, pieces: list[Rows]) -> Columns:
        """Several pieces by Python's parser."""
        cells = [self._alone(piece) if piece.wrong else self._slowly(piece) for piece in pieces]
        return self._to_columns(
            _Cells(
                [row for piece in cells for row in piece.rows],
                [place for piece in cells for place in piece.places],
                [reject for piece in cells for reject in piece.rejects],
                sum(piece.met for piece in cells),
            )
        )

    def _slowly(self, rows: Rows) -> _Cells:
        """Well-quoted rows: wrong numbers of cells become rejects with their line."""
        style = self._style
        text = self._source.decoded(rows.raw)
        csv.field_size_limit(LONGEST_LINE)
        reader = csv.reader(
            io.StringIO(text.replace("\0", ""), newline=""),
            delimiter=style.delimiter,
            escapechar="\\" if style.escape else None,
        )
        found: list[list[str]] = []
        places: list[str] = []
        line = rows.line
        for cells in reader:
            last = rows.line + reader.line_num - 1
            if cells:
                found.append(cells)
                places.append(f"lines {line} to {last}" if last > line else f"line {line}")
            line = last + 1
        exact = RowPlaces(rows, style.escape).full
        good: list[list[str]] = []
        kept: list[str] = []
        rejects = []
        for place, cells in zip(exact if len(exact) == len(found) else places, found, strict=True):
            if len(cells) == len(style.names) and not self._false:
                good.append(cells)
                kept.append(place)
                continue
            reason = f"{len(cells)} cells, but the header has {len(style.names)}"
            if self._false:
                reason = f"{len(cells)} cells, and no header that says what they are"
            shown = style.delimiter.join(cells)[:200]
            rejects.append(Reject(self._file, place, reason, shown))
        return _Cells(good, kept, rejects, len(found))

    def _alone(self, rows: Rows) -> _Cells:
        """A line whose quotes are wrong: kept if its cells are right without them."""
        place = rows.place
        style = self._style
        if rows.cut:
            reason = f"longer than {LONGEST_LINE:,} bytes, or a quote that is not closed"
            return _Cells([], [], [Reject(self._file, place, reason, snippet(rows.raw))], 1)
        text = self._source.decoded(rows.raw)
        text = text.strip("\r\n").replace("\0", "").replace("\r", " ")
        if style.delimiter == "\t":
            cells = text.split("\t")
        else:
            csv.field_size_limit(LONGEST_LINE)
            opened = text.startswith('"') or f'{style.delimiter}"' in text
            lines = [] if opened and text.count('"') % 2 else [text]
            cells = next(csv.reader(lines, delimiter=style.delimiter), [])
        if len(cells) == len(style.names) and "\n" not in text:
            cut = Reject(self._file, place, _CUT, snippet(rows.raw))
            told = [cut] if self._is_cut(text, cells) else []
            return _Cells([cells], [place], told, 1 + len(told))
        reason = "a quote is opened and not closed, or stands within a cell"
        return _Cells([], [], [Reject(self._file, place, reason, snippet(rows.raw))], 1)

    def _is_cut(self, line: str, cells: list[str]) -> bool:
        """Whether a quote closes a cell that none has opened, in a file that quotes its cells.

        Or one that has been opened within the cell before. A quote behind a number says inches.
        """
        bare = [_INCHES.sub("", cell) for cell in cells]
        odd = [cell.count('"') % 2 == 1 for cell in bare]
        closing = [one and cell.endswith('"') for one, cell in zip(odd, bare, strict=True)]
        if any(opened and closed for opened, closed in zip(odd, closing[1:], strict=False)):
            return True
        line = _INCHES.sub("", line)
        ends = line.endswith('"') or f'"{self._style.delimiter}' in line
        return self._style.quoted and (any(closing) or (line.count('"') % 2 == 1 and ends))

    def _to_columns(self, cells: _Cells) -> Columns:
        index = {name: number for number, name in enumerate(self._style.names)}
        columns = {
            role: pa.array([row[index[name]] for row in cells.rows], STRING)
            for role, name in self._roles.items()
        }
        place = cells.places.__getitem__
        rows = [*enumerate(cells.rows)]
        few = sampled(len(rows), np.zeros(0, np.int64)).tolist()
        usual = [row for number, row in rows if number in few]
        unread = self._misplaced(rows, usual, len(rows), place)
        return Columns(columns, place, [*cells.rejects, *unread], cells.met + len(unread))
