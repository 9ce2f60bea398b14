"""`moderation apply statements`: tell authors what was done to their comments, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli.app import tell
from moderation.cli.apply import PlanFile, commands
from moderation.cli.options import MaskKey
from moderation.translation import tr, trn


@commands.command()
def statements(
    plan: PlanFile,
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER", help="The decisions.")],
    scored: Annotated[str, typer.Argument(metavar="SCORED", help="What `score -o` wrote.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write.")],
    policy: Annotated[
        Path, typer.Option("--policy", help="The site's name, rules and way to appeal, .toml.")
    ],
    applied: Annotated[
        str | None,
        typer.Option(
            "--applied", metavar="DATE", help="When you took a csv or sql plan to the site."
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            help="Language of the texts: en, de, es, fr or pt; by default the policy's, else each "
            "comment's.",
        ),
    ] = None,
    mask: MaskKey = None,
) -> None:
    """Write a statement of reasons for each step that a run carried out.

    In the folder: authors.md, a text for each author; statements.jsonl, the same as records; and
    dsa-001.json ..., rows for the transparency database of the Digital Services Act.
    """
    from moderation.apply.journal import written
    from moderation.apply.plan import journal_of, read_plan
    from moderation.apply.policy import read_policy
    from moderation.apply.statements import statements as made_of
    from moderation.apply.statements import write_statements
    from moderation.masking import masked_tables
    from moderation.readers.written import read_table
    from moderation.translation import languages

    if language is not None and language not in languages():
        raise typer.BadParameter(
            tr(
                "--language {language}: there is {languages}",
                language=language,
                languages=", ".join(languages()),
            )
        )
    made = read_plan(plan)
    if made.platform.explains:
        raise typer.BadParameter(f"{made.to}: {made.platform.explains}")
    if made.platform.open is None:
        if applied is None:
            raise typer.BadParameter(
                tr("{system} writes files: say when you applied them, --applied", system=made.to)
            )
        _check_day(applied)
        times = dict.fromkeys([step.step for step in made.steps], applied)
    else:
        times = written(journal_of(plan), made.digest)
    table, _ = read_table(scored)
    if mask is not None:
        (table,) = masked_tables([table], mask)
    said = made_of(made, times, table, ledger, read_policy(policy), language)
    files = write_statements(said, output)
    tell(
        trn(
            "{n} statement in {folder}: {files}",
            "{n} statements in {folder}: {files}",
            len(said),
            folder=output,
            files=", ".join(files),
        )
    )
    if without := len(made.steps) - len(said):
        left = trn(
            "{n} step without: approved, not written yet, or undone",
            "{n} steps without: approved, not written yet, or undone",
            without,
        )
        tell(f"  {left}")


def _check_day(day: str) -> None:
    """Refuse what is no day, or is still to come."""
    from datetime import UTC, date, datetime, timedelta

    try:
        read = date.fromisoformat(day)
    except ValueError:
        read = date.max
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # somewhere it is today
    if read.isoformat() != day or read > tomorrow:
        raise typer.BadParameter(
            tr("--applied {day}: expected a day that was, 2026-11-20", day=day)
        )
