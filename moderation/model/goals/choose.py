"""Set a model's thresholds again from stated goals, without retraining."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moderation.errors import GoalError, ModelError
from moderation.model.by_language import standing_at
from moderation.model.figures import figures, percent
from moderation.model.goals.goal import Goal
from moderation.model.share import Seen, shares
from moderation.translation import marked, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from moderation.model.goals.stored_curve import StoredCurve
    from moderation.model.labels import ContextLabel, TextLabel
    from moderation.model.model import Model


def parse_goals(sentences: list[str], labels: list[str]) -> dict[str, Goal]:
    """`["spam: precision >= 0.8"]` as goals by label; GoalError for anything else.

    >>> str(parse_goals(["spam: recall >= 80 %"], ["spam"])["spam"])
    'recall >= 0.8'
    """
    goals: dict[str, Goal] = {}
    for sentence in sentences:
        label, colon, goal = sentence.partition(":")
        label = label.strip()
        if not colon:
            raise GoalError(f"{sentence!r} names no label; expected 'spam: precision >= 0.8'")
        if label not in labels:
            raise GoalError(f"no label {label!r}; this model has {', '.join(labels)}")
        if label in goals:
            raise GoalError(f"two goals for {label}; state one")
        goals[label] = Goal.parse(goal)
    return goals


def parse_prevalence(stated: list[str], labels: list[str]) -> dict[str, float]:
    """`["spam=0.02", "abuse=3%"]` as shares by label; GoalError for anything else.

    >>> parse_prevalence(["spam=2%"], ["spam"])
    {'spam': 0.02}
    """
    shares: dict[str, float] = {}
    for one in stated:
        label, _, number = one.partition("=")
        label, number = label.strip(), number.strip()
        if label not in labels:
            raise GoalError(f"no label {label!r}; this model has {', '.join(labels)}")
        try:
            share = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
        except ValueError as error:
            raise GoalError(f"{one!r}: {number!r} is not a share; expected spam=0.02") from error
        if not 0 < share < 1:
            raise GoalError(f"{one!r}: expected a share between 0 and 1")
        shares[label] = share
    return shares


def prevalences(model: Model, scores: pd.DataFrame) -> dict[str, float]:
    """Share of positives per label in unlabelled comments, from their scores.

    scores: as `Model.score` gives them. A label that no comment has a score for is left out.
    """
    seen = {}
    for head in model.heads:
        known = scores[head.name].dropna().to_numpy("float64")
        seen[head.name] = Seen.of(known, int((known >= head.threshold).sum()))
    return {name: share.value for name, share in shares(model, seen).items()}


def with_goals(
    model: Model, goals: Mapping[str, Goal], prevalence: Mapping[str, float] | None = None
) -> Model:
    """The same model with thresholds that meet the goals where `prevalence` holds.

    Languages with a part of their own keep theirs.
    Raises GoalError with what can be reached if a goal cannot be met, ModelError for a label whose
    curve was not kept.
    """
    prevalence = prevalence or {}
    made: dict[str, tuple[float, dict[str, Any]]] = {}
    for head in model.heads:
        if head.name not in goals:
            continue
        share = prevalence.get(head.name)
        try:
            promised = curve_of(head).promise(goals[head.name], share)
        except GoalError as error:
            raise GoalError(f"{head.name}: {error}") from error
        made[head.name] = promised.threshold, promised.to_dict()
    changed = model.with_thresholds({name: threshold for name, (threshold, _) in made.items()})
    heads = tuple(
        replace(head, operating=made[head.name][1]) if head.name in made else head
        for head in changed.heads
    )
    parts = standing_at(model.by_language, changed.thresholds)
    return replace(changed, heads=heads, by_language=parts)


def curve_of(head: TextLabel | ContextLabel) -> StoredCurve:
    """The label's curve; ModelError for a model that was made before it was kept."""
    if head.curve is None:
        raise ModelError(f"{head.name}: the model keeps no curve to choose from; train it again")
    return head.curve


def described(head: TextLabel | ContextLabel, prevalence: float | None = None) -> list[str]:
    """A label's operating point as sentences; what it gives where `prevalence` holds."""
    operating = head.operating
    goal = operating.get("goal")
    given = head.threshold if (stands := getattr(head, "stands_at", None)) is None else stands
    said = [
        tr(
            "{label}: {goal}, flagged from {threshold}",
            label=head.name,
            goal=goal or tr("no goal stated"),
            threshold=f"{given:.3f}",
        )
    ]
    if goal and operating.get("value") is not None:
        said.append(tr("promised {what}", what=_promised(Goal.parse(goal), operating)))
    found = figures(head)
    if found is None:
        above = tr("it is above every score in training")
        return said if head.curve is None else [*said, above]
    where = marked("where {share} of the comments are {label}: {figures}")
    told = [(where, found)]
    if prevalence is not None:
        here = marked("here, where {share} of the comments are {label}: {figures}")
        told.append((here, figures(head, prevalence) or found))
    return said + [
        tr(form, share=percent(one.share), label=head.name, figures=one) for form, one in told
    ]


def _promised(goal: Goal, operating: dict[str, Any]) -> str:
    value, low, high = (operating.get(name) for name in ("value", "low", "high"))
    shown = _amount(goal, value)
    if low is None or high is None:
        return shown
    between = {"low": _amount(goal, low), "high": _amount(goal, high)}
    return tr("{value}; 95% interval {low} to {high}", value=shown, **between)


def _amount(goal: Goal, value: float | None) -> str:
    if value is None or math.isnan(value):
        return "–"
    if goal.measure == "flags":
        return f"{value:,.0f}"
    if goal.measure == "false positive rate":
        return f"{value * 100:.3g}%"
    return f"{value:.3f}"
