"""The report: what it says, and that nothing of a comment is ever more than text in it."""

import json
import re

import pandas as pd
import pytest

from moderation.report.render import render
from moderation.report.summarise import summarise

PASSPORT = {"name": "m", "digest": "0" * 64, "labels": ["spam", "off_topic"],
            "thresholds": {"spam": 0.5, "off_topic": 0.9}, "goals": {}}  # fmt: skip


WHY = json.dumps({"spam": {"spans": [[0, 1, 2.0]]}})


def scored(*rows):
    """One comment a row: (depth, text, spam, off_topic, flags)."""
    return pd.DataFrame(
        {
            "thread_id": "t",
            "id": [str(i) for i in range(len(rows))],
            "parent_id": None,
            "depth": [row[0] for row in rows],
            "author": "ann",
            "created_at": pd.Series([pd.NaT] * len(rows), dtype="datetime64[us, UTC]"),
            "text": [row[1] for row in rows],
            "kind": "comment",
            "status": "approved",
            "url": None,
            "warnings": [[] for _ in rows],
            "spam": [row[2] for row in rows],
            "off_topic": [row[3] for row in rows],
            "flags": [row[4] for row in rows],
            "why": [WHY if row[4] else None for row in rows],
            "title": "The title",
        }
    )  # fmt: skip


CONVERSATION = [
    (1, "root", 0.1, None, ""),
    (2, "reply", 0.7, 0.2, "spam"),
    (3, "answer", 0.2, 0.1, ""),
    (2, "worse", 0.9, 0.95, "spam;off_topic"),
    (1, "other", 0.0, None, ""),
]


def test_figures_count_every_comment():
    assert summarise(scored(*CONVERSATION), PASSPORT)["figures"] == {
        "comments": 5,
        "threads": 1,
        "flagged": 2,
        "flags": {"spam": 2, "off_topic": 1},
        "cannot_tell": {"spam": 0, "off_topic": 2},
    }


def test_the_most_certain_comes_first_with_its_conversation():
    summary = summarise(scored(*CONVERSATION), PASSPORT)
    assert [(e["row"], e["path"], e["replies"]) for e in summary["queue"]] == [
        (3, [0], []),
        (1, [0], [2]),
    ]
    assert sorted(summary["comments"], key=int) == ["0", "1", "2", "3"]


def test_a_score_that_cannot_be_told_is_null():
    (entry,) = summarise(scored((1, "x", 0.9, None, "spam")), PASSPORT)["queue"]
    assert entry["scores"] == {"spam": 0.9, "off_topic": None}


def test_the_limit_cuts_the_queue_but_not_the_figures():
    summary = summarise(scored(*CONVERSATION), PASSPORT, limit=1)
    assert (len(summary["queue"]), summary["total"]) == (1, 2)


def test_a_long_path_keeps_its_first_and_its_nearest():
    rows = [(d, "x", 0.1, None, "") for d in range(1, 40)] + [(40, "deep", 0.9, None, "spam")]
    (entry,) = summarise(scored(*rows), PASSPORT)["queue"]
    assert entry["path"] == [0, *range(28, 39)]


def test_no_flag_at_all_is_a_report_too():
    page = render(summarise(scored((1, "civil", 0.1, 0.1, "")), PASSPORT))
    assert "0 of 1" in page


@pytest.mark.parametrize(
    "text",
    [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "<img src=x onerror=alert(1)>",
        "line\u2028separator & <b>",
        "]]>",
    ],
)
def test_a_comment_never_ends_its_script_element(text):
    page = render(summarise(scored((1, text, 0.9, None, "spam")), PASSPORT))
    scripts = re.findall(r"<script(.*?)>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 2
    assert json.loads(scripts[0][1])["comments"]["0"]["text"] == text
    assert text not in page


def test_the_page_asks_no_address():
    page = render(summarise(scored(*CONVERSATION), PASSPORT))
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!data:)[^"')>\s]+""", page) == []
    assert "default-src 'none'" in page
