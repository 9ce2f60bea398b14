"""The slow twin of `compiled/topics.c`: one comment at a time, with Python's numbers."""

from math import log1p, sqrt

SPREAD, MOST = 0.03, 100.0


def summed(vectors):
    """The sum, its square, and the sum of the squares."""
    total = [sum(column) for column in zip(*vectors, strict=True)]
    return total, sum(x * x for x in total), sum(x * x for vector in vectors for x in vector)


def root_of_odds(mine, other, usual):
    """mine, other: vectors of words. usual: mean squared length."""
    if not mine or not other:
        return 0.0
    (sum_a, square_a, words_a), (sum_b, square_b, words_b) = summed(mine), summed(other)
    share = min(1.0, MOST * usual / max(words_b, 1))
    across = sum(x * y for x, y in zip(sum_a, sum_b, strict=True)) * share
    square_b, words_b = square_b * share**2, words_b * share
    a, b = max(words_a, 1) / usual, max(words_b, 1) / usual
    near_a, near_b = 1 + SPREAD * a, 1 + SPREAD * b
    shared = SPREAD * a / near_a * SPREAD * b / near_b
    alone = (square_a / (a * near_a) + square_b / (b * near_b)) / usual
    joint = (alone - 2 * SPREAD * across / (near_a * near_b) / usual) / (1 - shared)
    odds = -0.5 * len(sum_a) * (log1p(-shared) + joint - alone)
    return sqrt(odds) if odds > 0 else -sqrt(-odds)


def measure(texts, head, parents, usual):
    """By comment of one thread: odds against title and article, its replies, and the others.

    texts: by comment its words' vectors. head: those of title and article.
    """
    return [
        [
            root_of_odds(own, head, usual),
            root_of_odds(
                own, [v for k, p in enumerate(parents) if p == i for v in texts[k]], usual
            ),
            root_of_odds(own, [v for k, one in enumerate(texts) if k != i for v in one], usual),
        ]
        for i, own in enumerate(texts)
    ]
