"""Near-same texts and shared links among very many, compiled: MinHash, bands, exact check.

Broder 1997, "On the resemblance and containment of documents"; banding as in Leskovec,
Rajaraman, Ullman, "Mining of massive datasets", chapter 3.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from moderation.context.terms import BITS, N_SHAPE, fold_table, text_terms
from moderation.features.compiled import allocating, inlined
from moderation.features.ngrams import thread_count

if TYPE_CHECKING:
    import pandas as pd

ROWS = 3  # minima per band
BANDS = 20
"""At a resemblance of 0.49 a pair shares a band with probability 1 - (1 - 0.49^3)^20 = 0.92, and
a member of a campaign has dozens of partners; at 0.05 (unrelated) with 0.002, and is refuted."""
NEAR = 0.38  # resemblance of word pairs that joins two texts
LEADERS = 4  # texts of one bucket that a further one is compared with
AT_ONCE = 1 << 13  # texts of one piece of work
MOST_WORDS = 400  # of a text that are looked at: bounds the work on a pasted book


class Text(NamedTuple):
    """A text column as its UTF-8 bytes and (n + 1,) int64 offsets."""

    data: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of(cls, column: pd.Series | pa.Array | pa.ChunkedArray) -> Text:
        """View (or once copy) the buffers of a text column; null reads as empty."""
        array = pa.array(column, type=pa.large_string(), from_pandas=True)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        array = array.fill_null("") if array.null_count else array
        _, offsets, data = array.buffers()
        offsets = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
        data = np.zeros(1, np.uint8) if not data else np.frombuffer(data, np.uint8)
        return cls(data, offsets if len(offsets) else np.zeros(1, np.int64))


@inlined
def _mix(h: np.uint64) -> np.uint64:
    """Spread a 64-bit hash (the finaliser of MurmurHash3, Appleby, public domain)."""
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xC4CEB9FE1A85EC53)
    return h ^ (h >> np.uint64(33))


@allocating
def _pairs(
    data: np.ndarray, start: int, stop: int, fold: np.ndarray, lexicon: np.ndarray, least: int
) -> np.ndarray:
    """Sorted distinct hashes of the word pairs of one text; none if it has too few words."""
    ids = np.empty((stop - start) // 2 + 1, np.int32)
    size = min(
        text_terms(data, start, stop, fold, lexicon, ids, np.zeros(N_SHAPE, np.float32)), MOST_WORDS
    )
    if size < least or len(np.unique(ids[:size])) < least:
        return np.empty(0, np.uint64)
    found = np.empty(size - 1, np.uint64)
    for k in range(size - 1):
        found[k] = _mix((np.uint64(ids[k]) << np.uint64(32)) | np.uint64(ids[k + 1]))
    return np.unique(found)


@allocating
def _sketch(
    first: int,
    last: int,
    data: np.ndarray,
    offsets: np.ndarray,
    fold: np.ndarray,
    lexicon: np.ndarray,
    least: np.ndarray,
    seeds: np.ndarray,
    keys: np.ndarray,
) -> None:
    """Fill the band keys (BANDS, n) uint64 of texts first:last; 0 in texts of too few words."""
    for i in range(first, last):
        found = _pairs(data, offsets[i], offsets[i + 1], fold, lexicon, least[i])
        if len(found) == 0:
            continue
        minima = np.full(len(seeds), np.uint64(0xFFFFFFFFFFFFFFFF))
        for h in found:
            for s in range(len(seeds)):
                v = (h ^ seeds[s]) * np.uint64(0x9E3779B97F4A7C15)
                minima[s] = min(minima[s], v ^ (v >> np.uint64(32)))
        for band in range(BANDS):
            key = np.uint64(band + 1)
            for r in range(ROWS):
                key = _mix(key ^ minima[band * ROWS + r])
            keys[band, i] = key | np.uint64(1)


@allocating
def _resemblance(a: np.ndarray, b: np.ndarray) -> float:
    """Jaccard index of two sorted arrays of distinct hashes."""
    i = 0
    j = 0
    shared = 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            shared += 1
            i += 1
            j += 1
        elif a[i] < b[j]:
            i += 1
        else:
            j += 1
    return shared / max(len(a) + len(b) - shared, 1)


@allocating
def _root(group: np.ndarray, i: int) -> int:
    while group[i] != i:
        group[i] = group[group[i]]
        i = group[i]
    return i


@allocating
def _join_band(
    order: np.ndarray,
    key: np.ndarray,
    data: np.ndarray,
    offsets: np.ndarray,
    fold: np.ndarray,
    lexicon: np.ndarray,
    group: np.ndarray,
) -> None:
    """Compare each text with up to LEADERS unlike ones before it in its bucket; join the near."""
    leaders = np.empty(LEADERS, np.int64)
    n_leaders = 0
    for k in range(len(order)):
        i = order[k]
        if k == 0 or key[i] != key[order[k - 1]]:
            n_leaders = 0
        near = False
        for m in range(n_leaders):
            j = leaders[m]
            mine = _root(group, i)
            other = _root(group, j)
            if mine != other:
                a = _pairs(data, offsets[i], offsets[i + 1], fold, lexicon, 0)
                b = _pairs(data, offsets[j], offsets[j + 1], fold, lexicon, 0)
                if _resemblance(a, b) < NEAR:
                    continue
                group[max(mine, other)] = min(mine, other)
            near = True
        if not near and n_leaders < LEADERS:
            leaders[n_leaders] = i
            n_leaders += 1


@allocating
def _flatten(group: np.ndarray) -> None:
    for i in range(len(group)):
        group[i] = _root(group, i)


def near_groups(text: Text, least: np.ndarray) -> np.ndarray:
    """Group of near-same texts per text, (n,) int64; -1 for texts too short to tell.

    least: (n,) int64, the distinct words that each text needs, at least 2.
    A group's number is its first row's; who is in it does not depend on the texts' order.
    """
    return joined(text, band_keys(text, least))


def band_keys(text: Text, least: np.ndarray) -> np.ndarray:
    """The keys of each text in each band, (BANDS, n) uint64; 0 for texts too short to tell.

    least: as in `near_groups`. Only texts that have a key of a band in common can be near.
    """
    n = len(text.offsets) - 1
    keys = np.zeros((BANDS, n), np.uint64)
    seeds = np.random.default_rng(0).integers(1, 2**63, BANDS * ROWS).astype(np.uint64)
    fold, lexicon = fold_table(), np.zeros(1 << BITS, np.uint8)
    tables = (text.data, text.offsets, fold, lexicon, np.maximum(least, 2), seeds, keys)
    with ThreadPoolExecutor(thread_count()) as pool:
        firsts = range(0, n, AT_ONCE)
        list(pool.map(lambda first: _sketch(first, min(first + AT_ONCE, n), *tables), firsts))
    return keys


def joined(text: Text, keys: np.ndarray) -> np.ndarray:
    """Groups of near-same texts by their `band_keys`; see `near_groups`.

    Texts that have no key in common with any other may be left out: they join nothing.
    """
    fold, lexicon = fold_table(), np.zeros(1 << BITS, np.uint8)
    n = keys.shape[1]
    usable = np.lexsort((keys[1], keys[0]))  # an order of the texts' own, whatever the rows'
    usable = usable[keys[0, usable] > 0]
    group = np.arange(n)
    for key in keys:
        order = usable[np.argsort(key[usable], kind="stable")]
        alike = key[order[1:]] == key[order[:-1]]
        busy = np.zeros(len(order), bool)
        busy[1:] |= alike
        busy[:-1] |= alike
        _join_band(order[busy], key, text.data, text.offsets, fold, lexicon, group)
    _flatten(group)
    group[keys[0] == 0] = -1
    return group


@allocating
def _scan_links(
    data: np.ndarray, offsets: np.ndarray, row: np.ndarray, link: np.ndarray, count_only: bool
) -> int:
    """Rows and hashes of `http(s)://…` and `www.…`, without scheme, `www.` and last mark."""
    found = 0
    for i in range(len(offsets) - 1):
        at = offsets[i]
        stop = offsets[i + 1]
        while at + 6 < stop:
            step = 0
            if data[at] | 0x20 == 104 and data[at + 1] | 0x20 == 116 and data[at + 2] | 0x20 == 116:
                if data[at + 3] | 0x20 == 112:
                    step = 5 if data[at + 4] | 0x20 == 115 else 4
                    if at + step + 3 > stop or data[at + step] != 58 or data[at + step + 1] != 47:
                        step = 0
                    else:
                        step += 3
            elif (
                data[at] | 0x20 == 119 and data[at + 1] | 0x20 == 119 and data[at + 2] | 0x20 == 119
            ):
                step = 4 if data[at + 3] == 46 else 0
            if step == 0:
                at += 1
                continue
            first = at + step
            last = first
            while last < stop and data[last] > 32 and data[last] not in (34, 39, 60, 62, 41, 93):
                last += 1
            at = last
            if first + 4 <= last and data[first] | 0x20 == 119 and data[first + 3] == 46:
                first += 4
            while last > first and data[last - 1] in (33, 44, 46, 47, 58, 59, 63):
                last -= 1
            if last - first < 4:
                continue
            if not count_only:
                h = np.uint64(14695981039346656037)
                for k in range(first, last):
                    byte = data[k]
                    byte = byte | 0x20 if 65 <= byte <= 90 else byte
                    h = (h ^ np.uint64(byte)) * np.uint64(1099511628211)
                row[found] = i
                link[found] = h
            found += 1
    return found


class Links(NamedTuple):
    """The links of a text column in order: which row, and the hash of the address."""

    row: np.ndarray
    link: np.ndarray


def links(text: Text) -> Links:
    """Every link in every text: row (int64) and hash (uint64)."""
    nothing = np.empty(0, np.int64), np.empty(0, np.uint64)
    n = _scan_links(text.data, text.offsets, *nothing, True)
    row, link = np.empty(n, np.int64), np.empty(n, np.uint64)
    _scan_links(text.data, text.offsets, row, link, False)
    return Links(row, link)
