"""The conversations on which off-topic is measured: moved comments and human votes, set by set.

A moved comment stands in the place of another; what had been there is gone. *Easy* moves come
from another board or matter, *hard* ones from the same board, *any* from the whole set. Sets that
may go into a model are measured with a head that did not see them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from moderation.comments import STRING
from moderation.labels.public.threads import read_threads
from moderation.labels.read import read_sources
from moderation.training.off_topic.conversations import judged_talk, talk_of
from moderation.training.off_topic.moved_comments import move, promoted

LARGEST = 30_000  # comments of a set: its intervals are narrow enough then
LONG = 1_000  # characters of a first post that makes a thread one about a long post
SEED = 7
NO_STRANGERS = pa.array([], STRING)
Table = tuple[pd.DataFrame, pd.DataFrame]


class Probe(NamedTuple):
    """Comments of which some are off the topic.

    kind: the row of the wanted figures that it stands for. source: the set that must not have been
    trained on. off: (n,) 1, 0 or NaN = not judged.
    """

    kind: str
    name: str
    source: str
    comments: pd.DataFrame
    threads: pd.DataFrame
    off: np.ndarray


def moved_in(
    table: Table, rate: float, board: pd.Series | None = None, hard: bool = False
) -> tuple[pd.DataFrame, np.ndarray]:
    """The comments with `rate` of them moved: from any thread, or by the board of a thread.

    board: per comment; `hard` moves within a board, else only between boards.
    """
    comments, rng = table[0], np.random.default_rng(SEED)
    if board is None:
        return move(comments, NO_STRANGERS, rate, np.zeros(len(comments)), rng)
    if not hard:
        away = comments.assign(thread_id=board.to_numpy())
        frame, off = move(away, NO_STRANGERS, rate, np.zeros(len(comments)), rng)
        return frame.assign(thread_id=comments["thread_id"]), off
    text, off = comments["text"].to_numpy(object), np.zeros(len(comments), np.float32)
    for rows in board.groupby(board).indices.values():
        part = comments.iloc[rows]
        if part["thread_id"].nunique() < 2:
            off[rows] = np.nan
            continue
        changed, moved = move(part, NO_STRANGERS, rate, np.zeros(len(part)), rng)
        text[rows] = changed["text"].to_numpy(object)
        off[rows] = moved
    return comments.assign(text=pd.Series(text, dtype=pd.ArrowDtype(STRING))), off


def sampled(table: Table, chosen: np.ndarray | None = None) -> Table:
    """About LARGEST comments in whole threads, of those whose thread is in `chosen` if given."""
    comments, threads = table
    ids = comments["thread_id"].drop_duplicates()
    if chosen is not None:
        ids = ids[ids.isin(chosen)]
    size = comments["thread_id"].value_counts()
    ids = ids.sample(frac=1, random_state=SEED)
    ids = ids[size[ids].cumsum().to_numpy() <= LARGEST]
    kept = comments[comments["thread_id"].isin(ids)].reset_index(drop=True)
    return kept, threads[threads["thread_id"].isin(ids)].reset_index(drop=True)


def probes(sources: Path, data: Path) -> Iterator[Probe]:
    """Every set in turn."""
    for make in (forum, posts, trees, news, votes, answers, videos, events):
        yield from make(sources, data)


def threads_of(name: str, sources: Path, data: Path) -> Table:
    """A set of whole threads."""
    comments, threads, _ = read_threads(name, sources, data)
    return comments, threads


def boards(file: Path, column: str, prefix: str) -> pd.Series:
    """Board by thread id."""
    raw = pd.read_parquet(file, columns=["thread_id", column]).drop_duplicates("thread_id")
    return pd.Series(raw[column].to_numpy(), index=prefix + raw["thread_id"].astype(str))


def forum(sources: Path, data: Path) -> Iterator[Probe]:
    """Nested political debate with titles; then under its first posts."""
    name, kind = "iac_4forums", "political forum threads, 8 % moved in"
    whole = threads_of(name, sources, data)
    board = boards(data / "threads/iac_4forums.parquet", "forum", f"{name}/")
    table = sampled(whole)
    of_row = pd.Series(board[table[0]["thread_id"].astype(str)].to_numpy())
    for how, by, hard in (("any", None, False), ("easy", of_row, False), ("hard", of_row, True)):
        frame, off = moved_in(table, 0.08, by, hard)
        yield Probe(kind, f"forum, titles, {how}", name, frame, table[1], off)
    frame, off = moved_in(table, 0.08)
    yield Probe(
        kind,
        "forum, titles, any, places without replies",
        name,
        frame,
        table[1],
        leaves(frame, off),
    )
    first = whole[0].drop_duplicates("thread_id")
    long = first["thread_id"][first["text"].str.len() >= LONG].to_numpy()
    frame, off = moved_in(sampled(whole, long), 0.08)
    yield Probe(
        "long forum posts, 8 %", "forum, long first post", name, *promoted(frame, whole[1], off)
    )


def leaves(comments: pd.DataFrame, off: np.ndarray) -> np.ndarray:
    """The answers without those for comments that have replies: (n,)."""
    depth = comments["depth"].to_numpy(np.int32)
    thread = pd.factorize(comments["thread_id"])[0]
    answered = (np.diff(depth, append=0) > 0) & (np.diff(thread, append=-1) == 0)
    return np.where(answered, np.nan, off)


def posts(sources: Path, data: Path) -> Iterator[Probe]:
    """Long Reddit comments with the trees below them: the comment is the post."""
    name = "reddit_2015"
    whole = threads_of(name, sources, data)
    first = whole[0].drop_duplicates("thread_id")
    titled = whole[1]["thread_id"][whole[1]["title"].notna()]
    long = first[(first["text"].str.len() >= LONG) & ~first["thread_id"].isin(titled)]
    frame, off = moved_in(sampled(whole, long["thread_id"].to_numpy()), 0.08)
    yield Probe("long forum posts, 8 %", "long post, trees", name, *promoted(frame, whole[1], off))


def trees(sources: Path, data: Path) -> Iterator[Probe]:
    """Reddit trees under a title, and the flat comments of one season's politics."""
    kind = "news, title only, 10 %"
    whole = threads_of("reddit_2015", sources, data)
    titled = whole[1]["thread_id"][whole[1]["title"].notna()].to_numpy()
    table = sampled(whole, titled)
    board = boards(data / "threads/reddit_2015.parquet", "subreddit", "reddit_2015/")
    of_row = pd.Series(board[table[0]["thread_id"].astype(str)].to_numpy())
    for how, by, hard in (("easy", of_row, False), ("hard", of_row, True)):
        frame, off = moved_in(table, 0.10, by, hard)
        yield Probe(kind, f"posts with title, trees, {how}", "reddit_2015", frame, table[1], off)
    flat = sampled(threads_of("reddit_2026", sources, data))
    frame, off = moved_in(flat, 0.10)
    yield Probe(kind, "politics, flat, hard", "reddit_2026", frame, flat[1], off)
    alone = flat[1].iloc[:0]
    yield Probe("siblings only, 10 %", "politics, no title, hard", "reddit_2026", frame, alone, off)


def news(sources: Path, data: Path) -> Iterator[Probe]:
    """Arguments under a newspaper's debates, with and without their summary."""
    name = "nyt_roomfordebate"
    rows, _ = read_sources(sources, data, names=[name])
    _, comments, threads, _ = talk_of(name, rows)
    frame, off = moved_in((comments, threads), 0.10)
    yield Probe("news, title and summary, 10 %", "debates", name, frame, threads, off)
    plain = threads.assign(article=None)
    yield Probe("news, title only, 10 %", "debates, title only", name, frame, plain, off)
    name = "civil_comments"
    rows, _ = read_sources(sources, data, names=[name])
    _, comments, threads, _ = talk_of(name, rows)
    frame, off = moved_in((comments, threads), 0.10)
    yield Probe("siblings only, 10 %", "news comments", name, frame, threads, off)


def votes(sources: Path, data: Path) -> Iterator[Probe]:
    """Human votes "not relevant" on news comments: three of five judges, and two."""
    kind = 'votes "not relevant", siblings only'
    comments, threads = threads_of("c3", sources, data)
    raw = pd.read_parquet(data / "c3_half.parquet")
    found = raw["non_constructive_characteristics"].str.extract(r"(?m)^non_relevant:(\d+)")[0]
    by_id = pd.Series(found.fillna(0).astype(float).to_numpy(), index=raw["comment_counter"])
    count = by_id[comments["id"].astype(str)].to_numpy()
    for least in (3, 2):
        off = np.where(count >= least, 1.0, np.where(count == 0, 0.0, np.nan))
        yield Probe(kind, f"{least} of 5 against none", "c3", comments, threads, off)


def answers(sources: Path, data: Path) -> Iterator[Probe]:
    """Human "does not answer" under forum questions, which are the article."""
    kind, name = '"does not answer" under questions', "semeval2016_cqa"
    comments, threads = threads_of(name, sources, data)
    raw = pd.read_parquet(data / "semeval2016_cqa.parquet").set_index("cid")
    label = raw["label"].where(~(raw["by_asker"] & (raw["label"] == "Bad")), "")
    judged = label[comments["id"].astype(str)].to_numpy()
    bad, good, useful = (judged == one for one in ("Bad", "Good", "PotentiallyUseful"))
    off = np.where(bad, 1.0, np.where(good | useful, 0.0, np.nan))
    yield Probe(kind, "bad against good and useful", name, comments, threads, off)
    yield Probe(kind, "bad against good", name, comments, threads, np.where(useful, np.nan, off))


VIDEOS = {
    "Avengers_": "Avengers: Age of Ultron, official trailer",
    "PewDiePie_": "PewDiePie",
    "PlayStation4_": "PlayStation 4",
    "Psy_": "PSY - Gangnam Style, official video",
    "KatyPerry_": "Katy Perry - Roar, official video",
}


def videos(sources: Path, data: Path) -> Iterator[Probe]:
    """Spam under videos, with a title: no set here has judged irrelevant comments under videos."""
    name = "youtube_spam_extra"
    rows = []
    for start, title in VIDEOS.items():
        for path in sorted((data / name).glob(f"{start}*.csv")):
            raw = pd.read_csv(path)
            spam = raw["CLASS" if "CLASS" in raw else "TAG"].astype(float)
            rows.append(pd.DataFrame({"text": raw["CONTENT"], "spam": spam, "title": title}))
    frame = pd.concat(rows, ignore_index=True).assign(
        thread_id=lambda one: one["title"], parent_text=None, article=None
    )
    _, comments, threads, off = talk_of(name, frame, "spam")
    assert off is not None
    yield Probe(
        "irrelevant under videos", "spam, title only (stand-in)", name, comments, threads, off
    )


def events(sources: Path, data: Path) -> Iterator[Probe]:
    """Posts judged on or off a news event, dealt into threads under the event's name."""
    rows, _ = read_sources(sources, data, names=["crisislex"])
    _, comments, threads, off = judged_talk("crisislex", rows, "off_topic", SEED)
    table = sampled((comments, threads))
    kept = comments["thread_id"].isin(table[0]["thread_id"]).to_numpy(bool)
    assert off is not None
    yield Probe("posts under an event", "judged posts", "crisislex", *table, off[kept])
