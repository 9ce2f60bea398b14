"""WordPress over its REST interface, with an application password of a moderator.

Three traps, found on a real WordPress 6.1. Setting a status that a comment has already is an error.
Setting any status also writes the sender's address and program over those of the comment's author,
unless both are sent along. And it filters the comment anew: the text and name of one that did not
come in through the site's own form may come out changed. Only comments are touched that the
filters leave as they are; and what is removed goes by the call that does none of this.
`?rest_route=` works on every site, with pretty links or without.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from html.entities import name2codepoint
from typing import TYPE_CHECKING, Any

from moderation.apply.http import Client, checked_site
from moderation.apply.platforms.wordpress import ACTIONS, ID, STATUSES, state_of, verb
from moderation.apply.secret import secret
from moderation.apply.target import GONE, AlteredError, Change, Driver, Platform, Settings, Target
from moderation.errors import ApplyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moderation.apply.http import Answer

_SECRETS = ("WORDPRESS_USER", "WORDPRESS_APPLICATION_PASSWORD")
_GONE = ("rest_comment_invalid_id", "rest_already_trashed")
_OWN = ("author_name", "author_email", "author_url", "author_ip", "author_user_agent")

_ENTITY = r"&(?:[A-Za-z]{2,8}|#0[0-9]{2}|#8[0-9]{3});"
_ADDRESS = rf"https?://[A-Za-z0-9](?:[A-Za-z0-9./_~#?=:@,;+-]|{_ENTITY})*+"
_TITLE = rf"""title=(?:"(?:[^<>&"']|{_ENTITY})*+"|'(?:[^<>&"']|{_ENTITY})*+') """
_LINK = rf"""<a href=(?:"{_ADDRESS}"|'{_ADDRESS}') (?:{_TITLE})?rel="nofollow ugc">|</a>"""
_TAG = r"</?(?:b|strong|em|i|blockquote|code|del|s|strike|cite|q)>"
_KEPT = {
    "text": re.compile(rf"(?:[^<>&\x00-\x08\x0b-\x1f]|\r\n|{_ENTITY}|{_LINK}|{_TAG})*+"),
    "author_name": re.compile(
        rf"(?! )(?:(?! $|  |%[0-9A-Fa-f]{{2}})(?:[^<>&\"\x00-\x1f]|{_ENTITY}))*+"
    ),
    "author_email": re.compile(r"|[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    "author_url": re.compile(rf"|{_ADDRESS}"),
    "author_user_agent": re.compile(r"(?! )(?:(?! $|  |%[0-9A-Fa-f]{2})[^<>\x00-\x1f])*+"),
}
"""What WordPress's filters give back as it was: what its own form had let through before."""


class WordPressRest(Driver):
    """See target.Driver. rewrite: whether WordPress may filter a comment anew."""

    def __init__(self, client: Client, *, rewrite: bool) -> None:
        self._client, self._rewrite = client, rewrite
        self._found: dict[str, dict[str, str]] = {}

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        query = {"rest_route": f"/wp/v2/comments/{target.id}", "context": "edit"}
        answer = self._client.get("/", query)
        if answer.status == 404 and answer.fields.get("code") in _GONE:
            return GONE
        state = self._state(answer.fields, answer, target)
        self._found[target.id] = _own(answer.fields)
        return state

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        path = {"rest_route": f"/wp/v2/comments/{target.id}"}
        word, before = verb(change), self._found[target.id]  # the run reads before it writes
        if word == "trash":
            answer = self._client.send_json("DELETE", "/", None, {**path, "force": "false"})
            self._state(answer.fields, answer, target)
            return None
        body = {"status": word}
        if _is_address(before["author_ip"]):
            body["author_ip"] = before["author_ip"]
        if before["author_user_agent"]:
            body["author_user_agent"] = before["author_user_agent"]
        answer = self._client.send_json("POST", "/", body, path, {"User-Agent": ""})
        self._state(answer.fields, answer, target)
        now = _own(answer.fields)
        if changed := [name for name, value in before.items() if now[name] != value]:
            raise AlteredError(
                f"comment {target.id}: WordPress also changed its {', '.join(changed)}"
            )
        return None

    def obstacle(self, target: Target, change: Change) -> str:
        """See target.Driver. Of removals too: their undo writes the status."""
        if change.undo or self._rewrite:
            return ""
        changed = _unsafe(self._found[target.id])
        return f"its {', '.join(changed)} might be rewritten: docs/apply.md" if changed else ""

    def _state(self, comment: Mapping[str, Any], answer: Answer, target: Target) -> str:
        status, name = comment.get("status"), comment.get("id")
        state = state_of(status) if isinstance(status, str) else None
        if not answer.good or state is None or str(name) != target.id:
            raise self._client.refusal(answer, f"comment {target.id}")
        return state


def _own(comment: Mapping[str, Any]) -> dict[str, str]:
    """What is the author's: nothing of it may change."""
    content = comment.get("content")
    raw = content.get("raw") if isinstance(content, dict) else None
    return {"text": str(raw or ""), **{name: str(comment.get(name) or "") for name in _OWN}}


def _unsafe(fields: Mapping[str, str]) -> list[str]:
    """What WordPress might change of a comment when it is given a status."""
    unsafe = [name for name, pattern in _KEPT.items() if not pattern.fullmatch(fields[name])]
    entities = re.findall("&([A-Za-z]+);", " ".join(fields.values()))
    unsafe += [f"&{name};" for name in entities if name not in name2codepoint]
    return unsafe + ([] if _is_address(fields["author_ip"]) else ["author_ip"])


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _open(settings: Settings) -> WordPressRest:
    user, password = map(secret, _SECRETS)
    if ":" in user:
        raise ApplyError("WORDPRESS_USER has a colon, which no user's name has")
    word = base64.b64encode(f"{user}:{password}".encode()).decode()
    client = Client(str(settings.site), {"Authorization": f"Basic {word}"}, (password, word))
    return WordPressRest(client, rewrite=settings.options["rewrite"] == "yes")


def _check(settings: Settings) -> None:
    checked_site(settings.site or "")
    if settings.options["rewrite"] not in ("no", "yes"):
        raise ApplyError("--set rewrite: expected yes or no")


WORDPRESS_REST = Platform(
    about="WordPress over REST",
    id=ID,
    actions=ACTIONS,
    statuses=STATUSES,
    open=_open,
    secrets=_SECRETS,
    options={"rewrite": "no"},
    check=_check,
)
