"""Pieces of a talk page, each with its indent, to comments: what ends in a signature is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.bylines.dates import stamp as dated
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

STAMP = re.compile(  # a time in the wiki's language, with its zone
    r"(?:\d{1,2}[:.]\d\d[^()\n]{3,30}?\d{4}|\d{4}[^()\n]{2,30}?(?:\(.\)\s?)?\d{1,2}[:.]\d\d|"
    r"\d{1,2}[^()\n]{3,25}?\d{4}[^()\n]{1,8}\d{1,2}[:.]\d\d)\s*\([A-Z]{2,5}\)"
)
USER = re.compile(
    r'href="[^"]*?(?:/wiki/|title=|/index\.php/)([^":/?#&]{2,60}):([^"/?#&]+)[^>]*>(?:<[^>]*>)*([^<]*)'
)
_NEAR = 300  # characters of markup before a signature's time, in which it links to the user
_ZONE = re.compile(r"\([A-Z]{2,5}\)")
_LONGEST_STAMP = 60  # characters before its zone
_BRACKETS = 6  # at most, before a signature's time: (talk) (contribs)
_DASHES = " \t\n-–—―~·•|,/"
_WORDS = re.compile(r"[^\W\d_]{2,}")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b")
_TORN = re.compile(r"<|/\w+>")  # what is left of a tag
_FEW = 3
_NAME = 100  # characters: more are a link that was not closed
_LONG_NAME = 4  # blanks in what hardly is the name of a user


class Piece(NamedTuple):
    """A paragraph or an entry of a list. heading: whether it is one, and begins a thread.

    shown: the words of its links to users. signed: of those to its author. line: the file's,
    where it is a line. hidden: whether it stands where no page shows it.
    """

    text: str
    indent: int = 0
    author: str | None = None
    heading: bool = False
    shown: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    line: int = 0
    hidden: bool = False


def findings(
    name: str,
    title: str | None,
    pieces: Iterable[Piece],
    place: Callable[[list[Piece]], str],
    whole: bool,
) -> Iterator[Finding]:
    """The comments of a page; text that nobody signed is a reject.

    name: the file's. place: where pieces stand in it. whole: whether the page has its end.
    """

    def unsigned(words: int) -> Iterator[Finding]:
        text = "\n\n".join(piece.text for piece in waiting)
        torn = any(
            (piece.author and _CLOCK.search(piece.text)) or _TORN.search(piece.text)
            for piece in waiting
        )
        among = thread is not None or count > 0 or torn  # what is above all is about the page
        if among and len(_WORDS.findall(text)) >= (1 if torn else words):
            yield 1
            under = f"not signed, under the heading {thread!r}" if thread else "not signed"
            yield Reject(name, place(waiting), under, text[:SNIPPET])

    thread: str | None = None
    above: dict[int, str] = {}
    waiting: list[Piece] = []
    seen: dict[str, int] = {}
    count = 0
    for piece in pieces:
        if piece.hidden:
            yield 1
            yield Reject(name, place([piece]), "words in a link's address", piece.text[:SNIPPET])
            continue
        if piece.heading:
            yield from unsigned(_FEW)
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
        if piece.author and piece.author.count(" ") >= _LONG_NAME:
            yield 1
            yield Reject(name, place([piece]), "prose in the name of a user", piece.text[:SNIPPET])
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
    yield from unsigned(_FEW if whole else 1)


def signed(page: str) -> int:
    """How many times of a page's source stand behind a link to a user."""
    count = 0
    for zone in _ZONE.finditer(page):
        stamp = STAMP.search(page, max(0, zone.start() - _LONGEST_STAMP), zone.end())
        if stamp and USER.search(page, max(0, stamp.start() - _NEAR), stamp.start()):
            count += 1
    return count


def _last_stamp(text: str) -> re.Match[str] | None:
    """The time of a signature, with next to nothing behind it."""
    zones = list(_ZONE.finditer(text)) if "(" in text else []
    last = None
    while zones and last is None:
        zone = zones.pop()
        behind = zones[-1].end() if zones else 0
        begin = behind + len(text[behind : zone.start()].rstrip()) - _LONGEST_STAMP
        last = STAMP.search(text, max(begin, behind), zone.end())
    return last if last is not None and len(_WORDS.findall(text[last.end() :])) < _FEW else None


def _words(piece: Piece, stamp: re.Match[str]) -> str:
    """What is said, without the signature."""
    text = piece.text[: stamp.start()].rstrip(_DASHES)
    for _ in range(_BRACKETS):
        if not text.rstrip().endswith(")"):
            break
        text = _without_brackets(text).rstrip(_DASHES)
    for words in piece.signed[: -_BRACKETS - 1 : -1]:
        if text.lower().endswith(words.lower()):
            text = text[: len(text) - len(words)].rstrip(_DASHES)
    for name in () if piece.signed else (piece.author, *piece.shown[::-1]):
        if name and len(name) < _NAME and text.lower().endswith(name.lower()):
            text = text[: -len(name)].rstrip(_DASHES)
            break
    return text + piece.text[stamp.end() :].rstrip(_DASHES)


def _without_brackets(text: str) -> str:
    """The text without a few words in brackets at its end."""
    begin = text.rfind("(")
    words = text[begin + 1 :].rstrip()[:-1]
    if begin < 0 or not 0 < len(words) <= _LONGEST_STAMP or ")" in words:
        return text
    return text[:begin].rstrip()


def _moment(stamp: str) -> datetime | None:
    found = dated(stamp)
    return found.when if found else None
