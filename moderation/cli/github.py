"""`moderation github`: one comment on GitHub, when it comes; what the GitHub Action runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app, tell
from moderation.cli.options import ModelName

if TYPE_CHECKING:
    from moderation.apply.github_event import Event, Flag
    from moderation.model.model import Model

EXEMPT = "MEMBER,OWNER,COLLABORATOR"


@app.command()
def github(
    event: Annotated[
        Path, typer.Option("--event", envvar="GITHUB_EVENT_PATH", help="The event's JSON file.")
    ],
    labels: Annotated[
        str, typer.Option("--labels", metavar="LABEL,...", help="Labels that count.")
    ] = "spam,slur,abuse",
    threshold: Annotated[
        str,
        typer.Option(
            "--threshold",
            metavar="SCORE|LABEL=SCORE,...",
            help="From which score on, instead of the model's thresholds.",
        ),
    ] = "",
    minimize: Annotated[
        bool,
        typer.Option(
            "--minimize/--no-minimize",
            envvar="MODERATION_MINIMIZE",
            help="Hide a flagged comment; needs GITHUB_TOKEN.",
        ),
    ] = False,
    exempt: Annotated[
        str,
        typer.Option("--exempt", metavar="KIND,...", help="Authors whose comments are not scored."),
    ] = EXEMPT,
    model: ModelName = "default",
) -> None:
    """Score the comment of a GitHub event, and annotate the run.

    A flag is no failure. The comment itself is left alone unless --minimize is given.
    """
    from moderation.apply.github_event import annotation, judged, read_event, summary
    from moderation.model.model import Model
    from moderation.model.names import model_path

    loaded = Model.load(model_path(model))
    chosen = _labels(labels, loaded)
    if threshold:
        loaded = loaded.with_thresholds(_thresholds(threshold, chosen))
    written = read_event(event)
    if written is None:
        tell("nothing was written in this event")
        return
    if written.association in exempt.upper().replace(" ", "").split(","):
        tell(f"not scored: the author's association is {written.association}")
        return
    flags = judged(written, loaded, chosen)
    is_hidden = bool(flags) and minimize and _hidden(written, flags)
    if flags:
        typer.echo(annotation(written, flags))
        _append("GITHUB_STEP_SUMMARY", summary(written, flags, is_hidden=is_hidden))
    _append("GITHUB_OUTPUT", f"flags={';'.join(flag.label for flag in flags)}\n")
    _append("GITHUB_OUTPUT", f"minimized={str(is_hidden).lower()}\n")
    told = ", ".join(f"{flag.label} {flag.score:.2f}" for flag in flags) or "nothing"
    tell(f"flagged: {told}; the comment was {'hidden' if is_hidden else 'left as it is'}")


def _hidden(written: Event, flags: list[Flag]) -> bool:
    from moderation.apply.github_event import hidden
    from moderation.apply.platforms.github import GITHUB, opened
    from moderation.apply.target import Settings

    asked = os.environ.get("GITHUB_GRAPHQL_URL") or f"{GITHUB.home}/graphql"
    return hidden(written, flags, opened(Settings(asked.removesuffix("/graphql"), {})))


def _labels(given: str, model: Model) -> list[str]:
    chosen = [name.strip() for name in given.split(",") if name.strip()]
    if not chosen or (unknown := sorted(set(chosen) - set(model.labels))):
        named = f"{', '.join(unknown)}: no label" if chosen else "--labels names no label"
        raise typer.BadParameter(f"{named} of this model; it has {', '.join(model.labels)}")
    return chosen


def _thresholds(given: str, labels: list[str]) -> dict[str, float]:
    """`0.9` for all labels, or `spam=0.9,abuse=0.8`."""
    found: dict[str, float] = {}
    for part in filter(None, map(str.strip, given.split(","))):
        name, equals, number = part.rpartition("=")
        try:
            score = float(number)
        except ValueError:
            score = -1.0
        if not 0 < score <= 1 or (equals and name.strip() not in labels):
            raise typer.BadParameter(
                f"--threshold {part}: expected a score between 0 and 1, or label=score of "
                f"{', '.join(labels)}"
            )
        found |= dict.fromkeys([name.strip()] if equals else labels, score)
    return found


def _append(variable: str, text: str) -> None:
    """Add to the file that an environment variable names, if it does."""
    if path := os.environ.get(variable):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
