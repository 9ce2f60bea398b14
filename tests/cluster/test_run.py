"""Runs in partitions: the same rows whatever the partitions, the order and the interruptions."""

import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dumps_in_parts import comments, write
from partitioned_runs import run, scored
from places import MODEL, SAMPLES

from moderation.campaigns.find import find_campaigns
from moderation.cluster import part, spill
from moderation.cluster.engines import LocalEngine
from moderation.model.model import Model
from moderation.readers import read
from moderation.readers.written import read_table
from moderation.review import open_scored

READ = {"format": None, "mapping": {}}


@pytest.fixture(scope="module")
def model():
    return Model.load(MODEL)


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    return write(tmp_path_factory.mktemp("dump") / "dump", comments())


@pytest.fixture(scope="module")
def expected(dump, model, tmp_path_factory):
    """The scored table, in one partition."""
    folder = tmp_path_factory.mktemp("one")
    run([dump], folder / "out", model)
    return scored(folder / "out")


@pytest.mark.parametrize("partitions", [2, 7, 64])
def test_any_number_of_partitions_gives_the_same_rows(dump, model, expected, tmp_path, partitions):
    outcome = run([dump], tmp_path / "out", model, partitions)
    found = scored(tmp_path / "out")
    assert found.equals(expected)
    assert outcome.comments == len(expected)
    assert len(outcome.parts) == partitions


def test_a_dump_in_another_order_gives_the_same_rows(model, expected, tmp_path):
    dump = write(tmp_path / "dump", comments(), shuffle=1)
    run([dump], tmp_path / "out", model, 3)
    assert scored(tmp_path / "out").equals(expected)


def test_memory_for_a_few_threads_at_a_time_gives_the_same_rows(
    dump, model, expected, tmp_path, monkeypatch
):
    monkeypatch.setattr(part, "LEAST", 20_000)
    monkeypatch.setattr(spill, "PORTION", 5_000)
    outcome = run([dump], tmp_path / "out", model, 2, LocalEngine(3), memory=0)
    assert scored(tmp_path / "out").equals(expected)
    assert outcome.notes == []


def test_the_rows_are_those_of_the_run_in_memory(dump, expected, tmp_path, moderation):
    done = moderation("score", dump, "-o", tmp_path / "all.parquet", "--no-campaigns")
    whole = pq.read_table(tmp_path / "all.parquet")
    order = part.hash_order(whole["thread_id"])
    assert done.status == 0
    assert whole.take(pa.array(order)).combine_chunks().equals(expected)


def test_campaigns_are_those_of_the_whole_table(dump, model, expected, tmp_path, monkeypatch):
    whole = find_campaigns(expected.to_pandas(types_mapper=pd.ArrowDtype))
    monkeypatch.setattr("moderation.cluster.repeated.SLICE_BYTES", 1_000)
    outcome = run([dump], tmp_path / "out", model, 5, campaigns=True)
    found = scored(tmp_path / "out")
    assert found.drop_columns("campaign").equals(expected)
    assert found["campaign"].to_pylist() == pa.array(whole.traces["campaign"]).to_pylist()
    told = pq.read_table(tmp_path / "out" / "_campaigns.parquet").to_pylist()
    shown = whole.table.drop(columns="rows").to_dict("records")
    assert told == shown
    assert len(told) > 0
    assert outcome.campaigns == told[:5]


def test_report_and_review_open_a_folder(dump, expected, tmp_path, moderation):
    done = moderation("score", dump, "-o", f"{tmp_path}/out/", "--partitions", "4", "--campaigns")
    assert done.status == 0
    table, passport = read_table(tmp_path / "out")
    assert table.drop_columns("campaign").combine_chunks().equals(expected)
    assert passport["labels"] == ["spam", "slur", "abuse", "off_topic"]
    opened = open_scored(tmp_path / "out")
    assert len(opened) == len(expected)
    last = len(expected) - 1
    assert opened.records.take([last])[0]["text"] == expected["text"][last].as_py()
    assert moderation("report", tmp_path / "out", "-o", tmp_path / "r.html").status == 0
    assert (tmp_path / "r.html").stat().st_size > 10_000


def test_an_option_that_needs_a_folder_says_so(dump, tmp_path, moderation):
    done = moderation("score", dump, "-o", tmp_path / "out.csv", "--memory", "1GB")
    assert done.status == 2
    assert "write a folder: give one" in done.err


def test_a_thread_larger_than_the_memory_is_held_whole_and_said(model, tmp_path, monkeypatch):
    monkeypatch.setattr(part, "LEAST", 2_000)
    rows = [{"thread_id": "long", "id": f"{k}", "text": f"word {k} of many"} for k in range(500)]
    (tmp_path / "long.jsonl").write_text("\n".join(map(json.dumps, rows)))
    outcome = run([str(tmp_path / "long.jsonl")], tmp_path / "out", model, 3, memory=0)
    assert outcome.comments == 500
    assert len(outcome.notes) == 1
    assert "thread long has 500 comments and is held whole" in outcome.notes[0]


def test_posts_of_two_sites_do_not_meet_whichever_is_given_first(tmp_path, model):
    text = (SAMPLES / "wordpress" / "garden.xml").read_text()
    (tmp_path / "a.xml").write_text(text.replace("garden.example", "meadow.example"))
    (tmp_path / "b.xml").write_text(text)
    dumps = [str(tmp_path / "b.xml"), str(tmp_path / "a.xml")]
    run(dumps, tmp_path / "out", model, partitions=2, **READ)
    threads = set(scored(tmp_path / "out")["thread_id"].to_pylist())
    assert threads == {"7", "meadow.example/7"} == set(read(dumps).comments["thread_id"])
