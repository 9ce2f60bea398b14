"""The page on results: its commands answer what it says, and its Python runs."""

import doctest
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

PAGE = (ROOT / "docs/results.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    clone = tmp_path_factory.mktemp("clone")
    for name in ("seeds", "labels"):
        shutil.copytree(ROOT / name, clone / name)
    return clone


def test_the_commands_answer_as_the_page_says(folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    blocks = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)).splitlines()
    commands = [line for line in blocks if line != "datasette scored.db -m scored.metadata.json"]
    assert len(commands) == len(blocks) - 1 == 3  # the one that would serve is left out
    for command in commands:
        ran = subprocess.run(
            command,
            shell=True,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    (answer,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(ran.stdout) == json.loads(answer)


def test_the_python_runs(folder, monkeypatch):
    monkeypatch.chdir(folder)
    subprocess.run(
        [sys.executable, "-m", "moderation", "score", "seeds/", "-o", "scored.parquet"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        test = doctest.DocTestParser().get_doctest(block, {}, "results.md", "results.md", 0)
        result = doctest.DocTestRunner().run(test)
        assert result.attempted > 3
        assert result.failed == 0
