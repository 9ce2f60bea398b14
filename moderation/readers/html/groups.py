"""Find comments on a page of unknown markup: elements of one kind that hold one date each.

Within the part of a page that speaks of comments, every date belongs to one comment. The kind
of element (its tag, or tag and class) of which there is one around each date, and of those the
outermost, is the comment. The idea is that of Liu, Grossman and Zhai 2003, "Mining data records
in web pages": records show by what repeats, not by what it is called. Nothing here recurses.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.headings import is_comment_heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selectolax.lexbor import LexborHTMLParser, LexborNode

_REGION = re.compile(
    r"comment|kommentar|coment[aá]rio|commenti\b|reactie|discuss|conversation|respons|respuesta"
    r"|replies|talkback|feedback|opinion|leserbrief|guestbook|g(?:ä|ae)stebuch|messages\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"recent|latest|neueste|letzte|ultimos|popular|sidebar|widget|related|menu|nav\b|breadcrumb",
    re.IGNORECASE,
)
_PASSED = frozenset(["script", "style", "template", "textarea", "select", "noscript", "nav"])
_LINE = 120  # characters of a line that tells author and date
_REST = 70  # of them beside the date
_CLIMB = 12  # elements above a date among which its comment is looked for
_ONE = 0.8  # of the elements of a kind must hold one date only, and of the dates have one around
_WORDS = 12  # characters on average that a comment has beside its date


def grouped(page: LexborHTMLParser) -> list[LexborNode]:
    """The elements that hold one comment each, in document order; [] where nothing repeats."""
    body = page.body
    if body is None:
        return []
    anchors = _anchors(body, _regions(page))
    if len(anchors) < 2:
        return []
    return _owners_of(anchors)


def anchors_of(page: LexborHTMLParser) -> list[LexborNode]:
    """The dates that stand where a page of unknown markup speaks of comments."""
    return _anchors(page.body, _regions(page)) if page.body is not None else []


def _owners_of(anchors: Sequence[LexborNode]) -> list[LexborNode]:
    """The outermost kind of element of which there is one around each anchor, or nearly."""
    kinds: dict[str, dict[int, tuple[LexborNode, list[int]]]] = defaultdict(dict)
    heights: dict[str, int] = defaultdict(int)
    for at, anchor in enumerate(anchors):
        seen: set[str] = set()
        above, height = anchor.parent, 1
        while above is not None and height <= _CLIMB and above.tag not in ("body", "html"):
            for kind in kinds_of(above):
                if kind not in seen:
                    seen.add(kind)
                    kinds[kind].setdefault(above.mem_id, (above, []))[1].append(at)
                    heights[kind] += height
            above, height = above.parent, height + 1
    best: tuple[int, int] = (0, 0)
    best_nodes: list[LexborNode] = []
    for kind, owners in kinds.items():
        single = sum(len(dates) == 1 for _, dates in owners.values())
        if single < _ONE * max(len(owners), len(anchors)) or (single, heights[kind]) <= best:
            continue
        nodes = [node for node, dates in sorted(owners.values(), key=lambda owner: owner[1][0])]
        if _speaks(nodes):
            best, best_nodes = (single, heights[kind]), nodes
    return best_nodes


def kinds_of(node: LexborNode) -> list[str]:
    """The names of an element's kind: its tag, and its tag with each class, numbers apart."""
    tag = node.tag or ""
    names = (node.attributes.get("class") or "").split()
    return [tag, *(f"{tag}.{re.sub(r'[0-9]+', '', name)}" for name in names)]


def _speaks(nodes: list[LexborNode]) -> bool:
    """True when the elements hold words beside a name and a date, on average."""
    sample = nodes[:50]
    return sum(min(len(node.text(deep=True).strip()), 400) for node in sample) >= len(sample) * (
        _WORDS + _LINE / 4
    )


def _regions(page: LexborHTMLParser) -> set[int]:
    """The elements named after comments, and those around a heading of comments."""
    regions = {
        node.mem_id
        for node in page.css("[id], [class]")
        if _REGION.search(_names(node)) and node.tag not in ("body", "html")
    }
    for heading in page.css("h1, h2, h3, h4, h5, h6, legend, summary"):
        text = " ".join(heading.text(deep=True, separator=" ").split())
        above = heading.parent
        if len(text) <= _LINE and is_comment_heading(text) and above is not None:
            for node in (above, above.parent):
                if node is not None and node.tag not in ("body", "html", "main", "article"):
                    regions.add(node.mem_id)
    return regions


def _names(node: LexborNode) -> str:
    return f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}"


def _anchors(body: LexborNode, regions: set[int]) -> list[LexborNode]:
    """The elements within `regions` whose words are a date with little else, one a line."""
    inside: dict[int, bool] = {body.mem_id: False}
    anchors: list[LexborNode] = []
    for node in body.traverse(include_text=True):
        parent = node.parent
        within = parent is not None and inside.get(parent.mem_id, False)
        if node.tag != "-text":
            names = _names(node)
            if node.tag in _PASSED or _ELSEWHERE.search(names):
                inside[node.mem_id] = False
            else:
                inside[node.mem_id] = within or node.mem_id in regions
            continue
        if not within or parent is None or not _is_dated(parent, node.text_content or ""):
            continue
        if not anchors or not _same_line(anchors[-1], parent):
            anchors.append(parent)
    return anchors


def _is_dated(parent: LexborNode, text: str) -> bool:
    line = " ".join(text.split())
    if not line or len(line) > _LINE:
        return False
    if parent.tag in ("time", "relative-time", "time-ago", "abbr"):
        return True
    date = stamp(line)
    return date is not None and len(line) - (date.end - date.start) <= _REST


def _same_line(last: LexborNode, parent: LexborNode) -> bool:
    """True when two dates stand in one element, or side by side."""
    around = {node.mem_id for node in (last, last.parent) if node is not None}
    return parent.mem_id in around or (parent.parent is not None and parent.parent.mem_id in around)
