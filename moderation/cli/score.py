"""`moderation score`: score every comment of a dump, in memory or partition by partition."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app
from moderation.cli.options import (
    Dumps,
    EncodingName,
    FixMojibake,
    Format,
    KeepAddresses,
    Mapping,
    MaskKey,
    MaxExpansion,
    ModelName,
    Prevalence,
    Rejects,
    check_ending,
    reading_options,
    refuse_overwriting,
)
from moderation.cli.partitioned import OutputOptions, RunOptions, score_partitioned, wants_folder
from moderation.cli.progress import portioned, working
from moderation.cli.reading import check_any, read_dump, write_rejects
from moderation.cli.summaries import (
    campaign_summary,
    flag_summary,
    print_flagged,
    read_summary,
    report_summary,
)
from moderation.model.names import model_path
from moderation.translation import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    import pyarrow as pa

    from moderation.cli.options import Reading
    from moderation.model.model import Model


@app.command()
def score(
    dumps: Dumps,
    model: ModelName = "default",
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", help=".parquet, .jsonl, .csv, -, or a folder (out/)."),
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="HTML report to write.")] = None,
    top: Annotated[
        int,
        typer.Option("--top", min=1, help="Flagged comments to print, surest first, without -o."),
    ] = 50,
    all_flags: Annotated[bool, typer.Option("--all", help="Print all flagged comments.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Number of threads.")
    ] = None,
    campaigns: Annotated[
        bool | None,
        typer.Option(
            "--campaigns/--no-campaigns",
            help="Find texts posted again and again; by default only for a report.",
        ),
    ] = None,
    rejects: Rejects = None,
    prevalence: Prevalence = None,
    mask: MaskKey = None,
    format: Format = None,  # noqa: A002  the option is called --format
    mapping: Mapping = None,
    keep_addresses: KeepAddresses = False,
    fix_mojibake: FixMojibake = False,
    encoding: EncodingName = None,
    max_expansion: MaxExpansion = 100,
    memory: Annotated[
        str | None,
        typer.Option("--memory", metavar="SIZE", help="Memory per process, such as 2GB; -o out/."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", help="Dask scheduler, tcp://HOST:8786, or local:N processes."),
    ] = None,
    partitions: Annotated[
        int,
        typer.Option("--partitions", min=0, help="Files in out/; 0 = as many as memory requires."),
    ] = 0,
    patience: Annotated[
        float,
        typer.Option("--patience", min=0, help="Seconds before a second worker takes a task over."),
    ] = 0,
) -> None:
    """Score the comments of a dump, raise flags and explain them.

    With a folder as output, dumps of any size are scored partition by partition. To resume a run
    that was stopped, give the same command again.
    """
    from moderation.tables import spare_pandas

    if report is None and mask is None and not campaigns:  # these work on data frames
        spare_pandas()  # before the readers, which hold lists of Arrow's
    refuse_overwriting(dumps, output, report, rejects)
    reading = reading_options(
        format, mapping, keep_addresses, fix_mojibake, encoding, max_expansion
    )
    again = report is not None if campaigns is None else campaigns
    outputs = OutputOptions(report, rejects, again, prevalence or [], mask)
    run_options = RunOptions(memory, cluster, partitions, patience, workers)
    if wants_folder(output, run_options) and output is not None:
        score_partitioned(dumps, output, model_path(model), reading, run_options, outputs)
    else:
        most = None if all_flags else top
        _score_in_memory(dumps, output, model_path(model), reading, workers, outputs, most)


def _score_in_memory(
    dumps: list[str],
    output: str | None,
    model: Path,
    reading: Reading,
    workers: int | None,
    outputs: OutputOptions,
    most: int | None,
) -> None:
    """Read everything, score it part by part, write the results and print a summary.

    most: flagged comments to print when nothing is written; None = all.
    """
    check_ending(output, outputs.rejects)
    from concurrent.futures import ThreadPoolExecutor

    import_module("moderation.readers")  # two threads import no faster than one
    with ThreadPoolExecutor(1) as pool:  # a core is idle while a dump is read
        loading = pool.submit(_load, model)
        dump = read_dump(dumps, reading)
    write_rejects(dump, outputs.rejects, outputs.mask)
    check_any(dump)
    chosen = loading.result()
    from moderation.flags.counts import FlagCounts
    from moderation.flags.flag import has_flag, surest_first
    from moderation.model.goals.choose import parse_prevalence
    from moderation.scoring import Scoring
    from moderation.tables import concatenated, to_arrow, write_parts

    stated = parse_prevalence(outputs.prevalence, chosen.labels)
    scoring = Scoring(dump, chosen, workers)
    scoring.measure(partial(portioned, tr("scoring"), total=len(dump.comment_table)))
    shares = scoring.shares(stated)
    counts = FlagCounts(chosen.labels)
    tables: Iterable[pa.Table] = counts.of(scoring.parts(shares))  # as they are asked for
    passport = chosen.passport(shares)
    campaigns = reported = None
    if outputs.campaigns:
        scored, campaigns = _with_campaigns(concatenated(tables))
        tables = [to_arrow(scored)]
    if outputs.mask is not None:
        from moderation.masking import masked_tables

        tables = masked_tables(list(tables), outputs.mask)
    if outputs.report is not None:
        tables = list(tables)
    if output is not None:
        write_parts(tables, output, metadata=passport)
    if outputs.report is not None:
        from moderation.report import write_report

        reported = write_report(concatenated(tables), outputs.report, passport)
    some = [has_flag(part) for part in tables] if output is None and reported is None else []
    read_summary(dump, counts.comments)
    flag_summary(counts, shares)
    if campaigns is not None:
        if outputs.mask is not None:
            campaigns = _masked(campaigns, dump.comments, outputs.mask)
        campaign_summary(campaigns)
    if outputs.report is not None and reported is not None:
        report_summary(outputs.report, reported)
    elif output is None:
        print_flagged(surest_first(some), most)


def _load(folder: Path) -> Model:
    """The model, and what scoring imports."""
    from moderation.model.model import Model

    import_module("moderation.scoring")
    return Model.load(folder)


def _masked(table: pd.DataFrame, comments: pd.DataFrame, key: Path) -> pd.DataFrame:
    """A masked table, without the names of the comments' authors."""
    from moderation.masking import masked_frames

    return masked_frames([comments[["author"]], table], key)[1]


def _with_campaigns(scored: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The scored table with a column `campaign`, and the table of campaigns."""
    from moderation.campaigns.find import find_campaigns

    with working(tr("looking for campaigns")):
        found = find_campaigns(scored)
    return scored.assign(campaign=found.traces["campaign"].array), found.table
