"""Score comments in the languages that a model has a part of its own for.

A part is a model of one language's words, with labels of the same names. Its score stands in for
the one of the model above wherever it has the label. For the flags one threshold serves all
languages: see `TextLabel.scores`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING
from moderation.evidence.by_character import by_character
from moderation.evidence.clusters import on_clusters
from moderation.features.unicode_forms import composed, places_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from moderation.evidence.words import Evidence
    from moderation.model.model import Model


class PartsOnDemand(Mapping[str, "Model"]):
    """Parts by language, each built when it is first asked for; of several threads by one.

    Most dumps are of one language, and a part takes ten times the room that it has in the file.
    labels: of each part. Asking for a part raises what `build` raises.
    """

    def __init__(self, labels: Mapping[str, list[str]], build: Callable[[str], Model]) -> None:
        self.labels = labels
        self._build = build
        self._ready: dict[str, Model] = {}
        self._lock = Lock()

    def __getitem__(self, language: str) -> Model:
        with self._lock:
            if language not in self._ready:
                if language not in self.labels:
                    raise KeyError(language)
                self._ready[language] = self._build(language)
            return self._ready[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __contains__(self, language: object) -> bool:
        return language in self.labels

    def changed(self, change: Callable[[Model], Model]) -> PartsOnDemand:
        """The parts with `change` applied to each when it is built; it keeps their labels."""
        return PartsOnDemand(self.labels, partial(_changed, change, self._build))

    def __reduce__(self) -> tuple[Any, ...]:
        return PartsOnDemand, (self.labels, self._build)


def _changed(
    change: Callable[[Model], Model], build: Callable[[str], Model], language: str
) -> Model:
    return change(build(language))


def standing_at(parts: Mapping[str, Model], thresholds: Mapping[str, float]) -> Mapping[str, Model]:
    """The parts as they were, for a model above them that has other thresholds.

    What was over a language's own threshold is over the new one of its label, and nothing else.
    """
    change = partial(_stood_at, thresholds)
    if isinstance(parts, PartsOnDemand):
        return parts.changed(change)
    return {language: change(part) for language, part in parts.items()}


def _stood_at(thresholds: Mapping[str, float], part: Model) -> Model:
    heads = [replace(head, stands_at=thresholds[head.name]) for head in part.text_heads]
    return replace(part, heads=tuple(heads))


def parts_for(model: Model, languages: pa.Array) -> Iterator[tuple[str, Model, np.ndarray]]:
    """Each language that the model has a part for, the part, and the rows in that language.

    languages: (n,) of the comments, null = unknown. Languages without rows are left out.
    """
    if not model.by_language:
        return
    names = sorted(model.by_language)
    places = pc.index_in(languages.cast(STRING), value_set=pa.array(names, STRING))
    numbers = places.fill_null(-1).to_numpy(zero_copy_only=False)
    for number, name in enumerate(names):
        rows = np.flatnonzero(numbers == number)
        if len(rows):
            yield name, model.by_language[name], rows


def put_scores(
    model: Model,
    texts: pa.ChunkedArray,
    languages: pa.Array,
    scores: np.ndarray,
    workers: int | None = None,
) -> None:
    """Overwrite scores by those of the languages' parts. scores: (n, text labels)."""
    columns = {head.name: column for column, head in enumerate(model.text_heads)}
    for _, part, rows in parts_for(model, languages):
        found = part.score_texts(
            composed(texts.take(pa.array(rows)), part.table.config.fold), workers
        )
        for column, head in enumerate(part.text_heads):
            scores[rows, columns[head.name]] = found[:, column]


def learnt_in_parts(model: Model, label: str) -> list[str]:
    """The languages whose part has the label."""
    parts = model.by_language
    if isinstance(parts, PartsOnDemand):
        return sorted(name for name, labels in parts.labels.items() if label in labels)
    return sorted(name for name, part in parts.items() if label in part.labels)


def evidence_in(part: Model, texts: list[str], workers: int | None = None) -> Evidence:
    """`Model.evidence` of a language's part; the spans are places in the texts as they came."""
    fold = part.table.config.fold
    whole = composed(texts, fold)
    evidence = part.evidence(whole, workers)
    if part.table.config.word_ngrams is None:
        written = whole.to_pylist()
        evidence = on_clusters(by_character(evidence, written, part.table), written)
    for row, text in enumerate(texts):
        places = places_before(text, fold)
        if places is not None:
            own = slice(evidence.begin[row], evidence.begin[row + 1])
            starts, ends = places
            evidence.end[own] = ends[evidence.end[own] - 1]
            evidence.start[own] = starts[evidence.start[own]]
    return evidence
