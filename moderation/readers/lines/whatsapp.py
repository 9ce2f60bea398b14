"""WhatsApp's chat as text: a message a line, its date as the phone writes dates."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.records import SNIPPET, Finding, Row, batches
from moderation.readers.source import text_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_HEAD = re.compile(
    r"[\u200e\u200f\ufeff]*\[?(\d{1,4})[./-](\d{1,2})[./-](\d{1,4}),?[\s\u202f]+"
    r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?:[\s\u202f]*([AaPp])\.?\s?[Mm]\.?)?\]?(?:\s[-–])?\s(.*)"
)
_NAMED = re.compile(r"[\u200e\u200f]*([^:\"“”„«»]{1,80}?): ?(.*)", re.DOTALL)
_DELETED = re.compile(
    r"(this message was|you) deleted( this message)?|diese nachricht wurde gelöscht|"
    r"du hast diese nachricht gelöscht|se eliminó este mensaje|eliminaste este mensaje|"
    r"mensagem apagada|você apagou esta mensagem|ce message a été supprimé|"
    r"questo messaggio è stato eliminato|данное сообщение удалено|вы удалили данное сообщение|"
    r"dit bericht is verwijderd|bu mesaj silindi|pesan ini telah dihapus",
    re.IGNORECASE,
)
_BY_SIZE = (  # place of a number in a date, what it exceeds, and the order that this shows
    (0, 31, "ymd"),
    (0, 12, "dmy"),
    (1, 12, "mdy"),
)
_SURE = 2  # lines that begin as messages do
_MOST = 0.3  # of lines, where the first is none
_KEPT = 1_000_000  # characters of a message


class _Message(NamedTuple):
    """A line with a date, and those behind it without."""

    line: int
    first: int
    second: int
    third: int
    hour: int
    minute: int
    seconds: int
    rest: str


def detect(source: Source) -> str | None:
    """The first line begins with a date and a time, and most others do so too."""
    lines = [line for line in source.sample.splitlines()[:200] if line.strip()]
    heads = [head for head in map(_HEAD.match, lines) if head]
    named = [head for head in heads if _NAMED.fullmatch(head[8])]
    enough = lines and _HEAD.match(lines[0]) and (len(heads) >= _SURE or len(lines) == 1)
    enough = enough or (len(heads) >= _SURE and len(named) > _MOST * len(lines))
    return "lines of a chat: date, time, name" if enough and named else None


def read(source: Source) -> Iterator[Batch]:
    """Batches of the messages; lines of the system are of the kind `service`."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    order, sure = _order(source)
    for message in _messages(source):
        yield 1
        yield message if isinstance(message, Reject) else _row(message, order)
    if not sure:
        yield f"{source.name}: days and months of its dates cannot be told apart; days come first"


def _row(message: _Message, order: str) -> Row:
    named = _NAMED.fullmatch(message.rest)
    text = (named[2] if named else message.rest).replace("\u200e", "").strip()
    deleted = named is not None and len(text) < 60 and bool(_DELETED.match(text))
    return Row(
        text,
        author=named[1].strip("~\u202f\xa0 ") if named else None,
        created_at=_moment(message, order),
        kind="message" if named else "service",
        status="deleted" if deleted else "unknown",
    )


def _moment(message: _Message, order: str) -> datetime | None:
    numbers = (message.first, message.second, message.third)
    year = numbers[order.index("y")]
    try:
        return datetime(
            year + 2000 * (year < 100),
            numbers[order.index("m")],
            numbers[order.index("d")],
            message.hour,
            message.minute,
            message.seconds,
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _order(source: Source) -> tuple[str, bool]:
    """What the three numbers of a date are, and whether that is sure."""
    heads = filter(None, map(_HEAD.match, _lines(text_blocks(source))))
    dates = [(int(head[1]), int(head[2]), int(head[3])) for head in heads]
    for place, limit, order in _BY_SIZE:
        if any(date[place] > limit for date in dates):
            return order, True
    back = {order: _steps_back(dates, order) for order in ("dmy", "mdy")}
    if back["dmy"] != back["mdy"]:
        return min(back, key=lambda order: back[order]), True
    same = all(date[0] == date[1] for date in dates)
    sample = source.sample.lower()
    return ("mdy" if " am" in sample or " pm" in sample else "dmy"), same


def _steps_back(dates: list[tuple[int, int, int]], order: str) -> int:
    """How many messages would be older than the one before, with the dates in this order."""
    keys = [(date[2], date[order.index("m")], date[order.index("d")]) for date in dates]
    return sum(later < earlier for earlier, later in pairwise(keys))


def _messages(source: Source) -> Iterator[_Message | Reject]:
    """The messages with the lines that continue them; what stands before the first is a reject."""
    number, pending, lines = 0, None, []
    for line in _lines(text_blocks(source)):
        number += 1
        head = _HEAD.match(line)
        if head is None:
            if pending is not None or line.strip():
                lines.append(line)
            continue
        yield from _ended(source, pending, lines, number)
        pending, lines = _message(head, number), []
    yield from _ended(source, pending, lines, number)


def _ended(
    source: Source, pending: _Message | None, lines: list[str], number: int
) -> Iterator[_Message | Reject]:
    if pending is not None and not lines and len(pending.rest) <= _KEPT:
        yield pending
    elif pending is not None:
        rest = "\n".join([pending.rest, *lines])
        yield pending._replace(rest=rest[:_KEPT])
        if len(rest) > _KEPT:
            yield Reject(
                source.name, f"line {pending.line}", "the rest of a long message", rest[-SNIPPET:]
            )
    elif lines:
        text = "\n".join(lines)
        place = f"lines 1 to {max(1, number - 1)}"
        yield Reject(source.name, place, "stands before the first message", text[:SNIPPET])


def _message(head: re.Match[str], number: int) -> _Message:
    hour = int(head[4])
    if head[7]:
        hour = hour % 12 + 12 * (head[7] in "pP")
    return _Message(
        number,
        int(head[1]),
        int(head[2]),
        int(head[3]),
        hour,
        int(head[5]),
        int(head[6] or 0),
        head[8],
    )


def _lines(blocks: Iterable[str]) -> Iterator[str]:
    """The lines of a text that comes in blocks."""
    carried = ""
    for block in blocks:
        *lines, carried = (carried + block).replace("\r\n", "\n").split("\n")
        yield from lines
    if carried:
        yield carried
