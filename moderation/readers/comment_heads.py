"""Read who wrote a comment and when from the lines that sites print around it, in many languages.

Saved pages show localized prose ("Ann says:", "3. Mai 2020 um 10:04 Uhr Antworten") where an
export has columns. The tables here are those of the usual themes' translations; a line counts
only when nothing but author, date and the site's own buttons stands on it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from moderation.readers.comment_words import (
    ABOUT,
    AFTER_AMOUNT,
    AMOUNTS,
    AWAITING,
    BEFORE_AMOUNT,
    BEFORE_NAME,
    BUTTON_WORDS,
    GLUED_ROLES,
    JOINTS,
    MONTH_ROWS,
    RECENTLY,
    REPLY_WORDS,
    ROLES,
    SPEAKING,
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
    r"(?:[\s,;|•·@/–—-]|\b(?:um|at|a la|a las|las|à|alle|alle ore|ore|às|as|om|en|kl\.?|o|klo|v"
    r"|в|saat|the|gegen)\b)*"
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
SAYS = re.compile(rf"^(?P<author>\S.{{0,70}}?)\s+(?i:{either(SPEAKING)})\s*(?::|\.{{3}}|…)$")
_SAYS_TAIL = re.compile(rf"\s+(?i:{either(SPEAKING)})\s*(?::|\.{{3}}|…)?$")
_SAYS_ALONE = re.compile(rf"^\s*{either(SPEAKING)}\s*:?\s*$", re.IGNORECASE)

_MARKS = r"[\s↓↑→←↩⤴»«|•·,;:/()\[\]{}#*+–—-]"
BUTTONS = re.compile(rf"^{_MARKS}*(?:{either(BUTTON_WORDS)}{_MARKS}*)+$", re.IGNORECASE)
REPLY_BUTTON = re.compile(
    rf"^{_MARKS}*{either(REPLY_WORDS)}(?:\b|(?-i:(?=[A-ZÄÖÜ])))", re.IGNORECASE
)  # the next button may be glued to it: "ReplyDelete"
_AWAITING = re.compile(either(AWAITING), re.IGNORECASE)
_BY_TAIL = re.compile(
    rf"^[\s,|•·–—-]*(?:(?:posted|written|submitted|geschrieben|verfasst|escrito|publicado|enviado)\s*)?"
    rf"\b(?:by|von|por|par|da|door)\s+(?P<author>\S.{{0,60}}?){_MARKS}*$",
    re.IGNORECASE,
)
ARROWS = re.compile(r"^[\s↓↑→←↩⤴»«›‹]+$")  # what is left of a button without its word
_NUMBER_MARK = re.compile(rf"^{_MARKS}*(?:(?:no|nr|n)\.? ?)?\d*{_MARKS}*$", re.IGNORECASE)
_LEAD = re.compile(rf"^(?:{either(BEFORE_NAME)}\s+|#\d+\s+|\d+\.\s+)", re.IGNORECASE)
_ROLE = re.compile(rf"\s*[\[(]?(?:\b(?i:{either(ROLES)})|(?<=[\w\s]){either(GLUED_ROLES)})[\])]?$")
_JOINT = re.compile(rf"(?:[\s,;:|•·@/–—(\[-]|\b{either(JOINTS)}\b)+$", re.IGNORECASE)


_GLUED = 3  # letters of a name at least that may stand twice without a space: not "Bobo"


class Stamp(NamedTuple):
    """A date found in a line: where it stands, what it says (UTC, or None where unclear)."""

    start: int
    end: int
    when: datetime | None
    clock: bool  # a time of day stands with it


class Head(NamedTuple):
    """What the head of a comment tells; `lines` of it are to be taken off the text."""

    author: str | None
    when: datetime | None
    lines: int
    clock: bool


@lru_cache(maxsize=8192)  # a line is looked at for the profile, the verdict and the head
def stamp(line: str) -> Stamp | None:
    """Find the first date in `line`; None where there is none.

    >>> stamp("photobix 11. Dezember 2012 um 11:07").when
    datetime.datetime(2012, 12, 11, 11, 7, tzinfo=datetime.timezone.utc)
    """
    found = None
    for pattern in _DATE_PATTERNS if _DIGIT.search(line) else ():
        match = pattern.search(line)
        if match and (found is None or match.start() < found.start()):
            groups = match.groupdict()
            if not groups.get("year") and not groups.get("hour"):
                continue  # "Jun 20th at 2:41 am" is a time; "May 5" alone may be anything
            found = match
    if found is None:
        match = _RELATIVE.search(line)
        return Stamp(match.start(), match.end(), None, clock=True) if match else None
    start, groups = found.start(), found.groupdict()
    before = _CLOCK_FIRST.search(line[:start]) if not groups.get("hour") else None
    if before:
        start, groups = before.start(), {**groups, **before.groupdict()}
    return Stamp(start, found.end(), _moment(groups), clock=bool(groups.get("hour")))


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
    hour = int(groups.get("hour") or 0)
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        return datetime(full, number, day, hour, int(groups.get("minute") or 0), tzinfo=UTC)
    except ValueError:
        return None


def author_of(prefix: str) -> str | None:
    """Clean the words before a date or "says": roles, avatars' alt text, joints.

    >>> author_of("Avatar Kristine says:")
    'Kristine'
    """
    name = _SAYS_TAIL.sub("", _JOINT.sub("", prefix.strip()))
    name = _SAYS_TAIL.sub("", name)
    while (shorter := _LEAD.sub("", name)) != name:
        name = shorter
    name = _JOINT.sub("", _ROLE.sub("", name)).strip()
    words = name.split()
    half = len(words) // 2
    if half and len(words) % 2 == 0 and words[:half] == words[half:]:
        name = " ".join(words[:half])  # an avatar's alt text is often the name once more
    half = len(name) // 2
    if half >= _GLUED and name[:half] == name[half:]:
        name = name[:half]  # the same without a space between
    return name or None


def is_button(line: str) -> bool:
    """True when nothing but the site's buttons ("Reply", "Antwort ↓") or marks is on the line."""
    return len(line) <= 120 and bool(BUTTONS.match(line) or _NUMBER_MARK.match(line))


def is_date_line(line: str) -> bool:
    """True when the line is a date, perhaps with a time of day and buttons, and nothing else."""
    found = stamp(line) if len(line) <= 160 else None
    return (
        found is not None
        and not _JOINT.sub("", line[: found.start]).strip()
        and is_button(line[found.end :])
    )


def is_awaiting(line: str) -> bool:
    """True when the line says that the comment under it awaits moderation."""
    return len(line) <= 160 and bool(_AWAITING.search(line))


def head_of(lines: list[str], tails: frozenset[str] = frozenset(), reach: int = 6) -> Head | None:
    """Read author and time from the first of a comment's non-blank `lines`; None if not clear.

    `tails` are further words that this page prints after its dates. Every line up to the date
    must be short, and the date's line must hold nothing else but a name and buttons.
    """
    above: list[str] = []
    for at, line in enumerate(lines[:reach]):
        if is_awaiting(line):
            continue
        said = SAYS.match(line)
        found = stamp(line) if len(line) <= 160 else None
        if found and found.start <= 90 and _is_tail(line[found.end :], tails):
            prefix = line[: found.start]
            author = None if is_button(prefix) else author_of(prefix)
            author = author or _author_behind(line[found.end :]) or _author_above(above)
            taken = at + 1
            while taken < len(lines) and is_button(lines[taken]):
                taken += 1
            return Head(author, found.when, taken, found.clock)
        if said and at + 1 < len(lines):
            later = head_of(lines[at + 1 : at + 2], tails, 1)
            if later and not later.author:
                extra = head_of(lines[at + 1 :], tails, 1)
                taken = extra.lines if extra else 1
                return Head(author_of(said["author"]), later.when, at + 1 + taken, later.clock)
            return Head(author_of(said["author"]), None, at + 1, clock=False)
        if len(line) > 80:
            return None
        above.append(line)
    return None


def _is_tail(rest: str, tails: frozenset[str]) -> bool:
    """True when what follows a date is only buttons, "says", or what this page always prints."""
    rest = _SAYS_ALONE.sub("", rest)
    return is_button(rest) or plain_tail(rest) in tails or bool(_BY_TAIL.match(rest))


def _author_behind(rest: str) -> str | None:
    """The name in "posted by Ann" behind a date."""
    found = _BY_TAIL.match(rest)
    return author_of(found["author"]) if found else None


def plain_tail(rest: str) -> str:
    """The words after a date with their digits made alike, for counting them over a page."""
    return re.sub(r"\d+", "0", rest.strip()).lower()


def _author_above(lines: list[str]) -> str | None:
    """The name among the short lines over a date: the one said twice, else the first."""
    names = [
        name
        for line in lines
        if not is_button(line) and (name := author_of(line)) and len(name) <= 60
    ]
    twice = [name for name in names if names.count(name) > 1]
    return next(iter(twice or names), None)
