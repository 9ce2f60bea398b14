"""WordPress over its REST interface, with an application password of a moderator.

Setting a status that a comment has already ends in an error, so the run reads first and sends only
what changes something. `?rest_route=` works on every site, with pretty links or without.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from moderation.apply.http import Client, checked_site
from moderation.apply.platforms.wordpress import ACTIONS, ID, STATUSES, state_of, verb
from moderation.apply.secret import secret
from moderation.apply.target import GONE, Change, Platform, Settings, Target
from moderation.errors import ApplyError

if TYPE_CHECKING:
    from moderation.apply.http import Answer

_SECRETS = ("WORDPRESS_USER", "WORDPRESS_APPLICATION_PASSWORD")
_GONE = ("rest_comment_invalid_id", "rest_already_trashed")


class WordPressRest:
    """See target.Driver."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        query = {"rest_route": f"/wp/v2/comments/{target.id}", "context": "edit"}
        answer = self._client.get("/", query)
        if answer.status == 404 and answer.fields.get("code") in _GONE:
            return GONE
        return self._state(answer, target)

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        path = {"rest_route": f"/wp/v2/comments/{target.id}"}
        answer = self._client.send_json("POST", "/", {"status": verb(change)}, path)
        return self._state(answer, target)

    def _state(self, answer: Answer, target: Target) -> str:
        status, name = answer.fields.get("status"), answer.fields.get("id")
        state = state_of(status) if isinstance(status, str) else None
        if not answer.good or state is None or str(name) != target.id:
            raise self._client.refusal(answer, f"comment {target.id}")
        return state


def _open(settings: Settings) -> WordPressRest:
    user, password = map(secret, _SECRETS)
    if ":" in user:
        raise ApplyError("WORDPRESS_USER has a colon, which no user's name has")
    word = base64.b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {word}"}
    return WordPressRest(Client(str(settings.site), headers, (password, word)))


def _check(settings: Settings) -> None:
    checked_site(settings.site or "")


WORDPRESS_REST = Platform(
    about="WordPress over REST",
    id=ID,
    actions=ACTIONS,
    statuses=STATUSES,
    open=_open,
    secrets=_SECRETS,
    check=_check,
)
