"""What compiled/parts.c does, in Python: words without blanks taken apart to characters."""

import unicodedata
from dataclasses import replace
from itertools import pairwise

import numpy as np

from moderation.evidence.clusters import has_no_blanks
from moderation.features.common_words import HASH_PRIME
from moderation.features.kernel import BUCKET_PRIME

CHAR_SEED = 0x84222325CBF29CE4


def by_character(found, texts, table):
    """The evidence with words of scripts without blanks taken apart into their characters.

    table: of a model without n-grams of words. Spans are places in `texts`.
    """
    counts = np.diff(found.begin)
    rows = np.repeat(np.arange(len(counts)), counts)
    places, shares = [], []
    sizes = np.zeros(len(counts), np.int64)
    spans = zip(rows.tolist(), found.start.tolist(), found.end.tolist(), found.shares, strict=True)
    for row, start, end, share in spans:
        word = texts[row][start:end]
        parts = _parts(word, share, table) if has_no_blanks(word) else None
        if parts is None:
            parts, edges = share[None], [0, end - start]
        else:
            edges = list(range(len(word) + 1))
        places += [(start + a, start + b) for a, b in pairwise(edges)]
        shares += list(parts)
        sizes[row] += len(parts)
    begin = np.concatenate([[0], np.cumsum(sizes)])
    ends = np.array(places, np.int32).reshape(-1, 2)
    stacked = np.array(shares).reshape(-1, found.shares.shape[1])
    return replace(found, begin=begin, start=ends[:, 0], end=ends[:, 1], shares=stacked)


def _parts(word, share, table):
    """What each character of a word carries of its share: (characters, labels).

    An n-gram's part is divided equally among its characters. None where folding changes the number
    of characters, or where the parts do not add up to what the word carries.
    """
    folded = [unicodedata.normalize("NFKC", char).casefold() for char in word]
    if len(word) < 2 or any(len(char) != 1 for char in folded):
        return None
    config = table.config
    low, high = config.char_ngrams or (1, 0)
    inner = np.array([ord(char) for char in folded], np.uint64)
    blank = np.array([ord(" ")], np.uint64)
    letters = np.concatenate([blank, inner, blank])
    worth = np.zeros((len(letters), table.weights.shape[1]))
    hashed = np.full(len(letters), CHAR_SEED, np.uint64)
    for length in range(1, min(high, len(letters)) + 1):
        count = min(len(letters) - length + 1, len(letters) - 1)
        hashed = (hashed[:count] ^ letters[length - 1 : length - 1 + count]) * np.uint64(HASH_PRIME)
        if length < low:
            continue
        mixed = (hashed ^ (hashed >> np.uint64(32))) * BUCKET_PRIME
        bucket = (mixed >> np.uint64(64 - config.bits)).astype(np.int64)
        first = np.arange(count)
        inside = np.minimum(first + length, len(letters) - 1) - np.maximum(first, 1)
        each = table.idf[bucket, None] * table.weights[bucket] / np.maximum(inside, 1)[:, None]
        for k in range(length):
            worth[first + k] += each
    worth = worth[1:-1]
    total = worth.sum(axis=0)
    if not (total * share > 0).all():
        return None
    return worth * (share / total)
