"""Megabytes a second of each reader: `python -m benchmarks.formats [FORMAT or FILE ...]`.

A file of each format is made from comments of 190 bytes, as the tests of damage make theirs, and
read whole: detection, records, checks of what is lost, trees. Beside it stands what the best
library needs to parse the same file and do nothing with it. All in processor time, the least of
some rounds. Files that are named are measured as they are.
"""

from __future__ import annotations

import argparse
import csv
import email
import gc
import json
import mailbox
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.table import machine, timed
from benchmarks.texts import sample
from moderation.errors import ModerationError
from moderation.readers import READERS, read

BYTES = 190  # of a comment
SMALL = 2_000  # comments of the file from which the number of those wanted is told
SINGLE = {"hashover", "hashover-xml"}  # a file is one comment
GOAL = 20  # MB/s
COLLECTED = 100_000  # objects between collections of garbage, as the commands have it
Parse = Callable[[Path], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", help="formats or files; without: every format")
    parser.add_argument("--megabytes", type=float, default=12)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for the files that are made")
    options = parser.parse_args()
    gc.set_threshold(COLLECTED)
    print(machine())
    print(f"{'':34}{'MB':>6}{'comments':>10}{'MB/s':>8}  the best library's bare parse")
    with tempfile.TemporaryDirectory() as folder:
        home = options.keep or Path(folder)
        files = [Path(word) for word in options.what if word not in READERS]
        names = [word for word in options.what if word in READERS] or [*READERS] * (not files)
        for path in files:
            measure(path.name, path, options.rounds)
        for label, path in made(home, names, options.megabytes):
            measure(label, path, options.rounds)
            if not options.keep:
                path.unlink()


def measure(label: str, path: Path, rounds: int) -> None:
    """Print the row of a file."""
    size = path.stat().st_size / 1e6
    found: list[int] = []
    try:
        cost = min(
            timed(lambda: found.append(len(read(path).comment_table))).cpu for _ in range(rounds)
        )
    except ModerationError as error:
        print(f"{label:34}{size:6.1f} not read: {error}")
        return
    peers = []
    for name, parse in parses(path):
        try:
            peers.append(f"{name} {size / timed(lambda parse=parse: parse(path)).cpu:.0f}")
        except (ImportError, ValueError):  # not installed, or several JSON texts in one file
            continue
    mark = " " if size / cost >= GOAL else "*"
    row = f"{label:34}{size:6.1f}{found[0]:10,}{size / cost:8.1f}{mark} {', '.join(peers)}"
    print(row.rstrip(), flush=True)


def made(folder: Path, names: Iterable[str], megabytes: float) -> Iterator[tuple[str, Path]]:
    """A label and a file for each way in which each format's dumps are written."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "fuzz"))
    from marked_dumps import DUMPS

    many = [" ".join(text.split()) for text in sample(BYTES, int(megabytes * 1e6 / BYTES))[0]]
    for name in names:
        makers = dict(reversed(DUMPS[name])) if name not in SINGLE else {}  # compact, not indented
        for number, (file, make) in enumerate(makers.items()):
            small = len(make(many[:SMALL]))
            count = min(len(many), int(megabytes * 1e6 * SMALL / small))
            home = folder / f"{name}-{number}"
            home.mkdir(parents=True, exist_ok=True)
            (home / file).write_bytes(make(many[:count]))
            yield f"{name}, {file}", home / file


def parses(path: Path) -> list[tuple[str, Parse]]:
    """What parses such a file, each with its name."""
    return _PARSES.get(path.suffix, [])


def _csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


def _arrow_csv(path: Path) -> Any:
    import pyarrow.csv as pa_csv

    options = pa_csv.ParseOptions(
        newlines_in_values=True, delimiter="\t" if path.suffix == ".tsv" else ","
    )
    return pa_csv.read_csv(path, parse_options=options)


def _orjson(path: Path) -> Any:
    import orjson

    return orjson.loads(path.read_bytes())


def _orjson_lines(path: Path) -> int:
    import orjson

    return sum(1 for line in path.read_bytes().splitlines() if orjson.loads(line))


def _mailbox(path: Path) -> int:
    """Messages with their texts, as the standard library reads them."""
    return sum(len(str(message.get_payload())) for message in mailbox.mbox(path))


def _email(path: Path) -> int:
    """Messages alone, cut at the lines that begin them."""
    raw = path.read_bytes().split(b"\nFrom ")
    return sum(len(email.message_from_bytes(message).keys()) for message in raw)


def _openpyxl(path: Path) -> int:
    from openpyxl import load_workbook

    return sum(1 for sheet in load_workbook(path, read_only=True) for _ in sheet.values)


def _calamine(path: Path) -> int:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def _lxml(path: Path) -> Any:
    from lxml import etree

    return etree.parse(path, etree.XMLParser(huge_tree=True))


def _lxml_html(path: Path) -> Any:
    from lxml import html

    return html.document_fromstring(path.read_bytes(), parser=html.HTMLParser(huge_tree=True))


def _feedparser(path: Path) -> Any:
    import feedparser

    return feedparser.parse(path.read_bytes())


def _sqlite(path: Path) -> int:
    with sqlite3.connect(path) as base:
        tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return sum(len(base.execute(f'SELECT * FROM "{name}"').fetchall()) for (name,) in tables)


def _parquet(path: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(path)


_PARSES: dict[str, list[tuple[str, Parse]]] = {
    ".json": [("orjson", _orjson), ("json", lambda path: json.loads(path.read_bytes()))],
    ".jsonl": [("orjson by line", _orjson_lines)],
    ".ndjson": [("orjson by line", _orjson_lines)],
    ".csv": [("Arrow", _arrow_csv), ("csv", _csv)],
    ".tsv": [("Arrow", _arrow_csv), ("csv", _csv)],
    ".mbox": [("email", _email), ("mailbox", _mailbox)],
    ".xlsx": [("python-calamine", _calamine), ("openpyxl", _openpyxl)],
    ".xml": [("lxml", _lxml), ("feedparser", _feedparser)],
    ".html": [("lxml", _lxml_html)],
    ".db": [("sqlite3", _sqlite)],
    ".sqlite3": [("sqlite3", _sqlite)],
    ".parquet": [("Arrow", _parquet)],
}


if __name__ == "__main__":
    main()
