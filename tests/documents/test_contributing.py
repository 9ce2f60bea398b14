"""The worked example of CONTRIBUTING.md is true: a format is added by what it shows."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from places import ROOT

from moderation.readers import READERS, read
from moderation.readers.json import formats
from moderation.readers.json.shape import JsonFormat
from moderation.readers.registry import _json_reader

SECTION = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Adding a format")[1]
SECTION = SECTION.split("\n## ")[0]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)


@pytest.fixture
def row(monkeypatch):
    """The row of the example, as if it stood in the table."""
    made = eval(blocks("python")[0], {"JsonFormat": JsonFormat})
    monkeypatch.setattr(formats, "_ROWS", (*formats._ROWS, made))
    monkeypatch.setitem(formats.FORMATS, made.name, made)
    monkeypatch.setitem(READERS, made.name, _json_reader(made))
    return made


def test_the_example_adds_a_format(row, tmp_path):
    path, name, expected = eval(blocks("python")[1])
    sample = tmp_path / path
    sample.parent.mkdir()
    sample.write_text(blocks("json")[0])
    dump = read(sample)
    assert dump.formats[str(sample)] == (name, "JSON objects with nr, answers, html")
    columns = ["thread_id", "id", "parent_id", "depth", "status"]
    found = dump.comments[columns].astype(object).where(dump.comments[columns].notna(), None)
    assert list(found.itertuples(index=False, name=None)) == expected
    assert dump.comments["text"][0] == "Tea & milk."
    assert dump.threads["title"].tolist() == ["Tea or coffee?"]


def test_a_json_format_takes_at_most_40_lines():
    assert sum(block.count("\n") for block in [*blocks("json"), *blocks("python")]) <= 40


def test_every_place_that_is_named_exists():
    for name in re.findall(r"`((?:tests|readers)/[\w/]+\.py)`", SECTION):
        assert (ROOT / name).exists() or (ROOT / "moderation" / name).exists()


def _pins():
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines]
    return {(canonicalize_name(one.name), str(one.specifier)): one for one in found}


def _wanted():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + extras["dev"] + extras["cluster"]
    return [Requirement(line) for line in lines if not line.startswith("moderation[")]


def test_the_pinned_environment_agrees_with_the_project():
    pinned = {}
    for name, version in _pins():
        pinned.setdefault(name, []).append(version.removeprefix("=="))
    for wanted in _wanted():
        versions = pinned.get(canonicalize_name(wanted.name), [])
        assert versions, f"{wanted} is not in requirements-dev.txt: compile it again"
        assert all(map(wanted.specifier.contains, versions)), f"{wanted}, pinned {versions}"


def test_every_requirement_is_pinned():
    assert all(version.startswith("==") for _, version in _pins())
