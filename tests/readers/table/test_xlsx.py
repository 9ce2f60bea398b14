"""Workbooks: each sheet as a table."""

import importlib.util

import pytest
from places import ROOT

from moderation.errors import InputError
from moderation.readers import read


def workbook(path, sheets):
    spec = importlib.util.spec_from_file_location(
        "marked_systems", ROOT / "tests/fuzz/marked_systems.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path.write_bytes(module.workbook(sheets))
    return path


ROWS = [
    ["Nr", "Kommentar", "Antwort auf", "Verfasser"],
    ["1", "Hallo, wie geht es euch?", "", "Anna"],
    ["2", "Ganz gut, danke der Frage", "1", "Otto"],
    ["3", "Mir auch, wie man sieht", "1", "Eva"],
]


def test_a_sheet_is_read_as_its_table_would_be(tmp_path):
    dump = read(workbook(tmp_path / "a.xlsx", {"Kommentare": ROWS}))
    assert dump.comments[["author", "depth"]].values.tolist() == [
        ["Anna", 1],
        ["Otto", 2],
        ["Eva", 2],
    ]
    assert [name for name, _ in dump.formats.values()] == ["xlsx"]


def test_a_sheet_without_texts_is_left_out_with_a_note(tmp_path):
    sheets = {"Legende": [["a", "b"], ["x", "y"]], "Kommentare": ROWS}
    dump = read(workbook(tmp_path / "a.xlsx", sheets))
    assert len(dump.comments) == 3
    assert any("Legende" in note and "left out" in note for note in dump.notes)


def test_a_workbook_without_texts_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"Legende": [["a", "b"], ["x", "y"]]})
    with pytest.raises(InputError, match="no column for the text"):
        read(path)
