"""What `moderation score` does with a folder to write to: a run in partitions, watched."""

from __future__ import annotations

import logging
import re
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from moderation.cli.app import say, tell
from moderation.cli.summaries import check_known, tell_sources
from moderation.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from moderation.cluster.engines import Engine
    from moderation.cluster.run import Outcome

MEMORY = 2 << 30
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


class Spread(NamedTuple):
    """How a run is spread; None or 0 = not said. memory: "2GB"; cluster: an address."""

    memory: str | None = None
    cluster: str | None = None
    partitions: int = 0
    patience: float = 0


def wants_folder(output: str | None, spread: Spread) -> bool:
    """Whether the output is a folder of partitions.

    Raises typer.BadParameter where an option needs one and the output is none.
    """
    asked = spread.memory or spread.cluster or spread.partitions
    if output is None or output == "-":
        folder = False
    else:
        folder = output.endswith("/") or "://" in output or Path(output).is_dir()
        folder = folder or bool(asked and not Path(output).suffix)
    if asked and not folder:
        raise typer.BadParameter(
            "--memory, --cluster and --partitions write a folder: give one, as in -o out/"
        )
    return folder


def memory_bytes(given: str | None) -> int:
    """`2GB`, `512M` or `1.5g` in bytes; MEMORY where nothing is given."""
    if given is None:
        return MEMORY
    found = re.fullmatch(r"(?i)\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*", given)
    if not found:
        raise typer.BadParameter(f"--memory {given}: expected a size such as 2GB")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def score_partitioned(
    dumps: list[str],
    output: str,
    model: Path,
    spread: Spread,
    workers: int | None,
    campaigns: bool,
    reading: dict[str, Any],
) -> Outcome:
    """Run, or go on with, the scoring of `dumps` into the folder `output`, and tell of it.

    reading: the Job's options of that kind. Raises InputError, at the end, where inputs could not
    be read.
    """
    from moderation.cluster.job import Job
    from moderation.cluster.run import score_folder
    from moderation.model.model import Model

    chosen = Model.load(model)
    folder = output.rstrip("/") if "://" in output else str(Path(output).absolute())
    engine, threads = _engine(spread, workers)
    try:
        job = Job(
            folder,
            chosen.digest,
            chosen.name,
            spread.partitions,
            campaigns=campaigns,
            memory=memory_bytes(spread.memory),
            threads=threads,
            **reading,
        )
        if engine.dashboard:
            say(f"dashboard: {engine.dashboard}")
        with _watched() as watch:
            outcome = score_folder(dumps, job, (chosen, model), engine, watch)
    finally:
        engine.close()
    _told(outcome)
    return outcome


def check(outcome: Outcome) -> None:
    """Raise InputError where some of the inputs could not be read, or were mere prose."""
    if not outcome.comments and not outcome.rejects and not outcome.failed:
        check_known({file: (one[0], one[1]) for file, one in outcome.formats.items()})
    if outcome.failed:
        more = f" (and {len(outcome.failed) - 1:,} more)" if len(outcome.failed) > 1 else ""
        raise InputError(
            f"{outcome.failed[0]}{more}; all else is in {outcome.folder}; if it was only out "
            "of reach, give the same command again; if it is mended, a new folder"
        )


def write_rejects(outcome: Outcome, target: Path) -> None:
    """All rejects of a run in one table."""
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


def _engine(spread: Spread, workers: int | None) -> tuple[Engine, int | None]:
    """The engine, and the threads of one task."""
    if spread.cluster:
        from moderation.cluster.workers import PATIENCE, Workers

        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # errors come as one line
        return Workers(spread.cluster, spread.patience or PATIENCE), 1
    from moderation.cluster.engines import Here
    from moderation.features.ngrams import thread_count

    return Here(workers or thread_count()), 1


@contextmanager
def _watched() -> Iterator[Callable[[str, int, int, int], None]]:
    """What the run is to tell its progress; a moving line on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        Left(),
    )
    began: dict[str, tuple[float, Any]] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        def watch(stage: str, done: int, total: int, comments: int) -> None:
            now = time.monotonic()
            if stage not in began:
                began[stage] = now, progress.add_task(stage, total=total, rate="")
            start, task = began[stage]
            rate = f"{comments / max(now - start, 0.1):,.0f} comments/s"
            progress.update(task, completed=done, total=total, rate=rate if comments else "")

        yield watch


def _told(outcome: Outcome) -> None:
    """The final tables."""
    from moderation.terminal import table, width

    files = sorted(outcome.formats.items(), key=lambda one: not one[1][0])  # the skipped last
    if len(files) > 10:
        say(f"{len(files):,} files, of which")
    tell_sources(((file, (one[0], one[1])) for file, one in files[:10]), outcome.notes[:10])
    lost = f"; {outcome.invented:,} placeholders for lost comments" if outcome.invented else ""
    say(
        f"{outcome.met:,} records = {outcome.comments - outcome.invented:,} comments + "
        f"{outcome.rejects:,} rejects, {outcome.threads:,} threads{lost}"
    )
    if outcome.rejects:
        tell(f"each reject with its place: {outcome.folder}/_rejects; --rejects FILE gathers them")
    kept = f", {outcome.kept:,} tasks were done before" if outcome.kept else ""
    say(f"{len(outcome.parts):,} partitions in {outcome.folder}{kept}")
    rows = [(name, outcome.flags[name], outcome.cannot_tell[name]) for name in outcome.labels]
    say(table(["label", "flags", "cannot tell"], rows, width()))
    if outcome.campaigns:
        shown = ["campaign", "members", "threads", "authors", "text"]
        found = [[one[name] for name in shown] for one in outcome.campaigns]
        say(table(shown, found, width()))
        if outcome.campaigns_found > len(found):
            more = outcome.campaigns_found - len(found)
            say(
                f"… {more:,} more campaigns; all of them are in {outcome.folder}/_campaigns.parquet"
            )
