"""HTML fragments to plain text, without losing a word that a reader of the page could see.

Comments hold what people typed: tags that never close, quotes that open and don't end, "<3" and
"a < b". Only what is well formed and of a known name is taken for markup; all else is text.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VALUE = r"""(?:"[^"]*+"(?=[\s/>])|'[^']*+'(?=[\s/>])|[^\s<>]*+)"""
_BARE = (
    r"(?:allowfullscreen|async|autoplay|checked|compact|controls|default|defer|disabled|hidden|"
    r"ismap|itemscope|loop|muted|nohref|noshade|nowrap|open|readonly|required|reversed|selected)"
    r"(?=[\s/>])"
)
_ATTRIBUTES = rf"(?:[\s/]++(?:[^\s<>=/]++\s*+=\s*+{_VALUE}|{_BARE}|[\"']++(?=[\s/>])))*+"
_MARKUP = re.compile(
    r"<(?:(!--)|(!\[CDATA\[)|(?:!(?:DOCTYPE|\[)|\?(?:xml|php))[^<>]*+>|"
    rf"(/?)([a-zA-Z][\w.-]*+(?::[\w.-]++)?+)({_ATTRIBUTES})[\s/]*+>)",
    re.IGNORECASE,
)
_PARAGRAPHS = (
    "p div blockquote pre ul ol dl table h1 h2 h3 h4 h5 h6 hr section article aside figure "
    "figcaption header footer main nav form fieldset details address body"
)
_PARAGRAPH = frozenset(_PARAGRAPHS.split())
_LINES = "br li dt dd tr option summary"
_LINE = frozenset(_LINES.split())
_SPACING = {**dict.fromkeys(_LINE, "\n"), "td": " ", "th": " "}
_UNSEEN = "script style template head title noembed noframes iframe textarea"
_DROPPED = frozenset(_UNSEEN.split())
_OTHERS = (
    "html a abbr acronym applet area audio b base basefont bdi bdo bgsound big blink button canvas "
    "caption center circle cite code col colgroup data datalist defs del dfn dialog dir ellipse em "
    "embed font frame frameset g hgroup i image img input ins isindex kbd keygen label legend line "
    "link listing map mark marquee math menu menuitem meta meter nobr noscript object "
    "optgroup output param path picture plaintext polygon polyline progress q rb rect rp rt rtc "
    "ruby s samp search select slot small source span strike strong sub sup svg symbol tbody td "
    "tfoot th thead time track tt u use var video wbr xmp"
)
_KNOWN = _PARAGRAPH | _LINE | _DROPPED | frozenset(_OTHERS.split())
_USUAL = re.compile(  # what most comments have of markup, told apart by the group
    rf"</?(?:(a|abbr|b|big|cite|code|del|em|font|i|ins|q|s|small|span|strike|strong|sub|sup|tt|u)|"
    rf"(blockquote|div|p)|(br|li))(?=[\s/>]){_ATTRIBUTES}[\s/]*+>",
    re.IGNORECASE,
)
_IS_MARKED = re.compile(
    r"</?(?:p|br|div|li|ul|ol|blockquote|span|em|strong|a|b|i|u|s|img|code|pre|h[1-6]|hr|table|tr|"
    r"td|th|tbody|thead|del|ins|sub|sup|small|font|figure|iframe|video|input|svg|path|details|"
    r"summary|cite|q|kbd|center)(?:\s[^<>]*)?/?>|&(?:#\d{2,6}|#x[0-9a-fA-F]{2,5}|[a-zA-Z]{2,8});",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"<[a-zA-Z/!]|&")
_HAS_BREAKS = re.compile(r"<(?:p|br|div|li|blockquote|pre)\b[^<>]*>", re.IGNORECASE)
_BREAKS = ("", "", "\n\n", "\n")  # for each of these groups
_PLAINEST = (
    *((tag, "\n\n") for tag in ("<p>", "</p>")),
    *((tag, "\n") for tag in ("<br>", "<br/>", "<br />")),
)
_CUT_ENTITY = re.compile(r"&[#\w]*<")
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_SMILEY = re.compile(r"smil|emoji|emoticon|wp-includes/images", re.IGNORECASE)
_SMILEY_ALT = re.compile(r":[\w+-]+:|\[\w{1,12}\]|[^\w\s]{1,8}|[:;8=xX][-^'o]?[\w)(|\\/]")
_SPACES = re.compile(r" {2,}")
_LINE_EDGES = re.compile(r"[ \t]*\n[ \t]*")
_MANY_BREAKS = re.compile(r"\n{3,}")


def plain(html: str | None, newlines: bool = False) -> str:
    r"""An HTML fragment as plain text: paragraphs by a blank line, `<br>` as a newline.

    Entities are decoded once, a smiley's `alt` stays, scripts and comments go; no depth limit.
    `newlines`: line ends in the source count too (WordPress stores comments that way).

    >>> plain("<p>one<br>two</p><p>Q&amp;amp;A</p>")
    'one\ntwo\n\nQ&amp;A'
    >>> plain("a <b and c> d, <3 <i>so <grin> said</i> <a href='x>they</a>")
    'a <b and c> d, <3 so <grin> said they'
    """
    if not html:
        return ""
    html = html.replace("\r\n", "\n").replace("\r", "\n") if "\r" in html else html
    if "<" not in html:
        text = unescape(html) if "&" in html else html
        return tidy(text) if newlines else _spaced(text).strip(" ")
    usual = _usual(html, newlines)
    return tidy("".join(_pieces(html, newlines)) if usual is None else usual)


def _usual(html: str, newlines: bool) -> str | None:
    """The text where all markup is of the usual sort, without breaks; None where there is other."""
    html = text = html if newlines else _spaced(html)
    for tag, mark in _PLAINEST:
        text = text.replace(tag, mark)
    if "<" in text:
        text = _USUAL.sub(_break, html)
    if "<" in text:
        return None
    if "&" in text:
        return None if _CUT_ENTITY.search(html) else unescape(text)
    return text


def _break(tag: re.Match[str]) -> str:
    return _BREAKS[tag.lastindex or 0]


def has_markup(texts: Iterable[str]) -> bool:
    """Whether texts are HTML: their signs are parts of tags and entities, hardly ever others.

    >>> has_markup(["<p>one</p>", "two"]), has_markup(["a <b", "Q & A", "i <3 you"])
    (True, False)
    """
    some = [text for text in islice(texts, 500) if text]
    signed = [text for text in some if "<" in text or "&" in text]
    marked = sum(not _SIGNS.search(_IS_MARKED.sub("", text)) for text in signed)
    return marked > 0.9 * len(signed) and marked >= 0.03 * len(some) and marked > 0


def plain_if_marked(text: str) -> str:
    r"""A text in HTML or not, among others in HTML: without a paragraph's tag its line ends count.

    >>> plain_if_marked("one &amp; two\nthree"), plain_if_marked("<p>one\ntwo</p>")
    ('one & two\nthree', 'one two')
    """
    return plain(text, newlines=not _HAS_BREAKS.search(text))


def tidy(text: str) -> str:
    """Plain text without spaces around line ends, and at most one blank line in a row."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" in text:
        if " \n" in text or "\n " in text or "\t" in text:
            text = _LINE_EDGES.sub("\n", text)
        if "\n\n\n" in text:
            text = _MANY_BREAKS.sub("\n\n", text)
    return text.strip(" \t\n")


def as_utf8(text: str) -> str:
    """UTF-8 whose bytes were written as if they were Latin-1 characters, as Facebook does.

    >>> as_utf8("schÃ¶n"), as_utf8("schön")
    ('schön', 'schön')
    """
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _pieces(html: str, newlines: bool) -> Iterator[str]:
    """Words and breaks in their order."""
    at, preformatted = 0, False
    unclosed: set[str] = set()  # what is opened and closed nowhere behind: searched for once
    search_from = 0
    while markup := _MARKUP.search(html, search_from):
        start, search_from = markup.start(), markup.end()
        comment, _, slash, name, attributes = markup.groups()
        name = name.lower() if name else ""
        if name and not _is_tag(name, slash, attributes):
            search_from = start + 1  # a tag may begin within it
            continue
        if start > at:
            yield _words(html[at:start], newlines or preformatted)
        at = search_from
        if comment:
            at = _after_comment(html, at, unclosed)
        elif name in _DROPPED and not slash:
            at = _after_dropped(html, name, at, unclosed)
        elif name in _PARAGRAPH:
            preformatted = not slash if name == "pre" else preformatted
            yield "\n\n"
        elif name in _SPACING:
            yield _SPACING[name]
        elif name == "img":
            yield _smiley(markup[0])
        search_from = at
    yield _words(html[at:], newlines or preformatted)


def _is_tag(name: str, slash: str, attributes: str) -> bool:
    """Whether this is markup, not a word in angle brackets; custom elements and Word's are too."""
    return name in _KNOWN or "=" in attributes or ":" in name or bool(slash and "-" in name)


def _spaced(text: str) -> str:
    """White space as single blanks."""
    for blank in "\n\t\r\f":
        if blank in text:
            text = text.replace(blank, " ")
    if "  " not in text:
        return text
    text = text.replace("  ", " ")  # most runs are of two or three
    return _SPACES.sub(" ", text) if "  " in text else text


def _words(text: str, newlines: bool) -> str:
    text = text if newlines else _spaced(text)
    return unescape(text) if "&" in text else text


def _after_comment(html: str, at: int, unclosed: set[str]) -> int:
    """Past a comment; one that never closes hides nothing but its own opening."""
    for short in (">", "->"):
        if html.startswith(short, at):
            return at + len(short)
    end = -1 if "!--" in unclosed else html.find("-->", at)
    if end < 0:
        unclosed.add("!--")
    return end + 3 if end >= 0 else at


def _after_dropped(html: str, name: str, at: int, unclosed: set[str]) -> int:
    """At the closing tag of an element whose content is not seen; where none is, it hides none."""
    end = None
    if name not in unclosed:
        end = re.compile(rf"</{name}\b", re.IGNORECASE).search(html, at)
    if end is None:
        unclosed.add(name)
    return end.start() if end else at


def _smiley(tag: str) -> str:
    alternative = _ALT.search(tag)
    alt = (
        unescape(next((group for group in alternative.groups() if group), ""))
        if alternative
        else ""
    )
    return alt if _SMILEY.search(tag) or _SMILEY_ALT.fullmatch(alt) else ""
