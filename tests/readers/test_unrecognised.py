"""Files that no reader knows: what they look like, and what to try."""

import sqlite3
import subprocess
import tarfile

import pytest

from moderation.errors import InputError
from moderation.readers import read

FILES = [
    ("a.xml", '<badges><row Id="1"/><row Id="2"/><row Id="3"/></badges>', "<row> within <badges>"),
    ("a.sql", "INSERT INTO `forum_topics` VALUES (1,2);", "SQL that fills forum_topics"),
    ("a.bin", "%PDF-1.7\n\x00\x01", "a PDF document"),
    ("a.json", '["one word", "another word"]', "JSON without a list of objects"),
    ("b.json", '{"error": {"code": 401, "message": "Log in again"}}', "comments: 'Log in again'"),
    ("c.json", '{"message": "Too many requests", "status": 429}', "comments: 'Too many requests'"),
    ("d.json", '{"data": "[{\\"id\\": 1, \\"text\\": \\"words\\"}]"}', "jq -r .data"),
    ("a.jsonl", '{"level": "info", "msg": "it went well", "ts": 1}\n' * 9, "the log of a program"),
    ("a.py.txt", "[{'id': 1, 'text': 'some words'}]", "python -c"),
    ("a.rtf", "{\\rtf1\\ansi some words}", "a document (RTF)"),
    ("a.warc", "WARC/1.0\r\nWARC-Type: response\r\n\r\n", "a web archive"),
    ("a.mhtml", "From: <Saved by Blink>\nSnapshot-Content-Location: https://x\n\n", "MHTML"),
    ("a.b64", "QUJD" * 40, "base64 -d"),
    ("a.rss", "<rss><channel><item><title>A</title></item></channel></rss>", "a feed (RSS)"),
    (
        "a.csv.txt",
        "id,text\n1,words\n".encode("utf-32-le").decode("latin-1"),
        "--encoding UTF-32-LE",
    ),
    ("a.7z", "7z\xbc\xaf\x27\x1c", "7z x -o"),
    ("a.pkl", "\x80\x04\x95\0", "objects of Python"),
]


@pytest.mark.parametrize(("name", "content", "wanted"), FILES, ids=[f[0] for f in FILES])
def test_what_it_looks_like_is_said(tmp_path, name, content, wanted):
    path = tmp_path / name
    path.write_bytes(content.encode("latin-1"))
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


def test_an_archive_that_is_not_opened_comes_with_the_command_that_does(tmp_path):
    (tmp_path / "one.json").write_text('[{"id": 1, "text": "some words"}]')
    path = tmp_path / "all.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(tmp_path / "one.json", "one.json")
    with pytest.raises(InputError, match="it is a tar archive; unpack it: mkdir ") as raised:
        read(path)
    commands = str(raised.value).partition("unpack it: ")[2].partition(" && moderation parse ")
    subprocess.run(["sh", "-c", commands[0]], check=True)
    assert read(commands[2].removesuffix(" --tree")).comments["text"].tolist() == ["some words"]


def test_a_comment_that_speaks_of_errors_is_none(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"title": "Error 404", "message": "I get this error too, again and again"}')
    assert read(path).comments["text"].tolist() == ["I get this error too, again and again"]


def test_a_byte_order_mark_alone_is_an_empty_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="the file is empty"):
        read(path)


def test_javascript_around_json_is_no_reject(tmp_path):
    path = tmp_path / "a.js"
    path.write_text('var all = [{"id": 1, "text": "some words"}];\n')
    dump = read(path)
    assert (len(dump.comments), len(dump.rejects)) == (1, 0)


def test_a_database_comes_with_the_command_that_exports_its_comments(tmp_path):
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE settings (k)")
        base.execute("CREATE TABLE blog_comments (k)")
    with pytest.raises(InputError, match='select \\* from "blog_comments"'):
        read(path)


DATA = '{"body": "' + "y" * 200 + '"}'
PAGES = [
    ("<title>404 Not Found</title>", "something failed"),
    ("<title>Just a moment...</title>", "whether a browser was at work"),
    ("<title>Blog</title><form><input type=password></form>", "a page to log in"),
    (f"<script id=data type='application/json'>{DATA}</script>", "from <script id=data>"),
    (f"<script>window.STATE = {DATA}</script>", "from the script that begins with"),
]


@pytest.mark.parametrize(("content", "wanted"), PAGES)
def test_what_a_page_without_comments_is_instead(tmp_path, content, wanted):
    path = tmp_path / "a.html"
    path.write_text(f"<html><body>{content}<p>Please try it again later today.</p></body></html>")
    dump = read(path)
    assert (len(dump.comments), wanted in dump.notes[0]) == (0, True)


def test_an_article_with_a_form_to_log_in_is_none(tmp_path):
    path = tmp_path / "a.html"
    prose = "<p>All four boats came in after the tide, and nobody knew why.</p>" * 8
    form = "<form><input type=password></form>"
    path.write_text(f"<html><body><script>window.S = {DATA}</script>{form}{prose}</body></html>")
    assert [note for note in read(path).notes if "no comment was found" not in note] == []
