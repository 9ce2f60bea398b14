"""A DuckDB function: `register(connection)`, then `SELECT scores(text).abuse FROM comments`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb  # noqa: TC002  the example needs it
import pyarrow as pa  # noqa: TC002  DuckDB looks the annotations up
from duckdb.func import FunctionNullHandling, PythonUDFType

from moderation.frames import opened, scores_of

if TYPE_CHECKING:
    from pathlib import Path

    from moderation.model.model import Model


def register(
    connection: duckdb.DuckDBPyConnection,
    model: Model | str | Path = "default",
    name: str = "scores",
) -> None:
    """Add a function of a text that gives a struct with a FLOAT for each label, null = cannot tell.

    Raises ModelError for a folder that is no model.

    >>> connection = duckdb.connect()
    >>> register(connection)
    >>> connection.sql("SELECT scores('You pathetic idiot').abuse > 0.5").fetchall()
    [(True,)]
    """
    chosen = opened(model)

    def scored(texts: pa.ChunkedArray) -> pa.Array:
        return scores_of(texts, chosen)

    fields = dict.fromkeys(chosen.labels, "FLOAT")
    connection.create_function(
        name,
        scored,
        ["VARCHAR"],
        connection.struct_type(fields),
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )
