"""Learn word vectors from texts: words that keep the same company get vectors that point alike.

Source: Levy, Goldberg and Dagan 2015, "Improving distributional similarity with lessons learned
from word embeddings": positive pointwise mutual information of words that stand near each other,
with smoothed counts of the company, cut to its first singular vectors. What all texts have in
common is then taken out: the vectors are turned so that texts spread alike in all directions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from moderation.context import terms
from moderation.context.classifier import IDF_STEPS
from moderation.context.topics import WordVectors

if TYPE_CHECKING:
    import pyarrow as pa
    from scipy.sparse import csr_array

DIMENSIONS = 64
MOST = 24_000  # words; those that come more often are taken
COMPANY = 4_000  # most common words, by which the others are told
WINDOW = 6  # words to either side; what stands next counts most
LEAST = 10  # times that a word occurs
FEWEST = 2_000  # words: of less text nothing is learnt
TELLING = 3.0  # idf of a word that gets a vector: every twentieth text has it
SMOOTH = 0.75  # power of the company's counts
ROUNDS = 3  # of the search for singular vectors
SAMPLE = 50_000  # texts whose spread is looked at
LARGEST = 0.999  # quantile of the values that a byte still holds


def learn(texts: pa.Array, steps: np.ndarray, seed: int) -> WordVectors | None:
    """Vectors of the telling words of some texts; None if there are too few to learn from.

    texts: large_string without nulls. steps: idf by bucket, see `context.classifier.Frequencies`.
    """
    ids, begin = terms.terms_of(texts)
    counts = np.bincount(ids, minlength=1 << terms.BITS)
    common = np.argsort(-counts, kind="stable")[:MOST]
    common = common[counts[common] >= LEAST]
    if len(common) < FEWEST:
        return None
    row = np.full(1 << terms.BITS, -1, np.int32)
    row[common] = np.arange(len(common), dtype=np.int32)
    counts = _company(row[ids], np.repeat(np.arange(len(begin) - 1), np.diff(begin)), len(common))
    vectors = _leading(_information(counts), seed) * (steps[common] / IDF_STEPS)[:, None]
    telling = steps[common] >= TELLING * IDF_STEPS
    if not telling.any():
        return None
    row[common[~telling]] = -1
    vectors = vectors @ _evened(vectors, row, ids, begin, seed)
    buckets = common[telling]
    sorted_vectors = vectors[telling][np.argsort(buckets)]
    largest = float(np.quantile(np.abs(sorted_vectors), LARGEST))
    values = np.clip(np.rint(sorted_vectors * (127 / largest)), -127, 127).astype(np.int8)
    return WordVectors(np.sort(buckets).astype(np.uint32), values)


def _company(row: np.ndarray, text: np.ndarray, words: int) -> csr_array:
    """How often each word stands near each of COMPANY: (words, COMPANY), nearest counting most."""
    from scipy.sparse import csr_array

    company = min(COMPANY, words)
    counts = csr_array((words, company), dtype=np.float64)
    for distance in range(1, WINDOW + 1):
        near = (
            (text[:-distance] == text[distance:]) & (row[:-distance] >= 0) & (row[distance:] >= 0)
        )
        left, right = row[:-distance][near], row[distance:][near]
        for word, beside in ((left, right), (right, left)):
            common = beside < company
            counted = np.full(int(common.sum()), float(WINDOW + 1 - distance))
            counts = counts + csr_array(
                (counted, (word[common], beside[common])), shape=counts.shape
            )
    return counts


def _information(counts: csr_array) -> csr_array:
    """Positive pointwise mutual information of counts."""
    from scipy.sparse import csr_array

    of_word, of_company = counts.sum(axis=1), counts.sum(axis=0) ** SMOOTH
    pairs = counts.tocoo()
    expected = of_word[pairs.row] * (of_company / of_company.sum())[pairs.col]
    information = np.log(pairs.data / expected)
    positive = information > 0
    cells = (pairs.row[positive], pairs.col[positive])
    return csr_array((information[positive].astype(np.float32), cells), shape=counts.shape)


def _leading(matrix: csr_array, seed: int) -> np.ndarray:
    """Rows of a matrix in its first singular directions: (n, DIMENSIONS)."""
    from sklearn.utils.extmath import randomized_svd

    factors = randomized_svd(matrix, DIMENSIONS, n_iter=ROUNDS, random_state=seed)
    return factors[0] * np.sqrt(factors[1])


def _evened(
    vectors: np.ndarray, row: np.ndarray, ids: np.ndarray, begin: np.ndarray, seed: int
) -> np.ndarray:
    """(d, d): what turns vectors so that texts, each of unit length, spread alike everywhere."""
    from scipy.sparse import csr_array

    texts = np.arange(len(begin) - 1)
    if len(texts) > SAMPLE:
        texts = np.sort(np.random.default_rng(seed).permutation(texts)[:SAMPLE])
    of, known = row[ids], row[ids] >= 0
    ends = np.append(0, np.cumsum(known))[begin]
    counted = csr_array(
        (np.ones(int(known.sum())), of[known], ends), shape=(len(begin) - 1, len(vectors))
    )
    summed = counted[texts] @ vectors
    length = np.linalg.norm(summed, axis=1, keepdims=True)
    summed = summed[length[:, 0] > 0] / length[length > 0][:, None]
    spread, axes = np.linalg.eigh(summed.T @ summed / max(len(summed), 1))
    return np.asarray(axes / np.sqrt(spread + 1e-6 * spread.max()))
