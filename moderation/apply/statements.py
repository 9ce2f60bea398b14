"""Statements of reasons: what an author is told, and the row for the transparency database.

One record says both. Only what a run wrote and nobody undid has one; approvals have none. The row
holds no word of the comment or of a note, and no name: facts come from the policy and from what
kind of step it was. Source: Regulation (EU) 2022/2065, Articles 17(3) and 24(5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from moderation.apply.policy import Ground
from moderation.apply.transparency import CATEGORIES, MOST_IN_ONE, OTHER, VISIBILITY, faults
from moderation.comments import STRING
from moderation.errors import ApplyError, OutputError
from moderation.labels.ledger import entries
from moderation.tables import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from moderation.apply.plan import Plan, Step
    from moderation.apply.policy import Policy

TWO_LETTERS = 2  # of ISO 639-1; a language that has three there is left out
QUOTED = 300  # characters of the comment, for its author
SCORE = "score"  # who decided a step that no person decided
DONE = {"remove": "removed", "spam": "moved to the spam folder", "hold": "hidden"}
_COLUMNS = ("thread_id", "id", "text", "author", "created_at", "title", "language", "flags")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What is said about one step. reference: for the author, and the database's `puid`.

    decisions: their keys, for an appeal. text: for the author, in Markdown. row: for the database.
    """

    reference: str
    thread: str
    id: str
    author: str | None
    decisions: list[str]
    text: str
    row: dict[str, Any]


def statements(
    plan: Plan, applied: Mapping[str, str], table: pa.Table, ledger: Path, policy: Policy
) -> list[Statement]:
    """A statement for each step that was applied. applied: by step, when. table: scored.

    Raises ApplyError for a comment that is not in the table, and for a row that the transparency
    database would refuse.
    """
    said = {entry["key"]: entry for entry in entries(ledger) if "key" in entry}
    steps = [one for one in plan.steps if one.step in applied and one.action in DONE]
    rows = _rows(table, steps)
    made = []
    for step in steps:
        row = rows.get((step.thread, step.id))
        if row is None:
            raise ApplyError(
                f"comment {step.id} of the plan is not in the scored file; "
                "name the one that the plan was made from"
            )
        about = [said[key] for key in step.decisions if key in said]
        made.append(_statement(step, applied[step.step], about, row, policy))
    return made


def write_statements(statements: Sequence[Statement], folder: Path) -> list[str]:
    """Write the files into a folder, for the owner's eyes; their names."""
    records = [
        {
            "reference": one.reference,
            "thread_id": one.thread,
            "id": one.id,
            "author": one.author,
            "decisions": one.decisions,
            "text": one.text,
            "dsa": one.row,
        }
        for one in statements
    ]
    pages = "\n".join(
        f"## {_line(one.author or 'Unknown author')}\n\n{one.text}" for one in statements
    )
    files = {
        "authors.md": pages.encode("utf-8"),
        "statements.jsonl": b"".join(orjson.dumps(record) + b"\n" for record in records),
    }
    for number, first in enumerate(range(0, len(statements), MOST_IN_ONE), start=1):
        rows = [statement.row for statement in statements[first : first + MOST_IN_ONE]]
        option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        files[f"dsa-{number:03d}.json"] = orjson.dumps({"statements": rows}, option=option)
    _write(folder, files)
    return list(files)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files, and remove those of an earlier, longer plan: nobody may send them again."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for stale in set(folder.glob("dsa-*.json")) - {folder / name for name in files}:
            stale.unlink()
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
    for name, content in files.items():
        with replacing(folder / name, private=True) as temporary:
            temporary.write_bytes(content)


def _rows(table: pa.Table, steps: Iterable[Step]) -> dict[tuple[str, str], dict[str, Any]]:
    """The comments of the steps, by thread and id."""
    names = [name for name in _COLUMNS if name in table.column_names]
    wanted = pa.array(sorted({step.id for step in steps}), STRING)
    some = table.select(names).filter(pc.is_in(pc.cast(table["id"], STRING), wanted))
    return {(str(row["thread_id"] or ""), str(row["id"])): row for row in some.to_pylist()}


def _statement(
    step: Step, applied: str, about: list[dict[str, Any]], row: dict[str, Any], policy: Policy
) -> Statement:
    labels = [str(one["label"]) for one in about if one.get("label") and one.get("value")]
    labels = labels or _labels_of(step)
    label = next((one for one in labels if one in CATEGORIES or one in policy.grounds), "")
    ground = _ground(label, about, policy)
    reference = f"{step.step}-{step.action}"
    flagged = bool(row.get("flags"))
    facts = _Facts(applied[:10], flagged, step.by == SCORE, DONE[step.action], ground)
    record = _row(reference, label, facts, row, policy) | {
        "decision_visibility": [VISIBILITY[step.action]]
    }
    if wrong := faults(record):
        raise ApplyError(
            f"comment {step.id}: the transparency database would refuse this: {wrong[0]}"
        )
    return Statement(
        reference=reference,
        thread=step.thread,
        id=step.id,
        author=row.get("author"),
        decisions=step.decisions,
        text=_text(reference, facts, row, policy),
        row=record,
    )


def _labels_of(step: Step) -> list[str]:
    """The labels in a step's reason: `abuse 0.983 >= 0.9` of a score, else `rule: abuse;slur`."""
    named = step.reason.split(" ")[0] if step.by == SCORE else step.reason.split(": ")[-1]
    return [part for part in named.split(";") if part]


@dataclass(frozen=True)
class _Facts:
    """What both the text and the row say. flagged: the program had pointed at it."""

    applied: str
    flagged: bool
    by_score: bool
    done: str
    ground: Ground

    @property
    def found(self) -> str:
        """How it was found and decided, in a sentence or two."""
        if self.by_score:
            return "It was found and decided by software, without a person."
        if self.flagged:
            return "Software pointed it out; a person decided."
        return "A person found it and decided."


def _ground(label: str, about: list[dict[str, Any]], policy: Policy) -> Ground:
    """The rule and its explanation: the reviewer's reason, else the policy's for the label."""
    own = policy.grounds.get(label, Ground())
    act: dict[str, Any] = next((one for one in reversed(about) if one.get("rule")), {})
    category, keyword = CATEGORIES.get(label, OTHER)
    rule = (
        act.get("rule") or own.rule or (f"No {label.replace('_', ' ')}" if label else "Our rules")
    )
    return Ground(
        rule=rule,
        explanation=own.explanation or f"The comment breaks the rule “{rule}”.",
        category=own.category or category,
        keyword=own.keyword or keyword,
        law=own.law,
    )


def _row(
    reference: str, label: str, facts: _Facts, row: dict[str, Any], policy: Policy
) -> dict[str, Any]:
    ground = facts.ground
    if ground.law:
        why = {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": ground.law,
            "illegal_content_explanation": ground.explanation,
        }
    else:
        why = {
            "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            "incompatible_content_ground": ground.rule,
            "incompatible_content_explanation": ground.explanation,
            "incompatible_content_illegal": "No",
        }
    automated = "FULLY" if facts.by_score else "PARTIALLY" if facts.flagged else "NOT_AUTOMATED"
    what = label.replace("_", " ") or "a breach of the rules"
    written = str(row.get("created_at") or "")[:10]
    spoken = policy.language or str(row.get("language") or "").split("-")[0]
    optional = {
        "decision_ground_reference_url": policy.terms,
        "territorial_scope": list(policy.territorial_scope),
        "content_language": spoken.upper() if len(spoken) == TWO_LETTERS else "",
        "content_date": written if "2000" <= written <= facts.applied else "",
        "category_specification_other": what if ground.keyword == OTHER[1] else "",
    }
    return {
        **why,
        "content_type": ["CONTENT_TYPE_TEXT"],
        "category": ground.category,
        "category_specification": [ground.keyword],
        "application_date": facts.applied,
        "decision_facts": f"A reader comment was {facts.done} for {what}. {facts.found}",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes" if facts.flagged or facts.by_score else "No",
        "automated_decision": f"AUTOMATED_DECISION_{automated}",
        "puid": reference,
        **{name: value for name, value in optional.items() if value},
    }


def _text(reference: str, facts: _Facts, row: dict[str, Any], policy: Policy) -> str:
    """What the author is told: Article 17(3), (a) to (f)."""
    ground = facts.ground
    written = f" of {str(row['created_at'])[:10]}" if row.get("created_at") else ""
    under = f" under “{_line(row['title'])}”" if row.get("title") else ""
    where = f" in {', '.join(policy.territorial_scope)}" if policy.territorial_scope else ""
    law = f" It is also against the law: {ground.law}." if ground.law else ""
    terms = f" The rules: {policy.terms}" if policy.terms else ""
    quoted = str(row.get("text") or "")
    quoted = quoted[:QUOTED] + ("…" if len(quoted) > QUOTED else "")
    lines = [
        f"Your comment{written} on {policy.platform}{under}:",
        "",
        *(f"    {_line(line)}" for line in quoted.splitlines()),
        "",
        f"It was {facts.done} on {facts.applied}{where}, until further notice.",
        f"Why: it breaks the rule “{ground.rule}”. {ground.explanation}{law}{terms}",
        f"How: {facts.found}",
        f"If you think that this is wrong: {policy.appeal}",
        f"Please name the reference {reference}.",
    ]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    """One line, without signs that change what is around it."""
    return "".join(sign for sign in text if sign.isprintable())
