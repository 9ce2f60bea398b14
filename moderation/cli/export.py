"""`moderation export`: a model as a scikit-learn Pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli.app import app, say
from moderation.cli.options import ModelArgument
from moderation.model.names import model_path


@app.command()
def export(
    model: ModelArgument,
    output: Annotated[
        Path, typer.Argument(metavar="FILE", help="File to write, such as pipeline.joblib.")
    ],
) -> None:
    """Write the text labels of a model as a scikit-learn Pipeline."""
    from moderation.model.export import export as write
    from moderation.model.model import Model

    write(Model.load(model_path(model)), output)
    say(f"wrote {output}; load it with joblib.load, and load only files from people you trust")
