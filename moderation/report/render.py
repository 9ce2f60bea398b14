"""A summary to one HTML file: no network, no script but its own, nothing of a comment as markup."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from moderation.report.summarise import summarise
from moderation.tables import replacing

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

PAGE_LIMIT = 5_000  # flagged comments in one file: about 10 MB, opened in about a second


def write_report(
    scored: pd.DataFrame, target: Path, passport: dict[str, Any], limit: int = PAGE_LIMIT
) -> None:
    """Write the report of a scored table; nothing is left behind when that fails.

    scored: as `moderation score` makes it. passport: the model's. Raises OutputError.
    """
    page = render(summarise(scored, passport, limit))
    with replacing(target) as temporary:
        temporary.write_text(page, encoding="utf-8")


def render(summary: dict[str, Any]) -> str:
    """The HTML page of a summary.

    The summary travels as JSON in a script element that no browser runs, and the page writes
    every text of it as a text node. The policy allows this style and this script by digest and
    nothing from any address. Source: W3C, "Content Security Policy Level 3", section 2.3.
    """
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("moderation.report", "page"), autoescape=True, trim_blocks=True
    )
    style, script = _asset("style.css"), _asset("page.js")
    return environment.get_template("page.html").render(
        style=style,
        script=script,
        style_digest=_digest(style),
        script_digest=_digest(script),
        summary=_inert(summary),
        figures=summary["figures"],
        model=summary["model"],
    )


def _asset(name: str) -> str:
    return (files("moderation.report") / "page" / name).read_text(encoding="utf-8")


def _digest(asset: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(asset.encode()).digest()).decode()


def _inert(summary: dict[str, Any]) -> str:
    """JSON that cannot end its script element nor start a comment in it."""
    text = json.dumps(summary, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
