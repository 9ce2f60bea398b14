"""What a format of JSON dumps looks like: where in its objects a comment has its fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from moderation.readers.values import status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moderation.readers.records import Row, ThreadRow
    from moderation.readers.source import Source

Record = dict[str, Any]
NESTED = (dict, list)
"""What JSON values are that hold others."""
_SHAPES = 1_000  # sets of keys that are remembered


class Sign(Enum):
    """What an object is, as its keys tell; `UNSURE` where its values matter."""

    POST = "post"
    COMMENT = "comment"
    OTHER = "other"
    UNSURE = "unsure"


@dataclass(frozen=True)
class JsonFormat:
    """One JSON format.

    Every path is dotted (a number is a place in a list), with alternatives behind `|`: the first
    that is there and not null counts. `keys` make an object a comment: all of them must be there;
    a value may be asked for (`type=comment`). `signs` are further keys that one comment at least
    must have for the file to be of the format. A `text` path that begins with `<` holds HTML.
    """

    name: str
    describe: str
    keys: tuple[str, ...]
    text: str
    id: str = "id"
    parent: str | Callable[[Record], Any] = ""  # absent: the comment around it is the parent
    depth: str = ""  # where parents are absent: the last comment above it that is less deep
    thread: str = ""  # absent: the thread is that of the post, or the comment, around it
    author: str = ""
    people: tuple[str, str, str] | None = None  # list of authors, its id and name: author is an id
    time: str = ""
    url: str = ""
    kind: str | Callable[[Record], str] = ""
    usual_kind: str = "comment"
    status: str | Callable[[Record], str] = ""
    title: str = ""  # of the thread, in the comment itself
    thread_url: str = ""
    signs: tuple[str, ...] = ()
    outer: tuple[str, ...] = ()  # keys of a file's outermost object that holds no comment
    post: tuple[str, ...] = ()  # keys that make an object the thread's article
    post_id: str = "id"
    post_title: str = "title"
    post_text: str = ""
    post_url: str = "url"
    opening: Callable[[Record], bool] | None = None  # a comment that is its thread's article
    opening_names: bool = False  # and the thread is named after it
    only: Callable[[Record], str | None] | None = None  # why an object is no comment after all
    shut: frozenset[str] = frozenset()  # keys whose values are not walked
    settle: Callable[[Source, list[Row], list[ThreadRow]], None] | None = None
    fix: Callable[[str], str] | None = None  # repairs every text
    fix_title: Callable[[str], str] | None = None
    wrapped: bool = False  # the replies may stand beside the comment, in an object around both
    bare_replies: bool = False  # replies may be texts, without an object around them
    stubs: bool = False  # `more` objects stand for comments that are not in the file
    mixed: bool = False  # texts that are marked as HTML may be none
    instead: str = ""  # of a text that is empty
    prepare: Callable[[Any], object] | None = None  # writes into a document what its walk needs
    written: str = ""  # keys that it writes, where no other path here names them
    stem: bool = False  # the comment is the file: its id the file's name, its thread the folder's
    signs_of_keys: dict[tuple[str, ...], Sign] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )  # what `sign_of` has told of objects with these keys


def at(node: Any, path: str) -> Any:
    """The value under a dotted path of keys and places in lists; None where there is none."""
    if isinstance(node, dict):
        if path in node:
            return node[path]
        if "." not in path:
            return None
    return _down(node, path.split("."))


def _down(node: Any, keys: Iterable[str]) -> Any:
    for key in keys:
        node = step(node, key)
        if node is None:
            return None
    return node


def step(node: Any, key: str) -> Any:
    """What an object has under a key, or a list at a place; None where there is nothing."""
    if isinstance(node, dict):
        return node.get(key)
    if isinstance(node, list) and key.lstrip("-").isdigit() and node:
        return node[min(int(key), len(node) - 1)]
    return None


@lru_cache(4096)
def alternatives_of(paths: str) -> list[tuple[str, list[str]]]:
    """Each path that stands in `a|b.c`, and the keys of those that have more than one."""
    every = paths.split("|") if paths else []
    return [(path, path.split(".") if "." in path else []) for path in every]


def has(record: Record, wanted: str) -> bool:
    """Whether the object has one of some keys or paths (null or not), or (`key=value`) a value."""
    if wanted in record:
        return True
    for key, keys in alternatives_of(wanted):
        if key in record:
            return True
        if "=" in key:
            path, _, value = key.partition("=")
            if value and at(record, path) == value:
                return True
        elif keys and keys[0] in record:
            inner = _down(record, keys[:-1])
            if isinstance(inner, dict) and keys[-1] in inner:
                return True
    return False


def first(record: Record, paths: str) -> Any:
    """The first value under `a|b.c` that is neither null nor empty."""
    for path, keys in alternatives_of(paths):
        value = record.get(path)
        if value is None and keys and keys[0] in record:
            value = _down(record, keys)
        if value is not None and value != "":
            return bare(value) if isinstance(value, dict) and len(value) == 1 else value
    return None


def bare(value: dict[str, Any]) -> Any:
    """What MongoDB's exports put into an object with its type: `{"$oid": "5f…"}`."""
    (key, inner), *_ = value.items()
    return inner if key in _TYPED else value


_TYPED = frozenset(["$oid", "$numberLong", "$numberInt", "$numberDouble", "$date", "$uuid"])


def has_all(record: Record, every: Iterable[str]) -> bool:
    """Whether the object has each of these, as `has` says."""
    for wanted in every:  # noqa: SIM110 - asked for each object of a file; this is the faster
        if wanted not in record and not has(record, wanted):
            return False
    return True


def sign_of(record: Record, shape: JsonFormat) -> Sign:
    """What an object is in the format: a post before a comment."""
    keys = tuple(record)
    sign = shape.signs_of_keys.get(keys)
    if sign is None:
        if len(shape.signs_of_keys) > _SHAPES:
            shape.signs_of_keys.clear()
        sign = shape.signs_of_keys[keys] = _sign_of_keys(record, shape)
    if sign is not Sign.UNSURE:
        return sign
    if shape.post and has_all(record, shape.post):
        return Sign.POST
    return Sign.COMMENT if has_all(record, shape.keys) else Sign.OTHER


def _sign_of_keys(record: Record, shape: JsonFormat) -> Sign:
    post = _have_all(record, shape.post) if shape.post else False
    if post is not False:
        return Sign.POST if post else Sign.UNSURE
    comment = _have_all(record, shape.keys)
    if comment is None:
        return Sign.UNSURE
    return Sign.COMMENT if comment else Sign.OTHER


def _have_all(record: Record, every: Iterable[str]) -> bool | None:
    """As `has_all`, by the keys alone; None where the values matter."""
    told = [_have(record, wanted) for wanted in every]
    return False if False in told else None if None in told else True


def _have(record: Record, wanted: str) -> bool | None:
    paths = [path for path, _ in alternatives_of(wanted)]
    if wanted in record or any(path in record for path in paths):
        return True
    inner = (path.partition("=")[0] for path in paths if "=" in path or "." in path)
    return None if any(path in record or path.split(".")[0] in record for path in inner) else False


def is_record(record: Record, shape: JsonFormat) -> bool:
    """Whether the object is a comment of the format."""
    return has_all(record, shape.keys)


def paths_of(shape: JsonFormat) -> list[str]:
    """The paths that a format looks at, but for those of its texts."""
    paths = [*shape.keys, *shape.signs, shape.id, shape.parent, shape.thread, shape.author]
    paths += [shape.time, shape.url, shape.kind, shape.status, shape.title, shape.thread_url]
    paths.append(shape.written)
    words = "|".join(path for path in paths if isinstance(path, str) and path)
    return list(dict.fromkeys(alternative.partition("=")[0] for alternative in words.split("|")))


def status_in(record: Record, paths: str) -> str:
    """The status that stands under some paths; `unknown` where none does."""
    return status_of(first(record, paths)) if paths else "unknown"
