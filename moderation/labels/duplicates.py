"""Find texts that are the same or nearly so, among hundreds of thousands, without comparing all.

MinHash over runs of characters (Broder 1997, "On the resemblance and containment of
documents"), banded (Leskovec, Rajaraman, Ullman, "Mining of massive datasets", chapter 3),
each candidate pair checked on its whole signature before it is joined (`compiled/duplicates.c`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from moderation.compiled import I8, U4, U8, W_I8, W_U8, Loop

HASHES = 24
BAND = 4  # six bands of four: a pair at 0.8 is a candidate with probability 0.96, at 0.5 0.32

_sign_texts = Loop("sign_texts", I8, U4, W_U8)
_join_alike = Loop("join_alike", I8, U8, U8, W_I8)
_flatten = Loop("flatten_groups", W_I8)


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
        _join_alike(np.argsort(keys, kind="stable"), keys, signatures, parents)
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


def _signatures(offsets: np.ndarray, points: np.ndarray) -> np.ndarray:
    """MinHash signatures (n, HASHES) uint64 of the texts' shingles."""
    signatures = np.empty((len(offsets) - 1, HASHES), np.uint64)
    _sign_texts(offsets, points, signatures)
    return signatures


def _band_keys(signatures: np.ndarray, band: int) -> np.ndarray:
    keys = np.zeros(len(signatures), dtype=np.uint64)
    for one in range(band * BAND, (band + 1) * BAND):
        keys = keys * np.uint64(0x9E3779B97F4A7C15) + signatures[:, one]
    return keys
