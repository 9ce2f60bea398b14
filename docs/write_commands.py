"""Write docs/commands.md and the manual page, docs/moderation.1, from the commands themselves.

python docs/write_commands.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from typer.main import get_command

from moderation import __version__
from moderation.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent
HEAD = """# Commands

Written by `python docs/write_commands.py` from what `--help` says; a test compares the two.
"""
MANUAL_HEAD = """.\\" Written by docs/write_commands.py from what \\-\\-help says.
.TH MODERATION 1 "" "moderation {version}" "User commands"
.SH NAME
moderation \\- rebuild comment threads, flag spam, slurs and abuse, review, retrain
.SH SYNOPSIS
.B moderation
.I COMMAND
[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]
.SH DESCRIPTION
"""
MANUAL_END = """.SH EXIT STATUS
.TP
0
All is done. A flagged comment is not a failure.
.TP
1
The input or a check failed; one line says what and where.
.TP
2
Wrong usage.
.TP
128 + n
The program was stopped by signal n.
.SH ENVIRONMENT
.TP
MODERATION_PASSWORD
The password of
.B moderation review
where it listens to other machines.
.SH FILES
.TP
models/default
The model in use, in the current folder; without it, the model that was installed with the program.
.TP
labels/ledger.jsonl
All decisions, one per line.
"""


ROFF = str.maketrans({"\\": "\\e", "-": "\\-", "'": "\\(aq", '"': "\\(dq"})


class Described(NamedTuple):
    """One command. help: paragraphs. options: option and what it does."""

    name: str
    usage: str
    help: list[str]
    options: list[tuple[str, str]]


def described(command: Any, name: str) -> Iterator[Described]:
    """The command and those below it."""
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    help_ = [" ".join(paragraph.split()) for paragraph in (command.help or "").split("\n\n")]
    rows = [record for one in command.params if (record := one.get_help_record(context))]
    options = [(" ".join(option.split()), " ".join(text.split())) for option, text in rows]
    yield Described(name, usage, help_, options)
    for word in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield from described(command.get_command(context, word), f"{name} {word}")


def reference(commands: list[Described]) -> str:
    """The page of the documentation."""
    parts = [HEAD]
    for one in commands[1:]:
        help_ = "\n\n".join(one.help)
        parts.append(f"\n## `{one.name}`\n\n{help_}\n\n```text\n{one.usage}\n```\n")
        if one.options:
            cells = [f"| `{_cell(option)}` | {_cell(text)} |\n" for option, text in one.options]
            parts.append("\n| option | |\n|---|---|\n" + "".join(cells))
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def manual(commands: list[Described]) -> str:
    """The manual page, for man(1)."""
    parts = [MANUAL_HEAD.format(version=__version__), _paragraphs(commands[0].help)]
    parts += [_options(commands[0].options), ".SH COMMANDS\n"]
    for one in commands[1:]:
        parts.append(f".SS {_typed(one.name)}\n.B {_typed(one.usage)}\n.PP\n")
        parts += [_paragraphs(one.help), _options(one.options)]
    return "".join([*parts, MANUAL_END])


def _paragraphs(texts: list[str]) -> str:
    return ".PP\n".join(f"{_typed(text)}\n" for text in texts if text)


def _options(options: list[tuple[str, str]]) -> str:
    return "".join(f".TP\n.B {_typed(option)}\n{_typed(text)}\n" for option, text in options)


def _typed(text: str) -> str:
    """The text as roff takes it literally."""
    known = text.translate(ROFF)
    typed = "".join(one if one.isascii() else f"\\[u{ord(one):04X}]" for one in known)
    return f"\\&{typed}" if typed.startswith(".") else typed


def main() -> None:
    """Write both, or compare."""
    commands = list(described(get_command(app), "moderation"))
    written = {"commands.md": reference(commands), "moderation.1": manual(commands)}
    for name, page in written.items():
        path = DOCS / name
        if "--check" not in sys.argv:
            path.write_text(page, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != page:
            sys.exit(f"docs/{name} is not up to date")


if __name__ == "__main__":
    main()
