"""Where the tasks of a run are executed: in this process, or on the workers of a Dask cluster.

An engine yields results as they come, each with the number of its call. A task may run twice, even
at the same time: it writes the same bytes, all at once.
"""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STOPPED = threading.Event()
"""Set while a run that was interrupted waits for its tasks in this process."""


def go_on() -> None:
    """Raise KeyboardInterrupt in a task whose run was interrupted; long tasks check regularly."""
    if STOPPED.is_set():
        raise KeyboardInterrupt


class Engine(Protocol):
    """What a run needs of an engine.

    slots: tasks at once; together: those of them that share a process, and so its memory;
    dashboard: where to watch, or "".
    """

    slots: int
    together: int
    dashboard: str

    def run(
        self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        """The number of each call and what the function gave for it, as they come."""

    def close(self) -> None:
        """Let go of workers and threads."""


class LocalEngine:
    """This process, some tasks at a time on threads: compiled code and Arrow let go of the GIL."""

    dashboard = ""

    def __init__(self, slots: int = 1) -> None:
        self.slots = self.together = slots
        self._pool = ThreadPoolExecutor(slots, "moderation")

    def run(
        self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        """See Engine. No more than `slots` are ever begun ahead of an error."""
        left = iter(enumerate(calls))
        running: dict[Future[Any], int] = {}
        try:
            while True:
                while len(running) < self.slots and (call := next(left, None)):
                    running[self._pool.submit(function, *call[1])] = call[0]
                if not running:
                    return
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    number = running.pop(done)
                    yield number, done.result()
        except (KeyboardInterrupt, GeneratorExit):
            STOPPED.set()
            raise
        finally:
            wait(running)
            STOPPED.clear()

    def close(self) -> None:
        """See Engine."""
        self._pool.shutdown()
