"""Show doubted labels as a scored table, so that `review` opens them: a comment a row, in context.

A label that the table gives is the flag, so that to confirm it is to keep it; one that it refuses
is asked about without a flag. The score is what the other rows make of the label, and `why` says
so in a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd

from moderation.labels.comments import label_comments
from moderation.labels.table import label_names

if TYPE_CHECKING:
    from moderation.training.check.audit import Audit, Finding

MOST = 500  # comments of a page: more are not looked through in a day


def doubts_table(
    frame: pd.DataFrame, audit: Audit, most: int = MOST
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The most doubtful comments as a scored table, and the passport that goes with it.

    frame: the label table that was audited. A comment that several annotators judged stands in
    it once. Rows without an id are named `row 17`, by their place in the table, from 1.
    """
    by_comment: dict[tuple[str, str, str], list[Finding]] = {}
    keys = frame[["thread_id", "id", "text"]].astype("object").where(frame.notna(), "")
    for finding in audit.findings:
        thread, name, text = (str(value) for value in keys.iloc[finding.row])
        place = (thread, name, text) if name else (thread, f"row {finding.row + 1}", text)
        if place in by_comment or len(by_comment) < most:
            by_comment.setdefault(place, []).append(finding)
    places, doubts = list(by_comment), list(by_comment.values())
    chosen = frame.iloc[[several[0].row for several in doubts]].reset_index(drop=True)
    comments, threads, rows = label_comments(chosen)
    titles = threads.drop_duplicates("thread_id").set_index("thread_id")["title"]
    table = comments.assign(title=comments["thread_id"].map(titles).array)
    labels = label_names(frame)
    columns: dict[str, list[Any]] = {
        name: [None] * len(table) for name in ("flags", "why", "queue", *labels)
    }
    columns["flags"] = [""] * len(table)
    named = table[["thread_id", "id"]].astype("object").copy()
    for place, several, row in zip(places, doubts, rows.tolist(), strict=True):
        named.iloc[row] = [place[0] or named["thread_id"].iloc[row], place[1]]
        for name, value in _row(several).items():
            columns[name][row] = value
    for name in labels:
        columns[name] = pd.array(columns[name], "Float32")  # type: ignore[assignment]
    passport = {
        "model": "labels check",
        "labels": labels,
        "thresholds": dict.fromkeys(labels, 0.5),
        "goals": {},
    }
    return table.assign(**named, **columns), passport


def _row(several: list[Finding]) -> dict[str, Any]:
    """Flags, reasons and scores of one comment, from what is doubted of it."""
    row: dict[str, Any] = {}
    why: dict[str, dict[str, Any]] = {}
    for finding in several:  # the most doubtful first
        if finding.label in why:
            continue
        score = round(1 - finding.strength if finding.given else finding.strength, 4)
        answer = "yes" if finding.given else "no"
        who = f"{finding.annotator or finding.source or 'the table'} said {answer}"
        reason = "; ".join([who, *finding.reasons])
        why[finding.label] = {"score": score, "threshold": 0.5, "sentence": f"{reason}."}
        row[finding.label] = score
    given = {finding.label for finding in several if finding.given}
    row["flags"] = ";".join(label for label in why if label in given)
    row["why"] = orjson.dumps(why).decode()
    row["queue"] = f"doubted {several[0].label}"
    return row
