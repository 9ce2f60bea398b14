"""What damaged JSON still holds: all before the damage, and the whole objects behind it.

A quote that is missing turns the rest of a file inside out, so behind the damage no bracket is
trusted: an object is what parses from an opening brace on.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from moderation.readers.encodings import decode
from moderation.readers.json.lenient import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Span = tuple[int, int]
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|"', re.DOTALL)
_BRACES = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}]', re.DOTALL)
_CLOSING = {b"{": b"}", b"[": b"]"}
_DECODER = json.JSONDecoder(strict=False)
_NO_NUL = bytes(n or 32 for n in range(256))
_EFFORT = 16  # times a document's length that is parsed in vain, at most
_TOO_DEEP = 1000  # brackets that the parser goes through before it gives up
_LETTERS = re.compile(rb"[^\W\d_]|[\x80-\xff]")
_LONG_NUMBER = re.compile(r"\d{4301,}+", re.ASCII)
SUBSTANCE = 12  # letters of a stretch between records that is worth a word


class Salvage(NamedTuple):
    """What a damaged text holds.

    root: the value up to the damage, closed there. others: the objects behind it. unread: the
    stretches of bytes of which nothing is in these. spans: the bytes of each object, by its `id`.
    doubled: keys that stand twice in one. cut: where the damage is; an object that ends there,
    and begins within what is unread, is the broken one itself.
    """

    root: Any
    others: list[Any]
    unread: list[Span]
    spans: dict[int, Span]
    doubled: list[Doubled]
    cut: int = 0

    def is_broken(self, value: Any) -> bool:
        """Whether an object is the one that the damage is in, not one around it."""
        start, end = self.spans.get(id(value), (-1, -1))
        return end == self.cut and start >= self.unread[0][0]


class Doubled(NamedTuple):
    """A key that stands twice in an object: the value that does not count, the object's bytes."""

    key: str
    value: Any
    span: Span


class Located(NamedTuple):
    """A value, the bytes of each object within it by its `id`, and keys that stand twice."""

    root: Any
    spans: dict[int, Span]
    doubled: list[Doubled]


def substantial(raw: bytes) -> bool:
    """Whether a stretch of a file that no record has may hold the words of one."""
    return sum(1 for _ in _LETTERS.finditer(raw)) >= SUBSTANCE


def located(raw: bytes, offset: int = 0) -> Located:
    """The value of a JSON text with the place of every object. Raises ValueError.

    offset: what is added to all places. A text nested too deeply has no places.
    """
    spans: dict[int, Span] = {}
    doubled: list[Doubled] = []
    places = iter(_spans(raw, offset))

    def noted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record: dict[str, Any] = {}
        span = next(places, (offset, offset + len(raw)))
        for key, value in pairs:
            if key in record:
                doubled.append(Doubled(key, record[key], span))
            record[key] = value
        spans[id(record)] = span
        return record

    text = decode(raw)[0].replace("\0", "").lstrip("\ufeff")
    try:
        return Located(json.loads(text, strict=False, object_pairs_hook=noted), spans, doubled)
    except RecursionError:
        return Located(loads(raw), {}, [])


def _spans(raw: bytes, offset: int) -> Iterator[Span]:
    """The bytes of the objects of a JSON text, in the order in which they end."""
    opened: list[int] = []
    for token in _BRACES.finditer(raw):
        if token[0] == b"{":
            opened.append(token.start())
        elif token[0] == b"}" and opened:
            yield offset + opened.pop(), offset + token.end()


def salvaged(raw: bytes, holds: Callable[[Any], bool]) -> Salvage:
    """What a JSON text that is damaged or cut holds. holds: whether an object is worth keeping."""
    flat = _flat(raw)
    try:
        json.loads(flat, strict=False)
        wrong = len(flat)
    except json.JSONDecodeError as error:
        wrong = error.pos
    except RecursionError:
        return Salvage(None, [], [(0, len(raw))], {}, [])
    before, begin, cut = _before(raw, wrong)
    spans, doubled = before.spans, before.doubled
    others: list[Any] = []
    unread = []
    for start, end in objects_in(flat, holds, wrong):
        inner = located(raw[start:end], start)
        spans |= inner.spans
        doubled += inner.doubled
        others.append(inner.root)
        unread.append((begin, start))
        begin = end
    unread.append((begin, len(raw)))
    first, *rest = unread
    stretches = [first] + [span for span in rest if substantial(raw[span[0] : span[1]])]
    return Salvage(before.root, others, stretches, spans, doubled, cut)


def objects_in(flat: str, holds: Callable[[Any], bool], at: int = 0) -> Iterator[Span]:
    """The whole objects of a text, whatever stands between them, that are worth keeping.

    What is parsed in vain is bounded by _EFFORT, so braces that never close cost no square.
    """
    left = _EFFORT * len(flat)
    while left > 0 and (start := flat.find("{", at)) >= 0:
        try:
            value, at = _DECODER.raw_decode(flat, start)
        except json.JSONDecodeError as error:
            left -= error.pos - start + 1
            at = start + 1
        except RecursionError:
            left -= _TOO_DEEP
            at = start + 1
        else:
            if holds(value):
                yield start, at


def first_object(raw: bytes) -> int:
    """Where the first whole object begins; 0 where there is none."""
    return next(objects_in(_flat(raw), bool), (0, 0))[0]


def _flat(raw: bytes) -> str:
    """The text with a character for each byte."""
    return without_long(raw.translate(_NO_NUL).decode("latin-1"))


def without_long(text: str) -> str:
    """The text with no number in it that is longer than Python reads: it is damage."""
    return _LONG_NUMBER.sub(lambda number: "?" * len(number[0]), text)


def _before(raw: bytes, wrong: int) -> tuple[Located, int, int]:
    """The value up to the damage, where what it has not of it begins, where it is cut."""
    stack: list[tuple[bytes, int]] = []
    cut = wrong
    for token in _TOKEN.finditer(raw, 0, wrong):
        if token[0] in b"{[":
            stack.append((token[0], token.start()))
        elif token[0] in b"}]" and stack:
            stack.pop()
        elif token[0] == b'"':  # a string that the damage is in
            cut = token.start()
    lists = [k for k, (token, _) in enumerate(stack) if token == b"["]
    within = stack[lists[-1] + 1 :] if lists else stack
    begin = within[0][1] if within else (cut if lists else 0)
    head = raw[:cut].rstrip(b", \t\r\n\0")
    closing = b"".join(_CLOSING[token] for token, _ in reversed(stack))
    for end in (b"", b"null", b":null"):
        try:
            parsed = located(head + end + closing)
        except ValueError:
            continue
        spans = {name: (start, min(to, cut)) for name, (start, to) in parsed.spans.items()}
        return Located(parsed.root, spans, parsed.doubled), begin, cut
    return Located(None, {}, []), 0, 0
