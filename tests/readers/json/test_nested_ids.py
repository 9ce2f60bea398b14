"""Nesting is the link: replies within a comment stay with it, whether or not it has an id."""

from __future__ import annotations

import json

import pytest

from moderation.readers import read


def array(rows):
    return json.dumps(rows)


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def nested(depth, **more):
    found = {"text": f"level {depth}", "author": f"u{depth}", "replies": [], **more}
    for level in range(depth - 1, 0, -1):
        found = {"text": f"level {level}", "author": f"u{level}", "replies": [found], **more}
    return found


@pytest.mark.parametrize("layout", [array, lines])
@pytest.mark.parametrize("depth", [2, 3, 40])
def test_nesting_links_comments_without_ids(tmp_path, layout, depth):
    path = tmp_path / "dump"
    path.write_text(layout([nested(depth), {"text": "alone", "author": "z", "replies": []}]))
    dump = read(path)
    assert dump.records == depth + 1
    assert dump.comments["depth"].max() == depth
    assert dump.comments["id"].is_unique
    assert any("an id was made up for each" in note for note in dump.notes)
    assert dump.comments.equals(read(path).comments)


@pytest.mark.parametrize("layout", [array, lines])
def test_a_root_and_its_reply(tmp_path, layout):
    reply_one = {"text": "b reply one", "author": "y", "replies": []}
    path = tmp_path / "dump"
    path.write_text(layout([{"text": "a first one", "author": "x", "replies": [reply_one]}]))
    comments = read(path).comments
    assert comments["text"].tolist() == ["a first one", "b reply one"]
    assert comments["depth"].tolist() == [1, 2]
    assert comments["parent_id"][1] == comments["id"][0]


def test_the_same_comment_twice_keeps_its_own_replies(tmp_path):
    twin = [
        {"text": "+1", "author": "x", "replies": [{"text": text, "author": "y"}]}
        for text in ("to the first", "to the second")
    ]
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(twin))
    comments = read(path).comments
    assert comments["depth"].tolist() == [1, 2, 1, 2]
    assert comments["id"].is_unique
    assert comments["text"].tolist() == ["+1", "to the first", "+1", "to the second"]


def test_nesting_alone_is_enough(tmp_path):
    path = tmp_path / "dump.json"
    path.write_text('[{"text": "a", "replies": [{"text": "b", "replies": [{"text": "c"}]}]}]')
    comments = read(path).comments
    assert comments["text"].tolist() == ["a", "b", "c"]
    assert comments["depth"].tolist() == [1, 2, 3]


def test_ids_that_are_empty_are_made_up_too(tmp_path):
    path = tmp_path / "dump.json"
    inner = {"id": "", "body": "in", "createdAt": "2020-01-01T00:00:00Z", "author": {"login": "k"}}
    outer = {**inner, "body": "out", "replies": {"nodes": [inner]}}
    path.write_text(json.dumps({"data": {"comments": {"nodes": [outer]}}}))
    dump = read(path)
    assert dump.comments["depth"].tolist() == [1, 2]
    assert dump.comments["text"].tolist() == ["out", "in"]


def test_a_large_document_in_parts_keeps_its_nesting(tmp_path):
    answers = [{"text": f"{n} " + "y" * 4000, "author": "b"} for n in range(9_000)]
    path = tmp_path / "dump.json"
    path.write_text(json.dumps({"comments": [{"text": "root", "author": "a", "replies": answers}]}))
    comments = read(path).comments
    assert len(comments) == 9_001
    assert comments["depth"].tolist() == [1] + [2] * 9_000


def test_replies_stand_beside_the_comment_they_answer(tmp_path):
    inner = {"answers": [], "comment": {"text": "third one", "author": "z"}}
    reply = {"answers": [inner], "comment": {"text": "second one", "author": "y"}}
    first = {"answers": [reply], "comment": {"text": "first one", "author": "x"}}
    alone = {"answers": [], "comment": {"text": "another one", "author": "w"}}
    path = tmp_path / "dump.json"
    path.write_text(json.dumps([first, alone]))
    comments = read(path).comments.set_index("text")
    depths = {"first one": 1, "second one": 2, "third one": 3, "another one": 1}
    assert comments["depth"].to_dict() == depths
    assert comments.loc["second one", "parent_id"] == comments.loc["first one", "id"]


def test_comments_beside_the_article_are_no_replies_to_it(tmp_path):
    rows = [{"text": "first one", "author": "x"}, {"text": "second one", "author": "y"}]
    path = tmp_path / "dump.json"
    path.write_text(json.dumps({"post": {"text": "An article", "author": "z"}, "comments": rows}))
    comments = read(path).comments
    assert set(comments["depth"]) == {1}


@pytest.mark.parametrize("layout", [array, lines])
def test_replies_that_are_texts_alone(tmp_path, layout):
    first = {"text": "first one", "author": "x", "replies": ["a plain reply", "another reply"]}
    path = tmp_path / "dump"
    path.write_text(layout([first, {"text": "second one", "author": "y", "replies": []}]))
    dump = read(path)
    assert dump.records == 4
    depths = {"first one": 1, "a plain reply": 2, "another reply": 2, "second one": 1}
    assert dump.comments.set_index("text")["depth"].to_dict() == depths


def test_replies_that_are_ids_are_no_comments(tmp_path):
    rows = [
        {"id": "a1", "text": "first one", "author": "x", "replies": ["b2"]},
        {"id": "b2", "text": "second one", "author": "y", "parent_id": "a1", "replies": []},
    ]
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(rows))
    comments = read(path).comments
    assert comments["text"].tolist() == ["first one", "second one"]
    assert comments["depth"].tolist() == [1, 2]
