"""JSON whose shape shows late: what stands behind the first part of a file is read as well."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from moderation.cli import app
from moderation.readers import read

LONG = "x" * 1950


def rows_of(count, **more):
    return [{"id": str(n), "author": "a", "text": f"{n} {LONG}", **more} for n in range(count)]


def array(rows):
    return json.dumps(rows)


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def pretty(rows):
    return json.dumps(rows, indent=2)


def spaced(rows):
    return json.dumps(rows, separators=(" , ", " :\t"))


LAYOUTS = pytest.mark.parametrize("layout", [array, lines, pretty, spaced])


def reply(number, **more):
    return {"id": f"r{number}", "author": "b", "text": f"reply {number}", **more}


@LAYOUTS
@pytest.mark.parametrize(
    ("usual", "filled"),
    [
        ([], [reply(1)]),
        (None, [reply(1)]),
        ("", {"data": {"children": [{"data": reply(1)}]}}),
        ({}, {"0": reply(1)}),
        ([], [reply(1, answers=[])]),
    ],
)
def test_replies_that_come_late_are_read(tmp_path, layout, usual, filled):
    rows = rows_of(200, replies=usual)
    rows[150]["replies"] = filled
    path = tmp_path / "dump"
    path.write_text(layout(rows))
    dump = read(path)
    assert dump.records == 201
    comments = dump.comments.set_index("id")
    assert comments.loc["r1", "parent_id"] == "150"
    assert comments.loc["r1", "depth"] == 2


@LAYOUTS
@pytest.mark.parametrize("key", ["subcomments", "thread", "responses", "kids"])
def test_replies_under_any_key_that_comes_late(tmp_path, layout, key):
    rows = rows_of(300)
    rows[299][key] = [reply(1, **{key: [reply(2)]})]
    path = tmp_path / "dump"
    path.write_text(layout(rows))
    comments = read(path).comments.set_index("id")
    assert len(comments) == 302
    assert comments.loc["r2", "parent_id"] == "r1"
    assert comments.loc["r2", "depth"] == 3


@LAYOUTS
def test_columns_that_come_late_are_read(tmp_path, layout):
    rows = rows_of(300)
    rows[290] |= {"parent_id": "7", "thread_id": "t", "created_at": "2020-02-02T00:00:00Z"}
    rows[7] |= {}
    path = tmp_path / "dump"
    path.write_text(layout(rows))
    comments = read(path).comments.set_index("id")
    assert comments.loc["290", "parent_id"] == "7"
    assert comments.loc["290", "thread_id"] == "t"
    assert comments.loc["290", "created_at"].isoformat() == "2020-02-02T00:00:00+00:00"


@LAYOUTS
def test_texts_under_another_key_are_read(tmp_path, layout):
    rows = [{"id": str(n), "author": "a", "body": f"{n} {LONG}"} for n in range(300)]
    rows[250] = {"id": "250", "author": "a", "text": "said otherwise"}
    rows[251]["text"] = "a text beside its body"
    path = tmp_path / "dump"
    path.write_text(layout(rows))
    comments = read(path).comments.set_index("id")
    assert len(comments) == 300
    assert comments.loc["250", "text"] == "said otherwise"
    assert comments.loc["251", "text"] == f"251 {LONG}"


@LAYOUTS
def test_ids_of_other_types_are_read(tmp_path, layout):
    rows = [{"id": n, "parent_id": None, "author": "a", "text": f"{n} {LONG}"} for n in range(300)]
    rows[299] |= {"id": "x9", "parent_id": 3.0, "author": {"name": "Kim"}}
    path = tmp_path / "dump"
    path.write_text(layout(rows))
    comments = read(path).comments.set_index("id")
    assert comments.loc["x9", "parent_id"] == "3"
    assert comments.loc["x9", "author"] == "Kim"


@LAYOUTS
def test_an_envelope_with_late_replies(tmp_path, layout):
    rows = rows_of(300, replies=[])
    rows[280] = {"id": "280", "user": "c", "message": "late", "replies": [reply(1)]}
    path = tmp_path / "dump"
    path.write_text(layout([{"title": "T", "comments": rows}]))
    comments = read(path).comments.set_index("id")
    assert len(comments) == 301
    assert comments.loc["280", "text"] == "late"
    assert comments.loc["280", "author"] == "c"
    assert comments.loc["r1", "parent_id"] == "280"


def test_a_run_in_partitions_reads_late_replies(tmp_path):
    rows = rows_of(200, replies=[])
    rows[150]["replies"] = [reply(1)]
    path = tmp_path / "dump.jsonl"
    path.write_text(lines(rows))
    out = str(tmp_path / "out")
    run = CliRunner().invoke(app, ["score", str(path), "--partitions", "2", "-o", out])
    assert run.exit_code == 0
    assert "201 records = 201 comments + 0 rejects" in run.stderr
    comments = read(f"{out}/part-*.parquet").comments.set_index("id")
    assert comments.loc["r1", "parent_id"] == "150"


def test_texts_that_look_like_keys_change_nothing(tmp_path):
    rows = rows_of(300)
    rows[270]["text"] = 'he said "replies": [{"id": 1, "text": "no"}] and {"parent_id": 4}, ":" too'
    path = tmp_path / "dump.jsonl"
    path.write_text(lines(rows))
    dump = read(path)
    assert dump.records == 300
    assert dump.formats[str(path)] == ("table", "JSON objects with id, author, text")


def test_a_file_of_nothing_but_keys_is_read_in_no_time(tmp_path):
    rows = [{"id": "1", "text": "some words"} | {f"k{n}": 1 for n in range(60_000)}] * 3
    path = tmp_path / "dump.jsonl"
    path.write_text(lines(rows))
    assert len(read(path).comments) == 1  # word for word the same


def test_a_long_key_that_comes_late_is_known_by_its_length(tmp_path):
    rows = rows_of(200, replies_of_the_comment=[])
    rows[150]["more_replies_of_the_comment"] = [{"id": "x", "author": "b", "text": "the reply"}]
    path = tmp_path / "dump.json"
    path.write_text(array(rows))
    assert "the reply" in read(path).comments["text"].tolist()
