"""What damage leaves of talk pages: signed words come out wherever they stand, others are told."""

import pytest

from moderation.readers import read

HEAD = '<!DOCTYPE html><html><body class="ns-1 ns-talk"><h1>Talk</h1>'
OPEN = '<div class="mw-parser-output"><p>About this page.</p><h2>Bulbs</h2>'
ADA = '<p>When do they go in? <a href="/wiki/User:Ada">Ada</a> 12:34, 5 May 2020 (UTC)</p>'
BO = "<dl><dd>In October, at the latest. {} 13:00, 5 May 2020 (UTC)</dd></dl>"
BY_BO = '<a href="/wiki/User:Bo">Bo</a>'
END = "</div></body></html>"
PAGE = HEAD + OPEN + ADA + BO.format(BY_BO) + END


def dump_of(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return read(path)


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace("mw-parser-output", "mw-pa%ser-output"),
        PAGE.replace("<div class", '<dZv"class'),
        HEAD.replace("<body", "<b^dy") + OPEN + ADA + BO.format(BY_BO),
        ADA + BO.format(BY_BO) + END,
        HEAD.replace("Talk", ADA + "Talk") + OPEN + BO.format(BY_BO) + END,
    ],
)
def test_signed_words_come_out_of_a_page_whose_frame_is_damaged(tmp_path, page):
    dump = dump_of(tmp_path, "talk.html", page)
    assert sorted(dump.comments["text"]) == ["In October, at the latest.", "When do they go in?"]


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (PAGE.replace(END, "<p>Or two"), "Or two"),
        (HEAD + OPEN.replace("<h2>Bulbs</h2>", "") + ADA + "<p>Not in the spring.", "Not in the"),
        (PAGE.replace("Talk</h1>", "Talk<</p><dl><dd>October/h1>"), "October/h1>"),
        (PAGE.replace("<!DOCTYPE ", "<!DOCTYPE they all go in before it freezes "), "they all go"),
        (PAGE.replace("/wiki/User:Bo", "/wafter the first of frostiki/User:Bo"), "/wafter the"),
        (PAGE.replace(END, "<p>Four words, " + "and more of them " * 20), "Four words"),
    ],
)
def test_words_that_nobody_signed_are_told_with_their_bytes(tmp_path, page, told):
    dump = dump_of(tmp_path, "talk.html", page)
    (place,) = [one.place for one in dump.rejects.itertuples() if told in one.snippet]
    first, last = place.rpartition("bytes ")[2].split(" to ")
    stretch = page.encode()[int(first) : int(last)].decode()
    assert told in stretch


def test_a_link_that_does_not_end_is_no_name(tmp_path):
    page = PAGE.replace("Ada</a>", "Ada<&lol;/a>")
    assert "In October" in dump_of(tmp_path, "talk.html", page).comments["text"].iloc[1]


WIKITEXT = (
    "About this page.\n== Bulbs ==\nWhen? [[User:Ada|Ada]] 12:34, 5 May 2020 (UTC)\n"
    ":In October. [[User:Bo|Bo]] 13:00, 5 May 2020 (UTC)\n"
)


@pytest.mark.parametrize(
    ("page", "place"),
    [
        (WIKITEXT + "Or in\nNovember, says my aunt", "lines 5 to 6"),
        (WIKITEXT + "Or", "lines 5 to 5"),
        (WIKITEXT.replace("User:Bo|", "User:Bo and all that we know of it|"), "lines 4 to 4"),
        ("Not 2024 (UTC)\nNow. [[User:Cy|Cy]] 11:00, 5 May 20" + WIKITEXT, "lines 1 to 2"),
    ],
)
def test_lines_of_wikitext_that_nobody_signed_are_told(tmp_path, page, place):
    dump = dump_of(tmp_path, "talk.txt", page)
    assert len(dump.comments) == 2
    assert list(dump.rejects["place"]) == [place]
