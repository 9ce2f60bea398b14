"""Who is let in: sessions that end, and how long somebody waits after wrong passwords.

The token in the printed address, or the password, starts a session and nothing else; a session is
known by a token of its own, which ends by time, by log-out and with the server. Tokens are kept as
digests: looking one up says nothing about those that are nearly right.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

IDLE = 30 * 60.0  # seconds without a request; a page that is open asks all the time
LONGEST = 12 * 3600.0  # seconds of a session, however busy: a working day
MOST_SESSIONS = 500
FREE = 5  # wrong passwords of one client before it has to wait
FIRST_WAIT = 1.0  # seconds; each wrong password more doubles the wait
LONGEST_WAIT = 900.0
FORGOTTEN = 3600.0  # seconds after which a wrong password does not count any more
MOST_CLIENTS = 10_000  # that are remembered
ALL_FREE = 30  # wrong passwords of all clients in a minute, before strangers have to wait


@dataclass
class _Session:
    began: float
    seen: float


@dataclass
class Sessions:
    """The sessions that are open."""

    clock: Callable[[], float] = time.monotonic
    _open: dict[bytes, _Session] = field(default_factory=dict)

    def start(self) -> str:
        """The token of a new session; above MOST_SESSIONS the longest idle one ends."""
        now = self.clock()
        self._open = {k: session for k, session in self._open.items() if not _over(session, now)}
        if len(self._open) >= MOST_SESSIONS:
            del self._open[min(self._open, key=lambda k: self._open[k].seen)]
        token = secrets.token_urlsafe(24)
        self._open[_digest(token)] = _Session(now, now)
        return token

    def alive(self, token: str) -> bool:
        """Whether it is the token of an open session, which is thereby kept from idling."""
        session = self._open.get(_digest(token))
        now = self.clock()
        if session is None or _over(session, now):
            return False
        session.seen = now
        return True

    def end(self, token: str) -> None:
        """Log out."""
        self._open.pop(_digest(token), None)


def _over(session: _Session, now: float) -> bool:
    return now - session.seen > IDLE or now - session.began > LONGEST


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@dataclass
class _Client:
    wrong: int = 0
    last: float = 0.0
    until: float = 0.0
    known: bool = False


@dataclass
class Backoff:
    """How long a client waits before its next try of the password."""

    clock: Callable[[], float] = time.monotonic
    _clients: dict[str, _Client] = field(default_factory=dict)
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=ALL_FREE))

    def wait(self, address: str) -> float:
        """Seconds before this client's next try is looked at; 0 when it is now.

        When many clients guess at once, only those that gave the right password before are
        listened to.
        """
        now = self.clock()
        client = self._clients.get(_network(address))
        if client is not None and client.until > now:
            return client.until - now
        while self._recent and self._recent[0] <= now - 60:
            self._recent.popleft()
        if len(self._recent) < ALL_FREE or (client is not None and client.known):
            return 0.0
        return self._recent[0] + 60 - now

    def wrong(self, address: str) -> str:
        """Note a wrong password, and say for the log what comes of it."""
        now = self.clock()
        client = self._client(address, now)
        if now - client.last > FORGOTTEN:
            client.wrong = 0
        client.wrong += 1
        client.last = now
        over = client.wrong - FREE
        wait = 0.0 if over < 0 else min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(over, 20))
        client.until = now + wait
        self._recent.append(now)
        message = f"{client.wrong} wrong from {address}, next try in {wait:.0f} s"
        if len(self._recent) == ALL_FREE:
            message += f"; {ALL_FREE} within a minute, strangers wait"
        return message

    def right(self, address: str) -> bool:
        """Note the right password; whether it is this client's first in a while."""
        now = self.clock()
        client = self._client(address, now)
        first = not client.known or now - client.last > FORGOTTEN or client.wrong > 0
        client.wrong, client.last, client.until, client.known = 0, now, 0.0, True
        return first

    def _client(self, address: str, now: float) -> _Client:
        name = _network(address)
        if name not in self._clients:
            if len(self._clients) >= MOST_CLIENTS:
                del self._clients[min(self._clients, key=lambda known: self._clients[known].last)]
            self._clients[name] = _Client(last=now)
        return self._clients[name]


def _network(address: str) -> str:
    """Who counts as one client: an IPv4 address, or the 64 bits of an IPv6 one that are given out.

    Source: RFC 6177.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
