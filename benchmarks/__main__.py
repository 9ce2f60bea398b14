"""Measure: `python -m benchmarks [--rounds 5] [--sizes 85 190 1000] [--comments 1000000]`.

The kernel and its peers run in turn, round after round, so that whatever else the machine does
meets all of them. Rates and ratios are of processor time, which a shared machine distorts least:
the best round, and the median of the ratios within each round.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import warnings
from functools import partial

from benchmarks.peers import CONTESTANTS, Scorer
from benchmarks.table import HEAD, Cost, machine, section, show, timed
from benchmarks.texts import sample
from benchmarks.whole import measure as measure_whole

ONE, TWO = "moderation, 1 thread", "moderation, 2 threads"
GOALS = {
    "scikit-learn, same n-grams": "35 / 80 times",
    "fastText, characters 2-5": "5 / 10 times",
    TWO: "1.8 / 1.95 times in wall time",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="*", default=[85, 190, 1000])
    parser.add_argument("--comments", type=int, default=1_000_000, help="0: the kernel alone")
    parser.add_argument("-m", "--model", default="default")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the peers' own
    print(machine())
    print(HEAD)
    for size in options.sizes:
        measure(size, options.rounds)
    if options.comments:  # in a process of its own: a child's peak counts its parent's memory
        process = multiprocessing.get_context("spawn").Process(
            target=measure_whole, args=(options.comments, options.model)
        )
        process.start()
        process.join()
    print(f"\n{machine()}, at the end")


def measure(size: int, rounds: int) -> None:
    """Print the rows of the kernel and its peers for texts of `size` bytes."""
    train, source = sample(size, 3_000, seed=1)
    scorers = made(train)
    texts = {name: sample(size, max(200, CONTESTANTS[name][1] * 85 // size))[0] for name in scorers}
    costs: dict[str, list[Cost]] = {name: [] for name in scorers}
    for number in range(rounds + 1):
        for name, score in scorers.items():
            cost = timed(partial(score, texts[name]))
            if number:  # the first round warms up
                costs[name].append(cost)
    section(f"{size} bytes a comment, {source}, {rounds} rounds; ratio: the first row to this one")
    for name, found in costs.items():
        n = len(texts[name])
        pairs = zip(costs[ONE], found, strict=True)
        ratio = statistics.median(peer.cpu / n / (own.cpu / len(texts[ONE])) for own, peer in pairs)
        best = Cost(min(one.wall for one in found), min(one.cpu for one in found))
        rate = f"{n / best.cpu:,.0f} {n * size / best.cpu / 1e6:.1f} MB"
        show(name, best, rate, ratio, GOALS.get(name, ""))
    if TWO in costs:
        walls = [a.wall / b.wall for a, b in zip(costs[ONE], costs[TWO], strict=True)]
        print(f"  two threads to one in wall time: {statistics.median(walls):.2f} in the median, "
              f"{max(walls):.2f} at best")  # fmt: skip


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
