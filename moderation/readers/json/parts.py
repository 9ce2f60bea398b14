"""A JSON document too large to hold, as several small ones that stand for it.

An export is often one object with a list of all its comments. Beyond LARGE bytes such a document
is given in parts: each has all that stands before the list, and a run of the list's elements.
What stands behind the list comes last, with the list left empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from moderation.readers.json.lenient import loads
from moderation.readers.json.text import BLANK, LONGEST_DOCUMENT, Scanner, opens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

LARGE = 1 << 25  # bytes of a document that is still given whole
PART = 1 << 22  # bytes of elements in one part
SEVERAL = 2  # documents that are given together
TRIES = 3  # to find some, among the brackets that are found at once
_IS_OPEN = np.isin(np.arange(256), list(b"{["))
_BETWEEN = b", \t\r\n"
_CLOSING = {b"{": b"}", b"[": b"]"}


class Part(NamedTuple):
    """A document, or a part of one.

    line, byte: where its own content begins, `lead` bytes into `raw`. path: keys and places down
    to the list whose elements it has. places: offsets in the file of the objects and lists on
    that way; they are in every part of the document. wrong: why it is not whole.
    """

    line: int
    byte: int
    raw: bytes
    lead: int = 0
    path: tuple[str | int, ...] = ()
    places: tuple[int, ...] = ()
    wrong: str = ""
    huge: bool = True

    def place(self, start: int, end: int) -> str:
        """Where a stretch of `raw` stands in the file, for messages."""
        first = max(0, start - self.lead)
        line = self.line + self.raw.count(b"\n", self.lead, self.lead + first)
        return f"line {line}, bytes {self.byte + first} to {self.byte + max(0, end - self.lead)}"


class Run(NamedTuple):
    """Documents that follow one another, with nothing but blanks and commas between them.

    line, byte: where the first begins. starts, ends: where each does, in `raw`.
    """

    line: int
    byte: int
    raw: bytes
    starts: np.ndarray
    ends: np.ndarray
    huge: bool = True

    def documents(self) -> list[bytes]:
        """Each of them."""
        return [
            self.raw[start:end]
            for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        ]

    def between(self) -> bytes:
        """What stands between them."""
        gaps = zip(self.ends[:-1].tolist(), self.starts[1:].tolist(), strict=True)
        return b"".join([self.raw[end:start] for end, start in gaps])

    def parts(self) -> Iterator[Part]:
        """Each as a part of its own."""
        line, at = self.line, 0
        for start, raw in zip(self.starts.tolist(), self.documents(), strict=True):
            line, at = line + self.raw.count(b"\n", at, start), start
            yield Part(line, self.byte + start, raw, huge=self.huge)


@dataclass
class _Bracket:
    """One that is open: where, which, and where the last value within it ended."""

    at: int
    token: bytes
    last: int


@dataclass
class _Split:
    """A list whose elements are given by themselves."""

    depth: int  # brackets open within it
    head: bytes  # the document up to the list's first element
    inner: bytes  # the same from the element of the list around it on
    closing: bytes
    path: tuple[str | int, ...]
    places: tuple[int, ...]


@dataclass
class _Documents:
    """One pass over a file."""

    scanner: Scanner
    stack: list[_Bracket] = field(default_factory=list)
    splits: list[_Split] = field(default_factory=list)
    ready: list[Part | Run] = field(default_factory=list)
    array: bool = False  # the file is one array, its elements the documents
    start: int = -1  # of the open document or element
    around: list[_Bracket] = field(default_factory=list)  # those that are open there
    carried: bytes = b""  # what it began with, where that is given already
    path: tuple[str | int, ...] = ()  # of what is carried
    places: tuple[int, ...] = ()
    run: int = -1  # where the elements begin that wait to be given

    def base(self) -> int:
        """Brackets that are open around a document or element."""
        return self.splits[-1].depth if self.splits else int(self.array)

    def opened(self, at: int, token: bytes) -> None:
        """A bracket opens."""
        if not self.stack and token == b"[" and not self.scanner.seen and opens(self.scanner, at):
            self.array = True
            self.scanner.keep_from(at + 1)
        elif len(self.stack) == self.base() and self.start < 0:
            if not self.splits:
                self.between(at)
            self.start, self.around = at, self.stack[:]
            self.scanner.keep_from(self.run if self.run >= 0 else at)
        self.stack.append(_Bracket(at, token, at + 1))

    def closed(self, at: int) -> None:
        """A bracket closes."""
        end = at + 1
        if not self.stack:  # one too many
            self.between(at)
            self.scanner.keep_from(end)
            return
        self.stack.pop()
        if self.stack:
            self.stack[-1].last = end
        if self.splits and len(self.stack) < self.base():
            self.give(at)
            self.leave(end)
        elif len(self.stack) == self.base() and self.start >= 0:
            self.ended(end)
        elif self.array and not self.stack:
            self.between(at)
            self.array = False
            self.scanner.keep_from(end)
            self.scanner.seen = True

    @property
    def is_between(self) -> bool:
        """Whether no document is open, nor one that is given in parts."""
        return self.start < 0 and not self.splits and len(self.stack) == self.base()

    def many(self, places: list[int]) -> int:
        """Take the documents that begin and end with these brackets; how many brackets they have.

        None where anything but blanks and commas stands between them.
        """
        scanner = self.scanner
        if not self.array and not scanner.seen and scanner.token(places[0]) != b"{":
            return 0
        brackets = np.array(places)
        opens = _IS_OPEN[scanner.bytes_at(brackets)]
        depths = np.cumsum(np.where(opens, 1, -1))
        last = np.flatnonzero(depths < 0)[:1]
        closing = np.flatnonzero(depths[: last[0] if len(last) else None] == 0)
        if len(closing) < SEVERAL:
            return 0
        starts = brackets[np.concatenate([[0], closing[:-1] + 1])]
        ends = brackets[closing] + 1
        first, end = int(starts[0]), int(ends[-1])
        raw = scanner.cut(first, end)
        run = Run(scanner.line(first), first, raw, starts - first, ends - first, scanner.huge)
        if (scanner.kept(first) + run.between()).strip(BLANK):
            return 0
        self.ready.append(run)
        scanner.keep_from(end)
        scanner.seen = True
        return int(closing[-1]) + 1

    def ended(self, end: int) -> None:
        """The open document or element is whole."""
        if not self.splits:
            raw = self.carried + self.scanner.cut(self.start, end)
            self.add(self.start, raw, len(self.carried), self.path, self.places)
            self.carried, self.path, self.places = b"", (), ()
            self.scanner.keep_from(end)
            self.scanner.seen = True
        elif self.carried:
            split = self.splits[-1]
            head = split.head + self.carried
            raw = head + self.scanner.cut(self.start, end) + split.closing
            self.add(self.start, raw, len(head), self.path, self.places)
            self.carried, self.path, self.places = b"", (), ()
            self.run = end
            self.scanner.keep_from(end)
        elif end - self.run >= PART:
            self.give(end)
            self.run = end
            self.scanner.keep_from(end)
        self.start = -1

    def give(self, end: int) -> None:
        """The elements that wait, up to here."""
        split = self.splits[-1]
        run = self.scanner.cut(self.run, end)
        raw = run.lstrip(_BETWEEN)
        start = self.run + len(run) - len(raw)
        if raw := raw.rstrip(_BETWEEN):
            whole = split.head + raw + split.closing
            self.add(start, whole, len(split.head), split.path, split.places)

    def leave(self, end: int) -> None:
        """The list ends: the document around it goes on."""
        split = self.splits.pop()
        self.carried, self.path, self.places = split.inner + b"]", split.path, split.places
        self.start, self.around, self.run = end, self.stack[:], -1
        self.scanner.keep_from(end)
        if len(self.stack) == self.base():  # the list was an element itself
            self.ended(end)

    def relieved(self) -> bool:
        """Split the open document at its outermost open list. False where it has none."""
        if self.start < 0:
            return False
        self.look_closely()
        base = self.base()
        lists = (k for k in range(base, len(self.stack)) if self.stack[k].token == b"[")
        k = next(lists, -1)
        if k < 0:
            return False
        if self.splits and self.run < self.start and not self.carried:
            self.give(self.start)
        list_ = self.stack[k]
        inner = self.carried + self.scanner.cut(self.start, list_.at + 1)
        around = self.splits[-1] if self.splits else None
        head = (around.head if around else b"") + inner
        opened = self.stack[base : k + 1]
        closing = b"".join(_CLOSING[bracket.token] for bracket in reversed(opened))
        closing += around.closing if around else b""
        try:
            path = _way(loads(head + closing))
        except ValueError:
            return False
        places = tuple(array.at for array in self.stack[int(self.array) : k + 1])
        self.splits.append(_Split(k + 1, head, inner, closing, path, places))
        self.carried, self.path, self.places = b"", (), ()
        self.enter(list_)
        self.start = self.stack[k + 1].at if len(self.stack) > k + 1 else -1
        self.around = self.stack[: k + 1]
        return True

    def limit(self) -> int:
        """How deep brackets count: those of documents and elements, and what is around them."""
        return max(1, self.base(), len(self.stack) - 1)

    def look_closely(self) -> None:
        """Take note of all brackets that are open within the open document or element."""
        self.stack = self.around[:]
        for at, token in self.scanner.brackets_from(self.start):
            if token in b"{[":
                self.stack.append(_Bracket(at, token, at + 1))
            elif self.stack:
                self.stack.pop()
                if self.stack:
                    self.stack[-1].last = at + 1

    def enter(self, list_: _Bracket) -> None:
        """The elements of a list are given by themselves from here on, those that are whole now."""
        self.run = list_.at + 1
        if list_.last > self.run:
            self.give(list_.last)
            self.run = list_.last
        self.scanner.keep_from(self.run)

    def add(
        self,
        at: int,
        raw: bytes,
        lead: int = 0,
        path: tuple[str | int, ...] = (),
        places: tuple[int, ...] = (),
        wrong: str = "",
    ) -> None:
        """A document, or a part of one; its own content begins at this offset."""
        line, huge = self.scanner.line(at), self.scanner.huge
        self.ready.append(Part(line, at, raw, lead, path, places, wrong, huge))

    def between(self, at: int) -> None:
        """What stands between two documents becomes one of its own, for the caller to reject."""
        for filler in self.scanner.between(at):
            self.add(filler.byte, filler.raw)

    def finish(self) -> None:
        """At the end of the file, or where it is not read on."""
        scanner = self.scanner
        if scanner.overlong:
            begin = max(self.start, scanner.base)
            why = f"longer than {LONGEST_DOCUMENT:,} bytes"
            self.add(begin, scanner.cut(begin, begin + 200), wrong=why)
        elif self.start >= 0 or self.splits:
            split = self.splits[-1] if self.splits else None
            head = split.head if split else b""
            begin = self.run if self.run >= 0 else max(self.start, 0)
            rest = scanner.cut(begin, scanner.end)
            head += self.carried
            own = rest if self.carried else rest.lstrip(_BETWEEN)
            begin += len(rest) - len(own)
            way = (
                (split.path, split.places)
                if split and not self.carried
                else (self.path, self.places)
            )
            why = "the file ends within this record"
            self.add(begin, head + own, len(head), *way, why)
        else:
            self.between(scanner.end)


def parts(stream: BinaryIO) -> Iterator[Part]:
    """The documents of a file one by one; see `runs`."""
    for one in runs(stream):
        if isinstance(one, Run):
            yield from one.parts()
        else:
            yield one


def runs(stream: BinaryIO) -> Iterator[Part | Run]:
    """The documents of a file: the elements of its array, or objects one after another.

    Those that follow one another come together. Those of more than LARGE bytes come in parts.
    Memory is bounded by the larger of LARGE and, where a document has no list, LONGEST_DOCUMENT.
    """
    scanner = Scanner(stream, LONGEST_DOCUMENT)
    documents = _Documents(scanner)
    scanner.relief, scanner.large = documents.relieved, LARGE
    scanner.limit = documents.limit
    for value in scanner.lost():
        documents.add(value.byte, value.raw)
    for places in scanner.bracket_lists():
        at = tries = 0
        while at < len(places):
            met = 0
            if tries < TRIES and documents.is_between:
                met = documents.many(places[at:])
                tries += 1
            if met:
                at += met
            else:
                place, token = places[at], scanner.token(places[at])
                at += 1
                if token in b"{[":
                    documents.opened(place, token)
                else:
                    documents.closed(place)
            if documents.ready:
                yield from documents.ready
                documents.ready = []
    documents.finish()
    yield from documents.ready


def _way(root: Any) -> tuple[str | int, ...]:
    """Keys and places down to the list at the end of a document that is cut there."""
    way: list[str | int] = []
    node = root
    while node:
        key = next(reversed(node)) if isinstance(node, dict) else len(node) - 1
        way.append(key)
        node = node[key]
    return tuple(way)


def on_the_way(root: Any, part: Part) -> dict[int, int]:
    """The `id` of each object and list down to the part's list: its offset in the file."""
    node, places = root, {}
    for place, key in zip(part.places, (*part.path, None), strict=True):
        places[id(node)] = place
        node = node[key] if key is not None else None
    return places
