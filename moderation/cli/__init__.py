"""The command line: arguments, one call, one message.

Heavy imports live inside the commands, so that `--help` is quick. Results go to standard output
or a file, everything else to standard error. Exit status: 0 = done, 1 = the input was bad or a
check failed, 2 = wrong usage.
"""

# ruff: noqa: F401  each module adds its command, in the order in which --help lists them
# isort: off
from moderation.cli import score
from moderation.cli import parse
from moderation.cli import explain
from moderation.cli import formats
from moderation.cli import train
from moderation.cli import evaluate
from moderation.cli import export
from moderation.cli import card
from moderation.cli import report
from moderation.cli import review
from moderation.cli import thresholds
from moderation.cli import promote
from moderation.cli import queue
from moderation.cli import drift
from moderation.cli import labels
from moderation.cli import apply
from moderation.cli import statements
from moderation.cli import appeals
from moderation.cli import github
from moderation.cli.app import app, main
# isort: on

__all__ = ["app", "main"]
