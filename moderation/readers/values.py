"""What single values of dumps mean: parents, points in time, states, names; and what is none."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_NO_PARENT_WORDS = (
    "0 0.0 0. root null none nil nan na n/a <na> undefined false -1 \\n "
    "00000000-0000-0000-0000-000000000000"
)


NO_PARENT = frozenset(["", *_NO_PARENT_WORDS.split()])


def no_parent(value: object) -> bool:
    """Whether this is one of the many ways in which dumps say "top level".

    >>> [no_parent(value) for value in (None, 0, "0", "root", "t3_abc", float("nan"), "t1_abc", 7)]
    [True, True, True, True, True, True, False, False]
    """
    if value is None or value is False:
        return True
    if isinstance(value, int | float):
        return value in (0, -1) or value != value
    word = str(value).strip()
    return word.lower() in NO_PARENT or word.startswith("t3_")


_EPOCH_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (math.inf, 1e9))  # s, ms, us, ns


# outside: a placeholder or damage, not a comment's date; the very first second is a zero
EARLIEST = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


LATEST = datetime(2101, 1, 1, tzinfo=UTC)


_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


_LOOSE_ZONE = re.compile(r"\s+(?:UTC|GMT|Z)$|\s+(?=[+-]\d\d:?\d\d$)")


_TWO_ZONES = re.compile(r"([+-]\d{4})\s+(?:[+-]\d{4}|[A-Z]{2,5})$")  # as Go writes times


_SLASHED = re.compile(
    r"(0\d|1[0-2])/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d)(?<!6[2-9])(?: ([AaPp])[Mm])?", re.ASCII
)


_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}


_MAILED = re.compile(
    rf"(?:[A-Z][a-z][a-z], )?(\d\d?) ({'|'.join(_MONTH_NAMES)}) ((?:19|20)\d\d) "
    r"(\d\d):(\d\d):(\d\d) ([+-])([01]\d|2[0-3])([0-5]\d)(?: \([A-Z]+\))?\Z",
    re.ASCII,
)


_OTHER_TIMES = (
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S %z %Y",
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d.%m.%y",
)


def when(value: object) -> datetime | None:
    """A point in time in UTC from whatever a dump has, or None where it says nothing sensible.

    Takes ISO 8601 and RFC 3339 and 2822 text, a few fixed layouts, datetimes, and seconds, milli-,
    micro- or nanoseconds since 1970 as number or text. Without a zone UTC is taken. Zero dates,
    numbers up to 0 and years outside 1970 to 2100 give None.

    >>> when("1431450000.0"), when("2015-05-12T17:00:00+0000") == when(1431450000000)
    (datetime.datetime(2015, 5, 12, 17, 0, tzinfo=datetime.timezone.utc), True)
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return _sensible(value)
    if isinstance(value, int | float):
        return _epoch(value)
    word = str(value).strip()
    if word[4:5] == "-" and word[:2] in ("19", "20"):  # ISO 8601, as most have it
        try:
            return _sensible(datetime.fromisoformat(word))
        except ValueError:
            pass
    if _NUMBER.fullmatch(word) and not (len(word) == 8 and word.startswith(("19", "20"))):
        return _epoch(float(word))
    return _sensible(_parsed(word)) if word and not word.startswith("0000") else None


def _of_mail(moment: re.Match[str]) -> datetime | None:
    """A date as in Mon, 01 Jan 2024 10:00:00 +0100."""
    day, month, year, hour, minute, second, sign, hours, minutes = moment.groups()
    away = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        local = datetime(
            int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
        return local + away if sign == "-" else local - away
    except (ValueError, OverflowError):
        return None


def _parsed(word: str) -> datetime | None:
    if (mailed := _MAILED.match(word)) and (moment := _of_mail(mailed)):
        return moment
    if slashed := _SLASHED.fullmatch(word):
        return _of_slashes(*slashed.groups())
    try:
        return datetime.fromisoformat(_LOOSE_ZONE.sub("", _TWO_ZONES.sub(r"\1", word)))
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(word)
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    for layout in _OTHER_TIMES:
        if layout.endswith("%y") and len(word) != len("31.12.99"):
            continue  # 1.2.3 is no day
        try:
            return datetime.strptime(word, layout)
        except ValueError:
            continue
    return None


def _of_slashes(*parts: str) -> datetime | None:
    """A date as in 01/31/2024 10:00:00, with AM or PM or without."""
    month, day, year, hour, minute, second = map(int, parts[:6])
    if parts[6]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (parts[6] in "pP")
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _epoch(number: float) -> datetime | None:
    if not 0 < number < math.inf:
        return None
    unit = 1.0
    if number >= _EPOCH_UNITS[0][0]:
        unit = next(unit for limit, unit in _EPOCH_UNITS if number < limit)
    try:
        return _sensible(datetime.fromtimestamp(number / unit, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _sensible(moment: datetime | None) -> datetime | None:
    if moment is None or not EARLIEST.year - 1 <= moment.year <= LATEST.year:
        return None
    if moment.tzinfo is not UTC:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment if EARLIEST <= moment < LATEST else None


_STATUS_WORDS = {
    "approved": "approved approve 1 visible online live public published publish accepted none "
    "ham ok open featured active true",
    "pending": "pending 0 hold held unapproved premod heldforreview moderated_pending queued "
    "awaiting_moderation unmoderated waiting draft moderate false",
    "spam": "spam likelyspam junk",
    "removed": "removed rejected blocked moderated dead [removed] banned trash post-trashed "
    "deletedbymoderator disapproved removed_by_moderator moderator_removed refused",
    "deleted": "deleted [deleted] soft-deleted tombstone deleted_by_author user_deleted "
    "author_deleted",
    "hidden": "hidden minimized ghosted system_withheld withheld flagged collapsed filtered",
}


_STATUS = {word: status for status, words in _STATUS_WORDS.items() for word in words.split()}


def status_of(value: object) -> str:
    """The site's own word for a comment's state, in ours; `unknown` for a word we don't know.

    Numbers as WordPress means them (1 approved, 0 pending); True is approved. A format whose
    words mean something else maps them itself.

    >>> [status_of(value) for value in ("1", "hold", "REJECTED", "likelySpam", None, "?")]
    ['approved', 'pending', 'removed', 'spam', 'unknown', 'unknown']
    """
    if value is None:
        return "unknown"
    if isinstance(value, str) and value in _STATUS:
        return _STATUS[value]
    return _STATUS.get(str(value).strip().lower().replace(" ", "_"), "unknown")


LONG_NAME = 8  # words of what is no name
LONG, WORDS = 30, 6  # characters, and words of two letters, of what is no id and no date
_WORD = re.compile(r"[^\W\d_]{2,}")


def is_sentence(value: object, words: int = WORDS) -> bool:
    """Whether a text stands where an id, a date or a name should be: damage has moved it there.

    words: so many of them make a text.

    >>> [is_sentence(value) for value in ("Mon, 5 May 2014 10:00:00 GMT (Eastern Daylight)", None)]
    [False, False]
    >>> is_sentence("https://town.example/objects/a-note-on-the-harbour-and-its-winter")
    False
    >>> is_sentence("2020-01mountain and the sea and we-01 11:00 went up there")
    True
    """
    return (
        isinstance(value, str)
        and len(value) > LONG
        and " " in value  # an address has many words, and no blank
        and len(_WORD.findall(value)) >= words
    )


NOBODY = ("[deleted]", "[removed]")  # what Reddit writes for an author who is gone


def display_name(value: str | None) -> str | None:
    """The author's name; None where there is none."""
    name = value.strip() if value else None
    return None if not name or name in NOBODY else name
