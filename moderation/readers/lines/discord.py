"""DiscordChatExporter's plain text: a date and a name on a line, the words below it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from moderation.comments import Reject
from moderation.readers.lines.irc import MONTHS
from moderation.readers.lines.whatsapp import numbered, order_of
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow, batches
from moderation.readers.source import text_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_RULE = re.compile(r"={20,}")
_HEAD = re.compile(
    r"\[(?P<date>[^\[\]]*\d[:.]\d\d[^\[\]]*)\] (?P<who>\S.{0,79}?)(?P<pinned> \(pinned\))?"
)
_NUMBERS = re.compile(
    r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})\D+(\d{1,2})[:.](\d\d)(?:[:.]\d\d)?(.*)"
)
_NAMED = re.compile(r"(\d{1,2})-([A-Z][a-z]{2})-(\d{2,4})(.*)")
_PART = re.compile(r"\{(?:Attachments|Embed|Stickers|Reactions)\}")
_EXPORTED = re.compile(r"Exported [\d.,]+ message\(s\)\s*")
_ABOUT = re.compile(r"(Guild|Channel|Topic|After|Before): (.*)")
_KEPT = 1_000_000  # characters of a message


def detect(source: Source) -> str | None:
    """The rule and the names of the server and the channel that such a file begins with."""
    lines = [line for line in source.sample.lstrip("\ufeff").splitlines()[:5] if line.strip()]
    begins = len(lines) > 2 and _RULE.fullmatch(lines[0]) and lines[1].startswith("Guild: ")
    return "a channel of Discord as text" if begins and "Channel: " in lines[2] else None


def read(source: Source) -> Iterator[Batch]:
    """Batches of the messages."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    heads = (head for _, _, head in _lines(source))
    numbers = [found for head in heads if head and (found := _NUMBERS.match(head["date"]))]
    dates = [(int(found[1]), int(found[2]), int(found[3])) for found in numbers]
    order, sure = order_of(dates, " am" if any("M" in found[6] for found in numbers) else "")
    channel: str | None = None
    head: re.Match[str] | None = None
    words: list[str] = []
    before = True
    for number, line, found in _lines(source):
        if found is None and not before:
            words.append(line)
            continue
        if found is None:
            about = _ABOUT.match(line)
            if about and about[1] == "Channel":
                channel = about[2].strip()
                yield ThreadRow(channel, channel)
            elif line.strip() and not about and not _RULE.match(line):
                yield 1
                yield Reject(source.name, f"line {number}", "before the messages", line[:SNIPPET])
            continue
        if head is not None:
            yield from _message(source, head, words, channel, order)
        head, words, before = found, [], False
    if head is not None:
        yield from _message(source, head, words, channel, order)
    if not sure:
        yield f"{source.name}: days and months of its dates cannot be told apart; days come first"


def _lines(source: Source) -> Iterator[tuple[int, str, re.Match[str] | None]]:
    """The lines of the file by their number, each with its head if a message begins there."""
    blank = True
    for number, line in numbered(text_blocks(source)):
        yield number, line, _HEAD.fullmatch(line.rstrip()) if blank else None
        blank = not line.strip()


def _message(
    source: Source, head: re.Match[str], lines: list[str], channel: str | None, order: str
) -> Iterator[Finding]:
    """A message; what came with it where it has no words, without the reactions to it."""
    parts: dict[str, list[str]] = {"": []}
    part = ""
    for line in lines:
        if _PART.fullmatch(line.strip()):
            part = line.strip()
            parts.setdefault(part, [])
        elif not (_RULE.fullmatch(line.strip()) or _EXPORTED.fullmatch(line)):
            parts[part].append(line)
    said = "\n".join(parts[""]).strip()
    others = [name for name in parts if name not in ("", "{Reactions}")]
    text = said or "\n".join("\n".join(parts[name]).strip() for name in others)
    yield 1
    yield Row(
        text[:_KEPT], None, None, channel, head["who"], _moment(head["date"], order), "message"
    )
    if len(text) > _KEPT:
        yield 1
        yield Reject(source.name, head[0], "the rest of a long message", text[-SNIPPET:])


def _moment(date: str, order: str) -> datetime | None:
    """The date on a message, its three numbers in this order or its month in letters."""
    named = _NAMED.match(date)
    if named and named[2].lower() in MONTHS:
        month = MONTHS.index(named[2].lower()) + 1
        date, order = f"{named[1]}.{month}.{named[3]}{named[4]}", "dmy"
    found = _NUMBERS.match(date)
    if found is None:
        return None
    numbers = (int(found[1]), int(found[2]), int(found[3]))
    year, month, day = (numbers[order.index(letter)] for letter in "ymd")
    hour = int(found[4])
    half = found[6].strip().lower()[:1]
    hour = hour % 12 + 12 * (half == "p") if half in ("a", "p") else hour
    try:
        return datetime(year + 2000 * (year < 100), month, day, hour, int(found[5]), tzinfo=UTC)
    except ValueError:
        return None
