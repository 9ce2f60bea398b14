"""The compiled hot path: comments as UTF-8 bytes to counts, tf-idf rows or scores. Arrays only.

What is computed, for a comment whose distinct words and word pairs `i` occur `n(i)` times:

    f(i)   = 1 + ln n(i)                              sublinear term frequency
    x(b)   = idf(b) * sum over i of f(i) * c(i, b) / norm
    norm^2 = sum over i of f(i)^2 * sum over b of c(i, b) * idf(b)^2

where `c(i, b)` is how often item `i` makes an n-gram that falls into bucket `b`: a word makes
itself and its character n-grams within the boundaries `_word_`, a pair makes itself. That is
tf-idf with the term frequency taken per word, so that all a word adds to a score,
`sum over b of c(i, b) * idf(b) * weight(b, label)`, and to the norm depends on the word alone: it
is computed once and kept in a small table (`WordCache`), and a comment's score is a sum over its
words. docs/kernel.md has what that gains (speed) and loses (0.0003 to 0.0024 of area under the ROC
curve, within the sampling error).
"""

# mypy: disable-error-code="return-value,assignment"
# (numba turns its integers into one another; numpy's stubs do not)
from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from moderation.features.characters import (
    ITEMS,
    N_CHARS,
    N_DIGITS,
    N_DOMAINS,
    N_EMAILS,
    N_EMOJI,
    N_EXCLAIM,
    N_FOREIGN,
    N_HANDLES,
    N_HTML_LINKS,
    N_INVISIBLE,
    N_LEET,
    N_LETTERS,
    N_MARKS,
    N_MASKED,
    N_MIXED,
    N_MONEY,
    N_PHONES,
    N_QUOTED,
    N_QUOTED_LINES,
    N_RAW_URLS,
    N_REPEATS,
    N_SHORTENERS,
    N_SPACED,
    N_STRETCHED,
    N_STYLED,
    N_UPPER,
    TOKENS,
    Scratch,
    read_characters,
)
from moderation.features.common_words import HASH_PRIME
from moderation.features.compiled import compiled, fetched, inlined
from moderation.features.links import read_extras
from moderation.features.tokens import read_tokens

if TYPE_CHECKING:
    from moderation.features.folding import Tables

HASH_VERSION = 1  # part of a model's format, like FOLDING_VERSION

DENSE_FEATURES = (
    "length",
    "raw_urls",
    "bare_domains",
    "link_shorteners",
    "html_links",
    "emails",
    "phones",
    "handles",
    "money",
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
CHAR_SEED = np.uint64(0x84222325CBF29CE4)
BUCKET_PRIME = np.uint64(0x9E3779B97F4A7C15)
BOUNDARY = np.uint64(32)
FREQUENCY = np.array([0.0] + [1 + math.log(count) for count in range(1, 64)], np.float32)
"""`term_frequency` of the usual counts."""


class Grams(NamedTuple):
    """Which n-grams there are; numbers only, for the compiled functions.

    A range that is empty (low > high) switches its kind off.
    """

    fold: bool
    bits: int  # 2**bits buckets
    word_low: int
    word_high: int  # 2 at most
    char_low: int
    char_high: int


class WordCache(NamedTuple):
    """What a word adds to every label, kept from one comment to the next; one per thread.

    sums: (slots, 4 + columns) float32: room for the word's hash, then columns as in the weight
    rows, then room for a note. keys: the same memory as uint64, the hash in the first column, in
    the last what a lexicon says of the word, 0 = not asked yet.
    """

    sums: np.ndarray
    keys: np.ndarray


ONE, TWO, THREE, FOUR, FIVE = (np.uint64(k) for k in range(1, 6))  # numba: no signs on indices
AHEAD = 16  # items: memory takes as long as their sums
COLUMNS = 4  # weight rows are padded to a multiple: the first four sums stay in registers


def make_cache(slots: int, columns: int) -> WordCache:
    """An empty cache for weight rows of `columns` columns, a multiple of four."""
    sums = np.zeros((slots, 4 + columns), np.float32)
    return WordCache(sums, sums.view(np.uint64))


@compiled
def read_comment(
    data: np.ndarray, begin: int, end: int, tables: Tables, grams: Grams, scratch: Scratch
) -> int:
    """Run all passes over one comment."""
    n = read_characters(data, begin, end, tables, grams.fold, scratch)
    read_extras(scratch, n)
    read_tokens(scratch, n, grams.fold, grams.word_high >= 2)
    return n


@inlined
def bucket_of(hashed: int, bits: int) -> int:
    """Bucket of a hash: its best-mixed bits."""
    hashed = (hashed ^ (hashed >> np.uint64(32))) * BUCKET_PRIME
    return np.int64(hashed >> np.uint64(64 - bits))


@compiled
def list_buckets(scratch: Scratch, item: int, grams: Grams) -> int:
    """Write the buckets of an item's n-grams to `scratch.room`; returns how many."""
    out, n = scratch.room, 0
    token = scratch.item_token[item]
    if token < 0:
        out[0] = bucket_of(scratch.item_hash[item], grams.bits)
        return 1
    if grams.word_low <= 1 <= grams.word_high:
        out[0] = bucket_of(scratch.item_hash[item], grams.bits)
        n = 1
    begin, size = scratch.token_from[token], scratch.token_size[token]
    if size < 2:
        return n
    for first in range(-1, size):
        hashed = CHAR_SEED
        for length in range(1, min(grams.char_high, size + 1 - first) + 1):
            k = first + length - 1
            inside = 0 <= k < size
            char = np.uint64(scratch.chars[np.uint64(begin + k)]) if inside else BOUNDARY
            hashed = (hashed ^ char) * HASH_PRIME
            if length >= grams.char_low:
                out[np.uint64(n)] = bucket_of(hashed, grams.bits)
                n += 1
    return n


@compiled
def fill_slot(
    scratch: Scratch, item: int, grams: Grams, rows: np.ndarray, cache: WordCache, slot: int
) -> None:
    """Sum the weight rows of a word's n-grams into a place of the cache."""
    columns, first = rows.shape[1], np.uint64(slot)
    found = np.uint64(list_buckets(scratch, item, grams))
    for begin in range(0, columns, COLUMNS):
        column = np.uint64(begin)
        sum_0, sum_1, sum_2, sum_3 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for k in range(found):  # sums in registers: all rows are under way at once
            bucket = np.uint64(scratch.room[k])
            sum_0 += rows[bucket, column]
            sum_1 += rows[bucket, column + ONE]
            sum_2 += rows[bucket, column + TWO]
            sum_3 += rows[bucket, column + THREE]
        cache.sums[first, column + TWO] = sum_0
        cache.sums[first, column + THREE] = sum_1
        cache.sums[first, column + FOUR] = sum_2
        cache.sums[first, column + FIVE] = sum_3
    cache.keys[first, np.uint64(0)] = scratch.item_hash[item]
    cache.keys[first, np.uint64(cache.keys.shape[1] - 1)] = 0


@inlined
def slot_of(hashed: np.uint64, cache: WordCache) -> np.uint64:
    """Place in the cache of a word."""
    return ((hashed * BUCKET_PRIME) >> np.uint64(32)) & np.uint64(len(cache.keys) - 1)


@inlined
def word_slot(scratch: Scratch, item: int, grams: Grams, rows: np.ndarray, cache: WordCache) -> int:
    """Place in the cache of what a distinct word adds; computed if it is not there."""
    hashed = scratch.item_hash[np.uint64(item)]
    slot = slot_of(hashed, cache)
    if cache.keys[slot, 0] != hashed:
        fill_slot(scratch, item, grams, rows, cache, slot)
    return np.int64(slot)


@inlined
def term_frequency(count: int) -> float:
    """Sublinear term frequency."""
    if count < len(FREQUENCY):
        return FREQUENCY[np.uint64(count)]
    return np.float32(1 + np.log(count))


@inlined
def fetch_item(
    scratch: Scratch, item: int, grams: Grams, rows: np.ndarray, cache: WordCache
) -> None:
    """Have the memory that an item's sums stand in fetched: it will be needed soon."""
    hashed = scratch.item_hash[np.uint64(item)]
    if scratch.item_token[np.uint64(item)] < 0:
        fetched(rows, bucket_of(hashed, grams.bits))
    else:
        fetched(cache.sums, np.int64(slot_of(hashed, cache)))


@compiled
def score_comment(
    scratch: Scratch, grams: Grams, rows: np.ndarray, cache: WordCache, logits: np.ndarray
) -> float:
    """Write the dot product of the comment's tf-idf row with every label; returns the norm.

    logits: (columns - 1,) float64, labels and padding.
    """
    columns = rows.shape[1]
    squares, sum_1, sum_2, sum_3 = 0.0, 0.0, 0.0, 0.0
    for column in range(COLUMNS, columns):
        logits[column - 1] = 0
    items = scratch.state[ITEMS]
    for item in range(min(items, AHEAD)):
        fetch_item(scratch, item, grams, rows, cache)
    for item in range(items):
        if item + AHEAD < items:
            fetch_item(scratch, item + AHEAD, grams, rows, cache)
        one = np.uint64(item)
        weight = np.float64(term_frequency(scratch.item_count[one]))
        if scratch.item_token[one] < 0:
            place = np.uint64(bucket_of(scratch.item_hash[one], grams.bits))
            part_0, part_1 = rows[place, 0], rows[place, 1]
            part_2, part_3 = rows[place, 2], rows[place, 3]
            for column in range(COLUMNS, columns):
                logits[column - 1] += weight * rows[place, column]
        else:
            place = np.uint64(word_slot(scratch, item, grams, rows, cache))
            part_0, part_1 = cache.sums[place, 2], cache.sums[place, 3]
            part_2, part_3 = cache.sums[place, 4], cache.sums[place, 5]
            for column in range(COLUMNS, columns):
                logits[column - 1] += weight * cache.sums[place, 2 + column]
        squares += weight * weight * part_0
        sum_1 += weight * part_1
        sum_2 += weight * part_2
        sum_3 += weight * part_3
    norm = np.sqrt(squares) if squares > 0 else 1.0
    logits[0], logits[1], logits[2] = sum_1, sum_2, sum_3
    for column in range(columns - 1):
        logits[column] /= norm
    return norm


@inlined
def bounded(count: int) -> float:
    """A count as a number from 0 to 1: 0, 1/2, 2/3, and so on."""
    return count / (count + 1.0)


@compiled
def describe(scratch: Scratch, out: np.ndarray) -> None:
    """Write the dense features of the comment; out: (N_DENSE,) float32."""
    seen = scratch.seen
    length = max(seen[N_CHARS], 0)  # a stretched ß counts once here, and is two letters to fold
    chars = max(length, 1)
    letters = seen[N_LETTERS]
    words = max(scratch.state[TOKENS], 1)
    out[0] = min(np.log1p(length) / 10, 1.0)
    out[1] = bounded(seen[N_RAW_URLS])
    out[2] = bounded(seen[N_DOMAINS])
    out[3] = bounded(seen[N_SHORTENERS])
    out[4] = bounded(seen[N_HTML_LINKS])
    out[5] = bounded(seen[N_EMAILS])
    out[6] = bounded(seen[N_PHONES])
    out[7] = bounded(seen[N_HANDLES])
    out[8] = bounded(seen[N_MONEY])
    out[9] = seen[N_UPPER] / (letters + 5.0)
    out[10] = bounded(seen[N_STRETCHED])
    out[11] = bounded(seen[N_EXCLAIM])
    out[12] = min(seen[N_EMOJI] / words, 1.0)
    out[13] = min(seen[N_QUOTED_LINES] / chars, 1.0)
    out[14] = min(seen[N_QUOTED] / chars, 1.0)
    out[15] = min(seen[N_DIGITS] / chars, 1.0)
    out[16] = max(seen[N_FOREIGN], 0) / max(letters, 1)
    out[17] = seen[N_REPEATS] / words
    out[18] = min(seen[N_STYLED] / max(letters, 1), 1.0)
    out[19] = bounded(seen[N_MARKS])
    out[20] = bounded(seen[N_INVISIBLE])
    out[21] = bounded(seen[N_MIXED])
    out[22] = bounded(seen[N_LEET])
    out[23] = bounded(seen[N_SPACED])
    out[24] = bounded(seen[N_MASKED])


@compiled
def score_rows(
    data: np.ndarray,
    offsets: np.ndarray,
    first: int,
    last: int,
    tables: Tables,
    grams: Grams,
    scratch: Scratch,
    rows: np.ndarray,
    dense: np.ndarray,
    intercept: np.ndarray,
    cache: WordCache,
    total: np.ndarray,
    values: np.ndarray,
    out: np.ndarray,
    described: np.ndarray,
) -> None:
    """Score the comments `first` to `last`.

    data: uint8. offsets: (n + 1,) int64. rows: (buckets, columns) float32, idf squared, then
    idf * weight for every label, zeros up to a multiple of four. dense: (N_DENSE, labels).
    intercept: (labels,). out: (n, labels) float32.
    total: (columns - 1,) float64 and values: (N_DENSE,) float32, working memory.
    described: (n or 0, N_DENSE) float32, filled if there is room.
    """
    labels = len(intercept)
    for row in range(first, last):
        read_comment(data, offsets[row], offsets[row + 1], tables, grams, scratch)
        describe(scratch, values)
        if len(described):
            for k in range(N_DENSE):
                described[row, k] = values[k]
        if labels:
            score_comment(scratch, grams, rows, cache, total)
            for label in range(labels):
                total[label] += intercept[label]
                for k in range(N_DENSE):
                    total[label] += values[k] * dense[k, label]
                out[row, label] = total[label]


@compiled
def explain_row(
    scratch: Scratch,
    grams: Grams,
    rows: np.ndarray,
    cache: WordCache,
    norm: float,
    parts: np.ndarray,
    out: np.ndarray,
) -> None:
    """Add what every word of the comment just scored adds to `out`: (tokens, labels) float64.

    An item's share is divided equally among its occurrences, a pair's between its two words.
    parts: (items, labels) float64, zeros, working memory.
    """
    for item in range(scratch.state[ITEMS]):
        count = scratch.item_count[item]
        share = term_frequency(count) / (count * norm)
        if scratch.item_token[item] < 0:
            place, table, shift = bucket_of(scratch.item_hash[item], grams.bits), rows, 0
        else:
            place, table, shift = word_slot(scratch, item, grams, rows, cache), cache.sums, 2
        for label in range(out.shape[1]):
            parts[item, label] = share * table[place, shift + 1 + label]
    previous = -1
    for token in range(scratch.state[TOKENS]):
        pair = scratch.token_pair[token]
        for label in range(out.shape[1]):
            out[token, label] += parts[scratch.token_item[token], label]
            if pair >= 0:
                out[token, label] += 0.5 * parts[pair, label]
                out[previous, label] += 0.5 * parts[pair, label]
        if scratch.token_main[token]:
            previous = token


@inlined
def put(
    bucket: int,
    amount: float,
    mark: int,
    stamp: np.ndarray,
    place: np.ndarray,
    filled: int,
    indices: np.ndarray,
    values: np.ndarray,
) -> int:
    """Add `amount` to a row's bucket; returns where the row ends now."""
    if stamp[bucket] != mark:
        stamp[bucket] = mark
        place[bucket] = filled
        if len(indices):
            indices[filled] = bucket
            values[filled] = 0
        filled += 1
    if len(indices):
        values[place[bucket]] += amount
    return filled


@compiled
def count_rows(
    data: np.ndarray,
    offsets: np.ndarray,
    first: int,
    last: int,
    tables: Tables,
    grams: Grams,
    scratch: Scratch,
    idf: np.ndarray,
    weigh: bool,
    stamp: np.ndarray,
    place: np.ndarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    values: np.ndarray,
) -> None:
    """Rows of n-gram counts, or of tf-idf if `weigh`, as CSR.

    Run twice: with empty `indices` it writes the rows' sizes to indptr[row + 1]; with room it
    fills them at indptr[row]. idf: (buckets,) float32, 0 = the bucket is left out. stamp, place:
    (buckets,) int64, stamp zeroed before the first run.
    """
    filling = len(indices) > 0
    for row in range(first, last):
        read_comment(data, offsets[row], offsets[row + 1], tables, grams, scratch)
        begin = indptr[row] if filling else 0
        mark = -row - 1 if filling else row + 1
        filled, squares = begin, 0.0
        for item in range(scratch.state[ITEMS]):
            count = scratch.item_count[item]
            weight = np.float64(term_frequency(count)) if weigh else np.float64(count)
            for k in range(list_buckets(scratch, item, grams)):
                bucket = scratch.room[k]
                if idf[bucket] == 0:
                    continue
                amount = weight * idf[bucket] if weigh else weight
                squares += amount * amount
                filled = put(bucket, amount, mark, stamp, place, filled, indices, values)
        if not filling:
            indptr[row + 1] = filled
        elif weigh and squares > 0:
            for k in range(begin, filled):
                values[k] /= np.float32(np.sqrt(squares))


@compiled
def count_words(
    data: np.ndarray,
    offsets: np.ndarray,
    first: int,
    last: int,
    tables: Tables,
    grams: Grams,
    scratch: Scratch,
    indptr: np.ndarray,
    ids: np.ndarray,
) -> None:
    """Buckets of every word in order, as CSR without values; run twice, like `count_rows`."""
    filling = len(ids) > 0
    for row in range(first, last):
        read_comment(data, offsets[row], offsets[row + 1], tables, grams, scratch)
        filled = indptr[row] if filling else 0
        for token in range(scratch.state[TOKENS]):
            if scratch.token_main[token]:
                if filling:
                    ids[filled] = bucket_of(scratch.token_hash[token], grams.bits)
                filled += 1
        if not filling:
            indptr[row + 1] = filled


__all__ = ["DENSE_FEATURES", "HASH_VERSION", "Grams", "Scratch", "WordCache"]
