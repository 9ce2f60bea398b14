"""Words that stand among a page's comments, and came out in none of them.

A tag that is damaged takes its comment out of the list, or the list out of the page. What is left
is prose between the comments, which pages that are whole hardly have.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.html.groups import anchors_of
from moderation.readers.told_words import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_HIDDEN = (None, "script", "style", "template", "textarea", "title", "option")
_ANSWER = re.compile(
    r"\W*(?:reply|antworten|responder|répondre|rispondi|reageer|beantwoorden|svara|odpowiedz|ответить)"
    r"\W*$",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[a-zA-Z][^<>]{40,}+[<>]")
_QUOTED = re.compile(r"""\s[^\s<>="']++\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']++)""")
_CODE = re.compile(r"[{}();=\\]")
_REPLY = re.compile(r"repl|antwort|respon|répon|rispon|odpow|reage|svar|отве", re.IGNORECASE)
_PROSE = 5  # words of a text that is no button and no date
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
_BARE = 8  # words of a tag that are no attribute with its value
_LEVELS = 2  # elements above a date within which its comment is
_PLAIN = re.compile(r"[^\s&<>\"'\u00a0][^&<>\"'\r\n\u00a0]{9,}")


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


def prose_among(page: LexborHTMLParser, nodes: list[LexborNode]) -> Prose:
    """The texts of some words that stand where the comments do. nodes: of the comments.

    That is between the first and the last of them, in the elements that they stand in, beside
    dates where the page speaks of comments, and over a button that stands under every comment.
    """
    parents = [node.parent for node in nodes if node.parent is not None]
    around = {one.mem_id for one in parents if one.tag not in _FRAMES}
    around |= {one.mem_id for date in anchors_of(page) for one in islice(_above(date), _LEVELS)}
    comments = {one.mem_id for one in nodes}
    buttons = _buttons(nodes)
    sure: list[str] = []
    others: list[str] = []
    above_button: list[str] = []
    among: dict[int, bool] = {}
    passed: dict[int, bool] = {}
    seen = 0
    for node in page.body.traverse(include_text=True) if page.body is not None else ():
        above = node.parent.mem_id if node.parent is not None else 0
        within, skip = among.get(above, False), passed.get(above, False)
        if node.tag != "-text":
            seen += node.mem_id in comments
            among[node.mem_id] = within or node.mem_id in around or node.mem_id in comments
            passed[node.mem_id] = skip or (node.tag or "") in _FURNITURE
            continue
        text = node.text_content or ""
        hidden = node.parent is None or node.parent.tag in _HIDDEN
        if not within and (text.strip() in buttons or (not nodes and _ANSWER.match(text))):
            sure += above_button
            above_button = []
        elif len(_LETTERS.findall(text)) >= _PROSE and not hidden:
            above_button = [] if within else [*above_button[1 - _OVER :], text]
            if 0 < seen < len(comments) and not skip:
                sure.append(text)
            elif within and not skip:
                others.append(text)
    return Prose(list(dict.fromkeys(sure)), others)


def _buttons(nodes: list[LexborNode]) -> set[str]:
    """The short texts that stand in most comments, such as "Reply"."""
    some = nodes[:_SAMPLED]
    texts: Counter[str] = Counter()
    for node in some:
        own = (one.text_content or "" for one in node.traverse(include_text=True))
        texts.update({text.strip() for text in own if 0 < len(_LETTERS.findall(text)) < _PROSE})
    often = {text for text, count in texts.items() if count > 1 and 2 * count > len(some)}
    return {text for text in often if _REPLY.search(text)}


def _above(node: LexborNode) -> Iterator[LexborNode]:
    above = node.parent
    while above is not None and above.tag not in _FRAMES:
        yield above
        above = above.parent


def unread(page: str, prose: Iterable[str], told: Iterable[str]) -> Iterator[Unread]:
    """Which of these texts of a page are not in what was told; page: its source."""
    known = Told(told)
    for text in prose:
        if not known.has(text):
            yield Unread(" ".join(text.split()), *_span(page, text))


def within_tags(page: str) -> Iterator[Unread]:
    """Texts that a tag has swallowed which is not closed: attributes that are prose."""
    for tag in _TAG.finditer(page):
        bare = _QUOTED.sub(" ", tag[0])
        if len(_LETTERS.findall(bare)) > _BARE and not _CODE.search(bare):
            yield Unread(" ".join(tag[0].split()), tag.start(), tag.end())


def _span(page: str, text: str) -> tuple[int, int]:
    """Where a text stands in the source, between two tags; all of it where it cannot be told."""
    runs = sorted(_PLAIN.findall(text), key=len)
    at = page.find(runs[-1]) if runs else -1
    if at < 0:
        return 0, len(page)
    end = page.find("<", at)
    return page.rfind(">", 0, at) + 1, end if end >= 0 else len(page)
