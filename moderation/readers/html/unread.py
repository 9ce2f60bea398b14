"""Words that stand among a page's comments, and came out in none of them.

A tag that is damaged takes its comment out of the list, or the list out of the page. What is left
is prose between the comments, which pages that are whole hardly have.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.bylines.headings import is_comment_heading
from moderation.readers.bylines.heads import is_awaiting, is_date_line
from moderation.readers.html.find import words
from moderation.readers.html.groups import anchors_of, kinds_of
from moderation.readers.page_words import PageWords

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

LETTERS = re.compile(r"[^\W\d_]{2,}")
_HIDDEN = (None, "script", "style", "template", "textarea", "title", "option")
_ANSWER = re.compile(
    r"\W*(?:reply|antworten|responder|répondre|rispondi|reageer|beantwoorden|svara|odpowiedz|ответить)"
    r"\W*$",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z]")
_TAIL = re.compile(r"""[\w.-]["']\s*+>""")
_REPLY = re.compile(r"repl|antwort|respon|répon|rispon|odpow|reage|svar|отве", re.IGNORECASE)
PROSE = 5  # words of a text that is no button and no date
FEW = 3  # words of a text right over a button, where names and dates hardly stand
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FURNITURE = frozenset(
    [
        *("script", "style", "template", "textarea", "select", "noscript", "nav", "form", "button"),
        *("label", "fieldset", "legend", "footer", "header", "aside", "figure", "svg", "iframe"),
        *("object", "h1", "h2", "h3", "h4", "h5", "h6", "title", "option", "em"),
    ]
)
_FRAMES = ("body", "html", "main", "article")
_SAMPLED = 50  # comments that are searched for buttons
_OVER = 3  # texts over a button that may be a comment's
_LEVELS = 2  # elements above a date within which its comment is
PLAIN = re.compile(r"[^\s&<>\"'\u00a0][^&<>\"'\r\n\u00a0]{9,}")


class Unread(NamedTuple):
    """A text of the page that is in no comment, and where it stands in the page's source."""

    words: str
    start: int
    end: int


class Prose(NamedTuple):
    """The texts of some words that stand where comments do.

    sure: between two comments, or over a button as under each of them. around: in an element
    that holds comments, or beside a date; these may be the article's.
    """

    sure: list[str]
    around: list[str]


def prose_among(page: LexborHTMLParser, nodes: list[LexborNode], known_markup: bool) -> Prose:
    """The texts of some words that stand where the comments do. nodes: of the comments.

    That is between the first and the last of them, in the elements that they stand in, beside
    dates where the page speaks of comments, and over a button that stands under every comment.
    known_markup: whether the page says itself which elements are comments.
    """
    walk = _Walk(page, nodes, known_markup)
    for node in page.body.traverse(include_text=True) if page.body is not None else ():
        if node.tag == "-text":
            walk.read(node)
        else:
            walk.enter(node)
    return Prose(list(dict.fromkeys(walk.sure)), walk.around)


class _Setting(NamedTuple):
    """What the elements around a text say of it."""

    among: bool = False  # in an element that holds comments, or in one
    alike: bool = False  # in an element of the comments' own kind
    furniture: bool = False  # in a menu, a form or a heading


_NOWHERE = _Setting()


class _Walk:
    """A pass over a page's elements and texts in their order."""

    def __init__(self, page: LexborHTMLParser, nodes: list[LexborNode], known_markup: bool) -> None:
        self.sure: list[str] = []
        self.around: list[str] = []
        self._comments = {node.mem_id for node in nodes}
        parents = (node.parent for node in nodes)
        self._holders = {above.mem_id for above in parents if above and above.tag not in _FRAMES}
        for date in anchors_of(page):
            self._holders |= {above.mem_id for above in islice(_above(date), _LEVELS)}
        self._buttons = _buttons(nodes)
        self._kinds = set() if known_markup else _shared_kinds(nodes)
        self._settings: dict[int, _Setting] = {}
        self._begun = 0  # comments
        self._titled = False  # a heading of comments has come
        self._above_button: list[str] = []
        self._behind_tail = 0  # texts to come that stand behind what is left of a tag

    def _around(self, node: LexborNode) -> _Setting:
        above = node.parent
        return self._settings.get(above.mem_id, _NOWHERE) if above is not None else _NOWHERE

    def enter(self, element: LexborNode) -> None:
        """Begin an element."""
        tag, place = element.tag or "", element.mem_id
        heading = tag in _HEADINGS
        if place in self._comments or heading:
            self._above_button, self._behind_tail = [], 0
        if '"' in tag:
            self._behind_tail = 1 + _OVER
        self._begun += place in self._comments
        self._titled = self._titled or (heading and is_comment_heading(words(element)))
        around = self._around(element)
        self._settings[place] = _Setting(
            around.among or place in self._holders or place in self._comments,
            around.alike or not self._kinds.isdisjoint(kinds_of(element)),
            around.furniture or tag in _FURNITURE,
        )

    def read(self, node: LexborNode) -> None:
        """Take in a text."""
        text = node.text_content or ""
        line = text.strip()
        hidden = node.parent is None or node.parent.tag in _HIDDEN
        length = 0 if hidden else len(LETTERS.findall(text))
        if _TAIL.search(text) and not hidden:
            self._behind_tail = 1 + _OVER
        if line in self._buttons or _ANSWER.match(text):
            self.sure += self._above_button
            self._above_button = []
        elif length >= FEW and not (is_date_line(line) or is_awaiting(line)):
            self._above_button = [*self._above_button[1 - _OVER :], text]
            if self._behind_tail:
                self.sure.append(text)
                self._behind_tail -= 1
        if length >= PROSE:
            self._place(text, self._around(node))

    def _place(self, text: str, setting: _Setting) -> None:
        """Keep a text of some words that stands among the comments, or where they would."""
        if setting.furniture:
            return
        titled = setting.among and self._titled and not self._comments
        if setting.alike or titled or 0 < self._begun < len(self._comments):
            self.sure.append(text)
        elif setting.among:
            self.around.append(text)


def _shared_kinds(nodes: list[LexborNode]) -> set[str]:
    """The tags with a class that all comments have."""
    shared = set(kinds_of(nodes[0])) if nodes else set()
    for node in nodes:
        shared.intersection_update(kinds_of(node))
    return {kind for kind in shared if "." in kind}


def _buttons(nodes: list[LexborNode]) -> set[str]:
    """The short texts that stand in most comments, such as "Reply"."""
    some = nodes[:_SAMPLED]
    texts: Counter[str] = Counter()
    for node in some:
        own = (part.text_content or "" for part in node.traverse(include_text=True))
        texts.update({text.strip() for text in own if 0 < len(LETTERS.findall(text)) < PROSE})
    often = {text for text, count in texts.items() if count > 1 and 2 * count > len(some)}
    return {text for text in often if _REPLY.search(text)}


def _above(node: LexborNode) -> Iterator[LexborNode]:
    above = node.parent
    while above is not None and above.tag not in _FRAMES:
        yield above
        above = above.parent


def unread(page: str, prose: Iterable[str], texts: Iterable[str]) -> Iterator[Unread]:
    """Which of these texts of a page are not in what was told; page: its source."""
    known = PageWords(texts)
    for text in prose:
        if not known.has(text):
            yield Unread(" ".join(text.split()), *_span(page, text))


def _span(page: str, text: str) -> tuple[int, int]:
    """Where a text stands in the source, between two tags; all of it where it cannot be told."""
    runs = sorted(PLAIN.findall(text), key=len)
    at = page.find(runs[-1]) if runs else -1
    if at < 0:
        return 0, len(page)
    tag = _TAG.search(page, at)
    return page.rfind(">", 0, at) + 1, tag.start() if tag else len(page)
