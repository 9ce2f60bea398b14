"""Talk pages: signatures end comments, indents tell what they answer, headings are threads."""

import json
from html import escape

import pytest

from moderation.readers import read

WIKITEXT = """{{archive}}
Words about the page itself.
== Bulbs ==
When do they go in? --[[User:Ada Ek|Ada]] ([[User talk:Ada Ek|talk]]) 12:34, 5 May 2020 (UTC)
:In ''October''.

:At the latest. [[User:Bo|Bo]] 13:00, 5 May 2020 (UTC)
::Thanks! [[User:Ada Ek|Ada]] ([[User talk:Ada Ek|talk]]) 14:00, 5 May 2020 (UTC)
* In [[Spain|the south]] later. [[User:Cy|Cy]] 09:00, 6 May 2020 (UTC)
== Bulbs ==
Another. [[User:Cy|Cy]] 09:00, 7 May 2020 (UTC)
nobody signed these words
"""

HTML = """<!DOCTYPE html><html><body class="ns-1 ns-talk"><h1>Dyskusja:Ogród</h1>
<div class="mw-parser-output"><p>About this page.</p><h2>Cebulki
<span class="mw-editsection">[edytuj]</span></h2><p>Kiedy sadzić? <a href="/wiki/W:Ada">Ada</a>
 (<a href="/wiki/Dyskusja:Ada">dyskusja</a>) 12:34, 5 maj 2020 (CEST)</p>
<dl><dd>Jesienią. <a href="/wiki/Wikipedysta:Bo">Bo</a> 13:00, 5 maj 2020 (CEST)
<ul><li>Tak. <a href="/wiki/Wikipedysta:Cy">Cy</a> 14:00, 5 maj 2020 (CEST)</li></ul></dd></dl>
</div></body></html>"""


def test_wikitext(tmp_path):
    path = tmp_path / "talk.txt"
    path.write_text(WIKITEXT, encoding="utf-8")
    dump = read(path)
    comments = dump.comments
    assert [name for name, _ in dump.formats.values()] == ["wikitext"]
    assert comments[["thread_id", "depth", "author", "text"]].values.tolist() == [
        ["Bulbs", 1, "Ada Ek", "When do they go in?"],
        ["Bulbs", 2, "Bo", "In October.\n\nAt the latest."],
        ["Bulbs", 3, "Ada Ek", "Thanks!"],
        ["Bulbs", 2, "Cy", "In the south later."],
        ["Bulbs (2)", 1, "Cy", "Another."],
    ]
    assert str(comments["created_at"].iloc[0]) == "2020-05-05 12:34:00+00:00"
    assert dump.rejects["snippet"].tolist() == ["nobody signed these words"]


def test_a_saved_page(tmp_path):
    path = tmp_path / "talk.html"
    path.write_text(HTML, encoding="utf-8")
    dump = read(path)
    assert [name for name, _ in dump.formats.values()] == ["talk-page"]
    assert dump.comments[["thread_id", "depth", "author", "text"]].values.tolist() == [
        ["Cebulki", 1, "Ada", "Kiedy sadzić?"],
        ["Cebulki", 2, "Bo", "Jesienią."],
        ["Cebulki", 3, "Cy", "Tak."],
    ]
    assert len(dump.rejects) == 0


SIGNED = """== Frost ==
Beans are in early this year. [[User:Ada|Ada]] ([[User talk:Ada|talk]]) 10:12, 3 May 2021 (UTC)
:The frost will have them. [[User:Ben]] 11:40, 3 May 2021 (UTC)
::Not under fleece, Ada. [[User:Ada|<b>Ada</b>]]<sup>[[User talk:Ada|talk]]</sup> \
12:01, 3 May 2021 (UTC)
:Late again. <small>—Preceding [[Wikipedia:Signatures|unsigned]] comment added by [[User:Dan|Dan]] \
([[User talk:Dan|talk]] • [[Special:Contributions/Dan|contribs]]) 15:02, 7 June 2021 (UTC)</small>
:Me too. {{unsigned|Eve|16:02, 7 June 2021 (UTC)}}
:I agree with [[User:Ben|Ben]] [[Special:Contributions/10.1.2.3|10.1.2.3]] 16:20, 7 June 2021 (UTC)
"""
SAID = [
    ("Ada", "Beans are in early this year.", 1),
    ("Ben", "The frost will have them.", 2),
    ("Ada", "Not under fleece, Ada.", 3),
    ("Dan", "Late again.", 2),
    ("Eve", "Me too.", 2),
    ("", "I agree with Ben", 2),
]


def said_in(dump):
    return [
        tuple(row)
        for row in dump.comments.fillna({"author": ""})[["author", "text", "depth"]].values.tolist()
    ]


def test_signatures_of_many_kinds(tmp_path):
    path = tmp_path / "talk.wiki"
    path.write_text(SIGNED)
    assert said_in(read(path)) == SAID


def page(title, text):
    return f"<page><title>{title}</title><ns>1</ns><revision><text>{text}</text></revision></page>"


def test_a_dump_of_talk_pages(tmp_path):
    """The last revision of a page is the page; pages that nobody signed are counted."""
    old = f"<revision><text>{escape(SIGNED[:200])}</text></revision>"
    pages = page("Talk:Tea", escape(SIGNED)).replace("<revision>", old + "<revision>", 1)
    pages += page("Tea", "A drink. " * 20) + page("Talk:Town", escape(SIGNED))
    path = tmp_path / "wiki.xml"
    path.write_text(f'<mediawiki version="0.11" xml:lang="en"><siteinfo/>{pages}</mediawiki>')
    dump = read(path)
    assert said_in(dump) == SAID * 2
    assert list(dump.comments["thread_id"].unique()) == ["Talk:Tea#Frost", "Talk:Town#Frost"]
    assert [note for note in dump.notes if "1 pages that nobody signed" in note]


def test_comments_within_the_tag_of_a_text_are_told(tmp_path):
    torn = page("Talk:Tea", ">".join([escape(SIGNED)] * 2))
    torn = torn.replace("<text>", '<text xml:space="preserve')
    path = tmp_path / "wiki.xml"
    path.write_text(f"<mediawiki>{torn}</mediawiki>")
    dump = read(path)
    assert said_in(dump) == SAID
    assert dump.rejects["reason"].tolist() == ["words in the tag of a text"]


def test_a_page_of_a_dump_that_is_cut_off_is_told(tmp_path):
    pages = page("Talk:Tea", escape(SIGNED)) + page("Talk:Town", escape(SIGNED))[:300]
    path = tmp_path / "wiki.xml"
    path.write_text(f"<mediawiki>{pages}")
    dump = read(path)
    assert said_in(dump) == SAID
    assert dump.rejects["reason"].tolist() == ["a page cut off"]


@pytest.mark.parametrize(
    "answer",
    [
        {"parse": {"title": "Talk:Tea", "wikitext": {"*": SIGNED}}},
        {"parse": {"title": "Talk:Tea", "wikitext": SIGNED}},
        {"query": {"pages": {"7": {"title": "Talk:Tea", "revisions": [{"*": SIGNED}]}}}},
        {
            "query": {
                "pages": [
                    {
                        "title": "Talk:Tea",
                        "revisions": [{"slots": {"main": {"content": SIGNED}}}],
                    }
                ]
            }
        },
    ],
    ids=["parse", "parse 2", "query", "query 2"],
)
def test_answers_of_the_api(tmp_path, answer):
    path = tmp_path / "api.json"
    path.write_text(json.dumps(answer))
    dump = read(path)
    assert [name for name, _ in dump.formats.values()] == ["mediawiki"]
    assert said_in(dump) == SAID
    assert list(dump.comments["thread_id"].unique()) == ["Talk:Tea#Frost"]
