"""Temporary folders that show whether the process that made them is still running.

Each folder is locked by its process, and the lock ends with it, so that the next start can remove
what a killed one left behind, and nothing that is in use: process numbers are used again.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.filelock import hold, hold_at_once

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "moderation-run-"
_NAME = re.compile(f"{PREFIX}[0-9a-z_]{{8}}")
_HELD = os.name == "posix"  # elsewhere a folder cannot be opened: there, nothing is swept


class Folder:
    """A folder for temporary files; it goes when it is closed, dropped, or the process ends.

    Raises OSError where none can be made.
    """

    def __init__(self) -> None:
        while True:
            self.path = Path(tempfile.gettempdir(), f"{PREFIX}{os.urandom(4).hex()}")
            held: list[int] = []
            # before there is a folder, for a signal may end the process at any line
            self.close = weakref.finalize(self, _remove, self.path, held)
            try:
                self.path.mkdir(0o700)
            except FileExistsError:  # somebody else's
                self.close.detach()
                continue
            if _held(self.path, held):
                return
            self.close()  # another start swept it before it was held

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()


def sweep() -> None:
    """Remove the folders of this user whose processes were killed."""
    if not _HELD:
        return
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _sweep(Path(entry.path))


def _sweep(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    if os.fstat(descriptor).st_uid == os.getuid() and _free(descriptor):
        _remove(path, [descriptor])
    else:
        os.close(descriptor)


@contextlib.contextmanager
def held_file(path: Path, mode: int = 0o666) -> Iterator[None]:
    """Make an empty file and hold it for the block, whoever else writes to it there."""
    descriptor = _opened(path, mode)
    while not path.exists():  # another start swept it before it was held
        os.close(descriptor)
        descriptor = _opened(path, mode)
    try:
        yield
    finally:
        os.close(descriptor)


def _opened(path: Path, mode: int) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, mode)
    if sys.platform == "linux":  # elsewhere such a lock would keep SQLite from writing to it
        with contextlib.suppress(OSError):
            hold(descriptor)
    return descriptor


def sweep_beside(path: Path) -> None:
    """Remove what killed processes had begun to write in the place of a file."""
    if sys.platform != "linux":
        return
    name = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}\.tmp")
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if name.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _sweep_file(Path(entry.path))


def _sweep_file(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        if _free(descriptor):
            path.unlink()
    finally:
        os.close(descriptor)


def _free(descriptor: int) -> bool:
    """Whether the lock is ours now; where there are none, nobody can tell: then it is not."""
    try:
        return hold_at_once(descriptor)
    except OSError:
        return False


def _held(path: Path, held: list[int]) -> bool:
    """Lock a folder, and append its descriptor; whether it is ours, and there."""
    if not _HELD:
        return True
    try:
        held.append(os.open(path, os.O_RDONLY | os.O_DIRECTORY))
    except FileNotFoundError:  # swept before it was even open
        return False
    try:
        ours = hold_at_once(held[0])
    except OSError:  # no locks in this file system: nobody sweeps there
        ours = True
    return ours and path.exists()


def _remove(path: Path, held: list[int]) -> None:
    shutil.rmtree(path, ignore_errors=True)
    for descriptor in held:
        os.close(descriptor)
