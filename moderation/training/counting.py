"""Read every training text once, for all that is learnt from it: n-grams, phrases, dense features.

How rare an n-gram is shows when all texts have been read, so the n-grams are listed first and
weighed afterwards. The numbers are those of `text.features.tfidf`, `text.features.dense` and
`text.phrases.phrase_rows`, bit by bit, which read every text seven times for them.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.features import ngrams
from moderation.features.characters import ITEMS, TOKENS
from moderation.features.compiled import compiled
from moderation.features.folding import load_tables
from moderation.features.kernel import (
    DENSE_FEATURES,
    describe,
    list_buckets,
    put,
    read_comment,
    term_frequency,
)
from moderation.features.phrases import PER_WORD, SHARE, distinct, find, log_count

if TYPE_CHECKING:
    from moderation.features.characters import Scratch
    from moderation.features.ngrams import Csr, NgramConfig, Piece, Texts
    from moderation.features.phrases import Lexicon

ROOM = 1 << 22  # n-grams of one piece of work, at first: a megabyte of text lists about two million
WEIGHED_AT_ONCE = 1 << 12  # rows


@dataclass(frozen=True)
class Listed:
    """The n-grams of n texts one after the other, and what else is known of each text.

    begin: (n + 1,) int64, where a text's n-grams begin. buckets, often: (begin[-1],) int32 and
    float32, bucket and term frequency of each, equal buckets not yet joined. phrases: Csr.
    dense: (n, len(DENSE_FEATURES)) float32.
    """

    config: NgramConfig
    begin: np.ndarray
    buckets: np.ndarray
    often: np.ndarray
    phrases: Csr
    dense: np.ndarray

    def frequencies(self, used: np.ndarray) -> np.ndarray:
        """In how many of the texts `used` ((n,) bool) each bucket occurs: (buckets,) int64."""
        seen = np.zeros(self.config.buckets, np.int64)
        stamp = np.full(self.config.buckets, -1, np.int64)
        _count_texts(self.begin, self.buckets, np.flatnonzero(used), stamp, seen)
        return seen

    def tfidf(self, idf: np.ndarray, threads: int | None = None) -> Csr:
        """As `features.tfidf` of the texts. idf: (buckets,) float32, 0 = the bucket is left out."""
        n = len(self.begin) - 1
        indptr = np.zeros(n + 1, np.int64)
        indices, values = np.empty(0, np.int32), np.empty(0, np.float32)
        local = threading.local()

        def work(first: int) -> None:
            if not hasattr(local, "stamp"):
                local.stamp = np.zeros(self.config.buckets, np.int64)
                local.place = np.empty(self.config.buckets, np.int64)
            _weigh_rows(
                self.begin, self.buckets, self.often, first, min(first + WEIGHED_AT_ONCE, n), idf,
                local.stamp, local.place, indptr, indices, values,
            )  # fmt: skip

        firsts = range(0, n, WEIGHED_AT_ONCE)
        with ThreadPoolExecutor(threads or ngrams.thread_count()) as pool:
            list(pool.map(work, firsts))
            np.cumsum(indptr, out=indptr)
            if indptr[-1]:
                indices = np.empty(int(indptr[-1]), np.int32)
                values = np.empty(int(indptr[-1]), np.float32)
                list(pool.map(work, firsts))
        return indptr, indices, values


def listed(
    texts: Texts, config: NgramConfig, lexicon: Lexicon, threads: int | None = None
) -> Listed:
    """Read the texts."""
    pieces = list(ngrams._pieces(texts))
    n = sum(len(piece.offsets) - 1 for piece in pieces)
    sizes, phrase_sizes = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    dense = np.empty((n, len(DENSE_FEATURES)), np.float32)
    parts: dict[int, tuple[np.ndarray, ...]] = {}
    tables, grams, index = load_tables(), config.grams, lexicon.index
    local = threading.local()

    def work(piece: Piece, first: int, last: int, scratch: Scratch) -> None:
        if not hasattr(local, "room"):
            local.room = _Room(ROOM)
        rows = slice(piece.row, piece.row + len(piece.offsets) - 1)
        while first < last:
            ends = np.zeros(2, np.int64)
            reached = _list_rows(
                piece.data, piece.offsets, first, last, tables, grams, scratch, index,
                *local.room.arrays, sizes[1:][rows], phrase_sizes[1:][rows], dense[rows],
                np.empty((0, 3), np.int32), ends,
            )  # fmt: skip
            if reached == first:  # a text longer than the room
                local.room = _Room(2 * len(local.room.arrays[0]))
                continue
            parts[piece.row + first] = local.room.filled(*ends)
            first = reached

    ngrams._run(pieces, work, threads)
    np.cumsum(sizes, out=sizes)
    np.cumsum(phrase_sizes, out=phrase_sizes)
    kinds = (np.int32, np.float32, np.int32, np.float32)
    empty = tuple(np.empty(0, kind) for kind in kinds)
    columns = zip(empty, *(parts[row] for row in sorted(parts)), strict=True)
    buckets, often, ids, shares = (np.concatenate(column) for column in columns)
    return Listed(config, sizes, buckets, often, (phrase_sizes, ids, shares), dense)


class _Room:
    """One thread's place to list n-grams and phrases in."""

    def __init__(self, size: int) -> None:
        kinds = (np.int32, np.float32, np.int32, np.float32)
        self.arrays = tuple(np.empty(size, kind) for kind in kinds)

    def filled(self, grams: int, phrases: int) -> tuple[np.ndarray, ...]:
        """Copies of what was listed."""
        ends = (grams, grams, phrases, phrases)
        return tuple(array[:end].copy() for array, end in zip(self.arrays, ends, strict=True))


@compiled
def _list_rows(
    data: Any, offsets: Any, first: Any, last: Any, tables: Any, grams: Any, scratch: Any,
    index: Any, buckets: Any, often: Any, ids: Any, shares: Any, sizes: Any, phrase_sizes: Any,
    dense: Any, words: Any, ends: Any,
) -> Any:  # fmt: skip
    """List the texts `first` to `last`; returns the first that there was no room for.

    words: (0, 3) int32, see `phrases.find`. ends: (2,) int64, raised by how many n-grams and
    phrases were listed.
    """
    for row in range(first, last):
        read_comment(data, offsets[row], offsets[row + 1], tables, grams, scratch)
        describe(scratch, dense[row])
        at, phrase_at = ends[0], ends[1]
        if phrase_at + PER_WORD * scratch.state[TOKENS] > len(ids):
            return row
        for item in range(scratch.state[ITEMS]):
            count = list_buckets(scratch, item, grams)
            if at + count > len(buckets):
                return row
            frequency = term_frequency(scratch.item_count[item])
            for k in range(count):
                buckets[at + k] = scratch.room[k]
                often[at + k] = frequency
            at += count
        size = find(scratch, index, words)
        known, norm = distinct(scratch.room, size)
        for k in range(known):
            ids[phrase_at + k] = scratch.room[k]
            shares[phrase_at + k] = SHARE * log_count(scratch.room[size + k]) / norm
        sizes[row], phrase_sizes[row] = at - ends[0], known
        ends[0], ends[1] = at, phrase_at + known
    return last


@compiled
def _count_texts(begin: Any, buckets: Any, used: Any, stamp: Any, seen: Any) -> None:
    """Add to `seen` the texts that each bucket occurs in. stamp: (buckets,) int64 of -1."""
    for row in used:
        for k in range(begin[row], begin[row + 1]):
            bucket = buckets[k]
            if stamp[bucket] != row:
                stamp[bucket] = row
                seen[bucket] += 1


@compiled
def _weigh_rows(
    begin: Any, buckets: Any, often: Any, first: Any, last: Any, idf: Any, stamp: Any, place: Any,
    indptr: Any, indices: Any, values: Any,
) -> None:  # fmt: skip
    """Join and weigh the n-grams of some texts; run twice, like `kernel.count_rows`."""
    filling = len(indices) > 0
    for row in range(first, last):
        start = indptr[row] if filling else 0
        mark = -row - 1 if filling else row + 1
        filled, squares = start, 0.0
        for k in range(begin[row], begin[row + 1]):
            bucket = buckets[k]
            if idf[bucket] == 0:
                continue
            amount = np.float64(often[k]) * idf[bucket]
            squares += amount * amount
            filled = put(bucket, amount, mark, stamp, place, filled, indices, values)
        if not filling:
            indptr[row + 1] = filled
        elif squares > 0:
            for k in range(start, filled):
                values[k] /= np.float32(np.sqrt(squares))
