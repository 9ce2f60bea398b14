"""Lines of a plain-text page that belong to its comments, and came out in none of them.

A marker or an indentation that is damaged takes a comment out of its list: what is left is prose
between the list's entries, or prose over one of the buttons that stand under every comment.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.heads import is_awaiting, is_row
from moderation.readers.page_words import PageWords
from moderation.readers.plaintext.profile import PING, is_reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.readers.plaintext.lists import Line, Listing

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_PROSE = 5  # words of a line that is neither a name nor a button
_OFTEN = 2  # times that a button stands in the lists of comments
_FEW = 3  # words of a line over a button, where names hardly stand
_INDENTED = 4  # columns of a text in the outermost list of a page
_STOPS = (".", "!", "?", "…")
_BEHIND_DATE = 7  # words behind a date on its line, where buttons and sections stand
_OVER = 2  # lines of a comment over its button


def unread(lines: list[Line], chosen: list[Listing], texts: Iterable[str]) -> Iterator[str]:
    """The lines, without their indentation. chosen: the lists that hold the comments."""
    known = PageWords(texts)
    listed = _list_span(lines, chosen)
    buttons = _buttons(lines[listed.start : listed.stop])
    for at, line in enumerate(lines):
        least = _least_words(lines, at, at in listed, buttons)
        if least is None or len(_LETTERS.findall(line.text)) < least or _is_furniture(line.text):
            continue
        if not known.has(PING.sub("", line.text)):
            yield line.whole


def _list_span(lines: list[Line], chosen: list[Listing]) -> range:
    """The lines from the first list of comments to the end of the last."""
    start = chosen[0].start if chosen else 0
    end = max((listing.end for listing in chosen), default=0)
    if 0 < end < len(lines) and stamp(lines[end - 1].text):  # a comment without a text
        while end < len(lines) and lines[end].indent and not lines[end].kind:
            end += 1  # less deep than the list, but only lists are indented
    return range(start, end)


def _least_words(lines: list[Line], at: int, listed: bool, buttons: set[str]) -> int | None:
    """How many words make a line a comment's; None for one that no comment is near."""
    over = _is_over_button(lines[at + 1 : at + 1 + _OVER], buttons)
    stray = _is_stray(lines, at)
    if not (listed or over or stray):
        return None
    if at == 0 and over:  # what is left of a comment whose beginning is lost
        return 1
    return _FEW if over or (stray and lines[at].text.endswith(_STOPS)) else _PROSE


def _buttons(lines: list[Line]) -> set[str]:
    """The lines of buttons that stand in lists of comments more than once."""
    rows = Counter(line.whole for line in lines if is_row(line.whole))
    return {row for row, count in rows.items() if count >= _OFTEN}


def _is_over_button(below: list[Line], buttons: set[str]) -> bool:
    return any(line.whole in buttons or is_reply(line) for line in below)


def _is_furniture(text: str) -> bool:
    """Whether a line tells no more than a date, or is one of the site's own."""
    date = stamp(text)
    if date is not None and len(_LETTERS.findall(text[date.end :])) < _BEHIND_DATE:
        return True
    return is_row(text) or is_awaiting(text)


def _is_stray(lines: list[Line], at: int) -> bool:
    """Whether a line stands as deep as those of a list, and in none: only lists are indented."""
    line = lines[at]
    if line.indent < _INDENTED or line.kind or not line.loose:
        return False
    above = lines[at - 1] if at else None
    return above is None or (not above.kind and above.indent == 0)
