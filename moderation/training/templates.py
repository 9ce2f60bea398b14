"""Expand sentence patterns into label rows: pairs that differ by little, which public sets lack.

The file has `[slots]`, each a string of choices between "|" that may hold other slots, and
`[[pattern]]` tables: `kind`, `labels` and the `text` patterns.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from moderation.errors import LabelError
from moderation.labels.table import label_frame

SOURCE = "templates"
_SLOT = re.compile(r"\{(\w+)\}")
DEEPEST = 5  # slots within slots


def expand(toml: str | Path, per_pattern: int, seed: int) -> pd.DataFrame:
    """A label table with up to `per_pattern` distinct sentences for every pattern.

    Same file and seed, same rows. `group` is the pattern's kind: kinds share no fold.
    Raises LabelError with the file, and the pattern that is malformed.
    """
    path = Path(toml)
    try:
        described = tomllib.loads(path.read_text(encoding="utf-8"))
        slots = {name: text.split("|") for name, text in described["slots"].items()}
        patterns = [
            (one["kind"], one["labels"], text)
            for one in described["pattern"]
            for text in one["text"]
        ]
    except OSError as error:
        raise LabelError(f"{path}: {error.strerror}; expected sentence patterns") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: no TOML: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise LabelError(f"{path}: {error} is missing or malformed") from error
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for kind, labels, pattern in patterns:
        made = dict.fromkeys(_filled(pattern, slots, rng, path) for _ in range(per_pattern))
        rows += [{"text": text, "group": kind, "source": SOURCE, **labels} for text in made]
    return label_frame(pd.DataFrame(rows), str(path))


def _filled(pattern: str, slots: dict[str, list[str]], rng: np.random.Generator, path: Path) -> str:
    """One sentence, with a choice for every slot, capitalised half of the time."""
    text = pattern
    for _ in range(DEEPEST):
        text = _SLOT.sub(lambda found: _choice(found[1], slots, rng, path), text)
    text = " ".join(text.split()).replace(" .", ".").replace(" ,", ",")
    return text[:1].upper() + text[1:] if rng.random() < 0.5 else text


def _choice(name: str, slots: dict[str, list[str]], rng: np.random.Generator, path: Path) -> str:
    if name not in slots:
        raise LabelError(f"{path}: no slot {name!r}; there are {', '.join(slots)}")
    return slots[name][int(rng.integers(len(slots[name])))]
