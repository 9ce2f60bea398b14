"""What statements of reasons say of the site: its name, rules, and how to appeal; a TOML file.

platform = "Example News"
appeal = "Write to appeals@example.org within six months."
terms = "https://example.org/terms"      # optional, and so is all below
territorial_scope = ["DE", "AT"]
language = "de"

[label.abuse]
rule = "No insults"
explanation = "Comments that insult other readers are removed."
category = "STATEMENT_CATEGORY_CYBER_VIOLENCE"
keyword = "KEYWORD_CYBER_HARASSMENT"
law = "§ 185 StGB"                       # where the comment is unlawful, not only unwelcome
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from moderation.apply.transparency import EEA
from moderation.errors import ApplyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_EXAMPLE = 'platform = "Example News"\n  appeal = "Write to appeals@example.org within six months."'


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What is said of one label."""

    rule: str = ""
    explanation: str = ""
    category: str = ""
    keyword: str = ""
    law: str = ""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What is said in every statement, and of each label."""

    platform: str
    appeal: str
    terms: str = ""
    territorial_scope: tuple[str, ...] = ()
    language: str = ""
    grounds: Mapping[str, Ground] = field(default_factory=dict)


def read_policy(path: Path) -> Policy:
    """The policy in a file. Raises ApplyError with what is wrong."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ApplyError(f"{path}: {error.strerror}; it has at least\n  {_EXAMPLE}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ApplyError(f"{path}: not TOML: {error}") from error
    labels = given.pop("label", {})
    _check(given, Policy, str(path), ("platform", "appeal"))
    if not isinstance(labels, dict):
        raise ApplyError(f"{path}: label is no table")
    grounds = {}
    for label, said in labels.items():
        if not isinstance(said, dict):
            raise ApplyError(f"{path}: label.{label} is no table")
        _check(said, Ground, f"{path}: label.{label}", ())
        grounds[label] = Ground(**said)
    scope = tuple(given.pop("territorial_scope", ()))
    unknown = sorted(set(scope) - EEA)
    if unknown:
        raise ApplyError(f"{path}: territorial_scope: {unknown[0]!r} is no country of the EEA")
    if not re.fullmatch(r"(?:[a-z]{2})?", given.get("language", "")):
        raise ApplyError(f"{path}: language: two letters, such as de")
    return Policy(**given, territorial_scope=scope, grounds=grounds)


def _check(given: dict[str, Any], kind: type, place: str, needed: tuple[str, ...]) -> None:
    known = {one.name for one in fields(kind)} - {"grounds"}
    for name, value in given.items():
        if name not in known:
            raise ApplyError(f"{place}: {name} is unknown; expected {', '.join(sorted(known))}")
        texts = value if name == "territorial_scope" else [value]
        if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
            raise ApplyError(f"{place}: {name} is no text")
    for name in needed:
        if not given.get(name, "").strip():
            raise ApplyError(f"{place}: {name} is missing; a policy has at least\n  {_EXAMPLE}")
