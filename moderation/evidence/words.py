"""Take the logits of many comments apart at once: what every word of the text carries.

    raw logit = start + sum over the comment's spans + sum over its dense features

The start is the logit of a comment of usual length that says nothing: the model's intercept and
what `USUAL` carries. A feature's part is what its value carries beyond the usual one: every comment
has a length, and a reader wants to know what is special about this one.

One comment is a batch of one; a comment's parts do not depend on what else is in the batch.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moderation.features import kernel
from moderation.features.characters import ITEMS, TOKENS
from moderation.features.compiled import allocating
from moderation.features.folding import load_tables
from moderation.features.kernel import DENSE_FEATURES
from moderation.features.ngrams import Texts, WeightTable, _pieces, _run
from moderation.features.phrases import PER_WORD, SHARE, distinct, find, log_count

if TYPE_CHECKING:
    from moderation.features.characters import Scratch
    from moderation.features.ngrams import Piece
    from moderation.features.phrases import Lexicon


USUAL = np.zeros(len(DENSE_FEATURES), np.float32)
"""(len(DENSE_FEATURES),) what an ordinary comment has: 150 characters, and nothing else."""
USUAL[DENSE_FEATURES.index("length")] = np.log1p(150) / 10  # see text.kernel.describe


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
    pieces, tables, grams = list(_pieces(texts)), load_tables(), table.config.grams
    n, labels = sum(len(piece.offsets) - 1 for piece in pieces), len(table.intercept)
    counts = np.zeros(n, np.int64)
    described = np.empty((n, len(DENSE_FEATURES)), np.float32)
    parts: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}  # by their first comment

    def work(piece: Piece, first: int, last: int, scratch: Scratch) -> None:
        rows = slice(piece.row, piece.row + len(piece.offsets) - 1)
        room = int(piece.offsets[last] - piece.offsets[first])  # a byte's token: `make_scratch`
        start, end = np.empty(room, np.int32), np.empty(room, np.int32)
        shares = np.empty((room, labels))  # what is not written to takes no memory
        with table.cache(lexicon) as cache:
            used = explain_rows(
                piece.data, piece.offsets, first, last, tables, grams, scratch,
                table.rows, cache, lexicon.index, weights,
                counts[rows], described[rows], start, end, shares,
            )  # fmt: skip
        parts[piece.row + first] = start[:used].copy(), end[:used].copy(), shares[:used].copy()

    _run(pieces, work, threads)
    nothing = np.empty(0, np.int32), np.empty(0, np.int32), np.empty((0, labels))
    whole = zip(nothing, *(parts[first] for first in sorted(parts)), strict=True)
    start, end, shares = (np.concatenate(column) for column in whole)
    begin = np.concatenate([[0], np.cumsum(counts)])
    dense = (described - USUAL).astype(np.float64)[:, :, None] * table.dense
    return Evidence(
        *_placed(begin, start, end, shares), dense, table.intercept + USUAL @ table.dense
    )


def _placed(
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


@allocating
def explain_rows(
    data: Any, offsets: Any, first: Any, last: Any, tables: Any, grams: Any, scratch: Any,
    rows: Any, cache: Any, index: Any, weights: Any,
    counts: Any, described: Any, start: Any, end: Any, shares: Any,
) -> Any:  # fmt: skip
    """Places and shares of every token of the comments `first` to `last`; returns their number.

    start, end, shares: with room for all of them, filled from the beginning. counts: (n,) int64,
    how many each comment has. described: (n, N_DENSE) float32. The other arrays are those of
    `kernel.score_rows`.
    """
    labels = shares.shape[1]
    total = np.zeros(rows.shape[1] - 1, np.float64)
    at = 0
    for row in range(first, last):
        kernel.read_comment(data, offsets[row], offsets[row + 1], tables, grams, scratch)
        kernel.describe(scratch, described[row])
        tokens = scratch.state[TOKENS]
        counts[row] = tokens
        for token in range(tokens):
            start[at + token] = scratch.token_start[token]
            end[at + token] = scratch.token_end[token]
        out = shares[at : at + tokens]
        out[:] = 0
        norm = kernel.score_comment(scratch, grams, rows, cache, total)
        parts = np.zeros((scratch.state[ITEMS], labels), np.float64)
        kernel.explain_row(scratch, grams, rows, cache, norm, parts, out)
        _add_phrases(scratch, index, weights, out)
        at += tokens
    return at


@allocating
def _add_phrases(scratch: Any, index: Any, weights: Any, out: Any) -> None:
    """Add to `out` (tokens, labels) what the phrases carry, divided equally among their words."""
    words = np.empty((PER_WORD * len(out), 3), np.int32)
    size = find(scratch, index, words)
    ids = scratch.room[:size].copy()
    known, norm = distinct(scratch.room, size)
    for k in range(size):
        where = np.searchsorted(scratch.room[:known], ids[k])
        count = scratch.room[size + where]
        own = 0
        for word in words[k]:
            own += word >= 0
        share = SHARE * log_count(count) / norm / count / own
        for word in words[k]:
            if word >= 0:
                for label in range(out.shape[1]):
                    out[word, label] += share * weights[ids[k], label]
