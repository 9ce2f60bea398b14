"""Video sites: answers of their APIs, and what scrapers make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.readers.json import settle
from moderation.readers.json.shape import JsonFormat
from moderation.readers.values import no_parent

if TYPE_CHECKING:
    from moderation.readers.json.shape import Record


def _bilibili_status(record: Record) -> str:
    if record.get("invisible") is True or record.get("state") not in (0, None):
        return "hidden"
    return "approved" if record.get("state") == 0 else "unknown"


def _tiktok_parent(record: Record) -> Any:
    for name in ("reply_to_reply_id", "repliesToId", "reply_id"):
        if not no_parent(record.get(name)):
            return record[name]
    return None


def _tiktok_status(record: Record) -> str:
    state = record.get("status")
    return "unknown" if not isinstance(state, int) else "approved" if state == 1 else "hidden"


_PART_NAMES = "content member members emote folder up_action reply_control label card_label"
_PARTS = frozenset(_PART_NAMES.split())  # of a comment of Bilibili

VIDEO = (
    JsonFormat(
        "bilibili",
        "Bilibili: replies of its API",
        keys=("rpid", "content.message"),
        text="content.message",
        id="rpid",
        parent="parent",
        thread="oid",
        author="member.uname",
        time="ctime",
        url="root",
        status=_bilibili_status,
        settle=settle.under_root,
        shut=_PARTS,
    ),
    JsonFormat(
        "tiktok",
        "TikTok and Douyin: comments of the web API, or as scrapers give them",
        keys=("cid", "text", "aweme_id|videoWebUrl|create_time"),
        signs=("reply_id|digg_count|diggCount|reply_comment_total|repliesToId",),
        text="text",
        id="cid",
        parent=_tiktok_parent,
        thread="aweme_id|videoWebUrl|submittedVideoUrl",
        author="user.nickname|user.unique_id|uniqueId|nickname",
        time="create_time|createTime|createTimeISO",
        status=_tiktok_status,
        shut=frozenset(["user", "text_extra", "share_info", "image_list", "reply_to_userid"]),
        settle=settle.to_thread,
    ),
    JsonFormat(
        "kuaishou",
        "Kuaishou: comments of its web API",
        keys=("commentId", "content", "authorName|authorId"),
        signs=("subComments|subCommentCount|replyTo|likedCount|realLikedCount",),
        text="content",
        id="commentId",
        thread="photoId",
        author="authorName",
        time="timestamp",
    ),
    JsonFormat(
        "tiktok-research",
        "TikTok: comments of the Research API",
        keys=("id", "video_id", "parent_comment_id", "text"),
        text="text",
        parent="parent_comment_id",
        thread="video_id",
        time="create_time",
        settle=settle.to_thread,
    ),
)
