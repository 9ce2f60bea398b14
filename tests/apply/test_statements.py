"""Statements of reasons: of what was done only, and without a personal word in a row."""

import json
from datetime import UTC, datetime

import orjson
import pytest
from typer.testing import CliRunner

from moderation.apply.journal import DONE, FAILED, RUN, UNDO, Entry, Journal, written
from moderation.apply.policy import read_policy
from moderation.apply.transparency import faults
from moderation.cli import app
from moderation.errors import ApplyError
from moderation.labels.actions import Action
from moderation.labels.ledger import append

POLICY = """
platform = "Example News"
appeal = "Write to appeals@example.org."
terms = "https://example.org/terms"
territorial_scope = ["DE", "AT"]

[label.abuse]
rule = "No insults"
explanation = "Readers are not to be insulted."
"""
TEXT = "Zebulon, you\n## fool <b>\u202e"


def run(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    said = f"{result.output} {result.exception or ''}"
    return result.exit_code, " ".join(said.replace("│", " ").split())


@pytest.fixture
def folder(write_inputs):
    """A plan for csv: comment 1 is abuse, 2 spam, 3 approved; nothing decided on 4."""
    here = write_inputs(
        [("t", "1", "approved"), ("t", "2", "approved"), ("t", "3", "pending"),
         ("t", "4", "approved")],
        [("t", "1", "abuse", True), ("t", "2", "spam", True), ("t", "3", "spam", False)],
        text=TEXT,
    )  # fmt: skip
    rows = [orjson.loads(line) for line in (here / "scored.jsonl").read_bytes().splitlines()]
    more = {
        "author": "Zebulon",
        "created_at": "2024-05-06T07:08:09Z",
        "title": "T",
        "language": "en",
    }
    lines = [
        orjson.dumps(row | more | {"flags": "spam" if row["id"] == "2" else ""}) for row in rows
    ]
    (here / "scored.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    (here / "policy.toml").write_text(POLICY, encoding="utf-8")
    plan = ["apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "csv", "-o", "plan.jsonl"]
    status, output = run(*plan, "--approve", "--max-share", "1")
    assert status == 0, output
    return here


STATEMENTS = ("apply", "statements", "plan.jsonl", "ledger.jsonl", "scored.jsonl", "-o", "out",
              "--policy", "policy.toml")  # fmt: skip


def records(folder):
    lines = (folder / "out/statements.jsonl").read_text("utf-8").splitlines()
    return {record["id"]: record for record in map(json.loads, lines)}


def test_each_restriction_has_a_text_and_a_row_and_an_approval_none(folder):
    status, output = run(*STATEMENTS, "--applied", "2026-11-20")
    assert (status, "2 statements in out" in output) == (0, True), output
    assert "1 step without: approved, not written yet, or undone" in output
    made = records(folder)
    assert set(made) == {"1", "2"}
    text, row = made["1"]["text"], made["1"]["dsa"]
    assert "Your comment of 2024-05-06 on Example News under “T”" in text
    assert "It was removed on 2026-11-20, until further notice. This holds in DE, AT." in text
    assert "Why: it breaks the rule “No insults”. Readers are not to be insulted." in text
    assert "How: A person found it and decided." in text
    assert "If you think that this is wrong: Write to appeals@example.org." in text
    assert made["1"]["reference"] in text
    assert row["automated_detection"] == "No"
    assert row["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert row["category"] == "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    assert row["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_REMOVED"]
    assert row["content_date"] == "2024-05-06"
    spam = made["2"]["dsa"]
    assert spam["category_specification_other"] == "spam"
    assert spam["automated_decision"] == "AUTOMATED_DECISION_PARTIALLY"
    assert spam["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_DISABLED"]


def test_a_row_holds_no_word_of_the_comment_and_no_name(folder):
    assert run(*STATEMENTS, "--applied", "2026-11-20")[0] == 0
    rows = (folder / "out/dsa-001.json").read_text("utf-8")
    assert [word for word in ("Zebulon", "fool", "ines") if word in rows] == []
    assert [row["puid"] for row in json.loads(rows)["statements"]] == [
        one["reference"] for one in records(folder).values()
    ]


def test_a_comment_cannot_change_the_page_around_it(folder):
    assert run(*STATEMENTS, "--applied", "2026-11-20")[0] == 0
    page = (folder / "out/authors.md").read_text("utf-8")
    assert page.count("\n## ") + page.startswith("## ") == 2
    assert "    ## fool <b>\n" in page
    assert "\u202e" not in page


def test_masked_files_name_nobody(folder):
    assert run(*STATEMENTS, "--applied", "2026-11-20", "--mask", "key")[0] == 0
    written_files = [path.read_text("utf-8") for path in (folder / "out").iterdir()]
    assert len(written_files) == 3
    assert [text for text in written_files if "Zebulon" in text] == []


def change_comment(folder, name, **values):
    """Give the comment `name` of the scored file other values."""
    lines = (folder / "scored.jsonl").read_bytes().splitlines()
    rows = {row["id"]: row for row in map(orjson.loads, lines)}
    rows[name] |= values
    (folder / "scored.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in rows.values()))


def test_masked_texts_name_no_other_author_and_say_where_to_appeal(folder):
    change_comment(folder, "4", author="Ann Xylo")
    change_comment(folder, "1", title="To Ann Xylo, ann@example.com")
    assert run(*STATEMENTS, "--applied", "2026-11-20", "--mask", "key")[0] == 0
    text = records(folder)["1"]["text"]
    assert [word for word in ("Xylo", "ann@example.com") if word in text] == []
    assert "Write to appeals@example.org." in text


@pytest.mark.parametrize(
    ("language", "created_at", "expected"),
    [
        ("pt-BR", "2024-05-06T07:08:09Z", ("PT", "2024-05-06")),
        ("mul", "1999-12-31T07:08:09Z", (None, None)),
        ("fil", "2099-01-01T07:08:09Z", (None, None)),
        (None, None, (None, None)),
    ],
)
def test_what_the_database_cannot_take_of_a_comment_is_left_out(
    language, created_at, expected, folder
):
    change_comment(folder, "1", language=language, created_at=created_at)
    status, output = run(*STATEMENTS, "--applied", "2026-11-20")
    assert status == 0, output
    row = records(folder)["1"]["dsa"]
    assert (row.get("content_language"), row.get("content_date")) == expected


def test_a_score_alone_has_the_rule_of_its_label(folder):
    change_comment(folder, "4", abuse=0.97)
    plan = ["apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "csv", "-o", "plan.jsonl"]
    assert run(*plan, "--max-share", "1", "--from-scores", "abuse=0.95")[0] == 0
    assert run(*STATEMENTS, "--applied", "2026-11-20")[0] == 0
    one = records(folder)["4"]
    assert "it breaks the rule “No insults”" in one["text"]
    assert one["dsa"]["category"] == "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    assert one["dsa"]["automated_decision"] == "AUTOMATED_DECISION_FULLY"


def test_a_comment_that_is_gone_from_the_scored_file_is_named(folder):
    change_comment(folder, "1", thread_id="another")
    status, output = run(*STATEMENTS, "--applied", "2026-11-20")
    assert (status, "comment 1 of the plan is not in the scored file" in output) == (1, True)
    assert not (folder / "out").exists()


def test_the_reason_that_a_reviewer_chose_comes_first(folder):
    at = datetime(2026, 1, 2, tzinfo=UTC)
    said = Action(text=TEXT, annotator="ines", at=at, thread_id="t", id="1", action="trash",
                  reason="rude", rule="Be kind", note="third time for Zebulon")  # fmt: skip
    append(folder / "ledger.jsonl", [said])
    plan = ["apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "csv", "-o", "plan.jsonl"]
    assert run(*plan, "--max-share", "1")[0] == 0
    assert run(*STATEMENTS, "--applied", "2026-11-20")[0] == 0
    one = records(folder)["1"]
    assert "it breaks the rule “Be kind”" in one["text"]
    assert one["dsa"]["incompatible_content_ground"] == "Be kind"
    assert "third time" not in json.dumps(one)


def test_a_plan_of_files_needs_the_day(folder):
    status, output = run(*STATEMENTS)
    assert (status, "say when you applied them, --applied" in output) == (2, True)
    for day in ("yesterday", "20261120", "2026-13-01", "2999-01-01"):
        status, output = run(*STATEMENTS, "--applied", day)
        assert (status, f"--applied {day}: expected a day that was" in output) == (2, True)
    assert not (folder / "out").exists()


LINES = [
    ("kept", RUN, DONE),
    ("undone", RUN, DONE),
    ("undone", UNDO, DONE),
    ("refused", RUN, FAILED),
    ("stuck", RUN, DONE),
    ("stuck", UNDO, FAILED),
]


def test_only_what_stands_on_the_site_counts(tmp_path):
    path = tmp_path / "plan.journal.jsonl"
    moments = iter(datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 20))
    with Journal(path, "d", lambda: next(moments)) as journal:
        for step, doing, phase in LINES:
            journal.add(step, "1", Entry(doing, phase, "approved", "spam"))
    found = {step: at[:10] for step, at in written(path, "d").items()}
    assert found == {"kept": "2026-01-01", "stuck": "2026-01-05"}
    assert written(tmp_path / "none", "d") == {}


GOOD = {
    "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "r",
    "incompatible_content_explanation": "e",
    "content_type": ["CONTENT_TYPE_TEXT"],
    "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "application_date": "2026-11-20",
    "decision_facts": "f",
    "source_type": "SOURCE_VOLUNTARY",
    "automated_detection": "No",
    "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    "puid": "a-1",
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"puid": "a b"}, "puid is 'a b'"),
        ({"decision_visibility": []}, "decision_visibility is missing"),
        (
            {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"},
            "illegal_content_legal_ground is missing",
        ),
        ({"decision_facts": "x" * 5_001}, "decision_facts has more than 5,000 characters"),
        ({"territorial_scope": ["DE", "US"]}, "territorial_scope has 'US'"),
        ({"application_date": "2019-12-31"}, "application_date is '2019-12-31'"),
        ({"application_date": "20261120"}, "application_date is '20261120'"),
        ({"content_language": "en"}, "content_language is 'en'"),
        ({"source_identity": "me"}, "source_identity goes with a notice only"),
    ],
)
def test_what_the_database_would_refuse_is_named(change, fault):
    assert faults(GOOD | change)[:1] == ([] if fault is None else [fault])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('platform = "P"', "appeal is missing"),
        ('platform = "P"\nappeal = 3', "appeal is no text"),
        (
            'platform = "P"\nappeal = "a"\nterritorial_scope = ["US"]',
            "'US' is no country of the EEA",
        ),
        ('platform = "P"\nappeal = "a"\nlanguage = "EN"', "language: two letters"),
        ('platform = "P"\nappeal = "a"\n[label.abuse]\ncolour = "x"', "colour is unknown"),
        ("platform", "not TOML"),
    ],
)
def test_a_policy_that_says_too_little_is_refused(text, fault, tmp_path):
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ApplyError, match=fault):
        read_policy(tmp_path / "p.toml")


def edited(folder, **changed):
    """The scored file with other values in the row of comment 2, which is spam."""
    path = folder / "scored.jsonl"
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    lines = [orjson.dumps(row | changed if row["id"] == "2" else row) for row in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")


SPOKEN = [
    ("de", (), "Software hat darauf hingewiesen; entschieden hat ein Mensch."),
    ("pt-BR", (), "Um programa o sinalizou; uma pessoa decidiu."),
    ("ko", (), "Software pointed it out; a person decided."),
    ("de", ("--language", "fr"), "Un logiciel l’a signalé"),
    ("de", ("--language", "en"), "Software pointed it out"),
]


@pytest.mark.parametrize(("language", "more", "said"), SPOKEN)
def test_authors_are_told_in_their_language_or_the_one_asked_for(folder, language, more, said):
    edited(folder, language=language)
    assert run(*STATEMENTS, "--applied", "2026-11-20", *more)[0] == 0
    made = records(folder)["2"]
    assert said in made["text"]
    assert "Software pointed it out; a person decided." in made["dsa"]["decision_facts"]


def test_the_language_of_the_policy_comes_before_the_comments(folder):
    (folder / "policy.toml").write_text('language = "es"\n' + POLICY, encoding="utf-8")
    assert run(*STATEMENTS, "--applied", "2026-11-20")[0] == 0
    text = records(folder)["2"]["text"]
    assert "Su comentario del 2024-05-06 en Example News, en «T»:" in text
    assert "Nada de spam" in text


def test_a_language_without_texts_is_refused(folder):
    status, output = run(*STATEMENTS, "--applied", "2026-11-20", "--language", "it")
    assert (status, "there is de, en, es, fr, pt" in output) == (2, True)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("win at https://cash.example/?a=1", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"),
        ("win, call me", "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"),
    ],
)
def test_spam_that_leads_somewhere_is_of_another_category(write_inputs, text, category):
    here = write_inputs([("t", "2", "approved")], [("t", "2", "spam", True)], text=text)
    (here / "policy.toml").write_text(POLICY, encoding="utf-8")
    plan = ["apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "csv", "-o", "plan.jsonl"]
    assert run(*plan, "--max-share", "1")[0] == 0
    assert run(*STATEMENTS, "--applied", "2026-11-20")[0] == 0
    row = records(here)["2"]["dsa"]
    assert (row["category"], row["category_specification_other"]) == (category, "spam")
