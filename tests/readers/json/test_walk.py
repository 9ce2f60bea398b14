"""What the walk over JSON promises for every format, beyond its sample."""

import io
import json
import re

import pytest
from places import SAMPLES

from moderation.readers import read
from moderation.readers.json.lenient import loads
from moderation.readers.json.parts import parts
from moderation.readers.json.text import values


def write(tmp_path, value, name="dump.json"):
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def nested(depth):
    opening = '{"id": %d, "type": "comment", "author": "a", "text": "t%d", "children": ['
    inner = "".join(opening % (number, number) for number in range(1, depth + 1))
    return f'{{"id": 0, "title": "T", "type": "story", "children": [{inner}{"]}" * depth}]}}'


def test_replies_nest_five_thousand_deep(tmp_path):
    comments = read(write(tmp_path, nested(5000))).comments
    assert comments["depth"].tolist() == list(range(1, 5001))


def test_a_file_that_breaks_off_keeps_its_comments_and_says_where(tmp_path):
    whole = (SAMPLES / "remark42/tree.json").read_text()
    dump = read(write(tmp_path, whole[: whole.index("Why gone?")]))
    assert dump.comments["id"].tolist() == ["1", "2"]
    assert dump.rejects["reason"].tolist() == ["the file ends within this record"]
    assert dump.rejects["place"].tolist() == ["line 42, bytes 746 to 827"]


def test_bad_lines_among_good_ones_are_rejected_with_their_place(tmp_path):
    good = (SAMPLES / "coral/comments.jsonl").read_text().splitlines()
    dump = read(write(tmp_path, f"{good[0]}\n{{broken}}\n{good[1]}\n", "dump.jsonl"))
    assert dump.comments["id"].tolist() == ["1", "2"]
    assert dump.rejects["place"].tolist() == ["line 2, bytes 245 to 253"]


@pytest.mark.parametrize("missing", ["author", "created_utc", "replies", "name"])
def test_fields_may_be_absent_or_null(tmp_path, missing):
    listing = json.loads((SAMPLES / "reddit/listing.json").read_text())
    comment = listing[1]["data"]["children"][1]["data"]
    for change in (lambda: comment.update({missing: None}), lambda: comment.pop(missing)):
        change()
        ids = read(write(tmp_path, listing)).comments["id"].tolist()
        assert sorted(ids) == ["a", "b", "c", "d"]


def test_texts_are_plain_and_entities_decoded_once(tmp_path):
    value = [
        {
            "type_of": "comment",
            "id_code": "x",
            "body_html": "<p>a &amp;lt; b<br>c</p><p>d</p>",
            "children": [],
        }
    ]
    assert read(write(tmp_path, value)).comments["text"].tolist() == ["a &lt; b\nc\n\nd"]


def test_addresses_are_not_carried_on():
    for name in ("isso/generic.json", "wp-cli/comments.csv", "commento/export.json"):
        dump = read(SAMPLES / name)
        shown = dump.comments.to_string() + dump.threads.to_string()
        assert "mail.example" not in shown
        assert "10.0.0" not in shown


def test_facebook_texts_are_mended():
    comments = read(SAMPLES / "facebook/comments.json").comments
    assert comments["text"].tolist() == ["Zoë!"]
    assert comments["author"].tolist() == ["René"]


def test_deleted_comments_stay_as_nodes():
    comments = read(SAMPLES / "hackernews/items.json").comments.set_index("id")
    assert list(comments.loc["3", "warnings"]) == ["lost_text"]
    assert comments.loc["3", "text"] == ""


def test_notices_are_left_out_and_counted():
    assert read(SAMPLES / "telegram/result.json").notes[0].endswith("1 service messages left out")
    assert "3 comments behind 'more'" in read(SAMPLES / "reddit/listing.json").notes[0]


def test_ids_beyond_two_to_the_53_are_exact():
    comments = read(SAMPLES / "mastodon/context.json").comments
    assert comments["id"].tolist() == ["110000000000000002", "110000000000000003"]


def test_an_answer_without_comments_is_no_error(tmp_path):
    dump = read(
        write(tmp_path, {"discussion": {"key": "k", "webUrl": "u", "title": "T", "comments": []}})
    )
    assert len(dump.comments) == 0
    assert dump.threads["title"].tolist() == ["T"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'[{"a": 1}, [2], {"b": "]}"}]', [b'{"a": 1}', b"[2]", b'{"b": "]}"}']),
        (b'{"a": 1}\n{"b":\n 2}', [b'{"a": 1}', b'{"b":\n 2}']),
        (b'[5, {"a": "\\""}, null]', [b"5", b'{"a": "\\""}', b"null"]),
        (b"[]", []),
        (b'[[{"a": 1}]]', [b'[{"a": 1}]']),
        (b'{"a": 1} stray {"b": 2}', [b'{"a": 1}', b"stray", b'{"b": 2}']),
    ],
)
def test_values_of_a_file(tmp_path, text, expected):
    path = tmp_path / "x"
    path.write_bytes(text)
    with path.open("rb") as stream:
        assert [value.raw for value in values(stream)] == expected


def test_values_are_found_alike_at_every_block_size(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_bytes(b'[{"a": "[\\"{"}, {"b": ["\\\\", "}"]}, {"c": {"d": [1, 2]}}]')
    for size in (1, 2, 3, 7, 1000):
        monkeypatch.setattr("moderation.readers.json.text.READ_BYTES", size)
        with path.open("rb") as stream:
            found = [loads(value.raw) for value in values(stream)]
        assert found == [{"a": '["{'}, {"b": ["\\", "}"]}, {"c": {"d": [1, 2]}}]


def test_values_know_their_line_at_every_block_size(monkeypatch):
    raw = b'[{"a": 1},\n\n{"b":\n 2}, {"c": 3}\n]\n{"d": 4}\n'
    for size in (1, 2, 3, 7, 1000):
        monkeypatch.setattr("moderation.readers.json.text.READ_BYTES", size)
        assert [value.line for value in values(io.BytesIO(raw))] == [1, 3, 4, 6]


def test_json_beyond_the_standard():
    assert loads(b'{"a": NaN}')["a"] != loads(b'{"a": NaN}')["a"]
    assert loads(b'{"a": "caf\xe9"}') == {"a": "café"}
    assert loads(b'{"a": "tab\there"}') == {"a": "tab\there"}
    with pytest.raises(ValueError, match="Expecting"):
        loads(b"{broken}")


IN_PARTS = [
    "reddit/listing.json", "reddit/morechildren.json", "telegram/result.json",
    "yt-dlp/video.info.json",
    "guardian/discussion.json", "hackernews-algolia/item.json", "lemmy/comments.json",
    "discourse/topic.json", "json-tree/forum.json", "coral-graphql/answer.json", "nyt/answer.json",
]  # fmt: skip


@pytest.mark.parametrize("path", IN_PARTS)
@pytest.mark.parametrize("large", [100, 400])
def test_a_document_in_parts_gives_what_it_gives_whole(monkeypatch, path, large):
    whole = read(SAMPLES / path)
    monkeypatch.setattr("moderation.readers.json.text.READ_BYTES", 64)
    monkeypatch.setattr("moderation.readers.json.parts.LARGE", large)
    monkeypatch.setattr("moderation.readers.json.parts.PART", large)
    parted = read(SAMPLES / path)
    assert parted.comments.equals(whole.comments)
    assert parted.threads.equals(whole.threads)
    assert parted.records == whole.records


def test_a_large_document_that_is_cut_keeps_its_elements(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.readers.json.text.READ_BYTES", 64)
    monkeypatch.setattr("moderation.readers.json.parts.LARGE", 400)
    monkeypatch.setattr("moderation.readers.json.parts.PART", 200)
    messages = [{"id": n, "type": "message", "date": "2020", "text": f"no. {n}"} for n in range(50)]
    text = json.dumps({"name": "Tea", "type": "private_group", "id": 7, "messages": messages})
    path = tmp_path / "result.json"
    path.write_text(text[:-40])
    dump = read(path)
    assert len(dump.comments) == 49
    assert dump.rejects["reason"].tolist() == ["the file ends within this record"]
    assert dump.threads["title"].tolist() == ["Tea"]


def test_what_follows_a_large_list_in_a_list_is_given(monkeypatch):
    """The list in parts is an element of the file's array itself: it ends where its parts end."""
    monkeypatch.setattr("moderation.readers.json.text.READ_BYTES", 64)
    monkeypatch.setattr("moderation.readers.json.text.FIRST_BYTES", 64)
    monkeypatch.setattr("moderation.readers.json.parts.LARGE", 300)
    monkeypatch.setattr("moderation.readers.json.parts.PART", 100)
    first = json.dumps([[{"id": n, "body": f"no. {n}"} for n in range(40)]])
    second = json.dumps({"id": 40, "body": "no. 40"})
    given = list(parts(io.BytesIO(f"{first}\n{second}".encode())))
    assert given[-1].raw.decode() == second
    assert not any(part.wrong for part in given)
    texts = [text for part in given for text in re.findall(r"no\. \d+", part.raw.decode())]
    assert texts == [f"no. {n}" for n in range(41)]
