"""Comment and thread rows from the objects of a JSON dump."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from moderation.comments import Reject
from moderation.readers.inference.roles import depth_of
from moderation.readers.json.shape import JsonFormat, Record, at, first, status_in
from moderation.readers.markup import plain, plain_if_marked, tidy
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow
from moderation.readers.values import no_parent, when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.readers.json.walk import Match
    from moderation.readers.source import Source

ZERO = "0"
OPENING = "posts that open a thread are its article, no comments"
VERSION = "another text of the post that the thread is about"
MADE = "comments without an id have replies within them; an id was made up for each"


class Builder:
    """Rows of one file, in the order of its objects. passed: what was left out, and how often."""

    def __init__(self, source: Source, shape: JsonFormat) -> None:
        self._source, self._shape = source, shape
        self.passed: Counter[str] = Counter()
        self._people: dict[str, str] = {}
        self._ladder: dict[int, str | None] = {}  # depth -> the last comment there
        self._ladder_of: str | None = None  # the thread
        self._known_threads: set[tuple[str | None, ...]] = set()
        self._answered: set[int] | None = None  # objects that have replies in them
        self._invented: dict[int, str] = {}  # names made up for those without an id
        self._lasting: dict[int | None, str] = {}  # of those that stand in several parts: by place
        self._names: Counter[str] = Counter()
        self._threads: dict[int, str | None] = {}  # of the comments of this document
        self._articles: dict[str | None, str] = {}  # thread -> the text of the post that opens it

    def begin(self, root: Any) -> None:
        """Another document begins: take its list of people."""
        if self._shape.people:
            path, key, name = self._shape.people
            people = at(root, path)
            for person in people.values() if isinstance(people, dict) else people or ():
                known = first(person, name) if isinstance(person, dict) else None
                if known:
                    self._people[str(at(person, key))] = str(known)
        self._answered, self._invented, self._threads = None, {}, {}

    def name(self, matches: list[Match], match: Match, place: int | None) -> None:
        """Make up an id for a comment that has none, but replies within it.

        It is made from what the comment says and what it answers, so that it is the same wherever
        the comment stands. place: in the file, of one that is in several parts; it is named once.
        """
        shape, record = self._shape, match.record
        if shape.stem or _name(first(record, shape.id)) is not None:
            return
        if place in self._lasting:
            self._invented[id(record)] = self._lasting[place]
            return
        if self._answered is None:
            self._answered = {id(other.around) for other in matches if other.around is not None}
        if id(record) not in self._answered and not shape.depth:
            return
        above = self._own(match.around) if match.around is not None else None
        paths = (shape.text.replace("<", ""), shape.author, shape.time)
        content = [above, *(first(record, path) for path in paths)]
        name = "made-" + hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()[:12]
        self._names[name] += 1
        again = self._names[name]
        self._invented[id(record)] = name if again == 1 else f"{name}-{again}"
        if place is not None:
            self._lasting[place] = self._invented[id(record)]
        if id(record) in self._answered:
            self.passed[MADE] += 1

    def _own(self, record: Record) -> str | None:
        """The comment's id, or the one made up for it."""
        return _name(first(record, self._shape.id)) or self._invented.get(id(record))

    def post(self, post: Record) -> ThreadRow:
        """A thread, from the object of its post."""
        shape = self._shape
        self._ladder.clear()
        return ThreadRow(
            _name(first(post, shape.post_id)),
            self._title(first(post, shape.post_title)),
            self._text(post, shape.post_text) or None,
            _string(first(post, shape.post_url)),
        )

    def comment(self, match: Match) -> list[Finding]:
        """A comment and what is new of its thread; the thread's article, where it is that."""
        shape, record = self._shape, match.record
        thread = self._thread(match)
        if shape.opening and shape.opening(record):
            return list(self._opening(record, thread))
        found: list[Finding] = [1]
        if shape.title or shape.thread_url:
            title = self._title(first(record, shape.title))
            address = _string(first(record, shape.thread_url))
            about = (thread, title, address)
            if (title or address) and about not in self._known_threads:
                self._known_threads.add(about)
                found.append(ThreadRow(thread, title, None, address))
        found.append(self._row(match, thread))
        return found

    def _opening(self, record: Record, thread: str | None) -> Iterator[Finding]:
        """The thread that a post opens, named after it or as others name it."""
        shape = self._shape
        own = _name(first(record, shape.id))
        name = own if shape.opening_names else thread or own
        article = self._text(record, shape.text)
        title = self._title(first(record, shape.title))
        yield ThreadRow(name, title, article or None, _string(first(record, shape.url)))
        if self._articles.setdefault(name, article) == article:
            self.passed[OPENING] += 1
        else:
            yield 1
            yield Reject(self._source.name, f"post {own}", VERSION, article[:SNIPPET])

    def _thread(self, match: Match) -> str | None:
        shape = self._shape
        if shape.stem:
            return self._source.path.absolute().parent.name
        thread = _name(first(match.record, shape.thread)) if shape.thread else None
        if not thread and match.post:
            thread = _name(first(match.post, shape.post_id))
        if not thread and match.around:
            thread = self._threads.get(id(match.around))
        self._threads[id(match.record)] = thread
        return thread

    def _row(self, match: Match, thread: str | None) -> Row:
        shape, record = self._shape, match.record
        own = self._source.stem if shape.stem else self._own(record)
        text = self._text(record, shape.text) or self._text(record, shape.instead)
        status = shape.status(record) if callable(shape.status) else status_in(record, shape.status)
        if status == "unknown":
            status = {"[deleted]": "deleted", "[removed]": "removed"}.get(text, status)
        kind = self._kind(record)
        author = _string(first(record, shape.author))
        author = self._people.get(author, author) if author else None
        return Row(
            text,
            own,
            self._parent(match, own),
            thread,
            shape.fix(author) if shape.fix and author else author,
            when(first(record, shape.time)),
            kind,
            status,
            _string(first(record, shape.url)),
            ["lost_text"] if not text and status in ("deleted", "removed") else [],
        )

    def _kind(self, record: Record) -> str:
        kind = self._shape.kind
        if callable(kind):
            return kind(record)
        word = str(first(record, kind) or "") if kind else ""
        return word if word in ("pingback", "trackback") else self._shape.usual_kind

    def _parent(self, match: Match, own: str | None) -> str | None:
        shape, record = self._shape, match.record
        if shape.stem:
            return self._source.stem.rpartition("-")[0] or None
        path = shape.parent
        parent = path(record) if callable(path) else first(record, path)
        if not no_parent(parent) and not isinstance(parent, dict):
            return _name(parent)
        if match.around is not None:
            return self._own(match.around)
        if _name(parent) == ZERO and not shape.settle:
            return ZERO  # top level, or an answer to a comment 0: `merge` sees them all
        depth = depth_of(first(record, shape.depth)) if shape.depth else None
        if depth is not None and not (path and isinstance(path, str) and path in record):
            if self._ladder_of != self._threads.get(id(record)):  # another page begins
                self._ladder_of = self._threads.get(id(record))
                self._ladder.clear()
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
        for path, is_html in _text_paths(paths):
            value = at(record, path)
            if value is None or value == "" or value == []:
                continue
            text = value if isinstance(value, str) else _flat(value)
            if is_html:
                text = plain_if_marked(text) if self._shape.mixed else plain(text)
            else:
                text = tidy(text)
            return self._shape.fix(text) if self._shape.fix else text
        return ""


@lru_cache
def _text_paths(paths: str) -> list[tuple[str, bool]]:
    """The paths of texts, and whether HTML stands there."""
    every = paths.split("|") if paths else []
    return [(path.removeprefix("<"), path.startswith("<")) for path in every]


def _flat(value: Any) -> str:
    """A text that may be a list of strings and marked-up pieces, as Telegram has it."""
    if isinstance(value, list):
        return "".join(_flat(part) for part in value)
    if isinstance(value, dict):
        return str(value["text"]) if "text" in value else " ".join(map(_flat, value.values()))
    return str(value)


def _name(value: Any) -> str | None:
    """An id as a string: whole floats as integers, Reddit's type prefixes dropped."""
    if isinstance(value, str):
        name = value.strip()
        return name[3:] if name[:3] in ("t1_", "t3_") else name or None
    if isinstance(value, list):
        value = next((part for part in value if isinstance(part, str)), None)
        return _name(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None or isinstance(value, dict | bool) else str(value)


def _string(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    if isinstance(value, list):
        value = next((part for part in value if isinstance(part, str)), None)
    return str(value) if isinstance(value, str | int) and value != "" else None
