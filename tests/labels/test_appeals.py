"""Appeals: opened, decided once by somebody else, counted, and honoured by the next training."""

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from moderation.cli import app
from moderation.errors import LabelError, LedgerError
from moderation.labels import ledger
from moderation.labels.appeals import REVERSED, UPHELD, appeals, counts, decide_appeal, open_appeal
from moderation.labels.ledger import Decision, append, decisions, entries
from moderation.review.ledger_view import LedgerView

AT = datetime(2026, 1, 1, tzinfo=UTC)


def decision(name="1", label="abuse", annotator="ines", model="m1"):
    return Decision(label=label, value=True, text=f"text {name}", annotator=annotator, at=AT,
                    thread_id="t", id=name, model=model)  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.jsonl"


def test_a_reversal_takes_the_decision_back_for_training(path):
    first, second = append(path, [decision("1"), decision("2")])
    key = open_appeal(path, [first], by="kim", at=AT, letter="I did not mean it")
    assert len(decisions(path)) == 2  # an open appeal changes nothing
    assert decide_appeal(path, key, REVERSED, by="kim", at=AT, note="irony") == 1
    assert decisions(path)["id"].tolist() == ["2"]
    (appeal,) = appeals(entries(path))
    assert (appeal.outcome, appeal.by, appeal.people) == (REVERSED, "kim", ["ines"])
    assert second in {entry["key"] for entry in entries(path)}


def test_no_earlier_or_other_decision_of_the_same_counts_again_after_a_reversal(path):
    again = replace(decision(), at=AT + timedelta(hours=1))
    doubtful = replace(decision(), value=False, at=AT - timedelta(hours=1))
    new = [doubtful, decision(), again, decision(annotator="lee"), decision(label="slur")]
    key = append(path, new)[2]
    appeal = open_appeal(path, [key], by="kim", at=AT)
    with pytest.raises(LabelError, match="lee made this decision"):
        decide_appeal(path, appeal, REVERSED, by="lee", at=AT)
    assert decide_appeal(path, appeal, REVERSED, by="kim", at=AT) == 3
    (left,) = decisions(path).to_dict("records")
    assert (left["annotator"], left["abuse"], left["slur"]) == ("ines", 0, 1)


def test_of_two_who_decide_at_once_one_is_told(path, monkeypatch):
    (key,) = append(path, [decision()])
    appeal = open_appeal(path, [key], by="kim", at=AT)
    lock = ledger.locked

    @contextmanager
    def other_first(descriptor):
        """Somebody else decides after this one looked, and before it writes."""
        monkeypatch.setattr(ledger, "locked", lock)
        decide_appeal(path, appeal, UPHELD, by="lee", at=AT)
        with lock(descriptor):
            yield

    monkeypatch.setattr(ledger, "locked", other_first)
    with pytest.raises(LabelError, match="was upheld by lee already"):
        decide_appeal(path, appeal, REVERSED, by="kim", at=AT)
    assert len(decisions(path)) == 1


def test_what_a_score_decided_has_no_appeal_but_a_way_out(path):
    with pytest.raises(LabelError, match="a score did"):
        open_appeal(path, [], by="kim", at=AT)
    assert not path.exists()


def test_an_upheld_decision_stands(path):
    (key,) = append(path, [decision()])
    appeal = open_appeal(path, [key], by="kim", at=AT)
    assert decide_appeal(path, appeal, UPHELD, by="kim", at=AT) == 0
    assert len(decisions(path)) == 1


def test_nobody_decides_on_their_own_decision(path):
    (key,) = append(path, [decision()])
    appeal = open_appeal(path, [key], by="ines", at=AT)
    for who in ("ines", " INES "):
        with pytest.raises(LabelError, match="somebody else has to decide"):
            decide_appeal(path, appeal, REVERSED, by=who, at=AT)
    assert len(decisions(path)) == 1


def test_what_is_not_there_or_was_decided_is_refused(path):
    (key,) = append(path, [decision()])
    with pytest.raises(LabelError, match="no decision 'x' stands"):
        open_appeal(path, ["x"], by="kim", at=AT)
    appeal = open_appeal(path, [key], by="kim", at=AT)
    with pytest.raises(LabelError, match="is open already"):
        open_appeal(path, [key], by="kim", at=AT)
    with pytest.raises(LabelError, match="there is no appeal 'x'"):
        decide_appeal(path, "x", UPHELD, by="kim", at=AT)
    decide_appeal(path, appeal, UPHELD, by="kim", at=AT)
    before = path.read_bytes()
    with pytest.raises(LabelError, match="was upheld by kim already"):
        decide_appeal(path, appeal, REVERSED, by="bo", at=AT)
    assert path.read_bytes() == before


def test_the_letter_itself_is_not_kept(path):
    (key,) = append(path, [decision()])
    open_appeal(path, [key], by="kim", at=AT, letter="My name is Zebulon")
    content = path.read_text("utf-8")
    assert "Zebulon" not in content
    assert len(json.loads(content.splitlines()[-1])["letter"]) == 64


def test_counts_by_label_reviewer_and_model(path):
    keys = append(path, [decision("1"), decision("2", "spam", "bo", "m2"), decision("3")])
    opened = [open_appeal(path, [key], by="kim", at=AT) for key in keys]
    decide_appeal(path, opened[0], REVERSED, by="kim", at=AT)
    decide_appeal(path, opened[1], UPHELD, by="kim", at=AT)
    counted = {(one.group, one.name): one[2:] for one in counts(appeals(entries(path)))}
    assert counted == {
        ("all", ""): (1, 1, 1),
        ("label", "abuse"): (1, 0, 1),
        ("label", "spam"): (0, 1, 0),
        ("model", "m1"): (1, 0, 1),
        ("model", "m2"): (0, 1, 0),
        ("reviewer", "bo"): (0, 1, 0),
        ("reviewer", "ines"): (1, 0, 1),
    }


def test_a_wrong_outcome_in_the_file_is_named(path):
    (key,) = append(path, [decision()])
    open_appeal(path, [key], by="kim", at=AT)
    line = {"entry": "outcome", "key": "k", "appeal": "a", "outcome": "maybe", "annotator": "kim",
            "at": "2026-01-01T00:00:00Z"}  # fmt: skip
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
    with pytest.raises(LedgerError, match=r"ledger.jsonl:3: .*outcome is 'maybe'"):
        entries(path)


def test_the_review_page_passes_appeals_over_and_sees_what_a_reversal_took_back(path):
    (key,) = append(path, [decision()])
    view = LedgerView(path, lambda _: 0)
    appeal = open_appeal(path, [key], by="kim", at=AT)
    decide_appeal(path, appeal, REVERSED, by="kim", at=AT)
    view.refresh()
    assert [event for event in view.events if "retracts" in event] == [{"retracts": key}]
    assert len(view.events) == 2


def run(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, " ".join(result.output.split())


def test_the_commands_from_a_statement_to_the_count(path, tmp_path):
    (key,) = append(path, [decision()])
    said = tmp_path / "statements.jsonl"
    said.write_text(json.dumps({"reference": "r-remove", "decisions": [key]}) + "\n", "utf-8")
    ledger = ("--ledger", path)
    status, output = run(
        "appeals", "open", "r-remove", "--statements", said, "--by", "kim", *ledger
    )
    assert status == 0, output
    assert "against r-remove is open" in output
    assert "open ines text 1" in run("appeals", "list", *ledger)[1]
    assert run("appeals", "decide", "r-remove", *ledger, "--by", "kim")[0] == 2
    status, output = run("appeals", "decide", "r-remove", "--reverse", "--by", "kim", *ledger)
    assert (status, "is reversed by kim 1 decision taken back" in output) == (0, True), output
    assert "no open appeals" in run("appeals", "list", *ledger)[1]
    assert "100% (21% to 100%)" in run("appeals", "stats", *ledger)[1]
    assert run("appeals", "open", "other", "--statements", said, *ledger)[0] == 1
