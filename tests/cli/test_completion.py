"""Shell completion: what a shell is told, and that asking costs no heavy import."""

import os
import subprocess
import sys

import pytest

ASK = (
    "import sys\n"
    "from moderation.cli import main\n"
    "sys.argv[0] = 'moderation'\n"
    "try:\n"
    "    main()\n"
    "except SystemExit:\n"
    "    pass\n"
    "heavy = {'numpy', 'pandas', 'pyarrow', 'sklearn', 'scipy'} & set(sys.modules)\n"
    "print(sorted(heavy), file=sys.stderr)"
)


def asked(**variables):
    """What the program answers to a shell: its words, and which heavy modules it imported."""
    command = [sys.executable, "-c", ASK]
    env = os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"} | variables
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return ran.stdout, ran.stderr.strip()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("moderation sc", ["score"]),
        ("moderation labels e", ["export"]),
        ("moderation apply v", ["verify"]),
        ("moderation score --prev", ["--prevalence"]),
    ],
)
def test_bash_is_offered_commands_and_options(line, offered):
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    out, heavy = asked(_MODERATION_COMPLETE="complete_bash", **words)
    assert (out.split(), heavy) == (offered, "[]")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script_that_asks(shell):
    out, heavy = asked(_MODERATION_COMPLETE=f"source_{shell}")
    assert f"complete_{shell}" in out
    assert heavy == "[]"
