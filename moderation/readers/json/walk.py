"""The comments and posts of a JSON value, wherever they stand.

A comment is an object that has a format's keys: in a list, an envelope or another comment's
replies. The walk keeps its own stack, so nesting has no limit.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from moderation.readers.json.damage.strays import TOP, Element
from moderation.readers.json.shape import (
    NESTED,
    JsonFormat,
    Record,
    Sign,
    alternatives_of,
    at,
    has_all,
    is_record,
    sign_of,
)
from moderation.readers.json.text import first_values
from moderation.readers.synonyms import plainly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.readers.json.damage.strays import Way
    from moderation.readers.source import Source

SAMPLED = 5_000  # objects that detection looks at
REPLIES = ("replies", "children", "responses", "answers", "subcomments", "childcomments")
"""What keys that hold replies are plainly called."""
NESTS = (*REPLIES, "comments")
"""Keys that hold replies, where a comment has neither id nor author nor time."""


class Match(NamedTuple):
    """An object that is a comment or a post, the comment around it, and the post around it."""

    record: Record
    around: Record | None
    post: Record | None
    is_post: bool


_Step = tuple[Any, "Record | None", "Record | None", Element, "Way"]
"""A value that waits for the walk, the comment and the post around it, its list's element and where
it stands."""


def walk(
    root: Any,
    shape: JsonFormat,
    elements: list[Element] | None = None,
    under: Record | None = None,
) -> Iterator[Match]:
    """Comments and posts within a value, in the order of the file, parents before replies.

    elements: takes the objects that stand in lists, and the root. under: the post around it.
    """
    met = elements if elements is not None else []
    outermost = Element(TOP, root if isinstance(root, dict) else {})
    met.append(outermost)
    shut = shape.shut
    stack: list[_Step] = [(root, None, under, outermost, TOP)]
    while stack:
        node, around, post, element, way = stack.pop()
        if node.__class__ is list:
            for value in reversed(node):
                if value.__class__ is dict:
                    stack.append((value, around, post, Element(way, value), way))
                elif value.__class__ is list and value:
                    stack.append((value, around, post, element, way))
            continue
        if node.__class__ is not dict:
            continue
        if element.node is node and element is not outermost:
            met.append(element)
        inner: Record = node
        sign = sign_of(node, shape)
        if sign is Sign.POST:
            element.post = True
            yield Match(node, around, post, True)
            post = node
        elif sign is Sign.COMMENT:
            element.comment = True
            element.own = element.own or element.node is node
            yield Match(node, around, post, False)
            around = node
            inner = _with_objects(node, shape) if shape.bare_replies else node
        elif shape.wrapped and (wrapped := _wrapped(node, shape)):
            about = node[wrapped]
            stack += _fields(node, about, post, element, way[1], shut | {wrapped})
            stack.append((about, around, post, element, (way[1], wrapped)))
            continue
        stack += _fields(inner, around, post, element, way[1], shut)


def _fields(
    node: Record,
    around: Record | None,
    post: Record | None,
    element: Element,
    above: str,
    shut: frozenset[str],
) -> list[_Step]:
    """The objects and lists of an object that hold anything, the last first.

    above: the key that the object stands under. shut: keys that are passed over.
    """
    inner = [
        (value, around, post, element, (above, key))
        for key, value in node.items()
        if value.__class__ in NESTED and value and key not in shut
    ]
    if len(inner) > 1:
        inner.reverse()
    return inner


def _wrapped(node: Record, shape: JsonFormat) -> str | None:
    """The key of the one comment that an object holds beside the list of its replies."""
    if not any(plainly(key) in REPLIES and value for key, value in node.items()):
        return None
    inner = [
        key for key, value in node.items() if isinstance(value, dict) and is_record(value, shape)
    ]
    return inner[0] if len(inner) == 1 and plainly(inner[0]) not in REPLIES else None


def _with_objects(node: Record, shape: JsonFormat) -> Record:
    """The comment, its replies that are texts alone as objects with a text."""
    text = shape.text.split("|")[0].removeprefix("<")
    return {
        key: [{text: one} if isinstance(one, str) else one for one in value]
        if isinstance(value, list) and plainly(key) in REPLIES
        else value
        for key, value in node.items()
    }


def claims(source: Source, shape: JsonFormat) -> bool:
    """Whether the file's first values hold a comment of the format, with all its signs.

    What the format's outermost object has is a sign as well.
    """
    if not could_have(first_keys(source), shape.keys):
        return False
    signed = bool(shape.outer) and any(
        isinstance(root, dict) and has_all(root, shape.outer) for root in first_values(source)
    )
    return any(
        is_record(node, shape) and (signed or has_all(node, shape.signs))
        for node in first_objects(source)
    )


def could_have(keys: frozenset[str], every: Iterable[str]) -> bool:
    """Whether an object with some of these keys may have each of what is asked for; see `has`."""
    return all(
        wanted in keys
        or any(
            path in keys or path.partition("=")[0] in keys or path.split(".")[0] in keys
            for path, _ in alternatives_of(wanted)
        )
        for wanted in every
    )


def first_keys(source: Source) -> frozenset[str]:
    """The keys of the first objects of the file."""
    if "first keys" not in source.memo:
        source.memo["first keys"] = frozenset(chain.from_iterable(first_objects(source)))
    first: frozenset[str] = source.memo["first keys"]
    return first


def first_objects(source: Source) -> list[Record]:
    """The first objects of the file, at any depth."""
    if "first objects" not in source.memo:
        every = chain.from_iterable(map(objects, first_values(source)))
        source.memo["first objects"] = list(islice(every, SAMPLED))
    first: list[Record] = source.memo["first objects"]
    return first


def empty(source: Source, shape: JsonFormat) -> bool:
    """Whether the file is an answer of the format in which no comment stands."""
    return bool(shape.outer) and any(
        isinstance(root, dict)
        and has_all(root, shape.outer)
        and not any(_is_filled(root, path, shape) for key in shape.outer for path in key.split("|"))
        for root in first_values(source)
    )


def _is_filled(root: Record, path: str, shape: JsonFormat) -> bool:
    """Whether a list under this path holds objects, and they are no posts of the format's."""
    inner = at(root, path.partition("=")[0])
    some = isinstance(inner, list) and any(isinstance(element, dict) for element in inner)
    return some and not any(match.is_post for match in walk(inner, shape))


def objects(root: Any) -> Iterator[Record]:
    """All objects of a value, in the order of the file, however deep."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack += [value for value in reversed(node.values()) if isinstance(value, NESTED)]
        elif isinstance(node, list):
            stack += [value for value in reversed(node) if isinstance(value, NESTED)]
