"""The shipped folding tables."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from moderation.features import folding


def folded(char: str) -> str:
    """What the tables make of one character."""
    tables, code = folding.load_tables(), ord(char)
    k = int(tables.page[code >> 8]) * 256 + (code & 255)
    if tables.info[k] & folding.EXPAND:
        return "".join(chr(c) for c in tables.expansions[tables.delta[k]] if c)
    return chr(code + int(tables.delta[k]))


@pytest.mark.parametrize(
    ("chars", "expected"),
    [
        ("AZaz", "azaz"),
        ("ÉÄøłıİ", "eaolii"),
        ("ßﬁæ", "ssfiae"),
        ("ｆ𝐟𝓕ⓕ🅵🄵ᶠ", "fffffff"),
        ("ЙёΆς", "йеασ"),
        ("٣①²", "312"),
        ("哈한", "哈한"),
    ],
)
def test_folds(chars, expected):
    assert "".join(folded(char) for char in chars) == expected


@pytest.mark.skipif(
    unicodedata.unidata_version != "14.0.0",
    reason="the shipped tables were built from Unicode 14.0.0 (Python 3.11)",
)
def test_tables_are_what_their_recipe_makes():
    shipped, built = folding.load_tables(), folding.build_tables()
    assert [np.array_equal(*pair) for pair in zip(shipped, built, strict=True)] == [True] * 7
