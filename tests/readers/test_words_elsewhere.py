"""Words in columns, keys and elements that nobody reads: damage has moved them, and is told."""

import contextlib
import json
import sqlite3
import zipfile

import pytest

from moderation.errors import InputError, UnknownFormatError
from moderation.readers import read

PROSE = "the ferry was late again and nobody on the pier knew why"
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">'
    "<entry><id>p</id><title>A post</title><content>Of the ferry.</content></entry>"
    "<entry><id>1</id><content>Mine.</content>{}</entry></feed>"
)
DISQUS = (
    '<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">'
    '<thread dsq:id="1"><id>a</id><link>https://a.example/1</link><title>Ferries</tit{}le></thread>'
    '<post dsq:id="7"><message>Mine.</message><thread dsq:id="1"/></post></disqus>'
)
SQL = (
    "-- MySQL dump 10{}\nCREATE TABLE `wp_comments` (\n  `comment_ID` bigint COMMENT 'the number "
    "of a comment that a reader has written',\n{}  `comment_content` text\n);\n"
    "INSERT INTO `wp_comments` (`comment_ID`, `comment_content`) VALUES (1, 'Mine.');\n"
)
WP = "comment_ID,comment_post_ID,comment_date,comment_author_email,comment_content,comment_agent\n"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML like Gecko) Chrome/90"
WP_ROW = "{0},5,{1},a@b.example,Words of mine with the number {0}.,{2}\n"


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    return path


def reasons(path):
    return [reason.partition(";")[0] for reason in read(path).rejects["reason"]]


@pytest.mark.parametrize("rows", [3, 2000])
def test_a_text_in_a_date_that_is_not_read(tmp_path, rows):
    lines = [WP_ROW.format(n, "2020-01-01 10:00:00", AGENT) for n in range(rows)]
    lines[1] = WP_ROW.format(1, f"2020-01-0{PROSE}", AGENT)
    lines[0] = lines[0].replace("Words", '"Words, quoted ""words""').replace("0.,", '0.",')
    dump = read(written(tmp_path, "comments.csv", WP + "".join(lines)))
    assert len(dump.comments) == rows
    assert list(dump.rejects["snippet"]) == [f"2020-01-0{PROSE}"]
    start = len(WP) + len(lines[0])
    place = f"line 3, bytes {start} to {start + len(lines[1])}"
    assert [one.removesuffix("\n") for one in dump.rejects["place"]] == [place]


def test_a_text_in_a_column_of_numbers_of_a_row_that_is_short_of_quotes(tmp_path):
    rows = [f"{n},0.{n},2016,Words of mine {n}.,1,2\n" for n in range(20)]
    rows[7] = f"7,0.{PROSE},2016,Words of mine 7.,1,2\n"
    rows[9] = '9,0.9,2016,"Words of mine 9.,1\n'
    header = "id,toxicity,year,comment_text,article_id,parent_id\n"
    dump = read(written(tmp_path, "comments.csv", header + "".join(rows)))
    assert len(dump.comments) == 19
    assert "prose where toxicity should be" in list(dump.rejects["reason"])


def test_notes_beside_a_few_comments_are_no_damage(tmp_path):
    rows = [f"{n},Words of mine {n}.,{PROSE * (n % 9 == 0)}\n" for n in range(100)]
    dump = read(written(tmp_path, "comments.csv", "id,text,remark\n" + "".join(rows)))
    assert len(dump.comments) == 100
    assert dump.rejects.empty


def test_a_quote_that_closes_a_cell_which_none_opens(tmp_path):
    rows = ['1,"An edit, and a good one",First.\n', '2,a part of a text of ours one",Second.\n']
    path = written(tmp_path, "comments.csv", "id,text,author\n" + "".join(rows))
    assert len(read(path).comments) == 2
    assert reasons(path) == [
        "a quote closes a cell that none opens: words before it are lost, or in another cell"
    ]


def test_a_quote_within_a_table_that_quotes_nothing(tmp_path):
    rows = ["1,Ann,The screen has 5 of them\n", '2,Bob,The screen has 5"\n', "3,Cid,None here\n"]
    path = written(tmp_path, "comments.csv", "id,author,text\n" + "".join(rows))
    assert len(read(path).comments) == 3
    assert reasons(path) == []


def test_a_header_whose_name_ends_as_a_sentence_beside_numbers(tmp_path):
    path = written(tmp_path, "comments.csv", "id,author,body up when.,1,comment\n1,A,Mine.,1,x\n")
    with pytest.raises(InputError, match="the header line is damaged"):
        read(path)


@pytest.mark.parametrize(
    "odd", ["\xad-in-reply-to ref='p'/>", "<thr:in-reply-to ref='p'/> and so it went"]
)
def test_words_between_the_elements_of_an_entry(tmp_path, odd):
    assert len(reasons(written(tmp_path, "feed.xml", ATOM.format(odd)))) == 1
    whole = written(tmp_path, "whole.xml", ATOM.format("<thr:in-reply-to ref='p'/>"))
    assert reasons(whole) == []


def test_words_in_a_thread_of_disqus_that_is_damaged(tmp_path):
    assert reasons(written(tmp_path, "whole.xml", DISQUS.format(""))) == []
    assert reasons(written(tmp_path, "chess.xml", DISQUS.format(f"le up {PROSE} brea"))) == [
        "a thread that is damaged: words of a post may stand in it"
    ]


def test_words_in_a_remark_and_in_the_columns_of_a_table_of_sql(tmp_path):
    assert reasons(written(tmp_path, "whole.sql", SQL.format(".13", ""))) == []
    remark = f"','{PROSE}.',0,'1','comment'.13"
    assert reasons(written(tmp_path, "remark.sql", SQL.format(remark, ""))) == [
        "no statement of SQL"
    ]
    columns = SQL.format(".13", f" 1-01 09:00:00', 'It\\'s {PROSE} o\n")
    assert reasons(written(tmp_path, "columns.sql", columns)) == ["no statement of SQL"]


def test_a_key_that_is_prose_in_a_single_object(tmp_path):
    comment = {"body": "Words of mine.", f"da{PROSE}te": "2015-01-02", "name": "B"}
    path = written(tmp_path, "one.json", json.dumps(comment))
    assert len(read(path).comments) == 1
    assert reasons(path) == [f"no other row has the key 'da{PROSE}te'"]


def test_a_question_as_the_key_of_a_single_object(tmp_path):
    answer = {"comment": "Words of mine.", "id": 1, "How did you like the ferry that we sent?": 4}
    assert reasons(written(tmp_path, "one.json", json.dumps([answer]))) == []


def test_a_text_in_the_state_of_a_comment(tmp_path):
    usual = {"id": "1", "storyID": "s", "body": "Mine.", "status": "NONE"}
    odd = {**usual, "id": "2", "status": f"NO{PROSE}"}
    lines = "\n".join(map(json.dumps, [usual, odd]))
    path = written(tmp_path, "comments.jsonl", lines)
    assert len(read(path).comments) == 2
    assert reasons(path) == ["status is prose"]


def test_a_post_that_has_the_keys_of_an_answer(tmp_path):
    comment = {"id": 2, "type": "comment", "author": "b", "text": "Mine.", "parent_id": 1}
    comment |= {"children": [], "story_id": 1}
    story = {"id": 1, "type": "story", "author": "a", "title": "A title", "children": [comment]}
    whole = json.dumps({**story, "parent_id": None})
    assert reasons(written(tmp_path, "whole.json", whole)) == []
    damaged = {**story, "title": "A boat in winter", "parent_id": 1}
    path = written(tmp_path, "more.json", json.dumps(damaged) + ', {"id": 3, "text": "M')
    assert "a post that has parent_id" in reasons(path)


def test_the_article_of_an_export_without_a_comment(tmp_path):
    heads = "AUTHOR: N\nTITLE: Trains\nBASENAME: trains\n"
    entry = f"{heads}-----\nBODY:\nWords of mine.\n-----\n--------\n"
    dump = read(written(tmp_path, "trains.txt", entry))
    assert dump.comments.empty
    assert list(dump.threads["article"]) == ["Words of mine."]


def test_a_row_that_is_a_post_with_comments_under_it(tmp_path):
    comment = {"id": 2, "author": "b", "text": "Mine."}
    post = {"id": 1, "author": "a", "title": "A boat in winter", "children": [comment]}
    dump = read(written(tmp_path, "rows.json", json.dumps([post, {"id": 3, "text": "M"}])))
    assert sorted(dump.comments["text"]) == ["M", "Mine."]


def test_words_of_a_reply_whose_text_has_no_key(tmp_path):
    reply = {"id": 2, "me<<ssage": PROSE, "user": {"name": "B"}, "children": []}
    row = {"id": 1, "message": "Mine.", "user": {"name": "A"}, "children": [reply]}
    path = written(tmp_path, "forum.json", f"ren: []}}, {json.dumps(row)}]")
    assert len(read(path).comments) == 1
    assert "no comment as others here are" in reasons(path)


def test_words_in_the_replies_of_a_row(tmp_path):
    rows = [{"id": 1, "text": "Mine."}, {"id": 2, "text": "Yours.", "replies": [{"w": PROSE}]}]
    path = written(tmp_path, "rows.jsonl", "\n".join(map(json.dumps, rows)))
    assert list(read(path).comments["text"]) == ["Mine.", "Yours."]
    assert reasons(path) == ["words under replies, and no comment that is known"]


@pytest.mark.parametrize(
    "odd", ["<thr:in-reply-toü½ f='p'/>", "<thr:inXreplyXto src='p'/>", "<thr:é/>"]
)
def test_an_element_that_damage_has_left_of_an_answer(tmp_path, odd):
    assert len(reasons(written(tmp_path, "feed.xml", ATOM.format(odd)))) == 1
    entry = "<entry><id>1</id><thr:total>3</thr:total></entry>"
    whole = ATOM.format("<thr:in-reply-to ref='p'/>").replace("</feed>", f"{entry}</feed>")
    assert reasons(written(tmp_path, "whole.xml", whole)) == []


ORDERED = """CREATE TABLE `wp_comments` (
  `comment_ID` bigint(20) unsigned NOT NULL AUTO_INCREMENT COMMENT 'a number, (of ours)',
  `comment_content` text COLLATE utf8mb4_unicode_ci NOT NULL,
  `comment_author` enum('A,B)','C') NOT NULL,
  `karma` decimal(10,2) DEFAULT '0.00',
  `comment_date_gmt` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `comment_post_ID` bigint(20) unsigned NOT NULL DEFAULT 0,
  `comment_parent` bigint(20) unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (`comment_ID`),
  KEY `woo_idx_comment_type` (`comment_parent`,`karma`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
"""
ROWS = (
    "INSERT INTO `wp_comments` VALUES (1,'Words of mine.','C',0.00,'2020-01-01 09:00:00',5,0),"
    "(2,'And of mine.','C',0.00,'2020-01-02 09:00:00',5,1);\n"
)


@pytest.mark.parametrize("text", [ORDERED, " ".join(ORDERED.split()) + "\n"])
def test_a_table_of_sql_with_an_order_of_its_own(tmp_path, text):
    dump = read(written(tmp_path, "dump.sql", text + ROWS))
    assert list(dump.comments["text"]) == ["Words of mine.", "And of mine."]
    assert list(dump.comments["author"]) == ["C", "C"]
    assert list(dump.comments["thread_id"]) == ["5", "5"]
    assert list(dump.comments["depth"]) == [1, 2]
    assert dump.rejects.empty


def test_a_table_of_sql_with_an_order_of_its_own_that_is_not_declared(tmp_path):
    path = written(tmp_path, "dump.sql", f"-- of wp_comments, comment_post_ID\n{ROWS}")
    assert len(read(path).rejects) == 2


def test_the_end_of_an_entry_behind_another(tmp_path):
    odd = "<thr:in-reply-to ref='p'/></ework a.</content><thr:in-reply-to ref='p'/>"
    assert reasons(written(tmp_path, "feed.xml", ATOM.format(odd))) == [
        "words outside of the content"
    ]


def isso(n, **more):
    made = {"id": n, "author": "A", "website": "", "created": 1, "mode": 1}
    return {**made, "text": f"Words of mine {n}.", **more}


def test_a_post_that_has_the_text_of_a_comment(tmp_path):
    page = {"id": "/tea/", "title": "Tea", "comments": [isso(1), isso(2)]}
    whole = written(tmp_path, "whole.json", json.dumps([page]))
    assert reasons(whole) == []
    merged = {**isso(3), "title": "Tea", "comments": [isso(4), isso(5)]}
    path = written(tmp_path, "generic.json", json.dumps([page, {"id": f"/t{PROSE}"}, merged]))
    assert sorted(reasons(path)) == ["a post that has text", "id is prose"]


def test_a_member_of_an_archive_that_is_empty_by_its_directory_alone(tmp_path):
    path = tmp_path / "dump.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "id,text\n1,Mine.\n")
        archive.writestr("b.csv", "id,text\n2,And mine.\n")
        archive.writestr("c.csv", "")
    raw = bytearray(path.read_bytes())
    entry = raw.find(b"PK\1\2", raw.find(b"PK\1\2") + 1)
    raw[entry + 16 : entry + 28] = bytes(12)
    path.write_bytes(raw)
    dump = read(path)
    assert list(dump.comments["text"]) == ["Mine."]
    assert list(dump.rejects["file"]) == [f"{path}:b.csv"]


def test_a_record_of_sqlite_whose_head_is_zero(tmp_path):
    path = tmp_path / "isso.db"
    with contextlib.closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE threads (id INTEGER PRIMARY KEY, uri, title)")
        base.execute(
            "CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created, mode, author, "
            "text)"
        )
        base.execute("INSERT INTO threads VALUES (1, '/tea/', 'Tea')")
        rows = [(1, n, None, 1e9 + n, 1, "Ann", f"{PROSE} {n}") for n in range(1, 4)]
        base.executemany("INSERT INTO comments VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    assert reasons(path) == []
    raw = path.read_bytes()
    text = raw.index(f"{PROSE} 2".encode())
    head = raw.rindex(b"\x09\x09\x00\x00", 0, text)
    path.write_bytes(raw[:head] + b"\0" + raw[head + 1 :])
    dump = read(path)
    assert list(dump.rejects["reason"]) == ["record 2 has no value; its head is damaged"]
    start = head // 4096 * 4096
    assert list(dump.rejects["place"]) == [f"bytes {start} to {start + 4096}"]


def test_an_article_behind_the_comments_of_an_entry(tmp_path):
    heads = "AUTHOR: N\nTITLE: Trains\nBASENAME: trains\n"
    comment = "COMMENT:\nAUTHOR: A\nDATE: 04/06/2007 07:00:00 AM\nMine.\n-----\n"
    entry = f"{heads}-----\nBODY:\nOf trains.\n-----\n{comment}BODY:\nAnd more.\n-----\n--------\n"
    assert reasons(written(tmp_path, "trains.txt", entry)) == [
        "a text of the entry behind its comments, which no export has"
    ]


@pytest.mark.parametrize("key", ["auxt", "aut", "hor"])
def test_keys_that_damage_has_joined(tmp_path, key):
    usual = {"id": "a1", "parent": "root", "text": "Mine.", "author": "@a", "author_id": "c1"}
    joined = {**usual, "id": "a2", key: PROSE, "author": "@b"}
    comments = [usual, joined, {**usual, "id": "a3", "favourites": f"{PROSE} or so"}]
    comments.append({**usual, "id": "a4", "favourites": PROSE})
    video = {"id": "v", "title": "T", "extractor": "youtube", "comments": comments}
    path = written(tmp_path, "video.info.json", json.dumps(video))
    assert len(read(path).comments) == 4
    assert reasons(path) == [f"no other comment has the key {key!r}"]


def test_a_table_that_has_lost_its_beginning_and_its_end(tmp_path):
    with pytest.raises(UnknownFormatError, match=r"comments\.parquet"):
        read(written(tmp_path, "comments.parquet", f"{PROSE}. " * 40))


def test_lines_less_deep_than_the_list_they_stand_behind(tmp_path):
    entry = "  • Reader {0}\n    {0}. Mai 2021, 10:00 Uhr\n\n    {1}\n\n    Antworten\n\n"
    texts = ["We waited for it in the rain.", "And nobody said why.", "It never came at all."]
    page = "A title\n\nThe council has put the matter off again.\n\nKommentare\n\n"
    page += "".join(map(entry.format, (1, 2, 3), texts))
    path = written(tmp_path, "page.txt", page)
    assert reasons(path) == []
    moved = page.replace("    It never came", f"  {PROSE}.\n\n     It never came")
    dump = read(written(tmp_path, "moved.txt", moved))
    assert f"{PROSE}." in list(dump.rejects["snippet"])


def test_words_in_the_id_of_a_comment_without_a_text(tmp_path):
    usual = {"commentHex": "a1", "domain": "b.example", "url": "/tea", "markdown": "Mine.",
             "html": "", "parentHex": "root", "state": "approved"}  # fmt: skip
    comments = [{**usual, "commentHex": f"a{n}"} for n in range(5)]
    odd = {**usual, "commentHex": "ad why not."}
    del odd["markdown"]
    deleted = {**usual, "commentHex": "a9", "markdown": ""}
    path = written(tmp_path, "export.json", json.dumps({"comments": [*comments, odd, deleted]}))
    assert reasons(path) == ["without a text"]


def test_a_text_in_a_name_of_a_header_of_short_names(tmp_path):
    header = f"Channel ID,Time,Commen{PROSE}t ID,Video ID,Comment text"
    path = written(tmp_path, "comments.csv", f"{header}\nc,2024-01-01,u1,v1,Mine.\n")
    assert list(read(path).comments["text"]) == ["Mine."]
    assert reasons(path) == ["a column's name goes on as a text"]


@pytest.mark.parametrize(
    "comments",
    [
        [
            {"id": 1, "parent_id": None, "text": "Mine."},
            {"id": 2, "parent_id": 2, "text": "Yours."},
        ],
        [{"id": 2, "text": "Mine.", "replies": [{"id": 2, "text": "Yours.", "replies": []}]}],
    ],
)
def test_a_comment_with_its_own_id_as_parent(tmp_path, comments):
    path = written(tmp_path, "comments.json", json.dumps(comments))
    dump = read(path)
    assert list(dump.comments["depth"]) == [1, 1]
    assert (
        dump.notes[-1] == f"{path}: comments with their own id as parent, now at the top level: 1"
    )


WXR = (
    '<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><wp:post_id>1</wp:post_id>'
    "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_author><![CDATA[{}]]>"
    "</wp:comment_author><wp:comment_content><![CDATA[Mine.]]></wp:comment_content>"
    "<wp:comment_type>{}</wp:comment_type></wp:comment></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("author", "kind", "told"),
    [
        (PROSE, "comment", ["an author that is prose"]),
        (PROSE, "pingback", []),
        ("Ann of the Ferry and the Pier", "comment", []),
    ],
)
def test_an_author_of_wordpress_that_is_a_text(tmp_path, author, kind, told):
    path = written(tmp_path, "export.xml", WXR.format(author, kind))
    assert list(read(path).comments["author"]) == [author]
    assert reasons(path) == told


def test_authors_of_disqus_and_atom_that_are_texts(tmp_path):
    author = f"<author><name>{PROSE}</name></author>"
    post = DISQUS.format("").replace("<message>Mine.", f"{author}<message>Mine.")
    assert reasons(written(tmp_path, "disqus.xml", post)) == ["an author that is prose"]
    entry = ATOM.format(f"<thr:in-reply-to ref='p'/>{author}")
    assert reasons(written(tmp_path, "feed.xml", entry)) == ["an author that is prose"]


def test_a_text_near_the_beginning_of_what_other_rows_answer(tmp_path):
    parents = ["The first edit was wrong", f"Ter {PROSE} thanhe first edit was wrong"]
    rows = [f"Some words {n}.,{parents[n == 1]},0" for n in range(3)]
    path = written(tmp_path, "context.csv", "\n".join(["text,parent_text,label_oc", *rows]))
    assert len(read(path).comments) == 3
    assert reasons(path) == ["a text within the article of other rows"]


def test_rows_of_coral_of_which_one_has_lost_a_comma(tmp_path):
    rows = [f"u{n},a{n},s1,2024-01-06T10:00:00Z,<p>Mine.</p>,,APPROVED," for n in range(6)]
    rows[2] = rows[2].replace(",a2", "a2")
    path = written(tmp_path, "comments.csv", "\n".join(rows) + "\n")
    assert len(read(path).comments) == 5
    assert reasons(path) == ["7 cells, but the header has 8"]


def test_a_row_in_place_of_the_header(tmp_path):
    rows = [
        f"u{n},2024-01-0{n} 10:00:00,We waited for the ferry {n} hours.,ok\n" for n in (1, 2, 3)
    ]
    path = written(tmp_path, "comments.csv", "".join(rows))
    assert len(read(path).comments) == 2
    assert reasons(path) == ["the header line holds what a row should"]


def test_a_text_in_a_switch_of_movable_type(tmp_path):
    heads = f"AUTHOR: N\nTITLE: Trains\nCONVERT BREAKS: 1{PROSE}\n"
    comment = "COMMENT:\nAUTHOR: A\nDATE: 04/06/2007 07:00:00 AM\nMine.\n-----\n--------\n"
    path = written(tmp_path, "trains.txt", f"{heads}-----\n{comment}")
    assert reasons(path) == ["text among an entry's heads, which no export has"]


def test_a_text_over_its_replies_that_has_lost_what_makes_a_comment(tmp_path):
    reply = {"type": "message", "user": "U2", "text": "Mine.", "ts": "1704103202.000100"}
    first = {**reply, "text": PROSE, "ts": "1704103201.000100"}
    first["slackdump_thread_replies"] = [{**reply, "thread_ts": first["ts"]}]
    channel = {"name": "garden", "channel_id": "C1", "messages": [first]}
    whole = written(tmp_path, "whole.json", json.dumps(channel))
    assert len(read(whole).comments) == 2
    assert reasons(whole) == []
    del first["ts"]
    path = written(tmp_path, "garden.json", json.dumps(channel))
    assert reasons(path) == ["a text over its replies, and no comment as others here are"]


@pytest.mark.parametrize(
    "row",
    [
        '2,a 5" pipe,B\n',
        '2,a pipe of 5",B\n',
        '2,5" and 6" pipes,B\n',
        '2,he said "yes" to it,B\n',
        '2,12.5" by 3/4",B\n',
    ],
)
def test_inches_are_no_quotes_that_close(tmp_path, row):
    path = written(tmp_path, "comments.csv", f'id,text,author\n1,"One, quoted",A\n{row}3,Three,C\n')
    dump = read(path)
    assert sorted(dump.comments["text"]) == sorted(["One, quoted", row.split(",")[1], "Three"])
    assert dump.rejects.empty


def test_a_quote_that_opens_within_the_cell_before(tmp_path):
    rows = [f"{n},0.0,Words of mine {n}.,5\n" for n in range(8)]
    rows[3] = '3,0.0"the ferry, was late again.",5\n'
    path = written(tmp_path, "comments.csv", "id,toxicity,text,year\n" + "".join(rows))
    assert len(read(path).comments) == 8
    assert reasons(path) == [
        "a quote closes a cell that none opens: words before it are lost, or in another cell"
    ]


def test_a_few_words_in_a_column_of_numbers(tmp_path):
    path = written(
        tmp_path,
        "context.csv",
        "text,parent_text,label\nOne of mine,The first edit,0\nTwo nort, and late,The first edi0\n"
        "Three of mine,The first edit,1\nFour of mine,The first edit,0\n",
    )
    assert reasons(path) == ["prose where label should be"]


def test_a_header_that_ends_in_carriage_returns_alone(tmp_path):
    path = written(tmp_path, "comments.csv", "id,text\r\r1,One of mine\n2,Two of mine\n")
    assert sorted(read(path).comments["text"]) == ["One of mine", "Two of mine"]


def test_a_table_whose_name_is_opened_and_not_closed(tmp_path):
    sql = SQL.format("", "") + "INSERT INTO `wp_co\u06ff VALUES (27, 5, 'A', 'Not mine.');\n"
    path = written(tmp_path, "site.sql", sql)
    assert reasons(path) == ["a statement for wp_co\u06ff that cannot be read"]


@pytest.mark.parametrize(
    ("attribute", "rejects"),
    [
        ("entry-con the ferry was late and the people on the pier said so ent", 1),
        ("post entry hentry category tag item media image wide single main flow", 0),
    ],
)
def test_words_among_the_names_of_classes(tmp_path, attribute, rejects):
    page = (
        f"<html><body><article class='{attribute}'><p>About ferries.</p></article>"
        "<ol class='comment-list'><li class='comment' id='comment-1'><p>Mine.</p></li></ol>"
    )
    assert len(read(written(tmp_path, "page.html", page)).rejects) == rejects


def test_the_declaration_of_a_page_holds_words(tmp_path):
    page = (
        "<!DOCTYPE html they were all late again and nobody knew><html><body>"
        "<ol class='comment-list'><li class='comment' id='comment-1'><p>Mine.</p></li></ol>"
    )
    assert len(read(written(tmp_path, "page.html", page)).rejects) == 1


@pytest.mark.parametrize(
    ("header", "rejects"),
    [
        ("id,comment_text,author 7,58927e04,The ferry was late again", 1),
        ('id,comment_text,author 7,58927e04,"Well, the ferry was late', 1),
        ("id,comment_text,How did you like the ferry?", 0),
        ("id,comment_text,author", 0),
    ],
)
def test_a_header_that_goes_on_as_the_only_row(tmp_path, header, rejects):
    path = written(tmp_path, "comments.csv", header)
    assert len(read(path).rejects) == rejects


@pytest.mark.parametrize("damage", ["a\rb", "x" * 200_000, "\0"])
def test_cells_that_python_does_not_read(tmp_path, damage):
    header = (
        "Comment Number (ID),Nickname,User @,User URL,Comment Text,Time,Likes,Profile Picture URL,"
        "Is 2nd Level Comment,User Replied To,Number of Replies\n"
    )
    row = "{},A,a,https://t.example,{},02.09.21,0,https://p,No,---,0\n"
    rows = row.format(1, "One, of mine") + row.format(2, damage) + row.format(3, "Three of mine")
    dump = read(written(tmp_path, "comments.csv", header + rows))
    assert "Three of mine" in list(dump.comments["text"])
    assert len(dump.comments) + len(dump.rejects) >= 3
