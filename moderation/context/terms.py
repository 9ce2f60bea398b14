"""Texts to hashed word stems and their shape: UTF-8 bytes in, small integers out.

The loops are in `compiled/terms.c`.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from moderation.compiled import I4, I8, INT, U1, W_I4, W_I8, Loop, group

if TYPE_CHECKING:
    import pyarrow as pa

BITS = 18
"""Buckets for word stems: 2^18 keeps collisions inside a 1,000-comment thread below 2 %."""
GROUP = 8  # buckets
STEM = 6  # letters of a word that count: 6 beat 64 by 0.003 to 0.01 on six sets, 5 lost on two
TABLE = 0x3000  # code points below it fold by table: the scripts that have case or accents
SHAPE = ("words", "questions", "exclaims", "links", "marks")

SPELLING = group(I4, U1, U1)  # see `spelling`
_all_terms = Loop("all_terms", U1, I8, SPELLING, W_I4, W_I8)
_spell = Loop("spell_alone", U1, INT, INT, I4, W_I8)
document_counts = Loop("document_counts", U1, I8, I4, W_I8)
"""Add to counts (2^BITS,) int64 the texts each bucket occurs in; returns the sum added.

Takes bytes and offsets of the texts, the fold table and the counts.
"""


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


def terms_of(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Buckets of the words of texts, int32, and where those of each begin: (n + 1,) int64.

    texts: large_string without nulls.
    """
    data, offsets = buffers(texts)
    ids = np.empty(int(offsets[-1] - offsets[0]) // 2 + len(texts), np.int32)
    begin = np.zeros(len(texts) + 1, np.int64)
    found = _all_terms(data, offsets, unmarked(), ids, begin)
    return ids[:found], begin


def buffers(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """UTF-8 bytes (uint8) and (n + 1,) int64 offsets of a large_string array without nulls."""
    _, offsets, data = texts.buffers()
    if not len(texts):
        return np.zeros(1, np.uint8), np.zeros(1, np.int64)
    found = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, np.uint8) if data else np.zeros(1, np.uint8), found


def bucket(word: str) -> int:
    """Bucket of a single word of two letters or more."""
    return int(spelled(word)[0, 2])


def spelled(text: str) -> np.ndarray:
    """The words of a text, (k, 3) int64: start, end (bytes), bucket."""
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    places = np.empty((len(data) // 2 + 1, 3), np.int64)
    return places[: _spell(data, 0, len(data), fold_table(), places)]


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


@cache
def spelling() -> tuple[np.ndarray, ...]:
    """What the loops find words with: fold table, lexicon marks, and a bit per GROUP of these.

    Most words have no mark, and the bits of groups stay in the first-level cache.
    """
    marks = lexicon_marks()
    marked = np.packbits(marks.reshape(-1, GROUP).any(axis=1), bitorder="little")
    return fold_table(), marks, marked


@cache
def unmarked() -> tuple[np.ndarray, ...]:
    """The same where no class of words is marked."""
    nothing = np.zeros(0, np.uint8)
    return fold_table(), nothing, np.zeros((1 << BITS) // GROUP // 8, np.uint8)
