"""`moderation labels`: check, import, export, retract and count labels and decisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderation.cli.app import Commands, app, say, tell
from moderation.cli.options import LEDGER, SHOWN, MaskKey, ModelName
from moderation.cli.progress import working
from moderation.model.names import model_path
from moderation.translation import tr, trn

if TYPE_CHECKING:
    import pandas as pd

    from moderation.labels.exchange.intake import Taken
    from moderation.training.check.audit import Audit

commands = Commands(
    name="labels",
    help="Check, exchange, retract and count labels and decisions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(commands)

Labels = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="LABELS...", help="Label tables and ledgers; by default labels/ledger.jsonl."
    ),
]
Ledger = Annotated[Path, typer.Option("--labels", help="The ledger.")]


@commands.command()
def check(
    labels: Labels = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", help="Write all doubts: .parquet, .jsonl, .csv, or -."),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            "--page", help="Write a page of doubts: .parquet for `moderation review`, or .html."
        ),
    ] = None,
    model: ModelName = "default",
    seed: Annotated[int, typer.Option("--seed", help="Seed of the folds.")] = 0,
) -> None:
    """Find labels that are probably wrong: similar texts or other people contradict them.

    The most doubtful come first. Nothing is changed: decide on the page, then train again.
    """
    paths = labels or [LEDGER]
    from moderation.labels.read import read_labels, stack
    from moderation.training.check.audit import audit, shared_texts

    tables = {str(path): read_labels(path) for path in paths}
    frame = stack(tables.values())
    known, context = _labels_of(model)
    with working(tr("checking")):
        report = audit(frame, known=known, context=context, seed=seed)
        shared = shared_texts(tables)
    if output is not None:
        from moderation.tables import write_table

        write_table(report.table(), output)
    if page is not None:
        _write_page(frame, report, page)
    _say_found(report, shared, quiet=output == "-")


@commands.command(name="import")
def import_(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files with labels, or dumps.")
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            help="ledger, table, doccano, label-studio, prodigy, argilla, fasttext, or statuses: "
            "what a dump's site decided. By default detected from the content.",
        ),
    ] = None,
    ledger: Ledger = LEDGER,
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", help="Write a label table instead: .parquet, .jsonl, .csv, or -."
        ),
    ] = None,
    annotator: Annotated[
        str | None, typer.Option("--annotator", help="Who decided, if the file does not say.")
    ] = None,
    all_judged: Annotated[
        bool, typer.Option("--all-judged", help="Take a comment without a label as clean.")
    ] = False,
    removed: Annotated[
        str, typer.Option("--removed", help="For statuses: the label that a removal suggests.")
    ] = "abuse",
    weight: Annotated[
        float | None,
        typer.Option("--weight", min=0.0, help="Weight of each row in training; 0.3 for statuses."),
    ] = None,
) -> None:
    """Import decisions from other tools, tables, ledgers or a dump's statuses.

    Each decision is imported once, however often its file is given.
    """
    from moderation.labels.exchange.intake import KINDS

    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(
            tr(
                "{kind} is not a kind; expected one of {kinds}",
                kind=repr(kind),
                kinds=", ".join(KINDS),
            )
        )
    if output is not None:
        from moderation.labels.read import stack
        from moderation.tables import write_table

        frames = [_judged(file, kind, all_judged, removed, weight) for file in files]
        write_table(stack(frames), output, private=True)
        say(trn("{n} row to {file}", "{n} rows to {file}", sum(map(len, frames)), file=output))
        return
    for file in files:
        _say_taken(file, _taken(file, kind, ledger, annotator, all_judged, removed, weight), ledger)


@commands.command()
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")],
    labels: Labels = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", help="table, doccano, label-studio, prodigy, argilla, fasttext or sqlite."
        ),
    ] = None,
    mask: MaskKey = None,
) -> None:
    """Write labels for another tool; the file's ending selects a table (.csv …) or SQLite (.db)."""
    from moderation.labels.exchange.write import EXPORTS, write_exchange
    from moderation.labels.read import read_labels

    if kind is not None and kind not in EXPORTS:
        raise typer.BadParameter(
            tr(
                "{kind} is not a kind; expected one of {kinds}",
                kind=repr(kind),
                kinds=", ".join(EXPORTS),
            )
        )
    frame = read_labels(labels or [LEDGER], apart=True)
    if mask is not None:
        from moderation.masking import masked_frames

        (frame,) = masked_frames([frame], mask)
    sqlite = output.suffix.lower() in (".db", ".sqlite", ".sqlite3")
    write_exchange(frame, output, kind or ("sqlite" if sqlite else "table"))
    say(trn("{n} row to {file}", "{n} rows to {file}", len(frame), file=output))


@commands.command()
def retract(
    keys: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY...", help="Keys of decisions, as `labels stats --last` shows them."
        ),
    ] = None,
    annotator: Annotated[
        str | None, typer.Option("--annotator", help="Retract everything that this person decided.")
    ] = None,
    ledger: Ledger = LEDGER,
    by: Annotated[str | None, typer.Option("--by", help="Who retracts them.")] = None,
) -> None:
    """Retract decisions as if they had never been made; the ledger keeps both lines."""
    import getpass
    from datetime import UTC, datetime

    from moderation.labels.ledger import retract as take_back

    if bool(keys) == (annotator is not None):
        raise typer.BadParameter(tr("give the keys of decisions, or --annotator"))
    now, who = datetime.now(UTC), by or getpass.getuser()
    count = take_back(ledger, key=keys or None, annotator=annotator, at=now, by=who)
    taken_back = trn(
        "{n} decision taken back in {file}",
        "{n} decisions taken back in {file}",
        count,
        file=ledger,
    )
    say(taken_back)


@commands.command()
def stats(
    labels: Labels = None,
    last: Annotated[
        int, typer.Option("--last", min=0, help="Decisions to list with their keys, newest first.")
    ] = 0,
) -> None:
    """Count decisions by label and annotator, and measure how well annotators agree."""
    from moderation.labels.read import label_names, read_labels
    from moderation.terminal import table, width
    from moderation.training.check.audit import agreements

    paths = labels or [LEDGER]
    frame = read_labels(paths)
    typer.echo(trn("{n} row", "{n} rows", len(frame)))
    rows = [_counts(name, frame[name]) for name in label_names(frame)]
    if rows:
        typer.echo(table([tr("label"), tr("yes"), tr("no"), tr("not judged")], rows, width()))
    people = frame["annotator"].value_counts()
    if len(people):
        shown = [(int(count), str(name)) for name, count in people.items()][:SHOWN]
        typer.echo(table([tr("rows"), tr("annotator")], shown, width()))
        if len(people) > SHOWN:
            say(trn("… {n} more annotator", "… {n} more annotators", len(people) - SHOWN))
    every = agreements(frame)
    pairs = every[:SHOWN]
    if pairs:
        shown_pairs = [
            (pair.label, pair.both, pair.agreed, pair.kappa, f"{pair.one}, {pair.other}")
            for pair in pairs
        ]
        header = _agreement_head()
        typer.echo(table(header, shown_pairs, width()))
        _say_pairs_left(len(every))
    for path in paths:
        _ledger_stats(path, last)


def _labels_of(model: str) -> tuple[list[str], list[str]]:
    """The model's labels, and those of them that the text alone does not tell."""
    from moderation.model.labels import ContextLabel
    from moderation.model.model import Model

    labels = Model.load(model_path(model)).heads
    return (
        [label.name for label in labels],
        [label.name for label in labels if isinstance(label, ContextLabel)],
    )


def _write_page(frame: pd.DataFrame, report: Audit, page: Path) -> None:
    from moderation.training.check.doubts import MOST, doubts_table

    doubts, passport = doubts_table(frame, report)
    if doubts["queue"].notna().sum() == MOST:
        say(
            tr(
                "the page has the {n} most doubtful comments; {option} writes all doubts",
                n=MOST,
                option="-o FILE",
            )
        )
    if page.suffix.lower() in (".html", ".htm"):
        from moderation.report import write_report

        write_report(doubts, page, passport)
        say(tr("{file}: open it in a browser", file=page))
        return
    from moderation.tables import write_table

    write_table(doubts, page, metadata=passport)
    say(
        tr(
            "{file}: look through it with {command}",
            file=page,
            command=f"`moderation review {page}`",
        )
    )


def _say_found(report: Audit, shared: list[str], *, quiet: bool) -> None:
    from moderation.terminal import table, width
    from moderation.training.check.audit import DOUBT

    for warning in [*report.warnings, *shared]:
        say(tr("note: {what}", what=warning))
    strong = sum(finding.strength >= DOUBT for finding in report.findings)
    rows = trn("{n} row", "{n} rows", report.rows)
    doubted = trn("doubted: {n} answer", "doubted: {n} answers", strong)
    say(f"{rows}; {doubted}")
    if quiet:
        return
    shown = [
        (
            finding.row + 1,
            finding.strength,
            finding.label,
            tr("yes") if finding.given else tr("no"),
            finding.text,
        )
        for finding in report.findings[:SHOWN]
        if finding.strength >= DOUBT
    ]
    if shown:
        typer.echo(
            table([tr("row"), tr("doubt"), tr("label"), tr("said"), tr("text")], shown, width())
        )
    if strong > len(shown):
        say(
            tr(
                "… {n} more; {option} writes them all, and weaker ones",
                n=strong - len(shown),
                option="-o FILE",
            )
        )
    pairs = [
        (
            agreement.label,
            agreement.both,
            agreement.agreed,
            agreement.kappa,
            f"{agreement.one}, {agreement.other}",
        )
        for agreement in report.agreements[:SHOWN]
    ]
    if pairs:
        header = _agreement_head()
        typer.echo(table(header, pairs, width()))
        _say_pairs_left(len(report.agreements))


def _agreement_head() -> list[str]:
    return [tr("label"), tr("both judged"), tr("agreed"), tr("kappa"), tr("annotators")]


def _say_pairs_left(count: int) -> None:
    if count > SHOWN:
        left = trn(
            "… {n} more pair of annotators, who agree better",
            "… {n} more pairs of annotators, who agree better",
            count - SHOWN,
        )
        say(left)


def _judged(
    file: str, kind: str | None, all_judged: bool, removed: str, weight: float | None
) -> pd.DataFrame:
    from moderation.labels.exchange.intake import read_judged

    if kind == "statuses":
        frame = _statuses(file, removed, 0.3 if weight is None else weight)
    else:
        frame = read_judged(file, kind, all_judged)
        if weight is not None:
            frame = frame.assign(weight=weight)
    return frame


def _statuses(file: str, removed: str, weight: float) -> pd.DataFrame:
    from moderation.labels.exchange.statuses import weak_labels
    from moderation.readers import read

    dump = read(file)
    return weak_labels(dump.comments, dump.threads, removed, weight)


def _taken(
    file: str, kind: str | None, ledger: Path, annotator: str | None,
    all_judged: bool, removed: str, weight: float | None,
) -> Taken:  # fmt: skip
    import getpass
    from datetime import UTC, datetime

    from moderation.labels.exchange.intake import kind_of, take_ledger, take_table

    kind = kind or kind_of(file)
    if kind == "ledger":
        return take_ledger(ledger, file)
    frame = _judged(file, kind, all_judged, removed, weight)
    path = Path(file)
    written = path.stat().st_mtime if path.exists() else 0.0
    moment = datetime.fromtimestamp(written, UTC)
    return take_table(ledger, frame, annotator=annotator or getpass.getuser(), at=moment)


def _say_taken(file: str, taken: Taken, ledger: Path) -> None:
    by_label = ", ".join(f"{count:,} {label}" for label, count in sorted((+taken.decided).items()))
    new = taken.decided.total()
    decisions = trn("{n} new decision", "{n} new decisions", new)
    retracted = trn("{n} taken back", "{n} taken back", taken.retracted)
    before = trn("{n} taken back before", "{n} taken back before", taken.withdrawn)
    tell(
        tr(
            "{file}: {decisions}, {known}, {retracted}; in {ledger}",
            file=file,
            decisions=f"{decisions} ({by_label})" if by_label else decisions,
            known=trn("{n} known already", "{n} known already", taken.known),
            retracted=f"{retracted}, {before}" if taken.withdrawn else retracted,
            ledger=ledger,
        )
    )


def _counts(name: str, answers: Any) -> tuple[str, int, int, int]:
    return (
        name,
        int((answers == 1).sum()),
        int((answers == 0).sum()),
        int(answers.isna().sum()),
    )


def _ledger_stats(path: Path, last: int) -> None:
    """What a ledger has beyond its table: what was taken back, and the keys of the newest."""
    from moderation.labels.ledger import entries, is_ledger, standing
    from moderation.terminal import table, width

    if not is_ledger(path):
        return
    lines = entries(path)
    standing_entries = standing(lines)
    count = sum(entry["entry"] == "decision" for entry in lines)
    retracted = count - len(standing_entries)
    decided = trn("{n} decision", "{n} decisions", count)
    typer.echo(
        tr("{file}: {decisions}, {n} of them taken back", file=path, decisions=decided, n=retracted)
    )
    newest = standing_entries[::-1][:last]
    if newest:
        rows = [
            (
                entry["key"],
                entry["annotator"],
                entry["label"],
                tr("yes") if entry["value"] else tr("no"),
                entry["text"],
            )
            for entry in newest
        ]
        typer.echo(
            table([tr("key"), tr("annotator"), tr("label"), tr("said"), tr("text")], rows, width())
        )
