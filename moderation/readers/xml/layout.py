"""Records whose fields stand as their exporter writes them: one match instead of a parse.

An exporter writes its fields in one order, each as plain text or as one CDATA section. A record
that does so is taken apart by one regular expression; any other goes to `xml_fields`, which
understands everything and takes several times as long. Both find the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from moderation.readers.values import LONG_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

Fields: TypeAlias = "tuple[bytes | None, ...]"
"""The raw content of a record's fields, in the order of its layout; None for one that it lacks."""

_PREFIX = r"(?:[A-Za-z_][\w.-]*+:)?+"
_ATTRIBUTES = r"""(?:\s++[\w:.-]++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+\s*+"""
_WORDS = r"(?:[^<&\]]++|&(?:amp|lt|gt|quot|apos);)*+"
_OPEN, _CLOSE = "<![CDATA[", "]]>"
_BETWEEN = f"{_CLOSE}\0{_OPEN}".encode()
_CLOSING = r"</[A-Za-z_][\w:.-]*+\s*+>"
_SECTION = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_PROSE = r"\s*+(?:<!\[CDATA\[)?+(?:[^<\s\]]++\s++){6}"  # more words than a value has
_LONG_NAMED = rf"\s*+(?:<!\[CDATA\[)?+(?:[^<\s\]]++\s++){{{LONG_NAME - 1}}}"  # more than a name has
_NAMED = ("comment_author", "author", "name")
_ANY_TAG = re.compile(r"<(/?)([A-Za-z_][\w.-]*+:)?([\w.-]++)[^<>]*?(/?)>")
LEARNT = 4  # orders of elements that are remembered; exporters have one, or two
_ENTITIES = (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&"))


class Layout:
    """The order of a record's fields; elements of other names may stand anywhere between.

    tag: the record's name, without prefix. fields: `name`, `name!` for one that must be there,
    `name@id` for an attribute, `@id` for the record's own, `author(name username)` for elements
    within one. tags: the names of all records, of which none may stand within a CDATA section:
    that is damage, which needs a closer look; so is prose in an element that is not named in
    `prose`, nor holds others.

    >>> layout = Layout("post", ["@id", "message!", "author(name)"], ("post",), ("message",))
    >>> layout.run(b'<post id="7"><x/><message>a &lt; b</message></post> <post>', 0)
    ([(b'7', b'a &lt; b', None)], 52)
    """

    def __init__(
        self, tag: str, fields: list[str], tags: tuple[str, ...], prose: tuple[str, ...]
    ) -> None:
        stray = rf"/?+{_PREFIX}(?:{'|'.join(tags)})[\s/>]|!\[CDATA\["
        section = rf"[^\]<]*+(?:(?:\](?!\]>)|<(?!{stray}))[^\]<]*+)*+"
        self._content = rf"(?:\s*+<!\[CDATA\[{section}\]\]>\s*+|{_WORDS})"
        self._tag, self._tags, self._prose = tag, tags, prose
        own = [field for field in fields if field.startswith("@")]
        self._fields = [field for field in fields if field not in own]
        self._own = _attribute(own[0][1:]) if own else _ATTRIBUTES
        self._pattern = self._record(_PREFIX, self._sequence(self._fields))
        self._learnt: tuple[re.Pattern[bytes], ...] = ()
        self._missed = 0  # records that nothing learnt has found

    def run(self, xml: bytes, at: int) -> tuple[list[Fields], int]:
        """The fields of the records that stand here one after another, and where they end."""
        runs: list[Fields] = []
        while True:
            for pattern in self._learnt:
                if match := pattern.match(xml, at):
                    break
            else:
                match = self._pattern.match(xml, at)
                if not match:
                    return runs, at
                self._missed += 1
                if not self._missed & (self._missed - 1):  # ever more rarely: compiling takes time
                    self._learn(match[0])
            runs.append(match.groups())
            at = match.end()

    def _learn(self, record: bytes) -> None:
        """Remember the order of elements in a record that is laid out so, whichever it lacks.

        What is learnt finds no record that the pattern would not find, nor other fields in it; it
        takes half the time, for it does not look whether other elements come between.
        """
        children = _elements(record)
        sequence = self._ordered(self._fields, children[0].children) if children else None
        if sequence is not None:
            pattern = self._record(re.escape(children[0].prefix), sequence)
            self._learnt = (pattern, *self._learnt)[:LEARNT]

    def _record(self, prefix: str, inner: str) -> re.Pattern[bytes]:
        head = f"<{prefix}{self._tag}{self._own}>"
        return re.compile(rf"{head}{inner}\s*+</{prefix}{self._tag}\s*+>\s*+".encode())

    def _names(self, fields: list[str]) -> list[str]:
        return sorted({_name(field) for field in fields} | {*self._tags})

    def _sequence(self, fields: list[str]) -> str:
        """Fields in their order, each there or not, others between them."""
        names = "|".join(self._names(fields))
        worded = rf"(?={_PREFIX}(?:{'|'.join(self._prose)})[\s/>])"
        guard = rf"(?!{_PREFIX}(?:{names})[\s/>])(?:{worded}|(?![^<>]*+>{_PROSE}))"
        opening = rf"\s*+<{guard}[A-Za-z_][\w:.-]*+{_ATTRIBUTES}"
        other = rf"(?:{opening}(?:/>|>(?:{self._content}|{self._inner(names)}){_CLOSING}))*+"
        return other + "".join(self._field(field) + other for field in fields)

    def _inner(self, names: str) -> str:
        """Elements within one that is no field."""
        opening = rf"\s*+<(?!{_PREFIX}(?:{names})[\s/>])[A-Za-z_][\w:.-]*+{_ATTRIBUTES}"
        return rf"(?:{opening}(?:/>|>{self._content}{_CLOSING}))++\s*+"

    def _ordered(self, fields: list[str], children: list[_Element]) -> str | None:
        """Elements in this order, each there or not; None where that cannot be told."""
        names, left, patterns = self._names(fields), list(fields), []
        for child in children:
            prefix = re.escape(child.prefix)
            while left and child.name != _name(left[0]) and child.name in map(_name, left):
                patterns.append(_absent(left.pop(0)))
            if left and child.name == _name(left[0]):
                patterns.append(self._field(left.pop(0), prefix, child.children))
            elif child.name in names:
                return None
            else:
                tag = prefix + re.escape(child.name)
                inside = rf"(?:{self._guarded(child.name)}|{self._inner('|'.join(names))})"
                patterns.append(rf"(?:\s*+<{tag}{_ATTRIBUTES}(?:/>|>{inside}</{tag}\s*+>))?+")
        return "".join(patterns + [_absent(field) for field in left])

    def _guarded(self, name: str) -> str:
        """What such an element holds: prose only where prose stands, and no text for a name."""
        if name in _NAMED:
            return f"(?!{_LONG_NAMED}){self._content}"
        return self._content if name in self._prose else f"(?!{_PROSE}){self._content}"

    def _field(
        self, field: str, prefix: str = _PREFIX, children: list[_Element] | None = None
    ) -> str:
        name, mark, rest = _parts(field)
        tag, closing = f"{prefix}{name}", rf"</{prefix}{name}\s*+>"
        if mark == "@":
            pattern = rf"<{tag}{_attribute(rest)}(?:/>|>{closing})"
        elif mark == "(":
            fields = rest.split()
            inner = None if children is None else self._ordered(fields, children)
            inner = self._sequence(fields) if inner is None else inner
            pattern = rf"<{tag}{_ATTRIBUTES}>{inner}\s*+{closing}"
        else:
            pattern = rf"<{tag}{_ATTRIBUTES}(?:/>|>({self._guarded(name)}){closing})"
        return rf"\s*+{pattern}" if mark == "!" else rf"(?:\s*+{pattern})?+"


class _Element(NamedTuple):
    """An element's prefix (`wp:`), local name, and the elements within it."""

    prefix: str
    name: str
    children: list[_Element]


def _elements(record: bytes) -> list[_Element]:
    """The elements of a record that is known to be well-formed."""
    around: list[_Element] = [_Element("", "", [])]
    for slash, prefix, name, single in _ANY_TAG.findall(_SECTION.sub(b"", record).decode()):
        if slash:
            around = around[:-1] or around
            continue
        element = _Element(prefix, name, [])
        around[-1].children.append(element)
        if not single:
            around.append(element)
    return around[0].children


def _parts(field: str) -> tuple[str, str, str]:
    """`author(name username)` as `author`, `(` and `name username`."""
    name, mark, rest = re.fullmatch(r"([\w-]+)([!@(]?)(.*?)\)?", field).groups()  # type: ignore[union-attr]
    return name, mark, rest


def _name(field: str) -> str:
    return _parts(field)[0]


def _absent(field: str) -> str:
    """Groups that match nothing, in place of a field's."""
    _, mark, rest = _parts(field)
    return "(?:((?!)))?+" * (len(rest.split()) if mark == "(" else 1)


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


def values(raw: Sequence[bytes | None]) -> list[str]:
    """`value` of each field of a column, most of them at once. No field holds a NUL.

    >>> values([b"1", None, b" 2"]), values([b"<![CDATA[ a]]>", b"<![CDATA[]]>"])
    (['1', '', '2'], ['a', ''])
    """
    joined = b"\0".join([field or b"" for field in raw])
    between = b"\0"
    if b"<" in joined or b"&" in joined:
        if not (joined.startswith(_OPEN.encode()) and joined.endswith(_CLOSE.encode())):
            return [value(field) for field in raw]
        joined, between = joined[len(_OPEN) : -len(_CLOSE)], _BETWEEN
    if joined.isascii():
        texts = joined.decode().split(between.decode())
    else:  # piece by piece: one wide character would make all of a whole text wide
        texts = [field.decode() for field in joined.split(between)]
    if len(texts) != len(raw):  # not every one is a section and nothing else
        return [value(field) for field in raw]
    return [field.strip() for field in texts]
