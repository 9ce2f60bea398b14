"""How models, dumps and explanations show in a notebook: small tables, and nothing that runs.

Comments, names and ids are hostile: all of them are escaped, and cut.
"""

from __future__ import annotations

from html import escape
from itertools import islice
from math import isnan
from typing import TYPE_CHECKING

from moderation.terminal import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROWS = 50
_LONGEST = 200  # characters of a cell
_STYLE = "text-align: left; white-space: pre-wrap"


def cell(value: object) -> str:
    """A value as HTML text; None and missing values are empty."""
    missing = value is None or (isinstance(value, float) and isnan(value))
    text = "" if missing else str(value)
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return escape(safe(cut))


def table_of(
    title: str, header: Sequence[str], rows: Iterable[Sequence[object]], count: int = 0
) -> str:
    """A table of at most ROWS rows. count: how many there are; more are said to be left out."""
    head = "".join(f"<th>{cell(name)}</th>" for name in header)
    body = ""
    for row in islice(rows, ROWS):
        cells = "".join(f'<td style="{_STYLE}">{cell(value)}</td>' for value in row)
        body += f"<tr>{cells}</tr>"
    more = f"<p>{count - ROWS:,} more rows</p>" if count > ROWS else ""
    return (
        f"<p>{cell(title)}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"{more}"
    )


def marked(text: str, spans: Iterable[tuple[int, int, float]]) -> str:
    """A text with its spans marked, the share of each as its title; those that overlap once."""
    parts, at = [], 0
    for start, end, share in sorted(spans):
        if start >= at:
            words = escape(safe(text[start:end]))
            parts += [escape(safe(text[at:start])), f'<mark title="{share:+.2f}">{words}</mark>']
            at = end
    return f'<p style="{_STYLE}">{"".join(parts)}{escape(safe(text[at:]))}</p>'
