"""Look over a whole dump: where else each comment's text, links, numbers and author stand.

What is found depends neither on the order of the comments nor on how they are cut into parts: all
that counts is under how many threads and by how many names a thing stands.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.campaigns import kernel
from moderation.campaigns.find import MIN_WORDS
from moderation.compiled import I8, U1, W_I8, Loop
from moderation.dump_evidence.counts import (
    NO_TIME,
    Authors,
    Seen,
    count_authors,
    count_pace,
    repeated,
    tally,
    windows,
)
from moderation.dump_evidence.names import name_kind
from moderation.dump_evidence.sightings import KINDS, Sightings, name_hash, sightings, site_of
from moderation.features.ngrams import thread_count

if TYPE_CHECKING:
    import pandas as pd

_first_texts = Loop("first_texts", U1, I8, I8, W_I8)

AT_ONCE = 1 << 15  # comments whose texts are looked over at a time
MOST = np.iinfo(np.uint16).max

FIELDS = (
    "text_threads", "text_authors", "text_strangers", "link_threads", "link_authors",
    "phone_threads", "phone_authors",
    "pace", "author_threads", "author_linked", "author_days", "name",
)  # fmt: skip
THINGS = ("link", "phone")
VOUCHED = 5  # of so many names behind a link, one that is known here speaks for it


@dataclass(frozen=True)
class DumpEvidence:
    """What the dump says of each comment: counts[field] is (n,) uint16, 0 = nothing to compare.

    *_threads and *_authors: under how many threads and by how many names the near-same text, the
    most widespread of its link domains and telephone numbers stand, its own included; of a text's
    names, strangers are not known to have written on several days. pace: most
    threads in which its author wrote within one window of time that holds it. author_*: of those
    who wrote under several threads. name: of `names`. threads: of the whole dump.
    """

    counts: dict[str, np.ndarray]
    threads: int

    @classmethod
    def empty(cls, n: int, threads: int) -> DumpEvidence:
        """Nothing to compare with, for n comments of a dump of so many threads."""
        return cls({name: np.zeros(n, np.uint16) for name in FIELDS}, threads)

    def __len__(self) -> int:
        return len(self.counts["name"])

    def take(self, rows: np.ndarray) -> DumpEvidence:
        """That of some comments."""
        return DumpEvidence({name: one[rows] for name, one in self.counts.items()}, self.threads)

    def rows(self, first: int, last: int) -> DumpEvidence:
        """That of some comments that follow one another."""
        return DumpEvidence(
            {name: one[first:last] for name, one in self.counts.items()}, self.threads
        )


class Looked(NamedTuple):
    """What was seen in some comments.

    thread, author: (n,) uint64, author 0 = nameless. name: (n,) uint16. time: (n,) int64. seen: by
    kind of `sightings`.
    """

    thread: np.ndarray
    author: np.ndarray
    name: np.ndarray
    time: np.ndarray
    seen: dict[str, Sightings]

    def persons(self, person: np.ndarray, own: np.ndarray) -> Looked:
        """Without what others than persons left, pingbacks say, and links to a thread's own site.

        person: (n,) bool. own: (n,) uint64, as `own_sites` gives them.
        """
        if person.all() and not own.any():
            return self
        seen = {}
        for kind, (row, key) in self.seen.items():
            kept = person[row] & ((key != own[row]) if kind == "link" else True)
            seen[kind] = Sightings(row[kept], key[kept])
        return self._replace(
            author=np.where(person, self.author, np.uint64(0)),
            name=np.where(person, self.name, np.uint16(0)),
            seen=seen,
        )

    @property
    def linked(self) -> np.ndarray:
        """(n,) bool: whether a comment has a link to a site that not everybody links to."""
        found = np.zeros(len(self.thread), bool)
        found[self.seen["link"].row] = True
        return found


class Known(NamedTuple):
    """What a whole dump has of things that come again. threads: how many it has."""

    authors: Authors
    pace: Seen
    things: dict[str, Seen]
    threads: int


def find_dump_evidence(comments: pd.DataFrame, threads: pd.DataFrame | None = None) -> DumpEvidence:
    """What a whole dump (COMMENT_SCHEMA, THREAD_SCHEMA) says of each of its comments."""
    if not len(comments):
        return DumpEvidence.empty(0, 0)
    thread = _codes(comments, "thread_id")[0]
    author, names = _codes(comments, "author")
    kinds = np.array([0, *map(name_kind, names)], np.uint16)
    looked = Looked(
        thread.astype(np.uint64),
        author.astype(np.uint64),
        kinds[author],
        times(_array(comments, "created_at")),
        look(comments["text"]),
    )
    own = np.zeros(len(comments), np.uint64)
    if threads is not None:
        heads = [_array(threads, name) for name in ("thread_id", "url")]
        own = own_sites(_array(comments, "thread_id"), *heads)
    looked = looked.persons(persons(_array(comments, "kind"), _array(comments, "status")), own)
    authors = count_authors(looked.author, looked.thread, looked.linked, looked.time, looked.name)
    pace = count_pace(looked.author, looked.thread, looked.time, authors)
    things = {name: count_things(looked, looked.seen[name], authors) for name in THINGS}
    evidence = compared(looked, Known(authors, pace, things, int(thread.max())))
    rows, group = near_texts(comments["text"], looked.seen["text"])
    names = looked.author[rows]
    seen = tally(group, looked.thread[rows], names, authors.regular_at(names))
    note(evidence, "text", rows, group, seen)
    return evidence


def count_things(looked: Looked, seen: Sightings, authors: Authors) -> Seen:
    """Count the things of one kind."""
    author = looked.author[seen.row]
    return tally(seen.key, looked.thread[seen.row], author, authors.known_at(author))


def compared(looked: Looked, known: Known) -> DumpEvidence:
    """What the dump says of comments, but for their texts: see `note`."""
    evidence = DumpEvidence.empty(len(looked.thread), known.threads)
    counts = evidence.counts
    counts["name"][:] = looked.name
    place, there = known.authors.at(looked.author)
    rows, place = np.flatnonzero(there), place[there]
    for name in ("threads", "linked", "days"):
        column = getattr(known.authors, name)
        counts[f"author_{name}"][rows] = np.minimum(column[place], MOST)
    if len(known.pace.key):
        rows = rows[looked.time[rows] != NO_TIME]
        for key in windows(looked.author[rows], looked.time[rows]):
            place, there = known.pace.at(key)
            some, most = rows[there], np.minimum(known.pace.threads[place[there]], MOST)
            counts["pace"][some] = np.maximum(counts["pace"][some], most)
    for name in THINGS:
        row, key = looked.seen[name]
        note(evidence, name, row, key, known.things[name])
    return evidence


def note(evidence: DumpEvidence, name: str, row: np.ndarray, key: np.ndarray, seen: Seen) -> None:
    """Keep, by row, the most widespread of its things of one kind; none that a known one wrote."""
    place, known = seen.at(key)
    row, place = row[known], place[known]
    if name != "text":
        strange = seen.known[place] * VOUCHED < np.maximum(seen.authors[place], 1)
        row, place = row[strange], place[strange]
    order = np.lexsort((seen.authors[place], seen.threads[place], row))
    row, place = row[order], place[order]
    last = np.append(row[1:] != row[:-1], True) if len(row) else np.zeros(0, bool)
    row, place = row[last], place[last]
    columns = {"threads": seen.threads, "authors": seen.authors}
    if name == "text":
        columns["strangers"] = seen.authors - seen.known
    for part, column in columns.items():
        evidence.counts[f"{name}_{part}"][row] = np.minimum(column[place], MOST)


def _array(comments: pd.DataFrame, name: str) -> pa.Array | pa.ChunkedArray:
    if name in comments:
        return pa.array(comments[name], from_pandas=True)
    return pa.nulls(len(comments))


def _codes(comments: pd.DataFrame, name: str) -> tuple[np.ndarray, list[str]]:
    """(n,) int64 from 1 for each value of a text column, 0 = null or empty; and the values."""
    column = _array(comments, name)
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = pc.dictionary_encode(column.cast(pa.large_string()))
    names = encoded.dictionary.to_pylist()
    place = np.arange(len(names) + 1)  # the last is null's
    place[[k for k, one in enumerate(names) if not one]] = len(names)
    code = encoded.indices.cast(pa.int64()).fill_null(len(names)).to_numpy(zero_copy_only=False)
    return (place[code] + 1) % (len(names) + 1), names


def times(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """(n,) int64 microseconds since 1970, NO_TIME = unknown."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    moments = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return np.asarray(moments.fill_null(NO_TIME).to_numpy(zero_copy_only=False))


def persons(kind: pa.Array | pa.ChunkedArray, status: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """(n,) bool: whether a person wrote it, and no notice took its place."""
    found = np.ones(len(kind), bool)
    others = (kind, ["pingback", "trackback"]), (status, ["removed", "deleted"])
    for column, words in others:
        if not pa.types.is_null(column.type):
            told = pc.is_in(column, value_set=pa.array(words, column.type))
            found &= ~told.to_numpy(zero_copy_only=False)
    return found


def own_sites(
    ids: pa.Array | pa.ChunkedArray,
    threads: pa.Array | pa.ChunkedArray,
    urls: pa.Array | pa.ChunkedArray,
) -> np.ndarray:
    """(n,) uint64: the site of each comment's thread, as `domains` has it; 0 = unknown.

    ids: (n,) of the comments' threads. threads, urls: one of each thread.
    """
    if len(urls) == urls.null_count:
        return np.zeros(len(ids), np.uint64)
    found = pc.extract_regex(urls.cast(pa.large_string()), r"^(?P<host>https?://[^/?#]*)")
    hosts = pc.struct_field(found, "host")
    hosts = hosts.combine_chunks() if isinstance(hosts, pa.ChunkedArray) else hosts
    encoded = pc.dictionary_encode(hosts)
    sites = [site_of(host) for host in encoded.dictionary.to_pylist()]
    keys = np.array([*(name_hash(site) if site else 0 for site in sites), 0], np.uint64)
    code = encoded.indices.fill_null(len(sites)).to_numpy(zero_copy_only=False)
    keys = np.append(keys[code], np.uint64(0))
    known = threads.combine_chunks() if isinstance(threads, pa.ChunkedArray) else threads
    place = pc.index_in(ids.cast(known.type), value_set=known).fill_null(len(keys) - 1)
    return np.asarray(keys[place.to_numpy(zero_copy_only=False)])


def look(texts: pd.Series | pa.ChunkedArray) -> dict[str, Sightings]:
    """By kind, what stands in which rows."""

    def part(first: int) -> dict[str, Sightings]:
        some = texts[first : first + AT_ONCE]
        found = sightings(kernel.Text.of(some))
        return {name: Sightings(one.row + first, one.key) for name, one in found.items()}

    with ThreadPoolExecutor(thread_count()) as pool:
        parts = list(pool.map(part, range(0, len(texts), AT_ONCE)))
    return {name: Sightings.joined([one[name] for one in parts]) for name in KINDS}


def near_texts(texts: pd.Series | pa.Array, seen: Sightings) -> tuple[np.ndarray, np.ndarray]:
    """The rows of texts of which a piece stands elsewhere, and (uint64) their near-same texts'.

    seen: the pieces of the texts. Nearness is that of campaigns; a link makes no text longer, for
    the link itself is counted.
    """
    has_piece = np.zeros(len(texts), bool)
    has_piece[seen.row[repeated(seen.key)]] = True
    rows = np.flatnonzero(has_piece)
    text = kernel.Text.of(texts)
    first = np.empty(len(rows), np.int64)
    _first_texts(text.data, text.offsets, rows, first)
    distinct, place = np.unique(first, return_inverse=True)
    group = kernel.near_groups(text, np.full(len(distinct), MIN_WORDS), rows[distinct])[place]
    return rows[group >= 0], group[group >= 0].astype(np.uint64)
