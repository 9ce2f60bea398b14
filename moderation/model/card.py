"""Check a model card entry by entry before any of it is used.

CARD says what each entry must be. Entries that it does not name are for people and may be any JSON
of ordinary size. Numbers that are passed to a kernel are bounded here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from moderation.context.features import CONTEXT_FEATURES
from moderation.errors import GoalError, ModelError
from moderation.features.ngrams import NgramConfig
from moderation.features.phrases import CLASSES
from moderation.labels.name import LABEL_NAME
from moderation.model.goals.goal import Goal

LARGE = 1e6  # far above any weight, slope or offset that training finds; sums of them stay finite
MANY = 2.0**63  # rows, bytes, a seed
DEEPEST = 100  # lists and objects within one another
SHOWN = 40  # characters of a wrong value in a message

Check: TypeAlias = "Callable[[Any, str], None]"
"""Raises ModelError where the value (first) at its place (second) is not what it must be."""


def _wrong(value: Any, place: str, expected: str) -> ModelError:
    shown = repr(value) if isinstance(value, str | int | float | None) else type(value).__name__
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    return ModelError(f"{place} is {shown}; expected {expected}")


def number(low: float = -LARGE, high: float = LARGE) -> Check:
    """A number from `low` to `high`."""

    def check(value: Any, place: str) -> None:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        if not fits or not low <= value <= high:  # so NaN is refused too
            raise _wrong(value, place, f"a number from {low:g} to {high:g}")

    return check


def whole(low: int, high: int) -> Check:
    """A whole number from `low` to `high`."""

    def check(value: Any, place: str) -> None:
        fits = isinstance(value, int) and not isinstance(value, bool)
        if not fits or not low <= value <= high:
            raise _wrong(value, place, f"a whole number from {low} to {high}")

    return check


def yes_or_no(value: Any, place: str) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise _wrong(value, place, "true or false")


def text(pattern: re.Pattern[str] | None = None, most: int = 10_000) -> Check:
    """A text of up to `most` characters, all of it as `pattern` says."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, str) or len(value) > most:
            raise _wrong(value, place, f"a text of up to {most:,} characters")
        if pattern and not pattern.fullmatch(value):
            raise _wrong(value, place, f"a text like {pattern.pattern}")

    return check


def one_of(*known: Any) -> Check:
    """One of these words."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, str) or value not in known:
            raise _wrong(value, place, " or ".join(map(repr, known)))

    return check


def goal(value: Any, place: str) -> None:
    """The sentence of a goal."""
    text(most=200)(value, place)
    try:
        Goal.parse(value)
    except GoalError as error:
        raise ModelError(f"{place}: {error}") from error


def nothing_or(check: Check) -> Check:
    """Null, or what `check` takes."""
    return lambda value, place: None if value is None else check(value, place)


def listed(check: Check, least: int = 0, most: int = 100_000) -> Check:
    """A list of `least` to `most` values that `check` takes."""

    def checked(value: Any, place: str) -> None:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise _wrong(value, place, f"a list of {least} to {most:,}")
        for at, entry in enumerate(value):
            check(entry, f"{place}[{at}]")

    return checked


def keyed(check: Check, names: re.Pattern[str] | None = None, most: int = 100_000) -> Check:
    """An object of up to `most` values that `check` takes, under names as `names` says."""

    def checked(value: Any, place: str) -> None:
        if not isinstance(value, dict) or len(value) > most:
            raise _wrong(value, place, f"an object of up to {most:,} entries")
        for name, entry in value.items():
            if names and not names.fullmatch(name):
                raise _wrong(name, place, f"names like {names.pattern}")
            check(entry, f"{place}.{name[:SHOWN]}")

    return checked


def entries(**checks: Check) -> Check:
    """An object with entries of these names; `name_` for one that may be missing."""
    known = {name.rstrip("_"): (check, name.endswith("_")) for name, check in checks.items()}

    def checked(value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise _wrong(value, place, "an object")
        for name, (check, optional) in known.items():
            if name in value:
                check(value[name], f"{place}.{name}" if place else name)
            elif not optional:
                raise ModelError(
                    f"{place}: {name!r} is missing" if place else f"{name!r} is missing"
                )

    return checked


def plain(value: Any, place: str) -> None:
    """Any JSON with finite numbers and no more than DEEPEST levels of nesting."""
    left = [(value, 0)]
    while left:
        entry, depth = left.pop()
        if depth > DEEPEST:
            raise ModelError(f"{place or 'the card'} is nested more than {DEEPEST} deep")
        if isinstance(entry, dict | list):
            left += [
                (below, depth + 1)
                for below in (entry if isinstance(entry, list) else entry.values())
            ]
        elif isinstance(entry, int | float) and not abs(entry) <= MANY:
            raise _wrong(entry, place or "a number", f"numbers up to {MANY:g}")


LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_share, _maybe = number(0, 1), nothing_or(number(-MANY, MANY))
_chance = nothing_or(_share)
_rises = number(1e-12, LARGE)
_per_many = nothing_or(number(0, 100_000))  # a share, or flags per 100,000 comments
_curve = listed(_share, 1)
_LABEL = {
    "name": text(LABEL_NAME),
    "kind": one_of("text", "context"),
    "threshold": _share,
    "calibration": entries(slope=_rises, shift=number(), low=_rises, high=_rises, offset=number()),
    "curve_": entries(
        threshold=_curve,
        recall=_curve,
        false_positive_rate=_curve,
        positives=number(0, 1e9),
        negatives=number(0, 1e9),
        prevalence=_share,
    ),
    "languages_": listed(text(LANGUAGE), 0, 1_000),
    "elsewhere_": nothing_or(_share),
    "stands_at_": nothing_or(_share),
    "operating": entries(
        goal_=nothing_or(goal),
        threshold_=_chance,
        value_=_per_many,
        low_=_per_many,
        high_=_per_many,
        precision_=_chance,
        precision_low_=_chance,
        precision_high_=_chance,
        recall_=_chance,
        recall_low_=_chance,
        recall_high_=_chance,
        false_positive_rate_=_chance,
        flags_=_per_many,
        prevalence_=nothing_or(number(1e-9, 1 - 1e-9)),
        instead_of_=text(),
    ),
    "metrics": entries(
        out_of_fold_=keyed(listed(_chance, 3, 3)),
        roc_auc_by_source_=keyed(_chance),
        decisions_=entries(
            languages_=listed(text(LANGUAGE), 0, 1_000),
            held_out=entries(closed=listed(_maybe, 3, 3), before=_chance, after=_chance),
        ),
    ),
    "context_": entries(
        features=listed(one_of(*CONTEXT_FEATURES), 0, len(CONTEXT_FEATURES)),
        intercept=number(),
        mass=number(1e-6, LARGE),
        doubt_=number(0, LARGE),
        doubt_under_title_=number(0, LARGE),
        fewest_=whole(0, 1000),
        vectors_=yes_or_no,
        typical=keyed(number()),
    ),
}
_MODEL: dict[str, Check] = {
    "labels": listed(entries(**_LABEL), 1, 64),
    "ngrams": entries(
        word_ngrams=nothing_or(listed(whole(1, 2), 2, 2)),
        char_ngrams=nothing_or(listed(whole(1, 8), 2, 2)),
        bits=whole(4, 26),
        fold=yes_or_no,
        version=text(),
    ),
    "classes": listed(text(), 0, CLASSES - 1),  # the kernel has room for no more
    "sources": listed(entries(name_=text())),
    "training": entries(
        seed_=whole(0, 2**63),
        rows_=whole(0, 2**53),
        from_=text(),
        decisions_=keyed(listed(whole(0, 2**53), 2, 2)),
        recipe_=entries(
            idf_power_=number(0, 100),
            dense_scale_=number(0, LARGE),
            disguise_scale_=number(0, LARGE),
            link_scale_=number(0, LARGE),
            longest_=whole(1, 2**31),
        ),
    ),
    "self_test": listed(entries(text=text(), scores=listed(_share, 0, 64)), 1, 100),
    "carried_on_": yes_or_no,
    "held_out_": listed(one_of("held", "base/held", "tables/held"), 0, 3),
}
CARD = entries(
    digest=text(),
    weights=text(),
    dense_features=listed(text()),
    by_language_=keyed(entries(**_MODEL), LANGUAGE, 200),
    **_MODEL,
)
"""What every entry of a model card must be."""


def check(card: dict[str, Any]) -> None:
    """Raise ModelError for the first entry of a card that is not what it must be."""
    CARD(card, "")
    _check_together(card)
    for language, part in card.get("by_language", {}).items():
        _check_part(card, part, f"by_language.{language}")


def _check_part(card: dict[str, Any], part: dict[str, Any], place: str) -> None:
    """The part for a language: what belongs together in it, and beside the card around it."""
    _check_together(part)
    kinds = {label["name"]: label["kind"] for label in card["labels"]}
    for label in part["labels"]:
        if label["kind"] != "text" or kinds.get(label["name"]) != "text":
            raise ModelError(f"{place}: {label['name']!r} is not a text label of the model")


def _check_together(card: dict[str, Any]) -> None:
    try:
        NgramConfig.from_json(card["ngrams"])
    except ValueError as error:
        raise ModelError(str(error)) from error
    names = [label["name"] for label in card["labels"]]
    if len(set(names)) < len(names):
        raise ModelError(f"two labels have the same name: {', '.join(sorted(names))[:SHOWN]}")
    for label in card["labels"]:
        if label["kind"] == "context" and "context" not in label:
            raise ModelError(f"label {label['name']}: 'context' is missing")
