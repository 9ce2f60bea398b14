"""GitHub: comments of issues and discussions are minimised, and shown again.

Ids are node ids, sent as variables and never as part of a query. What somebody minimised for
another reason (outdated, resolved) cannot be told apart again after an undo.
"""

from __future__ import annotations

import re

from moderation.apply.http import Answer, Client, check_site
from moderation.apply.secret import secret
from moderation.apply.target import (
    APPROVED,
    GONE,
    REMOVED,
    SPAM,
    Change,
    Driver,
    Platform,
    Settings,
    Target,
)

_PATH = "/graphql"
_SECRETS = ("GITHUB_TOKEN",)
_READ = "query($id: ID!) {node(id: $id) {id ... on Minimizable {isMinimized minimizedReason}}}"
_HIDE = (
    "mutation($id: ID!, $why: ReportedContentClassifiers!) "
    "{minimizeComment(input: {subjectId: $id, classifier: $why}) {minimizedComment {isMinimized}}}"
)
_SHOW = (
    "mutation($id: ID!) "
    "{unminimizeComment(input: {subjectId: $id}) {unminimizedComment {isMinimized}}}"
)
_STATES = {"spam": SPAM, "abuse": REMOVED}


class GitHub(Driver):
    """See target.Driver."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        answer = self._client.ask_graph(_PATH, _READ, {"id": target.id})
        if _types(answer) == {"NOT_FOUND"}:
            return GONE
        node = self._client.graph_data(answer, f"comment {target.id}").get("node")
        if not isinstance(node, dict) or not isinstance(node.get("isMinimized"), bool):
            raise self._client.refusal(answer, f"{target.id} is nothing that can be minimised")
        if not node["isMinimized"]:
            return APPROVED
        reason = str(node.get("minimizedReason")).lower()
        return _STATES.get(reason, f"minimised as {reason[:20]}")

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        if change.after == APPROVED:
            answer = self._client.ask_graph(_PATH, _SHOW, {"id": target.id})
        else:
            why = "SPAM" if change.after == SPAM else "ABUSE"
            answer = self._client.ask_graph(_PATH, _HIDE, {"id": target.id, "why": why})
        self._client.graph_data(answer, f"comment {target.id}")
        return None


def _types(answer: Answer) -> set[str]:
    errors = answer.fields.get("errors")
    rows = errors if isinstance(errors, list) else []
    return {str(error.get("type")) for error in rows if isinstance(error, dict)}


def opened(settings: Settings) -> GitHub:
    """The driver, with the token of the environment."""
    (token,) = map(secret, _SECRETS)
    return GitHub(Client(str(settings.site), {"Authorization": f"bearer {token}"}, (token,)))


GITHUB = Platform(
    about="comments on GitHub",
    id=re.compile(r"(?=[^A-Za-z]{0,20}[A-Za-z])[A-Za-z0-9_=+/-]{2,120}"),
    actions={"approve": APPROVED, "spam": SPAM, "remove": REMOVED},
    statuses={"approved": APPROVED, "spam": SPAM},
    open=opened,
    secrets=_SECRETS,
    home="https://api.github.com",
    returns=frozenset({APPROVED, SPAM, REMOVED}),
    check=check_site,
)
