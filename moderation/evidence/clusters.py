"""Spans that begin and end where a reader sees a character begin and end.

An accent typed behind its letter, a vowel sign, a skin tone, a family joined from three emoji: what
is drawn as one character is one grapheme cluster (Unicode, UAX 29, of which this has the rules that
occur in comments). In scripts that leave no blanks between words a word is a run of sentences, and
what it carries is shared out among its characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from moderation.evidence.words import placed
from moderation.features.common_words import HASH_PRIME
from moderation.features.kernel import BUCKET_PRIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.evidence.words import Evidence
    from moderation.features.ngrams import WeightTable

JOINER = "\u200d"
_ADDED = "\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u0e33\u0eb3" + JOINER
_FLAGS = "\U0001f1e6-\U0001f1ff"
_SCRIPTS = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uff66-\uff9f\U00020000-\U0003ffff"
)
_NO_BLANKS = re.compile(f"[{_SCRIPTS}]")
_LONGEST = 60  # characters of a unit: a longer word comes in pieces
_UNIT = re.compile(
    rf"[^\s{_SCRIPTS}\u2e80-\u303f\uff00-\uff65]{{1,{_LONGEST}}}"
    rf"|[{_SCRIPTS}\u2e80-\u2fff\u3001-\u303f\uff00-\uff65]"
)
_adds = re.compile(f"[{_ADDED}]")
_flag = re.compile(f"[{_FLAGS}]")
_CHAR_SEED = 0x84222325CBF29CE4  # as in compiled/scores.c


def cluster_starts(text: str) -> list[int]:
    """Where the clusters of a text begin, and its length.

    >>> cluster_starts("e\u0301a")
    [0, 2, 3]
    """
    starts, flags, before = [], 0, ""
    for at, char in enumerate(text):
        flags = flags + 1 if _flag.match(char) else 0
        joined = before == JOINER and unicodedata.category(char) == "So"
        adds = _is_mark(char) or _adds.match(char)
        if not at or not (adds or joined or (flags and flags % 2 == 0) or _is_jamo_behind(char)):
            starts.append(at)
        before = char
    return [*starts, len(text)]


@cache
def _joining() -> re.Pattern[str]:
    """What may join a character to the one before it: most texts have none of it."""
    marks = "".join(chr(code) for code in range(0x300, 0x20000) if _is_mark(chr(code)))
    return re.compile(f"[{marks}{_ADDED}{_FLAGS}\u1160-\u11ff\U000e0100-\U000e01ef]")


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _is_jamo_behind(char: str) -> bool:
    """A vowel or final consonant of Hangul in pieces."""
    return "\u1160" <= char <= "\u11ff"


def units(text: str) -> list[tuple[int, int]]:
    r"""Start and end of what is read as one: a word, or a character where words have no blanks.

    >>> units("good 你好 day e\u0301")
    [(0, 4), (5, 6), (6, 7), (8, 11), (12, 14)]
    """
    found = [match.span() for match in _UNIT.finditer(text)]
    if text.isascii() or not _joining().search(text):
        return found
    edges = set(cluster_starts(text))
    whole: list[tuple[int, int]] = []
    for start, end in found:
        if start in edges or not whole or whole[-1][1] != start:
            whole.append((start, end))
        else:
            whole[-1] = (whole[-1][0], end)
    return whole


def has_no_blanks(text: str) -> bool:
    """Whether some of it is of a script that leaves no blanks between words."""
    return bool(_NO_BLANKS.search(text))


def cut(text: str, most: int) -> str:
    r"""The first `most` code points, fewer where that would cut a character in two.

    >>> len(cut("ne\u0301e", 2)), len(cut("ne\u0301e", 3))
    (1, 3)
    """
    if len(text) <= most or text.isascii():
        return text[:most]
    near = max(0, most - _LONGEST)  # no character that is read is longer than that
    starts = cluster_starts(text[near : most + 1])[:-1]
    at = max(start for start in starts if start <= most - near)
    return text[: near + at] if at else text[:most]


def on_clusters(found: Evidence, texts: Sequence[str]) -> Evidence:
    """The evidence with spans of whole clusters; those of one place added up."""
    start, end = found.start.copy(), found.end.copy()
    for row, text in enumerate(texts):
        if text.isascii() or not _joining().search(text):
            continue
        edges = np.array(cluster_starts(text))
        own = slice(found.begin[row], found.begin[row + 1])
        start[own] = edges[np.searchsorted(edges, start[own], "right") - 1]
        end[own] = edges[np.searchsorted(edges, end[own], "left")]
    begin, start, end, shares = placed(found.begin, start, end, found.shares)
    return replace(found, begin=begin, start=start, end=end, shares=shares)


def by_character(found: Evidence, texts: Sequence[str], table: WeightTable) -> Evidence:
    """The evidence with words of scripts without blanks taken apart into their characters.

    table: of a model without n-grams of words. Spans are places in `texts`.
    """
    counts = np.diff(found.begin)
    rows = np.repeat(np.arange(len(counts)), counts)
    places: list[tuple[int, int]] = []
    shares: list[np.ndarray] = []
    sizes = np.zeros(len(counts), np.int64)
    spans = zip(rows.tolist(), found.start.tolist(), found.end.tolist(), found.shares, strict=True)
    for row, start, end, share in spans:
        word = texts[row][start:end]
        parts = _parts(word, share, table) if _NO_BLANKS.search(word) else None
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


def _parts(word: str, share: np.ndarray, table: WeightTable) -> np.ndarray | None:
    """What each character of a word carries of its share: (characters, labels).

    An n-gram's part is divided equally among its characters. None where folding changes the number
    of characters, or where the parts do not add up to what the word carries.
    """
    folded = unicodedata.normalize("NFKC", word).casefold()
    if len(word) < 2 or len(folded) != len(word):
        return None
    config = table.config
    low, high = config.char_ngrams or (1, 0)
    inner = np.array([ord(char) for char in folded], np.uint64)
    blank = np.array([ord(" ")], np.uint64)
    letters = np.concatenate([blank, inner, blank])
    worth = np.zeros((len(letters), table.weights.shape[1]))
    hashed = np.full(len(letters), _CHAR_SEED, np.uint64)
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
    scaled: np.ndarray = worth * (share / total)
    return scaled
