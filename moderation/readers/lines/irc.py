"""Logs of IRC as its usual clients write them: a time, who speaks, and the words, on a line each.

irssi, WeeChat, ZNC, HexChat, mIRC, dircproxy, Supybot and bots that write as it does.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.lines.whatsapp import numbered
from moderation.readers.records import SNIPPET, Finding, Row, batches
from moderation.readers.source import text_blocks
from moderation.readers.values import when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_CLOCK = r"(?P<clock>[012]\d:[0-5]\d(?::[0-5]\d)?)"
_DAY = r"(?P<day>\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]{2}|[A-Z][a-z]{2} \d{1,2})"
_LINE = re.compile(
    rf"\s*\[?(?:{_DAY}[ T])?{_CLOCK}(?P<zone>Z|[+-]\d\d:?\d\d)?\]?(?P<gap>\s+)(?P<rest>\S.*)"
)
_SAID = re.compile(r"<[\s@+%&~]*(?P<who>[^\s<>!]+)(?P<host>![^\s<>]*)?>(?:\s(?P<text>.*))?")
_DID = re.compile(r"\*\s+(?P<who>[^\s*]+)\s(?P<text>.*)")
_NOTICE = re.compile(r"(?:\*{2,3}|-!-|-->|<--|--|={3}|\*\t|-[^\s-]+-)\s*(?P<text>.*)")
_CLIENT = frozenset(["Now", "Topic", "You", "Disconnected", "Attempting", "Set", "Retrieving"])
_CAME = re.compile(
    r"\([^()\s]*[@!][^()\s]*\) |has (?:joined|left|quit)\b|is now known as |sets? mode |was kicked "
    r"|(?:has )?change[sd] (?:the )?topic "
)
_WEECHAT = re.compile(r"(?P<who>[^\t]*)\t(?P<text>.*)")
_WEECHAT_SIGNS = frozenset(["-->", "<--", "--", "=!=", ""])
_DATE = (
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2})\s+(?P<number>\d{1,2})(?: [\d:]{5,8})? (?P<year>\d{4})"
)
_OPENED = re.compile(
    rf"(?:--- (?:Log opened|Day changed|Log closed)|\*{{4}} (?:BEGIN|ENDING) LOGGING AT|"
    rf"Session (?:Start|Time|Close):) {_DATE}|Session Ident: \S+"
)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_IN_NAME = re.compile(r"(\d{4})-?([01]\d)-?([0-3]\d)(?!\d)")
_MOST = 0.6  # of the lines
_LOOKED_AT = 200
UNDATED = "its lines say the hour, not the day: they have no time"


class _Message(NamedTuple):
    """What a line says. who: None where nobody speaks."""

    day: str | None
    clock: str
    zone: str
    who: str | None
    text: str


def detect(source: Source) -> str | None:
    """Most lines begin with a time and have a name in angle brackets, or WeeChat's columns."""
    lines = [line for line in source.sample.splitlines()[:_LOOKED_AT] if line.strip()]
    heads = [line for line in lines if not _OPENED.fullmatch(line.rstrip())]
    found = [message for message in map(_message, heads) if message]
    spoken = sum(message.who is not None for message in found)
    opened = len(heads) < len(lines)
    enough = len(found) >= 2 and len(found) > _MOST * len(heads) and spoken > 0
    signed = opened or any("<" in line for line in heads) or _has_joins(heads)
    return "lines of IRC: time, name, words" if enough and signed else None


def _has_joins(lines: list[str]) -> bool:
    return any("\t-->\t" in line or "\t<--\t" in line or "\t--\t" in line for line in lines)


def read(source: Source) -> Iterator[Batch]:
    """Batches of what was said; who came and went is of the kind `service`."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    today = _in_name(source.stem)
    undated = False
    for number, line in numbered(text_blocks(source)):
        opened = _OPENED.fullmatch(line.rstrip())
        if opened or not line.strip():
            today = _dated(opened) or today if opened else today
            continue
        message = _message(line)
        yield 1
        if message is None:
            yield Reject(source.name, f"line {number}", "no line of IRC", line[:SNIPPET])
            continue
        moment = _moment(message, today)
        undated = undated or moment is None
        yield Row(
            message.text.strip(),
            author=message.who,
            created_at=moment,
            kind="service" if message.who is None else "message",
        )
    if undated:
        yield f"{source.name}: {UNDATED}"


def _message(line: str) -> _Message | None:
    head = _LINE.fullmatch(line.rstrip("\r\n"))
    if head is None:
        return None
    rest = head["rest"]
    about = head["day"], head["clock"], head["zone"] or ""
    if found := _SAID.fullmatch(rest):
        said = found["text"] or ""
        identified = found["host"] and said[:1] in ("+", "-")  # dircproxy's sign before the words
        return _Message(*about, found["who"], said[1:] if identified else said)
    in_columns = head["gap"] == "\t" or "\t" in rest
    if in_columns and (found := _WEECHAT.fullmatch(rest)) and " " not in found["who"].strip():
        return _of_columns(about, found["who"].strip(), found["text"])
    if found := _NOTICE.fullmatch(rest):
        return _Message(*about, None, found["text"])
    found = _DID.fullmatch(rest)
    return _of_deed(about, found["who"], found["text"]) if found else None


def _of_deed(about: tuple[str | None, str, str], who: str, deed: str) -> _Message:
    """What somebody does, or what a client says of him, or of itself."""
    if who in _CLIENT or _CAME.match(deed):
        return _Message(*about, None, f"{who} {deed}")
    return _Message(*about, who, deed)


def _of_columns(about: tuple[str | None, str, str], who: str, text: str) -> _Message:
    """A line of WeeChat, or one of HexChat's notices and actions: `*`, a tab, who does what."""
    if who in _WEECHAT_SIGNS:
        return _Message(*about, None, text)
    if who == "*":
        doer, _, deed = text.partition(" ")
        return _of_deed(about, doer, deed)
    return _Message(*about, who.lstrip("@+%&~!"), text)


def _moment(message: _Message, today: date | None) -> datetime | None:
    """When it was said: by the day on the line, else the one of the lines above it."""
    day = message.day or ""
    if "-" in day:
        return when(f"{day}T{message.clock}{message.zone}")
    if day and today:
        words = day.split()
        month, number = words if words[1].isdigit() else words[::-1]
        today = _date(str(today.year), month, number)
    hours, minutes, seconds = map(int, f"{message.clock}:00".split(":")[:3])
    return datetime.combine(today, time(hours % 24, minutes, seconds), UTC) if today else None


def _dated(opened: re.Match[str]) -> date | None:
    """The day in `Mon Jan 01 10:00:00 2024`."""
    year = opened["year"]
    return _date(year, opened["month"], opened["number"]) if year else None


def _in_name(stem: str) -> date | None:
    """The day that stands in the name of a log."""
    found = _IN_NAME.search(stem)
    return _date(*found.groups()) if found else None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        number = int(month) if month.isdigit() else MONTHS.index(month.lower()) + 1
        return date(int(year), number, int(day))
    except ValueError:
        return None
