"""How near a dump's estimated shares are: `python -m benchmarks.shares DATA`.

Each set of `benchmarks.left_out`, scored by a model that never saw it, is made a dump in which as
many comments are positive as in the set, then 1, 5 and 20 %. Prints Markdown: the true share, the
estimate with its interval, and the calibration error (ten groups of comments of equal size) of the
fixed scores, of the scores here, and of the scores that follow the true share (`--prevalence`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.left_out import Material
from moderation.model.figures import percent
from moderation.model.model import Model
from moderation.model.share import Seen, Share, shares

WANTED = (None, 0.01, 0.05, 0.2)
MOST = 3000  # comments of a dump
FEWEST = 5  # positives
GROUPS = 10


def thinned(answers: np.ndarray, share: float | None) -> np.ndarray | None:
    """Rows of which `share` are positive, None = as they are; None if there are too few."""
    rng = np.random.default_rng(0)
    if share is None:
        return rng.permutation(len(answers))[:MOST]
    positive, negative = np.flatnonzero(answers), np.flatnonzero(~answers)
    size = min(MOST, len(negative) / (1 - share), len(positive) / share)
    hits = round(size * share)
    if hits < FEWEST:
        return None
    return np.concatenate(
        [rng.permutation(positive)[:hits], rng.permutation(negative)[: round(size * (1 - share))]]
    )


def calibration_error(answers: np.ndarray, score: np.ndarray) -> float:
    """Mean distance of score and share in groups of equal size."""
    groups = [one for one in np.array_split(np.argsort(score, kind="stable"), GROUPS) if len(one)]
    distances = [len(one) * abs(answers[one].mean() - score[one].mean()) for one in groups]
    return sum(distances) / len(answers)


def main() -> None:
    """Print a line per set and share, and the means."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("-m", "--model", default="default")
    chosen = parser.parse_args()
    model = Model.load(chosen.model)
    heads = {head.name: head for head in model.text_heads}
    material = Material.read(chosen.data)
    errors, within = [], []
    print("| label | set | true share | estimated | error, fixed | here | share known |")
    print("|---" * 7 + "|")
    for task in material.tasks:
        head = heads[task.name]
        for name, answers, raw in material.logits(task):
            for share in WANTED:
                rows = thinned(answers, share)
                if rows is None or "video:" in name or "thirds" in name:
                    continue
                found, score = answers[rows], head.scores(raw[rows].astype(np.float32))
                known = Seen.of(score, int((score >= head.threshold).sum()))
                seen = {one.name: known for one in model.heads}
                true = float(found.mean())
                here = shares(model, seen)[task.name]
                told = shares(model, seen, {task.name: true})[task.name]
                told = told if 0 < true < 1 else Share(true, true, true, 0.0)
                three = [score, here.moved(score), told.moved(score)]
                errors.append([calibration_error(found, one.astype(np.float64)) for one in three])
                within.append(here.low <= true <= here.high)
                shown = " | ".join(f"{one:.3f}" for one in errors[-1])
                print(f"| {task.name} | {name} | {percent(true)} | {here} | {shown} |", flush=True)
    means, medians = np.mean(errors, axis=0), np.median(errors, axis=0)
    print(f"\nMean {means.round(3)}, median {medians.round(3)}, within {np.mean(within):.0%}.")


if __name__ == "__main__":
    main()
