"""JSON of any shape to comment records: a format is a row of a table, this is what reads the rows.

A comment is an object that has a format's keys, wherever it stands: in a list, an envelope or
another comment's replies. The walk keeps its own stack, so nesting has no limit.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from moderation.comments import Batch, Reject
from moderation.readers.json.parts import on_the_way, parts
from moderation.readers.json.text import first_values, loads, rescued
from moderation.readers.markup import plain, tidy
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow, batches, snippet
from moderation.readers.values import no_parent, status_of, when

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from moderation.readers.source import Source

Record = dict[str, Any]
ZERO = "0"
OPENING = "posts that open a thread are its article, no comments"
VERSION = "another text of the post that the thread is about"
MADE = "comments without an id have replies within them; an id was made up for each"
SAMPLED = 5_000  # objects that detection looks at


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
    kind: str = ""
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
    stubs: bool = False  # `more` objects stand for comments that are not in the file
    stem: bool = False  # the comment is the file: its id the file's name, its thread the folder's


class Found(NamedTuple):
    """An object that is a comment, the comment around it, and the post around it."""

    record: Record
    around: Record | None
    post: Record | None
    is_post: bool


def at(node: Any, path: str) -> Any:
    """The value under a dotted path of keys and places in lists; None where there is none."""
    if isinstance(node, dict) and path in node:
        return node[path]
    for key in path.split("."):
        if isinstance(node, dict):
            node = node.get(key)
        elif isinstance(node, list) and key.lstrip("-").isdigit() and node:
            node = node[min(int(key), len(node) - 1)]
        else:
            return None
    return node


def has(record: Record, wanted: str) -> bool:
    """Whether the object has one of some keys or paths (null or not), or (`key=value`) a value."""
    for key in wanted.split("|"):
        path, _, value = key.partition("=")
        if value:
            if at(record, path) == value:
                return True
        elif path in record:
            return True
        elif "." in path:
            outer, _, last = path.rpartition(".")
            inner = at(record, outer)
            if isinstance(inner, dict) and last in inner:
                return True
    return False


def first(record: Record, paths: str) -> Any:
    """The first value under `a|b.c` that is neither null nor empty."""
    for path in paths.split("|") if paths else ():
        value = at(record, path)
        if value is not None and value != "":
            return value
    return None


def is_record(record: Record, shape: JsonFormat) -> bool:
    """Whether the object is a comment of the format."""
    return all(has(record, key) for key in shape.keys)


def walk(root: Any, shape: JsonFormat) -> Iterator[Found]:
    """Comments and posts within a value, in the order of the file, parents before replies."""
    stack: list[tuple[Any, Record | None, Record | None]] = [(root, None, None)]
    while stack:
        node, around, post = stack.pop()
        if isinstance(node, list):
            stack += [(one, around, post) for one in reversed(node) if isinstance(one, dict | list)]
            continue
        if not isinstance(node, dict):
            continue
        if shape.post and all(has(node, key) for key in shape.post):
            yield Found(node, around, post, is_post=True)
            post = node
        elif is_record(node, shape):
            yield Found(node, around, post, is_post=False)
            around = node
        stack += [
            (value, around, post)
            for key, value in reversed(node.items())
            if isinstance(value, dict | list) and key not in shape.shut
        ]


def claims(source: Source, shape: JsonFormat) -> bool:
    """Whether the file's first values hold a comment of the format, with all its signs.

    What the format's outermost object has is a sign as well.
    """
    signed = bool(shape.outer) and any(
        isinstance(root, dict) and all(has(root, key) for key in shape.outer)
        for root in first_values(source)
    )
    return any(
        is_record(node, shape) and (signed or all(has(node, key) for key in shape.signs))
        for node in first_objects(source)
    )


def first_objects(source: Source) -> list[Record]:
    """The first objects of the file, at any depth."""
    if "first objects" not in source.memo:
        every = chain.from_iterable(map(objects, first_values(source)))
        source.memo["first objects"] = list(islice(every, SAMPLED))
    found: list[Record] = source.memo["first objects"]
    return found


def empty(source: Source, shape: JsonFormat) -> bool:
    """Whether the file is an answer of the format in which no comment stands."""
    return bool(shape.outer) and any(
        isinstance(root, dict)
        and all(has(root, key) for key in shape.outer)
        and not any(_is_filled(root, path, shape) for key in shape.outer for path in key.split("|"))
        for root in first_values(source)
    )


def _is_filled(root: Record, path: str, shape: JsonFormat) -> bool:
    """Whether a list under this path holds objects, and they are no posts of the format's."""
    inner = at(root, path.partition("=")[0])
    some = isinstance(inner, list) and any(isinstance(one, dict) for one in inner)
    return some and not any(found.is_post for found in walk(inner, shape))


def objects(root: Any) -> Iterator[Record]:
    """All objects of a value, in the order of the file, however deep."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack += [value for value in reversed(node.values()) if isinstance(value, dict | list)]
        elif isinstance(node, list):
            stack += [value for value in reversed(node) if isinstance(value, dict | list)]


def read_format(source: Source, shape: JsonFormat) -> Iterator[Batch]:
    """Batches of a file of the format."""
    rows = _rows(source, shape)
    return batches(_settled(source, shape, rows) if shape.settle else rows)


def _settled(source: Source, shape: JsonFormat, found: Iterable[Finding]) -> Iterator[Finding]:
    """Everything held until parents and threads can be told from all of it."""
    rows: list[Row] = []
    threads: list[ThreadRow] = []
    for one in found:
        if isinstance(one, Row):
            rows.append(one)
        elif isinstance(one, ThreadRow):
            threads.append(one)
        else:
            yield one
    if shape.settle:
        shape.settle(source, rows, threads)
    yield from rows
    yield from threads


def _rows(source: Source, shape: JsonFormat) -> Iterator[Finding]:
    reading = _Reading(source, shape)
    with source.utf8() as stream:
        for value in parts(stream):
            place = value.place
            source.decoded(value.raw)  # for the count of what is no UTF-8
            if value.wrong:
                root = rescued(value.raw)
                yield 1
                yield Reject(source.name, place, value.wrong, snippet(value.raw[-400:]))
            else:
                try:
                    root = loads(value.raw)
                except ValueError as error:
                    yield 1
                    yield Reject(source.name, place, f"not JSON: {error}", snippet(value.raw))
                    continue
            yield from reading.of(root, on_the_way(root, value) if value.places else {})
    for why, count in reading.passed.items():
        yield f"{source.name}: {count} {why}"


def _hidden(root: Any) -> int:
    """How many comments Reddit's `more` objects stand for."""
    if not isinstance(root, dict | list):
        return 0
    counts = (
        at(node, "data.count")
        for node in objects(root)
        if node.get("kind") == "more" and isinstance(node.get("data"), dict)
    )
    return sum(count for count in counts if isinstance(count, int))


class _Reading:
    """One pass over a file of a format."""

    def __init__(self, source: Source, shape: JsonFormat) -> None:
        self._source, self._shape = source, shape
        self.passed: Counter[str] = Counter()  # what was left out, and how often
        self._people: dict[str, str] = {}
        self._ladder: dict[int, str | None] = {}  # depth -> the last comment there
        self._given: set[int] = set()
        self._told: set[tuple[str | None, ...]] = set()
        self._answered: set[int] | None = None  # objects of the document that have replies in them
        self._invented: dict[int, str] = {}  # names made up for those without an id
        self._lasting: dict[int | None, str] = {}  # of those that stand in several parts: by place
        self._names: Counter[str] = Counter()
        self._articles: dict[str | None, str] = {}  # thread -> the text of the post that opens it

    def of(self, root: Any, shared: Mapping[int, int]) -> Iterator[Finding]:
        """The comments and threads of a document.

        shared: objects (by `id`) that are in other parts of it too, and their places; a comment
        among them is given once.
        """
        shape = self._shape
        if shape.people:
            path, key, name = shape.people
            for one in at(root, path) or ():
                self._people[str(at(one, key))] = str(at(one, name) or "")
        self._answered, self._invented = None, {}
        for found in walk(root, shape):
            place = shared.get(id(found.record))
            if place is not None and not found.is_post:
                if place in self._given:
                    self._named(root, found, place)
                    continue
                self._given.add(place)
            if found.is_post:
                self._ladder.clear()
                yield self._post(found.record)
            elif why := shape.only(found.record) if shape.only else None:
                self.passed[why] += 1
            else:
                self._named(root, found, place)
                yield from self._made(found)
        if shape.stubs and (hidden := _hidden(root)):
            self.passed["comments behind 'more' links are not in the file"] += hidden

    def _named(self, root: Any, found: Found, place: int | None) -> None:
        """Make up an id for a comment that has none, but replies within it.

        It is made from what the comment says and what it answers, so that it is the same wherever
        the comment stands. place: see `of`; a comment in several parts is named once.
        """
        shape, record = self._shape, found.record
        if shape.stem or _name(first(record, shape.id)) is not None:
            return
        if place in self._lasting:
            self._invented[id(record)] = self._lasting[place]
            return
        if self._answered is None:
            every = walk(root, shape)
            self._answered = {id(one.around) for one in every if one.around is not None}
        if id(record) not in self._answered:
            return
        above = self._own(found.around) if found.around is not None else None
        paths = (shape.text.replace("<", ""), shape.author, shape.time)
        said = [above, *(first(record, path) for path in paths)]
        name = "made-" + hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest()[:12]
        self._names[name] += 1
        again = self._names[name]
        self._invented[id(record)] = name if again == 1 else f"{name}-{again}"
        if place is not None:
            self._lasting[place] = self._invented[id(record)]
        self.passed[MADE] += 1

    def _own(self, record: Record) -> str | None:
        """The comment's id, or the one made up for it."""
        return _name(first(record, self._shape.id)) or self._invented.get(id(record))

    def _post(self, post: Record) -> ThreadRow:
        shape = self._shape
        return ThreadRow(
            _name(first(post, shape.post_id)),
            self._title(first(post, shape.post_title)),
            self._text(post, shape.post_text) or None,
            _string(first(post, shape.post_url)),
        )

    def _made(self, found: Found) -> Iterator[Finding]:
        shape, record = self._shape, found.record
        thread = self._thread(found)
        if shape.opening and shape.opening(record):
            own = _name(first(record, shape.id))
            name, article = (
                own if shape.opening_names else thread or own,
                self._text(record, shape.text),
            )
            yield ThreadRow(
                name,
                self._title(first(record, shape.title)),
                article or None,
                _string(first(record, shape.url)),
            )
            before = self._articles.setdefault(name, article)
            if before == article:
                self.passed[OPENING] += 1
            else:
                yield 1
                yield Reject(self._source.name, f"post {own}", VERSION, article[:SNIPPET])
            return
        yield 1
        title = self._title(first(record, shape.title))
        address = _string(first(record, shape.thread_url))
        about = (thread, title, address)
        if (title or address) and about not in self._told:
            self._told.add(about)
            yield ThreadRow(thread, title, None, address)
        yield self._row(found, thread)

    def _thread(self, found: Found) -> str | None:
        shape = self._shape
        if shape.stem:
            return self._source.path.absolute().parent.name
        own = _name(first(found.record, shape.thread))
        of_post = _name(first(found.post, shape.post_id)) if found.post else None
        of_parent = _name(first(found.around, shape.thread)) if found.around else None
        return own or of_post or of_parent

    def _row(self, found: Found, thread: str | None) -> Row:
        shape, record = self._shape, found.record
        own = self._source.stem if shape.stem else self._own(record)
        text = self._text(record, shape.text)
        status = shape.status(record) if callable(shape.status) else _status(record, shape.status)
        if status == "unknown":
            status = {"[deleted]": "deleted", "[removed]": "removed"}.get(text, status)
        kind = str(first(record, shape.kind) or "comment")
        author = _string(first(record, shape.author))
        author = self._people.get(author, author) if author else None
        return Row(
            text,
            own,
            self._parent(found, own),
            thread,
            shape.fix(author) if shape.fix and author else author,
            when(first(record, shape.time)),
            kind if kind in ("pingback", "trackback") else "comment",
            status,
            _string(first(record, shape.url)),
            ["lost_text"] if not text and status in ("deleted", "removed") else [],
        )

    def _parent(self, found: Found, own: str | None) -> str | None:
        shape, record = self._shape, found.record
        if shape.stem:
            return self._source.stem.rpartition("-")[0] or None
        path = shape.parent
        parent = path(record) if callable(path) else first(record, path)
        if not no_parent(parent) and not isinstance(parent, dict):
            return _name(parent)
        if found.around is not None:
            return self._own(found.around)
        if _name(parent) == ZERO and not shape.settle:
            return ZERO  # top level, or an answer to a comment 0: `merge` sees them all
        depth = first(record, shape.depth)
        if isinstance(depth, int) and not (isinstance(path, str) and path in record):
            return self._above(depth, own)
        return None

    def _above(self, depth: int, own: str | None) -> str | None:
        above = max((step for step in self._ladder if step < depth), default=None)
        self._ladder = {step: name for step, name in self._ladder.items() if step < depth}
        self._ladder[depth] = own
        return None if above is None else self._ladder[above]

    def _title(self, value: Any) -> str | None:
        title = plain(str(value)) if isinstance(value, str | int) else ""
        fix = self._shape.fix_title
        return (fix(title) if fix else title) or None

    def _text(self, record: Record, paths: str) -> str:
        for path in paths.split("|") if paths else ():
            value = at(record, path.removeprefix("<"))
            if value in (None, "", []):
                continue
            text = _flat(value)
            text = plain(text) if path.startswith("<") else tidy(text)
            return self._shape.fix(text) if self._shape.fix else text
        return ""


def _status(record: Record, paths: str) -> str:
    return status_of(first(record, paths)) if paths else "unknown"


def _flat(value: Any) -> str:
    """A text that may be a list of strings and marked-up pieces, as Telegram has it."""
    if isinstance(value, list):
        return "".join(_flat(one) for one in value)
    if isinstance(value, dict):
        return str(value.get("text", ""))
    return str(value)


def _name(value: Any) -> str | None:
    """An id as a string: whole floats as integers, Reddit's type prefixes dropped."""
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str)), None)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None or isinstance(value, dict | bool):
        return None
    name = str(value).strip()
    return name[3:] if name[:3] in ("t1_", "t3_") else name or None


def _string(value: Any) -> str | None:
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str)), None)
    return str(value) if isinstance(value, str | int) and value != "" else None
