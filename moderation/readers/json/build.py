"""Comment and thread rows from the objects of a JSON dump."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import lru_cache
from itertools import compress
from typing import TYPE_CHECKING, Any

from moderation.comments import Reject
from moderation.readers.inference.roles import depth_of
from moderation.readers.json.columns import firsts, values
from moderation.readers.json.shape import JsonFormat, Record, at, first
from moderation.readers.markup import plain, plain_if_marked, tidy
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow, several
from moderation.readers.values import no_parent, status_of, when

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
        self._named: dict[int, str | None] = {}  # ids of comments, by the `id` of their objects
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
        self._named, self._invented, self._threads = {}, {}, {}

    def names(
        self, matches: list[Match], every: list[Match], places: Mapping[int, int]
    ) -> list[str | None]:
        """The id of each comment; one is made up for those without, but with replies within them.

        It is made from what the comment says and what it answers, so that it is the same wherever
        the comment stands; see `comments`.
        """
        shape = self._shape
        if shape.stem:
            return [self._source.stem] * len(matches)
        names = [_name(value) for value in firsts([match.record for match in matches], shape.id)]
        if None in names:
            answered = {id(match.around) for match in every if match.around is not None}
            for row, match in enumerate(matches):
                if names[row] is None:
                    names[row] = self._invent(match, answered, places.get(id(match.record)))
        return names

    def _invent(self, match: Match, answered: set[int], place: int | None) -> str | None:
        """A name for a comment that has no id. place: in the file, if it is in several parts."""
        shape, record = self._shape, match.record
        if id(record) in self._invented:
            return self._invented[id(record)]
        if place in self._lasting:
            self._invented[id(record)] = self._lasting[place]
            return self._lasting[place]
        if id(record) not in answered and not shape.depth:
            return None
        above = self._own(match.around) if match.around is not None else None
        paths = (shape.text.replace("<", ""), shape.author, shape.time)
        content = [above, *(first(record, path) for path in paths)]
        name = "made-" + hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()[:12]
        self._names[name] += 1
        again = self._names[name]
        self._invented[id(record)] = name if again == 1 else f"{name}-{again}"
        if place is not None:
            self._lasting[place] = self._invented[id(record)]
        if id(record) in answered:
            self.passed[MADE] += 1
        return self._invented[id(record)]

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

    def comments(
        self,
        matches: list[Match],
        every: list[Match],
        places: Mapping[int, int],
    ) -> list[Finding]:
        """Comments and what is new of their threads; a thread's article, where one is that.

        every: the matches of their documents. places: where those stand in the file that are in
        several parts of it, by the `id` of their objects; they are named once.
        """
        shape = self._shape
        own = self.names(matches, every, places)
        threads = self._threads_of(matches)
        found: list[Finding] = []
        if shape.opening:
            opens = [shape.opening(match.record) for match in matches]
            for match, thread in zip(
                compress(matches, opens), compress(threads, opens), strict=True
            ):
                found += self._opening(match.record, thread)
            rest = [not opening for opening in opens]
            matches, own = [*compress(matches, rest)], [*compress(own, rest)]
            threads = [*compress(threads, rest)]
        found.append(len(matches))
        found += self._about(matches, threads)
        found += several(self._rows(matches, own, threads))
        return found

    def _about(self, matches: list[Match], threads: list[str | None]) -> Iterator[ThreadRow]:
        """What comments say of their threads, once."""
        shape = self._shape
        if not shape.title and not shape.thread_url:
            return
        records = [match.record for match in matches]
        titles, addresses = firsts(records, shape.title), firsts(records, shape.thread_url)
        seen = None
        for about in zip(threads, titles, addresses, strict=True):
            if about == seen or (about[1] is None and about[2] is None):
                continue
            seen = about
            told = (about[0], self._title(about[1]), _string(about[2]))
            if any(told[1:]) and told not in self._known_threads:
                self._known_threads.add(told)
                yield ThreadRow(told[0], told[1], None, told[2])

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

    def _threads_of(self, matches: list[Match]) -> list[str | None]:
        """The name of each comment's thread."""
        shape = self._shape
        if shape.stem:
            return [self._source.path.absolute().parent.name] * len(matches)
        threads: list[str | None] = [None] * len(matches)
        if shape.thread:
            found = firsts([match.record for match in matches], shape.thread)
            threads = [_name(value) for value in found]
        post, name = None, None
        for row, match in enumerate(matches):
            if not threads[row] and match.post:
                if match.post is not post:
                    post, name = match.post, _name(first(match.post, shape.post_id))
                threads[row] = name
            if not threads[row] and match.around:
                threads[row] = self._threads.get(id(match.around))
            self._threads[id(match.record)] = threads[row]
        return threads

    def _rows(
        self, matches: list[Match], own: list[str | None], threads: list[str | None]
    ) -> list[Row]:
        shape, records = self._shape, [match.record for match in matches]
        texts = self._texts(records)
        status = _meanings(records, shape.status)
        if "unknown" in status and ("[deleted]" in texts or "[removed]" in texts):
            status = [
                {"[deleted]": "deleted", "[removed]": "removed"}.get(text, word)
                if word == "unknown"
                else word
                for word, text in zip(status, texts, strict=True)
            ]
        columns = (
            texts,
            own,
            self._parents(matches, own),
            threads,
            self._authors(records),
            [when(value) for value in firsts(records, shape.time)],
            self._kinds(records),
            status,
            [_string(value) for value in firsts(records, shape.url)],
        )
        rows = list(map(Row, *columns))
        if "" in texts:
            for row in rows:
                if not row.text and row.status in ("deleted", "removed"):
                    row.warnings.append("lost_text")
        return rows

    def _authors(self, records: list[Record]) -> list[str | None]:
        people, fix = self._people, self._shape.fix
        authors = [_string(value) for value in firsts(records, self._shape.author)]
        if people:
            authors = [people.get(author, author) if author else None for author in authors]
        return [fix(author) if author else author for author in authors] if fix else authors

    def _kinds(self, records: list[Record]) -> list[str]:
        kind, usual = self._shape.kind, self._shape.usual_kind
        if callable(kind):
            return [kind(record) for record in records]
        if not kind:
            return [usual] * len(records)
        words = [str(value or "") for value in firsts(records, kind)]
        return [word if word in ("pingback", "trackback") else usual for word in words]

    def _parents(self, matches: list[Match], own: list[str | None]) -> list[str | None]:
        path = self._shape.parent
        if self._shape.stem:
            return [self._source.stem.rpartition("-")[0] or None] * len(matches)
        records = [match.record for match in matches]
        found = [path(record) for record in records] if callable(path) else firsts(records, path)
        depth = self._shape.depth
        if not depth and all(match.around is None for match in matches):
            return [
                None if value is None else self._parent(match, value, None)
                for match, value in zip(matches, found, strict=True)
            ]
        self._named = dict(zip(map(id, records), own, strict=True))
        return [
            self._around(match) if value is None and not depth else self._parent(match, value, name)
            for match, value, name in zip(matches, found, own, strict=True)
        ]

    def _around(self, match: Match) -> str | None:
        """The id of the comment that a comment stands in."""
        above = match.around
        return None if above is None else self._named.get(id(above)) or self._own(above)

    def _parent(self, match: Match, parent: Any, own: str | None) -> str | None:
        """parent: what the comment names as that."""
        shape, record, path = self._shape, match.record, self._shape.parent
        if not no_parent(parent) and not isinstance(parent, dict):
            return _name(parent)
        if match.around is not None:
            return self._around(match)
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

    def _texts(self, records: list[Record]) -> list[str]:
        """The text of each comment; what stands for it where there is none."""
        shape = self._shape
        texts = [""] * len(records)
        empty: Sequence[int] = range(len(records))
        for path, is_html in text_paths(shape.text):
            some = records if len(empty) == len(records) else [records[row] for row in empty]
            convert, left = self._conversion(is_html), []
            found = values(some, path, path.split(".") if "." in path else [])
            for row, value in zip(empty, found, strict=True):
                if value.__class__ is str and value:
                    texts[row] = convert(value)
                elif value is None or value == "" or value == []:
                    left.append(row)
                else:
                    texts[row] = convert(_flat(value))
            if not (empty := left):
                break
        if shape.instead and "" in texts:
            for row, text in enumerate(texts):
                if not text:
                    texts[row] = self._text(records[row], shape.instead)
        return texts

    def _conversion(self, is_html: bool) -> Callable[[str], str]:
        """What makes a plain text of one."""
        convert = (plain_if_marked if self._shape.mixed else plain) if is_html else tidy
        fix = self._shape.fix
        return (lambda text: fix(convert(text))) if fix else convert

    def _title(self, value: Any) -> str | None:
        title = plain(str(value)) if isinstance(value, str | int) else ""
        fix = self._shape.fix_title
        return (fix(title) if fix else title) or None

    def _text(self, record: Record, paths: str) -> str:
        for path, is_html in text_paths(paths):
            value = at(record, path)
            if value is None or value == "" or value == []:
                continue
            return self._conversion(is_html)(value if isinstance(value, str) else _flat(value))
        return ""


def _meanings(records: list[Record], paths: str | Callable[[Record], str]) -> list[str]:
    """The site's word on each comment, in ours."""
    if callable(paths):
        return [paths(record) for record in records]
    if not paths:
        return ["unknown"] * len(records)
    return [status_of(value) for value in firsts(records, paths)]


@lru_cache
def text_paths(paths: str) -> list[tuple[str, bool]]:
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
    if value.__class__ is int:
        return str(value)
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
