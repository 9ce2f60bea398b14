"""What sites decided about a comment, in our words, where one field alone does not tell."""

from __future__ import annotations

from typing import Any

from moderation.readers.values import status_of

Record = dict[str, Any]


def reddit(record: Record) -> str:
    """By Reddit's text, moderation fields, and what archives add."""
    body = str(record.get("body") or "").strip().lower()
    archived = record.get("_meta")
    archived = archived if isinstance(archived, dict) else {}
    removal = str(archived.get("removal_type") or record.get("removed_by_category") or "")
    return reddit_words(
        body,
        removal,
        spam=record.get("spam") is True,
        removed=bool(record.get("banned_by") or record.get("removal_reason"))
        or record.get("removed") is True,
        later=bool(archived.get("was_deleted_later"))
        or record.get("collapsed_reason_code") == "DELETED",
        approved=bool(record.get("approved_by")) or record.get("approved") is True,
    )


def reddit_words(
    body: str, removal: str, *, spam: bool, removed: bool, later: bool, approved: bool
) -> str:
    """The status from what is known of a Reddit comment; `removal` is a category in words."""
    if spam:
        return "spam"
    if removal in ("deleted", "author"):
        return "deleted"
    if removal or removed or body == "[removed]" or body.startswith("[ removed by reddit"):
        return "removed"
    if body == "[deleted]" or later:
        return "deleted"
    return "approved" if approved else "unknown"


def flagged(deleted: str, removed: str = "", hidden: str = "", approved: str = "") -> Any:
    """A status function from the names of boolean (or time) fields; `a|b` are alternatives."""

    def status(record: Record) -> str:
        for words, names in (("deleted", deleted), ("removed", removed), ("hidden", hidden)):
            if any(record.get(name) for name in names.split("|") if name):
                return words
        for name in approved.split("|"):
            if name and isinstance(record.get(name), bool):
                return "approved" if record[name] else "pending"
        return "unknown"

    return status


def zhihu(record: Record) -> str:
    """Zhihu's flags: `reviewing` waits for its censors, `collapsed` is folded away."""
    return (
        flagged("is_delete", "", "collapsed")(record) if not record.get("reviewing") else "pending"
    )


twitter = flagged("deleted_at", "", "withheld|withheld_copyright|withheld_in_countries")
"""X: what its author took back, and what the network shows in some countries only."""


def isso(record: Record) -> str:
    """Isso's `mode`: 1 shown, 2 waiting, 4 deleted but answered."""
    return {1: "approved", 2: "pending", 4: "deleted"}.get(record.get("mode") or 0, "unknown")


def remark42(record: Record) -> str:
    """remark42's `delete` flag; a blocked user's comments are removed."""
    user = record.get("user")
    if record.get("delete") or record.get("deleted"):
        return "deleted"
    return "removed" if isinstance(user, dict) and user.get("block") else "unknown"


def commento(record: Record) -> str:
    """Commento's and Comentario's flags; Commento's `flagged` is its spam filter's word."""
    if record.get("deleted") or record.get("isDeleted"):
        return "deleted"
    if "isApproved" in record:
        pending = "pending" if record.get("isPending", True) else "removed"
        return "approved" if record["isApproved"] else pending
    state = str(record.get("state") or "")
    return {"flagged": "spam", "unapproved": "pending"}.get(state, status_of(state or None))


def coral(record: Record) -> str:
    """Coral's status; a comment it took on trust (NONE) is shown."""
    if record.get("deletedAt"):
        return "deleted"
    return status_of(record.get("status")) if record.get("status") else "unknown"


def sponge(record: Record) -> str:
    """Coral's old import: a number, and the date of an approval."""
    return "approved" if record.get("date_approved") else "unknown"


def discourse(record: Record) -> str:
    """Discourse's flags, and the sentence that stands for a post its author took back."""
    cooked = str(record.get("cooked") or "")
    if record.get("user_deleted") or "(post deleted by author)" in cooked:
        return "deleted"
    if record.get("deleted_at"):
        return "removed"
    return "hidden" if record.get("hidden") else "unknown"


def github(record: Record) -> str:
    """GitHub's minimised comments, with the reason that was given."""
    if record.get("deletedAt"):
        return "deleted"
    if record.get("isMinimized") or record.get("minimized"):
        reason = str(record.get("minimizedReason") or "").lower()
        return "spam" if reason == "spam" else "hidden"
    return "unknown"


def hackernews(record: Record) -> str:
    """Hacker News: `deleted` by its author, `dead` by flags or moderators."""
    if record.get("deleted"):
        return "deleted"
    if record.get("dead"):
        return "removed"
    if "children" in record and record.get("text") is None and record.get("author") is None:
        return "deleted"
    return "unknown"


def lemmy(record: Record) -> str:
    """Lemmy: `removed` by a moderator, `deleted` by its author."""
    comment = record.get("comment")
    return flagged("deleted", "removed")(comment if isinstance(comment, dict) else record)


def activitypub(record: Record) -> str:
    """A tombstone, or an activity that deletes; with a summary a moderator gave the reason."""
    if record.get("type") == "Tombstone":
        return "deleted"
    if record.get("type") in ("Delete", "Remove"):
        return "removed" if record.get("summary") or record["type"] == "Remove" else "deleted"
    return "unknown"


def youtube(record: Record) -> str:
    """YouTube's moderation status, which only the channel's owner is shown."""
    snippet = record.get("snippet")
    state = snippet.get("moderationStatus") if isinstance(snippet, dict) else None
    return status_of(state)


def devto(record: Record) -> str:
    """dev.to's words in place of a comment."""
    body = str(record.get("body_html") or "")
    if "[hidden by post author]" in body:
        return "hidden"
    return "deleted" if "[deleted]" in body else "unknown"


def disqus(record: Record) -> str:
    """Disqus' flags."""
    if record.get("isSpam"):
        return "spam"
    if record.get("isDeleted"):
        return "deleted"
    if record.get("isApproved") is not None:
        return "approved" if record["isApproved"] else "pending"
    return "unknown"
