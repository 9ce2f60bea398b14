"""WordPress by WP-CLI on the machine of the site: `wp`, started without a shell, one id a time.

Of several ids `wp` leaves all behind the first bad one as they are, and says so only by its
status; and a comment that is spam already counts as bad. `wp comment delete` is never used: what
is in the trash it deletes for good.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from moderation.apply.http import checked_site
from moderation.apply.platforms.wordpress import ACTIONS, ID, STATUSES, state_of, verb
from moderation.apply.target import GONE, Change, Driver, Platform, Settings, Target
from moderation.errors import ApplyError
from moderation.terminal import safe

TIMEOUT = 120  # seconds for one call; each starts the whole of WordPress
_NO_COMMENT = re.compile(r"Invalid comment ID|Could not find the comment", re.IGNORECASE)


class WordPressCli(Driver):
    """See target.Driver. program: the path of `wp`. options: come first in every call."""

    def __init__(self, program: str, options: list[str]) -> None:
        self._program, self._options = program, options

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        ran = self._run("get", target.id, "--field=comment_approved")
        if ran.returncode and _NO_COMMENT.search(ran.stderr):
            return GONE
        state = state_of(ran.stdout.strip())
        if ran.returncode or state is None:
            raise _refusal(ran, target)
        return state

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        word = verb(change)
        ran = self._run("unapprove" if word == "hold" else word, target.id)
        if ran.returncode:
            raise _refusal(ran, target)
        return None

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        call = [self._program, "comment", *words, *self._options]
        try:
            return subprocess.run(  # noqa: S603  no shell, and every word was checked
                call,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ApplyError(f"wp comment {words[0]}: no answer in {TIMEOUT} s") from None
        except OSError as error:
            raise ApplyError(f"{self._program}: cannot be started: {error.strerror}") from error


def _refusal(ran: subprocess.CompletedProcess[str], target: Target) -> ApplyError:
    message = safe(" ".join(f"{ran.stderr} {ran.stdout}".split()))[:200]
    return ApplyError(f"comment {target.id}: wp ended with status {ran.returncode}: {message}")


def _open(settings: Settings) -> WordPressCli:
    program = shutil.which("wp")
    if program is None:
        raise ApplyError("wp is not on the PATH; install WP-CLI, or run this on the site's machine")
    folder = settings.options["wp-path"]
    if not Path(folder).is_dir():
        raise ApplyError(f"{folder}: there is no such folder; name WordPress's own as wp-path")
    return WordPressCli(program, [f"--url={settings.site}", f"--path={folder}", "--no-color"])


def _check(settings: Settings) -> None:
    checked_site(settings.site or "")  # without --url, wp's e-mails have wrong links
    if not settings.options["wp-path"].isprintable():
        raise ApplyError("wp-path is no name of a folder")


WORDPRESS_CLI = Platform(
    about="WordPress by the program wp",
    id=ID,
    actions=ACTIONS,
    statuses=STATUSES,
    open=_open,
    options={"wp-path": "."},
    check=_check,
)
