"""How much hiding words moves the shipped model: `python -m benchmarks.disguised DATA`.

The functional cases and the sets that may not go into a model are scored as they are and with every
second word disguised, in each of the ways of `tests/helpers/disguises.py`. Prints a Markdown table:
mean change of the score, change of the number of flags, and of the recall (in points), per label.
"""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.left_out import HERE, never_trained
from moderation.model.model import Model


def ways() -> Any:
    """The module of the tests that disguises texts."""
    place = HERE / "tests" / "helpers" / "disguises.py"
    spec = importlib.util.spec_from_file_location("disguises", place)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("data", type=Path)
    model = Model.load(HERE / "models" / "default")
    names = tuple(head.name for head in model.text_heads)
    table = never_trained(parser.parse_args().data, names)
    texts, limits = table["text"].tolist(), np.array([h.threshold for h in model.text_heads])
    plain, module = model.score_texts(texts), ways()
    heads = [f"{what} {name}" for what in ("score", "flags %", "recall") for name in names]
    print(f"{len(texts):,} comments\n\n| way | {' | '.join(heads)} |")
    print("|---" * (len(heads) + 1) + "|")
    for way in module.WAYS:
        hidden = model.score_texts(module.disguised(texts, way))
        moved = np.abs(hidden - plain).mean(axis=0)
        before, after = (plain >= limits).sum(axis=0), (hidden >= limits).sum(axis=0)
        cells = [f"{one:.3f}" for one in moved]
        cells += [f"{100 * one:+.1f}" for one in after / before - 1]
        for k, name in enumerate(names):
            meant = (table[name] == 1).fillna(False).to_numpy(bool)
            found = [(one[meant, k] >= limits[k]).mean() for one in (plain, hidden)]
            cells.append(f"{100 * (found[1] - found[0]):+.1f}")
        print(f"| {way} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
