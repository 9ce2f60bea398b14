"""A scored table as a database: what is in it, what it refuses, and what Datasette shows of it."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from places import ROOT
from typer.testing import CliRunner

from moderation.cli import app
from moderation.errors import InputError, OutputError
from moderation.report.database import COLUMNS, write_database

HOSTILE = "'); DROP TABLE comments; -- <script>alert(1)</script> \u202e =1+1 \x00 end"


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    path = tmp_path_factory.mktemp("database") / "scored.parquet"
    run(["score", str(ROOT / "seeds"), "-o", str(path)])
    return path


def run(words):
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.output


def rows(path, query):
    with closing(sqlite3.connect(path)) as base:
        return base.execute(query).fetchall()


def test_every_value_of_the_scored_table_comes_back(scored, tmp_path):
    output = run(["report", str(scored), "-o", str(tmp_path / "scored.db")])
    table = pq.read_table(scored)
    moments = [
        value and f"{value:%Y-%m-%dT%H:%M:%S.%fZ}" for value in table["created_at"].to_pylist()
    ]
    joined = [";".join(words) for words in table["warnings"].to_pylist()]
    columns = {
        **{name: table[name].to_pylist() for name in table.column_names},
        "created_at": moments,
        "warnings": joined,
    }
    base = tmp_path / "scored.db"
    for name, values in columns.items():
        query = f'SELECT "{name}" FROM comments ORDER BY row'
        assert [value for (value,) in rows(base, query)] == values, name
    flags = [
        (k, label) for k, all_ in enumerate(columns["flags"]) for label in all_.split(";") if label
    ]
    assert rows(base, "SELECT row, label FROM flags") == flags
    assert f"{len(table)} comments, {len(flags)} flags" in " ".join(output.split())


def test_threads_count_their_flags(scored, tmp_path):
    base = tmp_path / "scored.db"
    write_database(scored, base)
    counted = dict(rows(base, "SELECT thread_id, spam FROM threads"))
    table = pq.read_table(scored)
    pairs = zip(table["thread_id"].to_pylist(), table["flags"].to_pylist(), strict=True)
    spam = [thread for thread, flags in pairs if "spam" in flags.split(";")]
    assert {thread: count for thread, count in counted.items() if count} == {
        thread: spam.count(thread) for thread in spam
    }
    assert len(counted) == len(set(table["thread_id"].to_pylist()))


def test_hostile_texts_names_and_labels_are_values(tmp_path):
    label = "sp\"am' --"
    table = pa.table(
        {
            "thread_id": [HOSTILE, None],
            "text": [HOSTILE, None],
            "author": [HOSTILE, None],
            label: [0.75, None],
            "flags": [label, ""],
        }
    )
    pq.write_table(table, tmp_path / "scored.parquet")
    base = tmp_path / "it's.db"
    written = write_database(tmp_path / "scored.parquet", base)
    assert (written.comments, written.flags) == (2, 1)
    assert rows(base, "SELECT text, author FROM comments") == [(HOSTILE, HOSTILE), (None, None)]
    assert rows(base, "SELECT label, score, reason FROM flagged") == [(label, 0.75, "")]
    found = "SELECT rowid FROM comments_text WHERE comments_text MATCH 'drop table'"
    assert rows(base, found) == [(0,)]


def test_every_column_of_a_scored_table_is_described(scored):
    labels = {"spam", "slur", "abuse", "off_topic"}
    given = {name.removesuffix("_here") for name in pq.read_schema(scored).names}
    assert given - labels <= set(COLUMNS)


def test_a_database_of_another_program_stays(scored, tmp_path):
    target = tmp_path / "isso.db"
    with closing(sqlite3.connect(target)) as base, base:
        base.execute("CREATE TABLE comments (id, text)")
    before = target.read_bytes()
    with pytest.raises(OutputError, match="not a database of this program"):
        write_database(scored, target)
    assert target.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [target]


def test_what_was_written_before_is_replaced(scored, tmp_path):
    target = tmp_path / "scored.db"
    first = write_database(scored, target)
    assert write_database(scored, target) == first


def test_what_is_no_scored_file_is_refused(tmp_path):
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="not a scored table"):
        write_database(tmp_path / "a.parquet", tmp_path / "a.db")
    assert not (tmp_path / "a.db").exists()


def test_datasette_answers_and_searches(scored, tmp_path):
    run(["report", str(scored), "-o", str(tmp_path / "scored.db")])
    question = "SELECT title, abuse FROM threads WHERE abuse > 1"
    answer = datasette(tmp_path, f"/scored.json?sql={question}&_shape=array")
    assert answer == [
        {"title": "Council votes 11 to 8 to keep the Tanner Street bike lane", "abuse": 2}
    ]
    hits = datasette(tmp_path, "/scored/flagged.json?_search=windbag&_shape=array")
    assert [hit["label"] for hit in hits] == ["abuse"]
    hits = datasette(tmp_path, "/scored/comments.json?_search=windbag&_shape=array")
    assert [hit["flags"] for hit in hits] == ["abuse"]
    facets = datasette(tmp_path, "/scored/flagged.json")["facet_results"]
    assert set(facets) == {"label", "author", "title"}


def datasette(folder, path):
    words = ["scored.db", "-m", "scored.metadata.json", "--get", path.replace(" ", "+")]
    command = [sys.executable, "-m", "datasette", *words]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def test_a_column_that_is_called_as_the_place_is_left_out(scored, tmp_path):
    table = pq.read_table(scored)
    odd = tmp_path / "odd.parquet"
    pq.write_table(table.append_column("row", pa.array(["x"] * len(table))), odd)
    written = write_database(odd, tmp_path / "odd.db")
    assert written.comments == len(table)
