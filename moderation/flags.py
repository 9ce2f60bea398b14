"""Turn scores and thresholds into flags, and say why for every flag.

`why` is one JSON object per flagged comment, by label: score, threshold, intercept, spans
`[start, end, share]` (code points of the text) and features by name. Intercept, spans and features
add up to the label's raw logit, from which the score is calibrated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
from pandas.arrays import ArrowExtensionArray

from moderation.comments import STRING
from moderation.model import ContextLabel

if TYPE_CHECKING:
    from moderation.model import Model, Parts
    from moderation.readers import Dump

SMALL = 0.01  # spans that carry less are summed up under OTHER_WORDS: a long comment has hundreds
OTHER_WORDS = "other words"


def flag(comments: pd.DataFrame, scores: pd.DataFrame, model: Model) -> tuple[pd.Series, pd.Series]:
    """`flags` (label names joined by ";", "" for none) and `why` (JSON, null for none).

    comments: with a `text` column. scores: `Model.score` of the same rows.
    """
    names = [head.name for head in model.heads]
    limits = np.array([head.threshold for head in model.heads])
    values = np.column_stack([scores[name].to_numpy(np.float64, na_value=np.nan) for name in names])
    passed = values >= limits  # NaN, cannot tell, passes nothing
    rows = np.flatnonzero(passed.any(axis=1))
    flags = np.full(len(comments), "", object)
    why = np.full(len(comments), None, object)
    texts = comments["text"].take(rows).fillna("").tolist()
    for row, text in zip(rows, texts, strict=True):
        flags[row] = ";".join(name for name, yes in zip(names, passed[row], strict=True) if yes)
        why[row] = _why(model, text, values[row], passed[row])
    return (
        pd.Series(_strings(flags), comments.index, name="flags"),
        pd.Series(_strings(why), comments.index, name="why"),
    )


def _strings(values: np.ndarray) -> ArrowExtensionArray:
    return ArrowExtensionArray(pa.chunked_array([pa.array(values, STRING, from_pandas=True)]))


def _why(model: Model, text: str, values: np.ndarray, passed: np.ndarray) -> str:
    """The JSON of one comment."""
    reasons: dict[str, Any] = {}
    parts: list[Parts] | None = None
    column = 0
    for head, value, yes in zip(model.heads, values, passed, strict=True):
        said: dict[str, Any] = {
            "score": round(float(value), 4),
            "threshold": round(head.threshold, 4),
        }
        if isinstance(head, ContextLabel):
            if yes:
                reasons[head.name] = said
            continue
        if yes:
            parts = parts if parts is not None else model.parts(text)
            reasons[head.name] = said | _shares(parts[column])
        column += 1
    return orjson.dumps(reasons).decode()


def _shares(parts: Parts) -> dict[str, Any]:
    """One label's parts, the smallest spans summed up."""
    shown = [[a, b, round(share, 4)] for a, b, share in parts.spans if abs(share) >= SMALL]
    small = sum(share for _, _, share in parts.spans if abs(share) < SMALL)
    named = {name: round(share, 4) for name, share in parts.features.items()}
    if small:
        named[OTHER_WORDS] = round(small, 4)
    return {"intercept": round(parts.intercept, 4), "spans": shown, "features": named}


def scored_table(dump: Dump, scores: pd.DataFrame, model: Model) -> pd.DataFrame:
    """The comment table with its thread's title, the scores, `flags` and `why`."""
    flags, why = flag(dump.comments, scores, model)
    titles = dump.threads.drop_duplicates("thread_id").set_index("thread_id")["title"]
    title = _strings(dump.comments["thread_id"].map(titles).to_numpy(object))
    table = dump.comments.assign(title=title)
    for name in model.labels:
        table[name] = scores[name]
    return table.assign(flags=flags, why=why)


def flagged(scored: pd.DataFrame) -> pd.DataFrame:
    """The rows that have a flag, the surest first: by how far a score passes its threshold."""
    chosen = scored[scored["flags"].fillna("") != ""]
    margin = [
        max((one["score"] - one["threshold"]) / (1 - one["threshold"] + 1e-9) for one in why)
        for why in (orjson.loads(text).values() for text in chosen["why"])
    ]
    return chosen.iloc[np.argsort(-np.array(margin, np.float64), kind="stable")]
