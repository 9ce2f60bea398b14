"""`moderation score` into a folder: a run in partitions, resumed where it was stopped."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from moderation.cli.app import say, tell
from moderation.cli.options import check_ending
from moderation.cli.progress import watched, working
from moderation.cli.summaries import (
    Counts,
    campaign_head,
    check_known,
    label_summary,
    language_summary,
    ping_summary,
    report_summary,
    say_counts,
    tell_sources,
)
from moderation.errors import InputError
from moderation.translation import tr, trn

if TYPE_CHECKING:
    from moderation.cli.options import Reading
    from moderation.cluster.engines import Engine
    from moderation.cluster.run import Outcome

MEMORY = 2 << 30
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


class RunOptions(NamedTuple):
    """How partitions are scored; None or 0 = not given. memory: "2GB"; cluster: an address."""

    memory: str | None = None
    cluster: str | None = None
    partitions: int = 0
    patience: float = 0
    workers: int | None = None


class OutputOptions(NamedTuple):
    """What scoring writes besides the scored table, and whether it looks for campaigns."""

    report: Path | None
    rejects: Path | None
    campaigns: bool
    prevalence: list[str]
    mask: Path | None = None


def wants_folder(output: str | None, run_options: RunOptions) -> bool:
    """Whether the output is a folder of partitions.

    Raises typer.BadParameter if an option needs one and the output is not a folder.
    """
    asked = run_options.memory or run_options.cluster or run_options.partitions
    if output is None or output == "-":
        folder = False
    else:
        folder = output.endswith("/") or "://" in output or Path(output).is_dir()
        folder = folder or bool(asked and not Path(output).suffix)
    if asked and not folder:
        raise typer.BadParameter(
            tr("--memory, --cluster and --partitions write a folder: give one, as in -o out/")
        )
    return folder


def memory_bytes(given: str | None) -> int:
    """`2GB`, `512M` or `1.5g` in bytes; MEMORY if it is not given."""
    if given is None:
        return MEMORY
    size = re.fullmatch(r"(?i)\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*", given)
    if not size:
        raise typer.BadParameter(tr("--memory {given}: expected a size such as 2GB", given=given))
    return int(float(size[1]) * _UNITS[size[2].lower()])


def score_partitioned(
    dumps: list[str],
    output: str,
    model: Path,
    reading: Reading,
    run_options: RunOptions,
    outputs: OutputOptions,
) -> None:
    """Score `dumps` into the folder `output`, or resume that, and print a summary.

    Raises InputError, at the end, if an input could not be read.
    """
    check_ending(outputs.rejects)
    if outputs.mask is None:
        outcome = _run(dumps, output, model, reading, run_options, outputs)
    else:
        outcome = _run_masked(dumps, output, model, reading, run_options, outputs)
    _print_summary(outcome)
    if outputs.rejects is not None:
        _gather_rejects(outcome, outputs.rejects)
    if outputs.report is not None:
        _write_report(Path(outcome.folder), outputs.report)
    _check(outcome)


def _run_masked(
    dumps: list[str],
    output: str,
    model: Path,
    reading: Reading,
    run_options: RunOptions,
    outputs: OutputOptions,
) -> Outcome:
    """Score into a folder beside `output` that only its owner can read, and mask what is there.

    That folder goes when all is masked; a run that was stopped resumes from it.
    """
    from dataclasses import replace

    from moderation.cluster import files
    from moderation.masking import mask_folder, read_key
    from moderation.masking.folder import is_masked
    from moderation.readers.written import parts_of

    target = Path(output)
    if files.is_url(output) or outputs.mask is None:
        raise typer.BadParameter(tr("--mask writes to a folder of this machine"))
    if is_masked(target):
        raise typer.BadParameter(
            tr("{output}: is there already, masked; give a new folder", output=output)
        )
    read_key(outputs.mask)
    plain = target.with_name(f"{target.name}.unmasked")
    plain.mkdir(mode=0o700, parents=True, exist_ok=True)
    outcome = _run(dumps, str(plain), model, reading, run_options, outputs)
    with working(tr("masking")):
        mask_folder(parts_of(plain), target, outputs.mask)
    files.remove(str(plain))
    return replace(outcome, folder=output.rstrip("/"))


def _run(
    dumps: list[str],
    output: str,
    model: Path,
    reading: Reading,
    run_options: RunOptions,
    outputs: OutputOptions,
) -> Outcome:
    from moderation.cluster.job import Job
    from moderation.cluster.run import score_folder
    from moderation.model.goals.choose import parse_prevalence
    from moderation.model.model import Model

    chosen = Model.load(model)
    engine = _engine(run_options)
    try:
        job = Job(
            folder=output.rstrip("/") if "://" in output else str(Path(output).absolute()),
            model=chosen.digest,
            model_name=chosen.name,
            partitions=run_options.partitions,
            campaigns=outputs.campaigns,
            prevalence=parse_prevalence(outputs.prevalence, chosen.labels),
            memory=memory_bytes(run_options.memory),
            threads=1,
            **reading._asdict(),
        )
        if engine.dashboard:
            say(tr("dashboard: {address}", address=engine.dashboard))
        with watched() as watch:
            return score_folder(dumps, job, (chosen, model), engine, watch)
    finally:
        engine.close()


def _engine(run_options: RunOptions) -> Engine:
    if run_options.cluster:
        from moderation.cluster.workers import PATIENCE, DaskEngine

        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # errors come as one line
        return DaskEngine(run_options.cluster, run_options.patience or PATIENCE)
    from moderation.cluster.engines import LocalEngine
    from moderation.features.ngrams import thread_count

    return LocalEngine(run_options.workers or thread_count())


def _gather_rejects(outcome: Outcome, target: Path) -> None:
    """Write all rejects of a run to one table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from moderation.cluster import files
    from moderation.cluster.run import rejects_of
    from moderation.comments import REJECT_SCHEMA
    from moderation.tables import write_table

    tables = [REJECT_SCHEMA.empty_table()]
    for path in rejects_of(outcome.folder):
        with files.arrow_file(path) as file:
            tables.append(pq.read_table(file))
    write_table(pa.concat_tables(tables), target)


def _write_report(folder: Path, target: Path) -> None:
    from moderation.report.paged import open_scored
    from moderation.report.render import write_scored

    with working(tr("writing the report")):
        reported = write_scored(open_scored(folder), target)
    report_summary(target, reported)


def _check(outcome: Outcome) -> None:
    """Raise InputError if an input could not be read, or was read as prose without a comment."""
    if not outcome.comments and not outcome.rejects and not outcome.failed:
        check_known(outcome.formats)
    if outcome.failed:
        more = f" (and {len(outcome.failed) - 1:,} more)" if len(outcome.failed) > 1 else ""
        raise InputError(
            f"{outcome.failed[0]}{more}; everything else is in {outcome.folder}; if it was only "
            "out of reach, give the same command again; once it is mended, use a new folder"
        )


def _print_summary(outcome: Outcome) -> None:
    """What was read, written, flagged and posted again."""
    from moderation.model.share import Share
    from moderation.terminal import table, width

    files = sorted(outcome.formats.items(), key=lambda file: not file[1][0])  # the skipped last
    if len(files) > 10:
        say(tr("{n} files, of which", n=len(files)))
    tell_sources(files[:10], outcome.notes[:10])
    say_counts(
        Counts(outcome.met, outcome.comments, outcome.rejects, outcome.threads, outcome.invented)
    )
    if outcome.rejects:
        where = f"{outcome.folder}/_rejects"
        tell(
            tr(
                "each reject with its place: {file}; {option} gathers them",
                file=where,
                option="--rejects FILE",
            )
        )
    parts = trn(
        "{n} partition in {folder}",
        "{n} partitions in {folder}",
        len(outcome.parts),
        folder=outcome.folder,
    )
    kept = trn("already done: {n} task", "already done: {n} tasks", outcome.kept)
    say(f"{parts}; {kept}" if outcome.kept else parts)
    rows = [(name, outcome.flags[name], outcome.cannot_tell[name]) for name in outcome.labels]
    label_summary(rows, {name: Share(**one) for name, one in outcome.shares.items()})
    language_summary(outcome.languages, outcome.labels)
    ping_summary(outcome.pings)
    if outcome.campaigns:
        shown = ["campaign", "members", "threads", "authors", "text"]
        campaigns = [[campaign[name] for name in shown] for campaign in outcome.campaigns]
        say(table(campaign_head(), campaigns, width()))
        if outcome.campaigns_found > len(campaigns):
            more = trn(
                "… {n} more campaign; all are in {file}",
                "… {n} more campaigns; all are in {file}",
                outcome.campaigns_found - len(campaigns),
                file=f"{outcome.folder}/_campaigns.parquet",
            )
            say(more)
