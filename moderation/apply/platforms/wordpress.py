"""What both ways to WordPress share: the ids, the states, and which verb leads where."""

from __future__ import annotations

import re

from moderation.apply.target import APPROVED, GONE, PENDING, REMOVED, SPAM, Change

ID = re.compile(r"[1-9][0-9]{0,18}")
ACTIONS = {"approve": APPROVED, "hold": PENDING, "spam": SPAM, "remove": REMOVED}
STATUSES = {"approved": APPROVED, "pending": PENDING, "spam": SPAM, "removed": REMOVED}


def verb(change: Change) -> str:
    """What is asked for: `approve`, `hold`, `spam`, `trash`, `unspam` or `untrash`.

    A comment leaves spam and the trash by the verbs with which WordPress takes back its own note
    of where the comment came from: it is then what it was, and not merely approved again.
    """
    if change.undo and change.before == SPAM:
        return "unspam"
    if change.undo and change.before == REMOVED:
        return "untrash"
    return {APPROVED: "approve", PENDING: "hold", SPAM: "spam", REMOVED: "trash"}[str(change.after)]


def state_of(status: str) -> str | None:
    """The state for WordPress's word; None for one that is not its own."""
    known = {"1": APPROVED, "approve": APPROVED, "approved": APPROVED, "0": PENDING}
    known |= {"hold": PENDING, "spam": SPAM, "trash": REMOVED, "post-trashed": GONE}
    return known.get(status)
