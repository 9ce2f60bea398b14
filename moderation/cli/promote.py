"""`moderation promote`: make a model the one in use, or bring the previous one back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from moderation.cli.app import app, say, tell
from moderation.cli.evaluate import learnt_by_heart_notes
from moderation.cli.options import LEDGER
from moderation.cli.progress import working
from moderation.errors import InputError
from moderation.model.names import model_path
from moderation.translation import tr, trn

if TYPE_CHECKING:
    import pandas as pd

    from moderation.evaluation.trial import Trial
    from moderation.model.model import Model


@app.command()
def promote(
    candidate: Annotated[
        str | None,
        typer.Argument(metavar="[MODEL]", help="Candidate: folder or name; not with --rollback."),
    ] = None,
    labels: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[LABELS...]",
            help="Label tables and ledgers to try both on; by default labels/ledger.jsonl.",
        ),
    ] = None,
    suite: Annotated[
        list[Path] | None, typer.Option("--suite", help="Behaviour cases to try both on.")
    ] = None,
    place: Annotated[Path, typer.Option("--to", help="The model in use.")] = Path("models/default"),
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Bring back the previous model.")
    ] = False,
    force: Annotated[
        str | None,
        typer.Option("--force", metavar="REASON", help="Promote anyway; the reason is recorded."),
    ] = None,
) -> None:
    """Make a model the default, or exit with status 1 if it is worse than the one in use.

    The model that was in use is kept as `default.previous`; `promotions.jsonl` records every
    promotion.
    """
    if rollback == (candidate is not None):
        raise typer.BadParameter(tr("give a candidate, or --rollback"))
    if force is not None and not force.strip():
        raise typer.BadParameter(tr("--force needs a reason"))
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
    tables = _tables(labels, suites)
    candidate = Model.load(folder)
    in_use = _in_use(place)
    current = None if in_use is None else Model.load(in_use)
    record: dict[str, object] = _who() | {"candidate": str(folder)}
    if current is not None:
        if current.digest == candidate.digest:
            raise InputError(f"{folder}: the same model as {in_use}; nothing to promote")
        trial = _tried(candidate, current, tables)
        record |= trial.to_dict()
        _say_tried(trial, current.name)
        if trial.verdict in ("worse", "untried") and force is None:
            promotion.refuse(place, record | {"digest": candidate.digest})
            why = "it is worse" if trial.verdict == "worse" else "there was nothing to try it on"
            tell(
                tr(
                    "not promoted: {why}; {option} promotes it anyway",
                    why=why,
                    option="--force REASON",
                )
            )
            raise typer.Exit(1)
    if force is not None:
        record |= {"forced": force}
    promotion.promote(folder, place, in_use, record)
    say(
        tr(
            "{place} is now {folder}; {option} brings the previous one back",
            place=place,
            folder=folder,
            option="--rollback",
        )
    )


class _Tables(NamedTuple):
    """What both models are tried on, and the files that it comes from."""

    labels: pd.DataFrame | None
    suites: dict[str, pd.DataFrame]
    paths: list[Path]


def _tables(labels: list[Path] | None, suites: list[Path]) -> _Tables:
    from moderation.evaluation.suites import read_suite
    from moderation.labels.read import read_labels

    paths = labels or ([LEDGER] if LEDGER.exists() else [])
    frame = read_labels(paths) if paths else None
    return _Tables(frame, {path.name: read_suite(path) for path in suites}, [*paths, *suites])


def _tried(candidate: Model, current: Model, tables: _Tables) -> Trial:
    from moderation.evaluation.trial import tried

    for sentence in learnt_by_heart_notes((candidate, current), tables.paths):
        tell(sentence)
    with working(tr("comparing")):
        return tried(candidate, current, tables.labels, tables.suites)


def _say_tried(trial: Trial, against: str) -> None:
    if trial.verdict == "untried":
        tell(
            tr(
                "nothing to compare on: name label tables that neither model learnt from, or "
                "{option}",
                option="--suite",
            )
        )
        return
    compared = trial.comparison
    on = []
    if compared is not None:
        on += [
            trn("{n} row of {label}", "{n} rows of {label}", label.rows, label=label.label)
            for label in compared.labels
        ]
    on += [tr("the cases of {name}", name=name) for name in trial.suites]
    told = {"model": against, "rows": ", ".join(on)}
    if trial.verdict == "same":
        tell(tr("no worse than {model}, the model in use, on {rows}", **told))
    elif trial.verdict == "worse":
        tell(tr("worse than {model}, the model in use, on {rows}", **told))
    else:
        tell(tr("better than {model}, the model in use, on {rows}", **told))
    for sentence in trial.notes:
        tell(sentence)
    for reason in trial.reasons:
        tell(f"- {reason}")


def _bring_back(place: Path) -> None:
    from moderation.model import promotion

    digest = promotion.roll_back(place, _who())
    say(tr("{place} is the previous model again ({digest})", place=place, digest=digest[:12]))


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
