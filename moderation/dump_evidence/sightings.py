"""What can be met again in a dump: link domains, telephone numbers and pieces of text.

Everything is a 64-bit hash beside the row in which it stands. A comment costs about a microsecond:
whole buffers are looked over at once, and only rows that hold a link or many figures are read one
by one.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from moderation.dump_evidence.hosts import owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moderation.campaigns.kernel import Text

PIECE = 32  # bytes: some six words
ONE_IN = 3  # spaces behind which a piece begins
MOST_BYTES = 4096  # of a text that is looked at
LEAST_DIGITS, MOST_DIGITS = 9, 15  # of a telephone number; E.164 allows 15
NEAR_DIGITS = 4  # bytes from one figure of a number to the next, at most: "555) 01"
MOST_OF_A_ROW = 8  # links, and numbers, of one comment that are looked at

_LINK = re.compile(
    rb"(?i)(?:https?://(?:www\.)?|\bwww\.)([a-z0-9][a-z0-9.-]{2,80})(/[^\s\"'<>)\]]*)?"
)
_PHONE = re.compile(rb"(?<![\w/=.:@#-])\+?\(?\d(?:[ ().+-]{0,3}\d){8,14}(?![\w/=@])")
_DATE = re.compile(rb"\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d+\.\d+\.\d+\.\d+|^\d{13}$")


class Sightings(NamedTuple):
    """What stands in some comments: rows (int64), and beside each a hash (uint64 or uint32)."""

    row: np.ndarray
    key: np.ndarray

    @classmethod
    def of(cls, found: Iterable[tuple[int, str]]) -> Sightings:
        """Named things by row, each name once in a row."""
        pairs = list(dict.fromkeys(found))
        row = np.array([one for one, _ in pairs], np.int64)
        return cls(row, np.array([name_hash(name) for _, name in pairs], np.uint64))

    @classmethod
    def joined(cls, parts: list[Sightings]) -> Sightings:
        """Those of several runs of rows, one after the other."""
        if not parts:
            return cls(np.zeros(0, np.int64), np.zeros(0, np.uint64))
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def name_hash(name: str) -> int:
    """64 bits that are the same on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest())


KINDS = ("link", "phone", "text")


def sightings(text: Text) -> dict[str, Sightings]:
    """What stands in each text, by kind: link domains, telephone numbers, pieces of the text."""
    first, last = text.offsets[0], text.offsets[-1]  # the buffer may hold other rows
    text = type(text)(text.data[first:last], text.offsets - first)
    points = np.flatnonzero(text.data == ord("."))
    return {
        "link": domains(text, points),
        "phone": phones(text),
        "text": pieces(text),
    }


def domains(text: Text, points: np.ndarray) -> Sightings:
    """The domains that links of each text belong to, without those that everybody links to.

    points: where the buffer has a full stop.
    """
    data = text.data
    colons = np.flatnonzero(data[:-2] == ord(":")) if len(data) > 2 else np.zeros(0, np.int64)
    colons = colons[(data[colons + 1] == ord("/")) & (data[colons + 2] == ord("/"))]
    bare = points[points > 2]
    for back in (1, 2, 3):
        bare = bare[(data[bare - back] | 0x20) == ord("w")]
    return _read(text, np.concatenate([colons, bare]), _domains_of)


def _domains_of(text: bytes) -> Iterable[str]:
    for number, found in enumerate(_LINK.finditer(text)):
        if number == MOST_OF_A_ROW:
            return
        host, path = found[1], found[2] or b""
        name = owner(host.decode("ascii").lower(), path.decode("utf-8", "replace"))
        if name:
            yield name


def site_of(url: str) -> str:
    """The domain that an address belongs to, "" for none.

    >>> site_of("https://blog.example.org/2024/05/post")
    'example.org'
    """
    return next(iter(_domains_of(url.encode("utf-8", "replace"))), "")


def phones(text: Text) -> Sightings:
    """The telephone numbers of each text, by their last nine figures."""
    figures = np.flatnonzero((text.data - np.uint8(ord("0"))) < 10)
    far = figures[LEAST_DIGITS - 1 :] - figures[: max(len(figures) - LEAST_DIGITS + 1, 0)]
    return _read(text, figures[: len(far)][far < LEAST_DIGITS * NEAR_DIGITS // 2], _phones_of)


def _phones_of(text: bytes) -> Iterable[str]:
    for number, found in enumerate(_PHONE.finditer(text)):
        if number == MOST_OF_A_ROW:
            return
        digits = bytes(one for one in found[0] if 48 <= one <= 57)
        if len(digits) <= MOST_DIGITS and not _DATE.search(found[0]) and len(set(digits)) > 2:
            yield digits[-LEAST_DIGITS:].decode()


def _read(text: Text, places: np.ndarray, of: Callable[[bytes], Iterable[str]]) -> Sightings:
    """What `of` finds in the texts that have something at one of the places."""
    rows = np.unique(np.searchsorted(text.offsets, places, "right") - 1)
    rows = rows[(rows >= 0) & (rows < len(text.offsets) - 1)]
    found = []
    for row in rows.tolist():
        first, last = text.offsets[row], text.offsets[row + 1]
        whole = text.data[first : min(last, first + MOST_BYTES)].tobytes()
        found += [(row, name) for name in of(whole)]
    return Sightings.of(found)


def pieces(text: Text) -> Sightings:
    """PIECE bytes from behind some spaces of each text.

    What follows a space says whether a piece begins there, so that two texts which have some words
    in common are cut in the same places, whatever stands before them. 32 bits are enough: a piece
    only proposes texts, which are then compared.
    """
    data, offsets = text.data, text.offsets
    stop = len(data) - PIECE
    if stop <= 0:
        return Sightings(np.zeros(0, np.int64), np.zeros(0, np.uint32))
    place = np.flatnonzero(data[:stop] == ord(" ")) + 1
    words = np.ndarray((len(data) - 7,), np.dtype("<u8"), data, strides=(1,))
    key = words[place] * np.uint64(0x9E3779B97F4A7C15)
    begins = np.flatnonzero(key < np.uint64((1 << 64) // ONE_IN))
    place, key = place[begins], key[begins]
    row = np.repeat(np.arange(len(offsets) - 1), np.diff(np.searchsorted(place, offsets)))
    inside = (place > offsets[row]) & (place + PIECE <= offsets[row + 1])
    inside &= place < offsets[row] + MOST_BYTES
    row, place, key = row[inside], place[inside], key[inside]
    for step in range(8, PIECE, 8):
        key ^= key >> np.uint64(29)
        key = (key ^ words[place + step]) * np.uint64(0x9E3779B97F4A7C15)
    return Sightings(row, (key >> np.uint64(32)).astype(np.uint32))
