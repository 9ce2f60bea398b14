"""Rows on disk by partition: a partition is a range of the hash of the thread's id.

A reading task writes its rows into one Arrow file, sorted by partition a portion at a time, so
that a partition's rows are read back without a look at the others. The hash is of the id alone,
the same on every machine and in every release: it is also the order of the output.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from moderation.cluster import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PORTION = 48 << 20  # bytes that are held before they are written
HASH = "hash"


class Batch(NamedTuple):
    """Where some rows of a spill file belong: partition, number of rows, bytes in memory."""

    key: int
    rows: int
    bytes: int


class Range(NamedTuple):
    """Hashes from `low` to below `high`."""

    low: int
    high: int


def thread_hashes(ids: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """(n,) uint64: hash of each thread's id; null as 0."""
    column = pa.chunked_array([ids]) if isinstance(ids, pa.Array) else ids
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    names = encoded.dictionary.cast(pa.large_binary()).to_pylist()
    hashes = [int.from_bytes(hashlib.blake2b(name, digest_size=8).digest()) for name in names]
    codes = encoded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
    return np.array([*hashes, 0], np.uint64)[codes]


def partition_of(hashes: np.ndarray, partitions: int) -> np.ndarray:
    """(n,) int64: the partition of each hash; a higher hash never has a lower one.

    >>> partition_of(np.array([0, 2**63, 2**64 - 1], np.uint64), 4).tolist()
    [0, 2, 3]
    """
    return ((hashes >> np.uint64(32)) * np.uint64(partitions) >> np.uint64(32)).astype(np.int64)


def range_of(partition: int, partitions: int) -> Range:
    """The hashes of a partition: those for which `partition_of` gives it."""
    low, high = (-(-(number << 32) // partitions) << 32 for number in (partition, partition + 1))
    return Range(low, high)


def pieces_of(whole: Range, count: int) -> list[Range]:
    """The range cut into `count` of about equal width, in order."""
    cuts = [whole.low + (whole.high - whole.low) * k // count for k in range(count + 1)]
    return [Range(low, high) for low, high in pairwise(cuts)]


class Spill:
    """An Arrow file that takes rows with a key each, in any order, and keeps their order per key.

    batches: what stands in the file, in its order; complete once it is closed.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.batches: list[Batch] = []
        self._sink = pa.OSFile(str(path), "wb")
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        self._writer = pa.ipc.new_file(self._sink, schema, options=options)
        self._tables: list[pa.Table] = []
        self._keys: list[np.ndarray] = []
        self._held = 0

    def add(self, table: pa.Table, keys: np.ndarray) -> None:
        """Take rows (of the file's schema); keys: (n,) int64."""
        if table.num_rows:
            self._tables.append(table)
            self._keys.append(keys)
            self._held += table.nbytes
        if self._held >= PORTION:
            self._write()

    def _write(self) -> None:
        if not self._tables:
            return
        table, keys = pa.concat_tables(self._tables), np.concatenate(self._keys)
        self._tables, self._keys, self._held = [], [], 0
        order = np.argsort(keys, kind="stable")
        table, keys = table.take(pa.array(order)).combine_chunks(), keys[order]
        bounds = [0, *(np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist(), len(keys)]
        for first, last in pairwise(bounds):
            some = table.slice(first, last - first)
            for batch in some.to_batches():
                self._writer.write_batch(batch)
                self.batches.append(Batch(int(keys[first]), len(batch), batch.nbytes))

    def __enter__(self) -> Spill:
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        try:
            if kind is None:
                self._write()
            self._writer.close()
        finally:
            self._sink.close()


def spilled(
    path: str, batches: list[list[int]], key: int, within: Range | None = None
) -> Iterator[pa.RecordBatch]:
    """The rows of one key in a spill file, in the order in which they were added.

    batches: of the Spill, as its receipt has them. within: only rows whose hash is in it.
    """
    wanted = [number for number, batch in enumerate(batches) if batch[0] == key]
    if not wanted:
        return
    with files.arrow_file(path) as file:
        reader = pa.ipc.open_file(file)
        for number in wanted:
            batch = reader.get_batch(number)
            yield batch if within is None else batch.filter(_inside(batch, within))


def _inside(batch: pa.RecordBatch, within: Range) -> pa.Array:
    hashes = batch.column(batch.schema.get_field_index(HASH)).to_numpy()
    return pa.array((hashes >= np.uint64(within.low)) & (hashes <= np.uint64(within.high - 1)))


def bytes_of(batches: list[list[int]], key: int) -> int:
    """What one key's rows take in memory."""
    return sum(batch[2] for batch in batches if batch[0] == key)


def as_lists(batches: list[Batch]) -> list[list[Any]]:
    """For a receipt."""
    return [list(batch) for batch in batches]
