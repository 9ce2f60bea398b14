"""Tables on disk: whole or not at all, and back as they were."""

import datetime as dt
import gzip

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import SAMPLES

from moderation.errors import InputError, OutputError
from moderation.readers import read
from moderation.readers.written import read_table
from moderation.tables import (
    csv_restored,
    csv_safe,
    replacing,
    to_arrow,
    to_frame,
    write_parts,
    write_table,
)

TABLE = pa.table(
    {
        "id": pa.array(["1", "2"], pa.large_string()),
        "text": pa.array(['=1+1 "x"\nnext', "'-plain, é"], pa.large_string()),
        "spam": pa.array([0.25, None], pa.float32()),
    }
)


@pytest.mark.parametrize(
    "name", ["t.parquet", "t.jsonl", "t.csv", "t.jsonl.gz", "t.csv.zst", "t.csv.bz2", "t.jsonl.xz"]
)
def test_there_and_back(tmp_path, name):
    write_table(TABLE, tmp_path / name)
    table, metadata = read_table(tmp_path / name)
    assert table.to_pylist() == TABLE.to_pylist() or name.startswith("t.csv")
    assert [str(row["text"]) for row in table.to_pylist()] == TABLE["text"].to_pylist()
    assert metadata == {}
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["t.parquet", "t.jsonl", "t.csv.gz"])
def test_parts_are_one_table(tmp_path, name):
    write_parts((TABLE.slice(k, 1) for k in range(2)), tmp_path / name, {"model": "default"})
    write_table(TABLE, tmp_path / f"whole.{name}", {"model": "default"})
    parts, whole = (read_table(tmp_path / one) for one in (name, f"whole.{name}"))
    assert parts == whole
    assert parts[0].num_rows == 2


def test_parquet_keeps_metadata(tmp_path):
    write_table(TABLE, tmp_path / "t.parquet", {"model": "default", "labels": ["spam"]})
    assert read_table(tmp_path / "t.parquet")[1] == {"model": "default", "labels": ["spam"]}


def test_the_same_table_gives_the_same_bytes(tmp_path):
    for name in ("t.parquet", "t.csv.gz", "t.jsonl"):
        write_table(TABLE, tmp_path / name)
        first = (tmp_path / name).read_bytes()
        write_table(TABLE, tmp_path / name)
        assert (tmp_path / name).read_bytes() == first


def test_standard_output_is_json_lines(capfdbinary):
    write_table(TABLE.select(["id"]), "-")
    assert capfdbinary.readouterr().out == b'{"id":"1"}\n{"id":"2"}\n'


@given(st.lists(st.text(alphabet="='+-@\t\rab\n", max_size=6)))
def test_cells_are_safe_and_come_back(cells):
    column = pa.chunked_array([pa.array(cells, pa.large_string())])
    safe = csv_safe(column)
    assert not [cell for cell in safe.to_pylist() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert csv_restored(safe).to_pylist() == cells


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("old")

    def fail():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"t\.csv: cannot be written: No space left on device"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_places_that_cannot_be_written(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory"):
        write_table(TABLE, tmp_path / "absent" / "t.csv")
    with pytest.raises(OutputError, match="the extension names no format"):
        write_table(TABLE, tmp_path / "t.xlsx")
    with pytest.raises(OutputError, match="cannot be written"):
        write_table(TABLE, "/dev/full/t.csv")


@pytest.mark.parametrize("name", ["t.parquet", "t.jsonl", "t.csv"])
def test_what_is_no_table_is_one_clear_error(tmp_path, name):
    with pytest.raises(InputError, match=f"{name}: .*No such file|{name}: there is no such file"):
        read_table(tmp_path / name)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError, match=f"{name}: (cannot be read|damaged Parquet)"):
        read_table(tmp_path / name)


def test_frames_keep_their_types():
    frame = to_frame(TABLE)
    assert frame.dtypes["text"] == pd.ArrowDtype(pa.large_string())
    assert to_arrow(frame).schema == TABLE.schema


@pytest.mark.parametrize("name", ["c.csv", "c.jsonl", "c.parquet", "c.csv.gz"])
def test_a_parsed_dump_reads_back_as_it_was(tmp_path, name):
    samples = SAMPLES
    comments = read([samples / "hackernews", samples / "wp-cli", samples / "discourse"]).comments
    write_table(comments, tmp_path / name)
    again = read(tmp_path / name).comments
    for column in comments.columns:
        assert to_arrow(again[[column]]).to_pylist() == to_arrow(comments[[column]]).to_pylist()


def test_times_and_lists_in_csv(tmp_path):
    moment = dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    table = pa.table(
        {
            "at": pa.array([moment], pa.timestamp("us", "UTC")),
            "warnings": pa.array([["orphan", "lost_text"]], pa.list_(pa.string())),
        }
    )
    write_table(table, tmp_path / "t.csv.gz")
    text = gzip.decompress((tmp_path / "t.csv.gz").read_bytes()).decode()
    assert text == '"at","warnings"\n"2020-01-02T03:04:05.000000Z","orphan;lost_text"\n'
