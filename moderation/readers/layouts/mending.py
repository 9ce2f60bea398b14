"""XML with damage in it, cut into its records: those that are whole stay, the others are told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

from moderation.readers.inference.groups import best_of, groups_in
from moderation.readers.xml.fields import local, mended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False}
SAFE |= {"remove_comments": True, "remove_pis": True}
_TAGS = re.compile(rb"<[^<>]*>")
_HARMLESS = "NS_ERR_"  # a prefix that is not declared


DAMAGED, CUT = "damaged XML", "the XML ends before its root does"


class Mended(NamedTuple):
    """The document without its damaged records, and where in the file these stand, and why."""

    root: Any
    damaged: list[tuple[int, int, str]]


def document(raw: bytes, as_json: Callable[[Any], dict[str, Any]]) -> Mended | None:
    """What can be read of XML; None where no records can be told in it."""
    root = _whole(raw)
    if root is not None:
        return Mended(root, [])
    name = _record_name(raw, as_json)
    if not name:
        return None
    kept: list[bytes] = []
    records: list[bytes] = []
    damaged: list[tuple[int, int, str]] = []
    at = 0
    for start, end in _spans(raw, name):
        kept.append(raw[at:start])
        at = end
        if raw.startswith(b"</", start):
            continue  # of a record that has ended before
        if _whole(raw[start:end]) is not None:
            records.append(raw[start:end])
            kept.append(records[-1])
            continue
        for first, last in _inner(raw, name, start, end):
            if _is_empty(raw[first:last]):
                kept.append(raw[first:last])
            elif _whole(raw[first:last]) is not None:
                records.append(raw[first:last])
                kept.append(records[-1])
            else:
                damaged.append((first, last, DAMAGED))
    rest = b"".join([*kept, raw[at:]])
    root = _whole(rest)
    if root is None:
        root = _recovered(rest)
        damaged.append((at, len(raw), CUT if _is_empty(raw[at:]) else DAMAGED))
        if root is None or _count(root, name) < len(records):  # a second document, lost ends
            together = _whole(b"<records>%b</records>" % b"".join(records))
            root = root if together is None else together
    return None if root is None else Mended(root, damaged)


def _whole(raw: bytes) -> Any:
    """The root of a document or of a record; None where it is not well-formed.

    Bare ampersands, HTML's entities and undeclared prefixes are no damage.
    """
    if raw.rfind(b"<![CDATA[") > raw.rfind(b"]]>"):
        return None
    parser = etree.XMLParser(encoding="utf-8", recover=True, **SAFE)
    try:
        root = etree.fromstring(mended(raw), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    wrong = any(not error.type_name.startswith(_HARMLESS) for error in parser.error_log)
    return None if wrong else root


def _count(root: Any, name: str) -> int:
    return sum(local(element.tag) == name for element in root.iter("*"))


def _is_empty(raw: bytes) -> bool:
    """Whether nothing is said in a stretch but by tags."""
    return not _TAGS.sub(b"", raw).strip()


def _recovered(raw: bytes) -> Any:
    parser = etree.XMLParser(encoding="utf-8", recover=True, **SAFE)
    try:
        return etree.fromstring(mended(raw), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _record_name(raw: bytes, as_json: Callable[[Any], dict[str, Any]]) -> str:
    """The tag of the elements that are most likely the comments."""
    root = _recovered(raw)
    chosen, _ = best_of(groups_in([as_json(root)], {})) if root is not None else ([], [])
    paths = [path for group in chosen[:1] for path in group.shown[:1]]
    return paths[0].rpartition(".")[2] if paths else ""


def _spans(raw: bytes, name: str) -> Iterator[tuple[int, int]]:
    """From the first tag of each outermost record to its last, or to the file's end; stray tags."""
    depth = start = 0
    for tag in _tags(name).finditer(raw):
        if tag[0].endswith(b"/>"):
            continue
        if tag[0].startswith(b"</"):
            if depth < 2:
                yield start if depth else tag.start(), tag.end()
            depth -= depth > 0
            continue
        start = start if depth else tag.start()
        depth += 1
    if depth:
        yield start, len(raw)


def _inner(raw: bytes, name: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A damaged record and those that stand within it, or that the loss of its end put there."""
    tags = [tag for tag in _tags(name).finditer(raw, start, end) if not tag[0].endswith(b"/>")]
    begin = start
    for tag in tags[1:]:
        if tag[0].startswith(b"</"):
            yield begin, tag.end()
            begin = tag.end()
        elif begin < tag.start() and raw[begin : tag.start()].strip():
            yield begin, tag.start()
            begin = tag.start()
        else:
            begin = tag.start()
    if raw[begin:end].strip():
        yield begin, end


def _tags(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"</?(?:[\w-]+:)?%b(?=[\s/>])[^<>]*>" % re.escape(name.encode()))
