"""Tell whose replies the comments of a saved HTML page are.

What the page says goes first (a parent's id, a depth in class, attribute or indentation), then
the nesting of the elements. Nothing here recurses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.html.find import (
    attribute,
    class_depth,
    classes,
    comment_elements,
    key_of,
    whole,
)
from moderation.readers.html.groups import kinds_of

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
    ".parent a[href*='#comment'], .in-reply-to a[href*='#'], a[rel~='in-reply-to'],"
    " [class*='reply-to'] a[href*='#'], a[class*='parent-link'][href*='#'],"
    " a[class*='link-to-parent'][href*='#'], [data-topid]"
)
_ANCHOR = re.compile(r"#(?:[\w-]*?[-_])?([0-9a-f]{8}-[0-9a-f-]{20,}|\d+)$")
_REPLIES = re.compile(
    r"repl(?:y|ies)|child|indent|nest|thread|respon|answer|sub-?comment|comments?-?list",
    re.IGNORECASE,
)  # in the name of an element that holds the replies to the comment before it
_REPLY = re.compile(r"(?:^|[-_])(?:indented|reply|child|nested|answer|response|subcomment)$")
_NEAR = 3  # elements around a comment that may show its depth
_BETWEEN = 4  # elements without words between a comment and its replies


@dataclass
class Place:
    """One comment's element and what the page says of its place in the tree."""

    node: LexborNode
    key: str  # the site's id for it, or its number on the page
    parent: int | None = None  # index among the page's places
    depth: int = 1
    warnings: list[str] = field(default_factory=list)


class Listed(NamedTuple):
    """The comments of a page in document order, each with its parent; see `Elements`."""

    places: list[Place]
    sure: bool
    forum: bool
    exact: bool


def places(page: LexborHTMLParser) -> Listed:
    """The comments of a page and how they were told."""
    nodes, sure, forum, exact = comment_elements(page)
    order = {node.mem_id: at for at, node in enumerate(nodes)}
    listed = [Place(node, key_of(node) or _anchor_key(node)) for node in nodes]
    _link(page, listed, order, exact)
    return Listed(listed, sure, forum, exact)


def _anchor_key(node: LexborNode) -> str:
    """The id of an anchor right before the element (Drupal); "" where there is none."""
    before = node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    if before is None or before.tag != "a":
        return ""
    return key_of(before) or ""


def _link(page: LexborHTMLParser, listed: list[Place], order: dict[int, int], exact: bool) -> None:
    """Set parent and depth of every place."""
    known: dict[int, int | None] = {}
    holders = set() if exact else _answers(listed, order)
    nested = [_around(place.node, order, known, holders) for place in listed]
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


def _answers(listed: list[Place], order: dict[int, int]) -> set[int]:
    """Elements that hold the answers to the comment right before them, whatever they are called.

    They are of a kind of which one stands between two comments, or in two places; what comes once
    and last may as well hold all the others.
    """
    around: set[int] = set()
    for place in listed:
        above = place.node.parent
        while above is not None and above.mem_id not in around:
            around.add(above.mem_id)
            above = above.parent
    kinds: dict[str, list[LexborNode]] = {}
    between: set[str] = set()
    for place in listed:
        behind = _next(place.node)
        if behind is None or behind.mem_id in order or behind.mem_id not in around:
            continue
        kind = kinds_of(behind)[-1]
        kinds.setdefault(kind, []).append(behind)
        later = _next(behind)
        if behind.tag == "blockquote" or (later is not None and later.mem_id in order):
            between.add(kind)
    return {
        node.mem_id
        for kind, nodes in kinds.items()
        if kind in between or len({_id_of(node.parent) for node in nodes}) > 1
        for node in nodes
    }


def _id_of(node: LexborNode | None) -> int:
    return 0 if node is None else node.mem_id


def _next(node: LexborNode) -> LexborNode | None:
    """The element right behind another; anchors without words between them do not count."""
    behind = node.next
    for _ in range(2 * _BETWEEN):
        if behind is None:
            return None
        if behind.is_element_node and (behind.tag != "a" or behind.text(deep=True).strip()):
            return behind
        behind = behind.next
    return None


def _around(
    node: LexborNode,
    order: dict[int, int],
    known: dict[int, int | None],
    holders: set[int],
) -> int | None:
    """The comment that an element is in, or in whose replies: they may follow it as a sibling.

    known: what was found for the elements passed, filled while going up, so that no way is
    gone twice. holders: elements that hold the replies to what is before them.
    """
    passed: list[int] = []
    comment: int | None = None
    above = node.parent
    while above is not None:
        if above.mem_id in known:
            comment = known[above.mem_id]
            break
        if above.mem_id in order:
            comment = order[above.mem_id]
            break
        passed.append(above.mem_id)
        holds = above.mem_id in holders or _holds_replies(above)
        comment = _before(above, order, known) if holds else None
        if comment is not None:
            break
        above = above.parent
    known.update(dict.fromkeys(passed, comment))
    return comment


def _holds_replies(node: LexborNode) -> bool:
    names = [attribute(node, "id"), *classes(node)]
    return node.tag in ("ol", "ul") or any(map(_REPLIES.search, names))


def _before(node: LexborNode, order: dict[int, int], known: dict[int, int | None]) -> int | None:
    """The comment right before an element, among its siblings; others like it may be between."""
    before = node.prev
    for _ in range(2 * _BETWEEN):
        if before is None:
            return None
        if before.is_element_node:
            if before.mem_id in order:
                return order[before.mem_id]
            if before.mem_id in known and before.tag == node.tag:
                return known[before.mem_id]
            if before.text(deep=True).strip():
                return None
        elif before.tag == "-text" and (before.text_content or "").strip():
            return None
        before = before.prev
    return None


def _shown_depths(listed: list[Place], nested: list[int | None]) -> list[int] | None:
    """Depths as class, attribute, `.indented` or margin show them; None to go by the nesting.

    They are taken when every comment has one, and more is to be told from them than from the
    nesting: a list of WordPress may close each `<li>` before its children.
    """
    for read in (class_depth, _depth_around, _attribute_depth):
        depths = [read(place.node) for place in listed]
        known = [depth for depth in depths if depth is not None]
        if known and len(known) == len(depths) and len(set(known)) > 1:
            low = min(known)
            return [depth - low + 1 for depth in known]
    if any(parent is not None for parent in nested):
        return None
    for measure in (_indented, _margin, _spacer, _modified):
        sizes = [measure(place.node) for place in listed]
        levels = sorted(set(sizes))
        if len(levels) > 1:
            return [levels.index(size) + 1 for size in sizes]
    return None


def _depth_around(node: LexborNode) -> int | None:
    """The depth that a class of the nearest elements around shows (Dreamwidth)."""
    above = node.parent
    for _ in range(_NEAR):
        if above is None:
            break
        depth = class_depth(above)
        if depth is not None:
            return depth
        above = above.parent
    return None


def _attribute_depth(node: LexborNode) -> int | None:
    for holder in (node, node.css_first("td.ind") if node.tag == "tr" else None):
        for name in _DEPTH_ATTRIBUTES:
            value = attribute(holder, name) if holder is not None else ""
            if (depth := whole(value)) is not None:
                return depth
    return None


def _indented(node: LexborNode) -> int:
    """How many `.indented` are around (Drupal puts a reply's after its parent, not inside)."""
    count, above = 0, node.parent
    for _ in range(_DEEP):
        if above is None:
            break
        count += any(name in ("indented", "replies", "children") for name in classes(above))
        above = above.parent
    return count


_DEEP = 500  # elements around a comment among which those for replies are counted
_LEVELS = 30  # elements around a comment whose margins may show its depth
_MARGIN = re.compile(r"(?:margin|padding)-left:\s*(\d{1,6}(?:\.\d{1,6})?)")


def _margin(node: LexborNode) -> int:
    """Pixels (or what the page measures in) from the left, over the element and those around."""
    total, above = 0.0, node
    for _ in range(_LEVELS):
        match = _MARGIN.search(attribute(above, "style"))
        total += float(match[1]) if match else 0
        if above.parent is None:
            break
        above = above.parent
    return int(10 * total)


def _spacer(node: LexborNode) -> int:
    """Pixels of an empty picture that pushes the comment to the right (old tables)."""
    if node.tag not in ("tr", "table"):
        return 0
    image = node.css_first("img[width][src*='s.gif'], img[width][src*='spacer']")
    width = attribute(image, "width") if image is not None else ""
    return whole(width) or 0


def _modified(node: LexborNode) -> int:
    """1 for a comment whose class says that it is a reply, and no more."""
    return int(any(map(_REPLY.search, classes(node))))


def _named_parents(page: LexborHTMLParser, listed: list[Place]) -> list[int | None]:
    """Parents that a comment names by id: an attribute, or a link "in reply to"."""
    index: dict[str, int] = {}
    for at, place in enumerate(listed):
        index.setdefault(place.key, at)
    order = {place.node.mem_id: at for at, place in enumerate(listed)}
    names = [_named_parent(place.node) for place in listed]
    for link in page.css(_NAMED_PARENT):
        inside, match = _within(link, order), _ANCHOR.search(attribute(link, "href"))
        name = attribute(link, "data-topid") or (match[1] if match else "")
        if inside is not None and name and not names[inside]:
            names[inside] = name
    parents = (index.get(name) if name else None for name in names)
    return [
        parent if parent is not None and parent < at else None for at, parent in enumerate(parents)
    ]


def _within(node: LexborNode, order: dict[int, int]) -> int | None:
    """The nearest comment that an element is in."""
    above = node.parent
    for _ in range(_LEVELS):
        if above is None or above.mem_id in order:
            break
        above = above.parent
    return order.get(above.mem_id) if above is not None else None


def _named_parent(node: LexborNode) -> str | None:
    for name in ("data-parent-id", "data-parentid", "data-parent", "parentid", "data-reply-to"):
        if attribute(node, name):
            return attribute(node, name)
    return None
