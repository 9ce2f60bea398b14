"""Selectors of comment systems and forums whose markup says exactly what one comment is.

From the public templates of each program. To add one: a row here and a page in the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

COMMENTS = {
    "Disqus": "#posts li.post[id^='post-'], #disqus_thread li.post[id^='post-']",
    "IntenseDebate": ".idc-c[id^='IDComment']",
    "Reddit": ".commentarea .thing.comment",
    "Reddit, new": "shreddit-comment",
    "Hacker News": "tr.comtr",
    "Slashdot": "li.comment[id^='tree_']",
    "Lemmy": "article.comment-node",
    "Lobsters": ".comments_subtree > .comment[data-shortid]",
    "Stack Exchange": ".answer[data-answerid], .comments-list li.comment[data-comment-id]",
    "YouTube": "ytd-comment-renderer, ytd-comment-view-model",
    "isso": ".isso-comment",
    "Remark42": "article.comment[id^='remark42__comment-']",
    "Commento": ".commento-card[id^='commento-comment-card-']",
    "giscus": ".gsc-comment, .gsc-reply",
    "Coral": "[data-testid^='comment-'][role='article']",
    "OpenWeb": "article[class*='spcv_comment']",
    "Spot.IM": "[data-spot-im-class='message-view']",
    "Viafoura": "article.vf-comment-container, article.vf3-comment",
    "Ghost": "[data-testid='comment-component']",
    "Hyvor": ".hyvor-talk-comment, .ht-comment",
    "Livefyre": "article.fyre-comment-article",
    "wpDiscuz": ".wpd-comment[id^='wpd-comm-']",
    "Serendipity": ".serendipity_comment",
    "Plone": ".discussion .comment[class*='replyTreeLevel']",
    "Dreamwidth": ".comment-thread .dwexpcomment",
    "JComments": "[id^='comment-item-']",
    "GitHub": ".timeline-comment-group[id^='issuecomment-']",
    "NodeBB": "[component='post'][data-pid]",
    "Redmine": ".journal.has-notes",
    "custom elements": "community-comment, comment-item",
}
FORUMS = {
    "phpBB": "div.post[id^='p'] .postbody",
    "XenForo": "article.message--post",
    "XenForo 1": "li.message[id^='post-']",
    "vBulletin 4": "li.postcontainer[id^='post_']",
    "vBulletin 3": "table[id^='post'] td[id^='td_post_']",
    "SMF": "#forumposts .post_wrapper",
    "MyBB": "#posts div.post[id^='post_'] .post_content",
    "Invision": "article.ipsComment[id^='elComment_']",
    "Discourse": "article[data-post-id][id^='post_']",
    "FluxBB": "div.blockpost[id^='p']",
    "Flarum": "article.CommentPost",
}
LOADED = {
    "Facebook": ".fb-comments, .fb_iframe_widget, iframe[src*='facebook.com/plugins'],"
    " iframe[src*='plugins/feedback.php']",
    "Disqus": "#disqus_thread, iframe[src*='disqus.com/embed']",
    "giscus": ".giscus, iframe[src*='giscus.app'], script[src*='giscus.app']",
    "utterances": ".utterances, script[src*='utteranc.es'], iframe[src*='utteranc.es']",
    "Hyvor": "#hyvor-talk-view, hyvor-talk-comments",
    "Commento": "#commento",
    "Remark42": "#remark42",
    "isso": "#isso-thread",
    "Waline": "#waline",
    "Twikoo": "#twikoo, #tcomment",
    "Cusdis": "#cusdis_thread",
    "Coral": "#coral_thread, #coral_talk_stream",
    "Livefyre": "#livefyre-comments",
    "IntenseDebate": "#idc-container",
    "OpenWeb": "[data-spotim-module='conversation'], [data-spot-id]",
    "Viafoura": "vf-conversations, .viafoura",
    "VK": "#vk_comments, iframe[src*='vk.com/widget_comments']",
}  # where a page loads its comments from elsewhere when it is opened: saved, it may have none
_WHOLE = {  # forums whose element of the words has the author beside it, in this one around
    "phpBB": "post",
    "vBulletin 3": "tborder",
    "MyBB": "post",
}
_FEW = 2  # posts of a forum at least; one may be anything of that name


def known_comments(page: LexborHTMLParser) -> list[LexborNode]:
    """The comments of the system of COMMENTS that the page has most of; [] if none."""
    return max((page.css(selector) for selector in COMMENTS.values()), key=len, default=[])


def forum_posts(page: LexborHTMLParser) -> list[LexborNode]:
    """The posts of a thread in a forum of FORUMS, the first one included; [] if none."""
    best: list[LexborNode] = []
    for name, selector in FORUMS.items():
        posts = page.css(selector)
        if len(posts) > max(len(best), _FEW - 1):
            around = _WHOLE.get(name)
            best = [_around(node, around) for node in posts] if around else posts
    return best


def loaded_from(page: LexborHTMLParser) -> str:
    """The system from which the page loads its comments when it is opened; "" if none is known."""
    return next((name for name, place in LOADED.items() if page.css_first(place)), "")


def is_first_page(page: LexborHTMLParser) -> bool:
    """True unless the page links to a page before it: then its first post is no thread's root."""
    return page.css_first("link[rel~='prev'], a[rel~='prev']") is None


def _around(node: LexborNode, name: str) -> LexborNode:
    above = node.parent
    while above is not None:
        if name in (above.attributes.get("class") or "").split():
            return above
        above = above.parent
    return node
