"""Objects that stand where a file's comments stand, and are none: comments with a damaged key."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Way = tuple[str, str]
"""The last two keys above a value. Two, for GraphQL calls each of its lists `nodes`."""
_WORDS = re.compile(r"\S\s+\S")
_WORD = re.compile(r"[^\W\d_]{2,}")
_KINDS = 20  # sets of keys that are compared with
_FEW, _NEARLY = 3, 0.6  # keys in common, and of all keys of both, for one to resemble the other
_LIKE = 0.7  # of two names of keys
_ENOUGH = 6  # words of a text that is compared with another


class Element:
    """An object in a list, and whether a comment or a post has been found in it.

    What stands in an element of a list within it is found in that.
    """

    __slots__ = ("comment", "node", "post", "way")

    def __init__(self, way: Way, node: dict[str, Any]) -> None:
        self.way, self.node = way, node
        self.comment = self.post = False


class Homes:
    """The lists of a file in which comments stand."""

    def __init__(self) -> None:
        self._homes: set[Way] = set()
        self._posts: set[Way] = set()  # those where comments stand within posts
        self._keys: set[frozenset[str]] = set()  # that comments have

    def learn(self, elements: Iterable[Element]) -> None:
        """These are elements of lists, some of which hold a comment."""
        for one in elements:
            if one.comment:
                (self._posts if one.post else self._homes).add(one.way)

    def remember(self, comment: dict[str, Any]) -> None:
        """This is a comment of the file."""
        if len(self._keys) < _KINDS:
            self._keys.add(frozenset(comment))

    def strays(self, elements: Iterable[Element], shut: frozenset[str]) -> Iterator[Element]:
        """The elements of those lists that hold words, but no comment."""
        for one in elements:
            here = one.way in (self._posts if one.post else self._both())
            if one.comment or not (here or (not one.post and self._resembles(one.node))):
                continue
            if any(map(_WORDS.search, self._texts(one, shut))):
                yield one

    def _resembles(self, node: dict[str, Any]) -> bool:
        """Whether an object, or one right within it, has nearly the keys of a comment."""
        inner = [value for value in node.values() if isinstance(value, dict)]
        return any(
            len(own & keys) >= max(_FEW, _NEARLY * len(own | keys))
            for own in map(frozenset, (node, *inner))
            if len(own) >= _FEW
            for keys in self._keys
        )

    def _both(self) -> set[Way]:
        return self._homes | self._posts

    def _texts(self, element: Element, shut: frozenset[str]) -> Iterator[str]:
        """All strings of an element but those in elements of lists where comments stand."""
        stack: list[tuple[Any, Way]] = [(element.node, element.way)]
        while stack:
            node, way = stack.pop()
            if isinstance(node, str):
                yield node
            elif isinstance(node, list):
                inner = way in self._homes or way in self._posts
                stack += [(one, way) for one in node if not (inner and isinstance(one, dict))]
            elif isinstance(node, dict):
                stack += [(value, (way[1], key)) for key, value in node.items() if key not in shut]


def says_twice(raw: bytes, root: Any, keys: Iterable[str]) -> bool:
    """Whether a key may stand twice in an object of this text: only the last has come out."""
    try:
        again = orjson.dumps(root)
    except TypeError:  # integers beyond 64 bits, which have come out whole
        return False
    for key in keys:
        quoted = b'"%s"' % key.encode()
        written = raw.count(quoted + b":") + raw.count(quoted + b" :")
        if written > 1 and again.count(quoted + b":") < written:
            return True
    return False


def misspelt(record: dict[str, Any], known: frozenset[str], keys: Iterable[str]) -> str:
    """A key that holds prose, and is nearly one of those that hold texts; empty where none is."""
    for key, value in record.items():
        if isinstance(value, str) and value.count(" ") > 1 and key not in known:
            for other in keys:
                if key != other and SequenceMatcher(None, key.lower(), other).ratio() >= _LIKE:
                    return key
    return ""


def strings_in(value: Any) -> Iterator[str]:
    """All strings of a value."""
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict | list):
            stack += node.values() if isinstance(node, dict) else node


def disagree(texts: list[str]) -> bool:
    """Whether two renderings of one text have hardly a word in common."""
    first, *others = (set(_WORD.findall(one.lower())) for one in texts)
    return any(
        2 * len(first & other) < min(len(first), len(other))
        for other in others
        if min(len(first), len(other)) >= _ENOUGH
    )
