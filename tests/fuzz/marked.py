"""No damage loses a comment unsaid: `python -m tests.fuzz.marked --dumps 3000`.

Dumps of every format are made with a mark in each comment's text, damaged, and read. Every mark
that is still whole in the bytes must come out in a comment's text, or stand where a reject says
that something could not be read, or the file is refused by name. Where damage has cut away all
that stood between an article and a comment's words, they may come out in the article. What a
place covers is told here from its words alone, by the bytes of the file: no code of a reader is
asked.
"""

import argparse
import io
import random
import re
import sys
import tempfile
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from marked_dumps import DUMPS, PROSE
from mutate import DAMAGES, WRAPPERS

from moderation.errors import ModerationError
from moderation.readers import READERS, read

MARK = re.compile(rb"mk[0-9a-f]{8}zz")
SIZES = (3, 20, 20, 60)
WORDS = [
    "the",
    "ferry",
    "was",
    "late",
    "again",
    "and",
    "nobody",
    "on",
    "the",
    "pier",
    "could",
    "say",
    "why",
    "this",
    "happens",
    "every",
    "winter",
    "when",
    "wind",
    "comes",
    "up",
    "from",
    "north",
    "so",
    "we",
    "waited",
    "for",
    "bread",
    "with",
    "our",
    "neighbours",
    "who",
    "know",
    "better",
    "than",
    "any",
    "timetable",
    "what",
    "a",
    "boat",
    "can",
    "do",
    "in",
    "such",
    "weather",
]
ARTICLE = PROSE.encode()
OPENED = {"convokit", "discourse", "mastodon", "telegram"}
"""Formats in which a comment that answers nothing is its thread's article."""
SINGLE = {"hashover", "hashover-xml", "xlsx", "sqlite"}
"""Formats of which a file cannot go on as another."""
PACKED = {"xlsx", "sqlite", "convokit"}
"""Formats that are no text, or are packed by themselves."""
BYTES = re.compile(r"\bbytes ([\d,]+) to ([\d,]+)")
BEHIND = re.compile(r"\bbyte ([\d,]+) of the decompressed content")
RECORDS = re.compile(r"record ([\d,]+) to the end")
SPOKEN = re.compile(r"the page speaks of ([\d,]+) comments?, and ([\d,]+) (?:is|are) on it")
LINES = re.compile(r"\blines ([\d,]+) to ([\d,]+)")
LINE = re.compile(r"\bline ([\d,]+)")


class Lost(NamedTuple):
    """A mark that is in the file and came out nowhere."""

    mark: bytes
    at: int  # offset in the file


class Told(NamedTuple):
    """What a reject says of where it is."""

    file: str
    place: str
    snippet: str


class Outcome(NamedTuple):
    """What came of one dump. kind: `clean`, `rejects`, `refused` or `lost`."""

    kind: str
    lost: list[Lost]
    told: str


def texts(count: int, chance: random.Random) -> dict[bytes, str]:
    """A text for each of so many marks."""
    made = {}
    while len(made) < count:
        mark = f"mk{chance.getrandbits(32):08x}zz"
        length = chance.choice([3, 8, 20, 60])
        words = [chance.choice(WORDS) for _ in range(length)]
        if chance.random() < 0.3:
            words.insert(0, chance.choice(["Grüße,", "“Yes”", "it's", "5 > 4?", "naïve:"]))
        words.insert(chance.randrange(len(words) + 1), mark)
        made[mark.encode()] = " ".join(words).capitalize().replace("Mk", "mk", 1) + "."
    return made


def number(word: str) -> int:
    """A number as places have it."""
    return int(word.replace(",", ""))


def covered(marks: list[Lost], dump: bytes, rejects, came: int) -> set[bytes]:
    """The marks that rejects speak of, by their places and snippets.

    A range of bytes or lines covers what stands in it; a single line covers one mark on it for
    each reject, for one line may hold a thousand records. came: how many comments came out:
    "record 8 to the end" covers what is missing if seven did.
    """
    found = {one.mark for one in marks for reject in rejects if one.mark.decode() in reject.snippet}
    line_of = {one.mark: dump.count(b"\n", 0, one.at) + 1 for one in marks}
    for reject in rejects:
        left = [one for one in marks if one.mark not in found]
        place = reject.place
        begin, end = member(dump, reject.file)
        if reject.file.count(":") and place in ("the whole file", "the rest of the file"):
            found |= {one.mark for one in left if begin <= one.at < end}
        elif bounds := BYTES.search(place):
            first, last = number(bounds[1]) + begin, number(bounds[2]) + begin
            found |= {one.mark for one in left if first <= one.at and one.at + 11 <= last}
        elif start := BEHIND.search(place):
            found |= {one.mark for one in left if number(start[1]) + begin <= one.at < end}
        elif start := RECORDS.search(place):
            found |= {one.mark for one in left if number(start[1]) <= came + 1}
        elif bounds := LINES.search(place):
            first, last = number(bounds[1]), number(bounds[2])
            found |= {one.mark for one in left if first <= line_of[one.mark] <= last}
        elif single := LINE.search(place):
            on_it = [one.mark for one in left if line_of[one.mark] == number(single[1])]
            found |= set(on_it[:1])
    return found


def member(dump: bytes, file: str) -> tuple[int, int]:
    """Where the content of an archive's member stands in it, unpacked; else the whole file.

    Its name is looked for in the directory, which says where the member begins: the name that
    stands before the content may be damaged, and then the program speaks of that of the directory.
    """
    name = file.rpartition(":")[2].encode()
    at = dump.find(name)
    if not dump.startswith(b"PK") or at < 0:
        return 0, len(dump)
    start = at + len(name)
    entry = dump.rfind(b"PK\1\2", 0, at)
    if entry >= 0 and entry + 46 == at:
        begin = int.from_bytes(dump[entry + 42 : entry + 46], "little")
        if dump[begin : begin + 4] == b"PK\3\4":
            start = begin + 30 + int.from_bytes(dump[begin + 26 : begin + 28], "little")
    ends = [end for end in (dump.find(sign, start) for sign in (b"PK\3\4", b"PK\1\2")) if end >= 0]
    return start, min(ends, default=len(dump))


def in_articles(marks: Iterable[Lost], dump: bytes) -> set[bytes]:
    """The marks that damage has put into an article, among whose words nothing tells them apart.

    Their line, or their stretch without markup and quotes, begins or ends as the article does.
    """
    merged = set()
    for mark, at in marks:
        start = max(dump.rfind(end, 0, at) for end in b'\n<>"') + 1
        end = min((dump + b'\n<>"').index(end, at) for end in b'\n<>"')
        stretch = dump[start:end].strip()
        if stretch.startswith(ARTICLE[:12]) or stretch.endswith(ARTICLE[-12:]):
            merged.add(mark)
    return merged


def shortfall(notes: list[str]) -> int:
    """How many comments a page says that it has, beyond those that were found on it.

    A saved page has no records to reject, but often their number; a note tells the difference.
    """
    found = (SPOKEN.search(note) for note in notes)
    return sum(number(one[1]) - number(one[2]) for one in found if one)


def as_text(dump: bytes) -> bytes:
    """The bytes in which marks and places are told: unpacked as far as that goes, as UTF-8."""
    if dump.startswith(b"\x1f\x8b"):
        dump = b"".join(unpacked(zlib.decompressobj(31).decompress, io.BytesIO(dump)))
    elif dump.startswith(b"PK\3\4") and b"comments.dump" in dump:
        dump = member_text(dump)
    wide = dump.startswith((b"\xff\xfe", b"\xfe\xff")) or dump[:200].count(0) > 60
    if not wide:
        return dump
    little = dump[1:200:2].count(0) > dump[:200:2].count(0)
    return dump.decode("utf-16-le" if little else "utf-16-be", "replace").strip("\ufeff").encode()


def member_text(dump: bytes) -> bytes:
    """What can be read of an archive's one member."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(dump))
        with archive, archive.open(archive.namelist()[0]) as content:
            return b"".join(unpacked(bytes, content))
    except (zipfile.BadZipFile, IndexError, NotImplementedError, OSError, RuntimeError, ValueError):
        return b""


def unpacked(unpack, stream):
    """Pieces of a stream, as far as they can be unpacked."""
    while True:
        try:
            piece = stream.read(64)
            if not piece:
                return
            yield unpack(piece)
        except (zlib.error, zipfile.BadZipFile, EOFError, NotImplementedError):
            return


def outcome(path: Path, issued: Counter[bytes]) -> Outcome:
    """Read a dump; which of its marks got lost.

    issued: how often each mark stood in the undamaged dump. Some formats have each text twice, as
    HTML and plain: it is whole where both are.
    """
    raw = as_text(path.read_bytes())
    present: dict[bytes, list[int]] = defaultdict(list)
    for mark in MARK.finditer(raw):
        present[mark[0]].append(mark.start())
    present = {mark: at for mark, at in present.items() if 0 < issued[mark] <= len(at)}
    try:
        dump = read(path)
    except ModerationError as error:
        named = path.name in str(error)
        return Outcome("refused" if named else "lost", [], str(error))
    came = "\n".join(dump.comments["text"])
    if {name for name, _ in dump.formats.values()} <= OPENED:
        came += "\n".join(dump.threads["article"].dropna())
    out = set(MARK.findall(came.encode("utf-8", "replace")))
    rejects = list(dump.rejects.itertuples())
    missing = [Lost(mark, at) for mark, at in present.items() if mark not in out for at in at[:1]]
    articles = "\n".join(dump.threads["article"].dropna()).encode("utf-8", "replace")
    of_articles = set(MARK.findall(articles)) & in_articles(missing, raw)
    missing = [one for one in missing if one.mark not in of_articles]
    told = covered(missing, raw, rejects, len(dump.comments))
    lost = [one for one in missing if one.mark not in told]
    lost = lost[shortfall(dump.notes) :]
    silent = not (len(dump.comments) or rejects or dump.notes) and len(raw) > 200
    words = f"{len(dump.comments)} comments, {len(rejects)} rejects, read as {dump.formats}"
    words += "".join(f"\n    {one.place}: {one.reason[:90]}" for one in rejects[:6])
    words += "".join(f"\n    note: {note[:90]}" for note in dump.notes[:4])
    if lost or silent:
        return Outcome("lost", lost, words)
    return Outcome("rejects" if missing else "clean", [], words)


def whole(seed: int):
    """Undamaged dumps: format, marks that did not come out, number of rejects."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name in READERS:
            lost, rejects = 0, 0
            for file, make in DUMPS[name]:
                marked = texts(
                    1 if name.startswith("hashover") else 12, random.Random(f"{seed} {file}")
                )
                path = Path(folder) / file
                path.write_bytes(make([*marked.values()]))
                dump = read(path)
                came = MARK.findall("\n".join(dump.comments["text"]).encode())
                lost += len(set(marked) - set(came))
                rejects += len(dump.rejects)
            found.append((name, lost, rejects))
    return found


def dumps(count: int, seed: int, only: str | None = None):
    """So many damaged dumps: format, file name, damages, bytes and the marks that it was made with.

    Formats take turns; each dump has its own seed, so that any of them can be made again.
    """
    names = [name for name in DUMPS if only in (None, name)]
    for turn in range(count):
        chance = random.Random(f"{seed} {turn}")
        name = names[turn % len(names)]
        file, make = chance.choice(DUMPS[name])
        marked = texts(chance.choice(SIZES), chance)
        if name.startswith("hashover"):
            marked = dict([*marked.items()][:1])
        dump = make([*marked.values()])
        done = []
        if name not in SINGLE and chance.random() < 0.04:
            done.append("two in one file")
            dump += make([*texts(chance.choice(SIZES), chance).values()])
        issued = Counter(MARK.findall(dump))
        for _ in range(chance.choice([1, 1, 1, 1, 2, 2, 3, 4])):
            damage = chance.choice([*DAMAGES])
            dump = DAMAGES[damage](dump, chance)
            done.append(damage)
        if name not in PACKED and not dump.startswith(b"PK") and chance.random() < 0.06:
            done.append(chance.choice([*WRAPPERS]))
            dump = WRAPPERS[done[-1]](dump, chance)
        yield turn, name, file, done, dump, issued


def run(count: int, seed: int, keep: Path | None = None, only: str | None = None, show: int = 0):
    """Read so many damaged dumps; counts of outcomes by format, and words on what was lost."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    lost = []
    with tempfile.TemporaryDirectory() as folder:
        for turn, name, file, done, dump, marks in dumps(count, seed, only):
            path = Path(folder) / file
            path.write_bytes(dump)
            came = outcome(path, marks)
            path.unlink()
            seen[name][came.kind] += 1
            if came.kind != "lost":
                continue
            where = ", ".join(f"{one.mark.decode()} at byte {one.at}" for one in came.lost[:3])
            lost.append(
                f"{turn} {name} {file} {'+'.join(done)}: {len(came.lost)} of {len(marks)} "
                f"({where}); {came.told}"
            )
            if len(lost) <= show:
                print(lost[-1])
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{turn}-{file}").write_bytes(dump)
    return seen, lost


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dumps", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="one format")
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="a folder for the dumps that lost a comment")
    given = parser.parse_args()
    seen, lost = run(given.dumps, given.seed, given.keep, given.only, given.show)
    for name, kinds in seen.items():
        print(f"{name:20}", dict(kinds))
    total = sum(seen.values(), Counter())
    print(f"{sum(total.values())} dumps: {dict(total)}")
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
