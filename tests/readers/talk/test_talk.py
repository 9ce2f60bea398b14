"""Talk pages: signatures end comments, indents tell what they answer, headings are threads."""

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
