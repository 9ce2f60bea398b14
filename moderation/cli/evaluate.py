"""`moderation evaluate`: measure a model, and compare it with another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app, tell
from moderation.cli.options import LabelFiles, ModelArgument
from moderation.cli.progress import working
from moderation.model.names import model_path
from moderation.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from moderation.evaluation.evaluate import Evaluation
    from moderation.model.model import Model


@app.command()
def evaluate(
    model: ModelArgument,
    labels: LabelFiles = None,
    against: Annotated[
        str | None, typer.Option("--against", help="Compare with this model; status 1 if worse.")
    ] = None,
    suite: Annotated[
        Path | None,
        typer.Option("--suite", help="Table of behaviour cases: text, expected, class."),
    ] = None,
    per_day: Annotated[
        float | None, typer.Option("--per-day", help="Comments per day, for the cost in flags.")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write all figures as JSON.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", help="Write the figures shown as Markdown.")
    ] = None,
    plots: Annotated[Path | None, typer.Option("--plots", help="Folder for plots (SVG).")] = None,
) -> None:
    """Measure a model on labelled comments that it was not trained on."""
    from moderation.evaluation.suites import read_suite
    from moderation.labels.read import read_labels
    from moderation.model.model import Model

    if not labels and suite is None:
        raise typer.BadParameter(tr("give label tables, --suite CASES.csv, or both"))
    cases = None if suite is None else read_suite(suite)
    frame = read_labels(labels) if labels else None
    chosen = Model.load(model_path(model))
    files = [*(labels or []), *filter(None, [suite])]
    for sentence in learnt_by_heart_notes([chosen], files):
        tell(sentence)
    figures: dict[str, object] = {"model": chosen.passport()}
    written: list[str] = []
    worse = False
    if cases is not None:
        figures["suite"] = _run_suite(chosen, cases, written)
    if labels and frame is not None:
        figures["evaluation"] = _evaluate(chosen, frame, plots, written)
        if against is not None:
            figures["comparison"], worse = _compare(
                chosen, against, labels, frame, per_day, written
            )
    if markdown is not None:
        _write_markdown(f"# {chosen.name}", written, markdown)
    if json is not None:
        _write_json(figures, json)
    if worse:
        raise typer.Exit(1)


def learnt_by_heart_notes(models: Sequence[Model], paths: Sequence[Path]) -> list[str]:
    """A sentence for each table that a model was trained on without held-out scores."""
    from moderation.evaluation.scores import learnt_by_heart

    return [
        f"{path}: {model.name} was trained on it and has no held-out scores: these figures "
        "show what it learnt by heart"
        for model in models
        for path in learnt_by_heart(model, paths)
    ]


def _evaluate(
    model: Model, frame: pd.DataFrame, plots: Path | None, written: list[str]
) -> dict[str, object]:
    from moderation.evaluation.evaluate import evaluate
    from moderation.evaluation.scores import row_scores
    from moderation.evaluation.text import evaluation_markdown, evaluation_text
    from moderation.terminal import width

    with working(tr("evaluating")):
        unseen = row_scores(model, frame)
        for sentence in unseen.notes(model.name):
            tell(sentence)
        evaluation = evaluate(frame, unseen.scores, model.thresholds)
    typer.echo(evaluation_text(evaluation, width()))
    written.append(evaluation_markdown(evaluation))
    if plots is not None:
        _write_plots(evaluation, plots)
    return evaluation.to_dict()


def _run_suite(model: Model, cases: pd.DataFrame, written: list[str]) -> object:
    from moderation.evaluation.scores import row_scores
    from moderation.evaluation.suites import run_suite
    from moderation.evaluation.text import suite_markdown, suite_text
    from moderation.terminal import width

    unseen = row_scores(model, cases[["text"]])
    for sentence in unseen.notes(model.name, "case"):
        tell(sentence)
    result = run_suite(cases, unseen.scores, model.thresholds)
    typer.echo(suite_text(result, width()))
    written.append(suite_markdown(result))
    return result.to_dict()


def _compare(
    candidate: Model,
    against: str,
    paths: list[Path],
    frame: pd.DataFrame,
    per_day: float | None,
    written: list[str],
) -> tuple[object, bool]:
    """The comparison's figures, and whether the candidate is worse."""
    from moderation.evaluation.compare import Scored, compare
    from moderation.evaluation.scores import paired_scores
    from moderation.evaluation.text import comparison_markdown, comparison_text
    from moderation.model.model import Model
    from moderation.terminal import width

    current = Model.load(model_path(against))
    for sentence in (
        learnt_by_heart_notes([current], paths) if current.digest != candidate.digest else ()
    ):
        tell(sentence)
    after, before = paired_scores(candidate, current, frame)
    for sentence in before.notes(current.name) if current.digest != candidate.digest else ():
        tell(sentence)
    comparison = compare(
        frame,
        Scored(after.scores, candidate.thresholds),
        Scored(before.scores, current.thresholds),
        comments_per_day=per_day,
    )
    typer.echo(comparison_text(comparison, width()))
    written.append(comparison_markdown(comparison))
    return comparison.to_dict(), comparison.verdict == "worse"


def _write_plots(evaluation: Evaluation, folder: Path) -> None:
    from moderation.evaluation.pictures import pictures
    from moderation.tables import replacing

    folder.mkdir(parents=True, exist_ok=True)
    for result in evaluation.labels:
        for name, picture in pictures(result).items():
            with replacing(folder / f"{result.label}-{name}.svg") as temporary:
                temporary.write_text(picture, encoding="utf-8")


def _write_markdown(title: str, parts: list[str], path: Path) -> None:
    from moderation.tables import replacing

    with replacing(path) as temporary:
        temporary.write_text(
            "\n\n".join([title, *(part.strip() for part in parts)]) + "\n", "utf-8"
        )


def _write_json(figures: dict[str, object], path: Path) -> None:
    import orjson

    from moderation.tables import replacing

    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY
    with replacing(path) as temporary:
        temporary.write_bytes(orjson.dumps(figures, option=options) + b"\n")
