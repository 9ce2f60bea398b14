"""A second look at a JSON file that has been read: words under keys that never hold any.

Damage can leave valid JSON in which the words of a comment stand in a key, or where all other
objects have a number, a name or a date. What a key usually holds shows in the file itself.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.encodings import decode
from moderation.readers.json.damage.words import is_text
from moderation.readers.markup import plain_if_marked
from moderation.readers.page_words import PageWords
from moderation.readers.records import SNIPPET
from moderation.readers.streams import read_fully
from moderation.readers.synonyms import is_value
from moderation.readers.values import when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

LARGEST = 1 << 20  # bytes of a file that is looked at again
_STRING = re.compile(  # what does not open behind a sign is the end of one whose beginning is lost
    rb'(?<=[\[{,:\s])"((?:[^"\\]++|\\.)*+)"(?:(\s*+:)|(?=\s*+[,}\]]))', re.DOTALL
)
_BLANKS = re.compile(rb"\S\s+\S")
_LAST_KEY = re.compile(r"[^.|<]+(?=\||\Z)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_BYTES = re.compile(r"\bbytes (\d+) to (\d+)")
_OF_RECORDS = ("author", "text", "url")
_OF_THREADS = ("title", "article")
_HABIT = 3  # values without a blank that show what a key holds
_FEW = 2  # keys of words, or values: more are what the file is like


class _Odd(NamedTuple):
    """A string with blanks: a key, or the value of one."""

    key: bytes
    raw: bytes
    start: int


class SecondLook:
    """What came out of a file, to see what a small one holds beside it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._small = (source.local is None or source.size <= LARGEST) and not source.binary
        self._texts: list[str] = []
        self._damaged = False
        self._told: list[tuple[int, int]] = []

    def remember(self, batch: Batch) -> None:
        """This came out of the file next."""
        if not self._small:
            return
        for table, names in ((batch.records, _OF_RECORDS), (batch.threads, _OF_THREADS)):
            for name in names:
                self._texts += table[name].drop_null().to_pylist()
        for reject in batch.rejects:
            self._damaged = True
            self._told += [(int(a), int(b)) for a, b in _BYTES.findall(reject.place)]
        self._small = len(self._texts) <= LARGEST

    def unread(self, texts: str = "") -> Iterator[Reject]:
        """Rejects for words of the file that are in nothing that came out.

        texts: the paths of comments' texts, where no comment came out.
        """
        raw = self._raw() if self._small else b""
        keys = frozenset(_LAST_KEY.findall(texts))
        odd = _odd(raw, self._damaged, keys)
        known = PageWords(self._texts if odd else [])
        for key, string, start in odd:
            words = plain_if_marked(_text(string))
            end = start + len(string)
            if known.has(words) or any(a <= start and end <= b for a, b in self._told):
                continue
            line = raw.count(b"\n", 0, start) + 1
            place = f"line {line}, bytes {start} to {end}"
            what = "words where other objects have none"
            what = "a text that no comment has" if _text(key) in keys else what
            why = f"{what}, under {_text(key)[:SNIPPET]!r}"
            yield Reject(self._source.name, place, why, words[:SNIPPET])

    def _raw(self) -> bytes:
        """The file, empty where it is large."""
        with self._source.utf8() as stream:
            raw = read_fully(stream, LARGEST + 1)
        return raw if len(raw) <= LARGEST else b""


def _odd(raw: bytes, damaged: bool, texts: frozenset[str] = frozenset()) -> list[_Odd]:
    """The strings of words that stand where the file has none but these.

    damaged: whether something of the file could not be read; then a key that comes but once may
    be what damage has made. texts: keys of texts of which none came out.
    """
    keys: list[_Odd] = []
    under: dict[bytes, list[_Odd]] = {}
    bare: Counter[bytes] = Counter()
    names: Counter[bytes] = Counter()
    key = b""
    for match in _STRING.finditer(raw):
        string = match[1]
        blank = b" " in string and _BLANKS.search(string) is not None
        if match[2]:
            key = string
            names[key] += 1
            asks = string.rstrip().endswith((b"?", b":", b")"))
            if blank and string.count(b" ") > 1 and not asks:
                keys.append(_Odd(key, string, match.start(1)))
        elif blank:
            under.setdefault(key, []).append(_Odd(key, string, match.start(1)))
        elif string:
            bare[key] += 1
    strange = [
        one for one in keys if names[one.key] == 1 and len(_WORD.findall(_text(one.raw))) > 1
    ]
    found = strange if len(strange) <= _FEW else []
    for name, those in under.items():
        if _text(name) in texts:
            found += those
            continue
        least = 1 if is_value(_text(name)) else max(_HABIT, 3 * len(those))
        single = damaged and names[name] == 1
        if (bare[name] >= least or single) and len(those) <= _FEW:
            found += [one for one in those if _has_words(name, one.raw)]
    return sorted(found, key=lambda one: one.start)


def _has_words(name: bytes, string: bytes) -> bool:
    """Whether a value is a text; where dates and numbers belong, a few words are enough."""
    text = _text(string)
    if is_text(text):
        return True
    few = is_value(_text(name)) and len(_WORD.findall(text)) > _FEW
    return few and when(text) is None


def _text(string: bytes) -> str:
    """What a string of JSON says."""
    try:
        text: str = json.loads(f'"{decode(string)[0]}"', strict=False)
    except ValueError:
        return decode(string)[0]
    return text
