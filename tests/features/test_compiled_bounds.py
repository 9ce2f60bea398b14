"""No compiled function reads or writes beyond what it was given, whatever the text."""

import os
import random
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import orjson
import pytest
from places import ROOT

from benchmarks.hostile import KNOWN, MAKERS, text
from moderation.context.features import OVERLAP_FEATURES, expand
from moderation.evidence.words import Evidence
from moderation.features.kernel import DENSE_FEATURES
from moderation.features.phrases import CLASSES, Lexicon
from moderation.flags.why_json import reasons
from moderation.model.calibration import Calibration
from moderation.model.labels import ContextLabel

SECONDS = 12


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


def test_there_is_room_for_the_reasons_of_many_context_labels():
    """A comma each: with three labels or more they were written beyond the end."""
    count = 40
    heads = [ContextLabel(str(k), SimpleNamespace(), Calibration(), 0.0) for k in range(count)]
    found = Evidence(
        np.zeros(6, np.int64), np.empty(0, np.int32), np.empty(0, np.int32), np.empty((0, 0)),
        np.zeros((5, len(DENSE_FEATURES), 0)), np.zeros(0),
    )  # fmt: skip
    told = {head.name: [{}] * 5 for head in heads}
    why = reasons(found, heads, told, np.zeros((5, count)), np.ones((5, count), bool))
    (one,) = {orjson.loads(text)["39"]["score"] for text in why.to_pylist()}
    assert one == 0
    size = len(why.buffers()[2])
    assert size == sum(map(len, why.to_pylist()))


def test_a_word_class_that_has_no_phrases_is_refused():
    hashes, names = np.array([7], np.uint64), tuple(map(str, range(200)))
    Lexicon(names, hashes, np.array([CLASSES - 1], np.uint8))
    with pytest.raises(ValueError, match="at most 23"):
        Lexicon(names, hashes, np.array([CLASSES], np.uint8))


def test_the_features_of_a_row_fill_it_exactly():
    columns = len(OVERLAP_FEATURES)
    out, can_tell = np.full((1, columns + 1), -7.5, np.float32), np.zeros(1, np.bool_)
    measured, shapes = np.zeros((1, 18), np.float32), np.ones((1, 5), np.float32)
    parents, bounds, has_head = np.array([-1]), np.array([0, 1]), np.ones((1, 2), np.bool_)
    expand(measured, shapes, parents, bounds, has_head, 1, out, can_tell)
    assert (out[0] == -7.5).tolist() == [False] * columns + [True]
