"""Texts that no reader expects: made at random from a seed, as bytes that need not be UTF-8.

Nothing of the program is used here: what makes texts for one kernel makes them for the next.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

LARGEST = 1 << 20
STRETCHED = ("coool", "shiiit", "looove", "booob", "aaa", "xxx", "yess", "goood", "eeee")
LEET = ("1", "0", "3", "4", "5", "7", "8", "9", "2", "@", "$", "!", "|", "6")
SIGNS = ("$", "@", "!", "|", "*", "'", "’", ".", ",", "-", "_", "?", ":", "/", "://", "“", '"', ">")
LINKS = ("http://", "www.", ".com", ".it", "bit.ly/x", "a@b.org", "@", "<a ", "[url=", "](http")
SPACES = (" ", "  ", "   ", "\n", "\t", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u2028", "\x00")
MARKS = ("\u0301", "\u0336", "\u0306", "и\u0306", "\u20dd", "\u034f", "\u00ad", "\U000e0041")
LETTERS = ("a", "b", "s", "o", "l", "q", "A", "Z", "é", "ß", "ﬁ", "ﬃ", "İ", "ſ", "æ", "ｆ", "𝐟")
SCRIPTS = ("а", "с", "к", "я", "й", "λ", "ο", "ς", "哈", "か", "한", "ة", "א", "ก", "क", "ა", "Ꭰ")
DIGITS = ("٣", "३", "²", "½", "①", "፩", "፲", "\U00011052", "𝟗", "໙", "９", "\U0001f101")
EMOJI = ("👍", "👍🏽", "😀", "©", "™", "🏳️‍🌈", "🇩🇪", "\U0001f9ff", "\u2800", "\ue000", "\U00020000")
WORDS = ("the", "those", "dogs", "shit", "idiot", "you", "are", "vermin", "mp3", "4th", "don't")
DAMAGED = (b"\xff", b"\x80", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80")
DAMAGED += (
    b"\xed\xbf\xbf",
    b"\xc0\xaf",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\x00",
    b"\xef\xbf\xbd",
)
KINDS = (STRETCHED, LEET, SIGNS, LINKS, SPACES, MARKS, LETTERS, SCRIPTS, DIGITS, EMOJI, WORDS)

KNOWN: tuple[bytes, ...] = (
    b"",
    b"x",
    b"$",
    b"coool" * 900,
    b"1" + b"coool" * 900,
    b"1coool" * 900,
    b"1" + b"abcdefghijklm" * 300 + b"ooo",
    b"abcdefghijklm" * 300 + b"ooo1",
    b"c0oool$" * 900,
    b"a b " * 3000,
    b"a b c " * 3000 + b"d'll",
    b"t h e y 'll " * 900,
    b"s.t.u.u.u.p.i.d" * 900,
    b"a a a a b " * 900,
    b"a  b  c  " * 900,
    b"$" * 500 + b"a",
    b"@$" * 5000,
    b"ab$cd$efg$" * 900,
    b"abc$" * 5000,
    b"d." * 500,
    b"http://" * 900,
    b"a@b." * 900,
    b"<a " * 900,
    b"://" * 900,
    "ab፩".encode() * 400,
    "ab\U00011052".encode() * 400,
    "ab\U00011052".encode(),
    "é".encode() * 9000,
    "👍".encode() * 3000,
    "İ".encode() * 3000,
    "ﬃ".encode() * 3000,
    "\U00020000".encode() * 3000,
    "哈".encode() * 3000,
    "a哈".encode() * 3000,
    "и\u0306".encode() * 3000,
    b"12345 " * 900,
    b"555-123-4567 " * 300,
    b"\xf0\x9f",
    b"\xed\xa0\x80" * 300,
    b"\xff" * 900,
    b'"' * 900,
    b"> > >\n" * 300,
)
"""Texts that damaged memory, took the time of the square of their size, or come near it."""


def text(chance: random.Random, largest: int = LARGEST) -> bytes:
    """A hostile text of up to `largest` bytes; most are short, for short ones are the quickest."""
    size = int(2 ** chance.uniform(0, largest.bit_length() - 1))
    make = chance.choice(MAKERS)
    return make(chance, size)[:largest]


def texts(chance: random.Random, count: int, largest: int) -> list[bytes]:
    """Company: hostile texts of about `largest` bytes together, ordinary ones among them."""
    found = [text(chance, max(largest // count, 1)) for _ in range(count)]
    plain = [" ".join(chance.choices(WORDS, k=chance.randint(1, 30))).encode() for _ in range(9)]
    every = found + plain + chance.sample(found, min(3, len(found)))
    chance.shuffle(every)
    return every


def readable(text: bytes) -> str:
    """The text as a reader would hand it on: bytes that are not UTF-8 are U+FFFD."""
    return text.decode("utf-8", "replace")


def piece(chance: random.Random) -> bytes:
    """A word, a letter, a sign, or whatever else a text is made of."""
    roll = chance.random()
    if roll < 0.04:
        return chance.choice(DAMAGED)
    if roll < 0.14:
        return _any_character(chance).encode("utf-8", "surrogatepass")
    return chance.choice(chance.choice(KINDS)).encode()


def _any_character(chance: random.Random) -> str:
    """Of any script: unassigned ones are drawn again a few times."""
    for _ in range(4):
        found = chr(chance.randrange(chance.choice((0x300, 0x3000, 0x10000, 0x20000, 0x110000))))
        if unicodedata.category(found) not in ("Cn", "Co"):
            break
    return found


def _filled(chance: random.Random, size: int, pieces: list[bytes]) -> bytes:
    """The pieces in random order, as many as fit."""
    mean = max(sum(map(len, pieces)) // len(pieces), 1)
    return b"".join(chance.choices(pieces, k=max(size // mean, 1)))


def _mixed(chance: random.Random, size: int) -> bytes:
    return _filled(chance, size, [piece(chance) for _ in range(chance.randint(2, 200))])


def _few(chance: random.Random, size: int) -> bytes:
    """Two to five pieces: every order of them comes, and comes again."""
    return _filled(chance, size, [piece(chance) for _ in range(chance.randint(2, 5))])


def _repeated(chance: random.Random, size: int) -> bytes:
    one = b"".join(piece(chance) for _ in range(chance.randint(1, 6)))
    return one * max(size // max(len(one), 1), 1)


def _word(chance: random.Random, size: int) -> bytes:
    """One word: letters of one or two scripts, stretched here and there, digits in and around."""
    letters = [c.encode() for c in chance.choice((LETTERS, SCRIPTS, LETTERS + SCRIPTS, WORDS))]
    letters += [c.encode() for c in STRETCHED] * chance.randint(0, 3)
    letters += [c.encode() for c in LEET + DIGITS + SIGNS[:7]] * chance.randint(0, 1)
    ends = [b"", *(c.encode() for c in LEET + DIGITS), b"ooo", b"1ooo", b"'ll", b"$$", b"|"]
    return chance.choice(ends) + _filled(chance, size, letters) + chance.choice(ends)


def _spaced(chance: random.Random, size: int) -> bytes:
    """Single letters with separators between them, the same ones or nearly."""
    gap = chance.choice((b" ", b"  ", b".", b"-", b"*", b" . ", b"\n", b"_", "\u00a0".encode()))
    letters = [c.encode() for c in chance.choice((LETTERS, tuple("aeost"), SCRIPTS, LEET))]
    every = [one + gap for one in letters]
    every += [piece(chance) + gap] * chance.randint(0, 1) + [gap] * chance.randint(0, 1)
    return _filled(chance, size, every) + chance.choice((b"", b"'ll", b"x", b"'s"))


def _lines(chance: random.Random, size: int) -> bytes:
    """Words with a separator, cut where it happens."""
    gap = piece(chance)
    words = [_word(chance, chance.randint(1, 20)) for _ in range(chance.randint(1, 20))]
    return _filled(chance, size, [one + gap for one in words])[: size or 1]


def _noise(chance: random.Random, size: int) -> bytes:
    return chance.randbytes(size)


def _spoilt(chance: random.Random, size: int) -> bytes:
    """One of the others with some bytes changed."""
    found = bytearray(chance.choice(MAKERS[:-1])(chance, size))
    for _ in range(min(chance.randint(1, 8), len(found))):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


MAKERS: tuple[Callable[[random.Random, int], bytes], ...] = (
    _mixed, _few, _few, _repeated, _repeated, _word, _word, _spaced, _lines, _noise, _spoilt,
)  # fmt: skip
