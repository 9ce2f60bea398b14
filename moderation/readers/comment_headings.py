"""Tell the lines around a page's comments from others: their heading, the form, the house rules."""

from __future__ import annotations

import re

from moderation.readers.comment_heads import is_button, stamp
from moderation.readers.comment_words import COMMENT_STEMS, FORM_PHRASES, either

_SHORT = 80  # characters of a heading
_RULES = 600  # characters of a paragraph that tells how to comment
COMMENT_WORD = re.compile(either(COMMENT_STEMS), re.IGNORECASE)
_NAMED = re.compile(r"\b(?:comment|kommentar|comentario|commentaire|reactie)", re.IGNORECASE)
_COUNTED = re.compile(rf"\W*\d+ (?:{either(COMMENT_STEMS)})", re.IGNORECASE)
_FORM = re.compile(either(FORM_PHRASES), re.IGNORECASE)
_FORM_LINE = 200  # characters of a line of the form for comments


def is_form(text: str) -> bool:
    """True for a line of the form for comments, or one that says that there is none any more."""
    return len(text) <= _FORM_LINE and bool(_FORM.search(text))


def is_comment_heading(text: str) -> bool:
    """True for a line that is the heading of comments: their word and number, little else."""
    words = text.split()
    if is_button(text):
        return False
    if len(words) <= 4 and COMMENT_WORD.match(text.strip("0123456789 ()#:.,")):
        return True
    return len(text) <= 2 * _SHORT and bool(_COUNTED.match(text))


def is_about_comments(text: str) -> bool:
    """True for what stands between article and comments: headings, forms, house rules."""
    if len(text) > _RULES:
        return False
    said = len(_NAMED.findall(text)) >= 2 or bool(_NAMED.match(text))
    return said or bool(_FORM.search(text)) or is_comment_heading(text)


def is_byline(text: str) -> bool:
    """True for the line under an article's title: date, author, number of comments."""
    return stamp(text) is not None and not _COUNTED.match(text)
