"""Read every training text once, for all that is learnt from it: n-grams, phrases, dense features.

How rare an n-gram is shows when all texts have been read, so the n-grams are listed first and
weighed afterwards. The numbers are those of `ngrams.tfidf`, `ngrams.dense` and
`phrases.phrase_rows`, bit by bit, which read every text seven times for them.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

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


class Occurrences(NamedTuple):
    """The n-grams of n texts one after the other, equal buckets not yet joined.

    begin: (n + 1,) int64, where a text's n-grams begin. buckets, often: (begin[-1],) int32 and
    float32, bucket and term frequency of each.
    """

    begin: np.ndarray
    buckets: np.ndarray
    often: np.ndarray


@dataclass(frozen=True)
class Listed:
    """What is known of n texts. phrases: Csr. dense: (n, len(DENSE_FEATURES)) float32."""

    config: NgramConfig
    grams: Occurrences
    phrases: Csr
    dense: np.ndarray

    def frequencies(self, used: np.ndarray) -> np.ndarray:
        """In how many of the texts `used` ((n,) bool) each bucket occurs: (buckets,) int64."""
        seen = np.zeros(self.config.buckets, np.int64)
        stamp = np.full(self.config.buckets, -1, np.int64)
        _count_texts(self.grams, np.flatnonzero(used), stamp, seen)
        return seen

    def tfidf(self, idf: np.ndarray, threads: int | None = None) -> Csr:
        """As `ngrams.tfidf` of the texts. idf: (buckets,) float32, 0 = the bucket is left out."""
        n = len(self.grams.begin) - 1
        indptr = np.zeros(n + 1, np.int64)
        indices, values = np.empty(0, np.int32), np.empty(0, np.float32)
        local = threading.local()

        def work(first: int) -> None:
            if not hasattr(local, "seen"):
                buckets = self.config.buckets
                local.seen = _Seen(np.zeros(buckets, np.int64), np.empty(buckets, np.int64))
            last = min(first + WEIGHED_AT_ONCE, n)
            _weigh_rows(self.grams, first, last, idf, local.seen, (indptr, indices, values))

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
    parts: dict[int, _Room] = {}
    knowledge = _Knowledge(load_tables(), config.grams, lexicon.index, np.empty((0, 3), np.int32))
    local = threading.local()

    def work(piece: Piece, first: int, last: int, scratch: Scratch) -> None:
        if not hasattr(local, "room"):
            local.room = _Room.of(ROOM)
        rows = slice(piece.row, piece.row + len(piece.offsets) - 1)
        per_text = _PerText(sizes[1:][rows], phrase_sizes[1:][rows], dense[rows])
        while first < last:
            ends = np.zeros(2, np.int64)
            reached = _list_rows(piece, first, last, knowledge, scratch, local.room, per_text, ends)
            if reached == first:  # a text longer than the room
                local.room = _Room.of(2 * len(local.room.buckets))
                continue
            parts[piece.row + first] = local.room.filled(*ends)
            first = reached

    ngrams._run(pieces, work, threads)
    np.cumsum(sizes, out=sizes)
    np.cumsum(phrase_sizes, out=phrase_sizes)
    columns = zip(_Room.of(0), *(parts[row] for row in sorted(parts)), strict=True)
    buckets, often, ids, shares = (np.concatenate(column) for column in columns)
    return Listed(config, Occurrences(sizes, buckets, often), (phrase_sizes, ids, shares), dense)


class _Knowledge(NamedTuple):
    """What reading a text needs. words: (0, 3) int32, see `phrases.find`."""

    tables: Any
    grams: Any
    index: Any
    words: np.ndarray


class _PerText(NamedTuple):
    """What is written for each text: how many n-grams and phrases, and its dense features."""

    sizes: np.ndarray
    phrase_sizes: np.ndarray
    dense: np.ndarray


class _Room(NamedTuple):
    """Room of one thread to list n-grams (buckets, often) and phrases (ids, shares) in."""

    buckets: np.ndarray
    often: np.ndarray
    ids: np.ndarray
    shares: np.ndarray

    @classmethod
    def of(cls, size: int) -> _Room:
        """Room for `size` n-grams and as many phrases."""
        return cls(*(np.empty(size, kind) for kind in (np.int32, np.float32) * 2))

    def filled(self, grams: int, phrases: int) -> _Room:
        """Copies of what was listed."""
        ends = (grams, grams, phrases, phrases)
        return _Room(*(array[:end].copy() for array, end in zip(self, ends, strict=True)))


class _Seen(NamedTuple):
    """Row that met each bucket last, and its position there: (buckets,) int64 each."""

    stamp: np.ndarray
    position: np.ndarray


@compiled
def _list_rows(
    piece: Any, first: Any, last: Any, knowledge: Any, scratch: Any, room: Any, per_text: Any,
    ends: Any,
) -> Any:  # fmt: skip
    """List the texts `first` to `last`; returns the first that there was no room for.

    ends: (2,) int64, raised by how many n-grams and phrases were listed.
    """
    tables, grams, index, words = knowledge
    for row in range(first, last):
        read_comment(piece.data, piece.offsets[row], piece.offsets[row + 1], tables, grams, scratch)
        describe(scratch, per_text.dense[row])
        at, phrase_at = ends[0], ends[1]
        if phrase_at + PER_WORD * scratch.state[TOKENS] > len(room.ids):
            return row
        for item in range(scratch.state[ITEMS]):
            count = list_buckets(scratch, item, grams)
            if at + count > len(room.buckets):
                return row
            frequency = term_frequency(scratch.item_count[item])
            for k in range(count):
                room.buckets[at + k] = scratch.room[k]
                room.often[at + k] = frequency
            at += count
        size = find(scratch, index, words)
        known, norm = distinct(scratch.room, size)
        for k in range(known):
            room.ids[phrase_at + k] = scratch.room[k]
            room.shares[phrase_at + k] = SHARE * log_count(scratch.room[size + k]) / norm
        per_text.sizes[row], per_text.phrase_sizes[row] = at - ends[0], known
        ends[0], ends[1] = at, phrase_at + known
    return last


@compiled
def _count_texts(grams: Any, used: Any, stamp: Any, seen: Any) -> None:
    """Add to `seen` the texts that each bucket occurs in. stamp: (buckets,) int64 of -1."""
    for row in used:
        for k in range(grams.begin[row], grams.begin[row + 1]):
            bucket = grams.buckets[k]
            if stamp[bucket] != row:
                stamp[bucket] = row
                seen[bucket] += 1


@compiled
def _weigh_rows(grams: Any, first: Any, last: Any, idf: Any, seen: Any, csr: Any) -> None:
    """Join and weigh the n-grams of some texts; run twice, like `kernel.count_rows`."""
    indptr, indices, values = csr
    filling = len(indices) > 0
    for row in range(first, last):
        start = indptr[row] if filling else 0
        mark = -row - 1 if filling else row + 1
        filled, squares = start, 0.0
        for k in range(grams.begin[row], grams.begin[row + 1]):
            bucket = grams.buckets[k]
            if idf[bucket] == 0:
                continue
            amount = np.float64(grams.often[k]) * idf[bucket]
            squares += amount * amount
            filled = put(bucket, amount, mark, seen.stamp, seen.position, filled, indices, values)
        if not filling:
            indptr[row + 1] = filled
        elif squares > 0:
            for k in range(start, filled):
                values[k] /= np.float32(np.sqrt(squares))
