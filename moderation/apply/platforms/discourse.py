"""Discourse with an API key: posts are deleted, which staff can see and take back, or recovered.

A dump names a post by its number in its topic. The first post is the topic itself, and is left
alone. A deletion that answered 200 and deleted nothing has been seen there: the run reads after.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.apply.http import Client, check_site
from moderation.apply.secret import secret
from moderation.apply.target import (
    APPROVED,
    GONE,
    REMOVED,
    Change,
    Driver,
    Platform,
    Settings,
    Target,
)

if TYPE_CHECKING:
    from moderation.apply.http import Answer

_SECRETS = ("DISCOURSE_API_KEY", "DISCOURSE_API_USERNAME")
_NUMBER = re.compile(r"[1-9][0-9]{0,11}")


class Discourse(Driver):
    """See target.Driver."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._posts: dict[Target, int] = {}  # the site-wide ids, by topic and number

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        answer = self._client.get(f"/posts/by_number/{target.thread}/{target.id}.json")
        if answer.status == 404:
            return GONE
        post = answer.fields
        number = post.get("id")
        theirs = (str(post.get("topic_id")), str(post.get("post_number")))
        if not answer.good or not isinstance(number, int) or theirs != target[:2]:
            raise self._client.refusal(answer, f"post {target.id} of topic {target.thread}")
        self._posts[target] = number
        if post.get("user_deleted"):
            return GONE
        return REMOVED if post.get("deleted_at") else APPROVED

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        number = self._posts[target]  # the run reads before it writes
        if change.after == REMOVED:
            answer = self._client.send_json("DELETE", f"/posts/{number}.json", None)
        else:
            answer = self._client.send_json("PUT", f"/posts/{number}/recover.json", {})
        self._checked(answer, target)
        return None

    def _checked(self, answer: Answer, target: Target) -> None:
        if not answer.good:
            raise self._client.refusal(answer, f"post {target.id} of topic {target.thread}")


def _open(settings: Settings) -> Discourse:
    key, user = map(secret, _SECRETS)
    headers = {"Api-Key": key, "Api-Username": user}
    return Discourse(Client(str(settings.site), headers, (key,)))


DISCOURSE = Platform(
    about="Discourse",
    id=re.compile(r"(?!1$)[1-9][0-9]{0,8}"),
    thread=_NUMBER,
    actions={"approve": APPROVED, "spam": REMOVED, "remove": REMOVED},
    statuses={"approved": APPROVED, "removed": REMOVED},
    open=_open,
    secrets=_SECRETS,
    per_thread=True,
    returns=frozenset({APPROVED, REMOVED}),
    check=check_site,
)
