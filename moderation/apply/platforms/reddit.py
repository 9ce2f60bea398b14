"""Reddit with a moderator's refresh token: remove, remove as spam, approve.

Reddit tells an approved comment from one that nobody looked at; a run does not, so that undoing a
removal leaves the comment visible, with the moderator's approval on it.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from moderation.apply.http import Client, access_token, checked_site
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

_SECRETS = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_REFRESH_TOKEN")


class Reddit(Driver):
    """See target.Driver."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        name = _full_name(target.id)
        answer = self._client.get("/api/info", {"id": name, "raw_json": "1"})
        listing = answer.fields.get("data")
        children = listing.get("children") if isinstance(listing, dict) else None
        if not answer.good or not isinstance(children, list):
            raise self._client.refusal(answer, f"comment {target.id}")
        comment = next(
            (thing for thing in map(_thing, children) if thing.get("name") == name), None
        )
        if comment is None or comment.get("author") == "[deleted]":
            return GONE
        if "spam" not in comment and "banned_by" not in comment:
            raise self._client.refusal(answer, f"comment {target.id}: not shown to a moderator")
        if comment.get("spam"):
            return SPAM
        return REMOVED if comment.get("removed") or comment.get("banned_by") else APPROVED

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        form = {"id": _full_name(target.id)}
        if change.after in (SPAM, REMOVED):
            form["spam"] = "true" if change.after == SPAM else "false"
        answer = self._client.post_form(
            "/api/approve" if change.after == APPROVED else "/api/remove", form
        )
        if not answer.good:
            raise self._client.refusal(answer, f"comment {target.id}")
        return None


def _thing(child: Any) -> dict[str, Any]:
    content = child.get("data") if isinstance(child, dict) else None
    return content if isinstance(content, dict) else {}


def _full_name(name: str) -> str:
    return f"t1_{name.removeprefix('t1_')}"


def _open(settings: Settings) -> Reddit:
    user, password, refresh = map(secret, _SECRETS)
    word = base64.b64encode(f"{user}:{password}".encode()).decode()
    hidden = (password, refresh, word)
    gate = settings.options["token-site"]
    form = {"grant_type": "refresh_token", "refresh_token": refresh}
    door = Client(gate, {"Authorization": f"Basic {word}"}, hidden)
    token = access_token(door, "/api/v1/access_token", form)
    headers = {"Authorization": f"bearer {token}"}
    return Reddit(Client(str(settings.site), headers, (*hidden, token)))


def _check(settings: Settings) -> None:
    checked_site(settings.site or "")
    checked_site(settings.options["token-site"])


REDDIT = Platform(
    about="Reddit",
    id=re.compile(r"(?:t1_)?[0-9a-z]{1,13}"),
    actions={"approve": APPROVED, "spam": SPAM, "remove": REMOVED},
    statuses={"approved": APPROVED, "spam": SPAM, "removed": REMOVED},
    open=_open,
    secrets=_SECRETS,
    options={"token-site": "https://www.reddit.com"},
    home="https://oauth.reddit.com",
    returns=frozenset({APPROVED, SPAM, REMOVED}),
    check=_check,
)
