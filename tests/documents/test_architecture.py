"""docs/architecture.md names files that exist, and goes through every package."""

import re

from places import ROOT

PACKAGE = ROOT / "moderation"
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([\w/]+(?:\.py|\.js|/))`", PAGE))


def test_every_file_that_is_named_exists():
    assert len(NAMED) > 50
    assert {path for path in NAMED if not (PACKAGE / path).exists()} == set()


def test_the_walk_goes_through_every_package():
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages - {path.split("/")[0] for path in NAMED} == set()


def test_the_walk_fits_on_a_page():
    assert len(PAGE.splitlines()) <= 110
