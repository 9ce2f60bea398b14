"""A ledger and a scored file of a few comments, and a site that has them."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from site_doubles import Site

from moderation.labels.ledger import Decision, append
from moderation.tables import write_table


@pytest.fixture
def make_site():
    """Start a double: `make_site(answer, comments)`."""
    sites = []

    def start(answer, comments):
        sites.append(Site(answer, comments))
        return sites[-1]

    yield start
    for site in sites:
        site.close()


@pytest.fixture
def write_inputs(tmp_path, monkeypatch):
    """Write ledger.jsonl and scored.jsonl to the present folder and go there.

    comments: `(thread, id, status)` each; decided: `(thread, id, label, value)` each.
    """
    monkeypatch.chdir(tmp_path)

    def write(comments, decided, text="Buy now"):
        rows = [
            {"thread_id": thread, "id": name, "text": text, "kind": "comment", "status": status,
             "spam": 0.9, "abuse": 0.1, "flags": "spam", "why": None}
            for thread, name, status in comments
        ]  # fmt: skip
        write_table(pd.DataFrame(rows), tmp_path / "scored.jsonl")
        at = datetime(2026, 1, 1, tzinfo=UTC)
        append(
            tmp_path / "ledger.jsonl",
            [
                Decision(label=label, value=value, text=text, annotator="ines", at=at,
                         thread_id=thread, id=name)
                for thread, name, label, value in decided
            ],
        )  # fmt: skip
        return tmp_path

    return write
