"""What a comment says about whom: short sequences of word classes, beside the n-grams.

N-grams learn "they are vermin" and "we are vermin" apart only where both were labelled. Here every
word of a small lexicon stands for its class (a group of people, an insult, a negation, …), all
other words are left out, and runs of up to three classes within a sentence are counted: GROUP BE
INSULT is one feature for every group and every insult. Left out one data set at a time, they add
0.012 to the mean area under the ROC curve, -0.003 to 0.04 a set (models/README.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.text import kernel
from moderation.text.characters import TOKENS, make_scratch
from moderation.text.compiled import allocating
from moderation.text.features import NgramConfig, Texts, WeightTable, _pieces, _run
from moderation.text.folding import KIND_BITS, PUNCT, load_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moderation.text.characters import Scratch
    from moderation.text.features import Csr, Piece

CLASSES = 24  # codes 1 to 23 are classes, 0 = none
PAIRS = CLASSES
GAPS = PAIRS + CLASSES**2
TRIPLES = GAPS + CLASSES**2
SIZE = TRIPLES + CLASSES**3
"""Number of phrase features: classes, pairs, pairs around one class, triples."""

SHARE = np.float32(0.5)  # length of the phrase part of a row; the n-gram part has length 1
FULL_STOP, EXCLAMATION, QUESTION = 46, 33, 63


@dataclass(frozen=True)
class Lexicon:
    """Words by their class. The words themselves are not kept, only their hashes.

    names: class names; a word of the first has code 1. hashes: (k,) uint64, sorted.
    codes: (k,) uint8.
    """

    names: tuple[str, ...]
    hashes: np.ndarray
    codes: np.ndarray

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


def phrase_rows(
    texts: Texts, lexicon: Lexicon, config: NgramConfig, threads: int | None = None
) -> Csr:
    """Phrase features of every text as CSR (indptr int64, indices int32, values float32).

    Each row has length SHARE, or is empty.
    """
    pieces, tables, grams = list(_pieces(texts)), load_tables(), config.grams
    indptr = np.zeros(sum(len(piece.offsets) - 1 for piece in pieces) + 1, np.int64)
    indices, values = np.empty(0, np.int32), np.empty(0, np.float32)

    def work(piece: Piece, first: int, last: int, scratch: Scratch) -> None:
        part = indptr[piece.row : piece.row + len(piece.offsets)]
        _count_rows(
            piece.data, piece.offsets, first, last, tables, grams, scratch,
            lexicon.hashes, lexicon.codes, part, indices, values,
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

    def work(piece: Piece, first: int, last: int, scratch: Scratch) -> None:
        score_rows(
            piece.data, piece.offsets, first, last, tables, grams, scratch,
            table.rows, dense, intercept, table.cache(), lexicon.hashes, lexicon.codes, weights,
            out[piece.row : piece.row + len(piece.offsets) - 1],
        )  # fmt: skip

    _run(pieces, work, threads)
    return out


@allocating
def _code(hashes: Any, codes: Any, hashed: Any) -> Any:
    """Class of a word, 0 for none."""
    low, high = 0, len(hashes)
    while low < high:
        middle = (low + high) // 2
        if hashes[middle] < hashed:
            low = middle + 1
        else:
            high = middle
    return np.int64(codes[low]) if low < len(hashes) and hashes[low] == hashed else 0


@allocating
def find(scratch: Any, n: Any, hashes: Any, codes: Any) -> Any:
    """Phrases of the comment just read: ids (k,) int64, and their words (k, 3), -1 = none."""
    tokens = scratch.state[TOKENS]
    ids = np.empty(4 * tokens, np.int64)
    words = np.full((4 * tokens, 3), -1, np.int64)
    k, i = 0, 0
    one, two = 0, 0  # the classes before, nearest last
    at_one, at_two = -1, -1
    for token in range(tokens):
        start = scratch.token_start[token]
        while i < n and scratch.at[i] < start:
            char = scratch.chars[i]
            ends = char in (FULL_STOP, EXCLAMATION, QUESTION)
            if ends and scratch.kind[i] & KIND_BITS == PUNCT:
                one, two = 0, 0
            i += 1
        code = _code(hashes, codes, scratch.token_hash[token])
        if code == 0 or code == two:  # a class counts once in a row: "you dirty, ugly …"
            continue
        ids[k] = code
        words[k, 0] = token
        k += 1
        if two:
            ids[k] = PAIRS + two * CLASSES + code
            words[k, 0], words[k, 1] = at_two, token
            k += 1
        if one:
            ids[k] = GAPS + one * CLASSES + code
            words[k, 0], words[k, 1] = at_one, token
            k += 1
            ids[k] = TRIPLES + (one * CLASSES + two) * CLASSES + code
            words[k, 0], words[k, 1], words[k, 2] = at_one, at_two, token
            k += 1
        one, two, at_one, at_two = two, code, at_two, token
    return ids[:k], words[:k]


@allocating
def distinct(ids: Any) -> Any:
    """Distinct ids, ascending, how often each occurs, and the length of the row of log counts."""
    ordered = np.sort(ids)
    counts = np.empty(len(ids), np.int64)
    k, squares, i = 0, 0.0, 0
    while i < len(ordered):
        j = i
        while j < len(ordered) and ordered[j] == ordered[i]:
            j += 1
        ordered[k] = ordered[i]
        counts[k] = j - i
        squares += np.log1p(j - i) ** 2
        k += 1
        i = j
    return ordered[:k], counts[:k], np.sqrt(squares) if k else 1.0


@allocating
def _count_rows(
    data: Any, offsets: Any, first: Any, last: Any, tables: Any, grams: Any, scratch: Any,
    hashes: Any, codes: Any, indptr: Any, indices: Any, values: Any,
) -> None:  # fmt: skip
    """Rows `first` to `last` as CSR, in two runs like `kernel.count_rows`."""
    for row in range(first, last):
        n = kernel.read_comment(data, offsets[row], offsets[row + 1], tables, grams, scratch)
        ids, counts, norm = distinct(find(scratch, n, hashes, codes)[0])
        if not len(indices):
            indptr[row + 1] = len(ids)
        for k in range(len(ids) if len(indices) else 0):
            indices[indptr[row] + k] = ids[k]
            values[indptr[row] + k] = SHARE * np.log1p(counts[k]) / norm


@allocating
def score_rows(
    data: Any, offsets: Any, first: Any, last: Any, tables: Any, grams: Any, scratch: Any,
    rows: Any, dense: Any, intercept: Any, cache: Any, hashes: Any, codes: Any, weights: Any,
    out: Any,
) -> None:  # fmt: skip
    """Score the comments `first` to `last`; see `kernel.score_rows` for the arrays."""
    labels = len(intercept)
    total = np.zeros(labels, np.float64)
    described = np.zeros(dense.shape[0], np.float32)
    for row in range(first, last):
        n = kernel.read_comment(data, offsets[row], offsets[row + 1], tables, grams, scratch)
        kernel.describe(scratch, described)
        kernel.score_comment(scratch, grams, rows, cache, total)
        ids, counts, norm = distinct(find(scratch, n, hashes, codes)[0])
        for label in range(labels):
            total[label] += intercept[label]
            for k in range(len(described)):
                total[label] += described[k] * dense[k, label]
        for k in range(len(ids)):
            value = SHARE * np.log1p(counts[k]) / norm
            for label in range(labels):
                total[label] += value * weights[ids[k], label]
        for label in range(labels):
            out[row, label] = total[label]
