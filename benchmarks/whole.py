"""Whole commands, from file to file, each in a process of its own: start-up, reading, scoring,
training. Reading is measured by itself in `reading`."""

from __future__ import annotations

import multiprocessing
import tempfile
from pathlib import Path

from benchmarks.reading import measure as measure_reading
from benchmarks.table import once, run, section, show

FILES = ("dump.jsonl", "dump.csv", "dump.parquet", "wordpress.xml", "disqus.xml")
TRAINED = 100_000  # rows


def measure(n: int, model: str) -> None:
    """Print the rows of all commands for n comments."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        section("start-up")
        show("--help", run("-m", "moderation", "--help"), goal="0.35 s / 0.2 s wall")
        section("from file to file, start-up included")
        process = multiprocessing.get_context("spawn").Process(
            target=_write, args=(folder, n, TRAINED)
        )
        process.start()
        process.join()
        _start(folder, model)
        _scoring(folder, n, model)
        _training(folder)
        section("readers, in process; ratio: to the processor time of Arrow alone and the tree")
        measure_reading(folder, FILES)


def _write(folder: Path, n: int, rows: int) -> None:
    from benchmarks.dumps import write

    write(folder, n, rows)


def _start(folder: Path, model: str) -> None:
    small, out = str(folder / "small.jsonl"), str(folder / "out.parquet")
    command = ("-m", "moderation", "score", small, "-m", model, "-o", out)
    show("score 20 comments", run(*command), goal="1.5 s / 0.8 s wall")


def _scoring(folder: Path, n: int, model: str) -> None:
    big, out = str(folder / "big.jsonl"), str(folder / "out.parquet")
    cost = once(("-m", "moderation", "score", big, "-m", model, "-o", out))
    goal = "100,000 / 250,000 a second wall; 1,500 / 800 MB"
    show(f"score {n:,}, all cores", cost, f"{n / cost.cpu:,.0f}", 0, goal)


def _training(folder: Path) -> None:
    command = ("-m", "moderation", "train", "-o", str(folder / "model"))
    once((*command, str(folder / "few_labels.parquet")))  # compiles
    cost = once((*command, str(folder / "labels.parquet")))
    show(f"train {TRAINED:,} rows, 4 labels", cost, goal="45 s / 15 s wall")
