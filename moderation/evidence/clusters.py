"""Spans that begin and end where a reader sees a character begin and end.

An accent typed behind its letter, a vowel sign, a skin tone, a family joined from three emoji: what
is drawn as one character is one grapheme cluster (Unicode, UAX 29, of which this has the rules that
occur in comments).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from moderation.evidence.words import placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.evidence.words import Evidence

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
_apart: set[str] = set()  # characters known not to join the one before them
_MOST_KNOWN = 1 << 15


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


def _has_joined(text: str) -> bool:
    """Whether one of its characters may join the one before it: in most texts none does.

    Those of letters that were met before are told without looking at each.
    """
    if text.isascii() or _apart.issuperset(text):
        return False
    new = {char for char in text if char not in _apart}
    joining = {char for char in new if _joins(char)}
    if len(_apart) < _MOST_KNOWN:
        _apart.update(new - joining)
    return bool(joining)


def _joins(char: str) -> bool:
    """Whether it may join the character before it."""
    adds = _adds.match(char) or _flag.match(char)
    return bool(adds) or _is_mark(char) or _is_jamo_behind(char)


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
    if not _has_joined(text):
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
        if not _has_joined(text):
            continue
        edges = np.array(cluster_starts(text))
        own = slice(found.begin[row], found.begin[row + 1])
        start[own] = edges[np.searchsorted(edges, start[own], "right") - 1]
        end[own] = edges[np.searchsorted(edges, end[own], "left")]
    begin, start, end, shares = placed(found.begin, start, end, found.shares)
    return replace(found, begin=begin, start=start, end=end, shares=shares)
