"""Parquet to columns, within what a file of its size may grow to.

A page of a thousand bytes may unpack to gigabytes, and a dictionary's one long value be repeated a
million times. So the headers of a row group's pages are read before Arrow reads the pages: they
say how much it will unpack, and how long a repeated value can be.
"""

from __future__ import annotations

import contextlib
import io
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from moderation.errors import InputError
from moderation.readers.table.objects import Columns, Job

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moderation.readers.source import Source

BATCH_ROWS = 50_000
BATCH_BYTES = 1 << 25  # of a block that is handed on
DECODED_BYTES = 1 << 28  # that a batch may have if every row holds the longest value there can be
ROW_BYTES = 256  # what a comment costs beside its words; no table has so many rows in fewer bytes
HEADER_BYTES = (1 << 12, 1 << 24)  # of a page: numbers, and its least and greatest value
_DICTIONARY = 2  # type of a page
_DAMAGE = (
    pa.ArrowInvalid,
    pa.ArrowNotImplementedError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
)


class Cost(NamedTuple):
    """What a column of a row group unpacks to, and the bytes of its dictionary."""

    unpacked: int
    dictionary: int
    values: int


class Parquet:
    """A Parquet file; `names` are its columns. Raises InputError where it is damaged."""

    def __init__(self, source: Source) -> None:
        self._source = source
        try:
            self._raw = b"" if source.local else source.open().read()
            self._stream = pq.ParquetFile(self._input(), pre_buffer=False)
            self.schema: pa.Schema = self._stream.schema_arrow
            self.names: list[str] = self.schema.names
        except _DAMAGE as error:
            raise self._damaged(error) from error

    def columns(self, chosen: Mapping[str, str]) -> Iterator[Job]:
        """The file's rows, block by block. chosen: our name -> the file's column.

        Raises InputError where the file is damaged, or grows beyond its bound.
        """
        for first, block in self._bounded(sorted(set(chosen.values()))):
            values = {role: block[name].combine_chunks() for role, name in chosen.items()}
            yield partial(Columns, values, partial(_row, first), [], block.num_rows)

    def table(self) -> pa.Table:
        """All rows and columns, and the file's metadata.

        Raises InputError where the file is damaged, or grows beyond its bound.
        """
        blocks = [block for _, block in self._bounded(self.names)]
        schema = self._stream.schema_arrow
        table = pa.concat_tables(blocks) if blocks else schema.empty_table()
        return table.replace_schema_metadata(schema.metadata)

    def check(self) -> None:
        """Raise InputError where all rows and columns together grow beyond the file's bound."""
        for _ in self._bounded(self.names, suspects=True):
            pass

    def _bounded(
        self, wanted: list[str], *, suspects: bool = False
    ) -> Iterator[tuple[int, pa.Table]]:
        """The rows in blocks, each with the number of its first row.

        suspects: only of the row groups in which repeated values could go beyond the bound.
        """
        sizes = [self._stream.metadata.row_group(k).num_rows for k in range(self._groups)]
        begin, end = self._source.groups or (0, self._groups)
        self._source.allow(sum(sizes[begin:end]) * ROW_BYTES)
        done, grown = sum(sizes[:begin]), 0
        try:
            for group in range(begin, end):
                costs = self._costs(group, set(wanted))
                grown += sum(cost.unpacked for cost in costs.values())
                self._source.allow(grown)
                longest = self._longest(group, costs)
                if suspects and self._source.allows(grown + sizes[group] * sum(longest)):
                    done += sizes[group]
                    continue
                rows = max(1, min(BATCH_ROWS, DECODED_BYTES // max(1, *longest)))
                for block in self._blocks(group, wanted, rows):
                    grown += block.nbytes
                    self._source.allow(grown)
                    yield done, block
                    done += block.num_rows
                if done != sum(sizes[: group + 1]):
                    raise ValueError(f"row group {group} has not the {sizes[group]:,} rows it says")
        except _DAMAGE as error:
            raise self._damaged(error) from error

    @property
    def _groups(self) -> int:
        return int(self._stream.num_row_groups)

    def _blocks(self, group: int, wanted: list[str], rows: int) -> Iterator[pa.Table]:
        """The rows of a group, up to BATCH_ROWS or about BATCH_BYTES at a time."""
        batches: list[pa.RecordBatch] = []
        count = size = 0
        for batch in self._stream.iter_batches(rows, row_groups=[group], columns=wanted):
            batches.append(self._plain(batch))
            count, size = count + batch.num_rows, size + batches[-1].nbytes
            if count >= BATCH_ROWS or size >= BATCH_BYTES:
                yield pa.Table.from_batches(batches)
                batches, count, size = [], 0, 0
        if batches:
            yield pa.Table.from_batches(batches)

    def _plain(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with dictionaries written out (it has few enough rows for that), and UTF-8."""
        columns = []
        for column in batch.columns:
            if isinstance(column, pa.DictionaryArray):
                column = column.dictionary_decode()
            try:
                column.validate(full=True)
            except pa.ArrowInvalid:
                large = pa.types.is_large_string(column.type)
                if not large and not pa.types.is_string(column.type):
                    raise
                raw = column.cast(pa.large_binary() if large else pa.binary()).to_pylist()
                column = pa.array(
                    [None if cell is None else self._source.decoded(cell) for cell in raw],
                    column.type,
                )
            columns.append(column)
        return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)

    def _longest(self, group: int, costs: dict[str, Cost]) -> list[int]:
        """Bytes of the longest value in each of a group's dictionaries, or more."""
        return [
            cost.dictionary
            if cost.dictionary * BATCH_ROWS <= DECODED_BYTES
            else self._longest_in(group, name, cost.dictionary)
            for name, cost in costs.items()
        ]

    def _longest_in(self, group: int, name: str, size: int) -> int:
        """The longest value of a column's dictionary of `size` bytes; `size` where it is hidden."""
        kind = self.schema.field(name).type if name in self.names else None
        if kind is not None and pa.types.is_primitive(kind):
            return int(kind.bit_width) // 8 or 1
        stream = pq.ParquetFile(self._input(), pre_buffer=False, read_dictionary=[name])
        for batch in stream.iter_batches(1, row_groups=[group], columns=[name]):
            column = batch.column(0)
            values = getattr(column, "dictionary", pa.array([], pa.string()))
            known = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
            lengths = pc.binary_length(values) if known else values
            # a dictionary's page holds each value behind its length in four bytes
            if known and (pc.sum(lengths).as_py() or 0) + 4 * len(values) == size:
                return int(pc.max(lengths).as_py() or 0)
        return size

    def _costs(self, group: int, wanted: set[str]) -> dict[str, Cost]:
        """Of each wanted column of a group. Raises InputError for lists that grow beyond bounds."""
        metadata = self._stream.metadata.row_group(group)
        costs: dict[str, Cost] = {}
        with self._opened() as file:
            for number in range(metadata.num_columns):
                column = metadata.column(number)
                if column.path_in_schema.split(".")[0] not in wanted:
                    continue
                starts = [column.data_page_offset, column.dictionary_page_offset or 0]
                begin = min(start for start in starts if start > 0)
                cost = _cost(file, begin, begin + column.total_compressed_size)
                costs[column.path_in_schema] = cost
                if self._stream.schema.column(number).max_repetition_level:  # any number in a row
                    self._source.allow(cost.values * (cost.dictionary + 8))
        return costs

    def _input(self) -> Any:
        return self._source.local or pa.BufferReader(self._raw)

    def _opened(self) -> BinaryIO:
        return self._source.local.open("rb") if self._source.local else io.BytesIO(self._raw)

    def _damaged(self, error: Exception) -> InputError:
        reason = " ".join(str(error).split())[:200]
        return InputError(f"{self._source.name}: damaged Parquet file: {reason}")


def _row(first: int, row: int) -> str:
    return f"row {first + row + 1}"


def _cost(file: BinaryIO, begin: int, end: int) -> Cost:
    """What the headers of the pages between two offsets say."""
    unpacked = dictionary = values = 0
    while begin < end:
        page, length = _header(file, begin)
        kind, size, packed = (int(page[number]) for number in (1, 2, 3))
        if size < 0 or packed < 0:
            raise ValueError(f"a page of {size} bytes at byte {begin}")
        unpacked += size
        dictionary = max(dictionary, size) if kind == _DICTIONARY else dictionary
        data = page.get(5) or page.get(8) or {1: 0}  # the header of a data page, of either version
        values += max(0, int(data[1]))
        begin += length + packed
    return Cost(unpacked, dictionary, values)


def _header(file: BinaryIO, begin: int) -> tuple[dict[int, Any], int]:
    """The header of the page that begins here, and its length."""
    for most in HEADER_BYTES:
        file.seek(begin)
        header = Thrift(file.read(most))
        with contextlib.suppress(IndexError):
            return header.struct(), header.at
    raise ValueError(f"the header of a page at byte {begin} does not end")


class Thrift:
    """Thrift's compact protocol, as far as Parquet's page headers need it."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self.at = raw, 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Numbers and structs by field number; other values are passed over. ValueError if wrong.

        >>> Thrift(bytes([0x15, 4, 0x15, 20, 0])).struct()
        {1: 2, 2: 10}
        """
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            fields[number] = self._value(head & 15, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2):  # true, false
            return kind == 1
        if kind in (4, 5, 6):  # 16, 32 and 64 bits
            return self._zigzag()
        if kind == 12 and depth < 4:
            return self.struct(depth + 1)
        if kind not in (3, 7, 8):
            raise ValueError(f"a page's header has a value of type {kind}")
        length = self._varint() if kind == 8 else {3: 1, 7: 8}[kind]
        self.at += length
        return None

    def _zigzag(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)

    def _varint(self) -> int:
        number = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
        raise ValueError("a page's header has a number that does not end")

    def _byte(self) -> int:
        self.at += 1
        return self._raw[self.at - 1]
