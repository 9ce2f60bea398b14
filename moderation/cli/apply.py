"""`moderation apply`: carry decisions back to the site, with a dry run, a proof and an undo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import Commands, app, say, tell
from moderation.cli.options import SHOWN
from moderation.translation import number, tr, trn

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from moderation.apply.journal import Journal
    from moderation.apply.plan import Plan, Step
    from moderation.apply.run import Outcome, Run

SCORE = "score"  # who decided a step that no person decided
MOST_LINES = 50

commands = Commands(
    name="apply",
    help="Carry decisions back to the site: plan, look, run, verify, undo.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(commands)

PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="What `apply plan` wrote.")]
Yes = Annotated[bool, typer.Option("--yes", help="Write; without it nothing is changed anywhere.")]
Most = Annotated[
    int | None, typer.Option("--max", min=1, help="Write at most so many now; run again for more.")
]


@commands.command()
def plan(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER", help="The decisions.")],
    scored: Annotated[str, typer.Argument(metavar="SCORED", help="What `score -o` wrote.")],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="csv, sql, webhook, wordpress-rest, wordpress-cli, disqus, reddit, discourse, "
            "github, coral, mastodon, youtube or ghost.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The plan to write, .jsonl.")],
    site: Annotated[
        str | None, typer.Option("--site", help="Address of the site, https://…")
    ] = None,
    action: Annotated[
        list[str] | None,
        typer.Option(
            "--action",
            metavar="LABEL=ACTION",
            help="What follows from a label: spam, remove, hold or none. "
            "By default spam=spam, slur=remove, abuse=remove.",
        ),
    ] = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="Approve comments on which every decision is No.")
    ] = False,
    scores: Annotated[
        list[str] | None,
        typer.Option(
            "--from-scores",
            metavar="LABEL=SCORE",
            help="Also act on scores from here on, where nobody decided: spam=0.99.",
        ),
    ] = None,
    most: Annotated[
        int, typer.Option("--max", min=1, help="Refuse a plan of more steps than this.")
    ] = 500,
    share: Annotated[
        float,
        typer.Option(
            "--max-share", min=0, max=1, help="Refuse a plan for more than this share of SCORED."
        ),
    ] = 0.2,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting of the platform: table=posts."),
    ] = None,
) -> None:
    """Plan what is to be changed on the site, from what people decided. Asks the site nothing."""
    from datetime import UTC, datetime

    from moderation.apply.decided import Rules, wanted
    from moderation.apply.plan import Plan
    from moderation.apply.platforms.handover import run_files
    from moderation.apply.settings import chosen_actions, chosen_scores, chosen_settings

    place = chosen_settings(to, site, settings or [])
    actions = chosen_actions(to, action or [])
    bounds = chosen_scores(scores or [], actions)
    found = wanted(ledger, scored, Rules(to, place.site, actions, approve, bounds, place.options))
    _say_found(found.steps, found.left)
    _refuse_much(len(found.steps), found.comments, most, share)
    if not found.steps:
        say(tr("nothing to do: no plan is written"))
        return
    made = Plan(
        to=to,
        site=place.site,
        options=dict(place.options),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        comments=found.comments,
        ledger=found.ledger,
        scored=found.scored,
        steps=found.steps,
    )
    if made.platform.open is None:
        run_files(made)  # raises where the settings do not say enough
    made.write(output)
    command = f"moderation apply run {output}"
    tell(tr("nothing is written to the site yet; see what would be: {command}", command=command))


@commands.command()
def run(
    plan: PlanFile,
    yes: Yes = False,
    most: Most = None,
    irreversible: Annotated[
        bool,
        typer.Option(
            "--irreversible",
            help="Also change comments that no undo can bring back into their present state.",
        ),
    ] = False,
) -> None:
    """Carry out a plan; a dry run unless --yes is given. Run again, it goes on where it stopped."""
    from moderation.apply.run import carry_out

    made = _read(plan)
    if made.platform.open is None:
        _hand_over(made, plan, undo=False, yes=yes)
        return
    _work(made, plan, carry_out, yes=yes, most=most, irreversible=irreversible)


@commands.command()
def undo(
    plan: PlanFile,
    yes: Yes = False,
    most: Most = None,
    retracted: Annotated[
        Path | None,
        typer.Option(
            "--retracted",
            metavar="LEDGER",
            help="Only what follows from decisions that were taken back in this ledger since.",
        ),
    ] = None,
) -> None:
    """Put back what the runs of a plan changed; a dry run unless --yes is given.

    What somebody changed since is left as it is, and named.
    """
    from dataclasses import replace

    from moderation.apply.run import take_back

    made = _read(plan)
    chosen = None
    if retracted is not None:
        from moderation.apply.decided import standing_keys

        keys = standing_keys(retracted)
        chosen = frozenset(
            step.step for step in made.steps if step.decisions and not keys & set(step.decisions)
        )
    if made.platform.open is None:
        if chosen is not None:
            if made.to != "csv":
                raise typer.BadParameter(
                    tr("--retracted: {system} is undone as a whole", system=made.to)
                )
            made = replace(made, steps=[step for step in made.steps if step.step in chosen])
        _hand_over(made, plan, undo=True, yes=yes)
        return
    _work(made, plan, take_back, yes=yes, most=most, chosen=chosen)


@commands.command()
def verify(plan: PlanFile) -> None:
    """Ask the site whether all is still as the runs of a plan left it; nothing is changed."""
    from moderation.apply.run import look

    made = _read(plan)
    if made.platform.open is None:
        _verify_files(made, plan)
        return
    _work(made, plan, look, yes=False)


def _read(path: Path) -> Plan:
    from moderation.apply.plan import read_plan

    return read_plan(path)


def _work(
    made: Plan,
    path: Path,
    how: Callable[[Run], Iterator[Outcome]],
    *,
    yes: bool,
    most: int | None = None,
    chosen: frozenset[str] | None = None,
    irreversible: bool = False,
) -> None:
    """Run, undo or verify on a site, tell what became of each step, and end with a status."""
    import time
    from contextlib import nullcontext
    from datetime import UTC, datetime

    from moderation.apply.journal import Journal, known
    from moderation.apply.plan import journal_of
    from moderation.apply.run import Run

    tell(
        tr(
            "{platform} at {site}, by the plan of {time}",
            platform=made.to,
            site=made.site,
            time=made.made_at,
        )
    )
    driver = made.driver()
    place = journal_of(path)
    opened: AbstractContextManager[Journal | None] = nullcontext()
    if yes:
        opened = Journal(place, made.digest, lambda: datetime.now(UTC))
    outcomes: list[Outcome] = []
    with opened as journal:
        entries = known(place, made.digest) if journal is None else journal.entries
        try:
            work = Run(made, driver, entries, journal, time.sleep, most, chosen, irreversible)
            for outcome in how(work):
                outcomes.append(outcome)  # noqa: PERF402  those before an error are told as well
        finally:
            _say_outcomes(outcomes)
    _end(outcomes)


def _say_found(steps: list[Step], left: Counter[str]) -> None:
    from collections import Counter

    by_people = Counter(step.action for step in steps if step.by != SCORE)
    by_score = Counter(step.action for step in steps if step.by == SCORE)
    decided = trn("{n} step from decisions", "{n} steps from decisions", by_people.total())
    tell(f"{decided}{_counts(by_people)}")
    if by_score:
        scored = trn("{n} step from scores alone", "{n} steps from scores alone", by_score.total())
        tell(f"{scored}{_counts(by_score)}")
    for reason, count in sorted(left.items()):
        alone = trn(
            "{n} comment left alone: {why}", "{n} comments left alone: {why}", count, why=tr(reason)
        )
        tell(f"  {alone}")


def _counts(counts: Counter[str]) -> str:
    listed = ", ".join(f"{number(count)} {action}" for action, count in sorted(counts.items()))
    return f": {listed}" if listed else ""


def _refuse_much(steps: int, comments: int, most: int, share: float) -> None:
    from moderation.errors import ApplyError

    if steps > most:
        raise ApplyError(f"{steps:,} steps are more than --max {most:,}; is that what you want?")
    if steps > share * comments:
        raise ApplyError(
            f"{steps:,} of {comments:,} comments ({steps / comments:.0%}) are more than "
            f"--max-share {share:g}; is that what you want?"
        )


def _hand_over(made: Plan, path: Path, *, undo: bool, yes: bool) -> None:
    """Write the files that somebody takes to the site."""
    from moderation.apply.platforms.handover import run_files, undo_files
    from moderation.tables import replacing

    for ending, content in (undo_files if undo else run_files)(made).items():
        file = _beside(path, ending)
        if file.exists() and file.read_bytes() == content:
            tell(tr("{file}: is there already", file=file))
        elif not yes:
            tell(
                tr(
                    "dry run: would write {file}, {steps}; {option} writes it",
                    file=file,
                    steps=trn("{n} step", "{n} steps", len(made.steps)),
                    option="--yes",
                )
            )
        else:
            with replacing(file, private=True) as temporary:
                temporary.write_bytes(content)
            steps = trn("{n} step", "{n} steps", len(made.steps))
            tell(tr("{file}: {steps}; take it to the site yourself", file=file, steps=steps))


def _verify_files(made: Plan, path: Path) -> None:
    from moderation.apply.platforms.handover import run_files
    from moderation.errors import ApplyError

    for ending, content in run_files(made).items():
        file = _beside(path, ending)
        if not file.exists() or file.read_bytes() != content:
            raise ApplyError(f"{file}: is not as the plan has it; write it with `apply run --yes`")
    tell(
        tr(
            "the files are as the plan has them; what the site did with them cannot be seen from "
            "here"
        )
    )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name.removesuffix(".jsonl") + ending)


def _say_outcomes(outcomes: list[Outcome]) -> None:
    """A line for each step that was changed or needs a look, then how many of each there are."""
    from collections import Counter

    from moderation.apply.run import ALREADY, BAD, HOLDS, KEPT, LEFT, UNDONE, UNTOUCHED, WOULD
    from moderation.terminal import table, width

    quiet = (ALREADY, HOLDS, KEPT, LEFT, UNDONE, UNTOUCHED)
    shown = [one for one in outcomes if one.what not in quiet]
    shown.sort(key=lambda one: one.what not in BAD)
    rows = [
        (
            one.step.id,
            tr(one.what),
            one.before or "?",
            one.after or "?",
            one.message or f"{one.step.reason} ({one.step.by})",
        )
        for one in shown[:MOST_LINES]
    ]
    if rows:
        dry = any(one.what == WOULD for one in outcomes)
        states = (tr("now"), tr("then")) if dry else (tr("was"), tr("is"))
        typer.echo(table([tr("id"), tr("what"), *states, tr("why")], rows, width()))
    if len(shown) > len(rows):
        say(tr("… {n} more", n=len(shown) - len(rows)))
    messages = [
        f"{tr(one.what)}: {one.message}" for one in shown if one.what in BAD and one.message
    ]
    for message in list(dict.fromkeys(messages))[:SHOWN]:  # in full: the table cuts them
        tell(message)
    counts = Counter(one.what for one in outcomes)
    told = [f"{number(count)} {tr(what)}" for what, count in counts.items()]
    tell(", ".join(told) or tr("nothing to do"))
    if counts[LEFT]:
        tell(tr("run again for those that are left"))


def _end(outcomes: list[Outcome]) -> None:
    """Status 1 where a person should look."""
    from moderation.apply.run import BAD

    bad = [one for one in outcomes if one.what in BAD]
    if bad:
        names = ", ".join(one.step.id for one in bad[:SHOWN])
        more = f" {tr('and {n} more', n=len(bad) - SHOWN)}" if len(bad) > SHOWN else ""
        tell(tr("not as planned, and left as found: {names}", names=f"{names}{more}"))
        raise typer.Exit(1)
