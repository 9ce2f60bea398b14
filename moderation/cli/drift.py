"""`moderation drift`: whether newer comments have moved away from older ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app, say
from moderation.cli.options import ModelName
from moderation.cli.progress import working
from moderation.cli.scored_files import as_unseen, load_scored, scores_of
from moderation.translation import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.evaluation.metrics import Interval
    from moderation.sampling.drift import Drift

MONTHS = 12  # that are listed, the newest


@app.command()
def drift(
    old: Annotated[
        str,
        typer.Argument(metavar="OLD", help="Older comments: a scored file, or a dump to score."),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Newer comments.")],
    model: ModelName = "default",
    json: Annotated[Path | None, typer.Option("--json", help="Write all figures as JSON.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with status 1 if retraining is due.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the resampling.")] = 0,
) -> None:
    """Tell whether newer comments differ so much that retraining is due.

    Compares scores, flags, words and links. docs/loop.md has the rules.
    """
    from moderation.errors import InputError
    from moderation.sampling.drift import drift as compare

    (before, passport), (after, other) = load_scored([old], model), load_scored([new], model)
    if passport.get("digest") != other.get("digest"):
        raise InputError(
            f"{old} and {new} were scored by different models; score both with one, or give the "
            "dumps themselves"
        )
    before, after = as_unseen(before, passport, model), as_unseen(after, other, model)
    scores = scores_of(before, passport)
    with working(tr("comparing")):
        report = compare(before, after, scores.labels, scores.limits, seed)
    for shown in drift_text(report):
        typer.echo(shown)
    if json is not None:
        from dataclasses import asdict

        import orjson

        from moderation.tables import replacing

        with replacing(json) as temporary:
            temporary.write_bytes(
                orjson.dumps(
                    asdict(report), option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
                )
            )
    if strict and report.reasons:
        raise typer.Exit(1)


def drift_text(report: Drift) -> Iterator[str]:
    """What was found, for a terminal: tables, then the statement."""
    from moderation.terminal import line, table, width

    for note in report.notes:
        say(tr("note: {what}", what=note))
    rows = [
        (
            shift.label,
            _flags(shift.old_flags),
            _flags(shift.new_flags),
            _between(shift.more, 1e5, 0, plus=True),
        )
        for shift in report.shifts
    ]
    yield table(["flags per 100,000", "older", "newer", "change (interval)"], rows, width())
    pairs = [(shift.label, _between(shift.higher, 100, 1, "%")) for shift in report.shifts]
    yield table(["newer scores higher", "share of pairs (interval)"], pairs, width())
    months = report.months[-MONTHS:]
    if len(months) > 1:
        names = [shift.label for shift in report.shifts]
        shown = [
            (
                month.name,
                "newer" if month.newer else "older",
                month.comments,
                *(_flags(month.flags[name].value) for name in names),
            )
            for month in months
        ]
        yield table(["month", "", "comments", *names], shown, width())
    for what, excess, ups in (
        ("words", report.unmet, report.words),
        ("links", report.unlinked, report.domains),
    ):
        more = _between(excess, 100, 1, "%", plus=True)
        yield f"{what} never met before, beyond the usual: {more}"
        risen = ", ".join(f"{rise.name} ({rise.new:,.0f})" for rise in ups)
        if risen:
            yield line(f"  more than before, per 100,000 comments: {risen}", width())
    if report.reasons:
        yield "Retraining is due:"
        yield from (f"- {reason}" for reason in report.reasons)
    else:
        yield "No sign that retraining is due."


def _flags(share: float) -> str:
    return "–" if share != share else f"{share * 1e5:,.0f}"


def _between(
    interval: Interval, scale: float, digits: int, unit: str = "", plus: bool = False
) -> str:
    """`+12 (3 to 21)`; a dash where undefined."""
    if interval.value != interval.value:
        return "–"
    sign = "+" if plus else ""
    value, low, high = (
        f"{scale * number:{sign},.{digits}f}"
        for number in (interval.value, interval.low, interval.high)
    )
    return f"{value}{unit}" + (f" ({low} to {high})" if interval.low == interval.low else "")
