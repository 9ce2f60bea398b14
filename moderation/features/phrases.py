"""What a comment says about whom: short sequences of word classes, beside the n-grams.

N-grams learn "they are vermin" and "we are vermin" apart only where both were labelled. Here every
word of a small lexicon stands for its class (a group of people, an insult, a negation, …), all
other words are left out, and runs of up to three classes within a sentence are counted: GROUP BE
INSULT is one feature for every group and every insult. That no word names people, by a slur or as a
group, is one feature more. Left out one data set at a time, they add
0.012 to the mean area under the ROC curve, -0.003 to 0.04 a set (docs/model-notebook.md).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from moderation.compiled import (
    F4,
    I4,
    U1,
    U8,
    W_F4,
    W_F8,
    W_I4,
    W_I8,
    Loop,
    Prepared,
    group,
)
from moderation.features import kernel
from moderation.features.characters import TOKENS, apart, make_scratch
from moderation.features.kernel import (
    BUCKET_PRIME,
    COMMENTS,
    N_DENSE,
    READING,
    WEIGHTS,
    Weights,
)
from moderation.features.ngrams import (
    LEAST_SCRATCH,
    NgramConfig,
    Texts,
    WeightTable,
    bytes_of,
    pieces_of,
    run_pieces,
    usual_scratch,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moderation.features.ngrams import Csr, Piece

CLASSES = 24  # codes 1 to 23 are classes, 0 = none
PEOPLE = 2  # the first classes, up to this one, name people: slurs and groups
NOBODY = 0  # the phrase of a text of words none of which does
PAIRS = CLASSES
GAPS = PAIRS + CLASSES**2
TRIPLES = GAPS + CLASSES**2
SIZE = TRIPLES + CLASSES**3
"""Number of phrase features: nobody and classes, pairs, pairs around one class, triples."""

SHORT = LEAST_SCRATCH  # bytes of a text that `OneText` takes
DRAWER_BITS = 14  # of an Index: most words meet a drawer of two, and its 64 kB stay in the cache


class Index(NamedTuple):
    """A lexicon for the kernel: the words of drawer d are begin[d]:begin[d + 1].

    begin: (2^DRAWER_BITS + 1,) int32. hashes: (k,) uint64, mixed. codes: (k,) uint8.
    """

    begin: np.ndarray
    hashes: np.ndarray
    codes: np.ndarray


INDEX = group(I4, U8, U1)
_score_all = Loop("score_all", COMMENTS, WEIGHTS, F4, F4, INDEX, F4, W_F8, W_F4, W_F4)
_count_phrases = Loop("count_phrases", COMMENTS, INDEX, W_I8, W_I4, W_F4)


@dataclass(frozen=True)
class Lexicon:
    """Words by their class. The words themselves are not kept, only their hashes.

    names: class names; a word of the first has code 1, and the first PEOPLE name people. hashes:
    (k,) uint64, sorted. codes: (k,) uint8.
    """

    names: tuple[str, ...]
    hashes: np.ndarray
    codes: np.ndarray

    def __post_init__(self) -> None:
        """Raise ValueError for a class that there are no phrases of."""
        if (self.codes >= CLASSES).any():
            raise ValueError(f"class {self.codes.max()} of a word; at most {CLASSES - 1} fit")

    @classmethod
    def of(cls, words: Mapping[str, Iterable[str]]) -> Lexicon:
        """From words by class name; the first class that names a word has it."""
        if len(words) >= CLASSES:
            raise ValueError(f"{len(words)} classes of words; at most {CLASSES - 1} fit")
        code_of: dict[int, int] = {}
        scratch = make_scratch(256)
        grams = NgramConfig(char_ngrams=None).grams
        for code, name in enumerate(words, start=1):
            for word in words[name]:
                data = np.frombuffer(word.encode()[:200], np.uint8)
                kernel.read_comment(data, 0, len(data), grams, scratch)
                if scratch.state[TOKENS]:
                    code_of.setdefault(int(scratch.token_hash[0]), code)
        hashes = np.array(sorted(code_of), np.uint64)
        codes = np.array([code_of[int(one)] for one in hashes], np.uint8)
        return cls(tuple(words), hashes, codes)

    @cached_property
    def index(self) -> Index:
        """The same for the kernel."""
        mixed = self.hashes * BUCKET_PRIME
        order = np.argsort(mixed)
        drawers = mixed[order] >> np.uint64(64 - DRAWER_BITS)
        begin = np.searchsorted(drawers, np.arange((1 << DRAWER_BITS) + 1, dtype=np.uint64))
        return Index(begin.astype(np.int32), mixed[order], self.codes[order])


def phrase_rows(
    texts: Texts, lexicon: Lexicon, config: NgramConfig, threads: int | None = None
) -> Csr:
    """Phrase features of every text as CSR (indptr int64, indices int32, values float32).

    What is found has length 1/2 (the n-gram part has length 1), and so has NOBODY.
    """
    pieces = list(pieces_of(texts))
    indptr = np.zeros(sum(len(piece.offsets) - 1 for piece in pieces) + 1, np.int64)
    indices, values = np.empty(0, np.int32), np.empty(0, np.float32)

    def work(piece: Piece, first: int, last: int, scratch: Prepared) -> None:
        part = indptr[piece.row : piece.row + len(piece.offsets)]
        comments = piece.part(first, last, config.grams, scratch)
        _count_phrases(comments, lexicon.index, part, indices, values)

    run_pieces(pieces, work, threads)
    np.cumsum(indptr, out=indptr)
    if indptr[-1]:
        indices, values = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.float32)
        run_pieces(pieces, work, threads)
    return indptr, indices, values


def logits(
    texts: Texts,
    table: WeightTable,
    lexicon: Lexicon,
    weights: np.ndarray,
    threads: int | None = None,
) -> np.ndarray:
    """n-grams, dense features, phrases and intercept in one pass: (n, labels) float32.

    weights: (SIZE, labels) float32.
    """
    pieces, grams = list(pieces_of(texts)), table.config.grams
    out = np.empty((sum(len(p.offsets) - 1 for p in pieces), len(table.intercept)), np.float32)
    dense = np.ascontiguousarray(table.dense, np.float32)
    intercept = np.ascontiguousarray(table.intercept, np.float32)
    size = bytes_of(pieces)

    def work(piece: Piece, first: int, last: int, scratch: Prepared) -> None:
        with table.cache(lexicon, size) as cache:
            _score_all(
                piece.part(first, last, grams, scratch),
                Weights(table.rows, cache),
                dense,
                intercept,
                lexicon.index,
                weights,
                apart(table.rows.shape[1] - 1, np.float64),
                apart(N_DENSE, np.float32),
                out[piece.row : piece.row + len(piece.offsets) - 1],
            )

    run_pieces(pieces, work, threads)
    return out


class OneText:
    """The same for one text at a time: what all texts share is laid out once."""

    def __init__(self, table: WeightTable, lexicon: Lexicon, weights: np.ndarray) -> None:
        """As for `logits`."""
        self._table, self._lexicon = table, lexicon
        dense, intercept = (
            np.ascontiguousarray(one, np.float32) for one in (table.dense, table.intercept)
        )
        kinds = (F4, dense), (F4, intercept), (INDEX, lexicon.index), (F4, weights)
        self._shared = [Prepared(kind, value) for kind, value in kinds]
        self._local = threading.local()

    def _make_room(self) -> _Room:
        out = np.empty((1, len(self._table.intercept)), np.float32)
        sums, described = np.empty(self._table.rows.shape[1] - 1), np.empty(N_DENSE, np.float32)
        reading = kernel.reading(self._table.config.grams, usual_scratch())
        rest = [Prepared(W_F8, sums), Prepared(W_F4, described), Prepared(W_F4, out)]
        room = _Room(Prepared(READING, reading), np.zeros(2, np.int64), rest, out)
        self._local.room = room
        return room

    def logits(self, text: str) -> np.ndarray:
        """(labels,) float32; overwritten by the next text of the thread. text: ASCII, SHORT."""
        room = getattr(self._local, "room", None) or self._make_room()
        data = np.frombuffer(bytearray(text, "ascii"), np.uint8)
        room.offsets[1] = len(data)
        comments = kernel.Comments(data, room.offsets, 0, 1, room.reading)
        with self._table.cache(self._lexicon) as cache:
            _score_all(comments, Weights(self._table.rows, cache), *self._shared, *room.rest)
        return cast("np.ndarray", room.out[0])


class _Room(NamedTuple):
    """What one thread reads a text into."""

    reading: Prepared
    offsets: np.ndarray
    rest: list[Prepared]
    out: np.ndarray
