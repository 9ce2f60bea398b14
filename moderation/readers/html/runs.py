"""Give comments that have no element of their own one: anchors, rules or bylines part them.

Movable Type's first templates, guest books and tables print each comment as some siblings: an
anchor, its paragraphs, the line that says by whom and when. Such a run is put in an element, and
the page is parsed anew.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from moderation.readers.html.groups import (
    anchors_of,
    common,
    coverage,
    grouped,
    is_title,
    kinds_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selectolax.lexbor import LexborNode

RUN = "data-run"
_ONE = 0.8  # of the dates stand in a sibling of their own, and of the runs have one date
_BYLINE = 80  # characters of a line over a date that belongs to it
_CLIMB = 3  # such lines at most
_ENDS = frozenset(["form", "h1", "h2", "h3", "h4", "h5", "h6", "nav", "script", "textarea"])
_LETTER = re.compile(r"[^\W\d_]")
_KEY = re.compile(r"(\d+|[0-9a-f]{8,})$")
_COVERED = 0.8


def with_runs(page: LexborHTMLParser) -> LexborHTMLParser | None:
    """The page with each comment in an element; None unless comments are but runs of siblings."""
    anchors = anchors_of(page)
    if len(anchors) < 2 or coverage(grouped(page)) >= _COVERED:
        return None
    holder = common(anchors)
    if holder is None or holder.tag == "html":
        return None
    siblings = list(holder.iter(include_text=True))
    dated = _dated(siblings, anchors)
    if len(dated) < max(2, _ONE * len(anchors)):
        return None
    starts = _starts(siblings, dated)
    if not starts:
        return None
    return _parted(page, holder, siblings, starts, _end(siblings, starts, dated[-1]))


def _dated(siblings: Sequence[LexborNode], anchors: Sequence[LexborNode]) -> list[int]:
    """Which siblings hold a date."""
    order = {node.mem_id: at for at, node in enumerate(siblings)}
    found: set[int] = set()
    for anchor in anchors:
        above: LexborNode | None = anchor
        while above is not None and above.mem_id not in order:
            above = above.parent
        if above is not None:
            found.add(order[above.mem_id])
    return sorted(found)


def _starts(siblings: Sequence[LexborNode], dated: list[int]) -> list[int]:
    """Where each comment begins; [] where it cannot be told."""
    bare = [at for at, node in enumerate(siblings) if _name(node)]
    rules = [at + 1 for at, node in enumerate(siblings) if node.tag == "hr"]
    first = _first(siblings, dated)
    for starts in (bare, [first, *(at for at in rules if at > first)]):
        starts = [at for at in starts if at <= dated[-1]]
        if _one_each(starts, dated):
            return starts
    before = _letters(siblings[first : dated[0]])
    behind = _letters(siblings[dated[-1] + 1 : _stop(siblings, dated[-1] + 1)])
    if before > behind:
        return [first, *(at + 1 for at in dated[:-1])]
    height = _head(siblings, dated)
    return [at - height for at in dated]


def _one_each(starts: list[int], dated: list[int]) -> bool:
    """True when nearly each run from one start to the next has one date."""
    if len(starts) < 2:
        return False
    counts = [
        sum(start <= at < end for at in dated)
        for start, end in zip(starts, [*starts[1:], dated[-1] + 1], strict=True)
    ]
    return sum(count == 1 for count in counts) >= _ONE * max(len(counts), len(dated))


def _name(node: LexborNode) -> str:
    """The name of an anchor without words; "" for any other node."""
    if node.tag != "a" or (node.text(deep=True) or "").strip():
        return ""
    return node.attributes.get("id") or node.attributes.get("name") or ""


def _first(siblings: Sequence[LexborNode], dated: list[int]) -> int:
    """Where the first comment may begin: behind the last heading before its date."""
    before = range(dated[0] - 1, -1, -1)
    return next((at + 1 for at in before if _begins(siblings[at])), 0)


def _begins(node: LexborNode) -> bool:
    return node.tag in _ENDS or (node.is_element_node and node.tag != "a" and is_title(node))


def _stop(siblings: Sequence[LexborNode], start: int) -> int:
    """Where what belongs to comments ends: at a heading or a form."""
    return next((at for at in range(start, len(siblings)) if _ends(siblings[at])), len(siblings))


def _ends(node: LexborNode) -> bool:
    return node.tag in _ENDS or (node.is_element_node and node.css_first("form") is not None)


def _head(siblings: Sequence[LexborNode], dated: list[int]) -> int:
    """How many siblings over each date belong to its byline: short ones of one kind, a name."""
    height = 0
    while height < _CLIMB:
        over = [at - height - 1 for at in dated]
        if over[0] < 0 or any(at in dated for at in over):
            break
        texts = [(siblings[at].text(deep=True) or "").strip() for at in over]
        tags = {siblings[at].tag for at in over}
        short = max(map(len, texts)) <= _BYLINE
        if len(tags) != 1 or not short or (any(texts) and tags <= {"p", "div"}):
            break
        if tags & _ENDS and not any(texts[1:]):
            break
        height += 1
    while height and not (siblings[dated[0] - height].text(deep=True) or "").strip():
        height -= 1
    return height


def _letters(nodes: Sequence[LexborNode]) -> int:
    return sum(len(_LETTER.findall(node.text(deep=True) or "")) for node in nodes)


def _end(siblings: Sequence[LexborNode], starts: list[int], last: int) -> int:
    """Where the last comment ends: where something of a kind begins that is in no other."""
    kinds = {kind for node in siblings[starts[0] : starts[-1]] for kind in kinds_of(node)[-1:]}
    stop = _stop(siblings, last + 1)
    for at in range(last + 1, stop):
        node = siblings[at]
        if node.is_element_node and kinds_of(node)[-1] not in kinds:
            return at
    return stop


def _parted(
    page: LexborHTMLParser,
    holder: LexborNode,
    siblings: Sequence[LexborNode],
    starts: list[int],
    end: int,
) -> LexborHTMLParser:
    """The page parsed anew, an element around each run."""
    names = [
        _named(siblings[at:until]) for at, until in zip(starts, [*starts[1:], end], strict=True)
    ]
    source = page.html or ""
    mark = "\ue000"
    while mark in source:
        mark += "\ue001"
    for start in starts:
        siblings[start].insert_before(f"{mark}<")
    if end < len(siblings):
        siblings[end].insert_before(f"{mark}>")
    else:
        holder.insert_child(f"{mark}>")
    rows = holder.tag in ("tbody", "table", "thead", "tfoot")
    first, *others = (page.html or "").split(f"{mark}&lt;")
    tag = "tbody" if rows else "div"
    opening = [f'<{tag} {RUN}="1" data-comment-id="{escape(name)}">' for name in names]
    parted = [f"</{tag}>{one}{part}" for one, part in zip(opening, others, strict=True)]
    parted[0] = parted[0] if rows else parted[0].removeprefix(f"</{tag}>")
    closing = "</tbody><tbody>" if rows else "</div>"
    return LexborHTMLParser((first + "".join(parted)).replace(f"{mark}&gt;", closing))


def _named(run: Sequence[LexborNode]) -> str:
    """The number, or the hash, in the name of the first anchor of a run; "" without one."""
    for node in run:
        for anchor in [node, *node.css("a[name], a[id]")] if node.is_element_node else ():
            match = _KEY.search(_name(anchor))
            if match:
                return match[1]
    return ""
