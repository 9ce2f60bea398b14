"""Dumps damaged at random, through every reader: `python tests/fuzz/mutate.py --seconds 600`.

What must hold: no exception but ours, no hang, and records in = comments + rejects.
"""

import argparse
import gzip
import io
import random
import re
import signal
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

from moderation.errors import ModerationError
from moderation.readers import READERS, read

TESTS = Path(__file__).resolve().parents[1]

LIMIT = 60  # seconds for one file of some kilobytes: far more than any needs
LARGEST = 60_000  # bytes taken of a sample
SPICES = [
    b"\x00", b"\xff\xfe", b"\xc3", b"]]>", b"<![CDATA[", b"<!--", b"&lol;", b"&#xD800;", b"&amp;",
    b"<" * 300, b"<b>" * 3000, b"[" * 3000, b'{"a":' * 3000, b"]" * 50, b'"', b"'", b"\\", b",",
    b"\n" * 20, b"-----\n", b"--------\n", b"9" * 400, b"1e999", b"NaN", b"null", b"\xed\xa0\x80",
    b"</item>", b"<item>", b"</wp:comment>", b"<post>", b"0000-00-00", b"\r", b"\t" * 40, b"  1. ",
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
]  # fmt: skip


def _stretch(dump: bytes, chance: random.Random, longest: int = 400) -> tuple[int, int]:
    """A place in the dump and one behind it."""
    start = chance.randrange(len(dump) + 1)
    return start, min(len(dump), start + chance.randint(1, longest))


def _flip(dump: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(dump) or 1)
    return dump[:at] + bytes([dump[at] ^ 1 << chance.randrange(8)]) + dump[at + 1 :]


def _replace(dump: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(dump, chance, 8)
    return dump[:start] + chance.randbytes(end - start) + dump[end:]


def _nul(dump: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(dump, chance, 3)
    return dump[:start] + b"\0" * (end - start) + dump[end:]


def _delete(dump: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(dump, chance)
    return dump[:start] + dump[end:]


def _insert(dump: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(dump) + 1)
    return dump[:at] + chance.choice(SPICES) + dump[at:]


def _cut_head(dump: bytes, chance: random.Random) -> bytes:
    return dump[chance.randrange(1, 2 + len(dump) // 2) :]


def _cut_tail(dump: bytes, chance: random.Random) -> bytes:
    return dump[: chance.randrange(len(dump) // 4, len(dump) + 1)]


def _cut_middle(dump: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(dump, chance, len(dump) // 2 + 1)
    return dump[:start] + dump[end:]


def _twice(dump: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(dump, chance, 1500)
    return dump[:end] + dump[start:end] + dump[end:]


def _swap(dump: bytes, chance: random.Random) -> bytes:
    a, b, c = sorted(chance.randrange(len(dump) + 1) for _ in range(3))
    return dump[:a] + dump[b:c] + dump[a:b] + dump[c:]


def _word(dump: bytes, chance: random.Random) -> bytes:
    """Another letter in a key, tag or keyword: a word that stands in the file more than once."""
    words = list(re.finditer(rb"[A-Za-z_]{2,}(?=[\"':=>\s(])", dump))
    words = [word for word in words if dump.count(word[0], 0, 20_000) > 1] if words else words
    if not words:
        return _flip(dump, chance)
    word = chance.choice(words)
    at = chance.randrange(word.start(), word.end())
    return dump[:at] + bytes([chance.choice(b"^XqzKe_1")]) + dump[at + 1 :]


def _mark(dump: bytes, chance: random.Random) -> bytes:
    """Without one quote, bracket, comma, colon or hyphen."""
    places = [found.start() for found in re.finditer(rb"[\"'\[\]{}()<>,:;/-]", dump)]
    at = chance.choice(places or [0])
    return dump[:at] + dump[at + 1 :]


def _encoding(dump: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(dump) or 1)
    return dump[:at] + bytes([chance.choice(b"\xe4\xfc\x93\xc3\xff\x80")]) + dump[at + 1 :]


def _line_ends(dump: bytes, chance: random.Random) -> bytes:
    ends = [found.start() for found in re.finditer(rb"\n", dump)]
    if not ends:
        return _mark(dump, chance)
    if chance.random() < 0.2:
        return dump.replace(b"\n", chance.choice([b"\r\n", b"\r"]))
    at = chance.choice(ends)
    return dump[:at] + chance.choice([b"", b"\r", b"\r\n", b"\n\n", b" "]) + dump[at + 1 :]


def _border(dump: bytes, chance: random.Random) -> bytes:
    """Cut where a block of the disk ends: 4 KiB, or of small files 512 bytes."""
    block = 4096 if len(dump) > 4096 else 512
    return dump[: block * chance.randint(1, max(1, len(dump) // block))]


def _mixed_ends(dump: bytes, chance: random.Random) -> bytes:
    lines = dump.split(b"\n")
    ends = [chance.choice([b"\n", b"\r\n", b"\r"]) for _ in lines[1:]]
    return b"".join(part for pair in zip(lines, [*ends, b""], strict=True) for part in pair)


def _wide(dump: bytes, chance: random.Random) -> bytes:
    """As UTF-16, with a mark or without."""
    encoding = chance.choice(["utf-16", "utf-16-le", "utf-16-be"])
    return dump.decode("utf-8-sig", "replace").encode(encoding)


def _nul_run(dump: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(dump, chance, 1 << chance.randint(4, 12))
    return dump[:start] + b"\0" * (end - start) + dump[end:]


def _blocks(dump: bytes, chance: random.Random) -> tuple[int, int, int]:
    """A size, and the numbers of two blocks of it."""
    size = chance.choice([512, 4096]) if len(dump) > 8192 else 512
    count = max(1, len(dump) // size)
    return size, chance.randrange(count), chance.randrange(count)


def _swapped_blocks(dump: bytes, chance: random.Random) -> bytes:
    size, one, other = _blocks(dump, chance)
    a, b = sorted([one * size, other * size])
    if a == b:
        return dump
    return (
        dump[:a] + dump[b : b + size] + dump[a + size : b] + dump[a : a + size] + dump[b + size :]
    )


def _block_over_another(dump: bytes, chance: random.Random) -> bytes:
    size, one, other = _blocks(dump, chance)
    a, b = one * size, other * size
    return dump[:b] + dump[a : a + size] + dump[b + size :]


def _glued(dump: bytes, chance: random.Random) -> bytes:
    """A line cut within, and the rest of one of the next lines behind it."""
    lines = dump.splitlines(keepends=True)
    at = chance.randrange(len(lines) or 1)
    other = min(len(lines) - 1, at + chance.randint(1, 3))
    if other <= at:
        return _delete(dump, chance)
    head = lines[at][: chance.randrange(len(lines[at]))]
    tail = lines[other][chance.randrange(len(lines[other])) :]
    return b"".join([*lines[:at], head, tail, *lines[other + 1 :]])


def _packed(dump: bytes, chance: random.Random) -> bytes:
    """Packed by gzip, with a few bits flipped, or cut."""
    packed = gzip.compress(dump, mtime=0)
    return _cut_tail(packed, chance) if chance.random() < 0.3 else _few_flips(packed, chance)


def _zipped(dump: bytes, chance: random.Random) -> bytes:
    """In an archive, with a few bits flipped."""
    made = io.BytesIO()
    with zipfile.ZipFile(
        made, "w", chance.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
    ) as zipped:
        zipped.writestr(zipfile.ZipInfo("comments.dump"), dump)
    return _few_flips(made.getvalue(), chance)


def _few_flips(dump: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice([0, 1, 1, 3])):
        dump = _flip(dump, chance)
    return dump


DAMAGES = {
    "border": _border,
    "mixed ends": _mixed_ends,
    "nul run": _nul_run,
    "swapped blocks": _swapped_blocks,
    "block over another": _block_over_another,
    "glued": _glued,
    "flip": _flip,
    "replace": _replace,
    "nul": _nul,
    "delete": _delete,
    "insert": _insert,
    "cut head": _cut_head,
    "cut tail": _cut_tail,
    "cut middle": _cut_middle,
    "twice": _twice,
    "swap": _swap,
    "word": _word,
    "mark": _mark,
    "encoding": _encoding,
    "line ends": _line_ends,
}
"""What can befall a file: name -> the bytes before and a generator to the bytes after."""
WRAPPERS = {"utf-16": _wide, "gzip": _packed, "zip": _zipped}
"""What else may have befallen it at last."""


class HangError(Exception):
    """A reader took longer than LIMIT."""


def samples():
    """The project's small samples and, where they are, others'."""
    folders = [TESTS / "samples", TESTS.parent / "seeds", TESTS.parents[1] / "shared" / "samples"]
    found = [path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*"))]
    return [path for path in found if path.is_file()]


def mutated(dump: bytes, chance: random.Random) -> bytes:
    """One to four random changes."""
    for _ in range(chance.randint(1, 4)):
        start, end = sorted(chance.randrange(len(dump) + 1) for _ in range(2))
        end = min(end, start + 3000)
        middle = dump[start:end]
        other = chance.randrange(len(dump) + 1)
        change = chance.choice(["cut", "flip", "twice", "move", "spice", "drop", "lines"])
        if change == "cut":
            dump = dump[:start]
        elif change == "flip" and middle:
            at = start + chance.randrange(len(middle))
            dump = dump[:at] + bytes([dump[at] ^ 1 << chance.randrange(8)]) + dump[at + 1 :]
        elif change == "twice":
            dump = dump[:end] + middle + dump[end:]
        elif change == "move":
            dump = dump[:other] + middle + dump[other:]
        elif change == "spice":
            dump = dump[:start] + chance.choice(SPICES) + dump[start:]
        elif change == "drop":
            dump = dump[:start] + dump[end:]
        elif change == "lines":
            lines = dump.splitlines(keepends=True)
            chance.shuffle(lines)
            dump = b"".join(lines)
    return dump


def check(path: Path, format_name: str | None) -> str:
    """Read one file; what came of it in a word. Raises AssertionError when a promise is broken."""
    try:
        dump = read(path, format=format_name)
    except ModerationError as error:
        return "error" if "\n" not in str(error) else "error of several lines"
    comments = len(dump.comments) - dump.invented
    assert dump.records == comments + len(dump.rejects), "records were lost"
    ids = list(zip(dump.comments["thread_id"], dump.comments["id"], strict=True))
    assert len(set(ids)) == len(ids), "an id stands twice"
    return "rejects" if len(dump.rejects) else "clean"


def run(seconds: float, seed: int, keep: Path | None = None) -> Counter:
    """Damage and read for so long; counts of what came of it. A failure's file goes to `keep`."""
    chance = random.Random(seed)
    sources = samples()
    names = [None, None, *READERS]  # mostly as detected, now and then by a reader of another format
    seen: Counter[str] = Counter()
    signal.signal(signal.SIGALRM, _hung)
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < until:
            source = chance.choice(sources)
            dump = mutated(source.read_bytes()[:LARGEST], chance)
            path = Path(folder) / source.name
            path.write_bytes(dump)
            name = chance.choice(names)
            signal.alarm(LIMIT)
            try:
                seen[check(path, name)] += 1
            except BaseException as error:
                if keep:
                    keep.write_bytes(dump)
                error.add_note(
                    f"seed {seed}, sample {source}, format {name}, after {sum(seen.values())}"
                )
                raise
            finally:
                signal.alarm(0)
                path.unlink()
    return seen


def _hung(*_):
    raise HangError(f"more than {LIMIT} seconds")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-failure")
    given = parser.parse_args()
    print(dict(run(given.seconds, given.seed, given.keep)))
