"""List what may recur in a dump: link domains, telephone numbers and pieces of text.

Everything is a hash and the row in which it occurs. One compiled loop (`compiled/sightings.c`)
reads all texts; only those that may hold a link or a number are read again, one by one.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from moderation.compiled import I8, U1, W_I4, W_U1, W_U4, Loop
from moderation.dump_evidence.hosts import owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moderation.campaigns.kernel import Text

PIECE = 32  # bytes: some six words
MOST_BYTES = 4096  # of a text that are read
LEAST_DIGITS, MOST_DIGITS = 9, 15  # of a telephone number; E.164 allows 15
MOST_OF_A_ROW = 8  # links, and numbers, of a comment that count
LINK, PHONE = 1, 2  # marks of a text that may hold one

_look_over = Loop("look_over", U1, I8, W_U1, W_I4, W_U4)

_LINK = re.compile(
    rb"(?i)(?:https?://(?:www\.)?|\bwww\.)([a-z0-9][a-z0-9.-]{2,80})(/[^\s\"'<>)\]]*)?"
)
_PHONE = re.compile(rb"(?<![\w/=.:@#-])\+?\(?\d(?:[ ().+-]{0,3}\d){8,14}(?![\w/=@])")
_DATE = re.compile(rb"\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d+\.\d+\.\d+\.\d+|^\d{13}$")


class Sightings(NamedTuple):
    """Hashes of what occurs in some comments, and their rows; key: uint64, uint32 for pieces."""

    row: np.ndarray
    key: np.ndarray

    @classmethod
    def of(cls, names: Iterable[tuple[int, str]]) -> Sightings:
        """From pairs of row and name; a name counts once in a row."""
        pairs = list(dict.fromkeys(names))
        row = np.array([row for row, _ in pairs], np.int64)
        return cls(row, np.array([name_hash(name) for _, name in pairs], np.uint64))

    @classmethod
    def joined(cls, parts: list[Sightings]) -> Sightings:
        """The sightings of several ranges of rows together."""
        if not parts:
            return cls(np.zeros(0, np.int64), np.zeros(0, np.uint64))
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def name_hash(name: str) -> int:
    """64 bits that are the same on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest())


KINDS = ("link", "phone", "text")


def sightings(text: Text) -> dict[str, Sightings]:
    """The link domains, telephone numbers and pieces of each text, by kind.

    A piece is PIECE bytes after about one space in three. Whether a piece begins at a space depends
    on what follows it, so that texts with words in common are cut in the same places, whatever
    comes before. 32 bits are enough: a piece only proposes texts, which are then compared.
    """
    offsets = text.offsets
    room = int(offsets[-1] - offsets[0])  # most of it is never touched
    marks = np.zeros(len(offsets) - 1, np.uint8)
    row, key = np.empty(room, np.int32), np.empty(room, np.uint32)
    found = _look_over(text.data, offsets, marks, row, key)
    return {
        "link": _read(text, np.flatnonzero(marks & LINK), _domains_of),
        "phone": _read(text, np.flatnonzero(marks & PHONE), _phones_of),
        "text": Sightings(row[:found].copy(), key[:found].copy()),
    }


def _domains_of(text: bytes) -> Iterable[str]:
    for number, match in enumerate(_LINK.finditer(text)):
        if number == MOST_OF_A_ROW:
            return
        host, path = match[1], match[2] or b""
        name = owner(host.decode("ascii").lower(), path.decode("utf-8", "replace"))
        if name:
            yield name


def site_of(url: str) -> str:
    """The domain that an address belongs to, "" for none.

    >>> site_of("https://blog.example.org/2024/05/post")
    'example.org'
    """
    return next(iter(_domains_of(url.encode("utf-8", "replace"))), "")


def _phones_of(text: bytes) -> Iterable[str]:
    for number, match in enumerate(_PHONE.finditer(text)):
        if number == MOST_OF_A_ROW:
            return
        digits = bytes(byte for byte in match[0] if 48 <= byte <= 57)
        if len(digits) <= MOST_DIGITS and not _DATE.search(match[0]) and len(set(digits)) > 2:
            yield digits[-LEAST_DIGITS:].decode()


def _read(text: Text, rows: np.ndarray, of: Callable[[bytes], Iterable[str]]) -> Sightings:
    """What `of` finds in the texts of `rows`."""
    pairs = []
    for row in rows.tolist():
        first, last = text.offsets[row], text.offsets[row + 1]
        whole = text.data[first : min(last, first + MOST_BYTES)].tobytes()
        pairs += [(row, name) for name in of(whole)]
    return Sightings.of(pairs)
