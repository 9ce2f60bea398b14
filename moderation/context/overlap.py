"""Overlap of a comment with the rest of its thread: arrays in, arrays out.

Everything is computed inside one thread at a time, so a comment's numbers depend on its own
thread only. Cost is linear in the text: each target (title, parent, siblings, …) is laid out once
in a dense array over the thread's vocabulary and met by all the comments that look at it
(`compiled/overlap.c`).
"""

from __future__ import annotations

import numpy as np

from moderation.compiled import F8, I4, I8, U1, W_BOOL, W_F4, W_I4, W_I8, Loop, group
from moderation.context.terms import SPELLING

TARGETS = ("head", "parent", "path", "siblings", "replies", "thread")
"""What a comment is compared with; `head` is title and article together (apart they told no more:
0.000 on every set), `path` its ancestors."""
MEASURES = ("cosine", "surprise", "best")
DECAY = 0.6  # an ancestor counts this much less per step up
MOST = 1500.0  # words a target counts for: in a thread of 50,000 a missing word is no more telling
REACH = 8  # ancestors further up add less than 2 %
MU = 1500.0  # Dirichlet prior in words: forum threads gained 0.05 from 50 to 2000, votes lost 0.02

_TEXTS = group(U1, I8)
_BACKGROUND = group(SPELLING, U1, F8, F8)
_find_parents = Loop("parents_of_rows", I4, W_I8)
_SPELLED = group(W_I4, W_I8)
overlaps = Loop(
    "overlaps",
    *(_TEXTS, _TEXTS, I8, I4, _BACKGROUND),
    *(W_F4, W_F4, W_I8, W_BOOL, W_I4, _SPELLED),
)
"""Fill `out` (n, len(TARGETS) * len(MEASURES)) float32 for the n comments of all threads.

comments: (bytes, offsets) of the n texts. heads: the same of title, article of each thread.
bounds: (threads + 1,) int64 rows. depth: (n,) int32. background: (fold table,
lexicon marks), idf steps (2^BITS,) uint8; idf and odds against the background (256,) of a step.
shapes: (n, len(SHAPE)) float32 zeros, filled.
parents: (n,) int64, filled with the row of each parent, -1 = top level.
has_head: (threads, 2) bool, filled: whether title and article hold a word.
local: (2^BITS,) int32 of -1, working memory, left as found.
spelled: buckets of the words of all texts, int32, with room for all, and where those of each text
begin, (n + 2 * threads + 1,) int64 of 0. Filled thread by thread: its comments, its title, its
article.
"""


def find_parents(depth: np.ndarray) -> np.ndarray:
    """Parent of each comment (index in the table, -1 = top level) from pre-order and depth."""
    parent = np.empty(len(depth), np.int64)
    _find_parents(depth, parent)
    return parent
