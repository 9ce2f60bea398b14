"""The listening socket: how many may be connected at once, and how long each may keep it waiting.

A client that says nothing, or a letter at a time, costs a file descriptor; enough of them and
nobody else is let in. Connections are therefore counted where they are accepted, before TLS and
HTTP: above the cap the one that has kept the server waiting longest makes room, and whoever is not
done in time is cut off.
"""

from __future__ import annotations

import contextlib
import logging
import math
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("moderation.review")
MOST_CONNECTIONS = 256  # a browser opens six to a page
BURST = 64  # accepted in one go, before those that were cut off are gone
HEAD_SECONDS = 10.0  # for the TLS handshake and the request's head
BODY_SECONDS = 15.0  # for a body of at most 1 MB: 70 kB a second
IDLE_SECONDS = 30  # between two requests; a page that is open asks every 1.5 s
ANSWER_SECONDS = 120.0  # to work an answer out and to be sent all of it


@dataclass
class _Line:
    """A connection. waits: for its client, not the client for us."""

    connection: socket.socket
    since: float
    until: float
    waits: bool = True


class _Connection(socket.socket):
    """An accepted socket that says when it is closed."""

    closed: Callable[[], None] | None = None

    def close(self) -> None:
        if self.closed is not None:
            self.closed()
            self.closed = None
        super().close()


class Listener(socket.socket):
    """A bound socket for the event loop to accept from; it is asked from that loop alone."""

    most = MOST_CONNECTIONS

    @classmethod
    def of(cls, bound: socket.socket) -> Self:
        """The same socket; `bound` is of no use any more."""
        listener = cls(fileno=bound.detach())
        listener._lines, listener._told = {}, {}
        listener.most = min(MOST_CONNECTIONS, _descriptors() // 4)
        return listener

    _lines: dict[tuple[str, int], _Line]
    _told: dict[str, float]

    def accept(self) -> tuple[socket.socket, Any]:
        """The next client. Raises BlockingIOError while there is no room for one."""
        taken, address = super().accept()
        connection = _Connection(fileno=taken.detach())
        if len(self._lines) >= self.most:
            self._make_room()
        if len(self._lines) >= self.most + BURST:
            connection.close()
            raise BlockingIOError
        who = (str(address[0]), int(address[1]))
        now = time.monotonic()
        self._lines[who] = _Line(connection, now, now + HEAD_SECONDS)
        connection.closed = lambda: self._gone(who, connection)
        return connection, address

    def _gone(self, who: tuple[str, int], connection: socket.socket) -> None:
        if who in self._lines and self._lines[who].connection is connection:
            del self._lines[who]

    def turn(self, who: tuple[str, int] | None, seconds: float, *, waits: bool) -> None:
        """Whose turn it is on a connection from now on, and for how long at most."""
        line = self._lines.get(who) if who is not None else None
        if line is not None:
            now = time.monotonic()
            line.since, line.until, line.waits = now, now + seconds, waits

    async def sweep(self) -> None:
        """Cut off whose time is over."""
        now = time.monotonic()
        for line in list(self._lines.values()):
            if line.until < now:
                _cut(line)

    def _make_room(self) -> None:
        self._tell(f"{self.most} connections at once: those that say nothing longest are closed")
        waiting = [line for line in self._lines.values() if line.waits and line.until > 0]
        if waiting:
            _cut(min(waiting, key=lambda line: line.since))

    def trouble(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What goes wrong on a connection is a line, whatever a client did to it."""
        self._tell(f"{context.get('message')}: {context.get('exception')}")

    def _tell(self, sentence: str) -> None:
        """At most once a minute: a log that clients can fill is one more thing to attack."""
        now = time.monotonic()
        if self._told.get(sentence, -math.inf) < now - 60 and len(self._told) < 1_000:
            self._told[sentence] = now
            LOG.warning("%s", sentence)


def _cut(line: _Line) -> None:
    """The event loop hears of it as of any client that hangs up, and closes the socket."""
    line.until = 0.0
    with contextlib.suppress(OSError):  # it hung up itself
        line.connection.shutdown(socket.SHUT_RDWR)


def _descriptors() -> int:
    """How many files and sockets this process may have open."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return 4 * MOST_CONNECTIONS
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 4 * MOST_CONNECTIONS if limit == resource.RLIM_INFINITY else limit


@dataclass(frozen=True)
class Timed:
    """ASGI middleware that tells the listener whose turn it is."""

    app: ASGIApp
    listener: Listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, keeping the time of the body and of the answer."""
        client = scope.get("client")
        who = (str(client[0]), int(client[1])) if client else None
        self.listener.turn(who, BODY_SECONDS, waits=True)

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                self.listener.turn(who, ANSWER_SECONDS, waits=False)
            return message

        async def sending(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.listener.turn(who, IDLE_SECONDS + HEAD_SECONDS, waits=True)

        await self.app(scope, receiving, sending)
