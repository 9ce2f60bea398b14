"""JSON of no format we know by name: comments in envelopes, or with their replies within them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.readers.json import formats
from moderation.readers.json.late import late
from moderation.readers.json.read import read_format
from moderation.readers.json.shape import JsonFormat, at
from moderation.readers.json.text import first_values
from moderation.readers.json.walk import NESTS, REPLIES, objects
from moderation.readers.synonyms import NAMES, is_html, plainly, roles
from moderation.readers.table.columns import late_roles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

LOOKED_AT = 2_000  # objects


def shape_of(source: Source) -> JsonFormat | None:
    """The file's own format, as far as the usual names of fields tell; None for rows and others."""
    if "tree" not in source.memo:
        known = not source.is_json or formats.which(source) or formats.flat_reddit(source)
        source.memo["tree"] = None if known else _shape(first_values(source), source)
    shape: JsonFormat | None = source.memo["tree"]
    return shape


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
    flat = _is_flat(roots, source)
    if not flat and not comments:
        return None
    later = [
        candidate.record for candidate in late(source) if _is_comment(candidate.record, source)
    ]
    every = [*comments, *later]
    if flat and not any(_has_replies(node, source) for node in (*every, *_posts(roots))):
        return None
    paths = _paths(comments, later, source)
    bare = any(_has_bare(comment, paths["text"].split("|")) for comment in every)
    plain = any(_has_plain_replies(comment) for comment in every)
    return _format(paths, bare or plain, plain)


def _posts(roots: list[Any]) -> list[dict[str, Any]]:
    """The rows of the file that are posts with a list of something under them."""
    rows = (row for root in roots for row in (root if isinstance(root, list) else [root]))
    return [
        {key: row[key] for key in row if plainly(key) in NESTS}
        for row in rows
        if isinstance(row, dict) and "title" in row
    ]


def _is_flat(roots: list[Any], source: Source) -> bool:
    """Whether a row of the file is a comment, not only an object within one."""
    rows = (row for root in roots for row in (root if isinstance(root, list) else [root]))
    return any(_is_comment(row, source) for row in rows if isinstance(row, dict))


def _paths(
    comments: list[dict[str, Any]], later: list[dict[str, Any]], source: Source
) -> dict[str, str]:
    """Our column -> the keys of comments that have it, the usual one first."""
    keys = list(dict.fromkeys(key for comment in comments or later for key in comment))
    chosen = roles(keys, source.mapping)
    more = late_roles(chosen, keys, (key for comment in later for key in comment))
    return {role: "|".join(dict.fromkeys(names)) for role, names in more.items()}


def _format(both: dict[str, str], bare: bool, plain: bool) -> JsonFormat:
    """The format of comments with these keys.

    bare: some have a text and nothing else. plain: some are a text.
    """
    others = [both[role] for role in ("id", "author", "created_at") if role in both]
    authors = both["author"].split("|") if "author" in both else []
    return JsonFormat(
        "json-tree",
        "",
        keys=(both["text"],) if bare else (both["text"], "|".join([*others, *NESTS])),
        text="|".join("<" * is_html(name) + name for name in both["text"].split("|")),
        id=both.get("id", ""),
        parent=both.get("parent_id", ""),
        thread="|".join(name for name in both.get("thread_id", "").split("|") if name != "url"),
        author="|".join([*(f"{author}.{name}" for author in authors for name in NAMES), *authors]),
        time=both.get("created_at", ""),
        url=both.get("url", ""),
        status=both.get("status", ""),
        title=both.get("title", ""),
        wrapped=True,
        bare_replies=plain,
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
    """An object with a text, and an id, an author, a time or a list for its replies."""
    if "title" in node and _has_list(node):
        return False  # the post that the comments stand under
    chosen = roles(node, source.mapping)
    others = {"id", "author", "created_at"} & chosen.keys()
    if chosen.get("author") == "name" and isinstance(node["name"], str):
        others -= {"author"}  # everything has a name
    known = others or any(isinstance(node.get(name), list) for name in NESTS)
    return "text" in chosen and bool(known) and isinstance(at(node, chosen["text"]), str)


def _has_list(node: dict[str, Any]) -> bool:
    return any(
        isinstance(value, list) and value and isinstance(value[0], dict) for value in node.values()
    )


def _has_bare(node: dict[str, Any], texts: list[str]) -> bool:
    """Whether a reply stands within the comment that has a text and nothing else to know it by."""
    inner = [reply for name in NESTS if isinstance(node.get(name), list) for reply in node[name]]
    return any(
        isinstance(reply, dict) and reply.keys() & set(texts) == reply.keys() for reply in inner
    )


def _has_plain_replies(node: dict[str, Any]) -> bool:
    """Whether replies stand within the comment that are texts: words, not the ids of others."""
    inner = [
        one
        for key, value in node.items()
        if isinstance(value, list) and plainly(key) in REPLIES
        for one in value
    ]
    return any(isinstance(one, str) and " " in one.strip() for one in inner)


def _has_replies(node: dict[str, Any], source: Source) -> bool:
    """Whether comments stand within the comment."""
    return _has_plain_replies(node) or any(
        _is_comment(inner, source)
        for value in node.values()
        if isinstance(value, dict | list)
        for inner in objects(value)
    )
