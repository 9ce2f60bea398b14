"""Find texts that are posted again and again: under other threads, or by other names.

A campaign is a set of comments that say nearly the same in at least two threads or by at least
two authors. It is looked for over the whole dump, so it is a column and a table of its own and
never a part of a comment's score, which must not depend on the company it comes in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from moderation.campaigns import kernel
from moderation.comments import STRING
from moderation.tables import to_frame

if TYPE_CHECKING:
    import pandas as pd

MIN_MEMBERS = 3
MIN_WORDS = 12
"""Distinct words a text needs: shorter ones ("what has this to do with it") recur honestly."""
MIN_WORDS_WITH_LINK = 6

CAMPAIGN_SCHEMA = pa.schema(
    [
        ("campaign", pa.int32()),
        ("members", pa.int32()),
        ("threads", pa.int32()),
        ("authors", pa.int32()),  # distinct names, 0 = none is known
        ("text", STRING),  # of the first member in the dump
        ("rows", pa.list_(pa.int64())),  # of the comment table, ascending
    ]
)
"""One row per campaign, largest first."""

TRACE_SCHEMA = pa.schema(
    [
        ("campaign", pa.int32()),  # null = none
        ("author_repeats", pa.float32()),  # share of the author's comments that are in campaigns
        ("link_elsewhere", pa.int32()),  # other threads in which a link of this comment stands
    ]
)
"""One row per comment."""


class Campaigns(NamedTuple):
    """What recurs in a dump: TRACE_SCHEMA per comment and CAMPAIGN_SCHEMA per campaign."""

    traces: pd.DataFrame
    table: pd.DataFrame


def find_campaigns(comments: pd.DataFrame, min_members: int = MIN_MEMBERS) -> Campaigns:
    """Campaigns of at least `min_members` comments in a whole dump (COMMENT_SCHEMA).

    Two texts are near when 38 % of their word pairs are the same: two copies that each have a
    tenth of their words changed keep 0.9^4 / (2 - 0.9^4) = 49 %, unrelated texts share 0 to 5 %.
    Nearness is passed on. The order of the comments changes only the campaigns' numbers.
    """
    import pandas as pd

    text = kernel.Text.of(comments["text"])
    links = kernel.links(text)
    thread = pd.factorize(comments["thread_id"], use_na_sentinel=False)[0].astype(np.int64)
    author = pd.factorize(comments["author"])[0].astype(np.int64)  # -1 = nameless
    group = kernel.near_groups(text, least_words(len(thread), links))
    campaign = numbered(group, thread, author, min_members)
    traces = pa.table(
        {
            "campaign": pa.array(campaign, pa.int32(), mask=campaign < 0),
            "author_repeats": pa.array(_author_repeats(campaign, author), pa.float32()),
            "link_elsewhere": pa.array(_link_elsewhere(links, thread), pa.int32()),
        },
        schema=TRACE_SCHEMA,
    )
    return Campaigns(to_frame(traces), _table(comments, campaign, thread, author))


def distinct_per(group: np.ndarray, value: np.ndarray, n_groups: int) -> np.ndarray:
    """Number of distinct non-negative values in each group 0..n_groups: (n_groups,) int64."""
    known = (value >= 0) & (group >= 0)
    pairs = np.unique(np.stack([group[known], value[known]]), axis=1)
    return np.bincount(pairs[0], minlength=n_groups)


def least_words(n: int, links: kernel.Links) -> np.ndarray:
    """(n,) int64: the distinct words that each text needs to be looked at."""
    least = np.full(n, MIN_WORDS)
    least[links.row] = MIN_WORDS_WITH_LINK
    return least


def numbered(
    group: np.ndarray, thread: np.ndarray, author: np.ndarray, min_members: int
) -> np.ndarray:
    """Campaign number per comment, largest campaign first, -1 where there is none.

    group, thread, author: (n,) int64 from 0; -1 = none. Of equals the earlier one comes first.
    """
    size = np.bincount(group[group >= 0], minlength=1)
    large = np.flatnonzero(size >= max(min_members, 2))
    renamed = np.full(len(size), -1, np.int64)
    renamed[large] = np.arange(len(large))
    campaign = np.where(group >= 0, renamed[group], -1)
    spread = (distinct_per(campaign, thread, len(large)) > 1) | (
        distinct_per(campaign, author, len(large)) > 1
    )
    first = np.full(len(large), len(group))
    rows = np.flatnonzero(campaign >= 0)
    np.minimum.at(first, campaign[rows], rows)
    order = np.lexsort((first, -size[large], ~spread))[: int(spread.sum())]
    number = np.full(len(large) + 1, -1, np.int64)  # the last stands for "no campaign"
    number[order] = np.arange(len(order))
    return number[campaign]


def _author_repeats(campaign: np.ndarray, author: np.ndarray) -> np.ndarray:
    """Share of each comment's author's comments that are in a campaign; 0 for the nameless."""
    known = author >= 0
    if not known.any():
        return np.zeros(len(author), np.float32)
    all_of = np.bincount(author[known])
    repeats = np.bincount(author[known & (campaign >= 0)], minlength=len(all_of))
    return np.where(known, repeats[author] / all_of[author], 0).astype(np.float32)


def _link_elsewhere(links: kernel.Links, thread: np.ndarray) -> np.ndarray:
    """Number of other threads in which any link of the comment is posted: (n,) int32."""
    found = np.zeros(len(thread), np.int32)
    link = np.unique(links.link, return_inverse=True)[1]
    threads = distinct_per(link, thread[links.row], int(link.max(initial=-1)) + 1)
    np.maximum.at(found, links.row, (threads[link] - 1).astype(np.int32))
    return found


def _table(
    comments: pd.DataFrame, campaign: np.ndarray, thread: np.ndarray, author: np.ndarray
) -> pd.DataFrame:
    n = int(campaign.max(initial=-1)) + 1
    rows = np.flatnonzero(campaign >= 0)
    rows = rows[np.argsort(campaign[rows], kind="stable")]
    sizes = np.bincount(campaign[rows], minlength=n) if n else np.zeros(0, np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    table = pa.table(
        {
            "campaign": np.arange(n, dtype=np.int32),
            "members": sizes.astype(np.int32),
            "threads": distinct_per(campaign, thread, n).astype(np.int32),
            "authors": distinct_per(campaign, author, n).astype(np.int32),
            "text": pa.array(comments["text"].iloc[rows[starts[:-1]]], STRING),
            "rows": pa.ListArray.from_arrays(starts, pa.array(rows, pa.int64())),
        },
        schema=CAMPAIGN_SCHEMA,
    )
    return to_frame(table)
