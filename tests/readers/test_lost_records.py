"""Records that damage hides from a reader: each is a reject that says where it stands."""

import contextlib
import json
import sqlite3
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from places import SAMPLES

from moderation.errors import UnknownFormatError
from moderation.readers import read
from moderation.readers.page_words import PageWords
from moderation.readers.source import Source


def damaged(tmp_path, name, old, new):
    """A sample with one change."""
    raw = (SAMPLES / name).read_bytes()
    assert raw.count(old) >= 1
    path = tmp_path / Path(name).name
    path.write_bytes(raw.replace(old, new, 1))
    return read(path)


def told(dump):
    return list(dump.rejects[["place", "reason"]].itertuples(index=False, name=None))


def ids(dump):
    return sorted(dump.comments["id"])


@pytest.mark.parametrize(
    "change", [(b"VALUES (1,5", b"^ALUES (1,5"), (b"INTO `wp_c", b"INTO `wp_k")]
)
def test_a_statement_that_cannot_be_read(tmp_path, change):
    dump = damaged(tmp_path, "sqldump/wordpress.sql", *change)
    assert ids(dump) == []
    assert [place for place, _ in told(dump)] == ["line 4, bytes 126 to 442"]
    assert "cannot be read" in told(dump)[0][1]


def test_rows_behind_a_broken_one_are_read(tmp_path):
    dump = damaged(tmp_path, "sqldump/wordpress.sql", b"(1,5,'Ana'", b"1,5,'Ana'")
    assert ids(dump) == ["2"]
    assert [reason for _, reason in told(dump)] == [
        "what stands between the rows of wp_comments is none"
    ]


def test_a_row_whose_values_have_moved(tmp_path):
    dump = damaged(tmp_path, "sqldump/wordpress.sql", b"'p@kites.example',", b"")
    assert ids(dump) == ["1"]
    assert len(dump.rejects) == 1


def test_a_section_of_movable_type_that_has_no_known_name(tmp_path):
    dump = damaged(tmp_path, "movabletype/trains.txt", b"COMMENT:", b"COMMEND:")
    assert len(dump.comments) == 1
    assert told(dump) == [("lines 13 to 21", "a section 'COMMEND:', which no export has")]


def test_a_comment_that_runs_on_from_the_body(tmp_path):
    dump = damaged(tmp_path, "movabletype/trains.txt", b"Sleep well.\n-----\n", b"Sleep well.\n")
    assert len(dump.comments) == 1
    assert [reason for _, reason in told(dump)] == [
        "a comment within the section BODY, which no export has"
    ]
    assert dump.threads["article"].tolist() == ["They are back.\n\nSleep well."]


def test_movable_type_without_its_beginning(tmp_path):
    raw = (SAMPLES / "movabletype/trains.txt").read_bytes()
    path = tmp_path / "trains.txt"
    path.write_bytes(raw[raw.index(b"back.") :])
    assert len(read(path).comments) == 2


def test_a_post_of_disqus_whose_tag_is_damaged(tmp_path):
    dump = damaged(tmp_path, "disqus/chess.xml", b'<post dsq:id="1"', b'<p\0st dsq:id="1"')
    assert "part of a post, but no post" in [reason for _, reason in told(dump)]
    assert ids(dump) == ["2", "3"]


def test_a_comment_of_wordpress_whose_tag_is_damaged(tmp_path):
    old, new = b"<wp:comment><wp:comment_id>20<", b"<wp:commend><wp:comment_id>20<"
    dump = damaged(tmp_path, "wordpress/garden.xml", old, new)
    assert ids(dump) == ["21", "22"]
    assert [reason for _, reason in told(dump)] == ["part of a comment, but no comment"]


def test_an_entry_that_hardly_says_that_it_is_a_comment(tmp_path):
    dump = damaged(tmp_path, "feeds/blogger.xml", b"kind#comment'", b"kind#commXnt'")
    assert len(dump.comments) == 2  # it answers the post, so it is one all the same


@pytest.mark.parametrize("key", [b'"body"', b'"link_id"', b'"parent_id"'])
def test_a_comment_in_a_listing_that_lacks_a_key(tmp_path, key):
    raw = (SAMPLES / "reddit/listing.json").read_bytes()
    path = tmp_path / "listing.json"
    at = raw.index(key, raw.index(b'"t1_c"') - 40)
    long = raw.replace(b"Agreed.", b"Agreed, with all of it.")
    path.write_bytes(long[:at] + b'"x' + long[at + 2 :])
    dump = read(path)
    assert ids(dump) == ["a", "b", "d"]
    assert len(dump.rejects) == 1


@pytest.mark.parametrize("key", ["body", "text"])
def test_lines_whose_text_has_another_key(tmp_path, key):
    rows = [{"id": n, key: f"number {n} says this", "author": "Al"} for n in range(30)]
    rows[11] = {"id": 11, key[:-1] + "K": "number 11 says this", "author": "Al"}
    path = tmp_path / "dump.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    dump = read(path)
    assert len(dump.comments) == 29
    assert [reason for _, reason in told(dump)] == [
        f"without {key}; it has id, {key[:-1]}K, author"
    ]


def test_json_without_its_beginning(tmp_path):
    raw = (SAMPLES / "reddit/listing.json").read_bytes()
    path = tmp_path / "listing.json"
    path.write_bytes(raw[raw.index(b"plastic") :])
    dump = read(path)
    assert ids(dump) == ["b", "c", "d"]
    assert told(dump)[0][0].startswith("line 1, bytes 0 to ")


def test_a_quote_that_is_lost_costs_one_comment_of_an_array(tmp_path):
    rows = [{"id": n, "text": f"number {n} says this", "author": "Al"} for n in range(30)]
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(rows).replace('"number 7 says', "number 7 says"))
    dump = read(path)
    assert len(dump.comments) == 29
    assert told(dump)[0][0] == "line 1, bytes 400 to 456"


def test_two_comments_that_run_into_one_are_told(tmp_path):
    old = b'"Steel &gt; plastic",\n     "author": "ann",'
    raw = (SAMPLES / "coral-sponge/comments.json").read_bytes()
    assert old not in raw
    both = raw[:-2].rstrip(b"]\n") + b"," + raw.lstrip(b"[")
    path = tmp_path / "comments.json"
    path.write_bytes(both.replace(b'"status": "2"', b'"body": "another one"', 1))
    dump = read(path)
    assert [reason for _, reason in told(dump)] == ["body twice in one object: the last is taken"]


def test_a_header_that_has_swallowed_a_row(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_text(
        "id,text,author1,a text of five words here,Al\n2,another text,Bo\n3,a third,Cy\n"
    )
    dump = read(path, format="table")
    assert "the header line holds what a row should" in [reason for _, reason in told(dump)]


def test_a_table_whose_lines_end_in_carriage_returns(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_bytes(b"id,text,author\r1,one of them,Al\r2,the other,Bo\r")
    assert ids(read(path)) == ["1", "2"]


def test_a_page_of_a_database_that_is_damaged(tmp_path):
    path = tmp_path / "isso.db"
    base = sqlite3.connect(path)
    base.executescript(
        "CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created, mode, author, text);"
        "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri, title);"
        "INSERT INTO threads VALUES (1, '/tea/', 'Tea');"
    )
    rows = [(1, n, None, 1600000000.0, 1, "Al", f"number {n} " * 20) for n in range(1, 200)]
    base.executemany("INSERT INTO comments VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    base.commit()
    base.close()
    raw = bytearray(path.read_bytes())
    raw[5 * 4096 + 3 : 5 * 4096 + 5] = b"\0\1"  # the page says that it holds one row
    path.write_bytes(raw)
    dump = read(path)
    assert len(dump.comments) < 199
    assert any("damaged page" in reason for _, reason in told(dump))


def test_an_archive_whose_member_cannot_be_unpacked(tmp_path):
    path = tmp_path / "two.zip"
    line = b'{"id": %d, "text": "one of them"}\n'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jsonl", line % 1)
        archive.writestr("b.jsonl", line % 2)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"PK\3\4", b"PK\3\5").replace(b"PK\3\5", b"PK\3\4", 1))
    dump = read(path)
    assert ids(dump) == ["1"]
    assert [place for place, _ in told(dump)] == ["the whole file"]


def test_a_parquet_file_whose_strings_are_no_utf8(tmp_path):
    path = tmp_path / "dump.parquet"
    texts = pa.array([b"caf\xe9", b"tea"]).view(pa.string())
    pq.write_table(pa.table({"id": ["1", "2"], "text": texts}), path)
    assert read(path).comments["text"].tolist() == ["café", "tea"]


def test_a_comment_of_a_page_whose_tag_is_damaged(tmp_path):
    old = (
        b'<div class="comment odd"><span class="username">Kim</span><div class="content"><p>I know.'
    )
    new = b'<dav class="comX odd"><span class="username">Kim</span><dav><p>I know, and all of that'
    dump = damaged(tmp_path, "html/drupal.html", old, new)
    assert len(dump.comments) == 3
    assert "text among the comments" in [reason for _, reason in told(dump)]


PAGE = """<html><body><article><p>The ferry is late again.</p></article>
<h2>3 Comments</h2><div class="comments">
<div class="comment"><b class="fn">Ada</b> <i class="date">1 May 2020 at 10:00</i>
<p>We waited for bread on the pier.</p><a>Reply</a></div>
<div class="comment"><b class="fn">Ben</b> <i class="date">2 May 2020 at 10:00</i>
<p>Nobody there could say why it was late.</p><a>Reply</a></div>
<div class="comment"><b class="fn">Cleo</b> <i class="date">3 May 2020 at 10:00</i>
<p>The wind comes from the north.</p><a>Reply</a></div>
</div><footer>All rights reserved.</footer></body></html>
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<b class="fn">Ben', '<b class="fnBen'),
        ('"date">2', "\"date'>2"),
        ('class="comment"><b class="fn">Ben</b> <i class="date">2 May 2020 at 10:00</i>\n<p>', ""),
        ("</i>\n<p>Nobody", "</i Nobody"),
        ("</i>\n<p>Nobody", "</i></ Nobody"),
        ("<p>Nobody", "<![CDATA[ Nobody"),
        ("<p>Nobody", "<!-- Nobody"),
        ("<p>Nobody", "<script>Nobody"),
        ("<p>Nobody", "<style>Nobody"),
        ("<p>Nobody", "<title>Nobody</p><title></title>"),
        ("<p>Nobody", "<div class='>Nobody"),
        ("<p>Nobody there", "<pNobody there<"),
    ],
)
def test_a_text_that_markup_has_swallowed(tmp_path, old, new):
    path = tmp_path / "page.html"
    path.write_text(PAGE.replace(old, new, 1))
    dump = read(path)
    texts = " ".join(dump.comments["text"])
    rejects = " ".join(dump.rejects["snippet"])
    assert ("could say why" in texts) or ("could say why" in rejects)
    assert "ferry" not in rejects


def test_texts_over_the_buttons_of_comments_where_no_comment_can_be_told(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        "<html><body><h1>Late</h1><p>The ferry is late again, and nobody knows why.</p>"
        "<p>Nobody there could say why.</p><a>Reply</a></body></html>"
    )
    dump = read(path)
    assert "could say why" in " ".join(dump.rejects["snippet"])


def test_a_comment_of_a_plain_page_whose_indentation_is_damaged(tmp_path):
    old = b"      Mich freut es."
    new = b"\xe4     Mich freut es sehr, und zwar schon lange."
    dump = damaged(tmp_path, "plaintext/garten.txt", old, new)
    texts = " ".join(dump.comments["text"])
    rejects = " ".join(dump.rejects["snippet"])
    assert ("schon lange" in texts) != ("schon lange" in rejects)


def test_whole_pages_have_no_text_among_their_comments():
    pages = [*sorted((SAMPLES / "html").iterdir()), *sorted((SAMPLES / "plaintext").iterdir())]
    assert [(page.name, told(read(page))) for page in pages if len(read(page).rejects)] == []


def test_words_are_found_in_what_was_told_in_any_order():
    words = PageWords(["One two, three.", "Four five"])
    assert [words.has(text) for text in ("four", "two three", "three-four", "wo", "six")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_replies_to_a_comment_without_an_id_before_damage(tmp_path):
    inner = {"text": "a reply to that", "author": "Bo", "replies": []}
    outer = {"text": "a first comment", "author": "Ann", "replies": [inner]}
    path = tmp_path / "dump.json"
    raw = json.dumps([outer, {**outer, "text": "a second one"}, outer])
    path.write_text(raw.replace('that", "author', 'that, "author', 1))
    dump = read(path)
    replies = dump.comments[dump.comments["depth"] == 2]
    assert replies["text"].tolist() == ["a reply to that"] * 2
    assert replies["parent_id"].isin(dump.comments["id"]).all()
    assert len(dump.comments) == 5
    assert len(dump.rejects) == 1


def test_rows_whose_text_has_another_name_late_are_read_behind_damage(tmp_path):
    usual = [{"id": n, "text": f"{n} {'x' * 1950}"} for n in range(200)]
    late = [{"id": n, "message": f"late words of {n}", "more": "not a text at all"} for n in "ab"]
    lines = [json.dumps(row) for row in [*usual, *late]]
    path = tmp_path / "dump.jsonl"
    path.write_text(
        "\n".join(
            [
                *lines,
                '{"id": 5, "text": "bro',
                lines[-1].replace('"b"', '"c"').replace("of b", "of c"),
            ]
        )
    )
    dump = read(path)
    assert dump.comments["text"].tolist()[-3:] == [f"late words of {n}" for n in "abc"]
    assert len(dump.rejects) == 1


def test_a_number_longer_than_python_reads_among_damage(tmp_path):
    path = tmp_path / "dump.json"
    long = '{"id": ' + "9" * 5_000 + ', "text": "a long one"}'
    path.write_text(f'[{{"id": 1, "text": "before it"}}, {long}, {{"id": 2, "text": "behind it"}}')
    dump = read(path)
    assert dump.comments["text"].tolist() == ["before it", "behind it"]
    assert "99999" in dump.rejects["snippet"][0]


def test_files_of_an_archive_that_are_no_comments_are_none_lost(tmp_path):
    path = tmp_path / "dump.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("comments.csv", "id,text\n1,hello there\n")
        archive.writestr("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
        archive.writestr("empty.txt", b"")
    dump = read(path)
    assert dump.comments["text"].tolist() == ["hello there"]
    assert len(dump.rejects) == 0


def test_a_file_of_an_archive_that_cannot_be_known_for_its_damage_is_a_reject(tmp_path):
    path = tmp_path / "dump.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "id,text\n1,hello there\n")
        archive.writestr("b.csv", "id,text\n2,and not this one\n")
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"id,text\n2,and not", bytes(range(1, 18))))
    dump = read(path)
    assert dump.comments["text"].tolist() == ["hello there"]
    assert dump.rejects["file"].tolist() == [f"{path}:b.csv"]


def test_large_strings_of_parquet_that_are_no_utf8(tmp_path):
    path = tmp_path / "dump.parquet"
    texts = pa.array([b"caf\xe9", b"tea"], pa.large_binary()).view(pa.large_string())
    pq.write_table(pa.table({"id": ["1", "2"], "text": texts}), path)
    assert read(path).comments["text"].tolist() == ["café", "tea"]


def test_a_database_with_a_virtual_table_is_checked_where_it_is_read(tmp_path):
    path = tmp_path / "dump.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE threads (id, uri, title)")
        base.execute("CREATE TABLE comments (id, tid, parent, created, mode, text, author)")
        base.execute("CREATE VIRTUAL TABLE found USING fts5(words)")
        rows = [(n, 1, None, 1e9, 1, f"words {n} {'x' * 900}", "Ann") for n in range(40)]
        base.executemany("INSERT INTO comments VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        base.commit()
    assert len(read(path).rejects) == 0
    raw = bytearray(path.read_bytes())
    page = raw.index(b"words 20") // 4096
    raw[page * 4096 : page * 4096 + 1] = b"\x07"
    path.write_bytes(raw)
    dump = read(path)
    assert len(dump.comments) < 40
    assert len(dump.rejects) > 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("COMMENT:\nAUTHOR: Paul\n", "COMMENT:"),
        ("BASENAME: night_trains", "BASENAME: I have ridden this train for years."),
    ],
)
def test_a_line_of_movable_type_that_has_swallowed_another(tmp_path, old, new):
    path = tmp_path / "trains.txt"
    path.write_text(
        "AUTHOR: Nils\nTITLE: Night trains\nBASENAME: night_trains\n-----\nBODY:\nA train.\n-----\n"
        "COMMENT:\nAUTHOR: Paul\nI have ridden this train for years.\n-----\n--------\n".replace(
            old, new
        )
    )
    dump = read(path)
    texts = [*dump.comments["text"], *dump.rejects["snippet"]]
    assert "ridden this train" in " ".join(texts)


@pytest.mark.parametrize(
    "comments",
    [
        "Ann says:\n    3 May 2023 at 11:02\n\n    Nobody there could say why.\n\n    Reply\n",
        "    Nobody could say.\n\n    Reply\n\n  1. Ann says:\n    3 May 2023 at 11:02\n\n    Yes.",
    ],
)
def test_a_text_over_a_reply_button_of_a_plain_page(tmp_path, comments):
    path = tmp_path / "page.txt"
    article = "The council has put the matter off again and the people are tired of waiting for it."
    path.write_text(f"Why the pond stays\n\n{article}\n\n{comments}")
    assert [s for s in read(path).rejects["snippet"] if s.startswith("Nobody")] != []


def json_dump(tmp_path, value, *changes, name="dump.json"):
    """A value as a JSON file, with some changes to its bytes."""
    raw = json.dumps(value)
    for old, new in changes:
        assert old in raw
        raw = raw.replace(old, new, 1)
    path = tmp_path / name
    path.write_text(raw)
    return read(path)


def cusdis(*texts):
    keys = {"createdAt": "2024-01-01T10:00:00Z", "approved": True, "parentId": None}
    return [
        {"id": f"u{n}", "content": text, "by_nickname": f"A{n}", **keys}
        for n, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"parentId": null', '"paren</wp:comment>tId": "words of another comment"'),
        ('"by_nickname": "A1"', '"by_nickn": "words of another comment", "by_nickname": "A1"'),
        ('"createdAt"', '"createdad than the nobody was": 1, "createdAt"'),
        ('"approved"', '"x": "words of another comment", "x": 1, "approved"'),
    ],
)
def test_a_key_that_no_other_comment_has(tmp_path, old, new):
    rows = cusdis("the first of three", "the second of three", "the third of three")
    dump = json_dump(tmp_path, rows, (old, new))
    assert len(dump.comments) == 3
    assert len(dump.rejects) == 1


def test_a_key_that_damage_has_made_is_told_in_a_table_of_lines(tmp_path):
    rows = [{"id": n, "text": f"number {n} says this", "author": "Al"} for n in range(30)]
    rows[11]["auth words that were a text once"] = 1
    path = tmp_path / "dump.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    dump = read(path)
    assert len(dump.comments) == 30
    assert [reason for _, reason in told(dump)] == [
        "no other row has the key 'auth words that were a text once'"
    ]


def test_a_key_that_many_comments_lack_is_no_damage(tmp_path):
    rows = cusdis(*(f"number {n} says this" for n in range(40)))
    for row in rows[10:13]:
        row["by_nickname_of"] = "a friend of mine"
    assert len(json_dump(tmp_path, rows).rejects) == 0


def youtube(display, original):
    snippet = {"textDisplay": display, "textOriginal": original, "authorDisplayName": "@a"}
    return {"items": [{"kind": "youtube#comment", "id": "c1", "snippet": snippet}]}


@pytest.mark.parametrize(
    ("display", "original", "rejects"),
    [
        ("Than every boat than.", "Tha than.", 1),
        ("Tea &amp; <b>bread</b>, it&#39;s here", "Tea & *bread*, it's here", 0),
        ('See <a href="https://x.example/">x.example/a…</a>', "See https://x.example/abc", 0),
        ("Thanks, <a href='/u/7'>Ann Lee</a>", "Thanks, @annl", 0),
        ("One<br>two", "One\ntwo", 0),
    ],
)
def test_two_renderings_of_a_text_say_the_same(tmp_path, display, original, rejects):
    dump = json_dump(tmp_path, youtube(display, original))
    assert len(dump.comments) == 1
    assert len(dump.rejects) == rejects


def test_prose_where_an_activity_has_its_actor(tmp_path):
    notes = [
        {
            "type": "Create",
            "actor": "https://s.example/u/b",
            "object": {
                "id": f"https://s.example/n/{n}",
                "type": "Note",
                "content": f"<p>number {n}</p>",
                "attributedTo": "https://s.example/u/b",
            },
        }
        for n in range(3)
    ]
    notes[1]["actor"] = "Who such a thing up comes up better boat ferry.</p>"
    dump = json_dump(tmp_path, {"type": "OrderedCollection", "orderedItems": notes})
    assert len(dump.comments) == 3
    assert [reason for _, reason in told(dump)] == ["actor is prose; it has type, actor, object"]


def test_prose_where_a_thread_has_its_id(tmp_path):
    comments = [
        {"id": n, "author": "Al", "remote_addr": "10.0.0.1", "website": "", "created": "2005-02-24",
         "text": f"number {n} says this"}
        for n in range(3)
    ]  # fmt: skip
    page = {"id": "/pag some words of a text that was moved/", "title": "T", "comments": comments}
    dump = json_dump(tmp_path, [page])
    assert len(dump.comments) == 3
    assert [reason for _, reason in told(dump)] == ["id is prose; it has id, title, comments"]


@pytest.mark.parametrize(
    "rest",
    [
        '<p>How do I start?</p>", "topic_id": 8}, {"id": 101, "cooked": "<p>Like this.</p>"}]',
        '<html><body>\\n<p>So do I.</p></body></html>\\n", "user": {"name": "A1"}, "children": [',
        'what they say in the say comes the wind.",\n "date": "2015-01-02T00:00:00-0800",\n "na',
    ],
)
def test_json_that_begins_within_a_string_is_neither_a_page_nor_prose(tmp_path, rest):
    path = tmp_path / "dump.json"
    path.write_text(rest)
    source = Source(path)
    assert source.begins_in_json
    assert source.is_json


@pytest.mark.parametrize(
    "page",
    [
        '<html lang="en"><body><script>var x = {"a": 1, "b": 2}</script>',
        'He said "yes", and "no": both.',
        "Prose without a quote.",
        'A quote at its "end"',
    ],
)
def test_a_page_with_quotes_does_not_begin_within_json(tmp_path, page):
    path = tmp_path / "page.txt"
    path.write_text(page)
    assert not Source(path).begins_in_json


def test_a_comment_cut_short_before_damage_that_has_a_text(tmp_path):
    comments = [
        {"id": f"r{n}", "pid": "", "text": f"<p>number {n} says this</p>", "user": {"name": "A"},
         "locator": {"site": "s", "url": "https://blog.example/tea"}, "score": 0}
        for n in range(5)
    ]  # fmt: skip
    value = {"comments": [{"comment": comment} for comment in comments]}
    cut = '"user": {"name": "A"}, "locator": {"site": "s", "url": "https://blog.example/tea"}, '
    dump = json_dump(tmp_path, value, ('</p>", ' + cut + '"score": 0', '"}, "score": 0}'))
    assert len(dump.comments) == 4
    assert any(snippet.count("number 0") for snippet in dump.rejects["snippet"])


def test_words_in_a_tag_of_wordpress(tmp_path):
    old = b"<wp:comment_content>"
    raw = (SAMPLES / "wordpress/garden.xml").read_bytes()
    at = raw.index(old)
    moved = b"<wpup we saw the boat so comes up.]]>"
    path = tmp_path / "garden.xml"
    path.write_bytes(raw[:at] + moved + raw[at:])
    assert "words outside of the content" in [reason for _, reason in told(read(path))]


def test_a_reply_of_which_only_the_end_is_left(tmp_path):
    reply = {"body_html": "<p>a reply to the first</p>", "user": {"name": "Bo"}, "children": []}
    comments = [
        {"type_of": "comment", "id_code": f"a{n}", "body_html": f"<p>number {n} says this</p>",
         "user": {"name": "Al"}, "children": [reply] if n == 1 else []}
        for n in range(2)
    ]  # fmt: skip
    dump = json_dump(tmp_path, comments)
    assert len(dump.comments) == 2
    assert len(dump.rejects) == 1


def test_an_archive_without_its_beginning_is_refused(tmp_path):
    path = tmp_path / "two.zip"
    post = '<disqus xmlns="http://disqus.com"><post dsq:id="1"><message>this one</message></post>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jsonl", '{"id": 1, "text": "one of them"}\n')
        archive.writestr("b.xml", f"{post}</disqus>")
    path.write_bytes(path.read_bytes()[40:])
    with pytest.raises(UnknownFormatError, match=r"two\.zip"):
        read(path)


@pytest.mark.parametrize(
    ("name", "start", "count"),
    [
        ("wordpress/garden.xml", b"<wp:comment_author>", 3),
        ("disqus/chess.xml", b"</thread>", 3),
        ("feeds/blogger.xml", b"<title", 2),
    ],
)
def test_xml_without_its_beginning(tmp_path, name, start, count):
    raw = (SAMPLES / name).read_bytes()
    path = tmp_path / "dump.xml"
    path.write_bytes(raw[raw.index(start) :])
    dump = read(path)
    assert len(dump.comments) + len(dump.rejects) >= count


def test_what_stands_behind_the_last_page_of_a_database(tmp_path):
    path = tmp_path / "isso.db"
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.executescript(
            "CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created, mode, author,"
            " text); CREATE TABLE threads (id INTEGER PRIMARY KEY, uri, title);"
            "INSERT INTO comments VALUES (1, 1, NULL, 1600000000.0, 1, 'Al', 'the only one');"
        )
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"a text that was moved here by damage")
    dump = read(path)
    assert ids(dump) == ["1"]
    assert told(dump) == [(f"bytes {size} to {size + 36}", "behind the last page of the database")]


def test_json_without_its_beginning_is_no_prose(tmp_path):
    path = tmp_path / "1.json"
    path.write_text('dy": "Nobody there could say why it was late.",\n "name": B",\n}\n')
    with pytest.raises(UnknownFormatError):
        read(path)


def test_two_files_of_one_name_in_an_archive_are_both_read(tmp_path):
    path = tmp_path / "dump.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "id,text\n1,the first of them\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.csv", "id,text\n2,the second of them\n")
    dump = read(path)
    assert ids(dump) == ["1", "2"]
    assert list(dump.formats) == [f"{path}:a.csv", f"{path}:a.csv (2)"]


def test_comments_in_a_column_of_lists_are_replies(tmp_path):
    path = tmp_path / "dump.parquet"
    moment = datetime(2020, 5, 2, tzinfo=UTC)
    replies = [[{"id": "r1", "body": "a reply", "at": moment}], [], None]
    table = {"id": ["1", "2", "3"], "text": ["one", "two", "three"], "children": replies}
    pq.write_table(pa.table(table), path)
    dump = read(path)
    assert ids(dump) == ["1", "2", "3", "r1"]
    assert list(dump.comments["parent_id"].dropna()) == ["1"]
    assert list(dump.comments["text"])[:2] == ["one", "a reply"]
    assert dump.rejects.empty


def test_comments_in_a_column_of_lists_of_rows_that_are_articles(tmp_path):
    path = tmp_path / "dump.parquet"
    lists = [[{"comment_id": n, "message": f"of mine {n}"} for n in (k, k + 5)] for k in (1, 2)]
    pq.write_table(pa.table({"url": ["/a", "/b"], "title": ["A", "B"], "posts": lists}), path)
    dump = read(path)
    assert ids(dump) == ["1", "2", "6", "7"]
    assert list(dump.threads["title"]) == ["A", "B"]


def test_prose_in_a_key_of_what_is_around_a_comment(tmp_path):
    comments = [{"timestamp": n, "comment": f"number {n}", "author": "Al"} for n in range(2)]
    outer = [{"timestamp": n, "data": [{"comment": one}]} for n, one in enumerate(comments)]
    outer[0]["t do every every can"] = outer[0].pop("timestamp")
    dump = json_dump(tmp_path, {"comments_v2": outer})
    assert len(dump.comments) == 2
    assert len(dump.rejects) == 1


def test_prose_as_the_name_of_a_column_of_sql(tmp_path):
    table = b"CREATE TABLE `wp_x` (\n  `com weather late and our wind` text\n);\n"
    path = tmp_path / "wordpress.sql"
    path.write_bytes(table + (SAMPLES / "sqldump/wordpress.sql").read_bytes())
    assert [reason for _, reason in told(read(path))] == ["no statement of SQL"]
