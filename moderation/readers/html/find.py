"""Find the elements of a saved HTML page that hold one comment each.

Each rule of FINDERS knows one habit of markup; a later, vaguer rule is believed only where it
finds clearly more. Nothing here recurses: pages nest thousands deep.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.html.groups import grouped
from moderation.readers.html.runs import RUN
from moderation.readers.html.systems import forum_posts, known_comments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from selectolax.lexbor import LexborHTMLParser, LexborNode

_ITEM_TAGS = frozenset(
    ["li", "div", "article", "section", "tr", "dd", "dl", "table", "details", "blockquote", "p"]
)
_PINGS = frozenset(["pingback", "trackback"])
_DEPTH_CLASS = re.compile(
    r"^(?:comment-?)?(?:depth|level|lvl|nest(?:ed|ing)?|indent)[-_]?(\d{1,6})$"
)
_KEY = re.compile(
    r"(?:^|[-_])(?:comment|comentario|kommentar|commentaire|cmt|komentar|reply|response|tree)s?"
    r"(?:[-_](?:id|item|node|entry|wrapper|body|container|box|card))*[-_]?"
    r"(\d+|[0-9a-f]{8}(?:-[0-9a-f]{2,12})+|[0-9a-f]{16,})$",
    re.IGNORECASE,
)
_KEY_ATTRIBUTES = (
    "data-comment-id",
    "data-commentid",
    "data-comment",
    "data-cid",
    "data-pid",
    "data-shortid",
    "thingid",
)
_SHORT_KEY = re.compile(r"^(?:c|r|p|t|pc|ct|cmt|isso|IDComment|issuecomment|elComment)[-_]?(\d+)$")
_POST_KEY = re.compile(r"^(?:post|msg|message|item)[-_]?(\d+)$")
_SECTION = re.compile(r"comment|disqus|conversation|discussion|kommentar|comentario", re.IGNORECASE)
_PATH_KEY = re.compile(r"(?:^|-)(c\d+(?:r\d+)*)$")
_ITEM_CLASS = re.compile(
    r"^(?:[a-z]+[-_]{1,2})?(?:comment|kommentar|comentario|commentaire|komentar|cmt|reply|response"
    r"|answer|post-reply|opinion|leserbrief)"
    r"(?:[-_]{1,2}(?:item|entry|single|container|wrap|wrapper|box|block|node|row|card|element|li|unit"
    r"|post|object|holder|outer|inner|main|element|area-item))?$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:recent|latest|neueste|letzte|ultimos|top)[-_]?(?:comment|kommentar|comentario)"
    r"|comment-?form$|^respond$|comment-respond|^comment-?template$",
    re.IGNORECASE,
)
_SURE = 3  # comments in an exact habit's markup: no vaguer rule is asked then
_MORE = 1.25  # times as many a later, vaguer rule must find before it is believed


def classes(node: LexborNode) -> list[str]:
    """The class names of an element."""
    return (node.attributes.get("class") or "").split()


def attribute(node: LexborNode, name: str) -> str:
    """An attribute's value, "" where it has none."""
    return node.attributes.get(name) or ""


def whole(word: str) -> int | None:
    """A number of up to six digits; what is longer measures nothing."""
    return int(word) if len(word) <= 6 and word.isdecimal() else None


def words(node: LexborNode) -> str:
    """The visible words of an element, in one line."""
    return " ".join(node.text(deep=True, separator=" ").split())


class Elements(NamedTuple):
    """The elements that hold one comment each, in document order, and how they were told."""

    nodes: list[LexborNode]
    sure: bool  # by markup that says what it is; else by what they have in common
    forum: bool  # they are the posts of a thread: the first may be its root
    exact: bool  # by the markup of a system that is known


def comment_elements(page: LexborHTMLParser) -> Elements:
    """The elements of a page that hold one comment each."""
    best = Elements([], sure=True, forum=False, exact=True)
    articles, wholes = _articles(page), _wholes(page)
    for finder in FINDERS:
        exact = finder in _EXACT
        apart = exact or finder in _APART
        elements = _whole(finder(page), set() if exact else articles, wholes, apart)
        if len(elements) > _MORE * len(best.nodes):
            best = Elements(elements, exact or finder in _NAMED, finder is forum_posts, exact)
        if exact and len(best.nodes) >= _SURE:
            break
    return best


def _whole(
    nodes: Iterable[LexborNode], articles: set[int], wholes: set[int], apart: bool
) -> list[LexborNode]:
    """The nodes that hold a comment of their own: no doubles, no wrappers, nothing of a sidebar.

    articles: elements that are none. wholes: those with an author or a time. apart: every node is
    a comment; else one inside another may be but a part of it.
    """
    unique: dict[int, LexborNode] = {node.mem_id: node for node in nodes}
    dropped: set[int] = set()
    elsewhere: dict[int, bool] = {}
    for mem, node in unique.items():
        outer = node.parent
        while outer is not None and outer.mem_id not in unique:
            outer = outer.parent
        if mem in articles or _elsewhere(node, elsewhere) or not _has_words(node):
            dropped.add(mem)
        elif outer is not None:
            same = key_of(outer) == key_of(node) is not None
            if same or (not apart and _same_comment(outer, node, wholes)):
                dropped.add(mem)
    return [node for mem, node in unique.items() if mem not in dropped]


def _articles(page: LexborHTMLParser) -> set[int]:
    """What stands around a headline: the article's id and class may be made as a comment's are."""
    return _around(page, "h1, [itemprop='articleBody'], [itemprop='headline']")


def _around(page: LexborHTMLParser, selector: str) -> set[int]:
    """The elements that a selector finds, and those around them, each met once."""
    found: set[int] = set()
    for node in page.css(selector):
        above: LexborNode | None = node
        while above is not None and above.mem_id not in found:
            found.add(above.mem_id)
            above = above.parent
    return found


def _has_words(node: LexborNode) -> bool:
    return any(
        part.tag == "-text" and (part.text_content or "").strip()
        for part in node.traverse(include_text=True)
    )


def _same_comment(outer: LexborNode, inner: LexborNode, wholes: set[int]) -> bool:
    """True when `inner` is but a part of the comment whose element is `outer`.

    wholes: elements with an author or a time.
    """
    ids = key_of(outer), key_of(inner)
    if all(ids):
        return ids[0] == ids[1]
    if outer.mem_id in wholes and inner.mem_id not in wholes:
        return True
    return (
        inner.tag != outer.tag
        and not _list_between(outer, inner)
        and not _precedes_text(outer, inner)
    )


def _list_between(outer: LexborNode, inner: LexborNode) -> bool:
    """True when a list stands between the two: then `inner` is a reply."""
    between = inner.parent
    while between is not None and between.mem_id != outer.mem_id:
        if between.tag in ("ol", "ul"):
            return True
        between = between.parent
    return False


def _precedes_text(outer: LexborNode, inner: LexborNode) -> bool:
    """True when `outer` has words of its own before `inner`: then `inner` is a reply."""
    for node in outer.traverse(include_text=True):
        if node.mem_id == inner.mem_id:
            return False
        if node.tag == "-text" and (node.text_content or "").strip():
            return True
    return False


def _elsewhere(node: LexborNode, known: dict[int, bool]) -> bool:
    """True for what stands in a sidebar's list of comments, a menu, a form or a template."""
    path: list[int] = []
    above, verdict = node.parent, False
    while above is not None and above.tag not in ("body", "html"):
        if above.mem_id in known:
            verdict = known[above.mem_id]
            break
        path.append(above.mem_id)
        names = [attribute(above, "id"), *classes(above)]
        if above.tag in ("template", "nav") or any(map(_ELSEWHERE.search, names)):
            verdict = True
            break
        above = above.parent
    known.update(dict.fromkeys(path, verdict))
    return verdict


def key_of(node: LexborNode) -> str | None:
    """The site's id of the comment that an element holds, from its id or data attributes."""
    for name in _KEY_ATTRIBUTES:
        value = attribute(node, name)
        if value and len(value) <= 80 and not value.startswith(("{", "[")):
            return value
    own = attribute(node, "id")
    match = (
        _KEY.search(own) or _SHORT_KEY.match(own) or _PATH_KEY.search(own) or _POST_KEY.match(own)
    )
    return match[1] if match else None


# --- finders --------------------------------------------------------------------------------------


def class_depth(node: LexborNode) -> int | None:
    """The depth that a class shows; pings without one are never replies."""
    names = classes(node)
    shown = next((int(match[1]) for name in names if (match := _DEPTH_CLASS.match(name))), None)
    return 1 if shown is None and _PINGS & set(names) else shown


def _wordpress(page: LexborHTMLParser) -> list[LexborNode]:
    """WordPress' comment_class(): `comment` and `depth-N`; themes print pings without a depth."""
    comments = [
        node
        for node in page.css("[class*='depth-'], li.pingback, li.trackback")
        if {"comment", *_PINGS} & set(classes(node)) and class_depth(node) is not None
    ]
    return comments if any("comment" in classes(node) for node in comments) else []


def _classed(page: LexborHTMLParser) -> list[LexborNode]:
    """Elements whose class says `comment` alone: Blogger, Drupal, Slashdot, old themes."""
    return page.css(
        "li.comment, div.comment, article.comment, tr.comment, li.pingback, li.trackback"
    )


def _annotated(page: LexborHTMLParser) -> list[LexborNode]:
    """schema.org microdata."""
    return page.css(
        "[itemtype$='/Comment'], [itemtype$='/UserComments'], [itemtype$='/Answer'],"
        " [itemprop='comment'][itemscope]"
    )


def _keyed(page: LexborHTMLParser) -> list[LexborNode]:
    """Elements with an id of their own such as `comment-123`: the outermost of each id."""
    outermost: dict[str, LexborNode] = {}
    for node in page.css("[id], [data-comment-id], [data-commentid], [data-cid]"):
        key = key_of(node) if node.tag in _ITEM_TAGS else None
        if key and _vague(attribute(node, "id")) and not _among_comments(node):
            continue
        if key and key not in outermost:
            outermost[key] = node
    return list(outermost.values())


def _vague(name: str) -> bool:
    """True for an id that posts and other parts of a page may have too."""
    return bool(_SHORT_KEY.match(name) or _POST_KEY.match(name))


def _among_comments(node: LexborNode) -> bool:
    """True when a class or id on or around the element speaks of comments."""
    above: LexborNode | None = node
    while above is not None and above.tag not in ("body", "html"):
        if _SECTION.search(attribute(above, "class") + " " + attribute(above, "id")):
            return True
        above = above.parent
    return False


def _posts(page: LexborHTMLParser) -> list[LexborNode]:
    """Posts and messages with an id of their own in a section of comments (Disqus, forums)."""
    posts = [
        node
        for node in page.css("[id^='post'], [id^='msg'], [id^='message'], [id^='item']")
        if _POST_KEY.match(attribute(node, "id")) and _among_comments(node)
    ]
    return posts if len(posts) > 1 else []


_BESIDE_TEXT = (
    "time, cite, .fn, [itemprop='author'], [class*='author'], [class*='user'],"
    " [class*='date'], [class*='time'], [class*='name'], [class*='meta']"
)


def _runs(page: LexborHTMLParser) -> list[LexborNode]:
    """Comments that had no element of their own: see `with_runs`."""
    return page.css(f"[{RUN}]")


def _repeated(page: LexborHTMLParser) -> list[LexborNode]:
    """The general rule: the commonest class that says "one comment" and holds more than a name."""
    groups: dict[str, list[LexborNode]] = {}
    for node in page.css("[class]"):
        if node.tag in _ITEM_TAGS:
            for name in classes(node):
                if _ITEM_CLASS.match(name):
                    groups.setdefault(name.lower(), []).append(node)
    wholes = _wholes(page) if groups else set()
    rated = [
        (sum(node.mem_id in wholes for node in nodes), -at, nodes)
        for at, nodes in enumerate(groups.values())
    ]
    if not rated:
        return []
    count, _, nodes = max(rated, key=lambda group: group[:2])
    return nodes if count else []


def _wholes(page: LexborHTMLParser) -> set[int]:
    """The elements that hold an author or a time beside their text."""
    return _around(page, _BESIDE_TEXT)


FINDERS: tuple[Callable[[LexborHTMLParser], list[LexborNode]], ...] = (
    _wordpress,
    known_comments,
    forum_posts,
    _annotated,
    _runs,
    _classed,
    _keyed,
    _repeated,
    grouped,
    _posts,
)
_EXACT = frozenset([_wordpress, known_comments, forum_posts, _annotated])
_APART = frozenset([_runs, grouped])  # what they find was told from its neighbours
_NAMED = frozenset([_classed, _keyed])  # vaguer, but what they find is called a comment
