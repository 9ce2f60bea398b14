"""`moderation explain`: how one comment is scored, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from moderation.cli.app import app
from moderation.cli.options import ModelName
from moderation.model.names import model_path


@app.command()
def explain(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The comment, or - for standard input.")
    ],
    model: ModelName = "default",
    parent: Annotated[str | None, typer.Option(help="The comment that it replies to.")] = None,
    title: Annotated[str | None, typer.Option(help="The article's title.")] = None,
    article: Annotated[Path | None, typer.Option(help="File with the article's text.")] = None,
) -> None:
    """Show how a comment is scored, and which words account for it."""
    from moderation.model.model import Model
    from moderation.terminal import explanation, width

    words = sys.stdin.read() if text == "-" else text
    context = None
    if article is not None:
        from moderation.readers import Source

        context = Source(article).text()[0]
    chosen = Model.load(model_path(model))
    for shown in chosen.explain(words, parent=parent, title=title, article=context):
        typer.echo(explanation(str(shown), width()))
