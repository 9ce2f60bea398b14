"""What the run needs of a platform: read the state of one comment, and change it.

States are the same words everywhere: `approved`, `pending`, `spam`, `removed`, `gone`; where a
single comment cannot be taken down, also `reported` and, of its author, `restricted`. A platform
says which of them it has, how its ids look, and what must be in the environment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from moderation.errors import ApplyError

APPROVED, PENDING, SPAM, REMOVED, GONE = "approved", "pending", "spam", "removed", "gone"
REPORTED, RESTRICTED = "reported", "restricted"
STATES = (APPROVED, PENDING, SPAM, REMOVED, GONE, REPORTED, RESTRICTED)


class AlteredError(ApplyError):
    """The write was made, and the platform changed more than it was asked to."""


class Target(NamedTuple):
    """One comment on the site. delivery: names the write, the same one when it is sent again.

    reason: the labels or the rule, for a site that keeps one.
    """

    thread: str
    id: str
    delivery: str = ""
    reason: str = ""


class Change(NamedTuple):
    """From one state to another. undo: back to where a run found it."""

    before: str | None
    after: str | None
    undo: bool = False


class Driver(Protocol):
    """One platform, with its credentials.

    Both raise ApplyError where it refuses, or answers what cannot be understood. spent: why
    nothing more can be asked today; the run stops then.
    """

    spent: str = ""

    def read(self, target: Target) -> str | None:
        """The comment's state now; None where the platform cannot be asked."""

    def write(self, target: Target, change: Change) -> str | None:
        """Change it; the state that the platform's answer names, if it names one."""

    def obstacle(self, target: Target, change: Change) -> str:
        """Why the comment that was just read should not be changed; "" for no reason.

        Asked in a dry run too: nothing is sent.
        """
        return ""


class Settings(NamedTuple):
    """Where the site is. options: what only one platform knows, as checked by its `check`."""

    site: str | None
    options: Mapping[str, str]


def _nothing_to_check(settings: Settings) -> None:
    return None


@dataclass(frozen=True)
class Platform:
    """What is known of a platform before anybody asks it.

    id: the grammar of its comments' ids. actions: the state that each action leads to.
    statuses: the state of each `status` of a dump; one that is not here may be any.
    secrets: what `open` reads from the environment.
    per_thread: ids are unique only within a thread. options: settings of its own, with defaults;
    None must be given. home: the site where there is only one. returns: the states that an undo
    can lead back to; a comment in any other one is changed for good. chosen: the actions as the
    options have them. explains: why the site, and no statement of ours, tells authors its reasons.
    """

    about: str
    id: re.Pattern[str]
    actions: Mapping[str, str]
    statuses: Mapping[str, str]
    open: Callable[[Settings], Driver] | None
    thread: re.Pattern[str] | None = None
    secrets: tuple[str, ...] = ()
    per_thread: bool = False
    options: Mapping[str, str | None] = field(default_factory=dict)
    home: str | None = None
    needs_site: bool = True
    returns: frozenset[str] = frozenset({APPROVED, PENDING, SPAM, REMOVED})
    check: Callable[[Settings], None] = _nothing_to_check
    chosen: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None
    explains: str = ""

    def leads(self, options: Mapping[str, str]) -> Mapping[str, str]:
        """The state that each action leads to, with these options."""
        return self.actions if self.chosen is None else self.chosen(options)

    def fits(self, thread: str, name: str) -> bool:
        """Whether this can be a comment of the platform, by its ids."""
        if self.thread is not None and self.thread.fullmatch(thread) is None:
            return False
        return self.id.fullmatch(name) is not None
