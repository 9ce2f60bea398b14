"""Overlap of a comment with the rest of its thread, compiled: arrays in, arrays out.

Everything is computed inside one thread at a time, so a comment's numbers depend on its own
thread only. Cost is linear in the text: each target (title, parent, siblings, …) is laid out once
in a dense array over the thread's vocabulary and met by all the comments that look at it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from moderation.context.terms import text_terms
from moderation.features.compiled import allocating, compiled, fetched, inlined

TARGETS = ("head", "parent", "path", "siblings", "replies", "thread")
"""What a comment is compared with; `head` is title and article together (apart they told no more:
0.000 on every set), `path` its ancestors."""
MEASURES = ("cosine", "surprise", "best")
HEAD, PARENT, PATH, SIBLINGS, REPLIES, THREAD = range(0, 18, 3)  # first columns
DECAY = 0.6  # an ancestor counts this much less per step up
MOST = 1500.0  # words a target counts for: in a thread of 50,000 a missing word is no more telling
REACH = 8  # ancestors further up add less than 2 %
MU = 1500.0  # Dirichlet prior in words: forum threads gained 0.05 from 50 to 2000, votes lost 0.02
AHEAD = 16  # words whose places in a table are fetched before they are needed

WEIGHT, COUNT = range(2)
"""Columns of a target over the thread's vocabulary, side by side: how much of a word it has."""


class Words(NamedTuple):
    """Distinct terms of the texts of one thread over its own vocabulary 0..size.

    Those of text i are the slice begin[i]:begin[i + 1] of `term` (uint32), `weight` (tf-idf,
    unit length, in steps of 2^-20 so that sums of any order are equal), `counts` and `odds`
    (1 / background probability).
    """

    term: np.ndarray
    weight: np.ndarray
    counts: np.ndarray
    odds: np.ndarray
    begin: np.ndarray
    square: np.ndarray  # per text: sum of the squares of its weights
    spoken: np.ndarray  # per text: its words, counting those that come again
    size: int  # words of the vocabulary


@allocating
def _distinct(
    ids: np.ndarray,
    begins: np.ndarray,
    ends: np.ndarray,
    step: np.ndarray,
    idf: np.ndarray,
    odds_of: np.ndarray,
    local: np.ndarray,
) -> Words:
    """Words of the texts of one thread; `local` is a (2^BITS,) scratch of -1, left as found."""
    total = 0
    for d in range(len(begins)):
        total += ends[d] - begins[d]
    term = np.empty(total, np.uint32)
    count = np.empty(total, np.float32)
    weight = np.empty(total, np.float64)
    odds = np.empty(total, np.float64)
    begin = np.zeros(len(begins) + 1, np.int64)
    square = np.zeros(len(begins))
    spoken = np.zeros(len(begins))
    vocabulary = np.empty(total, np.int32)
    slot = np.empty(total, np.int64)  # where the text at hand keeps this word
    size = 0
    used = 0
    for d in range(len(begins)):
        first = used
        spoken[d] = ends[d] - begins[d]
        for k in range(begins[d], ends[d]):
            if k + AHEAD < ends[d]:
                fetched(local, ids[np.uint64(k + AHEAD)])
                fetched(step, ids[np.uint64(k + AHEAD)])
            bucket = np.uint64(ids[np.uint64(k)])
            word = int(local[bucket])
            if word < 0:
                word = size
                local[bucket] = word
                vocabulary[np.uint64(word)] = bucket
                slot[np.uint64(word)] = -1
                size += 1
            place = int(slot[np.uint64(word)])
            if place < first:
                place = used
                slot[np.uint64(word)] = place
                term[np.uint64(place)] = word
                count[np.uint64(place)] = 0
                used += 1
            count[np.uint64(place)] += 1
        norm = 0.0
        for k in range(first, used):
            one = np.uint64(k)
            rarity = np.uint64(step[np.uint64(vocabulary[np.uint64(term[one])])])
            carried = idf[rarity]
            odds[one] = odds_of[rarity]
            if count[one] > 1:
                carried *= 1.0 + np.log(count[one])
            weight[one] = carried
            norm += carried * carried
        scale = 1.0 / np.sqrt(norm) if norm > 0 else 0.0
        squares = 0.0
        for k in range(first, used):
            one = np.uint64(k)
            carried = np.rint(weight[one] * scale * 1048576.0) / 1048576.0
            weight[one] = carried
            squares += carried * carried
        square[d] = squares
        begin[d + 1] = used
    for word in range(size):
        local[vocabulary[word]] = -1
    return Words(term, weight, count, odds, begin, square, spoken, size)


@inlined
def _add(
    words: Words, d: int, factor: float, target: np.ndarray, touched: np.ndarray, n_touched: int
) -> tuple[int, float]:
    """Add text d to a target; return the number of words touched and the words counted.

    Nothing here branches on a word: whether the target has it cannot be guessed.
    """
    total = 0.0
    first = words.begin[d]
    last = words.begin[d + 1]
    term = words.term[first:last]
    weight = words.weight[first:last]
    counted = words.counts[first:last]
    for k in range(len(term)):
        w = term[k]
        more = factor * counted[k]
        touched[n_touched] = w
        n_touched += target[w, COUNT] == 0.0
        target[w, WEIGHT] += factor * weight[k]
        target[w, COUNT] += more
        total += more
    return n_touched, total


@inlined
def _square(target: np.ndarray, touched: np.ndarray, n_touched: int) -> float:
    norm = 0.0
    for k in range(n_touched):
        norm += target[touched[k], WEIGHT] * target[touched[k], WEIGHT]
    return norm


@inlined
def _clear(target: np.ndarray, touched: np.ndarray, n_touched: int) -> None:
    for k in range(n_touched):
        target[touched[k], WEIGHT] = 0.0
        target[touched[k], COUNT] = 0.0


@compiled
def _compare(
    words: Words,
    d: int,
    target: np.ndarray,
    total: float,
    square: float,
    without: bool,
    out: np.ndarray,
    column: int,
) -> None:
    """Cosine, log-likelihood against the background, and that of the best word, to a target.

    `without` = the target holds text d itself, which is taken out first.
    """
    own = words.square[d]
    dot = 0.0
    surprise = 0.0
    ratio = 1.0
    best = 1.0
    first = words.begin[d]
    last = words.begin[d + 1]
    rest = total - words.spoken[d] if without else total
    if rest < 0.5 or last == first:
        return
    share = min(1.0, MOST / rest)
    base = MU / (rest * share + MU)
    scale = base * share / MU
    term = words.term[first:last]
    weight = words.weight[first:last]
    counted = words.counts[first:last]
    odds = words.odds[first:last]
    for k in range(len(term)):
        w = term[k]
        dot += target[w, WEIGHT] * weight[k]
        n = target[w, COUNT] - (counted[k] if without else 0.0)
        more = base + n * odds[k] * scale
        best = max(best, more)
        ratio *= more
        if ratio > 1e200 or ratio < 1e-200:
            surprise += np.log(ratio)
            ratio = 1.0
    if without:
        square = square - 2.0 * dot + own
        dot -= own
    if square > 1e-9 and own > 0:
        out[column] = dot / np.sqrt(square * own)
    out[column + 1] = (surprise + np.log(ratio)) / (last - first)
    out[column + 2] = np.log(best) if best > 1.0 else 0.0


@compiled
def find_parents(depth: np.ndarray, parent: np.ndarray, stack: np.ndarray) -> None:
    """Parent of each comment (index in the thread, -1 = top level) from pre-order and depth."""
    high = 0
    for i in range(len(depth)):
        d = min(max(depth[i], 1), high + 1)
        stack[d - 1] = i
        parent[i] = stack[d - 2] if d > 1 else -1
        high = d


@compiled
def _compare_with_head(
    words: Words,
    n: int,
    has_head: np.ndarray,
    target: np.ndarray,
    touched: np.ndarray,
    out: np.ndarray,
) -> None:
    """Title and article together: the texts n and n + 1 of the thread."""
    if not has_head.any():
        return
    used, title = _add(words, n, 1.0, target, touched, 0)
    used, article = _add(words, n + 1, 1.0, target, touched, used)
    square = _square(target, touched, used)
    for i in range(n):
        _compare(words, i, target, title + article, square, False, out[i], HEAD)
    _clear(target, touched, used)


@compiled
def _compare_with_those_above(
    words: Words,
    parent: np.ndarray,
    p: int,
    replies: np.ndarray,
    target: np.ndarray,
    touched: np.ndarray,
    out: np.ndarray,
) -> None:
    """The replies to p with p, and with p and its ancestors."""
    used, total = _add(words, p, 1.0, target, touched, 0)
    square = _square(target, touched, used)
    for i in replies:
        _compare(words, i, target, total, square, False, out[i], PARENT)
        for column in range(len(MEASURES)):
            out[i, PATH + column] = out[i, PARENT + column]
    up = parent[p]
    factor = DECAY
    for _ in range(REACH):
        if up < 0:
            break
        used, more = _add(words, up, factor, target, touched, used)
        total += more
        factor *= DECAY
        up = parent[up]
    if parent[p] >= 0:
        square = _square(target, touched, used)
        for i in replies:
            _compare(words, i, target, total, square, False, out[i], PATH)
    _clear(target, touched, used)


@compiled
def _compare_with_family(
    words: Words,
    parent: np.ndarray,
    children: np.ndarray,
    first_child: np.ndarray,
    target: np.ndarray,
    touched: np.ndarray,
    out: np.ndarray,
) -> None:
    """Parent, ancestors, siblings and replies: one group per parent, -1 (top level) included."""
    for p in range(-1, len(parent)):
        replies = children[first_child[p + 1] : first_child[p + 2]]
        if len(replies) == 0:
            continue
        if p >= 0:
            _compare_with_those_above(words, parent, p, replies, target, touched, out)
        used = 0
        total = 0.0
        for i in replies:
            used, more = _add(words, i, 1.0, target, touched, used)
            total += more
        square = _square(target, touched, used)
        for i in replies:
            _compare(words, i, target, total, square, True, out[i], SIBLINGS)
        if p >= 0:
            _compare(words, p, target, total, square, False, out[p], REPLIES)
        _clear(target, touched, used)


@compiled
def _compare_with_thread(
    words: Words, n: int, target: np.ndarray, touched: np.ndarray, out: np.ndarray
) -> None:
    """Each comment with all the others of its thread."""
    used = 0
    total = 0.0
    for i in range(n):
        used, more = _add(words, i, 1.0, target, touched, used)
        total += more
    square = _square(target, touched, used)
    for i in range(n):
        _compare(words, i, target, total, square, True, out[i], THREAD)


@allocating
def _one_thread(
    words: Words, depth: np.ndarray, has_head: np.ndarray, out: np.ndarray
) -> np.ndarray:
    n = len(depth)
    target = np.zeros((words.size, 2))
    touched = np.empty(words.size + 1, np.uint32)
    parent = np.empty(n, np.int64)
    find_parents(depth, parent, np.empty(n, np.int64))
    first_child = np.zeros(n + 2, np.int64)  # children of p: [first_child[p+1]:first_child[p+2]]
    for i in range(n):
        first_child[parent[i] + 2] += 1
    for p in range(n + 1):
        first_child[p + 1] += first_child[p]
    children = np.empty(n, np.int64)
    fill = first_child.copy()
    for i in range(n):
        children[fill[parent[i] + 1]] = i
        fill[parent[i] + 1] += 1
    _compare_with_head(words, n, has_head, target, touched, out)
    _compare_with_family(words, parent, children, first_child, target, touched, out)
    _compare_with_thread(words, n, target, touched, out)
    return parent


@allocating
def _thread_words(
    comments: tuple,
    heads: tuple,
    first: int,
    last: int,
    t: int,
    tables: tuple,
    shapes: np.ndarray,
    local: np.ndarray,
    spelled: tuple,
) -> Words:
    """Words of the comments first:last, then of title and article of thread t.

    spelled: of all texts, see `overlaps`.
    """
    data, offsets = comments
    head_data, head_offsets = heads
    fold, lexicon, step, idf, odds = tables
    n = last - first
    ids = spelled[0]
    begin = spelled[1][first + 2 * t : last + 2 * t + 3]
    unused = np.zeros(shapes.shape[1], np.float32)
    for i in range(n):
        a, b = offsets[first + i], offsets[first + i + 1]
        found = text_terms(data, a, b, fold, lexicon, ids[begin[i] :], shapes[first + i])
        begin[i + 1] = begin[i] + found
    for k in range(2):
        a, b = head_offsets[2 * t + k], head_offsets[2 * t + k + 1]
        found = text_terms(head_data, a, b, fold, lexicon, ids[begin[n + k] :], unused)
        begin[n + k + 1] = begin[n + k] + found
    return _distinct(ids, begin[:-1], begin[1:], step, idf, odds, local)


@allocating
def overlaps(
    comments: tuple,
    heads: tuple,
    bounds: np.ndarray,
    depth: np.ndarray,
    tables: tuple,
    out: np.ndarray,
    shapes: np.ndarray,
    parents: np.ndarray,
    has_head: np.ndarray,
    local: np.ndarray,
    spelled: tuple,
) -> None:
    """Fill `out` (n, len(TARGETS) * len(MEASURES)) float32 for the n comments of all threads.

    comments: (bytes, offsets) of the n texts. heads: the same of title, article of each thread.
    bounds: (threads + 1,) int64 rows. depth: (n,) int32. tables: fold table; lexicon marks
    and idf step (2^BITS,) uint8; idf and odds against the background (256,) of a step.
    shapes: (n, N_SHAPE) float32 zeros, filled.
    parents: (n,) int64, filled with the row of each parent, -1 = top level.
    has_head: (threads, 2) bool, filled: whether title and article hold a word.
    local: (2^BITS,) int32 of -1, working memory, left as found.
    spelled: buckets of the words of all texts, int32, with room for all (`room`), and where those
    of each text begin, (n + 2 * threads + 1,) int64 of 0. Filled thread by thread: its comments,
    its title, its article.
    """
    for t in range(len(bounds) - 1):
        first = bounds[t]
        last = bounds[t + 1]
        n = last - first
        words = _thread_words(comments, heads, first, last, t, tables, shapes, local, spelled)
        for k in range(2):
            has_head[t, k] = words.begin[n + k + 1] > words.begin[n + k]
        parent = _one_thread(words, depth[first:last], has_head[t], out[first:last])
        for i in range(n):
            parents[first + i] = parent[i] + first if parent[i] >= 0 else -1
