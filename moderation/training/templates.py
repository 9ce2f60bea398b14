"""Expand sentence patterns into label rows: pairs that differ by little, which public sets lack.

The file has `[slots]`, each a string of choices between "|" that may hold other slots, and
`[[pattern]]` tables: `kind`, `labels` and the `text` patterns. `{slot~}` misspells the choice:
one slip of the fingers in its longest word. `{slot_}` writes it without spaces.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from moderation.errors import LabelError
from moderation.labels.files import read_toml
from moderation.labels.table import label_frame

_SLOT = re.compile(r"\{(\w*[a-z0-9])([~_]?)\}")
_LONGEST = re.compile(r"[A-Za-z]{4,}")
DEEPEST = 5  # slots within slots


def expand(toml: str | Path, per_pattern: int, seed: int) -> pd.DataFrame:
    """A label table with up to `per_pattern` distinct sentences for every pattern.

    Same file and seed, same rows. `source` is the file's name without ending.
    `group` is the pattern's kind: kinds share no fold.
    Raises LabelError with the file, and the pattern that is malformed.
    """
    path = Path(toml)
    described = read_toml(path, "sentence patterns")
    try:
        slots = {name: text.split("|") for name, text in described["slots"].items()}
        patterns = [
            (pattern["kind"], pattern["labels"], text)
            for pattern in described["pattern"]
            for text in pattern["text"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise LabelError(f"{path}: {error} is missing or malformed") from error
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for kind, labels, pattern in patterns:
        sentences = dict.fromkeys(_filled(pattern, slots, rng, path) for _ in range(per_pattern))
        rows += [{"text": text, "group": kind, "source": path.stem, **labels} for text in sentences]
    return label_frame(pd.DataFrame(rows), str(path))


def _filled(pattern: str, slots: dict[str, list[str]], rng: np.random.Generator, path: Path) -> str:
    """One sentence, with a choice for every slot, capitalised half of the time."""
    text = pattern
    for _ in range(DEEPEST):
        text = _SLOT.sub(lambda slot: _fill(slot, slots, rng, path), text)
    text = " ".join(text.split()).replace(" .", ".").replace(" ,", ",")
    return text[:1].upper() + text[1:] if rng.random() < 0.5 else text


def _fill(
    slot: re.Match[str], slots: dict[str, list[str]], rng: np.random.Generator, path: Path
) -> str:
    """A slot's choice, filled, misspelt or without its spaces as the slot says."""
    choice = _choice(slot[1], slots, rng, path)
    if slot[2]:
        choice = _SLOT.sub(lambda inner: _choice(inner[1], slots, rng, path), choice)
    if slot[2] == "~":
        return misspelt(choice, rng)
    return choice.replace(" ", "") if slot[2] == "_" else choice


def misspelt(text: str, rng: np.random.Generator) -> str:
    """The text with two inner letters of its longest word swapped, or one lost or doubled.

    A word of fewer than four letters is left alone.
    """
    words = list(_LONGEST.finditer(text))
    if not words:
        return text
    longest = max(words, key=lambda word: len(word[0]))
    word, slip = longest[0], int(rng.integers(3))
    at = int(rng.integers(1, len(word) - 1))
    if slip == 0 and at + 2 < len(word):
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif slip == 1:
        word = word[:at] + word[at] + word[at:]
    else:
        word = word[:at] + word[at + 1 :]
    return text[: longest.start()] + word + text[longest.end() :]


def _choice(name: str, slots: dict[str, list[str]], rng: np.random.Generator, path: Path) -> str:
    if name not in slots:
        raise LabelError(f"{path}: no slot {name!r}; there are {', '.join(slots)}")
    return slots[name][int(rng.integers(len(slots[name])))]
