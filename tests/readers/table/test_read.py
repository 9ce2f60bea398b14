"""The generic table: names, values and damage, in every format it comes in."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.errors import InputError
from moderation.readers import read
from moderation.readers.synonyms import SYNONYMS, roles
from moderation.readers.table.columns import times
from moderation.readers.values import when


def table(tmp_path, content, name="dump.jsonl", **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path, **options)


def rows(dump, *columns):
    return [
        tuple(None if value is pd.NA else value for value in row)
        for row in dump.comments[list(columns)].itertuples(index=False)
    ]


def rejects(dump):
    """The line and reason of each; `test_lost_records` looks at the bytes."""
    found = dump.rejects[["place", "reason"]].itertuples(index=False, name=None)
    return [(place.partition(",")[0], reason) for place, reason in found]


# --- columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["text", "id", "parent_id", "thread_id", "author", "created_at"])
def test_every_usual_name_is_found(role):
    for name in SYNONYMS[role].split():
        names = [name] if role == "text" else ["contents", name]
        assert roles(names, {})[role] == name


def test_names_in_any_spelling():
    assert roles(["Comment_ID", "parent-comment", "Comment Text"], {}) == {
        "text": "Comment Text",
        "id": "Comment_ID",
        "parent_id": "parent-comment",
    }
    assert roles(["post_id", "topic_id", "text"], {}) == {
        "text": "text",
        "id": "post_id",
        "thread_id": "topic_id",
    }


def test_mapping_goes_before_the_usual_names(tmp_path):
    line = '{"nr": 1, "text": "no", "words": {"said": "yes"}, "re": null}\n'
    mapping = {"id": "nr", "text": "words.said", "parent_id": "re"}
    assert rows(table(tmp_path, line, mapping=mapping), "id", "text") == [("1", "yes")]


def test_mapping_to_a_column_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no column 'body'; the file has id, words"):
        table(tmp_path, '{"id": 1, "words": "x"}\n', mapping={"text": "body"})


def test_an_author_who_is_an_object_gives_the_name(tmp_path):
    line = '{"id": 1, "text": "x", "user": {"id": 9, "login": "kim"}}\n'
    assert rows(table(tmp_path, line), "author") == [("kim",)]


def test_addresses_are_no_names(tmp_path):
    lines = [{"text": "x", "author": name} for name in ("a@b.example", "10.1.2.3", "::1", " Kim ")]
    dump = table(tmp_path, "".join(json.dumps(line) + "\n" for line in lines))
    assert rows(dump, "author") == [(None,), (None,), (None,), ("Kim",)]


# --- values -------------------------------------------------------------------------------------

NO_PARENT = ['""', "null", "NaN", '"root"', '"none"', '"t3_abc"', '"0."', "0", '"0"', "-1", "0.0"]


@pytest.mark.parametrize("parent", NO_PARENT)
def test_words_for_no_parent(tmp_path, parent):
    dump = table(tmp_path, f'{{"id": "a", "parent_id": {parent}, "text": "x"}}\n')
    assert rows(dump, "parent_id", "depth") == [(None, 1)]
    assert list(dump.comments["warnings"].iloc[0]) == []


def test_a_parent_0_counts_where_there_is_a_comment_0(tmp_path):
    dump = table(tmp_path, '{"id": 0, "text": "a"}\n{"id": 1, "parent_id": 0, "text": "b"}\n')
    assert rows(dump, "id", "parent_id", "depth") == [("0", None, 1), ("1", "0", 2)]


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, 2**64, 317120.0])
def test_ids_never_pass_through_a_float(tmp_path, number):
    expected = str(int(number))
    line = json.dumps({"id": number, "text": "x"}) + "\n"
    assert rows(table(tmp_path, line), "id") == [(expected,)]
    assert rows(table(tmp_path, f"id,text\n{number},x\n", "a.csv"), "id") == [(expected,)]


def test_float_parents_meet_whole_ids(tmp_path):
    dump = table(tmp_path, "id,parent_id,text\n317120,,a\n317121,317120.0,b\n", "a.csv")
    assert rows(dump, "id", "depth") == [("317120", 1), ("317121", 2)]


def test_reddit_prefixes_meet_bare_ids(tmp_path):
    lines = '{"id": "a", "text": "x", "post": 1}\n{"id": "b", "reply_to": "t1_a", "text": "y"}\n'
    assert rows(table(tmp_path, lines), "id", "depth") == [("a", 1), ("b", 2)]


@pytest.mark.parametrize(
    "written",
    [
        "2015-05-12T17:00:00Z",
        "2015-05-12 17:00:00",
        "2015-05-12T19:00:00+0200",
        "1431450000",
        "1431450000.0",
        "1431450000000",
        "Tue, 12 May 2015 17:00:00 GMT",
        "05/12/2015 05:00:00 PM",
    ],
)
def test_times(tmp_path, written):
    expected = [pd.Timestamp("2015-05-12T17:00:00Z")]
    dump = table(tmp_path, json.dumps({"text": "x", "date": written}) + "\n")
    assert dump.comments["created_at"].tolist() == expected
    dump = table(tmp_path, f'text,date\nx,"{written}"\n', "a.csv")
    assert dump.comments["created_at"].tolist() == expected


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(-10, 10**18).map(str),
            st.datetimes().map(str),
            st.sampled_from(["0000-00-00 00:00:00", "2015-02-31", "soon", "", "99999-01-01"]),
        )
    )
)
def test_columns_of_times_are_read_as_single_ones(written):
    column = times(pa.array(written, pa.large_string())).to_pylist()
    assert [value and value.replace(microsecond=0) for value in column] == [
        value and value.replace(microsecond=0) for value in map(when, written)
    ]


def test_removed_texts_and_lost_ones(tmp_path):
    lines = [
        {"id": 1, "text": "[deleted]"},
        {"id": 2, "text": "[removed]"},
        {"id": 3, "text": None},
        {"id": None, "text": None},
    ]
    dump = table(tmp_path, "".join(json.dumps(line) + "\n" for line in lines))
    assert rows(dump, "id", "status", "kind") == [
        ("1", "deleted", "comment"),
        ("2", "removed", "comment"),
        ("3", "unknown", "placeholder"),
    ]
    assert rejects(dump) == [("line 4", "neither a text nor an id")]


def test_threads_by_title_or_article(tmp_path):
    lines = [{"text": "a", "title": "T"}, {"text": "b", "title": "U"}, {"text": "c", "title": "T"}]
    dump = table(tmp_path, "".join(json.dumps(line) + "\n" for line in lines))
    assert rows(dump, "thread_id", "id", "text") == [
        ("T", "1", "a"),
        ("T", "2", "c"),
        ("U", "1", "b"),
    ]
    assert dump.threads["title"].tolist() == ["T", "U"]


# --- JSON lines ---------------------------------------------------------------------------------


def test_bad_lines_are_rejected_with_their_number(tmp_path):
    good = '{"id": 1, "text": "a"}'
    lines = [
        good,
        "null",
        '{"id": 2, "text": "b"',
        "",
        "[1]",
        '"x"',
        '{"id": 3, "text": "c"}',
        '{"te',
    ]
    dump = table(tmp_path, "\n".join(lines))
    assert rows(dump, "id") == [("1",), ("3",)]
    assert [place for place, _ in rejects(dump)] == [
        "line 2",
        "line 3",
        "line 5",
        "line 6",
        "line 8",
    ]
    assert dump.records == 7


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 2, "text": "tab\there"}',
        '{"id": 2, "text": "nul\0here"}',
        '{"id": 2, "text": "half \\ud83d"}',
        '{"id": 2, "text": "x", "score": NaN}',
        '{"id": 2, "text": "x", "deep": ' + "[" * 20_000 + "]" * 20_000 + "}",
        '{"id": 2, "text": 5}',
        '{"id": 2, "text": ["a", "b"]}',
        '{"id": "2", "text": "x"}',
        '\x1e{"id": 2, "text": "x"}',
        '{"id": 2, "text": "x"},',
    ],
)
def test_odd_lines_cost_nothing(tmp_path, line):
    around = '{"id": 1, "text": "before"}\n%s\n{"id": 3, "text": "behind"}\n'
    dump = table(tmp_path, around % line)
    assert rows(dump, "id") == [("1",), ("2",), ("3",)]
    assert len(dump.rejects) == 0


def test_a_text_that_another_replaces_is_told(tmp_path):
    dump = table(tmp_path, '{"id": 1, "text": "the first one", "id": 2, "text": "again"}\n')
    assert rows(dump, "id", "text") == [("2", "again")]
    assert rejects(dump) == [("line 1", "id, text twice in one object: the last is taken")]


def test_bytes_that_are_not_utf8(tmp_path):
    dump = table(tmp_path, b'{"id": 1, "text": "caf\xe9"}\n{"id": 2, "text": "caf\xc3\xa9"}\n')
    assert rows(dump, "text") == [("café",), ("café",)]


@pytest.mark.parametrize(
    "content",
    [
        '[{"id": 1, "text": "a"}, {"id": 2, "text": "b", "parent_id": 1}]',
        '{"id": 1, "text": "a"}{"id": 2, "text": "b", "parent_id": 1}',
        '{\n "id": 1,\n "text": "a"\n}\n{\n "id": 2,\n "text": "b", "parent_id": 1\n}\n',
        '\ufeff{"id": 1, "text": "a"}\r\n{"id": 2, "text": "b", "parent_id": 1}\r\n',
    ],
)
def test_json_in_every_layout(tmp_path, content):
    for name in ("dump.json", "dump.jsonl", "dump.txt"):
        assert rows(table(tmp_path, content, name), "id", "depth") == [("1", 1), ("2", 2)]


def test_blocks_are_joined_alike_at_every_size(tmp_path, monkeypatch):
    lines = [
        json.dumps({"id": n, "text": "ü" * n, "parent_id": n - 1 or None}) for n in range(1, 40)
    ]
    content = "\n".join([*lines[:20], "{broken", *lines[20:]])
    whole = table(tmp_path, content)
    for size in (1, 10, 100, 1000):
        monkeypatch.setattr("moderation.readers.table.jsonl.BLOCK_BYTES", size)
        again = table(tmp_path, content)
        assert rows(again, "id", "text", "depth") == rows(whole, "id", "text", "depth")
        assert rejects(again) == rejects(whole) != []


def test_a_line_without_end_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.readers.table.jsonl.LONGEST", 10_000)
    monkeypatch.setattr("moderation.readers.table.jsonl.BLOCK_BYTES", 1_000)
    long = json.dumps({"id": 2, "text": "x" * 50_000})
    dump = table(tmp_path, f'{{"id": 1, "text": "a"}}\n{long}\n{{"id": 3, "text": "c"}}\n')
    assert rows(dump, "id") == [("1",), ("3",)]
    assert rejects(dump) == [("line 2", "longer than 10,000 bytes")]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's memory figures")
def test_memory_is_bounded_by_the_longest_line(tmp_path):
    path = tmp_path / "long.jsonl"
    with path.open("wb") as file:
        file.write(b'{"id": 1, "text": "a"}\n{"id": 2, "text": "')
        for _ in range(400):
            file.write(b"x" * (1 << 20))
        file.write(b'"}\n{"id": 3, "text": "c"}\n')
    code = (  # ru_maxrss would begin with the peak of the process that started this one
        "import re; from moderation.readers import iterate; "
        f"records = sum(b.batch.records.num_rows for b in iterate({str(path)!r})); "
        r"peak = re.search(r'VmHWM:\s*(\d+)', open('/proc/self/status').read())[1]; "
        "print(records, peak)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    records, peak = map(int, ran.stdout.split())
    assert records == 2
    assert peak << 10 < 300 << 20


# --- CSV ----------------------------------------------------------------------------------------


def test_an_open_quote_costs_its_line_only(tmp_path):
    content = 'id,text\n1,"open quote here\n2,"normal"\n3,plain\n4,"two\nlines"\n5,x\n'
    dump = table(tmp_path, content, "a.csv")
    assert rows(dump, "id", "text") == [
        ("2", "normal"),
        ("3", "plain"),
        ("4", "two\nlines"),
        ("5", "x"),
    ]
    assert [place for place, _ in rejects(dump)] == ["line 2"]


def test_an_open_quote_that_nothing_closes(tmp_path):
    lines = "".join(f"{number},text {number}\n" for number in range(3, 3000))
    dump = table(tmp_path, f'id,text\n1,fine\n2,"open\n{lines}', "a.csv")
    assert len(dump.comments) == 2998
    assert [place for place, _ in rejects(dump)] == ["line 3"]


def test_rows_of_the_wrong_width_are_rejected(tmp_path):
    dump = table(tmp_path, 'id,text\n1,a,b\n2\n3,ok\n\n4,"two\nlines"\n5,x,y\n', "a.csv")
    assert rows(dump, "id") == [("3",), ("4",)]
    assert rejects(dump) == [
        ("line 2", "3 cells, but the header has 2"),
        ("line 3", "1 cells, but the header has 2"),
        ("line 8", "3 cells, but the header has 2"),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('id,text\n1,"He said \\"hi\\" there, ok"\n', 'He said "hi" there, ok'),
        ('id,text\n1,"He said ""hi"" there, ok"\n', 'He said "hi" there, ok'),
        ("id;text\n1;a, b\n", "a, b"),
        ("id|text\n1|a, b\n", "a, b"),
        ('id\ttext\n1\tsay, "x"\n', 'say, "x"'),
        ("\ufeffid,text\r\n1,a\r\n", "a"),
        ("id,text,text\n1,a,b\n", "a"),
        ("id,text\n1,a\0b\n", "ab"),
        (b"id,text\n1,caf\xe9\n", "café"),
        ("id,text\n1,é\n".encode("utf-16"), "é"),
        ("\n\nid,text\n1,a\n", "a"),
        ('"id","text"\n"1","a"', "a"),
        ('id,5" pipe,text\n1,2" nail,a\n', "a"),
    ],
)
def test_styles(tmp_path, content, expected):
    assert rows(table(tmp_path, content, "a.csv"), "id", "text") == [("1", expected)]


CELL = st.text(alphabet='ab,;\n"\r é\\', max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(CELL.filter(str.strip), min_size=1, max_size=30), st.sampled_from([16, 100, 1 << 22])
)
def test_well_formed_csv_is_read_as_python_reads_it(tmp_path, cells, size):
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "text"])
    writer.writerows([f"c{number}", cell] for number, cell in enumerate(cells))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("moderation.readers.table.csv.columns.BLOCK_BYTES", size)
        patch.setattr("moderation.readers.table.csv.style.style_escapes", lambda *_: False)
        dump = table(tmp_path, written.getvalue(), "a.csv")
    texts = dict(rows(dump, "id", "text"))
    assert texts == {f"c{number}": cell for number, cell in enumerate(cells)}


# --- Parquet ------------------------------------------------------------------------------------


def test_parquet_of_any_types(tmp_path):
    columns = pa.table(
        {
            "id": pa.array([2**60 + 1, 2, 3], pa.uint64()),
            "parent_id": pa.array([None, float("nan"), 2.0]),
            "text": pa.array(["a", "b", "c"]).dictionary_encode(),
            "created_at": pa.array([0, 1431450000, None], pa.timestamp("s")),
            "author": pa.array([b"al", b"b\xf6", None], pa.binary()),
        }
    )
    pq.write_table(columns, tmp_path / "a.parquet")
    dump = read(tmp_path / "a.parquet")
    assert rows(dump, "id", "parent_id", "author") == [
        ("2", None, "bö"),
        ("3", "2", None),
        (str(2**60 + 1), None, "al"),
    ]


def test_parquet_without_text_or_cut(tmp_path):
    pq.write_table(pa.table({"size": [1]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="no column for the text; the file has size"):
        read(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:100])
    with pytest.raises(InputError, match="damaged Parquet file"):
        read(tmp_path / "b.parquet")


def test_a_wide_row_that_is_not_utf8_is_rejected_too(tmp_path, capfd):
    dump = table(tmp_path, b"id,text\n1,a\n2,caf\xe9,more\n3,b\n", "a.csv")
    assert rows(dump, "id") == [("1",), ("3",)]
    assert rejects(dump) == [("line 3", "3 cells, but the header has 2")]
    assert capfd.readouterr().err == ""


def test_a_first_line_without_end_is_passed_over_too(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.readers.table.jsonl.LONGEST", 1 << 20)
    monkeypatch.setattr("moderation.readers.table.jsonl.BLOCK_BYTES", 1 << 16)
    text = '{"id": "1", "text": "' + "on and on " * 200_000 + '"}\n{"id": "2", "text": "short"}\n'
    dump = table(tmp_path, text, "a.jsonl")
    assert rows(dump, "id") == [("2",)]
    assert rejects(dump) == [("line 1", "longer than 1,048,576 bytes")]
