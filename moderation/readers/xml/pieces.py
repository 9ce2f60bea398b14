"""XML dumps cut into records before any parser sees them, so that damage in one reaches no other.

A dump is scanned for the tags that open and close a record; only what stands between them is ever
parsed. Hence a file of any size needs memory for one record, and nothing that a document type
declares is seen: no entity can be expanded, nothing fetched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.records import SNIPPET
from moderation.readers.source import byte_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moderation.readers.source import Source
    from moderation.readers.xml.layout import Fields, Layout

LARGEST = 1 << 26  # bytes of one record; beyond, its end is taken to be lost
LONGEST_TAG = 1 << 16

_CONTROLS = bytes(32 if n < 32 and n not in (9, 10, 13) else n for n in range(256))


class Piece(NamedTuple):
    """One record as it stands in the file, its opening tag included.

    start: its byte offset. whole: False when its end is missing. part: `head` of a record with
    others inside it, which follow; `tail` for what stands between and after those; `stray` for
    what stands in no record and has a record's fields.
    """

    name: str
    start: int
    xml: bytes
    whole: bool = True
    part: str = ""

    @property
    def place(self) -> str:
        """Where the record stands, for messages."""
        return f"bytes {self.start} to {self.start + len(self.xml)}"

    @property
    def shown(self) -> str:
        """Its beginning, for finding it again."""
        return self.xml[: 4 * SNIPPET].decode("utf-8", "replace").strip()[:SNIPPET]

    def rejected(self, source: Source, reason: str) -> Iterator[int | Reject]:
        """One record more that was met, and its reject."""
        yield 1
        yield Reject(source.name, self.place, reason, self.shown)


class Run(NamedTuple):
    """Records that follow one another, all laid out as usual: the fields of each."""

    name: str
    fields: list[Fields]


def pieces(
    source: Source,
    names: tuple[str, ...],
    within: Mapping[str, str | None] | None = None,
    layouts: Mapping[str, Layout] | None = None,
    fields: tuple[str, ...] = (),
    own: tuple[str, ...] = (),
) -> Iterator[Piece | Run | str]:
    """The records called `names` (without prefix) in the file's order, and notes.

    within: which name may stand inside which. `{"comment": "item"}` gives each comment by
    itself, between the head and the tail of its item; `{"thread": None}`: inside another record
    a thread is a part of that record. layouts: how records of a name are usually laid out; those
    that are come as runs. fields: elements that stand in the innermost records alone: elsewhere
    they are what is left of a record whose own tag is damaged, and come as a stray. own: those
    of them that no other record has.
    """
    yield from _Scan(_blocks(source), names, within or {}, layouts or {}, fields, own).pieces()


def _tags(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """The tags that open or close elements of these names, whatever their prefix."""
    return re.compile(rb"</?(?:[A-Za-z_][\w.-]*:)?(?:%s)[\s/>]" % "|".join(names).encode())


class _Scan:
    """A window on the file, and the record that is open in it."""

    def __init__(
        self,
        blocks: Iterator[bytes],
        names: tuple[str, ...],
        within: Mapping[str, str | None],
        layouts: Mapping[str, Layout],
        fields: tuple[str, ...],
        own: tuple[str, ...],
    ) -> None:
        self.blocks, self.within, self.layouts = blocks, within, layouts
        self.field, self.own = (_tags(some) if some else None for some in (fields, own or fields))
        inner = {name for name, around in self.within.items() if around}
        self.holders = inner or {name for name in names if name not in self.within}
        self.free = 0  # offset behind what has been looked through for strays
        name = rb"(?:[A-Za-z_][\w.-]*:)?(" + "|".join(names).encode() + rb")(?=[\s/>])"
        self.token = re.compile(rb"<!\[CDATA\[|<!--|<(/?)" + name)
        self.closing = re.compile(rb"</" + name)
        self.buffer, self.base, self.at, self.ended = b"", 0, 0, False
        self.name, self.start, self.part = "", 0, ""
        self.outer, self.rest = "", b""
        self.known: dict[bytes, tuple[int, int]] = {}  # the end that was found behind a place

    def pieces(self) -> Iterator[Piece | Run]:
        while True:
            token = self.token.search(self.buffer, self.at)
            end = self.end(token) if token else -1
            if token and (end >= 0 or self.ended):
                self.at = end if end >= 0 else token.end()
                if token[2] and end >= 0:
                    yield from self.tag(token, end)
                continue
            if not self.name:
                seen = max(self.at, len(self.buffer) - 256)
                yield from self.strays(max(self.free - self.base, 0), seen)
            elif len(self.buffer) - self.start > LARGEST:
                yield from self.given_up(token.end() if token else len(self.buffer))
            self.at = token.start() if token else max(self.at, len(self.buffer) - 256)
            if not self.more():
                break
        if self.name:
            yield from self.closed(len(self.buffer), whole=False)
        yield from self.strays(max(self.free - self.base, 0), len(self.buffer))

    def given_up(self, end: int) -> Iterator[Piece]:
        """The open record is too long to be one: it ends here."""
        self.at = end
        if self.part == "tail":  # the rest of a record that was cut: passed over
            self.start = end
        else:
            yield from self.closed(end, whole=False)

    def strays(self, start: int, end: int) -> Iterator[Piece]:
        """What is left of a record in this stretch of the window, where none of its name is."""
        self.free = max(self.free, self.base + end)
        field = self.own if self.name else self.field
        if field and start < end and field.search(self.buffer, start, end):
            yield Piece("", self.base + start, self.buffer[start:end], part="stray")

    def closed(self, end: int, whole: bool = True) -> Iterator[Piece]:
        """The open record, which ends here, and strays within it."""
        if self.name not in self.holders:
            yield from self.strays(self.start, end)
        self.free = self.base + end
        yield self.close(end, whole)

    def more(self) -> bool:
        """Read a block, forget what is done with; False at the end, once."""
        if self.ended:
            return False
        block = next(self.blocks, b"")
        self.ended = not block
        done = min(self.at, self.start) if self.name else self.at
        self.buffer = self.buffer[done:] + block
        self.base, self.at, self.start = self.base + done, self.at - done, self.start - done
        return True

    def end(self, token: re.Match[bytes]) -> int:
        """Behind the tag, CDATA section or comment that begins here; -1 = not in the window."""
        if token[2]:
            end = self.buffer.find(b">", token.end(), token.end() + LONGEST_TAG)
            if token[1] and (other := self.buffer.find(b"<", token.end(), max(end, 0))) >= 0:
                return other  # a closing tag that is not closed itself
            return end + 1 if end >= 0 else -1
        mark = b"]]>" if token[0] == b"<![CDATA[" else b"-->"
        end = self.next(mark, token.end())
        if end < 0:
            lost = self.ended or len(self.buffer) - token.start() > LARGEST
            return token.end() if lost else -1
        swallowed = self.closing.search(self.buffer, token.end(), end)
        if swallowed and self.buffer.find(token[0], swallowed.end(), end) >= 0:
            return token.end()  # it never closed: this end belongs to a later section
        return end + 3

    def next(self, mark: bytes, at: int) -> int:
        """Where in the window the next `mark` stands, -1 = nowhere; nothing is searched twice."""
        begun, end = self.known.get(mark, (0, -1))
        begun, end = begun - self.base, end - self.base
        if not begun <= at <= end:
            end = self.buffer.find(mark, at)
            if end < 0:
                if not self.ended:
                    return -1
                end = len(self.buffer) + len(mark)  # nowhere any more
            self.known[mark] = (self.base + at, self.base + end)
        return end if end < len(self.buffer) else -1

    def tag(self, token: re.Match[bytes], end: int) -> Iterator[Piece | Run]:
        name = token[2].decode()
        if token[1]:
            if name == self.name:
                yield from self.closed(end)
            elif name == self.outer:
                yield from self.closed(token.start(), whole=False)
                yield from self.closed(end)
            elif not self.name:
                yield from self.strays(max(self.free - self.base, 0), end)
        elif self.buffer[end - 2 : end] == b"/>":
            if not self.name:
                yield Piece(name, self.base + token.start(), self.buffer[token.start() : end])
        elif not self.name:
            yield from self.strays(max(self.free - self.base, 0), token.start())
            self.open(name, token.start())
            yield from self.laid_out(name)
        elif self.within.get(name) == self.name:
            yield from self.enter(name, token.start())
            yield from self.laid_out(name)
        elif name == self.name or name not in self.within or self.within[name]:
            yield from self.closed(token.start(), whole=False)  # the open one never closed
            if name == self.outer:
                yield from self.closed(token.start(), whole=False)
            self.open(name, token.start())

    def open(self, name: str, start: int) -> None:
        self.name, self.start, self.part = name, start, ""

    def laid_out(self, name: str) -> Iterator[Run]:
        """The record that has just been opened and those behind it, if they are as laid out."""
        layout = self.layouts.get(name)
        fields, at = layout.run(self.buffer, self.start) if layout else ([], 0)
        if fields:
            self.at = at
            self.free = self.base + at
            self.leave(at)
            yield Run(name, fields)

    def enter(self, name: str, start: int) -> Iterator[Piece]:
        """A record begins inside another."""
        yield from self.strays(self.start, start)
        if self.part == "tail":
            self.rest += self.buffer[self.start : start].strip()
        else:
            head = self.buffer[self.start : start]
            tag = head[1 : re.search(rb"[\s/>]", head).start()]  # type: ignore[union-attr]
            yield Piece(self.name, self.base + self.start, head + b"</" + tag + b">", part="head")
        self.outer = self.name
        self.open(name, start)

    def close(self, end: int, whole: bool = True) -> Piece:
        """The open record, which ends here; the one around it is open again."""
        xml = self.buffer[self.start : end]
        if self.part == "tail":
            inner = xml[: xml.rfind(b"</")] if whole else xml
            xml, self.rest = b"<tail>" + self.rest + inner + b"</tail>", b""
        piece = Piece(self.name, self.base + self.start, xml, whole, self.part)
        self.leave(end)
        return piece

    def leave(self, end: int) -> None:
        """The open record ends here; the one around it is open again."""
        self.name, self.start, self.part = self.outer, end, "tail" if self.outer else ""
        self.outer = ""


def _blocks(source: Source) -> Iterator[bytes]:
    """The file as clean UTF-8, never cut within a character.

    Control characters, which XML forbids, become spaces; bytes that are no UTF-8 are taken as
    Windows-1252.
    """
    for whole in byte_blocks(source):
        yield source.decoded(whole).encode().translate(_CONTROLS)
