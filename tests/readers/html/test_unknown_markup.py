"""Pages in the markup of blogs, plugins and magazines that are in no list."""

import re
import zlib

import places
import pytest

from moderation.readers.html.page import rows
from moderation.readers.records import Row

ARTICLE = "<h1>The harbour</h1><p>All four boats came in after the tide, and nobody knew why.</p>"


def page(comments, heading="<h2>Comments</h2>"):
    return f"<html><body><div id='content'>{ARTICLE}{heading}{comments}</div></body></html>"


def told(source):
    found = [row for row in rows(source) if isinstance(row, Row)]
    return [(row.id, row.parent_id, row.author, row.created_at.day, row.text) for row in found]


def plugged(name, day, text, badge=""):
    return f"""<div class="_5a _x9"><div class="_k2 clearfix"><div><img alt=""></div>
    <div class="_b7"><div><span><a class="_n1" href="/p/{name}">{name}</a>{badge}</span></div>
    <div><span class="_t0"><span>{text}</span></span></div>
    <div class="_f3"><a href="#">Like</a> · <a href="#">Reply</a> ·
    <abbr title="May {day}, 2018 at 4:05 PM">2y</abbr></div></div></div></div>"""


PAGES = {
    "Movable Type: bare anchors, the byline under the text": (
        """<a name="411"></a><p>They were late again.</p><p>As ever.</p>
        <p class="posted">Posted by: <a href="http://ada.example/">Ada</a>
        at May 3, 2004 09:12 PM</p>
        <a name="412"></a><p>Not all of them.</p>
        <p class="posted">Posted by: Old Salt at May 4, 2004 10:15 AM</p>
        <a name="415"></a><p>Who saw them?</p>
        <p class="posted">Posted by: Tom at May 6, 2004 11:20 AM</p>""",
        [
            ("411", None, "Ada", 3, "They were late again.\n\nAs ever."),
            ("412", None, "Old Salt", 4, "Not all of them."),
            ("415", None, "Tom", 6, "Who saw them?"),
        ],
    ),
    "Movable Type in German: the byline over the text, its anchor in it": (
        """<h3><a name="c07"></a>Jens Peter – 13.05.2006 21:10</h3>
        <p>Wieder zu spät, wie immer.</p>
        <h3><a name="c08"></a>Dörte – 14.05.2006 08:03</h3><p>Stimmt so nicht.</p><p>Zwei kamen.</p>
        <h3><a name="c11"></a>nn – 15.05.2006 22:40</h3><p>Wer hat es gesehen?</p>""",
        [
            ("07", None, "Jens Peter", 13, "Wieder zu spät, wie immer."),
            ("08", None, "Dörte", 14, "Stimmt so nicht.\n\nZwei kamen."),
            ("11", None, "nn", 15, "Wer hat es gesehen?"),
        ],
    ),
    "a plugin whose classes say nothing: answers in an element that follows": (
        plugged("Ada", 3, "They were late again.")
        + '<div class="_rr">'
        + plugged("Tom", 4, "So what?", ' · <a class="_w">Works at Quay 3</a>')
        + plugged("Zoe", 5, "I was late too.")
        + "</div>"
        + plugged("Old Salt", 6, "It is the tide, friends."),
        [
            ("place-1", None, "Ada", 3, "They were late again."),
            ("place-2", "place-1", "Tom", 4, "So what?"),
            ("place-3", "place-1", "Zoe", 5, "I was late too."),
            ("place-4", None, "Old Salt", 6, "It is the tide, friends."),
        ],
    ),
    "a list for each comment: its items are author, text and the owner's answer": (
        """<a name="comment-71"></a><ul class="box"><li class="who"><span>#1</span>
        <a href="/u/1">林小姐</a> <span>2012/05/13 18:05</span></li>
        <li class="what">感謝分享，週末想去看看。</li>
        <li class="owner"><p>版主 2012/05/14 09:30 回覆</p>
        <div>不客氣，歡迎再來玩喔。</div></li></ul>
        <a name="comment-72"></a><ul class="box"><li class="who"><span>#2</span>
        <a href="/u/2">Tom</a> <span>2012/05/15 20:11</span></li>
        <li class="what">請問停車方便嗎？</li></ul>
        <a name="comment-73"></a><ul class="box"><li class="who"><span>#3</span>
        <a href="/u/3">Zoe</a> <span>2012/05/16 21:12</span></li>
        <li class="what">照片很漂亮。</li>
        <li class="owner"><p>版主 2012/05/17 10:00 回覆</p>
        <div>謝謝你的鼓勵，下次再聊。</div></li></ul>""",
        [
            ("place-1", None, "林小姐", 13, "感謝分享，週末想去看看。"),
            ("place-2", "place-1", "版主", 14, "不客氣，歡迎再來玩喔。"),
            ("place-3", None, "Tom", 15, "請問停車方便嗎？"),
            ("place-4", None, "Zoe", 16, "照片很漂亮。"),
            ("place-5", "place-4", "版主", 17, "謝謝你的鼓勵，下次再聊。"),
        ],
    ),
    "a magazine: answers follow in an element of its own word": (
        """<section class="lm"><div><span>Ada</span> <span>13.05.2016 18:05</span></div>
        <div class="lm__copy"><p>Wieder zu spät, wie immer.</p></div></section>
        <div class="lm-antworten"><section class="lm"><div><span>Tom</span>
        <span>14.05.2016 19:06</span></div>
        <div class="lm__copy"><p>Na und, was soll's?</p></div></section>
        </div><section class="lm"><div><span>Zoe</span> <span>15.05.2016 20:07</span></div>
        <div class="lm__copy"><p>Wer hat die Boote gesehen?</p></div></section>""",
        [
            ("place-1", None, "Ada", 13, "Wieder zu spät, wie immer."),
            ("place-2", "place-1", "Tom", 14, "Na und, was soll's?"),
            ("place-3", None, "Zoe", 15, "Wer hat die Boote gesehen?"),
        ],
    ),
    "rows of a table, author and time on the left": (
        """<table><tr><td><b>Ada</b><br><small>2004-05-13 18:05</small></td>
        <td>They were late.</td></tr>
        <tr><td><b>Tom</b><br><small>2004-05-14 19:05</small></td>
        <td>Not all of them.</td></tr>
        <tr><td><b>Zoe</b><br><small>2004-05-15 20:05</small></td>
        <td>Who saw them?</td></tr></table>""",
        [
            ("place-1", None, "Ada", 13, "They were late."),
            ("place-2", None, "Tom", 14, "Not all of them."),
            ("place-3", None, "Zoe", 15, "Who saw them?"),
        ],
    ),
}


@pytest.mark.parametrize("name", list(PAGES))
def test_each_comment_is_told_with_its_author_time_and_parent(name):
    comments, expected = PAGES[name]
    assert told(page(comments)) == expected


@pytest.mark.parametrize(
    "heading",
    [
        "<h2>Comments (3)</h2>",
        "<div class='comments-head'>Comments</div>",
        "<p><b>Reacties</b></p>",
        "<header><h3>留言列表</h3></header>",
    ],
)
def test_the_heading_may_be_any_line_that_speaks_of_comments(heading):
    comments, expected = PAGES["rows of a table, author and time on the left"]
    assert told(page(comments, heading)) == expected


def notes(source):
    return [one for one in rows(source) if isinstance(one, str)]


def test_what_is_lost_of_unknown_markup_is_said():
    comments, _ = PAGES["rows of a table, author and time on the left"]
    nameless = (
        comments.replace("<b>Ada</b>", "").replace("<b>Tom</b>", "").replace("<b>Zoe</b>", "")
    )
    said = notes(page(nameless))
    assert "its 3 comments were told by what they have in common" in said[0]
    assert said[1:] == ["no author could be told for 3 of the 3 comments"]


@pytest.mark.parametrize(
    ("place", "system"),
    [
        ('<div class="fb-comments" data-href="https://a.example/b"></div>', "Facebook"),
        ('<div id="disqus_thread"></div>', "Disqus"),
        ('<script src="https://giscus.app/client.js"></script>', "giscus"),
    ],
)
def test_comments_that_the_page_only_loads_are_said_to_be_elsewhere(place, system):
    said = notes(page(place, heading=""))
    assert said[0].startswith(f"the page loads its comments from {system} when it is opened: ")
    assert said[0].endswith(f"ask {system} for an export")


def test_bylines_of_articles_under_other_headings_are_no_comments():
    teasers = "".join(
        f"<div class='it'><h3>Boat {n}</h3><p>May {n}, 2004 10:00 AM</p><p>3 comments</p></div>"
        for n in range(1, 6)
    )
    assert told(page(teasers, "<h2>Latest stories</h2>")) == []


def test_endless_runs_are_read_in_the_time_of_their_length():
    run = "<a name='c1'></a><p>Late.<p>Posted by Ada at May 3, 2004 10:00 AM"
    assert len(told(page(run * 300))) == 300
    assert told(page("<a name='c1'></a>" * 5_000)) == []
    assert told(page("<h2>Comments</h2>" * 5_000)) == []


def renamed(source):
    """The page with other names for all classes and ids, and without what says more of them."""

    def other(match):
        names = (f"x{zlib.crc32(re.sub('[0-9]', '', one).encode()):x}" for one in match[4].split())
        return f"{match[1]}{match[2]}={match[3]}{' '.join(names)}{match[3]}"

    source = re.sub(r"(?s)<script.*?</script>", "", source)
    source = re.sub(r"""\s(?:itemprop|itemtype|rel|data-[\w-]+)=(["']).*?\1""", "", source)
    return re.sub(r"""(<[^<>]*?\s)(class|id)=(["'])(.*?)\3""", other, source)


@pytest.mark.skipif(not places.SHARED.exists(), reason="the shared pages are not here")
def test_a_real_page_is_read_alike_under_other_names():
    page_file = places.SHARED / "samples/html/businessjargons.com.leadership.html"
    source = page_file.read_text("utf-8")
    before, after = ([one[2:] for one in told(text)] for text in (source, renamed(source)))
    assert len(before) == 9
    assert after == before
