"""Decide whether newer comments have drifted away from those that a model was trained on.

Three things are measured on threads of both: whether scores are higher or lower (black-box shift
detection: Rabanser, Günnemann, Lipton 2019, "Failing loudly", found the model's own output the best
place to look), how many more are flagged, and how many words were never seen before. Each has its
95 % interval, by resampling threads; small and uncertain changes do not count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from moderation.evaluation.metrics import Interval, interval, resample
from moderation.evaluation.suites import wilson
from moderation.sampling.new_words import Rising, Words, domains_of, rising, words_of
from moderation.sampling.strata import eligible, numbers
from moderation.terminal import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST = 50_000  # comments of either that are looked at, in whole threads
DRAWS = 200
FEW_COMMENTS = 200  # with fewer a change must be huge to be seen
FEW_THREADS = 10  # with fewer there is nothing to resample but comments
# Twenty pairs of halves of five forums, split by thread, moved by .04 at most and had .003 more new
# words; one forum eleven years later .02 and .026, another forum .04 to .13 and .01 to .04.
MOVED = 0.05  # from even odds that a newer comment scores higher
MORE_FLAGS = 1.5  # times
FLAGS = 30  # in all, below which their number is chance
NEW_WORDS = 0.02  # of all words, beyond what other threads of the old comments bring
STEPS = 1_000  # of a score: finer differences do not matter


@dataclass(frozen=True)
class Shift:
    """One label. higher: how often a newer comment scores higher than an older one, ties half.

    old_flags, new_flags: share of the comments with a score. more: new - old. flags: their number
    in both.
    """

    label: str
    higher: Interval
    old_flags: float
    new_flags: float
    more: Interval
    flags: int = 0


@dataclass(frozen=True)
class Month:
    """Flags of one month, "2026-03": comments and, by label, the share flagged (Wilson 1927)."""

    name: str
    newer: bool
    comments: int
    flags: dict[str, Interval]


@dataclass(frozen=True)
class Drift:
    """All findings. unmet, unlinked: words and domains that old threads do not have.

    reasons: retraining is due when there are any. Each excludes no change with a 95 % interval: a
    newer comment scores higher (or lower) than an older one in over 55 % of pairs; flags are 1.5
    times as many, or as few (30 in all at least); 2 % more of the words are new than other old
    threads bring.
    """

    old: int
    new: int
    shifts: list[Shift]
    unmet: Interval
    unlinked: Interval
    words: list[Rising]
    domains: list[Rising]
    months: list[Month] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Side:
    """Sampled comments of one dump. groups: (n,) what is resampled together."""

    frame: pd.DataFrame
    scores: np.ndarray
    groups: np.ndarray

    def weights(self, seed: int) -> Iterable[np.ndarray]:
        """How often each comment is drawn: DRAWS arrays (n,)."""
        for block in resample(int(self.groups.max(initial=-1)) + 1, DRAWS, seed):
            for times in block:
                yield times[self.groups].astype(np.float64)


def drift(
    old: pd.DataFrame,
    new: pd.DataFrame,
    labels: Sequence[str],
    limits: np.ndarray,
    seed: int = 0,
) -> Drift:
    """Compare newer comments with older ones that the same model scored.

    old, new: scored tables (thread_id, id, kind, text, created_at and a column per label).
    limits: (labels,) thresholds.
    """
    notes: list[str] = []
    before, after = (
        _side(frame, labels, seed, word, notes) for frame, word in ((old, "older"), (new, "newer"))
    )
    shifts = [
        _shift(label, before, after, column, float(limits[column]), seed)
        for column, label in enumerate(labels)
    ]
    words = words_of(before.frame["text"]), words_of(after.frame["text"])
    domains = domains_of(before.frame["text"]), domains_of(after.frame["text"])
    unmet = _beyond(before, after, *words, seed)
    flagged = np.asarray((after.scores >= limits).any(axis=1))
    threads = after.frame["thread_id"]
    return Drift(
        len(old),
        len(new),
        shifts,
        unmet,
        _beyond(before, after, *domains, seed),
        rising(*words, threads, flagged),
        rising(*domains, threads, flagged, unmet_only=True),
        [*_months(before, labels, limits, False), *_months(after, labels, limits, True)],
        _reasons(shifts, unmet),
        notes,
    )


def _side(
    frame: pd.DataFrame, labels: Sequence[str], seed: int, word: str, notes: list[str]
) -> _Side:
    frame = frame[eligible(frame)].reset_index(drop=True)
    threads = frame["thread_id"].astype("str")
    names = pd.Series(threads.unique())
    order = names.iloc[np.argsort(numbers(pd.DataFrame({"thread_id": names, "id": ""}), seed))]
    sizes = threads.value_counts().reindex(order).cumsum().to_numpy()
    sampled = order.iloc[: max(1, int(np.searchsorted(sizes, MOST, side="right")))]
    if len(sampled) < len(names):
        notes.append(f"{len(sampled):,} of {plural(len(names), f'{word} thread')} are looked at")
    frame = frame[threads.isin(sampled)].reset_index(drop=True).head(2 * MOST)
    columns = [frame[label].to_numpy(np.float64, na_value=np.nan) for label in labels]
    groups = pd.factorize(frame["thread_id"].astype("str"))[0].astype(np.int64)
    if len(frame) < FEW_COMMENTS:
        notes.append(f"only {plural(len(frame), f'{word} comment')}: little can be told")
    if len(sampled) < FEW_THREADS:
        notes.append(f"few {word} threads: intervals are by comment, and too narrow")
        groups = np.arange(len(frame))
    return _Side(frame, np.column_stack(columns), groups)


def _shift(label: str, before: _Side, after: _Side, column: int, limit: float, seed: int) -> Shift:
    old, new = before.scores[:, column], after.scores[:, column]
    if not (~np.isnan(old)).any() or not (~np.isnan(new)).any():
        nothing = Interval(np.nan, np.nan, np.nan)
        return Shift(label, nothing, np.nan, np.nan, nothing)
    ones = np.ones(len(old)), np.ones(len(new))
    drawn = [
        (
            _higher(old, new, *weights),
            _share(new, limit, weights[1]) - _share(old, limit, weights[0]),
        )
        for weights in zip(before.weights(seed), after.weights(seed + 1), strict=True)
    ]
    first, second = np.array(drawn).T
    was, now = _share(old, limit, ones[0]), _share(new, limit, ones[1])
    flags = int((old >= limit).sum() + (new >= limit).sum())  # NaN is none
    return Shift(
        label,
        interval(_higher(old, new, *ones), first),
        was,
        now,
        interval(now - was, second),
        flags,
    )


def _higher(
    old: np.ndarray, new: np.ndarray, old_weight: np.ndarray, new_weight: np.ndarray
) -> float:
    """How often a new score is above an old one, ties half (Mann, Whitney 1947)."""
    masses = []
    for score, weight in ((old, old_weight), (new, new_weight)):
        known = ~np.isnan(score)
        step = np.rint(score[known] * STEPS).astype(np.int64)
        masses.append(np.bincount(step, weight[known], STEPS + 1))
    below = np.cumsum(masses[0]) - masses[0] / 2
    pairs = masses[0].sum() * masses[1].sum()
    return float(masses[1] @ below / pairs) if pairs else float("nan")


def _share(score: np.ndarray, limit: float, weight: np.ndarray) -> float:
    known = ~np.isnan(score)
    whole = weight[known].sum()
    return float(weight[known] @ (score[known] >= limit) / whole) if whole else float("nan")


def _beyond(before: _Side, after: _Side, old: Words, new: Words, seed: int) -> Interval:
    """Share of new words that half of the old threads lack, minus that in the other half."""
    half = numbers(
        pd.DataFrame({"thread_id": before.groups.astype("str"), "id": "half"}), seed
    ) < 0.5  # fmt: skip
    met = old.met(half)
    old_unmet, old_all = old.counts(~half, met)
    new_unmet, new_all = new.counts(np.ones(len(after.groups), bool), met)

    def excess(first: np.ndarray, second: np.ndarray) -> float:
        bottoms = first @ old_all, second @ new_all
        if not all(bottoms):
            return float("nan")
        return float(second @ new_unmet / bottoms[1] - first @ old_unmet / bottoms[0])

    drawn = [
        excess(*pair)
        for pair in zip(before.weights(seed + 2), after.weights(seed + 3), strict=True)
    ]
    value = excess(np.ones(len(old_all)), np.ones(len(new_all)))
    return interval(value, np.array(drawn))


def _months(side: _Side, labels: Sequence[str], limits: np.ndarray, newer: bool) -> list[Month]:
    times = pd.to_datetime(side.frame["created_at"], utc=True, errors="coerce")
    names = times.dt.strftime("%Y-%m").astype("object")
    months = []
    for name in sorted(set(names.dropna())):
        rows = (names == name).to_numpy(bool)
        flags = {}
        for column, label in enumerate(labels):
            score = side.scores[rows, column]
            scored = ~np.isnan(score)
            flags[label] = wilson(int((score[scored] >= limits[column]).sum()), int(scored.sum()))
        months.append(Month(str(name), newer, int(rows.sum()), flags))
    return months


def _reasons(shifts: list[Shift], unmet: Interval) -> list[str]:
    reasons = []
    for shift in shifts:
        apart = shift.higher.low > 0.5 or shift.higher.high < 0.5
        if apart and abs(shift.higher.value - 0.5) > MOVED:
            up = shift.higher.value > 0.5
            share = shift.higher.value if up else 1 - shift.higher.value
            reasons.append(
                f"{shift.label}: newer comments score {'higher' if up else 'lower'} in {share:.0%} "
                "of pairs"
            )
        few, many = sorted((shift.old_flags, shift.new_flags))
        certain = shift.more.low > 0 or shift.more.high < 0
        if certain and shift.flags >= FLAGS and many > MORE_FLAGS * few:
            reasons.append(
                f"{shift.label}: {shift.new_flags * 1e5:,.0f} flags per 100,000 comments, "
                f"{shift.old_flags * 1e5:,.0f} before"
            )
    if unmet.low > 0 and unmet.value > NEW_WORDS:
        reasons.append(
            f"words: {unmet.value:.1%} more of them were never met "
            f"(95% interval {unmet.low:.1%} to {unmet.high:.1%})"
        )
    return reasons
