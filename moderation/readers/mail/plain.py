"""Mails of one part with plain text and well-formed heads, as most of a mailbox are.

What the standard library's parser makes of such a mail is told here without it, in a tenth of the
time; every other mail is its own.
"""

from __future__ import annotations

import re
from quopri import decodestring
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADS = re.compile(r"(?:[!-9;-~]+:[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z))+")
_HEAD = re.compile(r"([!-9;-~]+):[ \t]*([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)")
_PLAIN = re.compile(
    r"text/plain(?:; *(?:charset=(?:\"([\w.:-]+)\"|([\w.:-]+))|(?:format|delsp)=\w+))*",
    re.IGNORECASE,
)
_AS_IT_IS = frozenset(["7bit", "8bit", "binary", ""])


class PlainMail:
    """Such a mail: its heads by name, and the bytes of its text."""

    __slots__ = ("_first", "_items", "charset", "raw")
    defects: Sequence[Exception] = ()

    def __init__(self, items: list[tuple[str, str]], charset: str, raw: bytes) -> None:
        self._items, self.charset, self.raw = items, charset, raw
        self._first: dict[str, str] = {}
        for name, value in items:
            self._first.setdefault(name.lower(), value)

    def __getitem__(self, name: str) -> str | None:
        """The first head of that name, which is given in small letters."""
        return self._first.get(name)

    def items(self) -> list[tuple[str, str]]:
        """All heads."""
        return self._items


def plain_mail(raw: bytes) -> PlainMail | None:
    """The mail if it is of this sort."""
    head, blank, text = raw.partition(b"\n\n")
    if not blank or not head.isascii() or b"\r" in head or b"\0" in head:
        return None
    heads = head.decode("ascii")
    if not _HEADS.fullmatch(heads):
        return None
    mail = PlainMail(_HEAD.findall(heads), "", text)
    if mail["content-disposition"] is not None:
        return None
    coding = (mail["content-transfer-encoding"] or "").strip().lower()
    if coding == "quoted-printable":
        mail.raw = decodestring(text)
    elif coding not in _AS_IT_IS:
        return None
    kind = _PLAIN.fullmatch(" ".join((mail["content-type"] or "text/plain").split()))
    if kind is None:
        return None
    mail.charset = (kind[1] or kind[2] or "").lower()
    return mail
