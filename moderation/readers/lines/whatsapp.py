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
    r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?:[\s\u202f]*([AaPp])\.?\s?[Mm]\.?)?(?:\]|\s[-–]|:)\s(.*)"
)
_MARKS = r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]*+"
_OF_DAY = (  # words for a part of the day, before the time or behind it; those after noon first
    r"p\.?\s?m\.?|م|ب\.?ظ\.?|下午|晚上|中午|오후|午後|μ\.?μ\.?|"
    r"a\.?\s?m\.?|ص|ق\.?ظ\.?|上午|凌晨|早上|清晨|오전|午前|π\.?μ\.?"
)
_WIDE = re.compile(
    rf"{_MARKS}\[?{_MARKS}(\d{{1,4}}){_MARKS}[./-]\s?{_MARKS}(\d{{1,2}}){_MARKS}[./-]\s?{_MARKS}"
    rf"(\d{{1,4}})\.?{_MARKS}[,،]?{_MARKS}[\s\u202f]*(?:(?:à|às|um|kl\.?|klo|at|г\.,?|в|om|u)\s)?"
    rf"({_OF_DAY})?[\s\u202f]?(\d{{1,2}})[:.](\d\d)(?:[:.](\d\d))?[\s\u202f]*({_OF_DAY})?{_MARKS}"
    rf"(?:\](?=\s)|\s[-–]|(?=, ))(?:,?\s){_MARKS}(.*)",
    re.IGNORECASE,
)
_TURNED = re.compile(
    r"^\ufeff?(\d{1,2}:\d\d(?:\s?[AaPp][Mm])?), (\d{1,4}[./-]\d{1,2}[./-]\d{1,4})(?= - )"
)
_AFTER_NOON = re.compile(r"p|م|ب|下午|晚上|中午|오후|午後|μ", re.IGNORECASE)
_BUDDHIST = 543  # years between the calendar of Thailand and ours
_NAMED = re.compile(r"[\u200e\u200f]*([^:\"“”„«»]{1,80}?): ?(.*)", re.DOTALL)
_DELETED = re.compile(
    r"(this message was|you) deleted( this message)?|diese nachricht wurde gelöscht|"
    r"du hast diese nachricht gelöscht|se eliminó este mensaje|eliminaste este mensaje|"
    r"mensagem apagada|você apagou esta mensagem|ce message a été supprimé|"
    r"questo messaggio è stato eliminato|данное сообщение удалено|вы удалили данное сообщение|"
    r"dit bericht is verwijderd|bu mesaj silindi|pesan ini telah dihapus|تم حذف هذه الرسالة|"
    r"这条消息已删除|此消息已删除|已刪除此訊息|此訊息已刪除|삭제된 메시지|"
    r"このメッセージは削除されました|"
    r"این پیام حذف شد|ta wiadomość została usunięta|wiadomość usunięta|"
    r"це повідомлення було видалено|यह मैसेज (?:हटा|डिलीट)|tin nhắn này đã bị xóa",
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
_BEGINNING = 2_000  # characters


class _Message(NamedTuple):
    """A line with a date, and those behind it without. marked: a mark stands before the line."""

    line: int
    first: int
    second: int
    third: int
    hour: int
    minute: int
    seconds: int
    rest: str
    marked: bool


class _Habits(NamedTuple):
    """What the whole file tells: the order of its dates, and who says anything."""

    head: re.Pattern[str]
    order: str
    sure: bool
    voices: frozenset[str]


def detect(source: Source) -> str | None:
    """The first line begins with a date and a time, and most others do so too."""
    found = any(_is_chat(head, _first_lines(source)) for head in (_HEAD, _WIDE))
    return "lines of a chat: date, time, name" if found else None


def _first_lines(source: Source) -> list[str]:
    lines = [line for line in source.sample.splitlines()[:200] if line.strip()]
    return [_TURNED.sub(r"\2, \1", line) for line in lines]


def _all_lines(source: Source) -> Iterator[str]:
    """The lines of the file, with the date before the time where the phone writes it behind."""
    lines = lines_of(text_blocks(source))
    turned = _TURNED.search(source.sample[:_BEGINNING]) is not None
    return (_TURNED.sub(r"\2, \1", line, count=1) for line in lines) if turned else lines


def _is_chat(head: re.Pattern[str], lines: list[str]) -> bool:
    heads = [found for found in map(head.match, lines) if found]
    named = [found for found in heads if _NAMED.fullmatch(found[head.groups])]
    enough = lines and head.match(lines[0]) and (len(heads) >= _SURE or len(lines) == 1)
    enough = enough or (len(heads) >= _SURE and len(named) > _MOST * len(lines))
    return bool(enough and named)


def read(source: Source) -> Iterator[Batch]:
    """Batches of the messages; lines of the system are of the kind `service`."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    habits = _habits(source)
    undated = False
    for message in _messages(source, habits.head):
        yield 1
        found = message if isinstance(message, Reject) else _row(message, habits)
        undated = undated or (isinstance(found, Row) and found.created_at is None)
        yield found
    if not habits.sure:
        yield f"{source.name}: days and months of its dates cannot be told apart; days come first"
    if undated:
        yield f"{source.name}: some of its dates are none of our calendar; they are left out"


def _row(message: _Message, habits: _Habits) -> Row:
    named = _NAMED.fullmatch(message.rest)
    said = named[2] if named else message.rest
    text = said.replace("\u200e", "").strip()
    deleted = named is not None and len(text) < 60 and bool(_DELETED.match(text))
    talks = named is not None and (deleted or not _is_notice(message, named, habits))
    return Row(
        text,
        author=named[1].strip("~\u202f\xa0 ") if named and talks else None,
        created_at=_moment(message, habits.order),
        kind="message" if talks else "service",
        status="deleted" if deleted else "unknown",
    )


def _is_notice(message: _Message, named: re.Match[str], habits: _Habits) -> bool:
    """Whether the system speaks under the name of the group or of a person, as iPhones write it.

    A mark stands before what nobody typed; before the line too where that is a picture.
    """
    name, said = named[1], named[2]
    if not said.startswith("\u200e") or message.marked:
        return False
    return name not in habits.voices or said.lstrip("\u200e").startswith(name)


def _moment(message: _Message, order: str) -> datetime | None:
    """When it was sent; None where the year is of a calendar that we do not know."""
    numbers = (message.first, message.second, message.third)
    year = numbers[order.index("y")]
    year = year + 2000 if year < 100 else year - _BUDDHIST if 2500 < year < 2650 else year
    if not 1990 < year < 2100:
        return None
    try:
        return datetime(
            year,
            numbers[order.index("m")],
            numbers[order.index("d")],
            message.hour,
            message.minute,
            message.seconds,
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _habits(source: Source) -> _Habits:
    """What one pass over the file tells."""
    head = _HEAD if _is_chat(_HEAD, _first_lines(source)) else _WIDE
    dates: list[tuple[int, int, int]] = []
    voices: set[str] = set()
    for line in _all_lines(source):
        if found := head.match(line):
            dates.append((int(found[1]), int(found[2]), int(found[3])))
            name, colon, said = found[head.groups].partition(":")
            if colon and not said.startswith(" \u200e"):
                voices.add(name)
    return _Habits(head, *order_of(dates, source.sample.lower()), frozenset(voices))


def order_of(dates: list[tuple[int, int, int]], sample: str) -> tuple[str, bool]:
    """What the three numbers of a date are, and whether that is sure."""
    for place, limit, order in _BY_SIZE:
        if any(date[place] > limit for date in dates):
            return order, True
    back = {order: _steps_back(dates, order) for order in ("dmy", "mdy")}
    if back["dmy"] != back["mdy"]:
        return min(back, key=lambda order: back[order]), True
    same = all(date[0] == date[1] for date in dates)
    return ("mdy" if " am" in sample or " pm" in sample else "dmy"), same


def _steps_back(dates: list[tuple[int, int, int]], order: str) -> int:
    """How many messages would be older than the one before, with the dates in this order."""
    keys = [(date[2], date[order.index("m")], date[order.index("d")]) for date in dates]
    return sum(later < earlier for earlier, later in pairwise(keys))


def _messages(source: Source, pattern: re.Pattern[str]) -> Iterator[_Message | Reject]:
    """The messages with the lines that continue them; what stands before the first is a reject."""
    number, pending, lines = 0, None, []
    for line in _all_lines(source):
        number += 1
        head = pattern.match(line)
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
    """A message from its head: those of most phones, or the wider ones with words for the hour."""
    early = head.re is _WIDE  # a word for the hour may stand before it
    hours, minutes, seconds, late = head.group(5, 6, 7, 8) if early else head.group(4, 5, 6, 7)
    hour, word = int(hours or 0), (head[4] if early else None) or late
    if word and hour <= 12 and not (word == "中午" and hour == 11):
        hour = hour % 12 + 12 * bool(_AFTER_NOON.match(word))
    return _Message(
        number,
        int(head[1]),
        int(head[2]),
        int(head[3]),
        hour,
        int(minutes or 0),
        int(seconds or 0),
        head[head.re.groups],
        head[0].startswith("\u200e"),
    )


def lines_of(blocks: Iterable[str]) -> Iterator[str]:
    """The lines of a text that comes in blocks."""
    carried = ""
    for block in blocks:
        *lines, carried = (carried + block).replace("\r\n", "\n").split("\n")
        yield from lines
    if carried:
        yield carried


def numbered(blocks: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; what ends in a carriage return alone is a line too."""
    for number, line in enumerate(lines_of(blocks), 1):
        for part in line.rstrip("\r").split("\r"):
            yield number, part
