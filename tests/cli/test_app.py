"""Options that need no conversion are taken as they are; all others are typer's to convert."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from moderation.cli.app import Commands

LINE = [
    "one", "two", "--name", "ä b", "--many", "x", "--many", "y", "--count", "3", "--share", "2",
    "--at", "here", "--flag",
]  # fmt: skip


def _app(kind):
    app = kind()

    @app.command()
    def show(
        words: list[str],
        name: str = "nobody",
        many: Annotated[list[str] | None, typer.Option()] = None,
        count: Annotated[int, typer.Option(min=1)] = 7,
        share: float = 0,
        at: Path | None = None,
        flag: Annotated[bool | None, typer.Option("--flag/--no-flag")] = None,
    ) -> None:
        typer.echo(repr((words, name, many, count, share, at, flag)))

    return app


@pytest.mark.parametrize("given", [LINE, ["one"], ["one", "--no-flag", "--count", "1"]])
def test_values_are_those_that_typer_gives(given):
    ours, theirs = (CliRunner().invoke(_app(kind), given) for kind in (Commands, typer.Typer))
    assert (ours.exit_code, ours.output) == (0, theirs.output)


@pytest.mark.parametrize("given", [[], ["one", "--count", "0"], ["one", "--count", "few"]])
def test_mistakes_are_told_as_typer_tells_them(given):
    ours, theirs = (CliRunner().invoke(_app(kind), given) for kind in (Commands, typer.Typer))
    assert (ours.exit_code, ours.output) == (2, theirs.output)


def test_words_alone_import_no_validation():
    code = (
        "import sys\n"
        "from moderation.cli.app import app\n"
        "import moderation.cli\n"
        "app(['formats'], standalone_mode=False)\n"
        "print('pydantic' in sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.split() == ["False"]
