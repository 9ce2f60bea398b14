"""The application, the options that commands share, and what happens to errors."""

from __future__ import annotations

import gc
import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from moderation import __version__
from moderation.cli.signals import ended_by
from moderation.cli.words import Commands
from moderation.errors import ModerationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from moderation.readers.dump import Found

app = Commands(
    name="moderation",
    help="Rebuild comment threads from dumps, flag spam, slurs, abuse and off-topic replies,\n"
    "review the flags, retrain on the decisions. Nothing leaves this machine.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"moderation {__version__}")
        raise typer.Exit


@app.callback()
def begin(
    version: Annotated[
        bool | None,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = None,
) -> None:
    """Remove what runs that were killed left among the temporary files."""
    from moderation.temporary import sweep

    sweep()


_INTERRUPTED = 130  # 128 and the number of SIGINT, which is what typer gives

ModelName = Annotated[
    str, typer.Option("-m", "--model", help="Model folder, or a name such as 'default'.")
]


def main() -> None:
    """Run the command line; every error that a user can mend is one line and status 1.

    So is being stopped: by Ctrl+C with status 130, by a signal of number n with 128 + n.
    """
    # Arrow's own allocator keeps what it frees: a million comments took 0.94 GB to read, not 0.71
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # imports make objects that stay: going through them all again and again took 0.1 s
    gc.set_threshold(100_000)
    with ended_by() as signals:
        status, told = _ran()
    if signals:
        status, told = 128 + signals[0], f"stopped by {signals[0].name}"
    elif status == _INTERRUPTED:
        told = "stopped"
    if told:
        from moderation.terminal import safe

        typer.echo(f"moderation: {safe(' '.join(told.split()))}", err=True)
    sys.exit(status)


def _ran() -> tuple[int, str]:
    """The exit status, and what is to be said of an error."""
    try:
        app()
    except SystemExit as done:
        return int(done.code or 0), ""
    except ModerationError as error:
        return 1, str(error)
    except BrokenPipeError:  # `moderation … | head` is no failure
        sys.stderr.close()
    except _store_errors() as error:
        return 1, f"the object store cannot be used: {error}"
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return 1, f"{place}{error.strerror or error}"
    except KeyboardInterrupt:  # behind typer's own handling, while all is put away
        return _INTERRUPTED, ""
    return 0, ""


def _store_errors() -> tuple[type[Exception], ...]:
    """What the clients of object stores raise besides OSError: no credentials, no connection."""
    known = {
        "botocore.exceptions": ("BotoCoreError", "ClientError"),
        "google.auth.exceptions": ("GoogleAuthError",),
        "aiohttp": ("ClientError",),
    }
    loaded = ((sys.modules[place], names) for place, names in known.items() if place in sys.modules)
    return tuple(getattr(module, name) for module, names in loaded for name in names)


@contextmanager
def working(what: str) -> Iterator[None]:
    """A moving line on a terminal while `what` runs; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def portioned(what: str, parts: Iterable[pa.Table], total: int) -> Iterator[pa.Table]:
    """The same parts of `total` comments; on a terminal with how many, how fast and time left."""
    if not sys.stderr.isatty():
        yield from parts
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}: {task.completed:,.0f} of {task.total:,.0f} comments"),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left:"),
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


def counted(what: str, batches: Iterable[Found]) -> Iterator[Found]:
    """The same batches; on a terminal, a line counts their records as they come."""
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
            progress.update(task, description=f"{what}: {records:,} records")
            yield batch


COMPILING = "compiling once for this machine: a minute or two, longer on a busy one …"


def ready_to_score() -> None:
    """Load the compiled kernel; it says so where it has to be compiled first."""
    from moderation.features.start import start_numba

    start_numba()
    from moderation.features.compiled import before_compiling

    before_compiling(lambda: say(COMPILING))


def say(text: str) -> None:
    """One message to standard error."""
    typer.echo(text, err=True)


def tell(text: str) -> None:
    """One sentence to standard error, in lines that fit the terminal."""
    from textwrap import fill

    from moderation.terminal import safe, width

    say(fill(safe(text), width(), subsequent_indent="  ", break_on_hyphens=False))
