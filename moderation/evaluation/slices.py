"""Cut labelled rows into slices on which a model may do worse than on the whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from moderation.evaluation.language import languages

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|net|org|info|ru|co|io|ly|me|tv|be)\b", re.I)

_LENGTHS = (("under 40 characters", 0, 40), ("40 to 200", 40, 200), ("200 to 1,000", 200, 1000))
_LONG = "1,000 and more"

IDENTITY_TERMS = {
    "gay or lesbian": "gay|gays|lesbian|lesbians|homosexual|homosexuals",
    "bisexual": "bisexual|bisexuals",
    "transgender": "trans|transgender|transsexual",
    "queer": "queer|queers|lgbt|lgbtq",
    "straight": "straight|heterosexual|heterosexuals",
    "women": "woman|women|female|females|girl|girls",
    "men": "man|men|male|males",
    "black": "black|blacks|african|african american",
    "white": "white|whites|caucasian",
    "Asian": "asian|asians|chinese|japanese|korean|indian|indians",
    "Latino": "latino|latina|latinos|hispanic|hispanics|mexican|mexicans",
    "Arab": "arab|arabs|middle eastern",
    "Roma": "roma|romani|sinti",
    "Jewish": "jew|jews|jewish",
    "Muslim": "muslim|muslims|islam|islamic",
    "Christian": "christian|christians|catholic|catholics|protestant",
    "Hindu, Sikh or Buddhist": "hindu|hindus|sikh|sikhs|buddhist|buddhists",
    "atheist": "atheist|atheists",
    "immigrants": "immigrant|immigrants|migrant|migrants|refugee|refugees",
    "disability": "disabled|disability|deaf|blind|autistic|wheelchair|mental illness",
    "age": "old people|elderly|teenager|teenagers|boomer|boomers|millennial|millennials",
}
"""Neutral words for groups of people, after Dixon et al. 2018 and Borkan et al. 2019."""

# Longer terms first: an alternative that begins another must not hide it.
_ANY_TERM = re.compile(
    r"\b(?:"
    + "|".join(sorted("|".join(IDENTITY_TERMS.values()).split("|"), key=len, reverse=True))
    + r")\b"
)


def slices_of(frame: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray]]:
    """Each slice of a label table: its kind, its name, and its rows as (n,) bool.

    Kinds: length, place (does it answer a comment?), source, link, language.
    """
    text = frame["text"].astype("str")
    size = text.str.len().to_numpy()
    for name, low, high in _LENGTHS:
        yield "length", name, (size >= low) & (size < high)
    yield "length", _LONG, size >= _LENGTHS[-1][2]
    answers = frame["parent_text"].notna().to_numpy(bool)
    if answers.any():
        yield "place", "answers a comment", answers
        yield "place", "no parent known", ~answers
    yield from _by_value("source", frame["source"].fillna("none"))
    link = np.array([_LINK.search(comment) is not None for comment in text], dtype=bool)
    yield "link", "with a link", link
    yield "link", "without", ~link
    yield from _by_value("language", pd.Series(languages(text), dtype="object"))


def identity_slices(text: pd.Series) -> Iterator[tuple[str, np.ndarray]]:
    """Each identity term that occurs: its name and the rows that hold it, (n,) bool."""
    matches = [
        frozenset(_ANY_TERM.findall(words_of_text))
        for words_of_text in text.astype("str").str.lower()
    ]
    for name, words in IDENTITY_TERMS.items():
        terms = frozenset(words.split("|"))
        yield (
            name,
            np.array(
                [not terms.isdisjoint(words_of_text) for words_of_text in matches], dtype=bool
            ),
        )


def _by_value(kind: str, values: pd.Series) -> Iterator[tuple[str, str, np.ndarray]]:
    names = values.astype("str").to_numpy()
    for name in sorted(set(names)):
        yield kind, name, names == name
