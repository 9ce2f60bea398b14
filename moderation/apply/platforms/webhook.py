"""A webhook: one signed POST for each step, to a receiver that you write.

It cannot be asked for a state. Each delivery has a name that is the same when it is sent again
after a kill, for the receiver to drop it; a receiver that answers `{"state": …}` is held to it.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import orjson

from moderation.apply.http import Client, check_site
from moderation.apply.secret import secret
from moderation.apply.target import (
    APPROVED,
    PENDING,
    REMOVED,
    SPAM,
    STATES,
    Change,
    Driver,
    Platform,
    Settings,
    Target,
)

ANY_ID = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,200}")
_SECRETS = ("MODERATION_WEBHOOK_SECRET",)


class Webhook(Driver):
    """See target.Driver."""

    def __init__(self, client: Client, key: str) -> None:
        self._client, self._key = client, key.encode()

    def read(self, target: Target) -> str | None:
        """See target.Driver: nobody can be asked."""
        return None

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        delivery = f"{target.delivery}-undo" if change.undo else target.delivery
        value = {"delivery": delivery, "thread_id": target.thread, "id": target.id}
        body = orjson.dumps(
            value | {"from": change.before, "to": change.after, "undo": change.undo}
        )
        signature = hmac.new(self._key, body, hashlib.sha256).hexdigest()
        signed = {"X-Moderation-Signature": f"sha256={signature}"}
        signed["X-Moderation-Delivery"] = delivery
        answer = self._client.send_json("POST", "", body, headers=signed)
        if not answer.good:
            raise self._client.refusal(answer, f"comment {target.id}")
        state = answer.fields.get("state")
        return state if isinstance(state, str) and state in STATES else None


def _open(settings: Settings) -> Webhook:
    (key,) = map(secret, _SECRETS)
    return Webhook(Client(str(settings.site), {}, (key,)), key)


WEBHOOK = Platform(
    about="a signed POST to an address of yours",
    id=ANY_ID,
    actions={"approve": APPROVED, "hold": PENDING, "spam": SPAM, "remove": REMOVED},
    statuses={"approved": APPROVED, "pending": PENDING, "spam": SPAM, "removed": REMOVED},
    open=_open,
    secrets=_SECRETS,
    per_thread=True,
    check=check_site,
)
