"""Files that no reader knows: what they look like, and what to try."""

import pytest

from moderation.errors import InputError
from moderation.readers import read

FILES = [
    ("a.xml", '<badges><row Id="1"/><row Id="2"/><row Id="3"/></badges>', "<row> within <badges>"),
    ("a.sql", "INSERT INTO `forum_topics` VALUES (1,2);", "SQL that fills forum_topics"),
    ("a.bin", "%PDF-1.7\n\x00\x01", "a PDF document"),
    ("a.json", '["one word", "another word"]', "JSON without a list of objects"),
]


@pytest.mark.parametrize(("name", "content", "wanted"), FILES, ids=[f[0] for f in FILES])
def test_what_it_looks_like_is_said(tmp_path, name, content, wanted):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError, match="no reader knows this format") as raised:
        read(path)
    assert wanted in str(raised.value)


def test_a_field_that_is_mapped_and_not_there_is_named(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"data": {"list": [{"q": {"words": "some words here"}, "n": 1}]}}')
    assert read(path, mapping={"text": "q.words", "id": "n"}).comments["id"].tolist() == ["1"]
    with pytest.raises(InputError, match="there is no column 'zz'"):
        read(path, mapping={"text": "q.words", "replies": "zz"})


def test_a_map_that_a_reader_does_not_use_is_noted(tmp_path):
    path = tmp_path / "chat.txt"
    path.write_text("13/01/2024, 09:01 - Ada: one\n13/01/2024, 09:02 - Bo: two\n")
    (note,) = read(path, mapping={"text": "body"}).notes
    assert "it is not used for a file that is read as whatsapp" in note


def test_two_texts_are_asked_about_with_the_option_that_answers(tmp_path):
    path = tmp_path / "a.json"
    rows = [
        f'{{"zq": "some words of the first kind {n}", "vx": "others of the second kind {n}"}}'
        for n in range(9)
    ]
    path.write_text("[" + ",".join(rows) + "]")
    with pytest.raises(InputError, match="--map text="):
        read(path)
