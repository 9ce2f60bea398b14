"""Documents that follow one another are read together; what is wrong in one keeps its place."""

import io
import json

import pytest

from moderation.readers import read
from moderation.readers.json.parts import Run, parts, runs

COMMENT = {"id": "c1", "storyID": "s", "body": "<p>It was late</p>", "status": "NONE"}


def lines(count, odd=()):
    rows = [json.dumps(COMMENT | {"id": f"c{n}", "body": f"<p>Late {n}</p>"}) for n in range(count)]
    for place, line in odd:
        rows[place] = line
    return "\n".join(rows) + "\n"


def test_documents_come_together_and_each_has_its_place():
    raw = lines(50).encode()
    assert [type(one) for one in runs(io.BytesIO(raw))] == [Run]
    places = [(one.line, one.byte, one.raw) for one in parts(io.BytesIO(raw))]
    expected, at = [], 0
    for number, line in enumerate(raw.splitlines(keepends=True)):
        expected.append((number + 1, at, line.strip()))
        at += len(line)
    assert places == expected


def test_documents_are_told_apart_where_a_block_of_the_file_ends():
    raw = lines(40_000).encode()
    assert len(raw) > 3 << 20
    assert [one.raw for one in parts(io.BytesIO(raw))] == raw.splitlines()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "x", "storyID": "s", "body": <p>cut}', "not JSON"),
        ('{"id": "x", "storyID": "s", "bdy": "<p>No words are here to stay</p>"}', "no comment"),
        ('{"id": "x", "storyID": "s", "body": "one two three", "body": "four five six"}', "twice"),
    ],
)
def test_what_is_wrong_among_many_is_rejected_where_it_stands(tmp_path, line, reason):
    path = tmp_path / "comments.jsonl"
    path.write_text(lines(3_000, [(1_700, line)]), encoding="utf-8")
    dump = read(path)
    assert dump.records == len(dump.comments) + len(dump.rejects)
    assert {f"c{n}" for n in range(3_000) if n != 1_700} <= set(dump.comments["id"])
    assert any(
        reject.place.startswith("line 1701, bytes") and reason in reject.reason
        for reject in dump.rejects.itertuples()
    )


def test_an_integer_beyond_64_bits_is_the_id_that_it_is(tmp_path):
    huge = "123456789012345678901234567890"
    path = tmp_path / "comments.jsonl"
    line = lines(1).strip().replace('"c0"', huge)
    path.write_text(lines(20, [(7, line)]), encoding="utf-8")
    assert huge in set(read(path).comments["id"])


def test_what_is_no_json_between_documents_is_rejected(tmp_path):
    path = tmp_path / "comments.jsonl"
    path.write_text(lines(300, [(150, "some words that are no JSON")]), encoding="utf-8")
    dump = read(path)
    assert len(dump.comments) == 299
    assert [one.snippet for one in dump.rejects.itertuples()] == ["some words that are no JSON"]
    assert dump.rejects["place"][0].startswith("line 151, bytes")
