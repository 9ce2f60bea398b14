"""JSON of any shape to comment records: what reads the rows of the table of formats."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from moderation.comments import Batch, Reject
from moderation.readers.json.build import Builder
from moderation.readers.json.damage.doubts import Doubts, unread
from moderation.readers.json.damage.salvage import (
    Doubled,
    Salvage,
    Span,
    located,
    salvaged,
    substantial,
)
from moderation.readers.json.damage.strays import (
    Element,
    is_prose,
    says_something,
    says_twice,
    strings_in,
)
from moderation.readers.json.lenient import loads, strict
from moderation.readers.json.parts import Part, Run, on_the_way, runs
from moderation.readers.json.shape import NESTED, JsonFormat, Record, at
from moderation.readers.json.text import first_values
from moderation.readers.json.walk import Match, objects, walk
from moderation.readers.records import Finding, Row, ThreadRow, batches, several, snippet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from moderation.readers.source import Source


EARLIER = "earlier texts of messages that were edited are left out"
_DOUBTED = 20  # documents of a file that are remembered
TOGETHER = 1 << 20  # bytes of documents that are made into rows at once


class Document(NamedTuple):
    """A document or a part of one, and its value."""

    part: Part
    root: Any


class _Found(NamedTuple):
    """What the walk has met in a document. twice: a key may stand twice in an object of it."""

    document: Document
    twice: bool
    elements: list[Element]
    matches: list[Match]


def read_format(source: Source, shape: JsonFormat) -> Iterator[Batch]:
    """Batches of a file of the format."""
    rows = _rows(source, shape)
    return batches(_settled(source, shape, rows) if shape.settle else rows)


def _settled(source: Source, shape: JsonFormat, findings: Iterable[Finding]) -> Iterator[Finding]:
    """All findings, once parents and threads can be told from all of them."""
    rows: list[Row] = []
    threads: list[ThreadRow] = []
    for finding in findings:
        if isinstance(finding, list):
            rows += finding
        elif isinstance(finding, ThreadRow):
            threads.append(finding)
        else:
            yield finding
    count = len(rows)
    if shape.settle:
        shape.settle(source, rows, threads)
    if len(rows) < count:
        yield len(rows) - count
        yield f"{source.name}: {count - len(rows)} {EARLIER}"
    yield from several(rows)
    yield from threads


def _rows(source: Source, shape: JsonFormat) -> Iterator[Finding]:
    reading = _Reading(source, shape)
    with source.utf8() as stream:
        for one in runs(stream):
            source.decoded(one.raw)  # for the count of what is no UTF-8
            if isinstance(one, Run):
                yield from reading.run(one)
            else:
                yield from reading.parts([one])
    yield from reading.rest()
    for reason, count in reading.build.passed.items():
        yield f"{source.name}: {count} {reason}"


class _Reading:
    """One pass over a file of a format."""

    def __init__(self, source: Source, shape: JsonFormat) -> None:
        self._source, self._shape = source, shape
        self.build = Builder(source, shape)
        self._doubts = Doubts(shape, first_values(source))
        self._given: set[int] = set()  # offsets of comments that stand in several parts
        self._broken = False  # a part of the file was no JSON
        self._left: Salvage | None = None  # of the damaged document that is being read
        self._rejects = 0
        self._doubted: list[Reject] = []  # words before any damage, in which no comment was found

    def run(self, run: Run) -> Iterator[Finding]:
        """What documents hold that follow one another: looked at as one list if all is well."""
        root = None if self._shape.people else together(run)
        if root is None:
            yield from self.parts(run.parts())
            return
        for document in root if self._shape.prepare else ():
            self._prepare(document)
        elements: list[Element] = []
        matches = list(walk(root, self._shape, elements))
        if self._are_well(root, elements, matches):
            self.build.begin(root)
            yield from self._matched(matches, {}, None, {})
            self._count_hidden(root, run.raw)
        else:
            yield from self.parts(run.parts())

    def _are_well(self, root: list[Any], elements: list[Element], matches: list[Match]) -> bool:
        """Whether each of some documents is a comment, and nothing in them is worth a closer look.

        What is seen in them is learnt only if that is so.
        """
        own = {id(element.node) for element in elements if element.own}
        if not all(id(document) in own for document in root):
            return False
        if any(match.is_post for match in matches) or self._doubts.odd(matches):
            return False
        learnt = self._doubts.homes
        self._doubts.learn(elements)
        if next(self._doubts.strays(elements), None) is None:
            return True
        self._doubts.homes = learnt
        return False

    def parts(self, parts: Iterable[Part]) -> Iterator[Finding]:
        """What documents or parts of documents hold, each looked at by itself."""
        some: list[Document] = []
        size = 0
        for part in parts:
            why, root = part.wrong, None
            if not why:
                try:
                    root = loads(part.raw, part.huge)
                except ValueError as error:
                    why = f"not JSON: {error}"
            if why or self._shape.people or size > TOGETHER:
                yield from self.whole(some)
                some, size = [], 0
            if why:
                yield from self.damaged(part, why)
            else:
                some.append(Document(part, root))
                size += len(part.raw)
        yield from self.whole(some)

    def whole(self, documents: list[Document]) -> Iterator[Finding]:
        """What some documents hold that follow one another.

        Places are looked for only where something is wrong; all others become rows together.
        """
        found = [self._found(document) for document in documents]
        odd = self._doubts.odd([match for one in found for match in one.matches])
        fine: list[_Found] = []
        for one in found:
            self._doubts.learn(one.elements)
            strays = list(self._doubts.strays(one.elements))
            root = one.document.root
            told = any(stray is root for stray, _ in strays)
            doubted = not told and self._is_doubted(root, one.matches, one.elements)
            wrong = bool(strays) or any(
                (match.is_post or id(match.record) in odd) and self._doubts.of(match)
                for match in one.matches
            )
            if not (wrong or doubted or one.twice) and isinstance(root, NESTED):
                fine.append(one)
                continue
            yield from self._rows(fine)
            fine = []
            if not isinstance(root, NESTED):
                yield from self._no_object(one.document.part)
                continue
            if doubted:
                yield from self._without_comments(one.document.part, root, len(one.matches) > 0)
                if self._broken and not one.matches:
                    continue
            if wrong or one.twice:
                yield from self._closely(one.document.part)
            else:
                fine = [one]
        yield from self._rows(fine)

    def _found(self, document: Document) -> _Found:
        elements: list[Element] = []
        part, root = document
        if not isinstance(root, NESTED):
            return _Found(document, False, elements, [])
        twice = says_twice(part.raw, root)
        self._prepare(root)
        return _Found(document, twice, elements, list(walk(root, self._shape, elements)))

    def _no_object(self, part: Part) -> Iterator[Finding]:
        if substantial(part.raw):
            yield from self._rejected(part, (0, len(part.raw)), "not a JSON object")

    def _closely(self, part: Part) -> Iterator[Finding]:
        """What a document holds in which something is wrong, and the places of that."""
        there = located(part.raw)
        self._prepare(there.root)
        yield from self._doubled(part, there.doubled)
        yield from self._of(part, there.root, there.spans)

    def _prepare(self, root: Any) -> None:
        if self._shape.prepare:
            self._shape.prepare(root)

    def _is_doubted(self, root: Any, matches: list[Match], elements: list[Element]) -> bool:
        """Whether a document has words and no comment, or a post and words in place of a date."""
        if len(self._doubted) == _DOUBTED and not self._broken:
            return False
        if matches:
            return all(match.is_post for match in matches) and self._doubts.are_bent(elements)
        return any(map(is_prose, strings_in(root)))

    def _without_comments(self, part: Part, root: Any, sure: bool) -> Iterator[Finding]:
        """A reject for words without a comment: now if it is sure, or once damage has shown."""
        keys = _keys(root) if isinstance(root, dict) else "no keys"
        rejected = self._rejected(part, (0, len(part.raw)), f"no comment in it; it has {keys}")
        if self._broken or sure:
            yield from rejected
        else:
            self._doubted += [finding for finding in rejected if isinstance(finding, Reject)]

    def damaged(self, part: Part, why: str) -> Iterator[Finding]:
        """What is left of a document that is no JSON, and rejects for the rest."""
        self._broken = True
        left = salvaged(part.raw, self._holds)
        for rest in (left.root, *left.others):
            self._prepare(rest)
        self._doubts.sample([left.root, *left.others])
        for span in left.unread:
            yield from self._rejected(part, span, why)
        yield from self._doubled(part, left.doubled)
        self._left = left
        yield from self._of(part, left.root, left.spans)
        under = next((match.post for match in list(walk(left.root, self._shape))[::-1]), None)
        for other in left.others:
            yield from self._of(part, other, left.spans, under)
        self._left = None

    def _of(
        self, part: Part, root: Any, spans: Mapping[int, Span], under: Record | None = None
    ) -> Iterator[Finding]:
        """What a value holds, and rejects for what looks like a comment in it."""
        elements: list[Element] = []
        matches = list(walk(root, self._shape, elements, under))
        self._doubts.learn(elements)
        strays = list(self._doubts.strays(elements))
        if self._left:
            strays += self._unread(root, matches, [stray for stray, _ in strays])
        for stray, why in strays:
            span = spans.get(id(stray), (0, len(part.raw)))
            yield from self._rejected(part, span, f"{why}; it has {_keys(stray)}")
        self.build.begin(root)
        found = self._matched(matches, _shared(root, part), part, spans)
        self._count_hidden(root, part.raw)
        if not self._left:
            yield from found
            return
        texts: list[str] = []
        for finding in found:
            if isinstance(finding, list):
                texts += [row.text for row in finding]
            elif isinstance(finding, ThreadRow):
                texts.append(finding.article or "")
            yield finding
        for node in self._doubts.unheld(root, texts, [stray for stray, _ in strays]):
            if self._left.is_broken(node):
                continue
            span = spans.get(id(node), (0, len(part.raw)))
            yield from self._rejected(
                part, span, f"a text that no comment has; it has {_keys(node)}"
            )

    def _unread(
        self, root: Any, matches: list[Match], strays: list[Record]
    ) -> Iterator[tuple[Record, str]]:
        """Objects around damage that hold words, and are no part of a comment."""
        for node in unread(root, {id(match.record) for match in matches}, strays):
            if self._left and not self._left.is_broken(node):
                yield node, "words beside the comments"

    def rest(self) -> Iterator[Finding]:
        """Rejects for words without a comment, where something else of the file is damaged."""
        if self._rejects > len(self._doubted):
            yield len(self._doubted)
            yield from self._doubted

    def _holds(self, value: Any) -> bool:
        return next(walk(value, self._shape), None) is not None

    def _doubled(self, part: Part, doubled: list[Doubled]) -> Iterator[Finding]:
        """A reject for each object that is two run into one."""
        for span, some in groupby(doubled, lambda repeat: repeat.span):
            keys = {
                repeat.key
                for repeat in some
                if repeat.key in self._doubts.keys or says_something(repeat.value)
            }
            if keys:
                why = f"{', '.join(sorted(keys))} twice in one object: the last is taken"
                yield from self._rejected(part, span, why)

    def _rejected(self, part: Part, span: Span, why: str) -> Iterator[Finding]:
        shown = snippet(part.raw[max(span[0], part.lead) : span[1]])
        self._rejects += 1
        yield 1
        yield Reject(self._source.name, part.place(*span), why, shown)

    def _rows(self, documents: list[_Found]) -> Iterator[Finding]:
        """The comments and threads of documents in which nothing is wrong."""
        if not documents:
            return
        first = documents[0].document
        self.build.begin(first.root)
        matches = [match for one in documents for match in one.matches]
        yield from self._matched(matches, _shared(first.root, first.part), None, {})
        for one in documents:
            self._count_hidden(one.document.root, one.document.part.raw)

    def _matched(
        self,
        matches: list[Match],
        shared: Mapping[int, int],
        part: Part | None,
        spans: Mapping[int, Span],
    ) -> Iterator[Finding]:
        """The comments and threads of some matches.

        An object that is in other parts of the document too is known by its place, and given once.
        part: the one in which something is wrong, if any is; spans: where its objects stand.
        """
        waiting: list[Match] = []
        only, ordered = self._shape.only, bool(self._shape.depth) or part is not None
        for match in matches:
            if match.is_post:
                if ordered and waiting:
                    yield from self.build.comments(waiting, matches, shared)
                    waiting = []
                yield self.build.post(match.record)
                if part:
                    yield from self._doubtful(match, part, spans)
                continue
            place = shared.get(id(match.record))
            again = place in self._given
            if only and not again and (why := only(match.record)):
                self.build.passed[why] += 1
            elif again or part:
                yield from self.build.comments(waiting, matches, shared)
                waiting = []
                self.build.names([match], matches, shared)
                if part and not again:
                    yield from self._looked_at(match, matches, part, spans)
            else:
                waiting.append(match)
            if place is not None:
                self._given.add(place)
        yield from self.build.comments(waiting, matches, shared)

    def _count_hidden(self, root: Any, raw: bytes) -> None:
        if self._shape.stubs and b'"more"' in raw and (hidden := _hidden(root)):
            self.build.passed["comments behind 'more' links are not in the file"] += hidden

    def _looked_at(
        self, match: Match, every: list[Match], part: Part, spans: Mapping[int, Span]
    ) -> Iterator[Finding]:
        """A comment, a reject for what may be missing of it, or both."""
        if self._left and self._left.is_broken(match.record):
            return
        doubts = 0
        for finding in self._doubtful(match, part, spans):
            doubts += 1
            yield finding
        if not doubts or any(at(match.record, path) for path in self._doubts.texts):
            yield from self.build.comments([match], every, {})

    def _doubtful(self, match: Match, part: Part, spans: Mapping[int, Span]) -> Iterator[Finding]:
        """A reject for an object that may not hold all that was said, where places are known."""
        record = match.record
        span = spans.get(id(record), (0, len(part.raw)))
        wrong = self._doubts.of(match) if spans else ""
        at_end = not match.is_post and self._left and span[1] == self._left.cut
        if at_end and not any(at(record, path) for path in self._doubts.texts):
            wrong = "cut off before its text"
        if wrong:
            if not match.is_post:
                self._doubts.allow(record)
            yield from self._rejected(part, span, f"{wrong}; it has {_keys(record)}")


def together(run: Run) -> list[Any] | None:
    """The values of documents that keep to the standard; None where one does not."""
    raw = b"[" + b",".join(run.documents()) + b"]"
    try:
        root: list[Any] = strict(raw, run.huge)
    except ValueError:
        return None
    return root if len(root) == len(run.starts) and not says_twice(raw, root) else None


def _shared(root: Any, part: Part) -> dict[int, int]:
    """What is in other parts of the document too, and where in the file."""
    return on_the_way(root, part) if part.places else {}


def _keys(record: Record) -> str:
    """The first keys of an object, for messages."""
    return ", ".join(list(record)[:12])


def _hidden(root: Any) -> int:
    """How many comments Reddit's `more` objects stand for."""
    if not isinstance(root, NESTED):
        return 0
    counts = (
        at(node, "data.count")
        for node in objects(root)
        if node.get("kind") == "more" and isinstance(node.get("data"), dict)
    )
    return sum(count for count in counts if isinstance(count, int))
