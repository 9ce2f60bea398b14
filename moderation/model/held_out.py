"""Held-out scores of the decisions that a model was trained on, so that no test flatters it.

A moderator has one set of decisions: a new model learns from them and is judged by them. Beside
its weights it therefore keeps, for each of these texts, the raw logit of a model that had not seen
the text's group. The text itself is not kept, only 64 bits of its digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from moderation.comments import STRING
from moderation.errors import ModelError
from moderation.language.identify import languages
from moderation.model.by_language import parts_for
from moderation.translation import marked_plural, trn

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from moderation.model.model import Model


@dataclass(frozen=True)
class HeldOutScores:
    """keys: (n,) uint64, rising. logits: (n, text labels) float32 raw, NaN = not judged."""

    keys: np.ndarray
    logits: np.ndarray

    def __post_init__(self) -> None:
        """Raise ModelError for arrays that do not match."""
        if self.logits.ndim != 2 or len(self.keys) != len(self.logits):
            raise ModelError(
                f"held-out scores: {self.keys.shape} keys and {self.logits.shape} logits"
            )
        if (self.keys[1:] <= self.keys[:-1]).any():
            raise ModelError("held-out scores: keys are not in order; retrain the model")

    @classmethod
    def of(cls, texts: Iterable[str], logits: np.ndarray) -> HeldOutScores:
        """From rows; rows with the same text get their mean. logits: (n, text labels)."""
        known, row = np.unique(text_keys(texts), return_inverse=True)
        sums, counts = (np.zeros((len(known), logits.shape[1])) for _ in range(2))
        np.add.at(sums, row, np.nan_to_num(logits))
        np.add.at(counts, row, ~np.isnan(logits))
        means = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
        return cls(known, means.astype(np.float32))

    def joined(self, more: HeldOutScores) -> HeldOutScores:
        """Both; for a text in both, that of `more` counts."""
        keys = np.union1d(self.keys, more.keys)
        logits = np.full((len(keys), self.logits.shape[1]), np.nan, np.float32)
        for scores in (self, more):
            place = np.searchsorted(keys, scores.keys)
            logits[place] = np.where(np.isnan(scores.logits), logits[place], scores.logits)
        return HeldOutScores(keys, logits)

    def near(self, texts: pd.Series) -> HeldOutScores:
        """With near-duplicates from `texts` added, which get the mean of their group."""
        from moderation.labels.duplicates import near_duplicate_groups  # compiled

        known = self.find(texts)
        if not (there := ~np.isnan(known)).any():
            return self
        group = near_duplicate_groups(texts)
        logits = np.full(known.shape, np.nan)
        for column in range(known.shape[1]):
            some = there[:, column]
            sums = np.bincount(group[some], known[some, column], minlength=int(group.max()) + 1)
            counts = np.bincount(group[some], minlength=len(sums))
            means = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
            logits[:, column] = means[group]
        return HeldOutScores.of(texts, logits).joined(self)

    def find(self, texts: Iterable[str]) -> np.ndarray:
        """The logits of each text: (n, text labels), NaN = the model was not trained on it."""
        at, there = self._places(texts)
        if not len(self.keys):
            return np.full((len(at), self.logits.shape[1]), np.nan, np.float32)
        return np.where(there[:, None], self.logits[at], np.float32(np.nan))

    def has(self, texts: Iterable[str]) -> np.ndarray:
        """(n,) bool: whether the model was trained on the text, for whatever label."""
        return self._places(texts)[1]

    def _places(self, texts: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """The position of each text among the keys, and whether it is there: (n,) each."""
        wanted = text_keys(texts)
        at = np.searchsorted(self.keys, wanted).clip(max=max(len(self.keys) - 1, 0))
        there = self.keys[at] == wanted if len(self.keys) else np.zeros(len(wanted), bool)
        return at, there


def text_keys(texts: Iterable[str]) -> np.ndarray:
    """64 bits of the digest of each text, case and white space aside: (n,) uint64."""
    folded = (" ".join(str(text).casefold().split()) for text in texts)
    return np.array(
        [
            int.from_bytes(
                hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big"
            )
            for text in folded
        ],
        np.uint64,
    )


_NOUNS = {
    "row": marked_plural("{n} row", "{n} rows"),
    "comment": marked_plural("{n} comment", "{n} comments"),
    "case": marked_plural("{n} case", "{n} cases"),
}


@dataclass(frozen=True)
class UnseenScores:
    """Scores as of a model that had not seen the rows. scores: (n rows) a column per label, float.

    held_out: (n,) bool, rows that the model learnt from, whose scores are held-out ones. left_out:
    (n,) bool, rows without a score for a label of the conversation, which keeps no held-out ones.
    """

    scores: pd.DataFrame
    held_out: np.ndarray
    left_out: np.ndarray

    def notes(self, name: str, noun: str = "row") -> list[str]:
        """A sentence for each of the two, if there are such rows."""
        held_out, left_out = int(self.held_out.sum()), int(self.left_out.sum())
        rows = _NOUNS[noun]
        sentences = []
        if held_out:
            sentences.append(
                trn(
                    "{rows} that {model} learnt from counts with held-out scores",
                    "{rows} that {model} learnt from count with held-out scores",
                    held_out,
                    rows=trn(*rows, held_out),
                    model=name,
                )
            )
        if left_out:
            sentences.append(
                trn(
                    "{rows} that {model} learnt from counts with no score for labels of the "
                    "conversation",
                    "{rows} that {model} learnt from count with no score for labels of the "
                    "conversation",
                    left_out,
                    rows=trn(*rows, left_out),
                    model=name,
                )
            )
        return sentences


def not_trained_on(
    model: Model, texts: pd.Series, scores: pd.DataFrame, near: pd.Series | None = None
) -> UnseenScores:
    """Scores with those of rows that the model was trained on replaced by held-out ones.

    scores: (n rows) one column per label. near: texts among which near-duplicates of those that the
    model learnt from are sought; the rows' own when None. Their scores are replaced too: training
    on a text is training on its near-duplicates.
    """
    unseen = _of_the_whole(model, texts, scores, near)
    if not any(part.learnt is not None for part in model.by_language.values()):
        return unseen
    spoken = languages(pa.array(texts, STRING, from_pandas=True))
    found, held = unseen.scores.copy(), unseen.held_out.copy()
    for _, part, rows in parts_for(model, spoken):
        mine = _of_the_whole(part, texts.iloc[rows], scores.iloc[rows], near)
        for name in set(part.labels) & set(scores):
            column = found[name].to_numpy(np.float64, na_value=np.nan, copy=True)
            column[rows] = mine.scores[name].to_numpy(np.float64, na_value=np.nan)
            found[name] = column
        held[rows] |= mine.held_out
    return UnseenScores(found, held, unseen.left_out)


def _of_the_whole(
    model: Model, texts: pd.Series, scores: pd.DataFrame, near: pd.Series | None
) -> UnseenScores:
    """The same as if the model had no parts for languages."""
    none = np.zeros(len(texts), bool)
    if model.learnt is None:
        return UnseenScores(scores, none, none)
    stored = model.learnt.near(texts if near is None else near)
    logits = stored.find(texts)
    changed = none.copy()
    columns = {}
    for column, head in enumerate(model.text_heads):
        if head.name not in scores:
            continue
        raw = logits[:, column]
        mine = scores[head.name].to_numpy(np.float64, na_value=np.nan, copy=True)
        use = ~np.isnan(raw) & ~np.isnan(mine)
        mine[use] = head.scores(raw[use])
        changed |= use
        columns[head.name] = mine
    taught = [name for name in model.taught_in_context if name in scores]
    seen = stored.has(texts) if taught else none
    left = none.copy()
    for name in taught:
        mine = scores[name].to_numpy(np.float64, na_value=np.nan, copy=True)
        left |= seen & ~np.isnan(mine)
        mine[seen] = np.nan
        columns[name] = mine
    return UnseenScores(scores.assign(**columns), changed, left)
