"""A plan: what is to be changed on which site, one step a line, to be read before it is run.

The first line says which site, how many steps, and a digest of them: a plan that was cut or edited
is refused. Ids and states are checked again whenever it is read.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from moderation.apply.platforms import PLATFORMS
from moderation.apply.target import STATES, Settings, Target
from moderation.errors import ApplyError
from moderation.tables import replacing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.apply.target import Driver, Platform

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Step:
    """One comment's change. before: its state in the dump; None where the dump does not say."""

    step: str
    thread: str
    id: str
    action: str
    before: str | None
    after: str
    reason: str
    by: str
    decided_at: str | None
    decisions: list[str]

    @property
    def target(self) -> Target:
        """The comment."""
        return Target(self.thread, self.id, self.step, self.reason)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Steps for one site. comments: how many the scored file has. ledger, scored: digests."""

    to: str
    site: str | None
    options: dict[str, str]
    made_at: str
    comments: int
    ledger: str
    scored: str
    steps: list[Step]

    @property
    def platform(self) -> Platform:
        """What is known of the platform."""
        return PLATFORMS[self.to]

    @property
    def settings(self) -> Settings:
        """Where the site is."""
        return Settings(self.site, self.options)

    def driver(self) -> Driver:
        """The platform, with its credentials. Raises ApplyError where some lack."""
        if self.platform.open is None:
            raise ApplyError(f"{self.to} writes files, and asks no site")
        return self.platform.open(self.settings)

    @property
    def digest(self) -> str:
        """Of all that the plan says."""
        content = [self._head(), *map(asdict, self.steps)]
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def _head(self) -> dict[str, Any]:
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "steps"}
        return {"entry": "plan", "format": FORMAT, **values, "steps": len(self.steps)}

    def write(self, path: Path) -> None:
        """Write it, whole or not at all, for the owner's eyes. Raises ApplyError once it has run.

        The journal of a plan says what was changed, and is needed to undo it.
        """
        if journal_of(path).exists():
            raise ApplyError(
                f"{path}: its journal {journal_of(path).name} says what was written; "
                "choose another name for the new plan"
            )
        lines = [self._head() | {"digest": self.digest}, *map(asdict, self.steps)]
        with replacing(path, private=True) as temporary:
            temporary.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def journal_of(plan: Path) -> Path:
    """Where what was done for a plan is written down."""
    return plan.with_name(f"{plan.name.removesuffix('.jsonl')}.journal.jsonl")


def step_name(to: str, site: str | None, target: Target, after: str, why: Sequence[str]) -> str:
    """A step's name: the same for the same decision, comment and site."""
    content = orjson.dumps([to, site, target.thread, target.id, after, sorted(why)])
    return hashlib.sha256(content).hexdigest()[:16]


def read_plan(path: Path) -> Plan:
    """The plan. Raises ApplyError with what is wrong, and where."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ApplyError(f"{path}: {error.strerror}; make one with `apply plan`") from error
    head = _object(lines[0] if lines else b"", f"{path}:1")
    if head.get("entry") != "plan" or head.get("to") not in PLATFORMS:
        raise ApplyError(f"{path}: is no plan; make one with `moderation apply plan`")
    if head.get("format") != FORMAT:
        raise ApplyError(f"{path}: is a plan of another version; make it again")
    rows = [_object(line, f"{path}:{number}") for number, line in enumerate(lines[1:], start=2)]
    names = [one.name for one in fields(Plan) if one.name != "steps"]
    try:
        steps = [Step(**row) for row in rows]
        plan = Plan(**{name: head[name] for name in names}, steps=steps)
        changed = plan.digest != head["digest"]
    except (TypeError, KeyError):
        changed = True
    if changed:
        raise ApplyError(
            f"{path}: was cut or changed since it was made; make it again with `apply plan`, "
            "and leave out what is not to be done by its options"
        )
    for number, step in enumerate(plan.steps, start=2):
        _check(plan, step, f"{path}:{number}")
    plan.platform.check(plan.settings)
    return plan


def _check(plan: Plan, step: Step, place: str) -> None:
    """Raise ApplyError for a step that `apply plan` would not have made."""
    platform = plan.platform
    known = step.before is None or step.before in STATES
    if not known or platform.leads(plan.options).get(step.action) != step.after:
        raise ApplyError(f"{place}: {step.action!r} is nothing that {plan.to} does")
    if not platform.fits(step.thread, step.id):
        raise ApplyError(f"{place}: {step.id[:60]!r} is no comment's id on {plan.to}")


def _object(line: bytes, place: str) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise ApplyError(f"{place}: is no line of a plan; make one with `moderation apply plan`")
    return value
