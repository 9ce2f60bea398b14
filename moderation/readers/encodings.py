"""Which encoding a text file is in: as declared, as UTF-8 allows, or as its bytes look.

Only where bytes are not UTF-8 and nothing is declared, they are compared with the languages of each
encoding, by chardet. Of those it knows the ones that dumps come in are asked about: in the
evaluation (2,058 small tables of comments, 33 pairs of language and encoding, 1 to 100 rows) the
rare ones, such as those of DOS and of mainframes, only took texts from the others.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from typing import NamedTuple

import numpy as np

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LATIN = ("cp1252", "cp1250", "iso8859-2", "cp1254", "cp1257", "cp1258")
_OTHERS = (
    *("gb18030", "big5", "big5hkscs", "shift_jis", "cp932", "euc-jp", "euc-kr", "cp949"),
    *("cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5"),
    *("cp1253", "iso8859-7", "cp1255", "cp1256", "iso8859-6", "tis-620", "cp874"),
)
_WIDER = {  # an encoding -> the one that has all its characters and some more
    "ascii": "utf-8",
    "utf-8-sig": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-8": "cp1255",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "euc_jis_2004": "euc_jp",
    "big5": "cp950",
}
_ALIASES = {  # names of the web that Python lacks
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "windows-874": "cp874",
    "iso-8859-8-i": "cp1255",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-user-defined": "cp1252",
}
_RUN_SHARE = 0.3  # of the bytes beyond ASCII, beside others: below it the words are Latin
_MARGIN = 1.25  # times as likely as Windows-1252 a Latin encoding has to be
_FEW = 40  # bytes beyond ASCII that leave doubts
_PARTS, _PART_BYTES = 8, 100
_WIDE_UNITS = 2048  # of UTF-16 that are looked at

_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})[\"']")
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_IS_CUT = np.isin(np.arange(256), list(b'\n"<>,'))
_ASCII = 128
_BEYOND = re.compile(rb"[\x80-\xff]+")
_WELL_FORMED = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_JAPANESE = re.compile(rb"\x1b\$[@B](?:[!-~]{2})+\x1b\([BJ]")
_MAC_ENDS = re.compile(rb"[\xe0-\xfe]\xdf")  # a small letter, then a large one in Windows-1251
_MAC_TIMES = 4
_OPENS = re.compile(rb"(?<![A-Za-z\x80-\xff])\xa5[A-Za-z\x80-\xff]")
_CLOSES = re.compile(rb"[A-Za-z.,!?\x80-\xff]\xb5(?![A-Za-z\x80-\xff])")
_NO_TEXT = re.compile("[\ufffd\x80-\x84\x86-\x9f]")
_HANGUL_PARTS = b"\xa4\xd4\xa4"  # a syllable beyond KS X 1001, spelt in eight bytes


class Encoding(NamedTuple):
    """A codec of Python's, how it was found ("" for plain UTF-8), and whether doubts are left."""

    name: str
    how: str = ""
    doubtful: bool = False


def codec_of(name: str) -> str | None:
    """Python's name of a text encoding, with the characters that its users write; None: unknown.

    >>> codec_of("Shift_JIS"), codec_of("latin1"), codec_of("x-sjis"), codec_of("rot13")
    ('cp932', 'cp1252', 'cp932', None)
    """
    word = name.strip().lower()
    try:
        codec = codecs.lookup(_ALIASES.get(word, word)).name
        b"".decode(codec)  # refuses codecs that are not for text
    except (LookupError, ValueError):
        return None
    return _WIDER.get(codec, codec)


def marked(head: bytes) -> Encoding | None:
    """The encoding that a byte order mark tells, or the zeros of UTF-16 without one."""
    for mark, name in BOMS:
        if head.startswith(mark):
            return Encoding(name, "" if name == "utf-8" else "by its byte order mark")
    for name, zero, other in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        start = head[: 2 * _WIDE_UNITS]
        start = start[: len(start) // 2 * 2]
        zeros, none = start[zero::2].count(0), start[other::2].count(0)
        if len(start) >= 4 and not none and zeros > len(start) // 100 and _sensible(start, name):
            return Encoding(name, "by its zero bytes")
    return None


def _sensible(start: bytes, name: str) -> bool:
    """Whether all of it are characters that are assigned, but for a pair cut at the end."""
    text = start.decode(name, "ignore")
    kinds = [unicodedata.category(sign) for sign in text]
    lines = text.count("\n") + text.count(" ") + text.count(",")
    odd = sum(kind in ("Cn", "Co", "Cs") for kind in kinds)
    controls = sum(
        kind == "Cc" and sign not in "\t\r\n" for kind, sign in zip(kinds, text, strict=True)
    )
    return bool(lines) and not odd and not controls and len(text) * 2 >= len(start) - 4


def encoding_of(head: bytes, sample: bytes, whole: bool = True) -> Encoding:
    """The encoding of a text that has no byte order mark.

    head: its beginning. sample: stretches of it (see `telling`); whole: whether that is all of it.
    """
    declared = _declared(head)
    if not _BEYOND.search(sample):
        if _JAPANESE.search(sample) and _errors(sample, "iso2022_jp") == 0:
            return Encoding("iso2022_jp", "by its escapes")
        return declared if declared and not whole else Encoding("utf-8")
    if is_utf8(sample):
        return Encoding("utf-8")
    if declared:
        return declared if _fits(sample, declared.name) else _guessed(sample)
    return _guessed(sample)


def is_utf8(sample: bytes) -> bool:
    """Whether most of what is not ASCII is UTF-8; single bytes that are not may stand in it."""
    well = len(_WELL_FORMED.findall(sample))
    rest = _WELL_FORMED.sub(b"", sample)
    return well >= len(rest) - len(rest.translate(None, bytes(range(128, 256))))


def telling(block: bytes, begun: bool = False, ended: bool = True) -> bytes:
    """The stretches of a block that hold more than ASCII, a line each; no others tell.

    They are cut where no character can be cut, at bytes that are part of none in the encodings we
    guess. begun, ended: whether the block begins and ends the file; elsewhere characters are cut.
    """
    if block.isascii() and b"\x1b$" not in block:
        return b""
    raw = np.frombuffer(block, np.uint8)
    cuts = np.flatnonzero(_IS_CUT[raw])
    ends = np.concatenate([cuts, [len(block)]])
    begins = np.concatenate([[0], cuts + 1])
    odd = np.flatnonzero(raw >= _ASCII)
    if b"\x1b$" in block:
        odd = np.union1d(odd, [match.start() for match in re.finditer(rb"\x1b\$", block)])
    lines = np.unique(np.searchsorted(ends, odd))
    first, last = int(not begun and len(cuts) > 0), len(cuts) - int(not ended and len(cuts) > 0)
    chosen = lines[(lines >= first) & (lines <= last)]
    spans = zip(begins[chosen].tolist(), ends[chosen].tolist(), strict=True)
    return b"\n".join([block[begin:end] for begin, end in spans])


def beyond_ascii(sample: bytes) -> int:
    """How many bytes are not ASCII."""
    return len(sample) - len(sample.translate(None, bytes(range(128, 256))))


def _declared(head: bytes) -> Encoding | None:
    """What the XML declaration or the page's `<meta>` names, if that is no kind of UTF."""
    start = head.lstrip()
    if not start.startswith(b"<"):
        return None
    declaration = _XML.match(start) or (None if start.startswith(b"<rss") else _META.search(start))
    name = declaration and codec_of(declaration[1].decode("ascii"))
    if not name or name.startswith("utf"):
        return None
    return Encoding(name, "as it declares")


def _errors(sample: bytes, name: str) -> int:
    """Characters that cannot be decoded, or come out as controls that nobody writes."""
    return len(_NO_TEXT.findall(sample.decode(name, "replace")))


def _fits(sample: bytes, name: str) -> bool:
    return _errors(sample, name) * 20 <= beyond_ascii(sample)


def _guessed(sample: bytes) -> Encoding:
    """The encoding that the bytes look most like; UTF-8 with Windows-1252 in it where none does."""
    count = beyond_ascii(sample)
    runs = sum(len(run) for run in _BEYOND.findall(sample) if len(run) > 1)
    latin = runs < _RUN_SHARE * count
    ranked = _ranked(sample, _LATIN if latin else (*_LATIN, *_OTHERS))
    western = ranked["cp1252"]
    for place, (codec, sure) in enumerate(ranked.most_common()):
        if codec == "cp1252" or (latin and sure < _MARGIN * western):
            break
        if _fits(sample, codec):
            doubtful = count < _FEW or place > 0
            return Encoding(_sibling(codec, sample), "by its bytes", doubtful)
    return Encoding("utf-8")


def _sibling(codec: str, sample: bytes) -> str:
    """The encoding of the same languages that chardet does not know, where a few bytes tell it.

    Mac Cyrillic has the small letters of Windows-1251 but for the most frequent last one; ISO
    8859-16 has the letters of Romanian where Windows-1250 has them, and other quotes.
    """
    if codec == "cp1251" and len(_MAC_ENDS.findall(sample)) > _MAC_TIMES * sample.count(b"\xff"):
        return "mac_cyrillic"
    romanian = codec in ("cp1250", "iso8859-2") and b"\xe3" in sample
    if romanian and _OPENS.search(sample) and _CLOSES.search(sample):
        return "iso8859-16"
    return codec


def _ranked(sample: bytes, asked: tuple[str, ...]) -> Counter[str]:
    """Codecs by how sure chardet is of them, summed over parts of the sample.

    One damaged byte rules an encoding out, for chardet; so it does in one part only.
    """
    import chardet

    ranked: Counter[str] = Counter()
    for part in _parts(sample):
        guesses = chardet.detect_all(
            part, ignore_threshold=True, compat_names=False, include_encodings=asked
        )
        sure: dict[str, float] = {}
        for guess in guesses:
            if guess["encoding"]:
                codec = _decoding(guess["encoding"], sample)
                sure[codec] = max(sure.get(codec, 0.0), guess["confidence"])
        ranked.update(sure)
    return ranked


def _parts(sample: bytes) -> list[bytes]:
    """The sample in up to PARTS, none of too few bytes to tell."""
    lines = sample.split(b"\n")
    number = max(1, min(_PARTS, beyond_ascii(sample) // _PART_BYTES, len(lines)))
    return [b"\n".join(lines[start::number]) for start in range(number)]


def _decoding(name: str, sample: bytes) -> str:
    """The codec for a guess: the wider one of its family, where that reads the sample as well."""
    codec = codecs.lookup(name).name
    if codec in ("euc_kr", "cp949") and _HANGUL_PARTS in sample:
        return "euc_kr" if not _errors(sample, "euc_kr") else "cp949"
    if codec == "big5" and _errors(sample, "cp950"):
        return "big5hkscs"
    wider = _WIDER.get(codec, codec)
    return wider if _errors(sample, wider) <= _errors(sample, codec) else codec


def decode(raw: bytes) -> tuple[str, int]:
    """Text from UTF-8; single bytes that are not are taken as Windows-1252. Also their number.

    >>> decode("für ".encode() + "für".encode("cp1252"))
    ('für für', 1)
    """
    try:
        return raw.decode(), 0
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "surrogateescape")
        odd = _ESCAPED.findall(text)
        return _ESCAPED.sub(_windows, text), len(odd)


_ESCAPED = re.compile("[\udc80-\udcff]")


def _windows(byte: re.Match[str]) -> str:
    return bytes([ord(byte[0]) - 0xDC00]).decode("cp1252", "replace")
