"""Coral over GraphQL: comments are rejected and approved, by the revision that was read.

A decision is about one revision: Coral refuses it when the comment was edited between the reading
and the writing. What waited for a moderator cannot be sent back to waiting.
"""

from __future__ import annotations

import re

from moderation.apply.http import Client, check_site
from moderation.apply.secret import secret
from moderation.apply.target import (
    APPROVED,
    GONE,
    PENDING,
    REMOVED,
    Change,
    Driver,
    Platform,
    Settings,
    Target,
)

_PATH = "/api/graphql"
_SECRETS = ("CORAL_TOKEN",)
_READ = "query($id: ID!) {comment(id: $id) {id status revision {id}}}"
_WRITE = (
    "mutation($input: {kind}CommentInput!) "
    "{{verb}Comment(input: $input) {comment {id status} clientMutationId}}"
)
_STATES = {
    "NONE": APPROVED,
    "APPROVED": APPROVED,
    "REJECTED": REMOVED,
    "PREMOD": PENDING,
    "SYSTEM_WITHHELD": PENDING,
}


class Coral(Driver):
    """See target.Driver."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._revisions: dict[Target, str] = {}

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        answer = self._client.ask_graph(_PATH, _READ, {"id": target.id})
        data = self._client.graph_data(answer, f"comment {target.id}")
        comment = data.get("comment")
        if "comment" in data and comment is None:
            return GONE
        revision = comment.get("revision") if isinstance(comment, dict) else None
        if not isinstance(comment, dict) or not isinstance(revision, dict):
            raise self._client.refusal(answer, f"comment {target.id}: has no revision")
        self._revisions[target] = str(revision.get("id"))
        status = str(comment.get("status"))
        return _STATES.get(status, status[:20])

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        verb = "approve" if change.after == APPROVED else "reject"
        query = _WRITE.replace("{kind}", verb.title()).replace("{verb}", verb)
        revision = self._revisions[target]  # the run reads before it writes
        given = {"commentID": target.id, "commentRevisionID": revision}
        given["clientMutationId"] = target.delivery
        answer = self._client.ask_graph(_PATH, query, {"input": given})
        self._client.graph_data(answer, f"comment {target.id}")
        return None


def _open(settings: Settings) -> Coral:
    (token,) = map(secret, _SECRETS)
    return Coral(Client(str(settings.site), {"Authorization": f"Bearer {token}"}, (token,)))


CORAL = Platform(
    about="Coral",
    id=re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,62}[0-9A-Za-z])?"),
    actions={"approve": APPROVED, "spam": REMOVED, "remove": REMOVED},
    statuses={"approved": APPROVED, "pending": PENDING, "removed": REMOVED},
    open=_open,
    secrets=_SECRETS,
    returns=frozenset({APPROVED, REMOVED}),
    check=check_site,
)
