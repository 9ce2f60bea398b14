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
    flattening = _Flattening(page)
    flattening.run()
    return flattening.result(), flattening.cut


class _Flattening:
    """A pass over a page's tags that closes elements early where they nest too deep."""

    def __init__(self, page: str) -> None:
        self.cut = False
        self._page = page
        self._pieces: list[str] = []
        self._copied = 0  # characters of the page that are in the pieces
        self._open: list[str] = []
        self._counts: dict[str, int] = {}  # of the open elements, by name
        self._unclosed: set[str] = set()

    def run(self) -> None:
        """Pass over the page."""
        at, end = 0, self._page.rfind(">") + 1  # a tag that does not end is none
        while tag := _TAG.search(self._page, at, end):
            comment, slash, name, attributes = tag.groups()
            at = tag.end()
            if comment:
                at = _behind(self._page, "-->", at, self._unclosed)
                continue
            name = name.lower()
            if len(attributes) > LONG_TAG:
                self._replace(tag.start(4), tag.end(4), _few(attributes))
            if name in _VOID or (not slash and attributes.endswith("/") and name not in _IMPLIED):
                continue
            if slash:
                self._end(name)
            elif name in _HIDDEN:
                at = _behind(self._page, f"</{name}", at, self._unclosed)
            else:
                self._begin(name, attributes, tag.start())

    def result(self) -> str:
        """The page as it has become."""
        return "".join([*self._pieces, self._page[self._copied :]]) if self._pieces else self._page

    def _replace(self, start: int, end: int, replacement: str) -> None:
        self._pieces += [self._page[self._copied : start], replacement]
        self._copied = end

    def _begin(self, name: str, attributes: str, start: int) -> None:
        """Open an element, which may end others."""
        if name in _IMPLIED:
            while self._open and _ends(self._open[-1], name):
                self._pop()
        if _too_deep(len(self._open), name, attributes):
            closing = [f"</{self._pop()}>" for _ in range(len(self._open) - BACK)]
            self._replace(start, start, "".join(closing))
            self.cut = True
        self._open.append(name)
        self._counts[name] = self._counts.get(name, 0) + 1

    def _end(self, name: str) -> None:
        """Close the innermost element of a name, with all that is open in it."""
        if self._counts.get(name):
            while self._pop() != name:
                pass

    def _pop(self) -> str:
        last = self._open.pop()
        self._counts[last] -= 1
        return last


def _too_deep(depth: int, name: str, attributes: str) -> bool:
    begins = name in _BEGINS or _ID.search(attributes) is not None
    return depth >= (DEEPEST if begins else DEEPEST + BEYOND)


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
    for count, attribute in enumerate(_ATTRIBUTE.finditer(attributes), 1):
        if count == ATTRIBUTES:
            return attributes[: attribute.end()]
    return attributes
