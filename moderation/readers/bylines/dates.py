"""Find the dates that sites print with comments, in many languages and national forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from moderation.readers.bylines.words import (
    ABOUT,
    AFTER_AMOUNT,
    AMOUNTS,
    BEFORE_AMOUNT,
    MONTH_ROWS,
    RECENTLY,
    UNITS,
    WEEKDAYS,
    either,
)

_MONTH_NUMBER = {
    name.lower(): month
    for row in MONTH_ROWS.strip().splitlines()
    for month, name in enumerate(row.split(), 1)
}
_NAMES = "|".join(sorted(_MONTH_NUMBER, key=len, reverse=True))
# A month may be glued to the name before it ("IwonaMay 30, 2019"), but then it has its capital.
_MONTH = rf"(?P<month>(?:(?<![^\W\d_])(?i:{_NAMES})|(?:{_NAMES.title()}))(?![^\W\d_])\.?)"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_DAY = r"(?P<day>[0-3]?\d)"
_ORDINAL = r"(?:\.|st|nd|rd|th|er|º|ª|°)?"
_CLOCK = (
    r"(?P<hour>[0-2]?\d)(?:[:h]| h |\.(?=\d\d(?!\d|\.)))(?P<minute>[0-5]\d)(?::[0-5]\d| min\b)?"
    r"(?:\s*(?P<half>(?i:[ap]\.?\s?m)\b\.?))?"
    r"(?:\s*(?:Uhr|hrs?|h|horas|uur|Z|UTC|GMT|CES?T|[ECMP][SD]T)\b)?"
)
_LINK = (
    r"(?:[\s,;|•·@/–—-]|\b(?:um|[Bb]eim|at|a la|a las|las|à|alle|alle ore|ore|às|as|om|en|kl\.?|o"
    r"|klo|v|в|saat|the|gegen)\b)*"
)
_DATES = (
    (
        rf"{_DAY}{_ORDINAL}\s*[-/ ]?\s*(?:of |de |d['’])?{_MONTH}"
        rf"\s*,?(?:\s*(?:de |del |[-/])?\s*{_YEAR})"
    ),
    rf"{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?(?!\d)(?:\s*,?\s*{_YEAR})?",
    r"(?P<year>(?:19|20)\d\d)[-/.](?P<month>[01]?\d)[-/.](?P<day>[0-3]?\d)(?!\d)T?",
    r"(?P<year>(?:19|20)\d\d)\s*年\s*(?P<month>[01]?\d)\s*月\s*(?P<day>[0-3]?\d)\s*日",
    r"(?P<day>[0-3]?\d)\. ?(?P<month>[01]?\d)\. ?(?P<year>(?:19|20)?\d\d)(?!\d|\.\d|:)",
    r"(?P<day>[0-3]?\d)[-/](?P<month>[0-3]?\d)[-/](?P<year>(?:19|20)?\d\d)(?!\d|:)",
    rf"{_DAY}{_ORDINAL}\s+(?:de |d['’])?{_MONTH}",
)
_DATE_PATTERNS = tuple(
    re.compile(
        rf"(?:(?<!\w)(?i:{either(WEEKDAYS)})\b\.?,?\s*(?:(?i:den|the|el|le)\s+)?)?"
        rf"{date}(?:{_LINK}{_CLOCK})?"
    )
    for date in _DATES
)
_DIGIT = re.compile(r"\d")
_CLOCK_FIRST = re.compile(rf"{_CLOCK}(?:[\s,|•·–—-]|\b(?:on|am|el|del|le|il|op)\b)*$")

# An amount may be glued to the name before it ("Tom3 years ago"), but only as digits.
_UNGLUED = r"(?:(?<!\w)|(?<=[^\W\d_])(?=\d)|(?=(?:vor|hace|il y a|há) \d))"
_AMOUNT = rf"(?:{either(ABOUT)}\s+)?{either(AMOUNTS)}\s+{either(UNITS)}"
_RELATIVE = re.compile(
    rf"(?i){_UNGLUED}(?:{either(BEFORE_AMOUNT)}\s+{_AMOUNT}"
    rf"|{_AMOUNT}\s+{either(AFTER_AMOUNT)}|{either(RECENTLY)})(?!\w)"
)


class Stamp(NamedTuple):
    """A date found in a line: where it stands, what it says (UTC, or None where unclear)."""

    start: int
    end: int
    when: datetime | None
    clock: bool  # a time of day stands with it


@lru_cache(maxsize=8192)  # a line is looked at for the profile, the verdict and the head
def stamp(line: str) -> Stamp | None:
    """Find the first date in `line`; None where there is none.

    >>> stamp("photobix 11. Dezember 2012 um 11:07").when
    datetime.datetime(2012, 12, 11, 11, 7, tzinfo=datetime.timezone.utc)
    """
    date = None
    for pattern in _DATE_PATTERNS if _DIGIT.search(line) else ():
        match = pattern.search(line)
        if match and (date is None or match.start() < date.start()):
            groups = match.groupdict()
            if not groups.get("year") and not groups.get("hour"):
                continue  # "Jun 20th at 2:41 am" is a time; "May 5" alone may be anything
            date = match
    if date is None:
        match = _RELATIVE.search(line)
        return Stamp(match.start(), match.end(), None, clock=True) if match else None
    start, groups = date.start(), date.groupdict()
    before = _CLOCK_FIRST.search(line[:start]) if not groups.get("hour") else None
    if before:
        start, groups = before.start(), {**groups, **before.groupdict()}
    return Stamp(start, date.end(), _moment(groups), clock=bool(groups.get("hour")))


def _moment(groups: dict[str, str | None]) -> datetime | None:
    """Turn matched parts into a time; None when the year is not said or the day is ambiguous."""
    month, day, year = groups["month"] or "", int(groups["day"] or 0), groups.get("year")
    if not year:
        return None
    named = _MONTH_NUMBER.get(month.rstrip(".").lower())
    number = named or int(month)
    half = (groups.get("half") or "").lower()
    if named is None and (number > 12 >= day or (half and number <= 12 and day <= 12)):
        number, day = day, number  # month first; a 12-hour clock goes with that habit
    full = int(year) + (2000 if len(year) == 2 else 0)
    hour = _hour(groups.get("hour"), half)
    try:
        return datetime(full, number, day, hour, int(groups.get("minute") or 0), tzinfo=UTC)
    except ValueError:
        return None


def _hour(shown: str | None, half: str) -> int:
    """The hour of the day, by a clock of 12 hours where `half` is said."""
    hour = int(shown or 0)
    return hour % 12 + (12 if half.startswith("p") else 0) if half else hour
