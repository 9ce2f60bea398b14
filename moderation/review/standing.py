"""What the ledger says about the comments of one scored file, kept up to date as it grows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from moderation.errors import LabelError
from moderation.labels import ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Place = Callable[[dict[str, Any]], int | None]
    """The row that a decision is about; None when it is about another dump's comment."""


class Standing:
    """Follows a ledger that others may write to as well.

    keys: of every decision ever. retracted: of those taken back. events: what happened to the
    rows of this file, oldest first, for pages to catch up from.
    """

    def __init__(self, path: Path, place: Place) -> None:
        """Reads the whole ledger once; raises LabelError naming the line that is no entry."""
        ledger.entries(path)
        self._path = path
        self._place = place
        self._start()

    def _start(self) -> None:
        self.keys: set[str] = set()
        self.retracted: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self.generation = getattr(self, "generation", -1) + 1
        self._by: dict[str, list[str]] = {}
        self._end = 0
        self.refresh()

    def refresh(self) -> None:
        """Read the lines that were added since; from the start when the file was replaced."""
        try:
            with self._path.open("rb") as stream:
                size = stream.seek(0, 2)
                if size < self._end:
                    self._start()
                    return
                stream.seek(self._end)
                added = stream.read()
        except FileNotFoundError:
            return
        except OSError as error:
            raise LabelError(f"{self._path}: {error.strerror}") from error
        whole = added.rfind(b"\n") + 1
        self._end += whole
        for line in added[:whole].splitlines():
            self._note(orjson.loads(line))

    def _note(self, entry: dict[str, Any]) -> None:
        if entry["entry"] == "decision":
            self._decision(entry)
            return
        keys = [entry["key"]] if "key" in entry else self._by.get(entry.get("annotator", ""), [])
        for key in keys:
            if key not in self.retracted:
                self.retracted.add(key)
                self.events.append({"retracts": key})

    def _decision(self, entry: dict[str, Any]) -> None:
        key = entry["key"]
        if key in self.keys:
            return
        self.keys.add(key)
        self._by.setdefault(entry["annotator"], []).append(key)
        row = self._place(entry)
        if row is not None:
            self.events.append(
                {
                    "key": key,
                    "row": row,
                    "label": entry["label"],
                    "value": entry["value"],
                    "by": entry["annotator"],
                    "at": round(datetime.fromisoformat(entry["at"]).timestamp() * 1000),
                }
            )
