"""Pieces of a talk page, each with its indent, to comments: what ends in a signature is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.bylines.dates import stamp as dated
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

STAMP = re.compile(  # a time in the wiki's language, with its zone
    r"(?:\d{1,2}[:.]\d\d[^()\n]{3,30}?\d{4}|\d{4}[^()\n]{2,30}?(?:\(.\)\s?)?\d{1,2}[:.]\d\d|"
    r"\d{1,2}[^()\n]{3,25}?\d{4}[^()\n]{1,8}\d{1,2}[:.]\d\d)\s*\([A-Z]{2,5}\)"
)
_TALK = re.compile(r"\s*\([^()]{1,60}\)\s*$")
_DASHES = " \t\n-–—―~·•|,/"
_WORDS = re.compile(r"[^\W\d_]{2,}")
_FEW = 3


class Piece(NamedTuple):
    """A paragraph or an entry of a list. heading: whether it is one, and begins a thread.

    shown: the words of its links to users.
    """

    text: str
    indent: int = 0
    author: str | None = None
    heading: bool = False
    shown: tuple[str, ...] = ()


def findings(name: str, title: str | None, pieces: Iterable[Piece]) -> Iterator[Finding]:
    """The comments of a page; text that nobody signed is a reject. name: the file's."""
    thread: str | None = None
    above: dict[int, str] = {}
    waiting: list[Piece] = []
    seen: dict[str, int] = {}
    count = 0
    for piece in pieces:
        if piece.heading:
            yield from _unsigned(name, thread, waiting)
            seen[piece.text] = seen.get(piece.text, 0) + 1
            again = seen[piece.text]
            thread = piece.text if again == 1 else f"{piece.text} ({again})"
            waiting, above = [], {}
            yield ThreadRow(thread, piece.text)
            continue
        waiting.append(piece)
        stamp = _last_stamp(piece.text)
        if stamp is None:
            continue
        count += 1
        own = str(count)
        indent = min(one.indent for one in waiting)
        parent = max((step for step in above if step < indent), default=None)
        text = "\n\n".join([*(one.text for one in waiting[:-1]), _words(piece, stamp)])
        yield 1
        yield Row(
            text.strip(),
            own,
            None if parent is None else above[parent],
            thread or title,
            piece.author,
            _moment(stamp[0]),
        )
        above = {step: one for step, one in above.items() if step < indent}
        above[indent] = own
        waiting = []
    yield from _unsigned(name, thread, waiting)


def _last_stamp(text: str) -> re.Match[str] | None:
    """The time of a signature, with next to nothing behind it."""
    every = list(STAMP.finditer(text))
    last = every[-1] if every else None
    return last if last is not None and len(_WORDS.findall(text[last.end() :])) < _FEW else None


def _words(piece: Piece, stamp: re.Match[str]) -> str:
    """What is said, without the signature."""
    text = piece.text[: stamp.start()].rstrip(_DASHES)
    while (shorter := _TALK.sub("", text)) != text:
        text = shorter.rstrip(_DASHES)
    for name in (piece.author, *piece.shown[::-1]):
        if name and text.lower().endswith(name.lower()):
            text = text[: -len(name)].rstrip(_DASHES)
            break
    return text + piece.text[stamp.end() :].rstrip(_DASHES)


def _moment(stamp: str) -> datetime | None:
    found = dated(stamp)
    return found.when if found else None


def _unsigned(name: str, thread: str | None, waiting: list[Piece]) -> Iterator[Finding]:
    text = "\n\n".join(piece.text for piece in waiting)
    if thread is not None and len(_WORDS.findall(text)) >= _FEW:
        yield 1
        yield Reject(name, f"under the heading {thread!r}", "not signed", text[:SNIPPET])
