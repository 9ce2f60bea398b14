"""Words that damage has moved to where no reader looks for a text: each is told by a reject."""

import json
import zipfile

import pytest

from moderation.readers import read

PROSE = "the ferry was late again and nobody on the pier knew why"
FIELDS = (
    "<wp:comment_id>{0}</wp:comment_id><wp:comment_author><![CDATA[A]]></wp:comment_author>"
    "<wp:comment_author_email>{2}</wp:comment_author_email>"
    "<wp:comment_date_gmt>2021-0{1}5-02 09:10:00</wp:comment_date_gmt>"
    "<wp:comment_content><![CDATA[Some words of mine, number {0}.]]></wp:comment_content>"
)


def reasons(path):
    return list(read(path).rejects["reason"])


@pytest.mark.parametrize(("date", "mail"), [(PROSE, ""), ("", PROSE)])
def test_words_in_a_value_of_wordpress_that_is_laid_out_as_usual(tmp_path, date, mail):
    path = tmp_path / "export.xml"
    comments = [FIELDS.format(n, "", "a@b.example") for n in range(5)]
    comments.append(FIELDS.format(9, date, mail))
    inner = "".join(f"<wp:comment>{one}</wp:comment>" for one in comments)
    path.write_text(
        '<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item>'
        f"<wp:post_id>1</wp:post_id>{inner}</item></channel></rss>"
    )
    assert len(read(path).comments) == 6
    assert reasons(path) == ["words outside of the content"]


def test_a_browser_of_sql_that_is_prose(tmp_path):
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90"
    row = (
        "({},5,'A','','','','2020-01-01 10:00:00','2020-01-01 09:00:00','Mine.',0,'1','{}','',0,0)"
    )
    rows = [row.format(1, agent), row.format(2, PROSE)]
    path = tmp_path / "dump.sql"
    path.write_text("\n".join(f"INSERT INTO `wp_comments` VALUES {one};" for one in rows))
    assert list(read(path).comments["id"]) == ["1"]
    assert reasons(path) == ["comment_agent is prose"]


def test_a_header_that_ends_in_a_carriage_return_alone(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_bytes(b"id,author,text\r1,Ann,Me first.\n2,Bob,And me.\n3,Cid,And I.\n")
    assert list(read(path).comments["text"]) == ["Me first.", "And me.", "And I."]


def test_a_text_in_the_column_of_authors(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_text(f"id,author,text\n1,Ann,Me first.\n2,{PROSE},And me.\n")
    assert list(read(path).comments["id"]) == ["1", "2"]
    assert reasons(path) == ["prose where the author should be"]


def test_a_text_within_what_other_rows_answer(tmp_path):
    path = tmp_path / "context.csv"
    parents = ["The first edit was wrong"] * 3 + [f"The first e {PROSE}dit was wrong"]
    rows = [f"Some words {n}.,{parent},0" for n, parent in enumerate(parents)]
    path.write_text("text,parent_text,label_oc\n" + "\n".join(rows) + "\n")
    assert len(read(path).comments) == 4
    assert reasons(path) == ["a text within the article of other rows"]


ENTRY = "  • Reader {0}\n    1{0}. Mai 2021, 10:0{0} {1}\n\n    {2}\n\n    Antworten\n\n"


@pytest.mark.parametrize(
    ("start", "clock", "body", "told"),
    [
        ("", f"Uh{PROSE}", "", f"18. Mai 2021, 10:08 Uh{PROSE}"),
        (" again.\n\n    Antworten\n\n", "Uhr", "We waited.", "again."),
    ],
)
def test_words_behind_a_date_and_at_the_beginning_of_a_plain_page(
    tmp_path, start, clock, body, told
):
    path = tmp_path / "page.txt"
    whole = [ENTRY.format(n, "Uhr", f"We waited for the ferry {n} hours.") for n in range(1, 9)]
    whole[-1] = ENTRY.format(8, clock, body)
    path.write_text(start + "".join(whole))
    assert told in list(read(path).rejects["snippet"])


PAGE = (
    "<!DOCTYPE html><html><head><title>Tea</title></head><body>"
    '<ol class="commentlist">{}</ol></body></html>'
)
COMMENT = """<li class="comment even depth-1" id="comment-{0}">
<div id="div-comment-{0}" class="comment-body">
<div class="comment-author vcard"><cite class="fn">A{0}</cite></div>
<div class="comment-meta commentmetadata"><a href="#comment-{0}">May {0}, 2020 at 4:00 pm</a></div>
<p>A comment of my own, number {0}.</p></div></li>
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id="comment-3">', "id= weather.</p>", "weather./p"),
        ("</ol>", "weather was.</p></div></di</ol>", "weather was."),
    ],
)
def test_words_in_a_tag_that_another_cuts_short(tmp_path, old, new, told):
    path = tmp_path / "page.html"
    page = PAGE.format("".join(COMMENT.format(n) for n in range(1, 7)))
    path.write_text(page)
    assert reasons(path) == []
    path.write_text(page.replace(old, new, 1))
    assert [one for one in read(path).rejects["snippet"] if told.partition("/")[0] in one]


def telegram(n, **more):
    made = {"id": n, "type": "message", "date": "2024-01-06T10:00:00", "from": "A", "text": "Mine."}
    return {**made, **more}


def test_pieces_of_a_text_are_no_comments(tmp_path):
    path = tmp_path / "result.json"
    text = ["One, two ", {"type": "bold", "text": "and three or four."}]
    chat = {"name": "Tea", "type": "public_supergroup", "id": 7}
    path.write_text(json.dumps({**chat, "messages": [telegram(n, text=text) for n in range(4)]}))
    assert list(read(path).comments["text"]) == ["One, two and three or four."] * 4
    assert reasons(path) == []


def test_words_without_a_comment_before_the_damage_of_a_file(tmp_path):
    path = tmp_path / "result.json"
    first = {"name": "Tea", "type": "public_supergroup", "id": 7, "messages": []}
    first["messages"].append({"id": 2, "type": "message", "date": PROSE})
    rest = ", ".join(json.dumps(telegram(n, text="One, two and three.")) for n in range(3, 9))
    path.write_text(json.dumps(first) + ", " + rest + ', {"id": 9, "type": "mess')
    assert "no comment in it; it has name, type, id, messages" in reasons(path)


def rest_comment(n, **more):
    made = {"id": n, "post": 9, "parent": 0, "author_name": "A", "date_gmt": "2024-01-01T10:00:00"}
    return {
        **made,
        "content": {"rendered": "<p>Some words of mine.</p>"},
        "type": "comment",
        **more,
    }


def test_a_text_within_the_text_of_another_comment(tmp_path):
    path = tmp_path / "comments.json"
    odd = {"rendered": "<p>Mine.", "content": {"rendered": f"<p>{PROSE}</p>"}}
    path.write_text(json.dumps([rest_comment(1), rest_comment(2), rest_comment(3, content=odd)]))
    assert [one.partition(";")[0] for one in reasons(path)] == [
        "no other comment has the key 'content.content'"
    ]


def test_the_end_of_a_text_where_the_date_should_be(tmp_path):
    path = tmp_path / "comments.json"
    usual = {"type_of": "comment", "id_code": "a", "created_at": "2024-01-01T10:00:00Z"}
    texts = [{**usual, "id_code": code, "body_html": "<p>Mine.</p>"} for code in "bcd"]
    path.write_text(json.dumps([*texts, {**usual, "created_at": "202mes was late.</p>"}]))
    assert [one.partition(";")[0] for one in reasons(path)] == ["without a text"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"domain": "blog.example"', f'"domain": "blog {PROSE}"', "domain is prose"),
        (
            '"deleted": false',
            f'"del {PROSE}ed": false',
            f"no other comment has the key 'del {PROSE}ed'",
        ),
    ],
)
@pytest.mark.parametrize("end", [None, -30])
def test_words_in_a_value_or_a_key_of_a_comment_of_a_file_that_is_whole_or_cut(
    tmp_path, old, new, why, end
):
    path = tmp_path / "export.json"
    usual = {"domain": "blog.example", "url": "/tea", "parentHex": "root", "deleted": False}
    comments = [{"commentHex": f"a{n}", **usual, "markdown": "Mine, all mine."} for n in range(6)]
    raw = json.dumps({"version": 1, "comments": comments})
    path.write_text(raw.replace(old, new, 1)[:end])
    assert why in [one.partition(";")[0] for one in reasons(path)]


def test_a_key_that_is_prose_in_a_file_of_one_comment(tmp_path):
    path = tmp_path / "1.json"
    path.write_text(
        '{"body": "Mine.", "date": "2015-01-02T00:00:00-0800", "s was better sta": "x"}'
    )
    assert reasons(path) == [
        "the key 's was better sta' is prose; it has body, date, s was better sta"
    ]


def test_a_text_under_the_key_of_a_post_in_a_comment(tmp_path):
    path = tmp_path / "video.info.json"
    usual = {"parent": "root", "text": "Mine.", "author": "A", "author_id": "c0"}
    comments = [{"id": f"a{n}", **usual} for n in range(3)]
    comments[1]["description"] = PROSE
    path.write_text(json.dumps({"id": "V", "extractor": "youtube", "comments": comments}))
    assert [one.partition(";")[0] for one in reasons(path)] == ["description is what a post has"]


def test_a_header_into_which_a_text_has_run(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_text(f"id,parent comment id {PROSE},text\n1,,Me first.\n2,1,And me.\n")
    assert len(read(path).comments) == 2
    assert reasons(path) == ["a column's name goes on as a text"]


def test_a_header_that_is_a_question(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text(f"id,What do you say to this: {PROSE}?,text\n1,,Me first.\n2,1,And me.\n")
    assert reasons(path) == []


def test_rows_with_as_many_cells_as_a_header_that_is_none(tmp_path):
    path = tmp_path / "comments.csv"
    rows = "".join(f"{n},5,A,a@b.example,2020,Words of mine,1,comment\n" for n in range(4))
    path.write_text(f"le,{PROSE},1,comment\n{rows}9,5,{PROSE},20\n")
    assert len(read(path, format="table", mapping={"text": "comment"}).rejects) == 6


def test_a_word_within_a_date_of_a_table(tmp_path):
    path = tmp_path / "comments.csv"
    dates = ["2020-01-01 11:00:00", "2020-01-01 11 was :00:00", "", "2020-01-01 11:00:00"]
    rows = "".join(f"{n},{date},Mine.\n" for n, date in enumerate([*dates, dates[0]]))
    path.write_text(f"id,date,text\n{rows}")
    assert len(read(path).comments) == 5
    assert reasons(path) == ["words within a date"]


def test_a_header_of_an_export_into_which_a_text_has_run(tmp_path):
    path = tmp_path / "comments.csv"
    header = "appro was late again and soDate,articleID,commentBody,commentID,createDate,parentID"
    path.write_text(f"{header}\n1,5,Mine.,1,1524594200,0\n2,5,And mine.,2,1524594200,0\n")
    assert len(read(path, format="nyt-csv").comments) == 2
    assert reasons(path) == ["a column's name goes on as a text"]


def test_a_folder_of_an_archive_that_has_content(tmp_path):
    path = tmp_path / "comments.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one/comments.csv", "id,text\n1,Mine.\n")
        archive.writestr("two.csv", "id,text\n2,And mine.\n")
    raw = path.read_bytes()
    at = raw.rindex(b"one/c") + 4
    path.write_bytes(raw[:at] + b"\0" + raw[at + 1 :])
    assert len(read(path).comments) == 1
    assert list(read(path).rejects["place"]) == ["the whole file"]


def test_a_text_in_the_column_of_threads(tmp_path):
    path = tmp_path / "comments.csv"
    rows = "".join(f"{n},14,Mine.\n" for n in range(4))
    path.write_text(f"id,article_id,text\n{rows}9,1{PROSE}4,Mine.\n")
    assert len(read(path).comments) == 5
    assert reasons(path) == ["prose where thread_id should be"]


def test_the_place_of_a_row_behind_a_carriage_return_alone(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_bytes(f"id,author,text\n1,A,Mine.\r2,{PROSE},Mine.\n3,A\n".encode())
    assert len(read(path).comments) == 2
    assert list(read(path).rejects["place"]) == ["line 3, bytes 90 to 94", "line 2, bytes 25 to 90"]


def test_threads_that_have_their_title_as_a_name(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_text(f"id,thread_id,text\n1,Tea,Mine.\n2,Bread and tea,Mine.\n3,{PROSE},Mine.\n")
    assert reasons(path) == []


def test_a_column_of_sql_that_goes_on_as_a_text(tmp_path):
    path = tmp_path / "dump.sql"
    columns = f"`comment_ID`, `comment_post_ID`, `comment_conte{PROSE}nt`"
    path.write_text(
        "CREATE TABLE `wp_comments` (`comment_ID` bigint, `comment_post_ID` bigint);\n"
        f"INSERT INTO `wp_comments` ({columns}) VALUES\n(1, 5, 'Mine.');\n"
    )
    assert "a column of wp_comments is prose" in reasons(path)
    assert [one for one in read(path).rejects["snippet"] if PROSE in one]


@pytest.mark.parametrize(("kind", "why"), [("", ["comment_author is prose"]), ("pingback", [])])
def test_an_author_of_sql_that_is_a_text(tmp_path, kind, why):
    path = tmp_path / "dump.sql"
    columns = "`comment_ID`, `comment_post_ID`, `comment_author`, `comment_content`, `comment_type`"
    path.write_text(
        f"INSERT INTO `wp_comments` ({columns}) VALUES\n"
        f"(1, 5, 'Ann {PROSE}', 'Mine.', '{kind}'), (2, 5, 'Bob', 'And mine.', '');\n"
    )
    assert list(read(path).comments["text"]) == ["Mine.", "And mine."]
    assert reasons(path) == why


def coral(n, date):
    return {"id": str(n), "storyID": "s", "revisions": [{"body": "Mine."}], "createdAt": date}


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (coral(3, {f"$d{PROSE}": "2024-01-01T10:00:00Z"}), [f"the key '$d{PROSE}' is prose"]),
        (
            {**coral(3, {}), "revisions": [{"body": "Mine.", f"i{PROSE}d": "r"}]},
            [f"the key 'i{PROSE}d' is prose"],
        ),
        (coral(3, {"$date": "2024-01-01T10:00:00Z"}), []),
    ],
)
def test_a_key_that_is_prose_within_a_value_of_a_comment(tmp_path, odd, why):
    path = tmp_path / "comments.jsonl"
    usual = [coral(n, {"$date": "2024-01-01T10:00:00Z"}) for n in range(2)]
    path.write_text("".join(json.dumps(one) + "\n" for one in [*usual, odd]))
    assert len(read(path).comments) == 3
    assert [one.partition(";")[0] for one in reasons(path)] == why


def test_keys_that_are_questions_in_values_of_all_comments(tmp_path):
    path = tmp_path / "comments.jsonl"
    asked = {"Where did you hear of us on the web this year?": "Here."}
    usual = [{**coral(n, None), "answers": asked} for n in range(3)]
    path.write_text("".join(json.dumps(one) + "\n" for one in usual))
    assert reasons(path) == []


ENTRIES = """AUTHOR: A
TITLE: Tea
DATE: 04/06/2007 07:00:00 AM
-----
BODY:
{}
-----
COMMENT:
AUTHOR: B
EMAIL: {}
IP: 192.0.2.9
DATE: 04/06/2007 07:02:00 AM
Mine.
-----
COMMENT:
AUTHOR: C
{}
-----
--------
"""
WHOLE = "DATE: 04/06/2007 07:03:00 AM\nAnd mine."


@pytest.mark.parametrize(
    ("body", "mail", "end", "why"),
    [
        ("We met at 10:00 AM", "b@rail.example", WHOLE, []),
        ("We met at 9 AM", "", WHOLE, []),
        ("We met0 AM\nMine.", "", WHOLE, ["a comment within the section BODY"]),
        ("We met:00 AM\nMine.", "", WHOLE, ["a comment within the section BODY"]),
        ("0 AM\nMine.", "", WHOLE, ["a comment within the section BODY"]),
        ("Tea.", "b@ mine.", WHOLE, ["a comment's heads with a text in them"]),
        ("Tea.", "", "EMAIL: c@rail", ["a comment that ends within its heads"]),
    ],
)
def test_a_comment_of_movable_type_of_whose_heads_little_is_left(tmp_path, body, mail, end, why):
    path = tmp_path / "tea.txt"
    path.write_text(ENTRIES.format(body, mail, end))
    assert [one.partition(", which")[0] for one in reasons(path)] == why


def test_what_holds_a_text_in_a_value_whose_key_is_damaged(tmp_path):
    path = tmp_path / "comments.json"
    inner = {"timestamp": 1600000008, "comment": "Words of mine.", "author": "R"}
    usual = {"timestamp": 1600000008, "title": "x", "data": [{"comment": inner}]}
    odd = {"timestamp": 1600000008, "titlmment": {**inner, "comment": "Others of mine."}}
    path.write_text(json.dumps({"comments_v2": [usual, usual, odd]}))
    assert len(read(path).comments) == 2
    assert [one.partition(";")[0] for one in reasons(path)] == ["no comment as others here are"]


def hit(n, thread, title):
    return {"objectID": n, "comment_text": "Mine.", "story_id": thread, "story_title": title}


def test_a_text_within_the_title_that_other_comments_give_their_thread(tmp_path):
    path = tmp_path / "hits.json"
    hits = [hit("1", 20, "A title"), hit("2", 20, f"A t {PROSE} itle"), hit("3", 20, "A title")]
    hits += [hit("4", 21, f"A t {PROSE} itle"), hit("5", 20, f"{PROSE} A title of ours")]
    path.write_text(json.dumps({"hits": hits}))
    assert len(read(path).comments) == 5
    assert [one.partition(";")[0] for one in reasons(path)] == ["a text within the title of others"]


def test_a_header_of_an_export_that_some_words_have_split(tmp_path):
    path = tmp_path / "comments.csv"
    header = "comment_ID,comment_post_ID,comment_content,comm1 11:00,And it ent_type,comment_parent"
    path.write_text(f"{header}\n1,5,Mine.,comment,0\n2,5,And mine.,comment,0\n")
    assert "a column's name goes on as a text" in reasons(path)


def test_a_key_that_damage_has_made_beside_a_text_that_stands_in_a_value(tmp_path):
    path = tmp_path / "comments.json"
    inner = {"timestamp": 1600000008, "comment": "Words of mine.", "author": "R"}
    usual = {"timestamp": 1600000008, "title": "x", "data": [{"comment": inner}]}
    odd = {**usual, "data": [{"comment": {**inner, "authormment": PROSE}}]}
    path.write_text(json.dumps({"comments_v2": [usual, usual, odd]}))
    assert len(read(path).comments) == 3
    assert [one.partition(";")[0] for one in reasons(path)] == [
        "no other comment has the key 'authormment'"
    ]


def test_rows_of_coral_whose_beginning_is_lost(tmp_path):
    path = tmp_path / "comments.csv"
    rows = [f"u{n},a{n},s1,2024-01-06T10:00:00Z,<p>Mine.</p>,,APPROVED," for n in range(3)]
    path.write_text("<p>And the end of mine.</p>,,APPROVED,\n" + "\n".join(rows) + "\n")
    assert list(read(path).comments["text"]) == ["Mine."] * 3
    assert len(read(path).rejects) == 1
