"""Rejects on disk are those that came, in their order."""

import pytest

from moderation.comments import REJECT_SCHEMA, Reject
from moderation.readers.merging.rejects import Rejects
from moderation.tables import to_frame


@pytest.mark.parametrize("held", [1, 4, 100])
def test_all_rejects_in_their_order(held):
    rejects = Rejects(held)
    for start in range(0, 10, 2):
        rejects.add([Reject("a.csv", f"line {n}", "why", "\ud800") for n in (start, start + 1)])
    rejects.add([])
    table = rejects.table()
    assert len(rejects) == 10
    assert table.schema.names == REJECT_SCHEMA.names
    assert list(to_frame(table)["place"]) == [f"line {n}" for n in range(10)]


def test_none_at_all():
    assert Rejects().table().num_rows == 0


def test_a_table_outlives_its_rejects():
    rejects = Rejects(1)
    rejects.add([Reject("a.csv", "line 1", "why")])
    table = rejects.table()
    del rejects
    assert table["reason"].to_pylist() == ["why"]
