"""Compiled code is kept where this user alone can write, under a digest of all compiled modules."""

import re
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from moderation.features import compiled

PACKAGE = Path(compiled.__file__).parents[1]


def test_every_module_that_compiles_is_in_the_digest():
    users = {
        path
        for path in PACKAGE.rglob("*.py")
        if re.search(
            r"^@(compiled|inlined|allocating|reordering|njit|numba)", path.read_text(), re.M
        )
    }
    assert users - set(compiled._sources()) == set()
    assert len(users) > 8


def test_no_module_uses_numba_but_through_compiled():
    users = {p.stem for p in PACKAGE.rglob("*.py") if "numba import" in p.read_text()}
    assert users == set()


def test_entry_points_of_scoring_are_functions_that_exist():
    for name in compiled._SCORING:
        module, function = name.split(".")
        assert f"\ndef {function}(" in (PACKAGE / f"{module}.py").read_text()


@pytest.mark.skipif(not hasattr(stat, "S_IWGRP") or sys.platform == "win32", reason="POSIX modes")
def test_without_a_home_a_private_temporary_folder_is_taken(monkeypatch, tmp_path):
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setenv("HOME", str(blocked))
    monkeypatch.setattr(compiled.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(compiled.sys, "platform", "linux")
    folder = compiled._folder()
    assert folder is not None
    assert folder.is_relative_to(tmp_path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_a_folder_that_others_can_write_to_is_not_taken(monkeypatch, tmp_path):
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setenv("HOME", str(blocked))
    monkeypatch.setattr(compiled.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(compiled.sys, "platform", "linux")
    folder = compiled._folder()
    folder.parent.chmod(0o777)
    assert compiled._folder() is None


def total(values):
    found = 0.0
    for value in values:
        found += value
    return found


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """The files of `total`, compiled for two types of numbers."""
    monkeypatch.setattr(compiled, "FOLDER", tmp_path)
    made = compiled.allocating(total)
    made(np.ones(3, np.int32)), made(np.ones(3, np.float32))
    found = sorted(tmp_path.rglob("test_compiled.total-*.nbc"))
    assert len(found) == 2
    return found


@pytest.mark.parametrize("stage", ["warm", "swapped", "cut", "empty", "flipped", "gone"])
def test_code_of_another_signature_or_a_damaged_file_is_not_run(kept, stage):
    one, two = (path.read_bytes() for path in kept)
    middle = len(one) // 2
    change = {
        "warm": (one, two),
        "swapped": (two, one),
        "cut": (one[:100], two[:-1]),
        "empty": (b"", b""),
        "flipped": (one[:middle] + bytes([one[middle] ^ 1]) + one[middle + 1 :], two),
    }
    for path in kept:
        path.unlink()
    for path, content in zip(kept, change.get(stage, ()), strict=False):
        path.write_bytes(content)
    again = compiled.allocating(total)
    assert again(np.array([1, 2, 4], np.int32)) == 7
    assert again(np.array([0.5, 2, 4], np.float32)) == 6.5


def test_what_is_told_before_the_first_long_compilation_is_told_once(monkeypatch, tmp_path):
    told = []
    monkeypatch.setattr(compiled, "_LONG", {"features/test_compiled.total"})
    for folder in (tmp_path, tmp_path, None):
        monkeypatch.setattr(compiled, "FOLDER", folder)
        compiled.before_compiling(lambda place=folder: told.append(place))
        compiled.allocating(total)(np.ones(3, np.int16))
    assert told == [tmp_path, None]
    compiled._notices.clear()


def test_numba_starts_without_what_nothing_compiled_needs():
    code = (
        "import sys; from moderation.features.start import start_numba; start_numba()\n"
        "import numpy as np; from moderation.context.head import rows_above\n"
        "absent = {'scipy', 'coverage', 'yaml', 'cffi', 'sklearn'}.isdisjoint(sys.modules)\n"
        "print(rows_above(np.array([1, 2, 1], np.int32)).tolist(), absent)\n"
        "import scipy.linalg.cython_blas"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[0] == "[-1, 0, -1] True"
