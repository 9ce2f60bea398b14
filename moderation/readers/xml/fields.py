"""One piece of XML to its fields, well-formed or not."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from html import escape, unescape
from html.entities import html5
from typing import TYPE_CHECKING, Any

from lxml import etree

from moderation.readers.xml.layout import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

_USUAL = (
    "wp content excerpt dc wfw slash dsq thr atom blogger gd media georss app openSearch ns0 ns1"
)
_HEAD = b"<x " + b" ".join(f'xmlns:{name}="{name}"'.encode() for name in _USUAL.split()) + b">"
_SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": True}
_STRICT = etree.XMLParser(**_SAFE)
_NAMESPACES = etree.ErrorDomains.NAMESPACE

_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?\]\]>|\]\]>|&#(5[56]\d{3});&#(5[67]\d{3});|&(?:#([xX][0-9a-fA-F]+|\d+);|(\w+);)?",
    re.DOTALL,
)
_XML_NAMES = ("amp", "lt", "gt", "quot", "apos")
_NOT_XML = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TOKEN = re.compile(  # an element with text alone, or the tag that opens or closes another
    # it begins behind another: a run of blanks is not tried again from each of them
    r"""((?<!\s)\s*+<(?:([\w:.-]+)((?:\s++[\w:.-]+\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+)\s*+"""
    r"""(?:(/>)|>(?:(?:([^<]*+)|\s*+<!\[CDATA\[([^\]]*+(?:\](?!\]>)[^\]]*+)*+)\]\]>\s*+)"""
    r"""(</\2\s*+>))?)|/([\w:.-]+)\s*+>))"""
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_LOCAL = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_CLOSED = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
NAMED = "an author that is prose"
_PROSE = 6  # words, where none is looked for
_TAGS = re.compile(  # with words as attributes that have no value, one is no tag
    r"""<!\[CDATA\[|\]\]>|</?[A-Za-z][^\s<>]*+(?:\s++[^\s<>=]++(?:\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|"""
    r"""[^\s<>]++)|(?=\s*>)))*+\s*+/?>"""
)
_FAMILIES = frozenset(["author", "commentmeta", "postmeta", "source", "termmeta"])
"""Elements within a record that hold elements; others that do are texts with stray markup."""
_OPENED = re.compile(r"<([\w:.-]+)(?:\s[^<>]*)?>\s*\Z")


class Node:
    """An element: its local name, attributes, stripped text, and the elements within it.

    The text of one that holds others (a CDATA section that ended too early) is its inner XML.
    """

    __slots__ = ("_attributes", "name", "nodes", "text")

    def __init__(self, name: str, attributes: Any, text: str) -> None:
        self.name = name
        self._attributes = attributes
        self.text = text
        self.nodes: list[Node] = []

    def attribute(self, name: str) -> str | None:
        """An attribute's value, whatever its prefix; None when absent or empty."""
        if not self._attributes:
            return None
        if isinstance(self._attributes, str):
            pairs = _ATTRIBUTE.findall(self._attributes)
            self._attributes = [(key, decoded(double or single)) for key, double, single in pairs]
        for key, value in self._attributes:
            if (key == name or local(key) == name) and value.strip():
                return str(value).strip()
        return None

    def all(self, name: str) -> Iterator[Node]:
        """The elements within it that are called so."""
        return (node for node in self.nodes if node.name == name)

    def first(self, name: str) -> Node | None:
        """The first of these, or None."""
        return next(self.all(name), None)

    def fields(self) -> dict[str, str]:
        """Texts of the elements within it by name; the first that is not empty stands."""
        texts: dict[str, str] = {}
        for node in self.nodes:
            if not texts.get(node.name):
                texts[node.name] = node.text
        return texts


def record(xml: bytes) -> tuple[Node | None, bool]:
    """The element that `xml` holds, and whether it is damaged, so that it had to be recovered.

    Undeclared prefixes, HTML's entities and bare ampersands are no damage: nothing is lost by
    them. None when there is no element at all.
    """
    node = _simple(xml)
    if node is not None:
        return node, False
    parsed, recovered = element(xml)
    if parsed is None:
        return None, recovered
    return _node(parsed), recovered or _is_mixed(parsed)


def _is_mixed(parsed: Any) -> bool:
    """Whether words stand between the elements of a record, where no exporter puts any."""
    between = [child.tail for child in parsed]
    return any(text and text.strip() for text in (*between, parsed.text if between else None))


def misplaced(
    holder: Node,
    xml: bytes,
    damaged: bool,
    texts: tuple[str, ...],
    single: tuple[str, ...] = (),
) -> bool:
    """Whether words of a record stand where none should: between elements, or in one for a value.

    damaged: it is no XML as it stands. texts: the elements that hold prose, and families of which
    nothing is known. single: those that stand once in a record; twice means that two have run
    into one.
    """
    if any(xml.count(name.encode()) > 2 for name in single):
        opened, closed = Counter(_LOCAL.findall(xml)), Counter(_CLOSED.findall(xml))
        if any(max(opened[name], closed[name]) > 1 for name in map(str.encode, single)):
            return True
    least = _PROSE - 2 * damaged
    if any(
        node.text.count(" ") >= least - 1 and len(_WORD.findall(node.text)) >= least
        for child in holder.nodes
        if child.name not in texts
        for node in (child, *child.nodes)
        if node.name not in texts
    ):
        return True
    if not damaged:
        return False
    raw = _TAGS.sub(" ", unescape(_TAGS.sub(" ", xml.decode("utf-8", "replace"))))
    counted = sum(_count(node) for node in holder.nodes)
    return len(_WORD.findall(raw)) - counted >= least


def _count(root: Node) -> int:
    """The words of an element and those within it."""
    count, stack = 0, [root]
    while stack:
        node = stack.pop()
        count += 0 if node.nodes else len(_WORD.findall(_TAGS.sub(" ", node.text)))
        stack += node.nodes
    return count


def _simple(xml: bytes) -> Node | None:
    """The element, if it and those within it are so plain that they need no parser; else None."""
    try:
        text = xml.decode()
    except UnicodeDecodeError:
        return None
    tokens = _TOKEN.findall(text)
    if sum([len(token[0]) for token in tokens]) != len(text):
        return None  # something stands between the tokens
    return _nested(tokens)


def _nested(tokens: list[tuple[str, ...]]) -> Node | None:
    """The one element that these tokens of _TOKEN make; None where they do not nest."""
    outermost = around = Node("", None, "")
    above: list[tuple[str, Node]] = []
    for _, tag, attributes, single, words, section, leaf, closing in tokens:
        if closing:
            if not above or above[-1][0] != closing:
                return None
            around = above.pop()[1]
            continue
        text = section.strip() if section else words.strip()
        if "&" in words:
            if _NOT_XML.search(words):
                return None
            text = text or decoded(words.strip()) if section else decoded(text)
        if "&" in attributes and _NOT_XML.search(attributes):
            return None
        name = local(tag)
        node = Node(name, attributes, text)
        around.nodes.append(node)
        if not single and not leaf:
            if above and name not in _FAMILIES:
                return None
            above.append((tag, around))
            around = node
    return outermost.nodes[0] if len(outermost.nodes) == 1 and not above else None


def _node(parsed: Any) -> Node:
    """The same of a parser's element, without recursion."""
    outermost = Node("", None, "")
    stack = [(parsed, outermost)]
    while stack:
        element, around = stack.pop()
        node = Node(local(element.tag), list(element.attrib.items()), _text(element))
        around.nodes.append(node)
        stack += [(child, node) for child in reversed(list(element.iterchildren("*")))]
    return outermost.nodes[0]


def element(xml: bytes) -> tuple[Any, bool]:
    """As `record`, by libxml2: the parser's own element."""
    try:
        return etree.fromstring(_HEAD + xml + b"</x>", _STRICT)[0], False
    except (etree.XMLSyntaxError, IndexError):
        parser = etree.XMLParser(recover=True, **_SAFE)
        root = etree.fromstring(_HEAD + mended(xml) + b"</x>", parser)
        damaged = xml.rfind(b"<![CDATA[") > xml.rfind(b"]]>") or any(
            error.domain != _NAMESPACES for error in parser.error_log
        )
        first = next((child for child in root if isinstance(child.tag, str)), None)
        return first, damaged


def _text(element: Any) -> str:
    if not len(element):
        return (element.text or "").strip()
    inner = [etree.tostring(child, encoding="unicode") for child in element]
    return "".join([element.text or "", *inner]).strip()


@lru_cache(maxsize=4096)
def local(tag: str) -> str:
    """The name without namespace and prefix; `excerpt:` stays, which is not `content:`."""
    space, _, name = tag.rpartition("}")
    prefix, _, name = name.rpartition(":")
    return f"excerpt:{name}" if "excerpt" in f"{space}{prefix}" else name


def mended(xml: bytes) -> bytes:
    """Entities that XML does not know as characters, bare ampersands as such, CDATA closed."""
    source = xml.decode("utf-8", "replace").replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    cdata = source.find("<![CDATA[", source.rfind("]]>") + 1)
    if cdata >= 0:
        opened = _OPENED.search(source[max(0, cdata - 300) : cdata])
        closing = f"</{re.escape(opened[1])}" if opened else r"</[\w.-]+:[\w.-]+>"
        end_of_word = re.compile(closing).search(source, cdata)
        end = end_of_word.start() if end_of_word else len(source)
        source = f"{source[:end]}]]>{source[end:]}"
    return _AMPERSAND.sub(_character, source).encode("utf-8", "replace")


def _character(reference: re.Match[str]) -> str:
    whole, high, low, number, name = reference[0], *reference.groups()
    if high:  # two halves of one character, as programs write it that think in UTF-16
        return chr(0x10000 + ((int(high) & 0x3FF) << 10 | int(low) & 0x3FF))
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number[:12])
        legal = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0x110000
        return whole if legal and code not in (0xFFFE, 0xFFFF) else "\ufffd"
    if whole == "]]>":  # the author's own; the parser would drop the text around it
        return "]]&gt;"
    if name:
        return whole if name in _XML_NAMES else escape(html5.get(f"{name};", whole))
    return "&amp;" if whole == "&" else whole
