"""Pass between the two others: links, addresses, telephone numbers, money and quoted text.

Only run over a comment in which the first pass saw a sign of one of them.
"""

from __future__ import annotations

import numpy as np

from moderation.features.characters import (
    IN_LINK,
    N_CURRENCY,
    N_DIGITS,
    N_DOMAINS,
    N_EMAILS,
    N_HTML_LINKS,
    N_LINK_HINTS,
    N_MONEY,
    N_PHONES,
    N_QUOTE_SIGNS,
    N_QUOTED,
    N_QUOTED_LINES,
    N_RAW_URLS,
    N_SHORTENERS,
    Scratch,
)
from moderation.features.compiled import compiled
from moderation.features.folding import DIGIT, KIND_BITS, LETTER, LOOK, SPACE, WORD_BITS

PHONE_LEAST, PHONE_MOST = 9, 15  # E.164 allows 15; shorter numbers are any number
QUOTE_CHARS = 400  # an opening mark that is not closed within this many opens nothing

TOP_LEVELS = (
    "com net org info biz edu gov io co uk ca au de fr es nl ru ua pl br cn jp tk ml ga cf gq pw "
    "cc ws ly gl gd eu ch se ng pk tv fm ai dev xyz"
)
WORDY_TOP_LEVELS = (  # "done.it" lacks a space; "done.it/x" is a link
    "me us it in is no be so to at am my app top site online shop store club vip live link click "
    "pro space website icu buzz fun life world today news blog"
)
SHORTENERS = (
    "bit.ly tinyurl.com goo.gl t.co ow.ly is.gd buff.ly cutt.ly rb.gy shorturl.at tiny.cc t.ly "
    "adf.ly bit.do linktr.ee rebrand.ly s.id v.gd soo.gd bl.ink lnkd.in amzn.to youtu.be wa.me t.me"
)


def _hashes(names: str) -> np.ndarray:
    """FNV-1a of each name, sorted."""
    found = []
    for name in names.split():
        value = 0xCBF29CE484222325
        for char in name:
            value = (value ^ ord(char)) * 0x100000001B3 % 2**64
        found.append(value)
    return np.array(sorted(found), np.uint64)


_TOP, _WORDY, _SHORT = _hashes(TOP_LEVELS), _hashes(WORDY_TOP_LEVELS), _hashes(SHORTENERS)
_DOT, _SLASH, _COLON, _AT, _DASH, _QUOTE, _MORE = 46, 47, 58, 64, 45, 34, 62


@compiled
def among(hashes: np.ndarray, scratch: Scratch, i: int, j: int) -> bool:
    """Whether the characters `i:j` are, or look like, one of the names behind `hashes`."""
    value = np.uint64(0xCBF29CE484222325)
    for k in range(i, j):
        char = np.int64(scratch.look[k] if scratch.kind[k] & LOOK else scratch.chars[k])
        value = (value ^ np.uint64(char)) * np.uint64(0x100000001B3)
    low, high = 0, len(hashes)
    while low < high:
        middle = (low + high) >> 1
        if hashes[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < len(hashes) and hashes[low] == value


@compiled
def is_alnum(kinds: np.ndarray, i: int) -> bool:
    """Whether character `i` is a letter or a digit."""
    return kinds[i] & WORD_BITS == LETTER


@compiled
def host_end(scratch: Scratch, i: int, n: int) -> int:
    """End of the run of letters, digits, dots and dashes at `i`, without dots at its end."""
    j = i
    while j < n and (
        is_alnum(scratch.kind, j) or scratch.chars[j] == _DOT or scratch.chars[j] == _DASH
    ):
        j += 1
    while j > i and not is_alnum(scratch.kind, j - 1):
        j -= 1
    return j


@compiled
def host_kind(scratch: Scratch, i: int, j: int, n: int) -> int:
    """What `i:j` is: 0 no host, 1 a host, 2 a link shortener."""
    chars = scratch.chars
    dot = j - 1
    while dot > i and chars[dot] != _DOT:
        dot -= 1
    if dot <= i or not is_alnum(scratch.kind, dot - 1):
        return 0
    if among(_SHORT, scratch, i, j):
        return 2
    www = j - i > 4 and chars[i] == chars[i + 1] == chars[i + 2] == 119 and chars[i + 3] == _DOT
    path = j + 1 < n and chars[j] == _SLASH and is_alnum(scratch.kind, j + 1)
    if among(_TOP, scratch, dot + 1, j):
        return 1
    return 1 if www or (path and among(_WORDY, scratch, dot + 1, j)) else 0


@compiled
def mark_link(scratch: Scratch, i: int, j: int) -> None:
    """Nothing in `i:j` is undone as a disguise."""
    for k in range(i, j):
        scratch.kind[k] |= IN_LINK


@compiled
def read_host(scratch: Scratch, i: int, end: int, n: int) -> int:
    """Count the bare domain or e-mail address whose name begins at `i`; returns its end."""
    chars, seen = scratch.chars, scratch.seen
    j = host_end(scratch, i, end)
    if j < end - 1 and chars[j] == _AT and is_alnum(scratch.kind, j + 1):
        stop = host_end(scratch, j + 1, end)
        dot = j + 1
        while dot < stop and chars[dot] != _DOT:
            dot += 1
        if dot < stop:
            seen[N_EMAILS] += 1
            mark_link(scratch, i, stop)
            return stop
        return j + 1
    kind = host_kind(scratch, i, j, n)
    if kind:
        seen[N_DOMAINS] += 1
        seen[N_SHORTENERS] += kind == 2
        if j < end and chars[j] == _SLASH:
            j = end
        mark_link(scratch, i, j)
    return max(j, i + 1)


@compiled
def read_chunk(scratch: Scratch, i: int, end: int, n: int) -> None:
    """Count the links and addresses in the unspaced characters `i:end`."""
    chars, kinds, seen = scratch.chars, scratch.kind, scratch.seen
    begin = i
    while i < end:
        char = chars[i]
        if (
            (char == 60 and i + 1 < n and chars[i + 1] == 97 and i + 2 == end)
            or (char == 91 and i + 3 < end and chars[i + 1] == 117 and chars[i + 2] == 114)
            or (char == 93 and i + 2 < end and chars[i + 1] == 40 and chars[i + 2] == 104)
        ):  # <a
            seen[N_HTML_LINKS] += 1
        if char == _COLON and i + 3 < end and chars[i + 1] == chars[i + 2] == _SLASH:
            start = i
            while start > begin and kinds[start - 1] & KIND_BITS == LETTER:
                start -= 1
            host = host_end(scratch, i + 3, end)
            seen[N_RAW_URLS] += 1
            seen[N_SHORTENERS] += host_kind(scratch, i + 3, host, n) == 2
            stop = host
            while stop < end and chars[stop] not in (_QUOTE, _MORE, 60, 93, 41):
                stop += 1
            mark_link(scratch, start, stop)
            i = max(stop, i + 3)
            begin = i
        elif is_alnum(kinds, i):
            stop = host_end(scratch, i, end)
            if stop + 2 < end and chars[stop] == _COLON and chars[stop + 1] == _SLASH:
                i = stop
            else:
                i = read_host(scratch, i, end, n)
        else:
            i += 1


@compiled
def read_links(scratch: Scratch, n: int) -> None:
    """Count links and addresses, chunk by chunk."""
    i = 0
    while i < n:
        while i < n and scratch.kind[i] & KIND_BITS == SPACE:
            i += 1
        end, hint = i, False
        while end < n and scratch.kind[end] & KIND_BITS != SPACE:
            char = scratch.chars[end]
            hint = hint or char in (_DOT, _COLON, _AT, 60, 91)
            end += 1
        if hint:
            read_chunk(scratch, i, end, n)
        i = end


@compiled
def read_phones(scratch: Scratch, n: int) -> None:
    """Count telephone numbers: 9 to 15 digits with at most two separators between them."""
    chars, kinds = scratch.chars, scratch.kind
    i = 0
    while i < n:
        if kinds[i] & KIND_BITS != DIGIT or kinds[i] & IN_LINK:
            i += 1
            continue
        digits, gap, j = 0, 0, i
        while j < n and gap <= 2:
            if kinds[j] & KIND_BITS == DIGIT:
                digits += 1
                gap = 0
            elif chars[j] in (32, 40, 41, _DASH, _DOT):
                gap += 1
            else:
                break
            j += 1
        scratch.seen[N_PHONES] += PHONE_LEAST <= digits <= PHONE_MOST
        i = j


@compiled
def read_money(scratch: Scratch, n: int) -> None:
    """Count currency signs beside a number."""
    chars, kinds = scratch.chars, scratch.kind
    for i in range(n):
        char = chars[i]
        if char == 0x24 or 0xA3 <= char <= 0xA5 or 0x20A0 <= char <= 0x20BF:
            before = i > 0 and kinds[i - 1] & KIND_BITS == DIGIT
            after = i + 1 < n and kinds[i + 1] & KIND_BITS == DIGIT
            spaced = i + 2 < n and chars[i + 1] == 32 and kinds[i + 2] & KIND_BITS == DIGIT
            scratch.seen[N_MONEY] += before or after or spaced


@compiled
def read_quotes(scratch: Scratch, n: int) -> None:
    """Count the characters in lines that begin with > and within quotation marks."""
    chars, seen = scratch.chars, scratch.seen
    line, opened = True, -1  # line: only > and spaces since the line began
    quoted_line = False
    for i in range(n):
        char = chars[i]
        if char == 10:
            line, quoted_line = True, False
        elif line and char == _MORE:
            quoted_line = True
        elif char != 32:
            line = False
        seen[N_QUOTED_LINES] += quoted_line
        closes = char == _QUOTE or char == 0x201D or char == 0x201C or char == 0xBB
        if opened >= 0 and closes and i - opened <= QUOTE_CHARS:
            seen[N_QUOTED] += i - opened - 1
            opened = -1
        elif closes or char == 0x201E or char == 0x201F or char == 0xAB:
            opened = i


@compiled
def read_extras(scratch: Scratch, n: int) -> None:
    """Run those of the passes above that have something to find."""
    seen = scratch.seen
    if seen[N_LINK_HINTS]:
        read_links(scratch, n)
    if seen[N_DIGITS] >= PHONE_LEAST:
        read_phones(scratch, n)
    if seen[N_CURRENCY]:
        read_money(scratch, n)
    if seen[N_QUOTE_SIGNS]:
        read_quotes(scratch, n)
