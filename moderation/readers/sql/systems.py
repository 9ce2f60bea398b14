"""The tables of forums and comment systems: where their posts have their fields."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.markup import plain, tidy

if TYPE_CHECKING:
    from collections.abc import Callable

_MARKS = re.compile(r"<([se])>[^<]*</\1>")  # what phpBB keeps of its codes beside their tags
_CODE = re.compile(
    r"\[/?(?:b|i|u|s|url|img|quote|code|list|\*|size|color|colour|font|email|center|left|right|"
    r"align|indent|spoiler|youtube|video|attach|attachment|media|user|highlight|php|html|strike)"
    r"(?:[=:][^\[\]]*)?(?::\w+)?\]",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\[/quote(?::\w+)?\]|</QUOTE>", re.IGNORECASE)
_SMILEY = re.compile(r"<!-- s(\S+) --><img[^<>]*><!-- s\S+ -->")


def codes(text: str) -> str:
    """A post with forum codes in square brackets as plain text."""
    return tidy(_CODE.sub("", _QUOTED.sub("\n", unescape(text))))


def phpbb(text: str) -> str:
    """A post of phpBB: codes with a mark of their own, or XML since 3.2."""
    if text.startswith(("<r>", "<t>")):
        inner = _QUOTED.sub("<br>", _MARKS.sub("", text[3:].removesuffix(f"</{text[1:3]}")))
        return plain(inner.replace("\n", "<br>"))
    return codes(plain(_SMILEY.sub(r"\1", text), newlines=True))


class Threads(NamedTuple):
    """The table of threads: its name's end, and columns."""

    table: str
    id: str
    title: str
    first: str = ""  # names the post that opens it


class System(NamedTuple):
    """Where the posts of a system stand. A table is told by its columns, whatever its prefix."""

    name: str
    columns: frozenset[str]  # that the table of posts has
    id: str
    thread: str
    text: str
    author: str
    time: str
    parent: str = ""
    status: str = ""
    statuses: dict[str, str] = {}  # noqa: RUF012 - never changed
    plain: Callable[[str], str] = codes
    threads: Threads | None = None
    users: tuple[str, str, str] | None = None  # end of the table's name, its id, the name
    user: str = ""  # column of posts that refers to it
    paths: bool = False  # the ids are paths, 1-2 answers 1
    verdicts: dict[str, str] = {}  # noqa: RUF012 - never changed; a status -> the column that tells
    bodies: tuple[str, str, str] | None = None  # texts elsewhere: the table's end, its id, the text
    spoken: tuple[str, str] | None = None  # a column, and its value for what people wrote


SYSTEMS = (
    System(
        "phpBB",
        frozenset(["post_id", "topic_id", "poster_id", "post_text", "post_time"]),
        *("post_id", "topic_id", "post_text", "post_username", "post_time"),
        status="post_visibility|post_approved",
        statuses={"0": "pending", "1": "approved", "2": "deleted", "3": "pending"},
        plain=phpbb,
        threads=Threads("topics", "topic_id", "topic_title", "topic_first_post_id"),
        users=("users", "user_id", "username"),
        user="poster_id",
    ),
    System(
        "vBulletin",
        frozenset(["postid", "threadid", "pagetext", "dateline"]),
        *("postid", "threadid", "pagetext", "username", "dateline"),
        parent="parentid",
        status="visible",
        statuses={"0": "pending", "1": "approved", "2": "removed"},
        threads=Threads("thread", "threadid", "title", "firstpostid"),
    ),
    System(
        "MyBB",
        frozenset(["pid", "tid", "replyto", "message", "dateline"]),
        *("pid", "tid", "message", "username", "dateline"),
        parent="replyto",
        status="visible",
        statuses={"0": "pending", "1": "approved", "-1": "removed", "-2": "pending"},
        threads=Threads("threads", "tid", "subject", "firstpost"),
    ),
    System(
        "SMF",
        frozenset(["id_msg", "id_topic", "poster_time", "body"]),
        *("id_msg", "id_topic", "body", "poster_name", "poster_time"),
        status="approved",
        statuses={"0": "pending", "1": "approved"},
        plain=phpbb,
        threads=Threads("topics", "id_topic", "subject", "id_first_msg"),
    ),
    System(
        "XenForo",
        frozenset(["post_id", "thread_id", "post_date", "message", "message_state"]),
        *("post_id", "thread_id", "message", "username", "post_date"),
        status="message_state",
        statuses={"visible": "approved", "moderated": "pending", "deleted": "removed"},
        threads=Threads("thread", "thread_id", "title", "first_post_id"),
    ),
    System(
        "FluxBB",
        frozenset(["id", "poster", "poster_id", "message", "posted", "topic_id"]),
        *("id", "topic_id", "message", "poster", "posted"),
        threads=Threads("topics", "id", "subject", "first_post_id"),
    ),
    System(
        "HashOver",
        frozenset(["thread", "comment", "body", "date", "name"]),
        *("comment", "thread", "body", "name", "date"),
        status="status",
        plain=plain,
        paths=True,
    ),
    System(
        "Waline",
        frozenset(["comment", "insertedat", "nick", "pid", "rid", "url"]),
        *("id", "url", "comment", "nick", "insertedat"),
        parent="pid",
        status="status",
        plain=plain,
    ),
    System(
        "Typecho",
        frozenset(["coid", "cid", "author", "text", "parent"]),
        *("coid", "cid", "text", "author", "created"),
        parent="parent",
        status="status",
        plain=plain,
        threads=Threads("contents", "cid", "title"),
    ),
    System(
        "Dotclear",
        frozenset(["comment_id", "post_id", "comment_dt", "comment_author", "comment_status"]),
        *("comment_id", "post_id", "comment_content", "comment_author", "comment_dt"),
        status="comment_status",
        statuses={"1": "approved", "0": "hidden", "-1": "pending", "-2": "spam"},
        plain=plain,
        threads=Threads("post", "post_id", "post_title"),
    ),
    System(
        "JComments",
        frozenset(["id", "parent", "object_id", "object_group", "comment", "published"]),
        *("id", "object_id", "comment", "name", "date"),
        parent="parent",
        verdicts={"deleted": "deleted", "approved": "published"},
    ),
    System(
        "Drupal 6",
        frozenset(["cid", "pid", "nid", "comment", "timestamp", "status"]),
        *("cid", "nid", "comment", "name", "timestamp"),
        parent="pid",
        status="status",
        statuses={"0": "approved", "1": "pending"},
        plain=plain,
        threads=Threads("node", "nid", "title"),
    ),
    System(
        "Drupal 7",
        frozenset(["cid", "pid", "nid", "subject", "created", "status", "thread"]),
        *("cid", "nid", "comment_body_value", "name", "created"),
        parent="pid",
        status="status",
        statuses={"1": "approved", "0": "pending"},
        plain=plain,
        threads=Threads("node", "nid", "title"),
        bodies=("body", "entity_id", "comment_body_value"),
    ),
    System(
        "Drupal",
        frozenset(["cid", "pid", "entity_id", "subject", "created", "status", "thread"]),
        *("cid", "entity_id", "comment_body_value", "name", "created"),
        parent="pid",
        status="status",
        statuses={"1": "approved", "0": "pending"},
        plain=plain,
        threads=Threads("data", "nid", "title"),
        bodies=("body", "entity_id", "comment_body_value"),
    ),
    System(
        "Flarum",
        frozenset(["id", "discussion_id", "number", "user_id", "type", "content"]),
        *("id", "discussion_id", "content", "user_id", "created_at"),
        verdicts={"hidden": "hidden_at", "approved": "is_approved"},
        plain=phpbb,
        threads=Threads("discussions", "id", "title", "first_post_id"),
        users=("users", "id", "username"),
        user="user_id",
        spoken=("type", "comment"),
    ),
)


def system_of(columns: list[str]) -> System | None:
    """The system that has a table of posts with these columns."""
    names = set(columns)
    return next((one for one in SYSTEMS if one.columns <= names), None)
