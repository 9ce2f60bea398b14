"""Which languages a label has learnt from its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from moderation.comments import STRING
from moderation.language.identify import MIXED, languages

if TYPE_CHECKING:
    import pandas as pd

SHARE = 0.05  # of the rows whose language is known
DECISIONS = 200  # of the user's own, however many rows in other languages stand beside them


def spoken_in(texts: pd.Series) -> np.ndarray:
    """(n,) the language of each text, "" = unknown or several."""
    codes = languages(pa.array(texts, STRING, from_pandas=True)).fill_null("")
    names = np.array(codes.to_pylist(), dtype=object)
    names[names == MIXED] = ""
    return names


def learnt_languages(spoken: np.ndarray, own: np.ndarray) -> tuple[str, ...]:
    """Those in which at least SHARE of the rows are, or DECISIONS of the user's own.

    spoken: (n,) as `spoken_in` gives it, of the rows that a label is trained on. own: (n,) bool,
    the user's decisions among them. None at all where no row's language is known: such a label
    scores everything.
    """
    names, counts = np.unique(spoken[spoken != ""].astype(str), return_counts=True)
    decided = decided_languages(spoken[own])
    common = names[counts >= SHARE * counts.sum()].tolist()
    return tuple(sorted({*common, *decided}))


def decided_languages(spoken: np.ndarray) -> set[str]:
    """Those of at least DECISIONS decisions."""
    names, counts = np.unique(spoken[spoken != ""].astype(str), return_counts=True)
    return set(names[counts >= DECISIONS].tolist())
