"""Learn which lines around its comments a site prints itself: votes, buttons, badges.

What a site prints stands with many comments in the same place, and differs in its numbers and
names alone; what people write does not.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from moderation.readers.bylines.heads import Habit, is_date_line, votes_of
from moderation.readers.plaintext.lists import STEP

if TYPE_CHECKING:
    from moderation.readers.plaintext.lists import Listing

_LEADING = 6  # lines of a comment that may stand over its text, at most
_TRAILING = 5  # and under it
_LONG = 80  # characters of a line that is no button
_SHARE = 0.5  # of the comments of one sort that carry a line of the site's, at least
_FEW = 4  # comments that do so, at least
_SENTENCE_END = re.compile(r"\w[.!?]$")


def entries_of(listing: Listing) -> list[tuple[int, list[str]]]:
    """The lines of every entry of a list at any depth, without what is nested in it."""
    entries: list[tuple[int, list[str]]] = []
    open_: list[tuple[int, list[str]]] = []
    for line in listing.lines:
        while open_ and open_[-1][0] >= line.indent:
            open_.pop()
        if line.kind:
            entry = (line.indent, [line.text])
            open_.append(entry)
            entries.append(entry)
        elif open_ and open_[-1][0] + STEP == line.indent:
            open_[-1][1].append(line.text)
    return entries


def furniture_of(
    listing: Listing, names: frozenset[str] = frozenset()
) -> tuple[frozenset[str], frozenset[str]]:
    """The forms of the lines over and under at least half of the comments' texts of one sort.

    Sorts: at the top, and nested. What is told by the line alone (dates) is left out.
    """
    habit = Habit(names=names)
    entries = [entry for entry in entries_of(listing) if len(entry[1]) > 1]
    top = [own for indent, own in entries if indent == listing.base]
    nested = [own for indent, own in entries if indent > listing.base]
    sorts = [_common(some, habit) for some in (top, nested, top + nested)]
    over, under = (frozenset().union(*sides) for sides in zip(*sorts, strict=True))
    return over, under


def _common(entries: list[list[str]], habit: Habit) -> tuple[frozenset[str], frozenset[str]]:
    """What recurs over and under the texts: in which place, counted from either end, it does most.

    Of a short comment every line is near both its ends.
    """
    over: dict[str, Counter[int]] = defaultdict(Counter)
    under: dict[str, Counter[int]] = defaultdict(Counter)
    counted: Counter[str] = Counter()
    for own in map(list, dict.fromkeys(map(tuple, entries))):
        forms: set[str] = set()
        for place, line in enumerate(own):
            back = len(own) - place
            if place and (place <= _LEADING or back <= _TRAILING):
                form = _furniture_form(line, habit)
                over[form][place] += 1
                under[form][back] += 1
                forms.add(form)
        counted.update(forms)
    enough = max(_FEW, _SHARE * len(entries))
    common = [form for form, count in counted.items() if form and count >= enough]
    first = {form: _is_over(over[form], under[form]) for form in common}
    sides = [{form for form in common if first[form] is top} for top in (True, False)]
    votes = [set(map(votes_of, side)) - {""} for side in sides]
    return frozenset(sides[0] | votes[0]), frozenset(sides[1] | votes[1])


def _is_over(places: Counter[int], backs: Counter[int]) -> bool:
    """Whether a line keeps its place from the start; if from both ends, whether it is not last."""
    (_, fore), (back, aft) = places.most_common(1)[0], backs.most_common(1)[0]
    return fore > aft or (fore == aft and back > 1)


def _furniture_form(line: str, habit: Habit) -> str:
    """The form of a line that a site may print; "" for dates, long lines and sentences."""
    if len(line) > _LONG or is_date_line(line):
        return ""
    form = habit.form(line)
    same = form == line.lower()
    return "" if same and _SENTENCE_END.search(form) else form
