"""Texts that broken markup hides: a tag, a quote, a comment or a script that is not closed.

None of them reaches the parsed page, so they are looked for in its source.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.html.unread import FEW, LETTERS, PROSE, Unread
from moderation.readers.page_words import PageWords

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OPENING = re.compile(r"<!--|</?([a-zA-Z][^\s/>]*+)|<(?=[!?]|/[^>])")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|[^\s>"'][^\s>]*+|(?=>)))?+"""
    r"""(?!\s*+=\s*+["'])"""
)
_PLAIN = re.compile(  # words and whole tags whose attributes hide nothing
    r"""(?:[^<]*+<(?:/?(?!(?:script|style|textarea|title)(?=[\s/>]))[a-z][a-z0-9-]*+)"""
    r"""(?:\s++[\w:-]++="[^"<\s]*+(?:\s++[^"<\s]++){0,6}+\s*+")*+\s*+/?>)++""",
    re.IGNORECASE,
)
_DECLARED = re.compile(r"!doctype|!\[(?:if|endif)|\?xml", re.IGNORECASE)
_QUOTED_PART = re.compile(r"\"[^\"]*\"|'[^']*'")
_NAMED = re.compile(r"<(/?)[a-zA-Z]")
_END = re.compile(">")
_COMMENT_END = re.compile("-->")
_MARKUP = re.compile(r"<[^<>]*+>?")
_CODE = re.compile(r"[{}$%\\]")
_UNCLOSED = re.compile(r"""[\s/]*+[^\s/>][^\s/>=]*+\s*+=\s*+["']""")
_CUT = re.compile(r"""</?([a-zA-Z][\w:-]*+)((?:[^<>"']|"[^"<>]*+"|'[^'<>]*+')*+)<""")
_QUOTED = re.compile(r"""[\w:-]+\s*+=\s*+(?:"[^"]*+"|'[^']*+')?+""")
_WORD = re.compile(r"[^\W\d_]{3,}")
_MANY, _TWICE = 8, 2  # words, and those that come again, of what is no list of classes
_ENDS, _FAR = 8, 10_000  # tags that end before one that is cut short; characters before it
_RAW = {
    tag: re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE)
    for tag in ("script", "style", "textarea", "title")
}
"""Elements whose content is no markup, and what ends them."""
_FLAGS = frozenset(
    [
        *("allowfullscreen", "async", "autofocus", "autoplay", "checked", "compact", "controls"),
        *("default", "defer", "disabled", "formnovalidate", "hidden", "inert", "ismap"),
        *("itemscope", "loop", "multiple", "muted", "nomodule", "noshade", "novalidate", "nowrap"),
        *("open", "playsinline", "readonly", "required", "reversed", "selected"),
    ]
)  # attributes that have no value
_NAMES = ("class", "id", "name", "rel")  # attributes whose values are no markup


def swallowed(page: str, texts: Iterable[str]) -> Iterator[Unread]:
    """The texts of some words that broken markup of a page's source has swallowed.

    texts: what has come out of the page.
    """
    known = PageWords(texts)
    plain = _PLAIN.match(page)
    at = plain.end() if plain else 0
    while opening := _OPENING.search(page, at):
        start, tag = opening.start(), opening[1]
        hidden = (
            _within_tag(page, opening.end(), tag if opening[0][1] != "/" else "")
            if tag
            else _within_comment(page, opening)
        )
        prose = _MARKUP.sub(" ", page[opening.end() :]) if hidden is None else hidden.prose
        at = len(page) if hidden is None else hidden.end
        if tag and (cut := _CUT.match(page, start, at)):
            yield from _beside(page, cut, known)
        enough = FEW if "<" in prose else PROSE  # no attribute has it in its name
        if not _CODE.search(prose) and len(LETTERS.findall(prose)) >= enough:
            yield Unread(" ".join(prose.split()), start, at)
        if plain := _PLAIN.match(page, at):
            at = plain.end()


def _beside(page: str, cut: re.Match[str], known: PageWords) -> Iterator[Unread]:
    """The words in a tag that another cuts short, and those before it, if they are not known.

    Between those before it and the tag, others may end.
    """
    words = _QUOTED.sub(" ", cut[2])
    if _WORD.search(words) and not known.has(words):
        yield Unread(" ".join(words.split()), cut.start(), cut.end())
        return
    start = end = cut.start()
    for _ in range(_ENDS):
        start = max(page.rfind(">", max(0, start - _FAR), start), page.rfind("<", 0, start)) + 1
        if page[start:end].strip() or not start:
            break
        start = end = page.rfind("<", 0, start)
        if page[start : start + 2] != "</":
            return
    words = page[start:end]
    if _WORD.search(words) and not known.has(words):
        yield Unread(" ".join(words.split()), start, cut.end())


class _Hidden(NamedTuple):
    """The prose that a piece of markup hides, and where the piece ends."""

    prose: str
    end: int


def _within_comment(page: str, opening: re.Match[str]) -> _Hidden | None:
    """What a comment or a declaration hides; None where it does not end."""
    at = opening.end()
    commented = opening[0] == "<!--"
    closing = (_COMMENT_END if commented else _END).search(page, at)
    if closing is None:
        return None
    prose = "" if commented else page[at : closing.start()]
    if prose and _DECLARED.match(page, at):
        bare = _QUOTED_PART.sub(" ", prose)
        prose = bare if len(LETTERS.findall(bare)) >= PROSE + 2 else ""
    return _Hidden(prose, closing.end())


def _within_tag(page: str, at: int, begun: str) -> _Hidden | None:
    """What hides among a tag's attributes, or in the element `begun`; None where it does not end.

    begun: "" for an end tag.
    """
    hidden = _among_attributes(page, at)
    if _UNCLOSED.match(page, hidden.end):
        return None
    name = begun.lower()
    if name not in _RAW:
        return hidden
    closing = _RAW[name].search(page, hidden.end)
    if closing is None:
        return None
    content = page[hidden.end : closing.start()]
    prose = _MARKUP.sub(" ", content) if name == "title" and "</" in content else hidden.prose
    return _Hidden(prose, closing.end())


def _among_attributes(page: str, at: int) -> _Hidden:
    """What hides among the attributes that begin here.

    Prose shows as attributes without values, and as values that are pieces of the page's markup.
    """
    parts: list[str] = []
    while attribute := _ATTRIBUTE.match(page, at):
        at = attribute.end()
        name, value = attribute[1], attribute[2] or attribute[3]
        if value is not None:
            named = name.lower() in _NAMES
            torn = ("<" in value and (named or _is_torn(value))) or (named and _is_prose(value))
            parts += [_MARKUP.sub(" ", value)] if torn else []
        elif "=" not in attribute[0] and name.lower() not in _FLAGS:
            parts.append(name)
    return _Hidden(" ".join(parts), at)


def _is_prose(value: str) -> bool:
    """Whether some words, and some of them twice, stand where names of classes should."""
    words = [word for word in value.split() if word.isalpha()]
    return len(words) >= _MANY and len(words) - len(set(words)) >= _TWICE


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
