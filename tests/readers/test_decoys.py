"""Files that are like a known format and none: what is distinctive decides, and nothing is lost."""

from __future__ import annotations

import json
import sqlite3

import pytest
from typer.testing import CliRunner

from moderation.cli import app
from moderation.errors import InputError
from moderation.readers import read

DAY = "2024-05-01T10:00:00Z"
DECOYS = {
    "telegram": {"id": 1, "type": "post", "date": DAY, "text": "a"},
    "facebook": {
        "user": "U1",
        "text": "a",
        "ts": "1",
        "comment": {"id": "F1", "user": "U1", "timestamp": 3, "comment": "hm"},
    },
    "isso": {"id": 1, "text": "a", "author": "Ann", "website": "x", "parent_id": None},
    "yt-dlp": {"id": 1, "parent": None, "text": "a", "author_id": 7, "created_at": DAY},
    "youtube-downloader": {"cid": 1, "text": "a", "author": "Ann", "parent": None},
    "convokit": {"id": 1, "text": "a", "root": 1, "user": "Ann", "reply_to": None},
    "lemmy": {"id": 1, "path": "1", "content": "a", "post_id": 3, "author": "Ann"},
    "hackernews": {"type": "comment", "id": 1, "parent": 0, "text": "a", "author": "A", "time": 9},
    "github": {"id": 1, "createdAt": DAY, "author": "Ann", "body": "a", "replies": []},
    "coral-graphql": {
        "id": 1,
        "body": "a",
        "createdAt": DAY,
        "author": {"username": "A"},
        "parent": 0,
    },
    "comentario": {"id": 1, "markdown": "a", "pageId": 7, "text": "a", "author": "Ann"},
    "guardian": {"id": 1, "isoDateTime": DAY, "body": "a", "author": "Ann"},
    "lobsters": {"id": 1, "short_id": "a", "comment": "a", "author": "Ann"},
    "nyt": {"commentID": 1, "commentBody": "a", "parent": None, "author": "Ann"},
}


@pytest.mark.parametrize("layout", [json.dumps, lambda rows: "\n".join(map(json.dumps, rows))])
@pytest.mark.parametrize("name", DECOYS)
def test_generic_rows_are_of_no_known_format(tmp_path, name, layout):
    path = tmp_path / "rows"
    path.write_text(layout([DECOYS[name]] * 3 + [{**DECOYS[name], "id": 2}]))
    dump = read(path)
    ((reader, _),) = dump.formats.values()
    assert reader in ("table", "json-tree")
    assert dump.records == 4


CSVS = {
    "civil-comments": "comment_id,comment_text,parent_id,article_id,by\n1,a,,7,Ann\n2,b,1,7,Bo\n",
    "nyt-csv": "comment_id,comment_body,parent_id,author\n1,a,,Ann\n2,b,1,Bo\n",
    "takeout": "comment_id,video_id,comment_text,parent_id,author\n1,7,a,,Ann\n2,7,b,1,Bo\n",
    "parent-as-text": "id,text,parent_text,parent_id,author\n1,a,,,Ann\n2,b,a,1,Bo\n",
}


@pytest.mark.parametrize("name", CSVS)
def test_generic_tables_are_of_no_known_dialect(tmp_path, name):
    path = tmp_path / "rows.csv"
    path.write_text(CSVS[name])
    dump = read(path)
    assert dump.formats[str(path)][0] == "table"
    assert dump.comments["id"].tolist() == ["1", "2"]
    assert dump.comments["depth"].tolist() == [1, 2]
    assert dump.comments["author"].tolist() == ["Ann", "Bo"]


ENVELOPES = [
    {"title": "T", "points": 3, "children": [{"author": "Ann", "text": "a"}]},
    {"title": "T", "short_id": "s", "comments": [{"author": "Ann", "text": "a"}]},
    {"ancestors": [], "descendants": [{"author": "Ann", "text": "a"}]},
    {"name": "n", "type": "t", "messages": [{"author": "Ann", "text": "a"}]},
    {"version": 1, "commenters": [], "comments": [{"author": "Ann", "text": "a"}]},
    {"extractor": "e", "webpage_url": "u", "comments": [{"author": "Ann", "text": "a"}]},
]


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_an_envelope_with_other_comments_is_not_empty(tmp_path, envelope):
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(envelope))
    assert read(path).comments["text"].tolist() == ["a"]


def test_named_texts_alone_are_no_comments(tmp_path):
    path = tmp_path / "emoji.json"
    path.write_text(
        '{":)": {"name": "smile", "text": "happy"}, ":(": {"name": "sad", "text": "low"}}'
    )
    with pytest.raises(InputError, match="no column for the text"):
        read(path)


def test_a_table_that_only_its_text_makes_one_of_comments_is_said(tmp_path):
    path = tmp_path / "emoticons.csv"
    path.write_text("code,name,comment\n:),smile,happy\n:(,sad,low\n")
    (note,) = read(path).notes
    assert "nothing but the name of the column 'comment' tells that it holds comments" in note
    assert "--map text=COLUMN" in note


LOGGED = {"timestamp": DAY, "level": "INFO", "message": "Started worker 3 on port 80"}


def test_the_log_of_a_program_is_told_as_one(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(f"{json.dumps(LOGGED)}\n" * 3)
    with pytest.raises(InputError, match="it is the log of a program"):
        read(path)


def test_the_log_of_a_program_is_said_to_be_one_of_comments_by_a_name_alone(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(f"{json.dumps({**LOGGED, 'id': 7, 'logger': 'app.main'})}\n" * 3)
    (note,) = read(path).notes
    assert "nothing but the name of the column 'message' tells that it holds comments" in note


def test_a_long_value_is_no_column(tmp_path):
    path = tmp_path / "long.jsonl"
    path.write_text(json.dumps({"id": 1, "text": "a b " * 100_000}) + '\n{"id": 2, "text": "c"}\n')
    dump = read(path)
    assert dump.formats[str(path)] == ("table", "JSON objects with id, text")
    assert dump.records == 2


def test_a_list_of_words_is_no_table(tmp_path):
    path = tmp_path / "words.json"
    path.write_text('["one word", "another word"]')
    with pytest.raises(InputError, match="no reader knows this format"):
        read(path)


def test_an_object_of_very_many_keys_is_read(tmp_path):
    path = tmp_path / "wide.json"
    keys = {f"k{number}": 1 for number in range(300_000)}
    path.write_text(json.dumps([{**keys, "text": "a"}]))
    assert read(path).comments["text"].tolist() == ["a"]


def test_rows_in_a_numbered_file_are_no_hashover_comment(tmp_path):
    path = tmp_path / "1.json"
    path.write_text(json.dumps([{"body": "a", "date": DAY}, {"body": "b", "date": DAY}]))
    dump = read(path)
    assert dump.formats[str(path)][0] == "table"
    assert dump.comments["id"].is_unique


PAGE = """<!DOCTYPE html><html><head><title>T</title></head><body><article><p>Story.</p></article>
<ol class="commentlist"><li class="comment" id="comment-1"><cite class="fn">Ann</cite><p>First, of
all.</p></li><li class="comment" id="comment-2"><cite class="fn">Bo</cite><p>Second</p></li></ol>
</body></html>"""
DUMP = "INSERT INTO `wp_comments` VALUES (1,2,'Ann','','','','','','Hello, all',0,'1','','',0,0);\n"


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize(("content", "reader"), [(PAGE, "html"), (DUMP, "sqldump")])
def test_content_decides_whatever_the_name(tmp_path, suffix, content, reader):
    path = tmp_path / f"saved{suffix}"
    path.write_text(content)
    dump = read(path)
    assert dump.formats[str(path)][0] == reader
    assert len(dump.comments) == dump.records > 0


def test_every_version_of_an_article_is_accounted_for(tmp_path):
    post = {"cooked": "<p>Story</p>", "post_number": 1, "topic_id": 9, "username": "ann"}
    rows = [
        post,
        {**post, "cooked": "<p>Story!</p>"},
        post,
        {**post, "cooked": "x", "post_number": 2},
    ]
    path = tmp_path / "topic.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    dump = read(path)
    assert (dump.records, len(dump.comments), len(dump.rejects)) == (2, 1, 1)
    assert dump.rejects["reason"][0] == "another text of the post that the thread is about"
    assert dump.notes == [f"{path}: 2 posts that open a thread are its article, no comments"]


WXR = """<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><wp:wxr_version>1.2</wp:wxr_version>
<item><title>T</title><wp:post_id>1</wp:post_id></item></channel></rss>"""


@pytest.mark.parametrize(
    "content",
    ["[]", "{}", "id,text\n", '{"comments": [], "version": 1, "commenters": []}', WXR],
)
def test_an_empty_export_is_done_and_said(tmp_path, content):
    path = tmp_path / "export"
    path.write_text(content)
    run = CliRunner().invoke(app, ["parse", str(path)])
    assert run.exit_code == 0
    assert "no comment was found in it" in " ".join(run.stderr.split())
    assert "0 records = 0 comments + 0 rejects" in run.stderr


PROSE = "Chapter one\n\nIt was a dark night, and nobody spoke of anything but the rain.\n" * 40


@pytest.mark.parametrize("more", [[], ["-o", "out/"]])
def test_prose_without_comments_is_an_error_with_the_way_out(tmp_path, monkeypatch, more):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "book.txt"
    path.write_text(PROSE)
    run = CliRunner().invoke(app, ["score", str(path), *more])
    assert run.exit_code == 1
    assert "--format table --map text=COLUMN" in str(run.exception)
    named = CliRunner().invoke(app, ["parse", str(path), "--format", "plaintext"])
    assert named.exit_code == 0


def test_rows_of_another_programs_comments_are_rejects(tmp_path):
    path = tmp_path / "dump.sql"
    path.write_text("INSERT INTO `blog_comments` (`id`, `body`) VALUES (1,'first'),(2,'second');\n")
    dump = read(path)
    assert (dump.records, len(dump.rejects)) == (2, 2)
    assert dump.rejects["snippet"].tolist() == ["(1,'first')", "(2,'second')"]


def test_an_empty_database_of_isso_is_said(tmp_path):
    path = tmp_path / "comments.db"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE comments (id, tid, parent, created, mode, text, author)")
    base.execute("CREATE TABLE threads (id, uri, title)")
    base.commit()
    base.close()
    dump = read(path)
    assert dump.records == 0
    assert "no comment was found in it, read as sqlite" in dump.notes[0]
