"""Make a scored table of any size from made-up words: python -m benchmarks.synthetic_scored N FILE.

One comment in twenty carries a flag; threads hold 1 to 400 comments; texts have 3 to 80 words.
"""

import sys

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa

from moderation.tables import write_table

LABELS = ("spam", "slur", "abuse", "off_topic")
THRESHOLD = 0.8
START = 1_700_000_000  # seconds since 1970
PASSPORT = {
    "model": "synthetic",
    "digest": "0" * 64,
    "labels": list(LABELS),
    "thresholds": dict.fromkeys(LABELS, THRESHOLD),
    "goals": dict.fromkeys(LABELS, "precision >= 0.9"),
}


def scored(n: int, share: float = 0.05, seed: int = 0) -> pa.Table:
    """A scored table of n rows, about `share` of them flagged."""
    rng = np.random.default_rng(seed)
    sizes = np.minimum(rng.geometric(1 / 60, n), 400)
    ends = np.cumsum(sizes)
    thread = np.searchsorted(ends, np.arange(n), side="right")
    position = np.arange(n) - np.concatenate([[0], ends])[thread]
    texts = _texts(rng, n)
    scores = rng.random((n, len(LABELS)), np.float32) ** 3 * 0.6
    hit = rng.random(n) < share
    which = rng.integers(0, len(LABELS), n)
    scores[hit, which[hit]] = THRESHOLD + rng.random(int(hit.sum()), np.float32) * (1 - THRESHOLD)
    why = np.full(n, None, object)
    for row in np.flatnonzero(hit).tolist():
        why[row] = _why(rng, LABELS[which[row]], float(scores[row, which[row]]), len(texts[row]))
    flags = np.where(hit, np.array(LABELS, object)[which], "")
    topics = np.array([f"{a} and {b}" for a in _WORDS for b in _WORDS], object)
    columns = {
        "thread_id": np.char.add("thread-", thread.astype(str)),
        "id": (np.arange(n) + 10_000).astype(str),
        "parent_id": pa.nulls(n, pa.large_string()),
        "depth": _depths(rng, position),
        "position": position.astype(np.int32),
        "author": np.char.add("reader ", rng.zipf(1.3, n).clip(0, 50_000).astype(str)),
        "created_at": pa.array((START + np.arange(n) * 30) * 1_000_000, pa.timestamp("us", "UTC")),
        "text": texts,
        "kind": pa.array(["comment"] * n),
        "status": np.array(["approved", "pending"])[(rng.random(n) < 0.1).astype(int)],
        "url": pa.nulls(n, pa.large_string()),
        "warnings": pa.array([[]] * n, pa.list_(pa.string())),
        "title": topics[thread % len(topics)],
        **{label: scores[:, k] for k, label in enumerate(LABELS)},
        "flags": flags,
        "why": pa.array(why, pa.large_string()),
        "campaign": pa.array(
            rng.integers(0, 500, n), pa.int32(), mask=~(hit & (rng.random(n) < 0.1))
        ),
    }
    return pa.table({name: pa.array(column) for name, column in columns.items()})


_WORDS = [
    *("bridge", "market", "garden", "council", "river", "school", "paper", "winter", "signal"),
    *("corner", "station", "window", "number", "letter", "summer", "teacher", "kitchen", "morning"),
    *("village", "budget", "ticket", "engine", "harbour", "library"),
]


def _texts(rng, n):
    lengths = rng.integers(3, 80, n)
    words = rng.integers(0, len(_WORDS), int(lengths.sum()))
    flat = np.array(_WORDS, object)[words]
    ends = np.cumsum(lengths)
    return [" ".join(flat[e - k : e]) for e, k in zip(ends.tolist(), lengths.tolist(), strict=True)]


def _depths(rng, position):
    """Any depth up to one below the comment before it."""
    depth = np.ones(len(position), np.int32)
    wanted = rng.integers(1, 7, len(position))
    for row in range(1, len(position)):
        depth[row] = 1 if position[row] == 0 else min(wanted[row], depth[row - 1] + 1)
    return depth


def _why(rng, label, score, length):
    """As many spans as a comment of character n-grams has."""
    starts = np.sort(rng.integers(0, max(1, length - 6), min(length, 120)))
    spans = [
        [int(a), int(a) + int(k), round(float(w), 4)]
        for a, k, w in zip(
            starts,
            rng.integers(3, 7, len(starts)),
            rng.normal(0.05, 0.1, len(starts)),
            strict=True,
        )
    ]
    said = {"score": score, "threshold": THRESHOLD, "intercept": -1.0, "spans": spans}
    return orjson.dumps({label: said | {"features": {"links": 1.2, "capitals": -0.3}}}).decode()


if __name__ == "__main__":
    write_table(scored(int(sys.argv[1])), sys.argv[2], PASSPORT)
    print(pd.read_parquet(sys.argv[2], columns=["flags"])["flags"].ne("").sum(), "flagged")
