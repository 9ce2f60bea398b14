"""Commands that look after a model on a dump: queue, drift."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderation.cli.app import (
    ModelName,
    app,
    counted,
    ready_to_score,
    say,
    tell,
    working,
)
from moderation.model.names import model_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from moderation.evaluation.metrics import Interval
    from moderation.model.held_out import Honest
    from moderation.model.model import Model
    from moderation.sampling.drift import Drift
    from moderation.sampling.strata import Estimate, Scores

LEDGER = Path("labels/ledger.jsonl")
SHOWN = 20
MONTHS = 12


@app.command()
def queue(
    dumps: Annotated[
        list[str], typer.Argument(metavar="SCORED|DUMP...", help="What `score -o` wrote, or dumps.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The queue, for `moderation review` (.parquet)."),
    ] = None,
    budget: Annotated[int, typer.Option("-n", "--budget", min=1, help="Comments to review.")] = 200,
    random: Annotated[
        float,
        typer.Option("--random", min=0.0, max=1.0, help="Share of them drawn at random."),
    ] = 0.3,
    labels: Annotated[
        Path, typer.Option("--labels", help="Ledger: what is decided is not asked again.")
    ] = LEDGER,
    model: ModelName = "default",
    seed: Annotated[int, typer.Option("--seed", help="Of what is drawn at random.")] = 0,
) -> None:
    """Choose what to review next, and say how good the model is on this dump.

    The estimate comes from decisions on comments drawn at random, and narrows as they grow.
    Comments that the model learnt from count with scores of models that had not seen them.
    """
    ready_to_score()
    from moderation.labels.ledger import decisions
    from moderation.sampling.queue import answered, choose, decided, not_chosen, with_context
    from moderation.sampling.strata import estimates, strata

    scored, passport = _scored(dumps, model)
    made = decisions(labels)
    honest = _honest(scored, passport, model, made["text"])
    scores = _scores(scored if honest is None else honest.scores, passport)
    answers = answered(scored, made, passport.get("contexts", []))
    with working("choosing"):
        parts = strata(scored, scores, seed)
        known = decided(answers, scores)
        chosen = choose(scored, scores, parts, known, budget, random)
    _say_chosen(list(chosen.values()))
    if len(chosen) < budget:
        _say_fewer(budget, len(scored), not_chosen(scored, known, chosen))
    if output is not None and chosen:
        from moderation.tables import write_table

        write_table(with_context(scored, chosen), output, metadata=passport)
        say(f"decide with `moderation review {output}`")
    elif output is None:
        _print_chosen(scored, chosen)
    if honest is None:
        say(_untold(passport))
    else:
        _say_estimates(estimates(parts, scores, answers), len(scored))
        for sentence in honest.told(str(passport.get("model")), "comment"):
            tell(sentence)


@app.command()
def drift(
    old: Annotated[
        str, typer.Argument(help="Scored comments that the model is used to, or a dump.")
    ],
    new: Annotated[str, typer.Argument(help="Newer ones.")],
    model: ModelName = "default",
    json: Annotated[Path | None, typer.Option("--json", help="Write all figures as JSON.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Status 1 when retraining is due.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of the resampling.")] = 0,
) -> None:
    """Say whether newer comments have moved away from older ones: scores, flags, words, links.

    Give scored files, or dumps to score. The rules of the statement are in README.md.
    """
    ready_to_score()
    from moderation.errors import InputError
    from moderation.sampling.drift import drift as compare

    (before, passport), (after, other) = _scored([old], model), _scored([new], model)
    if passport.get("digest") != other.get("digest"):
        raise InputError(f"{old} and {new} were scored by different models; score both with one")
    before, after = _as_unseen(before, passport, model), _as_unseen(after, other, model)
    scores = _scores(before, passport)
    with working("comparing"):
        found = compare(before, after, scores.labels, scores.limits, seed)
    for shown in drift_text(found):
        typer.echo(shown)
    if json is not None:
        from dataclasses import asdict

        import orjson

        from moderation.tables import replacing

        with replacing(json) as temporary:
            temporary.write_bytes(
                orjson.dumps(asdict(found), option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)
            )
    if strict and found.reasons:
        raise typer.Exit(1)


def drift_text(found: Drift) -> Iterator[str]:
    """What was found, for a terminal: tables, then the statement."""
    from moderation.terminal import line, table, width

    for note in found.notes:
        say(f"note: {note}")
    rows = [
        (
            one.label,
            _flags(one.old_flags),
            _flags(one.new_flags),
            _between(one.more, 1e5, 0, plus=True),
        )
        for one in found.shifts
    ]
    yield table(["flags per 100,000", "older", "newer", "change (interval)"], rows, width())
    pairs = [(one.label, _between(one.higher, 100, 1, "%")) for one in found.shifts]
    yield table(["newer scores higher", "share of pairs (interval)"], pairs, width())
    months = found.months[-MONTHS:]
    if len(months) > 1:
        names = [one.label for one in found.shifts]
        shown = [
            (
                one.name,
                "newer" if one.newer else "older",
                one.comments,
                *(_flags(one.flags[name].value) for name in names),
            )
            for one in months
        ]
        yield table(["month", "", "comments", *names], shown, width())
    for what, excess, ups in (
        ("words", found.unmet, found.words),
        ("links", found.unlinked, found.domains),
    ):
        more = _between(excess, 100, 1, "%", plus=True)
        yield f"{what} never met before, beyond the usual: {more}"
        told = ", ".join(f"{one.name} ({one.new:,.0f})" for one in ups)
        if told:
            yield line(f"  more than before, per 100,000 comments: {told}", width())
    if found.reasons:
        yield "Retraining is due:"
        yield from (f"- {reason}" for reason in found.reasons)
    else:
        yield "No sign that retraining is due."


def _flags(share: float) -> str:
    return "–" if share != share else f"{share * 1e5:,.0f}"


def _between(one: Interval, scale: float, digits: int, unit: str = "", plus: bool = False) -> str:
    """`+12 (3 to 21)`; a dash where undefined."""
    if one.value != one.value:
        return "–"
    sign = "+" if plus else ""
    value, low, high = (
        f"{scale * number:{sign},.{digits}f}" for number in (one.value, one.low, one.high)
    )
    return f"{value}{unit}" + (f" ({low} to {high})" if one.low == one.low else "")


def _scored(dumps: list[str], model: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A scored table and its passport, read or made."""
    from moderation.model.model import Model
    from moderation.tables import read_table, to_frame

    if len(dumps) == 1 and _is_scored(dumps[0]):
        table, passport = read_table(dumps[0])
        if not passport.get("thresholds"):  # only Parquet keeps it
            passport = Model.load(model_path(model)).passport()
        return to_frame(table), passport
    from moderation.flags.flag import scored_table
    from moderation.readers import iterate
    from moderation.readers.dump import merged

    folder = model_path(model)
    dump = merged(counted("reading", iterate(dumps, None, {})))
    chosen = Model.load(folder)
    with working("scoring"):
        scores = chosen.score(dump.comments, dump.threads)
        return scored_table(dump, scores, chosen), chosen.passport()


def _honest(
    scored: pd.DataFrame, passport: dict[str, Any], name: str, near: pd.Series
) -> Honest | None:
    """The scored table with held-out scores where its model learnt from a comment.

    near: see `not_trained_on`. None where the model cannot be asked what it learnt from.
    """
    import numpy as np

    from moderation.model.held_out import Honest, not_trained_on

    if passport.get("learnt") == 0:
        none = np.zeros(len(scored), bool)
        return Honest(scored, none, none)
    model = _that_scored(passport, name)
    if model is None:
        return None
    return not_trained_on(model, scored["text"].fillna("").astype("str"), scored, near)


def _as_unseen(scored: pd.DataFrame, passport: dict[str, Any], name: str) -> pd.DataFrame:
    """The table for `drift`: a model is surer of what it learnt from than of newer comments."""
    honest = _honest(scored, passport, name, scored["text"].iloc[:0])
    if honest is None:
        say(f"note: {_untold(passport)}")
        return scored
    for sentence in honest.told(str(passport.get("model")), "comment"):
        tell(sentence)
    return honest.scores


def _untold(passport: dict[str, Any]) -> str:
    who = f"{passport.get('model') or 'the model'} ({str(passport.get('digest'))[:12]})"
    return (
        f"{who}, which scored this, is not here: what it learnt by heart cannot be told from what "
        "it knows. Name its folder with -m, or score again"
    )


def _that_scored(passport: dict[str, Any], name: str) -> Model | None:
    """The model with the passport's digest: the one that was named, else of those under models/."""
    from moderation.errors import InputError, ModelError
    from moderation.model.folder import digest_of
    from moderation.model.model import Model

    places = sorted(Path("models").glob("*/model.json"))
    for one in (name, "default"):
        with suppress(InputError):
            places.insert(0, model_path(one) / "model.json")
    for place in places:
        with suppress(ModelError):
            if digest_of(place.parent) == passport.get("digest"):
                return Model.load(place.parent)
    return None


def _is_scored(path: str) -> bool:
    """Whether a file is a scored table, by its columns."""
    from moderation.errors import ModerationError
    from moderation.tables import kind_of

    place = Path(path)
    if not place.is_file():
        return False
    try:
        kind = kind_of(place)
    except ModerationError:
        return False
    if kind == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return {"flags", "why"} <= set(pq.read_schema(place).names)
        except pa.ArrowException:
            return False
    from moderation.readers import Source

    with Source(place).utf8() as stream:
        first = bytes(stream.readline(1 << 20))
    return b'"flags":' in first or b'"flags","why"' in first


def _scores(scored: pd.DataFrame, passport: dict[str, Any]) -> Scores:
    """The scores in a scored table, with the thresholds of the model that gave them."""
    import numpy as np

    from moderation.errors import InputError
    from moderation.sampling.strata import Scores

    labels = passport.get("labels") or list(passport["thresholds"])
    names = [name for name in labels if name in scored.columns]
    if not names:
        raise InputError(
            "the scored table has none of the model's labels "
            f"({', '.join(labels)}): name the model that scored it with -m"
        )
    limits = np.array([float(passport["thresholds"][name]) for name in names])
    columns = [scored[name].to_numpy(np.float64, na_value=np.nan) for name in names]
    return Scores(names, np.column_stack(columns), limits)


def _say_chosen(reasons: list[str]) -> None:
    from collections import Counter

    counts = Counter(reasons)
    told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(counts.items()))
    noun = "comment" if len(reasons) == 1 else "comments"
    tell(f"{len(reasons):,} {noun} to review: {told or 'nothing is left to decide'}")


def _say_fewer(budget: int, comments: int, reasons: dict[str, int]) -> None:
    told = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
    tell(f"{budget:,} asked for, {comments:,} comments there{': ' if told else ''}{told}")


def _print_chosen(scored: pd.DataFrame, chosen: dict[int, str]) -> None:
    from moderation.terminal import table, width

    some = scored.iloc[list(chosen)[:SHOWN]]
    rows = [
        (str(row.id), reason, row.text)
        for row, reason in zip(some.itertuples(), chosen.values(), strict=False)
    ]
    if rows:
        typer.echo(table(["id", "why", "text"], rows, width()))
    if len(chosen) > len(rows):
        say(f"… {len(chosen) - len(rows):,} more; -o FILE writes them all")


def _say_estimates(found: list[Estimate], comments: int) -> None:
    from moderation.terminal import table, width

    if not found:
        say("decide on the random ones, and ask again: they say how good the model is here")
        return
    say(f"the model on these {comments:,} comments, by decisions on random ones:")
    rows = [
        (one.label, one.decided, *map(_percent, (one.prevalence, one.precision, one.recall)))
        for one in found
    ]
    typer.echo(table(["label", "decided", "are", "precision", "recall"], rows, width()))


def _percent(one: Interval) -> str:
    """`9.1% (5.2 to 14)`; a dash where undefined."""
    value, low, high = (
        f"{100 * number:.{0 if number >= 0.1 else 1}f}" for number in (one.value, one.low, one.high)
    )
    if one.low != one.low:
        return "–"
    if value == low == high:
        return f"{value}%"
    return f"{value}% ({low} to {high})" if one.value == one.value else f"– ({low} to {high}%)"
