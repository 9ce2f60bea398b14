"""Mappings whose keys are data: ids of comments, or the pages that lists of comments are of.

Such a key is written into the objects under it, where it can be read like any other field.
"""

from __future__ import annotations

import re
from typing import Any

from moderation.readers.values import status_of

KEY = "(its key)"
"""The field in which an object holds the key that it stood under."""
PAGE = "(key of its list)"
"""The same of an object in a list that stood under a key, or in a mapping that did."""
_DATA = re.compile(  # no name that a programmer gives a field
    r"\d[\d.]*|(?=.*\d)[0-9a-fA-F-]{6,}|.*[/%?=&\s#:.].*|[^-_]+(?:[-_][^-_]+){2,}|.*[^\x00-\x7f].*|"
    r"(?=.*\d)(?=.*[A-Z])[\w-]{8,}|[A-Za-z]{1,12}[-_]?\d[\w-]*"
)
_ENVELOPE_WORDS = (
    "comments replies children data items results list nodes edges posts messages reviews "
    "responses top hot pinned featured users members author authors tags links media meta "
    "categories answers threads pages articles stories attachments reactions mentions entities"
)
_ENVELOPE = frozenset(_ENVELOPE_WORDS.split())
_LIKE = 0.5  # keys in common


def unkeyed(root: Any) -> bool:
    """Write keys that are data into the objects under them. False where there are none."""
    found = False
    for node in _inmost_first(root):
        values = [value for value in node.values() if value not in (None, [], {})]
        if not values:
            continue
        if all(isinstance(value, dict) for value in values):
            found |= _mapping(node, values)
        elif all(_is_list(value) for value in values) and _are_pages(node, values):
            for key, value in node.items():
                _mark(value or [], PAGE, key)
            found = True
    return found


def _mapping(node: dict[str, Any], values: list[dict[str, Any]]) -> bool:
    """Mark the objects of a mapping, or those of the mappings in it."""
    inner = [value for value in values if _is_marked(value)]
    if len(inner) == len(values) and _are_data(node):
        for key, value in node.items():
            _mark(list((value or {}).values()), PAGE, key)
        return True
    if not (_are_data(node) or (len(values) > 1 and _are_alike(values) and _say(values))):
        return False
    if not _are_alike(values):
        return False
    for key, value in node.items():
        if isinstance(value, dict):
            value.setdefault(KEY, key)
    return True


def _is_marked(value: dict[str, Any]) -> bool:
    return bool(value) and all(isinstance(one, dict) and KEY in one for one in value.values())


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _are_data(node: dict[str, Any]) -> bool:
    keys = [key for key in node if key not in (KEY, PAGE)]
    return 2 * sum(bool(_DATA.fullmatch(key)) for key in keys) > len(keys)


def _are_pages(node: dict[str, Any], values: list[list[dict[str, Any]]]) -> bool:
    """Whether lists stand under the names of their pages: like objects, under no usual name."""
    if any(key.lower() in _ENVELOPE for key in node):
        return False
    firsts = [value[0] for value in values]
    named = _are_data(node) or all(status_of(key) != "unknown" for key in node)
    return named or (len(firsts) > 1 and _are_alike(firsts) and _say(firsts))


def _are_alike(values: list[dict[str, Any]]) -> bool:
    """Whether objects have the same keys, more or less."""
    first = values[0].keys() - {KEY, PAGE}
    some = values[1:20]
    like = sum(
        len(first & other.keys()) >= _LIKE * max(len(first), len(other.keys() - {KEY, PAGE}))
        for other in some
    )
    return len(first) > 0 and 2 * like >= len(some)


def _say(values: list[dict[str, Any]]) -> bool:
    """Whether some words stand in the objects."""
    return any(
        isinstance(text, str) and text.strip().count(" ") > 1
        for value in values[:20]
        for text in value.values()
    )


def _mark(values: list[Any], name: str, key: str) -> None:
    for value in values:
        if isinstance(value, dict):
            value.setdefault(name, key)


def _inmost_first(root: Any) -> list[dict[str, Any]]:
    """All objects of a value, those within others before them."""
    stack, found = [root], []
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            found.append(node)
            stack += [value for value in node.values() if isinstance(value, dict | list)]
        elif isinstance(node, list):
            stack += [value for value in node if isinstance(value, dict | list)]
    return found[::-1]
