"""The context of a chat's message: what was said just before and around it, not the whole channel.

A channel goes on for years, and its topics come and go. It is cut into windows of some messages,
answers with what they answer; a message is compared with its window and the one before. Only the
channel's own messages in their order decide where it is cut.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow.compute as pc

from moderation.tables import text_column

if TYPE_CHECKING:
    from moderation.tables import Table

WINDOW = 20  # messages at least, but in the last of a channel
MESSAGE = "message"


class Windows(NamedTuple):
    """What messages are compared with, as conversations of their own.

    rows: (k,) int64 of the comment table, those before a window once more. bounds: first rows of
    the conversations among these, (conversations + 1,). own: (k,) bool, False for what came before.
    heads: (2 * conversations,) places of their titles and articles among those of the threads.
    """

    rows: np.ndarray
    bounds: np.ndarray
    own: np.ndarray
    heads: np.ndarray


def windows_of(comments: Table, bounds: np.ndarray, depth: np.ndarray) -> Windows | None:
    """The windows of chats, and other threads whole; None where no chat is longer than a window.

    bounds: (threads + 1,) first rows of the threads. depth: (n,), threads in pre-order.
    """
    chats = set(_chats(comments, bounds).tolist())
    if not chats:
        return None
    pieces: list[tuple[int, int, int]] = []  # from where it is compared, its first row, its end
    threads: list[int] = []
    for thread, (first, end) in enumerate(pairwise(bounds)):
        if thread in chats:
            pieces += _cut(int(first), int(end), depth)
        else:
            pieces.append((int(first), int(first), int(end)))
        threads += [thread] * (len(pieces) - len(threads))
    sizes = np.array([end - start for start, _, end in pieces])
    rows = np.concatenate([np.arange(start, end) for start, _, end in pieces])
    firsts = np.repeat(np.array([first for _, first, _ in pieces]), sizes)
    heads = np.repeat(2 * np.array(threads), 2)
    heads[1::2] += 1
    return Windows(rows, np.concatenate([[0], np.cumsum(sizes)]), rows >= firsts, heads)


def in_chats(comments: Table, bounds: np.ndarray) -> np.ndarray:
    """(n,) bool: whether each comment is compared within windows."""
    chats = np.zeros(len(bounds) - 1, bool)
    chats[_chats(comments, bounds)] = True
    return np.repeat(chats, np.diff(bounds))


def _chats(comments: Table, bounds: np.ndarray) -> np.ndarray:
    """The threads that are longer than a window, and mostly of messages."""
    long = np.flatnonzero(np.diff(bounds) > WINDOW)
    if not len(long) or "kind" not in comments.column_names:
        return np.empty(0, np.int64)
    chat = pc.equal(text_column(comments, "kind"), MESSAGE)
    messages = pc.fill_null(chat, False).to_numpy(zero_copy_only=False)
    counts = np.add.reduceat(messages.astype(np.int64), bounds[:-1])
    return long[2 * counts[long] > np.diff(bounds)[long]]


def _cut(first: int, end: int, depth: np.ndarray) -> list[tuple[int, int, int]]:
    """The windows of the channel in the rows from `first` to `end`."""
    tops = first + np.flatnonzero(depth[first:end] == 1)
    starts = [first]
    while True:
        at = int(np.searchsorted(tops, starts[-1] + WINDOW))
        if at >= len(tops) or end - tops[at] < WINDOW:
            break
        starts.append(int(tops[at]))
    before = [first, *starts[:-1]]
    return list(zip(before, starts, [*starts[1:], end], strict=True))
