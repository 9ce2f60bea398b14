"""Who is reading which comment, so that two reviewers never get the same one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SECONDS = 30.0  # a page renews its leases every 10 s;
HIDDEN_SECONDS = 90.0  # one that is long hidden is let by its browser every 60 s
LINGER = 20.0  # a decision is in the ledger and heard by then: until then nobody gets it as new
READING = 6.0  # a page that is looked at says every 1.5 s what it shows; one that left does not
MOST_SESSIONS = 1_000


class _Lease(NamedTuple):
    session: str
    name: str
    until: float


@dataclass
class Leases:
    """Rows held by pages that are open. A session is one page, a name its reviewer."""

    clock: Callable[[], float] = time.monotonic
    _held: dict[int, _Lease] = field(default_factory=dict)
    _open: dict[str, tuple[int, str, float]] = field(default_factory=dict)  # row, name, until
    _lock: Lock = field(default_factory=Lock)

    def claim(
        self, session: str, name: str, rows: Iterable[int], want: int, hidden: bool = False
    ) -> list[int]:
        """Hold the first `want` of `rows` that nobody else holds, and let go of all others soon.

        Soon, not now: one that was just decided is on its way to the ledger and to other pages.
        hidden: whether the page is in the background, where its browser seldom lets it renew.

        Returns the rows that are now held, in the order asked for.
        """
        with self._lock:
            now = self.clock()
            granted: list[int] = []
            for row in rows:
                if len(granted) == want:
                    break
                lease = self._held.get(row)
                if lease is None or lease.session == session or lease.until <= now:
                    granted.append(row)
            soon = now + LINGER
            self._held = {
                row: lease._replace(until=min(lease.until, soon))
                if lease.session == session
                else lease
                for row, lease in self._held.items()
                if lease.until > now
            }
            until = now + (HIDDEN_SECONDS if hidden else SECONDS)
            self._held |= dict.fromkeys(granted, _Lease(session, name, until))
            return granted

    def release(self, session: str) -> None:
        """Let go of everything that a session holds."""
        with self._lock:
            self._open.pop(session, None)
            self._held = {
                row: lease for row, lease in self._held.items() if lease.session != session
            }

    def read(self, session: str, name: str, row: int) -> None:
        """Note the row that a session shows to its reader; a negative one for none."""
        with self._lock:
            now = self.clock()
            self._open = {
                k: reading for k, reading in self._open.items() if reading[2] > now and k != session
            }
            if row >= 0 and len(self._open) < MOST_SESSIONS:
                self._open[session] = (row, name, now + READING)

    def readers(self, session: str) -> dict[int, str]:
        """The rows that other sessions show just now, and to whom."""
        with self._lock:
            now = self.clock()
            return {
                row: name
                for other, (row, name, until) in self._open.items()
                if other != session and until > now
            }

    def others(self, session: str) -> dict[int, str]:
        """The rows that other sessions hold, and who they are."""
        with self._lock:
            now = self.clock()
            return {
                row: lease.name
                for row, lease in self._held.items()
                if lease.session != session and lease.until > now
            }
