"""Hold the folder that a command writes to, so that no other writes there at the same time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.cluster import files
from moderation.errors import OutputError
from moderation.filelock import hold_at_once
from moderation.temporary import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def hold_folder(folder: str) -> Iterator[None]:
    """Make the folder and hold it for the block. Raises OutputError where another run holds it.

    A folder that was created for it and stays empty is removed again.
    The lock goes with the process. It is the folder's own; of a URL, and where a file system has
    no locks, it is a file among the temporary ones, which only runs of this user on this machine
    see.
    """
    new = not files.is_url(folder) and not Path(folder).exists()
    files.make_folder(folder)
    try:
        with _hold(folder):
            yield
    finally:
        if new:
            with contextlib.suppress(OSError):  # it is not empty
                os.rmdir(folder)  # noqa: PTH106 - as `os.open` below


@contextmanager
def _hold(folder: str) -> Iterator[None]:
    descriptor = None
    if os.name == "posix" and not files.is_url(folder):
        descriptor = _held(folder, os.open(folder, os.O_RDONLY))
    if descriptor is not None:
        try:
            yield
        finally:
            os.close(descriptor)
        return
    with _by_name(folder):
        yield


@contextmanager
def _by_name(folder: str) -> Iterator[None]:
    """Hold a file that is named after the folder."""
    user = os.getuid() if hasattr(os, "getuid") else ""
    name = hashlib.sha256(f"{user} {folder}".encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"{PREFIX}{name}.lock"
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    descriptor = _held(folder, os.open(path, flags, 0o600))
    while descriptor is not None and not path.exists():  # whoever held it has just removed it
        os.close(descriptor)
        descriptor = _held(folder, os.open(path, flags, 0o600))
    try:
        yield
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):  # Windows keeps what is open
                path.unlink()
            os.close(descriptor)


def _held(folder: str, descriptor: int) -> int | None:
    """The descriptor, holding its file; None where the file system has no locks."""
    try:
        free = hold_at_once(descriptor)
    except OSError:
        os.close(descriptor)
        return None
    if not free:
        os.close(descriptor)
        raise OutputError(
            f"{folder}: another run is writing there; wait until it is done, or use another folder"
        )
    return descriptor
