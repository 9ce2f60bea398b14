"""A run killed anywhere and started again does all, once; what is not as planned is left."""

from datetime import UTC, datetime

import pytest

from moderation.apply.journal import Journal
from moderation.apply.plan import Plan, Step
from moderation.apply.run import Run, carry_out, look, take_back
from moderation.errors import ApplyError

FOUND = {"1": "approved", "2": "pending", "3": "approved", "4": "spam"}
WANTED = {"1": "spam", "2": "spam", "3": "removed", "4": "spam"}


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


class Memory:
    """A site in memory. kill: (number of the write, whether it arrives before the end)."""

    spent = ""

    def __init__(self, states, kill=None, liars=(), refused=()):
        self.states, self.kill = dict(states), kill
        self.liars, self.refused, self.writes = liars, refused, []

    def read(self, target):
        return self.states.get(target.id, "gone")

    def obstacle(self, target, change):
        return ""

    def write(self, target, change):
        number = len(self.writes)
        if self.kill == (number, False):
            raise Killed
        if target.id in self.refused:
            raise ApplyError("403")
        if target.id not in self.liars:
            self.states[target.id] = change.after
        self.writes.append(target.id)
        if self.kill == (number, True):
            raise Killed


def plan(before=FOUND, after=WANTED):
    steps = [
        Step(step=f"s{name}", thread="t", id=name, action="spam", before=before[name],
             after=after[name], reason="spam", by="ines", decided_at=None, decisions=["k"])
        for name in after
    ]  # fmt: skip
    return Plan(to="csv", site=None, options={}, made_at="", comments=99, ledger="", scored="",
                steps=steps)  # fmt: skip


def clock():
    return datetime(2026, 1, 1, tzinfo=UTC)


def play(how, site, path, made=None, **options):
    made = made or plan()
    with Journal(path, made.digest, clock) as journal:
        run = Run(made, site, journal.entries, journal, lambda _: None, **options)
        return [outcome.what for outcome in how(run)]


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "plan.journal.jsonl"


def test_a_run_writes_once_and_an_undo_brings_back_what_was(journal):
    site = Memory(FOUND)
    assert play(carry_out, site, journal) == ["written", "written", "written", "already so"]
    assert site.states == WANTED
    again = ["done before", "done before", "done before", "already so"]
    assert play(carry_out, site, journal) == again
    assert site.writes == ["1", "2", "3"]
    undone = ["never written", "written", "written", "written"]
    assert play(take_back, site, journal) == undone
    assert site.states == FOUND
    play(take_back, site, journal)
    assert site.writes == ["1", "2", "3", "3", "2", "1"]
    assert play(carry_out, site, journal)[:3] == ["undone before"] * 3
    assert site.states == FOUND


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_run_killed_at_any_write_goes_on_and_writes_nothing_twice(journal, number, arrives):
    site = Memory(FOUND, (number, arrives))
    with pytest.raises(Killed):
        play(carry_out, site, journal)
    site.kill = None
    play(carry_out, site, journal)
    assert site.states == WANTED
    assert site.writes == ["1", "2", "3"]
    play(take_back, site, journal)
    assert site.states == FOUND


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("number", [3, 4, 5])
def test_so_does_an_undo(journal, number, arrives):
    site = Memory(FOUND, (number, arrives))
    play(carry_out, site, journal)
    with pytest.raises(Killed):
        play(take_back, site, journal)
    site.kill = None
    play(take_back, site, journal)
    assert site.states == FOUND
    assert site.writes == ["1", "2", "3", "3", "2", "1"]


def test_a_run_killed_while_undoing_right_after_its_write_is_undone(journal):
    site = Memory(FOUND, (1, True))
    with pytest.raises(Killed):
        play(carry_out, site, journal)
    site.kill = None
    play(take_back, site, journal)
    assert site.states == FOUND


def test_a_journal_cut_at_any_byte_is_enough(journal, tmp_path):
    play(carry_out, Memory(FOUND), journal)
    whole = journal.read_bytes()
    last = whole[:-1].rindex(b"\n") + 1  # the end of the last write: it was begun before
    for cut in range(last, len(whole)):
        torn = tmp_path / f"{cut}.jsonl"
        torn.write_bytes(whole[:cut])
        site = Memory(WANTED)
        assert play(carry_out, site, torn)[2] == "done before"
        assert site.writes == []


def test_what_somebody_changed_meanwhile_is_left(journal):
    site = Memory(FOUND | {"1": "removed", "2": "approved"})
    found = play(carry_out, site, journal)
    assert found == ["changed by somebody", "changed by somebody", "written", "already so"]
    assert site.writes == ["3"]


def test_what_somebody_changed_since_is_not_undone(journal):
    site = Memory(FOUND)
    play(carry_out, site, journal)
    site.states["1"] = "removed"
    assert play(look, site, journal)[:2] == ["changed by somebody", "as written"]
    assert play(take_back, site, journal)[-1] == "changed by somebody"
    assert site.states == FOUND | {"1": "removed"}


def test_a_write_that_was_killed_and_then_changed_by_somebody_is_left(journal):
    site = Memory(FOUND, (0, False))
    with pytest.raises(Killed):
        play(carry_out, site, journal)
    site.states["1"] = "removed"
    site.kill = None
    assert play(carry_out, site, journal)[0] == "changed by somebody"
    assert site.states["1"] == "removed"


def test_a_site_that_says_it_did_and_did_not_is_found_out(journal):
    site = Memory(FOUND, liars=("2",))
    found = play(carry_out, site, journal)
    assert found == ["written", "said yes, did nothing", "written", "already so"]
    assert play(look, site, journal)[:3] == ["as written", "failed", "as written"]
    site.liars = ()
    assert play(carry_out, site, journal)[1] == "written"


def test_a_refusal_is_a_failure_and_the_comment_may_be_tried_again(journal):
    site = Memory(FOUND, refused=("1",))
    assert play(carry_out, site, journal)[:2] == ["failed", "written"]
    site.refused = ()
    assert play(carry_out, site, journal)[:2] == ["written", "done before"]


def test_five_failures_in_a_row_stop_the_run(journal):
    names = [str(number) for number in range(9)]
    made = plan(dict.fromkeys(names, "approved"), dict.fromkeys(names, "spam"))
    site = Memory(dict.fromkeys(names, "approved"), liars=names)
    with pytest.raises(ApplyError, match="5 steps in a row"):
        play(carry_out, site, journal, made)
    assert site.writes == names[:5]


def test_a_dump_of_another_time_stops_the_run(journal):
    names = [str(number) for number in range(30)]
    made = plan(dict.fromkeys(names, "approved"), dict.fromkeys(names, "spam"))
    site = Memory(dict.fromkeys(names, "removed"))
    with pytest.raises(ApplyError, match="10 of 10 comments were changed"):
        play(carry_out, site, journal, made)
    assert site.writes == []


def test_a_comment_that_is_gone_is_named(journal):
    assert play(carry_out, Memory(FOUND | {"1": "gone"}), journal)[0] == "not on the site"


def test_most_bounds_the_writes_and_the_next_run_goes_on(journal):
    site = Memory(FOUND)
    assert play(carry_out, site, journal, most=1)[1:3] == ["left for the next run"] * 2
    assert site.writes == ["1"]
    play(carry_out, site, journal)
    assert site.writes == ["1", "2", "3"]


def test_a_dry_run_writes_nothing_anywhere(journal):
    site, made = Memory(FOUND), plan()
    run = Run(made, site, {}, None, lambda _: None)
    assert [one.what for one in carry_out(run)] == ["to write"] * 3 + ["already so"]
    assert site.states == FOUND
    assert site.writes == []
    assert not journal.exists()


def test_two_runs_at_once_are_refused(journal):
    made = plan()
    with (
        Journal(journal, made.digest, clock),
        pytest.raises(ApplyError, match="another run of this plan is at work"),
    ):
        Journal(journal, made.digest, clock)


def test_the_journal_of_another_plan_is_refused(journal):
    play(carry_out, Memory(FOUND), journal)
    with pytest.raises(ApplyError, match="belongs to another plan"):
        Journal(journal, "0" * 64, clock)


def test_a_damaged_journal_is_refused_with_its_line(journal):
    play(carry_out, Memory(FOUND), journal)
    journal.write_bytes(b"zero\n" + journal.read_bytes())
    with pytest.raises(ApplyError, match=r"plan\.journal\.jsonl:1: is no line of a journal"):
        Journal(journal, plan().digest, clock)
