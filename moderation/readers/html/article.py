"""Title, address and text of the article that a saved page is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.readers.html.find import attribute, words
from moderation.readers.markup import plain

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_TITLES = (
    "[itemprop='headline']",
    "h1.entry-title",
    "h1.post-title",
    ".entry-title",
    ".post-title",
    "article h1",
    "main h1",
    "h1",
)
_BODIES = (
    "[itemprop='articleBody']",
    ".entry-content",
    ".post-content",
    ".article-content",
    ".article-body",
    ".article__body",
    ".post-body",
    ".td-post-content",
    ".field-name-body",
    ".field--name-body",
    ".entry",
    "article",
    "main",
    "#content",
    ".content",
    "body",
)
_UNSEEN = "script, style, template, noscript, iframe"
_OWN = 10  # of _BODIES are names of an article's text alone
_JUNK = (
    "nav, aside, form, header, footer, button, figure, [role='navigation'], [class*='pagination'],"
    " [class*='-nav'], [class*='nav-'], [class*='subscri'],"
    " [class*='share'], [class*='sharing'], [class*='social'], [class*='related'],"
    " [class*='widget'], [class*='sidebar'], [class*='newsletter'], [class*='breadcrumb'],"
    " [class*='cookie'], [class*='navigation'], [class*='byline'], [class*='author-box'],"
    " [id*='sidebar'], [id*='comments'], [class*='comments'], [id='respond'],"
    " [class*='comment-respond'], .menu, .tags"
)
_ADDRESS = re.compile(r"https?://\S+$")
_SITE = re.compile(r"\s+[|–—»·-]\s+[^|–—»·]{2,40}$")
_FRAME = (
    0.5  # of the page's prose: what holds more is a frame around the article, whatever its name
)
_PARAGRAPH = 40  # characters of a block that is prose and no button


def address_of(page: LexborHTMLParser) -> str | None:
    """The page's own address: its canonical link, or what it tells other sites."""
    for selector, name in (
        ("link[rel='canonical']", "href"),
        ("meta[property='og:url']", "content"),
        ("meta[itemprop='url']", "content"),
    ):
        element = page.css_first(selector)
        if element is not None and attribute(element, name).startswith("http"):
            return attribute(element, name)
    return None


def title_of(page: LexborHTMLParser) -> str | None:
    """The headline: its element, what the page tells other sites, or the window's title."""
    for selector in _TITLES:
        texts = [words(element) for element in page.css(selector)[:3]]
        title = next((text for text in texts if 3 <= len(text) <= 300), None)
        if title and (selector != "h1" or not _is_site(page, title)):
            return title
    shared = page.css_first("meta[property='og:title']")
    if shared is not None and attribute(shared, "content"):
        return attribute(shared, "content").strip()
    window = page.css_first("title")
    text = words(window) if window is not None else ""
    return _SITE.sub("", text) or None


def _is_site(page: LexborHTMLParser, title: str) -> bool:
    """True when a headline is the site's name rather than the article's."""
    name = page.css_first("meta[property='og:site_name']")
    shared = page.css_first("meta[property='og:title']")
    return (name is not None and attribute(name, "content").strip() == title) or (
        shared is not None
        and attribute(shared, "content") != ""
        and title not in attribute(shared, "content")
        and attribute(shared, "content") not in title
    )


def article_of(page: LexborHTMLParser) -> str | None:
    """The article's paragraphs. The comments must have been taken out; `page` is altered.

    The first element of _BODIES that holds most of the page's prose is taken, so that a frame
    of that name around a teaser does not win.
    """
    body = page.body
    if body is None:
        return None
    for unseen in page.css(_UNSEEN):
        unseen.decompose()
    everything = len(body.text(deep=True))
    named = {node.mem_id for node in page.css(", ".join(_BODIES[:_OWN]))}
    for junk in page.css(_JUNK):
        if len(junk.text(deep=True)) <= _FRAME * everything and not _frames(junk, named):
            junk.decompose()
    prose = [
        max((_prose(element) for element in _outermost(page.css(selector))), key=len, default="")
        for selector in _BODIES
    ]
    enough = _FRAME * max(map(len, prose))
    return next((text for text in prose if text and len(text) >= enough), None)


def _frames(junk: LexborNode, named: set[int]) -> bool:
    """True when an element is, or is around, one that is named as an article's text."""
    return junk.mem_id in named or any(
        node.mem_id in named for node in junk.css(", ".join(_BODIES[:_OWN]))
    )


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """The nodes that are in no other of these: they hold the words of those within."""
    inside = {node.mem_id: True for node in nodes}
    outermost = []
    for node in nodes:
        passed: list[int] = []
        above = node.parent
        while above is not None and above.mem_id not in inside:
            passed.append(above.mem_id)
            above = above.parent
        within = above is not None and inside[above.mem_id]
        inside.update(dict.fromkeys(passed, within))
        outermost += [] if within else [node]
    return outermost


def _prose(node: LexborNode) -> str:
    """The blocks of an element from its first paragraph to its last."""
    blocks = plain(node.inner_html).split("\n\n")
    prose = [
        at
        for at, block in enumerate(blocks)
        if len(block) >= _PARAGRAPH
        and not _ADDRESS.match(block)
        and len(block) >= 25 * (block.count("\n") + 1)
    ]
    return "\n\n".join(blocks[prose[0] : prose[-1] + 1]) if prose else ""
