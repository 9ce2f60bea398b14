"""How well off-topic is told, set by set: `python -m benchmarks.off_topic DATA [--ablation]`.

DATA: the folder of the public sets (labels/sources.toml says where they come from). Prints
Markdown: the area under the ROC curve on unseen sets, what the threshold gives there, flags by
length where nothing was moved, and with --ablation what each group of features is worth. Every
interval is a 95 % bootstrap over threads. Takes one or two minutes, three with --ablation.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.off_topic_sets import Probe, probes
from moderation.context.classifier import (
    FEWEST,
    ContextClassifier,
    Frequencies,
    context_features,
    has_words,
)
from moderation.context.features import CONTEXT_FEATURES
from moderation.evaluation.metrics import METRICS, Ranked, interval, resample
from moderation.labels.public.threads import read_threads
from moderation.labels.read import read_sources
from moderation.labels.table import stack
from moderation.training.off_topic.conversations import Roles, training_pairs
from moderation.training.off_topic.fit import fit_context
from moderation.training.off_topic.label import context_label
from moderation.training.off_topic.moved_comments import Conversation, Pairs
from moderation.training.recipe import Recipe

if TYPE_CHECKING:
    from moderation.model.labels import ContextLabel

SOURCES = Path(__file__).parents[1] / "labels" / "sources.toml"
LABEL = "off_topic"
DRAWS = 300
PREVALENCE = 0.05  # share of off-topic comments that a precision assumes
LENGTHS = (0, 6, 11, 21, 51, 10**9)
WORDS = CONTEXT_FEATURES.index("shape.words")
AREA = METRICS.index("roc_auc")
GROUPS = {
    "head": ("head.",),
    "parent, path": ("parent.", "path."),
    "siblings": ("siblings.",),
    "replies": ("replies.",),
    "thread": ("thread.",),
    "drift": ("drift.", "alone.thread_"),
    "shape": ("shape.",),
    "cosine": ("cosine",),
    "surprise": (".surprise",),
    "best word": (".best",),
    "word vectors": (".topic",),
    "siblings-only line": ("alone.",),
    "availability": ("has.",),
}
"""Columns that are left out together: names that begin with the first kind, or hold the second."""

Heads = dict[str, ContextClassifier]


class Seen(NamedTuple):
    """A probe's comments that can be told and were judged: features, answers, threads."""

    probe: Probe
    features: np.ndarray
    off: np.ndarray
    group: np.ndarray

    def logits(self, heads: Heads) -> np.ndarray:
        """By the head that did not see the probe's source: (n,)."""
        head = heads.get(self.probe.source, heads[""])
        line = self.features @ head.weights.astype(np.float64) + head.intercept
        return head.discounted(line, self.features)

    def areas(self, logits: np.ndarray) -> np.ndarray:
        """Area of all rows, then of each bootstrap draw of threads: (1 + DRAWS,)."""
        ranked = Ranked.of(self.off > 0, 1 / (1 + np.exp(-logits)), 0.5, self.group)
        count = int(self.group.max()) + 1
        drawn = [ranked.draws(times)[:, AREA] for times in resample(count, DRAWS, 0)]
        return np.concatenate([ranked.measure()[AREA : AREA + 1], *drawn])


class Material(NamedTuple):
    """What heads are fitted on."""

    pairs: Pairs
    frequencies: Frequencies
    recipe: Recipe

    def heads(self, columns: np.ndarray | None, left_out: set[str]) -> Heads:
        """A head by the source it did not see; "" saw all."""
        whole = {"": fit_context(self.pairs, self.frequencies, columns)}
        for name in sorted(left_out & set(self.pairs.source)):
            rest = self.pairs.take(self.pairs.source != name)
            whole[name] = fit_context(rest, self.frequencies, columns)
        return whole

    def label(self) -> ContextLabel:
        """The label with its calibration and threshold, as a build makes it."""
        return context_label(LABEL, self.pairs, self.frequencies, self.recipe.of(LABEL), 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--ablation", action="store_true")
    options = parser.parse_args()
    material = training_material(options.data)
    seen = [look(probe, material.frequencies) for probe in probes(SOURCES, options.data)]
    left_out = {one.probe.source for one in seen}
    whole = material.heads(None, left_out)
    cosines = np.array([".cosine" in name for name in CONTEXT_FEATURES])
    print_areas(seen, material.heads(cosines, left_out), whole)
    label = material.label()
    print_flags(seen, whole, label)
    print_lengths(seen, whole, label)
    if options.ablation:
        print_ablation(seen, material, whole, left_out)


def training_material(data: Path) -> Material:
    """Pairs and frequencies of the sets that may go into a model, as a build has them."""
    recipe = Recipe.read(SOURCES.parent / "recipe.toml")
    frame, _ = read_sources(SOURCES, data)
    extra, _ = read_sources(SOURCES, data, names=recipe.named)
    own = recipe.of(LABEL)
    whole = [Conversation(name, *read_threads(name, SOURCES, data)[:2]) for name in own.threads]
    roles = Roles(own.talks, own.strays, own.strangers)
    made = training_pairs(stack([frame, extra]), whole, LABEL, 0, roles)
    return Material(*made, recipe)


def look(probe: Probe, frequencies: Frequencies) -> Seen:
    """The features of one probe."""
    features, can_tell = context_features(probe.comments, probe.threads, frequencies)
    kept = can_tell & has_words(features, FEWEST) & ~np.isnan(probe.off)
    group = np.unique(probe.comments["thread_id"].astype(str), return_inverse=True)[1]
    codes = np.unique(group[kept], return_inverse=True)[1]
    return Seen(probe, features[kept], probe.off[kept], codes)


def print_areas(seen: list[Seen], cosines: Heads, whole: Heads) -> None:
    """The area on every set: cosines alone, and all features with interval."""
    print("| kind | set | rows | off | cosines only | all features |\n|---|---|---|---|---|---|")
    for one in seen:
        alone = one.areas(one.logits(cosines))[0]
        found = one.areas(one.logits(whole))
        shown = interval(found[0], found[1:])
        print(
            f"| {one.probe.kind} | {one.probe.name} | {len(one.off):,} | {one.off.mean():.1%} "
            f"| {alone:.3f} | {shown.value:.3f} [{shown.low:.3f}, {shown.high:.3f}] |"
        )


def print_flags(seen: list[Seen], heads: Heads, label: ContextLabel) -> None:
    """What the threshold finds, and what it flags wrongly, on every set."""
    print(f"\nAt {label.threshold:.3f} ({label.operating['goal']}):\n")
    print(f"| set | found | flagged wrongly | precision at {PREVALENCE:.0%} |\n|---|---|---|---|")
    for one in seen:
        flagged = label.calibration(one.logits(heads)) >= label.threshold
        found, wrong = flagged[one.off > 0].mean(), flagged[one.off == 0].mean()
        right = PREVALENCE * found
        total = right + (1 - PREVALENCE) * wrong
        precision = f"{right / total:.2f}" if total else "–"
        print(f"| {one.probe.name} | {found:.1%} | {wrong:.2%} | {precision} |")


def print_lengths(seen: list[Seen], heads: Heads, label: ContextLabel) -> None:
    """Share flagged by number of words where nothing was moved, with the cut for few words."""
    names = [f"{a}–{b - 1}" for a, b in pairwise(LENGTHS[:-1])] + ["over 50"]
    print(f"\n| set | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for one in seen:
        flagged = label.calibration(one.logits(heads)) >= label.threshold
        words = np.rint(np.expm1(one.features[:, WORDS]))
        shown = []
        for first, last in pairwise(LENGTHS):
            rows = (one.off == 0) & (words >= first) & (words < last)
            shown.append(f"{flagged[rows].mean():.2%}" if rows.sum() >= 50 else "–")
        print(f"| {one.probe.name} | {' | '.join(shown)} |")


def print_ablation(seen: list[Seen], material: Material, whole: Heads, left_out: set[str]) -> None:
    """Thousandths of the area gained or lost without a group, paired over threads."""
    full = [one.areas(one.logits(whole)) for one in seen]
    columns: list[list[str]] = []
    for parts in GROUPS.values():
        kept = ~np.array([named(name, parts) for name in CONTEXT_FEATURES])
        heads = material.heads(kept, left_out)
        columns.append([])
        for one, areas in zip(seen, full, strict=True):
            change = (one.areas(one.logits(heads)) - areas) * 1000
            shown = interval(change[0], change[1:])
            columns[-1].append(f"{shown.value:+.0f} [{shown.low:+.0f}, {shown.high:+.0f}]")
    print(f"\n| set | {' | '.join(f'- {name}' for name in GROUPS)} |\n|---|{'---|' * len(GROUPS)}")
    for row, one in enumerate(seen):
        print(f"| {one.probe.name} | {' | '.join(column[row] for column in columns)} |")


def named(feature: str, parts: tuple[str, ...]) -> bool:
    """Whether a feature belongs to a group: `part.` is its beginning, another occurs in it."""
    return any(
        part in feature if part.startswith((".", "cosine")) else feature.startswith(part)
        for part in parts
    )


if __name__ == "__main__":
    main()
