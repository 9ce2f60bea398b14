"""Collect the evidence of a dump over all partitions, before any of them is scored.

The result is that of `dump_evidence.find` on the whole dump. Each partition leaves hashes of what
its comments hold. They are counted in slices, so that no task holds more than some millions of
them; of the texts, only those with a piece that occurs elsewhere are brought together.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.campaigns import kernel
from moderation.campaigns.find import MIN_WORDS
from moderation.cluster import files, receipts
from moderation.cluster.engines import go_on
from moderation.cluster.job import Job, digest
from moderation.cluster.spill import spilled, thread_hashes
from moderation.comments import THREAD_SCHEMA
from moderation.dump_evidence.counts import (
    Authors,
    Tally,
    count_authors,
    count_pace,
    is_among,
    repeated,
    tally,
)
from moderation.dump_evidence.find import (
    THINGS,
    DumpCounts,
    Observed,
    evidence_of,
    identities,
    observe,
    own_sites,
    persons,
    record_widest,
    times,
)
from moderation.dump_evidence.names import name_kind
from moderation.dump_evidence.rules import Verdict
from moderation.dump_evidence.sightings import Sightings, name_hash
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from moderation.cluster.part import Pieces, Spilled
    from moderation.cluster.receipts import Receipt

COLUMNS = ("thread_id", "id", "author", "created_at", "text", "kind", "status")
THING = pa.schema([("key", pa.uint64()), ("thread", pa.uint64()), ("author", pa.uint64())])
SEEN = {
    "author": pa.schema(
        [
            ("key", pa.uint64()),
            ("thread", pa.uint64()),
            ("linked", pa.bool_()),
            ("time", pa.int64()),
            ("name", pa.uint16()),
        ]
    ),
    **dict.fromkeys(THINGS, THING),
    "piece": pa.schema([("key", pa.uint32())]),
}
"""The columns that a partition leaves, by kind."""
COPY = THING.append(pa.field("comment", pa.uint64()))
TEXTS = COPY.append(pa.field("text", pa.large_string()))
SLICE_ROWS = 4 << 20  # of one kind, counted at a time


class Counted(NamedTuple):
    """How a run was counted: slices of each kind, threads of the dump, digest of the result."""

    slices: int
    threads: int
    digest: str


def slices(rows: int) -> int:
    """How many slices keep a task's memory small. rows: of the largest kind."""
    return -(-rows // SLICE_ROWS) or 1


# ---- what comments hold ----------------------------------------------------------------------


def _observed_in(table: pa.Table, urls: pa.Table) -> Observed:
    """What some comments hold. table: has COLUMNS. urls: of their threads, see `_urls`."""
    author = _author_names(table["author"])
    encoded = pc.dictionary_encode(author)
    kinds = np.array([*map(name_kind, encoded.dictionary.to_pylist()), 0], np.uint16)
    code = encoded.indices.fill_null(len(kinds) - 1).to_numpy(zero_copy_only=False)
    observed = Observed(
        thread_hashes(table["thread_id"]),
        thread_hashes(author),
        kinds[code],
        times(table["created_at"]),
        observe(table["text"]),
    )
    own = own_sites(table["thread_id"], urls["thread_id"], urls["url"])
    return observed.persons(persons(table["kind"], table["status"]), own)


def _urls(threads: pa.Table) -> pa.Table:
    """The url of each thread; of several, the smallest, as everywhere."""
    urls = threads.select(["thread_id", "url"]).group_by("thread_id").aggregate([("url", "min")])
    return urls.rename_columns({"url_min": "url"})


def _urls_of(pieces: Pieces, number: int) -> pa.Table:
    columns = [THREAD_SCHEMA.field(name) for name in ("thread_id", "url")]
    found = [
        pa.Table.from_batches([batch]).select(["thread_id", "url"])
        for spill in pieces.threads
        for batch in spilled(spill.path, spill.batches, number)
    ]
    found.append(pa.schema(columns).empty_table())
    return _urls(pa.concat_tables(found))


def _author_names(author: pa.ChunkedArray) -> pa.Array:
    """The names of authors, with null for an empty name."""
    column = author.combine_chunks()
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)


def _tables(spills: list[Spilled], number: int) -> Iterator[pa.Table]:
    """The records of a partition, batch by batch."""
    for spill in spills:
        for batch in spilled(spill.path, spill.batches, number):
            go_on()
            yield pa.Table.from_batches([batch]).select(COLUMNS)


def look_over(job: Job, number: int, pieces: Pieces, read: str) -> Receipt:
    """Write what the records of a partition hold (SEEN)."""
    name = f"seen-{number:05}"
    made_from = digest(job.options(), number, read)
    done = receipts.kept(job, name, made_from)
    if done is not None:
        return done
    rows = dict.fromkeys(SEEN, 0)
    paths = {kind: f"_work/{name}.{kind}" for kind in SEEN}
    threads = np.zeros(0, np.uint64)
    urls = _urls_of(pieces, number)
    with ExitStack() as stack:
        writers = {kind: _writer(stack, job, paths[kind], SEEN[kind]) for kind in SEEN}
        for table in _tables(pieces.records, number):
            observed = _observed_in(table, urls)
            named = observed.author != 0
            found = {
                "author": [column[named] for column in observed.by_author],
                **{kind: _keys(observed, observed.seen[kind]) for kind in THINGS},
                "piece": [observed.seen["text"].key],
            }
            for kind, columns in found.items():
                rows[kind] += len(columns[0])
                arrays = [pa.array(column) for column in columns]
                writers[kind].write_batch(pa.record_batch(arrays, schema=SEEN[kind]))
            threads = np.unique(np.concatenate([threads, observed.thread]))
    paths_made = list(paths.values())
    return receipts.leave(job, name, made_from, paths_made, rows=rows, threads=len(threads))


def _keys(observed: Observed, seen: Sightings) -> list[np.ndarray]:
    return [seen.key, observed.thread[seen.row], observed.author[seen.row]]


def _writer(stack: ExitStack, job: Job, path: str, schema: pa.Schema) -> Any:
    place = stack.enter_context(files.writing(f"{job.folder}/{path}"))
    sink = stack.enter_context(pa.OSFile(str(place), "wb"))
    return stack.enter_context(pa.ipc.new_file(sink, schema))


# ---- how often -------------------------------------------------------------------------------


def _slice(job: Job, kind: str, part: int, parts: int) -> list[np.ndarray]:
    """The columns of SEEN[kind] for all rows whose key is in one slice."""
    kind_of_key = SEEN[kind].field("key").type.to_pandas_dtype()
    most = np.iinfo(kind_of_key).max
    low, last = (kind_of_key(min(most * one // parts, most)) for one in (part, part + 1))
    found = [SEEN[kind].empty_table()]
    for number in range(job.partitions):
        with files.arrow_file(job.place(f"seen-{number:05}.{kind}")) as file:
            reader = pa.ipc.open_file(file)
            for at in range(reader.num_record_batches):
                go_on()
                batch = reader.get_batch(at)
                key = batch.column("key").to_numpy()
                inside = (key >= low) & (key <= last if part == parts - 1 else key < last)
                found.append(pa.Table.from_batches([batch.filter(pa.array(inside))]))
    return [column.to_numpy() for column in pa.concat_tables(found).columns]


def _save(job: Job, name: str, columns: list[np.ndarray]) -> str:
    path = f"_work/{name}.npy"
    with files.writing(f"{job.folder}/{path}") as place, place.open("wb") as file:
        np.save(file, np.stack([column.astype(np.uint64) for column in columns]))
    return path


def _load(job: Job, name: str, parts: int) -> list[np.ndarray]:
    """Join what was saved slice by slice."""
    found = []
    for part in range(parts):
        with files.on_disk(job.place(f"{name}-{part:04}.npy")) as place:
            found.append(np.load(place))
    whole = np.concatenate(found, axis=1)
    return [whole[0], *whole[1:].astype(np.int64)]


def count_first(job: Job, kind: str, part: int, parts: int, made_from: str) -> Receipt:
    """Count the authors, or the pieces of texts, of one slice."""
    name = f"{kind}-{part:04}"
    own = digest(made_from, parts)
    done = receipts.kept(job, f"counted-{name}", own)
    if done is not None:
        return done
    columns = _slice(job, kind, part, parts)
    if kind == "piece":
        paths = [_save(job, name, [np.unique(columns[0][repeated(columns[0])])])]
    else:
        key, thread, linked, time, named = columns
        authors = count_authors(key, thread, linked, time, named)
        pace = count_pace(key, thread, time, authors)
        paths = [_save(job, name, list(authors)), _save(job, f"pace-{part:04}", list(pace))]
    return receipts.leave(job, f"counted-{name}", own, paths)


def count_things(job: Job, kind: str, part: int, parts: int, made_from: str) -> Receipt:
    """Count the links or telephone numbers of one slice, once the authors are counted."""
    name = f"{kind}-{part:04}"
    own = digest(made_from, parts)
    done = receipts.kept(job, f"counted-{name}", own)
    if done is not None:
        return done
    key, thread, author = _slice(job, kind, part, parts)
    known = Authors(*_load(job, "author", parts)).known_at(author)
    path = _save(job, name, list(tally(key, thread, author, known)))
    return receipts.leave(job, f"counted-{name}", own, [path])


# ---- near-same texts -------------------------------------------------------------------------


def gather_texts(
    job: Job, number: int, spills: list[Spilled], parts: int, made_from: str
) -> Receipt:
    """Write the comments of a partition that share a piece with another comment (TEXTS)."""
    name = f"again-{number:05}"
    own = digest(made_from, parts)
    done = receipts.kept(job, name, own)
    if done is not None:
        return done
    path = f"_work/{name}.arrow"
    pieces = _Pieces(job, parts)
    with ExitStack() as stack:
        writer = _writer(stack, job, path, TEXTS)
        for table in _tables(spills, number):
            rows = pieces.rows(observe(table["text"])["text"])
            rows = rows[persons(table["kind"], table["status"])[rows]]
            some = table.take(pa.array(rows))
            texts = some["text"].combine_chunks().cast(pa.large_string()).fill_null("")
            columns = [
                pa.array(_text_hashes(texts)),
                pa.array(thread_hashes(some["thread_id"])),
                pa.array(thread_hashes(_author_names(some["author"]))),
                pa.array(thread_hashes(some["id"])),
                texts,
            ]
            writer.write_batch(pa.record_batch(columns, schema=TEXTS))
    return receipts.leave(job, name, own, [path])


class _Pieces:
    """The pieces of texts that occur more than once, from disk."""

    def __init__(self, job: Job, parts: int) -> None:
        self._key = _load(job, "piece", parts)[0].astype(np.uint32)

    def rows(self, seen: Sightings) -> np.ndarray:
        """The rows that hold one of them."""
        return np.unique(seen.row[is_among(self._key, seen.key)])


def _text_hashes(texts: pa.Array) -> np.ndarray:
    return np.array([name_hash(text) for text in texts.to_pylist()], np.uint64)


def join_texts(job: Job, parts: int, made_from: str) -> Receipt:
    """Count where nearly the same texts occur, by the hash of each text."""
    name = "text-0000"
    own = digest(made_from, parts)
    done = receipts.kept(job, name, own)
    if done is not None:
        return done
    with Folder() as folder:
        found, first, ends = _brought(job, folder)
        data = np.memmap(folder / "text", np.uint8, "r")
        text = kernel.Text(data, ends)
        group = kernel.near_groups(text, np.full(len(first), MIN_WORDS))
        del data, text
    key, thread, author, comment = (column.to_numpy() for column in found.columns)
    names = key[first]
    order = np.argsort(names)
    mine = group[order[np.searchsorted(names[order], key)]]
    told = mine >= 0
    known = Authors(*_load(job, "author", parts)).regular_at(author[told])
    which = identities(thread, comment)[told]
    seen = tally(mine[told].astype(np.uint64), thread[told], author[told], known, which)
    place, there = seen.at(group[order].astype(np.uint64))
    there &= group[order] >= 0
    columns = [names[order][there], *(column[place[there]] for column in seen[1:])]
    return receipts.leave(job, name, own, [_save(job, name, columns)])


def _brought(job: Job, folder: Path) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """All TEXTS without the texts; the first row of each text; the end of each text's bytes.

    The bytes of each text, once, go to a file of the folder.
    """
    seen: set[int] = set()
    places, first, ends, at = [COPY.empty_table()], [], [0], 0
    with (folder / "text").open("wb") as texts:
        for number in range(job.partitions):
            with files.arrow_file(job.place(f"again-{number:05}.arrow")) as file:
                reader = pa.ipc.open_file(file)
                for k in range(reader.num_record_batches):
                    go_on()
                    batch = reader.get_batch(k)
                    for row, key in enumerate(batch.column("key").to_pylist()):
                        if key in seen:
                            continue
                        seen.add(key)
                        first.append(at + row)
                        ends.append(ends[-1] + texts.write(batch.column("text")[row].as_buffer()))
                    at += len(batch)
                    places.append(pa.Table.from_batches([batch]).select(COPY.names))
        texts.write(b"\0")  # a map of nothing is an error
    return pa.concat_tables(places), np.array(first, np.int64), np.array(ends, np.int64)


# ---- what it says ----------------------------------------------------------------------------


class Judge:
    """Judges the comments of any part of a run by the evidence of the whole."""

    def __init__(self, job: Job, counted: Counted) -> None:
        parts = counted.slices
        pace = _load(job, "pace", parts)
        order = np.argsort(pace[0])  # the slices are of the authors
        self._known = DumpCounts(
            Authors(*_load(job, "author", parts)),
            Tally(*(column[order] for column in pace)),
            {kind: Tally(*_load(job, kind, parts)) for kind in THINGS},
            counted.threads,
        )
        self._pieces = _Pieces(job, parts)
        self._texts = Tally(*_load(job, "text", 1))

    def verdict(self, comments: pa.Table, threads: pa.Table) -> Verdict:
        """The verdict on some comments (COMMENT_SCHEMA) in whole threads (THREAD_SCHEMA)."""
        table = comments.select(COLUMNS)
        observed = _observed_in(table, threads.select(["thread_id", "url"]))
        evidence = evidence_of(observed, self._known)
        rows = self._pieces.rows(observed.seen["text"])
        texts = table["text"].take(pa.array(rows)).combine_chunks().fill_null("")
        record_widest(evidence, "text", rows, _text_hashes(texts), self._texts)
        return Verdict.of(evidence)
