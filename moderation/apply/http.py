"""HTTP as the platforms need it: patient when told to wait, silent about secrets, no redirects.

A redirect would send the credentials elsewhere; it is an error that names the other host.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from moderation import __version__
from moderation.errors import ApplyError
from moderation.terminal import safe

if TYPE_CHECKING:
    from moderation.apply.target import Settings

TIMEOUT = 30.0  # seconds that a server may be silent
TRIES = 6
LONGEST_WAIT = 900.0  # seconds in all; who is told to wait longer runs again later
MOST_BYTES = 8 << 20
_BUSY = (429, 503)
_HURRIED = {"rateLimitExceeded", "userRateLimitExceeded"}
_EPOCH = 1e8  # a larger number is a time, not a wait


class Answer(NamedTuple):
    """What a server said. fields: its JSON object, {} where it is none. rows: its JSON list."""

    status: int
    fields: dict[str, Any]
    text: str
    rows: list[Any] | None = None

    @property
    def good(self) -> bool:
        """Whether the server says that it did what it was asked."""
        return 200 <= self.status < 300


class Client:
    """Requests to one site. secrets: never shown, whatever a server or library says."""

    def __init__(
        self,
        site: str,
        headers: Mapping[str, str],
        secrets: tuple[str, ...],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.site = checked_site(site)
        self._headers = {"User-Agent": f"moderation/{__version__}", "Accept": "application/json"}
        self._headers |= headers
        self._secrets = secrets
        self._sleep = sleep
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._opener.addheaders = []  # not even a name of Python's

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Ask; a broken connection is tried again."""
        return self._send("GET", path, query or {}, None, {})

    def post_form(self, path: str, form: Mapping[str, str]) -> Answer:
        """Send a form."""
        body = urllib.parse.urlencode(form).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, {}, body, kind)

    def send_json(
        self,
        method: str,
        path: str,
        value: Any,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a value as JSON. value: bytes are sent as they are, None sends nothing."""
        body = value if isinstance(value, bytes | None) else orjson.dumps(value)
        kind = {} if body is None else {"Content-Type": "application/json"}
        return self._send(method, path, query or {}, body, {**kind, **(headers or {})})

    def ask_graph(self, path: str, query: str, variables: Mapping[str, Any]) -> Answer:
        """Ask a GraphQL server."""
        return self.send_json("POST", path, {"query": query, "variables": variables})

    def graph_data(self, answer: Answer, asked: str) -> dict[str, Any]:
        """What a GraphQL server gave. Raises ApplyError if it named an error."""
        data = answer.fields.get("data")
        if not answer.good or answer.fields.get("errors") or not isinstance(data, dict):
            raise self.refusal(answer, asked)
        return data

    def refusal(self, answer: Answer, asked: str) -> ApplyError:
        """The error for an answer that is not what was asked for."""
        message = _complaint(answer)
        return ApplyError(self._shown(f"{asked}: {self._where} answered {answer.status}{message}"))

    @property
    def _where(self) -> str:
        return urllib.parse.urlsplit(self.site).netloc

    def _shown(self, text: str) -> str:
        for hidden in self._secrets:
            for form in {
                hidden,
                urllib.parse.quote(hidden, safe=""),
                urllib.parse.quote_plus(hidden),
            }:
                text = text.replace(form, "***") if form else text
        return safe(" ".join(text.split()))[:400]

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        address = self.site + path
        if query:
            address += ("&" if "?" in address else "?") + urllib.parse.urlencode(query)
        request = urllib.request.Request(  # noqa: S310  checked_site allows http and https only
            address, data=body, headers={**self._headers, **headers}, method=method
        )
        waited = 0.0
        for attempt in range(1, TRIES + 1):
            may_break = method == "GET" and attempt < TRIES
            status, answered, content = self._once(request, may_break)
            answer = _read(status, content)
            if not _is_busy(answer, answered):
                break
            pause = _pause(answered, answer, attempt)
            waited += pause
            if attempt == TRIES or waited > LONGEST_WAIT:
                raise ApplyError(
                    f"{self._where} is busy ({status}) and asks for {pause:.0f} s more; "
                    "run the plan again later, it goes on where it stopped"
                )
            self._sleep(pause)
        if 300 <= status < 400:
            elsewhere = urllib.parse.urlsplit(answered.get("location", "")).netloc or "elsewhere"
            raise ApplyError(
                self._shown(
                    f"{self._where} sends on to {elsewhere}; give the site's final address "
                    "as --site: credentials are not sent on"
                )
            )
        return answer

    def _once(
        self, request: urllib.request.Request, may_break: bool
    ) -> tuple[int, dict[str, str], bytes]:
        """The answer to one try. may_break: a broken connection is like a server that is busy."""
        try:
            return self._answered(request)
        except (OSError, http.client.HTTPException) as error:
            if may_break:
                return 503, {}, b""
            reason = getattr(error, "reason", None) or error or type(error).__name__
            raise ApplyError(
                self._shown(f"{self._where}: no answer to {request.get_method()}: {reason}")
            ) from None  # the cause may quote the address with its secrets

    def _answered(self, request: urllib.request.Request) -> tuple[int, dict[str, str], bytes]:
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                return response.status, _lower(response.headers), response.read(MOST_BYTES)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _lower(error.headers), error.read(MOST_BYTES)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def checked_site(site: str) -> str:
    """The address without a slash at its end.

    Raises ApplyError unless it is https, or http on this machine, without user, query or fragment.
    """
    try:
        parts = urllib.parse.urlsplit(site)
        port = parts.port
    except ValueError:
        raise ApplyError(f"{safe(site)[:100]!r} is no address of a site") from None
    plain = re.fullmatch(r"[\w.:\[\]/~%+-]+", f"{parts.netloc}{parts.path}", re.ASCII)
    if not parts.hostname or not plain or parts.username or parts.query or parts.fragment:
        raise ApplyError(
            f"{safe(site)[:100]!r} is no address of a site; expected https://host or "
            "https://host/path, without a user, ? or #"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _local(parts.hostname)):
        raise ApplyError(f"{safe(site)[:100]}: credentials are only sent over https")
    return site.rstrip("/") if port != 0 else site


def check_site(settings: Settings) -> None:
    """Raise ApplyError unless credentials may be sent to the site of `settings`."""
    checked_site(settings.site or "")


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_busy(answer: Answer, headers: Mapping[str, str]) -> bool:
    """Whether the server asks to wait; GitHub and Google say 403 to who asks too often."""
    if answer.status != 403:
        return answer.status in _BUSY
    return "retry-after" in headers or bool(_HURRIED & set(error_reasons(answer)))


def error_reasons(answer: Answer) -> list[str]:
    """The reasons of an error as Google's servers word them."""
    error = answer.fields.get("error")
    errors = error.get("errors") if isinstance(error, dict) else None
    rows = errors if isinstance(errors, list) else []
    return [str(row.get("reason")) for row in rows if isinstance(row, dict)]


def access_token(door: Client, path: str, form: Mapping[str, str]) -> str:
    """What a form with a refresh token is answered by: a token for the next hour."""
    answer = door.post_form(path, form)
    token = answer.fields.get("access_token")
    if not answer.good or not isinstance(token, str) or not token.isprintable():
        raise door.refusal(answer, "signing in")
    return token


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _read(status: int, content: bytes) -> Answer:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        value = {}
    fields = value if isinstance(value, dict) else {}
    rows = value if isinstance(value, list) else None
    return Answer(status, fields, content.decode(errors="replace"), rows)


def _pause(headers: Mapping[str, str], answer: Answer, attempt: int) -> float:
    """Seconds to wait: what the server says, else twice as long each time.

    Reddit says in how many seconds its limit ends, GitHub and Disqus at which second since 1970,
    Mastodon at which time of which day.
    """
    said = headers.get("retry-after", headers.get("x-ratelimit-reset", "")).strip()
    if re.fullmatch(r"\d{1,10}(?:\.\d{1,3})?", said):
        number = float(said)
        return number if number < _EPOCH else max(number - time.time(), 1.0)
    if said:
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            try:
                return max(read(said).timestamp() - time.time(), 0.0)
            except (ValueError, OverflowError):
                continue
    extras = answer.fields.get("extras")
    seconds = extras.get("wait_seconds") if isinstance(extras, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else float(2**attempt)


def _complaint(answer: Answer) -> str:
    """What the server says went wrong, in one piece."""
    fields = answer.fields
    if isinstance(fields.get("error"), dict):  # Google's servers
        fields = fields["error"] | {"reason": ", ".join(error_reasons(answer)), "errors": None}
    words = []
    for name in ("code", "error", "message", "errors", "reason", "response", "error_description"):
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            words.append(str(value))
        elif value and name == "errors":
            words.append(orjson.dumps(value).decode())
    return f": {', '.join(filter(None, words))[:200]}" if words else ""
