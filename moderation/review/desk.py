"""Where decisions are taken in: checked, written to the ledger once each, and told to all pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.errors import LabelError
from moderation.labels import ledger
from moderation.review.paged import ids_of
from moderation.review.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from moderation.report.scored import Scored

NAME_CHARACTERS = 100
_LATEST = 253_402_300_799_000  # the end of the year 9999, in milliseconds


@dataclass(frozen=True)
class Order:
    """What a page asks for: `number` is the page's own name for it.

    Either a decision (row, label, value, at in milliseconds) or, with `retracts`, the key of
    the decision to take back.
    """

    number: str
    by: str
    at: int
    row: int = -1
    label: str = ""
    value: bool = False
    retracts: str = ""


class Desk:
    """One scored file and one ledger. Safe to use from several threads."""

    def __init__(self, scored: Scored, scored_path: Path, ledger_path: Path) -> None:
        """Raises LabelError when the ledger is damaged."""
        self._scored = scored
        self._path = scored_path
        self._ledger = ledger_path
        self._lock = Lock()
        self._rows = {int(row) for row in scored.listed}
        self._standing = Standing(ledger_path, self._place)

    def events(self, since: int, generation: int) -> dict[str, Any]:
        """What happened after the first `since` events; all of it to a page of before."""
        with self._lock:
            self._standing.refresh()
            known = since if generation == self._standing.generation else 0
            return {
                "generation": self._standing.generation,
                "count": len(self._standing.events),
                "events": self._standing.events[known:],
            }

    def take(self, orders: Sequence[Order]) -> dict[str, str]:
        """Write decisions and retractions; the ledger's key of each, by the page's number.

        All of them are on the disk when this returns. Whoever got no answer sends the same
        again: what the ledger has already is not written twice. Raises LabelError for an order
        that can never be written, OutputError when the disk refuses.
        """
        decided = [(one, self._decision(one)) for one in orders if not one.retracts]
        back = [one for one in orders if one.retracts]
        with self._lock:
            self._standing.refresh()
            keys = {one.number: str(decision.line()["key"]) for one, decision in decided}
            fresh = {
                keys[one.number]: decision
                for one, decision in decided
                if keys[one.number] not in self._standing.keys
            }
            if fresh:
                ledger.append(self._ledger, fresh.values())
            self._standing.refresh()
            self._take_back(back)
            return keys | {one.number: one.retracts for one in back}

    def _take_back(self, orders: Sequence[Order]) -> None:
        for one in orders:
            if one.retracts not in self._standing.keys:
                raise LabelError(f"no decision {one.retracts!r} in the ledger")
        wanted = {
            one.retracts: one for one in orders if one.retracts not in self._standing.retracted
        }
        if wanted:
            last = next(reversed(wanted.values()))
            ledger.retract_keys(self._ledger, list(wanted), at=_when(last.at), by=last.by)
            self._standing.refresh()

    def _decision(self, order: Order) -> ledger.Decision:
        scored = self._scored
        if order.row not in self._rows or order.label not in scored.labels:
            raise LabelError(f"no comment {order.row} to review or no label {order.label!r}")
        if not order.by.strip() or len(order.by) > NAME_CHARACTERS:
            raise LabelError(f"a reviewer's name has 1 to {NAME_CHARACTERS} characters")
        record = scored.records.take([order.row])[0]
        parent = int(scored.parents[order.row])
        above = scored.records.take([parent])[0]["text"] if parent >= 0 else None
        return ledger.Decision(
            label=order.label,
            value=order.value,
            text=record["text"] or "",
            annotator=order.by,
            at=_when(order.at),
            thread_id=scored.named["thread_id"][order.row],
            id=record["id"],
            parent_text=above,
            title=scored.named["title"][order.row],
            dump=self._path.name,
            model=self._model,
            score=self._score(order.row, order.label),
        )

    def _place(self, entry: dict[str, Any]) -> int | None:
        """By thread and id; a decision from another file must be about the same text too.

        Another file may bear the same name: `scored.parquet` of yesterday. Only where the score
        is the same as well, the text is not read for the comparison.
        """
        row = self._numbers.get((entry.get("thread_id") or "", entry.get("id") or ""))
        if row is None:
            return None
        same = entry.get("dump") == self._path.name and entry.get("model") == self._model
        if same and entry.get("score") == self._score(row, entry["label"]):
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
    def _numbers(self) -> dict[tuple[str, str], int]:
        """The rows to review by thread and id."""
        rows = self._scored.listed
        threads = self._scored.named["thread_id"]
        ids = ids_of(self._path, self._scored.records, rows)
        return {
            (threads[row] or "", name): row for row, name in zip(rows.tolist(), ids, strict=True)
        }


def _when(milliseconds: int) -> datetime:
    if not 0 <= milliseconds <= _LATEST:
        raise LabelError(f"{milliseconds} is no time in milliseconds since 1970")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
