"""`moderation train`: make a model from labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app, say, tell
from moderation.cli.options import LabelFiles, Prevalence
from moderation.cli.progress import working
from moderation.model.names import model_path
from moderation.translation import tr

if TYPE_CHECKING:
    from moderation.model.model import Model
    from moderation.training.language_parts import PublicSets


@app.command()
def train(
    output: Annotated[Path, typer.Option("-o", "--output", help="Model folder to write.")],
    labels: LabelFiles = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="MODEL", help="Learn the labels on top of this model."),
    ] = None,
    sources: Annotated[
        Path | None, typer.Option("--sources", help="List of public sets: labels/sources.toml.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder with the public sets.")
    ] = None,
    languages: Annotated[
        str | None,
        typer.Option(
            "--languages",
            metavar="de,pt",
            help="Add languages to a model, or train them anew, from the public sets in them.",
        ),
    ] = None,
    use: Annotated[
        str,
        typer.Option(
            "--use",
            help="With --languages: S for sets that may be passed on in a model, SD for those of "
            "research and of no stated licence, too.",
        ),
    ] = "SD",
    goals: Annotated[
        list[str] | None,
        typer.Option(
            "--goal",
            metavar="'LABEL: GOAL'",
            help="As for 'moderation thresholds --set'; once for each label.",
        ),
    ] = None,
    prevalence: Prevalence = None,
    seed: Annotated[
        int, typer.Option("--seed", help="The same rows and seed give the same bytes.")
    ] = 0,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Skip public sets that are not in the folder.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Do not cache the public sets for the next time.")
    ] = False,
) -> None:
    """Train a model on label tables, ledgers and public sets.

    With --from, the labels are learnt on top of a model in seconds, without the rows that it was
    trained on. Give all your labels each time: those learnt on top before are forgotten. With
    --sources, they are learnt together with the public sets, and their weight is chosen on
    held-out labels. Either way, a line for each label says what your labels improved.

    With --languages, the model after --from (or the shipped one) gets a part for each language,
    from the public sets in it and your labels that are; the rest of the model stays as it is.
    """
    _check_options(labels, start, sources, data, languages)
    labels = labels or []
    if languages is not None and start is None:
        start = "default"
    base = None if start is None else model_path(start)
    from moderation.cluster.folder_lock import hold_folder

    with hold_folder(str(output)), working(tr("training")):
        if base is not None and languages is not None:
            sets = _public_sets(sources, data, use, skip_missing)
            model = _train_languages(base, languages, sets, labels, seed)
        elif base is not None:
            model = _train_on_top(base, labels, seed)
        elif sources is not None and data is not None:
            model = _train_with_public(labels, sources, data, seed, skip_missing, no_cache)
        else:
            model = _train_on(labels, seed)
        model = _with_goals(model, goals or [], prevalence or [])
        model.save(output)
    if languages is not None:
        _say_languages(model, _named(languages))
    _say_trained(model, output)


def _public_sets(
    sources: Path | None, data: Path | None, use: str, skip_missing: bool
) -> PublicSets:
    """The public sets from which parts for languages are trained."""
    assert sources is not None  # noqa: S101 - _check_options has refused its absence
    assert data is not None  # noqa: S101 - the same
    from moderation.training.language_parts import PublicSets

    if not use or set(use) - {"S", "D"}:
        raise typer.BadParameter(tr("--use {given}: expected S, D or SD", given=use))
    return PublicSets(sources, data, use, "skip" if skip_missing else "error")


def _check_options(
    labels: list[Path] | None,
    start: str | None,
    sources: Path | None,
    data: Path | None,
    languages: str | None,
) -> None:
    if (sources is None) != (data is None):
        raise typer.BadParameter(tr("--sources and --data go together"))
    if languages is not None:
        if not _named(languages):
            raise typer.BadParameter(tr("--languages: give codes such as de,pt"))
        if sources is None:
            raise typer.BadParameter(tr("--languages takes --sources and --data"))
        return
    if start is not None and (sources is not None or not labels):
        raise typer.BadParameter(tr("--from takes label tables, and no --sources"))
    if sources is None and not labels:
        raise typer.BadParameter(tr("give label tables, or --sources and --data"))


def _train_on(labels: list[Path], seed: int) -> Model:
    from moderation.labels.ledger import SOURCE
    from moderation.labels.read import read_labels
    from moderation.training.provenance import file_origin
    from moderation.training.tasks import RowOrigins
    from moderation.training.train import train

    frame = read_labels(labels)
    own = (frame["source"] == SOURCE).fillna(False).to_numpy(bool)
    origins = [file_origin(path) for path in labels]
    return train(frame, origins=RowOrigins(own, ~own), seed=seed, sources=origins)


def _train_with_public(
    labels: list[Path], sources: Path, data: Path, seed: int, skip_missing: bool, no_cache: bool
) -> Model:
    from moderation.training.build import build
    from moderation.training.store import Store

    missing = "skip" if skip_missing else "error"
    store = Store(None) if no_cache else Store.of_user()
    return build(sources, data, more=labels, seed=seed, missing=missing, store=store)


def _train_languages(
    folder: Path, languages: str, sets: PublicSets, labels: list[Path], seed: int
) -> Model:
    from moderation.model.model import Model
    from moderation.training.language_parts import with_parts

    return with_parts(Model.load(folder), _named(languages), sets, more=labels, seed=seed)


def _named(languages: str) -> list[str]:
    """`de`, `pt` and `ur-Latn` of `DE, pt,ur-latn`."""
    parts = [name.strip().partition("-") for name in languages.split(",") if name.strip()]
    return [language.lower() + dash + script.title() for language, dash, script in parts]


def _train_on_top(folder: Path, labels: list[Path], seed: int) -> Model:
    from moderation.labels.read import read_labels
    from moderation.model.model import Model
    from moderation.training.decisions.by_language import learn_decisions

    frame = read_labels(labels)
    return learn_decisions(Model.load(folder), frame, seed=seed)


def _with_goals(model: Model, goals: list[str], prevalence: list[str]) -> Model:
    """The model at the operating points asked for; else at the recipe's or its own."""
    from moderation.model.goals.choose import parse_goals, parse_prevalence, with_goals

    wanted = parse_goals(goals, model.labels)
    shares = parse_prevalence(prevalence, model.labels)
    return with_goals(model, wanted, shares) if wanted else model


def _say_trained(model: Model, folder: Path) -> None:
    """Say how the new model does on rows that it was not trained on, label by label."""
    from moderation.model.figures import figures, percent, two_digits
    from moderation.terminal import table, width
    from moderation.training.decisions.gain import bought

    rows = []
    for label in model.heads:
        auc = (label.metrics.get("out_of_fold", {}).get("roc_auc") or [None])[0]
        held_out = figures(label)
        shown = ("–", "–")
        if held_out is not None:
            precision = f"{two_digits(held_out.precision)} ({percent(held_out.share)})"
            shown = precision, two_digits(held_out.recall)
        rows.append(
            (
                label.name,
                float("nan") if auc is None else float(auc),
                label.threshold,
                *shown,
                label.operating["goal"],
            )
        )
    columns = (tr("label"), "ROC AUC", tr("threshold"), tr("precision"), tr("recall"), tr("goal"))
    say(table(columns, rows, width()))
    tell(tr("on held-out rows; in brackets, the prevalence that a precision assumes"))
    if model.base is not None:
        say(tr("these figures are from before your labels were learnt on top:"))
    for sentence in bought(model):
        say(sentence)
    say(tr("wrote {file}", file=folder))


def _say_languages(model: Model, trained: list[str]) -> None:
    """The same for the languages that were trained, and which sets may not be passed on."""
    from moderation.model.figures import figures, two_digits
    from moderation.terminal import table, width

    rows, bound = [], []
    for language in trained:
        part = model.by_language[language]
        for label in part.text_heads:
            auc = (label.metrics.get("out_of_fold", {}).get("roc_auc") or [None])[0]
            held_out = figures(label)
            recall = "–" if held_out is None else two_digits(held_out.recall)
            area = float("nan") if auc is None else float(auc)
            rows.append((language, label.name, area, recall, label.operating["goal"]))
        sets = [one for one in part.sources if one.get("use", "S") != "S" and one.get("rows")]
        bound += [f"{language}: {one['name']} ({one['licence']})" for one in sets]
    if rows:
        say(
            table((tr("language"), tr("label"), "ROC AUC", tr("recall"), tr("goal")), rows, width())
        )
    for one in bound:
        say(tr("learnt from a set that is not for models to be passed on: {what}", what=one))
