"""What people decided, as steps: the newest decision of anybody, on the text as it was scored.

An action that somebody chose is what follows; else, a label being no action, the rules say what
follows from which. Nothing follows from a score unless
the rules name the label and the least score; and never where a person decided on the comment.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from moderation.apply.plan import Step, step_name
from moderation.apply.platforms import PLATFORMS
from moderation.apply.target import Target
from moderation.comments import STRING
from moderation.errors import ApplyError, InputError
from moderation.labels.actions import newest_actions
from moderation.labels.ledger import counting, entries, replaces, standing
from moderation.readers.written import read_table
from moderation.translation import marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DEFAULT_ACTIONS = {"spam": "spam", "slur": "remove", "abuse": "remove"}
"""What follows from a label unless `--action` says otherwise; from any other label, nothing."""

CHOSEN = {"approve": "approve", "hide": "hold", "spam": "spam", "trash": "remove"}
"""The step of an action that a reviewer chose; `escalate` and `none` have none."""

APPROVE = "approve"
_STRENGTH = ("spam", "remove", "hold")  # of two labels' actions the first is taken
_NEEDED = ("thread_id", "id", "text")  # columns
_COLUMNS = (*_NEEDED, "status", "kind")
_PINNED = ("deleted",)  # by its author: there is nothing to decide


class Rules(NamedTuple):
    """actions: by label. approve: also what people judged and gave no label. scores: least ones.

    options: the platform's own settings.
    """

    to: str
    site: str | None
    actions: Mapping[str, str]
    approve: bool
    scores: Mapping[str, float]
    options: Mapping[str, str] = MappingProxyType({})


class Wanted(NamedTuple):
    """Steps, and how many decided comments have none, by the reason. comments: all there are."""

    steps: list[Step]
    left: Counter[str]
    comments: int
    ledger: str
    scored: str


class _Row(NamedTuple):
    """A comment of the scored file. labels: with their scores, where a rule asks for them."""

    thread: str
    id: str
    text: str
    status: str
    alone: bool  # no other row of the file has its id
    scores: dict[str, float]


def wanted(ledger: Path, scored: str, rules: Rules) -> Wanted:
    """The steps that follow from a ledger for the comments of a scored file.

    Raises ApplyError or InputError with what is wrong.
    """
    table, _ = read_table(scored)
    _check_columns(table, scored, rules)
    decided, chosen = _decided(ledger)
    left: Counter[str] = Counter()
    steps = []
    met: set[tuple[str, str]] = set()
    known = decided.keys() | chosen.keys()
    for row in _rows(table, {name for _, name in known}, rules.scores):
        places = [place for place in _places(row) if place in known]
        met.update(places)
        told = {label: one for place in places for label, one in decided.get(place, {}).items()}
        act = next((chosen[place] for place in places[::-1] if place in chosen), None)
        if act is not None:
            step = _by_choice(row, act, told, rules)
        else:
            step = _by_people(row, told, rules, left) if told else _by_score(row, rules)
        if isinstance(step, Step):
            steps.append(step)
        elif step:
            left[step] += 1
    left[marked("not in the scored file")] += len(known - met)
    reasons = +left  # without those that hold for no comment
    return Wanted(steps, reasons, _comments(table), _digest(ledger), _digest(Path(scored)))


def _check_columns(table: pa.Table, scored: str, rules: Rules) -> None:
    """Raise InputError, with the name of a column that the steps need and the table lacks."""
    for name in (*_NEEDED, *rules.scores):
        if name not in table.column_names:
            raise InputError(f"{scored}: has no column {name}; give what `score -o` wrote")


_Place = tuple[str, str]
"""A comment's thread and id."""


class _Choice(NamedTuple):
    """An action, and whether others decided on the comment's labels after it."""

    entry: dict[str, Any]
    doubted: bool


def _decided(ledger: Path) -> tuple[dict[_Place, dict[str, dict[str, Any]]], dict[_Place, _Choice]]:
    """The newest decision per label of each comment, and the newest action on it."""
    if not ledger.exists():
        raise ApplyError(f"{ledger}: there is no such ledger; decide with `moderation review`")
    lines = entries(ledger)
    # without an id: a text from elsewhere, no comment of any site
    decisions = [entry for entry in counting(standing(lines)) if entry.get("id")]
    decided: dict[_Place, dict[str, dict[str, Any]]] = defaultdict(dict)
    for (place, label), entry in _newest(decisions, lambda entry: (_place(entry), entry["label"])):
        decided[place][label] = entry
    number = {id(entry): k for k, entry in enumerate(lines)}
    actions = [entry for entry in newest_actions(standing(lines, "action")) if entry.get("id")]
    chosen = dict(_newest(actions, _place))
    doubted = {
        _place(entry)
        for entry in decisions
        if (act := chosen.get(_place(entry))) is not None
        and entry["annotator"] != act["annotator"]
        and number[id(entry)] > number[id(act)]
        and replaces(entry, act)
    }
    choices = {place: _Choice(entry, place in doubted) for place, entry in chosen.items()}
    return dict(decided), choices


def _newest(
    entries: list[dict[str, Any]], key: Callable[[dict[str, Any]], Any]
) -> list[tuple[Any, dict[str, Any]]]:
    """The newest entry of each key."""
    newest: dict[Any, dict[str, Any]] = {}
    for entry in entries:
        before = newest.get(key(entry))
        if before is None or replaces(entry, before):
            newest[key(entry)] = entry
    return list(newest.items())


def _place(entry: dict[str, Any]) -> _Place:
    return entry.get("thread_id") or "", entry.get("id") or ""


def standing_keys(ledger: Path) -> frozenset[str]:
    """The decisions and actions that nobody took back and that still count."""
    decided, chosen = _decided(ledger)
    keys = {entry["key"] for comment in decided.values() for entry in comment.values()}
    return frozenset(keys | {choice.entry["key"] for choice in chosen.values()})


def _places(row: _Row) -> list[tuple[str, str]]:
    """Where the ledger may have the row: a decision without a thread counts for a lone id."""
    return [("", row.id), (row.thread, row.id)] if row.alone else [(row.thread, row.id)]


def _rows(table: pa.Table, names: set[str], scores: Mapping[str, float]) -> Iterator[_Row]:
    """The rows that somebody decided on, and those with one of the scores."""
    columns = {
        name: pc.cast(table[name], STRING) for name in _COLUMNS if name in table.column_names
    }
    chosen = _chosen(table, columns, names, scores)
    picked = {name: pc.filter(column, chosen).to_pylist() for name, column in columns.items()}
    given = {label: pc.filter(table[label], chosen).to_pylist() for label in scores}
    counts = _counts(columns["id"], picked["id"])
    statuses = picked.get("status", [None] * len(picked["id"]))
    each = zip(picked["thread_id"], picked["id"], picked["text"], statuses, strict=True)
    for number, (thread, name, text, status) in enumerate(each):
        if name is not None:
            alone = counts[name] == 1
            enough = _enough({label: values[number] for label, values in given.items()}, scores)
            yield _Row(thread or "", name, text or "", status or "unknown", alone, enough)


def _chosen(
    table: pa.Table, columns: Mapping[str, Any], names: set[str], scores: Mapping[str, float]
) -> Any:
    """Whether each row has one of the ids or of the scores, and is no placeholder."""
    chosen = pc.is_in(columns["id"], pa.array(sorted(names), STRING))
    for label, least in scores.items():
        enough = pc.greater_equal(pc.cast(table[label], pa.float64()), least)
        chosen = pc.or_(chosen, pc.fill_null(enough, False))
    if "kind" in columns:
        chosen = pc.and_(chosen, pc.fill_null(pc.not_equal(columns["kind"], "placeholder"), True))
    return chosen


def _counts(ids: Any, wanted: list[str | None]) -> dict[str | None, int]:
    """How many rows of the file have each of some ids."""
    counted = pc.value_counts(pc.filter(ids, pc.is_in(ids, pa.array(wanted))))
    return {row["values"]: row["counts"] for row in counted.to_pylist()}


def _enough(given: Mapping[str, float | None], least: Mapping[str, float]) -> dict[str, float]:
    """The scores of a row that are as high as the rules ask for."""
    return {
        label: score
        for label, score in given.items()
        if score is not None and score >= least[label]
    }


def _by_choice(
    row: _Row, choice: _Choice, decisions: dict[str, dict[str, Any]], rules: Rules
) -> Step | str:
    """The step for a comment for which somebody chose an action, or why there is none."""
    act = choice.entry
    if act["text"] != row.text:
        return marked("edited since they were decided")
    if choice.doubted:
        return marked("decided on by others after the action was chosen")
    wanted_action = CHOSEN.get(act["action"])
    if wanted_action is None:
        escalated = act["action"] == "escalate"
        return marked("escalated") if escalated else marked("to be left as they are")
    if wanted_action != APPROVE and wanted_action not in PLATFORMS[rules.to].actions:
        wanted_action = "remove"  # a site without a queue of its own hides by removing
    yes = sorted(
        label for label, entry in decisions.items() if entry["value"] and entry["text"] == row.text
    )
    reason = ": ".join(filter(None, [act.get("reason"), ";".join(yes)]))
    return _step(row, rules, wanted_action, [act], reason or act["action"])


def _by_people(
    row: _Row, decisions: dict[str, dict[str, Any]], rules: Rules, left: Counter[str]
) -> Step | str:
    """The step for a comment that somebody decided on, or why there is none."""
    current = {label: entry for label, entry in decisions.items() if entry["text"] == row.text}
    if not current:
        return marked("edited since they were decided")
    yes = sorted(label for label, entry in current.items() if entry["value"])
    for label in yes:
        if label not in rules.actions:
            left[f"{label}: no action (--action {label}=…)"] += 1
    acting = [label for label in yes if label in rules.actions]
    if acting:
        label = min(acting, key=lambda name: (_STRENGTH.index(rules.actions[name]), name))
        entries_of = [current[name] for name in acting]
        return _step(row, rules, rules.actions[label], entries_of, ";".join(acting))
    if yes:
        return ""
    if not rules.approve:
        return marked("decided No (--approve)")
    return _step(row, rules, APPROVE, list(current.values()), "decided No")


def _by_score(row: _Row, rules: Rules) -> Step | str:
    acting = [label for label in row.scores if label in rules.actions]
    if not acting:
        return ""
    label = min(acting, key=lambda name: (_STRENGTH.index(rules.actions[name]), name))
    reason = f"{label} {row.scores[label]:.3f} >= {rules.scores[label]:g}"
    return _step(row, rules, rules.actions[label], [], reason)


def _step(
    row: _Row, rules: Rules, action: str, decisions: Sequence[dict[str, Any]], reason: str
) -> Step | str:
    platform = PLATFORMS[rules.to]
    after = platform.leads(rules.options).get(action)
    if after is None:
        return f"{rules.to} cannot {action}"
    if row.status in _PINNED:
        return marked("deleted by their authors")
    if not platform.fits(row.thread, row.id):
        return f"without an id of {rules.to}"
    if not row.alone and not platform.per_thread:
        return marked("with an id that stands in several threads")
    before = platform.statuses.get(row.status)
    if before == after:
        return marked("already so in the dump")
    keys = sorted(str(entry["key"]) for entry in decisions)
    target = Target(row.thread, row.id)
    return Step(
        step=step_name(rules.to, rules.site, target, after, keys or [reason]),
        thread=row.thread,
        id=row.id,
        action=action,
        before=before,
        after=after,
        reason=reason,
        by=", ".join(sorted({str(entry["annotator"]) for entry in decisions})) or "score",
        decided_at=max((str(entry["at"]) for entry in decisions), default=None),
        decisions=keys,
    )


def _comments(table: pa.Table) -> int:
    if "kind" not in table.column_names:
        return len(table)
    kinds = pc.fill_null(pc.cast(table["kind"], STRING), "comment")
    return int(pc.sum(pc.not_equal(kinds, "placeholder")).as_py() or 0)


def _digest(path: Path) -> str:
    if path.is_dir():  # a folder of partitions: its manifest names them
        path = path / "_manifest.json"
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
