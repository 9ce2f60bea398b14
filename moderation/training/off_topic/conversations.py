"""Rebuild conversations from label tables, as training material for the context classifier."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING, THREAD_SCHEMA
from moderation.context.classifier import count_words
from moderation.errors import LabelError
from moderation.tables import to_frame
from moderation.training.off_topic.moved_comments import Conversation, off_topic_training
from moderation.training.off_topic.word_vectors import learn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.context.classifier import Frequencies
    from moderation.training.off_topic.moved_comments import Pairs

TABLE_SIZE = 30  # comments of a made-up thread, where judged texts have a title but no thread
OFF_SHARE = 0.15  # of them off the topic: a thread is mostly about its matter
SEPARATOR = "\x1f"


class Roles(NamedTuple):
    """Which sets of a label table serve as what; see `recipe.Settings`."""

    talks: Sequence[str] = ()
    strays: str | None = None
    strangers: Sequence[str] = ()


def training_pairs(
    labels: pd.DataFrame,
    threads: Sequence[Conversation],
    name: str,
    seed: int = 0,
    roles: Roles | None = None,
) -> tuple[Pairs, Frequencies]:
    """What `off_topic.fit.fit_context` needs: judged rows as they are, and comments moved.

    labels: label table; word frequencies are counted on all of it, and word vectors learnt.
    threads: whole conversations beside it. roles: which sets of `labels` serve as what.

    The pairs are measured with vectors that saw none of their texts: a vector fits the threads that
    it was learnt from, and would be trusted too much elsewhere.
    Raises LabelError when neither judged rows nor conversations are there.
    """
    talks, strays, strangers = roles or Roles()
    source = labels["source"].fillna("").astype("str")
    conversations = [one for one in threads if len(one.comments)]
    conversations += [talk_of(one, labels[source == one]) for one in talks if (source == one).any()]
    if name in labels:
        answered = labels[labels[name].notna() & ~source.isin(talks)]
        conversations += [
            judged_talk(str(one), rows, name, seed)
            for one, rows in answered.groupby(source[answered.index], sort=True)
        ]
    if not conversations:
        raise LabelError(f"{name} needs judged rows or conversations; the label table has neither")
    texts = [labels["text"], *(one.comments["text"] for one in threads)]
    counted = pd.concat(texts, ignore_index=True)
    frequencies = count_words(counted)
    pool = homeless(labels, seed, strays, strangers)
    known = pc.unique(pa.array(counted, STRING, from_pandas=True).drop_null())
    own = pa.array(
        pd.concat([one.comments["text"] for one in conversations]), STRING, from_pandas=True
    )
    others = known.filter(pc.invert(pc.is_in(known, own)))
    apart = replace(frequencies, vectors=learn(others, frequencies.steps, seed))
    pairs = off_topic_training(conversations, pool, apart, seed)
    return pairs, replace(frequencies, vectors=learn(known, frequencies.steps, seed))


def homeless(
    labels: pd.DataFrame, seed: int, strays: str | None, strangers: Sequence[str]
) -> pd.Series:
    """Texts of no thread: positives of the label `strays`, and as many of the sets `strangers`."""
    advert = (labels[strays] == 1).fillna(False).to_numpy(bool) if strays in labels else False
    chat = labels["source"].isin(strangers).to_numpy(bool) & ~np.asarray(advert)
    adverts = (
        labels["text"][advert].drop_duplicates() if np.any(advert) else labels["text"].iloc[:0]
    )
    talk = labels["text"][chat].drop_duplicates()
    if 0 < len(adverts) < len(talk):
        talk = talk.sample(len(adverts), random_state=seed)
    return pd.concat([adverts, talk], ignore_index=True)


def talk_of(name: str, rows: pd.DataFrame, answer: str | None = None) -> Conversation:
    """Label rows as threads: by `thread_id`, else each row for itself; parents become comments.

    Equal parents of one thread are one comment. answer: the label column to carry along; parents
    and blanks are not judged.
    """
    rows = rows.reset_index(drop=True)
    alone = pd.Series([f"row {row}" for row in range(len(rows))], dtype=object)
    thread = rows["thread_id"].astype(object).where(rows["thread_id"].notna(), alone).astype(str)
    parent = rows["parent_text"].fillna("").astype(str).str.strip()
    first = pd.factorize(thread)[0]
    branch = np.where(parent != "", pd.factorize(thread + SEPARATOR + parent)[0], -1)
    order = np.lexsort((np.arange(len(rows)), branch, first))
    thread, parent, branch = thread.iloc[order], parent.iloc[order], branch[order]
    opens = (branch >= 0) & (np.diff(branch, prepend=-2) != 0)  # a parent stands before its replies
    place = np.arange(len(rows)) + np.cumsum(opens)
    n = len(rows) + int(opens.sum())
    text, ids, depth = np.empty(n, object), np.empty(n, object), np.ones(n, np.int32)
    judged = np.full(n, np.nan)
    text[place] = rows["text"].fillna("").astype(str).to_numpy()[order]
    ids[place] = thread.to_numpy()
    depth[place] = np.where(branch >= 0, 2, 1)
    above = place[opens] - 1
    text[above], ids[above] = parent.to_numpy()[opens], thread.to_numpy()[opens]
    if answer is not None:
        judged[place] = rows[answer].to_numpy(np.float64, na_value=np.nan)[order]
    comments = pa.table(
        {"thread_id": pa.array(ids, STRING), "depth": depth, "text": pa.array(text, STRING)}
    )
    return Conversation(
        name,
        to_frame(comments),
        _heads(thread, rows.iloc[order]),
        judged if answer is not None else None,
    )


def _heads(thread: pd.Series, rows: pd.DataFrame) -> pd.DataFrame:
    """THREAD_SCHEMA: title and article of each thread's first row that has them."""
    heads = pd.DataFrame({"thread_id": thread.to_numpy()})
    for column in ("title", "article"):
        known = rows[column].astype(object) if column in rows else None
        heads[column] = None if known is None else known.where(known.notna(), None).to_numpy()
    heads = heads.groupby("thread_id", sort=False).first().reset_index()
    heads["url"] = None
    arrays = [pa.array(list(heads[name]), STRING, from_pandas=True) for name in THREAD_SCHEMA.names]
    table = pa.table(arrays, schema=THREAD_SCHEMA)
    return to_frame(table)


def judged_talk(name: str, rows: pd.DataFrame, answer: str, seed: int) -> Conversation:
    """Judged rows as threads; those with a title but no thread are dealt into made-up ones."""
    rows = rows.reset_index(drop=True)
    loose = (
        rows["thread_id"].isna() & rows["parent_text"].isna() & rows["title"].notna()
    ).to_numpy()
    if not loose.any():
        return talk_of(name, rows, answer)
    rng = np.random.default_rng(seed)
    chosen, thread = [np.flatnonzero(~loose)], [rows["thread_id"].astype(object).to_numpy()[~loose]]
    title = pd.factorize(rows["title"])[0]
    off = rows[answer].to_numpy(np.float64, na_value=np.nan) > 0
    for number in np.unique(title[loose]):
        stays = rng.permutation(np.flatnonzero(loose & (title == number) & ~off))
        strays = rng.permutation(np.flatnonzero(loose & (title == number) & off))
        tables = max(len(stays) // TABLE_SIZE, 1)
        for which in range(tables):
            few = round(TABLE_SIZE * OFF_SHARE * 2 * rng.random())
            members = np.concatenate([stays[which::tables], strays[which::tables][:few]])
            chosen.append(rng.permutation(members))
            thread.append(np.full(len(members), f"{number} {which}", dtype=object))
    dealt = rows.iloc[np.concatenate(chosen)].assign(thread_id=np.concatenate(thread))
    return talk_of(name, dealt, answer)
