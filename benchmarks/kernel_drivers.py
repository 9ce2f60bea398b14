"""What the compiled modules are for, each called as the program calls it, with texts from anywhere.

A driver takes a source of chance and some texts, and raises where a promise is broken. Bounds are
checked by who compiled the code; here working memory is made for the longest text of a call and
no longer, so that a write too many is one beyond it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa

from benchmarks.hostile import readable
from moderation.campaigns.find import find_campaigns
from moderation.comments import STRING, THREAD_SCHEMA
from moderation.context.classifier import ContextClassifier, count_words, rows_above
from moderation.context.features import CONTEXT_FEATURES
from moderation.evaluation.metrics import Ranked, with_intervals
from moderation.evidence.by_character import by_character
from moderation.evidence.words import Evidence, evidence
from moderation.features import ngrams, phrases
from moderation.features.ngrams import DENSE_FEATURES, NgramConfig, WeightTable
from moderation.features.phrases import Lexicon
from moderation.flags.flag import flag
from moderation.labels.duplicates import near_duplicate_groups
from moderation.labels.splits import folds
from moderation.model.calibration import Calibration
from moderation.model.goals.goal import Goal, promise
from moderation.model.labels import ContextLabel, TextLabel
from moderation.model.model import Model
from moderation.tables import to_arrow
from moderation.training import linear
from moderation.training.counting import listed

ngrams.LEAST_SCRATCH = 0
LEXICON = Lexicon.of(
    {"you": ("you", "those"), "be": ("are", "is"), "group": ("dogs", "к"), "bad": ("vermin", "o")}
)
WAYS = (
    NgramConfig(bits=10),
    NgramConfig((1, 2), (1, 8), bits=4),
    NgramConfig((1, 1), None, bits=12),
    NgramConfig(None, (8, 8), bits=6),
    NgramConfig((2, 2), (3, 5), bits=8, fold=False),
)
GOALS = ("precision >= 0.6", "recall >= 0.5", "false positive rate <= 0.2", "flags <= 30 per 100")


def drive(chance: random.Random, texts: Sequence[bytes]) -> None:
    """All drivers in turn."""
    for driver in DRIVERS:
        driver(chance, texts)


def column(texts: Sequence[bytes]) -> pa.Array:
    """An Arrow string array of bytes that need not be UTF-8."""
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"".join(texts))]
    return pa.Array.from_buffers(pa.large_string(), len(texts), buffers)


@cache
def model(way: int, labels: int) -> Model:
    """Weights drawn at random; every comment that has a score is flagged."""
    rng, config = np.random.default_rng(labels), WAYS[way]
    table = WeightTable(
        config,
        (rng.integers(0, 4, config.buckets) / 2).astype(np.float32),
        rng.normal(size=(config.buckets, labels)).astype(np.float32),
        rng.normal(size=(len(DENSE_FEATURES), labels)).astype(np.float32),
        rng.normal(size=labels).astype(np.float32),
    )
    weights = rng.normal(size=len(CONTEXT_FEATURES)).astype(np.float32)
    words = pd.Series(["you are those dogs", "the vermin is here"], dtype=pd.ArrowDtype(STRING))
    topics = [
        ContextClassifier(count_words(words), weights, 0.5, doubt) for doubt in (0.0, 32.0, 1.0)
    ]
    return Model(
        (
            *(TextLabel(f"text {k}", Calibration(), 0.0) for k in range(labels)),
            *(ContextLabel(f"topic {k}", one, Calibration(), 0.0) for k, one in enumerate(topics)),
        ),
        table,
        LEXICON,
        rng.normal(size=(phrases.SIZE, labels)).astype(np.float32),
    )


def alone_and_in_company(chance: random.Random, texts: Sequence[bytes]) -> None:
    """A text's logits are the same bits by itself, where memory is its own, and with others."""
    chosen = model(chance.randrange(len(WAYS)), chance.choice((1, 3, 5)))
    together = chosen.logits(column(texts), chance.choice((1, 2)))
    for row, text in enumerate(texts):
        assert chosen.logits(column([text]), 1).tobytes() == together[row].tobytes(), text[:80]


def rows(chance: random.Random, texts: Sequence[bytes]) -> None:
    """N-grams, words, phrases and dense features, read apart and in one go."""
    config, every = chance.choice(WAYS), column(texts)
    idf = np.array([chance.choice((0, 1, 2.5)) for _ in range(config.buckets)], np.float32)
    read = listed(every, config, LEXICON, 2)
    for ours, theirs in zip(read.tfidf(idf), ngrams.tfidf(every, idf, config), strict=True):
        assert ours.tobytes() == theirs.tobytes()
    for ours, theirs in zip(read.phrases, phrases.phrase_rows(every, LEXICON, config), strict=True):
        assert ours.tobytes() == theirs.tobytes()
    assert read.dense.tobytes() == ngrams.dense(every, config).tobytes()
    for text in chance.sample(list(texts), min(len(texts), 8)):
        ngrams.count(column([text]), config, 1)
        phrases.phrase_rows(column([text]), LEXICON, config, 1)


def reasons(chance: random.Random, texts: Sequence[bytes]) -> None:
    """What carries a text: the shares are as many as the words, and the logits are their sum."""
    chosen = model(chance.randrange(len(WAYS)), chance.choice((1, 3, 5)))
    some = chance.sample(list(texts), min(len(texts), 8))
    for text in some:
        found = _evidence(chosen, column([text]), 1)
        total = found.start_logit + found.shares.sum(axis=0) + found.dense[0].sum(axis=0)
        logits = chosen.logits(column([text]), 1)[0]
        np.testing.assert_allclose(total, logits, rtol=1e-2, atol=1e-2)
    _evidence(chosen, column(texts), 2)


def _evidence(chosen: Model, texts: pa.Array, threads: int) -> Evidence:
    """Before its spans are set to whole characters, which bytes that are no UTF-8 do not have."""
    return evidence(texts, chosen.table, chosen.lexicon, chosen.phrase_weights, threads)


def characters(chance: random.Random, texts: Sequence[bytes]) -> None:
    """What words without blanks carry, character by character, is what they carry."""
    chosen = model(3, chance.choice((1, 3)))
    said = [f"{readable(text)}漢字{chance.choice('字一の')}" for text in texts]
    whole = _evidence(chosen, pa.array(said, STRING), 1)
    found = by_character(whole, said, chosen.table)
    np.testing.assert_allclose(found.shares.sum(), whole.shares.sum(), rtol=1e-6, atol=1e-6)


def conversations(chance: random.Random, texts: Sequence[bytes]) -> None:
    """Threads of all shapes scored, flagged and explained; campaigns among them."""
    said = [readable(text) for text in texts]
    n = len(said)
    threads = sorted(chance.randrange(max(n // 4, 1)) for _ in range(n))
    heads = sorted({str(one) for one in threads})
    comments = pd.DataFrame(
        {
            "thread_id": pd.array(list(map(str, threads)), pd.ArrowDtype(STRING)),
            "depth": pd.array(
                [chance.choice((1, 2, 3, 9)) for _ in said], pd.ArrowDtype(pa.int32())
            ),
            "text": pd.array(said, pd.ArrowDtype(STRING)),
            "author": pd.array(
                [chance.choice(("a", "b", None)) for _ in said], pd.ArrowDtype(STRING)
            ),
        }
    )
    around = {
        name: [chance.choice((None, "", *said[:3])) for _ in heads] for name in ("title", "article")
    }
    table = pa.table({"thread_id": heads, **around, "url": [None] * len(heads)}, THREAD_SCHEMA)
    above = table.to_pandas(types_mapper=pd.ArrowDtype)
    chosen = model(chance.randrange(len(WAYS)), chance.choice((1, 3)))
    workers = chance.choice((1, 2))
    scores, measured = chosen.measured(to_arrow(comments), above, workers)
    _, whys = flag(comments, scores, chosen, workers, above, measured)
    for why in whys.drop_null().to_pylist():
        orjson.loads(why)
    find_campaigns(comments)
    rows_above(np.array([chance.randint(-5, 50) for _ in said], np.int32))


def sets(chance: random.Random, texts: Sequence[bytes]) -> None:
    """Label tables: near-duplicates, folds, a classifier fitted, measured, and its promise."""
    said = [readable(text) for text in texts]
    n = len(said)
    labels = [float(chance.random() < 0.4) for _ in said]
    frame = pd.DataFrame(
        {
            "text": pd.array(said, pd.ArrowDtype(STRING)),
            "thread_id": pd.array([chance.choice(("1", "2", None)) for _ in said], "str"),
            "spam": labels,
            "source": "set",
        }
    )
    assert len(near_duplicate_groups(frame["text"])) == n
    fold = folds(frame, chance.randint(1, 5), chance.randrange(9))
    assert ((fold >= 0) & (fold < 5)).all()
    config = chance.choice(WAYS)
    read = listed(frame["text"], config, LEXICON, 1)
    grams = read.tfidf(np.ones(config.buckets, np.float32), 1)
    indptr, ids, shares = read.phrases
    others = indptr, ids + np.int32(config.buckets), shares
    given = linear.Rows.of(grams, others, config.buckets + phrases.SIZE)
    sign = np.where(np.array(labels) > 0, 1.0, -1.0)
    cost = np.array([chance.choice((0.0, 0.5, 4.0)) for _ in said])
    fitted = linear.fit(given, linear.Targets(sign, cost), chance.randrange(9), 2)
    weights = linear.refit_without(given, fitted, linear.Targets(sign, cost), fold == 0, 0, 1)
    logits = linear.products(given, np.arange(n), weights)
    scores = 1 / (1 + np.exp(-np.round(logits, chance.choice((0, 1, 6)))))
    groups = np.array([chance.randrange(max(n // 2, 1)) for _ in said])
    answers = np.array(labels) > 0
    with_intervals(Ranked.of(answers, scores, 0.5, groups), draws=20)
    if 0 < answers.sum() < n:
        promise(answers, scores, Goal.parse("recall >= 0.5"), groups, draws=20)


DRIVERS: tuple[Callable[[random.Random, Sequence[bytes]], None], ...] = (
    alone_and_in_company, rows, reasons, characters, conversations, sets,
)  # fmt: skip
