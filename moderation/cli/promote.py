"""Commands that put a model to use: thresholds, promote."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app, ready_to_score, say, tell, working
from moderation.cli.models import by_heart
from moderation.errors import InputError
from moderation.model.names import model_path

if TYPE_CHECKING:
    from moderation.evaluation.trial import Trial
    from moderation.model.model import Model

LEDGER = Path("labels/ledger.jsonl")


@app.command()
def thresholds(
    model: Annotated[str, typer.Argument(help="Model folder or name.")],
    goals: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="'LABEL: GOAL'",
            help="precision >= 0.8, recall >= 0.8, false positive rate <= 0.1%, or "
            "at most 200 flags per 100,000 comments.",
        ),
    ] = None,
    prevalence: Annotated[
        list[str] | None,
        typer.Option("--prevalence", metavar="LABEL=SHARE", help="How common a label is here."),
    ] = None,
    dump: Annotated[
        list[str] | None,
        typer.Option("--dump", help="Comments to work out how common the labels are."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write; else the model's own.")
    ] = None,
) -> None:
    """Show a model's operating points, or choose others, without retraining.

    Goals are met where the stated prevalence holds, or the one that a dump shows, or else the
    one that the model was calibrated for.
    """
    from moderation.model.goals.choose import parse_goals, parse_prevalence, prevalences, with_goals
    from moderation.model.model import Model

    folder = model_path(model)
    ready_to_score()
    chosen = Model.load(folder)
    wanted = parse_goals(goals or [], chosen.labels)
    shares: dict[str, float] = {}
    if dump:
        from moderation.model.held_out import not_trained_on
        from moderation.readers import iterate
        from moderation.readers.dump import merged

        found = merged(iterate(dump, None, {}))
        with working("scoring"):
            scores = chosen.score(found.comments, found.threads)
            honest = not_trained_on(chosen, found.comments["text"], scores)
            shares = prevalences(chosen, honest.scores)
        for sentence in honest.told(chosen.name, "comment"):
            tell(sentence)
        say(f"{len(found.comments):,} comments of the dump show how common the labels are")
    shares |= parse_prevalence(prevalence or [], chosen.labels)
    if wanted:
        chosen = with_goals(chosen, wanted, shares)
        place = output or _writable(folder)
        chosen.save(place)
        say(f"wrote {place}")
    _show(chosen, {} if wanted else shares, list(wanted))


@app.command()
def promote(
    candidate: Annotated[
        str | None, typer.Argument(help="Model folder or name; none with --rollback.")
    ] = None,
    labels: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[LABELS...]",
            help="What both are tried on: label tables and ledgers; else labels/ledger.jsonl.",
        ),
    ] = None,
    suite: Annotated[
        list[Path] | None, typer.Option("--suite", help="Behaviour cases to try both on.")
    ] = None,
    place: Annotated[Path, typer.Option("--to", help="The model in use.")] = Path("models/default"),
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Bring the previous model back.")
    ] = False,
    force: Annotated[
        str | None,
        typer.Option("--force", metavar="REASON", help="Promote all the same; the reason is kept."),
    ] = None,
) -> None:
    """Make a model the default, unless it is worse than the one in use: then status 1.

    The one in use is kept beside it as `default.previous`; `promotions.jsonl` says what was done.
    """
    if rollback == (candidate is not None):
        raise typer.BadParameter("give a candidate, or --rollback")
    if force is not None and not force.strip():
        raise typer.BadParameter("--force wants the reason")
    ready_to_score()
    if rollback:
        _bring_back(place)
        return
    _promote(str(candidate), labels, suite or [], place, force)


def _promote(
    name: str, labels: list[Path] | None, suites: list[Path], place: Path, force: str | None
) -> None:
    from moderation.model import promotion
    from moderation.model.model import Model

    folder = model_path(name)
    candidate = Model.load(folder)
    in_use = _in_use(place)
    current = None if in_use is None else Model.load(in_use)
    record: dict[str, object] = _who() | {"candidate": str(folder)}
    if current is not None:
        if current.digest == candidate.digest:
            raise InputError(f"{folder}: the same model as {in_use}; nothing to promote")
        trial = _tried(candidate, current, labels, suites)
        record |= trial.to_dict()
        _say_tried(trial, current.name)
        if trial.verdict in ("worse", "untried") and force is None:
            promotion.refuse(place, record | {"digest": candidate.digest})
            why = "it is worse" if trial.verdict == "worse" else "nothing was there to try it on"
            tell(f"not promoted: {why}; --force REASON promotes it all the same")
            raise typer.Exit(1)
    if force is not None:
        record |= {"forced": force}
    promotion.promote(folder, place, in_use, record)
    say(f"{place} is now {folder}; --rollback brings the previous one back")


def _tried(
    candidate: Model, current: Model, labels: list[Path] | None, suites: list[Path]
) -> Trial:
    from moderation.evaluation.suites import read_suite
    from moderation.evaluation.trial import tried
    from moderation.labels.read import read_labels

    paths = labels or ([LEDGER] if LEDGER.exists() else [])
    frame = read_labels(paths) if paths else None
    for sentence in by_heart((candidate, current), [*paths, *suites]):
        tell(sentence)
    with working("comparing"):
        return tried(candidate, current, frame, {one.name: read_suite(one) for one in suites})


def _say_tried(trial: Trial, against: str) -> None:
    if trial.verdict == "untried":
        tell("nothing to compare on: name label tables that neither model learnt from, or --suite")
        return
    compared = trial.comparison
    on = []
    if compared is not None:
        on += [f"{one.rows:,} rows of {one.label}" for one in compared.labels]
    on += [f"the cases of {name}" for name in trial.suites]
    word = "no worse" if trial.verdict == "same" else trial.verdict
    tell(f"{word} than {against}, the model in use, on {', '.join(on)}")
    for sentence in trial.told:
        tell(sentence)
    for reason in trial.reasons:
        tell(f"- {reason}")


def _bring_back(place: Path) -> None:
    from moderation.model import promotion

    digest = promotion.roll_back(place, _who())
    say(f"{place} is the previous model again ({digest[:12]})")


def _who() -> dict[str, object]:
    import getpass
    from datetime import UTC, datetime

    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "by": getpass.getuser()}


def _in_use(place: Path) -> Path | None:
    """The model at `place`, else the one of its name that was installed along."""
    if (place / "model.json").exists():
        return place
    if str(place.parent) != "models":
        return None
    try:
        return model_path(place.name)
    except InputError:
        return None


def _writable(folder: Path) -> Path:
    """The folder, unless it is the one that was installed along."""
    package = Path(__file__).parents[1] / "_models"
    if folder.is_relative_to(package):
        raise InputError(
            f"{folder}: the model that was installed along stays as it is; "
            "name a folder of yours with -o models/NAME"
        )
    return folder


def _show(model: Model, shares: dict[str, float], only: list[str]) -> None:
    from moderation.model.goals.choose import described
    from moderation.terminal import width

    for head in model.heads:
        if not only or head.name in only:
            first, *more = described(head, shares.get(head.name))
            typer.echo(first)
            for sentence in more:
                typer.echo(fill(sentence, width(), initial_indent="  ", subsequent_indent="  "))
