"""What reviewers want done about a comment, and whom they ask: entries that no training reads.

An action says what should become of a comment on its site, for which reason of a list, and with
what note; `moderation apply` carries it out. A request gives a comment to somebody else. Both
stand in the ledger beside the decisions on labels, are taken back in the same way, and keep all
that a statement to the author needs: the rule and the message as they were when it was decided.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from moderation.errors import LabelError
from moderation.labels import ledger
from moderation.labels.name import check_person

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

NOTE_CHARACTERS = 2_000


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What somebody said about one comment; see `ledger.Decision` for the fields they share."""

    text: str
    annotator: str
    at: datetime
    thread_id: str | None = None
    id: str | None = None
    note: str | None = None
    dump: str | None = None
    model: str | None = None
    order: str | None = None
    client_at: datetime | None = None
    imported_at: datetime | None = None

    def _values(self) -> dict[str, Any]:
        if not self.text.strip() or not self.annotator:
            raise LabelError("an action or a request needs the comment's text and an annotator")
        check_person(self.annotator)
        if self.note and len(self.note) > NOTE_CHARACTERS:
            raise LabelError(f"a note has at most {NOTE_CHARACTERS:,} characters")
        return {column.name: getattr(self, column.name) for column in fields(self)}


@dataclass(frozen=True, kw_only=True)
class Action(_Said):
    """What should become of a comment.

    action: one of ledger.ACTIONS, None for a note alone. reason: a code of the list of reasons;
    rule and message: what that list said to it. flags: the labels that the program had flagged,
    joined by `;`, so whether it was found by it or by a person.
    """

    action: str | None = None
    reason: str | None = None
    rule: str | None = None
    message: str | None = None
    flags: str | None = None

    def line(self) -> dict[str, Any]:
        """As it stands in the ledger."""
        if self.action is not None and self.action not in ledger.ACTIONS:
            known = ", ".join(ledger.ACTIONS)
            raise LabelError(f"{self.action!r} is not an action; expected one of {known}")
        if not (self.action or self.reason or self.note):
            raise LabelError("an action, a reason or a note is needed")
        return ledger.keyed("action", self._values())


@dataclass(frozen=True, kw_only=True)
class Request(_Said):
    """That somebody else should look at a comment. to: who, None for anybody else."""

    to: str | None = None

    def line(self) -> dict[str, Any]:
        """As it stands in the ledger."""
        if self.to is not None:
            check_person(self.to)
        return ledger.keyed("request", self._values())


def copied(entry: dict[str, Any], now: datetime) -> Action | Request:
    """A line of another ledger that is an action or a request, as it is taken into this one."""
    kind = Action if entry["entry"] == "action" else Request
    known = {column.name for column in fields(kind)}
    values = {name: value for name, value in entry.items() if name in known and value is not None}
    times = {name: ledger.time_of(values[name]) for name in ledger.TIMES if name in values}
    return kind(**({"imported_at": now} | values | times))


def newest_actions(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of standing actions those that count: the newest of each annotator on a comment.

    What follows is the newest of anybody; a note alone leaves the action before it as it was.
    """
    last: dict[tuple[str, ...], dict[str, Any]] = {}
    for entry in entries:
        slot = ledger.comment_of(entry)
        before = last.get(slot)
        if entry.get("action") and (before is None or ledger.replaces(entry, before)):
            last.pop(slot, None)
            last[slot] = entry
    return list(last.values())
