"""Comments that a page carries as schema.org JSON-LD in its scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moderation.readers.markup import plain
from moderation.readers.records import Row
from moderation.readers.values import when

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_TYPES = frozenset(["Comment", "UserComments", "Answer"])
_REPLIES = ("comment", "comments", "suggestedAnswer", "acceptedAnswer", "reply", "replies")
_NODES = 1_000_000  # objects and lists of a page that are looked at


def comments_of(page: LexborHTMLParser) -> list[Row]:
    """The comments of all JSON-LD scripts, each after its parent; ids are made where none is."""
    comments: list[Row] = []
    for script in page.css("script[type='application/ld+json']"):
        try:
            content = json.loads(script.text(deep=True) or "null")
        except (ValueError, RecursionError):
            continue  # a broken script is no comment lost: the page itself is read beside it
        comments.extend(_walk(content, len(comments)))
    return comments


def _walk(content: Any, offset: int) -> list[Row]:
    """Every comment under `content` in document order, without recursion."""
    comments: list[Row] = []
    known: dict[str, str] = {}
    stack: list[tuple[Any, str | None]] = [(content, None)]
    for _ in range(_NODES):
        if not stack:
            break
        value, parent = stack.pop()
        if isinstance(value, list):
            stack.extend((item, parent) for item in reversed(value))
        elif isinstance(value, dict):
            below = parent
            if _is_comment(value):
                row = _row(value, parent, str(offset + len(comments) + 1))
                known[row.id or ""] = row.id or ""
                comments.append(row)
                below = row.id
            stack.extend((value[key], below) for key in reversed(_below(value)))
    for row in comments:
        if row.parent_id is not None and row.parent_id not in known:
            row.parent_id = None
    return comments


def _below(value: dict[str, Any]) -> list[str]:
    """The keys whose values may hold comments; all of them but for a comment's own links."""
    if _is_comment(value):
        return [key for key in value if key in _REPLIES]
    return list(value)


def _is_comment(value: dict[str, Any]) -> bool:
    types = value.get("@type")
    return bool(_TYPES & set(types if isinstance(types, list) else [types])) and bool(
        value.get("text") or value.get("commentText") or value.get("@id")
    )


def _row(value: dict[str, Any], parent: str | None, number: str) -> Row:
    own = _first(value, "@id", "identifier", "url")
    above = value.get("parentItem")
    above = above.get("@id") if isinstance(above, dict) else above
    url = value.get("url")
    return Row(
        plain(str(_first(value, "text", "commentText") or ""), newlines=True),
        own if isinstance(own, str) else number,
        above if isinstance(above, str) else parent,
        None,
        _author(_first(value, "author", "creator")),
        when(_first(value, "dateCreated", "datePublished", "commentTime")),
        status="approved",
        url=url if isinstance(url, str) else None,
    )


def _first(value: dict[str, Any], *keys: str) -> Any:
    """What stands under the first of these keys that has anything."""
    return next((value[key] for key in keys if value.get(key)), None)


def _author(author: Any) -> str | None:
    """The name of a person, or of the first of several."""
    author = author[0] if isinstance(author, list) and author else author
    name = author.get("name") if isinstance(author, dict) else author
    return str(name) if name else None
