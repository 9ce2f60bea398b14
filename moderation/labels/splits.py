"""Split labelled rows so that nothing leaks from the training set into the test set."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from moderation.compiled import F8, I8, W_F8, W_I8, Loop
from moderation.labels.duplicates import near_duplicate_groups
from moderation.labels.table import label_names

_deal_out = Loop("deal", F8, I8, W_F8, W_I8)


def split_groups(frame: pd.DataFrame, near: bool = True) -> np.ndarray:
    """A number per row, the same for rows that must stay on one side of a split: (n,) int64.

    Rows belong together when they share a thread (of the same source), a declared `group`, (nearly)
    the same text or, where the thread is unknown, the comment they answer; and so do rows linked
    through others. near=False ignores near-duplicate texts.
    """
    count = len(frame)
    source = _codes(frame["source"]) if "source" in frame else np.full(count, -1)
    thread = _codes(frame["thread_id"]) if "thread_id" in frame else np.full(count, -1)
    keys = [_within_source(thread, source)]
    if "group" in frame:
        keys.append(_codes(frame["group"]))
    if "parent_text" in frame:  # stands for the thread where that is unknown
        keys.append(np.where(thread < 0, _codes(frame["parent_text"]), -1))
    if near:
        keys.append(near_duplicate_groups(frame["text"]))
    rows, nodes, width = [], [], count
    for codes in keys:
        known = np.flatnonzero(codes >= 0)
        rows.append(known)
        nodes.append(codes[known] + width)
        width += int(codes.max(initial=-1)) + 1
    ends = (np.concatenate(rows), np.concatenate(nodes))
    links = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(width, width))
    return pd.factorize(connected_components(links, directed=False)[1][:count])[0].astype(np.int64)


def folds(
    frame: pd.DataFrame, k: int = 5, seed: int = 0, groups: np.ndarray | None = None
) -> np.ndarray:
    """The fold (0 to k - 1) of each row: (n,) int64.

    groups: (n,) from `split_groups`, which is called when None; no group stands in two folds.
    Each label's positives and negatives, per source, are spread as evenly as the groups allow:
    groups go, largest first, to the fold that is poorest in what they hold.

    >>> rows = pd.DataFrame({"text": ["one", "two", "One", "two!"], "spam": [1, 0, 1, 0]})
    >>> folds(rows, k=2).tolist()
    [0, 1, 0, 1]
    """
    groups = split_groups(frame) if groups is None else groups
    held = _held(frame, groups)
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(held))
    order = shuffled[np.argsort(-held[shuffled, -1], kind="stable")]
    scarce = held.sum(axis=0)
    weights = np.divide(1.0, scarce, out=np.zeros_like(scarce), where=scarce > 0)
    return _deal(held * weights, order, k)[groups]


def _codes(values: pd.Series) -> np.ndarray:
    """(n,) int64, -1 where missing or empty."""
    codes = pd.factorize(values)[0].astype(np.int64)
    empty = (values.astype("str") == "").fillna(False).to_numpy(bool)
    return np.where(empty, -1, codes)


def _within_source(codes: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Codes made distinct by source: two dumps may both have a thread `1`."""
    pairs = pd.factorize(codes * (source.max(initial=-1) + 2) + source + 1)[0]
    return np.where(codes < 0, -1, pairs)


def _held(frame: pd.DataFrame, groups: np.ndarray) -> np.ndarray:
    """What each group holds (groups, kinds): rows by source, label and answer; last, all rows."""
    source = _codes(frame["source"]) if "source" in frame else np.full(len(frame), -1)
    count = int(groups.max(initial=-1)) + 1
    kinds = []
    for name in label_names(frame):
        answers = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for answer in (0.0, 1.0):
            for one in np.unique(source):
                these = groups[(answers == answer) & (source == one)]
                if these.size:
                    kinds.append(np.bincount(these, minlength=count))
    kinds.append(np.bincount(groups, minlength=count))
    return np.column_stack(kinds).astype(np.float64)


def _deal(held: np.ndarray, order: np.ndarray, k: int) -> np.ndarray:
    """Fold of each group. held: (groups, kinds), each kind's shares of its whole."""
    folds_of = np.zeros(len(order), np.int64)
    _deal_out(held, order, np.zeros((k, held.shape[1])), folds_of)
    return folds_of
