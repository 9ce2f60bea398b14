"""Fit the context classifier on pairs of moved and unmoved comments."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from moderation.context.classifier import DOUBT, FEWEST, ContextClassifier
from moderation.context.features import CONTEXT_FEATURES
from moderation.context.overlap import TARGETS
from moderation.evidence.conversation import GROUPS, group_of
from moderation.features.ngrams import thread_count

if TYPE_CHECKING:
    from moderation.context.classifier import Frequencies
    from moderation.training.off_topic.moved_comments import Pairs

BREVITY = 0.5
"""Where only siblings are there, so much less logit per unit of log(1 + words).

No moved comment can teach it, for what is moved is as long as what is not. People find a short
comment irrelevant: its length alone ranks their votes with an area of 0.85 to 0.89. Of 0.3, 0.5,
0.75 and 1: votes 0.654 to 0.67, 0.68, 0.70, 0.71; moved news comments 0.875 to 0.86, 0.85, 0.84,
0.83. Whether it flags is another matter: see `head.DOUBT`."""
USUAL = 25  # words of a comment whose logit it leaves alone
STRENGTH = 0.1  # inverse regularisation; 0.03 to 1 moved no development set by more than 0.002
FOLDS = 4
STEPS = 60  # of Newton's method; 14 are taken, 3 or 4 from near the answer
SLOPE = 1e-8  # per row: a gradient so flat is the end
SUFFICIENT = 1e-4  # share of the expected decrease that a step must bring (Armijo)
SHORTEST = 1e-6  # of a step, before the search is given up


def source_weights(source: np.ndarray) -> np.ndarray:
    """(n,) weights: a set counts with the root of its size, so that none drowns the rest."""
    _, inverse, size = np.unique(source.astype(str), return_inverse=True, return_counts=True)
    weights = 1 / np.sqrt(size[inverse])
    return weights / weights.mean()


def nearness() -> np.ndarray:
    """(k,) bool: features that grow with what a comment shares; none may speak for off-topic.

    Without that bound the fit plays `cover` against `cover_x_words`, and a comment of the one word
    that stands in the title got the highest score of 10,000. It costs 0.000 to 0.005 per set.
    Left free: what is relative to the thread, and the line for siblings only.
    """
    near = tuple(f"{target}." for target in TARGETS)
    return np.array([name.startswith(near) for name in CONTEXT_FEATURES])


def fit_context(
    pairs: Pairs,
    frequencies: Frequencies,
    columns: np.ndarray | None = None,
    near: ContextClassifier | None = None,
) -> ContextClassifier:
    """A bounded logistic regression over standardised features, folded back to raw ones.

    columns: (k,) bool, the features that may be used; the others get weight 0 (for ablations).
    near: a head to start from; it saves steps and changes nothing that a score shows.
    """
    spread = pairs.features.std(axis=0, dtype=np.float64)
    allowed = np.ones(len(CONTEXT_FEATURES), bool) if columns is None else columns
    used = (spread > 1e-6) & allowed
    centre = pairs.features.mean(axis=0, dtype=np.float64)
    scaled = (pairs.features[:, used] - centre[used]) / spread[used]
    start = np.zeros(used.sum() + 1)
    if near is not None:
        start[:-1] = near.weights[used] * spread[used]
        start[-1] = near.intercept + near.weights @ centre
    weights = np.zeros(len(spread))
    weights[used], intercept = _fit(scaled, pairs, nearness()[used], start)
    weights[used] /= spread[used]
    intercept -= float((weights * centre).sum())
    _prefer_brevity(weights, allowed)
    typical = dict.fromkeys(GROUPS, 0.0)
    for name, share in zip(CONTEXT_FEATURES, weights * centre, strict=True):
        typical[group_of(name)] += float(share)
    typical = {name: round(share, 6) for name, share in typical.items()}
    return ContextClassifier(
        frequencies, weights.astype(np.float32), round(intercept, 9), DOUBT, typical, FEWEST
    )


def _prefer_brevity(weights: np.ndarray, allowed: np.ndarray) -> None:
    """Subtract BREVITY per unit of length where only siblings are there, if that may be seen."""
    only, words = (CONTEXT_FEATURES.index(f"alone.{name}") for name in ("only", "words"))
    if allowed[only] and allowed[words]:
        weights[words] -= BREVITY
        weights[only] += BREVITY * np.log1p(USUAL)


def _fit(
    scaled: np.ndarray, pairs: Pairs, falling: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, float]:
    """Weights, those of `falling` features at most 0, and intercept of least penalised loss.

    scaled: (n, k). start: (k + 1,), where the search begins.
    Source: Bertsekas 1982, "Projected Newton methods for optimization problems with simple
    constraints". The curvature is summed in single precision: it only says where to look.
    """
    cost, answers = source_weights(pairs.source), pairs.moved.astype(np.float64)
    penalty = np.append(np.full(len(falling), 1 / STRENGTH), 0.0)
    most = np.append(np.where(falling, 0.0, np.inf), np.inf)
    single = np.ones((len(scaled), len(most)), np.float32)
    single[:, :-1] = scaled

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        logit = scaled @ point[:-1] + point[-1]
        value = cost @ (np.logaddexp(0, logit) - answers * logit)
        return float(value + 0.5 * (penalty * point) @ point), logit

    point = np.minimum(start, most)
    value, logit = loss(point)
    for _ in range(STEPS):
        chance = 0.5 + 0.5 * np.tanh(logit / 2)
        slope = cost * (chance - answers)
        gradient = np.append(scaled.T @ slope, slope.sum()) + penalty * point
        free = (point < most) | (gradient > 0)
        if np.abs(gradient[free]).max() < SLOPE * len(cost):
            break
        root = np.sqrt(cost * chance * (1 - chance)).astype(np.float32)
        weighed = single * root[:, None]
        curve = (weighed.T @ weighed).astype(np.float64) + np.diag(penalty)
        step = np.zeros(len(point))
        step[free] = np.linalg.solve(curve[np.ix_(free, free)], -gradient[free])
        share, ahead = 1.0, np.minimum(point + step, most)
        tried = loss(ahead)
        while tried[0] > value + SUFFICIENT * gradient @ (ahead - point) and share > SHORTEST:
            share /= 2
            ahead = np.minimum(point + share * step, most)
            tried = loss(ahead)
        if tried[0] >= value:  # as low as rounding lets it be
            break
        point, (value, logit) = ahead, tried
    return point[:-1], float(point[-1])


def held_out_logits(
    pairs: Pairs, frequencies: Frequencies, seed: int, near: ContextClassifier | None = None
) -> np.ndarray:
    """Logits of each row by a head that saw no row of its group: (n,) float64.

    near: the head of all rows, from which the search for the others begins.
    """
    group = np.unique(pairs.groups.astype(str), return_inverse=True)[1]
    fold = np.random.default_rng(seed).integers(0, FOLDS, group.max(initial=0) + 1)[group]
    logits = np.empty(len(group))

    def fill(number: int) -> None:
        left_out = fold == number
        classifier = fit_context(pairs.take(~left_out), frequencies, near=near)
        out = pairs.features[left_out]
        line = out @ classifier.weights.astype(np.float64) + classifier.intercept
        logits[left_out] = classifier.discounted(line, out)

    with ThreadPoolExecutor(min(thread_count(), FOLDS)) as pool:
        list(pool.map(fill, range(FOLDS)))
    return logits
