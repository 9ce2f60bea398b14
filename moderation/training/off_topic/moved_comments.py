"""Make honest training pairs for off-topic where nobody labelled any: comments moved to a thread.

A comment that is put in the place of another, in a thread that it was not written for, is off
the topic there. It is *hard* when it comes from the same set (same site, matters and time) and
*easy* when it is a text of another kind altogether (chat, text messages, adverts).

What would give a moved comment away by accident is taken from all comments alike: quoted lines,
@names, and the signs of a wiki reply. `groups` is the thread a comment stands in: split by it. The
features hold overlaps, never words, so a text that was met in its own thread tells nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING
from moderation.context.classifier import FEWEST, Frequencies, context_features, has_words

if TYPE_CHECKING:
    from collections.abc import Iterator

RATES = (0.08, 0.15, 0.3)  # share of moved comments in each copy of a set: the thread's mood varies
EASY = 0.2  # share of the moved comments that are strangers, under a title, article or parent
EASY_ALONE = 0.95  # the same where only siblings are there, which tell less than the kind of text
MIN_ARTICLE = 400  # characters of a first comment that may stand in for an article
MIN_MOVED = 8  # characters: "Yes." fits everywhere and would teach noise
_ACCIDENTS = r"(?m)^\s*(?:>|&gt;).*$|^[:*#\s]+|(?:^|\s)@\w+|\bUser(?: talk)?:\S+"


class Conversation(NamedTuple):
    """One set of threads: its name, COMMENT_SCHEMA and THREAD_SCHEMA.

    `judged` are real answers where there are some, (n,) 1 = off the topic, 0 = on it, NaN = not
    judged: such a set is taken as it is.
    """

    name: str
    comments: pd.DataFrame
    threads: pd.DataFrame
    judged: np.ndarray | None = None


class Pairs(NamedTuple):
    """Training rows: features (n, k) float32, off-topic (n,) float32, thread and set of each."""

    features: np.ndarray
    moved: np.ndarray
    groups: np.ndarray
    source: np.ndarray

    def take(self, rows: np.ndarray) -> Pairs:
        """Some of the rows."""
        return Pairs(*(column[rows] for column in self))


def without_accidents(texts: pd.Series) -> pa.Array:
    """Texts without quoted lines, @names and reply signs."""
    array = pa.array(texts, STRING, from_pandas=True).fill_null("")
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(array, _ACCIDENTS, " "))


def move(
    comments: pd.DataFrame,
    strangers: pa.Array,
    rate: float,
    easy: np.ndarray,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, np.ndarray]:
    """The comments with `rate` of their texts moved, and (n,) float32: 1 = moved, 0 = not.

    Texts change places with those of other threads; `easy` (n,) of those give way to strangers.
    """
    text = without_accidents(comments["text"])
    thread = pd.factorize(comments["thread_id"])[0]
    long = pc.greater_equal(pc.utf8_length(text), MIN_MOVED).to_numpy(zero_copy_only=False)
    source = np.arange(len(text))
    able = np.flatnonzero(long)
    place = rng.permutation(able)[: round(rate * len(able))]
    source[place] = _elsewhere(place, thread, rng)
    moved = thread[source] != thread
    source[~moved] = np.flatnonzero(~moved)
    if len(strangers):
        strange = np.flatnonzero(moved & (rng.random(len(text)) < easy))
        source[strange] = len(text) + rng.integers(0, len(strangers), len(strange))
        text = pa.concat_arrays([text, strangers])
    taken = text.take(pa.array(source))
    frame = comments.assign(text=pd.array(taken, pd.ArrowDtype(STRING)))
    return frame, moved.astype(np.float32)


def _elsewhere(place: np.ndarray, thread: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A permutation of `place` in which, but for a few, none stays in its thread."""
    source = np.roll(place, 1)
    for _ in range(20):
        stuck = np.flatnonzero(thread[source] == thread[place])
        if not len(stuck):
            break
        other = rng.integers(0, len(place), len(stuck))
        for a, b in zip(stuck, other, strict=True):
            source[a], source[b] = source[b], source[a]
    return source


def off_topic_training(
    conversations: list[Conversation],
    strangers: pd.Series,
    frequencies: Frequencies,
    seed: int,
) -> Pairs:
    """Moved comments of every set, once with and once without title and article.

    strangers: texts that belong to no thread at all (chat, text messages, adverts).
    """
    pool = pc.unique(without_accidents(strangers))
    features, answers, groups, sources = [], [], [], []
    for number, conversation in enumerate(conversations):
        for copy, rate in enumerate(RATES):
            rng = np.random.default_rng([seed, number, copy])
            for comments, threads, moved in _views(conversation, pool, rate, rng):
                measured, can_tell = context_features(comments, threads, frequencies)
                usable = can_tell & has_words(measured, FEWEST) & ~np.isnan(moved)
                thread = conversation.name + "/" + comments["thread_id"].astype("str")
                features.append(measured[usable])
                answers.append(moved[usable])
                groups.append(thread.to_numpy()[usable])
                sources.append(np.full(int(usable.sum()), conversation.name, dtype=object))
            if conversation.judged is not None:
                break
    return Pairs(
        np.concatenate(features),
        np.concatenate(answers),
        np.concatenate(groups),
        np.concatenate(sources),
    )


def promoted(
    comments: pd.DataFrame, threads: pd.DataFrame, moved: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """The threads whose first comment was not moved and is long, with that as their article.

    No set that may be passed on has its articles; a post that opens a thread stands in for one.
    """
    thread = pd.factorize(comments["thread_id"])[0]
    first = np.concatenate([[True], thread[1:] != thread[:-1]])
    long = comments["text"].str.len().fillna(0).to_numpy() >= MIN_ARTICLE
    opens = first & long & (moved == 0)
    chosen = np.isin(thread, thread[opens])
    article = pd.DataFrame(
        {"thread_id": comments["thread_id"][opens], "article": comments["text"][opens]}
    )
    heads = article.merge(threads[["thread_id", "title"]], on="thread_id", how="left")
    usable = chosen & ~first
    shown = comments[usable]
    depth = np.maximum(shown["depth"].to_numpy(np.int32) - 1, 1)
    shown = shown.assign(depth=pd.array(depth, pd.ArrowDtype(pa.int32()))).reset_index(drop=True)
    return shown, heads, moved[usable]


def _views(
    conversation: Conversation, strangers: pa.Array, rate: float, rng: np.random.Generator
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, np.ndarray]]:
    """The set with its titles, under its first comments, and without either."""
    _, comments, threads, judged = conversation
    heads = threads["title"].fillna("") + threads["article"].fillna("")
    titled = bool((heads.str.len() > 0).any())
    if judged is not None:
        yield comments, threads, judged.astype(np.float32)
        if titled:
            yield comments, threads.iloc[:0], judged.astype(np.float32)
        return
    replies = comments["depth"].to_numpy(np.int32) > 1
    beside = np.full(len(comments), EASY)
    if titled:
        frame, moved = move(comments, strangers, rate, beside, rng)
        yield frame, threads, moved
    frame, moved = move(comments, strangers, rate, beside, rng)
    yield promoted(frame, threads, moved)
    frame, moved = move(comments, strangers, rate, np.where(replies, EASY, EASY_ALONE), rng)
    yield frame, threads.iloc[:0], moved
