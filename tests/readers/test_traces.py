"""A text without comments that damage has left of a dump of them is told, and no page of prose."""

import pytest

from moderation.readers import read

PROSE = "The ferry was late again and nobody on the pier could say why it happens every winter."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("talk.txt", f"{PROSE}\n== The garden ==\n{PROSE}"),
        ("talk.txt", f"{PROSE}\r== The garden ==\r{PROSE}"),
        ("talk.txt", f"{PROSE} [[User:Ada|Ada]] 10:00, 1 January 20"),
        ("talk.txt", f"{PROSE} 10:00, 1 January 2024 (UTC)"),
        ("chat.txt", f"{PROSE}\n15/01/2024, 10:02 - Ada: {PROSE}"),
        (
            "Comments.xml",
            f'{PROSE}" CreationDate="2024-01-01T10:00:00.000" UserId="1" />\n</comments>',
        ),
        ("1.json", PROSE),
        ("notes.txt", PROSE[2:]),
    ],
)
def test_what_is_left_of_a_dump_is_a_reject(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content.encode())
    dump = read(path)
    assert dump.comments.empty
    assert list(dump.rejects["place"]) == [f"bytes 0 to {len(content)}"]
    assert dump.records == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.txt", f"The ferries\n\n{PROSE}\n{PROSE}\n"),
        ("page.html", f"<html><body><h1>The ferries</h1><p>{PROSE}</p></body></html>"),
    ],
)
def test_a_page_without_comments_is_a_note(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    dump = read(path)
    assert dump.rejects.empty
    assert "no comment was found in it" in " ".join(dump.notes)


@pytest.mark.parametrize(
    ("name", "lines", "wrong"),
    [
        ("comments.csv", ["id,text", "1,one two three", '2,"four five', "3,six seven"], 2),
        ("comments.jsonl", ['{"id":1,"text":"one two"}', '{"id":2,"text":"thr', '{"id":3}'], 1),
        ("Comments.xml", ["<comments>", '<row Id="1" PostId="7" Text="One" />', "<row Id"], 2),
    ],
)
def test_bytes_count_from_the_byte_order_mark(tmp_path, name, lines, wrong):
    content = "\n".join(lines).encode("utf-8-sig")
    path = tmp_path / name
    path.write_bytes(content)
    place = read(path).rejects["place"].iloc[0]
    first, last = place.rpartition("bytes ")[2].split(" to ")
    assert content[int(first) : int(last)].decode().strip() == lines[wrong]


def test_bytes_of_another_encoding_are_said_to_be_of_the_text(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_bytes('id,text\n1,one two three\n2,"four five\n3,six seven\n'.encode("utf-16"))
    assert read(path).rejects["place"].iloc[0].endswith("bytes 24 to 37 of the text as UTF-8")
