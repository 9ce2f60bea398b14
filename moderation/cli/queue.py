"""`moderation queue`: choose what to review next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app, say, tell
from moderation.cli.options import LEDGER, SHOWN, ModelName
from moderation.cli.progress import working
from moderation.cli.scored_files import held_out_of, load_scored, scores_of, unknown_training
from moderation.translation import number, tr, trn

if TYPE_CHECKING:
    import pandas as pd

    from moderation.evaluation.metrics import Interval
    from moderation.sampling.strata import Estimate


@app.command()
def queue(
    dumps: Annotated[
        list[str], typer.Argument(metavar="SCORED|DUMP...", help="What `score -o` wrote, or dumps.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The queue, for `moderation review` (.parquet)."),
    ] = None,
    budget: Annotated[
        int, typer.Option("-n", "--budget", min=1, help="Number of comments to review.")
    ] = 200,
    random: Annotated[
        float,
        typer.Option("--random", min=0.0, max=1.0, help="Share of the queue drawn at random."),
    ] = 0.3,
    labels: Annotated[
        Path, typer.Option("--labels", help="Ledger; comments decided there are not queued again.")
    ] = LEDGER,
    model: ModelName = "default",
    seed: Annotated[int, typer.Option("--seed", help="Seed of the random draw.")] = 0,
) -> None:
    """Choose what to review next, and estimate how good the model is here.

    The estimate comes from decisions on comments drawn at random, and narrows with each of them.
    Comments that the model was trained on count with their held-out scores.
    """
    from moderation.labels.ledger import decisions
    from moderation.sampling.queue import answered, choose, decided, not_chosen, with_context
    from moderation.sampling.strata import estimates, strata

    decided_rows = decisions(labels)
    scored, passport = load_scored(dumps, model)
    unseen = held_out_of(scored, passport, model, decided_rows["text"])
    scores = scores_of(scored if unseen is None else unseen.scores, passport)
    answers = answered(scored, decided_rows, passport.get("contexts", []))
    with working(tr("choosing")):
        parts = strata(scored, scores, seed)
        known = decided(answers, scores)
        chosen = choose(scored, scores, parts, known, budget, random)
    _say_chosen(list(chosen.values()))
    if len(chosen) < budget:
        _say_fewer(budget, len(scored), not_chosen(scored, scores, known, chosen))
    if output is not None and chosen:
        from moderation.tables import write_table

        write_table(with_context(scored, chosen), output, metadata=passport)
        say(tr("decide with {command}", command=f"`moderation review {output}`"))
    elif output is None:
        _print_chosen(scored, chosen)
    if unseen is None:
        say(unknown_training(passport))
    else:
        _say_estimates(estimates(parts, scores, answers), len(scored))
        for sentence in unseen.notes(str(passport.get("model")), "comment"):
            tell(sentence)


def _say_chosen(reasons: list[str]) -> None:
    from collections import Counter

    counts = Counter(reasons)
    why = ", ".join(f"{number(n)} {_reason(reason)}" for reason, n in sorted(counts.items()))
    chosen = trn(
        "{n} comment to review: {why}",
        "{n} comments to review: {why}",
        len(reasons),
        why=why or tr("nothing is left to decide"),
    )
    tell(chosen)


def _reason(given: str) -> str:
    """`uncertain spam`, which stands in the queue, for the reader."""
    how, _, label = given.partition(" ")
    if how == "likely":
        return tr("likely {label}", label=label)
    return tr("uncertain {label}", label=label) if how == "uncertain" else tr(given)


def _say_fewer(budget: int, comments: int, reasons: dict[str, int]) -> None:
    why = ", ".join(f"{number(n)} {tr(reason)}" for reason, n in reasons.items())
    there = trn("{n} comment there", "{n} comments there", comments)
    fewer = tr("{n} asked for, {there}", n=budget, there=there)
    tell(f"{fewer}: {why}" if why else fewer)


def _print_chosen(scored: pd.DataFrame, chosen: dict[int, str]) -> None:
    from moderation.terminal import table, width

    shown = scored.iloc[list(chosen)[:SHOWN]]
    rows = [
        (str(row.id), reason, row.text)
        for row, reason in zip(shown.itertuples(), chosen.values(), strict=False)
    ]
    if rows:
        typer.echo(table([tr("id"), tr("why"), tr("text")], rows, width()))
    if len(chosen) > len(rows):
        say(tr("… {n} more; {option} writes them all", n=len(chosen) - len(rows), option="-o FILE"))


def _say_estimates(estimates: list[Estimate], comments: int) -> None:
    from moderation.terminal import table, width

    if not estimates:
        say(tr("decide on the random ones, and ask again: they say how good the model is here"))
        return
    by_decisions = trn(
        "the model on this comment, by decisions on random ones:",
        "the model on these {n} comments, by decisions on random ones:",
        comments,
    )
    say(by_decisions)
    rows = [
        (
            estimate.label,
            estimate.decided,
            *map(_percent, (estimate.prevalence, estimate.precision, estimate.recall)),
        )
        for estimate in estimates
    ]
    head = [tr("label"), tr("decided"), tr("are"), tr("precision"), tr("recall")]
    typer.echo(table(head, rows, width()))


def _percent(interval: Interval) -> str:
    """`9.1% (5.2 to 14)`; a dash where undefined."""
    value, low, high = (
        f"{100 * number:.{0 if number >= 0.1 else 1}f}"
        for number in (interval.value, interval.low, interval.high)
    )
    if interval.low != interval.low:
        return "–"
    if value == low == high:
        return f"{value}%"
    if interval.value != interval.value:
        return f"– ({low} to {high}%)"
    return f"{value}% ({low} to {high})"
