"""Objects that stand where a file's comments stand, and are none: comments with a damaged key."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from html import unescape
from typing import TYPE_CHECKING, Any

import orjson

from moderation.readers.json.shape import NESTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Way = tuple[str, str]
"""The last two keys above a value. Two, for GraphQL calls each of its lists `nodes`."""
TOP: Way = ("", "")
_WORDS = re.compile(r"\S\s+\S")
_WORD = re.compile(r"[^\W_]{2,}")
_KINDS = 20  # sets of keys that are compared with
_SHAPES = 1_000  # sets of keys for which it is remembered what has come out
_FEW, _NEARLY = 3, 0.6  # keys in common, and of all keys of both, for one to resemble the other
_END = 2  # characters at least that are left of a key
_LIKE = 0.7  # of two names of keys
_HABIT = 2  # comments that show which keys a file's comments have
_PLAIN_KEY = re.compile(r"[\w.$@:/ -]+")
_REFERENCE = re.compile(  # a link, a mention, a mark of markup: they show as other words
    r"<a\b[^<]*+(?:<(?!/a)[^<]*+)*+</a\s*>|\[[^\[\]]*\](?:\([^()\s]*\))?|@\S+|https?:\S+|^```.*",
    re.IGNORECASE | re.MULTILINE,
)
_GAPS = re.compile(r"[\W_]+")
_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>")


class Element:
    """An object in a list, and whether a comment or a post has been found in it.

    What stands in an element of a list within it is found in that. own: it is the comment itself.
    """

    __slots__ = ("comment", "node", "own", "post", "way")

    def __init__(self, way: Way, node: dict[str, Any]) -> None:
        self.way, self.node = way, node
        self.comment = self.post = self.own = False


class Homes:
    """The lists of a file in which comments stand, and the keys that its comments have.

    texts: the keys under which comments have their texts.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._text_keys = frozenset(texts)
        self._homes: set[Way] = set()
        self._posts: set[Way] = set()  # those where comments stand within posts
        self._keys: set[frozenset[str]] = set()  # that comments have
        self._alike: dict[tuple[Any, ...], bool] = {}  # keys of objects that were compared to them
        self._counts: Counter[str] = Counter()  # comments with a key
        self._comments = 0

    @property
    def places(self) -> tuple[frozenset[Way], frozenset[Way]]:
        """The lists in which comments stand, and those where they stand within posts."""
        return frozenset(self._homes), frozenset(self._posts)

    @places.setter
    def places(self, places: tuple[frozenset[Way], frozenset[Way]]) -> None:
        self._homes, self._posts = map(set, places)

    def learn(self, elements: Iterable[Element]) -> None:
        """These are elements of lists, some of which hold a comment."""
        for element in elements:
            if element.comment:
                (self._posts if element.post else self._homes).add(element.way)

    def remember(self, comment: dict[str, Any]) -> None:
        """This is a comment of the file."""
        self._comments += 1
        self._counts.update(comment.keys())
        self._alike.clear()
        if len(self._keys) < _KINDS:
            self._keys.add(frozenset(comment))
            inner = (value for key, value in comment.items() if key in self._text_keys)
            self._keys.update(frozenset(value) for value in inner if isinstance(value, dict))

    def forget_keys(self) -> None:
        """Count the keys of comments anew."""
        self._counts.clear()
        self._comments = 0

    def strays(self, elements: Iterable[Element], shut: frozenset[str]) -> Iterator[Element]:
        """The elements of those lists that hold words, but no comment."""
        for element in elements:
            if element.comment:
                continue
            here = element.way in (self._posts if element.post else self._both())
            if not here and (
                element.post or not (self._resembles(element) or self._nests(element))
            ):
                continue
            if any(map(_WORDS.search, self._texts(element, shut))):
                yield element

    def shared(self, node: dict[str, Any]) -> int:
        """How many keys an object has that comments have."""
        return len(node.keys() & self._counts.keys())

    def usual_keys(self) -> frozenset[str] | None:
        """Keys that more than one comment has; None where the comments are too few to tell."""
        if self._comments < _HABIT:
            return None
        return frozenset(key for key, count in self._counts.items() if count > 1)

    def _resembles(self, element: Element) -> bool:
        """Whether an object, or one right within it, has nearly the keys of a comment.

        Or a few of them, none else, and a text's among these; by itself in the file, one more.
        """
        node, spare = element.node, int(element.way == TOP)
        inner = [tuple(value) for value in node.values() if isinstance(value, dict)]
        keys = (tuple(node), *dict.fromkeys(inner))
        asked = spare, keys
        if asked not in self._alike:
            if len(self._alike) > _SHAPES:
                self._alike.clear()
            self._alike[asked] = self._are_like([frozenset(own) for own in keys], spare)
        return self._alike[asked]

    def _are_like(self, every: list[frozenset[str]], spare: int) -> bool:
        return any(
            len(own & keys) >= max(_FEW, _NEARLY * len(own | keys))
            or (own <= keys and not own.isdisjoint(self._text_keys))
            or (spare and len(own & keys) >= _FEW and len(own - keys) <= spare)
            for own in every
            if len(own) >= _FEW
            for keys in self._keys
        )

    def _nests(self, element: Element) -> bool:
        """Whether an object has the list that it stands in itself, as replies have.

        The pieces of a text have texts too, which are no such list.
        """
        key = element.way[1]
        return (
            key in element.node
            and key not in self._text_keys
            and any(key in keys for keys in self._keys)
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
                stack += [(child, way) for child in node if not (inner and isinstance(child, dict))]
            elif isinstance(node, dict):
                stack += [(value, (way[1], key)) for key, value in node.items() if key not in shut]


def says_twice(raw: bytes, root: Any) -> bool:
    """Whether a key may stand twice in an object of this text: only the last has come out."""
    try:
        again = orjson.dumps(root)
    except TypeError:  # integers beyond 64 bits, which have come out whole
        return False
    return _colons(raw) > _colons(again)


def _colons(raw: bytes) -> int:
    """How many keys a JSON text has, and colons behind quotes within its strings."""
    return raw.count(b'":') + raw.count(b'" :')


def misspelt(record: dict[str, Any], known: frozenset[str], keys: Iterable[str]) -> str:
    """A key that holds prose, and is nearly one of those that hold texts; empty where none is."""
    for key, value in record.items():
        if isinstance(value, str) and value.count(" ") > 1 and key not in known:
            for other in keys:
                if key != other and SequenceMatcher(None, key.lower(), other).ratio() >= _LIKE:
                    return key
    return ""


def odd_key(record: dict[str, Any], usual: frozenset[str], known: frozenset[str]) -> str:
    """A key of this comment alone that is prose, or prose under a key that damage has made.

    Such a key is nearly one that is known, or has characters that keys do not have. Empty where
    there is none. usual: the keys that the file's comments have. known: those of its format.
    """
    for key in record.keys() - usual - known:
        if is_prose(key):
            return key
        if says_something(record[key]) and (
            not _PLAIN_KEY.fullmatch(key)
            or any(_is_like(key, other) for other in usual | known)
            or _is_joined(key, usual | known)
        ):
            return key
    return ""


def _is_like(key: str, other: str) -> bool:
    return SequenceMatcher(None, key.lower(), other.lower()).ratio() >= _LIKE


def _is_joined(key: str, known: frozenset[str]) -> bool:
    """Whether a key begins as one that is known, ends as another, or both: the rest is gone."""
    return len(key) >= _END and any(
        any(one.startswith(key[:at]) for one in known)
        and any(one.endswith(key[at:]) for one in known)
        for at in (0, *range(_END, len(key) - _END + 1), len(key))
    )


def says_something(value: Any) -> bool:
    """Whether some words stand in a value."""
    return any(map(is_prose, strings_in(value)))


def is_prose(text: str) -> bool:
    """Whether a text has more words than a key, a name or a date has."""
    return text.count(" ") > 1


def strings_in(value: Any) -> Iterator[str]:
    """All strings of a value."""
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, NESTED):
            stack += node.values() if isinstance(node, dict) else node


def disagree(texts: list[str]) -> bool:
    """Whether another rendering of a text says what the first does not.

    Words of links and mentions do not count: one rendering cuts them short, another names whom
    the text mentions by a handle.
    """
    first, *others = texts
    written = first.lower()
    known = set(_WORD.findall(_unmarked(written)))
    missing = {
        word
        for other in others
        for word in _WORD.findall(_unmarked(_REFERENCE.sub(" ", other).lower()))
        if word not in known and word not in written
    }
    if not missing:
        return False
    glued = _GAPS.sub("", _unmarked(written))  # one rendering may lack a blank
    return any(word not in glued for word in missing)


def _unmarked(text: str) -> str:
    """A text without tags and entities, if it has any."""
    text = _MARKUP.sub(" ", text) if "<" in text else text
    return unescape(text) if "&" in text else text
