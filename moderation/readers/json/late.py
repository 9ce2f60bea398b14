"""What a JSON file says only behind its first part: keys, and lists of objects, not met before.

A file's shape is told by its beginning. So its bytes are passed over once for names of keys that
the beginning has not, or has with nothing but plain or empty values; only where there are any, the
file is parsed to see which objects they stand in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from moderation.readers.json.lenient import loads
from moderation.readers.json.parts import parts
from moderation.readers.json.shape import NESTED
from moderation.readers.json.text import FIRST_BYTES, FIRST_VALUES, first_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.readers.source import Source

BLOCK = 1 << 22
OVERLAP = 1 << 10  # bytes between a key's quote and its value, at most
MOST = 500  # objects that bring something new; a file with more has names for keys that are values
_QUOTE, _BACKSLASH, _COLON = 34, 92, 58
_BLANK = np.isin(np.arange(256), list(b" \t\r\n"))
_LONGEST = 512  # bytes of a key that is looked for
_NAME = re.compile(rb'"(\w[^"\\]{0,%d})"\Z' % _LONGEST)
_WORD = 8  # bytes of a key that are compared at once, of two such words at its end
_MASKS = np.array(
    [(2**64 - 1) << 8 * (_WORD - n) & (2**64 - 1) for n in range(_WORD + 1)], np.uint64
)
_MIX, _OTHER_MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


class Late(NamedTuple):
    """An object that brings a key or a filled list; top: whether it is a row of the file."""

    record: dict[str, Any]
    top: bool


def late(source: Source) -> list[Late]:
    """The objects behind the first values with a key, or something in it, that none before had."""
    if "late" not in source.memo:
        source.memo["late"] = list(_late(source)) if may_be_longer(source) else []
    late_objects: list[Late] = source.memo["late"]
    return late_objects


def may_be_longer(source: Source) -> bool:
    """Whether the file goes on behind what `first_values` has seen."""
    return (
        bool(source.compression)
        or source.size > FIRST_BYTES
        or len(first_values(source)) >= FIRST_VALUES
    )


def _late(source: Source) -> Iterator[Late]:
    known = set(_traits(first_values(source)))
    if not _surprises(source, known):
        return
    count = 0
    with source.utf8() as stream:
        for value in parts(stream):
            try:
                root = loads(value.raw)
            except ValueError:
                continue
            for record, top in _objects(root):
                new = set(_own_traits(record)) - known
                if new:
                    known |= new
                    count += 1
                    yield Late(record, top)
            if count >= MOST:
                return


def _objects(root: Any) -> Iterator[tuple[dict[str, Any], bool]]:
    """All objects of a value, and whether they are it or stand in it directly, as rows do."""
    stack = [(root, True)]
    while stack:
        node, top = stack.pop()
        if isinstance(node, dict):
            yield node, top
            stack += [(child, False) for child in node.values() if isinstance(child, NESTED)]
        elif isinstance(node, list):
            stack += [(child, top) for child in reversed(node) if isinstance(child, NESTED)]


def _traits(roots: Iterable[Any]) -> Iterator[tuple[str, bool]]:
    for root in roots:
        for record, _ in _objects(root):
            yield from _own_traits(record)


def _own_traits(record: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Each key, and each key under which objects stand."""
    for key, value in record.items():
        yield key, False
        inner = [value] if isinstance(value, dict) and value else value
        if isinstance(inner, list) and any(isinstance(element, NESTED) for element in inner):
            yield key, True


def _surprises(source: Source, known: set[tuple[str, bool]]) -> bool:
    """Whether the bytes hold a key, or a key with objects under it, that is not among these."""
    plain = _codes_of(key for key, filled in known if not filled)
    filled = _codes_of(key for key, filled in known if filled)
    overlap = b""
    with source.utf8() as stream:
        while block := stream.read(BLOCK):
            raw = np.frombuffer(overlap + block + b" " * _WORD, np.uint8)
            keys, objects = _keys_in(raw)
            for names, candidates in ((plain, keys), (filled, objects)):
                for end in _unknown(raw, candidates, names):
                    if _NAME.search(raw[max(0, end - _LONGEST - 8) : end + 1].tobytes()):
                        return True
            overlap = (overlap + block)[-OVERLAP:]
    return False


class _Keys(NamedTuple):
    """Where the names of keys begin, and the quotes behind them."""

    begins: np.ndarray
    ends: np.ndarray


def _keys_in(raw: np.ndarray) -> tuple[_Keys, _Keys]:
    """All keys, and those whose value begins an object or a list.

    Of a list only where an object or a list stands in it first.
    """
    quotes = np.flatnonzero(raw[: -2 * _WORD] == _QUOTE)
    quotes = quotes[(quotes >= 1) & (raw[quotes - 1] != _BACKSLASH)]
    begins, ends = np.append(0, quotes[:-1] + 1), quotes
    far = ends >= 2 * _WORD
    begins, ends = begins[far], ends[far]
    after = _past_blanks(raw, ends + 1)
    is_key = raw[after] == _COLON
    begins, ends, after = begins[is_key], ends[is_key], _past_blanks(raw, after[is_key] + 1)
    begun = raw[after]
    opens = (begun == ord("{")) | (begun == ord("["))
    inside = _past_blanks(raw, after[opens] + 1)
    first = raw[inside]
    is_list = begun[opens] == ord("[")
    some = np.where(is_list, (first == ord("{")) | (first == ord("[")), first == _QUOTE)
    return _Keys(begins, ends), _Keys(begins[opens][some], ends[opens][some])


def _past_blanks(raw: np.ndarray, places: np.ndarray) -> np.ndarray:
    places = np.minimum(places, len(raw) - 1)
    blank = np.flatnonzero(_BLANK[raw[places]])
    for _ in range(OVERLAP):
        if not len(blank):
            break
        places[blank] = np.minimum(places[blank] + 1, len(raw) - 1)
        blank = blank[_BLANK[raw[places[blank]]] & (places[blank] < len(raw) - 1)]
    return places


def _codes(raw: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """A number for each stretch of bytes: of its length and of what it ends with.

    raw: has two words and more before each end.
    """
    words = np.lib.stride_tricks.as_strided(
        raw[:_WORD].view(np.uint64), (len(raw) - _WORD + 1,), (1,), writeable=False
    )
    length = ends - begins
    last = words[ends - _WORD] & _MASKS[np.clip(length, 0, _WORD)]
    before = words[ends - 2 * _WORD] & _MASKS[np.clip(length - _WORD, 0, _WORD)]
    mixed: np.ndarray = (last * _MIX) ^ (before + length.astype(np.uint64)) * _OTHER_MIX
    return mixed


def _codes_of(keys: Iterable[str]) -> np.ndarray:
    """The numbers of keys that are known."""
    written = [key.encode("utf-8", "replace") for key in keys]
    lengths = np.array([len(key) for key in written], np.int64)
    padded = b"".join(key.rjust(2 * _WORD, b"\0") for key in written)
    begins = np.cumsum(np.maximum(lengths, 2 * _WORD)) - lengths
    raw = np.frombuffer(padded + bytes(_WORD), np.uint8)
    return _codes(raw, begins, begins + lengths)


def _unknown(raw: np.ndarray, keys: _Keys, known: np.ndarray) -> list[int]:
    """The ends of those of the keys that are not known, one for each name."""
    codes, places = np.unique(_codes(raw, keys.begins, keys.ends), return_index=True)
    unknown = places[np.isin(codes, known, invert=True)]
    ends: list[int] = keys.ends[unknown].tolist()
    return ends
