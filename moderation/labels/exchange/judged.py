"""Make a label table of judgements, whichever tool they come from.

Tools say which labels a comment has, but not which it lacks. A comment that was judged is
taken to lack the labels it was not given: of those that occur in the file, or that the tool
offered. A comment without any label may be clean or not yet looked at, so it is not judged, unless
it has one of CLEAN, or the caller knows that all were looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
import pandas as pd

from moderation.errors import LabelError
from moderation.labels.name import is_label
from moderation.labels.table import label_frame

CLEAN = frozenset({"clean", "none", "ok", "okay", "ham", "normal", "neutral", "not_flagged"})
"""Labels that mean that none applies."""

OWN_FIELD = "moderation"
"""The field in which `labels export` stores, as a JSON string, what a tool has no field for."""

_RESTORED = (
    *("thread_id", "parent_text", "title", "article"),
    *("source", "group", "weight", "natural"),
)


@dataclass
class Judged:
    """One comment as one person judged it.

    given: labels it has. refused: labels that do not apply, by name. offered: labels that could
    have been given, None = all that occur in answers to the same `question`. submitted: somebody
    pressed "done", so a comment without labels has none. context: thread_id, parent_text, title…
    """

    text: str
    given: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    offered: list[str] | None = None
    id: str | None = None
    annotator: str | None = None
    labelled_at: str | datetime | None = None
    context: dict[str, Any] = field(default_factory=dict)
    question: str = ""
    submitted: bool = False


def restored(judged: Judged, fields: dict[str, Any]) -> Judged:
    """A judgement as it was exported, if the tool changed neither it nor its annotator.

    fields: those of the tool, OWN_FIELD among them. What was not judged stays that way; what was
    changed is attributed to the tool and its annotator. Raises ValueError if OWN_FIELD holds
    anything else.
    """
    if not isinstance(fields.get(OWN_FIELD), str):
        return judged
    exported = orjson.loads(fields[OWN_FIELD])
    decided = exported["decided"]
    if not set(decided.values()) <= {0, 1}:
        raise ValueError(f"{OWN_FIELD} says {str(decided)[:60]}")
    given = [name for name, value in decided.items() if value == 1]
    restoring = replace(
        judged,
        id=exported.get("id"),
        context={name: value for name, value in exported.items() if name in _RESTORED},
        offered=judged.offered if judged.offered == [] else list(decided),
    )
    if not _agrees(judged, decided, given, exported.get("annotator")):
        return replace(restoring, submitted=bool(judged.submitted or decided))
    return replace(
        restoring,
        given=given,
        annotator=exported.get("annotator"),
        labelled_at=exported.get("labelled_at"),
        submitted=bool(decided),
    )


def _agrees(
    judged: Judged, decided: dict[str, int], given: list[str], annotator: str | None
) -> bool:
    return (
        set(judged.given) - CLEAN == set(given)
        and all(decided.get(name) == 0 for name in judged.refused)
        and judged.annotator in (None, annotator)
    )


def judged_frame(
    judgements: Iterable[Judged], place: str, empty_is_clean: bool = False
) -> pd.DataFrame:
    """The judgements as a label table, without comments that nobody looked at.

    Label names are made column names ("Hate speech" becomes Hate_speech). empty_is_clean: a comment
    without a label counts as judged to have none. Raises LabelError for a name that cannot be a
    column's.
    """
    judgements = [_with_column_names(judged, place) for judged in judgements]
    occurring: defaultdict[str, set[str]] = defaultdict(set)
    for judged in judgements:
        occurring[judged.question].update(judged.given, judged.refused, judged.offered or ())
    rows = [
        _row(judged, occurring[judged.question] | occurring[""])
        for judged in judgements
        if judged.given or judged.refused or judged.submitted or empty_is_clean
    ]
    columns = pd.DataFrame(rows, dtype="object")
    return label_frame(columns if rows else pd.DataFrame({"text": []}), place)


def _with_column_names(judged: Judged, place: str) -> Judged:
    def named(labels: list[str]) -> list[str]:
        return [_column_name(label, place) for label in labels]

    offered = None if judged.offered is None else named(judged.offered)
    return replace(
        judged, given=named(judged.given), refused=named(judged.refused), offered=offered
    )


def _row(judged: Judged, occurring: set[str]) -> dict[str, Any]:
    """Columns of a judgement: 1 for labels that it gives, 0 for those it refuses or leaves out."""
    row: dict[str, Any] = {
        "text": judged.text,
        "id": judged.id,
        "annotator": judged.annotator,
        "labelled_at": judged.labelled_at,
        **judged.context,
    }
    one_label_asked = bool(judged.refused) or judged.offered == []
    if not one_label_asked:
        offered = occurring if judged.offered is None else set(judged.offered)
        row |= dict.fromkeys(sorted(offered - CLEAN), 0)
    row |= dict.fromkeys(sorted(set(judged.refused) - CLEAN), 0)
    return row | dict.fromkeys(sorted(set(judged.given) - CLEAN), 1)


def _column_name(label: str, place: str) -> str:
    if re.search(r"[;|#,\n\t]", label):
        raise LabelError(
            f"{place}: the label {label[:60]!r} seems to be several in one; "
            "give a list of them, or rename it"
        )
    name = re.sub(r"\W+", "_", str(label), flags=re.ASCII).strip("_")
    if name.lower() in CLEAN:
        return name.lower()
    if not is_label(name):
        raise LabelError(f"{place}: the label {label!r} cannot be a column's name; rename it")
    return name
