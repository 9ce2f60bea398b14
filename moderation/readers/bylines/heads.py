"""Read who wrote a comment and when from the lines that sites print around it, in many languages.

Saved pages show localized prose ("Ann says:", "3. Mai 2020 um 10:04 Uhr Antworten") where an
export has columns. The tables here are those of the usual themes' translations; a line counts
only when nothing but author, date and the site's own buttons stands on it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.words import (
    ADDRESSED,
    AWAITING,
    BADGES,
    BEFORE_NAME,
    BUTTON_WORDS,
    GLUED_ROLES,
    JOINTS,
    REPLY_WORDS,
    ROLES,
    SPEAKING,
    either,
)

if TYPE_CHECKING:
    from datetime import datetime

SAYS = re.compile(rf"^(?P<author>\S.{{0,70}}?)\s+(?i:{either(SPEAKING)})\s*(?::|\.{{3}}|…)$")
_SAYS_TAIL = re.compile(rf"\s+(?i:{either(SPEAKING)})\s*(?::|\.{{3}}|…)?$")
_SAYS_ALONE = re.compile(rf"^\s*{either(SPEAKING)}\s*:?\s*$", re.IGNORECASE)

_MARKS = r"[\s¶§↓↑→←↩⤴»«|•·,;:/()\[\]{}#*+–—-]"
_VOTES = r"[\d\s.¶§↓↑→←↩⤴↳»«›‹|•·,;:/()\[\]{}#*+–—♥❤▲▼△▽👍👎🔼🔽️-]"
BUTTONS = re.compile(
    rf"^{_MARKS}*(?:(?:{either(BUTTON_WORDS)}|{either(ADDRESSED)}){_MARKS}*)+$", re.IGNORECASE
)
_ROW = re.compile(rf"^{_VOTES}*(?:{either(BUTTON_WORDS)}{_VOTES}*)+$", re.IGNORECASE)
_TO_SOMEBODY = re.compile(
    rf"^{_VOTES}*(?:(?:{either(BUTTON_WORDS)}|{either(ADDRESSED)}){_VOTES}*)+$", re.IGNORECASE
)
_BADGE = re.compile(rf"^[\s(\[]*{either(BADGES)}[\s)\]]*$", re.IGNORECASE)
_BADGE_SAYS = re.compile(
    rf"^[\s(\[]*{either(BADGES)}?[\s)\]]*{either(SPEAKING)}(?: (?:am|on|el))?\s*:?\s*$",
    re.IGNORECASE,
)
REPLY_BUTTON = re.compile(
    rf"(?<![^\W_]){either(REPLY_WORDS)}(?:\b|(?-i:(?=[A-ZÄÖÜ])))", re.IGNORECASE
)  # the next button may be glued to it: "ReplyDelete"
_AWAITING = re.compile(either(AWAITING), re.IGNORECASE)
_BY_TAIL = re.compile(
    rf"^[\s,|•·–—-]*(?:(?:posted|written|submitted|geschrieben|verfasst|escrito|publicado|enviado)\s*)?"
    rf"\b(?:by|von|por|par|da|door)\s+(?P<author>\S.{{0,60}}?){_MARKS}*$",
    re.IGNORECASE,
)
ARROWS = re.compile(r"^[\s↓↑→←↩⤴»«›‹]+$")  # what is left of a button without its word
_NUMBER_MARK = re.compile(rf"^{_MARKS}*(?:(?:no|nr|n)\.? ?\d+|\d*){_MARKS}*$", re.IGNORECASE)
_LEAD = re.compile(rf"^(?:{either(BEFORE_NAME)}\s+|#\d+\s+|\d+\.\s+)", re.IGNORECASE)
_ROLE = re.compile(
    rf"\s*[\[(]?(?:\b(?i:{either(ROLES)})|(?<=[\s(])(?i:{either(BADGES)})"
    rf"|(?<=[\w\s]){either(GLUED_ROLES)})[\])]?$"
)
_AVATAR_TAIL = re.compile(
    r"(?:['’]s)?\s+(?:avatar|gravatar|profile (?:picture|photo|image))$", re.IGNORECASE
)
_INITIAL = re.compile(
    r"(?:^|[\s.-])[^\W\d_]{1,2}\.$|^[^\W\d_]{1,2}\.$|\b(?:sr|jr|dr|prof)\.$", re.I
)
_TRAIL = re.compile(
    r"(?:[\s|·•,-]*(?:#\d*|¶|\b(?:no|nr)\.? ?\d+|(?<=[:\s])\d+|\b(?:perma)?link))+$", re.IGNORECASE
)
_JOINT_FIRST = re.compile(r"^(?:[\s,;:|•·@/–—-]|\b(?:by|von|por|par)\b)+", re.IGNORECASE)
_JOINT = re.compile(rf"(?:[\s,;:|•·@/–—(\[-]|\b{either(JOINTS)}\b)+$", re.IGNORECASE)


_LETTER = re.compile(r"[^\W\d_]")
_ONLY_VOTES = re.compile(r"[^\w\s]* ?0(?: [^\w\s]* ?0)*(?: [^\w\s])?(?= [a-z])")  # "+0 reply"
_CLOCK = re.compile(r"\d[:.]\d\d")
_WORDS = re.compile(r"[^\W\d_]+")
_KEPT = 8192  # lines whose reading is kept: each is read for the list, its habits and its comment
_LONG = 80  # characters of a line that is no part of a head
_DATED = 160  # characters of a line with a date, at most
_BEFORE_DATE = 90  # of them before it
_BELOW = 4  # lines of the site's own under a comment at most
_FORM = 80  # characters of a line of a site's own
_NAME = 60  # characters of a name
_NAME_WORDS = 5
_GLUED = 3  # letters of a name at least that may stand twice without a space: not "Bobo"


class Head(NamedTuple):
    """What the head of a comment tells; `lines` above and `below` are to be taken off the text."""

    author: str | None
    when: datetime | None
    lines: int
    clock: bool
    below: int = 0


class Habit(NamedTuple):
    """How one page prints its comments, learned from all of them together."""

    tails: frozenset[str] = frozenset()  # what stands behind its dates
    over: frozenset[str] = frozenset()  # its own lines over a comment's text, as `form` has them
    under: frozenset[str] = frozenset()  # and those under it
    names: frozenset[str] = frozenset()  # of those who write
    order: str = ""  # where the name stands: "" before the date, "behind" it, on the line "below"

    def form(self, line: str) -> str:
        """A line as its like on other comments: digits made alike, and a name at either end.

        >>> Habit(names=frozenset(["Ann"])).form("@Ann"), Habit().form("17 Likes")
        ('<name>', '0 likes')
        """
        if len(line) <= _FORM and _addresses(line) and not _is_words(line):
            first = _WORDS.search(line)
            return plain_tail(line[: first.end() if first else 0]) + " <somebody>"
        words = line.split() if self.names and len(line) <= _FORM else []
        for at in range(len(words)):
            end = " ".join(words[at:])
            name = end.lstrip("@")
            if (at or end[0] == "@") and {name, name.rstrip("])» ")} & self.names:
                return plain_tail(" ".join([*words[:at], "<name>"]))
        return plain_tail(line)

    def has_name(self, line: str) -> bool:
        """True when one who writes on the page is named in the line."""
        words = line.split()
        return any(
            " ".join(words[start:end]) in self.names
            for start in range(len(words))
            for end in range(start + 1, len(words) + 1)
        )

    def is_over(self, line: str) -> bool:
        """True for a line that this page prints over a good part of its comments' texts."""
        return len(line) <= _FORM and self.form(line) in self.over

    def is_under(self, line: str) -> bool:
        """True for a line that this page prints under a good part of its comments' texts."""
        return len(line) <= _FORM and self.form(line) in self.under


NO_HABIT = Habit()


@lru_cache(maxsize=_KEPT)
def author_of(prefix: str) -> str | None:
    """Clean the words before a date or "says": roles, avatars' alt text, joints.

    >>> author_of("Avatar Kristine says:")
    'Kristine'
    """
    name = _SAYS_TAIL.sub("", _JOINT.sub("", prefix.strip()))
    name = _AVATAR_TAIL.sub("", _SAYS_TAIL.sub("", name))
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


@lru_cache(maxsize=_KEPT)
def is_button(line: str) -> bool:
    """True when nothing but the site's buttons ("Reply", "Antwort ↓") or marks is on the line."""
    return len(line) <= 120 and bool(BUTTONS.match(line) or _NUMBER_MARK.match(line))


def is_date_line(line: str) -> bool:
    """True when the line is a date, perhaps with a time of day and buttons, and nothing else."""
    date = stamp(line) if len(line) <= 160 else None
    return (
        date is not None
        and not _JOINT.sub("", line[: date.start]).strip()
        and is_button(line[date.end :])
    )


@lru_cache(maxsize=_KEPT)
def is_awaiting(line: str) -> bool:
    """True when the line says that the comment under it awaits moderation."""
    return len(line) <= 160 and bool(_AWAITING.search(line))


def is_row(line: str, habit: Habit = NO_HABIT) -> bool:
    """True for a whole line of the site's buttons and votes; to whom they reply, if it writes here.

    "Auf Ann antworten" is a button where Ann writes, and else may be a comment.
    """
    if len(line) > _FORM:
        return False
    return _is_words(line) or (_addresses(line) and habit.has_name(line))


@lru_cache(maxsize=_KEPT)
def _is_words(line: str) -> bool:
    return bool(_ROW.match(line))


@lru_cache(maxsize=_KEPT)
def _addresses(line: str) -> bool:
    return bool(_TO_SOMEBODY.match(line))


def head_of(lines: list[str], habit: Habit = NO_HABIT, reach: int = 6) -> Head | None:
    """Read author and time from the first of a comment's non-blank `lines`; None if not clear.

    Every line up to the date must be short, and the date's line must hold nothing else but a name
    and buttons.
    """
    above: list[str] = []
    for at, line in enumerate(lines[:reach]):
        if is_awaiting(line):
            continue
        head = _dated_head(lines, at, above, habit)
        if head:
            return head
        says = SAYS.match(line)
        if says and at + 1 < len(lines):
            return _spoken_head(says["author"], lines, at + 1, habit)
        if len(line) > _LONG:
            return None
        above.append(line)
    return None


def _dated_head(lines: list[str], at: int, above: list[str], habit: Habit) -> Head | None:
    """The head whose date stands on the line `at`; `above`: the lines of it before."""
    line = lines[at]
    date = stamp(line) if len(line) <= _DATED else None
    if not date or date.start > _BEFORE_DATE:
        return None
    prefix, rest = line[: date.start], line[date.end :]
    behind = _name_behind(prefix, rest) if habit.order == "behind" else None
    if not behind and not _is_tail(rest, habit.tails):
        return None
    author = None if is_button(prefix) else author_of(prefix)
    author = behind or author or _author_behind(rest) or _author_above(above)
    after, below = at + 1, habit.order == "below" and not author
    if below:
        author, after = _name_below(lines, after)
    after = past_furniture(lines, after, habit, named=below)
    return Head(author, date.when, after, date.clock)


def _spoken_head(name: str, lines: list[str], at: int, habit: Habit) -> Head:
    """The head of "Ann says:", with the date if the line `at`, the next, has one."""
    later = head_of(lines[at:], habit, 1)
    if later and not later.author:
        return Head(author_of(name), later.when, at + later.lines, later.clock)
    return Head(author_of(name), None, past_furniture(lines, at, habit), clock=False)


def is_only_marks(line: str, habit: Habit) -> bool:
    """True for a line without words but a button's: the site's even where it is all that there is.

    All of three comments may say "Thanks" and nothing else.
    """
    return is_row(line, habit) or not _LETTER.search(line)


def has_text(lines: list[str], habit: Habit) -> bool:
    """True when there is more than the site's own lines from under a comment."""
    return len(lines) > _BELOW or any(
        not (is_row(line, habit) or habit.is_under(line)) for line in lines
    )


def past_furniture(lines: list[str], at: int, habit: Habit, named: bool = False) -> int:
    """Past the site's own lines under author and date.

    named: under a name alone, where "says" may follow; elsewhere that begins a quotation.
    Each stands once, and the last line of all is the comment unless many comments have its like.
    """
    seen: set[str] = set()
    if named and len(lines) > at + 1 and _BADGE_SAYS.match(lines[at]):
        at += 1
    while at < len(lines):
        line = lines[at]
        form, common = habit.form(line), habit.is_over(line)
        known = is_row(line, habit) or bool(_BADGE.match(_TRAIL.sub("", line))) or is_awaiting(line)
        if not known and not (common and form not in seen):
            return at
        alone = habit is not NO_HABIT and not has_text(lines[at + 1 :], habit)
        if alone and not (common and is_only_marks(line, habit)):
            return at
        seen |= {form, votes_of(form)}
        at += 1
    return at


def votes_of(form: str) -> str:
    """The votes before the buttons of a line's form; "" where there are none.

    >>> votes_of("+0 reply"), votes_of("reply")
    ('+0', '')
    """
    votes = _ONLY_VOTES.match(form)
    return votes[0] if votes else ""


def _name_behind(prefix: str, rest: str) -> str | None:
    """The name in "3 May 2020 | Ann #4"; None where what stands there is none."""
    name = author_of(_TRAIL.sub("", _JOINT_FIRST.sub("", rest)))
    before = _JOINT.sub("", prefix).strip()
    if name is None or not is_name(name) or _CLOCK.search(name):
        return None
    return None if before and not is_button(before) else name


def _name_below(lines: list[str], at: int) -> tuple[str | None, int]:
    """The name on the line under the date and the comment's number, and the line after it."""
    while at + 1 < len(lines) and _NUMBER_MARK.match(lines[at]):
        at += 1
    name = name_of(lines[at]) if at + 1 < len(lines) else None
    return (name, past_name(lines, at, name)) if name else (None, at)


def past_name(lines: list[str], at: int, name: str) -> int:
    """Past the line `at` with a name, and the next where it is the same: one is an avatar's."""
    twice = at + 1 < len(lines) and name_of(lines[at + 1]) == name
    return at + 1 + twice


@lru_cache(maxsize=_KEPT)
def name_of(line: str) -> str | None:
    """The name that stands alone on a line, perhaps with "says", a badge or the comment's number.

    >>> name_of("Ann (Ohio) #12"), name_of("Ann says:"), name_of("I doubt that.")
    ('Ann (Ohio)', 'Ann', None)
    """
    bare = _TRAIL.sub("", line.strip()).strip()
    name = author_of(bare)
    if name is None or not (SAYS.match(bare) or (is_name(name) and bare[-1] not in ",;:")):
        return None
    return name


def is_name(name: str) -> bool:
    """True for what may be somebody's name: a few words, and no end of a sentence.

    >>> is_name("Maria K."), is_name("I doubt that."), is_name("Old Tom")
    (True, False, True)
    """
    return (
        bool(_LETTER.search(name))
        and len(name) <= _NAME
        and len(name.split()) <= _NAME_WORDS
        and (bool(_INITIAL.search(name)) or not name.endswith((".", "!", "…", ",", ";", ":")))
    )


def _is_tail(rest: str, tails: frozenset[str]) -> bool:
    """True when what follows a date is only buttons, "says", or what this page always prints."""
    rest = _SAYS_ALONE.sub("", rest)
    return is_button(rest) or plain_tail(rest) in tails or bool(_BY_TAIL.match(rest))


def _author_behind(rest: str) -> str | None:
    """The name in "posted by Ann" behind a date."""
    byline = _BY_TAIL.match(rest)
    return author_of(byline["author"]) if byline else None


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
