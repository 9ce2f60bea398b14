"""`moderation formats`: the dump formats that can be read."""

from __future__ import annotations

import typer

from moderation.cli.app import app


@app.command()
def formats() -> None:
    """List the dump formats by family, each with a line as its files look."""
    from moderation.readers import READERS
    from moderation.readers.families import FAMILIES
    from moderation.terminal import line, width

    size = max(map(len, READERS)) + 2
    for family, names in FAMILIES.items():
        typer.echo(family)
        for name in names:
            reader = READERS[name]
            typer.echo(f"  {name:<{size}}{line(reader.describe, width() - size - 2)}")
            typer.echo(f"{'':<{size + 2}}{line(reader.sample, width() - size - 2)}")
