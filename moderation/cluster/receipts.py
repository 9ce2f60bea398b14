"""Receipts: what a finished task leaves, so that a resumed run can tell what is done.

A receipt is written after the files of its task, whole or not at all. It counts only as long as
what the task was made from has the same digest, and its files still have theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from moderation.cluster import files
from moderation.errors import OutputError

if TYPE_CHECKING:
    from moderation.cluster.job import Job

Receipt = dict[str, Any]


def place(job: Job, name: str) -> str:
    """Where the receipt of a task lies."""
    return f"{job.folder}/_receipts/{name}.json"


def kept(job: Job, name: str, made_from: str) -> Receipt | None:
    """The receipt of a task that is done and still valid, else None."""
    receipt = load(job, name)
    if receipt is None or receipt["made_from"] != made_from or receipt.get("failed"):
        return None
    for path, digest in receipt["files"].items():
        target = f"{job.folder}/{path}"
        if not files.exists(target) or files.sha256(target) != digest:
            return None
    return receipt | {"kept": True}


def load(job: Job, name: str) -> Receipt | None:
    """The receipt of a task, None where there is none."""
    target = place(job, name)
    if not files.exists(target):
        return None
    try:
        receipt: Receipt = orjson.loads(files.read_bytes(target))
    except ValueError:  # another hand was at it; the task is done again
        return None
    return receipt


def need(job: Job, name: str) -> Receipt:
    """The receipt of a task that has been done. Raises OutputError if it is missing."""
    receipt = load(job, name)
    if receipt is None:
        raise OutputError(f"{place(job, name)}: missing; run the command again")
    return receipt


def leave(job: Job, name: str, made_from: str, paths: list[str], **summary: Any) -> Receipt:
    """Write a receipt. paths: of the task's files, within the output folder; summary: JSON-able."""
    receipt: Receipt = {
        "made_from": made_from,
        "files": {path: files.sha256(f"{job.folder}/{path}") for path in sorted(paths)},
        **summary,
    }
    files.write_bytes(place(job, name), orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS))
    return receipt
