"""What the interfaces of blogs, forums and trackers answer: a row each, as `json.formats` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.readers.json import settle
from moderation.readers.json.shape import JsonFormat, at
from moderation.readers.values import status_of

if TYPE_CHECKING:
    from moderation.readers.json.shape import Record
    from moderation.readers.records import Row, ThreadRow
    from moderation.readers.source import Source

_FIRST = "(first note of its discussion)"


def _blogger(record: Record) -> str:
    """Blogger's status; a comment that was deleted after answers came is emptied."""
    word = str(record.get("status") or "").lower()
    return {"emptied": "deleted", "live": "approved"}.get(word, status_of(word or None))


def _related(record: Record) -> str | None:
    """The comment that a link of the kind `related` names: `…/comments/default/7` is post-7."""
    links = record.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "related":
            number = str(link.get("href") or "").rpartition("/")[2]
            own = str(at(record, "id.$t") or "")
            return own[: len(own.rstrip("0123456789"))] + number
    return None


def _note_discussions(root: Any) -> None:
    """Write into each note of a discussion but the first what the first is called."""
    stack = [root]
    while stack:
        node = stack.pop()
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        stack += [value for value in inner if isinstance(value, dict | list)]
        notes = node.get("notes") if isinstance(node, dict) and "individual_note" in node else None
        some = [note for note in notes or () if isinstance(note, dict)]
        for note in some[1:]:
            note[_FIRST] = some[0].get("id")


def _note_kind(record: Record) -> str:
    return "service" if record.get("system") is True else "comment"


def _flarum_kind(record: Record) -> str:
    return "comment" if at(record, "attributes.contentType") == "comment" else "service"


def _flarum(record: Record) -> str:
    if at(record, "attributes.isHidden"):
        return "hidden"
    approved = at(record, "attributes.isApproved")
    return "unknown" if approved is None else status_of(bool(approved))


def _opens_discussion(record: Record) -> bool:
    return at(record, "attributes.number") == 1


def _nodebb(record: Record) -> str:
    return "deleted" if record.get("deleted") in (1, True) else "unknown"


def _opens_topic(record: Record) -> bool:
    return record.get("index") == 0


def _spot_im(record: Record) -> str:
    if record.get("deleted") is True:
        return "deleted"
    if record.get("rejected") is True:
        return "removed"
    published = record.get("published")
    return "unknown" if published is None else status_of(bool(published))


def _drupal(record: Record) -> str:
    return status_of(at(record, "attributes.status"))


def _mails(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    from moderation.readers.mail import items  # the standard library's mail is slow to import

    items.settle(source, rows, threads)


APIS = (
    JsonFormat(
        "blogger-api",
        "Blogger: comments of its API",
        keys=("kind=blogger#comment", "content"),
        text="<content",
        parent="inReplyTo.id",
        thread="post.id",
        author="author.displayName",
        time="published",
        status=_blogger,
        mixed=True,
        shut=frozenset(["author", "post", "blog", "inReplyTo"]),
    ),
    JsonFormat(
        "blogger-feed",
        "Blogger: a feed of comments as JSON",
        keys=("id.$t", "content.$t|summary.$t", "thr$in-reply-to.ref"),
        text="<content.$t|<summary.$t",
        id="id.$t",
        parent=_related,
        thread="thr$in-reply-to.ref",
        thread_url="thr$in-reply-to.href",
        author="author.0.name.$t",
        time="published.$t",
        mixed=True,
        shut=frozenset(["author", "link", "title", "content", "summary", "category"]),
    ),
    JsonFormat(
        "wordpress-com",
        "WordPress.com: comments of its API",
        keys=("ID", "content", "parent", "post.ID"),
        signs=("status", "raw_content|short_URL|like_count|i_like"),
        text="<raw_content|<content",
        id="ID",
        parent="parent.ID",
        thread="post.ID",
        title="post.title",
        author="author.name",
        time="date",
        url="URL",
        kind="type",
        status="status",
        mixed=True,
        shut=frozenset(["author", "post", "parent", "meta"]),
    ),
    JsonFormat(
        "gitlab",
        "GitLab: notes or discussions of an issue or a merge request",
        keys=("body", "noteable_type", "author"),
        signs=("system|noteable_id", "resolvable|noteable_id|internal|confidential"),
        text="body",
        parent=_FIRST,
        thread="noteable_id",
        author="author.username|author.name",
        time="created_at",
        kind=_note_kind,
        prepare=_note_discussions,
        shut=frozenset(["author", "award_emoji_data", "position", "resolved_by"]),
    ),
    JsonFormat(
        "github-review",
        "GitHub: comments on commits and pull requests, and reviews",
        keys=("body", "user.login", "pull_request_url|commit_id"),
        signs=("html_url|url", "created_at|submitted_at"),
        text="body",
        parent="in_reply_to_id",
        thread="pull_request_url|commit_id",
        author="user.login",
        time="created_at|submitted_at",
        url="html_url",
        shut=frozenset(["user", "_links", "reactions", "reactions_data"]),
    ),
    JsonFormat(
        "discussiontools",
        "MediaWiki: a talk page by the DiscussionTools API",
        keys=("type=comment", "html", "level"),
        signs=("timestamp", "author"),
        text="<html",
        author="author",
        time="timestamp",
        post=("type=heading", "headingLevel"),
        post_title="html",
    ),
    JsonFormat(
        "nodebb",
        "NodeBB: a topic of its API, or posts of its database",
        keys=("pid", "tid", "content", "uid"),
        signs=("timestamp|timestampISO", "toPid|user|_key|votes|upvotes"),
        text="<content",
        id="pid",
        parent="toPid",
        thread="tid",
        author="user.displayname|user.username",
        time="timestampISO|timestamp",
        status=_nodebb,
        opening=_opens_topic,
        post=("tid", "title", "posts"),
        post_id="tid",
        mixed=True,
        shut=frozenset(["user", "parent", "editor", "bookmarks"]),
    ),
    JsonFormat(
        "flarum",
        "Flarum: posts of its API",
        keys=("type=posts", "attributes.contentHtml|attributes.content", "relationships"),
        text="<attributes.contentHtml|attributes.content",
        thread="relationships.discussion.data.id",
        author="relationships.user.data.id",
        people=("included", "id", "attributes.displayName|attributes.username"),
        time="attributes.createdAt",
        kind=_flarum_kind,
        status=_flarum,
        opening=_opens_discussion,
        post=("type=discussions", "attributes.title"),
        post_title="attributes.title",
        mixed=True,
        shut=frozenset(["relationships"]),
    ),
    JsonFormat(
        "openweb",
        "OpenWeb (Spot.IM): a conversation",
        keys=("written_at", "content", "root_comment|conversation_id|replies_count"),
        text="content",
        parent="parent_id",
        thread="conversation_id",
        author="user_display_name|user_id",
        people=("conversation.users", "id", "display_name|user_name"),
        time="written_at",
        status=_spot_im,
        settle=settle.to_thread,
        shut=frozenset(["content", "rank", "user", "users"]),
    ),
    JsonFormat(
        "drupal-jsonapi",
        "Drupal: comments of its JSON:API",
        keys=("type", "attributes.comment_body", "relationships.entity_id"),
        text="<attributes.comment_body.processed|<attributes.comment_body.value",
        parent="relationships.pid.data.id",
        thread="relationships.entity_id.data.id",
        author="attributes.name",
        time="attributes.created",
        status=_drupal,
        mixed=True,
        shut=frozenset(["relationships", "attributes", "links"]),
    ),
    JsonFormat(
        "mail-items",
        "mail: messages as objects, as Perceval gives them",
        keys=("Message-ID|Message-Id|Message-id|message_id", "body.plain|body.html"),
        text="body.plain|<body.html",
        id="Message-ID|Message-Id|Message-id|message_id",
        parent="In-Reply-To|In-reply-to|References",
        author="From|from",
        time="Date|DATE|date",
        thread="Message-ID|Message-Id|Message-id|message_id",
        title="Subject|subject",
        usual_kind="message",
        settle=_mails,
        shut=frozenset(["body"]),
    ),
    JsonFormat(
        "app-store",
        "App Store: reviews of its feed as JSON",
        keys=("im:rating.label", "content.label", "id.label"),
        text="content.label",
        id="id.label",
        author="author.name.label",
        time="updated.label",
        shut=frozenset(["author", "content", "link"]),
    ),
)
