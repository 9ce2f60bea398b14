"""Where decisions are taken in: checked, written to the ledger once each, and told to all pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.errors import LabelError
from moderation.labels import ledger
from moderation.labels.actions import Action, Request
from moderation.labels.name import check_person
from moderation.report.row_finder import RowFinder
from moderation.review.ledger_view import LedgerView
from moderation.tables import JOINT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from moderation.labels.reasons import Reason
    from moderation.report.scored import Scored

NAME_CHARACTERS = 100
_LATEST = 253_402_300_799_000  # the end of the year 9999, in milliseconds
AHEAD = timedelta(days=1)  # a clock of a page that is further ahead tells nothing


@dataclass(frozen=True)
class Order:
    """What a page asks for: `number` is the page's own name for it, `at` its time in milliseconds.

    kind: `decision` (label, value, settles), `action` (action, reason, note), `request` (to,
    note), or `retraction` with, in `retracts`, the key of what is taken back.
    """

    number: str
    by: str
    at: int
    row: int = -1
    label: str = ""
    value: bool = False
    retracts: str = ""
    kind: str = "decision"
    settles: bool = False
    action: str = ""
    reason: str = ""
    note: str = ""
    to: str = ""


class DecisionWriter:
    """One scored file and one ledger. Safe to use from several threads."""

    def __init__(
        self,
        scored: Scored,
        scored_path: Path,
        ledger_path: Path,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        reasons: Sequence[Reason] = (),
    ) -> None:
        """Raises LedgerError when the ledger is damaged."""
        self._reasons = {reason.code: reason for reason in reasons}
        self._clock = clock
        self._scored = scored
        self._path = scored_path
        self._ledger = ledger_path
        self._lock = Lock()
        self._view = LedgerView(ledger_path, self._place)

    def events(self, since: int, generation: int) -> dict[str, Any]:
        """What happened after the first `since` events; all of it to a page of before."""
        with self._lock:
            self._view.refresh()
            known = since if generation == self._view.generation else 0
            return {
                "generation": self._view.generation,
                "count": len(self._view.events),
                "events": self._view.events[known:],
            }

    def take(self, orders: Sequence[Order]) -> dict[str, str]:
        """Write decisions and retractions; the ledger's key of each, by the page's number.

        All of them are on the disk when this returns, or none when it raises. Whoever got no
        answer sends the same again: what the ledger has already is not written twice. Raises
        LabelError for an order that can never be written, LedgerError while a line of the ledger
        is none, OutputError when the disk refuses.
        """
        if len({order.number for order in orders}) < len(orders):
            raise LabelError("two orders have the same number")
        now = self._clock()
        with self._lock:
            self._view.refresh()
            keys: dict[str, str] = {}
            entries: dict[str, ledger.Entry] = {}
            for order in orders:
                if order.retracts:
                    keys[order.number] = order.retracts
                    self._check(order, entries)
                    if order.retracts not in self._view.retracted:
                        back = ledger.Retraction(key=order.retracts, by=order.by, at=now)
                        entries[f"back {order.retracts}"] = back
                    continue
                entry = self._entry(order, now)
                key = keys[order.number] = str(entry.line()["key"])
                if key not in self._view.keys:
                    entries[key] = entry
            if entries:
                ledger.append(self._ledger, entries.values())
                self._view.refresh()
            return keys

    def _check(self, order: Order, entries: dict[str, ledger.Entry]) -> None:
        _page_time(order.at)
        _check_name(order.by)
        if order.retracts not in self._view.keys and order.retracts not in entries:
            raise LabelError(f"no decision {order.retracts!r} in the ledger")

    def _entry(self, order: Order, now: datetime) -> ledger.Entry:
        """What stands in the ledger for an order; LabelError for one that cannot."""
        scored = self._scored
        known = order.kind != "decision" or order.label in scored.labels
        if not 0 <= order.row < len(scored) or not known:
            raise LabelError(f"no comment {order.row} in this file or no label {order.label!r}")
        _check_name(order.by)
        record = scored.records.take([order.row])[0]
        page_time = _page_time(order.at)
        said: dict[str, Any] = {
            "text": record["text"] or "",
            "annotator": order.by,
            "at": now,
            "order": f"{order.number} {order.at}",
            "client_at": page_time if page_time <= now + AHEAD else None,
            "thread_id": scored.named["thread_id"][order.row],
            "id": record["id"],
            "dump": self._path.name,
            "model": self._model,
        }
        if order.kind == "decision":
            return self._decision(order, said)
        note = order.note.strip() or None
        if order.kind == "request":
            if order.to:
                _check_name(order.to)
            return Request(**said, note=note, to=order.to or None)
        return self._action(order, said, note)

    def _decision(self, order: Order, said: dict[str, Any]) -> ledger.Decision:
        scored = self._scored
        parent = int(scored.parents[order.row])
        return ledger.Decision(
            **said,
            label=order.label,
            value=order.value,
            parent_text=scored.records.take([parent])[0]["text"] if parent >= 0 else None,
            title=scored.named["title"][order.row],
            score=self._score(order.row, order.label),
            settles=order.settles or None,
        )

    def _action(self, order: Order, said: dict[str, Any], note: str | None) -> Action:
        reason = self._reasons.get(order.reason) if order.reason else None
        if order.reason and reason is None:
            raise LabelError(f"no reason {order.reason!r} in the list of reasons")
        bits = int(self._scored.flags[order.row])
        flags = [label for k, label in enumerate(self._scored.labels) if bits >> k & 1]
        return Action(
            **said,
            note=note,
            action=order.action or None,
            reason=order.reason or None,
            rule=(reason.rule or None) if reason else None,
            message=(reason.message or None) if reason else None,
            flags=JOINT.join(flags) or None,
        )

    def _place(self, entry: dict[str, Any]) -> int | None:
        """By thread and id; a decision from another file must be about the same text too.

        Another file may bear the same name: `scored.parquet` of yesterday. Only where the score
        is the same as well, the text is not read for the comparison.
        """
        row = self._finder.find(entry.get("thread_id"), entry.get("id"))
        if row is None:
            return None
        same = entry.get("dump") == self._path.name and entry.get("model") == self._model
        label = entry.get("label")
        if same and label is not None and entry.get("score") == self._score(row, label):
            return row
        return row if self._scored.records.take([row])[0]["text"] == entry["text"] else None

    @property
    def _model(self) -> str | None:
        passport = self._scored.passport
        return passport.get("digest") or passport.get("model")

    def _score(self, row: int, label: str) -> float | None:
        """As the ledger keeps it; None where there is none."""
        column = self._scored.scores.get(label)
        if column is None or np.isnan(column[row]):
            return None
        return round(float(column[row]), 4)

    @cached_property
    def _finder(self) -> RowFinder:
        return RowFinder(self._scored)


def _check_name(reviewer: str) -> None:
    if len(reviewer) > NAME_CHARACTERS:
        raise LabelError(f"a reviewer's name has 1 to {NAME_CHARACTERS} characters")
    check_person(reviewer)


def _page_time(milliseconds: int) -> datetime:
    if not 0 <= milliseconds <= _LATEST:
        raise LabelError(f"{milliseconds} is not a time in milliseconds since 1970")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
