"""Words that damage has put where a file's other objects have a number, a name or a date."""

import json

import pytest

from moderation.readers import read

SAID = "the ferry was late again and nobody on the pier knew why"


def status(n, **changed):
    return {
        "id": f"{n}",
        "in_reply_to_id": "1",
        "content": f"<p>Words of mine, number {n}.</p>",
        "visibility": "public",
        "created_at": "2024-01-01T10:00:00Z",
        "account": {"id": "1", "username": f"a{n}", "acct": f"a{n}@social.example"},
    } | changed


def context(tmp_path, last):
    statuses = [*map(status, range(2, 7)), last]
    path = tmp_path / "context.json"
    path.write_text(json.dumps({"ancestors": [], "descendants": statuses}, ensure_ascii=False))
    return path


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"account": {"id": "1", f"usern{SAID}ame": "a", "acct": "a@b.example"}},
            f"usern{SAID}ame",
        ),
        ({"account": {"id": "1", "username": f"a{SAID}", "acct": "a@b.example"}}, f"a{SAID}"),
        (
            {"created_at": "2024-01the ferry was -01T10:00:00Z"},
            "2024-01the ferry was -01T10:00:00Z",
        ),
    ],
)
def test_words_of_a_comment_elsewhere_in_it(tmp_path, changed, told):
    path = context(tmp_path, status(7, **changed))
    dump = read(path)
    assert len(dump.comments) == 6
    raw = path.read_bytes()
    spans = [place.rpartition("bytes ")[2].split(" to ") for place in dump.rejects["place"]]
    assert any(told in raw[int(first) : int(last)].decode() for first, last in spans)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"account": {"id": "1", "username": "Ada Ek of the harbour", "acct": "a@b.example"}},
        {"created_at": "Mon, 01 Jan 2024 10:00:00 GMT"},
        {"note": SAID},
        {"poll": {"Yes I do": 3, "No I do not": 5, "I do not know": 1}},
    ],
)
def test_what_is_no_damage(tmp_path, changed):
    assert read(context(tmp_path, status(7, **changed))).rejects.empty


def test_a_key_that_comes_once_in_a_file_that_is_damaged(tmp_path):
    lines = [json.dumps(status(n)) for n in range(2, 6)]
    lines[1] = lines[1].replace('"account": {', f'"account": {{"hasht_text": "{SAID}", ')
    path = tmp_path / "statuses.jsonl"
    path.write_text("\n".join(lines) + "\n")
    assert read(path).rejects.empty
    path.write_text("\n".join([*lines[:3], lines[3][:-40]]) + "\n")
    assert SAID in list(read(path).rejects["snippet"])


def test_an_object_where_a_name_should_be(tmp_path):
    replies = [{"rpid": 1, "parent": {"rpid": [2]}, "content": {"message": "Mine."}}]
    path = tmp_path / "bilibili.json"
    path.write_text(json.dumps({"code": 0, "data": {"replies": [*replies, {"rpid": {"a": 1}}]}}))
    assert list(read(path).comments["text"]) == ["Mine."]


def test_texts_of_which_none_is_a_comment(tmp_path):
    comment = {"markdown": SAID, "parentHex": "root", "url": "/tea"}
    whole = {"commentHex": "b", "url": "/tea", "parentHex": "root"}
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"version": 1, "comments": [], "commenters": [whole, comment]}))
    assert SAID in list(read(path).rejects["snippet"])
