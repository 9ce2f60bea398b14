"""Every command that the documentation shows runs, and every goal that it names can be had.

What README.md shows with its output is run by test_readme.py; here is all that is shown without.
"""

import re
import shlex
import shutil

import pytest
from places import ROOT

from moderation.errors import GoalError
from moderation.model.goals.choose import with_goals
from moderation.model.goals.goal import Goal
from moderation.model.model import Model

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md"),
                *ROOT.glob("models/*.md"), *ROOT.glob("labels/*.md"), *ROOT.glob("seeds/*.md"),
                *ROOT.glob("labels/*.toml")])  # fmt: skip
PAGES.remove(ROOT / "docs/commands.md")  # usage lines, which test_site.py compares
STATEMENTS = ROOT / "docs/statements.md"
SHOWN = re.compile(r"(?:`|^|^# +|^    )moderation ((?:\\\||[^`\n|])+)", re.MULTILINE)
GOAL = re.compile(
    r"precision >= [\d.]*\d|recall >= [\d.]*\d|false positive rate <= [\d.]+%|"
    r"at most [\d,]+ flags per [\d,]+ comments"
)
STANDS_FOR = (
    (" #.*", ""),  # a remark behind a command
    (r"labels check\\\|.*", "labels check"),
    (r"\[-m MODEL\]", "-m default"),
    (r'(--set "[^"]+"\]) \[--dump DUMP\]', r"\1"),  # few comments bear out few goals
    (r"[\[\]]|\.\.\.|…", ""),
    (r"'[\w/]+\*\.\w+(\.zst)?'|\bDUMP\b", "seeds/forum.jsonl"),
    (r"\bSCORED\b", "scored.parquet"),
    (r"\bOLD NEW\b", "scored.parquet scored.parquet"),
    (r"^(thresholds|export) --language$", r"\1 --help"),
    (r"thresholds MODEL", "thresholds default -o models/goals"),
    (r"^COMMAND\b", "score"),
    (r"--memory \dGB", "--memory 2GB"),
    (r"\bthresholds$", "thresholds default"),
    (r"(evaluate|export|card) MODEL", r"\1 default"),
    (r"-o FOLDER", "-o hub"),
    (r"^github( --minimize)?$", r"github\1 --event event.json"),
    (r"--from MODEL|--against MODEL", "--from default"),
    (r"evaluate (.*)--from default", r"evaluate \1--against default"),
    (r"evaluate models/mine *--", "evaluate models/mine labels/ledger.jsonl --"),
    (r"\bLABELS\b", "labels/ledger.jsonl"),
    (r"\bCASES\.csv\b", "cases.csv"),
    (r"\bCANDIDATE\b", "models/mine"),
    (r"labels/ledger\.jsonl +-o models/mine", "labels/ledger.jsonl --from default -o models/mine"),
    (r"\bNAME\b", "named"),
    (r"\bTEXT\b", "words"),
    (r"\bFILE\b", "seeds/bike-lane.txt"),
    (r"-o seeds/bike-lane\.txt", "-o made.jsonl"),
    (r"--report seeds/bike-lane\.txt", "--report made.html"),
    (
        r"^(report|export|card|labels (retract|import|export)|apply|apply statements|appeals)$",
        r"\1 -h",
    ),
    (r"^apply plan\\\|.*|^apply (plan|run|verify|undo)$", "apply --help"),
    (r"^report out/", "report scored.parquet"),
    (r"^labels retract KEY", "labels retract --help"),  # the others want what was decided
)
NOT_RUN = (
    (r"^appeals (open|decide)", "want what was decided: tests/labels/test_appeals.py"),
    (r"--retracted", "wants a site: tests/apply/test_run.py"),
    (r"^review\b", "serves until it is stopped"),
    (r"^--install-completion", "changes the shell's settings: tests/cli/test_completion.py"),
    (r"--cluster|s3://", "needs a cluster or a store"),
    (r"--sources", "needs the public sets"),
)


def shown():
    """Every command, as it is written."""
    text = "\n".join(re.sub(r"```console\n.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
                     for page in PAGES)  # fmt: skip
    return list(dict.fromkeys(one.strip() for one in SHOWN.findall(text)))


def runnable(command):
    for pattern, made in STANDS_FOR:
        command = re.sub(pattern, made, command.strip())
    return command


def kept(commands):
    return [one for one in commands if not any(re.search(what, one) for what, _ in NOT_RUN)]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    place = tmp_path_factory.mktemp("clone")
    for name in ("seeds", "labels"):
        shutil.copytree(ROOT / name, place / name)
    shutil.copy(ROOT / "tests/quality/behaviour.csv", place / "cases.csv")
    (place / "event.json").write_text('{"comment": {"body": "Thank you"}}', encoding="utf-8")
    (policy,) = re.findall(r"```toml\n(.*?)```", STATEMENTS.read_text("utf-8"), re.DOTALL)
    (place / "policy.toml").write_text(policy, encoding="utf-8")
    return place


def test_every_command_that_is_shown_runs(clone, moderation, monkeypatch):
    """In one folder, in the order of the pages, after a first round of the loop."""
    monkeypatch.chdir(clone)
    before = ("score seeds/forum.jsonl seeds/bike-lane.txt -o scored.parquet",
              "labels import labels/example_decisions.csv",
              "train labels/ledger.jsonl --from default -o models/mine")  # fmt: skip
    commands = kept(dict.fromkeys(map(runnable, shown())))
    assert len(commands) > 20
    for command in (*before, *commands):
        ran = moderation(*shlex.split(command))
        assert ran.status == 0, (command, ran.err)


def test_every_goal_that_is_named_can_be_had_with_the_shipped_model(moderation):
    model = Model.load(ROOT / "models/default")
    places = [page.read_text("utf-8") for page in PAGES]
    places += [moderation(name, "--help").out for name in ("thresholds", "train")]
    with pytest.raises(GoalError) as refused:
        Goal.parse("perfection")
    goals = set(GOAL.findall(" ".join(" ".join([*places, str(refused.value)]).split())))
    assert len(goals) >= 6
    for goal in goals:
        made = with_goals(model, {"spam": Goal.parse(goal)}).heads[0]
        assert made.operating["goal"] == goal, goal
