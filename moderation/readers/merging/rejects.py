"""The rejects of a dump: a few in memory, many on disk, for a damaged dump may have millions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.ipc

from moderation.comments import REJECT_SCHEMA, Reject
from moderation.errors import OutputError
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable

HELD = 50_000  # rejects that wait in memory


class Rejects:
    """All rejects in the order in which they come. Raises OutputError where the disk is full."""

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._waiting: list[Reject] = []
        self._count = 0
        self._folder: Folder | None = None
        self._writer: pa.RecordBatchWriter | None = None

    def __len__(self) -> int:
        return self._count

    def add(self, rejects: Iterable[Reject]) -> None:
        """These come next."""
        before = len(self._waiting)
        self._waiting += rejects
        self._count += len(self._waiting) - before
        if len(self._waiting) >= self._held:
            self._write()

    def table(self) -> pa.Table:
        """REJECT_SCHEMA: what is on disk is mapped, not read. Nothing can be added any more."""
        waiting = reject_table(self._waiting)
        if self._folder is None or self._writer is None:
            return waiting
        self._write()
        self._writer.close()
        written = pa.memory_map(str(self._folder.path / "rejects"))
        return pa.ipc.open_file(written).read_all()

    def _write(self) -> None:
        try:
            if self._folder is None:
                self._folder = Folder()
                place = str(self._folder.path / "rejects")
                self._writer = pa.ipc.new_file(place, REJECT_SCHEMA)
            if self._writer is not None:
                self._writer.write_table(reject_table(self._waiting))
        except OSError as error:
            raise OutputError(f"too many rejects to hold: {error.strerror or error}") from error
        self._waiting = []


def reject_table(rejects: list[Reject]) -> pa.Table:
    """The rejects as REJECT_SCHEMA."""
    columns = list(zip(*rejects, strict=True)) or [()] * len(REJECT_SCHEMA)
    clean = [[value.encode("utf-8", "replace").decode() for value in column] for column in columns]
    return pa.table(dict(zip(REJECT_SCHEMA.names, clean, strict=True)), schema=REJECT_SCHEMA)
