"""The hot path: comments as UTF-8 bytes to counts, tf-idf rows or scores. Arrays only.

The loops are in `compiled/scores.c` and the passes that it calls.

What is computed, for a comment whose distinct words and word pairs `i` occur `n(i)` times:

    f(i)   = 1 + ln n(i)                              sublinear term frequency
    x(b)   = length * idf(b) * sum over i of f(i) * c(i, b) / norm
    norm^2 = sum over i of f(i)^2 * sum over b of c(i, b) * idf(b)^2

where `c(i, b)` is how often item `i` makes an n-gram that falls into bucket `b`: a word makes
itself and its character n-grams within the boundaries `_word_`, a pair makes itself. Words with
pairs, and characters, have buckets, a norm and a length of their own: 0.8 and 0.6, or 1 where there
is one kind only. That is tf-idf with the term frequency taken per word, so that all a word adds to
a score, `sum over b of c(i, b) * idf(b) * weight(b, label)` of each kind, and to the norms depends
on the word alone: it is computed once and kept in a small table (`WordCache`), and a comment's
score is a sum over its words. docs/kernel.md has what that gains (speed) and loses (0.0003 to
0.0024 of area under the ROC curve, within the sampling error).
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from moderation.compiled import (
    F4,
    F8,
    I4,
    I8,
    INT,
    U1,
    U4,
    U8,
    W_F4,
    W_I4,
    W_I8,
    W_U8,
    Loop,
    Prepared,
    group,
)
from moderation.features.characters import SCRATCH, Scratch
from moderation.features.common_words import COSTS, HASHES
from moderation.features.folding import load_tables
from moderation.features.links import SHORTENERS, TOP_LEVELS, WORDY_TOP_LEVELS, hashes_of

HASH_VERSION = 2  # part of a model's format, like FOLDING_VERSION

LINKS = (
    "raw_urls",
    "bare_domains",
    "link_shorteners",
    "html_links",
    "emails",
    "phones",
    "handles",
    "money",
)
"""Dense features that count links, addresses, numbers to call and sums."""

DENSE_FEATURES = (
    "length",
    *LINKS,
    "capitals",
    "stretched_words",
    "exclamations",
    "emoji",
    "quoted_lines",
    "quotations",
    "digits",
    "non_latin",
    "repeated_words",
    "styled_letters",
    "stacked_marks",
    "invisible_characters",
    "look_alikes",
    "leet_words",
    "spaced_words",
    "masked_words",
)
"""Names of the dense features; every value lies in [0, 1]."""

N_DENSE = len(DENSE_FEATURES)
BUCKET_PRIME = np.uint64(0x9E3779B97F4A7C15)
COLUMNS = 4  # weight rows are padded to a multiple: the first four sums stay in registers
LINE = 16  # floats of a cache line
SMALL = 64  # counts below have their logarithms in tables


class Known(NamedTuple):
    """What is the same for all comments and models.

    common_hashes, common_costs: see `common_words`. top_levels, wordy_top_levels, shorteners:
    hashes of the names in `links`. frequencies: (SMALL,) float32, the term frequency of a count.
    log_counts: (SMALL,) float64, log1p of a count.
    """

    common_hashes: np.ndarray
    common_costs: np.ndarray
    top_levels: np.ndarray
    wordy_top_levels: np.ndarray
    shorteners: np.ndarray
    frequencies: np.ndarray
    log_counts: np.ndarray


KNOWN = Known(
    HASHES,
    COSTS,
    hashes_of(TOP_LEVELS),
    hashes_of(WORDY_TOP_LEVELS),
    hashes_of(SHORTENERS),
    np.array([0.0] + [1 + math.log(count) for count in range(1, SMALL)], np.float32),
    np.array([math.log1p(count) for count in range(SMALL)]),
)


class Grams(NamedTuple):
    """Which n-grams there are; numbers only, for the compiled functions.

    A range that is empty (low > high) switches its kind off.
    """

    fold: bool
    bits: int  # 2**bits buckets for words and pairs, as many for characters
    word_low: int
    word_high: int  # 2 at most
    char_low: int
    char_high: int


class WordCache(NamedTuple):
    """What a word adds to every label, kept from one comment to the next; one per thread.

    sums: (slots, 4 + 2 * columns) float32: room for the word's hash, then columns as in the weight
    rows for the word and for its characters, then room for a note. keys: the same memory as
    uint64, the hash in the first column, in the last what a lexicon says of the word, 0 = not
    asked yet.
    """

    sums: np.ndarray
    keys: np.ndarray


class Weights(NamedTuple):
    """A model's n-grams and one thread's cache of words.

    rows: (buckets, columns) float32, idf squared, then idf * weight for every label, zeros up to a
    multiple of four.
    """

    rows: np.ndarray
    cache: WordCache


class Reading(NamedTuple):
    """What reading a comment takes."""

    tables: Prepared
    known: Prepared
    grams: Grams
    scratch: Prepared


class Comments(NamedTuple):
    """The comments `first` to `last` of a text column, and what reads them.

    data: uint8. offsets: (n + 1,) int64.
    """

    data: np.ndarray
    offsets: np.ndarray
    first: int
    last: int
    reading: Reading | Prepared


_TABLES = group(I4, U1, I4, I4, I4, I4, U1)
_KNOWN = group(U4, U1, U8, U8, U8, F4, F8)
GRAMS = group(INT, INT, INT, INT, INT, INT)
READING = group(_TABLES, _KNOWN, GRAMS, SCRATCH)
COMMENTS = group(U1, I8, INT, INT, READING)
WEIGHTS = group(F4, group(W_F4, W_U8))

_read_comment = Loop("read_comment_alone", U1, INT, INT, READING)

describe_rows = Loop("describe_rows", COMMENTS, W_F4)
"""Dense features: takes Comments and out (n, N_DENSE) float32."""

count_rows = Loop("count_rows", COMMENTS, F4, INT, W_I8, W_I8, W_I8, W_I4, W_F4)
"""Rows of n-gram counts, or of tf-idf, as CSR.

Takes Comments; idf (buckets,) float32, 0 = the bucket is left out; whether to weigh; stamp and
place, (buckets,) int64, stamp zeroed before the first run; indptr, indices and values. Run twice:
with empty indices it writes the rows' sizes to indptr[row + 1]; with room it fills them at
indptr[row].
"""


def make_cache(slots: int, columns: int) -> WordCache:
    """An empty cache for weight rows of `columns` columns, a multiple of four."""
    width = -(-(4 + 2 * columns) // LINE) * LINE
    room = np.zeros((slots + 1) * width, np.float32)
    ahead = -room.ctypes.data % (4 * LINE) // 4
    sums = room[ahead : ahead + slots * width].reshape(slots, width)
    return WordCache(sums, sums.view(np.uint64))


@cache
def _shipped() -> tuple[Prepared, Prepared]:
    return Prepared(_TABLES, load_tables()), Prepared(_KNOWN, KNOWN)


def reading(grams: Grams, scratch: Prepared) -> Reading:
    """What reading comments into `scratch` takes."""
    return Reading(*_shipped(), grams, scratch)


def read_comment(data: np.ndarray, begin: int, end: int, grams: Grams, scratch: Scratch) -> int:
    """Run all passes over one comment; returns how many characters it folds to."""
    return _read_comment(data, begin, end, reading(grams, Prepared(SCRATCH, scratch)))


__all__ = ["DENSE_FEATURES", "HASH_VERSION", "Grams", "Scratch", "WordCache"]
