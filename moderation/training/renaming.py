"""Copies of labelled rows in which every group's name is another's, with the same answer.

Public sets tell of some groups mostly in hate: a model of them takes the bare name for a reason.
What is said of a group makes it hateful, whichever it is, so a copy that speaks of others has the
same answer, and a name alone tells the less (counterfactual augmentation: Dixon et al. 2018,
Measuring and mitigating unintended bias in text classification).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from moderation.labels.table import label_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

_WORD = re.compile("[A-Za-z]+")
_SEVERAL = ("s", "men")  # endings of what stands for several people: "women", "Turks"


class Names:
    """Names of groups, which stand for each other: those for several people, and all others."""

    def __init__(self, words: Iterable[str]) -> None:
        plain = sorted({word for word in words if _WORD.fullmatch(word)})
        several = [word for word in plain if word.endswith(_SEVERAL)]
        single = [word for word in plain if not word.endswith(_SEVERAL)]
        self.like = dict.fromkeys(several, several) | dict.fromkeys(single, single)

    def exchanged(self, text: str, rng: np.random.Generator) -> str:
        """The text with a name drawn by chance for each of its names, in capitals like the old.

        >>> names = Names(["turk", "women"])
        >>> names.exchanged("Women saw a TURK and two cats", np.random.default_rng(0))
        'Women saw a TURK and two cats'
        """

        def drawn(found: re.Match[str]) -> str:
            word = found[0]
            like = self.like.get(word.lower())
            if like is None:
                return word
            name = like[int(rng.integers(len(like)))]
            if len(word) > 1 and word.isupper():
                return name.upper()
            return name.capitalize() if word[0].isupper() else name

        return _WORD.sub(drawn, text)


def renamed(
    rows: pd.DataFrame, label: str, names: Names, weight: float, seed: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """A copy of each row that is judged for the label and names a group; and the rows' places.

    A copy is judged for this label alone, and counts `weight` of its row.
    """
    rng = np.random.default_rng(seed)
    answered = np.flatnonzero(rows[label].notna())
    texts = rows["text"].iloc[answered].tolist()
    told = [names.exchanged(text, rng) for text in texts]
    changed = [k for k, (new, old) in enumerate(zip(told, texts, strict=True)) if new != old]
    places = answered[changed]
    copies = rows.iloc[places]
    others = dict.fromkeys([name for name in label_names(rows) if name != label], np.nan)
    copies = copies.assign(
        text=[told[k] for k in changed], weight=copies["weight"].fillna(1.0) * weight, **others
    )
    return copies.astype(rows.dtypes), places
