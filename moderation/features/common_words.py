"""How common a word is, for choosing between the readings that a disguise allows.

`t h o s e d o g s` is two words, `c|own` has an l and `m|nd` an i, `looossse` may be lose or loose:
the reading of common words is the right one. The shipped `common_words.npz` holds the hashes of
some 36,000 common words and how rare each is; no word can be read from it. It is counted by
`python -m moderation.training.vocabulary`.

Choosing the likeliest split of letters by word frequencies: Norvig 2009, "Natural language corpus
data", in "Beautiful data".
"""

# mypy: disable-error-code="return-value,assignment"
# (numba turns its integers into one another; numpy's stubs do not)
from __future__ import annotations

from importlib import resources

import numpy as np

from moderation.features.compiled import compiled, inlined

HASH_SEED = np.uint64(0xCBF29CE484222325)  # FNV-1a's offset and prime, over code points
HASH_PRIME = np.uint64(0x100000001B3)

LONGEST = 20  # letters of a word that a split tries
UNKNOWN, PER_LETTER = 110, 18  # cost of an unknown word: ln 10^6, and ln 10 a letter, in eighths
SHORTEST = 4  # letters of an unknown word: a shorter one costs as much
WORST = 1 << 30
MOST_SPLIT = 1 << 22  # letters to split: with each an unknown word they cost less than WORST
SPLIT_ROOM = 3  # places a letter that a split needs, and two more
MUCH = 24  # so much cheaper (20 times as common) is one reading that the other is not kept


def _shipped() -> tuple[np.ndarray, np.ndarray]:
    """Hashes of words (k,) uint32, sorted, and their costs (k,) uint8."""
    with resources.files("moderation.features").joinpath("common_words.npz").open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        return arrays["hashes"], arrays["costs"]


HASHES, COSTS = _shipped()
"""Upper half of each common word's hash; -8 ln of its share of all words. Compiled in."""


@inlined
def hash_letter(hashed: np.uint64, char: int) -> np.uint64:
    """One more letter of a word: FNV-1a."""
    return (hashed ^ np.uint64(char)) * HASH_PRIME


@compiled
def cost_of(hashed: np.uint64) -> int:
    """Cost of a common word, the lower the commoner; 0 for a word that is not common."""
    short = np.int64(hashed >> np.uint64(32))
    low, high = 0, len(HASHES)
    while low < high:
        middle = (low + high) >> 1
        if np.int64(HASHES[middle]) < short:
            low = middle + 1
        else:
            high = middle
    return np.int64(COSTS[low]) if low < len(HASHES) and np.int64(HASHES[low]) == short else 0


def is_common(word: str) -> bool:
    """Whether a word of the letters a to z is among the common ones."""
    hashed = int(HASH_SEED)
    for letter in word:
        hashed = (hashed ^ ord(letter)) * int(HASH_PRIME) & 0xFFFFFFFFFFFFFFFF
    place = int(np.searchsorted(HASHES, hashed >> 32))
    return place < len(HASHES) and int(HASHES[place]) == hashed >> 32


@compiled
def cost_between(chars: np.ndarray, begin: int, end: int) -> int:
    """`cost_of` of `chars[begin:end]`."""
    hashed = HASH_SEED
    for k in range(begin, end):
        hashed = hash_letter(hashed, chars[k])
    return cost_of(hashed)


@compiled
def split_words(chars: np.ndarray, begin: int, size: int) -> int:
    """Split `chars[begin:begin + size]` into the likeliest words; returns their number.

    size: at most MOST_SPLIT. Their lengths are written from `chars[begin + size]` on; of `chars`,
    SPLIT_ROOM * size + 2 places from `begin` on are used.
    """
    cost, back = begin + size, begin + 2 * size + 1
    chars[cost] = 0
    chars[cost + 1 : cost + size + 1] = WORST
    for start in range(size):
        hashed = HASH_SEED
        for stop in range(start + 1, min(start + LONGEST, size) + 1):
            hashed = hash_letter(hashed, chars[begin + stop - 1])
            found = cost_of(hashed)
            if found == 0:
                found = UNKNOWN + PER_LETTER * max(stop - start, SHORTEST)
            if chars[cost + start] + found < chars[cost + stop]:
                chars[cost + stop] = chars[cost + start] + found
                chars[back + stop] = start
    words, stop = 0, size
    while stop > 0:
        words += 1
        stop = chars[back + stop]
    stop, place = size, words
    while stop > 0:
        place -= 1
        came = chars[back + stop]
        chars[cost + place] = stop - came
        stop = came
    return words
