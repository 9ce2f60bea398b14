"""Scores where the data already are: a pandas accessor, a Polars expression, a DuckDB function.

Each is a few lines around `Model.score`, and gives the scores of `moderation score` for a comment
alone. The context labels, which need a thread, are null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from moderation.model.given import comment_table
from moderation.model.model import Model

if TYPE_CHECKING:
    from pathlib import Path


def opened(model: Model | str | Path) -> Model:
    """A model as it is, or read from its folder or name. Raises as `Model.load`."""
    return model if isinstance(model, Model) else Model.load(model)


def scores_of(texts: pa.Array | pa.ChunkedArray, model: Model) -> pa.StructArray:
    """(n,) structs of a float32 for each label, null = cannot tell.

    texts: (n,), null = no comment.
    """
    scored = model.measured(comment_table(texts))[0].combine_chunks()
    columns = [column.combine_chunks() for column in scored.columns]
    fields = [pa.field(name, pa.float32()) for name in scored.column_names]
    return pa.StructArray.from_arrays(columns, fields=fields)
