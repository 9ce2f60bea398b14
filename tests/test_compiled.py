"""Python and the compiled loops agree on what they pass each other."""

import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from places import ROOT

import moderation.compiled as binding
from compiled.build import compiler, digest
from moderation.compiled import F4, I4, INT, W_F8, W_I4, Loop, Prepared, group
from moderation.context import overlap, terms
from moderation.features import characters, folding, kernel, ngrams, phrases
from moderation.features.common_words import HASH_PRIME, HASH_SEED
from moderation.labels import duplicates

SOURCES = ROOT / "compiled"
CONSTANTS = {
    "comment.h": {
        **{name: getattr(folding, name) for name in ("SPACE", "PUNCT", "LETTER", "DIGIT", "EMOJI")},
        **{name: getattr(folding, name) for name in ("IGNORE", "MARK", "KIND_BITS")},
        **{name: getattr(folding, name) for name in ("UPPER", "STYLED", "EXPAND", "LATIN", "LOOK")},
        "N_SEEN": characters.N_SEEN,
        "TOKENS": characters.TOKENS,
        "ITEMS": characters.ITEMS,
        "N_STATE": characters.N_STATE,
        "HASH_SEED": HASH_SEED,
        "HASH_PRIME": HASH_PRIME,
        "BUCKET_PRIME": int(kernel.BUCKET_PRIME),
    },
    "characters.c": {name: getattr(folding, name) for name in ("LIMIT", "I_SHORT")},
    "scores.h": {"N_DENSE": len(ngrams.DENSE_FEATURES)},
    "scores.c": {"COLUMNS": kernel.COLUMNS},
    "phrases.c": {"CLASSES": phrases.CLASSES, "DRAWER_BITS": phrases.DRAWER_BITS},
    "terms.h": {"BITS": terms.BITS, "N_SHAPE": len(terms.SHAPE)},
    "terms.c": {"STEM": terms.STEM, "TABLE": terms.TABLE},
    "overlap.c": {"MEASURES": len(overlap.MEASURES), "REACH": overlap.REACH},
    "duplicates.c": {"HASHES": duplicates.HASHES},
}


def constants(name):
    """The enumerated names of a C file and their numbers, and its constants of 64 bits."""
    source = re.sub(r"/\*.*?\*/", "", (SOURCES / name).read_text(), flags=re.S)
    found = {}
    for body in re.findall(r"enum \{(.*?)\};", source, re.S):
        number = -1
        for entry in filter(None, map(str.strip, body.split(","))):
            key, _, value = map(str.strip, entry.partition("="))
            number = eval(re.sub(r"'(.)'", r"ord('\1')", value), {}, found) if value else number + 1
            found[key] = number
    for key, value in re.findall(r"const uint64_t (\w+) = (0x\w+);", source):
        found[key] = int(value, 16)
    return found


@pytest.mark.parametrize("name", CONSTANTS)
def test_numbers_that_both_sides_know_are_the_same(name):
    found = constants(name)
    assert {key: found[key] for key in CONSTANTS[name]} == CONSTANTS[name]


def test_what_overlaps_are_weighed_with_is_the_same():
    source = (SOURCES / "overlap.c").read_text()
    expected = f"DECAY = {overlap.DECAY}, MOST_WORDS = {overlap.MOST}, MU = {overlap.MU};"
    assert expected in source


def test_the_library_is_made_of_these_sources():
    assert digest() == binding.SOURCES


def line(features, weights, out):
    Loop("line", F4, F4, binding.FLOAT, W_F8)(features, weights, 0.5, out)
    return out.tolist()


def test_a_loop_reads_and_writes_arrays():
    features, weights = np.ones((2, 3), np.float32), np.array([1, 2, 4], np.float32)
    assert line(features, weights, np.empty(2)) == [7.5, 7.5]
    assert line(np.empty((0, 3), np.float32), weights, np.empty(0)) == []


@pytest.mark.parametrize(
    ("features", "weights", "out"),
    [
        (np.ones((2, 3)), np.ones(3, np.float32), np.empty(2)),
        (np.ones((2, 6), np.float32)[:, ::2], np.ones(3, np.float32), np.empty(2)),
        (np.ones((2, 3), np.float32), np.ones(3, np.float32), np.empty(2, np.float32)),
        (np.ones((2, 3), np.float32), np.ones(3, np.float32), np.frombuffer(bytes(16))),
    ],
    ids=["another type", "not contiguous", "another type to write to", "read-only"],
)
def test_arrays_that_do_not_fit_are_refused(features, weights, out):
    with pytest.raises(TypeError, match="expected float"):
        line(features, weights, out)


def test_a_loop_takes_as_many_arguments_as_it_has():
    loop = Loop("all_terms", binding.U1, binding.I8, terms.SPELLING, W_I4, binding.W_I8)
    with pytest.raises(ValueError, match="shorter"):
        loop(np.zeros(1, np.uint8))
    with pytest.raises(ImportError, match="another version"):
        Loop("all_terms", binding.U1, binding.I8)


def test_prepared_values_are_those_they_were_made_of():
    kind = group(I4, INT)
    value = np.arange(3, dtype=np.int32), 7
    words, again = [], []
    kind.put(value, words)
    kind.put(Prepared(kind, value), again)
    assert words == again
    assert words[1:] == [3, 1, 7]


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """The library with every index checked."""
    if compiler() is None:
        pytest.skip("no C compiler")
    path = tmp_path_factory.mktemp("checked") / "checked.so"
    subprocess.run(
        [sys.executable, SOURCES / "build.py", "--checked", "-o", path],
        check=True,
        env=os.environ | {"CFLAGS": "-O1"},
    )
    return path


@pytest.mark.parametrize(
    ("first", "last", "size"),
    [(0, 10, 16), (-1, 3, 16), (0, 9, 4)],
    ids=["after", "before", "no room"],
)
def test_the_checked_library_names_the_place(checked, first, last, size):
    code = f"""
import numpy as np
from moderation.features.characters import make_scratch
from moderation.features.kernel import read_comment
from moderation.features.ngrams import NgramConfig
text = np.full(9, ord("a"), np.uint8)
read_comment(text, {first}, {last}, NgramConfig().grams, make_scratch({size}))
"""
    ran = subprocess.run(
        [
            *(sys.executable, "-c"),
            code,
        ],
        env=os.environ | {"MODERATION_LIBRARY": str(checked)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    told = r"IndexError: an index out of bounds: \S*compiled.\w+\.[ch]:\d+$"
    assert re.search(told, ran.stderr.strip())


def test_nothing_is_left_of_a_build_that_failed(tmp_path):
    if shutil.which("false") is None:
        pytest.skip("no command that fails")
    ran = subprocess.run(
        [sys.executable, SOURCES / "build.py", "-o", tmp_path / "library.so"],
        env=os.environ | {"CC": "false"},
        capture_output=True,
        check=False,
    )
    assert ran.returncode != 0
    assert list(tmp_path.iterdir()) == []
