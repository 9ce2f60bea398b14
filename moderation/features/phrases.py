"""What a comment says about whom: short sequences of word classes, beside the n-grams.

N-grams learn "they are vermin" and "we are vermin" apart only where both were labelled. Here every
word of a small lexicon stands for its class (a group of people, an insult, a negation, …), all
other words are left out, and runs of up to three classes within a sentence are counted: GROUP BE
INSULT is one feature for every group and every insult. Left out one data set at a time, they add
0.012 to the mean area under the ROC curve, -0.003 to 0.04 a set (docs/model-notebook.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from moderation.features import kernel
from moderation.features.characters import ITEMS, TOKENS, apart, make_scratch
from moderation.features.compiled import compiled, inlined
from moderation.features.folding import load_tables
from moderation.features.kernel import BUCKET_PRIME, N_DENSE
from moderation.features.ngrams import NgramConfig, Texts, WeightTable, _pieces, _run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moderation.features.characters import Scratch
    from moderation.features.ngrams import Csr, Piece

CLASSES = 24  # codes 1 to 23 are classes, 0 = none
PAIRS = CLASSES
GAPS = PAIRS + CLASSES**2
TRIPLES = GAPS + CLASSES**2
SIZE = TRIPLES + CLASSES**3
"""Number of phrase features: classes, pairs, pairs around one class, triples."""

SHARE = np.float32(0.5)  # length of the phrase part of a row; the n-gram part has length 1
PER_WORD = 4  # phrases that end with a word, at most
LOG_COUNTS = np.array([math.log1p(count) for count in range(64)])  # most phrases stand once
FEW = 12  # numbers that are sorted in one go
DRAWER_BITS = 14  # of an Index: most words meet a drawer of two, and its 64 kB stay in the cache


class Index(NamedTuple):
    """A lexicon for the kernel: the words of drawer d are begin[d]:begin[d + 1].

    begin: (2^DRAWER_BITS + 1,) int32. hashes: (k,) uint64, mixed. codes: (k,) uint8.
    """

    begin: np.ndarray
    hashes: np.ndarray
    codes: np.ndarray


@dataclass(frozen=True)
class Lexicon:
    """Words by their class. The words themselves are not kept, only their hashes.

    names: class names; a word of the first has code 1. hashes: (k,) uint64, sorted.
    codes: (k,) uint8.
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
        scratch, tables = make_scratch(256), load_tables()
        grams = NgramConfig(char_ngrams=None).grams
        for code, name in enumerate(words, start=1):
            for word in words[name]:
                data = np.frombuffer(word.encode()[:200], np.uint8)
                kernel.read_comment(data, 0, len(data), tables, grams, scratch)
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

    Each row has length SHARE, or is empty.
    """
    pieces, tables, grams = list(_pieces(texts)), load_tables(), config.grams
    indptr = np.zeros(sum(len(piece.offsets) - 1 for piece in pieces) + 1, np.int64)
    indices, values = np.empty(0, np.int32), np.empty(0, np.float32)
    index = lexicon.index

    def work(piece: Piece, first: int, last: int, scratch: Scratch) -> None:
        part = indptr[piece.row : piece.row + len(piece.offsets)]
        _count_rows(
            piece.data, piece.offsets, first, last, tables, grams, scratch,
            index, np.empty((0, 3), np.int32), part, indices, values,
        )  # fmt: skip

    _run(pieces, work, threads)
    np.cumsum(indptr, out=indptr)
    if indptr[-1]:
        indices, values = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.float32)
        _run(pieces, work, threads)
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
    pieces, tables, grams = list(_pieces(texts)), load_tables(), table.config.grams
    out = np.empty((sum(len(p.offsets) - 1 for p in pieces), len(table.intercept)), np.float32)
    dense = np.ascontiguousarray(table.dense, np.float32)
    intercept = np.ascontiguousarray(table.intercept, np.float32)
    index = lexicon.index

    def work(piece: Piece, first: int, last: int, scratch: Scratch) -> None:
        with table.cache(lexicon) as cache:
            score_rows(
                piece.data, piece.offsets, first, last, tables, grams, scratch,
                table.rows, dense, intercept, cache, index, weights,
                apart(table.rows.shape[1] - 1, np.float64), apart(N_DENSE, np.float32),
                np.empty((0, 3), np.int32), out[piece.row : piece.row + len(piece.offsets) - 1],
            )  # fmt: skip

    _run(pieces, work, threads)
    return out


@inlined
def _code(index: Any, hashed: Any) -> Any:
    """Class of a word, 0 for none."""
    mixed = hashed * BUCKET_PRIME
    drawer = np.int64(mixed >> np.uint64(64 - DRAWER_BITS))
    for k in range(index.begin[drawer], index.begin[drawer + 1]):
        if index.hashes[k] == mixed:
            return np.int64(index.codes[k])
    return np.int64(0)


@inlined
def _put(ids: Any, words: Any, k: Any, phrase: Any, one: Any, two: Any, three: Any) -> Any:
    """Note a phrase and its words, -1 = none; returns how many there are now."""
    ids[k] = phrase
    if len(words):
        words[k, 0], words[k, 1], words[k, 2] = one, two, three
    return k + 1


@compiled
def find(scratch: Any, index: Any, words: Any) -> Any:
    """Write the phrases of the comment just read to `scratch.room`; returns how many.

    words: (PER_WORD * tokens, 3) int32, filled with the tokens of each phrase, -1 = none; without
    rows nobody wants to know.
    """
    for item in range(scratch.state[ITEMS]):
        if scratch.item_token[item] >= 0:
            scratch.item_class[item] = _code(index, scratch.item_hash[item])
    return _find(scratch, words)


@inlined
def _classify(scratch: Any, index: Any, cache: Any) -> None:
    """Note the class of each distinct word of the comment just scored; `cache` keeps it."""
    note = np.uint64(cache.keys.shape[1] - 1)
    for item in range(scratch.state[ITEMS]):
        place = np.uint64(item)
        if scratch.item_token[place] < 0:
            continue
        hashed = scratch.item_hash[place]
        slot = kernel.slot_of(hashed, cache)
        known = cache.keys[slot, np.uint64(0)] == hashed  # no other word has taken the place
        code = np.int64(cache.keys[slot, note]) - 1 if known else np.int64(-1)
        if code < 0:
            code = _code(index, hashed)
            if known:
                cache.keys[slot, note] = code + 1
        scratch.item_class[place] = code


@inlined
def _find(scratch: Any, words: Any) -> Any:
    """`find` where the words' classes are known."""
    ids = scratch.room
    k, sentence = 0, np.int64(0)
    one, two = 0, 0  # the classes before, nearest last
    at_one, at_two = -1, -1
    for token in range(scratch.state[TOKENS]):
        code: Any = np.int64(scratch.item_class[np.uint64(scratch.token_item[np.uint64(token)])])
        if code == 0:
            continue
        if scratch.token_sentence[np.uint64(token)] != sentence:
            sentence = scratch.token_sentence[np.uint64(token)]
            one, two = 0, 0
        if code == two:  # a class counts once in a row: "you dirty, ugly …"
            continue
        k = _put(ids, words, k, code, token, -1, -1)
        if two:
            k = _put(ids, words, k, PAIRS + two * CLASSES + code, at_two, token, -1)
        if one:
            k = _put(ids, words, k, GAPS + one * CLASSES + code, at_one, token, -1)
            triple = TRIPLES + (one * CLASSES + two) * CLASSES + code
            k = _put(ids, words, k, triple, at_one, at_two, token)
        one, two, at_one, at_two = two, code, at_two, token
    return k


@inlined
def log_count(count: Any) -> Any:
    """log1p of a count."""
    return LOG_COUNTS[np.uint64(count)] if count < len(LOG_COUNTS) else np.log1p(count)


@inlined
def sort(ids: Any, begin: Any, end: Any) -> None:
    """Sort `ids[begin:end]` in place, without memory of its own.

    Source: Knuth 1973, "The Art of Computer Programming", volume 3, 5.2.1 (Shell's method).
    """
    gap = 1
    while FEW * gap < end - begin:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(begin + gap, end):
            one, j = ids[i], i
            while j >= begin + gap and ids[j - gap] > one:
                ids[j] = ids[j - gap]
                j -= gap
            ids[j] = one
        gap //= 3


@compiled
def distinct(ids: Any, size: Any) -> Any:
    """Make `ids[:size]` distinct and ascending, with their counts from `ids[size]` on.

    ids: room for twice as many. Returns how many are left, and the length of the row of log counts.
    """
    pairs, gaps, triples = 0, 0, 0  # each kind is sorted by itself: four short rows
    for i in range(size):
        pairs += ids[i] < PAIRS
        gaps += ids[i] < GAPS
        triples += ids[i] < TRIPLES
    singles_at, pairs_at, gaps_at, triples_at = size, size + pairs, size + gaps, size + triples
    for i in range(size):
        phrase = ids[i]
        if phrase < PAIRS:
            ids[singles_at] = phrase
            singles_at += 1
        elif phrase < GAPS:
            ids[pairs_at] = phrase
            pairs_at += 1
        elif phrase < TRIPLES:
            ids[gaps_at] = phrase
            gaps_at += 1
        else:
            ids[triples_at] = phrase
            triples_at += 1
    sort(ids, size, singles_at)
    sort(ids, singles_at, pairs_at)
    sort(ids, pairs_at, gaps_at)
    sort(ids, gaps_at, triples_at)
    k, squares, i = 0, 0.0, size
    while i < 2 * size:
        j = i
        while j < 2 * size and ids[j] == ids[i]:
            j += 1
        ids[k] = ids[i]
        ids[size + k] = j - i
        squares += log_count(j - i) ** 2
        k += 1
        i = j
    return k, np.sqrt(squares) if k else 1.0


@compiled
def _count_rows(
    data: Any, offsets: Any, first: Any, last: Any, tables: Any, grams: Any, scratch: Any,
    index: Any, words: Any, indptr: Any, indices: Any, values: Any,
) -> None:  # fmt: skip
    """Rows `first` to `last` as CSR, in two runs like `kernel.count_rows`."""
    ids = scratch.room
    for row in range(first, last):
        kernel.read_comment(data, offsets[row], offsets[row + 1], tables, grams, scratch)
        size = find(scratch, index, words)
        known, norm = distinct(ids, size)
        if not len(indices):
            indptr[row + 1] = known
            continue
        for k in range(known):
            indices[indptr[row] + k] = ids[k]
            values[indptr[row] + k] = SHARE * log_count(ids[size + k]) / norm


@compiled
def score_rows(
    data: Any, offsets: Any, first: Any, last: Any, tables: Any, grams: Any, scratch: Any,
    rows: Any, dense: Any, intercept: Any, cache: Any, index: Any, weights: Any,
    total: Any, described: Any, words: Any, out: Any,
) -> None:  # fmt: skip
    """Score the comments `first` to `last`; see `kernel.score_rows` for the arrays."""
    labels = len(intercept)
    ids = scratch.room
    for row in range(first, last):
        kernel.read_comment(data, offsets[row], offsets[row + 1], tables, grams, scratch)
        kernel.describe(scratch, described)
        kernel.score_comment(scratch, grams, rows, cache, total)
        _classify(scratch, index, cache)
        size = _find(scratch, words)
        known, norm = distinct(ids, size)
        for label in range(labels):
            total[label] += intercept[label]
        for k in range(len(described)):
            if described[k] != 0:
                for label in range(labels):
                    total[label] += described[k] * dense[k, label]
        for k in range(known):
            value = SHARE * log_count(ids[size + k]) / norm
            for label in range(labels):
                total[label] += value * weights[ids[k], label]
        for label in range(labels):
            out[row, label] = total[label]
