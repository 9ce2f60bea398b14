"""Tables that this program wrote are read back within bounds: anybody may have changed them."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from moderation.errors import InputError
from moderation.labels.read import read_labels
from moderation.readers.written import read_table
from moderation.report.paged import open_scored
from moderation.tables import METADATA_KEY


def repeated(text, count):
    """The text so many times, held once."""
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), count), [text])


@pytest.fixture
def bomb(tmp_path):
    """A scored table, and a table of labels, of a few kB that would grow to 8 GB."""
    count = 8_000
    columns = {
        "id": [str(k) for k in range(count)],
        "thread_id": repeated("t", count),
        "text": repeated("x" * 1_000_000, count),
        "spam": [0.5] * count,
        "flags": repeated("spam", count),
    }
    pq.write_table(pa.table(columns), tmp_path / "bomb.parquet", compression="zstd")
    assert (tmp_path / "bomb.parquet").stat().st_size < 200_000
    return tmp_path / "bomb.parquet"


@pytest.mark.parametrize("read", [read_table, read_labels, open_scored])
def test_a_small_file_that_grows_to_gigabytes_is_refused(bomb, read):
    with pytest.raises(InputError, match="grows past"):
        read(bomb)


def test_a_table_comes_back_with_its_metadata(tmp_path):
    texts = ["a", "b", "a"] * 50_000
    table = pa.table(
        {"text": pa.array(texts).dictionary_encode(), "spam": [1.0, 0.0, None] * 50_000}
    )
    path = tmp_path / "table.parquet"
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: b'{"model": "m"}'}), path)
    back, passport = read_table(path)
    assert passport == {"model": "m"}
    assert back["text"].to_pylist() == texts
    assert back["spam"].to_pylist() == [1.0, 0.0, None] * 50_000


def test_a_large_table_of_numbers_and_nulls_is_looked_at_once(tmp_path):
    """The bound looks at the values of a dictionary: of numbers and nulls there are none to see."""
    count = 400_000
    columns = {
        "id": [str(k) for k in range(count)],
        "thread_id": "t",
        "created_at": pa.array(range(count), pa.timestamp("us", "UTC")),
        "title": pa.nulls(count, pa.string()),
        "text": [f"text {k}" for k in range(count)],
        "spam": [0.5] * count,
        "flags": "",
    }
    arrays = [
        pa.repeat(pa.scalar(value), count) if isinstance(value, str) else pa.array(value)
        for value in columns.values()
    ]
    path = tmp_path / "large.parquet"
    pq.write_table(pa.table(arrays, names=list(columns)), path, row_group_size=131_072)
    assert len(open_scored(path)) == count


def test_a_table_without_rows_keeps_its_columns(tmp_path):
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "none.parquet")
    assert read_table(tmp_path / "none.parquet")[0].schema.names == ["text"]


def test_text_that_is_not_utf_8_is_refused(tmp_path):
    wrong = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    )
    pq.write_table(pa.table({"text": wrong, "spam": [1]}), tmp_path / "wrong.parquet")
    with pytest.raises(InputError, match="not UTF-8"):
        read_labels(tmp_path / "wrong.parquet")
