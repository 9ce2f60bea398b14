"""Estimate how common a label is in a dump, and adjust scores to that.

A score is calibrated for the share of positives that its model states; elsewhere it means something
else. What is seen of a dump is how many of its comments are flagged: those with the label at the
model's recall, and others at its false positive rate. Both rates are lower on sites that the model
has not seen than on comments held out of those it has, and differ between them by a factor of four;
with that, and what is known of the share beforehand, stands a most likely share with its interval.
Expectation maximisation over the scores (Saerens et al. 2002) trusts every score
on a site that the model has never seen, and called 41 % of clean blog comments spam.

A score here is the score with its log-odds moved by one constant per label, so that the mean over
the dump is the share. Counts are all that is needed, so partitions give what the whole dump would.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import HERE
from moderation.model.figures import figures, percent
from moderation.translation import marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moderation.model.figures import Figures
    from moderation.model.model import Model

SHARE_SPREAD = 1.5
"""Deviation of a site's log-odds of the label from the stated ones, before anything is seen."""
RECALL_ELSEWHERE, RECALL_SPREAD = -0.6, 1.3
RATE_ELSEWHERE, RATE_SPREAD = -0.5, 1.5
"""What a site that was left out of training adds to the log-odds of the recall, and to the log of
the false positive rate, that the model states: mean and deviation over some 15 sets a label."""
SPREAD = np.linspace(-2.5, 2.5, 41)  # deviations of the rates that are looked at
SHARES = np.linspace(-12.0, 5.0, 341)  # log-odds
EDGES = np.linspace(-15.0, 15.0, 601)  # of the bins of a score's log-odds
MANY = 3  # times as many flags as promised: another kind of dump
LEAST = 10  # flags more than promised, of which there must be at least so many


class Seen(NamedTuple):
    """Counts for one label. bins: (len(EDGES) + 1,) int64, comments by log-odds."""

    flags: int
    bins: np.ndarray

    @classmethod
    def of(cls, score: np.ndarray, flags: int) -> Seen:
        """Of scores that are known, `flags` of them flagged."""
        places = np.searchsorted(EDGES, _log_odds(score))
        return cls(flags, np.bincount(places, minlength=len(EDGES) + 1))

    @classmethod
    def sum_of(cls, parts: Iterable[Seen]) -> Seen:
        """Of all parts of a dump."""
        every = list(parts)
        bins = np.stack([one.bins for one in every]).sum(axis=0)
        return cls(sum(one.flags for one in every), bins)


NOTE = marked(
    "{label}: {flags} of {comments} comments are flagged, where some {expected} were to be "
    "expected: either {label} is common here, or these are comments of a kind that the model does "
    "not know. Look at some (moderation queue), then choose a threshold (moderation thresholds)"
)


@dataclass(frozen=True)
class Share:
    """Share of a dump's comments with a label: estimate, 95 % interval, and how scores move.

    low, high: the value itself where somebody stated it. move: added to a score's log-odds.
    note: a sentence for whoever runs the program, if the flags are far from what was promised.
    """

    value: float
    low: float
    high: float
    move: float
    note: str = ""

    def moved(self, score: np.ndarray) -> np.ndarray:
        """The scores here: float32, NaN stays NaN."""
        with np.errstate(invalid="ignore"):  # NaN is "cannot tell", not a mistake
            return _sigmoid(_log_odds(score) + self.move).astype(np.float32)

    def __str__(self) -> str:
        """`2.1% (0.9% to 5%)`."""
        value, low, high = map(percent, (self.value, self.low, self.high))
        if self.low == self.high:
            return value
        return tr("{value} ({low} to {high})", value=value, low=low, high=high)


def seen_in(
    scored: pa.Table,
    thresholds: Mapping[str, float],
    apart: Mapping[str, list[str]] | None = None,
) -> dict[str, Seen]:
    """The counts for a scored table, or for a part of it: of its scores and languages.

    apart: by label, the languages that have a part of their own for it. Their comments do not
    count: what the model promises is said of the others.
    """
    found = {}
    for label, limit in thresholds.items():
        others = (apart or {}).get(label)
        column = scored[label]
        some = column if not others else column.filter(_in_none_of(scored["language"], others))
        known = some.drop_null().to_numpy()
        found[label] = Seen.of(known, int((known.astype(np.float64) >= limit).sum()))
    return found


def flag_count(scored: pa.Table, label: str) -> int:
    """How many comments of a scored table have the flag."""
    sets = [(one["values"], one["counts"]) for one in scored["flags"].value_counts().to_pylist()]
    return sum(count for names, count in sets if label in names.split(";"))


def _in_none_of(column: pa.ChunkedArray, languages: list[str]) -> pa.ChunkedArray:
    """Which rows are in none of the languages; nulls are in none."""
    return pc.invert(pc.is_in(column, value_set=pa.array(languages, column.type)))


def shares(
    model: Model, seen: Mapping[str, Seen], stated: Mapping[str, float] | None = None
) -> dict[str, Share]:
    """The share of each label. stated: those that are known; they are not estimated.

    A label without a score, or without figures to promise anything by, is left out.
    """
    found = {}
    for head in model.heads:
        known = seen[head.name]
        told, promised = (stated or {}).get(head.name), figures(head)
        if not known.bins.sum():
            continue
        if told is not None:
            found[head.name] = Share(told, told, told, _move(known.bins, told))
        elif promised is not None:
            found[head.name] = _share(head.name, promised, known)
    return found


def _share(label: str, promised: Figures, seen: Seen) -> Share:
    comments = int(seen.bins.sum())
    rate = (promised.flags - promised.share * promised.recall) / (1 - promised.share)
    value, low, high = estimated(seen.flags, comments, promised.share, promised.recall, rate)
    expected = promised.flags * comments
    note = ""
    if seen.flags > MANY * expected + LEAST:
        told = {"label": label, "flags": f"{seen.flags:,}", "comments": f"{comments:,}"}
        note = NOTE.format(**told, expected=f"{expected:,.0f}")
    return Share(value, low, high, _move(seen.bins, value), note)


def estimated(
    flags: int, comments: int, share: float, recall: float, rate: float
) -> tuple[float, float, float]:
    """The share among `comments` of which `flags` are flagged: median, and 95 % interval.

    share, recall, rate: what the model promises: share, recall and false positive rate.
    """
    found = _sigmoid(_log_odds(np.array([recall])) + RECALL_ELSEWHERE + RECALL_SPREAD * SPREAD)
    false = np.clip(rate * np.exp(RATE_ELSEWHERE + RATE_SPREAD * SPREAD), 1e-7, 0.5)
    share_here = _sigmoid(SHARES)
    flagged = share_here[:, None, None] * found[None, :, None] + (1 - share_here)[
        :, None, None
    ] * np.maximum(false, 1e-7)
    log = np.log1p(-flagged)
    log *= comments - flags
    if flags:  # a third of the time
        log += flags * np.log(flagged)
    before = (SHARES - _log_odds(np.array([share]))) / SHARE_SPREAD
    log -= before[:, None, None] ** 2 / 2
    log -= (SPREAD**2)[None, :, None] / 2 + SPREAD**2 / 2
    log -= log.max()
    weight = np.exp(log, out=log).sum(axis=(1, 2))
    weight /= weight.sum()
    places = np.searchsorted(np.cumsum(weight), [0.5, 0.025, 0.975]).clip(max=len(SHARES) - 1)
    value, low, high = (_rounded(one) for one in share_here[places].tolist())
    return value, low, high


def _move(bins: np.ndarray, share: float) -> float:
    """What to add to all log-odds, so that the mean of the scores is `share`."""
    middles = np.concatenate([EDGES[:1], (EDGES[1:] + EDGES[:-1]) / 2, EDGES[-1:]])
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        if bins @ _sigmoid(middles + middle) / bins.sum() > share:
            high = middle
        else:
            low = middle
    return _rounded((low + high) / 2)


def _rounded(number: float) -> float:
    """Six digits: those after them differ between machines."""
    return float(f"{number:.6g}")


def _log_odds(score: np.ndarray) -> np.ndarray:
    known = np.clip(np.asarray(score, np.float64), 1e-7, 1 - 1e-7)
    return np.log(known) - np.log1p(-known)


def _sigmoid(odds: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -odds))


def with_scores_here(scored: pa.Table, labels: list[str], found: Mapping[str, Share]) -> pa.Table:
    """The table with a column of scores here for each label; null without a share."""
    for label in labels:
        column = pa.nulls(len(scored), pa.float32())
        if label in found:
            score = scored[label].to_numpy()
            column = pa.array(found[label].moved(score), pa.float32(), from_pandas=True)
        scored = scored.append_column(label + HERE, column)
    return scored
