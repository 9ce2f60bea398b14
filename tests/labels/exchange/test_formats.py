"""Labels from and for other tools."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pandas as pd
import pyarrow as pa
import pytest

from moderation.comments import COMMENT_SCHEMA, THREAD_SCHEMA
from moderation.errors import LabelError, OutputError
from moderation.labels.exchange.read import kind_of_export, read_exchange
from moderation.labels.exchange.statuses import weak_labels
from moderation.labels.exchange.tools import IMPORTS
from moderation.labels.exchange.write import EXPORTS, write_exchange
from moderation.labels.read import read_labels
from moderation.labels.table import label_frame, label_names


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


LABEL_STUDIO = json.dumps(
    [
        {
            "id": 1,
            "data": {"text": "buy now", "title": "News"},
            "annotations": [
                {
                    "completed_by": {"email": "ann@example.org"},
                    "created_at": "2026-01-02T03:04:05Z",
                    "result": [{"type": "choices", "value": {"choices": ["Spam"]}}],
                },
                {"was_cancelled": True, "result": []},
            ],
        },
        {"id": 2, "data": {"text": "hello"}, "annotations": [{"completed_by": 7, "result": []}]},
        {"id": 3, "data": {"text": "not looked at"}, "annotations": []},
        {
            "id": 4,
            "data": {"text": "you fool"},
            "annotations": [{"result": [{"value": {"choices": ["abuse", "Spam"]}}]}],
        },
    ]
)

EXPORTED = {
    "doccano": lines(
        {"id": 1, "text": "buy now", "label": ["Spam"]},
        {"id": 2, "text": "hello", "label": ["clean"]},
        {"id": 3, "text": "not looked at", "label": []},
        {"id": 4, "text": "you fool", "label": ["abuse", "Spam"]},
    ),
    "label-studio": LABEL_STUDIO,
    "argilla": json.dumps(
        [
            {
                "id": "1",
                "fields": {"text": "buy now"},
                "responses": {"q": [{"value": ["Spam"], "user_id": "u"}]},
            },
            {
                "id": "2",
                "fields": {"text": "hello"},
                "responses": [{"values": {"q": {"value": []}}, "status": "submitted"}],
            },
            {
                "id": "3",
                "fields": {"text": "not looked at"},
                "responses": [{"status": "discarded", "values": {}}],
            },
            {"inputs": {"text": "you fool"}, "annotation": ["abuse", "Spam"]},
        ]
    ),
    "fasttext": "__label__Spam buy now\n__label__clean hello\n\n"
    "__label__abuse __label__Spam you fool\n",
}


@pytest.mark.parametrize("kind", EXPORTED)
def test_what_other_tools_export_becomes_a_label_table(tmp_path, kind):
    path = tmp_path / "export"
    path.write_text(EXPORTED[kind], encoding="utf-8")
    assert kind_of_export(EXPORTED[kind], "x") == kind
    frame = read_exchange(path)
    assert frame["text"].tolist() == ["buy now", "hello", "you fool"]
    assert frame["Spam"].tolist() == [1, 0, 1]
    assert frame["abuse"].tolist() == [0, 0, 1]
    assert label_names(frame) == ["Spam", "abuse"]


def test_who_and_when_and_context_come_along(tmp_path):
    path = tmp_path / "export.json"
    path.write_text(LABEL_STUDIO)
    frame = read_exchange(path)
    assert frame["annotator"].fillna("-").tolist() == ["ann@example.org", "7", "-"]
    assert str(frame["labelled_at"].iloc[0]).startswith("2026-01-02 03:04:05")
    assert frame["title"].iloc[0] == "News"


def test_prodigy_judges_one_label_at_a_time_or_all_that_it_offers(tmp_path):
    path = tmp_path / "p.jsonl"
    options = [{"id": "spam", "text": "Spam"}, {"id": "abuse", "text": "Abuse"}]
    path.write_text(
        lines(
            {"text": "a", "label": "spam", "answer": "accept", "_timestamp": 1767323045},
            {"text": "b", "label": "spam", "answer": "reject", "_annotator_id": "ann"},
            {"text": "c", "label": "spam", "answer": "ignore"},
            {"text": "d", "options": options, "accept": ["abuse"], "answer": "accept"},
            {"text": "e", "options": options, "accept": [], "answer": "accept"},
            {"text": "f", "options": options, "accept": ["spam"], "answer": "reject"},
        )
    )
    frame = read_exchange(path)
    assert frame["text"].tolist() == ["a", "b", "d", "e"]
    assert frame["spam"].tolist() == [1, 0, 0, 0]
    assert frame["abuse"].fillna(-1).tolist() == [-1, -1, 1, 0]
    assert str(frame["labelled_at"].iloc[0]) == "2026-01-02 03:04:05+00:00"


def test_empty_is_not_judged_unless_it_is_said_to_be_clean(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text(EXPORTED["doccano"])
    frame = read_exchange(path, empty_is_clean=True)
    assert frame["text"].tolist()[2] == "not looked at"
    assert frame["Spam"].tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        ('{"words": 1}\n', None, "not from a tool that is supported"),
        ("nonsense", None, "not from a tool"),
        ("text,spam\n", None, "not from a tool"),
        ('{"text": "a", "label": []}\n', None, "no judgement in this doccano export"),
        ('{"text": "a", "label": ["%%"]}\n', None, "the label '%%' cannot be a column's name"),
        ('{"text": "a"}\n', "prodigy", "not a prodigy export: KeyError"),
        ("{broken", "doccano", "not a doccano export"),
        ("no mark here\n", "fasttext", "line 1 does not begin with __label__"),
        ("x", "excel", "'excel' is not a kind of export; known are doccano, label-studio"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path, content, kind, message):
    path = tmp_path / "export"
    path.write_text(content)
    with pytest.raises(LabelError, match=message):
        read_exchange(path, kind)


@pytest.fixture
def frame():
    return label_frame(
        pd.DataFrame(
            {
                "text": ["buy\nnow", "hello", "not judged", "half 'judged' \"here\""],
                "id": ["1", "2", "3", None],
                "annotator": ["ann", None, None, "bob"],
                "labelled_at": ["2026-01-02T03:04:05Z", None, None, None],
                "title": ["News", None, None, None],
                "spam": [1, 0, None, 1],
                "abuse": [0, 0, None, None],
            }
        ),
        "test",
    )


@pytest.mark.parametrize("kind", sorted({*IMPORTS} - {"fasttext"}))
def test_what_is_exported_comes_back(tmp_path, frame, kind):
    path = tmp_path / "out"
    write_exchange(frame, path, kind)
    back = read_exchange(path)
    found = {
        (" ".join(text.split()), label): value
        for label in label_names(back)
        for text, value in zip(back["text"], back[label], strict=True)
        if not pd.isna(value)
    }
    assert found[("buy now", "spam")] == 1
    assert found[("buy now", "abuse")] == 0
    assert ("half 'judged' \"here\"", "abuse") not in found
    assert found[("hello", "spam")] == 0
    assert found[("half 'judged' \"here\"", "spam")] == 1
    assert ("not judged", "spam") not in found


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.parquet"])
def test_a_table_keeps_everything(tmp_path, frame, name):
    write_exchange(frame, tmp_path / name)
    back = read_labels(tmp_path / name)
    assert back["text"].tolist() == frame["text"].tolist()
    assert back["spam"].fillna(-1).tolist() == [1, 0, -1, 1]
    assert back["abuse"].fillna(-1).tolist() == [0, 0, -1, -1]
    assert back["labelled_at"].iloc[0] == frame["labelled_at"].iloc[0]


def test_sqlite_holds_one_table_with_nulls_for_not_judged(tmp_path, frame):
    path = tmp_path / "labels.db"
    write_exchange(frame, path, "sqlite")
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT text, annotator, spam, abuse FROM labels").fetchall()
    assert rows[0] == ("buy\nnow", "ann", 1.0, 0.0)
    assert rows[2] == ("not judged", None, None, None)
    assert len(rows) == 4


def test_an_unknown_kind_and_a_bad_place_are_said(tmp_path, frame):
    with pytest.raises(LabelError, match="'excel' is not a kind of export; known are table"):
        write_exchange(frame, tmp_path / "x", "excel")
    for kind in EXPORTS:
        with pytest.raises(OutputError):
            write_exchange(frame, tmp_path / "absent" / "x.jsonl", kind)
        assert not (tmp_path / "absent").exists()


def test_a_sites_decisions_are_weak_labels():
    def table(columns, schema):
        count = len(columns["thread_id"])
        arrays = [pa.array(columns.get(one.name, [None] * count), one.type) for one in schema]
        return pa.table(arrays, schema=schema).to_pandas(types_mapper=pd.ArrowDtype)

    comments = table(
        {
            "thread_id": ["t"] * 6,
            "id": list("abcdef"),
            "parent_id": [None, "a", "a", None, None, None],
            "text": ["fine", "buy", "you fool", "waiting", "", "ping"],
            "kind": ["comment"] * 5 + ["pingback"],
            "status": ["approved", "spam", "removed", "pending", "removed", "spam"],
        },
        COMMENT_SCHEMA,
    )
    threads = table({"thread_id": ["t"], "title": ["News"]}, THREAD_SCHEMA)
    frame = weak_labels(comments, threads)
    assert frame["text"].tolist() == ["fine", "buy", "you fool"]
    assert frame["spam"].fillna(-1).tolist() == [0, 1, -1]
    assert frame["abuse"].fillna(-1).tolist() == [0, -1, 1]
    assert frame["weight"].tolist() == pytest.approx([0.3] * 3)
    assert frame["parent_text"].fillna("-").tolist() == ["-", "fine", "fine"]
    assert frame["title"].tolist() == ["News"] * 3
    assert weak_labels(comments, removed="spam")["spam"].tolist() == [0, 1, 1]
