"""Being told to end (SIGTERM, SIGHUP) is what Ctrl+C is: what was begun is tidied away first."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_TOLD = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP


@contextmanager
def ended_by() -> Iterator[list[signal.Signals]]:
    """The signal that ended the block, if one did; it is raised there as KeyboardInterrupt.

    A signal that is ignored (nohup) stays so, and a second one does not disturb the tidying.
    """
    told: list[signal.Signals] = []

    def end(number: int, frame: FrameType | None) -> None:
        told.append(signal.Signals(number))
        if number != signal.SIGTERM:  # a server has its own way to end, and listens to that one
            signal.raise_signal(signal.SIGTERM)
        elif told.count(signal.SIGTERM) == 1:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # others get no signals
        yield told
        return
    numbers = [getattr(signal, name) for name in _TOLD if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is signal.SIG_DFL:
            signal.signal(number, end)
    try:
        yield told
    finally:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, handler)
