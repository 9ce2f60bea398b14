"""JSON of any shape to comment records: a format is a row of a table, this is what reads the rows.

A comment is an object that has a format's keys, wherever it stands: in a list, an envelope or
another comment's replies. The walk keeps its own stack, so nesting has no limit.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from moderation.comments import Batch, Reject
from moderation.readers.json.lenient import loads
from moderation.readers.json.parts import Part, on_the_way, parts
from moderation.readers.json.salvage import Doubled, Salvage, Span, located, salvaged, substantial
from moderation.readers.json.strays import (
    TOP,
    Element,
    Homes,
    disagree,
    is_prose,
    misspelt,
    odd_key,
    says_something,
    says_twice,
    strings_in,
)
from moderation.readers.json.text import first_values
from moderation.readers.markup import plain, tidy
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow, batches, snippet
from moderation.readers.values import no_parent, status_of, when

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from moderation.readers.json.strays import Way
    from moderation.readers.source import Source

Record = dict[str, Any]
ZERO = "0"
OPENING = "posts that open a thread are its article, no comments"
VERSION = "another text of the post that the thread is about"
MADE = "comments without an id have replies within them; an id was made up for each"
SAMPLED = 5_000  # objects that detection looks at
_PROSE = 4  # blanks in a date, an id or a status that is none
_LONG_NAME = 10  # blanks in an author's name
_ONE = re.compile(r"[^\W\d_]{2,}")


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
    """An object that is a comment or a post, the comment around it, and the post around it."""

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


def walk(
    root: Any,
    shape: JsonFormat,
    elements: list[Element] | None = None,
    under: Record | None = None,
) -> Iterator[Found]:
    """Comments and posts within a value, in the order of the file, parents before replies.

    elements: takes the objects that stand in lists, and the root. under: the post around it.
    """
    met = elements if elements is not None else []
    outermost = Element(TOP, root if isinstance(root, dict) else {})
    met.append(outermost)
    stack: list[_Step] = [(root, None, under, outermost, TOP)]
    while stack:
        node, around, post, element, way = stack.pop()
        if isinstance(node, list):
            stack += [
                (one, around, post, Element(way, one) if isinstance(one, dict) else element, way)
                for one in reversed(node)
                if isinstance(one, dict | list)
            ]
            continue
        if not isinstance(node, dict):
            continue
        if element.node is node and element is not outermost:
            met.append(element)
        if shape.post and all(has(node, key) for key in shape.post):
            element.post = True
            yield Found(node, around, post, is_post=True)
            post = node
        elif is_record(node, shape):
            element.comment = True
            element.own = element.own or element.node is node
            yield Found(node, around, post, is_post=False)
            around = node
        stack += [
            (value, around, post, element, (way[1], key))
            for key, value in reversed(node.items())
            if isinstance(value, dict | list) and key not in shape.shut
        ]


_Step: TypeAlias = "tuple[Any, Record | None, Record | None, Element, Way]"


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
        for part in parts(stream):
            source.decoded(part.raw)  # for the count of what is no UTF-8
            why, root = part.wrong, None
            if not why:
                try:
                    root = loads(part.raw)
                except ValueError as error:
                    why = f"not JSON: {error}"
            yield from reading.damaged(part, why) if why else reading.whole(part, root)
    for reason, count in reading.passed.items():
        yield f"{source.name}: {count} {reason}"


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
        self._answered: set[int] | None = None  # objects that have replies in them
        self._invented: dict[int, str] = {}  # names made up for those without an id
        self._lasting: dict[int | None, str] = {}  # of those that stand in several parts: by place
        self._names: Counter[str] = Counter()
        self._articles: dict[str | None, str] = {}  # thread -> the text of the post that opens it
        self._texts = [path.removeprefix("<") for path in shape.text.split("|")]
        self._paths = _paths_of(shape)
        self._known = frozenset(path.split(".")[0] for path in self._paths)
        texts = {key for path in self._texts for key in path.split(".")}
        self._keys = {key for path in self._paths for key in path.split(".")} | texts
        self._keys = {key for key in self._keys if not key.lstrip("-").isdigit()}
        self._shut = shape.shut - texts
        told = [shape.title, shape.thread, shape.author, shape.thread_url, shape.text]
        prose = {path for paths in told if isinstance(paths, str) for path in paths.split("|")}
        self._bare = [path for path in self._paths if path not in prose | set(self._texts)]
        self._bare_of_posts = f"{shape.post_id}|{shape.post_url}".split("|") if shape.post else []
        self._people_paths = shape.author.split("|") if shape.author else []
        self._text_keys = [path.rpartition(".")[2].lower() for path in self._texts]
        self._all_known = self._known | {path.split(".")[0] for path in self._texts}
        self._broken = False  # a part of the file was no JSON
        self._left: Salvage | None = None  # of the damaged document that is being read
        self._homes = Homes(path.split(".")[0] for path in self._texts)
        for root in first_values(source):
            elements: list[Element] = []
            for found in walk(root, shape, elements):
                if not found.is_post:
                    self._homes.remember(found.record)
            self._homes.learn(elements)
        self._usual = self._homes.usual_keys()
        self._odd_key = ""  # that was spoken of last

    def whole(self, part: Part, root: Any) -> Iterator[Finding]:
        """What a document holds. Places are looked for only where something is wrong in it."""
        if not isinstance(root, dict | list):
            if substantial(part.raw):
                yield from self._rejected(part, (0, len(part.raw)), "not a JSON object")
            return
        elements: list[Element] = []
        found = list(walk(root, self._shape, elements))
        self._homes.learn(elements)
        if self._broken and not found and any(one.count(" ") > 1 for one in strings_in(root)):
            keys = ", ".join(list(root)[:12]) if isinstance(root, dict) else "no keys"
            yield from self._rejected(part, (0, len(part.raw)), f"no comment in it; it has {keys}")
            return
        wrong = any(self._strays(elements)) or any(map(self._wrong, found))
        if wrong or says_twice(part.raw, root):
            there = located(part.raw)
            yield from self._doubled(part, there.doubled)
            yield from self._of(part, there.root, there.spans)
        else:
            yield from self._made(found, part, root, {})

    def damaged(self, part: Part, why: str) -> Iterator[Finding]:
        """What is left of a document that is no JSON, and rejects for the rest."""
        self._broken = True
        left = salvaged(part.raw, self._holds)
        for span in left.unread:
            yield from self._rejected(part, span, why)
        yield from self._doubled(part, left.doubled)
        self._left = left
        yield from self._of(part, left.root, left.spans)
        self._left = None
        under = next((one.post for one in list(walk(left.root, self._shape))[::-1]), None)
        for one in left.others:
            yield from self._of(part, one, left.spans, under)

    def _of(
        self, part: Part, root: Any, spans: Mapping[int, Span], under: Record | None = None
    ) -> Iterator[Finding]:
        """What a value holds, and rejects for what looks like a comment in it."""
        elements: list[Element] = []
        found = list(walk(root, self._shape, elements, under))
        self._homes.learn(elements)
        for stray, why in self._strays(elements):
            keys = ", ".join(list(stray)[:12])
            span = spans.get(id(stray), (0, len(part.raw)))
            yield from self._rejected(part, span, f"{why}; it has {keys}")
        yield from self._made(found, part, root, spans)

    def _strays(self, elements: list[Element]) -> Iterator[tuple[Record, str]]:
        """Objects that hold words of a comment and are none, and why."""
        for one in self._homes.strays(elements, self._shut):
            yield one.node, "no comment as others here are"
        for one in elements:
            if one.own:
                continue
            if one.comment and (path := self._prose_in(one.node, self._bare)):
                yield one.node, f"{path} is prose"
            elif one.way != TOP and (key := _prose_key(one.node)):
                yield one.node, f"the key {key[:SNIPPET]!r} is prose"

    def _holds(self, value: Any) -> bool:
        return next(walk(value, self._shape), None) is not None

    def _doubled(self, part: Part, doubled: list[Doubled]) -> Iterator[Finding]:
        """A reject for each object that is two run into one."""
        for span, some in groupby(doubled, lambda one: one.span):
            keys = {one.key for one in some if one.key in self._keys or says_something(one.value)}
            if keys:
                why = f"{', '.join(sorted(keys))} twice in one object: the last is taken"
                yield from self._rejected(part, span, why)

    def _rejected(self, part: Part, span: Span, why: str) -> Iterator[Finding]:
        shown = snippet(part.raw[max(span[0], part.lead) : span[1]])
        yield 1
        yield Reject(self._source.name, part.place(*span), why, shown)

    def _wrong(self, found: Found) -> str:
        """Why an object that has a comment's keys may not hold all that the comment said."""
        record = found.record
        bare = self._bare_of_posts if found.is_post else self._bare
        if path := self._prose_in(record, bare):
            return f"{path} is prose"
        if found.is_post:
            return ""
        for path in self._people_paths:
            value = at(record, path)
            if isinstance(value, str) and value.count(" ") >= _LONG_NAME:
                return f"{path} is prose"
        if key := misspelt(record, self._all_known, self._text_keys):
            return f"{key} is prose"
        if self._usual and (key := odd_key(record, self._usual, self._all_known)):
            self._odd_key = key
            return f"no other comment has the key {key[:SNIPPET]!r}"
        texts = [value for value in (at(record, path) for path in self._texts) if value is not None]
        if not texts:
            return "without a text" * self._says_something(record)
        some = [one for one in texts if isinstance(one, str) and one]
        return "its texts are not the same" if len(some) > 1 and disagree(some) else ""

    @staticmethod
    def _prose_in(record: Record, paths: list[str]) -> str:
        """The path of an id, a date or a status that is prose; empty where none is."""
        for path in paths:
            value = at(record, path)
            if (
                isinstance(value, str)
                and value.count(" ") >= _PROSE
                and len(_ONE.findall(value)) > 4
            ):
                return path
        return ""

    def _says_something(self, record: Record) -> bool:
        """Whether a comment without any of the keys that texts have holds words all the same."""
        shape = self._shape
        told = _status(record, shape.status) if isinstance(shape.status, str) else "unknown"
        told = shape.status(record) if callable(shape.status) else told
        around = {path.split(".")[0] for path in self._texts if "." in path}
        return told not in ("deleted", "removed") and any(
            value.count(" ") > 1
            for key, one in record.items()
            if key in around or (key not in self._known and isinstance(one, str))
            for value in strings_in(one)
        )

    def _made(
        self, all_found: list[Found], part: Part, root: Any, spans: Mapping[int, Span]
    ) -> Iterator[Finding]:
        """The comments and threads of a document.

        An object that is in other parts of it too is known by its place, and given once.
        """
        shape = self._shape
        shared = on_the_way(root, part) if part.places else {}
        if shape.people:
            path, key, name = shape.people
            for one in at(root, path) or ():
                self._people[str(at(one, key))] = str(at(one, name) or "")
        self._answered, self._invented = None, {}
        for found in all_found:
            place = shared.get(id(found.record))
            if place is not None and not found.is_post:
                if place in self._given:
                    self._named(all_found, found, place)
                    continue
                self._given.add(place)
            if found.is_post:
                self._ladder.clear()
                yield self._post(found.record)
                if spans and (wrong := self._wrong(found)):
                    span = spans.get(id(found.record), (0, len(part.raw)))
                    yield from self._rejected(part, span, wrong)
            elif why := shape.only(found.record) if shape.only else None:
                self.passed[why] += 1
            else:
                self._named(all_found, found, place)
                if self._left and self._left.is_broken(found.record):
                    continue
                span = spans.get(id(found.record), (0, len(part.raw)))
                self._odd_key = ""
                wrong = self._wrong(found) if spans else ""
                if self._usual and self._odd_key:  # what a second comment has is no damage
                    self._usual |= {self._odd_key}
                cut = self._left and span[1] == self._left.cut
                if cut and not any(at(found.record, one) for one in self._texts):
                    wrong = "cut off before its text"
                if wrong:
                    keys = ", ".join(list(found.record)[:12])
                    yield from self._rejected(part, span, f"{wrong}; it has {keys}")
                if not wrong or any(at(found.record, path) for path in self._texts):
                    yield from self._comment(found)
        if shape.stubs and (hidden := _hidden(root)):
            self.passed["comments behind 'more' links are not in the file"] += hidden

    def _named(self, all_found: list[Found], found: Found, place: int | None) -> None:
        """Make up an id for a comment that has none, but replies within it.

        It is made from what the comment says and what it answers, so that it is the same wherever
        the comment stands. place: in the file, of one that is in several parts; it is named once.
        """
        shape, record = self._shape, found.record
        if shape.stem or _name(first(record, shape.id)) is not None:
            return
        if place in self._lasting:
            self._invented[id(record)] = self._lasting[place]
            return
        if self._answered is None:
            self._answered = {id(one.around) for one in all_found if one.around is not None}
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

    def _comment(self, found: Found) -> Iterator[Finding]:
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


def _prose_key(node: Record) -> str:
    """A key of a plain value that is prose, where a list stands beside it; empty where none is."""
    if not any(isinstance(value, dict | list) for value in node.values()):
        return ""
    return next(
        (
            key
            for key, value in node.items()
            if is_prose(key) and not isinstance(value, dict | list)
        ),
        "",
    )


def _paths_of(shape: JsonFormat) -> list[str]:
    """The paths that a format looks at, but for those of its texts."""
    paths = [*shape.keys, *shape.signs, shape.id, shape.parent, shape.thread, shape.author]
    paths += [shape.time, shape.url, shape.kind, shape.status, shape.title, shape.thread_url]
    words = "|".join(path for path in paths if isinstance(path, str) and path)
    return list(dict.fromkeys(one.partition("=")[0] for one in words.split("|")))


def _status(record: Record, paths: str) -> str:
    return status_of(first(record, paths)) if paths else "unknown"


def _flat(value: Any) -> str:
    """A text that may be a list of strings and marked-up pieces, as Telegram has it."""
    if isinstance(value, list):
        return "".join(_flat(one) for one in value)
    if isinstance(value, dict):
        return str(value["text"]) if "text" in value else " ".join(map(_flat, value.values()))
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
