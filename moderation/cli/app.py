"""The application: its group of commands, its messages, and what happens to errors and signals."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_name

from moderation import __version__
from moderation.errors import InternalError, ModerationError
from moderation.translation import ENGLISH, language, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_INTERRUPTED = 130  # 128 + SIGINT, which is what typer gives
_WRONG_USE: Any = typer.BadParameter.__mro__[2]  # click's own class, which typer brings along
_ENDING = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP


class _AsGiven:
    """Converts one parameter's value, by typer only where there is something to convert.

    typer (from 0.20 on) converts the value of every option with pydantic, given or not. Importing
    pydantic takes 0.1 s, and 0.3 s where Python keeps no bytecode: a fifth of scoring twenty
    comments. Strings, lists of strings and defaults need none. A typer without that conversion is
    left as it is.
    """

    def __init__(self, convert: Any) -> None:
        self._convert = convert

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value that typer would give."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        described = param.type_descriptor
        if described.parameter_info.parser is None:
            wanted = described.annotation
            if wanted is str and type(value) is str:
                return value
            if wanted == list[str] and several and all(type(word) is str for word in value):
                return list(value)
            if wanted in (int, float) and type(value) in (int, float):  # given ones are strings
                return wanted(value)
        return self._convert().coerce(value, param=param, ctx=ctx)


def _sparing(params: list[Any]) -> list[Any]:
    """The parameters of a command, converting sparingly from now on."""
    for param in params:
        if hasattr(param, "get_runtime_param") and "get_runtime_param" not in vars(param):
            param.get_runtime_param = _as_given(param.get_runtime_param)
    return params


def _as_given(convert: Any) -> Any:
    return lambda: _AsGiven(convert)


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return _sparing(super().get_params(ctx))

    def get_help(self, ctx: Any) -> str:
        return _help_said(self, ctx, super().get_help)


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return _sparing(super().get_params(ctx))

    def get_help(self, ctx: Any) -> str:
        return _help_said(self, ctx, super().get_help)

    def main(self, *given: Any, **options: Any) -> Any:
        if language() == ENGLISH or not options.get("standalone_mode", True):
            return super().main(*given, **options)
        try:
            status = super().main(*given, **options | {"standalone_mode": False})
        except _WRONG_USE as error:
            from moderation.cli.usage import error_said

            error_said(error)
            status = error.exit_code
        except typer.Abort:
            typer.echo(tr("Aborted!"), err=True)
            status = 1
        sys.exit(status or 0)


def _help_said(command: Any, context: Any, say: Callable[[Any], str]) -> str:
    """What `say` makes of a command, in the user's language."""
    if language() == ENGLISH:
        return say(context)
    from moderation.cli.usage import help_said

    return help_said(command, context, say)


class Commands(typer.Typer):
    """A group of commands that converts only the options that need it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(cls=_Group, **options)
        self._whole: dict[int, Any] = {}

    def command(self, name: str | None = None, **options: Any) -> Any:
        """Add a command, as `typer.Typer.command` does."""
        return super().command(name, cls=_Command, **options)

    def describe(self, only: str | None, *, every: bool = False) -> None:
        """Leave nothing but its help to each command, but for one by name, or for every one.

        Describing the parameters of all took a third of the time of `--help`.
        """
        for info in self.registered_commands:
            whole = self._whole.setdefault(id(info), info.callback)
            if whole is not None:
                named = info.name or get_command_name(whole.__name__)
                info.callback = whole if every or named == only else _help_of(whole)
        for group in self.registered_groups:
            commands = group.typer_instance
            if isinstance(commands, Commands):
                commands.describe(None, every=every or commands.info.name == only)


def _help_of(command: Callable[..., Any]) -> Callable[[], None]:
    def listed() -> None:
        raise InternalError(f"{command.__name__} was to be listed only, and was called")

    listed.__doc__ = command.__doc__
    listed.__name__ = command.__name__
    return listed


app = Commands(
    name="moderation",
    help="Rebuild comment threads from dumps, flag spam, slurs, abuse and off-topic replies,\n"
    "review the flags, retrain on the decisions. Nothing leaves this machine but what\n"
    "`apply` carries to your own site.",
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
    """Remove the temporary files of runs that were killed."""
    from moderation.temporary import sweep

    sweep()


def main() -> None:
    """Run the command line; an error that the user can mend is one line and status 1.

    A run that was stopped says so: status 130 after Ctrl+C, 128 + n after signal number n.
    """
    # Arrow's own allocator keeps what it frees: a million comments took 0.94 GB to read, not 0.71
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # imports make objects that stay: going through them all again and again took 0.1 s
    gc.set_threshold(100_000)
    if "_MODERATION_COMPLETE" not in os.environ:  # a shell that asks wants to know all of them
        first = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
        app.describe(first)
    with ended_by() as signals:
        status, message = _run()
    if signals:
        status, message = 128 + signals[0], tr("stopped by {signal}", signal=signals[0].name)
    elif status == _INTERRUPTED:
        message = tr("stopped")
    if message:
        from moderation.terminal import safe

        typer.echo(f"moderation: {safe(' '.join(message.split()))}", err=True)
    sys.exit(status)


def _run() -> tuple[int, str]:
    """Run the command: the exit status, and the message of an error."""
    try:
        app()
    except SystemExit as done:
        return int(done.code or 0), ""
    except ModerationError as error:
        from moderation.cli.failures import in_their_language

        return 1, in_their_language(str(error))
    except BrokenPipeError:  # `moderation … | head` is not a failure
        sys.stderr.close()
    except _store_errors() as error:
        return 1, tr("the object store cannot be used: {why}", why=error)
    except OSError as error:
        path = f"{error.filename}: " if error.filename else ""
        return 1, f"{path}{error.strerror or error}"
    except KeyboardInterrupt:  # outside typer's own handling, during the cleaning up
        return _INTERRUPTED, ""
    return 0, ""


def _store_errors() -> tuple[type[Exception], ...]:
    """What clients of object stores raise besides OSError: missing credentials, no connection."""
    known = {
        "botocore.exceptions": ("BotoCoreError", "ClientError"),
        "google.auth.exceptions": ("GoogleAuthError",),
        "aiohttp": ("ClientError",),
    }
    loaded = (
        (sys.modules[module], names) for module, names in known.items() if module in sys.modules
    )
    return tuple(getattr(module, name) for module, names in loaded for name in names)


@contextmanager
def ended_by() -> Iterator[list[signal.Signals]]:
    """Turn SIGTERM and SIGHUP into KeyboardInterrupt, so that the block cleans up as after Ctrl+C.

    Yields a list that receives the signal that ended the block. An ignored signal (nohup) stays
    ignored, and a second signal does not disturb the cleaning up.
    """
    received: list[signal.Signals] = []

    def end(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        if number != signal.SIGTERM:  # a server shuts down by itself, and listens to SIGTERM
            signal.raise_signal(signal.SIGTERM)
        elif received.count(signal.SIGTERM) == 1:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # other threads get no signals
        yield received
        return
    numbers = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is signal.SIG_DFL:
            signal.signal(number, end)
    try:
        yield received
    finally:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, handler)


def say(text: str) -> None:
    """Print a message to standard error."""
    typer.echo(text, err=True)


def tell(text: str) -> None:
    """Print a sentence to standard error, in lines that fit the terminal."""
    from textwrap import fill

    from moderation.terminal import safe, width

    say(fill(safe(text), width(), subsequent_indent="  ", break_on_hyphens=False))
