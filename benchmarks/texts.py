"""Texts to measure with: public comments where a copy lies at hand, made-up ones elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np

PUBLIC = Path(__file__).parents[2] / "shared" / "data" / "jigsaw_union.parquet"
"""Wikipedia talk and Civil Comments, CC0; not part of the project."""


def sample(size: int, count: int, seed: int = 0) -> tuple[list[str], str]:
    """`count` texts of about `size` bytes, and where they come from."""
    texts, source = (public(), "public comments") if PUBLIC.exists() else (made_up(), "made up")
    joined = "\n".join(texts).encode()
    starts = np.random.default_rng(seed).integers(0, len(joined) - size, count)
    return [joined[start : start + size].decode(errors="ignore") for start in starts], source


def public() -> list[str]:
    """Comments of the public set, as they are."""
    import pyarrow.parquet as pq

    return [text for text in pq.read_table(PUBLIC, columns=["comment_text"])[0].to_pylist() if text]


def made_up(words: int = 400_000, seed: int = 0) -> list[str]:
    """Text with Zipf's distribution of words over a made-up vocabulary of 50,000."""
    rng = np.random.default_rng(seed)
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    odds = 1 / np.arange(1, 27) ** 0.7
    lengths = np.maximum(1, rng.poisson(5, 50_000))
    vocabulary = np.array(["".join(rng.choice(letters, n, p=odds / odds.sum())) for n in lengths])
    ranks = np.minimum(rng.zipf(1.3, words) - 1, len(vocabulary) - 1)
    chosen = vocabulary[ranks]
    return [" ".join(chosen[i : i + 30]) + "." for i in range(0, words, 30)]
