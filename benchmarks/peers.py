"""What is measured: this program's kernel and its peers, each a function from texts to scores.

Every peer is trained on the same few thousand texts with the same made-up labels: speed does not
depend on what is learnt. Peers come with `pip install -e .[bench]`; those missing are left out.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

Scorer = Callable[[list[str]], object]
LABELS = 3
BITS = 18
OWN = 600_000
"""Texts of 85 bytes for this program, and as many bytes of longer ones: with 100,000 a round on two
threads took 0.1 s, and what the machine does besides moved their ratio by a tenth."""


def kernel(train: list[str], threads: int) -> Scorer:
    """This program: n-grams of words 1-2 and characters 2-5, dense features, three labels."""
    from moderation.features import ngrams as f
    from moderation.features import phrases

    config = f.NgramConfig(bits=BITS)
    rng = np.random.default_rng(0)
    idf = f.inverse_frequencies(f.document_frequencies(train, config), len(train))
    table = f.WeightTable(
        config,
        np.maximum(idf, 1),
        rng.normal(size=(config.buckets, LABELS)).astype(np.float32),
        rng.normal(size=(len(f.DENSE_FEATURES), LABELS)).astype(np.float32),
        np.zeros(LABELS, np.float32),
    )
    lexicon, weights = phrases.Lexicon.of({}), np.zeros((phrases.SIZE, LABELS), np.float32)
    columns: dict[int, pa.Array] = {}

    def score(texts: list[str]) -> object:
        column = columns.setdefault(id(texts), pa.array(texts, pa.large_string()))
        return phrases.logits(column, table, lexicon, weights, threads)

    return score


def scikit_learn(train: list[str]) -> Scorer:
    """The same n-grams by scikit-learn, logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = make_pipeline(make_union(words, chars), OneVsRestClassifier(LogisticRegression()))
    model.fit(train, np.arange(len(train)) % LABELS)
    return model.decision_function


def fasttext(train: list[str], **settings: int) -> Scorer:
    """fastText, word bigrams, with or without character n-grams."""
    module = importlib.import_module("fasttext")
    flat = [" ".join(text.split()) for text in train]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        lines = (f"__label__{n % LABELS} {text}\n" for n, text in enumerate(flat))
        path.write_text("".join(lines), encoding="utf-8")
        model = module.train_supervised(
            str(path),
            epoch=1,
            dim=100,
            bucket=200_000,
            thread=1,
            wordNgrams=2,
            verbose=0,
            **settings,
        )
    return lambda texts: model.predict([" ".join(text.split()) for text in texts], k=LABELS)


def vowpal_wabbit(train: list[str]) -> Scorer:
    """Vowpal Wabbit, word bigrams only (it makes no character n-grams), three labels."""
    module = importlib.import_module("vowpalwabbit")
    model = module.Workspace(f"--oaa {LABELS} --ngram 2 -b {BITS} --quiet")

    def clean(text: str) -> str:
        return " ".join(text.replace("|", " ").replace(":", " ").split())

    for number, text in enumerate(train):
        model.learn(f"{number % LABELS + 1} | {clean(text)}")
    return lambda texts: [model.predict(f"| {clean(text)}") for text in texts]


def profanity_check(train: list[str]) -> Scorer:
    """alt-profanity-check: a bag of words, one label."""
    return importlib.import_module("profanity_check").predict_prob


CONTESTANTS: dict[str, tuple[Callable[[list[str]], Scorer], int]] = {
    # name: (how it is made, how many of the texts it gets, so that a round takes about a second)
    "moderation, 1 thread": (lambda train: kernel(train, 1), OWN),
    "moderation, 2 threads": (lambda train: kernel(train, 2), OWN),
    "scikit-learn, same n-grams": (scikit_learn, 2_000),
    "fastText, characters 2-5": (lambda train: fasttext(train, minn=2, maxn=5), 10_000),
    "fastText, word bigrams": (lambda train: fasttext(train, minn=0, maxn=0), 20_000),
    "Vowpal Wabbit, word bigrams": (vowpal_wabbit, 10_000),
    "alt-profanity-check, one label": (profanity_check, 10_000),
}
