"""Held-out scores of the decisions that a model was trained on, so that it is not tested on them.

A moderator has one set of decisions: a new model learns from them and is judged by them. Beside
its weights it therefore keeps, for each of these texts, the raw logit of a model that had not seen
the text's group. The text itself is not kept, only 64 bits of its digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from moderation.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from moderation.model.model import Model


@dataclass(frozen=True)
class Held:
    """keys: (n,) uint64, rising. logits: (n, text labels) float32 raw, NaN = not judged."""

    keys: np.ndarray
    logits: np.ndarray

    def __post_init__(self) -> None:
        """Raise ModelError for arrays that do not belong together."""
        if self.logits.ndim != 2 or len(self.keys) != len(self.logits):
            raise ModelError(
                f"held-out scores: {self.keys.shape} keys and {self.logits.shape} logits"
            )
        if (self.keys[1:] <= self.keys[:-1]).any():
            raise ModelError("held-out scores: keys do not rise; train the model anew")

    @classmethod
    def of(cls, texts: Iterable[str], logits: np.ndarray) -> Held:
        """From rows; of rows with the same text the mean counts. logits: (n, text labels)."""
        known, row = np.unique(text_keys(texts), return_inverse=True)
        sums, counts = (np.zeros((len(known), logits.shape[1])) for _ in range(2))
        np.add.at(sums, row, np.nan_to_num(logits))
        np.add.at(counts, row, ~np.isnan(logits))
        means = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
        return cls(known, means.astype(np.float32))

    def joined(self, more: Held) -> Held:
        """Both; where both have a text, what `more` has of it counts."""
        keys = np.union1d(self.keys, more.keys)
        logits = np.full((len(keys), self.logits.shape[1]), np.nan, np.float32)
        for one in (self, more):
            place = np.searchsorted(keys, one.keys)
            logits[place] = np.where(np.isnan(one.logits), logits[place], one.logits)
        return Held(keys, logits)

    def find(self, texts: Iterable[str]) -> np.ndarray:
        """The logits of each text: (n, text labels), NaN = the model was not trained on it."""
        wanted = text_keys(texts)
        if not len(self.keys):
            return np.full((len(wanted), self.logits.shape[1]), np.nan, np.float32)
        at = np.searchsorted(self.keys, wanted).clip(max=len(self.keys) - 1)
        there = self.keys[at] == wanted
        return np.where(there[:, None], self.logits[at], np.float32(np.nan))


def text_keys(texts: Iterable[str]) -> np.ndarray:
    """64 bits of the digest of each text, case and white space aside: (n,) uint64."""
    folded = (" ".join(str(text).casefold().split()) for text in texts)
    return np.array(
        [
            int.from_bytes(hashlib.sha256(one.encode("utf-8", "surrogatepass")).digest()[:8], "big")
            for one in folded
        ],
        np.uint64,
    )


def not_trained_on(
    model: Model, texts: pd.Series, scores: pd.DataFrame
) -> tuple[pd.DataFrame, int]:
    """Scores with those of rows that the model was trained on replaced by held-out ones.

    scores: (n rows) one column per label. Returns them as float64, and how many rows changed.
    """
    if model.held is None:
        return scores, 0
    found = model.held.find(texts)
    changed = np.zeros(len(texts), bool)
    columns = {}
    for column, head in enumerate(model.text_heads):
        raw = found[:, column]
        mine = scores[head.name].to_numpy(np.float64, na_value=np.nan, copy=True)
        use = ~np.isnan(raw) & ~np.isnan(mine)
        mine[use] = head.calibration(raw[use])
        changed |= use
        columns[head.name] = mine
    return scores.assign(**columns), int(changed.sum())
