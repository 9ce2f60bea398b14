"""Dumps damaged at random, through every reader: `python tests/fuzz/mutate.py --seconds 600`.

What must hold: no exception but ours, no hang, and records in = comments + rejects.
"""

import argparse
import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from places import TESTS

from moderation.errors import ModerationError
from moderation.readers import READERS, read

LIMIT = 60  # seconds for one file of some kilobytes: far more than any needs
LARGEST = 60_000  # bytes taken of a sample
SPICES = [
    b"\x00", b"\xff\xfe", b"\xc3", b"]]>", b"<![CDATA[", b"<!--", b"&lol;", b"&#xD800;", b"&amp;",
    b"<" * 300, b"<b>" * 3000, b"[" * 3000, b'{"a":' * 3000, b"]" * 50, b'"', b"'", b"\\", b",",
    b"\n" * 20, b"-----\n", b"--------\n", b"9" * 400, b"1e999", b"NaN", b"null", b"\xed\xa0\x80",
    b"</item>", b"<item>", b"</wp:comment>", b"<post>", b"0000-00-00", b"\r", b"\t" * 40, b"  1. ",
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
]  # fmt: skip


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
