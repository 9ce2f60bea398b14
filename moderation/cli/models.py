"""Commands that make and judge models: train, evaluate, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app, ready_to_score, say, tell, working
from moderation.model.names import model_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from moderation.evaluation.evaluate import Evaluation
    from moderation.model.model import Model

LabelFiles = Annotated[
    list[Path] | None,
    typer.Argument(metavar="LABELS...", help="Label tables (CSV, JSONL, Parquet) and ledgers."),
]


@app.command()
def train(
    output: Annotated[Path, typer.Option("-o", "--output", help="Model folder to write.")],
    labels: LabelFiles = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="MODEL", help="Learn the labels on top of this model."),
    ] = None,
    sources: Annotated[
        Path | None, typer.Option("--sources", help="Public sets, as labels/sources.toml.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder that the public sets were put in.")
    ] = None,
    goals: Annotated[
        list[str] | None,
        typer.Option(
            "--goal",
            metavar="'LABEL: GOAL'",
            help="As 'moderation thresholds --set'; once for each label.",
        ),
    ] = None,
    prevalence: Annotated[
        list[str] | None,
        typer.Option("--prevalence", metavar="LABEL=SHARE", help="How common a label is here."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Same rows, same seed: same bytes.")] = 0,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Go on without sets that are not there.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Keep nothing of the public sets for next time.")
    ] = False,
) -> None:
    """Train a model on label tables, ledgers and public sets.

    With --from, labels are learnt on top of a model in seconds, without the rows that made it;
    give all your labels each time, for those that it had learnt on top before are forgotten. With
    --sources, they are learnt together with the public sets, and their weight is chosen on labels
    held out. Either way a line per label says what your labels bought.
    """
    if (sources is None) != (data is None):
        raise typer.BadParameter("--sources and --data go together")
    if start is not None and (sources is not None or not labels):
        raise typer.BadParameter("--from takes label tables, and no --sources")
    if sources is None and not labels:
        raise typer.BadParameter("give label tables, or --sources and --data")
    base = None if start is None else model_path(start)
    ready_to_score()
    with working("training"):
        if base is not None:
            model = _carried_on(base, labels or [], seed)
        else:
            model = _trained(labels or [], sources, data, seed, skip_missing, no_cache)
        model = _with_goals(model, goals or [], prevalence or [])
        model.save(output)
    _say_trained(model, output)


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="Model folder or name.")],
    labels: LabelFiles = None,
    against: Annotated[
        str | None, typer.Option("--against", help="Compare with this model; status 1 if worse.")
    ] = None,
    suite: Annotated[
        Path | None, typer.Option("--suite", help="Behaviour cases: text, expected, class.")
    ] = None,
    per_day: Annotated[
        float | None, typer.Option("--per-day", help="Comments a day, for the cost in flags.")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write all figures as JSON.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", help="Write what is shown as Markdown.")
    ] = None,
    plots: Annotated[
        Path | None, typer.Option("--plots", help="Folder for pictures (SVG).")
    ] = None,
) -> None:
    """Measure a model on labelled comments that it was not trained on."""
    from moderation.evaluation.text import evaluation_markdown, evaluation_text
    from moderation.model.model import Model
    from moderation.terminal import width

    if not labels and suite is None:
        raise typer.BadParameter("give label tables, --suite CASES.csv, or both")
    ready_to_score()
    chosen = Model.load(model_path(model))
    for sentence in by_heart([chosen], [*(labels or []), *([suite] if suite else [])]):
        tell(sentence)
    figures: dict[str, object] = {"model": chosen.passport()}
    written: list[str] = []
    worse = False
    if suite is not None:
        figures["suite"] = _run_suite(chosen, suite, written)
    if labels:
        from moderation.labels.read import read_labels

        frame = read_labels(labels)
        with working("evaluating"):
            found = _evaluate(chosen, frame)
        figures["evaluation"] = found.to_dict()
        typer.echo(evaluation_text(found, width()))
        written.append(evaluation_markdown(found))
        if plots is not None:
            _write_plots(found, plots)
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


@app.command()
def export(
    model: Annotated[str, typer.Argument(help="Model folder or name.")],
    output: Annotated[Path, typer.Argument(help="File to write, such as pipeline.joblib.")],
) -> None:
    """Write the text labels as a scikit-learn Pipeline, for those who want one."""
    from moderation.model.export import export as write
    from moderation.model.model import Model

    write(Model.load(model_path(model)), output)
    say(f"wrote {output}; load it with joblib.load, and only from people you trust")


def _trained(
    labels: list[Path],
    sources: Path | None,
    data: Path | None,
    seed: int,
    skip_missing: bool,
    no_cache: bool,
) -> Model:
    if sources is not None and data is not None:
        from moderation.training.build import build
        from moderation.training.store import Store

        missing = "skip" if skip_missing else "error"
        store = Store(None) if no_cache else Store.of_user()
        return build(sources, data, more=labels, seed=seed, missing=missing, store=store)
    from moderation.labels.ledger import SOURCE
    from moderation.labels.read import read_labels
    from moderation.training.provenance import file_origin
    from moderation.training.tasks import UserRows
    from moderation.training.train import train

    frame = read_labels(labels)
    own = (frame["source"] == SOURCE).fillna(False).to_numpy(bool)
    origins = [file_origin(path) for path in labels]
    return train(frame, user=UserRows(own, ~own), seed=seed, sources=origins)


def _carried_on(folder: Path, labels: list[Path], seed: int) -> Model:
    from moderation.labels.read import read_labels
    from moderation.model.model import Model
    from moderation.training.carry_on import carry_on

    return carry_on(Model.load(folder), read_labels(labels), seed=seed)


def _with_goals(model: Model, goals: list[str], prevalence: list[str]) -> Model:
    """The operating points that were asked for; the recipe's or the model's own otherwise."""
    from moderation.model.goals.choose import parse_goals, parse_prevalence, with_goals

    wanted = parse_goals(goals, model.labels)
    shares = parse_prevalence(prevalence, model.labels)
    return with_goals(model, wanted, shares) if wanted else model


def _say_trained(model: Model, folder: Path) -> None:
    """How the new model did on rows that it was not trained on, label by label."""
    from moderation.model.figures import figures, percent, two_digits
    from moderation.terminal import table, width
    from moderation.training.gain import bought

    rows = []
    for head in model.heads:
        auc = (head.metrics.get("out_of_fold", {}).get("roc_auc") or [None])[0]
        found = figures(head)
        told = ("–", "–")
        if found is not None:
            precision = f"{two_digits(found.precision)} ({percent(found.share)})"
            told = precision, two_digits(found.recall)
        rows.append(
            (
                head.name,
                float("nan") if auc is None else float(auc),
                head.threshold,
                *told,
                head.operating["goal"],
            )
        )
    columns = ("label", "ROC AUC", "threshold", "precision", "recall", "goal")
    say(table(columns, rows, width()))
    say("held out; in brackets the share of comments with the label that a precision is for")
    if model.base is not None:
        say("these are the figures before the decisions, which were learnt on top:")
    for sentence in bought(model):
        say(sentence)
    say(f"wrote {folder}")


def by_heart(models: Sequence[Model], paths: Sequence[Path]) -> list[str]:
    """A sentence for each table that a model was trained on and keeps no held-out scores of."""
    from moderation.evaluation.scores import learnt_by_heart

    return [
        f"{path}: {model.name} was trained on it and keeps no held-out scores: these figures "
        "are what it learnt by heart"
        for model in models
        for path in learnt_by_heart(model, paths)
    ]


def _evaluate(model: Model, frame: pd.DataFrame) -> Evaluation:
    from moderation.evaluation.evaluate import evaluate
    from moderation.evaluation.scores import row_scores

    honest = row_scores(model, frame)
    for sentence in honest.told(model.name):
        tell(sentence)
    return evaluate(frame, honest.scores, model.thresholds)


def _run_suite(model: Model, path: Path, written: list[str]) -> object:
    from moderation.evaluation.scores import row_scores
    from moderation.evaluation.suites import read_suite, run_suite
    from moderation.evaluation.text import suite_markdown, suite_text
    from moderation.terminal import width

    cases = read_suite(path)
    honest = row_scores(model, cases[["text"]])
    for sentence in honest.told(model.name, "case"):
        tell(sentence)
    found = run_suite(cases, honest.scores, model.thresholds)
    typer.echo(suite_text(found, width()))
    written.append(suite_markdown(found))
    return found.to_dict()


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
    for sentence in by_heart([current], paths) if current.digest != candidate.digest else ():
        tell(sentence)
    after, before = paired_scores(candidate, current, frame)
    for sentence in before.told(current.name) if current.digest != candidate.digest else ():
        tell(sentence)
    found = compare(
        frame,
        Scored(after.scores, candidate.thresholds),
        Scored(before.scores, current.thresholds),
        comments_per_day=per_day,
    )
    typer.echo(comparison_text(found, width()))
    written.append(comparison_markdown(found))
    return found.to_dict(), found.verdict == "worse"


def _write_plots(found: Evaluation, folder: Path) -> None:
    from moderation.evaluation.pictures import pictures
    from moderation.tables import replacing

    folder.mkdir(parents=True, exist_ok=True)
    for result in found.labels:
        for name, picture in pictures(result).items():
            with replacing(folder / f"{result.label}-{name}.svg") as temporary:
                temporary.write_text(picture, encoding="utf-8")


def _write_markdown(title: str, parts: list[str], path: Path) -> None:
    from moderation.tables import replacing

    with replacing(path) as temporary:
        temporary.write_text("\n\n".join([title, *(one.strip() for one in parts)]) + "\n", "utf-8")


def _write_json(figures: dict[str, object], path: Path) -> None:
    import orjson

    from moderation.tables import replacing

    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY
    with replacing(path) as temporary:
        temporary.write_bytes(orjson.dumps(figures, option=options) + b"\n")
