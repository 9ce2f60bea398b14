"""A talk page as wikitext: colons and asterisks indent, `[[User:…]]` and a time sign."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING

from moderation.readers.markup import plain
from moderation.readers.records import batches
from moderation.readers.talk.comments import STAMP, Piece, findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.records import Finding
    from moderation.readers.source import Source

_HEADING = re.compile(r"(={2,6})\s*(.+?)\s*\1\s*")
_INDENT = re.compile(r"[:*#]*")
_USER = re.compile(r"\[\[:?[^\[\]|:]{2,30}:([^\[\]|/#]+)(?:[/#][^\[\]|]*)?(?:\|([^\[\]]*))?\]\]")
_LINK = re.compile(r"\[\[:?(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_OUTER = re.compile(r"\[(?:https?:)?//\S+\s+([^\[\]]*)\]")
_TORN_LINK = re.compile(r"\[\[((?:[^\[\]|:\s]++\s++){4}[^\[\]|:]*+:[^\[\]|]*+)\|[^\[\]|]*\]\]")
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
_QUOTES = re.compile(r"'{2,5}")
_SHOWN = itemgetter(1)  # of a link
_SIGNED = 2


def detect(source: Source) -> str | None:
    """Signatures behind links to users, in text that is no HTML."""
    sample = source.sample
    if "[[" not in sample or sample.lstrip("\ufeff \n").startswith("<"):
        return None
    signed = [line for line in sample.splitlines() if STAMP.search(line) and _USER.search(line)]
    headed = any(_HEADING.fullmatch(line) for line in sample.splitlines())
    return "wikitext with signatures" if len(signed) >= _SIGNED - headed else None


def read(source: Source) -> Iterator[Batch]:
    """Batches of a talk page's comments; a heading is a thread."""
    text, notes = source.text()

    def found() -> Iterator[Finding]:
        yield from notes
        whole = text.endswith("\n")
        yield from findings(source.name, source.stem, _pieces(text), _place, whole)

    return batches(found())


def _place(pieces: list[Piece]) -> str:
    return f"lines {pieces[0].line} to {pieces[-1].line}"


def _pieces(text: str) -> Iterator[Piece]:
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        heading = _HEADING.fullmatch(line) if line.startswith("==") else None
        if heading:
            yield Piece(_plain(heading[2]), heading=True)
        elif line.strip():
            prefix = _INDENT.match(line)
            depth = len(prefix[0]) if prefix else 0
            linked = "[[" in line
            users = _USER.findall(line) if linked else []
            author = users[-1][0].strip().replace("_", " ") if users else None
            if linked and (torn := next(filter(None, _TORN_LINK.findall(line)), "")):
                yield Piece(torn, hidden=True, line=number)
            if words := _plain(line[depth:]):
                shown = tuple(_plain(user[1]) for user in users)
                yield Piece(words, depth, author, shown=shown, line=number)


def _plain(text: str) -> str:
    """Wikitext without its markup."""
    for _ in range(3 if "{{" in text else 0):
        text = _TEMPLATE.sub("", text)
    if "[" in text:
        text = _OUTER.sub(_SHOWN, _LINK.sub(_SHOWN, text))
    return plain(_QUOTES.sub("", text) if "''" in text else text).strip()
