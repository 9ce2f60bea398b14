"""Working memory for one comment at a time, and what is counted in it.

A comment is read in passes (`compiled/characters.c`, `links.c`, `tokens.c`). Its state lives in a
`Scratch`, allocated once per thread and call and never cleared: whatever is read was written for
the same comment (the table of items is stamped).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from moderation.compiled import W_I4, W_I8, W_U1, W_U8, group

N_SEEN = 31  # counters of one comment: `compiled/comment.h`
TOKENS, ITEMS = 1, 2  # places in `Scratch.state`, of N_STATE
N_STATE = 9

MOST_LENGTHS = 8  # lengths of character n-grams that `Scratch.room` allows for
MOST_FORMS = 4  # of a word: as it stands or with digits for letters, each with one letter or two
LEAST_SLOTS = 64  # of the table of items, however short the comment


class Scratch(NamedTuple):
    """One thread's working memory for comments of up to `size` UTF-8 bytes.

    chars: folded characters, then from `state[TOP]` the rewritten forms of words.
    kind: kind and LATIN, LOOK, IN_LINK flags. at: place in the original text, in code points.
    look: ASCII letter that a LOOK character looks like.
    token_*: one per word form or emoji, in order. token_item, token_pair: their items.
    token_sentence: how many ends of sentences stand before it.
    item_*: one per distinct word form, emoji or word pair; item_token is -1 for a pair.
    item_class: of a word, in a lexicon; 0 = none.
    slot_*: open-addressing table from hash to item, valid where slot_stamp is state[STAMP].
    room: buckets of one word's n-grams. seen: (N_SEEN,) int64 counters. state: (N_STATE,) int64.
    """

    chars: np.ndarray
    kind: np.ndarray
    at: np.ndarray
    look: np.ndarray
    token_hash: np.ndarray
    token_from: np.ndarray
    token_size: np.ndarray
    token_start: np.ndarray
    token_end: np.ndarray
    token_main: np.ndarray
    token_item: np.ndarray
    token_pair: np.ndarray
    token_sentence: np.ndarray
    item_hash: np.ndarray
    item_count: np.ndarray
    item_token: np.ndarray
    item_class: np.ndarray
    slot_stamp: np.ndarray
    slot_item: np.ndarray
    room: np.ndarray
    seen: np.ndarray
    state: np.ndarray


SCRATCH = group(
    *(W_I4, W_U1, W_I4, W_U1),
    *(W_U8, W_I4, W_I4, W_I4, W_I4, W_U1, W_I4, W_I4, W_I4),
    *(W_U8, W_I4, W_I4, W_U1, W_I8, W_I4, W_I4, W_I8, W_I8),
)


def apart(size: int, dtype: type) -> np.ndarray:
    """Zeros, (size,), with no other array's within two cache lines of them.

    What a thread writes to all the time must not lie beside what another one does.
    """
    margin = 128 // np.dtype(dtype).itemsize
    return np.zeros(size + 2 * margin, dtype)[margin : margin + size]


def make_scratch(size: int) -> Scratch:
    """Working memory for comments of up to `size` bytes, about 90 bytes per byte.

    Exactly as much as a comment can need, so that bounds checking finds the first write too many:

        characters  size: nothing folds to more characters than it has bytes (`folding._fold`)
        forms       MOST_FORMS times as many, behind them: a trial is written over the one before,
                    and a spaced word of k letters (2 * k - 1 characters) needs 3 * k + 2
        tokens      size: a second form needs a third character, a third and fourth a fourth one
        items       2 * size: a token is one, and the pair that it ends is another
        slots       more than the 2 * n + 3 that `tokens.read_tokens` spreads the items over
        room        MOST_LENGTHS * (size + 1) n-grams of the longest word, and the word itself; or
                    twice the phrases, four of which end with a token
    """
    slots = max(LEAST_SLOTS, 1 << (2 * size + 2).bit_length())
    return Scratch(
        chars=np.empty((1 + MOST_FORMS) * size, np.int32),
        kind=np.zeros(size, np.uint8),
        at=np.empty(size, np.int32),
        look=np.empty(size, np.uint8),
        token_hash=np.empty(size, np.uint64),
        token_from=np.empty(size, np.int32),
        token_size=np.empty(size, np.int32),
        token_start=np.empty(size, np.int32),
        token_end=np.empty(size, np.int32),
        token_main=np.empty(size, np.uint8),
        token_item=np.empty(size, np.int32),
        token_pair=np.empty(size, np.int32),
        token_sentence=np.empty(size, np.int32),
        item_hash=np.empty(2 * size, np.uint64),
        item_count=np.empty(2 * size, np.int32),
        item_token=np.empty(2 * size, np.int32),
        item_class=np.empty(2 * size, np.uint8),
        slot_stamp=np.zeros(slots, np.int64),
        slot_item=np.empty(slots, np.int32),
        room=np.empty(MOST_LENGTHS * (size + 2), np.int32),
        seen=apart(N_SEEN, np.int64),
        state=apart(N_STATE, np.int64),
    )
