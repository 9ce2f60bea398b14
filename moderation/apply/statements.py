"""Statements of reasons: what an author is told, and the row for the transparency database.

One record says both. Only what a run wrote and nobody undid has one; approvals have none. The row
holds no word of the comment or of a note, and no name: facts come from the policy and from what
kind of step it was. Source: Regulation (EU) 2022/2065, Articles 17(3) and 24(5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from moderation.apply.policy import Ground
from moderation.apply.transparency import (
    CATEGORIES,
    FRAUD,
    MOST_IN_ONE,
    OTHER,
    VISIBILITY,
    faults,
)
from moderation.comments import STRING
from moderation.errors import ApplyError, OutputError
from moderation.labels.ledger import entries
from moderation.report.links import domains
from moderation.tables import replacing
from moderation.translation import ENGLISH, languages, marked, tr_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from moderation.apply.plan import Plan, Step
    from moderation.apply.policy import Policy

TWO_LETTERS = 2  # of ISO 639-1; a language that has three there is left out
QUOTED = 300  # characters of the comment, for its author
SCORE = "score"  # who decided a step that no person decided
DONE = {"remove": "removed", "spam": "moved to the spam folder", "hold": "hidden"}
_DONE = {  # the same for the author
    "remove": marked("It was removed on {day}, until further notice."),
    "spam": marked("It was moved to the spam folder on {day}, until further notice."),
    "hold": marked("It was hidden on {day}, until further notice."),
}
_OPENINGS = {  # by whether its day and its title are known
    (True, True): marked("Your comment of {day} on {platform} under “{title}”:"),
    (True, False): marked("Your comment of {day} on {platform}:"),
    (False, True): marked("Your comment on {platform} under “{title}”:"),
    (False, False): marked("Your comment on {platform}:"),
}
_RULES = {
    "spam": marked("No spam"),
    "slur": marked("No slurs"),
    "abuse": marked("No abuse"),
    "off_topic": marked("Stay with the subject of the article"),
    "": marked("Our rules"),
}
_SOFTWARE = marked("It was found and decided by software, without a person.")
_POINTED_OUT = marked("Software pointed it out; a person decided.")
_PERSON = marked("A person found it and decided.")
_BROKEN = "The comment breaks the rule “{rule}”."
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
    plan: Plan,
    applied: Mapping[str, str],
    table: pa.Table,
    ledger: Path,
    policy: Policy,
    language: str | None = None,
) -> list[Statement]:
    """A statement for each step that was applied. applied: by step, when. table: scored.

    language: of the texts for the authors; None for the policy's, else each comment's.
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
        chosen = language or _spoken(row, policy)
        made.append(_statement(step, applied[step.step], about, row, policy, chosen))
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


def _spoken(row: dict[str, Any], policy: Policy) -> str:
    """The language for an author: English where there are no texts in theirs."""
    for name in (policy.language, str(row.get("language") or "").split("-")[0]):
        if name in languages():
            return name
    return ENGLISH


def _statement(
    step: Step,
    applied: str,
    about: list[dict[str, Any]],
    row: dict[str, Any],
    policy: Policy,
    language: str,
) -> Statement:
    labels = [str(one["label"]) for one in about if one.get("label") and one.get("value")]
    labels = labels or _labels_of(step)
    label = next((one for one in labels if one in CATEGORIES or one in policy.grounds), "")
    linked = bool(domains(str(row.get("text") or "")))
    ground = _ground(label, about, policy, linked)
    reference = f"{step.step}-{step.action}"
    found = _SOFTWARE if step.by == SCORE else _POINTED_OUT if row.get("flags") else _PERSON
    facts = _Facts(applied[:10], found, step.action, ground)
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
        text=_text(reference, facts, row, policy, language),
        row=record,
    )


def _labels_of(step: Step) -> list[str]:
    """The labels in a step's reason: `abuse 0.983 >= 0.9` of a score, else `rule: abuse;slur`."""
    named = step.reason.split(" ")[0] if step.by == SCORE else step.reason.split(": ")[-1]
    return [part for part in named.split(";") if part]


@dataclass(frozen=True)
class _Facts:
    """What both the text and the row say. found: how, and who decided; one of three sentences."""

    applied: str
    found: str
    action: str
    ground: Ground


def _ground(label: str, about: list[dict[str, Any]], policy: Policy, linked: bool) -> Ground:
    """The rule and why: the reviewer's reason, else the policy's for the label, else ours."""
    own = policy.grounds.get(label, Ground())
    act: dict[str, Any] = next((one for one in reversed(about) if one.get("rule")), {})
    category, keyword = CATEGORIES.get(label, OTHER)
    if label == "spam" and linked:
        category, keyword = FRAUD
    usual = _RULES.get(label) or f"No {label.replace('_', ' ')}"
    return Ground(
        rule=act.get("rule") or own.rule or usual,
        explanation=own.explanation or act.get("message") or "",
        category=own.category or category,
        keyword=own.keyword or keyword,
        law=own.law,
    )


def _row(
    reference: str, label: str, facts: _Facts, row: dict[str, Any], policy: Policy
) -> dict[str, Any]:
    ground = facts.ground
    explanation = ground.explanation or _BROKEN.format(rule=ground.rule)
    if ground.law:
        why = {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": ground.law,
            "illegal_content_explanation": explanation,
        }
    else:
        why = {
            "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            "incompatible_content_ground": ground.rule,
            "incompatible_content_explanation": explanation,
            "incompatible_content_illegal": "No",
        }
    automated = {_SOFTWARE: "FULLY", _POINTED_OUT: "PARTIALLY", _PERSON: "NOT_AUTOMATED"}
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
        "decision_facts": f"A reader comment was {DONE[facts.action]} for {what}. {facts.found}",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "No" if facts.found == _PERSON else "Yes",
        "automated_decision": f"AUTOMATED_DECISION_{automated[facts.found]}",
        "puid": reference,
        **{name: value for name, value in optional.items() if value},
    }


def _text(reference: str, facts: _Facts, row: dict[str, Any], policy: Policy, language: str) -> str:
    """What the author is told: Article 17(3), (a) to (f)."""
    say = partial(tr_in, language)
    ground = facts.ground
    written, title = str(row.get("created_at") or "")[:10], _line(str(row.get("title") or ""))
    rule = say(ground.rule)  # the reasons that come with the program have translations
    why = [
        say(marked("Why: it breaks the rule “{rule}”."), rule=rule),
        say(ground.explanation) if ground.explanation else "",
        say(marked("It is also against the law: {law}."), law=ground.law) if ground.law else "",
        say(marked("The rules: {terms}"), terms=policy.terms) if policy.terms else "",
    ]
    scope = ", ".join(policy.territorial_scope)
    done = [
        say(_DONE[facts.action], day=facts.applied),
        say(marked("This holds in {countries}."), countries=scope) if scope else "",
    ]
    quoted = str(row.get("text") or "")
    quoted = quoted[:QUOTED] + ("…" if len(quoted) > QUOTED else "")
    opening = _OPENINGS[bool(written), bool(title)]
    lines = [
        say(opening, day=written, platform=policy.platform, title=title),
        "",
        *(f"    {_line(line)}" for line in quoted.splitlines()),
        "",
        " ".join(filter(None, done)),
        " ".join(filter(None, why)),
        say(marked("How: {how}"), how=say(facts.found)),
        say(marked("If you think that this is wrong: {appeal}"), appeal=policy.appeal),
        say(marked("Please name the reference {reference}."), reference=reference),
    ]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    """One line, without signs that change what is around it."""
    return "".join(sign for sign in text if sign.isprintable())
