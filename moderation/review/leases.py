"""Who is reading which comment, so that two reviewers never get the same one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SECONDS = 90.0  # a page renews its leases every 10 s, hidden every 30: then others may have them
LINGER = 20.0  # a page hears every 10 s what others decided: until then they do not get it as new


class _Lease(NamedTuple):
    session: str
    name: str
    until: float


@dataclass
class Leases:
    """Rows held by pages that are open. A session is one page, a name its reviewer."""

    clock: Callable[[], float] = time.monotonic
    _held: dict[int, _Lease] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def claim(self, session: str, name: str, rows: Iterable[int], want: int) -> list[int]:
        """Hold the first `want` of `rows` that nobody else holds, and let go of all others soon.

        Soon, not now: one that was just decided is on its way to the ledger and to other pages.

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
            self._held |= dict.fromkeys(granted, _Lease(session, name, now + SECONDS))
            return granted

    def release(self, session: str) -> None:
        """Let go of everything that a session holds."""
        with self._lock:
            self._held = {
                row: lease for row, lease in self._held.items() if lease.session != session
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
