"""What input may cost: small files that would grow to gigabytes, or be read for minutes."""

import contextlib
import gzip
import sqlite3
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from places import SAMPLES

from moderation.errors import InputError
from moderation.readers import Source, read
from moderation.readers.source import Options


def refused(path, options=None):
    """The one line that a file is refused with."""
    with pytest.raises(InputError) as caught:
        read(path, options=options or Options())
    message = str(caught.value)
    assert "\n" not in message
    return message


# --- Parquet --------------------------------------------------------------------------------------


def repeated(text, count):
    """The text so many times, held once."""
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), count), [text])


@pytest.mark.parametrize("codec", ["zstd", "snappy", "gzip", "none"])
def test_one_long_text_repeated(tmp_path, codec):
    path = tmp_path / "dump.parquet"
    pq.write_table(pa.table({"text": repeated("x" * 1_000_000, 8000)}), path, compression=codec)
    assert "grows past" in refused(path)


def test_one_short_text_in_many_rows(tmp_path):
    path = tmp_path / "dump.parquet"
    pq.write_table(pa.table({"text": repeated("x", 30_000_000)}), path, compression="zstd")
    assert path.stat().st_size < 200_000
    assert "grows past" in refused(path)


def test_rows_that_are_null(tmp_path):
    path = tmp_path / "dump.parquet"
    pq.write_table(pa.table({"text": pa.nulls(30_000_000, pa.string())}), path)
    assert "grows past" in refused(path)


def test_one_row_with_a_list_of_many_long_texts(tmp_path):
    path = tmp_path / "dump.parquet"
    texts = repeated("x" * 100_000, 100_000)
    lists = pa.ListArray.from_arrays([0, len(texts)], texts)
    pq.write_table(pa.table({"text": ["a"], "author": lists}), path, compression="zstd")
    assert "grows past" in refused(path)


def test_a_page_that_unpacks_to_much_more(tmp_path):
    path = tmp_path / "dump.parquet"
    texts = pa.table({"text": ["x" * 40_000_000] * 7})
    pq.write_table(texts, path, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 200_000
    assert "grows past" in refused(path)


def test_what_columns_unpack_to_that_are_not_read_does_not_count(tmp_path):
    path = tmp_path / "dump.parquet"
    texts = pa.table({"text": ["one", "two"], "picture": repeated("x" * 150_000_000, 2)})
    pq.write_table(texts, path, compression="zstd")
    assert list(read(path).comments["text"]) == ["one", "two"]


def test_a_bound_may_be_raised(tmp_path):
    path = tmp_path / "dump.parquet"
    texts = [f"{number} {'x' * 3000}" for number in range(100)] * 1000
    pq.write_table(pa.table({"text": texts}), path, compression="zstd")
    assert "raise --max-expansion" in refused(path)
    assert len(read(path, options=Options(expansion=100_000)).comments) == 100_000


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("codec", ["zstd", "snappy", "none"])
def test_a_parquet_file_of_several_groups_and_pages(tmp_path, version, codec):
    path = tmp_path / "dump.parquet"
    texts = pa.table(
        {
            "id": [str(number) for number in range(5000)],
            "text": [f"{number} words {'y' * (number % 90)}" for number in range(5000)],
            "author": ["Ann", None, "Ben", "Ann", "Cy"] * 1000,
        }
    )
    pq.write_table(
        texts,
        path,
        compression=codec,
        data_page_version=version,
        row_group_size=1500,
        data_page_size=2000,
        dictionary_pagesize_limit=3000,
    )
    found = read(path)
    assert sorted(found.comments["text"]) == sorted(texts["text"].to_pylist())
    assert found.comments["author"].isna().sum() == 1000
    assert found.records == 5000


def test_a_parquet_file_with_a_wrong_byte_is_read_or_refused(tmp_path):
    path = tmp_path / "dump.parquet"
    pq.write_table(pa.table({"text": ["one", "two", "two"] * 20, "id": list(range(60))}), path)
    content = path.read_bytes()
    for place in range(4, len(content), 3):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        with contextlib.suppress(InputError):
            dump = read(path)
            assert dump.records == len(dump.comments) + len(dump.rejects)


def test_a_parquet_file_within_gzip(tmp_path):
    path = tmp_path / "dump.parquet.gz"
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"text": ["one", "two"]}), sink)
    path.write_bytes(gzip.compress(sink.getvalue().to_pybytes()))
    assert Source(path).compression == "gzip"
    assert list(read(path).comments["text"]) == ["one", "two"]


# --- SQLite ---------------------------------------------------------------------------------------

THREADS = "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri TEXT, title TEXT)"
COLUMNS = "id, tid, parent, created, mode, text, author"
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n{}) "
COMMENT = "i AS id, 1 AS tid, NULL AS parent, 0 AS created, 1 AS mode, 'x' AS text, 'a' AS author"


@pytest.fixture
def database(tmp_path):
    """A database of isso's, made by SQL."""

    def made(*statements):
        path = tmp_path / "dump.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as base:
            for statement in (THREADS, "INSERT INTO threads VALUES (1, '/a', 'A')", *statements):
                base.execute(statement)
            base.commit()
        return path

    return made


@pytest.mark.parametrize(
    "view",
    [
        NUMBERS.format("") + f"SELECT {COMMENT} FROM n",
        NUMBERS.format(" WHERE i < 9") + f"SELECT {COMMENT.replace('i AS', 'sum(i) AS')} FROM n",
        f"SELECT {COMMENT.replace('i AS', 'id AS')} FROM threads",
    ],
)
def test_a_view_in_place_of_the_comments_is_not_run(database, view):
    path = database(f"CREATE VIEW comments AS {view}")
    assert "a database with the tables threads" in refused(path)


def test_a_view_that_says_it_is_a_table_is_not_run(database):
    path = database(
        f"CREATE VIEW comments AS {NUMBERS.format('')} SELECT {COMMENT} FROM n",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET type = 'table' WHERE name = 'comments'",
    )
    assert "malformed database schema" in refused(path)


@pytest.mark.parametrize("kind", ["VIRTUAL", "STORED"])
def test_computed_columns_are_not_run(database, kind):
    columns = COLUMNS.replace("author", f"author AS (hex(zeroblob(1000000 + id))) {kind}")
    path = database(
        f"CREATE TABLE comments ({columns})",
        "INSERT INTO comments (id, tid, text) VALUES (1, 1, 'x')",
    )
    assert "the table comments has computed columns" in refused(path)


def test_a_virtual_table_is_not_run(database):
    path = database(f"CREATE VIRTUAL TABLE comments USING fts5({COLUMNS})")
    assert "a database with the tables" in refused(path)


def test_a_long_default_of_many_short_rows_is_bounded(database):
    path = database(
        "CREATE TABLE comments (id, tid, parent, created, mode, text)",
        NUMBERS.format(" WHERE i < 4000") + "INSERT INTO comments (id, tid) SELECT i, 1 FROM n",
        f"ALTER TABLE comments ADD COLUMN author TEXT DEFAULT '{'x' * 500_000}'",
    )
    assert "grows past" in refused(path)


def test_names_of_tables_are_shown_in_short(tmp_path):
    path = tmp_path / "dump.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as base:
        for number in range(50):
            base.execute(f'CREATE TABLE "t{number}\'); DROP\n{"x" * 5000}" (a)')
    assert "… (50 in all)" in refused(path)
    assert len(refused(path)) < 1500


# --- CSV ------------------------------------------------------------------------------------------


def rows_of(count, text="comment {} of many"):
    return [f"{number},{text.format(number)},Ann\n" for number in range(count)]


def written(path, rows, header="id,text,author\n"):
    path.write_text(header + "".join(rows))
    return path


def test_one_quote_that_is_not_closed_costs_its_row(tmp_path):
    rows = rows_of(100_000)
    rows[10] = '10,"comment 10 of many,Ann\n'
    dump = read(written(tmp_path / "dump.csv", rows))
    assert len(dump.comments) == 99_999
    assert dump.rejects["place"].tolist() == ["line 12, bytes 255 to 282"]
    assert "a quote is opened and not closed" in dump.rejects["reason"].tolist()[0]


def test_a_quote_that_is_not_closed_on_every_row(tmp_path):
    rows = rows_of(20_000, '"comment {} of many')
    dump = read(written(tmp_path / "dump.csv", rows))
    assert len(dump.rejects) == 20_000


def test_quotes_within_cells_on_every_row(tmp_path):
    dump = read(written(tmp_path / "dump.csv", rows_of(20_000, 'a "b" c {}')))
    assert len(dump.comments) == 20_000


def test_a_quote_that_is_not_closed_on_every_other_row(tmp_path):
    rows = rows_of(10_000)
    rows[::2] = rows_of(10_000, '"comment {} of many')[::2]
    dump = read(written(tmp_path / "dump.csv", rows))
    assert (len(dump.comments), len(dump.rejects)) == (5_000, 5_000)


@pytest.mark.parametrize("text", ["comment {}", '"comment {}"'])
@pytest.mark.parametrize("header", ['id,"text,author\n', 'id,text,"author\n', '"id,text,author\n'])
def test_a_quote_that_is_not_closed_in_the_header(tmp_path, text, header):
    dump = read(written(tmp_path / "dump.csv", rows_of(3000, text), header))
    assert len(dump.comments) == 3000
    assert set(dump.comments["author"]) == {"Ann"}


def test_a_header_over_two_lines(tmp_path):
    dump = read(written(tmp_path / "dump.csv", rows_of(20), 'id,text,"author\n(name)"\n'))
    assert len(dump.comments) == 20


@pytest.mark.parametrize("name", ["column{}", "same", "", "same.{}"])
def test_a_header_of_many_columns(tmp_path, name):
    names = ",".join(name.format(number) for number in range(30_000))
    path = tmp_path / "dump.csv"
    path.write_text(f"id,text,{names}\n1,hello,{',' * 29_999}\n2,again,{',' * 29_999}\n")
    assert list(read(path).comments["text"]) == ["hello", "again"]


# --- XML ------------------------------------------------------------------------------------------

BLANKS = " " * 300_000
WXR = (
    '<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><wp:post_id>1</wp:post_id>'
    "<wp:comment><wp:comment_id>7</wp:comment_id>{}<wp:comment_content>{}</wp:comment_content>"
    "</wp:comment></item></channel></rss>"
)


@pytest.mark.parametrize(
    "author",
    [
        f"<wp:comment_author>{BLANKS}<![CDATA[x]]>{BLANKS}&bad;</wp:comment_author>",
        f"<wp:comment_author{BLANKS}x></wp:comment_author>",
        f"<wp:comment_author {BLANKS}/ ></wp:comment_author>",
        f"{BLANKS}stray{BLANKS}",
        f"<a>{BLANKS}<b>{BLANKS}</b>{BLANKS}",
        f"<a></a{BLANKS}b>",
    ],
)
def test_long_runs_of_blanks_in_a_record(tmp_path, author):
    path = tmp_path / "dump.xml"
    path.write_text(WXR.format(author, "Hello."))
    dump = read(path)
    assert [*dump.comments["text"], *dump.rejects["place"]]


def test_long_runs_of_blanks_in_a_text(tmp_path):
    path = tmp_path / "dump.xml"
    path.write_text(WXR.format("", f"a{BLANKS}<x{BLANKS}b & c"))
    assert read(path).comments["text"].tolist()[0].startswith("a")


# --- HTML -----------------------------------------------------------------------------------------

PAGE = "<!doctype html><html><body><h1>A title</h1><div id='comments'><ol>"
COMMENT_ITEM = "<li class='comment' id='comment-{0}'><div><cite>Ann</cite></div><p>words of {0}</p>"


def page(tmp_path, content):
    path = tmp_path / "page.html"
    path.write_text(PAGE + content)
    return path


def test_comments_in_lists_of_comments_thousands_deep(tmp_path):
    items = "".join(COMMENT_ITEM.format(k) + "<ul class='children'>" for k in range(3000))
    dump = read(page(tmp_path, items + "</ul></li>" * 3000))
    assert sorted(dump.comments["text"]) == sorted(f"words of {k}" for k in range(3000))
    assert "more than 1,000 elements deep" in dump.notes[0]


def test_discussions_nest_as_before(tmp_path):
    items = "".join(COMMENT_ITEM.format(k) + "<ul class='children'>" for k in range(400))
    dump = read(page(tmp_path, items + "</ul></li>" * 400))
    assert dump.comments["depth"].max() == 400


def test_comments_whose_elements_do_not_end_are_not_deep(tmp_path):
    items = "".join(COMMENT_ITEM.format(k).replace("</p>", "<br>") for k in range(2000))
    dump = read(page(tmp_path, items))
    assert len(dump.comments) == 2000
    assert not [note for note in dump.notes if "deep" in note]


@pytest.mark.parametrize(
    "content",
    [
        "<div>" * 60_000,
        "<ol><li>a" * 40_000,
        "<blockquote>a" * 40_000,
        "<dl>" * 40_000 + "<dt>",
        "<div class='entry-content'>a" * 30_000,
        "<p " + " ".join(f"a{k}=1" for k in range(60_000)) + ">x",
        "<p a='" + "'a'" * 60_000 + ">x",
        "<p " * 60_000,
        "<!--" * 60_000,
        "<script>" * 60_000,
        "</div>" * 60_000,
    ],
    ids=lambda content: content[:12],
)
def test_pages_that_are_deep_or_wide(tmp_path, content):
    dump = read(page(tmp_path, COMMENT_ITEM.format(1) + "</li>" + content))
    assert dump.comments["text"].tolist()[0].startswith("words of 1")


def test_a_long_row_of_stars_in_a_text_of_a_page(tmp_path):
    blogger = (SAMPLES / "html/blogger.html").read_text("utf-8")
    before, mark, after = blogger.partition(">Nic")
    path = tmp_path / "page.html"
    path.write_text(f"{before}>{'*' * 30_000}{mark[1:]}{after}")
    assert len(read(path).comments) == len(read(SAMPLES / "html/blogger.html").comments)


@pytest.mark.parametrize("end", ["x", "<x", "<html><p>a</p>"])
def test_many_comments_before_a_page(tmp_path, end):
    path = tmp_path / "page.html"
    path.write_text("<!-- a --> " * 50_000 + end)
    with contextlib.suppress(InputError):
        assert read(path).records == 0


@pytest.mark.parametrize(
    "text",
    [
        "---" + "\n" * 200_000 + "!",
        "[a]\n" + "\n" * 200_000 + "x",
        ("2024-01-01T00:00:00 " + " " * 200_000 + "x\n") * 2,
        ("Jan 1 00:00:00 host " + "1" * 200_000 + "\n") * 2,
        "--- " + "a" * 200_000 + "\n",
        '<html class="mw-parser-output"><p>ns-talk href="' + " " * 200_000,
        "<html>" + "<body " * 50_000,
    ],
    ids=["yaml", "settings", "log", "syslog", "diff", "address", "bodies"],
)
def test_long_runs_of_one_sign_where_kinds_are_told(tmp_path, text):
    path = tmp_path / "text.txt"
    path.write_text(text)
    with contextlib.suppress(InputError):
        assert read(path).records <= 2


def test_many_brackets_before_a_signature(tmp_path):
    said = "This is what I think of it. " + "(a)" * 60_000 + " " * 60_000
    signed = "[[User:Ann|Ann]] ([[User talk:Ann|talk]]) 12:00, 1 January 2024 (UTC)\n"
    torn = "[[" + "a " * 60_000 + "\n\n"
    path = tmp_path / "talk.txt"
    path.write_text(
        f"== One ==\nA first one, of some words. {signed}:{said}{signed}:{torn}{signed}"
    )
    assert read(path).records >= 2


# --- archives -------------------------------------------------------------------------------------

UTTERANCE = (
    '{"id":"u1","root":"c1","user":"Ann","reply-to":null,"text":"Hello there","timestamp":1.5e9,'
    '"meta":{}}\n'
)
TITLES = '{"c1":{"meta":{"title":"Tea"}}}'


def zipped(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("folder", ["", "corpus/", "a/b/"])
def test_a_corpus_in_an_archive_with_titles_and_without(tmp_path, folder):
    path = zipped(tmp_path / "a.zip", {f"{folder}utterances.jsonl": UTTERANCE})
    assert read(path).comments["text"].tolist() == ["Hello there"]
    members = {f"{folder}utterances.jsonl": UTTERANCE, f"{folder}conversations.json": TITLES}
    assert "Tea" in read(zipped(tmp_path / "b.zip", members)).threads["title"].tolist()


@pytest.mark.parametrize(
    "titles",
    [b"", b"{", b"\xff\xfe\0", b"[" * 200_000, b'{"c1":' + b"9" * 6000 + b"}", b" " * 300_000_000],
    ids=["empty", "cut", "binary", "deep", "a long number", "long"],
)
def test_a_corpus_whose_titles_cannot_be_read_has_its_comments(tmp_path, titles):
    members = {"utterances.jsonl": UTTERANCE, "conversations.json": titles}
    dump = read(zipped(tmp_path / "a.zip", members))
    assert "Hello there" in dump.comments["text"].tolist()


def test_an_archive_with_any_one_byte_wrong(tmp_path):
    members = {"utterances.jsonl": UTTERANCE, "conversations.json": TITLES, "ö.jsonl": UTTERANCE}
    path = zipped(tmp_path / "a.zip", members)
    content = path.read_bytes()
    for place in range(0, len(content), 4):
        wrong = bytes([content[place] ^ 0xFF])
        path.write_bytes(content[:place] + wrong + content[place + 1 :])
        with contextlib.suppress(InputError):
            dump = read(path)
            assert dump.records == len(dump.comments) + len(dump.rejects)


# --- ends that are looked for in vain -------------------------------------------------------------


@pytest.mark.parametrize(
    "comment",
    ["<![CDATA[" * 300_000, "<!--" * 600_000, "<![CDATA[</wp:comment>" * 100_000 + "]]>"],
    ids=["sections", "notes", "sections that end late"],
)
def test_markup_that_does_not_end(tmp_path, comment):
    path = tmp_path / "dump.xml"
    path.write_text(WXR.format(comment, "Hello."))
    assert read(path).records > 0


INSERT = "INSERT INTO `wp_comments` VALUES "
SQL_ROW = "({},5,'Ann','','','','2020-01-01','2020-01-01','text {}',0,'1','','',0,0)"


def test_broken_rows_of_a_sql_dump(tmp_path):
    path = tmp_path / "dump.sql"
    path.write_text(INSERT + "(" * 200_000)
    assert len(read(path).rejects) > 0


def test_many_rows_and_statements_of_a_sql_dump(tmp_path):
    path = tmp_path / "dump.sql"
    rows = [SQL_ROW.format(k, k) for k in range(30_000)]
    path.write_text(
        "\n".join(f"{INSERT}\n{row};" for row in rows[:15_000])
        + f"\n{INSERT}"
        + ",\n".join(rows[15_000:])
        + ";\n"
    )
    assert read(path).comments["text"].nunique() == 30_000


def test_a_broken_row_of_a_sql_dump_has_its_line(tmp_path):
    path = tmp_path / "dump.sql"
    rows = [SQL_ROW.format(k, k) for k in range(6)]
    rows[3] = rows[3].replace("'text 3'", "'text 3")
    path.write_text(f"{INSERT}\n" + ",\n".join(rows) + ";\n")
    dump = read(path)
    assert dump.rejects["place"].tolist() == ["line 5, bytes 253 to 323"]


def test_members_that_grow_too_much_together(tmp_path):
    members = {f"{k}.txt": b" " * 90_000_000 for k in range(3)}
    assert "grows past" in refused(zipped(tmp_path / "a.zip", members))


def test_an_archive_of_many_members(tmp_path):
    members = {f"{k}.jsonl": f'{{"id":"{k}","text":"words"}}' for k in range(500)}
    assert len(read(zipped(tmp_path / "a.zip", members, zipfile.ZIP_STORED)).comments) == 500


# --- numbers --------------------------------------------------------------------------------------

LONG = "9" * 6000
LISTING = (
    '{{"kind":"Listing","data":{{"children":[{{"kind":"t1","data":{{"id":"a","body":"words",'
    '"parent_id":{},"link_id":"t3_x","created_utc":{},"replies":{{"kind":"Listing","data":'
    '{{"children":[{{"kind":"more","data":{{"count":{},"children":["a"],"id":"q"}}}}]}}}}}}}}]}}}}'
)
TABLE = (
    "<html><body><h2>{0} comments</h2><table>"
    "<tr class='comtr'><td><img src='s.gif' width='{0}'>words"
    "<tr class='comtr'><td><img src='s.gif' width='9'>words"
)
ITEMS = (
    "<html><body><h1>A title</h1><ol>"
    "<li class='comment {0}' {1} id='comment-1'>words {2}</li>"
    "<li class='comment {0}' {1} id='comment-2'>words {2}</li>"
)


@pytest.mark.parametrize(
    "content",
    [
        ITEMS.format(f"depth-{LONG}", "", ""),
        ITEMS.format("", f"data-depth='{LONG}'", ""),
        ITEMS.format("", "data-depth='²'", ""),
        ITEMS.format("", "style='margin-left: 1.2.3px'", ""),
        ITEMS.format("", f"style='margin-left: {LONG}px'", ""),
        ITEMS.format("", "", f"<time>3 May {LONG}</time>"),
        TABLE.format(LONG),
        TABLE.format("²"),
    ],
)
def test_long_and_odd_numbers_in_a_page(tmp_path, content):
    path = tmp_path / "page.html"
    path.write_text(content)
    assert len(read(path).comments) == 2


def test_a_long_row_of_slashes_in_a_text_of_json(tmp_path):
    path = tmp_path / "dump.json"
    path.write_text(f'[{{"id": 1, "message": "{"/" * 200_000} a"}}, {{"id": 2, "message": "b"}}]')
    assert read(path).comments["text"].str.len().tolist() == [200_002, 1]


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400, "1e999", "-1e999", "NaN", '"x"'])
def test_long_and_odd_numbers_in_json(tmp_path, number):
    path = tmp_path / "dump.json"
    path.write_text(LISTING.format(number, number, number))
    assert read(path).comments["text"].tolist()[-1] == "words"
    path.write_text(f'[{{"id":{number},"text":"words","parent_id":{number},"date":{number}}}]')
    assert read(path).comments["text"].tolist()[-1] == "words"


def test_numbers_that_are_longer_than_python_reads(tmp_path):
    path = tmp_path / "dump.jsonl"
    path.write_text(f'{{"id":1,"text":"words"}}\n{{"id":{LONG},"text":"more"}}\n')
    dump = read(path)
    assert (len(dump.comments), len(dump.rejects)) == (1, 1)
