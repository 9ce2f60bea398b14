"""Near-same texts and shared links among very many: MinHash, bands, exact check.

Broder 1997, "On the resemblance and containment of documents"; banding as in Leskovec,
Rajaraman, Ullman, "Mining of massive datasets", chapter 3. The loops are in `compiled/campaigns.c`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from moderation.compiled import I8, INT, U1, U4, U8, W_I8, W_U4, W_U8, Loop, group
from moderation.context.terms import SPELLING, unmarked
from moderation.features.ngrams import thread_count
from moderation.tables import one_array, strings

ROWS = 3  # minima per band
BANDS = 20
"""At a resemblance of 0.49 a pair shares a band with probability 1 - (1 - 0.49^3)^20 = 0.92, and
a member of a campaign has dozens of partners; at 0.05 (unrelated) with 0.002, and is refuted."""
NEAR = 0.38  # resemblance of word pairs that joins two texts
AT_ONCE = 1 << 13  # texts of one piece of work
SEEDS = Path(__file__).with_name("seeds.npy")

_TEXTS = group(U1, I8, I8, SPELLING)
_sketch = Loop("sketch", INT, INT, _TEXTS, I8, U8, W_U4)
_join_texts = Loop("join_texts", U4, _TEXTS, W_I8)
_flatten = Loop("flatten_groups", W_I8)
_scan_links = Loop("scan_links", U1, I8, W_I8, W_U8)


class Text(NamedTuple):
    """A text column as its UTF-8 bytes and (n + 1,) int64 offsets."""

    data: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of(cls, column: Any) -> Text:
        """View (or once copy) the buffers of a text column; null reads as empty."""
        array = one_array(strings(column))
        array = array.fill_null("") if array.null_count else array
        _, offsets, data = array.buffers()
        offsets = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
        data = np.zeros(1, np.uint8) if not data else np.frombuffer(data, np.uint8)
        return cls(data, offsets if len(offsets) else np.zeros(1, np.int64))


def _texts(text: Text, rows: np.ndarray) -> tuple[Any, ...]:
    """What the loops find word pairs with; no class of words is marked."""
    return text.data, text.offsets, rows, unmarked()


def near_groups(text: Text, least: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """Group of near-same texts per text, (n,) int64; -1 for texts too short to tell.

    least: (n,) int64, the distinct words that each text needs, at least 2. rows: (n,) int64 of the
    column, None = all of it.
    A group's number is that of its first text; who is in it does not depend on the texts' order.
    """
    return joined(text, band_keys(text, least, rows), rows)


def band_keys(text: Text, least: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """The keys of each text in each band, (BANDS, n) uint32; 0 for texts too short to tell.

    least, rows: as in `near_groups`. Only texts that have a key of a band in common can be near.
    """
    rows = np.arange(len(text.offsets) - 1) if rows is None else rows
    n = len(rows)
    keys = np.zeros((BANDS, n), np.uint32)
    least = np.maximum(least, 2) if n and least.min() < 2 else least
    tables = (_texts(text, rows), least, _seeds(), keys)
    with ThreadPoolExecutor(thread_count()) as pool:
        firsts = range(0, n, AT_ONCE)
        list(pool.map(lambda first: _sketch(first, min(first + AT_ONCE, n), *tables), firsts))
    return keys


@cache
def _seeds() -> np.ndarray:
    """(BANDS * ROWS,) uint64: `np.random.default_rng(0).integers(1, 2**63, BANDS * ROWS)`.

    They are kept, as numpy's random numbers take a fortieth of a second to import.
    """
    return np.asarray(np.load(SEEDS))


def joined(text: Text, keys: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """Groups of near-same texts by their `band_keys`; see `near_groups`.

    Texts that have no key in common with any other may be left out: they join nothing.
    """
    rows = np.arange(keys.shape[1]) if rows is None else rows
    group = np.arange(keys.shape[1])
    _join_texts(keys, _texts(text, rows), group)
    _flatten(group)
    group[keys[0] == 0] = -1
    return group


class Links(NamedTuple):
    """The links of a text column in order: which row, and the hash of the address."""

    row: np.ndarray
    link: np.ndarray


def links(text: Text) -> Links:
    """Every link in every text: row (int64) and hash (uint64)."""
    nothing = np.empty(0, np.int64), np.empty(0, np.uint64)
    n = _scan_links(text.data, text.offsets, *nothing)
    row, link = np.empty(n, np.int64), np.empty(n, np.uint64)
    _scan_links(text.data, text.offsets, row, link)
    return Links(row, link)
