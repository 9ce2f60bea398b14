"""`moderation card`: a model's card as a page, and a folder that is ready to be shared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli.app import app, say
from moderation.cli.options import ModelArgument
from moderation.model.names import model_path
from moderation.translation import tr


@app.command()
def card(
    model: ModelArgument,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder for the model and its card, to be uploaded."),
    ] = None,
    licence: Annotated[
        str,
        typer.Option("--licence", help="Of the weights, as the hub names it, such as mit."),
    ] = "other",
    name: Annotated[
        str | None, typer.Option("--name", help="The model's name; by default its folder's.")
    ] = None,
) -> None:
    """Print a model's card with its figures, or write a folder to share.

    The card is in the layout of the Hugging Face Hub. Nothing is sent.
    """
    from moderation.model.hub_card import card as page_of
    from moderation.model.hub_card import write_hub_folder
    from moderation.model.model import Model

    folder = model_path(model)
    loaded = Model.load(folder)
    page = page_of(loaded, name or loaded.name, licence)
    if output is None:
        typer.echo(page, nl=False)
        return
    write_hub_folder(folder, output, page)
    say(tr("wrote {output}; to share it: hf upload OWNER/NAME {output}", output=output))
