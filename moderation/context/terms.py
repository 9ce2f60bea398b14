"""Texts to hashed word stems and their shape, compiled: UTF-8 bytes in, small integers out."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from moderation.features.compiled import allocating, inlined

if TYPE_CHECKING:
    import pyarrow as pa

BITS = 18
"""Buckets for word stems: 2^18 keeps collisions inside a 1,000-comment thread below 2 %."""
STEM = 6  # letters of a word that count: 6 beat 64 by 0.003 to 0.01 on six sets, 5 lost on two
TABLE = 0x3000  # code points below it fold by table: the scripts that have case or accents
SHAPE = ("words", "questions", "exclaims", "links", "marks")
N_SHAPE = len(SHAPE)
EMPTY = np.uint64(14695981039346656037)  # hash of no letters
PLURAL = ord("s")


def _hash(word: str) -> np.uint64:
    h = int(EMPTY)
    for letter in word:
        h = (h ^ ord(letter)) * 1099511628211 % 2**64
    return np.uint64(h)


HTTP, HTTPS = _hash("http"), _hash("https")  # no longer than STEM: hashed whole


@cache
def fold_table() -> np.ndarray:
    """(TABLE,) int32: the letter or digit without case and accents, 0 = separator, -1 = skip."""
    table = np.zeros(TABLE, np.int32)
    for code in range(TABLE):
        char = chr(code)
        kind = unicodedata.category(char)
        if kind[0] == "M":
            table[code] = -1
        elif kind[0] in "LN":
            parts = unicodedata.normalize("NFKD", char.lower())
            letters = (one for one in parts if unicodedata.category(one)[0] in "LN")
            table[code] = ord(next(letters, char))  # a Thai vowel begins with its mark
    return table


@inlined
def _decode(text: np.ndarray, i: int, stop: int) -> tuple[np.int32, int]:
    """Code point at byte i and the index behind it; damaged bytes stand for themselves."""
    b = np.int32(text[i])
    if b < 0x80:
        return b, i + 1
    if b < 0xE0 and i + 1 < stop:
        return ((b & 0x1F) << 6) | (text[i + 1] & 0x3F), i + 2
    if b < 0xF0 and i + 2 < stop:
        return ((b & 0x0F) << 12) | ((text[i + 1] & 0x3F) << 6) | (text[i + 2] & 0x3F), i + 3
    if i + 3 < stop:
        head = ((b & 0x07) << 18) | ((text[i + 1] & 0x3F) << 12)
        return head | ((text[i + 2] & 0x3F) << 6) | (text[i + 3] & 0x3F), i + 4
    return np.int32(0), i + 1


@inlined
def _fold(code: np.int32, fold: np.ndarray) -> np.int32:
    """Folded letter: 0 separator, -1 skip; ideographs come back as themselves."""
    if code < TABLE:
        return fold[code]
    if 0xFF01 <= code <= 0xFF5E:
        return fold[code - 0xFEE0]
    if code < 0x3040 or 0xE000 <= code <= 0xF8FF or 0xFE00 <= code <= 0xFE0F or code >= 0x1F000:
        return np.int32(0) if code < 0x20000 else np.int32(code)
    return np.int32(code)


@inlined
def _ideograph(code: int) -> bool:
    """Scripts written without spaces whose characters are words by themselves."""
    return 0x3040 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or code >= 0x20000


@inlined
def _mix(h: np.uint64) -> np.uint64:
    """Spread a 64-bit hash (the finaliser of MurmurHash3, Appleby, public domain)."""
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    return h


@inlined
def _with(h: np.uint64, letter: np.int32) -> np.uint64:
    """A word's hash (FNV-1a, Fowler, Noll and Vo, public domain) with one more letter."""
    return (h ^ np.uint64(letter)) * np.uint64(1099511628211)


@inlined
def _bucket(word: np.ndarray, size: int) -> np.int32:
    """Bucket of a folded word without its plural s, and without what follows STEM letters."""
    if size > 3 and word[size - 1] == PLURAL and word[size - 2] != PLURAL:
        size -= 1
    size = min(size, STEM)
    h = EMPTY
    for k in range(size):
        h = _with(h, word[k])
    return np.int32(_mix(h) >> np.uint64(64 - BITS))


@allocating
def text_terms(
    text: np.ndarray,
    start: int,
    stop: int,
    fold: np.ndarray,
    lexicon: np.ndarray,
    ids: np.ndarray,
    shape: np.ndarray,
) -> int:
    """Write the hashed words of text[start:stop] to `ids`; return their number.

    ids: room for (stop - start) // 2 + 1. shape: (N_SHAPE,), filled.
    lexicon: (2^BITS,) uint8, a bit per class of words.
    """
    at = 0
    size = 0
    last, before = np.int32(0), np.int32(0)  # letters of the word
    h, shorter = EMPTY, EMPTY  # hash of its first STEM letters, and of one less
    marks, words, questions, exclaims, links = 0, 0, 0, 0, 0
    i = start
    while i <= stop:
        code = np.int32(0)
        if i < stop:
            code = np.int32(text[np.uint64(i)])
            if code < 0x80:
                folded = fold[np.uint64(code)]
                i += 1
            else:
                code, i = _decode(text, i, stop)
                folded = _fold(code, fold)
                if folded == -1:
                    continue
        else:
            folded = np.int32(0)
            i += 1
        if folded > 0 and not _ideograph(folded):
            if size < STEM:
                shorter, h = h, _with(h, folded)
            before, last = last, folded
            size += 1
            continue
        if size > 1:
            plural = last == PLURAL and before != PLURAL and 3 < size <= STEM
            found = np.int32(_mix(shorter if plural else h) >> np.uint64(64 - BITS))
            ids[np.uint64(at)] = found
            at += 1
            marks |= lexicon[np.uint64(found)]
            words += 1
            links += (size == 4 and h == HTTP) or (size == 5 and h == HTTPS)
        size = 0
        h = EMPTY
        if folded > 0:
            ids[np.uint64(at)] = np.int32(_mix(_with(EMPTY, folded)) >> np.uint64(64 - BITS))
            at += 1
            words += 1
        elif code == 63:
            questions += 1
        elif code == 33:
            exclaims += 1
    shape[0] += words
    shape[1] += questions
    shape[2] += exclaims
    shape[3] += links
    shape[4] = marks
    return at


def buffers(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """UTF-8 bytes (uint8) and (n + 1,) int64 offsets of a large_string array without nulls."""
    _, offsets, data = texts.buffers()
    if not len(texts):
        return np.zeros(1, np.uint8), np.zeros(1, np.int64)
    found = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, np.uint8) if data else np.zeros(1, np.uint8), found


@allocating
def document_counts(
    data: np.ndarray, offsets: np.ndarray, fold: np.ndarray, counts: np.ndarray
) -> int:
    """Add to `counts` (2^BITS,) the texts each bucket occurs in; return the sum added."""
    total = 0
    last = np.full(len(counts), -1)
    lexicon = np.zeros(len(counts), np.uint8)
    for i in range(len(offsets) - 1):
        ids = np.empty((offsets[i + 1] - offsets[i]) // 2 + 1, np.int32)
        shape = np.zeros(N_SHAPE, np.float32)
        for k in range(text_terms(data, offsets[i], offsets[i + 1], fold, lexicon, ids, shape)):
            if last[ids[k]] != i:
                last[ids[k]] = i
                counts[ids[k]] += 1
                total += 1
    return total


@allocating
def spell(text: np.ndarray, start: int, stop: int, fold: np.ndarray, places: np.ndarray) -> int:
    """Fill `places` (k, 3) with start, end (bytes) and bucket of each word; return k.

    The words of text[start:stop], as `text_terms` finds them.
    """
    word = np.empty(64, np.int32)
    size, found, begins, i = 0, 0, start, start
    while i <= stop:
        at = i
        code = np.int32(0)
        if i < stop:
            code, i = _decode(text, i, stop)
        else:
            i += 1
        folded = _fold(code, fold)
        if folded == -1:
            continue
        if folded > 0 and not _ideograph(folded):
            begins = begins if size else at
            if size < 64:
                word[size] = folded
                size += 1
            continue
        if size > 1:
            places[found, 0], places[found, 1], places[found, 2] = begins, at, _bucket(word, size)
            found += 1
        size = 0
        if folded > 0:
            word[0] = folded
            places[found, 0], places[found, 1], places[found, 2] = at, i, _bucket(word, 1)
            found += 1
    return found


def bucket(word: str) -> int:
    """Bucket of a single word of two letters or more."""
    return int(spelled(word)[0, 2])


def spelled(text: str) -> np.ndarray:
    """The words of a text, (k, 3) int64: start, end (bytes), bucket; see `spell`."""
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    places = np.empty((len(data) // 2 + 1, 3), np.int64)
    return places[: spell(data, 0, len(data), fold_table(), places)]


CLASSES = {
    "greets": "hi hello hey morning evening welcome congratulations congrats birthday bye goodbye "
    "cheers thanks thank thankyou thx ty regards",
    "chats": "lol lmao rofl haha hahaha hahahaha hehe omg wtf yeah yep yup nope ok okay wow huh "
    "dude bro mate sir buddy girl guys hmm oops ugh damn aww xoxo kidding joke joking",
    "addresses": "you your yours yourself ur youre",
    "meta": "moderator mod admin deleted removed delete banned ban blocked censor censored "
    "censorship troll trolling spam thread topic offtopic repost duplicate username account login "
    "signature commenter comment comments poster posting posted",
    "promotes": "subscribe subscriber channel follow follower click visit website site page link "
    "free win giveaway earn income profit invest investment bitcoin crypto loan hire "
    "discount cheap buy order offer promo whatsapp telegram dm inbox email contact check",
}
"""One bit each, in this order; the plural counts with the singular."""


MARKS = tuple(CLASSES)


@cache
def lexicon_marks() -> np.ndarray:
    """(2^BITS,) uint8: bit k is set in the buckets of the words of class k."""
    marks = np.zeros(1 << BITS, np.uint8)
    for bit, words in enumerate(CLASSES.values()):
        for word in words.split():
            marks[bucket(word)] |= 1 << bit
    return marks
