"""The list of formats by family: each once, each with a line as it looks."""

import re
from pathlib import Path

from moderation.readers import READERS
from moderation.readers.families import FAMILIES

ROOT = Path(__file__).parents[2]


def test_each_format_is_in_one_family():
    names = [name for family in FAMILIES.values() for name in family]
    assert sorted(names) == sorted(READERS)


def test_each_format_is_on_a_page_of_the_documentation():
    pages = " ".join(page.read_text("utf-8") for page in (ROOT / "docs/formats").glob("*.md"))
    assert [name for name in READERS if f"`{name}`" not in pages] == []


def test_each_page_of_a_family_says_how_to_get_the_file_and_what_is_lost():
    for page in (ROOT / "docs/formats").glob("*.md"):
        rows = [row for row in page.read_text("utf-8").splitlines() if row.startswith("| ")]
        assert rows, page.name
        assert [row for row in rows if re.search(r"\|\s*\|", row)] == []


def test_each_format_has_a_line_as_it_looks():
    assert [name for name, reader in READERS.items() if not reader.sample] == []
