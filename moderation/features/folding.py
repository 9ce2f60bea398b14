"""Tables that fold a code point to the letter a reader sees: built from Unicode, shipped as arrays.

The shipped `folding.npz` is built once, by `python -m moderation.features.folding`, from the
interpreter's `unicodedata` and from Unicode's confusables (UTS 39) as `confusable-homoglyphs`
packages them. It is shipped, not built at start-up, so that every Python, whatever its Unicode
version, gives a comment the same features, and so that loading takes milliseconds.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np

FOLDING_VERSION = 3  # part of a model's format: features of another version mean something else

# The low three bits of a character's `info`: its kind.
SPACE, PUNCT, LETTER, DIGIT, EMOJI, IGNORE, MARK = range(7)
KIND_BITS = 7
UPPER = 8  # a capital
STYLED = 16  # a full-width, mathematical, circled, small-capital or turned form of a plain letter
EXPAND = 32  # `delta` is a place in `expansions`, not a distance
LATIN = 64
LOOK = 128  # not Latin, but looks like a Latin letter (`look_from`, `look_to`)

BLOCK = 256
LIMIT = 0x20000  # beyond lie ideographs, tags and private use
I_SHORT = 0x439  # й is a letter of its own, and may arrive as и + breve


class Tables(NamedTuple):
    """Folding tables; a code point `c` is looked up at `k = page[c >> 8] * 256 + (c & 255)`.

    page: (512,) int32. info: (blocks * 256,) uint8, kind and flags. delta: (blocks * 256,) int32,
    what is added to `c`; plain_delta: the same, but lower case only (`fold=False`).
    expansions: (m, 4) int32, up to four code points, zero-padded.
    look_from: (k,) int32, sorted; look_to: (k,) uint8, an ASCII letter.
    """

    page: np.ndarray
    info: np.ndarray
    delta: np.ndarray
    plain_delta: np.ndarray
    expansions: np.ndarray
    look_from: np.ndarray
    look_to: np.ndarray


@cache
def load_tables() -> Tables:
    """Read the shipped tables (about 2 ms, once per process)."""
    with resources.files("moderation.features").joinpath("folding.npz").open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        return Tables(*(np.ascontiguousarray(arrays[name]) for name in Tables._fields))


# What follows only runs when the tables are built.

_IGNORED = [
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    *range(0xFFF0, 0xFFFC),
    *range(0x1D173, 0x1D17B),
    *range(0x1F3FB, 0x1F400),  # skin tones: 👍🏽 is 👍
]
_MARKS = [
    *range(0x300, 0x370),
    *range(0x483, 0x48A),
    *range(0x1AB0, 0x1B00),
    *range(0x1DC0, 0x1E00),
    *range(0x20D0, 0x2100),
    *range(0xFE20, 0xFE30),
]
_SPACES = [0x180E, 0x2028, 0x2029]
_STYLED_NAMES = ("SMALL CAPITAL", "TURNED", "REVERSED", "INVERTED", "SIDEWAYS", "SCRIPT", "TOPHOOK")
# Confusables by eye that UTS 39 gives no ASCII letter, as they are seen in disguised words.
_BY_EYE = {
    **dict(zip("кКвВнНмМтТгшШиИяЯпгзЗбчдл", "kKbBhHmMtTrwWnNrRnreebyan", strict=True)),
    **dict(zip("κΚβΒηΗτΤωμΜνεΕλΔΣξ", "kKbBnHtTwuMveEAAEe", strict=True)),
}


def build_tables() -> Tables:
    """Build the tables from `unicodedata` and the confusables (development only, about 2 s)."""
    confusable = _confusables()
    info = np.zeros(LIMIT, np.uint8)
    delta = np.zeros(LIMIT, np.int32)
    plain = np.zeros(LIMIT, np.int32)
    expansions: list[tuple[int, ...]] = []
    looks: dict[int, str] = {}
    for code in range(LIMIT):
        kind, folded = _fold(chr(code), confusable)
        lower = chr(code).lower()
        plain[code] = ord(lower) - code if len(lower) == 1 else 0
        if len(folded) > 1:
            padded = (*map(ord, folded), 0, 0, 0)[:4]
            kind |= EXPAND
            delta[code] = len(expansions)
            expansions.append(padded)
        else:
            delta[code] = ord(folded) - code
        if kind & KIND_BITS == LETTER and not kind & LATIN:
            bare = unicodedata.normalize("NFD", chr(code))[0]
            look = _BY_EYE.get(bare) or confusable.get(chr(code)) or confusable.get(bare, "")
            if look == "l" and confusable.get(chr(code).lower()) == "i":
                look = "i"  # UTS 39 has capital i with l; words have it with their small i
            look = "" if folded == chr(I_SHORT) else look
            if look:
                kind |= LOOK
                looks[code] = look.lower()
        info[code] = kind
    return _packed(info, delta, plain, expansions, looks)


def _packed(
    info: np.ndarray,
    delta: np.ndarray,
    plain: np.ndarray,
    expansions: list[tuple[int, ...]],
    looks: dict[int, str],
) -> Tables:
    """Share equal blocks of 256 code points."""
    page = np.zeros(LIMIT // BLOCK, np.int32)
    blocks: dict[bytes, int] = {}
    kept: list[slice] = []
    for number in range(len(page)):
        part = slice(number * BLOCK, (number + 1) * BLOCK)
        key = info[part].tobytes() + delta[part].tobytes() + plain[part].tobytes()
        if key not in blocks:
            blocks[key] = len(kept)
            kept.append(part)
        page[number] = blocks[key]
    codes = sorted(looks)
    return Tables(
        page=page,
        info=np.concatenate([info[part] for part in kept]),
        delta=np.concatenate([delta[part] for part in kept]),
        plain_delta=np.concatenate([plain[part] for part in kept]),
        expansions=np.array(expansions, np.int32),
        look_from=np.array(codes, np.int32),
        look_to=np.array([ord(looks[code]) for code in codes], np.uint8),
    )


def _confusables() -> dict[str, str]:
    """Characters whose UTS 39 prototype is one ASCII letter, to that letter."""
    path = resources.files("confusable_homoglyphs").joinpath("confusables.json")
    table = json.loads(path.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ":
        for entry in table.get(letter, []):
            if len(entry["c"]) == 1 and not entry["c"].isascii():
                found.setdefault(entry["c"], letter)
    return found


def _fold(char: str, confusable: dict[str, str]) -> tuple[int, str]:
    """Kind, flags and folded text of one character."""
    code, category = ord(char), unicodedata.category(char)
    if code in _SPACES or category in ("Zs", "Zl", "Zp", "Cc"):
        return SPACE, "\n" if char in "\n\r\x0b\x0c\x85\u2028\u2029" else " "
    if code in _IGNORED or category == "Cf":
        return IGNORE, char
    if code in _MARKS:
        return MARK, char
    if category in ("Cn", "Co", "Cs"):
        return PUNCT, char
    folded = _letters(char, category, confusable)
    if folded and len(folded) <= min(4, len(char.encode())):  # never longer than its UTF-8 bytes
        return _letter_kind(char, category, folded), folded
    if category == "So" and code >= 0x2190:  # below are ©, ™, ℃ and their like
        return EMOJI, char
    return (LETTER if category[0] in "LM" else PUNCT), char


def _letter_kind(char: str, category: str, folded: str) -> int:
    if folded[0].isdigit():
        return DIGIT | (0 if char.isascii() or category == "Nd" else STYLED)
    kind = LETTER
    if (
        category in ("Lu", "Lt")
        or "CAPITAL" in unicodedata.name(char, "")
        or (category == "So" and "SMALL" not in unicodedata.name(char, ""))
    ):
        kind |= UPPER * ("SMALL CAPITAL" not in unicodedata.name(char, ""))
    if folded.isascii():
        kind |= LATIN
        if not unicodedata.normalize("NFD", char)[0].isascii() and _is_styled(char):
            kind |= STYLED
    elif unicodedata.name(char, "").startswith("LATIN"):
        kind |= LATIN
    return kind


def _is_styled(char: str) -> bool:
    name = unicodedata.name(char, "")
    compatible = unicodedata.normalize("NFKC", char) != char and char not in "ªºŉſ"
    return compatible or any(word in name for word in (*_STYLED_NAMES, "SQUARED", "CIRCLED"))


def _letters(char: str, category: str, confusable: dict[str, str]) -> str:
    """The letters or digits that `char` stands for, lower case, without accents; '' if none."""
    name = unicodedata.name(char, "")
    for shape in ("CIRCLED LATIN", "SQUARED LATIN", "PARENTHESIZED LATIN"):
        if shape in name and " LETTER " in name:
            return name.rpartition(" ")[2].lower()
    if category[0] not in "LN":
        return ""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    folded = "".join(_base(part, confusable) for part in text if ord(part) not in _MARKS)
    return "" if category == "No" and len(folded) > 1 else folded  # ½, ⑫


def _base(char: str, confusable: dict[str, str]) -> str:
    """One lower-case character without its accent (й stays) or Latin variant shape."""
    if ord(char) == I_SHORT:
        return char
    if unicodedata.category(char) == "Nd":
        return str(unicodedata.digit(char))
    name = unicodedata.name(char, "")
    if name.startswith(("LATIN", "GREEK", "CYRILLIC")):
        kept = [c for c in unicodedata.normalize("NFD", char) if ord(c) not in _MARKS]
        char = "".join(kept)
    if char.isascii() or not name.startswith("LATIN"):
        return char if char.isalnum() or unicodedata.category(char)[0] in "LM" else ""
    if char in "æœ":
        return {"æ": "ae", "œ": "oe"}[char]
    if char in confusable:
        return confusable[char].lower()
    words = name.replace("-", " ").split(" WITH ")[0].split()
    last = words[-1]
    if len(last) == 1 and last.isascii():
        return last.lower()
    return {"ETH": "d", "THORN": "th", "ENG": "n", "KRA": "k", "ALPHA": "a", "ESH": "s"}.get(
        last, char
    )


if __name__ == "__main__":
    np.savez_compressed(Path(__file__).with_name("folding.npz"), **build_tables()._asdict())
