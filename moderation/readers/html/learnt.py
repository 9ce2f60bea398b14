"""Tell author, time and text of comments of unknown markup by what repeats in their elements.

A text of a comment stands on a way of tags and classes from the comment's element. What most
comments have on one way says what it is: dates, names, the same words (buttons). All else is the
text, so that nothing is lost.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.heads import author_of, is_button, is_name
from moderation.readers.bylines.words import BEFORE_NAME, either
from moderation.readers.html.groups import declared_time, is_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from selectolax.lexbor import LexborNode

_PARTS = 400  # texts of a comment that are looked at
_FEW = 3  # comments from which repeated words are furniture
_MOST = 0.6  # of the comments, or of the texts of one way
_NEARLY = 0.85
_DATED = 120  # characters of a line with a date
_REST = 70  # of them beside it
_NAME = 60  # characters of a name, and of what stands beside it
_BYLINE = 2  # texts of a byline before its date
_LABEL = 40  # of what the page says at every comment
_BY = re.compile(
    rf"^\W*(?:{either(BEFORE_NAME)}|(?:posted|written|submitted|left|sent) (?:by|from)|verfasst von"
    r"|geschrieben von|rédigé par|écrit par|publié par|publicado por|escrito por|enviado por"
    r"|scritto da|inviato da|pubblicato da|geplaatst door|geschreven door|napisał\w*|skrevet af"
    r"|skriven av|skrevet av|発表者|發表者|发表者|投稿者|留言者)(?:\s*[:：]\s*|\s+|$)"
    r"|^\W*(?:by|von|par|por|da|door)(?:\s*[:：]\s*|$)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\W*\d{1,2}[:.h]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?|Uhr|h)?\W*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9]+")
_LETTER = re.compile(r"[^\W_]")
_NUMBER = re.compile(r"\W{0,9}(?:no|nr|n)?\W{0,9}\d{1,6}\W{0,9}[樓楼]?\W{0,9}", re.IGNORECASE)
_NAMED = re.compile(r"author|user|name|nick|autor|usuario|poster|actor|who", re.IGNORECASE)
_BLOCKS = frozenset(
    [
        *("article", "dd", "div", "dt", "h2", "h3", "h4", "h5", "h6", "header", "li", "p"),
        *("section", "td", "th"),
    ]
)
_STRONG = frozenset(["b", "strong", "cite", "h3", "h4", "h5", "h6", "a", "dt", "th"])


class Told(NamedTuple):
    """What repeats tells of a comment; its words are out of its element, which holds the text."""

    author: str | None
    created_at: datetime | None


class _Split(NamedTuple):
    """A comment's author and time, the texts that are none of its text, and whether any is."""

    author: str | None
    created_at: datetime | None
    out: list[_Part]
    rest: bool


class _Part(NamedTuple):
    """A text of a comment: the way to it, and which of that way it is, from first and last."""

    way: str
    node: LexborNode
    words: str
    block: int  # the element around it that stands on lines of its own
    dated: bool
    first: bool
    last: bool


@dataclass
class _Ways:
    """What stands where in comments of one kind. Places: a way, and "" or "first" or "last"."""

    date: tuple[str, str]
    author: tuple[str, str] | None
    same: set[tuple[str, str]]  # ways with words that most comments have there
    numbers: set[str]  # ways to the comment's number on the page
    badges: set[str]  # ways beside the author's name
    foot: bool = False  # the date stands behind the text

    def is_furniture(self, part: _Part) -> bool:
        """True for what the page says at every comment."""
        return (
            (part.way, part.words) in self.same
            or part.way in self.numbers
            or part.way in self.badges
            or not _LETTER.search(part.words)
        )


class Learnt:
    """The elements of a page's comments, and what was learnt from them."""

    def __init__(self, nodes: Sequence[LexborNode]) -> None:
        self._own = {node.mem_id for node in nodes}
        self._names = self._common_names(nodes)
        self._parts: dict[int, list[_Part]] = {}
        kinds: dict[str, list[LexborNode]] = defaultdict(list)
        for node in nodes:
            self._parts[node.mem_id] = list(self._read(node))
            kinds[self._kind(node)].append(node)
        self._ways: dict[int, _Ways] = {}
        whole = _learn(list(self._parts.values()))
        for alike in kinds.values():
            ways = _learn([self._parts[node.mem_id] for node in alike]) or whole
            if ways is not None:
                self._ways.update(dict.fromkeys((node.mem_id for node in alike), ways))

    def has_foot(self, node: LexborNode) -> bool:
        """Whether the date stands behind the text in comments of this kind."""
        ways = self._ways.get(node.mem_id)
        return ways is not None and ways.foot

    def told(self, node: LexborNode) -> Told | None:
        """Author and time of a comment, taken out of its element; None where none is known."""
        ways = self._ways.get(node.mem_id)
        if ways is None:
            return None
        author, created, out, rest = self._split(node, ways)
        if not rest:
            return None
        for part in out:
            part.node.decompose()
        return Told(author, created)

    def author(self, node: LexborNode) -> str | None:
        """The author alone; nothing is taken out."""
        ways = self._ways.get(node.mem_id)
        return None if ways is None else self._split(node, ways).author

    def without_buttons(self, node: LexborNode) -> None:
        """Take out of the end of a comment's element what the page says at every comment."""
        ways = self._ways.get(node.mem_id)
        if ways is None:
            return
        for part in reversed(self._parts[node.mem_id]):
            if (part.way, part.words) not in ways.same or _stands(part, ways.date):
                break
            part.node.decompose()

    def _split(self, node: LexborNode, ways: _Ways) -> _Split:
        author, created = None, None
        out: list[_Part] = []
        rest = False
        parts = self._parts[node.mem_id]
        before = _labelled(parts, ways.date)
        for part in parts:
            if part in before:
                author = author or _name(part.words)
                out.append(part)
            elif _stands(part, ways.date) and part.dated:
                name, created = _byline(part)
                author = author or name
                out.append(part)
            elif ways.author and _stands(part, ways.author) and not author:
                author = _name(part.words)
                out.append(part)
            elif ways.is_furniture(part):
                out.append(part)
            else:
                rest = True
        return _Split(author, created, out, rest)

    def _walk(self, node: LexborNode) -> Iterator[LexborNode]:
        """The elements and texts of a comment in their order, without those of its replies."""
        ahead = [node.first_child]
        while ahead:
            part = ahead.pop()
            if part is None:
                continue
            ahead.append(part.next)
            if part.mem_id not in self._own:
                yield part
                ahead.append(part.first_child if part.is_element_node else None)

    def _common_names(self, nodes: Sequence[LexborNode]) -> set[str]:
        """The classes that are in more than one comment; others name the comment or its author."""
        counts: Counter[str] = Counter()
        for node in nodes:
            parts = (part for part in islice(self._walk(node), 4 * _PARTS) if part.is_element_node)
            counts.update({name for part in (node, *parts) for name in _names(part)})
        return {name for name, count in counts.items() if count > 1}

    def _kind(self, node: LexborNode) -> str:
        names = [name for name in _names(node) if name in self._names]
        return ".".join([node.tag or "", *names])

    def _read(self, node: LexborNode) -> Iterable[_Part]:
        """The texts of a comment, without those of its replies, in their order."""
        ways: dict[int, str] = {node.mem_id: ""}
        blocks: dict[int, int] = {node.mem_id: node.mem_id}
        found: list[tuple[str, LexborNode, str]] = []
        for part in islice(self._walk(node), 4 * _PARTS):
            above = ways[part.parent.mem_id] if part.parent is not None else ""
            if part.tag == "-text":
                words = " ".join((part.text_content or "").split())
                if words:
                    found.append((above, part, words))
            else:
                ways[part.mem_id] = f"{above}/{self._kind(part)}"
                around = blocks[part.parent.mem_id] if part.parent is not None else 0
                blocks[part.mem_id] = part.mem_id if part.tag in _BLOCKS else around
        seen: set[str] = set()
        last = {way: at for at, (way, _, _) in enumerate(found)}
        for at, (way, part, words) in enumerate(found[:_PARTS]):
            dated = _is_dated(words) or is_time(part.parent)
            block = blocks[part.parent.mem_id] if part.parent is not None else 0
            yield _Part(way, part, words, block, dated, way not in seen, last[way] == at)
            seen.add(way)


def _names(node: LexborNode) -> list[str]:
    """The classes of an element, numbers apart."""
    names = node.attributes.get("class")
    return _DIGITS.sub("", names).split() if names else []


def _stands(part: _Part, place: tuple[str, str]) -> bool:
    way, which = place
    return part.way == way and (not which or (part.first if which == "first" else part.last))


def _is_dated(words: str) -> bool:
    date = stamp(words) if len(words) <= _DATED else None
    return date is not None and len(words) - (date.end - date.start) <= _REST


def _learn(comments: list[list[_Part]]) -> _Ways | None:
    """What stands where in these comments; None where no date does."""
    date = _date_place(comments)
    if date is None:
        return None
    author = _author_place(comments, date)
    ways = _Ways(date, author, _same(comments), _numbers(comments), set())
    if author is not None:
        ways.badges = _badges(comments, ways, author)
    ways.foot = 2 * sum(_has_foot(parts, ways) for parts in comments) > len(comments)
    return ways


def _date_place(comments: list[list[_Part]]) -> tuple[str, str] | None:
    """Where the dates stand: there hardly anything else does."""
    best: tuple[float, tuple[str, str] | None] = (0.0, None)
    for way in {part.way for parts in comments for part in parts if part.dated}:
        for which in ("", "first", "last"):
            here = [[part for part in parts if _stands(part, (way, which))] for parts in comments]
            dated = sum(any(part.dated for part in parts) for parts in here)
            texts = sum(map(len, here))
            share = dated / max(texts, len(comments))
            if share > best[0] and share >= _MOST:
                best = (share, (way, which))
    return best[1]


def _author_place(comments: list[list[_Part]], date: tuple[str, str]) -> tuple[str, str] | None:
    """Where the names stand; None where they are in the dates' line, or nowhere."""
    bylines = [part for parts in comments for part in parts if _stands(part, date)]
    if sum(_byline(part)[0] is not None for part in bylines) >= _MOST * len(comments):
        return None
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    rated: dict[tuple[str, str], float] = defaultdict(float)
    for parts in comments:
        dates = [at for at, part in enumerate(parts) if _stands(part, date)]
        for at, part in enumerate(parts):
            place = (part.way, "first")
            if not part.first or _stands(part, date):
                continue
            found[place].append(part.words)
            rated[place] += _looks_named(parts, at, dates[0] if dates else -9)
    best: tuple[float, tuple[str, str] | None] = (0.0, None)
    for place, words in found.items():
        names = sum(len(one) <= _NAME and _name(one) is not None for one in words)
        if len(words) < _MOST * len(comments) or names < _NEARLY * len(words):
            continue
        if len(set(words)) == 1 and len(words) >= _FEW:
            continue
        best = max(best, (rated[place] / len(words), place), key=lambda one: one[0])
    return best[1]


def _looks_named(parts: list[_Part], at: int, date: int) -> float:
    """How much speaks for the text being a name: what it stands in, and where."""
    part = parts[at]
    steps = part.way.split("/")
    tags = {step.split(".")[0] for step in steps[-2:]}
    rating = 2.0 * bool(_NAMED.search(part.way)) + bool(tags & _STRONG)
    rating += max(0.0, 2.0 - 0.5 * abs(at - date)) + (at == 0) * 0.5
    before = parts[at - 1].words if at else ""
    return rating + 2.0 * bool(_BY.match(before) and len(before) <= _NAME)


def _labelled(parts: list[_Part], date: tuple[str, str]) -> list[_Part]:
    """What stands from "posted by" to the date in one line, if it is not all in one text."""
    at = next((at for at, part in enumerate(parts) if part.dated and _stands(part, date)), 0)
    for start in range(max(0, at - _BYLINE), at):
        part = parts[start]
        if part.block == parts[at].block and len(part.words) <= _NAME and _BY.match(part.words):
            return parts[start:at]
    return []


def _name(words: str) -> str | None:
    """The words as a name; None where they are none."""
    words = _BY.sub("", words, count=1)
    name = author_of(words)
    if name is None or is_button(words) or not is_name(name) or not _LETTER.search(name):
        return None
    return name


def _byline(part: _Part) -> tuple[str | None, datetime | None]:
    """The name and the time of a line with a date; the element's own attributes go first."""
    above = part.node.parent
    declared = declared_time(above) if above is not None else None
    date = stamp(part.words)
    if date is None:
        return None, declared
    before, behind = part.words[: date.start], part.words[date.end :]
    name = _name(before) or (_name(behind) if _BY.match(behind) else None)
    return name, declared or date.when


def _has_foot(parts: list[_Part], ways: _Ways) -> bool:
    """Whether more words of the text stand before the date than behind it."""
    sizes, behind = [0, 0], False
    for part in parts:
        if part.dated and _stands(part, ways.date):
            behind = True
        elif not ways.is_furniture(part) and not (ways.author and _stands(part, ways.author)):
            sizes[behind] += len(part.words)
    return sizes[0] > sizes[1]


def _badges(comments: list[list[_Part]], ways: _Ways, author: tuple[str, str]) -> set[str]:
    """The ways in the author's block on which short words stand, if none of them is the text."""
    beside: dict[str, list[str]] = defaultdict(list)
    others: set[str] = set()
    for parts in comments:
        own = [p for p in parts if not (_stands(p, ways.date) or ways.is_furniture(p))]
        block = next((part.block for part in own if _stands(part, author)), 0)
        rest = [part for part in own if part.block == block]
        if len(rest) == len(own):
            return set()
        for part in rest:
            beside[part.way].append(part.words)
        others.update(part.way for part in own if part.block != block)
    return {
        way
        for way, words in beside.items()
        if way not in (author[0], *others)
        and all(len(one) <= _NAME and one[-1] not in ".!?。" for one in words)
    }


def _numbers(comments: list[list[_Part]]) -> set[str]:
    """The ways on which nothing but the comments' numbers stand, or times of day."""
    found: dict[str, list[str]] = defaultdict(list)
    for parts in comments:
        for part in parts:
            found[part.way].append(part.words)
    return {
        way
        for way, words in found.items()
        if len(words) >= _MOST * len(comments)
        and (
            (len(set(words)) == len(words) and all(map(_NUMBER.fullmatch, words)))
            or all(map(_CLOCK.fullmatch, words))
        )
    }


def _same(comments: list[list[_Part]]) -> set[tuple[str, str]]:
    """The ways and words that most comments have there: buttons, labels."""
    if len(comments) < _FEW:
        return {
            (part.way, part.words)
            for parts in comments
            for part in parts
            if is_button(part.words) or _BY.fullmatch(part.words)
        }
    counts = Counter(
        one for parts in comments for one in {(part.way, part.words) for part in parts}
    )
    return {
        one
        for one, count in counts.items()
        if count > 1
        and (is_button(one[1]) or (count > _MOST * len(comments) and _is_label(one[1])))
    }


def _is_label(words: str) -> bool:
    return len(words) <= _LABEL and words[-1] not in ".!?。"
