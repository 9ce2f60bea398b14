"""Second pass over a comment: folded characters to words, with disguises undone.

What a word is, and what is undone (`fold=True`):

    words        runs of letters and digits; n't, 's and their like are joined (dont, its)
    leet         digits between letters and $ @ ! | in words: sh1t, $hit, @ss. A digit only before
                 or after the letters (mp3, iPhone6) gives a second form, or is a letter where
                 only that makes a common word (shu7); 2 is no letter (B2B); 4th, 1st are left
                 alone. 1 ! | are i, or l where that makes a common word
    stretched    three or more equal letters count as one (shiiit); where English doubles the
                 letter, two of them (cooool) if that is the commoner word, and as a second form
                 where both or neither are words
    spaced out   three or more single letters with equal separators: d.o.t.t.e.d is one word,
                 s p a c e d  o u t  as many as make the likeliest sentence
    look-alikes  in a word that mixes scripts, or in a comment that has no letter of another
                 script that cannot pass for Latin: clean Russian and Greek stay as they are
    masked       f*ck stays one word

Inside links and addresses nothing but look-alikes is undone. A second form is a word of its own,
but takes no part in word pairs. What stood for a letter is no exclamation mark and no digit any
more, and what was drawn out or spaced is as long as the word it hides: a comment is described by
the same numbers, disguised or not, but for those that count disguises.
"""

from __future__ import annotations

import numpy as np

from moderation.features.characters import (
    END_AT,
    ENDS,
    ENDS_BEFORE,
    IN_LINK,
    ITEMS,
    LAST,
    N_CHARS,
    N_DIGITS,
    N_EXCLAIM,
    N_HANDLES,
    N_LATIN,
    N_LEET,
    N_MASKED,
    N_MIXED,
    N_REPEATS,
    N_SPACED,
    N_STRANGE,
    N_STRETCHED,
    SIGNS_TO,
    STAMP,
    TOKENS,
    TOP,
    Scratch,
)
from moderation.features.common_words import (
    HASH_PRIME,
    HASH_SEED,
    MOST_SPLIT,
    MUCH,
    SPLIT_ROOM,
    UNKNOWN,
    cost_between,
    cost_of,
    hash_letter,
    split_words,
)
from moderation.features.compiled import compiled, inlined
from moderation.features.folding import (
    DIGIT,
    EMOJI,
    KIND_BITS,
    LATIN,
    LETTER,
    LOOK,
    PUNCT,
    SPACE,
    WORD_BITS,
)

PAIR_PRIME = np.uint64(0x9E3779B97F4A7C15)

NUMBER_DIGITS = 5  # longer numbers count by their length only: prices and ids do not repeat
MOST_SUFFIX = 2  # letters behind an apostrophe, see `suffix_end`
SENTENCE_LETTERS = 3  # "great!thanks" is two words, "sh!t" and "mex!can" are one


def _leet() -> np.ndarray:
    table = np.zeros(128, np.uint8)
    for sign, letter in zip("013456789@$!|", "oieasgtbgasii", strict=True):
        table[ord(sign)] = ord(letter)
    return table


def _marked(letters: str) -> np.ndarray:
    table = np.zeros(128, np.uint8)
    table[[ord(letter) for letter in letters]] = 1
    return table


LEET = _leet()
VOWEL = _marked("aeiouy")
DOUBLED = _marked("bcdefglmnoprstz")  # letters that English doubles, and does so at a word's end
DOUBLED_LAST = _marked("defglostz")
AT, DOLLAR, BANG, BAR, STAR, APOSTROPHE, COMMA = 64, 36, 33, 124, 42, 39, 44
ONE, SMALL_I, SMALL_L, BLANK = 49, 105, 108, 32
FULL_STOP, QUESTION = 46, 63


@compiled
def begin_tokens(scratch: Scratch, n: int) -> None:
    """Empty the tables for a comment of `n` folded characters."""
    state = scratch.state
    state[TOP], state[TOKENS], state[ITEMS], state[LAST] = n, 0, 0, -1
    state[STAMP] += 1
    state[ENDS], state[ENDS_BEFORE], state[END_AT], state[SIGNS_TO] = 0, 0, -1, 0


@inlined
def count_item(scratch: Scratch, mask: int, hashed: int, token: int) -> int:
    """Count an item in the comment's table; returns its place among the distinct items."""
    stamp = scratch.state[STAMP]
    slot = (hashed >> np.uint64(17)) & np.uint64(mask)
    while scratch.slot_stamp[slot] == stamp:
        found = scratch.slot_item[slot]
        if scratch.item_hash[np.uint64(found)] == hashed:
            scratch.item_count[np.uint64(found)] += 1
            return found
        slot = (slot + np.uint64(1)) & np.uint64(mask)
    item = scratch.state[ITEMS]
    scratch.state[ITEMS] = item + 1
    scratch.slot_stamp[slot] = stamp
    scratch.slot_item[slot] = item
    place = np.uint64(item)
    scratch.item_hash[place] = hashed
    scratch.item_count[place] = 1
    scratch.item_token[place] = token
    return item


@inlined
def add_token(
    scratch: Scratch,
    mask: int,
    hashed: np.uint64,
    begin: int,
    size: int,
    start: int,
    end: int,
    main: bool,
    pairs: bool,
) -> None:
    """Take `chars[begin:begin + size]` as a word that stands at `start:end` of the original.

    There is always room for it: see `characters.make_scratch`.
    """
    state = scratch.state
    token = state[TOKENS]
    if token >= len(scratch.token_hash):
        return
    place = np.uint64(token)
    state[TOKENS] = token + 1
    scratch.token_hash[place] = hashed
    scratch.token_from[place], scratch.token_size[place] = begin, size
    scratch.token_start[place], scratch.token_end[place] = start, end
    scratch.token_sentence[place] = state[ENDS] if state[END_AT] < start else state[ENDS_BEFORE]
    scratch.token_main[place] = main
    item = count_item(scratch, mask, hashed, token)
    scratch.token_item[place] = item
    scratch.token_pair[place] = -1
    if main:
        scratch.seen[N_REPEATS] += scratch.item_count[np.uint64(item)] > 1
        last = state[LAST]
        if pairs and last >= 0:
            pair = (scratch.token_hash[np.uint64(last)] * PAIR_PRIME) ^ hashed
            pair = (pair ^ (pair >> np.uint64(29))) * HASH_PRIME
            scratch.token_pair[place] = count_item(scratch, mask, pair, -1)
        state[LAST] = token


@compiled
def add_form(
    scratch: Scratch,
    mask: int,
    begin: int,
    size: int,
    start: int,
    end: int,
    main: bool,
    pairs: bool,
) -> None:
    """`add_token`, not copied into its callers: disguised words are rare."""
    hashed = HASH_SEED
    for k in range(begin, begin + size):
        hashed = (hashed ^ np.uint64(scratch.chars[k])) * HASH_PRIME
    add_token(scratch, mask, hashed, begin, size, start, end, main, pairs)


@inlined
def fits(scratch: Scratch, size: int) -> bool:
    """Whether `size` characters fit behind those that are kept; all that write there ask.

    They always do: see `characters.make_scratch`.
    """
    return scratch.state[TOP] + size <= len(scratch.chars)


@inlined
def is_sign(char: int) -> bool:
    """Whether a punctuation mark can stand for a letter inside a word, or mask one (*)."""
    return char in (AT, DOLLAR, BANG, BAR, STAR)


@inlined
def note_end(scratch: Scratch, i: int) -> None:
    """Count the mark at `i` if it ends a sentence, for what stands behind it.

    Characters that one character of the original stands for have one place: what is made of the
    same one does not stand behind it.
    """
    place, state = np.uint64(i), scratch.state
    char = scratch.chars[place]
    if char in (FULL_STOP, BANG, QUESTION):
        if state[END_AT] != scratch.at[place]:
            state[ENDS_BEFORE], state[END_AT] = state[ENDS], scratch.at[place]
        state[ENDS] += 1


@compiled
def word_end(scratch: Scratch, i: int, n: int) -> int:
    """End of the word that begins at `i`, letter signs included."""
    chars, kinds = scratch.chars, scratch.kind
    end, j, letters = i, i, 0
    while j < n:
        kind = kinds[j] & KIND_BITS
        if kinds[j] & WORD_BITS == LETTER:
            letters += 1
            j += 1
            end = j
            continue
        if kind != PUNCT or not is_sign(chars[j]) or kinds[j] & IN_LINK:
            break
        first, j = j, max(j, scratch.state[SIGNS_TO])  # signs are looked at once
        while j < n and kinds[j] & KIND_BITS == PUNCT and is_sign(chars[j]):
            j += 1
        scratch.state[SIGNS_TO] = j
        if j == n or kinds[j] & WORD_BITS != LETTER:
            while first < j and j - first <= 2 and chars[first] == DOLLAR:
                first += 1  # a$$, boy$
                end = first
            if end < first + 1 == j and chars[first] in (AT, BAR) and ends_common(scratch, i, j):
                end = j  # schoo|
            break
        if chars[first] == STAR:
            continue
        following = j
        while following < n and kinds[following] & KIND_BITS == LETTER:
            following += 1
        digit_beside = kinds[j] & KIND_BITS == DIGIT and chars[j - 1] == DOLLAR
        two_words = (
            letters >= SENTENCE_LETTERS
            and following - j >= SENTENCE_LETTERS
            and chars[first] != DOLLAR
            and not hides_common(scratch, i, following)
        )
        if digit_beside or two_words or (first > i and j - first > 3):
            break
        letters = 0
    return end


@compiled
def hides_common(scratch: Scratch, i: int, end: int) -> bool:
    """Whether `i:end` is a common word, once its signs are letters."""
    as_i, as_l = HASH_SEED, HASH_SEED
    for j in range(i, end):
        char = np.int64(scratch.chars[j])
        as_i = hash_letter(as_i, unsigned(char, SMALL_I))
        as_l = hash_letter(as_l, unsigned(char, SMALL_L))
    return cost_of(as_i) > 0 or cost_of(as_l) > 0


@compiled
def ends_common(scratch: Scratch, i: int, end: int) -> bool:
    """Whether `i:end` is a common word only once its last sign is a letter."""
    return hides_common(scratch, i, end) and not hides_common(scratch, i, end - 1)


@inlined
def unsigned(char: int, upright: int) -> int:
    """The letter that a sign or digit stands for; `upright` for 1 ! |, which may be i or l."""
    if char in (ONE, BANG, BAR):
        return upright
    return LEET[char] if char < 128 and LEET[char] else char


@compiled
def leet_kind(scratch: Scratch, i: int, end: int) -> int:
    """Whether `i:end` hides letters: 0 no, 1 perhaps (a second form), 2 yes."""
    chars, kinds = scratch.chars, scratch.kind
    letters, digits, signs, odd, inside, outside = 0, 0, 0, 0, 0, 0
    j = i
    while j < end:
        kind = kinds[j] & KIND_BITS
        if kind == LETTER:
            letters += 1
            j += 1
        elif kind == PUNCT:
            signs += chars[j] != STAR
            j += 1
        else:
            first = j
            while j < end and kinds[j] & KIND_BITS == DIGIT:
                odd += chars[j] >= 128 or LEET[chars[j]] == 0
                j += 1
            digits += j - first
            plural = j == end - 1 and chars[j] == 115  # 90s, ps4s
            if first > i and j < end and not plural:
                inside += 1
            else:
                outside = max(outside, j - first)
    if signs:
        return 2
    if digits == 0 or letters < 2 or odd:
        return 0
    if inside:
        return 2
    ordinal = letters == 2 and kinds[i] & KIND_BITS == DIGIT and is_ordinal(chars, end - 2)
    if outside > 2 or ordinal:
        return 0
    last = outside == 1 and kinds[end - 1] & KIND_BITS == DIGIT
    return 2 if last and letters >= SENTENCE_LETTERS and ends_common(scratch, i, end) else 1


@compiled
def is_ordinal(chars: np.ndarray, j: int) -> bool:
    """Whether the two letters at `j` are st, nd, rd or th."""
    pair = chars[j] << 8 | chars[j + 1]
    return pair == 0x7374 or pair == 0x6E64 or pair == 0x7264 or pair == 0x7468


@compiled
def is_lookalike(scratch: Scratch, i: int, end: int) -> bool:
    """Whether the foreign letters of `i:end` pass for Latin ones."""
    latin, looks, strange = 0, 0, 0
    for j in range(i, end):
        flags = scratch.kind[j]
        if flags & KIND_BITS == LETTER:
            latin += (flags & LATIN) != 0
            looks += (flags & LOOK) != 0
            strange += flags & (LATIN | LOOK) == 0
    if looks == 0 or strange:
        return False
    return latin > 0 or (scratch.seen[N_STRANGE] == 0 and scratch.seen[N_LATIN] > 0)


@compiled
def write_form(
    scratch: Scratch, i: int, end: int, leet: bool, looks: bool, upright: int
) -> tuple[int, int]:
    """Write `i:end` behind the characters that are kept, signs and look-alikes replaced.

    Returns where it begins and its size. The next form is written over it, until `state[TOP]` is
    moved behind it.
    """
    chars, kinds = scratch.chars, scratch.kind
    top = scratch.state[TOP]
    out = top
    if not fits(scratch, end - i):
        return top, 0
    for j in range(i, end):
        char = chars[j]
        if looks and kinds[j] & LOOK:
            char = scratch.look[j]
        elif leet and kinds[j] & KIND_BITS != LETTER:
            char = unsigned(char, upright)
        if char != APOSTROPHE and char != 0x2019:
            chars[out] = char
            out += 1
    return top, out - top


@compiled
def may_double(before: int, char: int, after: int) -> bool:
    """Whether English doubles the ASCII `char` between these two; -1 is the word's edge."""
    if DOUBLED[char] == 0 or before >= 128 or after >= 128:
        return False
    vowel_before = before >= 0 and VOWEL[before] == 1
    if VOWEL[char]:  # good, see
        return not vowel_before and (after < 0 or VOWEL[after] == 0)
    if after < 0:
        return vowel_before and DOUBLED_LAST[char] == 1
    return vowel_before and (VOWEL[after] == 1 or after == 108 or after == 114)  # apple, cherry


@compiled
def unstretch(scratch: Scratch, begin: int, size: int, keep: int) -> tuple[int, bool]:
    """Shorten runs of three or more letters in `chars[begin:begin + size]`.

    keep: 1 or 2 letters of a run stay (2 only where English doubles the letter). Returns the new
    size and whether a second form would differ. A word of one letter (xxx, ааа) keeps three.
    """
    chars = scratch.chars
    out, j, end, differs = begin, begin, begin + size, False
    while j < end:
        char = chars[j]
        run = j
        while run < end and chars[run] == char:
            run += 1
        length = run - j
        if length >= 3 and not 48 <= char < 58 and char != STAR:
            before = chars[out - 1] if out > begin else -1
            doubles = char >= 128 or may_double(before, char, chars[run] if run < end else -1)
            differs = differs or doubles
            length = keep if doubles else 1
            if run - j == size:
                length, differs = 3, False
        for _ in range(length):
            chars[out] = char
            out += 1
        j = run
    return out - begin, differs


@compiled
def rarity(chars: np.ndarray, begin: int, size: int) -> int:
    """Cost of the word `chars[begin:begin + size]`, common or not."""
    return cost_between(chars, begin, begin + size) or UNKNOWN


@compiled
def upright_of(scratch: Scratch, i: int, end: int, looks: bool) -> int:
    """What 1 ! | stand for in `i:end`: l where that makes the commoner word, else i."""
    chars = scratch.chars
    doubtful = False
    for j in range(i, end):
        doubtful = doubtful or chars[j] in (ONE, BANG, BAR)
    if not doubtful:
        return SMALL_I
    begin, written = write_form(scratch, i, end, True, looks, SMALL_I)
    size, _ = unstretch(scratch, begin, written, 1)
    as_i = rarity(chars, begin, size)
    begin, written = write_form(scratch, i, end, True, looks, SMALL_L)
    size, _ = unstretch(scratch, begin, written, 1)
    return SMALL_L if rarity(chars, begin, size) < as_i else SMALL_I


@compiled
def add_forms(
    scratch: Scratch, mask: int, i: int, end: int, leet: bool, looks: bool, main: bool, pairs: bool
) -> None:
    """Add the word `i:end`; where it is stretched, with one letter, doubled letters, or as both."""
    chars = scratch.chars
    start, stop = scratch.at[i], scratch.at[end - 1] + 1
    upright = upright_of(scratch, i, end, looks) if leet else SMALL_I
    begin, written = write_form(scratch, i, end, leet, looks, upright)
    size, differs = unstretch(scratch, begin, written, 1)
    if main:
        scratch.seen[N_STRETCHED] += size < written
        scratch.seen[N_CHARS] -= written - size
    if not size:
        return
    if not differs:
        scratch.state[TOP] = begin + size
        add_form(scratch, mask, begin, size, start, stop, main, pairs)
        return
    once = rarity(chars, begin, size)
    begin, written = write_form(scratch, i, end, leet, looks, upright)
    size, _ = unstretch(scratch, begin, written, 2)
    twice = rarity(chars, begin, size)
    if twice + MUCH > once:
        begin, written = write_form(scratch, i, end, leet, looks, upright)
        size, _ = unstretch(scratch, begin, written, 1)
        scratch.state[TOP] = begin + size
        add_form(scratch, mask, begin, size, start, stop, main, pairs)
    if once + MUCH > twice:
        alone = twice + MUCH <= once
        begin, written = write_form(scratch, i, end, leet, looks, upright)
        size, _ = unstretch(scratch, begin, written, 2)
        scratch.state[TOP] = begin + size
        add_form(scratch, mask, begin, size, start, stop, main and alone, pairs)


@compiled
def take_signs(scratch: Scratch, i: int, end: int, leet: bool) -> None:
    """Let no sign of the word `i:end` be taken for the end of a sentence: h.e.l.p, m!nd.

    leet: the digits in it are letters.
    """
    for j in range(i, end):
        kind = scratch.kind[j] & KIND_BITS
        if kind == PUNCT:
            scratch.seen[N_EXCLAIM] -= scratch.chars[j] == BANG
            scratch.kind[j] = SPACE
        scratch.seen[N_DIGITS] -= leet and kind == DIGIT


@compiled
def suffix_end(scratch: Scratch, end: int, n: int) -> int:
    """End of the word that ends at `end`, with n't, 's, 'll."""
    chars, kinds = scratch.chars, scratch.kind
    if end + 1 >= n or (chars[end] != APOSTROPHE and chars[end] != 0x2019):
        return end
    stop = end + 1
    while stop < n and stop < end + 4 and kinds[stop] & KIND_BITS == LETTER:
        stop += 1
    return stop if end + 1 < stop < end + 4 else end


@compiled
def add_disguised(scratch: Scratch, mask: int, i: int, end: int, n: int, pairs: bool) -> int:
    """Add a word that may be disguised; returns where the next one can begin."""
    chars, seen = scratch.chars, scratch.seen
    looks = is_lookalike(scratch, i, end)
    seen[N_MIXED] += looks
    if scratch.kind[i] & IN_LINK:
        begin, size = write_form(scratch, i, end, False, looks, SMALL_I)
        scratch.state[TOP] = begin + size
        add_form(scratch, mask, begin, size, scratch.at[i], scratch.at[end - 1] + 1, True, pairs)
        for j in range(i, end):
            if scratch.kind[j] & KIND_BITS == PUNCT:
                note_end(scratch, j)
        return end
    stop = suffix_end(scratch, end, n)
    leet = leet_kind(scratch, i, end)
    seen[N_LEET] += leet == 2
    for j in range(i + 1, end):
        if chars[j] == STAR:
            seen[N_MASKED] += 1
            break
    add_forms(scratch, mask, i, stop, leet == 2, looks, True, pairs)
    if leet == 1:
        add_forms(scratch, mask, i, stop, True, looks, False, pairs)
    take_signs(scratch, i, end, leet == 2)
    return stop


@compiled
def is_alone(scratch: Scratch, j: int, separator: int, n: int) -> bool:
    """Whether the letter at `j` is none of a longer word, nor of one spaced in another way."""
    kinds = scratch.kind
    if j + 1 >= n:
        return True
    if kinds[j + 1] & WORD_BITS == LETTER:
        return False
    if scratch.chars[j + 1] == separator or kinds[j + 1] & KIND_BITS != PUNCT or j + 3 >= n:
        return True
    follows = kinds[j + 2] & KIND_BITS == LETTER and scratch.chars[j + 3] == scratch.chars[j + 1]
    return not follows  # the s of "u a s.t.u.p.i.d"


@compiled
def write_spaced(scratch: Scratch, i: int, j: int, gap: int, end: int) -> int:
    """Write the letters from `i` to `j`, `gap` separators apart, and the suffix up to `end`.

    They go behind the comment's characters; returns how many there are.
    """
    chars, top, size = scratch.chars, scratch.state[TOP], 0
    for place in range(i, j + 1, gap + 1):
        looks = scratch.kind[place] & LOOK and scratch.seen[N_STRANGE] == 0
        chars[top + size] = scratch.look[place] if looks else chars[place]
        size += 1
    for place in range(j + 2, end):
        chars[top + size] = chars[place]
        size += 1
    return size


@compiled
def longest_run(chars: np.ndarray, begin: int, size: int) -> int:
    """Length of the longest run of equal characters in `chars[begin:begin + size]`."""
    longest, run = 0, 0
    for k in range(begin, begin + size):
        run = run + 1 if k > begin and chars[k] == chars[k - 1] else 1
        longest = max(longest, run)
    return longest


@compiled
def likelier(scratch: Scratch, i: int, j: int, gap: int, end: int) -> int:
    """Write the spaced word with its runs shortened to one letter or two, the commoner word."""
    chars, top = scratch.chars, scratch.state[TOP]
    size, _ = unstretch(scratch, top, write_spaced(scratch, i, j, gap, end), 2)
    twice = rarity(chars, top, size)
    once, _ = unstretch(scratch, top, write_spaced(scratch, i, j, gap, end), 1)
    if rarity(chars, top, once) <= twice:
        return once
    size, _ = unstretch(scratch, top, write_spaced(scratch, i, j, gap, end), 2)
    return size


@compiled
def add_spaced(scratch: Scratch, mask: int, i: int, n: int, pairs: bool) -> int:
    """Join single letters with equal separators from `i` on; returns their end, or `i`."""
    chars, kinds = scratch.chars, scratch.kind
    gap = 1
    while i + gap < n and gap < 4 and kinds[i + gap] & KIND_BITS in (SPACE, PUNCT):
        gap += 1
    gap -= 1
    if gap == 0 or gap > 3:
        return i
    letters, j = 1, i
    while j + gap + 1 < n and kinds[j + gap + 1] & KIND_BITS == LETTER:
        equal = True
        for k in range(1, gap + 1):
            equal = equal and chars[j + k] == chars[i + k] and chars[i + k] != COMMA
        if not (equal and is_alone(scratch, j + gap + 1, chars[i + 1], n)):
            break
        j += gap + 1
        letters += 1
    if letters < 3 or not fits(scratch, SPLIT_ROOM * (letters + MOST_SUFFIX) + 2):
        return i
    begin, blank = scratch.state[TOP], gap == 1 and chars[i + 1] == BLANK
    take_signs(scratch, i, j, False)
    end = suffix_end(scratch, j + 1, n)
    size = write_spaced(scratch, i, j, gap, end)
    scratch.seen[N_SPACED] += 1
    scratch.seen[N_CHARS] -= gap * (letters - 1)
    stretched = longest_run(chars, begin, size) > (3 if blank else 2)  # s e e  e a c h has three
    if stretched:
        short = likelier(scratch, i, j, gap, end)
        scratch.seen[N_CHARS] -= size - short
        size = short
    words, first = split_words(chars, begin, size) if blank and size <= MOST_SPLIT else 1, 0
    scratch.seen[N_CHARS] += words - 1
    scratch.state[TOP] = begin + size
    for word in range(words):
        last = first + (chars[begin + size + word] if words > 1 else size)
        if first >= letters:  # the suffix alone: not split off
            break
        whole = stretched or words == 1  # which letters are whose is not known any more
        start = scratch.at[i if whole else i + first * (gap + 1)]
        until = end - 1 if whole or word == words - 1 else i + (last - 1) * (gap + 1)
        stop = scratch.at[until] + 1
        add_form(scratch, mask, begin + first, last - first, start, stop, True, pairs)
        first = last
    return end


@inlined
def is_plain(
    scratch: Scratch, j: int, n: int, first: int, flags: int, varied: int, stretched: bool
) -> bool:
    """Whether the letters and digits before `j` are a word as they stand.

    first: the first one's kind and flags; flags: all of theirs; varied: those not shared by all.
    """
    if first & IN_LINK:
        return not flags & LOOK
    if j < n and scratch.kind[np.uint64(j)] & KIND_BITS == PUNCT:
        char = scratch.chars[np.uint64(j)]
        if is_sign(char) or char == APOSTROPHE or char == 0x2019:
            return False
    if varied & KIND_BITS or (stretched and first & KIND_BITS == LETTER):
        return False
    if not flags & LOOK:
        return True
    return not flags & LATIN and (scratch.seen[N_STRANGE] > 0 or scratch.seen[N_LATIN] == 0)


@compiled
def sign_begins(scratch: Scratch, i: int, n: int) -> bool:
    """Whether the sign at `i` is the first letter of a word ($hit, @ss); counts @handles."""
    chars, kinds = scratch.chars, scratch.kind
    if kinds[i] & IN_LINK or i + 1 >= n or kinds[i + 1] & KIND_BITS in (SPACE, EMOJI):
        return False
    if chars[i] == DOLLAR:
        return kinds[i + 1] & KIND_BITS == LETTER
    if chars[i] != AT:
        return False
    j = i + 1
    while j < n and kinds[j] & WORD_BITS == LETTER:
        j += 1
    doubled_s = i + 2 < n and chars[i + 1] == 115 and chars[i + 2] == 115  # @sshole
    if j - i > 4 and not doubled_s:
        scratch.seen[N_HANDLES] += 1
        return False
    return j > i + 1 or chars[i + 1] == DOLLAR  # @ss, @$$


@compiled
def read_tokens(scratch: Scratch, n: int, fold: bool, pairs: bool) -> None:
    """Find the words among the `n` folded characters and count them as items.

    fold: undo disguises. pairs: count pairs of neighbouring words as well.
    """
    begin_tokens(scratch, n)
    chars, kinds, at = scratch.chars, scratch.kind, scratch.at
    mask = 63
    while mask < 2 * n + 2:
        mask = 2 * mask + 1
    i = 0
    while i < n:
        here = np.uint64(i)
        kind = kinds[here] & KIND_BITS
        if kind == SPACE:
            i += 1
            continue
        if kind == PUNCT:
            starts = fold and (chars[here] == AT or chars[here] == DOLLAR)
            if starts and sign_begins(scratch, i, n):
                end = max(word_end(scratch, i, n), i + 1)
                i = add_disguised(scratch, mask, i, end, n, pairs)
            else:
                note_end(scratch, i)
                i += 1
            continue
        first = np.int64(kinds[here])
        flags, varied, stretched, hashed = np.int64(0), np.int64(0), False, HASH_SEED
        j, before, last = i, np.int32(-1), np.int32(-1)
        while True:  # one look at every character of the word
            char, kind_of = chars[np.uint64(j)], kinds[np.uint64(j)]
            flags |= kind_of
            varied |= kind_of ^ first
            stretched |= char == last and char == before
            hashed = (hashed ^ np.uint64(char)) * HASH_PRIME
            before, last = last, char
            j += 1
            if kind == EMOJI or j >= n or kinds[np.uint64(j)] & WORD_BITS != LETTER:
                break
        if fold and j - i == 1 and kind == LETTER and not first & IN_LINK:
            after = add_spaced(scratch, mask, i, n, pairs)
            if after > i:
                i = after
                continue
        if fold and kind != EMOJI and not is_plain(scratch, j, n, first, flags, varied, stretched):
            i = add_disguised(scratch, mask, i, max(j, word_end(scratch, i, n)), n, pairs)
        elif kind == DIGIT and j - i >= NUMBER_DIGITS and not varied & KIND_BITS:
            for k in range(i, j):  # only the length of a long number counts
                chars[k] = 48
            add_form(scratch, mask, i, j - i, at[i], at[j - 1] + 1, True, pairs)
            i = j
        else:
            stop = at[np.uint64(j - 1)] + 1
            add_token(scratch, mask, hashed, i, j - i, at[here], stop, True, pairs)
            i = j
