"""Whole commands, from file to file: `python -m benchmarks.whole [--comments 100000] [-m MODEL]`.

Wall time, processor time and peak memory of each command in a process of its own, beside what
pyarrow alone needs to read the same file. The first run of a command warms up and compiles.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

BYTES = 190  # of a comment
READ = {
    "jsonl": "import sys, pyarrow.json as j; j.read_json(sys.argv[1])",
    "csv": "import sys, pyarrow.csv as c; "
    "c.read_csv(sys.argv[1], parse_options=c.ParseOptions(newlines_in_values=True))",
    "parquet": "import sys, pyarrow.parquet as p; p.read_table(sys.argv[1])",
}


class Cost(NamedTuple):
    """Of one process: seconds, seconds of processor time, peak memory in MB."""

    wall: float
    cpu: float
    peak: float


def dump(path: Path, n: int) -> str:
    """Write n comments in threads of up to 200 as JSON lines; returns where the texts are from."""
    import numpy as np
    import orjson

    from benchmarks.texts import sample

    rng = np.random.default_rng(0)
    texts, source = sample(BYTES, n)
    with path.open("wb") as file:
        for row, text in enumerate(texts):
            place = row % 200
            parent = row - int(rng.integers(1, min(place, 9) + 1)) if place else None
            record = {
                "id": f"c{row}",
                "parent_id": None if parent is None else f"c{parent}",
                "thread_id": f"t{row // 200}",
                "author": f"reader {row % 5003}",
                "created_at": f"2024-01-{1 + row % 28:02}T12:00:{row % 60:02}Z",
                "text": text,
                "title": texts[row // 200][:60],
            }
            file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
    return source


def run(*command: str) -> Cost:
    """Run `python …` once to warm up and twice more; the run of the least wall time."""
    found = [_once(command) for _ in range(3)][1:]
    return min(found)


def _once(command: tuple[str, ...]) -> Cost:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    error = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: {error.decode()}")
    unit = 1 if platform.system() == "Darwin" else 1024
    peak = used.ru_maxrss * unit / 1e6
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime, peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=100_000)
    parser.add_argument("-m", "--model", default="default")
    options = parser.parse_args()
    n = options.comments
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"{platform.machine()}, {cores} cores, load {load:.1f}, {platform.python_version()}")
    print(f"{'':38}{'wall s':>8}{'cpu s':>8}{'MB':>8}{'/s':>10}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measure(folder, n, options.model)


def write(folder: Path, n: int) -> None:
    """The dumps to measure with, in a process of its own: a child's peak counts its parent's."""
    import pyarrow.csv as pa_csv
    import pyarrow.json as pa_json
    import pyarrow.parquet as pq

    print(f"{n:,} comments of {BYTES} bytes, {dump(folder / 'dump.jsonl', n)}")
    dump(folder / "small.jsonl", 20)
    table = pa_json.read_json(folder / "dump.jsonl")
    pa_csv.write_csv(table, folder / "dump.csv")
    pq.write_table(table, folder / "dump.parquet")


def measure(folder: Path, n: int, model: str) -> None:
    path, small, out = folder / "dump.jsonl", folder / "small.jsonl", str(folder / "out.parquet")
    process = multiprocessing.get_context("spawn").Process(target=write, args=(folder, n))
    process.start()
    process.join()
    show("--help", run("-m", "moderation", "--help"))
    show(
        "score 20 comments",
        run("-m", "moderation", "score", str(small), "-m", model, "-o", out),
    )
    for kind, code in READ.items():
        file = str(folder / f"dump.{kind}")
        alone = run("-c", code, file)
        show(f"{kind}: pyarrow alone", alone, n)
        ours = run("-m", "moderation", "parse", file, "-o", out)
        show(f"{kind}: parse, tree, Parquet", ours, n, ours.cpu / alone.cpu)
    for workers in ("1", "2"):
        command = ("-m", "moderation", "score", str(path), "-m", model, "-o", out)
        show(f"score, {workers} threads", run(*command, "--workers", workers), n)


def show(what: str, cost: Cost, n: int = 0, ratio: float = 0) -> None:
    rate = f"{n / cost.wall:10,.0f}" if n else f"{'':10}"
    told = f"{ratio:8.2f}" if ratio else ""
    print(f"{what:38}{cost.wall:8.2f}{cost.cpu:8.2f}{cost.peak:8.0f}{rate}{told}", flush=True)


if __name__ == "__main__":
    main()
