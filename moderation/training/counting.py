"""Read every training text once, for all that is learnt from it: n-grams, phrases, dense features.

How rare an n-gram is shows when all texts have been read, so the n-grams are listed first and
weighed afterwards. The numbers are those of `ngrams.tfidf`, `ngrams.dense` and
`phrases.phrase_rows`, bit by bit, which read every text seven times for them.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from moderation.compiled import F4, I4, I8, INT, W_F4, W_I4, W_I8, Loop, Prepared, group
from moderation.features import ngrams
from moderation.features.kernel import COMMENTS, DENSE_FEATURES, GRAMS
from moderation.features.phrases import INDEX

if TYPE_CHECKING:
    from moderation.features.ngrams import Csr, NgramConfig, Piece, Texts
    from moderation.features.phrases import Lexicon

ROOM = 1 << 22  # n-grams of one piece of work, at first: a megabyte of text lists about two million
WEIGHED_AT_ONCE = 1 << 12  # rows

_ROOM = group(W_I4, W_F4, W_I4, W_F4)
_OCCURRENCES = group(I8, I4, F4)
_list_rows = Loop("list_rows", COMMENTS, INDEX, _ROOM, group(W_I8, W_I8, W_F4), W_I8)
_count_texts = Loop("count_texts", _OCCURRENCES, I8, W_I8, W_I8)
_weigh_rows = Loop("weigh_rows", GRAMS, _OCCURRENCES, INT, INT, F4, W_I8, W_I8, W_I8, W_I4, W_F4)


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
            weighed = self.config.grams, self.grams, first, last, idf
            _weigh_rows(*weighed, *local.seen, indptr, indices, values)

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
    pieces = list(ngrams.pieces_of(texts))
    n = sum(len(piece.offsets) - 1 for piece in pieces)
    sizes, phrase_sizes = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    dense = np.empty((n, len(DENSE_FEATURES)), np.float32)
    parts: dict[int, _Room] = {}
    local = threading.local()

    def work(piece: Piece, first: int, last: int, scratch: Prepared) -> None:
        if not hasattr(local, "room"):
            local.room = _Room.of(ROOM)
        rows = slice(piece.row, piece.row + len(piece.offsets) - 1)
        per_text = _PerText(sizes[1:][rows], phrase_sizes[1:][rows], dense[rows])
        while first < last:
            ends = np.zeros(2, np.int64)
            comments = piece.part(first, last, config.grams, scratch)
            reached = _list_rows(comments, lexicon.index, local.room, per_text, ends)
            if reached == first:  # a text longer than the room
                local.room = _Room.of(2 * len(local.room.buckets))
                continue
            parts[piece.row + first] = local.room.filled(*ends)
            first = reached

    ngrams.run_pieces(pieces, work, threads)
    np.cumsum(sizes, out=sizes)
    np.cumsum(phrase_sizes, out=phrase_sizes)
    grams, phrases = int(sizes[-1]), int(phrase_sizes[-1])
    whole = _Room(*_Room.of(grams)[:2], *_Room.of(phrases)[2:])

    def move(row: int) -> None:
        part = parts.pop(row)  # and is freed
        begins = (sizes[row], sizes[row], phrase_sizes[row], phrase_sizes[row])
        for column, some, begin in zip(whole, part, begins, strict=True):
            column[begin : begin + len(some)] = some

    with ThreadPoolExecutor(threads or ngrams.thread_count()) as pool:
        list(pool.map(move, sorted(parts)))
    occurrences = Occurrences(sizes, whole.buckets, whole.often)
    return Listed(config, occurrences, (phrase_sizes, whole.ids, whole.shares), dense)


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
