"""The command line: arguments, one call, one message.

Heavy imports live inside the commands, so that `--help` is quick. Results go to standard output
or a file, everything else to standard error. Exit status: 0 done, 1 the input or a check failed,
2 wrong usage.
"""

from moderation.cli import (  # noqa: F401  each adds its commands
    dumps,
    labels,
    models,
    pages,
    promote,
    watch,
)
from moderation.cli.app import app, main

__all__ = ["app", "main"]
