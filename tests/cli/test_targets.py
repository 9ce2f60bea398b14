"""Results are never written over the dumps that they are made of."""

import pytest
from typer.testing import CliRunner

from moderation.cli import app
from moderation.errors import OutputError

ROWS = '{"id": "1", "text": "The bridge is open again.", "mood": "glad"}\n'


@pytest.fixture
def dump(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "dump [1].jsonl"
    path.write_text(ROWS)
    (tmp_path / "other name.csv").symlink_to(path)
    return path


@pytest.mark.parametrize(
    "words",
    [
        ["parse", "dump [1].jsonl", "-o", "./dump [1].jsonl"],
        ["parse", "*.jsonl", "-o", "dump [1].jsonl"],
        ["parse", "dump [1].jsonl", "-o", "other name.csv"],
        ["parse", "dump [1].jsonl", "--rejects", "dump [1].jsonl"],
        ["score", "dump [1].jsonl", "-o", "dump [1].jsonl"],
        ["score", "dump [1].jsonl", "--report", "dump [1].jsonl"],
    ],
)
def test_a_dump_is_not_written_over(dump, words):
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, OutputError)
    assert "is one of the dumps that are read" in str(result.exception)
    assert dump.read_text() == ROWS


def test_a_file_that_is_not_read_is_written_over(dump, tmp_path):
    (tmp_path / "out.jsonl").write_text("old")
    assert CliRunner().invoke(app, ["parse", str(dump), "-o", "out.jsonl"]).exit_code == 0
    assert "The bridge is open again." in (tmp_path / "out.jsonl").read_text()
