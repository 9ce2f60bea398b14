"""The names that columns and keys go by in dumps, and which column of ours each is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

SYNONYMS: dict[str, str] = {
    "text": "text body content comment commenttext commentbody message messagetext cooked "
    "textoriginal commentcontent textdisplay bodytext contenttext bodyhtml contenthtml posttext "
    "replytext contents",
    "id": "id commentid uttid postnumber shortid commenthex dsqid idpost uuid idstr",
    "parent_id": "parentid parent parentcomment parentcommentid pid replyto replytoid inreplytoid "
    "inreplyto replytopostnumber commentparent parenthex parentitem idparentpost replytocommentid "
    "inreplytocommentid inreplytostatusid inreplytostatusidstr",
    "thread_id": "threadid linkid storyid postid commentpostid conversationid discussionid "
    "submissionid root rootid articleid idarticle assetid topicid videoid pageid url page",
    "author": "author authorname user username by speaker commenter attributedto userdisplayname "
    "commentauthor displayname nickname handle screenname bynickname from reviewer "
    "reviewername consumer customer poster name "
    "commentername sendername senderfullname creator member owner",
    "created_at": "createdat createdutc timestamp time datetime isodatetime commentdategmt dategmt "
    "commentdate date published publishedat createdate createddate creationdate postdate",
    "title": "title threadtitle articletitle posttitle storytitle videotitle headline",
    "article": "article articletext articlebody",
    "url": "commenturl permalink url link",
    "kind": "kind commenttype",
    "status": "status commentapproved moderationstatus approved state",
    "warnings": "warnings",
}


MAPPED = (*SYNONYMS, "depth", "replies")
"""What a user may name with `--map`: columns, a number for the depth, the list of replies."""


NAMES = ("name", "username", "login", "displayName", "display_name", "screen_name")
"""What the name is called where the author is an object."""


_HTML = frozenset(["cooked", "textdisplay", "bodyhtml", "contenthtml", "commentcontent"])


_NAME_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_VALUE_WORDS = (
    "id ids uuid guid hash at date time timestamp utc gmt ip email status state approved karma "
    "score votes likes dislikes count depth level rank kind type url uri permalink lang language "
    "locale"
)
_OF_VALUES = frozenset(_VALUE_WORDS.split())
"""What the name of a column of values ends with, as its last word."""
_NOISE = re.compile(r"[\s_\-.:]+")


def plainly(name: str) -> str:
    """A column's name for comparing: `Comment_ID`, `commentId` and `comment-id` are one."""
    return _NOISE.sub("", name).lower()


def roles(names: Iterable[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Our column -> the dump's, by the user's mapping first and the usual synonyms then.

    No column serves twice, but for `url`, which may also name the thread.

    >>> roles(["commentID", "body", "parent"], {})
    {'text': 'body', 'id': 'commentID', 'parent_id': 'parent'}
    """
    known = _by_word(list(names))
    chosen = dict(mapping)
    for role, words in SYNONYMS.items():
        taken = set(chosen.values())
        if role == "url" and "url" in known:
            taken.discard(known["url"])
        named = (known[word] for word in words.split() if word in known)
        column = next((name for name in named if name not in taken), None)
        if role not in chosen and column is not None:
            chosen[role] = column
    if "id" not in chosen and plainly(chosen.get("thread_id", "")) in ("postid", "url"):
        _second_thread(chosen, known)
    return chosen


def _by_word(names: list[str]) -> dict[str, str]:
    """The columns by what they are plainly called; `user.name` is `user` where nothing else is."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(plainly(name), name)
    for name in names:
        owner, _, last = name.rpartition(".")
        if owner and last in NAMES:
            known.setdefault(plainly(owner), name)
    return known


def _second_thread(chosen: dict[str, str], known: Mapping[str, str]) -> None:
    """`post_id` beside `topic_id` is the comment's own id."""
    for word in SYNONYMS["thread_id"].split():
        name = known.get(word)
        if name and name != chosen["thread_id"] and plainly(chosen["thread_id"]) == "postid":
            chosen["id"], chosen["thread_id"] = chosen["thread_id"], name
            return


@lru_cache(maxsize=4096)
def is_value(name: str) -> bool:
    """Whether a column of this name holds dates, numbers, ids, addresses or states, never a text.

    >>> [is_value(name) for name in ("commentDate", "user_ip", "authorID", "status", "post_text")]
    [True, True, True, True, False]
    """
    words = _NAME_WORD.findall(name)
    return bool(words) and words[-1].lower() in _OF_VALUES


def is_html(name: str) -> bool:
    """Whether a text column of this name holds HTML."""
    return plainly(name) in _HTML
