"""Write docs/commands.md, the reference of the commands, from the commands themselves.

python docs/write_commands.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from typer.main import get_command

from moderation.cli import app

PAGE = Path(__file__).parent / "commands.md"
HEAD = """# Commands

Written by `python docs/write_commands.py` from what `--help` says; a test compares the two.
"""


def reference() -> str:
    """The page."""
    group: Any = get_command(app)
    return HEAD + "".join(_described(group, "moderation", top=True))


def _described(command: Any, name: str, *, top: bool = False) -> list[str]:
    context = click.Context(command, info_name=name)
    parts = []
    if not top:
        usage = " ".join([name, *command.collect_usage_pieces(context)])
        help_ = "\n\n".join(
            " ".join(paragraph.split()) for paragraph in (command.help or "").split("\n\n")
        )
        parts.append(f"\n## `{name}`\n\n{help_}\n\n```text\n{usage}\n```\n")
        rows = [record for one in command.params if (record := one.get_help_record(context))]
        if rows:
            cells = [f"| `{_cell(option)}` | {_cell(text)} |\n" for option, text in rows]
            parts.append("\n| option | |\n|---|---|\n" + "".join(cells))
    for word in command.list_commands(context) if hasattr(command, "list_commands") else ():
        parts += _described(command.get_command(context, word), f"{name} {word}")
    return parts


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    page = reference()
    if "--check" in sys.argv:
        sys.exit(
            0 if PAGE.read_text(encoding="utf-8") == page else "docs/commands.md is not up to date"
        )
    PAGE.write_text(page, encoding="utf-8")
