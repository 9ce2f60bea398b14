"""Score a dump part by part: whole threads, on all cores, in the order of the dump.

What the whole dump knows of each comment (`dump_evidence`) is found beside the first parts; all
else in a comment's score, flags and reasons depends on its own thread alone, so that parts give
what the whole would.
Parts that are told can be written while the next are, and nothing but the dump itself and its
scores has to be held whole.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

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
from moderation.tables import concatenated, give_back_memory, one_array, text_column, with_columns
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
    scoring = Scoring(dump, model, workers)
    scoring.measure()
    return concatenated(scoring.parts(scoring.shares(prevalence)))


def scored_parts(
    dump: Dump, model: Model, workers: int | None = None, verdict: Verdict | None = None
) -> Iterator[pa.Table]:
    """As `flags.flag.scored_table`, in Arrow tables of whole threads, about PART comments each.

    There is always one part, if an empty one. workers: threads of the machine, None = all.
    verdict: what a larger dump, of which this one is a part, says of each comment.
    """
    scoring = Scoring(dump, model, workers, verdict)
    scoring.measure()
    yield from scoring.parts()


class Scoring:
    """The scoring of a dump in two passes: all scores first, then what is said of each comment.

    How common a label is here, the scores of the whole dump tell. So no more than scores is held of
    all of it: a part of the scored table is made when it is asked for, and need not be kept.
    """

    def __init__(
        self,
        dump: Dump,
        model: Model,
        workers: int | None = None,
        verdict: Verdict | None = None,
    ) -> None:
        """workers, verdict: see `scored_parts`."""
        self._model, self._workers, self._verdict = model, workers or thread_count(), verdict
        self._comments, self._threads = dump.comment_table, dump.thread_table
        self._bounds = thread_bounds(self._comments)
        self._places = part_starts(self._bounds)
        self._measured: deque[_Measured] = deque()

    def measure(self, shown: Callable[[Iterator[pa.Table]], Iterable[pa.Table]] = iter) -> None:
        """Find all scores. shown: is given the comments of each part that has them.

        Parts are measured while the dump is still being looked over: some of that takes one core.
        """
        if len(self._places) <= 2:
            own = _Measured.of(self._comments, self._threads, self._model, self._workers)
            self._measured = deque([own.settled(self._model, self._judge())])
            return
        heads = _heads(self._comments, self._threads, self._bounds)

        def measure(k: int) -> _Measured:
            first, last = self._rows(k)
            own = heads.slice(self._places[k], self._places[k + 1] - self._places[k])
            return _Measured.of(self._comments.slice(first, last - first), own, self._model, 1)

        def settle(k: int) -> _Measured:
            own = None if whole is None else whole.rows(*self._rows(k))
            return measured.popleft().settled(self._model, own)

        measured: deque[_Measured] = deque()
        parts = range(len(self._places) - 1)
        with ThreadPoolExecutor(self._workers) as pool:
            verdict = pool.submit(self._judge)
            measuring = pool.map(measure, parts)

            def done() -> Iterator[pa.Table]:
                for part in measuring:
                    measured.append(part)
                    yield part.comments

            deque(shown(done()), 0)
            whole = verdict.result()
            self._measured.extend(map(settle, parts))

    def shares(self, prevalence: Mapping[str, float] | None = None) -> dict[str, Share]:
        """How common each label is in the dump, after `measure`. prevalence: see `score`."""
        model = self._model
        apart = {name: learnt_in_parts(model, name) for name in model.labels}
        counted = [
            seen_in(
                with_columns(part.scores, {"language": part.languages}), model.thresholds, apart
            )
            for part in self._measured
        ]
        seen = {name: Seen.sum_of(one[name] for one in counted) for name in model.labels}
        return shares(model, seen, prevalence)

    def parts(self, found: Mapping[str, Share] | None = None) -> Iterator[pa.Table]:
        """The scored table of what is measured, part by part, each once.

        found: adds the scores here that follow these shares.
        """

        def tell(part: _Measured, workers: int) -> pa.Table:
            told = part.told(self._model, workers)
            return told if found is None else with_scores_here(told, self._model.labels, found)

        if len(self._measured) == 1:
            yield tell(self._measured.popleft(), self._workers)
            return
        telling: deque[Future[pa.Table]] = deque()
        with ThreadPoolExecutor(self._workers) as pool:
            while self._measured or telling:
                while self._measured and len(telling) < self._workers + AHEAD:
                    telling.append(pool.submit(tell, self._measured.popleft(), 1))
                yield telling.popleft().result()

    def _rows(self, k: int) -> tuple[int, int]:
        """Where the rows of part k begin and end."""
        return int(self._bounds[self._places[k]]), int(self._bounds[self._places[k + 1]])

    def _judge(self) -> Verdict | None:
        if self._verdict is not None or not judged(self._model):
            return self._verdict
        return Verdict.of(find_dump_evidence(self._comments, self._threads))


def part_starts(bounds: np.ndarray) -> list[int]:
    """First thread of each part, and the number of threads; the same for any number of workers.

    bounds: (threads + 1,) first rows.
    """
    if bounds[-1] <= PART:
        return [0, len(bounds) - 1]
    return cuts(bounds, PART, LAST_PART, WORKERS)


class _Measured(NamedTuple):
    """Some whole threads, and what is known of them: in `settled`, of the dump, too.

    flagged: see `Model.measured`. unlearnt: (n,) bool, comments in languages not learnt. verdict:
    of the comments.
    """

    comments: pa.Table
    threads: pa.Table
    languages: pa.Array
    scores: pa.Table
    flagged: dict[str, Measured]
    unlearnt: np.ndarray | None = None
    verdict: Verdict | None = None

    @classmethod
    def of(cls, comments: pa.Table, threads: pa.Table, model: Model, workers: int) -> _Measured:
        """Score them in any language."""
        languages = languages_of(comments)
        found = model.measured(
            comments, threads, workers, languages=languages, in_any_language=True
        )
        give_back_memory()
        return cls(comments, threads, languages, *found)

    def settled(self, model: Model, verdict: Verdict | None) -> _Measured:
        """With the scores as they stay. verdict: of these comments."""
        scores = self.scores
        if verdict is not None:
            raised = verdict.adjust(scores[LABEL].to_numpy())
            scores = with_columns(scores, {LABEL: pa.array(raised, pa.float32(), from_pandas=True)})
        scores, unlearnt = model.where_learnt(scores, self.languages)
        return self._replace(scores=scores, unlearnt=unlearnt, verdict=verdict)

    def told(self, model: Model, workers: int) -> pa.Table:
        """The scored table of threads whose scores are settled."""
        untold = pa.array(self.unlearnt)
        reason = pc.if_else(untold, pa.scalar(UNLEARNT, STRING), pa.scalar(None, STRING))
        own = with_columns(self.comments, {"language": self.languages}), self.threads
        scored = scored_table(own, self.scores, model, workers, self.flagged, self.verdict)
        give_back_memory()
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
