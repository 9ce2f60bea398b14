"""Tell the lines around a page's comments from others: their heading, the form, the house rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.heads import is_button
from moderation.readers.bylines.words import COMMENT_STEMS, FORM_PHRASES, either

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORT = 80  # characters of a heading
_WORDS = 5  # of a heading with a number of comments in it
_RULES = 600  # characters of a paragraph that tells how to comment
COMMENT_WORD = re.compile(either(COMMENT_STEMS), re.IGNORECASE)
_NAMED = re.compile(r"\b(?:comment|kommentar|comentario|commentaire|reactie)", re.IGNORECASE)
_COUNTED = re.compile(rf"\W*\d+ (?:{either(COMMENT_STEMS)})", re.IGNORECASE)
_COUNTED_LAST = re.compile(rf"[:|–—]\s*\d+ (?:{either(COMMENT_STEMS)})\w*\W*$", re.IGNORECASE)
_DECLARED = re.compile(
    rf"^\W*(?:[^\W\d]+ ){{0,3}}(?P<before>\d{{1,6}})\s+{either(COMMENT_STEMS)}"
    rf"|^\W*{either(COMMENT_STEMS)}\w*\s*[:(\[]?\s*(?P<behind>\d{{1,6}})\W*$"
    rf"|[:|–—(]\s*(?P<last>\d{{1,6}})\s+{either(COMMENT_STEMS)}\w*\W*$",
    re.IGNORECASE,
)
_COUNT = re.compile(rf"(?<![\d.,:])(\d{{1,5}}) {either(COMMENT_STEMS)}", re.IGNORECASE)
_FORM = re.compile(either(FORM_PHRASES), re.IGNORECASE)
_FORM_LINE = 200  # characters of a line of the form for comments


def is_form(text: str) -> bool:
    """True for a line of the form for comments, or one that says that there is none any more."""
    return len(text) <= _FORM_LINE and bool(_FORM.search(text))


def is_comment_heading(text: str) -> bool:
    """True for a line that is the heading of comments: their word and number, little else."""
    words = text.split()
    if is_button(text) or is_byline(text):
        return False
    if len(words) <= 4 and COMMENT_WORD.match(text.strip("0123456789 ()#:.,")):
        return True
    if len(words) <= _WORDS and _COUNT.search(text):
        return True
    return len(text) <= 2 * _SHORT and bool(_COUNTED.match(text) or _COUNTED_LAST.search(text))


def declared(text: str) -> int | None:
    """How many comments a heading speaks of; None for other lines.

    >>> declared("12 thoughts on “Ropes”"), declared("Comments (3)"), declared("3 ropes")
    (12, 3, None)
    """
    count = _DECLARED.search(text) if len(text) <= 2 * _SHORT and not is_byline(text) else None
    if count is None:
        return None
    return int(count["before"] or count["behind"] or count["last"])


def shortfall(headings: Iterable[str], count: int, pings: int) -> str | None:
    """A note when the page's headings speak of another number of comments than was found.

    Sites count pings or not, so either agrees; 0 of a template does not count.
    """
    numbers = [number for text in headings if (number := declared(text))]
    if not numbers or {count, count - pings} & set(numbers):
        return None
    return f"the page speaks of {numbers[0]} comments, and {count} are on it"


def declared_in_byline(text: str) -> int | None:
    """How many comments the line under an article's title speaks of; None for other lines.

    >>> declared_in_byline("By Ann on 3 May 2020 | 12 comments"), declared_in_byline("12 comments")
    (12, None)
    """
    count = _COUNT.search(text) if len(text) <= 2 * _SHORT and is_byline(text) else None
    return int(count[1]) if count else None


def is_about_comments(text: str) -> bool:
    """True for what stands between article and comments: headings, forms, house rules."""
    if len(text) > _RULES:
        return False
    names_them = len(_NAMED.findall(text)) >= 2 or bool(_NAMED.match(text))
    return names_them or bool(_FORM.search(text)) or is_comment_heading(text)


def is_byline(text: str) -> bool:
    """True for the line under an article's title: date, author, number of comments."""
    return not _COUNTED.match(text) and stamp(text) is not None
