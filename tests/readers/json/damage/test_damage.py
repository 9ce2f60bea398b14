"""What damaged JSON holds beside its whole comments comes out as rejects."""

import json

import pytest

from moderation.readers import read

COMMENTS = [
    {"id": n, "body": f"<p>number {n} says this</p>", "isoDateTime": "2024-01-02T10:00:00Z"}
    for n in range(4)
]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('1 says this</p>", "isoDateTime": "2024-01-02T10:00:00Z"}', '1 says this</p>", "x": 1}'),
        ('1 says this</p>", "isoDateTime"', '1 says this</p>", "a": {"b": [1, 2]}, "isoTime"'),
    ],
)
def test_words_of_an_object_that_is_no_comment_beside_damage(tmp_path, old, new):
    whole = json.dumps({"discussion": {"comments": COMMENTS}})
    assert old in whole
    path = tmp_path / "discussion.json"
    path.write_text(whole.replace(old, new, 1).replace('"id": 3', '"id" 3'))
    dump = read(path)
    told = [*dump.comments["text"], *dump.rejects["snippet"]]
    assert len(dump.rejects) > 0
    assert [f"number {n} says" in " ".join(told) for n in range(4)] == [True] * 4


def test_damage_in_the_last_comment_costs_no_other(tmp_path):
    path = tmp_path / "discussion.json"
    path.write_text(json.dumps({"discussion": {"comments": COMMENTS}}).replace('"id": 3', '"id" 3'))
    dump = read(path)
    assert len(dump.comments) == 3
    assert len(dump.rejects) == 1
