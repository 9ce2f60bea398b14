"""Lock an open file against other processes of this machine while writing to it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform == "win32":
    import msvcrt
    import os
    import time

    # Windows locks bytes, not files, and a locked byte cannot be read by others: lock one
    # far beyond any ledger's end.
    _PLACE = 1 << 40

    def _hold(descriptor: int) -> None:
        while True:
            os.lseek(descriptor, _PLACE, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
            except OSError:  # tried for ten seconds; another process still has it
                time.sleep(0.1)
            else:
                return

    def _try(descriptor: int) -> bool:
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _let_go(descriptor: int) -> None:
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _hold(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _try(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _let_go(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def locked(descriptor: int) -> Iterator[None]:
    """Lock the file for the block, after waiting for other processes to release it.

    The lock ends with the process: a killed writer leaves none behind.
    """
    _hold(descriptor)
    try:
        yield
    finally:
        _let_go(descriptor)


def hold(descriptor: int) -> None:
    """Lock the file until it is closed, after waiting for other processes to release it.

    Raises OSError if the file system has no locks.
    """
    _hold(descriptor)


def hold_at_once(descriptor: int) -> bool:
    """Lock the file until it is closed or the process ends; False if another process has it.

    Raises OSError if the file system has no locks.
    """
    return _try(descriptor)
