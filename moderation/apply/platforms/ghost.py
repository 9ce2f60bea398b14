"""Ghost over its Admin API: comments are hidden, which staff can see and take back, or published.

A key of an integration signs a token of a few minutes for each request. Comments that their author
deleted are left alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time

import orjson

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
from moderation.errors import ApplyError

_SECRETS = ("GHOST_ADMIN_API_KEY",)
_KEY = re.compile(r"([0-9a-f]{24}):((?:[0-9a-f]{2}){16,64})")
_LIFE = 240  # seconds; Ghost takes no token of over five minutes
_STATES = {"published": APPROVED, "hidden": REMOVED, "deleted": GONE}
_WORDS = {APPROVED: "published", REMOVED: "hidden"}


class Ghost(Driver):
    """See target.Driver."""

    def __init__(self, client: Client, name: str, key: bytes) -> None:
        self._client, self._name, self._key = client, name, key

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        answer = self._client.send_json("GET", _path(target), None, headers=self._signed())
        if answer.status == 404 and "endpoint" not in answer.text:
            return GONE  # an old Ghost says that it knows no such endpoint
        comments = answer.fields.get("comments")
        comment = comments[0] if isinstance(comments, list) and len(comments) == 1 else None
        if not answer.good or not isinstance(comment, dict) or comment.get("id") != target.id:
            raise self._client.refusal(answer, f"comment {target.id}")
        status = str(comment.get("status"))
        return _STATES.get(status, status[:20])

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        value = {"comments": [{"id": target.id, "status": _WORDS[str(change.after)]}]}
        answer = self._client.send_json("PUT", _path(target), value, headers=self._signed())
        if not answer.good:
            raise self._client.refusal(answer, f"comment {target.id}")
        return None

    def _signed(self) -> dict[str, str]:
        """Headers with a fresh token: a JSON Web Token, signed by HMAC-SHA256."""
        now = int(time.time())
        head = {"alg": "HS256", "typ": "JWT", "kid": self._name}
        claims = {"iat": now, "exp": now + _LIFE, "aud": "/admin/"}
        content = b".".join(_base64(orjson.dumps(part)) for part in (head, claims))
        signature = _base64(hmac.new(self._key, content, hashlib.sha256).digest())
        return {"Authorization": f"Ghost {(content + b'.' + signature).decode()}"}


def _path(target: Target) -> str:
    return f"/ghost/api/admin/comments/{target.id}/"


def _base64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _open(settings: Settings) -> Ghost:
    (given,) = map(secret, _SECRETS)
    key = _KEY.fullmatch(given)
    if key is None:
        raise ApplyError(
            "GHOST_ADMIN_API_KEY is no key of Ghost's Admin API: its integrations show one as "
            "24 and 64 signs with a colon between them"
        )
    client = Client(str(settings.site), {"Accept-Version": "v5.0"}, (given, key[2]))
    return Ghost(client, key[1], bytes.fromhex(key[2]))


GHOST = Platform(
    about="Ghost",
    id=re.compile(r"[0-9a-f]{24}"),
    actions={"approve": APPROVED, "spam": REMOVED, "remove": REMOVED},
    statuses={"approved": APPROVED, "removed": REMOVED},
    open=_open,
    secrets=_SECRETS,
    returns=frozenset({APPROVED, REMOVED}),
    check=check_site,
)
