"""Saved pages of comment systems, forums and unknown markup: a tree for each, in few words."""

import pytest

from moderation.readers.html.definition_lists import undefined
from moderation.readers.html.page import rows
from moderation.readers.records import Row, ThreadRow

DAY = "May 3, 2020 at 4:05 pm"


def page(content):
    return f"<html><head><title>Ropes</title></head><body><h1>Ropes</h1>{content}</body></html>"


def tree(content):
    """(depth, author, text) of each comment."""
    found = [row for row in rows(page(content)) if isinstance(row, Row)]
    depth = {}
    for row in found:
        depth[row.id] = 1 if row.parent_id is None else depth[row.parent_id] + 1
    return [(depth[row.id], row.author, row.text) for row in found]


def notes(content):
    return [one for one in rows(page(content)) if isinstance(one, str)]


THREE = [(1, "Ann", "Hemp lasts."), (2, "Bo", "Not in salt."), (1, "Cy", "Steel does.")]

BLOCK_THEME = """<ol class="wp-block-comment-template">
<li id="comment-1" class="comment even depth-1">
<div class="wp-block-comment-author-name">Ann</div>
<div class="wp-block-comment-content"><p>Hemp lasts.</p></div>
<ol><li id="comment-2" class="comment odd depth-2">
<div class="wp-block-comment-author-name">Bo</div>
<div class="wp-block-comment-content"><p>Not in salt.</p></div></li></ol></li>
<li id="comment-3" class="comment even depth-1">
<div class="wp-block-comment-author-name">Cy</div>
<div class="wp-block-comment-content"><p>Steel does.</p></div></li></ol>"""

DISQUS = """<ul id="posts">
<li class="post" id="post-1"><div class="post-content"><ul class="menu"><li>Flag</li></ul>
<span class="author">Ann</span><div class="post-message"><p>Hemp lasts.</p></div></div>
<ul class="children"><li class="post" id="post-2"><div class="post-content">
<span class="author">Bo</span><div class="post-message"><p>Not in salt.</p></div></div></li>
</ul></li><li class="post" id="post-3"><div class="post-content"><span class="author">Cy</span>
<div class="post-message"><p>Steel does.</p></div></div></li></ul>"""

LOBSTERS = """<ol class="comments">
<li class="comments_subtree"><div id="c_aa1" data-shortid="aa1" class="comment">
<div class="byline"><a class="user">Ann</a></div><div class="comment_text"><p>Hemp lasts.</p></div>
</div><ol class="comments"><li class="comments_subtree">
<div id="c_aa2" data-shortid="aa2" class="comment"><div class="byline"><a class="user">Bo</a></div>
<div class="comment_text"><p>Not in salt.</p></div></div><ol class="comments"></ol></li></ol></li>
<li class="comments_subtree"><div id="c_aa3" data-shortid="aa3" class="comment">
<div class="byline"><a class="user">Cy</a></div><div class="comment_text"><p>Steel does.</p></div>
</div></li></ol>"""

REMARK42 = """<div class="root__threads">
<div class="thread"><article class="comment" id="remark42__comment-00000001-aa">
<button class="comment__username">Ann</button><div class="comment__text"><p>Hemp lasts.</p></div>
</article><div class="thread"><article class="comment" id="remark42__comment-00000002-aa">
<button class="comment__username">Bo</button><div class="comment__text"><p>Not in salt.</p></div>
</article></div></div>
<div class="thread"><article class="comment" id="remark42__comment-00000003-aa">
<button class="comment__username">Cy</button><div class="comment__text"><p>Steel does.</p></div>
</article></div></div>"""

GISCUS = """<div class="gsc-comment"><div class="gsc-comment-author">Ann</div>
<div class="gsc-comment-content"><p>Hemp lasts.</p></div>
<div class="gsc-replies"><div class="gsc-reply"><div class="gsc-reply-author">Bo</div>
<div class="gsc-reply-content"><p>Not in salt.</p></div></div></div></div>
<div class="gsc-comment"><div class="gsc-comment-author">Cy</div>
<div class="gsc-comment-content"><p>Steel does.</p></div></div>"""

MARGINS_AROUND = """<div id="comments">
<div style="margin-left: 0px"><div class="comment" id="t1"><b class="author">Ann</b>
<p>Hemp lasts.</p></div></div>
<div style="margin-left: 25px"><div class="comment" id="t2"><b class="author">Bo</b>
<p>Not in salt.</p></div></div>
<div style="margin-left: 0px"><div class="comment" id="t3"><b class="author">Cy</b>
<p>Steel does.</p></div></div></div>"""

INDENTED_REPLIES = """<section class="comment-section">
<article class="comment" id="cid-1"><b class="author">Ann</b><div class="comment__body">
<p>Hemp lasts.</p></div></article>
<article class="comment comment--indented" id="cid-2"><b class="author">Bo</b>
<div class="comment__body"><p>Not in salt.</p></div></article>
<article class="comment" id="cid-3"><b class="author">Cy</b><div class="comment__body">
<p>Steel does.</p></div></article></section>"""

REPLIES_BEHIND = """<div class="notes"><div class="comment" id="comment-1"><b class="author">Ann</b>
<div class="comment-body"><p>Hemp lasts.</p></div></div>
<div class="comment-replies"><div class="comment" id="comment-2"><b class="author">Bo</b>
<div class="comment-body"><p>Not in salt.</p></div></div></div>
<div class="comment" id="comment-3"><b class="author">Cy</b>
<div class="comment-body"><p>Steel does.</p></div></div></div>"""

NAMED_PARENT = """<div class="comments">
<article id="comment-1" class="comment"><b class="author">Ann</b><div class="comment-body">
<p>Hemp lasts.</p></div></article>
<article id="comment-2" class="comment"><b class="author">Bo</b>
<span class="in-reply-to">to <a href="#comment-1">Ann</a></span><div class="comment-body">
<p>Not in salt.</p></div></article>
<article id="comment-3" class="comment"><b class="author">Cy</b><div class="comment-body">
<p>Steel does.</p></div></article></div>"""

UNKNOWN = f"""<div id="talk-comments"><h3>3 comments</h3><ul class="talk">
<li class="entry"><span class="entry__name">Ann</span> <i>{DAY}</i>
<div class="entry__msg"><p>Hemp lasts.</p></div>
<ul class="talk"><li class="entry"><span class="entry__name">Bo</span> <i>{DAY}</i>
<div class="entry__msg"><p>Not in salt.</p></div></li></ul></li>
<li class="entry"><span class="entry__name">Cy</span> <i>{DAY}</i>
<div class="entry__msg"><p>Steel does.</p></div></li></ul></div>"""

SYSTEMS = {
    "block theme": BLOCK_THEME,
    "Disqus": DISQUS,
    "Lobsters": LOBSTERS,
    "Remark42": REMARK42,
    "giscus": GISCUS,
    "margins around": MARGINS_AROUND,
    "indented replies": INDENTED_REPLIES,
    "replies behind": REPLIES_BEHIND,
    "named parent": NAMED_PARENT,
    "unknown": UNKNOWN,
}


@pytest.mark.parametrize("name", sorted(SYSTEMS))
def test_every_system_gives_the_same_tree(name):
    assert tree(SYSTEMS[name]) == THREE


def test_a_page_of_unknown_markup_says_so():
    assert notes(DISQUS) == []
    assert ["none that is known" in note for note in notes(UNKNOWN)] == [True]


def test_a_heading_with_another_number_is_told():
    assert notes("<h2>7 Comments</h2>" + DISQUS) == [
        "the page speaks of 7 comments, and 3 are on it"
    ]
    assert notes("<h2>3 Comments</h2>" + DISQUS) == []


def post(number, name, words):
    return (
        f'<article class="message message--post" data-author="{name}" data-content="post-{number}">'
        f'<div class="message-body"><div class="bbWrapper">{words}</div></div></article>'
    )


def test_the_first_post_of_a_thread_is_its_article():
    posts = post(1, "Di", "Which rope?") + post(2, "Ann", "Hemp.") + post(3, "Bo", "Steel.")
    assert tree(posts) == [(1, "Ann", "Hemp."), (1, "Bo", "Steel.")]
    thread = next(one for one in rows(page(posts)) if isinstance(one, ThreadRow))
    assert thread.article == "Which rope?"


def test_a_later_page_of_a_thread_has_no_root():
    posts = post(21, "Ann", "Hemp.") + post(22, "Bo", "Steel.") + '<a rel="prev" href="/1">1</a>'
    assert tree(posts) == [(1, "Ann", "Hemp."), (1, "Bo", "Steel.")]


def test_definition_lists_are_taken_apart():
    listed = (
        '<dl id="comments-block"><dt id="c11">Ann said...</dt><dd><p>Hemp lasts.</p></dd>'
        f'<dd class="comment-footer">{DAY}</dd>'
        '<dt id="c12">Bo said...</dt><dd><p>It rots.</p></dd>'
        f'<dd class="comment-footer">{DAY}</dd></dl>'
    )
    assert tree(listed) == [(1, "Ann", "Hemp lasts."), (1, "Bo", "It rots.")]
    other = "<dl><dt>Rope</dt><dd>Of hemp.</dd></dl>"
    assert undefined(other) == other


INDEX = "".join(
    f'<article id="post-{n}" class="post"><h2><a href="/{n}">Rope {n}</a></h2><time>{DAY}</time>'
    f'<a class="comments-link" href="/{n}#comments">{n} Comments</a>'
    f"<p>Words on rope {n}.</p></article>"
    for n in range(1, 6)
)
EVENTS = "".join(
    f'<div class="event"><time>{DAY}</time><b>Ann</b><p>A talk on ropes.</p></div>'
    for _ in range(5)
)
FORM = '<div id="comments"><h3>Leave a comment</h3><form><p>Your name</p></form></div>'
RECENT = (
    '<div class="widget_recent_comments"><ol class="commentlist">'
    + "".join(f'<li class="comment depth-1" id="comment-{n}">Ann on Ropes</li>' for n in range(4))
    + "</ol></div>"
)


@pytest.mark.parametrize("content", [INDEX, EVENTS, FORM, RECENT])
def test_pages_without_comments_give_none(content):
    assert tree(content) == []


def test_an_article_with_an_id_like_a_comments_is_none():
    article = '<article id="post-77" class="post"><h1>Ropes</h1><p>All about ropes.</p>{}</article>'
    listed = '<section class="comments">' + "".join(
        f'<div id="c{n}"><b class="author">Ann</b><p>Word {n}.</p></div>' for n in range(1, 4)
    )
    assert [text for _, _, text in tree(article.format(listed + "</section>"))] == [
        "Word 1.",
        "Word 2.",
        "Word 3.",
    ]


def test_an_article_inside_a_widget_is_found():
    words = "Hemp was twisted into ropes along this quay for three hundred years and more."
    content = f'<div class="widget Blog"><div class="post-body"><p>{words}</p></div></div>'
    thread = next(one for one in rows(page(content)) if isinstance(one, ThreadRow))
    assert thread.article == words
