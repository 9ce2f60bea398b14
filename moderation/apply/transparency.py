"""Rows for the transparency database of the Digital Services Act, and a check of each.

Source: European Commission, "DSA Transparency Database", API documentation and form requests
(June 2026): names, lengths and what is required together. Sending them is left to the platform.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

CATEGORIES = {
    "spam": ("STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "KEYWORD_OTHER"),
    "slur": ("STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH", "KEYWORD_HATE_SPEECH"),
    "abuse": ("STATEMENT_CATEGORY_CYBER_VIOLENCE", "KEYWORD_CYBER_HARASSMENT"),
    "off_topic": ("STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "KEYWORD_OTHER"),
}
"""Category and keyword of a label; a policy may name others."""

FRAUD = ("STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "KEYWORD_OTHER")
"""Of spam that leads somewhere."""

OTHER = ("STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "KEYWORD_OTHER")
VISIBILITY = {
    "remove": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "spam": "DECISION_VISIBILITY_CONTENT_DISABLED",
    "hold": "DECISION_VISIBILITY_CONTENT_DISABLED",
}
_COUNTRIES = """
AT BE BG HR CY CZ DK EE FI FR DE GR HU IS IE IT LI LT LV LU MT NL NO PL PT RO SK SI ES SE
"""
EEA = frozenset(_COUNTRIES.split())
MOST_IN_ONE = 100  # statements of one request

_REQUIRED = (
    "decision_visibility",
    "decision_ground",
    "content_type",
    "category",
    "application_date",
    "decision_facts",
    "source_type",
    "automated_detection",
    "automated_decision",
    "puid",
)
_LONGEST = {
    "decision_facts": 5_000,
    "decision_visibility_other": 500,
    "decision_ground_reference_url": 500,
    "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2_000,
    "incompatible_content_ground": 500,
    "incompatible_content_explanation": 2_000,
    "category_specification_other": 500,
    "source_identity": 500,
    "puid": 500,
}
_FORMS = {
    "category": r"STATEMENT_CATEGORY_[A-Z_]+",
    "decision_ground": r"DECISION_GROUND_(?:ILLEGAL|INCOMPATIBLE)_CONTENT",
    "source_type": r"SOURCE_(?:ARTICLE_16|TRUSTED_FLAGGER|TYPE_OTHER_NOTIFICATION|VOLUNTARY)",
    "automated_detection": r"Yes|No",
    "automated_decision": r"AUTOMATED_DECISION_(?:FULLY|PARTIALLY|NOT_AUTOMATED)",
    "incompatible_content_illegal": r"Yes|No",
    "puid": r"[A-Za-z0-9_-]+",
    "content_language": r"[A-Z]{2}",
}
_LISTS = {
    "decision_visibility": r"DECISION_VISIBILITY_(?:CONTENT_[A-Z_]+|OTHER)",
    "content_type": r"CONTENT_TYPE_[A-Z_]+",
    "category_specification": r"KEYWORD_[A-Z_]+",
    "territorial_scope": "|".join(sorted(EEA)),
}
_GROUNDS = {
    "DECISION_GROUND_ILLEGAL_CONTENT": (
        "illegal_content_legal_ground",
        "illegal_content_explanation",
    ),
    "DECISION_GROUND_INCOMPATIBLE_CONTENT": (
        "incompatible_content_ground",
        "incompatible_content_explanation",
    ),
}
_FIRST = {"content_date": date(2000, 1, 1), "application_date": date(2020, 1, 1)}
_LAST = date(2038, 1, 1)


def faults(row: dict[str, Any]) -> list[str]:
    """What the database would refuse a row for; [] for a row that it takes."""
    grounds = _GROUNDS.get(str(row.get("decision_ground")), ())
    missing = [f"{name} is missing" for name in (*_REQUIRED, *grounds) if not row.get(name)]
    long = [
        f"{name} has more than {most:,} characters"
        for name, most in _LONGEST.items()
        if len(str(row.get(name) or "")) > most
    ]
    sources = row.get("source_identity"), row.get("source_type")
    voluntary = sources[0] and sources[1] == "SOURCE_VOLUNTARY"
    notice = ["source_identity goes with a notice only"] if voluntary else []
    return [*missing, *long, *_malformed(row), *notice]


def _malformed(row: dict[str, Any]) -> list[str]:
    """Values that have not the form of their column."""
    given = {name: value for name, value in row.items() if value is not None}
    texts = [
        f"{name} is {str(given[name])[:60]!r}"
        for name, form in _FORMS.items()
        if name in given and not re.fullmatch(form, str(given[name]))
    ]
    lists = [
        f"{name} has {str(value)[:60]!r}"
        for name, form in _LISTS.items()
        for value in given.get(name) or ()
        if not re.fullmatch(form, str(value))
    ]
    dates = [
        f"{name} is {str(given[name])[:40]!r}"
        for name, first in _FIRST.items()
        if name in given and not _between(str(given[name]), first)
    ]
    return texts + lists + dates


def _between(day: str, first: date) -> bool:
    try:
        read = date.fromisoformat(day)
    except ValueError:
        return False
    return read.isoformat() == day and first <= read <= _LAST
