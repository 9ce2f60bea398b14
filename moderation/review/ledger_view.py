"""What the ledger says about the comments of one scored file, kept up to date as it grows."""

from __future__ import annotations

import hashlib
import logging
import os
from typing import TYPE_CHECKING, Any

from moderation.errors import LedgerError
from moderation.labels import ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Place = Callable[[dict[str, Any]], int | None]
    """The row that a decision is about; None when it is about another dump's comment."""


_LOG = logging.getLogger("uvicorn.error")  # the server's own, which goes to the terminal


class LedgerView:
    """Follows a ledger that others may write to as well.

    keys: of every decision ever. retracted: of those taken back. events: what happened to the
    rows of this file, oldest first, for pages to catch up from. The `rank` of a decision orders
    it among those of the same annotator on the same label: the greatest counts. `at` is the
    time by which the page that made it knows it, `written` the ledger's.
    """

    def __init__(self, path: Path, place: Place) -> None:
        """Reads the whole ledger once; raises LedgerError naming the line that is no entry."""
        ledger.entries(path)
        self._path = path
        self._place = place
        self._start()

    def _start(self) -> None:
        self.keys: set[str] = set()
        self._told: ledger.Keys = {}
        self.retracted: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self.generation = getattr(self, "generation", -1) + 1
        self._by: dict[str, list[str]] = {}
        self._last: dict[tuple[str, ...], dict[str, Any]] = {}
        self._lines = 0
        self._end = 0
        self._seen = hashlib.blake2b()
        self._stamp: tuple[int, ...] | None = None

    def refresh(self) -> None:
        """Read the lines that were added since; from the start when what was read has changed.

        Raises LedgerError naming a line that is no entry, again each time until it is mended;
        what stands below it is not read. A ledger that lost lines which were read is logged.
        """
        before = self.generation, self._lines
        try:
            self._read()
        finally:
            if self.generation > before[0]:
                _LOG.warning(
                    "%s: not the ledger that was read before: it had %d lines and has %d now, "
                    "which count",
                    self._path,
                    before[1],
                    self._lines,
                )

    def _read(self) -> None:
        try:
            with self._path.open("rb") as stream:
                status = os.fstat(stream.fileno())
                stamp = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
                if stamp == self._stamp:
                    return
                before = stream.read(self._end)
                if hashlib.blake2b(before).digest() != self._seen.digest():
                    self._start()
                    stream.seek(0)
                added = stream.read()
        except FileNotFoundError:
            if self._end:
                self._start()
            return
        except OSError as error:
            raise LedgerError(f"{self._path}: cannot be read: {error.strerror}") from error
        whole = added[: added.rfind(b"\n") + 1]
        for line in whole.split(b"\n")[:-1]:
            place = f"{self._path}:{self._lines + 1}"
            self._note(ledger.entry_of(line, place, self._told))
            self._lines += 1
            self._end += len(line) + 1
            self._seen.update(line + b"\n")
        ledger.check_tail(added[len(whole) :], f"{self._path}:{self._lines + 1}")
        self._stamp = stamp

    def _note(self, entry: dict[str, Any]) -> None:
        if entry["entry"] in ("appeal", "outcome"):
            return  # nothing that the page shows
        if entry["entry"] != "retraction":
            self._add(entry)
            return
        named = entry.get("key")
        keys = [named] if named is not None else self._by.get(entry["annotator"], [])
        for key in keys:
            if key not in self.retracted:
                self.retracted.add(key)
                self.events.append({"retracts": key})

    def _add(self, entry: dict[str, Any]) -> None:
        key = entry["key"]
        if key in self.keys:
            return
        self.keys.add(key)
        self._by.setdefault(entry["annotator"], []).append(key)
        decision = entry["entry"] == "decision"
        counts = decision and self._counts(entry)
        row = self._place(entry)
        if row is None:
            return
        time = entry.get("client_at") or entry["at"]
        said = (
            {"label": entry["label"], "value": int(entry["value"]), "settles": entry.get("settles")}
            if decision
            else {"kind": entry["entry"], **{name: entry.get(name) for name in _WISHES}}
        )
        self.events.append(
            {
                "key": key,
                "row": row,
                "by": entry["annotator"],
                "at": round(ledger.time_of(time).timestamp() * 1000),
                "rank": len(self.keys) if counts or not decision else 0,
                "written": round(ledger.moment(entry).timestamp() * 1000),
                **{name: value for name, value in said.items() if value is not None},
            }
        )

    def _counts(self, entry: dict[str, Any]) -> bool:
        """Whether a decision is its annotator's last on the label."""
        slot = (*ledger.comment_of(entry), entry["label"])
        before = self._last.get(slot)
        counts = before is None or before["key"] in self.retracted or ledger.replaces(entry, before)
        if counts:
            self._last[slot] = entry
        return counts


_WISHES = ("action", "reason", "note", "to")
