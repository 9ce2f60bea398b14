"""Take the logits of many comments apart at once: what every word of the text carries.

    raw logit = start + sum over the comment's spans + sum over its dense features

The start is the logit of a comment of usual length that says nothing: the model's intercept and
what `USUAL` carries. A feature's part is what its value carries beyond the usual one: every comment
has a length, and a reader wants to know what is special about this one.

One comment is a batch of one; a comment's parts do not depend on what else is in the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from moderation.compiled import F4, W_F4, W_F8, W_I4, W_I8, Loop, Prepared
from moderation.features.kernel import COMMENTS, DENSE_FEATURES, WEIGHTS, Weights
from moderation.features.ngrams import Texts, WeightTable, bytes_of, pieces_of, run_pieces
from moderation.features.phrases import INDEX

if TYPE_CHECKING:
    from moderation.features.ngrams import Piece
    from moderation.features.phrases import Lexicon


USUAL = np.zeros(len(DENSE_FEATURES), np.float32)
"""(len(DENSE_FEATURES),) what an ordinary comment has: 150 characters, and nothing else."""
USUAL[DENSE_FEATURES.index("length")] = np.log1p(150) / 10  # see `describe` in compiled/scores.c


_explain_rows = Loop("explain_rows", COMMENTS, WEIGHTS, INDEX, F4, W_I8, W_F4, W_I4, W_I4, W_F8)


@dataclass(frozen=True)
class Evidence:
    """The parts of n comments' logits.

    begin: (n + 1,) int64, the spans of comment i are begin[i]:begin[i + 1], in the order of the
    text, each place once. start, end: (spans,) code points. shares: (spans, labels) float64.
    dense: (n, len(DENSE_FEATURES), labels) float64, each feature's value, less the usual one,
    times its weight. start_logit: (labels,) float64.
    """

    begin: np.ndarray
    start: np.ndarray
    end: np.ndarray
    shares: np.ndarray
    dense: np.ndarray
    start_logit: np.ndarray


def evidence(
    texts: Texts,
    table: WeightTable,
    lexicon: Lexicon,
    weights: np.ndarray,
    threads: int | None = None,
) -> Evidence:
    """The parts of every text's logits; weights: of the phrases, (phrases.SIZE, labels) float32."""
    pieces, grams = list(pieces_of(texts)), table.config.grams
    n, labels = sum(len(piece.offsets) - 1 for piece in pieces), len(table.intercept)
    counts = np.zeros(n, np.int64)
    described = np.empty((n, len(DENSE_FEATURES)), np.float32)
    parts: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}  # by their first comment
    size = bytes_of(pieces)

    def work(piece: Piece, first: int, last: int, scratch: Prepared) -> None:
        rows = slice(piece.row, piece.row + len(piece.offsets) - 1)
        room = int(piece.offsets[last] - piece.offsets[first])  # a byte's token: `make_scratch`
        start, end = np.empty(room, np.int32), np.empty(room, np.int32)
        shares = np.empty((room, labels))  # what is not written to takes no memory
        with table.cache(lexicon, size) as cache:
            used = _explain_rows(
                piece.part(first, last, grams, scratch),
                Weights(table.rows, cache),
                lexicon.index,
                weights,
                counts[rows],
                described[rows],
                start,
                end,
                shares,
            )
        parts[piece.row + first] = start[:used].copy(), end[:used].copy(), shares[:used].copy()

    run_pieces(pieces, work, threads)
    nothing = np.empty(0, np.int32), np.empty(0, np.int32), np.empty((0, labels))
    whole = zip(nothing, *(parts[first] for first in sorted(parts)), strict=True)
    start, end, shares = (np.concatenate(column) for column in whole)
    begin = np.concatenate([[0], np.cumsum(counts)])
    dense = (described - USUAL).astype(np.float64)[:, :, None] * table.dense
    return Evidence(
        *placed(begin, start, end, shares), dense, table.intercept + USUAL @ table.dense
    )


def placed(
    begin: np.ndarray, start: np.ndarray, end: np.ndarray, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Spans in the order of the text; those of one place (a disguised word's forms) added up."""
    if not len(start):
        return begin, start, end, shares
    row = np.repeat(np.arange(len(begin) - 1), np.diff(begin))
    place = start.astype(np.int64) << 32 | end
    if ((row[1:] == row[:-1]) & (place[1:] < place[:-1])).any():
        order = np.lexsort((place, row))
        place, start, end, shares = place[order], start[order], end[order], shares[order]
    opens = np.append(True, (row[1:] != row[:-1]) | (place[1:] != place[:-1]))
    if opens.all():
        return begin, start, end, shares
    first = np.flatnonzero(opens)
    counted = np.concatenate([[0], np.cumsum(opens)])
    return counted[begin], start[first], end[first], np.add.reduceat(shares, first, axis=0)
