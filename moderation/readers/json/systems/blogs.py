"""Comment systems of blogs and magazines: a row each, as `json.formats` explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.readers.json import settle
from moderation.readers.json.shape import JsonFormat
from moderation.readers.values import status_of

if TYPE_CHECKING:
    from moderation.readers.json.shape import Record


def _is_true(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "1")


def _twikoo(record: Record) -> str:
    """`isSpam` is set by the filter or by hand; a comment without it is shown."""
    return "spam" if _is_true(record.get("isSpam")) else "approved"


def _artalk(record: Record) -> str:
    if _is_true(record.get("is_pending")):
        return "pending"
    if "is_pending" not in record and "is_collapsed" not in record:
        return "unknown"
    return "hidden" if _is_true(record.get("is_collapsed")) else "approved"


def _duoshuo_parent(record: Record) -> Any:
    parents = record.get("parents")
    if isinstance(parents, list) and parents:
        return parents[-1]
    return record.get("parent_key") or record.get("parent_id")


def _ghost(record: Record) -> str:
    word = str(record.get("status") or "")
    return "approved" if word == "published" else status_of(word or None)


def _substack(record: Record) -> str:
    if record.get("deleted") is True:
        return "deleted"
    if record.get("moderator_removed"):
        return "removed"
    return status_of(record.get("status"))


def _last_ancestor(record: Record) -> str | None:
    """The last step of `12.34`, the path down to a comment."""
    return str(record.get("ancestor_path") or "").rpartition(".")[2] or None


BLOGS = (
    JsonFormat(
        "twikoo",
        "Twikoo: export of its panel, or an answer of its API",
        keys=("_id|ruser|mailMd5", "nick", "comment"),
        signs=("url|href|ruser", "mailMd5|isSpam|master|mail|updated"),
        text="<comment",
        id="_id|id",
        parent="pid",
        thread="url",
        thread_url="href",
        author="nick",
        time="created",
        status=_twikoo,
        mixed=True,
        settle=settle.to_thread,
    ),
    JsonFormat(
        "waline",
        "Waline: export; Valine: LeanCloud's class Comment",
        keys=("objectId|id", "comment", "nick", "url"),
        signs=("insertedAt", "mail|link|status|ip|updatedAt"),
        outer=("type=waline", "data"),
        text="<comment",
        id="objectId|id",
        parent="pid|rid",
        thread="url",
        author="nick",
        time="insertedAt.iso|insertedAt|createdAt",
        status="status",
        mixed=True,
        shut=frozenset(["Users", "Counter"]),
        settle=settle.to_thread,
    ),
    JsonFormat(
        "artalk",
        "Artalk: artrans",
        keys=("content", "nick", "page_key"),
        signs=("rid|is_pending|is_collapsed|page_title",),
        text="<content",
        parent="rid",
        thread="page_key",
        thread_url="page_url",
        title="page_title",
        author="nick",
        time="created_at|date",
        status=_artalk,
        mixed=True,
    ),
    JsonFormat(
        "duoshuo",
        "Duoshuo: backup",
        keys=("post_key|post_id", "message", "thread_key|thread_id"),
        text="<message",
        id="post_key|post_id",
        parent=_duoshuo_parent,
        thread="thread_key|thread_id",
        author="author_name",
        time="created_at",
        status="status",
        post=("thread_key|thread_id", "title|url"),
        post_id="thread_key|thread_id",
        mixed=True,
    ),
    JsonFormat(
        "ghost",
        "Ghost: comments of an export, or of its API",
        keys=("html", "member_id|member", "status"),
        signs=("post_id|post|liked|in_reply_to_snippet", "parent_id|in_reply_to_id|replies|count"),
        text="<html",
        parent="in_reply_to_id|parent_id",
        thread="post_id|post.id",
        author="member.name|member_id",
        people=("db.0.data.members", "id", "name"),
        time="created_at",
        status=_ghost,
        shut=frozenset(["member", "post", "count"]),
        settle=settle.to_thread,
    ),
    JsonFormat(
        "substack",
        "Substack: comments of a post, with their replies",
        keys=("id", "body", "ancestor_path"),
        text="body",
        parent=_last_ancestor,
        thread="post_id|publication_id",
        author="name|handle",
        time="date",
        status=_substack,
        shut=frozenset(["user", "metadata", "reactions", "body_json"]),
    ),
    JsonFormat(
        "stackexchange-api",
        "Stack Exchange: comments or answers of the API",
        keys=("comment_id|answer_id", "creation_date", "owner|body"),
        signs=("post_id|question_id", "content_license|score|edited|is_accepted"),
        text="body_markdown|<body",
        id="comment_id|answer_id",
        thread="question_id|post_id",
        author="owner.display_name",
        time="creation_date",
        url="link",
        post=("question_id", "title", "is_answered|answer_count"),
        post_id="question_id",
        post_text="body_markdown|<body",
        post_url="link",
        shut=frozenset(["owner", "reply_to_user", "tags"]),
        settle=settle.to_thread,
    ),
)
