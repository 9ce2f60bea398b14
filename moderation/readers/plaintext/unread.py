"""Lines of a plain-text page that belong to its comments, and came out in none of them.

A marker or an indentation that is damaged takes a comment out of its list: what is left is prose
between the list's entries, or prose over one of the buttons that stand under every comment.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.heads import is_row
from moderation.readers.plaintext.profile import PING
from moderation.readers.told_words import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.readers.plaintext.lists import Line, Listing

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_PROSE = 5  # words of a line that is neither a name nor a button
_OFTEN = 2  # times that a button stands in the lists of comments
_OVER = 2  # lines of a comment over its button


def unread(lines: list[Line], chosen: list[Listing], told: Iterable[str]) -> Iterator[str]:
    """The lines, without their indentation. chosen: the lists that hold the comments."""
    if not chosen:
        return
    known = Told(told)
    start, end = chosen[0].start, max(one.end for one in chosen)
    rows = Counter(line.whole for line in lines[start:end] if is_row(line.whole))
    buttons = {row for row, count in rows.items() if count >= _OFTEN}
    for at, line in enumerate(lines):
        below = lines[at + 1 : at + 1 + _OVER]
        if not start <= at < end and not any(one.whole in buttons for one in below):
            continue
        if len(_LETTERS.findall(line.text)) < _PROSE or stamp(line.text) is not None:
            continue
        if not known.has(PING.sub("", line.text)):
            yield line.whole
