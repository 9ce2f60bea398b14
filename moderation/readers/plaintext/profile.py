"""Learn from a printed list how its site prints comments.

Menus, archives, related posts and a commenter's or article's own points are printed as comments
are. A comment list shows itself by what its entries share (an author and date, a reply button)
and by the lines around it ("12 Comments", "Leave a reply").
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from statistics import median

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.heads import (
    NO_HABIT,
    REPLY_BUTTON,
    Habit,
    Head,
    has_text,
    head_of,
    is_button,
    is_date_line,
    is_name,
    is_row,
    name_of,
    past_furniture,
    past_name,
    plain_tail,
)
from moderation.readers.plaintext.habit import entries_of, furniture_of
from moderation.readers.plaintext.lists import STEP, Line, Listing

_SHORT = 80  # characters of a heading or button
_FEW = 4  # replies at least that tell how a site prints them
_NEARLY = 0.8  # of them
_MOSTLY = 0.75  # of a list's entries
_HEADED = 2  # lines of an entry that has a head, and a text above what is nested in it
_VARIED = 2  # names at least that stand in one place
_UNDER = 4  # lines of the site's below author and date that stand below the text, at most

FEET = ("foot", "split")

PING = re.compile(r"^(pingback|trackback)\b\s*:?\s*", re.IGNORECASE)
_TEASER = re.compile(
    r"(?i)\W*(?:read more|continue reading|more|weiterlesen|mehr(?: lesen)?|zum artikel|leer más"
    r"|seguir leyendo|más|lire la suite|leggi tutto|continua|lees meer)\W*$"
)


@dataclass
class Profile:
    """How the entries of one list look. Shares are over its top-level entries, pings apart."""

    style: str = ""  # where author and date are: above ("head"), name alone above, or one of FEET
    share: float = 0.0  # of entries with them
    clocks: float = 0.0  # of entries with a time of day
    replies: float = 0.0  # of entries with a reply button
    buttons: float = 0.0  # of entries with a line of any buttons
    names: float = 0.0  # of those whose head names somebody rather than something
    teasers: float = 0.0  # of entries that end with "read more"
    button_first: bool = False  # the reply button stands over the replies
    loose: bool = True  # entries are set apart by blank lines
    nested: bool = False
    habit: Habit = NO_HABIT  # what this site prints around each comment
    reply_kind: str = ""  # of list in which replies stand, where nearly all are of one
    entries: int = 0
    length: float = 0.0  # median characters of an entry's text

    @property
    def headed(self) -> bool:
        """True when comments on this page have an author or date to be known by."""
        return bool(self.style) and self.share >= 0.75

    def has_head(self, own: list[str]) -> bool:
        """True when the lines of an entry carry what this page's comments carry.

        A date alone is no comment: some sites list it with the buttons, below the text.
        """
        if len(own) == 1 and is_date_line(own[0]):
            return False
        return bool(PING.match(own[0])) or self.head(own) is not None

    def head(self, own: list[str]) -> Head | None:
        """Author and time of an entry, and how many of its lines tell them."""
        if self.style == "foot":
            return _foot_of(own, self.habit)
        if self.style == "name":
            return _name_of(own, self.habit)
        if self.style == "split":
            name, foot = _name_of(own, self.habit), _foot_of(own, self.habit)
            if name is None or foot is None or name.lines + foot.below >= len(own):
                return None
            return foot._replace(author=name.author, lines=name.lines)
        return head_of(own, self.habit) if self.style == "head" else None

    def ends(self, own: list[str]) -> bool:
        """True when the last of these lines may be the last of a comment with its foot below."""
        return self.style in FEET and _foot_of(own[-2:], self.habit) is not None

    def holds_two(self, own: list[str]) -> bool:
        """True when a foot stands amid these lines: what follows it is another comment's.

        The printer gives no marker to a comment that begins with its own points.
        """
        if self.style not in FEET:
            return False
        inner = own[1 : -_UNDER - 1] if len(own) > _UNDER + 1 else []
        return any(_foot_of([own[0], line], self.habit) for line in inner)

    def is_chrome(self, text: str) -> bool:
        """True for the site's buttons, and for what it prints with a good part of the entries."""
        return len(text) <= _SHORT and (
            is_button(text)
            or is_row(text, self.habit)
            or self.habit.is_over(text)
            or self.habit.is_under(text)
            or (self.style in FEET and is_date_line(text))
        )


def is_reply(line: Line) -> bool:
    """True for a line that is a reply button, perhaps with others beside it."""
    if line.kind or len(line.text) > _SHORT or not REPLY_BUTTON.search(line.text):
        return False
    return is_button(line.text) or is_row(line.text)


def profile_of(listing: Listing) -> Profile:
    """What the top-level entries of a list have in common."""
    own = _without_pings(_entries(listing))
    full = _without_pings(_entries(listing, whole=True))
    texts = [[line.text for line in entry] for entry in own]
    profile = Profile(entries=len(own))
    if not own:
        return profile
    _learn(profile, listing, texts, full)
    profile.teasers = _share(bool(_TEASER.match(entry[-1])) for entry in texts)
    profile.replies = _share(any(map(is_reply, entry)) for entry in full)
    profile.buttons = _share(any(is_row(line.text) for line in entry[1:]) for entry in full)
    profile.button_first = profile.replies >= 0.7 and _is_button_first(listing)
    profile.loose = is_loose(listing)
    profile.nested = any(line.kind == "ol" and line.indent > listing.base for line in listing.lines)
    profile.reply_kind = _reply_kind(listing)
    profile.length = median(sum(map(len, entry)) for entry in texts)
    return profile


def _without_pings(entries: list[list[Line]]) -> list[list[Line]]:
    return [entry for entry in entries if not PING.match(entry[0].text)]


def _learn(
    profile: Profile, listing: Listing, texts: list[list[str]], full: list[list[Line]]
) -> None:
    """The habit and style of a list: first what recurs, then with it the names, then both anew."""
    whole = [[line.text for line in entry] for entry in full]
    names: frozenset[str] = frozenset()
    for _ in range(2):
        profile.habit = Habit(_tails(texts), *furniture_of(listing, names), names)
        profile.style, profile.share = "", 0.0
        _choose_style(profile, texts, whole)
        heads = (profile.head(own) for _, own in entries_of(listing))
        names = frozenset(head.author for head in heads if head and head.author)


def _reply_kind(listing: Listing) -> str:
    """The kind of nearly all lists within entries: a theme prints its replies in one kind."""
    kinds = Counter(
        line.kind
        for line in listing.lines
        if line.kind and line.loose and line.indent > listing.base
    )
    kind, count = max(kinds.items(), key=lambda counted: counted[1], default=("", 0))
    return kind if count >= max(_FEW, _NEARLY * kinds.total()) else ""


def headed_part(listing: Listing) -> Listing:
    """A bulleted list from its first entry with a head to its last: menus may have run into it.

    Two bulleted lists side by side print as one. The list is returned as it is where entries in
    between have no head either, for then heads are not what tells its comments.
    """
    if listing.kind != "ul":
        return listing
    tops = [at for at, line in enumerate(listing.lines) if _is_top(line, listing)]
    texts = [[line.text for line in entry] for entry in _extents(listing)]
    levels = [[line.text for line in entry] for entry in _entries(listing, whole=True)]
    habit = Habit(_tails(texts), *furniture_of(listing))
    headed = [
        at
        for at, (own, level) in enumerate(zip(texts, levels, strict=True))
        if _has_date(own, habit) or _foot_of(level, habit)
    ]
    if len(headed) < _VARIED or len(headed) == len(tops):
        return listing
    pings = [bool(PING.match(own[0])) for own in texts]
    first, last = _with_pings(headed[0], headed[-1] + 1, pings)
    if len(headed) + sum(pings[first:last]) < _MOSTLY * (last - first):
        return listing
    begin = tops[first]
    end = [*tops, len(listing.lines)][last]
    start = listing.start + begin
    return Listing(listing.base, "ul", start, start + end - begin, listing.lines[begin:end])


def _with_pings(first: int, last: int, pings: list[bool]) -> tuple[int, int]:
    """The bounds of a run of entries with the pings right before and behind it."""
    while first > 0 and pings[first - 1]:
        first -= 1
    while last < len(pings) and pings[last]:
        last += 1
    return first, last


def _is_top(line: Line, listing: Listing) -> bool:
    return bool(line.kind) and line.indent == listing.base


def _has_date(own: list[str], habit: Habit) -> bool:
    """True when an entry has a head with a date, and a text."""
    head = head_of(own, habit)
    return head is not None and (head.clock or head.when is not None) and len(own) > head.lines


def is_loose(listing: Listing) -> bool:
    """True when a blank line stands over most entries but the first; over nested ones if few."""
    marked = [line for line in listing.lines if line.kind]
    tops = [line for line in marked if line.indent == listing.base][1:]
    return _share(line.loose for line in (tops if len(tops) > 1 else marked[1:])) > 0.7


def _is_button_first(listing: Listing) -> bool:
    """True when entries with something nested have their reply button over some of it.

    A third is enough: what is nested may be the commenter's own points, over the button.
    """
    column = listing.base + STEP
    over = []
    for entry in _extents(listing):
        level = [line for line in entry[1:] if line.indent == column]
        buttons = [at for at, line in enumerate(level) if is_reply(line)]
        nested = [at for at, line in enumerate(level) if line.kind]
        if nested:
            over.append(bool(buttons) and buttons[0] < nested[-1])
    return _share(over) >= 1 / 3


def _extents(listing: Listing) -> list[list[Line]]:
    """All lines of each top-level entry."""
    extents: list[list[Line]] = []
    for line in listing.lines:
        if line.indent == listing.base and line.kind:
            extents.append([])
        if extents:
            extents[-1].append(line)
    return extents


def _choose_style(profile: Profile, texts: list[list[str]], whole: list[list[str]]) -> None:
    """Where author and date stand.

    texts: the lines of each entry up to what is nested in it; whole: those below it too.
    """
    heads = _heads(profile, texts)
    bodies = _share(
        has_text(text[head.lines :], profile.habit)
        for head, text in zip(heads, texts, strict=True)
        if head
    )
    feet: list[Head | None] = []
    if _share(map(_is_dated, heads)) < 0.5:
        feet = [_foot_of(own, profile.habit) for own in whole]
    if _share(heads) >= 0.5 and bodies >= 0.5 and _share(feet) < _MOSTLY:
        _take(profile, "head", heads)
    else:
        feet = feet or [_foot_of(own, profile.habit) for own in whole]
        _choose_among_others(profile, texts, whole, feet)


def _choose_among_others(
    profile: Profile, texts: list[list[str]], whole: list[list[str]], feet: list[Head | None]
) -> None:
    """Where author and date stand on a page that has no heads: in feet, or a name alone above."""
    named = _share(_name_of(own, profile.habit) for own in texts)
    if _share(feet) >= 0.5 and _share(len(own) > 1 for own in whole) >= 0.5:
        unsigned = _share(foot is not None and not foot.author for foot in feet)
        _take(profile, "split" if unsigned >= 0.5 and named >= 0.6 else "foot", feet)
    elif (named >= 0.85 and len(texts) >= 4) or (named == 1 and len(texts) == 3):
        profile.style, profile.share = "name", named


def _is_dated(head: Head | None) -> bool:
    return head is not None and (head.clock or head.when is not None)


def _take(profile: Profile, style: str, heads: list[Head | None]) -> None:
    profile.style, profile.share = style, _share(heads)
    profile.clocks = _share(head is not None and head.clock for head in heads)
    profile.names = _share(
        head.author is not None and is_name(head.author) for head in heads if head
    )


def _heads(profile: Profile, texts: list[list[str]]) -> list[Head | None]:
    """The heads of entries, with the name before the date, behind it, or on the line below it."""
    best = [head_of(own, profile.habit) for own in texts]
    full = [own for own in texts if len(own) > _HEADED] or texts  # others begin with own points
    signed = len(_authors(best))
    for order in ("behind", "below"):
        habit = profile.habit._replace(order=order)
        heads = [head_of(own, habit) for own in texts]
        names = _authors(heads)
        if len(names) <= signed or len(set(names)) < _VARIED:
            continue
        if sum(_is_signed_text(own, habit) for own in full) >= _MOSTLY * len(full):
            profile.habit, best, signed = habit, heads, len(names)
    return best


def _authors(heads: list[Head | None]) -> list[str]:
    return [head.author for head in heads if head and head.author is not None]


def _is_signed_text(own: list[str], habit: Habit) -> bool:
    """Whether an entry has an author over its text."""
    head = head_of(own, habit)
    return head is not None and head.author is not None and len(own) > head.lines


def _share(flags: object) -> float:
    values = [bool(flag) for flag in flags]  # type: ignore[attr-defined]
    return sum(values) / len(values) if values else 0.0


def _entries(listing: Listing, whole: bool = False) -> list[list[Line]]:
    """The lines of each top-level entry up to its first nested marker; `whole`: also below."""
    entries: list[list[Line]] = []
    nested = True
    for line in listing.lines:
        if line.indent == listing.base and line.kind:
            entries.append([line])
            nested = False
        elif line.kind:
            nested = True
        elif entries and (not nested or (whole and line.indent == listing.base + STEP)):
            entries[-1].append(line)
    return entries


def _tails(texts: list[list[str]]) -> frozenset[str]:
    """What stands after the dates of at least a fifth of the entries."""
    counted: Counter[str] = Counter()
    for entry in texts:
        for line in entry[:4]:
            date = stamp(line) if len(line) <= 160 else None
            if date:
                counted[plain_tail(line[date.end :])] += 1
                break
    return frozenset(
        tail for tail, n in counted.items() if n >= max(2, len(texts) / 5) and len(tail) <= _SHORT
    )


def _name_of(own: list[str], habit: Habit) -> Head | None:
    """The name that stands alone on the first line; None where it may be none, or no text below."""
    name = name_of(own[0])
    if name is None:
        return None
    taken = past_furniture(own, past_name(own, 0, name), habit, named=True)
    return Head(name, None, taken, clock=False) if taken < len(own) else None


def _foot_of(own: list[str], habit: Habit) -> Head | None:
    """Author and time below the text, perhaps over the site's own lines."""
    for below in range(1, min(_UNDER + 1, len(own) - 1) + 1):
        line = own[-below]
        foot = head_of([line], habit, 1)
        if foot and (foot.when is not None or foot.clock):
            return foot._replace(lines=0, below=below)
        if not (is_row(line, habit) or habit.is_under(line)):
            return None
    return None
