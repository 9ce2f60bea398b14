"""Find comments on a page of unknown markup: elements of one kind that hold one date each.

Within the part of a page that speaks of comments, every date belongs to one comment. The kind
of element (its tag, or tag and class) of which there is one around each date, and of those the
outermost, is the comment. The idea is that of Liu, Grossman and Zhai 2003, "Mining data records
in web pages": records show by what repeats, not by what it is called. Nothing here recurses.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.headings import is_comment_heading
from moderation.readers.bylines.heads import REPLY_BUTTON
from moderation.readers.values import when

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

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
_PLURAL = re.compile(
    r"reacties|reactions|réactions|reaktionen|respuestas|antworten|repl(?:ies|y)|respostas|risposte",
    re.IGNORECASE,
)  # headings that are buttons elsewhere
_PASSED = frozenset(["script", "style", "template", "textarea", "select", "noscript", "nav"])
_TIME_TAGS = frozenset(["time", "relative-time", "time-ago", "abbr"])
_TIMES = ("datetime", "data-utime", "data-time", "data-timestamp", "ts")
_INLINE = frozenset(
    ["a", "abbr", "b", "cite", "em", "font", "i", "small", "span", "strong", "time", "u"]
)
_LINES = frozenset(["b", "center", "div", "dt", "font", "p", "span", "strong", "td", "th"])
_TITLE = 40  # characters of a line that is a heading without being marked up as one
_BUTTONS = 3  # to reply, that tell where comments are
_TITLES = 2  # such lines at most
_HEIGHT = 2  # elements around a heading whose siblings may hold comments
_PARTS = 50  # elements and texts of a heading that are looked at
_LINE = 120  # characters of a line that tells author and date
_REST = 70  # of them beside the date
_FEW = 30  # of them where the like of the line are mostly no dates: it may be prose
_SIDE_BY_SIDE = 20  # letters between two dates of one line
_CLIMB = 12  # elements above a date among which its comment is looked for
_ONE = 0.8  # of the elements of a kind must hold one date only, and of the dates have one around
_WORDS = 12  # characters on average that a comment has beside its date
_ALL = 0.97  # of the letters from the first comment to the last, in comments: no other way is tried
_BETTER = 0.03  # more of them must be in comments told another way
_SORTS = 4  # kinds of dates that are tried as those of comments; the others are of their parts
_LETTER = re.compile(r"[^\W\d_]")


def grouped(page: LexborHTMLParser) -> list[LexborNode]:
    """The elements that hold one comment each, in document order; [] where nothing repeats.

    Where most words stand outside of them they are but the bylines: see `runs`.
    """
    anchors = anchors_of(page)
    if len(anchors) < 2:
        return []
    best = _owners_of(anchors)
    most = coverage(best)
    if most >= _ALL:
        return best
    sorts: dict[tuple[str, ...], list[LexborNode]] = defaultdict(list)
    for anchor in anchors:
        sorts[_sort(anchor, 3)].append(anchor)
    often = [alike for alike in sorts.values() if len(alike) > 1][:_SORTS]
    for alike in often if len(sorts) > 1 else ():
        nodes = _with_parts(_owners_of(alike), alike, anchors)
        covered = coverage(nodes)
        if covered > most + _BETTER:
            best, most = nodes, covered
    return best


def coverage(nodes: Sequence[LexborNode]) -> float:
    """The share of the letters around some elements, from the first to the last, that they hold."""
    if not nodes:
        return 0.0
    inside = {node.mem_id for node in nodes}
    held = gap = between = 0
    body = common(nodes)
    for part in body.traverse(include_text=True) if body is not None else ():
        parent = part.parent
        if parent is not None and parent.mem_id in inside:
            inside.add(part.mem_id)
        if part.tag != "-text" or parent is None or parent.tag in _PASSED:
            continue
        letters = len(_LETTER.findall(part.text_content or ""))
        if part.mem_id in inside:
            held += letters
            between += gap
            gap = 0
        elif held:
            gap += letters
    return held / (held + between) if held else 0.0


def common(nodes: Sequence[LexborNode]) -> LexborNode | None:
    """The innermost element around all of these, which are in document order."""
    around: set[int] = set()
    above = nodes[0].parent if nodes else None
    while above is not None:
        around.add(above.mem_id)
        above = above.parent
    above = nodes[-1].parent if nodes else None
    while above is not None and above.mem_id not in around:
        above = above.parent
    return above


def anchors_of(page: LexborHTMLParser) -> list[LexborNode]:
    """The dates that stand where a page of unknown markup speaks of comments."""
    if page.body is None:
        return []
    for regions in (_regions, _behind_titles, _around_buttons):
        anchors = _anchors(page.body, regions(page))
        if len(anchors) > 1:
            return anchors
    return []


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


def _with_parts(
    nodes: list[LexborNode], alike: list[LexborNode], anchors: list[LexborNode]
) -> list[LexborNode]:
    """The elements around dates that are alike, and the parts of them with a date of another sort.

    Such a part is the answer of the page's owner, which stands in the comment. It is the largest
    element around its date that has no other in it.
    """
    dated: Counter[int] = Counter()
    for anchor in anchors:
        above: LexborNode | None = anchor
        while above is not None:
            dated[above.mem_id] += 1
            above = above.parent
    whole, own = {node.mem_id for node in nodes}, {anchor.mem_id for anchor in alike}
    order: dict[int, LexborNode] = {}
    for anchor in anchors:
        node, part = anchor, anchor
        while node.parent is not None and node.mem_id not in whole:
            part = node if dated[node.mem_id] == 1 else part
            node = node.parent
        if node.mem_id in whole:
            order.setdefault(node.mem_id, node)
            if anchor.mem_id not in own and part.mem_id not in whole:
                order.setdefault(part.mem_id, part)
    return list(order.values())


def kinds_of(node: LexborNode) -> list[str]:
    """The names of an element's kind: its tag, and its tag with each class, numbers apart."""
    tag = node.tag or ""
    names = (node.attributes.get("class") or "").split()
    return [tag, *(f"{tag}.{re.sub(r'[0-9]+', '', name)}" for name in names)]


def _sort(node: LexborNode, height: int) -> tuple[str, ...]:
    """The tags and classes of an element and of those right above it."""
    names: list[str] = []
    above: LexborNode | None = node
    while above is not None and len(names) < height:
        names.append(".".join(kinds_of(above)))
        above = above.parent
    return tuple(names)


def _speaks(nodes: list[LexborNode]) -> bool:
    """True when the elements hold words beside a name and a date, on average."""
    sample = nodes[:50]
    return sum(min(len(node.text(deep=True).strip()), 400) for node in sample) >= len(sample) * (
        _WORDS + _LINE / 4
    )


def _regions(page: LexborHTMLParser) -> set[int]:
    """The elements named after comments, and those around a heading of comments."""
    regions: set[int] = set()
    entered: set[int] = set()
    for node in page.css("[id], [class]"):
        if _REGION.search(_names(node)) and node.tag not in ("body", "html"):
            regions.add(node.mem_id)
            if is_title(node):
                regions |= _behind(node, entered)
    for heading in page.css("h1, h2, h3, h4, h5, h6, legend, summary"):
        if is_title(heading):
            regions |= _behind(heading, entered)
    return regions


def _around_buttons(page: LexborHTMLParser) -> set[int]:
    """The element around all buttons to reply, where there are several."""
    buttons = [
        node
        for node in page.css("a, button, [role='button']")
        if REPLY_BUTTON.fullmatch((node.text(deep=True) or "")[:_LINE].strip())
    ]
    around = common(buttons) if len(buttons) >= _BUTTONS else None
    return set() if around is None or around.tag in ("html", "body") else {around.mem_id}


def _behind_titles(page: LexborHTMLParser) -> set[int]:
    """What follows a line that says "Comments" where no heading does."""
    titles: list[LexborNode] = []
    for node in page.body.traverse(include_text=True) if page.body is not None else ():
        parent = node.parent
        if node.tag != "-text" or parent is None or parent.tag not in _LINES:
            continue
        text = (node.text_content or "").strip()
        if text and len(text) <= _TITLE and is_title(parent):
            titles.append(parent)
        if len(titles) > _TITLES:
            return set()  # "3 comments" under each of many teasers
    entered: set[int] = set()
    return {place for title in titles for place in _behind(title, entered)}


def _behind(heading: LexborNode, entered: set[int]) -> set[int]:
    """The siblings that follow a heading, and those of what it stands in; of each parent once."""
    found: set[int] = set()
    above: LexborNode | None = heading
    levels = 0
    while above is not None and above.parent is not None and levels < _HEIGHT:
        if levels and above.parent.tag == "body":
            break
        if above.parent.mem_id in entered:
            break
        entered.add(above.parent.mem_id)
        behind, some = above.next, False
        while behind is not None:
            found.add(behind.mem_id)
            some = some or behind.is_element_node
            behind = behind.next
        levels += some
        above = above.parent
    return found


def is_title(node: LexborNode) -> bool:
    """Whether an element is the heading of comments."""
    texts: list[str] = []
    for part in islice(node.traverse(include_text=True), _PARTS):
        if part.tag == "-text":
            texts.append(part.text_content or "")
        if sum(map(len, texts)) > 2 * _LINE:
            return False
    line = " ".join(" ".join(texts).split())
    if not line or len(line) > _LINE:
        return False
    return is_comment_heading(line) or bool(_PLURAL.fullmatch(line.strip(" :.(0123456789)")))


def _names(node: LexborNode) -> str:
    return f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}"


class _Dated(NamedTuple):
    """An element whose words are a date with little else, and what tells whether it is prose."""

    element: LexborNode
    sort: tuple[str, ...]
    rest: int  # characters beside the date; 0 where the tag is for dates
    told: bool  # it is no word such as "yesterday"
    letters: int  # of the regions, up to it


def _anchors(body: LexborNode, regions: set[int]) -> list[LexborNode]:
    """The elements within `regions` whose words are a date with little else, one a line."""
    inside: dict[int, bool] = {body.mem_id: False}
    found: list[_Dated] = []
    of_sort: Counter[tuple[str, ...]] = Counter()
    letters = 0
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
        if not within or parent is None:
            continue
        text = node.text_content or ""
        size = len(_LETTER.findall(text))
        if size:
            of_sort[sort := _sort(parent, 2)] += 1
        beside = _beside(parent, text)
        if beside is not None:
            sort = _sort(parent, 2)
            of_sort[sort] += not size
            found.append(_Dated(parent, sort, *beside, letters))
        letters += size
    dates = Counter(date.sort for date in found)
    mostly_told = 2 * sum(date.told for date in found) > len(found)
    anchors: list[_Dated] = []
    for date in found:
        few = 2 * dates[date.sort] < of_sort[date.sort] or (mostly_told and not date.told)
        if not (few and date.rest > _FEW) and not (anchors and _same_line(anchors[-1], date)):
            anchors.append(date)
    return [date.element for date in anchors]


def _beside(parent: LexborNode, text: str) -> tuple[int, bool] | None:
    """How many characters stand beside a line's date, and whether that is told; None: no date."""
    line = " ".join(text.split())
    if not line or len(line) > _LINE:
        return None
    if is_time(parent):
        return 0, True
    date = stamp(line)
    rest = len(line) - (date.end - date.start) if date is not None else _LINE
    return (rest, date is not None and date.when is not None) if rest <= _REST else None


def is_time(node: LexborNode | None) -> bool:
    """Whether an element is for a time: by its tag, or what an attribute tells."""
    return node is not None and (node.tag in _TIME_TAGS or declared_time(node) is not None)


def declared_time(node: LexborNode) -> datetime | None:
    """The time that an element's attributes tell."""
    attributes = node.attributes
    for name in _TIMES:
        moment = when(attributes.get(name)) if attributes.get(name) else None
        if moment is not None:
            return moment
    title = attributes.get("title")
    date = stamp(title) if title and len(title) <= _REST else None
    return date.when if date is not None and date.clock else None


def _same_line(last: _Dated, date: _Dated) -> bool:
    """True when two dates stand in one element, or side by side."""
    before, here = last.element, date.element
    above = here.parent
    if before.mem_id == here.mem_id:
        return True
    if before.parent is not None and before.parent.mem_id == here.mem_id:
        return True
    if above is None or above.mem_id not in (before.mem_id, getattr(before.parent, "mem_id", 0)):
        return False
    inline = here.tag in _INLINE or last.sort != date.sort
    return inline and date.letters - last.letters <= _SIDE_BY_SIDE + last.rest
