"""First pass over a comment: UTF-8 bytes to folded characters, counted by kind.

A comment's state lives in a `Scratch`, allocated once per thread and call and never cleared:
whatever is read was written for the same comment (the table of items is stamped).
"""

# mypy: disable-error-code="return-value,assignment"
# (numba turns its integers into one another; numpy's stubs do not)
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from moderation.features.compiled import compiled, inlined
from moderation.features.folding import (
    BREVE,
    DIGIT,
    EMOJI,
    EXPAND,
    I_SHORT,
    IGNORE,
    KIND_BITS,
    LATIN,
    LETTER,
    LIMIT,
    LOOK,
    MARK,
    PUNCT,
    SPACE,
    STYLED,
    UPPER,
    Tables,
)

# Places in `Scratch.seen`: what is counted in one comment.
(
    N_CHARS,  # without what disguises add: marks, invisible characters, stretching, separators
    N_LETTERS,
    N_UPPER,
    N_LATIN,
    N_FOREIGN,  # letters that are not Latin
    N_STRANGE,  # of these, those that look like no Latin letter: the comment is not in disguise
    N_DIGITS,
    N_EMOJI,
    N_STYLED,
    N_MARKS,  # stacked or overlaid combining marks
    N_INVISIBLE,
    N_EXCLAIM,
    N_QUOTE_SIGNS,
    N_CURRENCY,
    N_LINK_HINTS,
    N_RAW_URLS,
    N_DOMAINS,
    N_SHORTENERS,
    N_HTML_LINKS,
    N_EMAILS,
    N_PHONES,
    N_HANDLES,
    N_MONEY,
    N_QUOTED_LINES,  # characters in lines that begin with >
    N_QUOTED,  # characters within quotation marks
    N_STRETCHED,
    N_LEET,
    N_SPACED,
    N_MIXED,
    N_MASKED,
    N_REPEATS,
    N_SEEN,
) = range(32)

# Places in `Scratch.state`.
TOP, TOKENS, ITEMS, LAST, STAMP, ENDS, ENDS_BEFORE, END_AT, SIGNS_TO, N_STATE = range(10)

MOST_LENGTHS = 8  # lengths of character n-grams that `Scratch.room` allows for
MOST_FORMS = 4  # of a word: as it stands or with digits for letters, each with one letter or two
LEAST_SLOTS = 64  # of the table of items, however short the comment
IN_LINK = 8  # flag in `Scratch.kind`, set by the link pass


def _ascii() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Folded character, kind and packed counts (letters, capitals << 32)."""
    folded, kinds, counts = np.arange(128), np.full(128, PUNCT), np.zeros(128, np.int64)
    for code in range(128):
        char = chr(code)
        if char.isspace() or code < 32 or code == 127:
            folded[code], kinds[code] = 10 if char in "\n\r\x0b\x0c" else 32, SPACE
        elif char.isalpha():
            folded[code], kinds[code] = ord(char.lower()), LETTER | LATIN
            counts[code] = 1 | (1 << 32) * char.isupper()
        elif char.isdigit():
            kinds[code] = DIGIT
    return folded.astype(np.uint8), kinds.astype(np.uint8), counts


_ASCII_CHAR, _ASCII_KIND, _ASCII_COUNT = _ascii()  # the tables again, small and next to each other
_COUNT_BITS = (1 << 32) - 1


class Scratch(NamedTuple):
    """One thread's working memory for comments of up to `size` UTF-8 bytes.

    chars: folded characters, then from `state[TOP]` the rewritten forms of words.
    kind: kind and LATIN, LOOK, IN_LINK flags. at: place in the original text, in code points.
    look: ASCII letter that a LOOK character looks like.
    token_*: one per word form or emoji, in order. token_item, token_pair: their items.
    token_sentence: how many ends of sentences stand before it.
    item_*: one per distinct word form, emoji or word pair; item_token is -1 for a pair.
    item_class: of a word, in a lexicon; 0 = none.
    slot_*: open-addressing table from hash to item, valid where slot_stamp is state[STAMP].
    room: buckets of one word's n-grams. seen: (N_SEEN,) int64 counters. state: (N_STATE,) int64.
    """

    chars: np.ndarray
    kind: np.ndarray
    at: np.ndarray
    look: np.ndarray
    token_hash: np.ndarray
    token_from: np.ndarray
    token_size: np.ndarray
    token_start: np.ndarray
    token_end: np.ndarray
    token_main: np.ndarray
    token_item: np.ndarray
    token_pair: np.ndarray
    token_sentence: np.ndarray
    item_hash: np.ndarray
    item_count: np.ndarray
    item_token: np.ndarray
    item_class: np.ndarray
    slot_stamp: np.ndarray
    slot_item: np.ndarray
    room: np.ndarray
    seen: np.ndarray
    state: np.ndarray


def apart(size: int, dtype: type) -> np.ndarray:
    """Zeros, (size,), with no other array's within two cache lines of them.

    What a thread writes to all the time must not lie beside what another one does.
    """
    margin = 128 // np.dtype(dtype).itemsize
    return np.zeros(size + 2 * margin, dtype)[margin : margin + size]


def make_scratch(size: int) -> Scratch:
    """Working memory for comments of up to `size` bytes, about 90 bytes per byte.

    Exactly as much as a comment can need, so that bounds checking finds the first write too many:

        characters  size: nothing folds to more characters than it has bytes (`folding._fold`)
        forms       MOST_FORMS times as many, behind them: a trial is written over the one before,
                    and a spaced word of k letters (2 * k - 1 characters) needs 3 * k + 2
        tokens      size: a second form needs a third character, a third and fourth a fourth one
        items       2 * size: a token is one, and the pair that it ends is another
        slots       more than the 2 * n + 3 that `tokens.read_tokens` spreads the items over
        room        MOST_LENGTHS * (size + 1) n-grams of the longest word, and the word itself; or
                    twice the phrases, `phrases.PER_WORD` of which end with a token
    """
    slots = max(LEAST_SLOTS, 1 << (2 * size + 2).bit_length())
    return Scratch(
        chars=np.empty((1 + MOST_FORMS) * size, np.int32),
        kind=np.zeros(size, np.uint8),
        at=np.empty(size, np.int32),
        look=np.empty(size, np.uint8),
        token_hash=np.empty(size, np.uint64),
        token_from=np.empty(size, np.int32),
        token_size=np.empty(size, np.int32),
        token_start=np.empty(size, np.int32),
        token_end=np.empty(size, np.int32),
        token_main=np.empty(size, np.uint8),
        token_item=np.empty(size, np.int32),
        token_pair=np.empty(size, np.int32),
        token_sentence=np.empty(size, np.int32),
        item_hash=np.empty(2 * size, np.uint64),
        item_count=np.empty(2 * size, np.int32),
        item_token=np.empty(2 * size, np.int32),
        item_class=np.empty(2 * size, np.uint8),
        slot_stamp=np.zeros(slots, np.int64),
        slot_item=np.empty(slots, np.int32),
        room=np.empty(MOST_LENGTHS * (size + 2), np.int32),
        seen=apart(N_SEEN, np.int64),
        state=apart(N_STATE, np.int64),
    )


@inlined
def decode(data: np.ndarray, i: int, end: int) -> tuple[int, int]:
    """Code point at byte `i` and its length; a byte that is not UTF-8 is U+FFFD, length 1."""
    lead = np.int64(data[i])
    if lead < 0x80:
        return lead, 1
    need, low = 0, 0x80
    if 0xC2 <= lead < 0xE0:
        need, value = 1, lead & 0x1F
    elif 0xE0 <= lead < 0xF0:
        need, value = 2, lead & 0x0F
    elif 0xF0 <= lead < 0xF5:
        need, value = 3, lead & 0x07
    if need == 0 or i + need >= end:
        return np.int64(0xFFFD), 1
    for k in range(1, need + 1):
        byte = np.int64(data[i + k])
        if byte & 0xC0 != 0x80:
            return np.int64(0xFFFD), 1
        value = value << 6 | (byte & 0x3F)
    low = 0x80 if need == 1 else (0x800 if need == 2 else 0x10000)
    if value < low or 0xD800 <= value < 0xE000 or value > 0x10FFFF:
        return np.int64(0xFFFD), 1
    return value, need + 1


@inlined
def beyond(code: int) -> int:
    """Kind of a code point past the tables: ideographs, tags, the rest."""
    if code < 0x32000:
        return LETTER
    return IGNORE if 0xE0000 <= code < 0xE1000 else PUNCT


@compiled
def look_like(tables: Tables, code: int) -> int:
    """ASCII letter that `code`, known to be a LOOK character, looks like."""
    low, high = 0, len(tables.look_from)
    while low < high:
        middle = (low + high) >> 1
        if tables.look_from[middle] < code:
            low = middle + 1
        else:
            high = middle
    return tables.look_to[low]


@compiled
def count_sign(seen: np.ndarray, code: int, following: int) -> None:
    """Count a punctuation mark that a later pass looks for; `following` is the next byte."""
    if code == 0x21:
        seen[N_EXCLAIM] += 1
    elif code == 0x2E:
        seen[N_LINK_HINTS] += following > 0x2E or following == 0x2D
    elif code == 0x40:
        seen[N_LINK_HINTS] += following > 0x20
    elif code == 0x3A:
        seen[N_LINK_HINTS] += following == 0x2F
    elif code == 0x3C or code == 0x5B or code == 0x5D:  # <a href, [url], [text](address)
        seen[N_LINK_HINTS] += following > 0x20
    if code == 0x22 or code == 0x3E or code == 0xAB or 0x201C <= code <= 0x201F:
        seen[N_QUOTE_SIGNS] += 1
    elif code == 0x24 or 0xA3 <= code <= 0xA5 or 0x20A0 <= code <= 0x20BF:
        seen[N_CURRENCY] += 1


@compiled
def read_characters(
    data: np.ndarray, begin: int, end: int, tables: Tables, fold: bool, scratch: Scratch
) -> int:
    """Fold `data[begin:end]` into `scratch`; returns the number of folded characters.

    data: uint8, UTF-8. fold: False for lower case only.
    """
    chars, kinds, at, seen = scratch.chars, scratch.kind, scratch.at, scratch.seen
    info, delta = tables.info, tables.delta if fold else tables.plain_delta
    seen[:] = 0
    upper, latin, letters, digits, styled, hidden = 0, 0, 0, 0, 0, 0
    n, source, i, after_mark, counts = 0, 0, begin, False, np.int64(0)
    while i < end:
        byte = data[np.uint64(i)]  # an index without a sign is not looked at for being negative
        if byte < 0x80:
            i += 1
            after_mark = False
            out = np.uint64(n)
            kind_of = _ASCII_KIND[byte]
            kinds[out], chars[out], at[out] = kind_of, _ASCII_CHAR[byte], source
            n += 1
            source += 1
            counts += _ASCII_COUNT[byte]
            digits += kind_of == DIGIT
            if kind_of == PUNCT:
                count_sign(seen, np.int64(byte), data[i] if i < end else 0)
            continue
        code, size = decode(data, i, end)
        i += size
        if code < LIMIT:
            k = np.int64(tables.page[code >> 8]) * 256 + (code & 255)
            flags = np.int64(info[k])
            folded = code + delta[k]
        else:
            flags = np.int64(beyond(code))
            folded = code
        if not fold:
            flags &= ~(EXPAND | LOOK)
            if flags & KIND_BITS >= IGNORE:
                flags = LETTER if flags & KIND_BITS == MARK else PUNCT
        kind = flags & KIND_BITS
        if kind >= IGNORE:
            if kind == MARK:
                if code == BREVE and n > 0 and chars[n - 1] == 0x438:
                    chars[n - 1] = I_SHORT
                    kinds[n - 1] = LETTER
                    seen[N_STRANGE] += not after_mark
                seen[N_MARKS] += after_mark or 0x332 <= code <= 0x338
            elif n > 0 and kinds[n - 1] & LATIN:
                seen[N_INVISIBLE] += 1
            after_mark = kind == MARK
            source += 1
            hidden += 1
            continue
        after_mark = False
        letters += kind == LETTER
        digits += kind == DIGIT
        upper += flags >> 3 & 1
        styled += flags >> 4 & 1
        latin += flags >> 6 & 1
        if kind == PUNCT:
            count_sign(seen, folded, data[i] if i < end else 0)
        elif kind == EMOJI:
            seen[N_EMOJI] += 1
        elif kind == LETTER and not flags & LATIN:
            seen[N_STRANGE] += not flags & LOOK
            if flags & LOOK:
                scratch.look[n] = look_like(tables, code)
        kinds[n] = kind | (flags & (LATIN | LOOK))
        at[n] = source
        if flags & EXPAND:
            row = tables.expansions[delta[k]]
            chars[n] = row[0]
            n += 1
            j = 1
            while j < 4 and row[j] != 0:
                chars[n], kinds[n], at[n] = row[j], kinds[n - 1], source
                scratch.look[n] = scratch.look[n - 1]
                n += 1
                j += 1
        else:
            chars[n] = folded
            n += 1
        source += 1
    letters += counts & _COUNT_BITS
    latin += counts & _COUNT_BITS
    upper += counts >> 32
    seen[N_CHARS] = source - hidden
    seen[N_LETTERS], seen[N_DIGITS] = letters, digits
    seen[N_UPPER], seen[N_STYLED], seen[N_LATIN] = upper, styled, latin
    seen[N_FOREIGN] = letters - latin
    return n


assert STYLED == 16 and UPPER == 8  # noqa: S101, PT018 - the shifts above rely on the bits
