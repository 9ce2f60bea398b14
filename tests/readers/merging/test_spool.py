"""A dump that goes through temporary files gives what it gives in memory, row for row."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from dumps_in_parts import comments, write
from typer.testing import CliRunner

from moderation.cli.app import app
from moderation.errors import OutputError
from moderation.readers import iterate, read
from moderation.readers.merging.spool import Spooled, is_large
from moderation.tables import to_frame


@pytest.fixture(scope="module", params=[0, 1])
def dump(request, tmp_path_factory):
    return write(tmp_path_factory.mktemp("dump") / "dump", comments(), request.param)


def through_files(path, portion):
    with Spooled(iterate(path), portion) as spooled:
        parts = list(spooled.parts())
        return to_frame(pa.concat_tables(parts)), spooled.dump(), len(parts)


@pytest.mark.parametrize("portion", [1, 5_000, 1 << 30])
def test_the_same_rows_whatever_the_portion(dump, portion):
    whole = read(dump)
    found, rest, parts = through_files(dump, portion)
    pd.testing.assert_frame_equal(found, whole.comments)
    pd.testing.assert_frame_equal(rest.threads, whole.threads)
    by = list(whole.rejects)
    assert sorted(rest.rejects[by].values.tolist()) == sorted(whole.rejects[by].values.tolist())
    assert (rest.records, rest.invented, rest.notes) == (whole.records, 0, whole.notes)
    assert rest.formats == whole.formats
    assert (parts == 1) == (portion == 1 << 30)


def test_no_comment_at_all(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text":""}\n')
    found, rest, _ = through_files(tmp_path / "a.jsonl", 100)
    assert (len(found), len(rest.rejects), rest.records) == (0, 1, 1)


def test_temporary_files_are_gone_afterwards(dump, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    through_files(dump, 5_000)
    with Spooled(iterate(dump)) as spooled:
        next(spooled.parts())
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_one_line(dump, monkeypatch):
    def full(path, name=None):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("moderation.readers.merging.spool._records", full)
    with pytest.raises(OutputError, match="No space left on device"):
        through_files(dump, 100)


def test_large_is_told_by_size_and_packing(dump, tmp_path, monkeypatch):
    assert is_large(["-"])
    assert not is_large([str(dump)])
    size = sum(one.stat().st_size for one in Path(dump).iterdir())
    monkeypatch.setattr("moderation.readers.merging.spool.LARGE", size)
    assert not is_large([str(dump)])
    monkeypatch.setattr("moderation.readers.merging.spool.LARGE", size - 1)
    assert is_large([str(dump)])


def test_parse_says_so_and_writes_the_same(dump, tmp_path, monkeypatch):
    told = []
    for large in (1 << 30, 1):
        monkeypatch.setattr("moderation.readers.merging.spool.LARGE", large)
        out = tmp_path / f"{large}.jsonl"
        shown = CliRunner().invoke(app, ["parse", str(dump), "-o", str(out)])
        told.append((shown.exit_code, out.read_bytes(), shown.output))
    assert told[0][:2] == told[1][:2]
    assert told[1][2] == f"too large to hold in memory: going through temporary files\n{told[0][2]}"
