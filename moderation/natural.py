"""Natural order of strings: runs of digits compare by their value, so that a2 precedes a10.

Comments that carry no time are ordered by their ids, and ids are mostly numbers in some dress.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def natural_ranks(strings: pa.Array) -> np.ndarray:
    """(n,) place of each string in natural order."""
    ranks = np.empty(len(strings), dtype=np.int64)
    ranks[natural_order(strings)] = np.arange(len(strings))
    return ranks


def natural_order(strings: pa.Array) -> np.ndarray:
    """Places that sort `strings`, runs of digits by their value: a2 before a10, 1 before 1.1."""
    both = pa.table({"key": _natural_keys(strings), "string": strings})
    return pc.sort_indices(both, [("key", "ascending"), ("string", "ascending")]).to_numpy()


def _natural_keys(strings: pa.Array) -> pa.Array:
    """Byte strings whose plain order is the natural one.

    Each run of digits loses its leading zeros and gains two bytes in front: `0`, so that it
    still compares with other characters as a digit, and its length (255 and more are one).
    """
    values, bounds = _bytes(strings)
    digit = (values >= ord("0")) & (values <= ord("9"))
    opens = np.zeros(len(values) + 1, dtype=bool)  # a run ends where a string does
    opens[bounds] = True
    begins = digit & (opens[:-1] | ~np.insert(digit[:-1], 0, False))
    ends = digit & (opens[1:] | ~np.append(digit[1:], False))
    run = np.cumsum(begins) - 1
    counted = np.cumsum(digit & (values != ord("0")))
    before = (counted - (digit & (values != ord("0"))))[begins]
    kept = ~digit | ends
    kept[digit] |= counted[digit] > before[run[digit]]

    length = np.bincount(run[kept & digit], minlength=len(before))
    place = np.cumsum(kept) - 1 + 2 * (run + 1)
    key = np.empty(kept.sum() + 2 * len(before), dtype=np.uint8)
    key[place[kept]] = values[kept]
    last = place[ends]
    key[last - length - 1] = ord("0")
    key[last - length] = np.minimum(length, 255)
    moved = np.append(0, np.cumsum(kept) + 2 * np.cumsum(begins))
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(strings), [None, pa.py_buffer(moved[bounds]), pa.py_buffer(key)]
    )


def _bytes(strings: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The UTF-8 bytes of all strings, one after the other, and where each begins (n + 1)."""
    _, offsets, values = strings.buffers()
    bounds = np.frombuffer(offsets, np.int64)[strings.offset : strings.offset + len(strings) + 1]
    data = np.frombuffer(values, np.uint8) if values else np.empty(0, np.uint8)
    return data[bounds[0] : bounds[-1]], bounds - bounds[0]
