"""How near a dump's estimated shares are: `python -m benchmarks.shares DATA`.

Each set of `benchmarks.left_out`, scored by a model that never saw it, is made a dump in which as
many comments are positive as in the set, then 1, 5 and 20 %. Prints Markdown: the true share, the
estimate with its interval, and the calibration error (ten groups of comments of equal size) of the
fixed scores, of the scores here, and of the scores that follow the true share (`--prevalence`).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from benchmarks.left_out import Material
from moderation.model.figures import percent
from moderation.model.model import Model
from moderation.model.share import Seen, Share, shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.model.labels import TextLabel

HEAD = """| label | set | true share | estimated | error, fixed | here | share known |
|---|---|---|---|---|---|---|"""
WANTED = (None, 0.01, 0.05, 0.2)
MOST = 3000  # comments of a dump
FEWEST = 5  # positives
GROUPS = 10


class Line(NamedTuple):
    """A dump of which the share is known. errors: of scores fixed, here, and with it known."""

    label: str
    name: str
    true: float
    here: Share
    errors: list[float]

    @property
    def within(self) -> bool:
        """Whether the interval holds the share."""
        return self.here.low <= self.true <= self.here.high

    def __str__(self) -> str:
        shown = " | ".join(f"{one:.3f}" for one in self.errors)
        return f"| {self.label} | {self.name} | {percent(self.true)} | {self.here} | {shown} |"


def summary(found: list[Line]) -> str:
    """Means and medians of the errors, and how often the interval holds the share."""
    errors = np.array([one.errors for one in found])
    means, medians = (numbers.round(3) for numbers in (errors.mean(0), np.median(errors, 0)))
    within = np.mean([one.within for one in found])
    return f"\nError, mean {means}, median {medians}; within the interval {within:.0%}."


def share_of(head: TextLabel, seen: Seen, known: float | None = None) -> Share:
    """The share estimated, or stated, of one label."""
    model = SimpleNamespace(heads=(head,))
    stated = {} if known is None else {head.name: known}
    return shares(cast("Model", model), {head.name: seen}, stated)[head.name]


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


def lines(head: TextLabel, name: str, answers: np.ndarray, raw: np.ndarray) -> Iterator[Line]:
    """A line for each share that a set can be made to have; none of a set with one answer."""
    for share in WANTED if 0 < answers.sum() < len(answers) else ():
        rows = thinned(answers, share)
        if rows is None:
            continue
        found, score = answers[rows], head.scores(raw[rows].astype(np.float32))
        seen = Seen.of(score, int((score >= head.threshold).sum()))
        true = float(found.mean())
        here, told = share_of(head, seen), share_of(head, seen, true)
        three = [score, here.moved(score), told.moved(score)]
        errors = [calibration_error(found, one.astype(np.float64)) for one in three]
        yield Line(head.name, name, true, here, errors)


def main() -> None:
    """Print a line per set and share, and the means."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("-m", "--model", default="default")
    chosen = parser.parse_args()
    heads = {head.name: head for head in Model.load(chosen.model).text_heads}
    material = Material.read(chosen.data)
    found: list[Line] = []
    print(HEAD)
    for task in material.tasks:
        for name, answers, raw in material.logits(task):
            if "video:" not in name and "thirds" not in name:
                more = list(lines(heads[task.name], name, answers, raw))
                print(*more, sep="\n", flush=True)
                found += more
    print(summary(found))


if __name__ == "__main__":
    main()
