"""Whether words of a page have come out: those of its comments, looked through in their order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_MISSES = 1_000  # of what is searched for in all that was told; beyond, nothing more is missed


class Told:
    """All that was told of a page. Asked in the page's order, a question costs what lies between.

    >>> told = Told(["One two, three.", "Four"])
    >>> told.has("two three"), told.has("Five"), told.has("one")
    (True, False, True)
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._words = f" {' '.join(map(_plainly, texts))} "
        self._at = self._missed = 0

    def has(self, text: str) -> bool:
        """Whether these words stand in it, one behind the other."""
        words = f" {_plainly(text)} "
        if self._missed > _MISSES:
            return True
        found = self._words.find(words, self._at)
        if found < 0:
            found = self._words.find(words)
        self._missed += found < 0
        self._at = max(found, 0) if found >= 0 else self._at
        return found >= 0


def _plainly(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
