"""Score one partition: rebuild its threads from the spill files, score, flag and write them."""

from __future__ import annotations

from contextlib import ExitStack
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from moderation.cluster import files, receipts
from moderation.cluster.dump_evidence import Judge
from moderation.cluster.engines import go_on
from moderation.cluster.job import Job, digest, model_of
from moderation.cluster.read import RECORDS, THREADS
from moderation.cluster.repeated import SKETCH, sketch
from moderation.cluster.spill import (
    HASH,
    Range,
    bytes_of,
    pieces_of,
    range_of,
    spilled,
    thread_hashes,
)
from moderation.comments import REJECT_SCHEMA
from moderation.flags.counts import FlagCounts
from moderation.model.by_language import learnt_in_parts
from moderation.model.share import seen_in
from moderation.readers.merging.dump import Assembled, Dump, assembled
from moderation.readers.merging.rejects import reject_table
from moderation.tables import ROW_GROUP, taken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from moderation.cluster.dump_evidence import Counted
    from moderation.cluster.receipts import Receipt
    from moderation.model.model import Model

STANDING = 420 << 20
"""Bytes of a process that has the model, the kernel and the libraries loaded: 390 MB measured."""
TIMES = 6
"""How many times its records' bytes a partition takes while it is scored: 4.3 measured on 20
million comments of 300 bytes (docs/cluster.md); of shorter ones, the other columns take more."""
LEAST = 8 << 20  # a portion smaller than this costs more in opening than it saves


class Spilled(NamedTuple):
    """A spill file of one unit: its path and what it holds; see `Spill.batches`."""

    path: str
    batches: list[list[int]]


class Pieces(NamedTuple):
    """Everything that was read, in the order of the inputs."""

    records: list[Spilled]
    threads: list[Spilled]

    @classmethod
    def of(cls, job: Job, units: list[str]) -> Pieces:
        """From the receipts of the reading tasks. Raises OutputError where one is gone."""
        records: list[Spilled] = []
        threads: list[Spilled] = []
        for unit in units:
            receipt = receipts.need(job, unit)
            for kind, spills in (("records", records), ("threads", threads)):
                if receipt.get(kind):
                    spills.append(Spilled(job.place(f"{unit}.{kind}"), receipt[kind]))
        return cls(records, threads)

    def bytes(self, partition: int) -> int:
        """Bytes of memory that the records of a partition take."""
        return sum(bytes_of(spill.batches, partition) for spill in self.records)


def portion_bytes(job: Job, at_once: int = 1) -> int:
    """Bytes of records that one task may hold, so that `at_once` of them keep to the memory."""
    return max(LEAST, (job.memory - STANDING) // TIMES // at_once)


def score_part(
    job: Job,
    number: int,
    units: list[str],
    read: str,
    portion: int,
    counted: Counted | None = None,
) -> Receipt:
    """Score a partition into the work folder.

    units: names of the reading tasks, in the order of the inputs; read: digest of what they read.
    portion: bytes of records to hold at a time; whole threads are, however long. counted: what
    all partitions say of each other's comments.
    """
    name = f"part-{number:05}"
    target = f"_work/scored-{number:05}.parquet"
    made_from = digest(job.options(), number, read, counted and counted.digest)
    done = receipts.kept(job, name, made_from)
    if done is not None:
        return done
    model = model_of(job)
    judge = None if counted is None else Judge(job, counted)
    counts = _Counts(model)
    rejected = f"_rejects/{name}.parquet"
    paths = [target, rejected]
    with ExitStack() as stack:
        path = stack.enter_context(files.writing(f"{job.folder}/{target}"))
        rejects = stack.enter_context(files.writing(f"{job.folder}/{rejected}"))
        refused = stack.enter_context(_parquet(rejects, REJECT_SCHEMA))
        sketches = None
        if job.campaigns:
            paths.append(f"_work/sketch-{number:05}.arrow")
            sketched = stack.enter_context(files.writing(f"{job.folder}/{paths[-1]}"))
            sketches = stack.enter_context(pa.ipc.new_file(str(sketched), SKETCH))
        writer: Any = None
        for dump in _dumps(job, Pieces.of(job, units), number, portion):
            table = _scored(dump, model, job, judge)
            if writer is None:
                writer = stack.enter_context(_parquet(path, table.schema))
            writer.write_table(table, row_group_size=ROW_GROUP)
            refused.write_table(dump.rejects)
            if sketches is not None:
                sketches.write_batch(counts.sketched(table))
            counts.add_portion(table, dump, portion)
    return receipts.leave(job, name, made_from, paths, **counts.to_dict())


def _parquet(path: Path, schema: pa.Schema) -> Any:
    return pq.ParquetWriter(str(path), schema, compression="zstd")


def _dumps(job: Job, pieces: Pieces, number: int, portion: int) -> Iterator[_Portion]:
    """The partition's threads, as many at a time as fit; at least one table, if an empty one."""
    whole = range_of(number, job.partitions)
    count = -(-pieces.bytes(number) // portion) or 1
    for within in pieces_of(whole, count):
        go_on()
        some = None if count == 1 else within
        records = _gathered(pieces.records, RECORDS, number, some)
        threads = _gathered(pieces.threads, THREADS, number, some)
        size = records.nbytes
        built = assembled(records.drop_columns(HASH), [threads.drop_columns(HASH)])
        del records, threads
        yield _Portion.of(built, size)


def _gathered(spills: list[Spilled], schema: pa.Schema, key: int, within: Range | None) -> pa.Table:
    batches = [
        batch for spill in spills for batch in spilled(spill.path, spill.batches, key, within)
    ]
    return pa.Table.from_batches(batches, schema)


class _Portion(NamedTuple):
    """Some whole threads in the order of the output, and which comments in them are repeats."""

    comments: pa.Table
    threads: pa.Table
    rejects: pa.Table
    bytes: int

    @classmethod
    def of(cls, built: Assembled, size: int) -> _Portion:
        comments = built.comments
        order = hash_order(comments["thread_id"])
        rejects = sorted(built.rejects)
        return cls(taken(comments, order), built.threads, reject_table(rejects), size)


def hash_order(ids: pa.ChunkedArray) -> np.ndarray:
    """(n,) int64: places that bring the threads of a comment table into the order of the output.

    ids: (n,) the table's threads, contiguous. The order is that of the hash, then of the id.
    """
    column = ids.combine_chunks()
    if not len(column):
        return np.zeros(0, np.int64)
    other = column.dictionary_encode().indices.to_numpy()
    starts = np.flatnonzero(np.insert(other[1:] != other[:-1], 0, True))
    sizes = np.diff(np.append(starts, len(other)))
    names = column.take(pa.array(starts))
    keys = pa.table({"hash": thread_hashes(names), "id": names})
    ranked = pc.sort_indices(keys, [("hash", "ascending"), ("id", "ascending")]).to_numpy()
    begins = np.cumsum(sizes[ranked]) - sizes[ranked]
    return np.repeat(starts[ranked] - begins, sizes[ranked]) + np.arange(len(other))


def _scored(dump: _Portion, model: Model, job: Job, judge: Judge | None) -> pa.Table:
    """The scored table."""
    from moderation.scoring import scored_parts

    whole = Dump(dump.comments, dump.threads, dump.rejects, len(dump.comments))
    verdict = None if judge is None else judge.verdict(dump.comments, dump.threads)
    return pa.concat_tables(scored_parts(whole, model, job.threads, verdict))


class _Counts(FlagCounts):
    """The counts in a partition's receipt."""

    def __init__(self, model: Model) -> None:
        labels = model.labels
        super().__init__(labels)
        self.thresholds = model.thresholds
        self.apart = {name: learnt_in_parts(model, name) for name in labels}
        self.threads = self.rejects = self.sketches = 0
        self.seen_flags = dict.fromkeys(labels, 0)  # those that the shares go by
        self.bins: dict[str, Any] = dict.fromkeys(labels, 0)
        self.notes: list[str] = []

    def sketched(self, table: pa.Table) -> pa.RecordBatch:
        """The sketch of the rows that are added next."""
        sketches = sketch(table["text"], self.comments)
        self.sketches += len(sketches)
        return sketches

    def add_portion(self, table: pa.Table, dump: _Portion, portion: int) -> None:
        """Count a scored portion. portion: the bytes that one should have."""
        self.add(table)
        self.threads += len(dump.threads)
        self.rejects += len(dump.rejects)
        for label, seen in seen_in(table, self.thresholds, self.apart).items():
            self.seen_flags[label] += seen.flags
            self.bins[label] = seen.bins + self.bins[label]
        if dump.bytes <= portion or not len(table):
            return
        sizes = dump.comments["thread_id"].value_counts().to_pylist()
        largest = max(sizes, key=itemgetter("counts"))  # of several, the first
        if largest["counts"] / len(table) * dump.bytes > portion:
            self.notes.append(
                f"thread {largest['values']} has {largest['counts']:,} comments and is held "
                "whole: it may take more than the memory that was allowed"
            )

    def to_dict(self) -> dict[str, Any]:
        return {
            "comments": self.comments,
            "threads": self.threads,
            "rejects": self.rejects,
            "pings": self.pings,
            "flags": self.flags,
            "seen_flags": self.seen_flags,
            "cannot_tell": self.cannot_tell,
            "languages": self.languages,
            "bins": {label: bins.tolist() for label, bins in self.bins.items()},
            "sketches": self.sketches,
            "notes": self.notes,
        }
