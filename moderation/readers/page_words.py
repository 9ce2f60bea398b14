"""The words that were read from a page, to see what of the page they leave out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_MISSES = 1_000  # of searches through all words; beyond that, nothing more is reported


class PageWords:
    """The words of all texts read from a page. Asked in the page's order, a look-up is short.

    >>> words = PageWords(["One two, three.", "Four"])
    >>> words.has("two three"), words.has("Five"), words.has("one")
    (True, False, True)
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._words = f" {' '.join(map(_plainly, texts))} "
        self._at = self._missed = 0

    def has(self, text: str) -> bool:
        """Whether the texts contain these words, one after the other."""
        words = f" {_plainly(text)} "
        if self._missed > _MISSES:
            return True
        start = self._words.find(words, self._at)
        if start < 0:
            start = self._words.find(words)
        self._missed += start < 0
        self._at = max(start, 0) if start >= 0 else self._at
        return start >= 0


def _plainly(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
