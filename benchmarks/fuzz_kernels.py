"""Hostile texts through every compiled module, with bounds checking, until the time is up.

    python -m benchmarks.fuzz_kernels --minutes 30

The loops are compiled for it, with every index checked; or MODERATION_LIBRARY names such a library,
with a sanitizer too (CONTRIBUTING.md).

Texts come from `hostile`, what is done with them from `kernel_drivers`. A round depends on --seed
and its number alone: the number stands in `fuzz_kernels.last` of the temporary folder while it
runs, so that a crash can be met again with --first. A round that takes longer than any should
ends the run with a traceback. The first round is of texts that did harm before.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.hostile import KNOWN, LARGEST, text, texts
from compiled.build import build

LIMIT = 300  # seconds for a round of a megabyte or two, checked; most take less than one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first round")
    parser.add_argument("--largest", type=int, default=LARGEST, help="bytes of a text")
    options = parser.parse_args()
    folder = tempfile.TemporaryDirectory()
    library = Path(folder.name) / "checked.so"
    if "MODERATION_LIBRARY" not in os.environ:  # read when the compiled loops are loaded
        build(library, checked=True)
        os.environ["MODERATION_LIBRARY"] = str(library)
    from benchmarks.kernel_drivers import drive
    from moderation.compiled import CHECKED

    assert CHECKED

    faulthandler.enable()
    last = Path(tempfile.gettempdir()) / "fuzz_kernels.last"
    print(f"a round that fails is repeated with what is in {last}", flush=True)
    began, number, read = time.monotonic(), options.first, 0
    while number == options.first or time.monotonic() < began + 60 * options.minutes:
        last.write_text(f"--seed {options.seed} --first {number}\n")
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        given = _given(random.Random(f"{options.seed} {number}"), number, options.largest)
        drive(random.Random(number), given)
        number, read = number + 1, read + sum(map(len, given))
    faulthandler.cancel_dump_traceback_later()
    last.unlink()
    rounds, seconds = number - options.first, time.monotonic() - began
    print(f"{rounds:,} rounds, {read:,} bytes of text, {seconds:.0f} s: nothing found")
    sys.exit(0)


def _given(chance: random.Random, number: int, largest: int) -> list[bytes]:
    """The texts of a round: the known ones, one by itself, or several together."""
    if number == 0:
        return list(KNOWN)
    if number % 3:
        return texts(chance, chance.randint(2, 40), min(largest, chance.choice((4096, 1 << 16))))
    return [text(chance, largest)]


if __name__ == "__main__":
    main()
