"""Disqus, API 3.0. Its answers may be errors with HTTP status 200: `code` says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moderation.apply.http import Client, check_site
from moderation.apply.secret import secret
from moderation.apply.target import (
    APPROVED,
    GONE,
    PENDING,
    REMOVED,
    SPAM,
    Change,
    Driver,
    Platform,
    Settings,
    Target,
)

if TYPE_CHECKING:
    from moderation.apply.http import Answer

_SECRETS = ("DISQUS_API_SECRET", "DISQUS_ACCESS_TOKEN")
_NOT_FOUND = 8  # "Unable to find post", by Disqus's list of codes (2, invalid argument, beside it)


class Disqus(Driver):
    """See target.Driver."""

    def __init__(self, client: Client, credentials: dict[str, str]) -> None:
        self._client, self._credentials = client, credentials

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        query = {"post": target.id, **self._credentials}
        answer = self._client.get("/api/3.0/posts/details.json", query)
        if answer.fields.get("code") == _NOT_FOUND:
            return GONE
        post = self._response(answer, target)
        if not isinstance(post, dict) or str(post.get("id")) != target.id:
            raise self._client.refusal(answer, f"comment {target.id}")
        if post.get("isDeleted"):
            return REMOVED
        if post.get("isSpam"):
            return SPAM
        return APPROVED if post.get("isApproved") else PENDING

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        word = {APPROVED: "approve", SPAM: "spam", REMOVED: "remove"}.get(str(change.after))
        if change.undo and change.before == REMOVED:
            word = "restore"
        if word is None:
            raise self._client.refusal(_unasked(), f"comment {target.id} back to {change.after}")
        form = {"post": target.id, **self._credentials}
        self._response(self._client.post_form(f"/api/3.0/posts/{word}.json", form), target)
        return None

    def _response(self, answer: Answer, target: Target) -> Any:
        if not answer.good or answer.fields.get("code") != 0:
            raise self._client.refusal(answer, f"comment {target.id}")
        return answer.fields.get("response")


def _unasked() -> Answer:
    from moderation.apply.http import Answer

    return Answer(0, {"message": "Disqus has no such action"}, "")


def _open(settings: Settings) -> Disqus:
    key, token = map(secret, _SECRETS)
    credentials = {"api_secret": key, "access_token": token}
    return Disqus(Client(str(settings.site), {}, (key, token)), credentials)


DISQUS = Platform(
    about="Disqus",
    id=re.compile(r"[1-9][0-9]{0,18}"),
    actions={"approve": APPROVED, "spam": SPAM, "remove": REMOVED},
    statuses={"approved": APPROVED, "pending": PENDING, "spam": SPAM, "removed": REMOVED},
    open=_open,
    secrets=_SECRETS,
    home="https://disqus.com",
    returns=frozenset({APPROVED, SPAM, REMOVED}),
    check=check_site,
)
