"""Read one input into rows by partition: the first of the tasks that a run consists of."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from moderation.cluster import files, receipts
from moderation.cluster.engines import go_on
from moderation.cluster.job import Job, Unit, check_version, digest
from moderation.cluster.spill import HASH, Spill, as_lists, partition_of, spilled, thread_hashes
from moderation.comments import RECORD_SCHEMA, REJECT_SCHEMA, THREAD_SCHEMA, Reject
from moderation.errors import InputError
from moderation.readers import Source, found_in
from moderation.readers.files import sources
from moderation.readers.merging.dump import linked, thread_names
from moderation.readers.merging.rejects import reject_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from moderation.cluster.receipts import Receipt
    from moderation.comments import Batch
    from moderation.readers.merging.dump import FoundBatch

RECORDS = RECORD_SCHEMA.append(pa.field(HASH, pa.uint64()))
THREADS = THREAD_SCHEMA.append(pa.field(HASH, pa.uint64()))
SEVERAL = 1 << 10  # rejects that are held before they are written


def read_unit(job: Job, unit: Unit) -> Receipt:
    """Spill the records and thread rows of one input; what cannot be read becomes rejects.

    Records without a thread go to a file of their own, until all inputs are known; see
    `name_loose`. Raises OutputError where the spill cannot be written.
    """
    check_version(job)
    made_from = digest(
        job.partitions,
        job.format,
        job.mapping,
        asdict(job.reading),
        job.home,
        unit.path,
        unit.digest,
        unit.groups,
    )
    done = receipts.kept(job, unit.name, made_from)
    if done is not None:
        return done
    paths = {kind: f"_work/{unit.name}.{kind}" for kind in ("records", "threads", "loose")}
    rejected = f"_rejects/{unit.name}.parquet"
    with ExitStack() as stack:
        places = {
            kind: stack.enter_context(files.writing(f"{job.folder}/{path}"))
            for kind, path in paths.items()
        }
        place = stack.enter_context(files.writing(f"{job.folder}/{rejected}"))
        reading = _Reading(job, places, place)
        with reading:
            reading.all_of(unit)
    spills = {kind: as_lists(spill.batches) for kind, spill in reading.spills.items()}
    return receipts.leave(
        job, unit.name, made_from, [*paths.values(), rejected], **spills, **reading.summary
    )


class _Reading:
    """One unit on its way into three spill files."""

    def __init__(self, job: Job, places: dict[str, Path], rejected: Path) -> None:
        self._job = job
        self.spills = {
            "records": Spill(places["records"], RECORDS),
            "threads": Spill(places["threads"], THREADS),
            "loose": Spill(places["loose"], RECORD_SCHEMA),
        }
        self._writer = pq.ParquetWriter(str(rejected), REJECT_SCHEMA, compression="zstd")
        self._rejects: list[Reject] = []
        self._names: dict[str, str] = {}  # file -> stem, of the files of this unit
        self.summary: dict[str, Any] = {
            "met": 0,
            "invented": 0,
            "rejects": 0,
            "failed": "",
            "notes": [],
            "formats": {},
            "loose_files": [],
        }

    def __enter__(self) -> _Reading:
        return self

    def __exit__(self, kind: type | None, *error: object) -> None:
        self.summary["loose_files"] = list(self._names.items())
        self._write_rejects()
        self._writer.close()
        for spill in self.spills.values():
            spill.__exit__(kind)

    def all_of(self, unit: Unit) -> None:
        """Take every batch; a file that cannot be read, or read on, is a reject."""
        known = False
        try:
            for found in _batches(self._job, unit):
                known = True
                go_on()
                self._take(found)
        except InputError as error:
            why = str(error).removeprefix(f"{unit.path}: ")
            if unit.loose and not known:
                self.summary["formats"][unit.path] = ["", why]
                return
            self.summary["failed"] = f"{unit.path}: {why}"
            self.summary["met"] += 1
            what = "the rest of the file" if known else "the whole file"
            self._reject([Reject(unit.path, what, why)])

    def _take(self, arrived: FoundBatch) -> None:
        site = arrived.batch.site
        if site and site != self._job.home:
            arrived = arrived.of_site(site)
        name, batch = arrived.source.name, arrived.batch
        self.summary["formats"][name] = [arrived.reader or "", arrived.reason]
        self.summary["met"] += batch.met
        self.summary["invented"] += batch.invented
        self.summary["notes"] += [note for note in batch.notes if note not in self.summary["notes"]]
        self._reject(batch.rejects)
        self._threads(batch, arrived.source.stem)
        threads = batch.records["thread_id"]
        if not threads.null_count:
            self._records(batch.records)
            return
        self._records(batch.records.filter(pc.is_valid(threads)))
        self._names.setdefault(name, arrived.source.stem)
        number = list(self._names).index(name)
        lost = batch.records.filter(pc.is_null(threads))
        self.spills["loose"].add(lost, np.full(len(lost), number))

    def _records(self, records: pa.Table) -> None:
        hashes = thread_hashes(records["thread_id"])
        self.spills["records"].add(
            records.append_column(HASH, pa.array(hashes)),
            partition_of(hashes, self._job.partitions),
        )

    def _threads(self, batch: Batch, stem: str) -> None:
        if batch.threads.num_rows:
            named = thread_names(batch.threads, stem)
            hashes = thread_hashes(named["thread_id"])
            self.spills["threads"].add(
                named.append_column(HASH, pa.array(hashes)),
                partition_of(hashes, self._job.partitions),
            )

    def _reject(self, rejects: list[Reject]) -> None:
        self._rejects += rejects
        self.summary["rejects"] += len(rejects)
        if len(self._rejects) >= SEVERAL:
            self._write_rejects()

    def _write_rejects(self) -> None:
        if self._rejects:
            self._writer.write_table(reject_table(self._rejects))
            self._rejects = []


def _batches(job: Job, unit: Unit) -> Iterator[FoundBatch]:
    """The unit's batches, under the name that the user gave it."""
    if not files.exists(unit.path):
        raise InputError(f"{unit.path}: there is no such file")
    with files.on_disk(unit.path) as disk:
        for source in sources(disk, job.mapping, job.reading):
            source.groups = unit.groups
            if files.is_url(unit.path):
                source.name = source.name.replace(str(disk), unit.path)
            yield from _source_batches(job, source)


def _source_batches(job: Job, source: Source) -> Iterator[FoundBatch]:
    try:
        yield from found_in(source, job.format)
    except InputError as error:
        if source.member is None:
            raise
        from moderation.comments import Batch
        from moderation.readers.merging.dump import FoundBatch

        why = str(error).removeprefix(f"{source.name}: ")
        yield FoundBatch(source, None, why, Batch())


def loose_names(job: Job, units: list[str]) -> dict[str, str]:
    """Thread of each file's records that have none; see `dump.linked`. units: with such records.

    Their ids and parents are held in memory.
    """
    tables: dict[str, pa.Table] = {}
    stems: dict[str, str] = {}
    columns = ["thread_id", "id", "parent_id"]
    for unit in units:
        receipt = receipts.need(job, unit)
        path = job.place(f"{unit}.loose")
        for number, (name, stem) in enumerate(receipt["loose_files"]):
            some = [record.select(columns) for record in spilled(path, receipt["loose"], number)]
            stems[name] = stem
            table = pa.Table.from_batches(some)
            tables[name] = pa.concat_tables([tables[name], table]) if name in tables else table
    tables = {name: tables[name] for name in sorted(tables)}
    return linked(tables, stems) if len(tables) > 1 else stems


def name_loose(job: Job, unit: str, names: dict[str, str]) -> Receipt:
    """Spill a unit's records that had no thread under the names that they got."""
    receipt = receipts.need(job, unit)
    name = f"{unit}-named"
    made_from = digest(receipt["made_from"], receipt["files"], names)
    done = receipts.kept(job, name, made_from)
    if done is not None:
        return done
    path = f"_work/{name}.records"
    with files.writing(f"{job.folder}/{path}") as target, Spill(target, RECORDS) as spill:
        for number, (file, _) in enumerate(receipt["loose_files"]):
            thread = pa.array([names[file]], RECORD_SCHEMA.field("thread_id").type)
            hashes = thread_hashes(thread)
            partition = partition_of(hashes, job.partitions)
            for batch in spilled(job.place(f"{unit}.loose"), receipt["loose"], number):
                table = pa.Table.from_batches([batch])
                everywhere = pa.array(np.zeros(len(table), np.int64))
                table = table.set_column(0, RECORD_SCHEMA.field(0), thread.take(everywhere))
                table = table.append_column(HASH, pa.array(np.repeat(hashes, len(table))))
                spill.add(table, np.repeat(partition, len(table)))
    return receipts.leave(job, name, made_from, [path], records=as_lists(spill.batches))
