"""JSON of no format we know by name: comments in envelopes, or with their replies within them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.readers import json_formats
from moderation.readers.columns import NAMES, is_html, roles
from moderation.readers.json_text import first_values
from moderation.readers.json_walk import JsonFormat, at, objects, read_format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

LOOKED_AT = 2_000  # objects


def shape_of(source: Source) -> JsonFormat | None:
    """The file's own format, as far as the usual names of fields tell; None for rows and others."""
    if "tree" not in source.memo:
        known = not source.is_json or json_formats.which(source) or json_formats.flat_reddit(source)
        source.memo["tree"] = None if known else _shape(first_values(source), source)
    found: JsonFormat | None = source.memo["tree"]
    return found


def detect(source: Source) -> str | None:
    """JSON objects with a text, within other objects."""
    shape = shape_of(source)
    return (
        None
        if shape is None
        else f"nested JSON objects with {', '.join(shape.keys).replace('|', ' or ')}"
    )


def read(source: Source) -> Iterator[Batch]:
    """Batches of the comments, nested or not."""
    return read_format(source, shape_of(source) or _SHAPELESS)


_SHAPELESS = JsonFormat("json-tree", "", ("text",), "text")


def _shape(roots: list[Any], source: Source) -> JsonFormat | None:
    comments = list(_comments(roots, source))
    tops = [one for root in roots for one in (root if isinstance(root, list) else [root])]
    flat = any(_is_comment(one, source) for one in tops if isinstance(one, dict))
    if not comments or (flat and not any(_has_replies(one, source) for one in comments)):
        return None
    keys = list(dict.fromkeys(key for one in comments for key in one))
    chosen = roles(keys, source.mapping)
    others = [chosen[role] for role in ("id", "author", "created_at") if role in chosen]
    author = chosen.get("author", "")
    return JsonFormat(
        "json-tree",
        "",
        keys=(chosen["text"], "|".join(others)),
        text="<" * is_html(chosen["text"]) + chosen["text"],
        id=chosen.get("id", ""),
        parent=chosen.get("parent_id", ""),
        thread=chosen.get("thread_id", "") if chosen.get("thread_id") != "url" else "",
        author="|".join([*(f"{author}.{name}" for name in NAMES), author]) if author else "",
        time=chosen.get("created_at", ""),
        url=chosen.get("url", ""),
        status=chosen.get("status", ""),
        title=chosen.get("title", ""),
        post=("title", "comments|replies|children|responses|posts|answers"),
        post_id="id|url|slug|title",
        post_text="article|selftext|description|content|body|text",
    )


def _comments(roots: list[Any], source: Source) -> Iterator[dict[str, Any]]:
    looked = 0
    for root in roots:
        for node in objects(root):
            looked += 1
            if looked > LOOKED_AT:
                return
            if _is_comment(node, source):
                yield node


def _is_comment(node: dict[str, Any], source: Source) -> bool:
    """An object with a text, and an id, an author or a time."""
    if "title" in node and _has_list(node):
        return False  # the post that the comments stand under
    chosen = roles(node, source.mapping)
    others = {"id", "author", "created_at"} & chosen.keys()
    return "text" in chosen and bool(others) and isinstance(at(node, chosen["text"]), str)


def _has_list(node: dict[str, Any]) -> bool:
    return any(
        isinstance(value, list) and value and isinstance(value[0], dict) for value in node.values()
    )


def _has_replies(node: dict[str, Any], source: Source) -> bool:
    """Whether comments stand within the comment."""
    return any(
        _is_comment(inner, source)
        for value in node.values()
        if isinstance(value, dict | list)
        for inner in objects(value)
    )
