"""Mastodon with a moderator's token: posts are reported to the server's moderators.

No interface of Mastodon takes down a single post. So a step is a report that names it, from which
moderators delete it in the browser; an undo closes the report. With `--set account=…` spam and
removals restrict the author's account instead, and an undo lifts that. E-mails are not sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moderation.apply.http import Client, check_site
from moderation.apply.secret import secret
from moderation.apply.target import (
    APPROVED,
    GONE,
    REPORTED,
    RESTRICTED,
    Change,
    Driver,
    Platform,
    Settings,
    Target,
)
from moderation.errors import ApplyError
from moderation.terminal import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moderation.apply.http import Answer

_SECRETS = ("MASTODON_ACCESS_TOKEN",)
_NONE = "none"
_RESTRICTIONS = {  # by what Mastodon calls it: the account's field, and the way back
    "sensitive": ("sensitized", "unsensitive"),
    "silence": ("silenced", "unsilence"),
    "disable": ("disabled", "enable"),
}
_PAGE = 200  # reports of one answer, at most
_LONGEST = 1_000  # characters of a report


class Mastodon(Driver):
    """See target.Driver. restriction: of the author's account; "none" reports only."""

    def __init__(self, client: Client, me: str, restriction: str, *, close: bool) -> None:
        self._client, self._me = client, me
        self._restriction, self._close = restriction, close
        self._accounts: dict[Target, str] = {}
        self._reports: dict[Target, list[dict[str, Any]]] = {}

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        answer = self._client.get(f"/api/v1/statuses/{target.id}")
        if answer.status == 404:
            return GONE
        account = _dict(answer.fields.get("account")).get("id")
        if not answer.good or answer.fields.get("id") != target.id or not isinstance(account, str):
            raise self._client.refusal(answer, f"post {target.id}")
        if not account.isdecimal():
            raise self._client.refusal(answer, f"post {target.id}: its author has no id")
        self._accounts[target] = account
        self._reports[target] = self._open_reports(account, target)
        if any(self._is_ours(report, target) for report in self._reports[target]):
            return REPORTED
        return APPROVED if self._restriction == _NONE else self._account_state(account, target)

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        account = self._accounts[target]  # the run reads before it writes
        if change.after == REPORTED:
            path, form = "/api/v1/reports", _report(account, target)
        elif change.after == RESTRICTED:
            path = f"/api/v1/admin/accounts/{account}/action"
            form = {"type": self._restriction, "send_email_notification": "false"}
        elif change.before == REPORTED:
            path, form = f"/api/v1/admin/reports/{self._filed(target)}/resolve", {}
        else:
            path = f"/api/v1/admin/accounts/{account}/{_RESTRICTIONS[self._restriction][1]}"
            form = {}
        answer = self._client.post_form(path, form)
        if not answer.good:
            raise self._client.refusal(answer, f"post {target.id}")
        return None

    def obstacle(self, target: Target, change: Change) -> str:
        """See target.Driver: restricting an account closes every open report about it."""
        count = len(self._reports[target])
        if change.after != RESTRICTED or self._close or not count:
            return ""
        return f"{plural(count, 'open report')}: --set reports=close"

    def _account_state(self, account: str, target: Target) -> str:
        answer = self._client.get(f"/api/v1/admin/accounts/{account}")
        if not answer.good or answer.fields.get("id") != account:
            raise self._client.refusal(answer, f"the author of post {target.id}")
        if answer.fields.get("suspended"):
            return "author suspended"
        restricted = answer.fields.get(_RESTRICTIONS[self._restriction][0])
        return RESTRICTED if restricted else APPROVED

    def _open_reports(self, account: str, target: Target) -> list[dict[str, Any]]:
        """All reports about an account that nobody closed yet."""
        query = {"target_account_id": account, "limit": str(_PAGE)}
        reports: list[dict[str, Any]] = []
        while True:
            answer = self._client.get("/api/v1/admin/reports", query)
            page = _rows(answer)
            if not answer.good or page is None:
                raise self._client.refusal(answer, f"reports on the author of post {target.id}")
            reports += [one for one in page if one.get("action_taken") is not True]
            if len(page) < _PAGE:
                return reports
            query["max_id"] = str(page[-1].get("id"))

    def _is_ours(self, report: dict[str, Any], target: Target) -> bool:
        """Whether this account reported the post."""
        statuses = report.get("statuses")
        named = [_dict(one).get("id") for one in statuses] if isinstance(statuses, list) else []
        return _sender(report) == self._me and target.id in named

    def _filed(self, target: Target) -> str:
        """The report of this step."""
        for report in self._reports[target]:
            if self._is_ours(report, target) and _mark(target) in str(report.get("comment")):
                name = str(report.get("id"))
                if name.isdecimal():
                    return name
        raise ApplyError(f"post {target.id}: reported by this account, but not by this plan")


def _report(account: str, target: Target) -> dict[str, str]:
    """A form that reports a post. Remote servers are not told."""
    spam = "spam" in re.split(r"[ :;]+", target.reason)
    return {
        "account_id": account,
        "status_ids[]": target.id,
        "comment": f"{target.reason[: _LONGEST // 2]} ({_mark(target)})",
        "category": "spam" if spam else "other",
        "forward": "false",
    }


def _mark(target: Target) -> str:
    return f"moderation, step {target.delivery}"


def _sender(report: dict[str, Any]) -> str:
    return str(_dict(report.get("account")).get("id"))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(answer: Answer) -> list[dict[str, Any]] | None:
    """An answer that is a list of objects."""
    if answer.rows is None:
        return None
    return [row for row in answer.rows if isinstance(row, dict)]


def _open(settings: Settings) -> Mastodon:
    (token,) = map(secret, _SECRETS)
    client = Client(str(settings.site), {"Authorization": f"Bearer {token}"}, (token,))
    answer = client.get("/api/v1/accounts/verify_credentials")
    me = answer.fields.get("id")
    if not answer.good or not isinstance(me, str):
        raise client.refusal(answer, "signing in")
    restriction, close = settings.options["account"], settings.options["reports"] == "close"
    return Mastodon(client, me, restriction, close=close)


def _check(settings: Settings) -> None:
    check_site(settings)
    for name, known in (("account", (_NONE, *_RESTRICTIONS)), ("reports", ("keep", "close"))):
        if settings.options[name] not in known:
            raise ApplyError(
                f"--set {name}={settings.options[name]}: expected one of {', '.join(known)}"
            )


def _actions(options: Mapping[str, str]) -> dict[str, str]:
    strong = REPORTED if options["account"] == _NONE else RESTRICTED
    return {"hold": REPORTED, "spam": strong, "remove": strong}


MASTODON = Platform(
    about="Mastodon",
    id=re.compile(r"[1-9][0-9]{0,19}"),
    actions={"hold": REPORTED, "spam": REPORTED, "remove": REPORTED},
    statuses={},
    open=_open,
    secrets=_SECRETS,
    options={"account": _NONE, "reports": "keep"},
    returns=frozenset({APPROVED, REPORTED}),
    check=_check,
    chosen=_actions,
    explains="the server tells authors of a measure itself, and takes their appeals",
)
