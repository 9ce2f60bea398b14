"""XML of no export that is known: its elements as the objects of JSON, which is then read."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING, Any

import orjson
from lxml import etree

from moderation.comments import Batch, Reject
from moderation.errors import InputError
from moderation.readers.inference.groups import best_of, groups_in
from moderation.readers.inference.names import of_comments
from moderation.readers.layouts.mending import SAFE, document
from moderation.readers.layouts.read import read_lines
from moderation.readers.records import snippet
from moderation.readers.source import PAGE_BYTES
from moderation.readers.xml.fields import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.readers.source import Source

_CONTROLS = bytes(code if code > 31 or code in (9, 10, 13) else 32 for code in range(256))
_TEXT = "text"  # the key of an element's own text, beside its attributes
_KNOWN = (
    "html.page",
    "xml.wordpress",
    "xml.disqus",
    "xml.atom",
    "xml.stackexchange",
    "xml.hashover",
    "talk.page",
)
_LEAST = 2  # elements of a list


def detect(source: Source) -> str | None:
    """XML with a list of elements in which something says a text, somebody, or when."""
    if not source.sample.lstrip("\ufeff \r\n\t").startswith(("<?xml", "<")) or source.binary:
        return None
    if any(import_module(f"moderation.readers.{name}").detect(source) for name in _KNOWN):
        return None
    parser = etree.XMLParser(recover=True, **SAFE)
    try:
        root = etree.fromstring(source.sample.encode("utf-8", "replace"), parser)
        found = {} if root is None else _as_json(root)
    except (etree.XMLSyntaxError, ValueError):  # also for halves of characters by their numbers
        return None
    chosen, _ = best_of(groups_in([found], source.mapping))
    if not chosen or len(chosen[0].records) < _LEAST:
        return None
    best = chosen[0]
    told = {"parent_id", "created_at", "depth", "author"} & best.roles.fields.keys()
    ends = [key for path in best.shown for key in path.split(".")[::-1][:1] + path.split(".")[:1]]
    others = any(of_comments(key) < 0 for key in ends)
    if not told or others or (best.roles.fields.get("author") == "name" and told == {"author"}):
        return None
    return f"XML whose elements hold {chosen[0].words.partition(' with ')[2]}"


def read(source: Source) -> Iterator[Batch]:
    """Batches of the elements. Raises InputError where it is no well-formed XML."""
    if source.size > PAGE_BYTES:
        raise InputError(
            f"{source.name}: more than {PAGE_BYTES >> 20} MB of XML of no export that is known; "
            "give it as JSON lines, an object for each comment"
        )
    text, notes = source.text()
    raw = text.encode("utf-8", "replace").translate(_CONTROLS)
    yield Batch(notes=notes)
    if b"<!ENTITY" in raw:
        raise InputError(f"{source.name}: has entities of its own, which are not resolved")
    mended = document(raw, _as_json)
    if mended is None:
        raise InputError(f"{source.name}: is no well-formed XML, and no records can be told in it")
    found = _as_json(mended.root)
    rejects = [
        Reject(source.name, f"bytes {start} to {end}", why, snippet(raw[start:end]))
        for start, end, why in mended.damaged
    ]
    yield Batch(rejects=rejects, met=len(rejects))
    names = {ours: theirs.lstrip("@") for ours, theirs in source.mapping.items()}
    yield from read_lines(source, orjson.dumps(found), names, ".json")
    more = ""
    if next(iter(found)) == "rss":
        more = ": the entries of a feed, which may be articles, no comments"
    what = f"{source.name}: is XML of no export that is known, read by its elements{more}"
    yield Batch(notes=[what])


def _as_json(root: Any) -> dict[str, Any]:
    """The elements as objects; those that come more than once in another, as lists of them."""
    many: set[tuple[str, str]] = set()
    recursive = _recursive(root)
    for element in root.iter("*"):
        around = local(element.tag)
        counts = Counter(local(child.tag) for child in element.iterchildren("*"))
        many.update((around, name) for name, count in counts.items() if count >= _LEAST)
        inner = (child for child in element.iterchildren("*") if len(child) or child.attrib)
        many.update((around, name) for name in map(_name, inner) if name in recursive)
    return {local(root.tag): _value(root, many)}


def _name(element: Any) -> str:
    return local(element.tag)


def _recursive(root: Any) -> set[str]:
    """The names of elements that stand within others of their name, as replies do."""
    found: set[str] = set()
    stack: list[tuple[Any, frozenset[str]]] = [(root, frozenset())]
    while stack:
        element, around = stack.pop()
        name = local(element.tag)
        if name in around:
            found.add(name)
        inside = around | {name}
        stack += [(child, inside) for child in element.iterchildren("*") if len(child)]
    return found


def _value(element: Any, many: set[tuple[str, str]]) -> Any:
    """A text, or an object with attributes, elements within, and the text beside these."""
    children = list(element.iterchildren("*"))
    attributes = {local(key): value for key, value in element.attrib.items()}
    own = (element.text or "").strip()
    between = own or any((child.tail or "").strip() for child in children)
    if children and between:  # markup within a text
        inner = [etree.tostring(child, encoding="unicode") for child in children]
        own = "".join([element.text or "", *inner]).strip()
        children = []
    if not children and not attributes:
        return own
    if named := _named_cells(children):
        return {**attributes, **named}
    record: dict[str, Any] = dict(attributes)
    for child in children:
        _add(record, local(element.tag), child, many)
    if own:
        record[_TEXT if _TEXT not in record else f"{_TEXT}_own"] = own
    return record


def _named_cells(children: list[Any]) -> dict[str, str]:
    """The texts of elements that are told by an attribute, as databases write a row's cells."""
    names = [child.get("name") for child in children]
    like = len({local(child.tag) for child in children}) == 1 and not any(map(len, children))
    if len(names) < _LEAST or not like or not all(names) or len(set(names)) < len(names):
        return {}
    return {str(name): child.text or "" for name, child in zip(names, children, strict=True)}


def _add(record: dict[str, Any], around: str, child: Any, many: set[tuple[str, str]]) -> None:
    """An element within another: its attributes stand beside it, where it is a text."""
    name = local(child.tag)
    several = (around, name) in many
    plain = not several and not any(True for _ in child.iterchildren("*"))
    if plain and child.attrib and (child.text or "").strip():
        record |= {f"{name}_{local(key)}": value for key, value in child.attrib.items()}
        value: Any = child.text.strip()
    else:
        value = _value(child, many)
    if several:
        record.setdefault(name, [])
        if not isinstance(record[name], list):  # an attribute of the same name
            record[name] = [record[name]]
        record[name].append(value)
    else:
        record[name] = value
