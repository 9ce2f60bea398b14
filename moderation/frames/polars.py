"""A Polars expression: with this module imported, `pl.col("text").moderation.score()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from moderation.frames import opened, scores_of

if TYPE_CHECKING:
    from pathlib import Path

    from moderation.model.model import Model


@pl.api.register_expr_namespace("moderation")
class Comments:
    """Scores of an expression of texts.

    >>> frame = pl.DataFrame({"text": ["Thank you!", "You pathetic idiot", None]})
    >>> scores = frame.select(pl.col("text").moderation.score()).unnest("text")
    >>> (scores["abuse"] > 0.5).to_list()
    [False, True, None]
    """

    def __init__(self, texts: pl.Expr) -> None:
        self._texts = texts

    def score(self, model: Model | str | Path = "default") -> pl.Expr:
        """Structs with a Float32 for each label, null = cannot tell; `unnest` makes columns."""
        chosen = opened(model)

        def scored(texts: pl.Series) -> pl.Series:
            found = scores_of(pa.array(texts.to_arrow(), pa.large_string()), chosen)
            return pl.Series(texts.name, pl.from_arrow(found))

        fields = dict.fromkeys(chosen.labels, pl.Float32())
        return self._texts.map_batches(scored, return_dtype=pl.Struct(fields))
