"""Count the letters of each script in many texts, by the first bytes of each character.

Only letters that tell languages apart count: Latin ones beyond ASCII, and those of other scripts.
Punctuation, digits, signs and emoji belong to no script; styled letters (full width, mathematical)
are Latin.
"""

from __future__ import annotations

import unicodedata

import numpy as np

SCRIPTS = (
    "none", "Latn", "Grek", "Cyrl", "Armn", "Hebr", "Arab", "Deva", "Beng", "Guru", "Gujr", "Orya",
    "Taml", "Telu", "Knda", "Mlym", "Sinh", "Thai", "Laoo", "Tibt", "Mymr", "Geor", "Ethi", "Khmr",
    "Hang", "Kana", "Hani",
)  # fmt: skip
NUMBER = {script: number for number, script in enumerate(SCRIPTS)}
LATIN, HAN, KANA, HANGUL = (NUMBER[name] for name in ("Latn", "Hani", "Kana", "Hang"))

_RANGES = (
    ("Latn", 0xC0, 0x24F),
    ("Latn", 0x1E00, 0x1EFF),
    ("Grek", 0x370, 0x3FF),
    ("Grek", 0x1F00, 0x1FFF),
    ("Cyrl", 0x400, 0x53F),
    ("Armn", 0x540, 0x58F),
    ("Hebr", 0x5C0, 0x5FF),
    ("Arab", 0x600, 0x6FF),
    ("Arab", 0x740, 0x77F),
    ("Deva", 0x900, 0x97F),
    ("Beng", 0x980, 0x9FF),
    ("Guru", 0xA00, 0xA7F),
    ("Gujr", 0xA80, 0xAFF),
    ("Orya", 0xB00, 0xB7F),
    ("Taml", 0xB80, 0xBFF),
    ("Telu", 0xC00, 0xC7F),
    ("Knda", 0xC80, 0xCFF),
    ("Mlym", 0xD00, 0xD7F),
    ("Sinh", 0xD80, 0xDFF),
    ("Thai", 0xE00, 0xE7F),
    ("Laoo", 0xE80, 0xEFF),
    ("Tibt", 0xF00, 0xFFF),
    ("Mymr", 0x1000, 0x109F),
    ("Geor", 0x10C0, 0x10FF),
    ("Hang", 0x1100, 0x11FF),
    ("Ethi", 0x1200, 0x139F),
    ("Khmr", 0x1780, 0x17FF),
    ("Kana", 0x3040, 0x30FF),
    ("Hani", 0x3400, 0x4DBF),
    ("Hani", 0x4E00, 0x9FFF),
    ("Hang", 0xAC00, 0xD7BF),
    ("Latn", 0xFF00, 0xFF3F),  # full width
    ("Latn", 0x1D000, 0x1DFFF),  # mathematical
    ("Hani", 0x20000, 0x3FFFF),
)


def _by_first_bytes() -> np.ndarray:
    """(64 * 64,) uint8: the script of a character, by its first two bytes less 0xC0 and 0x80."""
    table = np.zeros((64, 64), np.uint8)
    for script, first, last in _RANGES:
        alike = 1 if last < 0x800 else 64 if last < 0x10000 else 4096
        for code in range(first, last + 1, alike):
            if alike == 1 and unicodedata.category(chr(code))[0] not in "LM":
                continue  # digits, and signs that adorn
            lead, follow = chr(code).encode()[:2]
            table[lead - 0xC0, follow - 0x80] = NUMBER[script]
    return table.reshape(-1)


_SCRIPT = _by_first_bytes()


def script_counts(data: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows that have characters beyond ASCII, and (those, scripts) how many of each script.

    data: UTF-8 bytes; offsets: (texts + 1,), where each text begins. ASCII letters do not count.
    """
    begins = np.flatnonzero(data[offsets[0] : offsets[-1]] >= 0xC0) + offsets[0]
    ends = np.searchsorted(begins, offsets)
    each = np.diff(ends)
    rows = np.flatnonzero(each)
    follows = np.minimum(begins + 1, len(data) - 1)
    kind = _SCRIPT[(data[begins].astype(np.int64) - 0xC0) * 64 + (data[follows] & 0x3F)]
    cell = np.repeat(np.arange(len(rows)), each[rows]) * len(SCRIPTS) + kind
    counts = np.bincount(cell, minlength=len(rows) * len(SCRIPTS))
    return rows, counts.reshape(len(rows), len(SCRIPTS))
