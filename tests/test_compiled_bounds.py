"""No compiled function reads or writes beyond what it was given, whatever the text."""

import os
import random
import subprocess
import sys

import numpy as np
from conftest import ROOT

from benchmarks.hostile import KNOWN, MAKERS, text
from moderation.context.expand import CONTEXT_FEATURES

SECONDS = 20


def test_the_fuzzer_finds_nothing_with_bounds_checking():
    """All compiled modules; for minutes: `python -m benchmarks.fuzz_kernels --minutes 30`."""
    ran = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "benchmarks.fuzz_kernels"),
            *("--minutes", str(SECONDS / 60), "--largest", "100000"),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, "nothing found" in ran.stdout) == (0, True), ran.stderr[-3000:]


def test_hostile_texts_are_of_all_sizes_and_the_same_for_a_seed():
    sizes = [len(text(random.Random(seed))) for seed in range(300)]
    assert min(sizes) <= 2
    assert max(sizes) > 100_000
    assert [len(text(random.Random(seed))) for seed in range(300)] == sizes
    made = [make(random.Random(1), 1000) for make in MAKERS]
    assert all(made)
    assert len(KNOWN) > 30


def test_the_features_of_a_row_fill_it_exactly():
    from moderation.context.expand import _row

    out = np.full(len(CONTEXT_FEATURES) + 1, -7.5, np.float32)
    _row.py_func(np.zeros(18), np.ones(5), np.zeros(2), np.ones(4), 2, out)
    assert (out == -7.5).tolist() == [False] * len(CONTEXT_FEATURES) + [True]
