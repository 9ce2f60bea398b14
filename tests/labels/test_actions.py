"""Actions, requests and settlements in the ledger: beside the labels, never in the training."""

from datetime import UTC, datetime, timedelta

import pytest

from moderation.errors import LabelError
from moderation.labels import ledger
from moderation.labels.actions import Action, Request, newest_actions
from moderation.labels.exchange.intake import take_ledger
from moderation.labels.reasons import read_reasons

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ABOUT = {"text": "Buy now", "thread_id": "t", "id": "1"}


def decision(value, annotator="ann", minutes=0, **more):
    when = NOON + timedelta(minutes=minutes)
    said = ABOUT | {"label": "spam", "value": value, "annotator": annotator, "at": when}
    return ledger.Decision(**(said | more))


def action(name="spam", annotator="ann", minutes=0, **more):
    when = NOON + timedelta(minutes=minutes)
    return Action(**(ABOUT | {"action": name, "annotator": annotator, "at": when} | more))


def test_training_sees_the_labels_alone(tmp_path):
    path = tmp_path / "ledger.jsonl"
    asked = Request(**ABOUT, annotator="ann", at=NOON, to="bob", note="irony?")
    ledger.append(path, [decision(True), action(reason="advert", note="third time"), asked])
    table = ledger.decisions(path)
    assert table[["text", "annotator", "spam"]].to_numpy().tolist() == [["Buy now", "ann", 1.0]]
    kinds = [entry["entry"] for entry in ledger.entries(path)]
    assert kinds == ["decision", "action", "request"]


def test_a_decision_has_the_key_that_it_had_before_there_were_actions():
    assert decision(True).line()["key"] == "d26b0603a4776b4f"


def test_an_action_is_taken_back_by_its_key_and_with_its_annotator(tmp_path):
    path = tmp_path / "ledger.jsonl"
    keys = ledger.append(path, [action(), action("hide", "bob"), action("trash", "bob", 1)])
    assert ledger.retract(path, at=NOON, by="ann", key=keys[0]) == 1
    left = newest_actions(ledger.standing(ledger.entries(path), "action"))
    assert [(entry["annotator"], entry["action"]) for entry in left] == [("bob", "trash")]
    assert ledger.retract(path, at=NOON, by="ann", annotator="bob") == 2
    assert ledger.standing(ledger.entries(path), "action") == []


def test_a_note_alone_leaves_the_action_before_it(tmp_path):
    path = tmp_path / "ledger.jsonl"
    ledger.append(path, [action("hide"), action(None, minutes=1, note="asked the desk")])
    counts = newest_actions(ledger.standing(ledger.entries(path), "action"))
    assert [entry["action"] for entry in counts] == ["hide"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"action": "burn"}, "not an action"),
        ({"action": None}, "an action, a reason or a note"),
        ({"text": " "}, "the comment's text"),
        ({"note": "x" * 2_001}, "at most 2,000"),
    ],
)
def test_what_is_no_action_is_refused(given, says):
    values = ABOUT | {"action": "hide", "annotator": "ann", "at": NOON} | given
    with pytest.raises(LabelError, match=says):
        Action(**values).line()


def test_a_settlement_ends_what_others_said_until_they_say_it_again(tmp_path):
    path = tmp_path / "ledger.jsonl"
    settled = decision(False, "cy", 2, settles=True)
    ledger.append(path, [decision(True), decision(False, "bob", 1), settled])
    assert ledger.decisions(path)[["annotator", "spam"]].to_numpy().tolist() == [["cy", 0.0]]
    ledger.append(path, [decision(True, minutes=3)])
    assert ledger.decisions(path)["annotator"].tolist() == ["ann", "cy"]
    key = ledger.entries(path)[2]["key"]
    ledger.retract(path, at=NOON, by="cy", key=key)
    assert ledger.decisions(path)["annotator"].tolist() == ["ann", "bob"]


def test_actions_of_another_ledger_come_in_once_and_go_with_their_retraction(tmp_path):
    there, here = tmp_path / "there.jsonl", tmp_path / "here.jsonl"
    asked = Request(**ABOUT, annotator="ann", at=NOON)
    keys = ledger.append(there, [decision(True), action(), action("hide", "bob"), asked])
    for _ in range(2):
        take_ledger(here, there, now=NOON)
    kinds = [entry["entry"] for entry in ledger.entries(here)]
    assert sorted(kinds) == ["action", "action", "decision", "request"]
    ledger.retract(there, at=NOON, by="ann", key=keys[1])
    for _ in range(2):
        take_ledger(here, there, now=NOON)
    assert len(ledger.entries(here)) == 5
    left = ledger.standing(ledger.entries(here), "action")
    assert [entry["annotator"] for entry in left] == ["bob"]


def test_what_the_page_saves_of_its_own_ledger_brings_nothing_new(tmp_path):
    here, saved = tmp_path / "here.jsonl", tmp_path / "saved.jsonl"
    page = {"client_at": NOON - timedelta(seconds=3), "order": "a-0 1", "dump": "s.parquet"}
    asked = Request(**ABOUT, annotator="ann", at=NOON, to="bob", **page)
    keys = ledger.append(here, [action(note="third time", **page), asked])
    ledger.retract(here, at=NOON, by="ann", key=keys[0])
    before = here.read_bytes()
    again = [action(note="third time"), Request(**ABOUT, annotator="ann", at=NOON, to="bob")]
    keys = ledger.append(saved, again)  # with the ledger's time, and without what pages leave out
    ledger.retract(saved, at=NOON, by="ann", key=keys[0])
    take_ledger(here, saved, now=NOON)
    assert here.read_bytes() == before


# ---- the list of reasons -------------------------------------------------------------------------


def test_a_list_of_reasons_comes_with_the_program():
    listed = {reason.code: reason for reason in read_reasons()}
    assert listed["advert"].labels == ("spam",)
    assert (listed["advert"].action, listed["fine"].action) == ("spam", "approve")


def test_reasons_are_toml_or_csv(tmp_path):
    toml, table = tmp_path / "r.toml", tmp_path / "r.csv"
    toml.write_text(
        '[[reason]]\ncode = "ad"\ntitle = "Advert, again"\nkey = "A"\nlabels = ["spam", "abuse"]\n'
        'action = "spam"\n'
    )
    table.write_text(
        'code,title,key,labels,action\nad,"Advert, again",A,spam;abuse,spam\n', encoding="utf-8-sig"
    )
    assert read_reasons(toml) == read_reasons(table)
    assert read_reasons(table)[0].labels == ("spam", "abuse")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "nothing else"),
        ("[[reason]]\n", "code is missing"),
        ('[[reason]]\ncode = "a b"\ntitle = "x"\naction = "hide"', "letters, digits"),
        ('[[reason]]\ncode = "a"\ntitle = "x"\naction = "burn"', "'burn'; expected one of"),
        ('[[reason]]\ncode = "a"\ntitle = "x"\naction = "hide"\nkey = "y"', "capital letter"),
        ('[[reason]]\ncode = "a"\ntitle = "x"\naction = "hide"\nlabels = "spam"', "a list"),
        ('[[reason]]\ncode = "a"\ntitle = "x"\naction = "hide"\nlabel = "spam"', "is unknown"),
        ('[[reason]]\ncode = "a"\ntitle = 5\naction = "hide"', "title is not a text"),
        ('[[reason]]\ncode = "a"\ntitle = "x"\naction = "hide"\n' * 2, "the same code"),
        ("[[reason]\n", "not TOML"),
        ('[reason]\ncode = "a"', "nothing else"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_its_place(tmp_path, content, says):
    path = tmp_path / "reasons.toml"
    path.write_text(content)
    with pytest.raises(LabelError, match=says) as error:
        read_reasons(path)
    assert str(path) in str(error.value)


def test_a_table_with_a_cell_too_many_is_named_by_its_line(tmp_path):
    path = tmp_path / "reasons.csv"
    path.write_text("code,title,action\nad,Advert,spam\nad2,Advert,spam,more\n")
    with pytest.raises(LabelError, match=r"reasons\.csv:3"):
        read_reasons(path)
