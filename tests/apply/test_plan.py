"""What follows from a ledger: people's newest decisions on this text, within bounds."""

from datetime import UTC, datetime

import orjson
import pytest
from site_doubles import webhook

from moderation.labels.actions import Action
from moderation.labels.ledger import Decision, append, retract


def later(folder, value, annotator="ben", **more):
    entry = Decision(
        label="spam",
        value=value,
        annotator=annotator,
        thread_id="t",
        id="1",
        at=datetime(2026, 1, 2, tzinfo=UTC),
        **({"text": "Buy now"} | more),
    )
    return append(folder / "ledger.jsonl", [entry])[0]


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("MODERATION_WEBHOOK_SECRET", "hook-secret")


@pytest.fixture
def plan(moderation):
    def make(*more, to="csv"):
        return moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", to, "-o",
                          "plan.jsonl", "--max-share", "1", *more)  # fmt: skip

    return make


def steps(folder):
    lines = (folder / "plan.jsonl").read_bytes().splitlines()
    return [(one["id"], one["action"], one["by"]) for one in map(orjson.loads, lines[1:])]


THREE = [("t", "1", "approved"), ("t", "2", "pending"), ("t", "3", "approved")]


def test_only_what_people_decided_becomes_a_step(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "1", "spam", True), ("t", "2", "spam", False),
                                  ("t", "9", "spam", True)])  # fmt: skip
    made = plan()
    assert steps(folder) == [("1", "spam", "ines")]
    assert "1 comment left alone: decided No (--approve)" in made.err
    assert "1 comment left alone: not in the scored file" in made.err


def test_no_means_approve_only_when_asked_for(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "2", "spam", False), ("t", "3", "spam", False)])
    made = plan("--approve")
    assert steps(folder) == [("2", "approve", "ines")]
    assert "1 comment left alone: already so in the dump" in made.err


def test_scores_act_only_by_name_and_never_over_a_person(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "1", "abuse", False)])
    plan("--from-scores", "spam=0.9")
    assert steps(folder) == [("2", "spam", "score"), ("3", "spam", "score")]
    assert plan("--from-scores", "spam").status == 1
    assert plan("--from-scores", "spam=0.2").status == 1
    assert plan("--from-scores", "slur=0.9").status == 1


def test_the_newest_decision_of_anybody_counts(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "1", "spam", True), ("t", "3", "spam", True)])
    later(folder, False)
    plan()
    assert steps(folder) == [("3", "spam", "ines")]


def test_a_decision_on_another_text_of_the_comment_is_left(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "3", "spam", True)])
    later(folder, True, text="what it said before it was edited")
    made = plan()
    assert steps(folder) == [("3", "spam", "ines")]
    assert "1 comment left alone: edited since they were decided" in made.err


def test_an_undo_may_be_bound_to_decisions_taken_back(write_inputs, plan, moderation, make_site):
    site = make_site(webhook, {})
    folder = write_inputs(THREE, [("t", "3", "spam", True)])
    key = later(folder, True)
    plan("--site", site.url, to="webhook")
    moderation("apply", "run", "plan.jsonl", "--yes")
    retract(folder / "ledger.jsonl", key=key, by="ben", at=datetime(2026, 1, 3, tzinfo=UTC))
    moderation("apply", "undo", "plan.jsonl", "--retracted", "ledger.jsonl", "--yes")
    assert site.writes == [("1", "spam"), ("3", "spam"), ("1", "approved")]


def test_labels_without_an_action_are_told(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "1", "off_topic", True), ("t", "3", "spam", True)])
    assert "off_topic: no action (--action off_topic=…)" in plan().err
    plan("--action", "off_topic=hold", "--action", "spam=none")
    assert steps(folder) == [("1", "hold", "ines")]


def test_an_id_of_two_threads_is_no_id_of_a_site(write_inputs, plan):
    folder = write_inputs([("t", "1", "approved"), ("u", "1", "approved"), ("t", "2", "approved")],
                          [("t", "1", "spam", True), ("t", "2", "spam", True)])  # fmt: skip
    made = plan("--site", "https://blog.example", to="wordpress-rest")
    assert steps(folder) == [("2", "spam", "ines")]
    assert "with an id that stands in several threads" in made.err


@pytest.mark.parametrize("bound", [("--max", "1"), ("--max-share", "0.5")])
def test_a_plan_beyond_its_bounds_is_refused(bound, write_inputs, plan):
    folder = write_inputs(THREE, [("t", "1", "spam", True), ("t", "3", "spam", True)])
    made = plan(*bound)
    assert (made.status, (folder / "plan.jsonl").exists()) == (1, False)
    assert bound[0] in made.err


def test_a_plan_that_was_changed_is_refused(write_inputs, plan, moderation):
    folder = write_inputs(THREE, [("t", "1", "spam", True), ("t", "3", "spam", True)])
    plan()
    whole = (folder / "plan.jsonl").read_bytes()
    cut = whole[: whole[:-1].rindex(b"\n") + 1]
    for content in (cut, whole.replace(b'"id":"1"', b'"id":"2"'), b"", b"{}\n", whole[:40],
                    whole.replace(b'"spam"', b'"approve"', 1)):  # fmt: skip
        (folder / "plan.jsonl").write_bytes(content)
        ran = moderation("apply", "run", "plan.jsonl", "--yes")
        assert ran.status == 1
        assert ran.err.startswith("moderation: plan.jsonl")
        assert len(ran.err.splitlines()) == 1


def test_a_plan_that_has_run_is_not_overwritten(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "1", "spam", True)])
    (folder / "plan.journal.jsonl").touch()
    assert "choose another name" in plan().err


@pytest.mark.parametrize("site", [
    "http://blog.example", "ftp://blog.example", "blog.example", "https://mod:pw@blog.example",
    "https://blog.example/?a=b", "https://blog.example/#a", "https://bl og.example",
    "https://blog.example\nHost: x", "https://", "https://[::1", "https://a:b:c",
])  # fmt: skip
def test_what_is_no_address_is_refused(site, write_inputs, plan):
    folder = write_inputs(THREE, [("t", "1", "spam", True)])
    made = plan("--site", site, to="wordpress-rest")
    assert (made.status, (folder / "plan.jsonl").exists()) == (1, False)
    assert len(made.err.splitlines()) == 1


@pytest.mark.parametrize(("given", "said"), [
    (["--action", "spam=ban"], "wordpress-rest has hold, spam, remove and none"),
    (["--action", "spam"], "expected NAME=VALUE"),
    (["--set", "colour=red"], "wordpress-rest has no such setting"),
])  # fmt: skip
def test_what_a_platform_has_not_is_named(given, said, write_inputs, plan):
    write_inputs(THREE, [("t", "1", "spam", True)])
    assert said in plan("--site", "https://blog.example", *given, to="wordpress-rest").err


def test_ten_thousand_steps_are_planned(write_inputs, plan):
    names = [str(number) for number in range(10_000)]
    folder = write_inputs([("t", name, "approved") for name in names],
                          [("t", name, "spam", True) for name in names])  # fmt: skip
    assert plan("--max", "10000").status == 0
    assert len(steps(folder)) == 10_000


def test_a_retraction_takes_the_step_away(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "3", "spam", True)])
    key = later(folder, True)
    retract(folder / "ledger.jsonl", key=key, by="ben", at=datetime(2026, 1, 3, tzinfo=UTC))
    plan()
    assert steps(folder) == [("3", "spam", "ines")]


def chosen(folder, action, annotator="ben", **more):
    entry = Action(
        action=action,
        annotator=annotator,
        thread_id="t",
        id="1",
        at=datetime(2026, 1, 3, tzinfo=UTC),
        **({"text": "Buy now"} | more),
    )
    return append(folder / "ledger.jsonl", [entry])[0]


@pytest.mark.parametrize(
    ("action", "step"),
    [("hide", "hold"), ("spam", "spam"), ("trash", "remove"), ("escalate", ""), ("none", "")],
)
def test_an_action_that_was_chosen_is_the_step(write_inputs, plan, action, step):
    folder = write_inputs(THREE, [("t", "1", "abuse", True), ("t", "3", "spam", True)])
    chosen(folder, action, reason="advert")
    plan()
    assert steps(folder) == [*([("1", step, "ben")] if step else []), ("3", "spam", "ines")]


def test_an_action_needs_no_label_and_a_note_is_no_action(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "3", "spam", True)])
    chosen(folder, "trash", reason="personal-data")
    chosen(folder, None, note="seen by the desk")
    plan()
    assert steps(folder) == [("1", "remove", "ben"), ("3", "spam", "ines")]
    first = orjson.loads((folder / "plan.jsonl").read_bytes().splitlines()[1])
    assert first["reason"] == "personal-data"


def test_what_others_decided_after_an_action_leaves_the_comment_to_people(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "3", "spam", True)])
    chosen(folder, "spam")
    later(folder, True)  # the same person's label is no doubt
    later(folder, False, "cy")
    made = plan()
    assert steps(folder) == [("3", "spam", "ines")]
    assert "decided on by others after the action was chosen" in " ".join(made.err.split())


def test_an_action_that_was_taken_back_gives_way_to_the_label(write_inputs, plan):
    folder = write_inputs(THREE, [("t", "1", "spam", True)])
    key = chosen(folder, "trash")
    retract(folder / "ledger.jsonl", at=datetime(2026, 1, 4, tzinfo=UTC), by="ben", key=key)
    plan()
    assert steps(folder) == [("1", "spam", "ines")]


def test_a_site_without_a_queue_of_its_own_hides_by_removing(write_inputs, plan):
    folder = write_inputs([("t", "12", "approved")], [])
    entry = Action(action="hide", annotator="ben", text="Buy now", thread_id="t", id="12",
                   at=datetime(2026, 1, 3, tzinfo=UTC))  # fmt: skip
    append(folder / "ledger.jsonl", [entry])
    plan(to="disqus")
    assert steps(folder) == [("12", "remove", "ben")]
