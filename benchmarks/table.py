"""The one table: every row says what was measured, its cost, and the goal beside it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

HEAD = f"{'':42}{'wall s':>8}{'cpu s':>8}{'MB':>7}{'per cpu s':>14}{'ratio':>8}  goal / reach for"


class Cost(NamedTuple):
    """Of one process: seconds, seconds of processor time (all threads), peak memory in MB."""

    wall: float
    cpu: float
    peak: float = 0.0


def machine() -> str:
    """Processor, cores, Python and load."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8").splitlines()
        named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        model = named[0] if named else model
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f}"


def timed(work: Callable[[], object]) -> Cost:
    """Wall and processor time of one call in this process."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - began, time.process_time() - used)


def run(*command: str, rounds: int = 2) -> Cost:
    """Run `python …` once to warm up and `rounds` times more; the least of each figure."""
    found = [once(command) for _ in range(rounds + 1)][1:]
    return Cost(*(min(values) for values in zip(*found, strict=True)))


def once(command: tuple[str, ...]) -> Cost:
    """Run `python …` in a process of its own. Raises SystemExit with what it said if it fails."""
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


def show(what: str, cost: Cost, done: str = "", ratio: float = 0, goal: str = "") -> None:
    """Print a row. done: what a second of processor time does; ratio: to the peer; goal: a note."""
    peak = f"{cost.peak:7.0f}" if cost.peak else f"{'':7}"
    told = f"{ratio:8.2f}" if ratio else f"{'':8}"
    row = f"{what:42}{cost.wall:8.2f}{cost.cpu:8.2f}{peak}{done:>14}{told}  {goal}"
    print(row.rstrip(), flush=True)


def section(what: str) -> None:
    """Print a line that says what the next rows measure."""
    print(f"\n{what}", flush=True)
