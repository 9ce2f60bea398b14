"""Cut a plain-text page into lines and its printed lists: the grammar of the page printer.

Resiliparse prints `<li>` at list depth d as 2d spaces and `N. ` or `• `, and every later line of
that element at column 2d + 2, however wide the number is. So a reply's marker and a later
paragraph of its parent start in the same column; telling them apart is `plaintext_tree`'s work.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.heads import is_date_line

STEP = 2  # columns per list depth, in the printer
_MARKER = re.compile(r"(?:(?P<number>\d{1,6})\.|•)(?: |$)")
_DIGIT = re.compile(r"\d")
_DATED = re.compile(r"^\d{1,2}\. [^\W\d]+\.? (?:19|20)\d\d\b")
_AD_LINES = 6  # between two entries of one list; more is another part of the page
_PRE_LINES = 60  # of preformatted text, which the printer does not indent


class Line(NamedTuple):
    """A line that is not blank. `text` is without the marker; `kind` is "" where there is none."""

    indent: int
    kind: str  # "ol", "ul" or ""
    number: int  # of a numbered marker, else 0
    text: str
    loose: bool  # a blank line stands above
    whole: str  # with its marker, without indentation


class Listing(NamedTuple):
    """One printed list with all that is nested in it: `lines[start:end]`, markers at `base`."""

    base: int
    kind: str
    start: int
    end: int
    lines: list[Line]  # without interruptions by other parts of the page


def lines_of(page: str) -> list[Line]:
    """The lines of a page that are not blank."""
    lines: list[Line] = []
    loose = True
    for raw in page.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        stripped = raw.strip(" \t\f\ufeff")
        if not stripped.strip("\u00a0\u200b"):
            loose = True
            continue
        lines.append(_line(len(raw) - len(raw.lstrip(" \ufeff")), stripped, loose))
        loose = False
    return lines


def _line(indent: int, text: str, loose: bool) -> Line:
    marker = _MARKER.match(text) if indent >= STEP and indent % STEP == 0 else None
    if marker is None or _is_date(text):
        return Line(indent, "", 0, text, loose, text)
    number = marker["number"]
    kind = "ol" if number else "ul"
    return Line(indent, kind, int(number or 0), text[marker.end() :].strip(), loose, text)


def _is_date(text: str) -> bool:
    """True for "1. November 2023 um 11:54 Uhr", where 1 is the day and no marker."""
    rest = text.partition(" ")[2]
    if not text[0].isdigit() or not _DIGIT.search(rest):
        return False
    behind = stamp(rest[:40])
    if behind and (behind.when is not None or behind.start == 0):
        return False
    date = stamp(text[:60]) if _DATED.match(text) else None
    return (date is not None and date.start == 0) or is_date_line(text)


def listings(lines: list[Line], base: int) -> list[Listing]:
    """Every list whose markers stand at column `base`, in page order.

    A list may begin with replies whose parent was not printed, and goes on over a few lines of
    another part of the page (an advertisement, preformatted text) when its numbers go on.
    """
    lists: list[Listing] = []
    at = 0
    while at < len(lines):
        if not (lines[at].kind and lines[at].indent >= base):
            at += 1
            continue
        listing = _listing(lines, at, base)
        if listing:
            lists.append(listing)
        at = listing.end if listing else _run_end(lines, at, base)
    return lists


def _inside(line: Line, base: int) -> bool:
    return line.indent > base or (line.indent == base and bool(line.kind))


def _run_end(lines: list[Line], at: int, base: int) -> int:
    while at < len(lines) and _inside(lines[at], base):
        at += 1
    return at


def _listing(lines: list[Line], start: int, base: int) -> Listing | None:
    """The list that begins at `start`: up to a change of kind, a lower number or its run's end."""
    own: list[Line] = []
    kind, number, at = "", 0, start
    while at < len(lines):
        line = lines[at]
        top = line.indent == base
        if not _inside(line, base) or (top and kind and not _follows(line, kind, number)):
            resumed = _resumption(lines, at, base, kind, number) if kind else 0
            if not resumed:
                break
            if not line.loose:
                own.extend(_as_text(row, own[-1]) for row in lines[at:resumed])
            at = resumed
            continue
        if top:
            kind, number = line.kind, line.number
        own.append(line)
        at += 1
    return Listing(base, kind, start, at, own) if kind else None


def _follows(line: Line, kind: str, number: int) -> bool:
    return line.kind == kind and (kind == "ul" or line.number > number)


def _as_text(row: Line, last: Line) -> Line:
    """A line of preformatted text, printed without indentation, in its comment's column."""
    return row._replace(
        indent=last.indent + STEP if last.kind else last.indent, kind="", text=row.whole
    )


def _resumption(lines: list[Line], at: int, base: int, kind: str, number: int) -> int:
    """Where the list goes on after an interruption at `at`; 0 if it does not.

    Preformatted text follows its comment without a blank line, an advertisement with one.
    """
    new_list = bool(lines[at].kind) and lines[at].indent == base
    if lines[at].loose or new_list:
        return _behind_other_lines(lines, at, base, kind, number)
    for later in range(at, min(len(lines), at + _PRE_LINES)):
        line = lines[later]
        if _continues(line, base, kind, number):
            return later
        if later > at and line.indent == base and line.kind:
            return 0
        if later > at and line.loose:
            return later if line.indent > base else 0
    return 0


def _behind_other_lines(lines: list[Line], at: int, base: int, kind: str, number: int) -> int:
    """Where the list goes on behind an advertisement or the like; 0 if it does not."""
    for later in range(at, min(len(lines), at + _AD_LINES)):
        line = lines[later]
        if _continues(line, base, kind, number):
            return later
        if line.indent > base or (later > at and line.indent == base and line.kind):
            return 0
    return 0


def _continues(line: Line, base: int, kind: str, number: int) -> bool:
    """Whether a line is the next entry of a numbered list."""
    return line.indent == base and kind == line.kind == "ol" and line.number == number + 1
