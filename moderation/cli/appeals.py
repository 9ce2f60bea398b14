"""`moderation appeals`: authors' appeals against decisions, in the ledger."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import Commands, app, say, tell
from moderation.cli.options import LEDGER
from moderation.translation import tr, trn

if TYPE_CHECKING:
    from moderation.labels.appeals import Count

commands = Commands(
    name="appeals",
    help="Open, decide and count authors' appeals against decisions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(commands)

Ledger = Annotated[Path, typer.Option("--ledger", help="The ledger.")]
By = Annotated[str | None, typer.Option("--by", help="Who you are; by default your login.")]


@commands.command("open")
def open_(
    reference: Annotated[
        str, typer.Argument(metavar="REFERENCE", help="Of the statement; or a decision's key.")
    ],
    statements: Annotated[
        Path | None,
        typer.Option("--statements", help="statements.jsonl, where the reference is from there."),
    ] = None,
    letter: Annotated[
        Path | None,
        typer.Option("--letter", help="What the author wrote; a digest of it is kept."),
    ] = None,
    ledger: Ledger = LEDGER,
    by: By = None,
) -> None:
    """Open an appeal."""
    from moderation.errors import InputError
    from moderation.labels.appeals import open_appeal

    keys = [reference] if statements is None else _decisions_of(reference, statements)
    try:
        text = None if letter is None else letter.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{letter}: {error.strerror}") from error
    key = open_appeal(
        ledger,
        keys,
        by=by or getpass.getuser(),
        at=datetime.now(UTC),
        reference=None if statements is None else reference,
        letter=text,
    )
    name = key if statements is None else f"against {reference}"
    tell(
        tr(
            "appeal {name} is open, about {decisions} in {ledger}",
            name=name,
            decisions=trn("{n} decision", "{n} decisions", len(keys)),
            ledger=ledger,
        )
    )


@commands.command()
def decide(
    appeal: Annotated[
        str,
        typer.Argument(metavar="APPEAL", help="Its key, or the reference that it was opened with."),
    ],
    uphold: Annotated[
        bool | None,
        typer.Option("--uphold/--reverse", help="The decision stands, or is taken back."),
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="Why; stays in the ledger.")] = None,
    ledger: Ledger = LEDGER,
    by: By = None,
) -> None:
    """Uphold or reverse what an appeal is against; whoever decided it first cannot."""
    from moderation.labels.appeals import REVERSED, UPHELD, decide_appeal

    if uphold is None:
        raise typer.BadParameter(tr("say --uphold or --reverse"))
    outcome = UPHELD if uphold else REVERSED
    person = by or getpass.getuser()
    taken = decide_appeal(ledger, appeal, outcome, by=person, at=datetime.now(UTC), note=note)
    tell(
        tr(
            "the appeal {appeal} is {outcome} by {person}",
            appeal=appeal,
            outcome=outcome,
            person=person,
        )
    )
    if taken:
        tell(
            tr(
                "{decisions} taken back, and not learnt by the next training",
                decisions=trn("{n} decision", "{n} decisions", taken),
            )
        )
        say(
            tr(
                "to restore the comment: moderation apply undo PLAN --retracted {ledger}",
                ledger=ledger,
            )
        )


@commands.command("list")
def list_(
    ledger: Ledger = LEDGER,
    all_: Annotated[bool, typer.Option("--all", help="Also those that are decided.")] = False,
) -> None:
    """List the open appeals, oldest first."""
    from moderation.labels.appeals import appeals
    from moderation.labels.ledger import entries
    from moderation.terminal import table, width

    found = [one for one in appeals(entries(ledger)) if all_ or one.outcome is None]
    rows = [
        (
            one.key,
            one.opened_at[:10],
            one.outcome or "open",
            ", ".join(one.people),
            str(one.about[0].get("text") or "") if one.about else "",
        )
        for one in found
    ]
    if rows:
        typer.echo(table(["appeal", "opened", "is", "decided by", "text"], rows, width()))
    else:
        tell(tr("no appeals") if all_ else tr("no open appeals"))


@commands.command()
def stats(ledger: Ledger = LEDGER) -> None:
    """Count the appeals: in all, by label, reviewer and model."""
    from moderation.labels.appeals import appeals, counts
    from moderation.labels.ledger import entries
    from moderation.terminal import table, width

    rows = [
        (one.group, one.name, str(one.open), str(one.upheld), str(one.reversed), _share(one))
        for one in counts(appeals(entries(ledger)))
    ]
    header = ["appeals by", "", "open", "upheld", "reversed", "share reversed"]
    if rows:
        typer.echo(table(header, rows, width()))
    else:
        tell(tr("no appeals"))


def _share(one: Count) -> str:
    """The reversed of the decided, with its 95 % interval."""
    from moderation.evaluation.suites import wilson

    decided = one.upheld + one.reversed
    if not decided:
        return ""
    found = wilson(one.reversed, decided)
    return f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


def _decisions_of(reference: str, statements: Path) -> list[str]:
    """The keys of the decisions that a statement is about."""
    import json

    from moderation.errors import InputError

    try:
        lines = statements.read_text(encoding="utf-8").splitlines()
        records = [json.loads(line) for line in lines]
        keys = {record["reference"]: record["decisions"] for record in records}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{statements}: is not what `apply statements` wrote: {error}") from error
    if reference not in keys:
        raise InputError(f"{statements}: has no statement {reference!r}")
    return [str(key) for key in keys[reference]]
