"""A line or cell that never ends is rejected with its place, and reading goes on behind it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import InputError
from moderation.readers import Source, read
from moderation.readers.plaintext.page import _PROSE_LINE


def rejects(dump):
    """The line and reason of each; `test_lost_records` looks at the bytes."""
    found = dump.rejects[["place", "reason"]].itertuples(index=False, name=None)
    return [(place.partition(",")[0], reason) for place, reason in found]


@pytest.fixture
def short_limits(monkeypatch):
    sizes = {
        "LONGEST_LINE": 40_000,
        "LONGEST_FIELD": 2_000,
        "BLOCK_BYTES": 1_000,
        "SMALL_BLOCK": 500,
    }
    for name, size in sizes.items():
        monkeypatch.setattr(f"moderation.readers.table.csv.columns.{name}", size)


@pytest.mark.usefixtures("short_limits")
def test_a_cell_of_a_csv_that_is_too_long(tmp_path):
    path = tmp_path / "dump.csv"
    path.write_text('id,text\n1,a\n2,"' + "x y z " * 50_000 + '"\n3,c\n4,d\n')
    dump = read(path)
    assert dump.comments["id"].tolist() == ["1", "3", "4"]
    reason = "longer than 40,000 bytes, or a quote that is not closed"
    assert rejects(dump) == [("line 3", reason)]


@pytest.mark.usefixtures("short_limits")
def test_a_quote_that_no_line_end_follows(tmp_path):
    path = tmp_path / "dump.csv"
    path.write_text('id,text\n1,a\n2,"' + "x y z " * 50_000)
    dump = read(path)
    assert dump.comments["id"].tolist() == ["1"]
    assert [place for place, _ in rejects(dump)] == ["line 3"]


def test_a_long_cell_within_the_limit_of_a_line_is_no_crash(tmp_path):
    path = tmp_path / "dump.csv"
    path.write_text('id,text\n1,a\n2,"' + "x" * 1_200_000 + '"\n3,c\n')
    dump = read(path)
    assert dump.comments["text"].str.len().tolist() == [1, 1_200_000, 1]


def test_a_page_too_long_to_be_held_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.readers.source.PAGE_BYTES", 1 << 20)
    path = tmp_path / "page.txt"
    path.write_text("a word and " * 100_000)
    with pytest.raises(InputError, match="longer than 1 MB, too long for a page"):
        Source(path).text()


WORDS = st.text("ab1_ ,.é-…\n", max_size=60)


@given(WORDS)
def test_prose_is_told_as_by_the_plain_pattern(text):
    plain = re.compile(r"(?:[^\W\d_]{2,}[\s,;:.!?…'’\"“”„()-]+){5}")
    assert bool(_PROSE_LINE.search(text)) == bool(plain.search(text))


def test_one_word_without_end_is_no_prose():
    """Of the pattern itself, since detection gives it a sample only. Hours, where it tries every
    start and every end within the word.
    """
    assert not _PROSE_LINE.search("a" * 2_000_000)
