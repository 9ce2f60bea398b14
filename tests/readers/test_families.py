"""The list of formats by family: each once, each with a line as it looks."""

from moderation.readers import READERS
from moderation.readers.families import FAMILIES


def test_each_format_is_in_one_family():
    names = [name for family in FAMILIES.values() for name in family]
    assert sorted(names) == sorted(READERS)


def test_each_format_has_a_line_as_it_looks():
    assert [name for name, reader in READERS.items() if not reader.sample] == []
