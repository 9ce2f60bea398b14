"""Appeals against decisions: opened, and upheld or reversed by somebody else, in the ledger.

A reversal takes the decisions back in the same write, so that the next training does not learn
them, and `moderation apply undo PLAN --retracted LEDGER` restores the comment. The author's letter
is not kept, only a digest of it: whoever has the letter can prove that it is the one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from moderation.errors import LabelError
from moderation.labels import ledger
from moderation.labels.name import check_person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

UPHELD, REVERSED = ledger.OUTCOMES
NOTE_CHARACTERS = 2_000


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An appeal. about: keys of the decisions and actions, joined by `;`.

    reference: what the author was given. letter: SHA-256 of what they wrote. annotator: who took
    it in.
    """

    about: str
    annotator: str
    at: datetime
    reference: str | None = None
    letter: str | None = None

    def line(self) -> dict[str, Any]:
        """As it stands in the ledger."""
        check_person(self.annotator)
        return ledger.keyed("appeal", _values(self))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the appeal with this key.

    outcome: UPHELD, the decision stands, or REVERSED, it is taken back.
    """

    appeal: str
    outcome: str
    annotator: str
    at: datetime
    note: str | None = None

    def line(self) -> dict[str, Any]:
        """As it stands in the ledger."""
        check_person(self.annotator)
        if self.note and len(self.note) > NOTE_CHARACTERS:
            raise LabelError(f"a note has at most {NOTE_CHARACTERS:,} characters")
        return ledger.keyed("outcome", _values(self))


def _values(entry: Opened | Outcome) -> dict[str, Any]:
    return {column.name: getattr(entry, column.name) for column in fields(entry)} | {
        name: getattr(entry, name, None) for name in ledger.TIMES
    }


class Appeal(NamedTuple):
    """An appeal as the ledger has it. about: what it is against, also where it was taken back.

    outcome: None while it is open. by: who decided on the appeal.
    """

    key: str
    reference: str | None
    opened_at: str
    about: list[dict[str, Any]]
    outcome: str | None
    by: str | None
    decided_at: str | None

    @property
    def people(self) -> list[str]:
        """Who made the decisions that it is against."""
        return sorted({str(entry["annotator"]) for entry in self.about})


def open_appeal(
    path: Path,
    keys: Sequence[str],
    *,
    by: str,
    at: datetime,
    reference: str | None = None,
    letter: str | None = None,
) -> str:
    """Open an appeal against decisions; its key. letter: what the author wrote; it is not kept.

    Raises LabelError for a key that does not stand, and where an appeal against it is open.
    """
    digest = None if letter is None else hashlib.sha256(letter.encode()).hexdigest()
    about = ";".join(dict.fromkeys(keys))
    new = Opened(about=about, annotator=by, at=at, reference=reference, letter=digest)

    def opened(lines: Sequence[dict[str, Any]]) -> list[ledger.Entry]:
        there = {entry["key"] for kind in _AGAINST for entry in ledger.standing(lines, kind)}
        for key in keys:
            if key not in there:
                raise LabelError(
                    f"{path}: no decision {key!r} stands; `labels stats --last` lists them"
                )
        for appeal in appeals(lines):
            if appeal.outcome is None and {entry["key"] for entry in appeal.about} & set(keys):
                raise LabelError(f"appeal {appeal.key} against this is open already")
        return [new]

    if not keys:
        raise LabelError(
            "nobody decided this: a score did; decide on the comment in `moderation review`, and "
            "put it back on the site yourself"
        )
    return ledger.append_seeing(path, opened)[0]


def decide_appeal(
    path: Path, key: str, outcome: str, *, by: str, at: datetime, note: str | None = None
) -> int:
    """Uphold or reverse what an appeal is against; how many entries were thereby taken back.

    key: the appeal's, or the reference of the statement that it is against.
    A reversal takes back every decision that says the same of the comment: an earlier one would
    count again otherwise, and so would a colleague's.
    Raises LabelError for one that is not open, and for whoever made the decision themselves.
    """

    def decided(lines: Sequence[dict[str, Any]]) -> list[ledger.Entry]:
        found = [appeal for appeal in appeals(lines) if key in (appeal.key, appeal.reference)]
        if not found:
            raise LabelError(f"{path}: there is no appeal {key!r}; `appeals list` names them")
        appeal = next((one for one in found if one.outcome is None), found[-1])
        end = Outcome(appeal=appeal.key, outcome=outcome, annotator=by, at=at, note=note)
        if appeal.outcome is not None:
            raise LabelError(f"appeal {key} was {appeal.outcome} by {appeal.by} already")
        against = _against(appeal, lines)
        people = {str(entry["annotator"]) for entry in (*appeal.about, *against)}
        if by.strip().casefold() in {person.strip().casefold() for person in people}:
            raise LabelError(f"{by} made this decision: somebody else has to decide on the appeal")
        back = against if outcome == REVERSED else []
        return [end, *(ledger.Retraction(key=entry["key"], by=by, at=at) for entry in back)]

    return len(ledger.append_seeing(path, decided)) - 1


def _against(appeal: Appeal, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What stands that says the same as what an appeal is against, by whomever."""
    keys = {entry["key"] for entry in appeal.about}
    said = {_answer(entry) for entry in appeal.about if entry["entry"] == "decision"}
    return [
        entry
        for kind in _AGAINST
        for entry in ledger.standing(lines, kind)
        if entry["key"] in keys or (kind == "decision" and _answer(entry) in said)
    ]


def _answer(entry: dict[str, Any]) -> tuple[Any, ...]:
    """What a decision says, of which comment."""
    *comment, _ = ledger.comment_of(entry)
    return (*comment, entry["label"], entry["value"])


def appeals(lines: Sequence[dict[str, Any]]) -> list[Appeal]:
    """The appeals of a ledger that nobody took back, oldest first, with what became of them."""
    said = _subjects(*([line for line in lines if line["entry"] == kind] for kind in _AGAINST))
    outcomes = {entry["appeal"]: entry for entry in ledger.standing(lines, "outcome")}
    found = []
    for entry in ledger.standing(lines, "appeal"):
        end = outcomes.get(entry["key"], {})
        about = [said[key] for key in entry["about"].split(";") if key in said]
        found.append(
            Appeal(
                key=entry["key"],
                reference=entry.get("reference"),
                opened_at=entry["at"],
                about=about,
                outcome=end.get("outcome"),
                by=end.get("annotator"),
                decided_at=end.get("at"),
            )
        )
    return found


_AGAINST = ("decision", "action")


def _subjects(*kinds: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What an appeal can be against, by key."""
    return {entry["key"]: entry for entries in kinds for entry in entries}


class Count(NamedTuple):
    """Appeals of one group."""

    group: str
    name: str
    open: int
    upheld: int
    reversed: int


def counts(found: Iterable[Appeal]) -> list[Count]:
    """How many appeals are open, upheld and reversed: in all, by label, reviewer and model.

    An appeal against two labels counts for each; one against an action alone has the label "".
    """
    tally: dict[tuple[str, str], list[int]] = {}
    order = (None, UPHELD, REVERSED)
    for appeal in found:
        groups = {("all", "")}
        for entry in appeal.about:
            groups |= {
                ("label", str(entry.get("label") or entry.get("reason") or "")),
                ("reviewer", str(entry["annotator"])),
                ("model", str(entry.get("model") or "")),
            }
        for group in groups:
            tally.setdefault(group, [0, 0, 0])[order.index(appeal.outcome)] += 1
    ranks = ("all", "label", "reviewer", "model")
    ordered = sorted(tally, key=lambda group: (ranks.index(group[0]), group[1]))
    return [Count(*group, *tally[group]) for group in ordered]
