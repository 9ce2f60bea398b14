"""One comment of a GitHub event: scored, shown escaped, hidden only if asked."""

import json
import os
import subprocess
import sys

import pytest
from places import MODEL, ROOT
from site_doubles import github

from moderation.apply.github_event import Event, Flag, annotation, prose, summary

SHOWN = {"isMinimized": False, "minimizedReason": None}
INSULT = "You pathetic idiot, nobody wants you here."
ADVERT = "Cheap replica watches, order now at www.watches-outlet.example"
HOSTILE = (
    f"{INSULT}\n::set-output name=flags::none\n::add-mask::a\r\n##[command]x\n"
    "$(touch /tmp/owned) `id` ${{ github.token }} <script>alert(1)</script> | @everyone"
)


def comment(body, association="NONE", **others):
    fields = {
        "node_id": "IC_kw4",
        "body": body,
        "author_association": association,
        "html_url": "https://github.com/o/r/issues/1#issuecomment-2",
        "user": {"login": "stranger"},
    }
    return fields | others


ISSUE = {"title": "It does not start", "body": "Since the last update.", "node_id": "I_1"}
EVENTS = {
    "issue_comment": {"action": "created", "comment": comment(INSULT), "issue": ISSUE},
    "review_comment": {"action": "created", "comment": comment(INSULT), "pull_request": ISSUE},
    "discussion_comment": {"action": "edited", "comment": comment(INSULT), "discussion": ISSUE},
    "review": {"action": "submitted", "review": comment(INSULT), "pull_request": ISSUE},
    "issues": {"action": "opened", "issue": comment(INSULT, title="Fix it")},
    "spam": {"action": "created", "comment": comment(ADVERT), "issue": ISSUE},
}


@pytest.fixture
def run(tmp_path, moderation, monkeypatch):
    """Run the command on an event: what it printed, its outputs and its summary."""
    files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for name, path in files.items():
        monkeypatch.setenv(name, str(path))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    monkeypatch.setenv("GITHUB_TOKEN", "github-token")

    def go(event, *arguments):
        text = event if isinstance(event, str) else json.dumps(event)
        (tmp_path / "event.json").write_text(text, encoding="utf-8")
        ran = moderation("github", "-m", MODEL, *arguments)
        output, told = (path.read_text("utf-8") if path.exists() else "" for path in files.values())
        return ran, output, told

    return go


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_scored_and_nothing_is_hidden(run, name):
    label = {"spam": "spam"}.get(name, "abuse")
    ran, output, told = run(EVENTS[name])
    assert ran.status == 0
    assert ran.out.startswith("::warning title=moderation::comment by stranger: ")
    assert f"{label} 0." in ran.out or f"{label} 1." in ran.out
    assert output == f"flags={label}\nminimized=false\n"
    assert "left as it is" in told


@pytest.mark.parametrize(
    "event",
    [
        {"action": "created", "comment": comment(INSULT, "OWNER"), "issue": ISSUE},
        {"action": "deleted", "comment": comment(INSULT), "issue": ISSUE},
        {"action": "created", "comment": comment("<!-- You idiot -->"), "issue": ISSUE},
        {"action": "created", "comment": comment(None), "issue": ISSUE},
        {"action": "created", "repository": {}},
        {"action": "created", "comment": comment("It starts again, thank you."), "issue": ISSUE},
    ],
    ids=["owner", "deleted", "remark", "empty", "other", "clean"],
)
def test_what_is_not_flagged_is_not_annotated(run, event):
    ran, _, told = run(event)
    assert (ran.status, ran.out, told) == (0, "", "")


def test_a_hostile_comment_gives_no_orders_and_no_markup(run):
    event = {"action": "created", "comment": comment(HOSTILE), "issue": ISSUE}
    event["comment"]["user"]["login"] = "::error::x\n::warning::y"
    event["comment"]["html_url"] = "https://github.com/x) [click](javascript:alert(1)"
    ran, output, told = run(event)
    assert ran.status == 0
    assert [line for line in (ran.out + ran.err).splitlines() if line.startswith(("::", "##"))] == [
        ran.out.rstrip("\n")
    ]
    assert ran.out.startswith("::warning title=moderation::")
    assert set(output.splitlines()) == {"flags=abuse", "minimized=false"}
    assert "<script" not in told
    assert "javascript" not in told
    assert "@everyone" not in told


def test_marks_of_every_kind_are_inert():
    event = Event("IC_1", "x", "a%0A::b", "", "https://github.com/a", "", "", hideable=True)
    flags = [Flag("abuse", 0.9, 0.7, ["<b>|`*_[x](y)\u202e\n::error::", "@team"])]
    told = summary(event, flags, is_hidden=False)
    row = next(line for line in told.splitlines() if line.startswith("| abuse"))
    assert row.count("|") == 5
    assert "<code>&#60;b&#62;&#124;&#96;&#42;&#95;&#91;x&#93;&#40;y&#41;" in row
    assert "&#64;team" in row
    assert "\u202e" not in told
    assert "a%250A::b" in annotation(event, flags)
    assert annotation(event, flags).count("\n") == 0


@pytest.mark.parametrize(
    ("name", "why"), [("issue_comment", "ABUSE"), ("review", "ABUSE"), ("spam", "SPAM")]
)
def test_it_hides_only_when_asked_and_proves_it(run, make_site, monkeypatch, name, why):
    site = make_site(github, {"IC_kw4": dict(SHOWN)})
    monkeypatch.setenv("GITHUB_GRAPHQL_URL", f"{site.url}/graphql")
    run(EVENTS[name])
    assert site.requests == []
    monkeypatch.setenv("MODERATION_MINIMIZE", "true")
    ran, output, told = run(EVENTS[name])
    assert (ran.status, site.writes) == (0, [("IC_kw4", why)])
    assert output.endswith("minimized=true\n")
    assert "it was hidden" in told
    assert site.comments["IC_kw4"]["isMinimized"]


def test_what_was_hidden_before_and_what_cannot_be_is_left_alone(run, make_site, monkeypatch):
    site = make_site(github, {"IC_kw4": {"isMinimized": True, "minimizedReason": "outdated"}})
    monkeypatch.setenv("GITHUB_GRAPHQL_URL", f"{site.url}/graphql")
    assert run(EVENTS["issue_comment"], "--minimize")[1].endswith("minimized=false\n")
    asked = len(site.requests)
    assert run(EVENTS["issues"], "--minimize")[1].endswith("minimized=false\n")
    assert (site.writes, len(site.requests)) == ([], asked)


def test_a_comment_that_stays_visible_is_an_error(run, make_site, monkeypatch):
    site = make_site(github, {"IC_kw4": dict(SHOWN)})
    site.liars = {"IC_kw4"}
    monkeypatch.setenv("GITHUB_GRAPHQL_URL", f"{site.url}/graphql")
    ran, _, _ = run(EVENTS["issue_comment"], "--minimize")
    assert ran.status == 1
    assert "shows it" in ran.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no event of GitHub's"),
        ("[1]", "not a JSON object"),
        ('{"a":', "no event of GitHub's"),
    ],
)
def test_what_is_no_event_is_one_line(run, text, said):
    ran, _, _ = run(text)
    assert (ran.status, said in ran.err, len(ran.err.splitlines())) == (1, True, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--labels", "sarcasm"),
        ("--labels", ","),
        ("--threshold", "much"),
        ("--threshold", "1.5"),
        ("--threshold", "off_topic=0.5"),
    ],
)
def test_wrong_inputs_are_wrong_usage(run, arguments):
    assert run(EVENTS["spam"], *arguments)[0].status == 2


def test_thresholds_are_those_that_are_given(run):
    assert run(EVENTS["issue_comment"], "--threshold", "abuse=1")[1].startswith("flags=\n")
    assert "flags=spam\n" in run(EVENTS["spam"], "--threshold", "0.5")[1]


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("a\n```\nkill all\n```\nb", "a\nb"),
        ("~~~~ py\nx\n~~~\ny\n~~~~\nz", "z"),
        ("a <!-- b --> c <!-- d", "a  c <!-- d"),
        ("<!--" * 50_000, "<!--" * 50_000),
    ],
)
def test_code_and_remarks_are_nobodys_words(markdown, said):
    assert prose(markdown) == said


def test_the_script_passes_inputs_as_they_are(tmp_path):
    """With a stand-in for the program, which says what it was called with."""
    home, output = tmp_path / "home", tmp_path / "output"
    (home / ".moderation/bin").mkdir(parents=True)
    program = home / ".moderation/bin/moderation"
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n", "utf-8"
    )
    program.chmod(0o700)
    hostile = "spam'\"; touch owned $(touch owned) `touch owned` --minimize"
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "GITHUB_OUTPUT": str(output),
           "GITHUB_WORKSPACE": str(tmp_path), "MODERATION_IMAGE": "", "MODERATION_LABELS": hostile,
           "MODERATION_THRESHOLD": "", "MODERATION_EXEMPT": "", "MODERATION_MODEL": "default",
           "MODERATION_MINIMIZE": "false"}  # fmt: skip
    script = ["bash", str(ROOT / ".github/action.sh")]
    ran = subprocess.run([*script, "score"], env=env, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [
        "github", f"--labels={hostile}", "--threshold=", "--exempt=", "--model=default",
    ]  # fmt: skip
    assert not (tmp_path / "owned").exists()
    subprocess.run([*script, "digest"], env=env, check=True)
    assert output.read_text("utf-8").startswith("digest=")
