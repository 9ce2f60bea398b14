"""Count the words and link domains of many comments, and find those that have become common."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 4_000  # characters of a comment that are read
SHORTEST = 3  # letters of a word that can come up
PRIOR = 50.0  # comments that the prior counts as much as: it only tames rare words
SURE = 3.0  # standard errors
LISTED = 15
_BREAK = r"[^\pL\pN\pM']+"
_DOMAIN = re.compile(r"(?:https?://|www\.)(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24})")


@dataclass(frozen=True)
class Words:
    """Every occurrence in n comments: `row` (m,) int64 and `code` (m,) int64 into `names`."""

    row: np.ndarray
    code: np.ndarray
    names: pd.Index
    comments: int

    def met(self, chosen: np.ndarray) -> pd.Index:
        """The words of the chosen comments. chosen: (n,) bool."""
        return self.names[np.unique(self.code[chosen[self.row]])]

    def counts(self, chosen: np.ndarray, met: pd.Index) -> tuple[np.ndarray, np.ndarray]:
        """Per comment, words that are not in `met`, and all: (n,) each, 0 where not chosen."""
        fresh = ~self.names.isin(met)
        own = chosen[self.row]
        rows = self.row[own]
        unmet = np.bincount(rows, fresh[self.code[own]], self.comments)
        return unmet, np.bincount(rows, minlength=self.comments).astype(np.float64)

    def in_comments(self) -> pd.Series:
        """In how many comments each word stands, by word."""
        pairs = np.unique(np.stack([self.row, self.code]), axis=1)
        return pd.Series(np.bincount(pairs[1], minlength=len(self.names)), self.names)


@dataclass(frozen=True)
class Rising:
    """A word or domain that has become more common. old, new: comments with it, per 100,000.

    threads: new ones with it. flagged: share of its new comments that carry a flag. z: of the
    log odds' difference.
    """

    name: str
    old: float
    new: float
    threads: int
    flagged: float
    z: float


def words_of(texts: pd.Series) -> Words:
    """Words in lower case, in any script; digits count as letters."""
    array = pa.array(texts.fillna(""), pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    lower = pc.utf8_lower(pc.utf8_slice_codeunits(array, 0, LONGEST))
    parts = pc.split_pattern_regex(lower, _BREAK)
    flat = pc.list_flatten(parts)
    row = pc.list_parent_indices(parts).to_numpy()
    whole = pc.utf8_length(flat).to_numpy(zero_copy_only=False) > 0
    coded = pc.dictionary_encode(flat.filter(pa.array(whole)))
    names = pd.Index(coded.dictionary.to_pylist(), dtype="object")
    return Words(row[whole].astype(np.int64), coded.indices.to_numpy(), names, len(texts))


def domains_of(texts: pd.Series) -> Words:
    """Domains of addresses, without `www.`, in lower case."""
    matches = [
        (row, match[1])
        for row, text in enumerate(texts.fillna("").str.slice(0, LONGEST).str.lower())
        if "http" in text or "www." in text
        for match in _DOMAIN.finditer(text)
    ]
    code, names = pd.factorize(np.array([name for _, name in matches], dtype=object))
    rows = np.array([row for row, _ in matches], np.int64)
    return Words(rows, code.astype(np.int64), pd.Index(names, dtype="object"), len(texts))


def rising(
    old: Words, new: Words, threads: pd.Series, flagged: np.ndarray, unmet_only: bool = False
) -> list[Rising]:
    """Words that are significantly more common in the newer comments, the most significant first.

    threads, flagged: (n,) of the newer comments. unmet_only: only those that no older comment has.
    Source: Monroe, Colaresi, Quinn 2008, "Fightin' words", log odds with an informative prior.
    """
    before, after = old.in_comments(), new.in_comments()
    names = after.index if unmet_only else after.index[after.index.str.len() >= SHORTEST]
    was = before.reindex(names).fillna(0).to_numpy(np.float64)
    now = after.reindex(names).to_numpy(np.float64)
    prior = PRIOR * (was + now) / max(old.comments + new.comments, 1)
    sizes = old.comments + PRIOR, new.comments + PRIOR
    odds = [
        np.log((count + prior) / np.maximum(size - count - prior, 1))
        for count, size in zip((was, now), sizes, strict=True)
    ]
    z = (odds[1] - odds[0]) / np.sqrt(1 / (was + prior) + 1 / (now + prior))
    codes = pd.factorize(threads.astype("str"))[0]
    risen: list[Rising] = []
    for at in np.argsort(-z, kind="stable"):
        if z[at] < (0 if unmet_only else SURE) or len(risen) == LISTED:
            break
        rows = np.unique(new.row[new.code == new.names.get_loc(names[at])])
        in_threads = len(np.unique(codes[rows]))
        if in_threads < 2 or (unmet_only and was[at]):  # one thread's word is that thread's
            continue
        risen.append(
            Rising(
                str(names[at]),
                was[at] / max(old.comments, 1) * 1e5,
                now[at] / max(new.comments, 1) * 1e5,
                in_threads,
                float(flagged[rows].mean()),
                float(z[at]),
            )
        )
    return risen
