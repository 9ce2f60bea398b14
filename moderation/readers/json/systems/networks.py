"""Networks: their archives, and answers of their APIs and of scrapers."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from moderation.readers.json import settle, status
from moderation.readers.json.shape import JsonFormat, at
from moderation.readers.json.walk import objects
from moderation.readers.values import no_parent

if TYPE_CHECKING:
    from moderation.readers.json.shape import Record

OPENS = "(opens the thread)"
POST = "(a post)"
_OF_POSTS = ("posts", "feed", "published_posts", "visitor_posts", "media", "photos", "videos")
HIDDEN = "(its thread's author hid it)"
_IN_URL = {name: re.compile(rf"[?&]{name}=([^&#]+)") for name in ("comment_id", "reply_comment_id")}


def _opening_post(root: Any) -> None:
    """Mark the post at the top of a thread, which is its article, and what its author hid."""
    node = root.get("thread") if isinstance(root, dict) else None
    if isinstance(node, list):  # one after the other, each with its depth
        node = next((one["value"] for one in node if at(one, "value.post")), None)
    while (
        isinstance(node, dict)
        and isinstance(node.get("parent"), dict)
        and (isinstance(node["parent"].get("post"), dict))
    ):
        node = node["parent"]
    post = node.get("post") if isinstance(node, dict) else None
    if isinstance(post, dict) and not at(post, "record.reply"):
        post[OPENS] = True
    hidden = at(root, "threadgate.record.hiddenReplies")
    if isinstance(hidden, list) and hidden:
        for one in objects(root):
            if one.get("uri") in hidden and "record" in one:
                one[HIDDEN] = True


def _bluesky_status(record: Record) -> str:
    values = {
        str(label.get("val"))
        for label in record.get("labels") or ()
        if isinstance(label, dict) and not label.get("neg")
    }
    if values & {"!takedown", "!suspend"}:
        return "removed"
    if "spam" in values:
        return "spam"
    if record.get(HIDDEN):
        return "hidden"
    return "hidden" if values & {"!hide", "!warn", "rude", "intolerant", "threat"} else "unknown"


def _reposted(record: Record) -> str:
    text = str(record.get("full_text") or record.get("text") or "")
    return "repost" if text.startswith("RT @") or record.get("retweeted_status") else "comment"


def _referenced(record: Record, how: str) -> Any:
    """The tweet that this one refers to in a way: `replied_to`, `retweeted` or `quoted`."""
    every = record.get("referenced_tweets")
    for other in every if isinstance(every, list) else ():
        if isinstance(other, dict) and other.get("type") == how:
            return other.get("id")
    return None


def _retweeted(record: Record) -> str:
    return "repost" if _referenced(record, "retweeted") else "comment"


def _renoted(record: Record) -> str:
    return "repost" if record.get("renoteId") and not record.get("text") else "comment"


def _in_url(record: Record, name: str) -> str | None:
    found = _IN_URL[name].search(str(record.get("commentUrl") or ""))
    return found[1] if found else None


def _with_facebook_ids(root: Any) -> None:
    """Write the ids that stand in the addresses of Facebook comments into them."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack += node
        elif isinstance(node, dict):
            stack += [value for value in node.values() if isinstance(value, dict | list)]
            if isinstance(node.get("commentUrl"), str):
                reply, top = _in_url(node, "reply_comment_id"), _in_url(node, "comment_id")
                node["(id)"] = reply or top
                node["(parent)"] = top if reply else None


def _misskey_hidden(record: Record) -> str:
    return "hidden" if record.get("isHidden") else "unknown"


def _graph_status(record: Record) -> str:
    return "hidden" if True in (record.get("is_hidden"), record.get("hidden")) else "unknown"


def _mark_posts(root: Any) -> None:
    """Mark the posts of a page: a comment with answers looks as they do."""
    for name in _OF_POSTS:
        posts = at(root, f"{name}.data")
        for post in posts if isinstance(posts, list) else ():
            if isinstance(post, dict):
                post[POST] = True


def _weibo_parent(record: Record) -> Any:
    answered = at(record, "reply_comment.id") or record.get("reply_id")
    root = record.get("rootidstr") or record.get("rootid")
    own = record.get("idstr") or record.get("id")
    if not no_parent(answered):
        return answered
    return None if root is None or str(root) == str(own) else root


_USERS = frozenset(["user", "author", "owner", "embed", "viewer", "entities", "extended_entities"])

NETWORKS = (
    JsonFormat(
        "bluesky",
        "Bluesky: a thread, a feed or a search of the API",
        keys=("uri", "cid", "record", "author"),
        signs=(f"record.text|record.$type|{OPENS}", "indexedAt|likeCount|replyCount"),
        text="record.text",
        id="uri",
        parent="record.reply.parent.uri",
        thread="record.reply.root.uri",
        author="author.displayName|author.handle",
        time="record.createdAt|indexedAt",
        status=_bluesky_status,
        opening=lambda record: record.get(OPENS) is True,
        prepare=_opening_post,
        written=HIDDEN,
        settle=settle.conversations,
        shut=_USERS | {"record", "labels", "threadContext", "reason", "reply"},
    ),
    JsonFormat(
        "twitter",
        "X (Twitter): tweets.js of an archive, or tweets of the API, version 1.1",
        keys=("id_str", "full_text|text", "created_at", "favorite_count|retweet_count"),
        signs=("entities|retweeted|favorited|lang",),
        text="full_text|text",
        id="id_str",
        parent="in_reply_to_status_id_str",
        author="user.screen_name",
        time="created_at",
        kind=_reposted,
        status=status.twitter,
        fix=unescape,
        settle=settle.conversations,
        shut=_USERS | {"edit_info", "quoted_status", "retweeted_status"},
    ),
    JsonFormat(
        "twitter-api",
        "X (Twitter): tweets of the API, version 2, or as twarc flattens them",
        keys=("id", "text", "edit_history_tweet_ids|author_id"),
        signs=("conversation_id|referenced_tweets|edit_history_tweet_ids|public_metrics",),
        text="note_tweet.text|text",
        parent=lambda record: _referenced(record, "replied_to"),
        thread="conversation_id",
        author="author.name|author.username|author_id",
        people=("includes.users", "id", "name"),
        time="created_at",
        kind=_retweeted,
        status=status.twitter,
        fix=unescape,
        settle=settle.conversations,
        shut=_USERS | {"includes", "referenced_tweets", "in_reply_to_user", "attachments"},
    ),
    JsonFormat(
        "vk",
        "VK: comments of a post, of the API",
        keys=("id", "from_id", "text", "date"),
        signs=("parents_stack|reply_to_comment|thread",),
        text="text",
        parent="reply_to_comment",
        thread="post_id",
        author="from_id",
        time="date",
        status=lambda record: "deleted" if record.get("deleted") is True else "unknown",
        settle=settle.to_thread,
        shut=_USERS | {"attachments", "likes", "profiles", "groups"},
    ),
    JsonFormat(
        "zhihu",
        "Zhihu: comments of its API",
        keys=("id", "content", "author", "is_delete"),
        signs=("created_time|child_comments|child_comment_count|reply_to_author|vote_count",),
        text="<content",
        parent="reply_comment_id",
        author="author.name|author.member.name",
        time="created_time",
        status=status.zhihu,
        settle=settle.to_thread,
        shut=_USERS | {"reply_to_author", "comment_tag", "author_tag", "content_tag"},
    ),
    JsonFormat(
        "misskey",
        "Misskey: notes",
        keys=("id", "text", "userId", "createdAt"),
        signs=("visibility|replyId|renoteId", "user|cw|renoteCount|repliesCount|fileIds"),
        text="text",
        instead="cw",
        parent="replyId",
        author="user.name|user.username|userId",
        time="createdAt",
        url="url|uri",
        kind=_renoted,
        status=_misskey_hidden,
        settle=settle.conversations,
        shut=_USERS | {"files", "renote", "reply", "reactions", "emojis", "poll"},
    ),
    JsonFormat(
        "facebook-scraper",
        "Facebook: comments as scrapers give them, known by their address",
        keys=("commentUrl", "text|comment|message", "threadingDepth|facebookUrl|postUrl"),
        text="text|comment|message",
        id="(id)|comment_id|id",
        parent="(parent)|replyToCommentId",
        thread="postUrl|facebookUrl|inputUrl",
        thread_url="postUrl|facebookUrl",
        title="postTitle",
        author="profileName|user",
        time="created_at|date",
        prepare=_with_facebook_ids,
        settle=settle.to_thread,
    ),
    JsonFormat(
        "facebook-graph",
        "Facebook and Instagram: comments of the Graph API",
        keys=("id", "message|text", "created_time|timestamp", "from|like_count|username"),
        signs=("comment_count|like_count|from.name|from.id|username", "created_time|username"),
        text="message|text",
        parent="parent.id|parent_id",
        author="from.name|from.username|username",
        time="created_time|timestamp",
        url="permalink_url",
        status=_graph_status,
        prepare=_mark_posts,
        written=POST,
        post=(
            "id",
            "comments",
            f"permalink_url|shares|status_type|full_picture|caption|story|{POST}",
        ),
        post_title="",
        post_text="message|caption|story",
        post_url="permalink_url|permalink",
        shut=frozenset(["from", "parent", "user", "reactions", "attachment", "message_tags"]),
    ),
    JsonFormat(
        "weibo",
        "Weibo: comments of its API",
        keys=("id", "text", "rootid|rootidstr", "user"),
        signs=("floor_number|created_at|like_counts|like_count",),
        text="<text_raw|<text",
        id="idstr|id",
        parent=_weibo_parent,
        thread="status.idstr|status.id|analysis_extra",
        author="user.screen_name|user.name",
        time="created_at",
        shut=frozenset(["user", "status", "reply_comment", "url_struct", "pic_infos"]),
        settle=settle.to_thread,
    ),
    JsonFormat(
        "xiaohongshu",
        "Xiaohongshu: comments of its API",
        keys=("id", "content", "note_id", "user_info|user"),
        text="content",
        parent="target_comment.id",
        thread="note_id",
        author="user_info.nickname|user.nickname",
        time="create_time|time",
        shut=frozenset(["user_info", "user", "target_comment", "at_users", "pictures"]),
    ),
    JsonFormat(
        "instagram-api",
        "Instagram: comments of the interface of its app",
        keys=("pk", "text", "user", "created_at|created_at_utc"),
        signs=("content_type|comment_like_count|did_report_as_spam", "media_id|share_enabled"),
        text="text",
        id="pk",
        parent="parent_comment_id|replied_to_comment_id",
        thread="media_id",
        author="user.username|user.full_name",
        time="created_at_utc|created_at",
        status=lambda record: "hidden" if record.get("is_covered") is True else "unknown",
        settle=settle.to_thread,
        shut=_USERS | {"caption", "preview_hashtags"},
    ),
    JsonFormat(
        "instagram-scraper",
        "Instagram: comments as scrapers give them",
        keys=("id", "text", "ownerUsername|owner.username"),
        signs=(
            "timestamp|created_at|created_at_utc",
            "repliesCount|likesCount|ownerProfilePicUrl|postUrl|commentUrl|likes_count|answers",
        ),
        text="text",
        thread="postUrl|inputUrl",
        thread_url="postUrl",
        author="ownerUsername|owner.username",
        time="timestamp|created_at_utc|created_at",
        shut=frozenset(["owner", "latestComments", "taggedUsers"]),
    ),
)
