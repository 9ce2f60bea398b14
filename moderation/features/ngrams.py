"""From a text column to features: n-gram rows, document frequencies, dense features.

Every function takes a pandas Series, an Arrow array or chunked array of strings, or a list of str
(null counts as empty), and gives one row per text. Results do not depend on what else is in the
column, on its order, or on the number of threads. One module, since all of them share the way from
a column to pieces that threads work on.

>>> count(["so so good"], NgramConfig(word_ngrams=(1, 1), char_ngrams=None))[2]
array([2., 1.], dtype=float32)
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.compiled import Prepared
from moderation.features import kernel
from moderation.features.characters import MOST_LENGTHS, SCRATCH, make_scratch
from moderation.features.folding import FOLDING_VERSION
from moderation.features.kernel import (
    COLUMNS,
    DENSE_FEATURES,
    HASH_VERSION,
    Grams,
    WordCache,
    make_cache,
)

TEXT_VERSION = f"{FOLDING_VERSION}.{HASH_VERSION}"
"""Folding and hashing version: a model's weights mean nothing under another."""

CACHE_SLOTS = 1 << 17  # words kept per thread; swept in docs/kernel.md
MANY_BYTES, FEW_BYTES = 1 << 20, 1 << 13
"""Texts for which all places are needed, and those for which there are the fewest."""
CHUNK_BYTES = 1 << 20  # of text, per piece of work
LEAST_BYTES = 1 << 15  # of the last pieces, where several threads share the work: 1 ms
PER_THREAD = 2  # pieces of what is left
LEAST_SCRATCH = 1 << 12  # bytes of text that a thread has working memory for, at least
ROW_BYTES = 16  # what a text costs beside its bytes, in bytes

_local = threading.local()
Texts = Any  # pandas Series, pa.Array, pa.ChunkedArray or a sequence of str
Csr = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class NgramConfig:
    """Which n-grams are made and how they are hashed; part of a model (`to_json`, `from_json`).

    word_ngrams, char_ngrams: (lowest, highest) length, None for none; words at most 2, characters
    at most 8, within word boundaries. bits: 2**bits buckets for words, and as many for characters
    behind them. fold: undo disguises; False folds case only.
    """

    word_ngrams: tuple[int, int] | None = (1, 2)
    char_ngrams: tuple[int, int] | None = (2, 5)
    bits: int = 18
    fold: bool = True

    def __post_init__(self) -> None:
        words, chars = self.word_ngrams, self.char_ngrams
        if words is not None and not 1 <= words[0] <= words[1] <= 2:
            raise ValueError(f"word_ngrams is {words}; expected (1, 1), (1, 2), (2, 2) or None")
        if chars is not None and not 1 <= chars[0] <= chars[1] <= MOST_LENGTHS:
            raise ValueError(f"char_ngrams is {chars}; expected two lengths from 1 to 8 or None")
        if not 4 <= self.bits <= 26:
            raise ValueError(f"bits is {self.bits}; expected 4 to 26 (16 to 67 million buckets)")

    @property
    def buckets(self) -> int:
        """Number of columns."""
        kinds = sum(one is not None for one in (self.word_ngrams, self.char_ngrams))
        return max(kinds, 1) << self.bits

    @property
    def grams(self) -> Grams:
        """The same for the kernel."""
        words, chars = self.word_ngrams or (1, 0), self.char_ngrams or (1, 0)
        return Grams(self.fold, self.bits, *words, *chars)

    def to_json(self) -> dict[str, Any]:
        """As JSON types, with the version of folding and hashing."""
        return {
            "word_ngrams": list(self.word_ngrams) if self.word_ngrams else None,
            "char_ngrams": list(self.char_ngrams) if self.char_ngrams else None,
            "bits": self.bits,
            "fold": self.fold,
            "version": TEXT_VERSION,
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> NgramConfig:
        """Inverse of `to_json`; ValueError for another version or unknown keys."""
        known = {"word_ngrams", "char_ngrams", "bits", "fold", "version"}
        if set(found) != known:
            raise ValueError(f"n-gram settings are {sorted(found)}; expected {sorted(known)}")
        if found["version"] != TEXT_VERSION:
            raise ValueError(
                f"n-grams of version {found['version']}; this program makes {TEXT_VERSION}: retrain"
            )
        pair = {
            key: tuple(found[key]) if found[key] is not None else None
            for key in ("word_ngrams", "char_ngrams")
        }
        return cls(bits=found["bits"], fold=found["fold"], **pair)


@dataclass(frozen=True)
class WeightTable:
    """A linear model over tf-idf and dense features, laid out for the kernel.

    idf: (buckets,) float32, 0 = bucket not used. weights: (buckets, labels) float32.
    dense: (len(DENSE_FEATURES), labels). intercept: (labels,).
    """

    config: NgramConfig
    idf: np.ndarray
    weights: np.ndarray
    dense: np.ndarray
    intercept: np.ndarray
    rows: np.ndarray = field(init=False, repr=False)
    _caches: dict[int, tuple[object, list[WordCache]]] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        labels = len(self.intercept)
        shapes = self.idf.shape, self.weights.shape, self.dense.shape
        wanted = (
            (self.config.buckets,),
            (self.config.buckets, labels),
            (len(DENSE_FEATURES), labels),
        )
        if shapes != wanted:
            raise ValueError(f"idf, weights and dense have shapes {shapes}; expected {wanted}")
        columns = -(-(1 + labels) // COLUMNS) * COLUMNS
        rows = np.zeros((self.config.buckets, columns), np.float32)
        np.square(self.idf, out=rows[:, 0])
        np.multiply(self.weights, self.idf[:, None], out=rows[:, 1 : 1 + labels])
        object.__setattr__(self, "rows", rows)

    @contextmanager
    def cache(self, lexicon: object = None, size: int = MANY_BYTES) -> Iterator[WordCache]:
        """A table of words already summed, for one thread at a time and kept for the next one.

        New threads with tables of their own took 4 to 7 % more processor time. lexicon: whose
        classes of words are noted beside the sums. size: bytes of the texts that it is for; few
        have few words, as those in the many languages that stand in a dump only here and there.
        """
        _, kept = self._caches.setdefault(id(lexicon), (lexicon, []))
        lacking = MANY_BYTES.bit_length() - max(size, FEW_BYTES).bit_length()
        slots = CACHE_SLOTS >> max(0, lacking)
        found: WordCache | None = None
        with suppress(IndexError):  # another thread may be quicker
            found = kept.pop()
        if found is None or len(found.sums) < slots:
            found = make_cache(slots, self.rows.shape[1])
        try:
            yield found
        finally:
            kept.append(found)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_caches": {}}


def dense(
    texts: Texts, config: NgramConfig | None = None, threads: int | None = None
) -> np.ndarray:
    """The features named by DENSE_FEATURES: (n, len(DENSE_FEATURES)) float32 in [0, 1]."""
    pieces, grams = list(pieces_of(texts)), (config or NgramConfig()).grams
    described = np.empty(
        (sum(len(piece.offsets) - 1 for piece in pieces), len(DENSE_FEATURES)), np.float32
    )

    def work(piece: Piece, first: int, last: int, scratch: Prepared) -> None:
        rows = described[piece.row : piece.row + len(piece.offsets) - 1]
        kernel.describe_rows(piece.part(first, last, grams, scratch), rows)

    run_pieces(pieces, work, threads)
    return described


def count(texts: Texts, config: NgramConfig, threads: int | None = None) -> Csr:
    """N-gram counts as CSR (indptr int64, indices int32, counts float32)."""
    return _count(texts, config, np.ones(config.buckets, np.float32), threads, weigh=False)


def tfidf(texts: Texts, idf: np.ndarray, config: NgramConfig, threads: int | None = None) -> Csr:
    """TF-IDF rows as CSR (indptr int64, indices int32, data float32).

    idf: (buckets,) float32; a bucket with 0 is left out. These rows, the phrases' and `dense` times
    their weights are what `phrases.logits` gives.
    """
    if idf.shape != (config.buckets,):
        raise ValueError(f"idf has shape {idf.shape}; expected ({config.buckets},)")
    return _count(texts, config, np.ascontiguousarray(idf, np.float32), threads, weigh=True)


def document_frequencies(
    texts: Texts, config: NgramConfig, threads: int | None = None
) -> np.ndarray:
    """In how many texts each bucket occurs: (buckets,) int64."""
    _, indices, _ = count(texts, config, threads)
    return np.bincount(indices, minlength=config.buckets)


def inverse_frequencies(frequencies: np.ndarray, texts: int, min_df: int = 1) -> np.ndarray:
    """Smoothed idf, 1 + ln((1 + n) / (1 + df)), float32; 0 where df < min_df.

    Source: scikit-learn's TfidfTransformer with smooth_idf.
    """
    idf = 1 + np.log((1 + texts) / (1 + frequencies))
    return np.where(frequencies >= max(min_df, 1), idf, 0).astype(np.float32)


def _count(
    texts: Texts, config: NgramConfig, idf: np.ndarray, threads: int | None, *, weigh: bool
) -> Csr:
    """Both passes of `kernel.count_rows`."""
    local = threading.local()
    pieces = list(pieces_of(texts))
    indptr = np.zeros(sum(len(p.offsets) - 1 for p in pieces) + 1, np.int64)
    indices, values = np.empty(0, np.int32), np.empty(0, np.float32)

    def work(piece: Piece, first: int, last: int, scratch: Prepared) -> None:
        if not hasattr(local, "stamp"):
            local.stamp = np.zeros(config.buckets, np.int64)
            local.place = np.empty(config.buckets, np.int64)
        local.stamp[:] = 0  # rows are numbered from 0 in every piece
        kernel.count_rows(
            piece.part(first, last, config.grams, scratch),
            idf,
            weigh,
            local.stamp,
            local.place,
            indptr[piece.row : piece.row + len(piece.offsets)],
            indices,
            values,
        )

    run_pieces(pieces, work, threads)
    np.cumsum(indptr, out=indptr)
    if indptr[-1]:
        indices = np.empty(int(indptr[-1]), np.int32)
        values = np.empty(int(indptr[-1]), np.float32)
        run_pieces(pieces, work, threads)
    return indptr, indices, values


class Piece(NamedTuple):
    """One Arrow chunk: its bytes, offsets (n + 1,) int64 and the row its first text has."""

    data: np.ndarray
    offsets: np.ndarray
    row: int

    def part(self, first: int, last: int, grams: Grams, scratch: Prepared) -> kernel.Comments:
        """The texts `first` to `last`, to be read into `scratch`."""
        return kernel.Comments(self.data, self.offsets, first, last, kernel.reading(grams, scratch))


def _chunks(texts: Texts) -> list[pa.Array]:
    if isinstance(texts, str | bytes):
        raise TypeError("texts is one string; expected a column or list of strings")
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        arrow = getattr(texts, "__arrow_array__", None)
        if arrow is None and hasattr(texts, "array"):  # a pandas Series
            arrow = getattr(texts.array, "__arrow_array__", None)
        texts = arrow() if arrow is not None else pa.array(list(texts), pa.large_string())
    return texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]


def pieces_of(texts: Texts) -> Any:
    """The column's buffers, chunk by chunk, without copying them."""
    row = 0
    for chunk in _chunks(texts):
        if pa.types.is_null(chunk.type) or pa.types.is_dictionary(chunk.type):
            chunk = chunk.cast(pa.large_string())
        if chunk.type not in (pa.string(), pa.large_string()):
            if not pa.types.is_string_view(chunk.type):
                raise TypeError(f"texts are {chunk.type}; expected strings")
            chunk = chunk.cast(pa.large_string())
        if chunk.null_count:
            chunk = pc.fill_null(chunk, "")
        _, places, content = chunk.buffers()
        width = np.dtype(np.int64 if chunk.type == pa.large_string() else np.int32)
        if len(chunk):
            offsets = np.frombuffer(places, width, len(chunk) + 1, chunk.offset * width.itemsize)
            data = np.frombuffer(content, np.uint8) if content else np.empty(0, np.uint8)
            yield Piece(data, offsets.astype(np.int64, copy=False), row)
        row += len(chunk)


def bytes_of(pieces: Sequence[Piece]) -> int:
    """How many bytes all texts have."""
    return sum(int(piece.offsets[-1] - piece.offsets[0]) for piece in pieces)


def text_count(texts: Texts) -> int:
    """How many texts there are."""
    return sum(len(chunk) for chunk in _chunks(texts))


def thread_count() -> int:
    """How many threads are used if nobody says: MODERATION_THREADS, or the cores we may use."""
    wanted = os.environ.get("MODERATION_THREADS", "")
    if wanted.isdigit() and int(wanted):
        return int(wanted)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _tasks(pieces: Sequence[Piece], threads: int = 1) -> list[tuple[Piece, int, int]]:
    """Ranges of rows: about CHUNK_BYTES each, and ever smaller ones at the end.

    So no thread has a whole range to go when there is nothing left for the others.
    """
    tasks = []
    left = sum(map(_cost, pieces))
    for piece in pieces:
        n = len(piece.offsets) - 1
        share = int(piece.offsets[-1] - piece.offsets[0]) / _cost(piece)
        first = 0
        while first < n:
            size = CHUNK_BYTES
            if threads > 1:
                size = min(size, max(LEAST_BYTES, left // (PER_THREAD * threads)))
            target = piece.offsets[first] + int(size * share)
            last = max(first + 1, int(np.searchsorted(piece.offsets, target, "right")) - 1)
            tasks.append((piece, first, last))
            left -= int(piece.offsets[last] - piece.offsets[first]) + ROW_BYTES * (last - first)
            first = last
    return tasks


def _cost(piece: Piece) -> int:
    """Work of a piece, in bytes; one text is a little even if it is empty."""
    return int(piece.offsets[-1] - piece.offsets[0]) + ROW_BYTES * (len(piece.offsets) - 1)


def usual_scratch() -> Prepared:
    """This thread's working memory for texts of usual length."""
    if getattr(_local, "size", None) != LEAST_SCRATCH:
        _local.size = LEAST_SCRATCH
        _local.scratch = Prepared(SCRATCH, make_scratch(LEAST_SCRATCH))
    return cast("Prepared", _local.scratch)


def run_pieces(
    pieces: Sequence[Piece],
    work: Callable[[Piece, int, int, Prepared], None],
    threads: int | None,
) -> None:
    """Call `work` for ranges of rows, on `threads` threads (the kernel lets go of the GIL).

    The caller's thread is one of them. Each takes the next range when it is done with its last.
    """
    threads = threads or thread_count()
    tasks = _tasks(pieces, threads)
    threads = min(threads, len(tasks))
    waiting = iter(tasks)

    def step() -> None:
        scratch = usual_scratch()
        for piece, first, last in waiting:
            longest = int(np.diff(piece.offsets[first : last + 1]).max())
            if len(scratch.value.at) < longest:
                scratch = Prepared(SCRATCH, make_scratch(longest))
            work(piece, first, last, scratch)

    if threads <= 1:
        step()
        return
    with ThreadPoolExecutor(threads - 1) as pool:
        others = [pool.submit(step) for _ in range(threads - 1)]
        step()
        for other in others:
            other.result()
