"""WP-CLI against a fake `wp` that fails as the real one: it stops at the first bad id."""

import json
import os
import sys

import pytest
from kills import Killed, kill

WP = f"""#!{sys.executable}
import json, os, sys
sys.path.insert(0, os.environ["DOUBLES"])
from site_doubles import wordpress_set
place = os.environ["WP_STATE"]
state = json.load(open(place))
words = [word for word in sys.argv[1:] if not word.startswith("--")]
state["calls"].append(sys.argv[1:])
json.dump(state, open(place, "w"))
assert words[0] == "comment" and "--url=https://blog.example" in sys.argv
verb, ids = words[1], words[2:]
for name in ids:
    comment = state["comments"].get(name)
    if comment is None:
        sys.exit(f"Error: Could not find the comment with ID {{name}}.")
    if verb == "get":
        print(comment["status"])
        continue
    word = {{"unapprove": "hold"}}.get(verb, verb)
    if name not in state["liars"] and not wordpress_set(comment, word):
        sys.exit(f"Error: Failed {{verb}} comment {{name}}.")
    print(f"Success: {{verb}} comment {{name}}.")
    state["writes"].append([name, verb])
    json.dump(state, open(place, "w"))
"""


@pytest.fixture
def wp(tmp_path_factory, monkeypatch):
    """Where the comments of the fake are kept."""
    folder = tmp_path_factory.mktemp("wp")
    program, place = folder / "wp", folder / "state.json"
    program.write_text(WP)
    program.chmod(0o755)
    comments = {"4": {"status": "1"}, "5": {"status": "0"}, "6": {"status": "spam", "meta": "1"}}
    place.write_text(json.dumps({"comments": comments, "calls": [], "writes": [], "liars": []}))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("WP_STATE", str(place))
    helpers = next(path for path in sys.path if path.endswith("helpers"))
    monkeypatch.setenv("DOUBLES", helpers)
    return place


def plan(write_inputs, moderation, *more):
    write_inputs(
        [("9", "404", "unknown"), ("9", "4", "unknown"), ("9", "5", "unknown"),
         ("9", "6", "unknown")],
        [("9", "404", "spam", True), ("9", "4", "spam", True), ("9", "5", "abuse", True),
         ("9", "6", "spam", False)],
    )  # fmt: skip
    made = moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "wordpress-cli",
                      "--site", "https://blog.example", "--approve", "-o", "plan.jsonl",
                      "--max-share", "1", *more)  # fmt: skip
    assert made.status == 0, made.err


def test_one_bad_id_keeps_no_other_from_being_done(wp, write_inputs, moderation):
    before = json.loads(wp.read_text())["comments"]
    plan(write_inputs, moderation)
    assert moderation("apply", "run", "plan.jsonl").status == 0 + 1  # 404 is on no site
    assert json.loads(wp.read_text())["writes"] == []
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, "left as found: 404" in ran.err) == (1, True)
    state = json.loads(wp.read_text())
    assert state["writes"] == [["4", "spam"], ["5", "trash"], ["6", "approve"]]
    assert all(len([word for word in call if word.isdigit()]) == 1 for call in state["calls"])
    moderation("apply", "run", "plan.jsonl", "--yes")
    assert len(json.loads(wp.read_text())["writes"]) == 3
    assert moderation("apply", "undo", "plan.jsonl", "--yes").status == 0
    after = json.loads(wp.read_text())
    assert after["writes"][3:] == [["6", "spam"], ["5", "untrash"], ["4", "unspam"]]
    assert after["comments"] == before


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5])
def test_killed_at_any_write_and_run_again(
    number, arrives, wp, write_inputs, moderation, monkeypatch
):
    before = json.loads(wp.read_text())["comments"]
    plan(write_inputs, moderation)
    kill(monkeypatch, number, arrives=arrives)
    killed = 0
    there = [["4", "spam"], ["5", "trash"], ["6", "approve"]]
    back = [["6", "spam"], ["5", "untrash"], ["4", "unspam"]]
    for how, writes in (("run", there), ("undo", there + back)):
        try:
            moderation("apply", how, "plan.jsonl", "--yes")
        except Killed:
            killed += 1
            moderation("apply", how, "plan.jsonl", "--yes")
        assert json.loads(wp.read_text())["writes"] == writes
    assert (killed, json.loads(wp.read_text())["comments"]) == (1, before)


def test_wp_that_says_success_and_changes_nothing_is_found_out(
    wp, write_inputs, moderation, monkeypatch
):
    monkeypatch.setattr("time.sleep", lambda _: None)
    state = json.loads(wp.read_text())
    wp.write_text(json.dumps(state | {"liars": ["4"]}))
    plan(write_inputs, moderation)
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, "said yes, did nothing" in ran.out) == (1, True)


def test_without_wp_a_line_says_so(wp, write_inputs, moderation, monkeypatch):
    plan(write_inputs, moderation)
    monkeypatch.setenv("PATH", "/nowhere")
    ran = moderation("apply", "run", "plan.jsonl")
    assert (ran.status, "moderation: wp is not on the PATH" in ran.err) == (1, True)
