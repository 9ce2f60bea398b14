import places
import pytest
from hypothesis import given, settings
from pages import flat, forests, html, styles
from resiliparse.extract.html2text import extract_plain_text

from moderation.readers import read
from moderation.readers.html.page import detect, rows
from moderation.readers.plaintext.page import parse
from moderation.readers.records import Row, ThreadRow
from moderation.readers.source import Source

SAMPLES = places.SAMPLES / "html"
SHARED = places.SHARED / "samples"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared pages are not here")


def records(page):
    return [row for row in rows(page) if isinstance(row, Row)]


def thread(page):
    return next(row for row in rows(page) if isinstance(row, ThreadRow))


def sample(name):
    return (SAMPLES / name).read_text("utf-8")


def depths(listed):
    found = {}
    for row in listed:
        found[row.id] = 1 if row.parent_id is None else found[row.parent_id] + 1
    return [found[row.id] for row in listed]


TREES = {
    "wordpress-flat.html": [
        ("11", None, "Ann", "First one,\nwith a break & more.\n\nAnd a paragraph."),
        ("12", "11", "Bob", "A reply."),
        ("13", "12", "Cy", "A reply to the reply."),
        ("14", None, "Di", "Waiting."),
        ("place-5", None, None, "Another blog"),
    ],
    "blogger.html": [
        ("111", None, "Ira", "Nice!\n\nReally."),
        ("222", "111", "Owner", "Thank you."),
        ("333", None, "Zoe", "Mine burned."),
    ],
    "drupal.html": [
        ("21", None, "Kim", "Six in a room, and one snores."),
        ("22", "21", "Lee", "That was me."),
        ("23", "22", "Kim", "I know."),
        ("24", None, "Ned", "Bring back the dining car."),
    ],
    "microdata.html": [
        ("place-1", None, "Quentin", "Stung\ntwice."),
        ("place-2", "place-1", "Rosa", "Which bee?"),
        ("place-3", None, "Sam", "Honey at last."),
    ],
    "jsonld.html": [
        ("1", None, "Sue", "Red & left-handed?"),
        ("2", "1", "Tim", "Right-handed."),
        ("3", None, None, "Under the bench."),
    ],
    "margins.html": [
        ("place-1", None, "Ute", "Die Umleitung ist zu lang."),
        ("place-2", "place-1", "Veit", "Zu Fuß nicht."),
        ("place-3", "place-2", "Ute", "Mit Gips schon."),
        ("place-4", None, "Wim", "Der Bus hält auch nicht."),
    ],
    "slash.html": [
        ("101", None, "user1", "It reaches my house."),
        ("102", "101", "user2", "Then pull."),
        ("103", None, "user3", "Or cut it."),
    ],
    "rows.html": [
        ("place-1", None, "aa", "Top text\n\nand a second paragraph"),
        ("place-2", "place-1", "bb", "A reply"),
        ("place-3", None, "cc", "Another"),
    ],
    "none.html": [],
}


@pytest.mark.parametrize("name", sorted(TREES))
def test_samples_give_their_trees(name):
    found = [(row.id, row.parent_id, row.author, row.text) for row in records(sample(name))]
    assert found == TREES[name]


def test_every_sample_is_recognised_and_listed():
    names = sorted(path.name for path in SAMPLES.glob("*.html"))
    assert names == sorted(TREES)
    assert [detect(Source(SAMPLES / name)) is not None for name in names] == [True] * len(names)


def test_kinds_states_times_and_addresses():
    found = records(sample("wordpress-flat.html"))
    assert [row.kind for row in found] == ["comment"] * 4 + ["pingback"]
    assert [row.status for row in found] == ["approved"] * 3 + ["pending", "approved"]
    assert found[0].created_at.isoformat() == "2020-05-03T16:00:00+00:00"
    assert found[0].url == "https://blog.example/flat-list/#comment-11"


def test_title_article_and_address():
    found = thread(sample("wordpress-flat.html"))
    assert found.title == "The flat list"
    assert found.url == "https://blog.example/flat-list/"
    assert found.article.startswith("Some themes close")
    assert found.article.endswith("top of the conversation.")


@pytest.mark.parametrize(
    ("name", "title", "words"),
    [
        ("blogger.html", "Plum jam", "Plums, sugar and a slow afternoon"),
        ("drupal.html", "Night trains", "The night trains are to come back"),
        ("microdata.html", "Bees on the roof", "Two hives stand"),
        ("jsonld.html", "Lost glove", "Somebody lost a red glove"),
        ("none.html", "Nothing to say", "A page that has an article"),
    ],
)
def test_titles_and_articles(name, title, words):
    found = thread(sample(name))
    assert found.title == title
    assert found.article.startswith(words)


def test_a_page_reads_as_a_dump():
    dump = read(SAMPLES / "blogger.html")
    assert dump.comments["depth"].tolist() == [1, 2, 1]
    assert dump.threads["title"].tolist() == ["Plum jam"]


def test_the_encoding_that_a_page_names(tmp_path):
    path = tmp_path / "page.html"
    head = '<html><head><meta charset="iso-8859-2"></head>'
    page = f"{head}<body><h1>Zażółć gęślą jaźń</h1></body></html>"
    path.write_bytes(page.encode("iso-8859-2"))
    dump = read(path)
    assert dump.threads["title"].tolist() == ["Zażółć gęślą jaźń"]
    assert dump.formats[str(path)] == ("html", "iso8859-2 as it declares; an HTML page")


@settings(max_examples=40, deadline=None)
@given(forests, styles)
def test_random_trees_come_back(comments, style):
    found = records(html(comments, style))
    assert list(zip(depths(found), (row.text for row in found), strict=True)) == flat(comments)


def test_pages_nest_five_thousand_deep():
    opened = '<li class="comment depth-{0}" id="comment-{0}"><p>level {0}</p><ul class="children">'
    page = "<html><body><ol>" + "".join(opened.format(n) for n in range(1, 5001)) + "</body></html>"
    found = records(page)
    assert [row.id for row in found] == [str(n) for n in range(1, 5001)]
    assert found[-1].parent_id == "4999"
    assert found[0].text == "level 1"


@pytest.mark.parametrize(
    "content",
    [
        "<?xml version='1.0'?><rss><channel></channel></rss>",
        "plain words only",
        '{"a": "<p>"}',
        "<disqus/>",
    ],
)
def test_other_formats_are_not_claimed(tmp_path, content):
    path = tmp_path / "file"
    path.write_text(content, "utf-8")
    assert detect(Source(path)) is None


@pytest.mark.parametrize(
    "page", ["", "<", "<html>", "<html><li class='comment depth-x' id='comment-'>", "<p>\x00</p>"]
)
def test_broken_pages_are_no_error(page):
    assert all(row.text for row in records(page))


@needs_shared
@pytest.mark.parametrize(
    ("name", "total", "by_depth", "pings"),
    [
        ("0ac0531f1f0543f4a3f68159e5fd1875", 9, {1: 4, 2: 4, 3: 1}, 0),
        ("blog.wordpress.com.diverse", 13, {1: 10, 2: 2, 3: 1}, 0),
        ("blogger-luxuryhaven.co.hyatt", 24, {1: 24}, 0),
        ("businessjargons.com.leadership", 9, {1: 6, 2: 1, 3: 1, 4: 1}, 0),
        ("californiaglobe.com.amazon", 20, {1: 18, 2: 2}, 8),
        ("drupal-aclu", 10, {1: 8, 2: 2}, 0),
        ("foxyfolksy.com.buttercream", 80, {1: 39, 2: 37, 3: 3, 4: 1}, 0),
        ("gormulus.wordpress.com.durfen", 45, {1: 20, 2: 9, 3: 16}, 5),
        ("spektrum.de.engelbart", 54, {1: 53, 2: 1}, 0),
    ],
)
def test_shared_pages(name, total, by_depth, pings):
    found = records((SHARED / "html" / f"{name}.html").read_text("utf-8", "replace"))
    shown = depths(found)
    assert len(found) == total
    assert {depth: shown.count(depth) for depth in sorted(set(shown))} == by_depth
    assert sum(row.kind == "pingback" for row in found) == pings
    assert all(row.text and (row.author or row.kind != "comment") for row in found)


OUR_PAGES = [places.ROOT / "seeds" / "school-lunches.html", SAMPLES / "blogger.html"]


def test_a_page_of_the_project():
    found = records(OUR_PAGES[0].read_text("utf-8"))
    assert depths(found) == [1, 2, 3, 4, 2, 1, 2, 3, 2, 3, 1, 2, 3, 4, 4, 1, 1, 2, 1, 1]
    assert [row.kind for row in found].count("pingback") == 1
    assert all(row.text and row.author for row in found)


@pytest.mark.parametrize("path", OUR_PAGES, ids=lambda path: path.name)
def test_both_readers_agree_on_pages_of_the_project(path):
    content = path.read_text("utf-8")
    page = records(content)
    printed = parse(extract_plain_text(content, preserve_formatting=True))
    assert [(one.depth, "".join(one.text.split())[:60]) for one in printed.comments] == [
        (depth, "".join(row.text.split())[:60])
        for depth, row in zip(depths(page), page, strict=True)
    ]


@needs_shared
@pytest.mark.parametrize(
    "name",
    [
        "blog.wordpress.com.diverse",
        "blogger-luxuryhaven.co.hyatt",
        "businessjargons.com.leadership",
        "californiaglobe.com.amazon",
        "gormulus.wordpress.com.durfen",
    ],
)
def test_both_readers_agree_on_shared_pages(name):
    page = records((SHARED / "html" / f"{name}.html").read_text("utf-8", "replace"))
    printed = parse((SHARED / "plaintext_resiliparse" / f"{name}.full.txt").read_text("utf-8"))
    assert [(one.depth, "".join(one.text.split())[:60]) for one in printed.comments] == [
        (depth, "".join(row.text.split())[:60])
        for depth, row in zip(depths(page), page, strict=True)
    ]


def test_comments_in_thousands_of_elements_that_do_not_end(tmp_path):
    unit = (
        "<div class='comment' id='comment-{0}'><cite>A{0}</cite><p>Words of mine, number {0}.</p>"
    )
    path = tmp_path / "page.html"
    path.write_text("<html><body>" + "".join(map(unit.format, range(3000))))
    dump = read(path)
    assert len(dump.comments) == 3000
    assert dump.rejects.empty
