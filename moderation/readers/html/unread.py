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
_OPENING = re.compile(r"<!--|</?([a-zA-Z][^\s/>]*+)|<(?=[!?]|/[^>])")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|[^\s>"'][^\s>]*+|(?=>)))?+"""
    r"""(?!\s*+=\s*+["'])"""
)
_DECLARED = re.compile(r"!doctype|!\[(?:if|endif)|\?xml", re.IGNORECASE)
_NAMED = re.compile(r"<(/?)[a-zA-Z]")
_END = re.compile(">")
_TAIL = re.compile(r"""[\w.-]["']\s*+>""")
_MARKUP = re.compile(r"<[^<>]*+>?")
_CODE = re.compile(r"[{}$%\\]")
_REPLY = re.compile(r"repl|antwort|respon|répon|rispon|odpow|reage|svar|отве", re.IGNORECASE)
_PROSE = 5  # words of a text that is no button and no date
_FEW = 3  # words of a text right over a button, where names and dates hardly stand
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FURNITURE = frozenset(
    [
        *("script", "style", "template", "textarea", "select", "noscript", "nav", "form", "button"),
        *("label", "fieldset", "legend", "footer", "header", "aside", "figure", "svg", "iframe"),
        *("object", "h1", "h2", "h3", "h4", "h5", "h6", "title", "option", "em"),
    ]
)
_UNCLOSED = re.compile(r"""[\s/]*+[^\s/>][^\s/>=]*+\s*+=\s*+["']""")
_ENDINGS = {"-->": re.compile("-->")} | {
    tag: re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE)
    for tag in ("script", "style", "textarea", "title")
}
_FLAGS = frozenset(
    [
        *("allowfullscreen", "async", "autofocus", "autoplay", "checked", "compact", "controls"),
        *(
            "default",
            "defer",
            "disabled",
            "formnovalidate",
            "hidden",
            "inert",
            "ismap",
            "itemscope",
        ),
        *("loop", "multiple", "muted", "nomodule", "noshade", "novalidate", "nowrap", "open"),
        *("playsinline", "readonly", "required", "reversed", "selected"),
    ]
)  # attributes that have no value
_NAMES = ("class", "id", "name", "rel")  # attributes whose values are no markup
_FRAMES = ("body", "html", "main", "article")
_SAMPLED = 50  # comments that are searched for buttons
_OVER = 3  # texts over a button that may be a comment's
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


def prose_among(page: LexborHTMLParser, nodes: list[LexborNode], sure_of_them: bool) -> Prose:
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
    kinds = set() if sure_of_them else _shared_kinds(nodes)
    alike: dict[int, bool] = {}
    among: dict[int, bool] = {}
    passed: dict[int, bool] = {}
    headed = False
    behind_tail = 0  # texts to come that stand behind what is left of a tag
    seen = 0
    for node in page.body.traverse(include_text=True) if page.body is not None else ():
        above = node.parent.mem_id if node.parent is not None else 0
        within, skip = among.get(above, False), passed.get(above, False)
        if node.tag != "-text":
            seen += node.mem_id in comments
            if node.mem_id in comments or node.tag in _HEADINGS:
                above_button, behind_tail = [], 0
            if '"' in (node.tag or ""):
                behind_tail = 1 + _OVER
            headed = headed or (node.tag in _HEADINGS and is_comment_heading(words(node)))
            alike[node.mem_id] = alike.get(above, False) or not kinds.isdisjoint(kinds_of(node))
            among[node.mem_id] = within or node.mem_id in around or node.mem_id in comments
            passed[node.mem_id] = skip or (node.tag or "") in _FURNITURE
            continue
        text = node.text_content or ""
        hidden = node.parent is None or node.parent.tag in _HIDDEN
        count = 0 if hidden else len(_LETTERS.findall(text))
        if _TAIL.search(text) and not hidden:
            behind_tail = 1 + _OVER
        if text.strip() in buttons or _ANSWER.match(text):
            sure += above_button
            above_button = []
        elif count >= _FEW and not (is_date_line(text.strip()) or is_awaiting(text.strip())):
            above_button = [*above_button[1 - _OVER :], text]
            if behind_tail:
                sure.append(text)
                behind_tail -= 1
        if count >= _PROSE:
            if (alike.get(above, False) or 0 < seen < len(comments)) and not skip:
                sure.append(text)
            elif within and not skip:
                (sure if headed and not nodes else others).append(text)
    return Prose(list(dict.fromkeys(sure)), others)


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
    """Texts that markup has swallowed which is not closed: a tag, a quote, a comment, a script."""
    at = 0
    while opening := _OPENING.search(page, at):
        start, at, tag = opening.start(), opening.end(), opening[1]
        closing: re.Match[str] | None = opening
        if opening[0] == "<":  # no tag, though browsers hide it as they do a comment
            closing = _END.search(page, at)
            prose = page[at : closing.start()] if closing and not _DECLARED.match(page, at) else ""
        elif opening[0] == "<!--":
            prose = ""
            closing = _ENDINGS["-->"].search(page, at)
        else:
            prose, at = _swallowed(page, at)
            if _UNCLOSED.match(page, at):
                closing = None
            elif opening[0][1] != "/" and (ending := _ENDINGS.get(tag.lower())):
                closing = ending.search(page, at)
                if closing and ending is _ENDINGS["title"] and "</" in page[at : closing.start()]:
                    prose = _MARKUP.sub(" ", page[at : closing.start()])
        if closing is None:
            prose, at = _MARKUP.sub(" ", page[at:]), len(page)
        else:
            at = max(at, closing.end())
        enough = _FEW if "<" in prose else _PROSE  # no attribute has it in its name
        if not _CODE.search(prose) and len(_LETTERS.findall(prose)) >= enough:
            yield Unread(" ".join(prose.split()), start, at)


def _swallowed(page: str, at: int) -> tuple[str, int]:
    """The prose among the attributes that begin here, and where they end.

    Prose shows as attributes without values, and as values that are pieces of the page's markup.
    """
    parts: list[str] = []
    while attribute := _ATTRIBUTE.match(page, at):
        at = attribute.end()
        name, value = attribute[1], attribute[2] or attribute[3]
        if value is not None:
            torn = "<" in value and (name.lower() in _NAMES or _is_torn(value))
            parts += [_MARKUP.sub(" ", value)] if torn else []
        elif "=" not in attribute[0] and name.lower() not in _FLAGS:
            parts.append(name)
    return " ".join(parts), at


def _is_torn(value: str) -> bool:
    """Whether markup in an attribute ends what it did not begin, or begins what it does not end.

    A quote that is not closed ends where the value of another tag begins.
    """
    if value.endswith("=") and value.rfind("<") > value.rfind(">"):
        return True
    depth = 0
    for tag in _NAMED.finditer(value):
        depth += -1 if tag[1] else 1
        if depth < 0:
            return True
    return False


def _span(page: str, text: str) -> tuple[int, int]:
    """Where a text stands in the source, between two tags; all of it where it cannot be told."""
    runs = sorted(_PLAIN.findall(text), key=len)
    at = page.find(runs[-1]) if runs else -1
    if at < 0:
        return 0, len(page)
    end = _NAMED.search(page, at)
    return page.rfind(">", 0, at) + 1, end.start() if end else len(page)
