"""`moderation formats`: the dump formats that can be read."""

from __future__ import annotations

import typer

from moderation.cli.app import app


@app.command()
def formats() -> None:
    """List the dump formats and how each is recognised."""
    from textwrap import fill

    from moderation.readers import READERS
    from moderation.terminal import line, width

    size = max(map(len, READERS)) + 2
    typer.echo(f"{'format':<{size}}what it is, and how it is recognised")
    for name, reader in READERS.items():
        typer.echo(f"{name:<{size}}{line(reader.describe, width() - size)}")
        blank = " " * (size + 2)
        typer.echo(fill(reader.signs, width(), initial_indent=blank, subsequent_indent=blank))
