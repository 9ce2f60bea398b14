"""Measure: `python -m benchmarks [--rounds 5] [--sizes 85 190 1000]`.

All contestants run in turn, round after round, so that whatever else the machine does meets all
of them; the table has the best round, and the ratio of this program to each peer in the same
round (the median).
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
import warnings

from benchmarks.peers import CONTESTANTS, Scorer
from benchmarks.texts import sample

FIRST = "moderation, 1 thread"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[85, 190, 1000])
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the peers' own
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )
    for size in options.sizes:
        measure(size, options.rounds)


def measure(size: int, rounds: int) -> None:
    """Print one table, for texts of `size` bytes."""
    train, source = sample(size, 3_000, seed=1)
    scorers = made(train)
    texts = {name: sample(size, max(200, CONTESTANTS[name][1] * 85 // size))[0] for name in scorers}
    rates: dict[str, list[float]] = {name: [] for name in scorers}
    for number in range(rounds + 1):
        for name, score in scorers.items():
            began = time.perf_counter()
            score(texts[name])
            if number:  # the first round warms up
                rates[name].append(len(texts[name]) / (time.perf_counter() - began))
    print(f"\n{size} bytes a comment, {source}, best of {rounds} rounds")
    print(f"{'':32}{'comments/s':>12}{'MB/s':>8}{'ratio':>8}")
    for name, found in rates.items():
        ratio = statistics.median(a / b for a, b in zip(rates[FIRST], found, strict=True))
        best = max(found)
        print(f"{name:32}{best:12,.0f}{best * size / 1e6:8.1f}{ratio:8.2f}")


def made(train: list[str]) -> dict[str, Scorer]:
    """The contestants that are installed, trained."""
    scorers = {}
    for name, (make, _) in CONTESTANTS.items():
        try:
            scorers[name] = make(train)
        except ImportError as error:
            print(f"{name}: left out ({error})")
    return scorers


if __name__ == "__main__":
    main()
