"""Replace personal data by placeholders: `<EMAIL_ADDRESS:3f9a…>`, the same for the same address.

The part after the colon is a keyed digest (HMAC-SHA256 of kind and value): who has the key can tell
whose it was by trying, who has not cannot. A placeholder that somebody typed loses its `<`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from moderation.errors import InputError
from moderation.masking.patterns import KINDS, PERSON, Match, matches
from moderation.tables import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

DIGITS = 12  # of a digest: among a million people, two share one in one of 500 dumps
KEY_BYTES = 32
_TYPED = re.compile(rf"<(?=(?:{'|'.join(KINDS)}):[0-9a-f]{{{DIGITS}}}>)")
_WORD = re.compile(r"\w+")
_SHORTEST_NAME = 3
_NOBODIES = """
admin administrator all and anon anonymous any author but can comment deleted editor for from
gast guest has have her here him his how invité its moderator not now one our out owner people
reader she some staff system test that the their them then there these they this unknown user
visitor was webmaster well were what when where who why will with yes you your
"""
_NOBODY = frozenset(_NOBODIES.split())
"""Names that are nobody's; as a mention they are masked all the same."""

_MOST_WORDS = 4  # of a name that is looked for


class Masked(NamedTuple):
    """A masked text. edits: start and end in the old text, end in the new; in order."""

    text: str
    edits: list[tuple[int, int, int]]

    def moved(self, place: int) -> int:
        """Where a place of the old text is in the new; within a placeholder: its end."""
        shift = 0
        for start, end, new_end in self.edits:
            if place <= start:
                break
            if place < end:
                return new_end
            shift = new_end - end
        return place + shift


class Masker:
    """Masks texts under one key, and the names of a dump's authors where they stand in them."""

    def __init__(self, key: bytes, authors: Iterable[str | None] = ()) -> None:
        self._key = key
        self._names: dict[tuple[str, ...], str] = {}
        self._first: set[str] = set()
        self._own: dict[str, str] = {}
        for author in {name for name in authors if name}:
            words = tuple(_WORD.findall(author))
            if 0 < len(words) <= _MOST_WORDS and _tells(words):
                self._names[words] = author
                self._first.add(words[0])

    def author(self, name: str | None) -> str | None:
        """The pseudonym of an author, which mentions and names in texts get too."""
        if not name:
            return name
        if name not in self._own:
            self._own[name] = self._placeholder(PERSON, name)
        return self._own[name]

    def text(self, text: str) -> str:
        """The text with placeholders for what is personal."""
        return self.masked(text).text

    def masked(self, text: str) -> Masked:
        """The same, and where what moved to."""
        found = matches(text)
        if self._names:
            found = self._with_names(text, found)
        pieces, edits, last, length = [], [], 0, 0
        for start, end, new in self._replacements(text, found):
            pieces += [text[last:start], new]
            length += start - last + len(new)
            edits.append((start, end, length))
            last = end
        return Masked("".join([*pieces, text[last:]]), edits)

    def _replacements(self, text: str, found: Sequence[Match]) -> list[tuple[int, int, str]]:
        typed = [(one.start(), one.end(), "\u2039") for one in _TYPED.finditer(text)]
        made = [(one.start, one.end, self._placeholder(one.kind, one.value)) for one in found]
        return sorted(typed + made)

    def _with_names(self, text: str, found: list[Match]) -> list[Match]:
        """With the names of authors, the longest first, where nothing else was found."""
        words = list(_WORD.finditer(text))
        at = past = 0
        names: list[Match] = []
        for k, word in enumerate(words):
            if word.start() < past or word[0] not in self._first:
                continue
            for length in range(min(_MOST_WORDS, len(words) - k), 0, -1):
                name = self._names.get(tuple(one[0] for one in words[k : k + length]))
                start, end = word.start(), words[k + length - 1].end()
                if name is None or len(text[start:end]) > len(name) + 2:
                    continue
                while at < len(found) and found[at].end <= start:
                    at += 1
                if at == len(found) or end <= found[at].start:
                    names.append(Match(start, end, PERSON, name))
                    past = end
                break
        return sorted(found + names)

    def _placeholder(self, kind: str, value: str) -> str:
        normal = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
        digest = hmac.new(self._key, f"{kind}\0{normal}".encode(), hashlib.sha256).hexdigest()
        return f"<{kind}:{digest[:DIGITS]}>"


def _tells(words: tuple[str, ...]) -> bool:
    """Whether a name in a text is likely its author, and not a word or a number."""
    if len(words) > 1:
        return len("".join(words)) >= _SHORTEST_NAME
    word = words[0]
    if len(word) < _SHORTEST_NAME or word.isdigit() or word.casefold() in _NOBODY:
        return False
    return not word.islower() or any(sign.isdigit() or sign == "_" for sign in word)


def read_key(path: Path) -> bytes:
    """The key in a file, made at its first use and readable by its owner alone.

    Raises InputError for a file that holds no key, OutputError where none can be written.
    """
    if not path.exists():
        with replacing(path, private=True) as temporary:
            temporary.write_text(secrets.token_hex(KEY_BYTES) + "\n", encoding="ascii")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: holds no key for masking: {error}") from error
    if len(key) < KEY_BYTES:
        raise InputError(f"{path}: holds no key for masking: shorter than {KEY_BYTES} bytes")
    return key
