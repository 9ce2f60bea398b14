"""The comment table: its columns, and the tables beside it.

The errors stand in `moderation.errors` and may be imported from here too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from moderation.errors import (
    GoalError,
    InputError,
    InternalError,
    LabelError,
    ModelError,
    ModerationError,
    OutputError,
    UnknownFormatError,
)

__all__ = [
    "COMMENT_SCHEMA",
    "HERE",
    "KINDS",
    "PINGS",
    "RECORD_SCHEMA",
    "REJECT_SCHEMA",
    "STATUSES",
    "STRING",
    "THREAD_SCHEMA",
    "TIME",
    "UNSCORED",
    "Batch",
    "GoalError",
    "InputError",
    "InternalError",
    "LabelError",
    "ModelError",
    "ModerationError",
    "OutputError",
    "Reject",
    "UnknownFormatError",
]


KINDS = ("comment", "message", "pingback", "trackback", "service", "repost", "placeholder")
HERE = "_here"  # ends the name of a column of scores for the dump at hand: spam, spam_here
PINGS = ("pingback", "trackback")  # other pages that link here
UNSCORED = (*PINGS, "service", "repost")  # kept: a system or somebody else wrote them
STATUSES = ("approved", "pending", "spam", "removed", "deleted", "hidden", "unknown")

STRING = pa.large_string()  # 64-bit offsets: the text of a big dump passes 2 GiB
TIME = pa.timestamp("us", tz="UTC")

RECORD_SCHEMA = pa.schema(
    [
        ("thread_id", STRING),
        ("id", STRING),
        ("parent_id", STRING),  # null = top level
        ("author", STRING),
        ("created_at", TIME),
        ("text", STRING),
        ("kind", STRING),  # one of KINDS
        ("status", STRING),  # one of STATUSES
        ("url", STRING),
        ("warnings", pa.list_(pa.string())),
    ]
)
"""What a reader yields: one row per record, in the dump's order, before the trees are known."""

COMMENT_SCHEMA = pa.schema(
    [
        ("thread_id", STRING),
        ("id", STRING),
        ("parent_id", STRING),
        ("depth", pa.int32()),  # 1 = top level
        ("position", pa.int32()),  # 0-based, pre-order within the thread
        *(RECORD_SCHEMA.field(name) for name in RECORD_SCHEMA.names[3:]),
    ]
)
"""The comment table: threads contiguous, each in pre-order."""

THREAD_SCHEMA = pa.schema(
    [("thread_id", STRING), ("title", STRING), ("article", STRING), ("url", STRING)]
)
"""One row per thread: the article, post or question is context, never a comment."""

REJECT_SCHEMA = pa.schema(
    [("file", STRING), ("place", STRING), ("reason", STRING), ("snippet", STRING)]
)
"""One row per record that could not be read."""


class Reject(NamedTuple):
    """A record that could not be read: where it stands and why."""

    file: str
    place: str  # "line 12", "byte 4096", "record 7"
    reason: str
    snippet: str = ""  # the first 200 characters, for finding it again


@dataclass
class Batch:
    """What a reader yields: some records, the threads first met in them, and what was rejected.

    records: RECORD_SCHEMA. threads: THREAD_SCHEMA; a thread may come again in a later batch,
    the smallest value of each column stands. `notes` are sentences for the summary
    ("decoded as Windows-1252"). met: how many records the reader came upon, counted where they
    are cut out of the file, before anything is made of them: over a file it equals the records
    and rejects that come out, less those `invented` (placeholders for comments that the file
    does not hold). site: where thread ids are those of one site only, its address.
    """

    records: pa.Table = field(default_factory=RECORD_SCHEMA.empty_table)
    threads: pa.Table = field(default_factory=THREAD_SCHEMA.empty_table)
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    met: int = 0
    invented: int = 0
    site: str | None = None
