"""How common a word is, for choosing between the readings that a disguise allows.

`t h o s e d o g s` is two words, `c|own` has an l and `m|nd` an i, `looossse` may be lose or loose:
the reading of common words is the right one. The shipped `common_words.npz` holds the hashes of
some 36,000 common words and how rare each is; no word can be read from it. It is counted by
`python -m moderation.training.vocabulary`.

Choosing the likeliest split of letters by word frequencies: Norvig 2009, "Natural language corpus
data", in "Beautiful data".
"""

from __future__ import annotations

from importlib import resources

import numpy as np

HASH_SEED, HASH_PRIME = 0xCBF29CE484222325, 0x100000001B3  # of FNV-1a, over code points


def _shipped() -> tuple[np.ndarray, np.ndarray]:
    """Hashes of words (k,) uint32, sorted, and their costs (k,) uint8."""
    with resources.files("moderation.features").joinpath("common_words.npz").open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        return arrays["hashes"], arrays["costs"]


HASHES, COSTS = _shipped()
"""Upper half of each common word's hash; -8 ln of its share of all words."""


def is_common(word: str) -> bool:
    """Whether a word of the letters a to z is among the common ones."""
    hashed = HASH_SEED
    for letter in word:
        hashed = (hashed ^ ord(letter)) * HASH_PRIME & 0xFFFFFFFFFFFFFFFF
    place = int(np.searchsorted(HASHES, hashed >> 32))
    return place < len(HASHES) and int(HASHES[place]) == hashed >> 32
