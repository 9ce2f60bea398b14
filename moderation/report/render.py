"""A summary to one HTML page: no network, no script but its own, nothing of a comment as markup."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from moderation.labels.reasons import read_reasons
from moderation.report.summarise import CUTS, WHOLE, likely_cuts, scored_of, summarise
from moderation.report.words import page_words
from moderation.tables import replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from moderation.labels.reasons import Reason
    from moderation.report.scored import Scored
    from moderation.report.summarise import Cut

PAGE_LIMIT = 5_000  # flagged comments in one file, opened in under a second
MOST_BYTES = 10_000_000  # of a file with so many; one with more may be larger in proportion
SCRIPTS = (
    "dom",
    "language",
    "text",
    "files",
    "store",
    "server",
    "journal",
    "saving",
    "queue",
    "card",
    "charts",
    "overview",
    "decisions",
    "exports",
    "settings",
    "review",
    "list",
    "select",
    "reasons",
    "panel",
    "team",
    "keys",
    "main",
)
"""The page's script, part by part in the order in which they build on each other."""


class Reported(NamedTuple):
    """What a report was written of: all comments, the flagged, those only asked for, and shown.

    characters: what texts were cut to, so that the file stays small; None where they were not.
    """

    comments: int
    flagged: int
    queued: int
    shown: int
    characters: int | None = None


def write_report(
    scored: pd.DataFrame,
    target: Path,
    passport: dict[str, Any],
    limit: int = PAGE_LIMIT,
    reasons: Sequence[Reason] | None = None,
    language: str = "",
) -> Reported:
    """Write the report of a scored table; nothing is left behind when that fails.

    scored: as `moderation score` makes it. passport: the model's. reasons: None for those that
    come with the program. language: of the page, one of `languages()`; "" for that of the reader's
    browser. Raises OutputError.
    """
    return write_scored(scored_of(scored, passport), target, limit, reasons, language)


def write_scored(
    scored: Scored,
    target: Path,
    limit: int = PAGE_LIMIT,
    reasons: Sequence[Reason] | None = None,
    language: str = "",
) -> Reported:
    """The same of a table that is held or paged as `Scored`. Raises OutputError."""
    made = _page(scored, limit, read_reasons() if reasons is None else reasons, language)
    with replacing(target) as temporary:
        temporary.write_bytes(made.content)
    flagged, listed = len(scored.flagged), len(scored.listed)
    return Reported(len(scored), flagged, listed - flagged, made.shown, made.characters)


class _Page(NamedTuple):
    content: bytes
    shown: int
    characters: int | None


def _page(scored: Scored, limit: int, reasons: Sequence[Reason], language: str) -> _Page:
    """The page, cut until it is small enough: what is around first, then texts, then rows."""
    most = MOST_BYTES * max(1.0, limit / PAGE_LIMIT)

    def made(shown: int, cut: Cut) -> _Page | None:
        content = render(summarise(scored, shown, reasons, cut) | {"language": language}).encode()
        if len(content) > most and shown > 1:
            return None
        whole = cut.characters == WHOLE.characters
        return _Page(content, shown, None if whole else cut.characters)

    shown = min(len(scored.listed), limit)
    first, *others = likely_cuts(scored, shown, int(most))
    if (page := made(shown, first)) is not None:
        return page
    while (shortest := made(shown, CUTS[-1])) is None:  # names alone are too much
        shown //= 2
        others = []
    return next(filter(None, (made(shown, cut) for cut in others[:-1])), shortest)


@dataclass(frozen=True)
class Assets:
    """The page's one style and one script, and the policy that allows them and nothing else."""

    style: str
    script: str

    def policy(self, more: str = "") -> str:
        """Source: W3C, "Content Security Policy Level 3", section 2.3 (digests)."""
        return (
            f"default-src 'none'; style-src '{_digest(self.style)}'; "
            f"script-src '{_digest(self.script)}'; img-src data:; base-uri 'none'; "
            f"form-action 'none'{more}"
        )


@lru_cache(maxsize=1)
def assets() -> Assets:
    """Read from the package once."""
    parts = "\n".join(_asset(f"{name}.js") for name in SCRIPTS)
    return Assets(_asset("style.css"), f'"use strict";\n(() => {{\n{parts}\n}})();\n')


def render(summary: dict[str, Any]) -> str:
    """The HTML page of a summary.

    The summary travels as JSON in a script element that no browser runs, and the page writes
    every text of it as a text node.
    """
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("moderation.report", "page"), autoescape=True, trim_blocks=True
    )
    return environment.get_template("page.html").render(
        style=assets().style,
        script=assets().script,
        policy=policy(summary),
        summary=_inert(summary),
        words=_inert(page_words()),
        figures=summary["figures"],
        model=summary["model"],
    )


def policy(summary: dict[str, Any]) -> str:
    """The content security policy of a page: one that has a server may ask it, and only it."""
    return assets().policy("; connect-src 'self'" if "server" in summary else "")


def _asset(name: str) -> str:
    return (files("moderation.report") / "page" / name).read_text(encoding="utf-8")


def _digest(asset: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(asset.encode()).digest()).decode()


def _inert(summary: dict[str, Any]) -> str:
    """JSON that cannot end its script element nor start a comment in it."""
    text = orjson.dumps(summary, option=orjson.OPT_NON_STR_KEYS).decode()  # NaN becomes null
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
