"""A label table to measure training with: public sets where a copy lies at hand, else made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.texts import PUBLIC, made_up

LABELS = ("spam", "slur", "abuse", "obscene")
COLUMNS: dict[str, tuple[str, dict[str, str]]] = {
    # file: (its texts, label -> its column)
    "jigsaw_union.parquet": (
        "comment_text",
        {"slur": "identity_hate", "abuse": "toxic", "obscene": "obscene"},
    ),
    "edos.parquet": ("text", {"slur": "label_sexist"}),
    "yt_spam_savjee.parquet": ("Comment", {"spam": "Spam"}),
}
POSITIVE = {"1", "1.0", "true", "sexist", "spam"}


def label_table(rows: int, seed: int = 0) -> tuple[pd.DataFrame, str]:
    """`rows` rows with the four labels, those that a set does not judge empty; and where from."""
    folder = PUBLIC.parent
    if not all((folder / name).exists() for name in COLUMNS):
        return _made_up(rows), "made up"
    parts = [_part(folder / name, *columns) for name, columns in COLUMNS.items()]
    frame = pd.concat(parts).sample(frac=1, random_state=seed)
    frame = frame[frame["text"].str.strip() != ""]
    return frame.head(rows), "public comments"


def _part(path: Path, text: str, labels: dict[str, str]) -> pd.DataFrame:
    found = pd.read_parquet(path)
    columns = {
        name: found[labels[name]].astype(str).str.lower().isin(POSITIVE).astype(float)
        if name in labels
        else np.nan
        for name in LABELS
    }
    return pd.DataFrame(
        {"text": found[text].fillna("").astype(str), **columns, "source": path.stem}
    )


def _made_up(rows: int) -> pd.DataFrame:
    """Each label has ten words of its own, which stand in every tenth text."""
    texts = pd.Series(made_up()).sample(rows, replace=True, random_state=0, ignore_index=True)
    rng = np.random.default_rng(0)
    columns = {}
    for name in LABELS:
        hit = rng.random(rows) < 0.1
        words = np.char.add(f"{name}word", rng.integers(0, 10, rows).astype(str))
        texts = texts.where(~hit, texts + " " + pd.Series(words))
        columns[name] = hit.astype(int)
    texts += pd.Series(rng.integers(0, rows, rows).astype(str)).radd(" number ")
    return pd.DataFrame({"text": texts, **columns, "source": "made up"})
