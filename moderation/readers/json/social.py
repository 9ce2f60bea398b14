"""Forums, networks and video sites: a row each, as `json_formats` explains."""

from __future__ import annotations

import re
from typing import Any

from moderation.readers.json import settle, status
from moderation.readers.json.shape import JsonFormat, Record, at
from moderation.readers.markup import as_utf8

OPENS = "(opens the thread)"
THREAD = "(its thread)"
OWN = "(in its own channel)"
_IN_CONTEXT = re.compile(r"/comments/(\w+)")


def _unescaped(text: str) -> str:
    """Reddit's API escapes these three, and nothing else, in markdown."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _is_first_post(record: Record) -> bool:
    return record.get("post_number") == 1


def _is_conversation(record: Record) -> bool:
    """The post that a ConvoKit conversation is named after."""
    root = record.get("conversation_id", record.get("root"))
    return root is not None and root == record.get("id")


def _is_channel_post(record: Record) -> bool:
    """A channel's post, forwarded into the group where it is discussed."""
    sender = str(record.get("from_id") or "")
    own = record.get(OWN) is True
    return not own and sender.startswith("channel") and bool(record.get("forwarded_from"))


def _mark_own(root: Any) -> None:
    """Mark what stands in its channel itself: what is forwarded there is a message as others."""
    listed = at(root, "chats.list")
    for chat in listed if isinstance(listed, list) else [root]:
        if isinstance(chat, dict) and str(chat.get("type")).endswith("channel"):
            for message in chat.get("messages") or ():
                if isinstance(message, dict):
                    message[OWN] = True


def _mark_oldest(root: Any) -> None:
    """Mark the status that opens a context's thread: the first before the one it is about."""
    above = root.get("ancestors") if isinstance(root, dict) else None
    for status_above in above if isinstance(above, list) else ():
        if isinstance(status_above, dict) and status_above.get("in_reply_to_id") is None:
            status_above[OPENS] = True


def _boosted(record: Record) -> str:
    return "repost" if isinstance(record.get("reblog"), dict) else "comment"


def _with_threads(root: Any) -> None:
    """Write the thread's id into answers of an inbox, which name it in an address only."""
    children = at(root, "data.children")
    for child in children if isinstance(children, list) else ():
        data = child.get("data") if isinstance(child, dict) else None
        if isinstance(data, dict) and "was_comment" in data and "link_id" not in data:
            found = _IN_CONTEXT.search(str(data.get("context") or ""))
            data[THREAD] = found[1] if found else data.get("first_message_name") or data.get("name")


def _service(record: Record) -> str | None:
    kind = record.get("type", "message")
    has_words = kind == "message" or (kind != "service" and record.get("text"))
    return None if has_words else "service messages left out"


def _small_action(record: Record) -> str | None:
    return "system notices left out" if record.get("post_type") == 3 else None


def _reply_to_post(record: Record) -> Any:
    """The number of the post that is answered; number 1 is the article."""
    number = record.get("reply_to_post_number")
    return None if number == 1 else number


def _before_dot(record: Record) -> str | None:
    """A reply's id is its parent's, a dot, and its own."""
    return str(record["cid"]).rpartition(".")[0] or None


def _step_above(record: Record) -> str | None:
    """The last but one step of a path such as 0.24.27."""
    inner = record.get("comment")
    path = (inner if isinstance(inner, dict) else record).get("path")
    steps = str(path or "").split(".")
    return steps[-2] if len(steps) > 2 else None


def _same_chat(record: Record) -> Any:
    """The message that is answered, unless it is in another chat."""
    return None if record.get("reply_to_peer_id") else record.get("reply_to_message_id")


def _object_given(record: Record) -> str | None:
    """A deletion whose tombstone stands in it would count twice."""
    given = record.get("type") == "Delete" and isinstance(record.get("object"), dict)
    return "deletions given with their tombstone" if given else None


_SOCIAL = frozenset(["user", "account", "quote", "reblog", "quoted_status", "preview", "media"])

SOCIAL = (
    JsonFormat(
        "reddit",
        "Reddit: listings with nested replies, `morechildren`, lists of comments",
        keys=("body", "link_id|was_comment", "parent_id"),
        outer=("kind=Listing", "data.children"),
        text="body|<body_html",
        parent="parent_id",
        thread=f"link_id|{THREAD}",
        author="author",
        time="created_utc|created",
        url="permalink",
        status=status.reddit,
        title="link_title|subject",
        prepare=_with_threads,
        post=("selftext", "title", "subreddit"),
        post_text="selftext",
        post_url="permalink|url",
        fix=_unescaped,
        stubs=True,
        shut=frozenset(
            ["all_awardings", "media", "secure_media", "preview", "crosspost_parent_list"]
        ),
    ),
    JsonFormat(
        "hackernews-algolia",
        "Hacker News: an item of the Algolia API with its children",
        keys=("type=comment", "children"),
        signs=("story_id|created_at_i|options|points",),
        outer=("title", "children", "points|created_at_i"),
        text="<text",
        parent="parent_id",
        thread="story_id",
        author="author",
        time="created_at|created_at_i",
        status=status.hackernews,
        post=("title", "children", "type|points|created_at_i"),
        post_text="<text",
        settle=settle.by_chain,
    ),
    JsonFormat(
        "hackernews-search",
        "Hacker News: hits of the Algolia search",
        keys=("comment_text", "objectID", "story_id"),
        text="<comment_text",
        id="objectID",
        parent="parent_id",
        thread="story_id",
        author="author",
        time="created_at|created_at_i",
        title="story_title",
        thread_url="story_url",
        settle=settle.by_chain,
    ),
    JsonFormat(
        "hackernews",
        "Hacker News: items of the Firebase API",
        keys=("type=comment", "id", "parent", "by|time|deleted|dead|kids"),
        signs=("by|kids|dead",),
        outer=("type=story|type=poll|type=job", "title", "by|descendants"),
        text="<text",
        parent="parent",
        author="by",
        time="time",
        status=status.hackernews,
        post=("type=story|type=poll|type=job", "title", "id"),
        post_text="<text",
        settle=settle.by_chain,
    ),
    JsonFormat(
        "discourse",
        "Discourse: posts, or a topic with its posts",
        keys=("cooked", "post_number"),
        outer=("post_stream", "title"),
        text="<cooked|raw",
        id="post_number",
        parent=_reply_to_post,
        thread="topic_id",
        author="username|name",
        time="created_at",
        status=status.discourse,
        title="topic_title",
        post=("post_stream", "title"),
        opening=_is_first_post,
        only=_small_action,
        shut=frozenset(["link_counts", "actions_summary", "details", "suggested_topics"]),
    ),
    JsonFormat(
        "lobsters",
        "Lobsters: a story with its comments",
        keys=("short_id", "comment"),
        signs=("commenting_user|is_moderated|short_id_url",),
        outer=("short_id", "title", "comments"),
        text="<comment|comment_plain",
        id="short_id",
        parent="parent_comment",
        author="commenting_user.username|commenting_user",
        time="created_at",
        url="short_id_url|url",
        status=status.flagged("is_deleted", "is_moderated"),
        post=("short_id", "title", "comments"),
        post_id="short_id",
        post_text="<description|description_plain",
        depth="depth|indent_level",
    ),
    JsonFormat(
        "devto",
        "dev.to (Forem): comments of the API",
        keys=("type_of=comment", "id_code"),
        text="<body_html",
        id="id_code",
        author="user.name|user.username",
        time="created_at",
        status=status.devto,
        shut=frozenset(["user"]),
    ),
    JsonFormat(
        "github",
        "GitHub Discussions (giscus): GraphQL answer",
        keys=("createdAt", "author", "body|bodyHTML|bodyText"),
        signs=(
            "author.login|authorAssociation|isMinimized|isAnswer",
            "replyTo|replies|isMinimized|isAnswer|authorAssociation|upvoteCount|deletedAt",
        ),
        text="body|<bodyHTML|bodyText",
        parent="replyTo.id",
        author="author.login",
        time="createdAt",
        url="url",
        status=status.github,
        post=("comments", "url|title|number"),
        post_id="url|number|id",
        post_text="body|<bodyHTML|bodyText",
        shut=frozenset(["author", "replyTo", "reactions", "reactionGroups"]),
    ),
    JsonFormat(
        "utterances",
        "GitHub: comments of an issue (utterances)",
        keys=("issue_url", "body", "created_at"),
        text="body|<body_html",
        thread="issue_url",
        thread_url="issue_url",
        author="user.login",
        time="created_at",
        url="html_url",
        status=status.github,
        shut=frozenset(["user", "reactions", "performed_via_github_app"]),
    ),
    JsonFormat(
        "youtube",
        "YouTube: comments or comment threads of the Data API",
        keys=("id", "snippet.textDisplay|snippet.textOriginal"),
        outer=("kind=youtube#commentThreadListResponse|kind=youtube#commentListResponse", "items"),
        text="snippet.textOriginal|<snippet.textDisplay",
        parent="snippet.parentId",
        thread="snippet.videoId",
        author="snippet.authorDisplayName",
        time="snippet.publishedAt",
        status=status.youtube,
        post=("snippet.topLevelComment",),
        post_id="snippet.videoId|snippet.channelId",
        post_title="",
        post_url="",
    ),
    JsonFormat(
        "yt-dlp",
        "yt-dlp: `.info.json` with comments",
        keys=("id", "parent", "text", "author_id|author_is_uploader|author_thumbnail"),
        signs=("parent=root|author_is_uploader|author_thumbnail|is_favorited",),
        outer=("comments", "extractor", "webpage_url"),
        text="text",
        parent="parent",
        author="author",
        time="timestamp",
        post=("comments", "extractor"),
        post_text="description",
        post_url="webpage_url|original_url",
        shut=frozenset(["formats", "thumbnails", "requested_formats", "automatic_captions"]),
    ),
    JsonFormat(
        "youtube-downloader",
        "youtube-comment-downloader: JSON lines or array",
        keys=("cid", "text", "author"),
        signs=("channel|heart|photo", "votes|heart|time_parsed"),
        text="text",
        id="cid",
        parent=_before_dot,
        author="author",
        time="time_parsed",
    ),
    JsonFormat(
        "mastodon",
        "Mastodon: the context of a status, or statuses",
        keys=("id", "content", "account", "visibility"),
        outer=("ancestors", "descendants"),
        text="<content",
        instead="<reblog.content|<spoiler_text|media_attachments.0.description",
        parent="in_reply_to_id",
        author="account.display_name|account.username|account.acct",
        time="created_at",
        url="url|uri",
        kind=_boosted,
        opening=lambda record: record.get(OPENS) is True,
        prepare=_mark_oldest,
        written=OPENS,
        settle=settle.statuses,
        shut=_SOCIAL | {"media_attachments", "card", "mentions", "tags", "emojis"},
    ),
    JsonFormat(
        "lemmy",
        "Lemmy: comments of the API",
        keys=("comment.path|path", "comment.content|content", "comment.post_id|post_id"),
        signs=("comment.ap_id|ap_id|creator|language_id|distinguished",),
        text="comment.content|content",
        id="comment.id|id",
        parent=_step_above,
        thread="comment.post_id|post_id",
        author="creator.display_name|creator.name",
        time="comment.published_at|comment.published|published_at|published",
        url="comment.ap_id|ap_id",
        status=status.lemmy,
        title="post.name",
        thread_url="post.ap_id",
        shut=frozenset(["comment", "creator", "community", "counts"]),
    ),
    JsonFormat(
        "telegram",
        "Telegram: chat export",
        keys=("id", "type=message|type=service|type=unsupported", "date", "text"),
        signs=("from_id|date_unixtime|actor_id|text_entities",),
        outer=("messages", "type", "name|id"),
        text="text",
        parent=_same_chat,
        author="from",
        time="date_unixtime|date",
        post=("messages", "type"),
        post_title="name",
        post_url="",
        opening=_is_channel_post,
        prepare=_mark_own,
        written=OWN,
        opening_names=True,
        only=_service,
        settle=settle.telegram,
        shut=frozenset(["text_entities", "reactions", "poll", "location_information"]),
    ),
    JsonFormat(
        "convokit",
        "ConvoKit corpus: `utterances.jsonl`, titles from `conversations.json` beside it",
        keys=("id", "text", "conversation_id|root", "speaker|user", "reply-to|reply_to"),
        signs=("meta|vectors|speaker", "timestamp|meta|vectors"),
        text="text",
        parent="reply-to|reply_to",
        thread="conversation_id|root",
        author="speaker.id|speaker|user.id|user",
        time="timestamp",
        opening=_is_conversation,
        title="meta.title",
        settle=settle.convokit,
        shut=frozenset(["meta", "vectors"]),
    ),
    JsonFormat(
        "facebook",
        "Facebook: one's own comments, of a personal export",
        keys=("comment.comment",),
        signs=("comment.author",),
        outer=("comments_v2",),
        text="comment.comment",
        author="comment.author",
        time="comment.timestamp|timestamp",
        fix=as_utf8,
    ),
    JsonFormat(
        "instagram",
        "Instagram: one's own comments, of a personal export",
        keys=("string_map_data.Comment.value",),
        text="string_map_data.Comment.value",
        thread="string_map_data.Media Owner.value",
        time="string_map_data.Time.timestamp",
        fix=as_utf8,
    ),
    JsonFormat(
        "activitypub",
        "ActivityPub: notes, activities, collections",
        keys=(
            "id",
            "type=Note|type=Tombstone|type=Delete",
            "attributedTo|actor|formerType|deleted",
        ),
        text="<content|source.content",
        id="object|id",
        parent="inReplyTo.id|inReplyTo",
        thread="context|conversation|inConversation",
        author="attributedTo.name|attributedTo.id|attributedTo",
        time="published",
        url="url.href|url",
        status=status.activitypub,
        post=("type=Page|type=Article|type=Question|type=Video", "id", "content|name"),
        post_title="name",
        post_text="<content",
        post_url="id",
        only=_object_given,
        settle=settle.by_chain_or_orphan,
    ),
)
