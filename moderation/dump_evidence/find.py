"""Compare each comment with its whole dump: where its text, links, numbers and author recur.

The result depends neither on the order of the comments nor on how they are partitioned: it counts
the threads and the names that a thing occurs under, and how often nameless texts do.
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
from moderation.comments import UNSCORED
from moderation.compiled import I8, U1, W_I8, Loop
from moderation.dump_evidence.counts import (
    NO_TIME,
    Authors,
    Tally,
    count_authors,
    count_pace,
    repeated,
    tally,
    windows,
)
from moderation.dump_evidence.names import name_kind
from moderation.dump_evidence.sightings import KINDS, Sightings, name_hash, sightings, site_of
from moderation.features.ngrams import thread_count
from moderation.tables import chosen_columns, give_back_memory, one_array

if TYPE_CHECKING:
    from moderation.tables import Table

_first_texts = Loop("first_texts", U1, I8, I8, W_I8)

AT_ONCE = 1 << 15  # texts that are read at a time
MOST = np.iinfo(np.uint16).max

FIELDS = (
    "text_threads", "text_authors", "text_strangers", "text_copies", "link_threads", "link_authors",
    "phone_threads", "phone_authors",
    "pace", "author_threads", "author_linked", "author_days", "name",
)  # fmt: skip
THINGS = ("link", "phone")
_COLUMNS = ("thread_id", "id", "author", "created_at", "text", "kind", "status")
VOUCHED = 5  # names behind a link for which one known author vouches


@dataclass(frozen=True)
class DumpEvidence:
    """What the dump says about each comment: counts[field] is (n,) uint16, 0 = nothing to compare.

    *_threads, *_authors: how many threads and names the nearly same text, the most widespread link
    domain or telephone number of the comment occurs under, its own included. text_strangers: names
    that are not known to have written on several days. text_copies: in how many comments.
    pace: the most threads that its author wrote under in one window of time around it. author_*: of
    authors who wrote under several threads. name: the kind of name, of `names`. threads: how many
    the dump has.
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
        """The evidence of the comments in `rows`."""
        counts = {name: column[rows] for name, column in self.counts.items()}
        return DumpEvidence(counts, self.threads)

    def rows(self, first: int, last: int) -> DumpEvidence:
        """The evidence of the comments from `first` up to `last`."""
        counts = {name: column[first:last] for name, column in self.counts.items()}
        return DumpEvidence(counts, self.threads)


class Observed(NamedTuple):
    """What some comments hold, as hashes.

    thread, author: (n,) uint64, author 0 = nameless. name: (n,) uint16, of `names`. time: (n,)
    int64. seen: their `sightings`, by kind.
    """

    thread: np.ndarray
    author: np.ndarray
    name: np.ndarray
    time: np.ndarray
    seen: dict[str, Sightings]

    def persons(self, person: np.ndarray, own: np.ndarray) -> Observed:
        """Drop what no person wrote, such as pingbacks, and links to the thread's own site.

        person: (n,) bool. own: (n,) uint64, as `own_sites` gives them.
        """
        if person.all() and not own.any():
            return self
        seen = {}
        for kind, (row, key) in self.seen.items():
            counts = person[row] & ((key != own[row]) if kind == "link" else True)
            seen[kind] = Sightings(row[counts], key[counts])
        return self._replace(
            author=np.where(person, self.author, np.uint64(0)),
            name=np.where(person, self.name, np.uint16(0)),
            seen=seen,
        )

    @property
    def by_author(self) -> tuple[np.ndarray, ...]:
        """What `count_authors` takes."""
        return self.author, self.thread, self.linked, self.time, self.name

    @property
    def linked(self) -> np.ndarray:
        """(n,) bool: whether a comment links to a site that not everybody links to."""
        has_link = np.zeros(len(self.thread), bool)
        has_link[self.seen["link"].row] = True
        return has_link


class DumpCounts(NamedTuple):
    """What recurs in a whole dump. threads: how many it has."""

    authors: Authors
    pace: Tally
    things: dict[str, Tally]
    threads: int


def find_dump_evidence(comments: Table, threads: Table | None = None) -> DumpEvidence:
    """The evidence of a whole dump (COMMENT_SCHEMA, THREAD_SCHEMA) about each of its comments."""
    if not len(comments):
        return DumpEvidence.empty(0, 0)
    comments = chosen_columns(comments, _COLUMNS)
    observed = _observed(comments, threads)
    rows = with_pieces_elsewhere(observed.seen.pop("text"), len(comments))  # 70 MB of a million
    give_back_memory()
    authors = count_authors(*observed.by_author)
    pace = count_pace(observed.author, observed.thread, observed.time, authors)
    things = {name: count_things(observed, observed.seen[name], authors) for name in THINGS}
    known = DumpCounts(authors, pace, things, int(observed.thread.max()))
    evidence = evidence_of(observed, known)
    thread, author = observed.thread, observed.author
    del observed, known, pace, things
    give_back_memory()
    rows, group = near_texts(comments["text"], rows)
    give_back_memory()
    thread, names = thread[rows], author[rows]
    del author
    comment = _codes(one_array(_array(comments, "id")).take(pa.array(rows)))[0]
    which = identities(thread, comment.astype(np.uint64))
    seen = tally(group, thread, names, authors.regular_at(names), which)
    record_widest(evidence, "text", rows, group, seen)
    return evidence


def _observed(comments: pa.Table, threads: Table | None) -> Observed:
    """What the persons of a dump wrote. comments: _COLUMNS, as far as they are there."""
    thread = _codes(_array(comments, "thread_id"))[0].astype(np.uint64)
    author, names = _codes(_array(comments, "author"))
    kinds = np.array([0, *map(name_kind, names.to_pylist())], np.uint16)
    observed = Observed(
        thread,
        author.astype(np.uint64),
        kinds[author],
        times(_array(comments, "created_at")),
        observe(comments["text"]),
    )
    own = np.zeros(len(comments), np.uint64)
    if threads is not None:
        threads = chosen_columns(threads, ("thread_id", "url"))
        heads = [_array(threads, name) for name in ("thread_id", "url")]
        own = own_sites(_array(comments, "thread_id"), *heads)
    return observed.persons(persons(_array(comments, "kind"), _array(comments, "status")), own)


def identities(thread: np.ndarray, comment: np.ndarray) -> np.ndarray:
    """(n,) uint64 that tell comments apart, the same for copies of a record.

    thread, comment: (n,) uint64 of their ids; of a comment without one, 0.
    """
    alone = np.arange(1, len(comment) + 1).astype(np.uint64) << np.uint64(32)
    mixed = comment * np.uint64(0x9E3779B97F4A7C15) ^ thread
    return np.where(comment == 0, alone, mixed)


def count_things(observed: Observed, seen: Sightings, authors: Authors) -> Tally:
    """Count the links, or the telephone numbers, of a dump."""
    author = observed.author[seen.row]
    return tally(seen.key, observed.thread[seen.row], author, authors.known_at(author))


def evidence_of(observed: Observed, known: DumpCounts) -> DumpEvidence:
    """The evidence about some comments, except that of their texts: see `record_widest`."""
    evidence = DumpEvidence.empty(len(observed.thread), known.threads)
    counts = evidence.counts
    counts["name"][:] = observed.name
    place, there = known.authors.at(observed.author)
    rows, place = np.flatnonzero(there), place[there]
    for name in ("threads", "linked", "days"):
        column = getattr(known.authors, name)
        counts[f"author_{name}"][rows] = np.minimum(column[place], MOST)
    if len(known.pace.key):
        rows = rows[observed.time[rows] != NO_TIME]
        for key in windows(observed.author[rows], observed.time[rows]):
            place, there = known.pace.at(key)
            some, most = rows[there], np.minimum(known.pace.threads[place[there]], MOST)
            counts["pace"][some] = np.maximum(counts["pace"][some], most)
    for name in THINGS:
        row, key = observed.seen[name]
        record_widest(evidence, name, row, key, known.things[name])
    return evidence


def record_widest(
    evidence: DumpEvidence, name: str, row: np.ndarray, key: np.ndarray, seen: Tally
) -> None:
    """Write down each row's most widespread thing of a kind; none that known authors vouch for."""
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
        columns |= {"strangers": seen.authors - seen.known, "copies": seen.copies}
    for part, column in columns.items():
        evidence.counts[f"{name}_{part}"][row] = np.minimum(column[place], MOST)


def _array(comments: pa.Table, name: str) -> pa.Array | pa.ChunkedArray:
    return comments[name] if name in comments.column_names else pa.nulls(len(comments))


def _codes(column: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """Codes of a text column, (n,) int64 from 1, 0 = null or empty; and the values, in order."""
    encoded = pc.dictionary_encode(one_array(column).cast(pa.large_string()))
    values = encoded.dictionary
    place = np.arange(len(values) + 1)  # the last is null's
    place[:-1][pc.equal(values, "").to_numpy(zero_copy_only=False)] = len(values)
    code = encoded.indices.cast(pa.int64()).fill_null(len(values)).to_numpy(zero_copy_only=False)
    return (place[code] + 1) % (len(values) + 1), values


def times(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """(n,) int64 microseconds since 1970, NO_TIME = unknown."""
    column = one_array(column)
    moments = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return np.asarray(moments.fill_null(NO_TIME).to_numpy(zero_copy_only=False))


def persons(kind: pa.Array | pa.ChunkedArray, status: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """(n,) bool: whether a person wrote a comment, and no notice has replaced it."""
    by_person = np.ones(len(kind), bool)
    others = (kind, list(UNSCORED)), (status, ["removed", "deleted"])
    for column, words in others:
        if not pa.types.is_null(column.type):
            excluded = pc.is_in(column, value_set=pa.array(words, column.type))
            by_person &= ~excluded.to_numpy(zero_copy_only=False)
    return by_person


def own_sites(
    ids: pa.Array | pa.ChunkedArray,
    threads: pa.Array | pa.ChunkedArray,
    urls: pa.Array | pa.ChunkedArray,
) -> np.ndarray:
    """(n,) uint64: the hash of the site that each comment's thread is on; 0 = unknown.

    ids: (n,) the comments' threads. threads, urls: id and address of each thread.
    """
    if len(urls) == urls.null_count:
        return np.zeros(len(ids), np.uint64)
    found = pc.extract_regex(urls.cast(pa.large_string()), r"^(?P<host>https?://[^/?#]*)")
    hosts = pc.struct_field(found, "host")
    hosts = one_array(hosts)
    encoded = pc.dictionary_encode(hosts)
    sites = [site_of(host) for host in encoded.dictionary.to_pylist()]
    keys = np.array([*(name_hash(site) if site else 0 for site in sites), 0], np.uint64)
    code = encoded.indices.fill_null(len(sites)).to_numpy(zero_copy_only=False)
    keys = np.append(keys[code], np.uint64(0))
    known = one_array(threads)
    place = pc.index_in(ids.cast(known.type), value_set=known).fill_null(len(keys) - 1)
    return np.asarray(keys[place.to_numpy(zero_copy_only=False)])


def observe(texts: pa.ChunkedArray) -> dict[str, Sightings]:
    """The links, telephone numbers and pieces of texts, by kind."""

    def part(first: int) -> dict[str, Sightings]:
        seen = sightings(kernel.Text.of(texts[first : first + AT_ONCE]))
        return {kind: Sightings(row + first, key) for kind, (row, key) in seen.items()}

    with ThreadPoolExecutor(thread_count()) as pool:
        parts = list(pool.map(part, range(0, len(texts), AT_ONCE)))
    return {kind: Sightings.joined([seen.pop(kind) for seen in parts]) for kind in KINDS}


def with_pieces_elsewhere(seen: Sightings, n: int) -> np.ndarray:
    """The rows, of n texts, of which a piece stands more than once. seen: all pieces."""
    found = np.zeros(n, bool)
    found[seen.row[repeated(seen.key)]] = True
    return np.flatnonzero(found)


def near_texts(
    texts: pa.Array | pa.ChunkedArray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Those of the rows whose texts are long enough to tell, and (uint64) their near-same texts'.

    Nearness is that of campaigns; a link makes no text longer, for the link itself is counted.
    """
    text = kernel.Text.of(texts)
    first = np.empty(len(rows), np.int64)
    _first_texts(text.data, text.offsets, rows, first)
    distinct, place = np.unique(first, return_inverse=True)
    own = rows[distinct]
    del first, distinct  # a million texts are 8 MB in each array
    group = kernel.near_groups(text, np.full(len(own), MIN_WORDS), own)[place]
    return rows[group >= 0], group[group >= 0].astype(np.uint64)
