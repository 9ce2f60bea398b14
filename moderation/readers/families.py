"""The formats by what they are of, in the order in which `moderation formats` lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = {
    "Blogs and comment systems": "wordpress wordpress-rest wp-cli sqldump disqus disqus-api "
    "remark42 commento comentario cusdis isso hashover hashover-xml github utterances twikoo "
    "waline artalk duoshuo ghost substack atom movabletype dotclear blogger-api blogger-feed "
    "wordpress-com openweb drupal-jsonapi gitlab github-review app-store",
    "Newspapers": "coral coral-csv coral-graphql coral-sponge guardian nyt nyt-csv civil-comments",
    "Forums": "reddit pushshift hackernews hackernews-algolia hackernews-search discourse lobsters "
    "lemmy devto zhihu stackexchange stackexchange-api talk-page wikitext mediawiki "
    "discussiontools nodebb flarum",
    "Networks": "mastodon activitypub bluesky twitter twitter-api misskey facebook facebook-graph "
    "facebook-scraper instagram instagram-api instagram-scraper vk weibo xiaohongshu",
    "Video": "youtube yt-dlp youtube-downloader takeout bilibili kuaishou tiktok "
    "tiktok-research tiktok-csv",
    "Chats and mail": "slack discord discord-csv discord-text discord-api telegram telegram-api "
    "telegram-bot matrix whatsapp irc chat-page messenger rocketchat zulip mbox mail-items",
    "Research corpora": "convokit sqlite socc parent-as-text cat",
    "Anything else": "html plaintext table xlsx json-tree laid-out xml sql",
}
FAMILIES = {family: names.split() for family, names in _NAMES.items()}

SAMPLES = {
    "wordpress": "<wp:comment><wp:comment_id>7</wp:comment_id><wp:comment_parent>",
    "sqldump": "INSERT INTO `wp_comments` VALUES (1,7,'Ada',",
    "disqus": '<post dsq:id="7"><message>',
    "atom": '<entry><thr:in-reply-to ref="…"/><content>',
    "movabletype": "COMMENT: / AUTHOR: Ada / DATE: 01/31/2024 10:00:00 AM",
    "stackexchange": '<row Id="1" PostId="3" Text="…" CreationDate="…" />',
    "whatsapp": "13/01/2024, 09:01 - Ada: who has seeds?",
    "chat-page": '<div class="chatlog__message-container" data-message-id="7">',
    "discord-text": "[01-Mar-24 10:00 AM] ada",
    "irc": "[10:00] <Ada> who has seeds?",
    "mbox": "From ada@town.example Mon Jan  1 10:00:00 2024",
    "talk-page": '<dd>So it is. <a href="/wiki/User:Ada">Ada</a> 12:34, 5 May 2020 (UTC)</dd>',
    "wikitext": ":So it is. [[User:Ada|Ada]] 12:34, 5 May 2020 (UTC)",
    "mediawiki": "<page><title>Talk:Tea</title> … <text>So it is. [[User:Ada|Ada]] 12:34 …",
    "sqlite": "SQLite format 3",
    "html": '<li class="comment depth-2" id="comment-7">',
    "plaintext": "  2. Ada: who has seeds?",
    "table": "id,parent_id,author,text",
    "xlsx": "a sheet with a header: id, parent_id, author, text",
    "json-tree": '{"data": {"list": [{"text": …, "replies": [{"text": …}]}]}}',
    "laid-out": '{"id": [1, 2], "path": ["1", "1/2"], "text": ["…", "…"]}',
    "xml": '<comment id="7" parent="3"><author>Ada</author><text>…</text></comment>',
    "hashover-xml": "1-2.xml: <comment><body>…</body><date>…</date>",
    "dotclear": "[comment comment_id,post_id,comment_dt,comment_author,…]",
    "sql": "INSERT INTO `phpbb_posts` VALUES (1, 2, 'Ada', 'who has seeds?')",
    "hashover": '1-2.json: {"body": …, "date": …}',
}


def of_objects(keys: Iterable[str]) -> str:
    """A line as the objects of a format begin.

    >>> of_objects(["rpid", "content.message", "type=reply|type=note"])
    '{"rpid": …, "content": {"message": …}, "type": "reply"}'
    """
    found: dict[str, str] = {}
    for wanted in keys:
        path, _, value = wanted.split("|")[0].partition("=")
        first, *rest = path.split(".")
        inner = f'"{value}"' if value else "…"
        for key in reversed(rest):
            inner = "[{" + inner + "}]" if key.lstrip("-").isdigit() else f'{{"{key}": {inner}}}'
        found.setdefault(first, inner)
    return "{" + ", ".join(f'"{key}": {inner}' for key, inner in found.items()) + "}"
