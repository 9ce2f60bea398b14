"""`moderation thresholds`: show a model's operating points, or choose others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app, say, tell
from moderation.cli.options import ModelArgument, Prevalence
from moderation.cli.progress import working
from moderation.errors import InputError
from moderation.model.names import model_path
from moderation.translation import tr, trn

if TYPE_CHECKING:
    from moderation.model.model import Model


@app.command()
def thresholds(
    model: ModelArgument,
    goals: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="'LABEL: GOAL'",
            help="precision >= 0.8, recall >= 0.8, false positive rate <= 0.1%, or "
            "at most 200 flags per 100,000 comments.",
        ),
    ] = None,
    prevalence: Prevalence = None,
    dump: Annotated[
        list[str] | None,
        typer.Option("--dump", help="Dump from which to estimate how common the labels are."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language", metavar="CODE", help="Those of a language that has its own, such as de."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Model folder to write; by default the model's own."),
    ] = None,
) -> None:
    """Show a model's operating points, or choose others without retraining.

    A goal such as a precision depends on how common the label is: on the prevalence that you
    state, else the one estimated from a dump, else the one that the model was calibrated for.

    Languages that the model has a part for have thresholds of their own, which stay as they are
    unless --language names one.
    """
    from moderation.model.goals.choose import parse_goals, parse_prevalence, prevalences, with_goals
    from moderation.model.model import Model

    folder = model_path(model)
    if language is not None:
        if dump:
            raise typer.BadParameter(tr("--language takes --prevalence, and no --dump"))
        _of_language(folder, language, goals or [], prevalence or [], output)
        return
    read = None
    if dump:
        from moderation.readers import iterate
        from moderation.readers.merging.dump import merged

        read = merged(iterate(dump, None, {}))
    chosen = Model.load(folder)
    wanted = parse_goals(goals or [], chosen.labels)
    shares: dict[str, float] = {}
    if read is not None:
        from moderation.model.held_out import not_trained_on

        with working(tr("scoring")):
            scores = chosen.score(read.comments, read.threads)
            unseen = not_trained_on(chosen, read.comments["text"], scores)
            shares = prevalences(chosen, unseen.scores)
        for sentence in unseen.notes(chosen.name, "comment"):
            tell(sentence)
        say(
            trn(
                "how common the labels are: from {n} comment of the dump",
                "how common the labels are: from {n} comments of the dump",
                len(read.comments),
            )
        )
    shares |= parse_prevalence(prevalence or [], chosen.labels)
    if wanted:
        chosen = with_goals(chosen, wanted, shares)
        folder_to_write = output or _writable(folder)
        chosen.save(folder_to_write)
        say(tr("wrote {file}", file=folder_to_write))
    _show(chosen, {} if wanted else shares, list(wanted))
    if not wanted:
        _show_languages(chosen)


def _of_language(
    folder: Path, language: str, goals: list[str], prevalence: list[str], output: Path | None
) -> None:
    """The same for one language's part."""
    from moderation.model.goals.choose import parse_goals, parse_prevalence, with_goals
    from moderation.model.model import Model

    chosen = Model.load(folder)
    if language not in chosen.by_language:
        there = ", ".join(sorted(chosen.by_language)) or "none"
        raise InputError(
            f"{folder}: no thresholds of its own for {language!r}; languages that have: {there}"
        )
    part = chosen.by_language[language]
    wanted = parse_goals(goals, part.labels)
    shares = parse_prevalence(prevalence, part.labels)
    if wanted:
        part = with_goals(part, wanted, shares)
        folder_to_write = output or _writable(folder)
        parts = {**chosen.by_language, language: part}
        replace(chosen, by_language=parts, digest="").save(folder_to_write)
        say(tr("wrote {file}", file=folder_to_write))
    _show(part, {} if wanted else shares, list(wanted))


def _show_languages(model: Model) -> None:
    """A row for each label of each language's part."""
    from moderation.model.figures import figures, two_digits
    from moderation.terminal import table, width

    rows = []
    for language, part in model.by_language.items():
        for head in part.text_heads:
            found = figures(head)
            shown = ("–", "–", "–")
            if found is not None:
                flags = f"{found.flags * 100_000:,.0f}"
                shown = two_digits(found.precision), two_digits(found.recall), flags
            rows.append((language, head.name, *shown))
    if rows:
        typer.echo()
        header = (
            tr("language"),
            tr("label"),
            tr("precision"),
            tr("recall"),
            tr("flags per 100,000"),
        )
        typer.echo(table(header, rows, width()))
        typer.echo(tr("--language CODE says more of one, or sets its goals"))


def _writable(folder: Path) -> Path:
    """The folder. Raises InputError if it is part of the installed package."""
    package = Path(__file__).parents[1] / "_models"
    if folder.is_relative_to(package):
        raise InputError(
            f"{folder}: the model of the installed package is not changed; "
            "write to a folder of yours with -o models/NAME"
        )
    return folder


def _show(model: Model, shares: dict[str, float], only: list[str]) -> None:
    from moderation.model.goals.choose import described
    from moderation.terminal import width

    for label in model.heads:
        if not only or label.name in only:
            first, *more = described(label, shares.get(label.name))
            typer.echo(first)
            for sentence in more:
                typer.echo(fill(sentence, width(), initial_indent="  ", subsequent_indent="  "))
