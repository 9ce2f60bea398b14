"""One piece of XML to its fields, well-formed or not."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from html.entities import html5
from typing import TYPE_CHECKING, Any

from lxml import etree

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
_OPENED = re.compile(r"<([\w:.-]+)(?:\s[^<>]*)?>\s*\Z")


def element(xml: bytes) -> tuple[Any, bool]:
    """The element that `xml` holds, and whether it had to be recovered.

    Undeclared prefixes, HTML's entities and bare ampersands are no damage: nothing is lost by
    them. None when there is no element at all.
    """
    try:
        return etree.fromstring(_HEAD + xml + b"</x>", _STRICT)[0], False
    except (etree.XMLSyntaxError, IndexError):
        parser = etree.XMLParser(recover=True, **_SAFE)
        root = etree.fromstring(_HEAD + _mended(xml) + b"</x>", parser)
        damaged = xml.rfind(b"<![CDATA[") > xml.rfind(b"]]>") or any(
            error.domain != _NAMESPACES for error in parser.error_log
        )
        found = next((child for child in root if isinstance(child.tag, str)), None)
        return found, damaged


def fields(parent: Any) -> dict[str, str]:
    """Text of the children by name without prefix; the first that is not empty stands.

    A field that holds elements (a CDATA section that ended too early) gives its inner XML.
    """
    found: dict[str, str] = {}
    for child in parent.iterchildren("*"):
        name = local(child.tag)
        if not found.get(name):
            found[name] = text(child)
    return found


def text(one: Any) -> str:
    """The element's text, stripped; with markup where it holds elements."""
    if not len(one):
        return (one.text or "").strip()
    inner = [etree.tostring(child, encoding="unicode") for child in one]
    return "".join([one.text or "", *inner]).strip()


def children(parent: Any, name: str) -> Iterator[Any]:
    """The children called `name`, whatever their prefix."""
    return (one for one in parent.iterchildren("*") if local(one.tag) == name)


def attribute(one: Any, name: str) -> str | None:
    """An attribute's value, whatever its prefix; None when absent or empty."""
    for key, value in one.attrib.items():
        if local(key) == name and value.strip():
            return str(value).strip()
    return None


@lru_cache(maxsize=4096)
def local(tag: str) -> str:
    """The name without namespace and prefix; `excerpt:` stays, which is not `content:`."""
    space, _, name = tag.rpartition("}")
    prefix, _, name = name.rpartition(":")
    return f"excerpt:{name}" if "excerpt" in f"{space}{prefix}" else name


def _mended(xml: bytes) -> bytes:
    """Entities that XML does not know as characters, bare ampersands as such, CDATA closed."""
    source = xml.decode("utf-8", "replace").replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    cdata = source.find("<![CDATA[", source.rfind("]]>") + 1)
    if cdata >= 0:
        opened = _OPENED.search(source[max(0, cdata - 300) : cdata])
        closing = f"</{re.escape(opened[1])}" if opened else r"</[\w.-]+:[\w.-]+>"
        found = re.compile(closing).search(source, cdata)
        end = found.start() if found else len(source)
        source = f"{source[:end]}]]>{source[end:]}"
    return _AMPERSAND.sub(_character, source).encode("utf-8", "replace")


def _character(found: re.Match[str]) -> str:
    whole, high, low, number, name = found[0], *found.groups()
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
