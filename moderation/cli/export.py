"""`moderation export`: a model as a scikit-learn Pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli.app import app, say, tell
from moderation.cli.options import ModelArgument
from moderation.model.names import model_path
from moderation.translation import tr


@app.command()
def export(
    model: ModelArgument,
    output: Annotated[
        Path, typer.Argument(metavar="FILE", help="File to write, such as pipeline.joblib.")
    ],
    language: Annotated[
        str | None,
        typer.Option(
            "--language", metavar="CODE", help="What was learnt for a language, such as de."
        ),
    ] = None,
) -> None:
    """Write the text labels of a model as a scikit-learn Pipeline.

    A Pipeline tells no languages: it scores every text by the weights for English, or with
    --language by those for one other language. What it leaves out is said.
    """
    from moderation.model.export import export as write
    from moderation.model.export import left_out
    from moderation.model.model import Model

    loaded = Model.load(model_path(model))
    write(loaded, output, language)
    for sentence in left_out(loaded) if language is None else []:
        tell(tr("left out: {sentence}", sentence=sentence))
    say(
        tr(
            "wrote {output}; load it with joblib.load, and load only files from people you trust",
            output=output,
        )
    )
