"""Who may ask the server anything: only this page, by this address, in a session of its own.

- DNS rebinding: a request names a host that is ours, or is refused.
- Cross-site requests: everything but the page itself wants the session's token in a header, which
  no form, image or foreign script can set; there is no cookie that a browser would send along.
- Clickjacking: no page may frame ours.
- Beyond this machine: TLS and a password (HTTP Basic; the user's name is the reviewer's) with every
  request, so that a session's token alone opens nothing; wrong ones have to wait, and are logged.
- Bodies count by the bytes that came, whatever the head says of them.

Source: OWASP, "Cross-Site Request Forgery Prevention", custom request headers; RFC 7617; RFC 6797.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response

from moderation.review.sessions import Backoff, Sessions
from moderation.translation import accepted, marked, tr_in

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("moderation.review")
TOKEN_HEADER = "X-Moderation-Token"  # noqa: S105 - the header's name, not a secret
LARGEST = 1 << 20  # bytes of a request: 500 orders are 100 kB
LARGEST_HEAD = 16 << 10  # bytes of a request's head: browsers send 1 kB
BODY_SECONDS = 10.0  # for a body to come
DISCARDED = 4 * LARGEST  # bytes of a refused body that are read: a client that is cut off earlier
DISCARD_SECONDS = 2.0  # does not see why
PAUSE = 1.0  # seconds before a wrong password is refused
REMEMBERED = 30 * 24 * 3600  # seconds in which a browser asks by TLS only
ENDED = "moderation-ended"  # a cookie: this browser logged out, so its password is asked for anew
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True)
class Refusal:
    """Why not: a status, an English sentence with {placeholders}, their values, more headers."""

    status: int
    sentence: str
    values: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, asked: Headers) -> Response:
        """In the language that the browser asks for."""
        said = tr_in(accepted(asked.get("accept-language", "")), self.sentence, **self.values)
        return PlainTextResponse(f"{said}\n", self.status, self.headers)


@dataclass(frozen=True)
class Guard:
    """ASGI middleware.

    token: in the printed address; starts sessions. hosts: what a Host header may say. password:
    None = not asked for. tls: whether the server speaks it.
    """

    app: ASGIApp
    token: str
    hosts: frozenset[str]
    password: str | None = None
    tls: bool = False
    sessions: Sessions = field(default_factory=Sessions)
    backoff: Backoff = field(default_factory=Backoff)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with headers that lock the answer down."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        body = b""
        if refusal is None:
            body, refusal = await _body(receive)
        elif _has_body(headers):
            await _discard(receive)
        if refusal is not None:
            if refusal.status == 401 and "authorization" in headers:
                await anyio.sleep(PAUSE)
            refusal.headers["Connection"] = "close"
            await refusal.response(headers)(scope, receive, self._locked(send))
        elif scope["path"] == "/api/logout":
            await self._log_out(headers)(scope, receive, self._locked(send))
        else:
            if scope["path"] == "/":
                scope.setdefault("state", {})["session"] = self.sessions.start()
            await self.app(scope, _again(body, receive), self._locked(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        if sum(len(name) + len(value) for name, value in headers.raw) > LARGEST_HEAD:
            return Refusal(431, marked("The request's head is too large."))
        if len(scope["path"]) + len(scope["query_string"]) > LARGEST_HEAD:
            return Refusal(414, marked("The address is too long."))
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return Refusal(405, marked("Nothing here answers to that."))
        return self._stranger(scope, headers) or _odd_body(headers) or self._visitor(scope, headers)

    def _stranger(self, scope: Scope, headers: Headers) -> Refusal | None:
        """Another site, or an address that is not ours."""
        host = headers.get("host", "").lower()
        if host not in self.hosts:
            return Refusal(421, marked("This server is not {host}."), {"host": repr(host[:200])})
        foreign = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
        followed = scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate"  # a link
        if foreign and not followed:
            return Refusal(403, marked("Another site may not ask this."))
        ours = f"{'https' if self.tls else 'http'}://{host}"
        if any(origin != ours for origin in headers.getlist("origin")):
            return Refusal(403, marked("Another site may not ask this."))
        return None

    def _visitor(self, scope: Scope, headers: Headers) -> Refusal | None:
        """Somebody who has not been let in."""
        if scope["path"] == "/":
            if scope["method"] == "POST":
                return Refusal(405, marked("Nothing here answers to that."))
            return self._page(scope, headers)
        if scope["method"] == "POST" and headers.get("content-type") != "application/json":
            return Refusal(415, marked("JSON is expected."))
        if scope["path"] == "/api/logout" and scope["method"] != "POST":
            return Refusal(405, marked("Nothing here answers to that."))
        given = headers.get(TOKEN_HEADER, "")
        # The printed token may start a session at any time: alone it may ask as well.
        started = self.password is None and _same(given, self.token)
        if not started and not self.sessions.alive(given):
            return Refusal(403, marked("The session has ended or there was none: reload the page."))
        return self._stopped(scope, headers, inside=True)

    def _page(self, scope: Scope, headers: Headers) -> Refusal | None:
        if self.password is None:
            given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
            if _same(given, self.token):
                return None
            return Refusal(
                403, marked("This address lacks its token: open the one that the terminal shows.")
            )
        if f"{ENDED}=1" in headers.get("cookie", "").replace(" ", "").split(";"):
            refusal = _ask()  # the browser still sends the password that it was given before
            refusal.headers["Set-Cookie"] = self._cookie("", 0)
            return refusal
        return self._stopped(scope, headers, inside=False)

    def _stopped(self, scope: Scope, headers: Headers, *, inside: bool) -> Refusal | None:
        """None for the right password. Whoever has a session does not wait for other's guesses."""
        if self.password is None:
            return None
        given = headers.get("authorization")
        if given is None:
            return _ask()
        address = scope["client"][0] if scope.get("client") else "?"
        wait = 0.0 if inside else self.backoff.wait(address)
        if wait > 0:
            seconds = {"seconds": str(math.ceil(wait))}
            refusal = Refusal(
                429, marked("Too many wrong passwords: try again in {seconds} s."), seconds
            )
            refusal.headers["Retry-After"] = seconds["seconds"]
            return refusal
        name, password = credentials(given)
        if not _same(password, self.password):
            LOG.warning("log-in refused: %s", self.backoff.wrong(address))
            return _ask()
        if self.backoff.right(address):
            LOG.info("log-in of %a from %s", name[:100], address)
        return None

    def _log_out(self, headers: Headers) -> Response:
        self.sessions.end(headers.get(TOKEN_HEADER, ""))
        answer = Response(b"{}", media_type="application/json")
        if self.password is not None:
            answer.headers["Set-Cookie"] = self._cookie("1", REMEMBERED)
        return answer

    def _cookie(self, value: str, seconds: int) -> str:
        secure = "; Secure" if self.tls else ""
        return f"{ENDED}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"

    def _locked(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if self.tls:
                    headers["Strict-Transport-Security"] = f"max-age={REMEMBERED}"
                headers.setdefault(
                    "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"
                )
            await send(message)

        return sending


def credentials(header: str) -> tuple[str, str]:
    """Name and password of a Basic header, both "" when it is none."""
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        decoded = base64.b64decode(coded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    name, _, password = decoded.partition(":")
    return name, password


def _odd_body(headers: Headers) -> Refusal | None:
    lengths = headers.getlist("content-length")
    if len(lengths) > 1 or (lengths and "transfer-encoding" in headers):
        # who believes which smuggles a request
        return Refusal(400, marked("Its length is stated twice."))
    length = lengths[0] if lengths else "0"
    if not (length.isascii() and length.isdigit()):
        return Refusal(400, marked("How long is it?"))
    if len(length) > 12 or int(length) > LARGEST:
        return Refusal(413, marked("Too much at once."))
    return None


def _has_body(headers: Headers) -> bool:
    """Whether one is on its way; whoever waits to be asked for it never sends it."""
    declared = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    return declared and "expect" not in headers


async def _body(receive: Receive) -> tuple[bytes, Refusal | None]:
    """All of the body, and why not."""
    body = bytearray()
    with anyio.move_on_after(BODY_SECONDS):
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return b"", Refusal(400, marked("The request was broken off."))
            body += message.get("body", b"")
            if len(body) > LARGEST:
                break
            if not message.get("more_body"):
                return bytes(body), None
    if len(body) <= LARGEST:
        return b"", Refusal(408, marked("The request took too long."))
    await _discard(receive)
    return b"", Refusal(413, marked("Too much at once."))


async def _discard(receive: Receive) -> None:
    """Let a refused body go by, as far as that is cheap."""
    left = DISCARDED
    with anyio.move_on_after(DISCARD_SECONDS):
        while left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body"):
                return


def _again(body: bytes, receive: Receive) -> Receive:
    """What the application receives: the body at once, then what the client does next."""
    read = False

    async def receiving() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _ask() -> Refusal:
    answer = Refusal(401, marked("A password is needed."))
    answer.headers["WWW-Authenticate"] = 'Basic realm="moderation", charset="UTF-8"'
    return answer
