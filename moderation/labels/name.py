"""What a label may be called; apart, so that writing the ledger loads no table library."""

from __future__ import annotations

import re

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
