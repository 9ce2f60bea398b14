"""Movable Type's export (also TypePad's, Six Apart's and many a converter's) to comments.

Lines: `KEY: value` heads, `-----` between sections, `--------` between entries. Comments have
neither ids nor parents: they are numbered, and all stand at the top level.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.comments import Reject
from moderation.readers.markup import plain
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow, batches
from moderation.readers.source import text_blocks
from moderation.readers.values import when

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_HEAD = re.compile(r"([A-Z][A-Z ]*[A-Z]):[ \t]*(.*)")
_START = re.compile(r"\s*(?:AUTHOR|TITLE|BASENAME|STATUS|DATE|UNIQUE URL): ?.*\n")
_SECTION = re.compile(r"^(?:BODY|EXTENDED BODY|COMMENT|PING):[ \t]*$", re.MULTILINE)
_INNER = re.compile(
    r"^-{5}[ \t]*\n(?:COMMENT|PING):[ \t]*\n(?:AUTHOR|EMAIL|TITLE|DATE|IP|URL|BLOG NAME):",
    re.MULTILINE,
)
_ENTRY = re.compile(r"^-{8}[ \t]*\n", re.MULTILINE)
_LAST_ENTRY = re.compile(r"^-{8}[ \t]*(?:\n|\Z)", re.MULTILINE)
_HYPHENS = re.compile(r"^-{5}[ \t]*(?:\n|\Z)", re.MULTILINE)
BARE = 10_000  # threads without comments that are held until one has some
LARGEST = 1 << 26  # characters of one entry; a longer one is cut there
_ENTRY_SECTIONS = frozenset({"BODY", "EXTENDED BODY", "EXCERPT", "KEYWORDS", "TAGS"})
_LOST = re.compile(
    r"^(?:COMMENT:|PING:|EMAIL: .*|IP: .*)[ \t]*$|^-{4,}\S"
    r"|(?:\d:\d\d:\d\d|(?<![\d:])(?::\d\d(?::\d\d)?|00?)|[^\W\d_]\d\d?(?::\d\d)?) [AP]M$",
    re.MULTILINE,
)
"""What begins a comment, or what is left of one; its date may have lost its beginning."""
_SENTENCE = re.compile(r"^(?:[^\s,;]+ ){7,}[^\s,;]+[.!?]$|^-{3,}", re.MULTILINE)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_LONGEST = {"AUTHOR": 7, "DATE": 4, "IP": 4, "EMAIL": 4, "STATUS": 4}
_LONGEST |= {"CONVERT BREAKS": 2, "ALLOW COMMENTS": 2, "ALLOW PINGS": 2, "NO ENTRY": 2}
"""Words that a head has at most."""
_COMMENT_KEYS = frozenset({"AUTHOR", "EMAIL", "IP", "URL", "DATE", "TITLE", "BLOG NAME"})


def detect(source: Source) -> str | None:
    """Heads of an entry, then a line of five hyphens, then a section."""
    start = _lines(source.sample)
    if _START.match(start) and "\n-----\n" in start and _SECTION.search(start):
        return "Movable Type export: KEY: value lines, sections between lines of hyphens"
    if _INNER.search(start):
        return "Movable Type export without its beginning: sections of comments between hyphens"
    return None


def read(source: Source) -> Iterator[Batch]:
    """Batches of a Movable Type export; a thread is named by its basename, address or number."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    """Comments and their threads; of a file without any comment, all its threads."""
    line, count = 1, 0
    bare: list[ThreadRow] = []
    for number, entry in enumerate(_entries(text_blocks(source)), 1):
        if entry.strip():
            thread, records = _entry(source, entry, number, line)
            count += len(records)
            yield len(records)
            if records:
                yield thread
                yield from _numbered(records, thread.thread_id)
            elif not count and len(bare) < BARE:
                bare.append(thread)
        line += entry.count("\n") + 1
    if not count:  # a comment may have run into one of them
        yield from bare


def _entries(blocks: Iterable[str]) -> Iterator[str]:
    """The entries of a file, with bare newlines; memory for one, of at most LARGEST."""
    pending, carried = "", ""
    for block in blocks:
        text = carried + block
        carried = "\r" * text.endswith("\r")  # its newline may come with the next block
        pending += _lines(text[: len(text) - len(carried)])
        *entries, pending = _ENTRY.split(pending)
        yield from entries
        if len(pending) > LARGEST:
            yield pending
            pending = ""
    yield from _LAST_ENTRY.split(pending + carried.replace("\r", "\n"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _entry(
    source: Source, entry: str, number: int, line: int
) -> tuple[ThreadRow, list[Row | Reject]]:
    """An entry's thread and comments. line: of the file, on which the entry begins."""
    first, *sections = _HYPHENS.split(entry)
    heads, behind = _heads(first, None)
    body: list[str] = []
    records: list[Row | Reject] = []
    if behind.strip() or _has_prose(heads) or " " in heads.get("BASENAME", ""):
        records.append(_unread(source, first, line, "text among an entry's heads"))
    at = line + first.count("\n") + 1
    for section in sections:
        text, section_records = _section(source, section, at)
        body += [text] if text is not None else []
        if text and text.strip() and records:
            records.append(_unread(source, section, at, "a text of the entry behind its comments"))
        records += section_records
        at += section.count("\n") + 1
    thread = heads.get("BASENAME") or heads.get("UNIQUE URL") or f"{source.stem} {number}"
    broken = heads.get("CONVERT BREAKS", "0") not in ("0", "", "richtext")
    article = "\n\n".join(filter(None, (plain(part, newlines=broken) for part in body)))
    title = plain(heads.get("TITLE")) or None
    return ThreadRow(thread, title, article or None, heads.get("UNIQUE URL") or None), records


def _numbered(records: list[Row | Reject], thread: str | None) -> Iterator[Row | Reject]:
    """The records, the comments among them with the thread's name and their number in it."""
    count = 0
    for record in records:
        if isinstance(record, Row):
            count += 1
            record.id, record.thread_id = str(count), thread
        yield record


def _section(source: Source, section: str, at: int) -> tuple[str | None, list[Row | Reject]]:
    """What a section adds to the article, and its comment or what could not be read of it."""
    name, _, rest = section.lstrip("\n").partition("\n")
    key, _, first = (part.strip() for part in name.partition(":"))
    rest = f"{first}\n{rest}" if first else rest  # the line's end is gone
    if key in ("COMMENT", "PING"):
        return None, _commented(source, section, rest, key, at)
    if key not in _ENTRY_SECTIONS:
        unknown = bool(_heads(section, None)[1].strip())
        what = f"a section {name.strip()[:40]!r}"
        return None, [_unread(source, section, at, what)] if unknown else []
    lost = _LOST.search(rest)
    if not lost and key in ("KEYWORDS", "TAGS"):
        lost = _SENTENCE.search(rest)
    text = rest[: lost.start()] if lost else rest
    what = f"a comment within the section {key}"  # the hyphens before it are gone
    rejects: list[Row | Reject] = [_unread(source, section, at, what)] if lost else []
    return text if key in ("BODY", "EXTENDED BODY") else None, rejects


def _commented(source: Source, section: str, text: str, key: str, at: int) -> list[Row | Reject]:
    """The comment of a section, with a reject where its heads hold a text or break off."""
    heads, behind = _heads(text, _COMMENT_KEYS)
    records = [_comment(source, heads, behind, key, at)]
    if _has_prose(heads) or " " in heads.get("EMAIL", "").strip():
        records.append(_unread(source, section, at, "a comment's heads with a text in them"))
    elif heads and not heads.get("DATE") and not behind.strip():
        records.append(_unread(source, section, at, "a comment that ends within its heads"))
    return records


def _has_prose(heads: dict[str, str]) -> bool:
    """Whether a head holds what should stand below."""
    date = heads.get("DATE", "")
    if any(len(text) > 3 * most and _words(text) > most for text, most in _limited(heads)):
        return True
    return _words(date) > 1 and when(date) is None


def _limited(heads: dict[str, str]) -> list[tuple[str, int]]:
    return [(text, _LONGEST[key]) for key, text in heads.items() if key in _LONGEST]


def _words(text: str) -> int:
    return len(_WORDS.findall(text)) if text else 0


def _unread(source: Source, section: str, line: int, what: str) -> Reject:
    lines = section.rstrip("\n").count("\n")
    why = f"{what}, which no export has"
    return Reject(source.name, f"lines {line} to {line + lines}", why, section.strip()[:SNIPPET])


def _heads(section: str, known: frozenset[str] | None) -> tuple[dict[str, str], str]:
    """The `KEY: value` lines at the beginning, and the rest."""
    heads: dict[str, str] = {}
    rest = section.lstrip("\n")
    while True:
        line, _, after = rest.partition("\n")
        head = _HEAD.fullmatch(line)
        if not head or (known and head[1] not in known) or (head[1] in heads and known):
            return heads, rest
        heads.setdefault(head[1], head[2].strip())
        rest = after


def _comment(source: Source, heads: dict[str, str], text: str, key: str, line: int) -> Row | Reject:
    if not heads and not text.strip():
        return Reject(source.name, f"line {line}", f"an empty {key} section")
    return Row(
        plain(text, newlines=True),
        author=heads.get("BLOG NAME") if key == "PING" else plain(heads.get("AUTHOR")) or None,
        created_at=when(heads.get("DATE")),
        kind="trackback" if key == "PING" else "comment",
        status="approved",
        url=heads.get("URL") if key == "PING" else None,
    )
