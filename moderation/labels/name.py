"""What a label and a person may be called; apart, so that writing the ledger loads no tables."""

from __future__ import annotations

import re
from unicodedata import category

from moderation.errors import LabelError

LABEL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
"""It serves as a column name, a file name, a JSON key and a word on the command line."""

# fmt: off
RESERVED = frozenset({
    "thread_id", "id", "parent_id", "depth", "position", "author", "created_at", "text", "kind",
    "status", "url", "warnings", "parent_text", "title", "article", "annotator", "source", "group",
    "labelled_at", "weight", "natural", "flags", "why", "campaign", "language", "cannot_tell",
})
# fmt: on
"""Columns of label tables, comment tables and scored files that are no labels."""


def is_label(name: str) -> bool:
    """Whether this is a valid label name.

    >>> is_label("off_topic"), is_label("off topic"), is_label("text")
    (True, False, False)
    """
    return LABEL_NAME.fullmatch(name) is not None and name not in RESERVED


def check_person(name: str) -> None:
    """Raise LabelError for a name that would not show as what it is: with anything unseen in it.

    Joiners are letters of a kind in Persian, Hindi and emoji.
    """
    shown = all(category(sign) not in _UNSEEN or sign in _JOINERS for sign in name)
    if not name.strip() or not shown:
        raise LabelError(
            f"{name[:40]!a} cannot be a reviewer's name: it is empty, or has line breaks, control "
            "or invisible characters"
        )


_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
