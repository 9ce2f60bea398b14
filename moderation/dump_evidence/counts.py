"""How often things are met: under how many threads, and by how many authors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from moderation.compiled import U4, U8, W_BOOL, Loop
from moderation.dump_evidence.names import ORDINARY

KNOWN_THREADS = 3  # an author under so many articles is known, unless all of theirs have a link
BUSY = 6  # threads within a window of time that are more than a reader's
DAY = 24 * 3600 * 1_000_000  # microseconds
SLOT_BITS = 22
WINDOW = 10 * 60 * 1_000_000
NO_TIME = np.iinfo(np.int64).min

_mark_repeated = Loop("mark_repeated", U4, U8, W_BOOL)


class Seen(NamedTuple):
    """Things that stand in more than one place. key: ascending, distinct; the counts are beside.

    threads: in which one stands. authors: names that wrote it; 0 = nobody has one. known: how many
    of them are known here.
    """

    key: np.ndarray
    threads: np.ndarray
    authors: np.ndarray
    known: np.ndarray

    def at(self, key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where each key stands in `key` (int64), and whether it does."""
        return _at(self.key, key)


class Authors(NamedTuple):
    """Those who wrote under KNOWN_THREADS or more, ascending by key; see `Seen`.

    threads: under which one wrote. linked: of these, with a link. days: on which, if times are
    known. name: of `names`.
    """

    key: np.ndarray
    threads: np.ndarray
    linked: np.ndarray
    days: np.ndarray
    name: np.ndarray

    def at(self, author: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where each author stands in `key` (int64), and whether it does."""
        return _at(self.key, author)

    def known_at(self, author: np.ndarray) -> np.ndarray:
        """(n,) bool: whether each is one who writes here, and not only to leave links."""
        place, found = self.at(author)
        known = (self.linked < self.threads) & (self.name == ORDINARY)
        found[found] = known[place[found]]
        return found

    def regular_at(self, author: np.ndarray) -> np.ndarray:
        """(n,) bool: whether each is known, and for more than a day."""
        place, _ = self.at(author)
        found = self.known_at(author)
        found[found] = self.days[place[found]] > 1
        return found


def _at(keys: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    found = keys[place] == wanted if len(keys) else np.zeros(len(wanted), bool)
    return place, found


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


def count_pace(author: np.ndarray, thread: np.ndarray, time: np.ndarray, authors: Authors) -> Seen:
    """By window of time of those who were busy: under how many threads they wrote in it."""
    place, found = authors.at(author)
    found[found] = authors.threads[place[found]] >= BUSY
    found &= time != NO_TIME
    nothing = np.zeros(0, np.int64)
    seen = Seen(np.zeros(0, np.uint64), nothing, nothing, nothing)
    for key in windows(author[found], time[found]):
        again = repeated(key)
        names, group = np.unique(key[again], return_inverse=True)
        threads = distinct(group, thread[found][again], len(names))
        fast = threads >= BUSY
        more = (names[fast], threads[fast], threads[fast], threads[fast])
        seen = Seen(*(np.concatenate(pair) for pair in zip(seen, more, strict=True)))
    order = np.argsort(seen.key)
    return Seen(*(column[order] for column in seen))


def windows(author: np.ndarray, time: np.ndarray) -> list[np.ndarray]:
    """The two windows of time that each comment is in, as keys of its author: (n,) uint64 each."""
    found = []
    for shift in (0, 1):
        window = 2 * ((time + shift * (WINDOW // 2)) // WINDOW) + shift
        key = author * np.uint64(0x9E3779B97F4A7C15) ^ window.astype(np.uint64) * np.uint64(
            0xC2B2AE3D27D4EB4F
        )
        key ^= key >> np.uint64(29)
        found.append(key * np.uint64(0xFF51AFD7ED558CCD))
    return found


def tally(
    key: np.ndarray,
    thread: np.ndarray,
    author: np.ndarray,
    known: np.ndarray,
) -> Seen:
    """Count what is seen under two threads or by two authors.

    key: (n,) uint64. thread, author: (n,) uint64, author 0 = nameless. known: (n,) bool.
    """
    again = repeated(key)
    key, thread, author, known = key[again], thread[again], author[again], known[again]
    names, group = np.unique(key, return_inverse=True)
    threads = distinct(group, thread, len(names))
    named = author != 0
    authors = distinct(group[named], author[named], len(names))
    known = named & known
    vouching = distinct(group[known], author[known], len(names))
    several = (threads > 1) | (authors > 1)
    return Seen(names[several], threads[several], authors[several], vouching[several])


def repeated(key: np.ndarray) -> np.ndarray:
    """(n,) bool: whether each key, uint64 or uint32, comes more than once."""
    found = np.zeros(len(key), bool)
    keys = np.ascontiguousarray(key)
    none: list[np.ndarray] = [np.zeros(0, np.uint32), np.zeros(0, np.uint64)]
    _mark_repeated(*((keys, none[1]) if key.dtype == np.uint32 else (none[0], keys)), found)
    return found


def held(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(n,) bool: whether each of the wanted is one of the keys, which are ascending."""
    found = np.zeros(len(wanted), bool)
    if not len(keys):
        return found
    shift = np.array(8 * keys.itemsize - SLOT_BITS, keys.dtype)
    slots = np.zeros(1 << SLOT_BITS, bool)  # most are not, and a look here says so at once
    slots[keys >> shift] = True
    maybe = np.flatnonzero(slots[wanted >> shift])
    place = np.minimum(np.searchsorted(keys, wanted[maybe]), len(keys) - 1)
    found[maybe] = keys[place] == wanted[maybe]
    return found


def distinct(group: np.ndarray, value: np.ndarray, groups: int) -> np.ndarray:
    """Number of distinct values in each group 0..groups: (groups,) int64."""
    order = np.lexsort((value, group))
    group, value = group[order], value[order]
    new = np.ones(len(group), bool)
    new[1:] = (group[1:] != group[:-1]) | (value[1:] != value[:-1])
    return np.bincount(group[new], minlength=groups)
