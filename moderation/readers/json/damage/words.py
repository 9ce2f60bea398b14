"""Where in a JSON object words stand that are no id, no date, no name and no key."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

from moderation.readers.json.damage.strays import is_prose
from moderation.readers.json.shape import NESTED, Record, at
from moderation.readers.synonyms import is_value
from moderation.readers.values import is_sentence, when

PROSE = 4  # blanks in a date, an id or a status that is none
LONG_NAME = 10  # blanks in an author's name
_WORD = re.compile(r"[^\W\d_]{2,}")


def prose_in(record: Record, paths: list[str]) -> str:
    """The path of an id, a date or a status that is prose; empty where none is."""
    for path in paths:
        value = at(record, path)
        if isinstance(value, str) and value.count(" ") >= PROSE and len(_WORD.findall(value)) > 4:
            return path
    return ""


def in_place_of_a_date(record: Record, path: str) -> bool:
    """Whether some words, or markup, stand where no date can be read."""
    values = (at(record, alternative) for alternative in path.split("|") if path)
    return any(
        isinstance(value, str) and len(_WORD.findall(value)) > 1 and when(value) is None
        for value in values
    )


def is_inserted(text: str, usual: str) -> bool:
    """Whether a text begins and ends as the usual one, whole, with more in its middle."""
    ways = ((text, usual), (text[::-1], usual[::-1]))
    same = [takewhile(lambda pair: pair[0] == pair[1], zip(*way, strict=False)) for way in ways]
    return len(text) > len(usual) > 0 and sum(len(list(edge)) for edge in same) >= len(usual)


def is_long(name: Any) -> bool:
    """Whether a name has more words than names have."""
    return isinstance(name, str) and name.count(" ") >= LONG_NAME


def sentences(record: Record) -> list[str]:
    """The keys that hold a text, though their names are those of dates, ids or states."""
    return [key for key, value in record.items() if is_value(key) and is_sentence(value)]


def is_text(value: Any) -> bool:
    """Whether a value has more words than one that is usually a single word can have."""
    return (
        isinstance(value, str)
        and value.count(" ") > PROSE
        and len(_WORD.findall(value)) > PROSE + 1
    )


def prose_key(node: Record) -> str:
    """A key of a plain value that is prose, where a list stands beside it; empty where none is."""
    if not any(isinstance(value, NESTED) for value in node.values()):
        return ""
    return next(
        (key for key, value in node.items() if is_prose(key) and not isinstance(value, NESTED)),
        "",
    )
