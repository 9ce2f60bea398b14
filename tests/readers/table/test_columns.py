"""Columns are cleaned only where a glance at their bytes says so: the same as cleaning them all.

The functions of one column each are called, though private: no dump gives arrays with such offsets.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.comments import RECORD_SCHEMA, STRING, Batch
from moderation.readers import read
from moderation.readers.column_bytes import Bytes
from moderation.readers.column_times import times
from moderation.readers.merging.cleaning import ADDRESS, cleaned
from moderation.readers.source import Options
from moderation.readers.table import columns
from moderation.readers.values import NO_PARENT, when

BLANKS = " \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u2003\u3000"
WORDS = [
    *sorted(NO_PARENT),
    *["nan", "NaN", "Root", "NULL", "317120.0", "7.00", "1.50", ".0", "t3_ab", "T3_ab", "t1_c"],
    *["[deleted]", "[removed]", "[x", "\0", "a\0b", "a@b.example", "a@b", "192.0.2.1", "10.0.0"],
    *["192.0.2.xx", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "re: you", "anna", "Jörg", "9" * 40],
]
values = st.one_of(
    st.none(),
    st.sampled_from(WORDS),
    st.text(BLANKS, max_size=3),
    st.tuples(st.text(BLANKS, max_size=2), st.sampled_from(WORDS), st.text(BLANKS, max_size=2)).map(
        "".join
    ),
    st.text(max_size=12).filter(lambda text: text.isprintable()),
)
lists = st.lists(values, max_size=12)


def column(found, slack=0):
    """The values as a column, cut out of a longer one."""
    whole = pa.array([*["  nan "] * slack, *found, *["[deleted]"] * slack], STRING)
    return whole.slice(slack, len(found))


def plain_ids(array):
    array = pc.utf8_trim_whitespace(array)
    array = pc.replace_substring_regex(array, pattern=r"^(\d+)\.0+$", replacement=r"\1")
    none = pc.is_in(array, value_set=pa.array(["", "nan", "NaN", "null", "<NA>", "\\N"], STRING))
    return pc.if_else(none, pa.scalar(None, STRING), array).to_pylist()


@given(lists, st.integers(0, 2))
def test_ids_as_if_every_one_were_trimmed_and_compared(found, slack):
    assert columns._ids(column(found, slack)).to_pylist() == plain_ids(column(found))


@given(lists, lists, st.integers(0, 2))
def test_parents_as_if_every_one_were_compared(found, ids, slack):
    reddits = any(one and one.startswith("t1_") for one in ids)

    def expected(one):
        top = one is None or one.startswith("t3_") or one.lower() in NO_PARENT - {"0"}
        return None if top else one if reddits else re.sub("^t1_", "", one)

    made = columns._parents(column(found, slack), column(ids)).to_pylist()
    assert made == [expected(one) for one in plain_ids(column(found))]


@given(lists, st.integers(0, 2))
def test_blank_texts_and_nul(found, slack):
    text = columns._encodable(column(found, slack))
    assert text.to_pylist() == [one and one.replace("\0", "") for one in found]
    trimmed = pc.utf8_trim_whitespace(text).to_pylist()
    assert columns._blank(text).to_pylist() == [not one for one in trimmed]


@given(lists, st.integers(0, 2))
def test_authors_and_their_addresses(found, slack):
    names = columns._authors(column(found, slack))
    trimmed = pc.utf8_trim_whitespace(column(found)).to_pylist()
    expected = [None if one in ("", "[deleted]", "[removed]") else one for one in trimmed]
    assert names.to_pylist() == expected
    records = RECORD_SCHEMA.empty_table()
    nulls = {
        name: pa.nulls(len(names), records.schema.field(name).type) for name in records.schema.names
    }
    table = pa.table(nulls | {"author": names}, schema=RECORD_SCHEMA)
    shown = cleaned(Batch(table), Options()).records["author"].to_pylist()
    looks = pc.match_substring_regex(names, f"^(?:{ADDRESS})$").to_pylist()
    assert shown == [None if hit else one for one, hit in zip(expected, looks, strict=True)]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["t", "u", "", None])), max_size=9)
)
def test_a_thread_has_the_least_title_however_its_rows_stand(rows):
    made = {
        "thread_id": pa.array([one for one, _ in rows], STRING),
        "title": pa.array([title for _, title in rows], STRING),
    }
    _, told = columns._threads(made, len(rows))
    expected = {}
    for thread, title in rows:
        both = [one for one in (expected.get(thread), title) if one]
        expected[thread] = min(both, default=None)
    assert (
        dict(zip(told["thread_id"].to_pylist(), told["title"].to_pylist(), strict=True)) == expected
    )


moments = st.datetimes().map(lambda one: one.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0"))
digits = st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}\Z")


@settings(max_examples=300)
@given(
    st.lists(st.one_of(moments, digits), min_size=1, max_size=5),
    st.sampled_from(["", "Z", "T", "z", "-", ".5"]),
    st.booleans(),
)
def test_times_of_one_layout_are_read_as_single_ones_are(found, end, gap):
    written = [one + end for one in found]
    given_ = [*written, None] if gap else written
    assert times(pa.array(given_, STRING)).to_pylist() == [when(one) for one in given_]


@given(lists, st.integers(0, 2))
def test_bytes_are_those_of_the_values(found, slack):
    found = [one or "" for one in found]
    seen = Bytes(column(found, slack))
    raw = [one.encode() for one in found]
    assert seen.lengths.tolist() == [len(one) for one in raw]
    for told, place in ((seen.first, 0), (seen.last, -1)):
        assert told.tolist() == [one[place] if one else 0 for one in raw]
    assert seen.second().tolist() == [one[1] if len(one) > 1 else 0 for one in raw]
    assert seen.with_byte(97).tolist() == [row for row, one in enumerate(raw) if b"a" in one]
    assert np.array_equal(seen.used, np.frombuffer(b"".join(raw), np.uint8))


@pytest.mark.parametrize("name", ["id", "parent_id", "thread_id", "author", "created_at", "title"])
def test_wrong_utf8_in_any_column_is_read_as_windows_1252(tmp_path, name):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text":"one","id":"1","%s":"caf\xe9"}\n{"text":"two"}\n' % name.encode())
    dump = read(path)
    assert len(dump.comments) == 2
    assert sum("not UTF-8" in note for note in dump.notes) == 1
    dump.comments.map(str)


def test_values_may_change_their_type_within_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.readers.table.jsonl.BLOCK_BYTES", 256)
    ids = [*range(30), *(f"x{n}" for n in range(30)), *range(30, 60)]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"id":{one!r},"text":"t"}}\n' for one in ids).replace("'", '"'))
    assert set(read(path).comments["id"]) == {str(one) for one in ids}
