"""`moderation drift`: whether newer comments have moved away from older ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app, say
from moderation.cli.options import ModelName
from moderation.cli.progress import working
from moderation.cli.scored_files import as_unseen, load_scored, scores_of
from moderation.translation import language, marked, said_again_in, tr

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


FORMS = (
    marked("{n} of {all} older threads are looked at"),
    marked("{n} of {all} newer threads are looked at"),
    marked("only {n} older comment: little can be told"),
    marked("only {n} older comments: little can be told"),
    marked("only {n} newer comment: little can be told"),
    marked("only {n} newer comments: little can be told"),
    marked("few older threads: intervals are by comment, and too narrow"),
    marked("few newer threads: intervals are by comment, and too narrow"),
    marked("{label}: newer comments score higher in {share} of pairs"),
    marked("{label}: newer comments score lower in {share} of pairs"),
    marked("{label}: {n} flags per 100,000 comments, {before} before"),
    marked("words: {share} more of them were never met (95% interval {low} to {high})"),
)
"""What the comparison notes and why retraining is due, which is English in JSON."""


def drift_text(report: Drift) -> Iterator[str]:
    """What was found, for a terminal: tables, then the statement."""
    from moderation.terminal import line, table, width

    for note in report.notes:
        say(tr("note: {what}", what=said_again_in(language(), note, *FORMS)))
    rows = [
        (
            shift.label,
            _flags(shift.old_flags),
            _flags(shift.new_flags),
            _between(shift.more, 1e5, 0, plus=True),
        )
        for shift in report.shifts
    ]
    head = [tr("flags per 100,000"), tr("older"), tr("newer"), tr("change (interval)")]
    yield table(head, rows, width())
    pairs = [(shift.label, _between(shift.higher, 100, 1, "%")) for shift in report.shifts]
    yield table([tr("newer scores higher"), tr("share of pairs (interval)")], pairs, width())
    months = report.months[-MONTHS:]
    if len(months) > 1:
        names = [shift.label for shift in report.shifts]
        shown = [
            (
                month.name,
                tr("newer") if month.newer else tr("older"),
                month.comments,
                *(_flags(month.flags[name].value) for name in names),
            )
            for month in months
        ]
        yield table([tr("month"), "", tr("comments"), *names], shown, width())
    for said, excess, ups in (
        (marked("words never met before, beyond the usual: {share}"), report.unmet, report.words),
        (
            marked("links never met before, beyond the usual: {share}"),
            report.unlinked,
            report.domains,
        ),
    ):
        yield tr(said, share=_between(excess, 100, 1, "%", plus=True))
        risen = ", ".join(f"{rise.name} ({rise.new:,.0f})" for rise in ups)
        if risen:
            more = tr("more than before, per 100,000 comments: {what}", what=risen)
            yield line(f"  {more}", width())
    if report.reasons:
        yield tr("Retraining is due:")
        yield from (f"- {said_again_in(language(), one, *FORMS)}" for one in report.reasons)
    else:
        yield tr("No sign that retraining is due.")


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
    if interval.low != interval.low:
        return f"{value}{unit}"
    return tr("{value} ({low} to {high})", value=f"{value}{unit}", low=low, high=high)
