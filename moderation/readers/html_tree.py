"""Tell whose replies the comments of a saved HTML page are.

What the page says goes first (a parent's id, a depth in class, attribute or indentation), then
the nesting of the elements. Nothing here recurses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moderation.readers.html_find import (
    attribute,
    class_depth,
    classes,
    comment_elements,
    key_of,
)

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_DEPTH_ATTRIBUTES = (
    "data-depth",
    "data-level",
    "data-indent",
    "data-nesting",
    "depth",
    "aria-level",
    "indent",
)
_NAMED_PARENT = (
    ".parent a[href*='#comment'], .in-reply-to a[href*='#comment'], a[rel~='in-reply-to']"
)
_ANCHOR = re.compile(r"#(?:\w+-)?(\d+)$")


@dataclass
class Place:
    """One comment's element and what the page says of its place in the tree."""

    node: LexborNode
    key: str  # the site's id for it, or its number on the page
    parent: int | None = None  # index among the page's places
    depth: int = 1
    warnings: list[str] = field(default_factory=list)


def places(page: LexborHTMLParser) -> list[Place]:
    """The comments of a page in document order, each with its parent."""
    nodes = comment_elements(page)
    order = {node.mem_id: at for at, node in enumerate(nodes)}
    listed = [Place(node, key_of(node) or _anchor_key(node)) for node in nodes]
    _link(page, listed, order)
    return listed


def _anchor_key(node: LexborNode) -> str:
    """The id of an anchor right before the element (Drupal); "" where there is none."""
    before = node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    if before is None or before.tag != "a":
        return ""
    return key_of(before) or ""


def _link(page: LexborHTMLParser, listed: list[Place], order: dict[int, int]) -> None:
    """Set parent and depth of every place."""
    nested = [_around(place.node, order) for place in listed]
    shown = _shown_depths(listed, nested)
    named = _named_parents(page, listed)
    path: list[int] = []
    for at, place in enumerate(listed):
        parent = nested[at]
        if shown is not None:
            depth = shown[at]
            if depth > len(path) + 1:
                place.warnings.append("depth_jump")
            del path[max(0, depth - 1) :]
            parent = path[-1] if path else None
            path.append(at)
        if named[at] is not None:
            parent = named[at]
        place.parent = parent
        place.depth = 1 if parent is None else listed[parent].depth + 1


def _around(node: LexborNode, order: dict[int, int]) -> int | None:
    """The nearest comment around an element."""
    above = node.parent
    while above is not None:
        if above.mem_id in order:
            return order[above.mem_id]
        above = above.parent
    return None


def _shown_depths(listed: list[Place], nested: list[int | None]) -> list[int] | None:
    """Depths as class, attribute, `.indented` or margin show them; None to go by the nesting.

    They are taken when every comment has one, and more is to be told from them than from the
    nesting: a list of WordPress may close each `<li>` before its children.
    """
    for read in (class_depth, _attribute_depth):
        depths = [read(place.node) for place in listed]
        known = [depth for depth in depths if depth is not None]
        if known and len(known) == len(depths) and len(set(known)) > 1:
            low = min(known)
            return [depth - low + 1 for depth in known]
    if any(parent is not None for parent in nested):
        return None
    for measure in (_indented, _margin):
        sizes = [measure(place.node) for place in listed]
        levels = sorted(set(sizes))
        if len(levels) > 1:
            return [levels.index(size) + 1 for size in sizes]
    return None


def _attribute_depth(node: LexborNode) -> int | None:
    for holder in (node, node.css_first("td.ind")):
        for name in _DEPTH_ATTRIBUTES:
            value = attribute(holder, name) if holder is not None else ""
            if value.isdigit():
                return int(value)
    return None


def _indented(node: LexborNode) -> int:
    """How many `.indented` are around (Drupal puts a reply's after its parent, not inside)."""
    count, above = 0, node.parent
    while above is not None:
        count += any(name in ("indented", "replies", "children") for name in classes(above))
        above = above.parent
    return count


_MARGIN = re.compile(r"(?:margin|padding)-left:\s*([\d.]+)")


def _margin(node: LexborNode) -> int:
    match = _MARGIN.search(attribute(node, "style"))
    return int(float(match[1])) if match else 0


def _named_parents(page: LexborHTMLParser, listed: list[Place]) -> list[int | None]:
    """Parents that a comment names by id: an attribute, or a link "in reply to"."""
    index: dict[str, int] = {}
    for at, place in enumerate(listed):
        index.setdefault(place.key, at)
    order = {place.node.mem_id: at for at, place in enumerate(listed)}
    names = [_named_parent(place.node) for place in listed]
    for link in page.css(_NAMED_PARENT):
        inside, match = _around(link, order), _ANCHOR.search(attribute(link, "href"))
        if inside is not None and match and not names[inside]:
            names[inside] = match[1]
    found = (index.get(name) if name else None for name in names)
    return [one if one is not None and one < at else None for at, one in enumerate(found)]


def _named_parent(node: LexborNode) -> str | None:
    for name in ("data-parent-id", "data-parentid", "data-parent", "parentid", "data-reply-to"):
        if attribute(node, name):
            return attribute(node, name)
    return None
