"""Records whose fields stand as their exporter writes them: one match instead of a parse.

An exporter writes its fields in one order, each as plain text or as one CDATA section. A record
that does so is taken apart by one regular expression; any other goes to `xml_fields`, which
understands everything and takes several times as long. Both find the same.
"""

from __future__ import annotations

import re

_PREFIX = r"(?:[A-Za-z_][\w.-]*+:)?+"
_ATTRIBUTES = r"""(?:\s++[\w:.-]++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+\s*+"""
_WORDS = r"(?:[^<&\]]++|&(?:amp|lt|gt|quot|apos);)*+"
_OPEN, _CLOSE = "<![CDATA[", "]]>"
_ENTITIES = (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&"))


class Layout:
    """The order of a record's fields; elements of other names may stand anywhere between.

    tag: the record's name, without prefix. fields: `name`, `name!` for one that must be there,
    `name@id` for an attribute, `@id` for the record's own, `author(name username)` for elements
    within one. tags: the names of all records, of which none may stand within a CDATA section:
    that is damage, which needs a closer look.

    >>> layout = Layout("post", ["@id", "message!", "author(name)"], ("post",))
    >>> layout.match(b'<post id="7"><x/><message>a &lt; b</message></post>', 0).groups()
    (b'7', b'a &lt; b', None)
    """

    def __init__(self, tag: str, fields: list[str], tags: tuple[str, ...]) -> None:
        stray = rf"/?+{_PREFIX}(?:{'|'.join(tags)})[\s/>]|!\[CDATA\["
        section = rf"[^\]<]*+(?:(?:\](?!\]>)|<(?!{stray}))[^\]<]*+)*+"
        self._content = rf"(?:\s*+<!\[CDATA\[{section}\]\]>\s*+|{_WORDS})"
        self._tags = tags
        own = [field for field in fields if field.startswith("@")]
        head = f"<{_PREFIX}{tag}" + (_attribute(own[0][1:]) if own else _ATTRIBUTES) + ">"
        inner = self._sequence([field for field in fields if field not in own])
        self._pattern = re.compile(rf"{head}{inner}\s*+</{_PREFIX}{tag}\s*+>".encode())
        self.match = self._pattern.match

    def _sequence(self, fields: list[str]) -> str:
        """Fields in their order, each there or not, others between them."""
        names = "|".join(sorted({re.split(r"[!@(]", field)[0] for field in fields} | {*self._tags}))
        opening = rf"\s*+<(?!{_PREFIX}(?:{names})[\s/>])[A-Za-z_][\w:.-]*+{_ATTRIBUTES}"
        closing = r"</[A-Za-z_][\w:.-]*+\s*+>"
        inner = rf"{opening}(?:/>|>{self._content}{closing})"
        other = rf"(?:{opening}(?:/>|>(?:{self._content}|(?:{inner})++\s*+){closing}))*+"
        return other + "".join(self._field(field) + other for field in fields)

    def _field(self, field: str) -> str:
        name, mark, rest = re.fullmatch(r"([\w-]+)([!@(]?)(.*?)\)?", field).groups()  # type: ignore[union-attr]
        closing = rf"</{_PREFIX}{name}\s*+>"
        if mark == "@":
            one = rf"<{_PREFIX}{name}{_attribute(rest)}(?:/>|>{closing})"
        elif mark == "(":
            one = rf"<{_PREFIX}{name}{_ATTRIBUTES}>{self._sequence(rest.split())}\s*+{closing}"
        else:
            one = rf"<{_PREFIX}{name}{_ATTRIBUTES}(?:/>|>({self._content}){closing})"
        return rf"\s*+{one}" if mark == "!" else rf"(?:\s*+{one})?+"


def _attribute(name: str) -> str:
    """One attribute alone, its value without entities."""
    return rf"""\s++{_PREFIX}{name}\s*+=\s*+"([^"<&]*+)"\s*+"""


def value(raw: bytes | None) -> str:
    """A field's text, stripped; empty where there is none.

    >>> value(b" <![CDATA[a &lt; b ]]> "), value(b"a &lt; b"), value(None)
    ('a &lt; b', 'a < b', '')
    """
    if not raw:
        return ""
    text = raw.decode().strip()
    if text[:1] == "<":
        return text[len(_OPEN) : -len(_CLOSE)].strip()
    return decoded(text) if "&" in text else text


def decoded(text: str) -> str:
    """The text with XML's five entities decoded, once."""
    if "&" not in text:
        return text
    for name, character in _ENTITIES:
        text = text.replace(f"&{name};", character)
    return text
