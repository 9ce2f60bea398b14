"""Files that somebody takes to the site: a CSV of actions, or SQL for the database of a forum.

Nothing of a comment but its id stands in the SQL, and that only as a quoted literal of letters and
digits. What it changes it notes in a table of its own first, in one transaction, so that a second
run changes nothing, what changed meanwhile is left, and the undo touches nothing else.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from moderation.apply.platforms.webhook import ANY_ID
from moderation.apply.target import APPROVED, PENDING, REMOVED, SPAM, Platform, Settings
from moderation.errors import ApplyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.apply.plan import Plan, Step

_ACTIONS = {"approve": APPROVED, "hold": PENDING, "spam": SPAM, "remove": REMOVED}
_STATUSES = {"approved": APPROVED, "pending": PENDING, "spam": SPAM, "removed": REMOVED}
_COLUMNS = ("id", "thread_id", "action", "from", "to", "reason", "by", "decided_at", "step")
_SQL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(?:\.[A-Za-z_][A-Za-z0-9_]{0,62})?")
_SQL_VALUE = re.compile(r"-?[A-Za-z0-9_]{1,32}")
_CHUNK = 500  # ids of one statement: SQLite and old MySQL bound its length
_RISKY = re.compile(r"'*[=+\-@\t\r]")  # a spreadsheet takes such a cell for a formula


def run_files(plan: Plan) -> dict[str, bytes]:
    """What is handed over to carry out the plan, by the file's ending."""
    if plan.to == "csv":
        return {".csv": _table(plan, undo=False)}
    return {".check.sql": _check_sql(plan), ".sql": _run_sql(plan)}


def undo_files(plan: Plan) -> dict[str, bytes]:
    """What is handed over to take it back."""
    if plan.to == "csv":
        return {".undo.csv": _table(plan, undo=True)}
    return {".undo.sql": _undo_sql(plan)}


def _table(plan: Plan, *, undo: bool) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for step in plan.steps:
        states = (step.after, step.before) if undo else (step.before, step.after)
        action = "undo" if undo else step.action
        row = (step.id, step.thread, action, *states, step.reason, step.by, step.decided_at)
        writer.writerow([_cell(value) for value in (*row, step.step)])
    return stream.getvalue().encode()


def _cell(value: str | None) -> str:
    value = value or ""
    return f"'{value}" if _RISKY.match(value) else value


class _Names:
    """The names of the database, as the settings have them."""

    def __init__(self, plan: Plan) -> None:
        options = plan.options
        self.table, self.id = options["table"], options["id-column"]
        self.status = options["status-column"]
        self.values = {state: options[state] for state in _STATUSES.values() if options[state]}
        self.notes = f"moderation_{plan.digest[:12]}"

    def of(self, state: str) -> str:
        """The database's value for a state."""
        if state not in self.values:
            raise ApplyError(f"a step leads to {state}, and --set {state}= is empty")
        return self.values[state]


def _groups(plan: Plan, names: _Names) -> dict[tuple[str, str], list[str]]:
    """Quoted ids by the database's values before and after."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for step in plan.steps:
        after = names.of(step.after)
        for before in _befores(step, names):
            groups[before, after].append(f"'{step.id}'")
    return groups


def _befores(step: Step, names: _Names) -> Iterator[str]:
    for state, value in names.values.items():
        if step.before in (None, state) and value != names.values[step.after]:
            yield value


def _where(names: _Names, before: str, ids: list[str]) -> Iterator[str]:
    for start in range(0, len(ids), _CHUNK):
        chosen = ", ".join(ids[start : start + _CHUNK])
        yield f"{names.status} = '{before}' AND {names.id} IN ({chosen})"


def _check_sql(plan: Plan) -> bytes:
    names = _Names(plan)
    lines = ["-- What the plan would change now; this only counts."]
    for (before, after), ids in _groups(plan, names).items():
        lines += [
            f"SELECT '{before} to {after}' AS step, COUNT(*) AS comments "
            f"FROM {names.table} WHERE {where};"
            for where in _where(names, before, ids)
        ]
    return _file(lines)


def _run_sql(plan: Plan) -> bytes:
    """SQL that may run any number of times: the row without an id says that all is done.

    The table is made before the transaction, since MySQL ends one at every CREATE and DROP.
    """
    names = _Names(plan)
    groups = _groups(plan, names)
    once = f"NOT EXISTS (SELECT 1 FROM {names.notes} WHERE id IS NULL)"
    lines = [
        f"-- {len(plan.steps)} steps. Run again, it changes nothing.",
        (
            f"CREATE TABLE IF NOT EXISTS {names.notes} AS SELECT NULLIF({names.id}, NULL) AS id, "
            f"NULLIF({names.status}, NULL) AS before_state, "
            f"NULLIF({names.status}, NULL) AS after_state FROM {names.table} WHERE 1 = 0;"
        ),
        "BEGIN;",
    ]
    for (before, after), ids in groups.items():
        lines += [
            f"INSERT INTO {names.notes} SELECT {names.id}, {names.status}, '{after}' "
            f"FROM {names.table} WHERE {where} AND {once};"
            for where in _where(names, before, ids)
        ]
    for before, after in groups:
        lines.append(_update(names, before, after, undo=False).replace(";", f" AND {once};"))
    done = f"INSERT INTO {names.notes} VALUES (NULL, NULL, NULL);"
    return _file([*lines, done, "COMMIT;"])


def _undo_sql(plan: Plan) -> bytes:
    names = _Names(plan)
    pairs = _groups(plan, names)
    lines = ["-- Puts back what the plan changed, unless somebody changed it since.", "BEGIN;"]
    lines += [_update(names, before, after, undo=True) for before, after in pairs]
    cleared = f"DELETE FROM {names.notes};"
    return _file([*lines, cleared, "COMMIT;", f"DROP TABLE {names.notes};"])


def _update(names: _Names, before: str, after: str, *, undo: bool) -> str:
    now, new = (after, before) if undo else (before, after)
    return (
        f"UPDATE {names.table} SET {names.status} = '{new}' WHERE {names.status} = '{now}' "
        f"AND {names.id} IN (SELECT id FROM {names.notes} "
        f"WHERE before_state = '{before}' AND after_state = '{after}');"
    )


def _file(lines: list[str]) -> bytes:
    return "\n".join([*lines, ""]).encode()


def _check(settings: Settings) -> None:
    for name in ("table", "id-column", "status-column"):
        if not _SQL_NAME.fullmatch(settings.options[name]):
            raise ApplyError(f"--set {name}={settings.options[name]!r}: is no name of SQL")
    values = [settings.options[state] for state in _STATUSES.values() if settings.options[state]]
    for value in values:
        if not _SQL_VALUE.fullmatch(value):
            raise ApplyError(f"{value!r} is no status; expected letters, digits and _")
    if len(set(values)) != len(values):
        raise ApplyError("two states have the same value in the database: undo could not tell them")


def _nothing(settings: Settings) -> None:
    del settings


CSV = Platform(
    about="a table of actions, for a program or person of yours",
    id=ANY_ID,
    actions=_ACTIONS,
    statuses=_STATUSES,
    open=None,
    per_thread=True,
    needs_site=False,
    check=_nothing,
)
SQL = Platform(
    about="SQL for the database of a forum or blog",
    id=re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}"),
    actions=_ACTIONS,
    statuses=_STATUSES,
    open=None,
    needs_site=False,
    options={
        "table": None,
        "id-column": "id",
        "status-column": "status",
        **{state: state for state in _STATUSES.values()},
    },
    check=_check,
)
