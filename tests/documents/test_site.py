"""The documentation builds as a site, without a warning, a dead link, or a command that changed."""

import json
import re
import subprocess
import sys

import pytest
from places import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-c", "docs"]
    cache = ["-d", str(folder / "cache"), "-b", "html", ".", str(folder / "html")]
    ran = subprocess.run([*command, *cache], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")  # links within are among its warnings
    return folder / "html"


def test_every_page_is_reached_and_searched(site):
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    named = json.loads(index.removeprefix("Search.setIndex(").rstrip(")"))["docnames"]
    pages = {path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob("docs/*.md")}
    assert pages <= set(named)
    assert {"README", "models/README", "labels/README", "CHANGELOG"} <= set(named)


def test_pages_need_no_network(site):
    page = (site / "docs/tutorial.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert '<link rel="stylesheet" type="text/css" href="http' not in page


def test_every_page_is_there_as_markdown_too(site):
    told = (site / "llms.txt").read_text(encoding="utf-8")
    named = re.findall(r"^- \[.+\]\((.+)\)$", told, re.MULTILINE)
    assert {"README.md", "docs/tutorial.md", "docs/notebook.ipynb", "models/README.md"} <= set(
        named
    )
    assert [
        name for name in named if (site / name).read_bytes() != (ROOT / name).read_bytes()
    ] == []


def test_the_python_reference_has_every_public_name(site):
    import moderation

    page = (site / "docs/python.html").read_text(encoding="utf-8")
    assert [name for name in moderation.__all__ if f'id="moderation.{name}"' not in page] == []


def test_the_reference_of_commands_is_what_help_says():
    script = [sys.executable, "docs/write_commands.py", "--check"]
    ran = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{ran.stderr}run `python docs/write_commands.py`"
