"""Keep a saved page within what its parser takes in linear time: nesting, and attributes of a tag.

The time of the parser, and of every selector, grows with the page times its depth, and with the
square of a tag's attributes. Browsers, too, nest no deeper than some hundred elements. What would
stand deeper stands beside an element further up; no word is lost by it.
"""

from __future__ import annotations

import re

DEEPEST = 1000  # elements; discussions nest some dozens of replies, an element or four for each
BACK = 500  # where it goes on: so far up that there is room for the next comments
BEYOND = 100  # elements deeper that wait for one that may begin a comment, so as not to cut one
ATTRIBUTES = 500  # of a tag
LONG_TAG = 4000  # characters from which attributes are counted

_TAG = re.compile(r"<(?:(!--)|(/?)([a-zA-Z][^\s/>]*+)([^>]*+)>)")
_BEGINS = frozenset(["li", "ul", "ol", "dl", "article", "section", "table", "blockquote"])
_ID = re.compile(r"\bid\s*=", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""[^\s"'=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"']++))?+|["'=]""")
_NO_END = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param")
_VOID = frozenset(
    [*_NO_END, "source", "track", "wbr", "p", "html", "head", "body"]
)  # elements without an end, and those whose end is not worth following
_HIDDEN = frozenset(["script", "style", "textarea", "title", "xmp", "noembed", "noframes"])
_IMPLIED = {"li": 1, "dt": 1, "dd": 1, "option": 1, "td": 3, "th": 3, "tr": 2, "tbody": 1}
_IMPLIED |= {"thead": 1, "tfoot": 1}
_FAMILY = {"li": "li", "dt": "dl", "dd": "dl", "option": "select"}
"""Elements that end where the next of their family begins that is no part of them."""


def shallow(page: str) -> tuple[str, bool]:
    """The page with no element deeper than DEEPEST, and whether there was one.

    >>> shallow("<p>Not deep.</p>")
    ('<p>Not deep.</p>', False)
    """
    if page.count("<") <= DEEPEST and len(page) < LONG_TAG:
        return page, False
    made: list[str] = []
    open_: list[str] = []
    there: dict[str, int] = {}
    at = search_from = 0
    cut = False
    end = page.rfind(">") + 1  # a tag that does not end is none
    unclosed: set[str] = set()
    while found := _TAG.search(page, search_from, end):
        search_from = found.end()
        note, slash, name, attributes = found.groups()
        if note:
            search_from = _behind(page, "-->", search_from, unclosed)
            continue
        name = name.lower()
        if len(attributes) > LONG_TAG:
            made += [page[at : found.start(4)], _few(attributes)]
            at = found.end(4)
        if name in _VOID or (not slash and attributes.endswith("/") and name not in _IMPLIED):
            continue
        if slash:
            if there.get(name):
                while _popped(open_, there) != name:
                    pass
            continue
        if name in _HIDDEN:
            search_from = _behind(page, f"</{name}", search_from, unclosed)
            continue
        if name in _IMPLIED:
            while open_ and _ends(open_[-1], name):
                _popped(open_, there)
        if _too_deep(len(open_), name, attributes):
            closing = [f"</{_popped(open_, there)}>" for _ in range(len(open_) - BACK)]
            made += [page[at : found.start()], *closing]
            at, cut = found.start(), True
        open_.append(name)
        there[name] = there.get(name, 0) + 1
    return ("".join([*made, page[at:]]) if made else page), cut


def _too_deep(depth: int, name: str, attributes: str) -> bool:
    begins = name in _BEGINS or _ID.search(attributes) is not None
    return depth >= (DEEPEST if begins else DEEPEST + BEYOND)


def _popped(open_: list[str], there: dict[str, int]) -> str:
    last = open_.pop()
    there[last] -= 1
    return last


def _ends(last: str, name: str) -> bool:
    """Whether the element `last` ends where one called `name` begins."""
    family = _FAMILY.get(name, "table")
    return (
        last in _IMPLIED
        and _FAMILY.get(last, "table") == family
        and _IMPLIED[last] >= _IMPLIED[name]
    )


def _behind(page: str, mark: str, at: int, unclosed: set[str]) -> int:
    """Behind the next `mark`; where there is none, here: it is looked for once."""
    end = -1 if mark in unclosed else page.find(mark, at)
    if end < 0:
        unclosed.add(mark)
    return end + len(mark) if end >= 0 else at


def _few(attributes: str) -> str:
    """The first ATTRIBUTES of them."""
    for count, found in enumerate(_ATTRIBUTE.finditer(attributes), 1):
        if count == ATTRIBUTES:
            return attributes[: found.end()]
    return attributes
