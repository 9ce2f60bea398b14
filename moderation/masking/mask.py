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

from moderation.errors import InputError, OutputError
from moderation.masking.patterns import KINDS, PERSON, Match, matches, with_more
from moderation.tables import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

DIGITS = 12  # of a digest: among a million people, two share one in one of 500 dumps
KEY_BYTES = 32
_TYPED = re.compile(rf"<(?=(?:{'|'.join(KINDS)}):[0-9a-f]{{{DIGITS}}}>)")
_MARKS = (  # that belong to the letter before them, and the blocks of scripts that have many
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0e00-\u0e4e\u0e50-\u0ece"
    "\u0f18-\u0fbc\u102b-\u109d\u17b4-\u17d3\u200c\u200d"
)
_WORD = re.compile(rf"(?!_)[\w{_MARKS}]+(?<!_)")  # around it, _ is Markdown
_UNSPACED = re.compile("[\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
"""Han and Hangul: a name is followed by the next word, or by a particle, without a space."""

_BETWEEN = re.compile(r"[\s>]+")  # words of a name: also a new line that is quoted
_WIDEST = 40  # characters more than the name has, for indented lines
_SHORTEST_NAME = 3
_NOBODIES = """
admin administrator all and anon anonymous any author but can comment deleted editor for from
gast guest has have her here him his how invité its moderator not now one our out owner people
reader she some staff system test that the their them then there these they this unknown user
visitor was webmaster well were what when where who why will with yes you your
名無しさん 匿名用户 匿名希望 匿名さん 익명 익명의 방문자 손님
"""
_NOBODY = frozenset(_NOBODIES.split())
"""Names that are nobody's; as a mention they are masked all the same."""

_MOST_WORDS = 8  # of a name that is looked for


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
        self._own: dict[str, str] = {}
        told = {}
        for author in sorted({name for name in authors if name}):
            words = _words(author)
            if 0 < len(words) <= _MOST_WORDS and _tells(words):
                told[words] = author
        for words, author in told.items():
            for spelling in _spellings(words):
                self._names.setdefault(spelling, author)
        self._names |= told  # as somebody is called comes before how another is spelt
        self._first = {words[0] for words in self._names}
        self._unspaced: dict[str, list[str]] = {}
        for words in told:
            if len(words) == 1 and _UNSPACED.fullmatch(words[0]):
                self._unspaced.setdefault(words[0][0], []).append(words[0])
        for names in self._unspaced.values():
            names.sort(key=len, reverse=True)

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
            found = _merge(found, self._named(text))
        if self._unspaced:
            found = _merge(found, list(self._within(text)))
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

    def _named(self, text: str) -> list[Match]:
        """The names of authors, the longest first."""
        words = list(_WORD.finditer(text))
        past = 0
        names: list[Match] = []
        for k, word in enumerate(words):
            if word.start() < past or _composed(word[0]) not in self._first:
                continue
            for length in range(min(_MOST_WORDS, len(words) - k), 0, -1):
                spelling = tuple(_composed(one[0]) for one in words[k : k + length])
                name = self._names.get(spelling)
                start, end = word.start(), words[k + length - 1].end()
                if name is None or not _as_close(text, start, end, name):
                    continue
                names.append(Match(start, end, PERSON, name))
                past = end
                break
        return names

    def _within(self, text: str) -> Iterator[Match]:
        """Names in scripts that put no space behind them."""
        for run in _UNSPACED.finditer(text):
            at = run.start()
            while at < run.end():
                names = self._unspaced.get(text[at], ())
                name = next((name for name in names if text.startswith(name, at, run.end())), "")
                if name:
                    yield Match(at, at + len(name), PERSON, name)
                at += len(name) or 1

    def _placeholder(self, kind: str, value: str) -> str:
        normal = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
        digest = hmac.new(self._key, f"{kind}\0{normal}".encode(), hashlib.sha256).hexdigest()
        return f"<{kind}:{digest[:DIGITS]}>"


def _merge(found: list[Match], names: list[Match]) -> list[Match]:
    """Both, in order. What was found stays, but a mention with which a longer name begins."""
    begun = iter([one for one in found if one.kind == PERSON])
    mention = next(begun, None)
    wider: list[Match] = []
    swallowed = set()
    for name in names:
        while mention is not None and mention.end <= name.start:
            mention = next(begun, None)
        if mention is not None and mention.start < name.start and mention.end < name.end:
            swallowed.add(mention)
            name = name._replace(start=mention.start)
        wider.append(name)
    return with_more([one for one in found if one not in swallowed], wider)


def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(_composed(name)))


def _composed(word: str) -> str:
    """With é as one sign, as most write it."""
    return word if word.isascii() else unicodedata.normalize("NFC", word)


def _spellings(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """How else a name is written: in capitals; one in small letters also with first capitals."""
    yield tuple(word.upper() for word in words)
    if len(words) > 1 and (" ".join(words).islower() or " ".join(words).isupper()):
        yield tuple(word.capitalize() for word in words)


def _as_close(text: str, start: int, end: int, name: str) -> bool:
    """Whether the words of a name stand together, if need be on two lines."""
    if end - start > len(name) + _WIDEST:
        return False
    bare = _BETWEEN.sub("", _composed(text[start:end]))
    return len(bare) <= len(_BETWEEN.sub("", _composed(name))) + 2


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
        _make_key(path)
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: holds no key for masking: {error}") from error
    if len(key) < KEY_BYTES:
        raise InputError(f"{path}: holds no key for masking: shorter than {KEY_BYTES} bytes")
    return key


def _make_key(path: Path) -> None:
    """Write a new key, unless somebody else was faster: theirs is in use already then."""
    own = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with replacing(own, private=True) as temporary:
        temporary.write_text(secrets.token_hex(KEY_BYTES) + "\n", encoding="ascii")
    try:
        path.hardlink_to(own)
    except FileExistsError:
        pass
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        own.unlink(missing_ok=True)
