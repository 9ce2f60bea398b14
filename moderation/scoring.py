"""Score a dump part by part: whole threads, on all cores, in the order of the dump.

What the whole dump knows of each comment (`dump_evidence`) is found beside the first parts; all
else in a comment's score, flags and reasons depends on its own thread alone, so that parts give
what the whole would.
Parts that are done can be written while the next are scored, and nothing but the dump itself has
to be held whole.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING
from moderation.context.classifier import cuts
from moderation.dump_evidence.find import find_dump_evidence
from moderation.dump_evidence.rules import LABEL, Verdict
from moderation.errors import InputError
from moderation.features.ngrams import thread_count
from moderation.flags.flag import scored_table
from moderation.model.by_language import learnt_in_parts
from moderation.model.model import languages_of
from moderation.model.share import Seen, seen_in, shares, with_scores_here
from moderation.tables import concatenated, one_array, text_column, with_columns
from moderation.threads import thread_bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import numpy as np
    import pandas as pd

    from moderation.context.classifier import Measured
    from moderation.model.model import Model
    from moderation.model.share import Share
    from moderation.readers import Dump

PART = 1 << 15  # comments: some 15 MB, and enough for both threads of a small machine
LAST_PART = 1 << 12  # the last ones are smaller, so that all threads are done at about one time
WORKERS = 2  # for whom they are cut; the same parts for any number
UNLEARNT = "language"  # why a score is null: the model has not learnt the comment's language
AHEAD = 2  # parts that wait for whoever takes them


def score(
    dump: Dump,
    model: Model,
    *,
    workers: int | None = None,
    prevalence: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Score a dump: one row per comment, with its scores, flags, and the reasons for each flag.

    workers: threads of the machine, None = all. prevalence: how common labels are in this dump,
    where that is known; it is estimated for the others. Columns: those of the comments, the
    thread's title, one float column per label (null = cannot tell), the same for every dump,
    `language` (BCP 47, null = unknown), `flags` ("slur;abuse"), `why` (JSON), `cannot_tell`
    ("language" where that is why a score is null), and per label `spam_here`: the probability in
    this dump.

    >>> import moderation
    >>> dump = moderation.read("seeds/forum.jsonl")
    >>> scored = score(dump, moderation.Model.load("default"))
    >>> scored.loc[scored["flags"] != "", ["id", "flags"]].values.tolist()[:2]
    [['l6', 'abuse'], ['t8', 'slur']]
    """
    from moderation.readers.merging.dump import (
        Dump as Read,  # here: commands that read in parts need none
    )

    if not isinstance(dump, Read):
        raise InputError(
            f"score() takes a dump as moderation.read() gives it, not a {type(dump).__name__}; "
            "for texts and tables there is Model.score"
        )
    parts, _ = settled(scored_parts(dump, model, workers), model, prevalence)
    return concatenated(parts)


def settled(
    parts: Iterable[pa.Table], model: Model, prevalence: Mapping[str, float] | None = None
) -> tuple[list[pa.Table], dict[str, Share]]:
    """All parts of a dump with its scores here, and the shares that these follow.

    parts: as `scored_parts` gives them. prevalence: see `score`.
    """
    every = list(parts)
    apart = {name: learnt_in_parts(model, name) for name in model.labels}
    with ThreadPoolExecutor(thread_count()) as pool:
        counted = list(pool.map(lambda part: seen_in(part, model.labels, apart), every))
        seen = {name: Seen.sum_of(one[name] for one in counted) for name in model.labels}
        found = shares(model, seen, prevalence)
        return list(
            pool.map(lambda part: with_scores_here(part, model.labels, found), every)
        ), found


def scored_parts(
    dump: Dump, model: Model, workers: int | None = None, verdict: Verdict | None = None
) -> Iterator[pa.Table]:
    """As `flags.flag.scored_table`, in Arrow tables of whole threads, about PART comments each.

    There is always one part, if an empty one. workers: threads of the machine, None = all.
    verdict: what a larger dump, of which this one is a part, says of each comment.
    """
    comments, threads = dump.comment_table, dump.thread_table
    bounds = thread_bounds(comments)
    places = part_starts(bounds)
    workers = workers or thread_count()

    def judge() -> Verdict | None:
        if verdict is not None or not judged(model):
            return verdict
        return Verdict.of(find_dump_evidence(comments, threads))

    if len(places) <= 2:
        measured = _Measured.of(comments, threads, model, workers)
        yield _scored_table(measured, model, workers, judge())
        return
    heads = _heads(comments, threads, bounds)

    def measure(k: int) -> _Measured:
        first, last = int(bounds[places[k]]), int(bounds[places[k + 1]])
        own = heads.slice(places[k], places[k + 1] - places[k])
        return _Measured.of(comments.slice(first, last - first), own, model, 1)

    def tell(k: int, measured: _Measured, whole: Verdict | None) -> pa.Table:
        begin, end = int(bounds[places[k]]), int(bounds[places[k + 1]])
        own = None if whole is None else whole.rows(begin, end)
        return _scored_table(measured, model, 1, own)

    with ThreadPoolExecutor(workers) as pool:
        yield from _in_turn(pool, judge, measure, tell, len(places) - 1, workers)


def _in_turn(
    pool: ThreadPoolExecutor,
    judge: Callable[[], Verdict | None],
    measure: Callable[[int], _Measured],
    tell: Callable[[int, _Measured, Verdict | None], pa.Table],
    parts: int,
    workers: int,
) -> Iterator[pa.Table]:
    """What `tell` makes of each part, in order.

    Parts are measured while the dump is still being looked over, and told from then on: some of the
    looking over takes one core only.
    """
    verdict = pool.submit(judge)
    measuring: deque[Future[_Measured]] = deque()
    telling: deque[Future[pa.Table]] = deque()
    begun = told = 0
    while told < parts or telling:
        while begun < parts and sum(not one.done() for one in measuring) < workers:
            measuring.append(pool.submit(measure, begun))
            begun += 1
        if verdict.done() and measuring and measuring[0].done() and len(telling) < workers + AHEAD:
            telling.append(pool.submit(tell, told, measuring.popleft().result(), verdict.result()))
            told += 1
        elif telling and (telling[0].done() or len(telling) >= workers + AHEAD):
            yield telling.popleft().result()
        else:
            every: list[Future[Any]] = [verdict, *measuring, *telling]
            wait([one for one in every if not one.done()], return_when=FIRST_COMPLETED)


def part_starts(bounds: np.ndarray) -> list[int]:
    """First thread of each part, and the number of threads; the same for any number of workers.

    bounds: (threads + 1,) first rows.
    """
    if bounds[-1] <= PART:
        return [0, len(bounds) - 1]
    return cuts(bounds, PART, LAST_PART, WORKERS)


class _Measured(NamedTuple):
    """Some whole threads, and what they say by themselves. flagged: see `Model.measured`."""

    comments: pa.Table
    threads: pa.Table
    languages: pa.Array
    scores: pa.Table
    flagged: dict[str, Measured]

    @classmethod
    def of(cls, comments: pa.Table, threads: pa.Table, model: Model, workers: int) -> _Measured:
        """Score them in any language."""
        languages = languages_of(comments)
        found = model.measured(
            comments, threads, workers, languages=languages, in_any_language=True
        )
        return cls(comments, threads, languages, *found)


def _scored_table(part: _Measured, model: Model, workers: int, verdict: Verdict | None) -> pa.Table:
    """The scored table of some threads. verdict: of their comments."""
    scores = part.scores
    if verdict is not None:
        raised = verdict.adjust(scores[LABEL].to_numpy())
        scores = with_columns(scores, {LABEL: pa.array(raised, pa.float32(), from_pandas=True)})
    scores, unlearnt = model.where_learnt(scores, part.languages)
    reason = pc.if_else(pa.array(unlearnt), pa.scalar(UNLEARNT, STRING), pa.scalar(None, STRING))
    own = with_columns(part.comments, {"language": part.languages}), part.threads
    scored = scored_table(own, scores, model, workers, part.flagged, verdict)
    return with_columns(scored, {"cannot_tell": reason})


def judged(model: Model) -> bool:
    """Whether the model has a label that the dump's evidence speaks of."""
    return LABEL in [head.name for head in model.text_heads]


def _heads(comments: pa.Table, threads: pa.Table, bounds: np.ndarray) -> pa.Table:
    """The thread table in the order of the comments: a part's threads are a slice of it."""
    ids = text_column(comments, "thread_id").take(pa.array(bounds[:-1]))
    rows = pc.index_in(ids, value_set=one_array(threads["thread_id"]))
    others = threads.drop_columns("thread_id").take(rows)
    return others.add_column(0, "thread_id", ids)
