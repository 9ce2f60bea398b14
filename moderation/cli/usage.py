"""`--help` and what is said of a wrong use, in the language of the command's user.

Commands and options are described in English, which the documentation is made of too; the words of
the framework around them are English in any language. Both are put into the catalogue's words when
they are shown. An English run does not come here.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import typer

from moderation.translation import language, marked, said_again_in, tr

if TYPE_CHECKING:
    from collections.abc import Callable

HEADINGS = (
    marked("Usage:"),
    marked("Arguments:"),
    marked("Options:"),
    marked("Commands:"),
)
BRACKETS = (
    *(marked("[default:"), marked("[env var:")),
    *(marked("[required]"), marked("; required]"), marked("; default:")),
)
ABOUT_USAGE = (
    marked("Try '{command}' for help."),
    marked("Error: {message}"),
)
ERRORS = (
    marked("No such command {name}."),
    marked("No such option: {name} (Possible options: {options})"),
    marked("No such option: {name}"),
    marked("Missing argument {name}."),
    marked("Missing option {name}."),
    marked("Missing command."),
    marked("Invalid value for {name}: {why}"),
    marked("Invalid value: {why}"),
    marked("Option {name} requires an argument."),
    marked("Option {name} does not take a value."),
    marked("Got unexpected extra argument ({words})"),
    marked("Got unexpected extra arguments ({words})"),
)
VALUES = (
    marked("Input should be a valid integer, unable to parse string as an integer"),
    marked("Input should be a valid number, unable to parse string as a number"),
    marked("Input should be greater than or equal to {least}"),
    marked("Input should be less than or equal to {most}"),
)
# What the framework says of its own options, for the catalogues; `help_said` translates it.
marked("Show this message and exit.")
marked("Install completion for the current shell.")
marked("Show completion for the current shell, to copy it or customize the installation.")


def help_said(command: Any, context: Any, say: Callable[[Any], str]) -> str:
    """The help that `say` makes of a command, in the user's language."""
    for one in (command, *getattr(command, "commands", {}).values()):
        one.help = _paragraphs(one.help)
    for param in command.get_params(context):
        if getattr(param, "help", None):
            param.help = tr(" ".join(param.help.split()))
    return framed(say(context))


def framed(text: str) -> str:
    """Help, or the line of usage, with the framework's own words translated."""
    for heading in HEADINGS:
        text = re.sub(rf"(?m)^{heading}", tr(heading), text)
    for words in BRACKETS:
        text = text.replace(words, tr(words))
    return text


def error_said(error: Any) -> None:
    """Show what a command was called wrongly with, as the framework would, in their language."""
    shown = io.StringIO()
    error.show(file=shown)
    lines = []
    for line in framed(shown.getvalue()).splitlines():
        said = said_again_in(language(), line, *ABOUT_USAGE)
        lines.append(said.replace(message, _message(message)) if (message := _of(line)) else said)
    if lines:
        typer.echo("\n".join(lines), err=True)


def _of(line: str) -> str:
    return line.removeprefix("Error: ") if line.startswith("Error: ") else ""


def _message(message: str) -> str:
    """The error, and in it what is wrong with the value."""
    chosen = language()
    if (why := message.partition(": ")[2]) and message.startswith("Invalid value"):
        message = message.replace(why, said_again_in(chosen, why, *VALUES))
    return said_again_in(chosen, message, *ERRORS)


def _paragraphs(text: str | None) -> str | None:
    if text is None:
        return None
    return "\n\n".join(tr(" ".join(part.split())) for part in text.split("\n\n"))
