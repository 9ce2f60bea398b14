"""Turn scores and thresholds into flags, and say why for every flag.

`why` is one JSON object per flagged comment, by label: score, threshold, intercept, spans
`[start, end, share]` (code points of the text) and features by name. Intercept, spans and features
add up to the label's raw logit, from which the score is calibrated. A context label has no spans,
but a `sentence` for the moderator and the `terms` it speaks of. Where the rest of the dump speaks
for or against a flag, `dump` says by rule what it adds to the calibrated log-odds, and `sentence`
says it in words.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING
from moderation.dump_evidence.rules import LABEL
from moderation.flags.why_json import reasons
from moderation.model.by_language import evidence_in, parts_for
from moderation.model.labels import ContextLabel
from moderation.model.model import languages_of, no_threads
from moderation.tables import chosen_columns, one_array, text_column, with_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moderation.context.classifier import Measured
    from moderation.dump_evidence.rules import Verdict
    from moderation.model.model import Model
    from moderation.tables import Table

_COLUMNS = ("thread_id", "id", "depth", "text", "language")
AT_ONCE = 3_000  # flagged comments: some 30 MB of parts


def flag(
    comments: Table,
    scores: Table,
    model: Model,
    workers: int | None = None,
    threads: Table | None = None,
    measured: Mapping[str, Measured] | None = None,
    verdict: Verdict | None = None,
) -> tuple[pa.Array, pa.Array]:
    """`flags` (label names joined by ";", "" for none) and `why` (JSON, null for none).

    comments, threads: as `Model.score` took them. scores: what it gave. workers: of the machine.
    measured: what `Model.measured` gave beside the scores, to save measuring again. verdict: what
    the whole dump says, which is in the scores.
    """
    names = [head.name for head in model.heads]
    comments, scores = chosen_columns(comments, _COLUMNS), chosen_columns(scores, names)
    limits = np.array([head.threshold for head in model.heads])
    values = np.column_stack([scores[name].to_numpy().astype(np.float64) for name in names])
    passed = values >= limits  # NaN, cannot tell, passes nothing
    rows = np.flatnonzero(passed.any(axis=1))
    flags = [";".join(compress(names, mask)) for mask in passed[rows].tolist()]
    why: list[pa.Array] = [pa.array([], STRING)]
    every = text_column(comments, "text")
    known = "language" in comments.column_names
    spoken = one_array(comments["language"] if known else languages_of(comments))
    for some in (rows[k : k + AT_ONCE] for k in range(0, len(rows), AT_ONCE)):
        texts = every.take(pa.array(some))
        evidence = model.evidence(texts, workers)
        context_evidence = _context_evidence(
            model, comments, threads, some, passed[some], measured or {}
        )
        said = reasons(evidence, model.heads, context_evidence, values[some], passed[some])
        if model.by_language:
            own = texts, spoken.take(pa.array(some))
            said = _in_languages(said, model, own, values[some], passed[some])
        why.append(said if verdict is None else _with_dump_evidence(said, verdict, some))
    place = np.full(len(comments), len(rows))
    place[rows] = np.arange(len(rows))
    taken = pa.array(place, mask=place == len(rows))
    return (
        pa.array([*flags, ""], STRING).take(pa.array(place)),
        pa.concat_arrays(why).take(taken),
    )


def _in_languages(
    said: pa.Array,
    model: Model,
    comments: tuple[pa.Array, pa.Array],
    values: np.ndarray,
    passed: np.ndarray,
) -> pa.Array:
    """The reasons with those of the languages' parts in place of the model's own.

    comments: their texts and languages. said, values, passed: of them.
    """
    texts, spoken = comments
    changed: dict[int, str] = {}
    for _, part, rows in parts_for(model, spoken):
        columns = np.array([model.labels.index(name) for name in part.labels])
        rows = rows[passed[np.ix_(rows, columns)].any(axis=1)]
        own = reasons(
            evidence_in(part, texts.take(pa.array(rows)).to_pylist()),
            [replace(head, threshold=model.thresholds[head.name]) for head in part.text_heads],
            {},
            values[np.ix_(rows, columns)].copy(),
            passed[np.ix_(rows, columns)].copy(),
        )
        before = said.take(pa.array(rows)).to_pylist()
        for row, old, new in zip(rows.tolist(), before, own.to_pylist(), strict=True):
            changed[row] = orjson.dumps(orjson.loads(old) | orjson.loads(new)).decode()
    return _replaced(said, changed)


def _replaced(said: pa.Array, changed: Mapping[int, str]) -> pa.Array:
    """The reasons with other ones at some places."""
    if not changed:
        return said
    mask = np.zeros(len(said), bool)
    mask[list(changed)] = True
    others = pa.array([changed[place] for place in sorted(changed)], STRING)
    return pc.replace_with_mask(said, pa.array(mask), others)


def _with_dump_evidence(said: pa.Array, verdict: Verdict, rows: np.ndarray) -> pa.Array:
    """The reasons with what the dump says of a flag. said: of the rows, which are of the dump."""
    places = np.flatnonzero(verdict.total[rows])
    texts = said.take(pa.array(places)).to_pylist()
    changed: dict[int, str] = {}
    for place, text, (shares, sentence) in zip(
        places.tolist(), texts, verdict.reasons(rows[places]), strict=True
    ):
        found = orjson.loads(text)
        if LABEL in found:
            found[LABEL]["dump"] = shares
            if sentence:
                found[LABEL]["sentence"] = sentence
            changed[place] = orjson.dumps(found).decode()
    return _replaced(said, changed)


def _context_evidence(
    model: Model,
    comments: pa.Table,
    threads: Table | None,
    rows: np.ndarray,
    passed: np.ndarray,
    measured: Mapping[str, Measured],
) -> dict[str, list[dict[str, Any]]]:
    """By context label: the evidence of those of the rows that passed."""
    from moderation.evidence.conversation import explain

    heads = no_threads() if threads is None else threads
    evidence_of: dict[str, list[dict[str, Any]]] = {}
    for k, head in enumerate(model.heads):
        if isinstance(head, ContextLabel):
            mine = rows[passed[:, k]]
            explained = explain(head.head, comments, heads, mine, measured.get(head.name))
            evidence_of[head.name] = [evidence.to_dict() for evidence in explained]
    return evidence_of


def scored_table(
    conversation: tuple[pa.Table, pa.Table],
    scores: pa.Table,
    model: Model,
    workers: int | None = None,
    measured: Mapping[str, Measured] | None = None,
    verdict: Verdict | None = None,
) -> pa.Table:
    """The comment table with its thread's title, the scores, `flags` and `why`; see `flag`.

    conversation: COMMENT_SCHEMA, THREAD_SCHEMA.
    """
    comments, threads = conversation
    flags, why = flag(comments, scores, model, workers, threads, measured, verdict)
    columns = {name: scores[name] for name in model.labels}
    titles = _titles(comments, threads)
    return with_columns(comments, {"title": titles} | columns | {"flags": flags, "why": why})


def _titles(comments: pa.Table, threads: pa.Table) -> pa.Array:
    """Each comment's thread's title."""
    rows = pc.index_in(comments["thread_id"], value_set=one_array(threads["thread_id"]))
    return one_array(threads["title"]).take(one_array(rows).cast(pa.int64()))


def has_flag(scored: pa.Table) -> pa.Table:
    """The rows that have a flag."""
    return scored.filter(pc.not_equal(scored["flags"], ""))  # null, too, is dropped


def surest_first(parts: Iterable[pa.Table]) -> pa.Table:
    """Rows that have a flag in the order of how far a score passes its threshold."""
    flagged = pa.concat_tables(parts)
    margin = [
        max(
            (reason["score"] - reason["threshold"]) / (1 - reason["threshold"] + 1e-9)
            for reason in why
        )
        for why in (orjson.loads(text).values() for text in flagged["why"].to_pylist())
    ]
    return flagged.take(pa.array(np.argsort(-np.array(margin, np.float64), kind="stable")))
