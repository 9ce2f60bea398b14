"""Who may ask the server anything: only this page, by this address, with the token.

- DNS rebinding: a request names a host that is ours, or is refused.
- Cross-site requests: everything but the page itself wants the token in a header, which no form,
  image or foreign script can set; there is no cookie that a browser would send along.
- Clickjacking: no page may frame ours.
- Beyond this machine: TLS and a password (HTTP Basic; the user's name is the reviewer's).

Source: OWASP, "Cross-Site Request Forgery Prevention", custom request headers; RFC 7617.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_HEADER = "X-Moderation-Token"  # noqa: S105 - the header's name, not a secret
LARGEST = 1 << 20  # bytes of a request: 500 orders are 100 kB
PAUSE = 1.0  # seconds before a wrong password is refused
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True)
class Guard:
    """ASGI middleware. hosts: what a Host header may say. password: None = not asked for."""

    app: ASGIApp
    token: str
    hosts: frozenset[str]
    password: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with headers that lock the answer down."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            if refusal.status_code == 401 and "authorization" in headers:
                await anyio.sleep(PAUSE)
            await refusal(scope, receive, _locked(send))
            return
        await self.app(scope, receive, _locked(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "").lower()
        if host not in self.hosts:
            return _no(421, f"This server is not {host!r}.")
        foreign = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
        followed = scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate"  # a link
        if foreign and not followed:
            return _no(403, "Another site may not ask this.")
        origin = headers.get("origin")
        if origin is not None and origin.split("://")[-1].lower() != host:
            return _no(403, "Another site may not ask this.")
        if not headers.get("content-length", "0").isdigit():
            return _no(400, "How long is it?")
        if int(headers.get("content-length", "0")) > LARGEST:
            return _no(413, "Too much at once.")
        if scope["path"] == "/":
            return self._page(scope, headers)
        if scope["method"] == "POST" and headers.get("content-type") != "application/json":
            return _no(415, "JSON is expected.")
        if not _same(headers.get(TOKEN_HEADER, ""), self.token):
            return _no(403, "The token is missing or of an earlier start: reload the page.")
        return None

    def _page(self, scope: Scope, headers: Headers) -> Response | None:
        if self.password is None:
            given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
            if _same(given, self.token):
                return None
            return _no(403, "This address lacks its token: open the one that the terminal shows.")
        if _same(credentials(headers.get("authorization", ""))[1], self.password):
            return None
        answer = _no(401, "A password is needed.")
        answer.headers["WWW-Authenticate"] = 'Basic realm="moderation", charset="UTF-8"'
        return answer


def credentials(header: str) -> tuple[str, str]:
    """Name and password of a Basic header, both "" when it is none."""
    try:
        decoded = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    name, _, password = decoded.partition(":")
    return name, password


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _no(status: int, sentence: str) -> Response:
    return PlainTextResponse(f"{sentence}\n", status)


def _locked(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault(
                "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"
            )
        await send(message)

    return sending
