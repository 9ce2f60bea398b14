"""Tell whether a comment fits its conversation: context features and a linear classifier.

A comment is compared with the title and article of its thread, with its parent and ancestors, its
siblings and replies, and with the rest of the thread. Only its own thread counts, so a comment gets
the same score in any dump, order or partition. Document frequencies come with the model.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.context import overlap, terms
from moderation.context.features import CONTEXT_FEATURES, OVERLAP_FEATURES, expand, line
from moderation.context.topics import TOPIC_FEATURES, WordVectors
from moderation.context.windows import windows_of
from moderation.errors import ModelError
from moderation.features.ngrams import thread_count
from moderation.tables import chosen_columns, strings, text_column
from moderation.threads import thread_bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from moderation.tables import Table

CHUNK = 1 << 12  # comments in a piece of work, whose features fit the second-level cache
LAST_CHUNK = 1 << 9  # comments in the last pieces: 1 ms
MIN_SIBLINGS = 3
WORDS = CONTEXT_FEATURES.index("shape.words")
TITLE, ARTICLE = (CONTEXT_FEATURES.index(f"has.{name}") for name in ("title", "article"))
DOUBT, DOUBT_UNDER_TITLE = 150.0, 40.0
"""Words at which only half of what speaks for off-topic counts: short comments tell little.
Of 32, 64, 100, 150 and 250, at the threshold just above the worst false alarm in a thread under a
long article, the recall of comments moved into a forum was 0.27, 0.29, 0.31, 0.32 and 0.32, at the
same precision. Under a title alone there is less to differ from, and the second holds: with it
17 % of the comments moved under posts are found instead of 5 %, as precisely
(docs/model-notebook.md)."""
FEWEST = 5
"""Words that a comment needs to be judged: nobody can tell whether "Great video" is off the topic.
A tenth of the comments in Reddit's trees have fewer, 2 % of a forum's. Leaving them out raised the
area by 0.002 to 0.015 on sets of moved comments."""
IDF_STEPS = 16  # per unit of idf, so that it fits a byte: 0 to 15.9


@dataclass(frozen=True)
class Frequencies:
    """How common each hashed word is: idf in steps of 1/16, and the mean distinct words of a text.

    mass turns an idf into odds against the background: a word's share is exp(-idf) / mass.
    vectors: of the words; None in older models.
    """

    steps: np.ndarray  # (2^BITS,) uint8
    mass: float
    vectors: WordVectors | None = None

    def __post_init__(self) -> None:
        """Raise ModelError for another shape or type."""
        if self.steps.shape != (1 << terms.BITS,) or self.steps.dtype != np.uint8:
            raise ModelError(
                f"context/idf is {self.steps.dtype} {self.steps.shape}; "
                f"expected uint8 ({1 << terms.BITS},)"
            )

    def tables(self) -> tuple[Any, ...]:
        """What the loops read: terms.spelling(), steps, and idf and odds per step."""
        idf = np.arange(256) / IDF_STEPS
        return terms.spelling(), self.steps, idf, self.mass * np.exp(idf)

    def idf(self, bucket: int) -> float:
        """Inverse document frequency of the words of a bucket."""
        return float(self.steps[bucket]) / IDF_STEPS


def count_words(texts: Any) -> Frequencies:
    """Count the words of many texts; duplicate texts count once."""
    known = pc.unique(strings(texts).drop_null())
    data, offsets = terms.buffers(known)
    seen = np.zeros(1 << terms.BITS, np.int64)
    total = terms.document_counts(data, offsets, terms.fold_table(), seen)
    idf = np.log((len(known) + 1) / (seen + 0.5))
    steps = np.clip(np.rint(idf * IDF_STEPS), 0, 255).astype(np.uint8)
    return Frequencies(steps, round(total / max(len(known), 1), 3))


def context_features(
    comments: Table, threads: Table, frequencies: Frequencies
) -> tuple[np.ndarray, np.ndarray]:
    """Features (n, len(CONTEXT_FEATURES)) float32 of a comment table, and (n,) bool: can tell.

    comments: COMMENT_SCHEMA, threads contiguous and in pre-order. threads: THREAD_SCHEMA; a
    thread that is not in it has no title and no article.
    """
    parts = list(_chunks(comments, threads, frequencies, lambda *both: both))
    if not parts:
        return np.zeros((0, len(CONTEXT_FEATURES)), np.float32), np.zeros(0, bool)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def features_at(
    comments: Table, threads: Table, frequencies: Frequencies, rows: np.ndarray
) -> np.ndarray:
    """The features of some rows, in their order, without holding those of the others."""
    order = np.argsort(rows)
    parts, first = [np.zeros((0, len(CONTEXT_FEATURES)), np.float32)], 0
    for part in _chunks(comments, threads, frequencies, lambda features, _: features):
        a, b = np.searchsorted(rows[order], [first, first + len(part)])
        parts.append(part[rows[order[a:b]] - first])
        first += len(part)
    features = np.empty((len(rows), len(CONTEXT_FEATURES)), np.float32)
    features[order] = np.concatenate(parts)
    return features


def _chunks(
    comments: Table,
    threads: Table,
    frequencies: Frequencies,
    use: Callable[[np.ndarray, np.ndarray], Any],
    workers: int | None = None,
) -> Iterator[Any]:
    """The results of `use` on features and can-tell of whole threads, some CHUNK comments each.

    They come in the order of the comments, on any number of threads; features are not held. The
    messages of a chat are compared within windows: see `windows_of`.
    """
    comments = chosen_columns(comments, ("thread_id", "depth", "text", "kind"))
    text = text_column(comments, "text")
    depth = comments["depth"].to_numpy().astype(np.int32, copy=False)
    bounds, heads = thread_bounds(comments), titles_and_articles(comments, threads)
    windows = windows_of(comments, bounds, depth)
    if windows is not None:
        text, depth, bounds = text.take(pa.array(windows.rows)), depth[windows.rows], windows.bounds
        heads = heads.take(pa.array(windows.heads))
    tables = frequencies.tables()
    data, offsets = terms.buffers(text)
    head_data, head_offsets = terms.buffers(heads)
    idle: list[np.ndarray] = []  # working memory that no thread is using

    def measure(first: int, last: int) -> Any:
        rows = slice(int(bounds[first]), int(bounds[last]))
        n = rows.stop - rows.start
        its, its_heads = offsets[rows.start : rows.stop + 1], head_offsets[2 * first : 2 * last + 1]
        room = sum(int(one[-1] - one[0]) // 2 + len(one) for one in (its, its_heads))
        spelled = (np.empty(room, np.int32), np.zeros(n + 2 * (last - first) + 1, np.int64))
        measured = np.zeros((n, len(overlap.TARGETS) * len(overlap.MEASURES)), np.float32)
        shapes = np.zeros((n, len(terms.SHAPE)), np.float32)
        parents = np.empty(n, np.int64)
        has_head = np.zeros((last - first, 2), np.bool_)
        own = bounds[first : last + 1] - rows.start
        try:
            local = idle.pop()
        except IndexError:  # none is idle, or another thread was quicker
            local = np.full(1 << terms.BITS, -1, np.int32)
        overlap.overlaps(
            (data, its),
            (head_data, its_heads),
            own,
            depth[rows],
            tables,
            measured,
            shapes,
            parents,
            has_head,
            local,
            spelled,
        )
        idle.append(local)
        overlap_features = np.empty((n, len(OVERLAP_FEATURES)), np.float32)
        can_tell = np.empty(n, np.bool_)
        expand(measured, shapes, parents, own, has_head, MIN_SIBLINGS, overlap_features, can_tell)
        if frequencies.vectors is None:
            topics = np.zeros((n, len(TOPIC_FEATURES)), np.float32)
        else:
            topics = frequencies.vectors.measure(*spelled, own, parents)
        features = np.concatenate([overlap_features, topics], axis=1)
        if windows is not None:
            own = windows.own[rows]
            features, can_tell = features[own], can_tell[own]
        return use(features, can_tell)

    workers = workers or thread_count()
    places = cuts(bounds, CHUNK, LAST_CHUNK if workers > 1 else CHUNK, workers)
    workers = min(workers, len(places) - 1)
    if workers <= 1:
        yield from map(measure, places[:-1], places[1:])
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(measure, places[:-1], places[1:])


def cuts(bounds: np.ndarray, size: int, least: int, parts: int) -> list[int]:
    """The first thread of each piece of at most `size` comments, and the number of threads.

    Every piece is a share of what is left, of `least` comments or more, so that `parts` workers
    finish at about the same time. A thread is never cut.
    bounds: (threads + 1,) first rows, see `thread_bounds`.
    """
    starts, n = [0], int(bounds[-1])
    while starts[-1] < len(bounds) - 1:
        first = int(bounds[starts[-1]])
        wanted = min(size, max(least, (n - first) // (2 * parts)))
        last = int(np.searchsorted(bounds, first + wanted, "right")) - 1
        starts.append(max(starts[-1] + 1, last))
    return starts


def titles_and_articles(comments: Table, threads: Table) -> pa.Array:
    """The title, then the article, of each thread of the comment table in its order: (2t,)."""
    ids = text_column(comments, "thread_id").take(pa.array(thread_bounds(comments)[:-1]))
    row = pc.index_in(ids, text_column(threads, "thread_id"))
    title = text_column(threads, "title").take(row).fill_null("")
    article = text_column(threads, "article").take(row).fill_null("")
    turn = np.arange(2 * len(ids)).reshape(2, -1).T.ravel()
    return pa.concat_arrays([title, article]).take(pa.array(turn))


def rows_above(depth: np.ndarray) -> np.ndarray:
    """(n,) int64: the parent's row of each comment of a table, -1 = top level."""
    return overlap.find_parents(depth)


def discount_short(
    logits: np.ndarray, features: np.ndarray, doubt: float, under_title: float
) -> np.ndarray:
    """The logits (n,), of which positive ones count less the fewer words a comment has.

    doubt, under_title: words at which half counts, and where a title but no article is above.
    """
    words = np.expm1(features[:, WORDS].astype(np.float64))
    titled = (features[:, TITLE] > 0) & (features[:, ARTICLE] == 0)
    half = words + np.where(titled, under_title, doubt)
    trust = np.where(half > 0, words / np.maximum(half, np.finfo(np.float64).tiny), 1.0)
    return np.where(logits > 0, logits * trust, logits)


def has_words(features: np.ndarray, fewest: int) -> np.ndarray:
    """(n,) bool: whether each comment has `fewest` words or more."""
    return features[:, WORDS] > np.log(fewest + 0.5)  # between log1p(fewest - 1) and its own


class Measured(NamedTuple):
    """Some rows of a comment table, (k,) int64 ascending, and what was kept of their features."""

    rows: np.ndarray
    kept: np.ndarray


@dataclass(frozen=True)
class ContextClassifier:
    """One linear classifier over the context features, with the frequencies they need."""

    frequencies: Frequencies
    weights: np.ndarray  # (len(CONTEXT_FEATURES),) float32
    intercept: float
    doubt: float = DOUBT
    typical: Mapping[str, float] = field(default_factory=dict)
    """What each group of `evidence.conversation.GROUPS` adds to the logit of a usual comment;
    evidence is the difference from it."""
    fewest: int = 0
    """Words that a comment needs to be judged."""
    doubt_under_title: float = DOUBT_UNDER_TITLE

    def discounted(self, logits: np.ndarray, features: np.ndarray) -> np.ndarray:
        """The logits (n,), short comments discounted; see `discount_short`."""
        return discount_short(logits, features, self.doubt, self.doubt_under_title)

    def logits(self, comments: Table, threads: Table, workers: int | None = None) -> np.ndarray:
        """Log-odds that each comment is off the topic, (n,) float64; NaN = cannot tell.

        workers: number of threads, None = all cores; it changes no score.
        """
        return self.measured(comments, threads, workers)[0]

    def measured(
        self,
        comments: Table,
        threads: Table,
        workers: int | None = None,
        passes: Callable[[np.ndarray], np.ndarray] | None = None,
        keep: Callable[[np.ndarray], np.ndarray] = np.asarray,
    ) -> tuple[np.ndarray, Measured]:
        """The log-odds, and what `keep` makes of the features of those that pass `passes`."""

        def weigh(features: np.ndarray, can_tell: np.ndarray) -> tuple[np.ndarray, ...]:
            part = np.empty(len(features))
            line(features, self.weights, self.intercept, part)
            judged = can_tell & has_words(features, self.fewest)
            logits = np.where(judged, self.discounted(part, features), np.nan)
            passed = np.flatnonzero(passes(logits)) if passes else np.empty(0, np.int64)
            return logits, passed, keep(features[passed])

        whole = np.empty(len(comments))
        rows = [np.empty(0, np.int64)]
        kept = [keep(np.empty((0, len(CONTEXT_FEATURES)), np.float32))]
        first = 0
        for logits, passed, theirs in _chunks(comments, threads, self.frequencies, weigh, workers):
            whole[first : first + len(logits)] = logits
            rows.append(passed + first)
            kept.append(theirs)
            first += len(logits)
        return whole, Measured(np.concatenate(rows), np.concatenate(kept))

    def score(self, comments: Table, threads: Table) -> np.ndarray:
        """Probability among the training pairs, (n,) float64; NaN = cannot tell."""
        return 1 / (1 + np.exp(-self.logits(comments, threads)))

    def tensors(self) -> dict[str, np.ndarray]:
        """The arrays to save, by name."""
        vectors = self.frequencies.vectors
        return {
            "context/idf": self.frequencies.steps,
            "context/weights": self.weights[self.weights != 0],
            **(vectors.tensors() if vectors is not None else {}),
        }

    def parameters(self) -> dict[str, Any]:
        """What to save beside the arrays, as JSON types."""
        return {
            "features": [
                name for name, weight in zip(CONTEXT_FEATURES, self.weights, strict=True) if weight
            ],
            "intercept": self.intercept,
            "mass": self.frequencies.mass,
            "doubt": self.doubt,
            "doubt_under_title": self.doubt_under_title,
            "fewest": self.fewest,
            "vectors": self.frequencies.vectors is not None,
            "typical": dict(self.typical),
        }

    @classmethod
    def load(
        cls, tensors: Mapping[str, np.ndarray], parameters: Mapping[str, Any]
    ) -> ContextClassifier:
        """From `tensors()` and `parameters()`; features that the model does not name weigh 0.

        Raises ModelError when a part is missing or a feature is not computed here.
        """
        try:
            names = [str(name) for name in parameters["features"]]
            weights = tensors["context/weights"]
            steps, mass = tensors["context/idf"], float(parameters["mass"])
            intercept = float(parameters["intercept"])
            doubt = float(parameters.get("doubt", 0))  # older models have none
            fewest = int(parameters.get("fewest", 0))  # nor this
            under_title = float(parameters.get("doubt_under_title", doubt))  # nor one of its own
            typical = {str(name): float(share) for name, share in parameters["typical"].items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the model's context head is incomplete: {error}") from error
        place = {name: at for at, name in enumerate(CONTEXT_FEATURES)}
        unknown = [name for name in names if name not in place]
        if unknown or weights.shape != (len(names),):
            raise ModelError(
                f"the model's context head has {len(names)} features and {weights.shape} weights"
                f"{f', and {unknown[0]!r} is not computed here' if unknown else ''}: train it again"
            )
        full = np.zeros(len(CONTEXT_FEATURES), np.float32)
        full[[place[name] for name in names]] = weights
        known = Frequencies(steps, mass, WordVectors.load(tensors))
        return cls(known, full, intercept, doubt, typical, fewest, under_title)
