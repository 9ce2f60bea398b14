"""The journal of a plan: a line before each write and a line after it, each on the disk at once.

What was killed between the two is asked of the site when the plan is run again, so that nothing is
written twice. A torn last line is a write that had not begun, or an end that is not known.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from moderation.errors import ApplyError
from moderation.filelock import hold_at_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

BEGIN, DONE, FAILED = "begin", "done", "failed"
RUN, UNDO = "run", "undo"


class Entry(NamedTuple):
    """The newest line on a step. before, after: of this write. doing: RUN or UNDO."""

    doing: str
    phase: str
    before: str | None
    after: str | None


class Journal:
    """What is known of each step, and the file where more is written.

    Raises ApplyError when it belongs to another plan, is damaged, or another run writes to it.
    """

    def __init__(self, path: Path, digest: str, clock: Callable[[], datetime]) -> None:
        self._path, self._digest, self._clock = path, digest, clock
        new = not path.exists()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags, 0o600)
        try:
            if not hold_at_once(self._file):
                raise ApplyError(f"{path}: another run of this plan is at work; wait for its end")
            self.entries, end = _read(path, digest)
            os.ftruncate(self._file, end)
        except BaseException:
            os.close(self._file)
            raise
        if new:
            _keep_name(path)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def add(self, step: str, comment: str, entry: Entry, message: str = "") -> None:
        """Write a line; it is on the disk when this returns."""
        line: dict[str, Any] = {"entry": entry.phase, "doing": entry.doing, "step": step}
        line |= {"id": comment, "before": entry.before, "after": entry.after}
        line |= {"at": self._clock().isoformat(), "plan": self._digest}
        content = orjson.dumps(line | ({"message": message} if message else {})) + b"\n"
        while content:
            content = content[os.write(self._file, content) :]
        os.fsync(self._file)
        self.entries[step] = entry


def known(path: Path, digest: str) -> dict[str, Entry]:
    """The newest line on each step; nothing where nothing was written yet."""
    return _read(path, digest)[0] if path.exists() else {}


def written(path: Path, digest: str) -> dict[str, str]:
    """When each step was written that still stands: those that were undone are left out."""
    if not known(path, digest):
        return {}
    content = path.read_bytes()
    stands: dict[str, str] = {}
    for line in map(orjson.loads, content[: content.rfind(b"\n") + 1].splitlines()):
        if line["entry"] == DONE:
            stands.pop(line["step"], None)
            if line["doing"] == RUN:
                stands[line["step"]] = line["at"]
    return stands


def _read(path: Path, digest: str) -> tuple[dict[str, Entry], int]:
    """The entries, and the length of the whole lines."""
    content = path.read_bytes()
    end = content.rfind(b"\n") + 1
    entries: dict[str, Entry] = {}
    for number, line in enumerate(content[:end].splitlines(), start=1):
        try:
            value = orjson.loads(line)
            if value["plan"] != digest:
                raise ApplyError(
                    f"{path}: belongs to another plan of this name; move it away, or undo that one"
                )
            fields = (value["doing"], value["entry"], value["before"], value["after"])
            entries[value["step"]] = Entry(*fields)
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise ApplyError(
                f"{path}:{number}: is no line of a journal; what was written on the site cannot "
                "be told without it: restore the file"
            ) from error
    return entries, end


def _keep_name(path: Path) -> None:
    """See that the file is still there after the power fails."""
    if os.name != "posix":
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
