"""Choose which comments to review next: those that teach most, and a random sample.

Part of the budget goes to comments that the model is unsure of, part to its surest flags, part to
comments drawn at random (`sampling.strata`), without which nobody would learn what the model
misses.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from moderation.labels.duplicates import near_duplicate_groups
from moderation.labels.table import label_names
from moderation.model.held_out import text_keys
from moderation.sampling.strata import Scores, Strata, draw, eligible
from moderation.threads import parent_rows
from moderation.translation import marked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RANDOM = 0.3
UNCERTAIN = 0.4  # of the budget; what is left are the surest flags
POOL = 20  # candidates looked at for each that is wanted: campaigns fill many places
PER_THREAD = 3  # of one reason, while others are left: a thread's comments teach much the same


@dataclass(frozen=True)
class Decided:
    """What need not be asked: (n,) bool, answered for any label, and for every one in use."""

    some: np.ndarray
    every: np.ndarray


def answered(
    scored: pd.DataFrame, decisions: pd.DataFrame, context: Sequence[str] = ()
) -> dict[str, np.ndarray]:
    """What people decided on each comment: by label (n,) float64 1, 0, NaN = undecided.

    decisions: label table. Several people's majority counts. A decision holds for all comments with
    the same words, except for the labels in `context`, which need the same comment.
    """
    texts = text_keys(scored["text"].fillna("").astype("str"))
    where = pd.MultiIndex.from_arrays(
        [scored["thread_id"].astype("str"), scored["id"].astype("str"), texts]
    )
    decided_texts = text_keys(decisions["text"].astype("str"))
    places = [
        decisions["thread_id"].fillna("").astype("str").to_numpy(object),
        decisions["id"].fillna("").astype("str").to_numpy(object),
        decided_texts,
    ]
    answers_by_label = {}
    for label in label_names(decisions):
        given = decisions[label].astype("float64").to_numpy()
        own = pd.Series(given).groupby(places).mean()
        answers = own.reindex(where).to_numpy(np.float64, copy=True)
        if label not in context:
            alike = pd.Series(given).groupby(decided_texts).mean().reindex(texts).to_numpy()
            answers = np.where(np.isnan(answers), alike, answers)
        answers_by_label[label] = np.where(
            answers == 0.5, np.nan, np.where(answers > 0.5, 1.0, answers * 0)
        )
    return answers_by_label


def decided(answers: Mapping[str, np.ndarray], scores: Scores) -> Decided:
    """From `answered`. A label that people never decide on here is not waited for."""
    nothing = np.zeros(len(scores.values), bool)
    given, done = [nothing], []
    for column, label in enumerate(scores.labels):
        if label in answers:
            given.append(~np.isnan(answers[label]))
            done.append(given[-1] | np.isnan(scores.values[:, column]))
    some = np.any(given, axis=0)
    return Decided(some, some & np.all(done, axis=0) if done else nothing)


def choose(
    scored: pd.DataFrame,
    scores: Scores,
    parts: Strata,
    decided: Decided,
    budget: int,
    random: float = RANDOM,
) -> dict[int, str]:
    """Rows to review and why: at most `budget`, "random", "uncertain LABEL" or "likely LABEL".

    scored: columns thread_id, id, kind, text. random: share of the budget.
    """
    chosen = dict.fromkeys(draw(parts, decided.every, round(budget * random)).tolist(), "random")
    free = eligible(scored) & ~decided.some
    left = budget - len(chosen)
    unsure = round(left * UNCERTAIN / (1 - RANDOM))
    odds, cut = _logit(scores.values), _logit(scores.limits)
    near, sure = -np.abs(odds - cut), np.where(scores.flagged, odds - cut, -np.inf)
    for word, closeness, most, per_thread in (
        ("uncertain", near, unsure, PER_THREAD),
        ("likely", sure, budget, PER_THREAD),
        ("uncertain", near, budget, PER_THREAD),  # where there are few flags
        ("likely", sure, budget, None),  # where there are few threads
        ("uncertain", near, budget, None),
    ):
        wanted = min(most, budget - len(chosen))
        named = [f"{word} {label}" for label in scores.labels]
        if wanted:
            chosen |= _best(scored, closeness, free, chosen, named, wanted, per_thread)
    return dict(sorted(chosen.items()))


def not_chosen(
    scored: pd.DataFrame, scores: Scores, decided: Decided, chosen: Mapping[int, str]
) -> dict[str, int]:
    """Why the rest of the comments are not among those that `choose` gave: how many, by reason.

    Where `choose` gave fewer than its budget, this accounts for all the rest.
    """
    picked = np.zeros(len(scored), bool)
    picked[list(chosen)] = True
    able = eligible(scored)
    left = able & ~decided.some & ~picked
    rated = np.isfinite(scores.values).any(axis=1)
    counts = {
        marked("decided already"): able & decided.some & ~picked,
        marked("nearly the same as others"): left & rated,
        marked("not scored"): left & ~rated,  # in a language that no label has learnt
        marked("without words, or no comments"): ~able & ~picked,
    }
    return {reason: int(rows.sum()) for reason, rows in counts.items() if rows.any()}


def _best(
    scored: pd.DataFrame,
    closeness: np.ndarray,
    free: np.ndarray,
    chosen: dict[int, str],
    named: list[str],
    wanted: int,
    per_thread: int | None,
) -> dict[int, str]:
    """The first of each label in turn, at most one of near-duplicates and `per_thread` of a thread.

    per_thread: None = any number, so that no eligible comment is left out.
    """
    pool_size = wanted * POOL if per_thread else len(scored)
    open_ = free.copy()
    open_[list(chosen)] = False
    lists = []
    for column in range(len(named)):
        close = np.where(open_ & np.isfinite(closeness[:, column]), closeness[:, column], -np.inf)
        first = np.argsort(-close, kind="stable")[:pool_size]
        lists.append(first[np.isfinite(close[first])])
    pool = np.unique(np.concatenate([*lists, np.array(list(chosen), np.int64)]).astype(np.int64))
    texts = scored["text"].iloc[pool]
    group = dict(zip(pool.tolist(), near_duplicate_groups(texts).tolist(), strict=True))
    thread = scored["thread_id"].astype("str").to_numpy(object)
    seen = {group[row] for row in chosen}
    threads: Counter[str] = Counter()
    best: dict[int, str] = {}
    turns = [(column, iter(rows.tolist())) for column, rows in enumerate(lists)]
    while turns and len(best) < wanted:
        still = []
        for column, rows in turns:
            fresh = (
                row
                for row in rows
                if group[row] not in seen
                and (per_thread is None or threads[thread[row]] < per_thread)
            )
            row = next(fresh, None)
            if row is None or len(best) == wanted:
                continue
            best[row] = named[column]
            seen.add(group[row])
            threads[thread[row]] += 1
            still.append((column, rows))
        turns = still
    return best


def with_context(scored: pd.DataFrame, chosen: dict[int, str]) -> pd.DataFrame:
    """The chosen rows with all above them and their direct replies, and a column `queue`.

    `queue` says why a row was chosen, and is null for those that are only there to be read.
    """
    parents = parent_rows(scored["depth"].to_numpy(np.int32))
    shown = np.zeros(len(scored), bool)
    picked = np.zeros(len(scored), bool)
    picked[list(chosen)] = True
    shown[picked] = True
    shown |= (parents >= 0) & picked[np.maximum(parents, 0)]
    rows = np.flatnonzero(picked)
    while len(rows):
        rows = np.unique(parents[rows][parents[rows] >= 0])
        rows = rows[~shown[rows]]
        shown[rows] = True
    queue = np.full(len(scored), None, dtype=object)
    queue[list(chosen)] = list(chosen.values())
    places = np.flatnonzero(shown)
    return scored.iloc[places].assign(queue=queue[places]).reset_index(drop=True)


def _logit(share: np.ndarray) -> np.ndarray:
    inside = np.clip(np.asarray(share, np.float64), 1e-9, 1 - 1e-9)
    odds: np.ndarray = np.log(inside / (1 - inside))
    return odds
