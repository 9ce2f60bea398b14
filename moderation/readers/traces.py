"""What shows that a text without comments is what damage has left of a dump of comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.readers.talk.comments import STAMP, signed

if TYPE_CHECKING:
    from moderation.readers.source import Source

READ_AS = ("html", "plaintext")
"""The readers that take whatever is prose."""
_FIRST = re.compile(r"[^\W_]")
_DATA = (".json", ".jsonl", ".ndjson", ".xml", ".csv", ".tsv", ".sql", ".mbox", ".eml")
_TRACES = {
    "a signature of a talk page": STAMP,
    "a line of a chat": re.compile(
        r"^[\u200e\u200f\ufeff]*\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?[\s\u202f]+\d{1,2}[:.]\d\d\b.*:",
        re.MULTILINE,
    ),
    "the head of a message": re.compile(
        r"^\[[^\[\]\n]{0,40}\d[:.]\d\d[^\[\]\n]{0,10}\] \S", re.MULTILINE
    ),
    "attributes of an XML dump": re.compile(r'\b[A-Z]\w+="[^"<>]*"\s+[A-Z]\w+="'),
    "a heading of wikitext": re.compile(r"^(={2,6})[^=\n]+\1", re.MULTILINE),
    "a link to a user of a wiki": re.compile(r"\[\[[^\[\]|:\n]{2,30}:[^\[\]|\n]+\|"),
}


def trace(source: Source, reader: str) -> str:
    """What in a file looks as if it came from a dump; empty where nothing does.

    It is asked of a file in which its `reader` has found no comment.
    """
    sample = source.sample.replace("\r", "\n")
    if signed(sample):
        return "a signature of a talk page"
    if reader != "plaintext":
        return ""
    if source.suffix in _DATA:
        return f"a name that ends in {source.suffix}"
    first = _FIRST.search(sample)
    if first and (first[0].islower() or first[0].isdigit()):
        return "a beginning that is none of a page"
    return next((name for name, pattern in _TRACES.items() if pattern.search(sample)), "")
