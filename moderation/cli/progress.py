"""Progress on a terminal while a command works; nothing where standard error is no terminal."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from moderation.translation import tr, trn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from moderation.readers.merging.dump import FoundBatch


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show a moving line named `what` while the block runs."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def portioned(what: str, parts: Iterable[pa.Table], total: int) -> Iterator[pa.Table]:
    """Pass on the parts of `total` comments, showing how many, how fast and the time left."""
    if not sys.stderr.isatty():
        yield from parts
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as Left

    counted_so_far = tr(
        "{what}: {done} of {all} comments",
        what="{task.description}",
        done="{task.completed:,.0f}",
        all="{task.total:,.0f}",
    )
    columns = (
        SpinnerColumn(),
        TextColumn(counted_so_far),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn(tr("left:")),
        Left(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total, rate="")
        began = time.monotonic()
        done = 0
        for part in parts:
            done += len(part)
            rate = done / max(time.monotonic() - began, 0.1)
            progress.update(task, completed=done, rate=f"{rate:,.0f}/s")
            yield part


def counted(what: str, batches: Iterable[FoundBatch]) -> Iterator[FoundBatch]:
    """Pass on the batches, counting their records."""
    if not sys.stderr.isatty():
        yield from batches
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what)
        records = 0
        for batch in batches:
            records += batch.batch.records.num_rows + len(batch.batch.rejects)
            progress.update(
                task, description=f"{what}: {trn('{n} record', '{n} records', records)}"
            )
            yield batch


@contextmanager
def watched() -> Iterator[Callable[[str, int, int, int], None]]:
    """Yield what a run reports to: stage, tasks done, tasks in all, comments so far."""
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
            rate = tr("{n} comments/s", n=round(comments / max(now - start, 0.1)))
            progress.update(task, completed=done, total=total, rate=rate if comments else "")

        yield watch
