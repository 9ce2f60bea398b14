"""What decisions bought a label, on decisions held out; and the shift that they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.evaluation.metrics import METRICS, Ranked, interval, resample, shown
from moderation.model.calibration import sigmoid
from moderation.training.tasks import FEWEST
from moderation.translation import tr, trn

if TYPE_CHECKING:
    from moderation.model.labels import ContextLabel, TextLabel
    from moderation.model.model import Model

DRAWS = 500
FLAGGED = 10  # flagged decisions below which the precision that is kept is the promised one
SHIFTS = np.round(np.arange(-60, 61) * 0.1, 1)
AVERAGE_PRECISION = METRICS.index("average_precision")


def gain(
    y_true: np.ndarray, before: np.ndarray, after: np.ndarray, groups: np.ndarray, seed: int
) -> dict[str, Any]:
    """Average precision before and after, and the share of what was missing that was closed.

    y_true: (n,) bool. before, after: (n,) raw logits of rows that the new model was not fitted
    on. groups: (n,) int. `closed` is (after - before) / (1 - before) with its 95 % interval, from
    paired draws of whole groups; None where undefined.
    """
    ranked = [Ranked.of(y_true, sigmoid(logit), 0.5, groups) for logit in (before, after)]
    was, now = (float(one.measure()[AVERAGE_PRECISION]) for one in ranked)
    count = int(ranked[0].group.max(initial=-1)) + 1
    drawn = []
    for times in resample(count, DRAWS, seed):
        first, then = (one.draws(times)[:, AVERAGE_PRECISION] for one in ranked)
        drawn.append(_closed(first, then))
    found = interval(float(_closed(np.array([was]), np.array([now]))[0]), np.concatenate(drawn))
    return {"before": shown(was), "after": shown(now), "closed": list(found.to_dict().values())}


def bought(model: Model) -> list[str]:
    """A line per label that was decided on: what the decisions bought, or why nothing.

    `spam: 500 decisions closed 61% (44 to 72) of what average precision missed: 0.910 -> 0.965,
    held out`
    """
    heads = {head.name: head for head in model.heads}
    counts = model.training.get("decisions", {})
    carried = model.base is not None
    lines = [
        _line(heads[name], yes, no, carried) for name, (yes, no) in counts.items() if name in heads
    ]
    for language, part in sorted(model.by_language.items()):
        alone = [source.get("name") for source in part.sources] == ["decisions"]
        of_part = _alone(part) if alone else bought(part)
        lines += [f"{language} {line}" for line in of_part]
    return lines


def _alone(part: Model) -> list[str]:
    """A line per label of a part that was learnt from decisions alone."""
    lines = []
    for head in part.heads:
        yes, no = part.training["decisions"][head.name]
        area = head.metrics.get("out_of_fold", {}).get("roc_auc") or [None]
        shown = "" if area[0] is None else f"; area under the ROC curve {area[0]:.3f}, held out"
        lines.append(
            f"{head.name}: {yes + no:,} decisions taught a language that was not learnt{shown}"
        )
    return lines


def _line(head: TextLabel | ContextLabel, positives: int, negatives: int, carried: bool) -> str:
    count = positives + negatives
    start = trn("{label}: {n} decision", "{label}: {n} decisions", count, label=head.name)
    stated = head.metrics.get("decisions")
    if stated is None:
        answers = tr("{start} ({yes} yes, {no} no)", start=start, yes=positives, no=negatives)
        return _not_learnt(head, carried, answers, min(positives, negatives))
    held = stated["held_out"]
    value, low, high = held["closed"]
    if value is None or low is None:
        return tr("{start} learnt; too few to measure what they bought", start=start)
    was, now = held["before"], held["after"]
    told = {
        "start": start,
        "share": f"{abs(value):.0%}",
        "low": f"{low * 100:.0f}",
        "high": f"{high * 100:.0f}",
        "before": f"{was:.3f}",
        "after": f"{now:.3f}",
    }
    if value >= 0:
        return tr(
            "{start} closed {share} ({low} to {high}) of what average precision missed: {before} "
            "-> {after}, held out",
            **told,
        )
    return tr(
        "{start} opened {share} ({low} to {high}) of what average precision missed: {before} "
        "-> {after}, held out",
        **told,
    )


def _not_learnt(head: TextLabel | ContextLabel, carried: bool, answers: str, scarcer: int) -> str:
    """Why decisions are not measured, or were not learnt. scarcer: how many of the rarer answer."""
    in_context = hasattr(head, "head")
    if not carried:
        if in_context:
            return tr(
                "{answers}: learnt with the rest; what they bought is not measured", answers=answers
            )
        if scarcer >= FEWEST:
            return tr(
                "{answers}: learnt alone; there are no public rows to weigh them against",
                answers=answers,
            )
        return tr(
            "{answers}: learnt with the rest; too few to weigh or to measure", answers=answers
        )
    if in_context:
        return tr(
            "{answers}, not learnt: read from the conversation, which only a full training with "
            "{option} learns",
            answers=answers,
            option="--sources",
        )
    return tr("{answers}, not learnt: too few new ones of either answer", answers=answers)


def _closed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing was missing: undefined
        return np.where(before < 1, (after - before) / (1 - before), np.nan)


def shift(
    y_true: np.ndarray, before: np.ndarray, after: np.ndarray, weight: np.ndarray, head: TextLabel
) -> float:
    """What to add to the new raw logits so that calibration and threshold stay right.

    y_true: (n,) bool. before, after: (n,) raw logits, `after` held out. The shift makes the
    answers likeliest under the head's calibration, as far as neither precision nor recall at the
    threshold fall below the old model's on the same rows: it is held in the middle third of the
    range where they do not, or to that range's middle when there is none.
    """
    limit = head.threshold
    loss = [weight @ _loss(y_true, head.calibration.logit(after + added)) for added in SHIFTS]
    likeliest = float(SHIFTS[int(np.argmin(loss))])
    flagged = head.calibration(before) >= limit
    wanted = _precision(y_true, flagged)
    if flagged.sum() < FLAGGED or wanted is None:
        wanted = float(head.operating.get("precision") or 0.5)
    caught = int((flagged & y_true).sum())
    now = np.stack([head.calibration(after + added) >= limit for added in SHIFTS])
    recalled = np.flatnonzero((now & y_true).sum(axis=1) >= caught)
    precise = np.flatnonzero([(_precision(y_true, flags) or 1.0) >= wanted for flags in now])
    low = float(SHIFTS[recalled[0]]) if len(recalled) else 0.0
    high = float(SHIFTS[precise[-1]]) if len(precise) else 0.0
    if low > high:
        return round((low + high) / 2, 2)
    third = (high - low) / 3
    return round(float(np.clip(likeliest, low + third, high - third)), 2)


def _loss(y_true: np.ndarray, logit: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, np.where(y_true, -logit, logit))


def _precision(y_true: np.ndarray, flagged: np.ndarray) -> float | None:
    return float(y_true[flagged].mean()) if flagged.any() else None
