"""What context costs: `python -m benchmarks.context_cost [--comments 1000000] [-m MODEL]`.

Processor time of scoring one dump in one process, with all labels and without those that look at
the conversation, in turn. Threads of up to 200 comments under a title, 190 bytes a comment.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.texts import sample
from moderation.comments import STRING

BYTES = 190  # of a comment
THREAD = 200  # comments of a thread


def table(n: int) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """n comments in random trees, their threads' titles, and where the texts are from."""
    texts, source = sample(BYTES, n)
    rng, depth = np.random.default_rng(0), np.ones(n, np.int32)
    for row in range(n):
        if row % THREAD:
            depth[row] = rng.integers(1, min(depth[row - 1] + 1, 9) + 1)
    thread = pa.array([f"t{row // THREAD}" for row in range(n)], STRING)
    comments = pa.table({"thread_id": thread, "depth": depth, "text": pa.array(texts, STRING)})
    ids = thread.take(pa.array(range(0, n, THREAD)))
    titles = pa.array([text[:60] for text in texts[: len(ids)]], STRING)
    heads = pa.table({"thread_id": ids, "title": titles, "article": pa.nulls(len(ids), STRING)})
    return (
        comments.to_pandas(types_mapper=pd.ArrowDtype),
        heads.to_pandas(types_mapper=pd.ArrowDtype),
        source,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("-m", "--model", default="models/default")
    options = parser.parse_args()
    from moderation import Model

    model = Model.load(options.model)
    models = {"without": replace(model, heads=tuple(model.text_heads)), "with": model}
    comments, threads, source = table(options.comments)
    few = comments.head(1000)
    spent: dict[str, list[float]] = {name: [] for name in models}
    for one in models.values():  # compiles
        one.score(few, threads)
    for _ in range(options.rounds):
        for name, one in models.items():
            began = time.process_time()
            one.score(comments, threads)
            spent[name].append(time.process_time() - began)
    print(f"{len(comments):,} comments, {source}; processor time, best of {options.rounds}")
    for name, times in spent.items():
        print(
            f"{name} context: {min(times):.1f} s, {min(times) / options.comments * 1e6:.1f} µs each"
        )
    ratios = [a / b for a, b in zip(spent["with"], spent["without"], strict=True)]
    print(f"ratio: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
