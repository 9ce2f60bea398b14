"""Campaigns over a whole run: texts that are posted again and again, in any of its partitions.

The answer is that of `campaigns.find.find_campaigns` on the whole table in the order of the output.
A scored partition leaves the band keys of its texts. Keys that occur more than once are listed band
by band and slice by slice; only comments that have one are brought together, on disk, and joined by
the same code as in memory.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from moderation.campaigns import kernel
from moderation.campaigns.find import MIN_MEMBERS, distinct_per, least_words, numbered
from moderation.cluster import files, receipts
from moderation.cluster.job import Job, digest, model_of
from moderation.cluster.spill import thread_hashes
from moderation.comments import STRING
from moderation.model.share import with_scores_here
from moderation.tables import METADATA_KEY
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from moderation.cluster.receipts import Receipt
    from moderation.model.share import Share

KEYS = [f"key{band:02}" for band in range(kernel.BANDS)]
SKETCH = pa.schema([("row", pa.int64()), *((name, pa.uint32()) for name in KEYS)])
BUSY = pa.schema(
    [*SKETCH, ("thread", pa.uint64()), ("author", pa.uint64()), ("text", pa.large_string())]
)
MEMBERS = pa.schema([("row", pa.int64()), ("campaign", pa.int32())])
TABLE = pa.schema(
    [
        ("campaign", pa.int32()),
        ("members", pa.int64()),
        ("threads", pa.int64()),
        ("authors", pa.int64()),
        ("text", STRING),
    ]
)
CAMPAIGNS = "_campaigns.parquet"
SLICE_BYTES = 64 << 20  # of the keys that are sorted at a time


def sketch(texts: pa.ChunkedArray, first: int) -> pa.RecordBatch:
    """The band keys of those texts that have enough words (SKETCH). first: row of the first."""
    text = kernel.Text.of(texts)
    keys = kernel.band_keys(text, least_words(len(texts), kernel.links(text)))
    rows = np.flatnonzero(keys[0])
    columns = [pa.array(rows + first), *(pa.array(key[rows]) for key in keys)]
    return pa.record_batch(columns, schema=SKETCH)


def _sketches(job: Job, fields: list[str]) -> Iterator[pa.RecordBatch]:
    """Some columns of all sketches, partition after partition."""
    wanted = pa.ipc.IpcReadOptions(
        included_fields=[SKETCH.get_field_index(name) for name in fields]
    )
    for number in range(job.partitions):
        with files.arrow_file(job.place(f"sketch-{number:05}.arrow")) as file:
            reader = pa.ipc.open_file(file, options=wanted)
            for at in range(reader.num_record_batches):
                yield reader.get_batch(at)


def slices(rows: int) -> int:
    """How many slices of the keys keep a task's memory small. rows: of all sketches."""
    return -(-rows * 4 // SLICE_BYTES) or 1


def find_twice(job: Job, band: int, part: int, parts: int, made_from: str) -> Receipt:
    """Write the keys of a band that occur more than once in a slice of `parts`, sorted."""
    name = f"twice-{band:02}-{part:04}"
    done = receipts.kept(job, name, digest(made_from, parts))
    if done is not None:
        return done
    low, high = (
        np.uint32(min((neighbour << 32) // parts, 2**32 - 1)) for neighbour in (part, part + 1)
    )
    pairs = [np.zeros(0, np.uint32)]
    for batch in _sketches(job, [KEYS[band]]):
        keys = batch.column(0).to_numpy()
        inside = (keys >= low) & (keys <= high if part == parts - 1 else keys < high)
        pairs.append(keys[inside])
    keys = np.sort(np.concatenate(pairs))
    twice = np.unique(keys[1:][keys[1:] == keys[:-1]])
    with files.writing(job.place(f"{name}.npy")) as path, path.open("wb") as file:
        np.save(file, twice)
    return receipts.leave(job, name, digest(made_from, parts), [f"_work/{name}.npy"])


def gather(job: Job, number: int, parts: int, made_from: str) -> Receipt:
    """Write the comments of a partition that share a key with any other (BUSY)."""
    name = f"busy-{number:05}"
    done = receipts.kept(job, name, digest(made_from, parts))
    if done is not None:
        return done
    with files.arrow_file(job.place(f"sketch-{number:05}.arrow")) as file:
        own = pa.ipc.open_file(file).read_all()
    busy = np.zeros(len(own), bool)
    for band, column in enumerate(KEYS):
        keys = own[column].to_numpy()
        for part in range(parts):
            with files.on_disk(job.place(f"twice-{band:02}-{part:04}.npy")) as path:
                twice = np.load(path, mmap_mode="r")
                at = np.searchsorted(twice, keys)
                there = at < len(twice)
                busy[there] |= twice[at[there]] == keys[there]
    own = own.filter(pa.array(busy))
    with (
        files.writing(job.place(f"{name}.arrow")) as path,
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, BUSY) as writer,
    ):
        for batch in _with_texts(job, number, own):
            writer.write_batch(batch)
    return receipts.leave(
        job, name, digest(made_from, parts), [f"_work/{name}.arrow"], rows=len(own)
    )


def _with_texts(job: Job, number: int, own: pa.Table) -> Iterator[pa.RecordBatch]:
    """The rows of a sketch with thread, author and text, row group by row group."""
    rows = own["row"].to_numpy()
    first = 0
    with files.arrow_file(job.place(f"scored-{number:05}.parquet")) as file:
        scored = pq.ParquetFile(file)
        for batch in scored.iter_batches(columns=["thread_id", "author", "text"]):
            low, high = np.searchsorted(rows, [first, first + len(batch)])
            shown = batch.take(pa.array(rows[low:high] - first))
            first += len(batch)
            columns = [column.combine_chunks() for column in own.slice(low, high - low).columns]
            columns = [
                column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
                for column in columns
            ]
            named = [
                pa.array(thread_hashes(shown.column(name))) for name in ("thread_id", "author")
            ]
            texts = shown.column("text").cast(pa.large_string())
            if high > low:
                yield pa.record_batch([*columns, *named, texts], schema=BUSY)


class _Together(NamedTuple):
    """All that share keys, as the kernel takes them; on disk, where the system pages."""

    text: kernel.Text
    keys: np.ndarray
    thread: np.ndarray
    author: np.ndarray
    row: np.ndarray
    starts: list[int]  # first of each partition, and the number of all


def join(job: Job, rows: list[int], made_from: str) -> Receipt:
    """Find the campaigns; write them, and for each partition which of its rows are members.

    rows: of each partition's BUSY file.
    """
    name = "campaigns"
    done = receipts.kept(job, name, digest(made_from, rows))
    if done is not None:
        return done
    with Folder() as folder:
        all_of = _brought(job, rows, folder)
        group = kernel.joined(all_of.text, all_of.keys)
        thread = np.unique(all_of.thread, return_inverse=True)[1]
        names, author = np.unique(all_of.author, return_inverse=True)
        if len(names) and names[0] == 0:  # the nameless
            author = author - 1
        campaign = numbered(group, thread, author, MIN_MEMBERS)
        table = _table(all_of.text, campaign, thread, author)
        with files.writing(f"{job.folder}/{CAMPAIGNS}") as path:
            pq.write_table(table, path, compression="zstd")
        paths = [CAMPAIGNS]
        for number, first in enumerate(all_of.starts[:-1]):
            inside = slice(first, all_of.starts[number + 1])
            members = np.flatnonzero(campaign[inside] >= 0)
            columns = [all_of.row[inside][members], campaign[inside][members].astype(np.int32)]
            paths.append(f"_work/members-{number:05}.arrow")
            with (
                files.writing(f"{job.folder}/{paths[-1]}") as path,
                pa.OSFile(str(path), "wb") as sink,
                pa.ipc.new_file(sink, MEMBERS) as writer,
            ):
                writer.write_table(
                    pa.table([pa.array(column) for column in columns], schema=MEMBERS)
                )
    largest = table.slice(0, 5).to_pylist()
    return receipts.leave(
        job, name, digest(made_from, rows), paths, found=len(table), largest=largest
    )


def _brought(job: Job, rows: list[int], folder: Path) -> _Together:
    total = sum(rows)
    shape = (kernel.BANDS, total)
    keys = (
        np.memmap(folder / "keys", np.uint32, "w+", shape=shape)
        if total
        else np.zeros(shape, np.uint32)
    )
    thread, author = np.zeros(total, np.uint64), np.zeros(total, np.uint64)
    row, offsets = np.zeros(total, np.int64), np.zeros(total + 1, np.int64)
    at = 0
    with (folder / "text").open("wb") as texts:
        for number in range(len(rows)):
            with files.arrow_file(job.place(f"busy-{number:05}.arrow")) as file:
                reader = pa.ipc.open_file(file)
                for batch in (reader.get_batch(k) for k in range(reader.num_record_batches)):
                    here = slice(at, at + len(batch))
                    for band, column in enumerate(KEYS):
                        keys[band, here] = batch.column(column).to_numpy()
                    thread[here] = batch.column("thread").to_numpy()
                    author[here] = batch.column("author").to_numpy()
                    row[here] = batch.column("row").to_numpy()
                    text = kernel.Text.of(batch.column("text"))
                    ends = text.offsets[1:] - text.offsets[0]
                    offsets[at + 1 : at + len(batch) + 1] = offsets[at] + ends
                    texts.write(text.data[text.offsets[0] : text.offsets[-1]].tobytes())
                    at += len(batch)
        texts.write(b"\0")  # a map of nothing is an error
    data = np.memmap(folder / "text", np.uint8, "r")
    starts = [0, *np.cumsum(rows).tolist()]
    return _Together(kernel.Text(data, offsets), keys, thread, author, row, starts)


def _table(
    text: kernel.Text, campaign: np.ndarray, thread: np.ndarray, author: np.ndarray
) -> pa.Table:
    n = int(campaign.max(initial=-1)) + 1
    rows = np.flatnonzero(campaign >= 0)
    first = np.full(n, len(campaign))
    np.minimum.at(first, campaign[rows], rows)
    texts = [bytes(text.data[text.offsets[row] : text.offsets[row + 1]]).decode() for row in first]
    columns: list[Any] = [
        np.arange(n, dtype=np.int32),
        np.bincount(campaign[rows], minlength=n),
        distinct_per(campaign, thread, n),
        distinct_per(campaign, author, n),
        pa.array(texts, STRING),
    ]
    return pa.table([pa.array(column) for column in columns], schema=TABLE)


def finish_part(job: Job, number: int, made_from: str, shares: Mapping[str, Share]) -> Receipt:
    """Write a partition's final file: the scored one with scores here and the column `campaign`.

    shares: of the labels in the whole dump.
    """
    name = f"final-{number:05}"
    final = job.part(number)
    done = receipts.kept(job, name, made_from)
    if done is not None:
        return done
    model = model_of(job)
    members = _members(job, number) if job.campaigns else None
    passport = {METADATA_KEY: json.dumps(model.passport(shares), sort_keys=True)}
    first = 0
    with (
        files.arrow_file(job.place(f"scored-{number:05}.parquet")) as file,
        files.writing(f"{job.folder}/{final}") as path,
        ExitStack() as stack,
    ):
        scored = pq.ParquetFile(file)
        groups = range(scored.num_row_groups)
        tables = (scored.read_row_group(group) for group in groups)
        writer: Any = None
        for part in tables if groups else [scored.schema_arrow.empty_table()]:
            table = with_scores_here(part, model.labels, shares)
            if members is not None:
                table = table.append_column("campaign", members.of(first, len(table)))
            if writer is None:
                schema = table.schema.with_metadata(passport)
                writer = pq.ParquetWriter(str(path), schema, compression="zstd")
                stack.enter_context(writer)
            writer.write_table(table)
            first += len(table)
    return receipts.leave(job, name, made_from, [final])


class _Members(NamedTuple):
    """Rows of a partition that belong to campaigns, ascending, and to which."""

    rows: np.ndarray
    campaigns: np.ndarray

    def of(self, first: int, count: int) -> pa.Array:
        """The campaign of each of `count` rows from `first` on."""
        column = np.full(count, -1, np.int32)
        low, high = np.searchsorted(self.rows, [first, first + count])
        column[self.rows[low:high] - first] = self.campaigns[low:high]
        return pa.array(column, pa.int32(), mask=column < 0)


def _members(job: Job, number: int) -> _Members:
    with files.arrow_file(job.place(f"members-{number:05}.arrow")) as file:
        table = pa.ipc.open_file(file).read_all()
    return _Members(table["row"].to_numpy(), table["campaign"].to_numpy())
