"""Carry out a plan, step by step: read, write, read again, and note each write before and after.

A comment that is not as the plan expects was changed by somebody meanwhile: it is left, and named.
So is one that the site says it changed, and did not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from moderation.apply.journal import BEGIN, DONE, FAILED, RUN, UNDO, Entry
from moderation.apply.target import GONE, AlteredError, Change
from moderation.errors import ApplyError
from moderation.translation import marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from moderation.apply.journal import Journal
    from moderation.apply.plan import Plan, Step
    from moderation.apply.target import Driver

WRITTEN = marked("written")
SENT = marked("sent")  # to a receiver that does not say what it did
WOULD = marked("to write")  # in a dry run
KEPT = marked("done before")
ALREADY = marked("already so")
CONFLICT = marked("changed by somebody")
MISSING = marked("not on the site")
UNCHANGED = marked("said yes, did nothing")
FAILURE = marked("failed")
MORE = marked("written, and more changed")
LEFT = marked("left for the next run")
UNDONE = marked("undone before")
UNTOUCHED = marked("never written")
HOLDS = marked("as written")
FINAL = marked("no way back")  # and --irreversible was not given
REFUSED = marked("left alone")  # the platform would change more of the comment than its state
BAD = (CONFLICT, MISSING, UNCHANGED, FAILURE, FINAL, MORE, REFUSED)
"""What a person should look at: the status is 1 then."""

FAULTS = 5  # in a row, and the run stops: the site or the credentials are at fault
CONFLICTS = 10  # and over half of the steps: the dump is too old, or of another site
PATIENCE = (0.0, 0.5, 2.0)  # seconds before each reading after a write: some sites lag


class Outcome(NamedTuple):
    """What became of a step. before: as it was found. after: as it was left."""

    step: Step
    what: str
    before: str | None
    after: str | None
    message: str = ""


class Run(NamedTuple):
    """How a plan is run. journal: None in a dry run. known: the newest lines of the journal.

    most: writes, at most. chosen: the steps that an undo is bound to; None for all. irreversible:
    whether a comment may be changed that no undo can bring back into its state.
    """

    plan: Plan
    driver: Driver
    known: Mapping[str, Entry]
    journal: Journal | None
    sleep: Callable[[float], None]
    most: int | None = None
    chosen: frozenset[str] | None = None
    irreversible: bool = False


def carry_out(run: Run) -> Iterator[Outcome]:
    """Do what the plan says, as far as it is not done yet. Raises ApplyError after FAULTS."""
    yield from _bounded(run, _forward)


def take_back(run: Run) -> Iterator[Outcome]:
    """Put back what the plan's runs wrote, newest first. Raises ApplyError after FAULTS."""
    yield from _bounded(run, _back)


def look(run: Run) -> Iterator[Outcome]:
    """Compare the site with what was written; nothing is changed."""
    for step in run.plan.steps:
        last = run.known.get(step.step)
        if last is None or (last.doing == UNDO and last.phase == DONE):
            yield Outcome(step, UNTOUCHED if last is None else UNDONE, None, None)
            continue
        wanted = last.before if last.doing == UNDO else last.after
        try:
            state = run.driver.read(step.target)
        except ApplyError as error:
            yield Outcome(step, FAILURE, None, None, str(error))
            continue
        if last.phase == FAILED and state == last.before:
            yield Outcome(step, FAILURE, state, state, "when it was written last")
        else:
            yield Outcome(step, _seen(state, wanted), wanted, state)


def _seen(state: str | None, wanted: str | None) -> str:
    if state is None:
        return SENT
    return HOLDS if state == wanted else MISSING if state == GONE else CONFLICT


def _bounded(run: Run, carry: Callable[[Run, Step, bool], Outcome]) -> Iterator[Outcome]:
    """Each step, until as many were written as may be, or too many failed in a row."""
    written = faults = conflicts = seen = 0
    steps = run.plan.steps if carry is _forward else run.plan.steps[::-1]
    for step in steps:
        if run.chosen is not None and step.step not in run.chosen:
            continue
        outcome = carry(run, step, run.most is None or written < run.most)
        written += outcome.what in (WRITTEN, SENT, WOULD, MORE)
        faults = faults + 1 if outcome.what in (FAILURE, UNCHANGED, MORE) else 0
        seen += 1
        conflicts += outcome.what == CONFLICT
        yield outcome
        if run.driver.spent:
            raise ApplyError(f"stopped: {run.driver.spent}")
        if conflicts >= CONFLICTS and 2 * conflicts > seen:
            raise ApplyError(
                f"stopped: {conflicts} of {seen} comments were changed since the dump was made; "
                "score a newer dump and plan again"
            )
        if faults == FAULTS:
            raise ApplyError(
                f"stopped: {FAULTS} steps in a row failed, the last one: "
                f"{outcome.message or outcome.what}; mend it and run again, it goes on from here"
            )


def _forward(run: Run, step: Step, may_write: bool) -> Outcome:
    last = run.known.get(step.step)
    if last is not None and last.doing == UNDO:
        return Outcome(step, UNDONE, None, None)
    if last is not None and last.phase == DONE:
        return Outcome(step, KEPT, last.before, last.after)
    try:
        state = run.driver.read(step.target)
    except ApplyError as error:
        return Outcome(step, FAILURE, None, None, str(error))
    expected = step.before if last is None else last.before
    if state == step.after:
        return _was_written(run, step, last, state)
    if state == GONE:
        return Outcome(step, MISSING, state, state)
    if state is not None and expected not in (None, state):
        return Outcome(step, CONFLICT, state, state, f"expected {expected}, found {state}")
    if not run.irreversible and not _returns(run, state):
        return Outcome(step, FINAL, state, state, f"{state} is what no undo can bring back")
    return _write(run, step, Change(state or expected, step.after), may_write, state is None)


def _returns(run: Run, state: str | None) -> bool:
    return state is None or state in run.plan.platform.returns


def _was_written(run: Run, step: Step, last: Entry | None, state: str) -> Outcome:
    """The comment is as it should be: by somebody, or by a run that was killed after the write."""
    if last is None:
        return Outcome(step, ALREADY, state, state)
    if run.journal is not None:
        run.journal.add(step.step, step.id, last._replace(phase=DONE))
    return Outcome(step, KEPT, last.before, state)


def _back(run: Run, step: Step, may_write: bool) -> Outcome:
    last = run.known.get(step.step)
    if last is None:
        return Outcome(step, UNTOUCHED, None, None)
    if last.doing == UNDO and last.phase == DONE:
        return Outcome(step, UNDONE, None, last.after)
    first, wrote = (last.before, last.after) if last.doing == RUN else (last.after, last.before)
    try:
        state = run.driver.read(step.target)
    except ApplyError as error:
        return Outcome(step, FAILURE, None, None, str(error))
    if state is not None and state == first:
        return _was_put_back(run, step, last, state)
    if state == GONE:
        return Outcome(step, MISSING, state, state)
    if state is not None and state != wrote:
        return Outcome(step, CONFLICT, state, state, f"expected {wrote}, found {state}")
    if state is not None and not _returns(run, first):
        return Outcome(step, FINAL, state, state, f"it was {first}, which cannot be brought back")
    return _write(run, step, Change(wrote, first, undo=True), may_write, state is None)


def _was_put_back(run: Run, step: Step, last: Entry, state: str) -> Outcome:
    """The comment is as it was first: by somebody, or by an undo that was killed too early."""
    if last.doing != UNDO:
        return Outcome(step, UNTOUCHED, state, state)
    if run.journal is not None:
        run.journal.add(step.step, step.id, last._replace(phase=DONE))
    return Outcome(step, UNDONE, state, state)


class _Attempt(NamedTuple):
    """A write that was tried. claimed: the state that the site says it made. message: the error.

    altered: the write was made, and changed more than it should.
    """

    claimed: str | None
    message: str = ""
    altered: bool = False


def _write(run: Run, step: Step, change: Change, may_write: bool, blind: bool) -> Outcome:
    """Write, unless something is in the way, and read what came of it."""
    if obstacle := run.driver.obstacle(step.target, change):
        return Outcome(step, REFUSED, change.before, change.before, obstacle)
    if run.journal is None:
        return Outcome(step, WOULD, change.before, change.after)
    if not may_write:
        return Outcome(step, LEFT, change.before, change.before)
    entry = Entry(UNDO if change.undo else RUN, BEGIN, change.before, change.after)
    run.journal.add(step.step, step.id, entry)
    outcome = _outcome(run, step, change, _attempt(run, step, change), blind)
    phase = DONE if outcome.what in (WRITTEN, SENT, MORE) else FAILED
    run.journal.add(step.step, step.id, entry._replace(phase=phase), outcome.message)
    return outcome


def _attempt(run: Run, step: Step, change: Change) -> _Attempt:
    try:
        return _Attempt(run.driver.write(step.target, change))
    except AlteredError as error:
        return _Attempt(None, str(error), altered=True)
    except ApplyError as error:
        return _Attempt(None, str(error))


def _outcome(run: Run, step: Step, change: Change, attempt: _Attempt, blind: bool) -> Outcome:
    """What came of a write. blind: the site cannot be read, so that what it says must do."""
    message, state = attempt.message, None
    if blind:
        what = FAILURE if message else _claim(attempt.claimed, change)
        state = attempt.claimed
    else:
        try:
            state = _read_after(run, step, change.after, bool(message))
        except ApplyError as error:
            message = message or str(error)
        what = WRITTEN if state == change.after else FAILURE if message else UNCHANGED
    if what in (WRITTEN, SENT):
        what, message = (MORE, message) if attempt.altered else (what, "")
    return Outcome(step, what, change.before, state, message)


def _claim(claimed: str | None, change: Change) -> str:
    if claimed is None or change.after is None:
        return SENT
    return WRITTEN if claimed == change.after else UNCHANGED


def _read_after(run: Run, step: Step, wanted: str | None, failed: bool) -> str | None:
    """The state after a write; of one that seems to be without effect, after a while."""
    state = None
    for pause in PATIENCE[: 1 if failed else None]:
        if pause:
            run.sleep(pause)
        state = run.driver.read(step.target)
        if state == wanted:
            break
    return state
