"""Count the common words that undoing disguises relies on (`moderation/features/common_words.py`).

    python -m moderation.training.vocabulary labels/sources.toml FOLDER

The words are those of the public sets that may go into a model, and of the project's own tables;
what is written are their hashes. Other words make other features: bump FOLDING_VERSION and train
the models anew.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from moderation.labels.read import read_labels, read_sources

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 40_000  # 99 % of the words of a comment
FEWEST = 5  # comments that hold a word
OWN = 20  # as how many comments a word of the project's own tables counts at least
ALONE = frozenset("aiu")  # letters that are words
MASK = (1 << 64) - 1
_SLOT = re.compile(r"\{\w+~?\}")
_WORD = re.compile(r"[a-z]+")


def comments_with(texts: Iterable[str]) -> Counter[str]:
    """In how many texts each word occurs: letters a to z, apostrophes dropped.

    >>> sorted(comments_with(["Don't, don't!", "a b"]).items())
    [('a', 1), ('dont', 1)]
    """
    counts: Counter[str] = Counter()
    for text in texts:
        words = set(_WORD.findall(text.lower().replace("'", "").replace("\u2019", "")))
        counts.update(word for word in words if len(word) > 1 or word in ALONE)
    return counts


def patterns(toml: Path) -> list[str]:
    """The sentence patterns and their choices as they stand, without the names of slots."""
    described = tomllib.loads(toml.read_text(encoding="utf-8"))
    texts = [*described["slots"].values(), *(t for p in described["pattern"] for t in p["text"])]
    return [_SLOT.sub(" ", text) for text in texts]


def table(counted: Counter[str]) -> tuple[np.ndarray, np.ndarray]:
    """Hashes (k,) uint32, ascending, and costs (k,) uint8 of the MOST common words.

    Of two words with one hash the commoner stays.
    """
    total = sum(counted.values())
    ordered = sorted((-count, word) for word, count in counted.items() if count >= FEWEST)
    costs: dict[int, int] = {}
    for count, word in ordered[:MOST]:
        hashed = 0xCBF29CE484222325
        for letter in word:
            hashed = (hashed ^ ord(letter)) * 0x100000001B3 & MASK
        costs.setdefault(hashed >> 32, min(round(-8 * np.log(-count / total)), 255))
    hashes = sorted(costs)
    return np.array(hashes, np.uint32), np.array([costs[hashed] for hashed in hashes], np.uint8)


def main() -> None:
    """Write the table beside the program."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("sources", type=Path)
    parser.add_argument("data", type=Path)
    chosen = parser.parse_args()
    folder = chosen.sources.parent
    frame, _ = read_sources(chosen.sources, chosen.data)
    counted = comments_with(frame["text"].fillna("").astype(str))
    seeds = [read_labels(path)["text"] for path in sorted(folder.glob("seed_*.csv"))]
    own = [*(text for texts in seeds for text in texts), *patterns(folder / "templates.toml")]
    for word in comments_with(own):
        counted[word] = max(counted[word], OWN)
    hashes, costs = table(counted)
    place = Path(__file__).parents[1] / "features" / "common_words.npz"
    np.savez_compressed(place, hashes=hashes, costs=costs)


if __name__ == "__main__":
    main()
