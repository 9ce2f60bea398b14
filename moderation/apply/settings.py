"""What the user gave: where the site is, what follows from a label, which scores are enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from moderation.apply.decided import DEFAULT_ACTIONS
from moderation.apply.platforms import PLATFORMS
from moderation.apply.target import Settings
from moderation.errors import ApplyError
from moderation.labels.name import is_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from moderation.apply.target import Platform

NONE = "none"


def platform_of(name: str) -> Platform:
    """The platform called so. Raises ApplyError with the names that there are."""
    if name not in PLATFORMS:
        raise ApplyError(f"--to {name}: expected one of {', '.join(PLATFORMS)}")
    return PLATFORMS[name]


def chosen_settings(to: str, site: str | None, given: Sequence[str]) -> Settings:
    """Where the site is, checked. Raises ApplyError with what lacks or is wrong."""
    platform = platform_of(to)
    asked = dict(_pairs(given, "--set", "table=posts"))
    if unknown := asked.keys() - platform.options.keys():
        known = ", ".join(platform.options) or "none"
        raise ApplyError(f"--set {min(unknown)}: {to} has no such setting; it has {known}")
    options = {}
    for name, usual in platform.options.items():
        value = asked.get(name, usual)
        if value is None:
            raise ApplyError(f"{to} needs --set {name}=…")
        options[name] = value
    site = site or platform.home
    if platform.needs_site and site is None:
        raise ApplyError(f"{to} needs --site, the address of the site")
    if site is not None and not platform.needs_site:
        raise ApplyError(f"--site: {to} writes files, and asks no site")
    settings = Settings(site and site.rstrip("/"), options)
    platform.check(settings)
    return settings


def chosen_actions(to: str, given: Sequence[str]) -> dict[str, str]:
    """The action for each label. Raises ApplyError for one that the platform has not."""
    platform = platform_of(to)
    actions = dict(DEFAULT_ACTIONS)
    for label, action in _pairs(given, "--action", "spam=remove"):
        if not is_label(label):
            raise ApplyError(f"--action {label}: is not a label")
        actions[label] = action
    chosen = {label: action for label, action in actions.items() if action != NONE}
    for label, action in chosen.items():
        if action not in platform.actions or action == "approve":
            known = [name for name in platform.actions if name != "approve"]
            raise ApplyError(f"--action {label}={action}: {to} has {', '.join(known)} and {NONE}")
    return chosen


def chosen_scores(given: Sequence[str], actions: Mapping[str, str]) -> dict[str, float]:
    """The least score of each label that is to act without a person."""
    bounds = {}
    for label, value in _pairs(given, "--from-scores", "spam=0.99"):
        try:
            least = float(value)
        except ValueError:
            least = math.nan
        if not 0.5 <= least <= 1:
            raise ApplyError(f"--from-scores {label}={value}: expected a score from 0.5 to 1")
        if label not in actions:
            raise ApplyError(f"--from-scores {label}: give --action {label}=… too")
        bounds[label] = least
    return bounds


def _pairs(given: Sequence[str], option: str, example: str) -> list[tuple[str, str]]:
    pairs = []
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ApplyError(f"{option} {pair!r}: expected NAME=VALUE, as in {example}")
        pairs.append((name, value))
    return pairs
