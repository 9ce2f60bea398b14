"""Count how often things occur in a dump: under how many threads, and by how many authors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from moderation.compiled import U4, U8, W_BOOL, Loop
from moderation.dump_evidence.names import ORDINARY

KNOWN_THREADS = 3  # articles that make an author known, unless every comment has a link
BUSY = 6  # threads within one window of time: more than a reader manages
DAY = 24 * 3600 * 1_000_000  # microseconds
SLOT_BITS = 22
WINDOW = 10 * 60 * 1_000_000
NO_TIME = np.iinfo(np.int64).min

_mark_repeated = Loop("mark_repeated", U4, U8, W_BOOL)


class Tally(NamedTuple):
    """Counts of things that occur more than once, by key (ascending, distinct).

    threads: how many a thing occurs in. authors: how many names wrote it, 0 = only the nameless.
    known: how many of those authors are known here. copies: in how many
    comments, where that was counted.
    """

    key: np.ndarray
    threads: np.ndarray
    authors: np.ndarray
    known: np.ndarray
    copies: np.ndarray

    def at(self, key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The position of each key in `key` (int64), and whether it is there."""
        return _at(self.key, key)


class Authors(NamedTuple):
    """Authors who wrote under KNOWN_THREADS threads or more, ascending by key; see `Tally`.

    threads: how many each wrote under. linked: how many of those with a link. days: on how many,
    where times are known. name: the kind of name, of `names`.
    """

    key: np.ndarray
    threads: np.ndarray
    linked: np.ndarray
    days: np.ndarray
    name: np.ndarray

    def at(self, author: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The position of each author in `key` (int64), and whether it is there."""
        return _at(self.key, author)

    def known_at(self, author: np.ndarray) -> np.ndarray:
        """(n,) bool: whether each writes here for more than leaving links."""
        position, known = self.at(author)
        writes = (self.linked < self.threads) & (self.name == ORDINARY)
        known[known] = writes[position[known]]
        return known

    def regular_at(self, author: np.ndarray) -> np.ndarray:
        """(n,) bool: whether each is known, and has written on more than one day."""
        position, _ = self.at(author)
        regular = self.known_at(author)
        regular[regular] = self.days[position[regular]] > 1
        return regular


def _at(keys: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    position = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    present = keys[position] == wanted if len(keys) else np.zeros(len(wanted), bool)
    return position, present


def count_authors(
    author: np.ndarray, thread: np.ndarray, linked: np.ndarray, time: np.ndarray, name: np.ndarray
) -> Authors:
    """Count by author. author, thread: (n,) uint64. linked: (n,) bool. time: (n,) int64."""
    rows = np.flatnonzero(author != 0)
    names, first, group = np.unique(author[rows], return_index=True, return_inverse=True)
    threads = distinct(group, thread[rows], len(names))
    several = threads >= KNOWN_THREADS
    rows, group = rows[several[group]], (np.cumsum(several) - 1)[group[several[group]]]
    many = int(several.sum())
    with_link, dated = linked[rows], time[rows] != NO_TIME
    return Authors(
        names[several],
        threads[several],
        distinct(group[with_link], thread[rows[with_link]], many),
        distinct(group[dated], time[rows[dated]] // DAY, many),
        name[author != 0][first][several],
    )


def count_pace(author: np.ndarray, thread: np.ndarray, time: np.ndarray, authors: Authors) -> Tally:
    """Count the threads that busy authors wrote under, by window of time."""
    position, busy = authors.at(author)
    busy[busy] = authors.threads[position[busy]] >= BUSY
    busy &= time != NO_TIME
    nothing = np.zeros(0, np.int64)
    seen = Tally(np.zeros(0, np.uint64), nothing, nothing, nothing, nothing)
    for key in windows(author[busy], time[busy]):
        again = repeated(key)
        names, group = np.unique(key[again], return_inverse=True)
        threads = distinct(group, thread[busy][again], len(names))
        fast = threads >= BUSY
        more = (names[fast], *[threads[fast]] * 4)
        seen = Tally(*(np.concatenate(pair) for pair in zip(seen, more, strict=True)))
    order = np.argsort(seen.key)
    return Tally(*(column[order] for column in seen))


def windows(author: np.ndarray, time: np.ndarray) -> list[np.ndarray]:
    """Keys of author and time for the two windows that hold each comment: (n,) uint64 each."""
    keys = []
    for shift in (0, 1):
        window = 2 * ((time + shift * (WINDOW // 2)) // WINDOW) + shift
        key = author * np.uint64(0x9E3779B97F4A7C15) ^ window.astype(np.uint64) * np.uint64(
            0xC2B2AE3D27D4EB4F
        )
        key ^= key >> np.uint64(29)
        keys.append(key * np.uint64(0xFF51AFD7ED558CCD))
    return keys


def tally(
    key: np.ndarray,
    thread: np.ndarray,
    author: np.ndarray,
    known: np.ndarray,
    comment: np.ndarray | None = None,
) -> Tally:
    """Count what occurs under two threads or more, by two authors or more, or nameless thrice.

    key: (n,) uint64. thread, author: (n,) uint64, author 0 = nameless. known: (n,) bool. comment:
    (n,) uint64, the same for copies of a record; None = do not count them.
    """
    again = repeated(key)
    comment = None if comment is None else comment[again]
    key, thread, author, known = key[again], thread[again], author[again], known[again]
    names, group = np.unique(key, return_inverse=True)
    threads = distinct(group, thread, len(names))
    named = author != 0
    authors = distinct(group[named], author[named], len(names))
    known = named & known
    vouching = distinct(group[known], author[known], len(names))
    copies = np.zeros(len(names), np.int64)
    if comment is not None:
        copies = distinct(group, comment, len(names))
    several = (threads > 1) | (authors > 1) | ((authors == 0) & (copies > 2))
    return Tally(
        names[several], threads[several], authors[several], vouching[several], copies[several]
    )


def repeated(key: np.ndarray) -> np.ndarray:
    """(n,) bool: whether each key, uint64 or uint32, occurs more than once."""
    more_than_once = np.zeros(len(key), bool)
    keys = np.ascontiguousarray(key)
    none: list[np.ndarray] = [np.zeros(0, np.uint32), np.zeros(0, np.uint64)]
    _mark_repeated(
        *((keys, none[1]) if key.dtype == np.uint32 else (none[0], keys)), more_than_once
    )
    return more_than_once


def is_among(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(n,) bool: whether each wanted value is among the keys, which are ascending."""
    present = np.zeros(len(wanted), bool)
    if not len(keys):
        return present
    shift = np.array(8 * keys.itemsize - SLOT_BITS, keys.dtype)
    slots = np.zeros(1 << SLOT_BITS, bool)  # most values are absent, and one look-up here shows it
    slots[keys >> shift] = True
    maybe = np.flatnonzero(slots[wanted >> shift])
    position = np.minimum(np.searchsorted(keys, wanted[maybe]), len(keys) - 1)
    present[maybe] = keys[position] == wanted[maybe]
    return present


def distinct(group: np.ndarray, value: np.ndarray, groups: int) -> np.ndarray:
    """Number of distinct values in each group 0..groups: (groups,) int64."""
    order = np.lexsort((value, group))
    group, value = group[order], value[order]
    new = np.ones(len(group), bool)
    new[1:] = (group[1:] != group[:-1]) | (value[1:] != value[:-1])
    return np.bincount(group[new], minlength=groups)
