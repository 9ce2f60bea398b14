"""Score comments with a trained model: one calibrated probability per label, and its parts.

There are two kinds of label. A text label looks at the comment's own words. A context
label looks at how the comment fits its conversation, and cannot tell (null) where there is none.
Nothing is fitted here, and no comment's score depends on another thread.

Long by a little: the model is the one object through which everybody scores and explains.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from moderation.comments import STRING, THREAD_SCHEMA
from moderation.context.terms import spelled
from moderation.errors import ModelError
from moderation.evidence.clusters import on_clusters
from moderation.evidence.words import Evidence, evidence
from moderation.features import ngrams, phrases
from moderation.language.identify import languages
from moderation.model.by_language import evidence_in, learnt_in_parts, put_scores
from moderation.model.explanation import Explanation, Parts, parts_of
from moderation.model.figures import points
from moderation.model.given import comment_table, index_of, one_text, unscored, wordless
from moderation.model.labels import ContextLabel, TextLabel
from moderation.model.one_text import OneTextScores, one_row
from moderation.notebooks import table_of
from moderation.tables import chosen_columns, strings, to_frame, with_columns
from moderation.threads import thread_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from moderation.context.classifier import Measured
    from moderation.features.ngrams import WeightTable
    from moderation.features.phrases import Lexicon
    from moderation.model.given import Comments
    from moderation.model.held_out import HeldOutScores
    from moderation.model.labels import Base
    from moderation.model.share import Share
    from moderation.tables import Table


@dataclass(frozen=True, repr=False)
class Model:
    """Labels in their order, and the weights that the text labels share.

    table, phrase_weights: columns are the text labels, in order. sources: where the training rows
    came from. training: seed, recipe. name: of the folder it was loaded from. digest: of what it
    was loaded from, "" before it is saved. base: None but in a model that was carried on
    (`training.decisions.carry_on`). held: held-out scores of the decisions that it was trained on.
    tables: the same of other label tables, where it was trained on nothing else. by_language: the
    parts for languages of their own (`model.by_language`).
    """

    heads: tuple[TextLabel | ContextLabel, ...]
    table: WeightTable
    lexicon: Lexicon
    phrase_weights: np.ndarray
    sources: list[dict[str, Any]] = field(default_factory=list)
    training: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    digest: str = ""
    base: Base | None = None
    held: HeldOutScores | None = None
    tables: HeldOutScores | None = None
    by_language: Mapping[str, Model] = field(default_factory=dict)

    def __repr__(self) -> str:
        limits = ", ".join(f"{label} >= {limit:.3f}" for label, limit in self.thresholds.items())
        return f"<Model {self.name or 'unnamed'} {self.digest[:12]}: {limits}>"

    def _repr_html_(self) -> str:
        parts = getattr(self.by_language, "labels", {})
        rows = [
            (
                head.name,
                f"{head.threshold:.3f}",
                head.operating.get("goal"),
                ", ".join(name for name, labels in parts.items() if head.name in labels),
            )
            for head in self.heads
        ]
        title = f"Model {self.name or 'unnamed'} {self.digest[:12]}"
        return table_of(title, ["label", "threshold", "goal", "other languages"], rows, len(rows))

    @property
    def learnt(self) -> HeldOutScores | None:
        """Held-out scores of all rows for which it keeps them."""
        if self.held is None or self.tables is None:
            return self.tables if self.held is None else self.held
        return self.tables.joined(self.held)

    @property
    def taught_in_context(self) -> list[str]:
        """Context labels that learnt from decisions, for which there are no held-out scores."""
        if self.base is not None:  # `carry_on` leaves them as they are
            counts = self.training.get("below", {})
        else:
            counts = self.training.get("decisions", {})
        return [
            head.name
            for head in self.heads
            if isinstance(head, ContextLabel) and sum(counts.get(head.name, (0, 0)))
        ]

    @property
    def labels(self) -> list[str]:
        """Names of the labels, in the order of their columns."""
        return [head.name for head in self.heads]

    @property
    def thresholds(self) -> dict[str, float]:
        """Probability from which a label's flag is set."""
        return {head.name: head.threshold for head in self.heads}

    @property
    def text_heads(self) -> list[TextLabel]:
        """The text labels: the columns of the weights."""
        return [head for head in self.heads if isinstance(head, TextLabel)]

    def with_thresholds(self, thresholds: Mapping[str, float]) -> Model:
        """The same model with other thresholds for some labels.

        Raises ModelError for a label that it does not have, or a number outside 0 to 1.
        """
        unknown = sorted(set(thresholds) - set(self.labels))
        if unknown:
            raise ModelError(f"no label {unknown[0]!r}; this model has {', '.join(self.labels)}")
        for name, threshold in thresholds.items():
            if not 0 <= threshold <= 1:
                raise ModelError(f"threshold of {name} is {threshold}; expected 0 to 1")
        heads = tuple(
            replace(head, threshold=thresholds.get(head.name, head.threshold))
            for head in self.heads
        )
        return replace(self, heads=heads, digest="")

    def logits(self, texts: ngrams.Texts, threads: int | None = None) -> np.ndarray:
        """Raw logits of the text labels: (n, text labels) float32, before calibration."""
        return phrases.logits(texts, self.table, self.lexicon, self.phrase_weights, threads)

    def score_texts(self, texts: ngrams.Texts, threads: int | None = None) -> np.ndarray:
        """Probabilities of the text labels: (n, text labels) float32."""
        raw = self.logits(texts, threads)
        for column, head in enumerate(self.text_heads):
            raw[:, column] = head.scores(raw[:, column])
        return raw

    def score(
        self,
        comments: Comments,
        threads: Table | None = None,
        workers: int | None = None,
    ) -> pd.DataFrame:
        """One float column per label, rows as in `comments`; null = cannot tell.

        A comment without words is null throughout, and so is a pingback or trackback.

        comments: COMMENT_SCHEMA, as a data frame or an Arrow table; with a `text` column alone, or
        from a list or Series of texts, context labels are null. threads: THREAD_SCHEMA, for titles
        and articles. workers: threads of the machine, None = all. Raises InputError for anything
        else.

        >>> scores = Model.load("default").score(["Thank you!", "You pathetic idiot"])
        >>> (scores["abuse"] > 0.5).tolist()
        [False, True]
        """
        if isinstance(comments, list) and len(comments) == 1 and isinstance(comments[0], str):
            scores = self._one_text.of(comments[0])
            if scores is not None:
                return one_row(scores)
        found = to_frame(self.measured(comment_table(comments), threads, workers)[0])
        index = index_of(comments)
        return found if index is None else found.set_axis(index)

    def score_text(self, text: str) -> dict[str, float | None]:
        """What `score([text])` gives, by label, without a table around it; None = cannot tell.

        Raises InputError for what is no text.

        >>> scores = Model.load("default").score_text("You pathetic idiot")
        >>> scores["abuse"] > 0.5, scores["off_topic"]
        (True, None)
        """
        given = one_text(text)
        scores = self._one_text.of(given)
        if scores is not None:
            return scores
        (row,) = self.measured(comment_table([given]))[0].to_pylist()
        return dict(row)

    @cached_property
    def _one_text(self) -> OneTextScores:
        return OneTextScores(self)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_one_text"}

    def measured(
        self,
        comments: pa.Table,
        threads: Table | None = None,
        workers: int | None = None,
        *,
        languages: pa.Array | None = None,
        in_any_language: bool = False,
    ) -> tuple[pa.Table, dict[str, Measured]]:
        """`score` in Arrow, and by context label what evidence needs of the comments it flags.

        languages: (n,) of the comments, None = to be told here. in_any_language: give the scores
        for languages that the model has not learnt, too.
        """
        languages = languages_of(comments) if languages is None else languages
        texts_scores = self.score_texts(comments["text"], workers)
        put_scores(self, comments["text"], languages, texts_scores, workers)
        texts = iter(texts_scores.T)
        nothing = wordless(comments["text"]) | unscored(comments)
        columns: dict[str, Any] = {}
        flagged: dict[str, Measured] = {}
        for head in self.heads:
            if not isinstance(head, ContextLabel):
                found = next(texts)
            elif {"thread_id", "depth"} <= set(comments.column_names):
                found, flagged[head.name] = _in_context(head, comments, threads, workers)
            else:
                found = np.full(len(comments), np.nan, np.float32)
            columns[head.name] = pa.array(found, pa.float32(), mask=nothing | np.isnan(found))
        scores = pa.table(columns)
        if not in_any_language:
            scores = self.where_learnt(scores, languages)[0]
        return scores, flagged

    def where_learnt(self, scores: pa.Table, languages: pa.Array) -> tuple[pa.Table, np.ndarray]:
        """The scores without those of languages that a label has not learnt, and (n,) bool where.

        scores: of all labels. languages: (n,) as `languages_of` gives them.
        """
        kept, where = {}, np.zeros(len(scores), bool)
        for head in self.text_heads:
            given = scores[head.name].to_numpy()  # null is NaN
            in_parts = learnt_in_parts(self, head.name)
            strange = head.unlearnt(given, languages, in_parts) & ~np.isnan(given)
            where |= strange
            kept[head.name] = pa.array(given, pa.float32(), mask=strange | np.isnan(given))
        return with_columns(scores, kept), where

    def explain(
        self,
        text: str,
        parent: str | None = None,
        title: str | None = None,
        article: str | None = None,
    ) -> list[Explanation]:
        """How one comment is scored, label by label: scores, thresholds and contributions."""
        from moderation.evidence.conversation import explain

        comments, threads = _thread_of(text, parent, title, article)
        last = np.array([len(comments) - 1])
        sentences = {
            head.name: explain(head.head, comments, threads, last)[0].sentence
            for head in self.heads
            if isinstance(head, ContextLabel)
        }
        scores = self.measured(comments, threads)[0].to_pylist()[-1]
        parts = dict(zip([head.name for head in self.text_heads], self.parts(text), strict=True))
        spoken = languages_of(comments)[len(comments) - 1].as_py()
        if (own := self.by_language.get(spoken)) is not None:
            parts |= zip(own.labels, parts_of(evidence_in(own, [text], 1)), strict=True)
        return [
            Explanation(
                head.name,
                text,
                scores[head.name],
                head.threshold,
                parts.get(head.name),
                sentences.get(head.name),
                _too_short(text, head),
                None if own is not None and head.name in own.labels else _strange(head, spoken),
            )
            for head in self.heads
        ]

    def evidence(self, texts: ngrams.Texts, threads: int | None = None) -> Evidence:
        """The terms that sum up to the text labels' raw logits of many comments; see `evidence`."""
        found = evidence(texts, self.table, self.lexicon, self.phrase_weights, threads)
        return on_clusters(found, strings(texts).to_pylist())

    def parts(self, text: str) -> list[Parts]:
        """The terms that sum up to each text label's raw logit."""
        return parts_of(self.evidence([text], 1))

    def passport(self, shares: Mapping[str, Share] | None = None) -> dict[str, Any]:
        """What a scored file records about the model that scored it, ready for JSON.

        shares: of the labels in the dump, which its curves are then for.

        learnt: the number of training texts for which it keeps held-out scores.
        """
        here = {name: one.value for name, one in (shares or {}).items()}
        return {
            "model": self.name,
            "digest": self.digest,
            "labels": self.labels,
            "thresholds": self.thresholds,
            "goals": {head.name: head.operating.get("goal") for head in self.heads},
            "contexts": [label.name for label in self.heads if isinstance(label, ContextLabel)],
            "curves": {
                head.name: points(head, here.get(head.name)) for head in self.heads if head.curve
            },
            "shares": here,
            "learnt": 0 if (learnt := self.learnt) is None else len(learnt.keys),
        }

    def save(self, folder: str | Path) -> None:
        """Write the model's folder; see `folder.save`."""
        from moderation.model import folder as model_folder

        model_folder.save(self, folder)

    @classmethod
    def load(cls, folder: str | Path) -> Model:
        """Read a model's folder; see `folder.load`.

        folder: a path, or a name as after `-m`: "default" is the model under models/default in the
        current folder, else the one that was installed along. Raises ModelError, or InputError
        for a name that no model has.
        """
        from moderation.model import folder as model_folder
        from moderation.model.names import model_path

        path = model_path(folder) if isinstance(folder, str) else folder
        return model_folder.load(path, cls)


def _strange(head: TextLabel | ContextLabel, language: str | None) -> str | None:
    """The language, if it is one that a label of the words has not learnt."""
    if isinstance(head, ContextLabel) or language is None:
        return None
    none = np.full(1, np.nan)
    return language if head.unlearnt(none, pa.array([language], STRING))[0] else None


def _too_short(text: str, head: TextLabel | ContextLabel) -> int:
    """Number of words that a context label needs, if the text has fewer; otherwise 0."""
    if isinstance(head, TextLabel) or len(spelled(text)) >= head.head.fewest:
        return 0
    return head.head.fewest


def _in_context(
    head: ContextLabel, comments: pa.Table, threads: Table | None, workers: int | None
) -> tuple[np.ndarray, Measured]:
    """Probabilities of a context label, NaN = cannot tell: (n,) float32; and `measured`."""
    from moderation.evidence.conversation import shared_out

    def passes(logits: np.ndarray) -> np.ndarray:
        return head.calibration(logits) >= head.threshold

    heads = no_threads() if threads is None else threads
    logits, flagged = head.head.measured(
        comments, heads, workers, passes, partial(shared_out, head.head)
    )
    return head.calibration(logits), flagged


def languages_of(comments: Table) -> pa.Array:
    """(n,) the language of each comment, null = unknown; see `language.identify`.

    comments: with `thread_id`, each thread's rows stand together and help each other.
    """
    comments = chosen_columns(comments, ("thread_id", "text"))
    bounds = thread_bounds(comments) if "thread_id" in comments.column_names else None
    return languages(strings(comments["text"]), bounds)


def no_threads() -> pa.Table:
    """No titles and no articles: THREAD_SCHEMA without rows."""
    return THREAD_SCHEMA.empty_table()


def _thread_of(
    text: str, parent: str | None, title: str | None, article: str | None
) -> tuple[pa.Table, pa.Table]:
    """A thread of one comment, below its parent if there is one."""
    texts = [text] if parent is None else [parent, text]
    n = len(texts)
    comments = pa.table(
        {
            "thread_id": pa.array(["0"] * n, STRING),
            "depth": pa.array(range(1, n + 1), pa.int32()),
            "text": pa.array(texts, STRING),
        }
    )
    heads = pa.table(
        {"thread_id": ["0"], "title": [title], "article": [article], "url": [None]},
        schema=THREAD_SCHEMA,
    )
    return comments, heads
