"""The README and its pages are true: commands run, and print what the pages say they print.

`README_UPDATE=1 python -m pytest tests/documents/test_readme.py` writes the present output there.
"""

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

README = ROOT / "README.md"
PAGES = [README, ROOT / "docs/formats.md", ROOT / "docs/day.md"]  # with commands and their output
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def commands(block):
    """`[(command, output)]` of a block: a command stands after "$ ", its output below."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [tuple(part.split("\n", 1)) for part in parts]


@pytest.fixture
def folder(tmp_path):
    """A new user's clone, as far as the commands need it."""
    clone = tmp_path / "clone"
    for name in ("seeds", "labels"):
        shutil.copytree(ROOT / name, clone / name)
    return clone


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """The first scoring compiles, and says so."""
    printed("moderation score seeds/bike-lane.txt -o -", ROOT)


def printed(command, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "80", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ran.stdout, ran.returncode


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_prints_what_the_page_shows(page, folder):
    text = page.read_text(encoding="utf-8")
    shown = [pair for block in BLOCK.findall(text) for pair in commands(block)]
    assert shown
    for command, expected in shown:
        output, status = printed(command, folder)
        assert status == 0, (command, output)
        if os.environ.get("README_UPDATE"):
            text = text.replace(f"$ {command}\n{expected}", f"$ {command}\n{output}", 1)
            page.write_text(text, encoding="utf-8")
        else:
            assert output == expected, command


def test_no_other_page_shows_output():
    pages = [ROOT / "CONTRIBUTING.md", *ROOT.glob("*/*.md")]
    assert {page for page in pages if "```console" in page.read_text("utf-8")} <= set(PAGES)


def test_the_python_example_of_the_readme_runs(monkeypatch, tmp_path):
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    shutil.copytree(ROOT / "labels", tmp_path / "labels")
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    test = doctest.DocTestParser().get_doctest(example, {}, "README.md", "README.md", 0)
    result = doctest.DocTestRunner().run(test)
    assert result.attempted > 8
    assert result.failed == 0


def test_the_main_job_runs_as_written(folder):
    block = README.read_text(encoding="utf-8").split("```sh\n")[1].split("```")[0]
    command = block.strip().split(" && ")[-1].removeprefix(".venv/bin/")
    output, status = printed(command, folder)
    assert (status, (folder / "report.html").stat().st_size > 10_000) == (0, True), output
