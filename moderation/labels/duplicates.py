"""Find texts that are the same or nearly so, among hundreds of thousands, without comparing all.

MinHash over runs of characters (Broder 1997, "On the resemblance and containment of
documents"), banded (Leskovec, Rajaraman, Ullman, "Mining of massive datasets", chapter 3),
each candidate pair checked on its whole signature before it is joined.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from moderation.features.compiled import allocating

SHINGLE = 5  # characters in a run: short enough for comments of two words
HASHES = 24
BAND = 4  # six bands of four: a pair at 0.8 is a candidate with probability 0.96, at 0.5 0.32
ALIKE = 18  # of the 24 that must agree: an estimated resemblance of 0.75


def near_duplicate_groups(texts: pd.Series | pa.Array | pa.ChunkedArray) -> np.ndarray:
    """A number per text, the same for texts that say nearly the same: (n,) int64.

    Case, punctuation and spacing do not count, and one digit is as good as another. Groups are
    numbered by first appearance. A null is like no other text. Nearness is passed on: the ends
    of a chain of near-duplicates share a group.

    >>> near_duplicate_groups(pa.array(["Nice video!", "something else", "nice  VIDEO"])).tolist()
    [0, 1, 0]
    """
    array = pa.array(texts, type=pa.large_string(), from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    missing = pc.is_null(array).to_numpy(zero_copy_only=False)
    offsets, points = _code_points(array.fill_null(""))
    signatures = _signatures(offsets, points)
    parents = np.arange(len(signatures), dtype=np.int64)
    for band in range(HASHES // BAND):
        keys = _band_keys(signatures, band)
        _join(np.argsort(keys, kind="stable"), keys, signatures, parents)
    _flatten(parents)
    apart = np.where(missing, len(parents) + np.arange(len(parents)), parents)
    return pd.factorize(apart)[0].astype(np.int64)


def _code_points(texts: pa.LargeStringArray) -> tuple[np.ndarray, np.ndarray]:
    """Offsets (n + 1,) int64 and all texts' characters, lower-cased, as one (m,) uint32.

    UTF-32 gives a character the same width in every script, so a shingle is as long in Russian
    as in English.
    """
    lowered = pc.utf8_lower(texts)
    lengths = pc.utf8_length(lowered).to_numpy(zero_copy_only=False).astype(np.int64)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    start, stop = lowered.offset, lowered.offset + len(lowered)
    bounds = np.frombuffer(lowered.buffers()[1], dtype=np.int64)[start : stop + 1]
    blob = lowered.buffers()[2]
    utf8 = bytes(memoryview(blob)[bounds[0] : bounds[-1]]) if blob is not None else b""
    return offsets, np.frombuffer(utf8.decode("utf-8").encode("utf-32-le"), dtype=np.uint32)


@allocating
def _letters(points: np.ndarray, out: np.ndarray) -> int:
    """Characters that count, one space between words, digits alike; returns how many.

    All beyond ASCII count but the common spaces and marks: emoji tell texts apart.
    """
    kept = 0
    gap = False
    for point in points:
        if 48 <= point <= 57:
            point = np.uint32(48)
        ascii_letter = 97 <= point <= 122
        beyond = point >= 0xAA and not (0x2000 <= point <= 0x206F) and point != 0xFEFF
        if not (ascii_letter or beyond or point == 48):
            gap = True
            continue
        if gap and kept:
            out[kept] = 32
            kept += 1
        gap = False
        out[kept] = point
        kept += 1
    return kept


@allocating
def _mix(value: np.uint64) -> np.uint64:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit depends on every bit."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@allocating
def _signatures(offsets: np.ndarray, points: np.ndarray) -> np.ndarray:
    """MinHash signatures (n, HASHES) uint64 of the texts' shingles."""
    rows = len(offsets) - 1
    signatures = np.full((rows, HASHES), np.uint64(0xFFFFFFFFFFFFFFFF))
    longest = 0
    for row in range(rows):
        longest = max(longest, offsets[row + 1] - offsets[row])
    kept = np.empty(2 * longest + 1, dtype=np.uint32)
    factors = np.empty(HASHES, dtype=np.uint64)
    for one in range(HASHES):
        factors[one] = _mix(np.uint64(one + 1) * np.uint64(0x9E3779B97F4A7C15)) | np.uint64(1)
    for row in range(rows):
        text = points[offsets[row] : offsets[row + 1]]
        length = _letters(text, kept)
        if length == 0:  # nothing but punctuation: the punctuation tells
            length = len(text)
            kept[:length] = text
        for start in range(max(1, length - SHINGLE + 1)):
            shingle = np.uint64(0)
            for place in range(start, min(start + SHINGLE, length)):
                shingle = _mix(shingle * np.uint64(31) + np.uint64(kept[place]) + np.uint64(1))
            for one in range(HASHES):
                hashed = shingle * factors[one]
                hashed ^= hashed >> np.uint64(29)
                if hashed < signatures[row, one]:
                    signatures[row, one] = hashed
    return signatures


def _band_keys(signatures: np.ndarray, band: int) -> np.ndarray:
    keys = np.zeros(len(signatures), dtype=np.uint64)
    for one in range(band * BAND, (band + 1) * BAND):
        keys = keys * np.uint64(0x9E3779B97F4A7C15) + signatures[:, one]
    return keys


@allocating
def _root(parents: np.ndarray, row: int) -> int:
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


@allocating
def _join(order: np.ndarray, keys: np.ndarray, signatures: np.ndarray, parents: np.ndarray) -> None:
    """Join texts of one key with the key's first text and with the one before, if alike.

    Not each with each: a key shared by 50,000 texts would take a billion comparisons, and
    what one band leaves apart another joins.
    """
    first = 0
    for at in range(1, len(order)):
        if keys[order[at]] != keys[order[first]]:
            first = at
            continue
        for other in (order[first], order[at - 1]):
            row = order[at]
            agree = 0
            for one in range(HASHES):
                agree += signatures[row, one] == signatures[other, one]
            if agree >= ALIKE:
                left, right = _root(parents, row), _root(parents, other)
                parents[max(left, right)] = min(left, right)


@allocating
def _flatten(parents: np.ndarray) -> None:
    for row in range(len(parents)):
        parents[row] = _root(parents, row)
