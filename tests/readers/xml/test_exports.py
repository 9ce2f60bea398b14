"""WordPress, Disqus, Atom, Movable Type and SQLite dumps, whole and damaged."""

import sqlite3
from datetime import UTC, datetime

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from places import SAMPLES

from moderation.comments import InputError
from moderation.readers import Source, detect, read
from moderation.readers.xml.fields import record
from moderation.readers.xml.layout import Layout, value
from moderation.readers.xml.pieces import pieces

GARDEN = SAMPLES / "wordpress" / "garden.xml"


def rows(dump, *columns):
    return list(zip(*(dump.comments[name].tolist() for name in columns), strict=True))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("wordpress/garden.xml", "wordpress"),
        ("disqus/chess.xml", "disqus"),
        ("feeds/blogger.xml", "atom"),
        ("movabletype/trains.txt", "movabletype"),
    ],
)
def test_detection(path, name):
    assert detect(Source(SAMPLES / path))[0] == name


def test_wordpress_trees_statuses_kinds_and_article():
    dump = read(GARDEN)
    assert rows(dump, "thread_id", "id", "depth", "kind", "status", "author") == [
        ("7", "20", 1, "comment", "pending", "Bo"),
        ("7", "21", 2, "comment", "approved", "Ida"),
        ("7", "22", 1, "pingback", "removed", "Snail Weekly"),
    ]
    assert dump.comments["text"][1] == "Beer traps work.\n\nReally ]]> they do."
    assert dump.comments["created_at"][0] == datetime(2021, 5, 1, 8, tzinfo=UTC)
    assert dump.comments["url"][1] == "https://garden.example/slugs/#comment-21"
    thread = dump.threads.iloc[0]
    assert thread.tolist() == [
        "7",
        "Slugs & snails",
        "They ate the hostas.\n\nAll of them.",
        "https://garden.example/slugs/",
    ]
    assert len(dump.threads) == 1


def test_entities_are_never_expanded():
    text = read(GARDEN).comments["text"][0]
    assert text == "Copper tape\xa0& patience &b; R&D"


def test_no_address_is_carried_on():
    dumps = [read(GARDEN), read(SAMPLES / "disqus/chess.xml")]
    everything = "".join(dump.comments.to_csv() + dump.rejects.to_csv() for dump in dumps)
    assert "192.0.2" not in everything
    assert "@" not in everything


def test_a_cut_export_keeps_what_is_there_and_says_so(tmp_path):
    whole = GARDEN.read_bytes()
    cut = tmp_path / "cut.xml"
    cut.write_bytes(whole[: whole.index(b"Copper tape") + 6])
    dump = read(cut)
    assert rows(dump, "id", "text")[0] == ("20", "Copper")
    assert [list(one) for one in dump.comments["warnings"]] == [["truncated"], []]
    cut.write_bytes(whole[: whole.index(b"Copper tape") - 20])
    dump = read(cut)
    assert dump.rejects["reason"].str.contains("cut off").tolist() == [True]
    assert dump.records == 2


def test_a_section_that_never_closes_swallows_no_other_comment(tmp_path):
    broken = tmp_path / "broken.xml"
    broken.write_bytes(GARDEN.read_bytes().replace(b"> they do.]]>", b"> they do.", 1))
    dump = read(broken)
    assert dump.comments["id"].tolist() == ["20", "21", "22"]
    assert list(dump.comments["warnings"][1]) == ["recovered"]
    assert dump.comments["text"][1] == "Beer traps work.\n\nReally ]]> they do."


@pytest.mark.parametrize("damage", [b"<b><i>", b"]]>", b"\x00\x0b\xff", b"<wp:x>", b"&#0;&bogus;"])
def test_damage_in_one_comment_reaches_no_other(tmp_path, damage):
    broken = tmp_path / "broken.xml"
    broken.write_bytes(GARDEN.read_bytes().replace(b"Beer traps", b"Beer " + damage + b" traps"))
    dump = read(broken)
    assert dump.comments["id"].tolist() == ["20", "21", "22"]
    assert "traps work" in dump.comments["text"][1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "windows-1251"])
def test_other_encodings(tmp_path, encoding):
    text = GARDEN.read_text("utf-8").replace("&nbsp;", " ").replace("Beer", "Пиво")
    file = tmp_path / "dump.xml"
    file.write_bytes(text.replace('"UTF-8"', f'"{encoding}"').encode(encoding))
    assert read(file).comments["text"][1].startswith("Пиво traps")


def test_pieces_are_cut_alike_at_every_block_size(monkeypatch):
    names, within = ("item", "comment"), {"comment": "item"}
    whole = list(pieces(Source(GARDEN), names, within))
    assert [(one.name, one.part) for one in whole] == [
        ("item", "head"),
        *[("comment", "")] * 3,
        ("item", "tail"),
        ("item", ""),
    ]
    for size in (1, 7, 100, 333):
        monkeypatch.setattr("moderation.readers.source.BLOCK", size)
        assert list(pieces(Source(GARDEN), names, within)) == whole


FIELDS = ["@id", "title", "message!", "author(name mail)", "thread@id"]
LAYOUT = Layout("post", FIELDS, ("post", "thread"), ("message", "author"))
WORDS = st.sampled_from(
    ["tea", " & ", "&amp;", "&lt;b>", "<b>x</b>", "]]>", "]", "<post>", "<![CDATA[", "é", "\n"]
)


@given(st.lists(st.tuples(st.booleans(), st.lists(WORDS, max_size=4)), min_size=5, max_size=5))
def test_a_layout_finds_what_the_parser_finds(chosen):
    texts = [
        f"<![CDATA[{''.join(words)}]]>" if section else "".join(words) for section, words in chosen
    ]
    xml = (
        f'<dsq:post dsq:id="7"><title>{texts[0]}</title><x a="b">{texts[1]}</x>\n<meta><k>1</k>'
        f"<v>{texts[2]}</v></meta><message>{texts[3]}</message><author><y/><name>{texts[4]}</name>"
        f'</author><thread dsq:id="3"/></dsq:post>'
    ).encode()
    found, end = LAYOUT.run(xml + b"\n" + xml, 0)  # the second as the first was learnt
    event(f"as laid out: {len(found)}")
    assert len(found) != 1
    assert found[1:] == found[:1]
    assert end in (0, 2 * len(xml) + 1)
    node, recovered = record(xml)
    laid_out = [value(one) for one in found[0]] if found else None
    given = node.fields()
    names = [one.fields().get("name", "") for one in node.all("author")]
    threads = [one.attribute("id") for one in node.all("thread")]
    parsed = ["7", given.get("title"), given.get("message"), *names, "", *threads]
    assert laid_out in (None, parsed)
    assert not (found and recovered)


def test_usual_records_need_no_parser(monkeypatch):
    monkeypatch.setattr("moderation.readers.xml.fields.element", None)
    assert len(read(SAMPLES / "disqus" / "chess.xml").comments) > 1


def test_disqus_posts_threads_and_statuses():
    dump = read(SAMPLES / "disqus" / "chess.xml")
    assert rows(dump, "thread_id", "id", "depth", "status", "author") == [
        ("100", "1", 1, "deleted", "Kim"),
        ("100", "2", 2, "approved", "Mo"),
        ("999", "3", 1, "spam", "seller"),
    ]
    assert dump.comments["text"].tolist()[:2] == [
        "How do I win this?\nLine two.",
        "Cut off the king.\n\nThen push.",
    ]
    assert sorted(dump.threads["thread_id"]) == ["100", "999"]
    assert dump.rejects["reason"].str.contains("without a message").tolist() == [True]


def test_blogger_replies_hang_on_the_comment_they_relate_to():
    dump = read(SAMPLES / "feeds" / "blogger.xml")
    assert rows(dump, "depth", "author", "text") == [
        (1, "Lee", "How hot?\nBoiling?"),
        (2, "Uma", "Ninety degrees."),
    ]
    assert dump.threads["title"].tolist() == ["Oolong"]


def test_movable_type_comments_and_pings():
    dump = read(SAMPLES / "movabletype" / "trains.txt")
    assert rows(dump, "thread_id", "id", "author", "kind", "text") == [
        ("night_trains", "1", "Eve", "comment", "NOTE: bring earplugs.\n\nAnd a book."),
        ("night_trains", "2", "Other", "trackback", "They wrote about trains."),
    ]
    assert dump.threads["article"].tolist() == ["They are back.\n\nSleep well."]


@pytest.fixture
def isso(tmp_path):
    path = tmp_path / "comments.db"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE threads (id INTEGER PRIMARY KEY, uri TEXT, title TEXT)")
        base.execute(
            "CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created FLOAT, mode, "
            "remote_addr, text, author, email)"
        )
        base.execute("INSERT INTO threads VALUES (1, '/soup/', 'Soup')")
        base.executemany(
            "INSERT INTO comments VALUES (1, ?, ?, ?, ?, '192.0.2.3', ?, ?, 'a@soup.example')",
            [(1, None, 1.5e9, 1, "More salt", "Al"), (2, 1, 1.6e9, 4, "", None)],
        )
    base.close()
    return path


def test_isso(isso):
    dump = read(isso)
    assert rows(dump, "thread_id", "id", "depth", "status", "text") == [
        ("1", "1", 1, "approved", "More salt"),
        ("1", "2", 2, "deleted", ""),
    ]
    assert dump.threads["url"].tolist() == ["/soup/"]


def test_a_damaged_or_foreign_database_is_an_error(isso, tmp_path):
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(isso.read_bytes()[:1000])
    with pytest.raises(InputError, match="damaged"):
        read(damaged)
    foreign = tmp_path / "foreign.db"
    base = sqlite3.connect(foreign)
    base.execute("CREATE TABLE cats (name)")
    base.close()
    with pytest.raises(InputError, match="the tables cats"):
        read(foreign)


def test_sql_dump_with_its_spam():
    dump = read(SAMPLES / "sqldump" / "wordpress.sql")
    assert rows(dump, "thread_id", "id", "depth", "status", "text") == [
        ("5", "1", 1, "approved", 'Don\'t fly it\nin rain; "ever" (really).'),
        ("5", "2", 2, "spam", "Buy, now"),
    ]
    assert dump.threads.iloc[0].tolist()[:3] == ["5", "Kites", "Wind, it's all"]


def test_a_sql_dump_that_breaks_off_says_where(tmp_path):
    whole = (SAMPLES / "sqldump" / "wordpress.sql").read_text("utf-8")
    cut = tmp_path / "cut.sql"
    cut.write_text(whole[: whole.index("Buy, now") + 3], "utf-8")
    dump = read(cut)
    assert dump.comments["id"].tolist() == ["1"]
    assert dump.rejects["place"].tolist() == ["line 4, bytes 320 to 414"]


ROW = "({0},7,'Ann{0}','','','','2020-01-01','','It''s \\\\ no. {0}\\n(ok)',0,'1','','',0,0)"
HEAD = "CREATE TABLE `wp_comments` (x int);\n-- two statements\n"


def sql(path, *lists):
    path.write_text(HEAD + "".join(f"INSERT INTO `wp_comments` VALUES {one};\n" for one in lists))
    return read(path)


def test_sql_is_read_alike_at_every_block_size(tmp_path, monkeypatch):
    lists = [",".join(ROW.format(number) for number in range(at, at + 3)) for at in (1, 4)]
    whole = sql(tmp_path / "dump.sql", *lists)
    assert whole.comments["id"].tolist() == ["1", "2", "3", "4", "5", "6"]
    assert whole.comments["text"][0] == "It's \\ no. 1\n(ok)"
    for size in (1, 7, 50, 333):
        monkeypatch.setattr("moderation.readers.source.BLOCK", size)
        assert sql(tmp_path / "dump.sql", *lists).comments.equals(whole.comments)


def test_a_broken_row_of_sql_costs_that_row_only(tmp_path):
    broken = ROW.format(2).replace("'Ann2'", "'Ann'x'")
    dump = sql(tmp_path / "dump.sql", f"{ROW.format(1)},{broken},{ROW.format(3)}", ROW.format(4))
    assert dump.comments["id"].tolist() == ["1", "3", "4"]
    assert dump.rejects[["place", "reason"]].to_numpy().tolist() == [
        ["line 3, bytes 164 to 241", "a row of wp_comments breaks off"]
    ]


def test_a_short_row_of_sql_is_rejected(tmp_path):
    dump = sql(tmp_path / "dump.sql", f"(1,2,'x'),{ROW.format(3)}")
    assert dump.comments["id"].tolist() == ["3"]
    assert dump.rejects["reason"].tolist() == ["3 values, but the table has 15 columns"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_movable_type_entries_are_cut_alike_at_every_block_size(tmp_path, monkeypatch, end):
    text = (SAMPLES / "movabletype" / "trains.txt").read_text().replace("\n", end)
    path = tmp_path / "copy.txt"
    path.write_bytes(text.encode())
    whole = read(path).comments
    assert len(whole) > 1
    for size in (1, 2, 9, 100):
        monkeypatch.setattr("moderation.readers.source.BLOCK", size)
        assert read(path).comments.equals(whole)


def test_atom_entries_in_any_order_give_the_same_trees(tmp_path):
    text = next((SAMPLES / "feeds").glob("*.xml")).read_text()
    head, *entries = text.split("<entry")
    *entries, last = entries
    last, end = last.split("</entry>", 1)
    entries = [f"<entry{one}" for one in (*entries, f"{last}</entry>")]
    results = []
    for order in (entries, entries[::-1]):
        (tmp_path / "feed.xml").write_text(head + "".join(order) + end)
        results.append(read(tmp_path / "feed.xml").comments)
    assert results[0].equals(results[1])


def test_posts_of_two_sites_do_not_meet(tmp_path):
    text = GARDEN.read_text()
    other = text.replace("garden.example", "meadow.example").replace("They ate", "They left")
    (tmp_path / "a.xml").write_text(text)
    (tmp_path / "b.xml").write_text(text.replace("21</wp:comment_id>", "31</wp:comment_id>"))
    (tmp_path / "c.xml").write_text(other)
    dump = read(tmp_path)
    assert set(dump.comments["thread_id"]) == {"7", "meadow.example/7"}
    assert dump.threads["thread_id"].tolist() == ["7", "meadow.example/7"]
    assert dump.comments["thread_id"].value_counts().tolist() == [4, 3]


def test_a_comment_too_long_to_hold_is_cut_and_the_next_stays_in_its_thread(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.readers.xml.pieces.LARGEST", 2_000)
    monkeypatch.setattr("moderation.readers.source.BLOCK", 500)
    text = GARDEN.read_text().replace("Beer traps work.", "Beer traps work. " * 1_000)
    (tmp_path / "dump.xml").write_text(text)
    dump = read(tmp_path / "dump.xml")
    assert dump.comments["id"].tolist() == ["20", "21", "22"]
    assert set(dump.comments["thread_id"]) == {"7"}
    assert "truncated" in dump.comments["warnings"][1]
