"""Load the shipped tables of n-grams: one for each script that several languages share.

`languages.npz` is cut from py3langid's model, whose licence stands beside it, by
`python -m benchmarks.language_tables`. Romanised Urdu and Hindi are counted from a public set of
labels/sources.toml.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from moderation.language.ngrams import Table

FILE = Path(__file__).parent / "languages.npz"


@cache
def table_of(script: str) -> Table:
    """The table of a script, read when it is first asked for."""
    with np.load(FILE, allow_pickle=False) as stored:
        return Table(
            [str(name) for name in stored[f"{script}.languages"]],
            stored[f"{script}.keys"],
            stored[f"{script}.weights"],
            stored[f"{script}.start"],
            float(stored[f"{script}.step"]),
        )
