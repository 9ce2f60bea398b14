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
_USER = re.compile(
    r"\[\[:?([^\[\]|:]{2,30}:([^\[\]|/#]+)(?:[/#]([^\[\]|]*))?)(?:\|([^\[\]]*))?\]\]"
)
_LINK = re.compile(r"\[\[:?(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_OUTER = re.compile(r"\[(?:https?:)?//\S+\s+([^\[\]]*)\]")
_TORN_LINK = re.compile(r"\[\[((?:[^\[\]|:\s]++\s++){4}[^\[\]|:]*+:[^\[\]|]*+)\|[^\[\]|]*\]\]")
_UNSIGNED = re.compile(  # what stands in for a signature: a template, or its text in small print
    r"\{\{\s*(?:subst:)?\s*(?:un-?signed\w*|unsignedip2?|non signé|unsigniert|nicht signiert|"
    r"ungezeichnet|sin firmar|não assinado|senza firma|без подписи|署名なし|未署名)\s*"
    r"\|([^{}|]*)(?:\|([^{}|]*))?[^{}]*\}\}",
    re.IGNORECASE,
)
_SMALL = re.compile(r"(?i)<(small|span)\b[^<>]*>(?=(?:(?!<\1\b).)*$)")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){3,7}")
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
_QUOTES = re.compile(r"'{2,5}")
_SHOWN = itemgetter(1)  # of a link
_SIGNED = 2


def detect(source: Source) -> str | None:
    """Signatures behind links to users, in text that is no HTML."""
    sample = source.sample
    if "[[" not in sample or sample.lstrip("\ufeff \n").startswith("<"):
        return None
    return "wikitext with signatures" if is_talk(sample) else None


def is_talk(text: str) -> bool:
    """Whether people have signed in this text."""
    lines = text.splitlines()
    signed = sum(bool(STAMP.search(line) and _USER.search(line)) for line in lines)
    return signed >= _SIGNED - any(map(_HEADING.fullmatch, lines))


def read(source: Source) -> Iterator[Batch]:
    """Batches of a talk page's comments; a heading is a thread."""
    text, notes = source.text()

    def found() -> Iterator[Finding]:
        yield from notes
        whole = text.endswith("\n")
        yield from findings(source.name, source.stem, pieces(text), _place, whole)

    return batches(found())


def _place(some: list[Piece]) -> str:
    return f"lines {some[0].line} to {some[-1].line}"


def pieces(text: str) -> Iterator[Piece]:
    """The lines of a page's source."""
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        heading = _HEADING.fullmatch(line) if line.startswith("==") else None
        if heading:
            yield Piece(_plain(heading[2]), heading=True)
        elif line.strip():
            prefix = _INDENT.match(line)
            depth = len(prefix[0]) if prefix else 0
            line, users = _signed(line)
            author = users[-1][0] if users else None
            if "[[" in line and (torn := next(filter(None, _TORN_LINK.findall(line)), "")):
                yield Piece(torn, hidden=True, line=number)
            if words := _plain(line[depth:]):
                own = tuple(label for name, label in users if name == author and label)
                yield Piece(words, depth, author, signed=own, line=number)


def _signed(line: str) -> tuple[str, list[tuple[str, str]]]:
    """A line without what says that it was not signed, and its links to users with their words."""
    if "{{" in line:
        line = _UNSIGNED.sub(_as_signature, line)
    for small in _SMALL.finditer(line) if "<" in line else ():
        end = line[small.end() :]
        stamp = STAMP.search(end)
        linked = _linked(end[: stamp.start()]) if stamp else []
        if stamp and linked and line[: small.start()].strip():
            line = f"{line[: small.start()]} [[User:{linked[-1][0]}]] {stamp[0]}"
            break
    return line, _linked(line)


def _as_signature(template: re.Match[str]) -> str:
    """What a template says of who wrote and when, as a signature says it."""
    about = [part or "" for part in template.groups()]
    stamp = next((part for part in about if STAMP.search(part)), "")
    name = next((part.strip() for part in about if part and part != stamp), "")
    return f" [[User:{name}]] {stamp}" if stamp and name else template[0]


def _linked(text: str) -> list[tuple[str, str]]:
    """Whose pages are linked to, and the words of the links; of contributions, whose they are."""
    links = list(_USER.finditer(text)) if "[[" in text else []
    names = {link[2].strip() for link in links}
    found = []
    for link in links:
        below = (link[3] or "").strip()
        name = below if _ADDRESS.fullmatch(below) or below in names else link[2].strip()
        found.append((name.replace("_", " "), _plain(link[4] or link[1])))
    return found


def _plain(text: str) -> str:
    """Wikitext without its markup."""
    for _ in range(3 if "{{" in text else 0):
        text = _TEMPLATE.sub("", text)
    if "[" in text:
        text = _OUTER.sub(_SHOWN, _LINK.sub(_SHOWN, text))
    return plain(_QUOTES.sub("", text) if "''" in text else text).strip()
