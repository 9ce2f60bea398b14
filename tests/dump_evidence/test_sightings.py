"""The loops over a whole dump's texts, beside slow twins that say what they do."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.campaigns import kernel
from moderation.comments import STRING
from moderation.dump_evidence.counts import repeated
from moderation.dump_evidence.find import near_texts, with_pieces_elsewhere
from moderation.dump_evidence.sightings import MOST_BYTES, PIECE, Sightings, sightings

MASK = (1 << 64) - 1
SPREAD = 0x9E3779B97F4A7C15


def slow_pieces(texts):
    """Row and key of every piece."""
    found = []
    for row, text in enumerate(texts):
        data = text.encode()
        for at in range(1, min(len(data) - PIECE, MOST_BYTES - 1) + 1):
            words = [int.from_bytes(data[at + k : at + k + 8], "little") for k in (0, 8, 16, 24)]
            key = words[0] * SPREAD & MASK
            if data[at - 1] != ord(" ") or key >= MASK // 3:
                continue
            for word in words[1:]:
                key = ((key ^ key >> 29) ^ word) * SPREAD & MASK
            found.append((row, key >> 32))
    return found


WORDS = ["the", "a", "tyre", "é", "bicycle!", "\n", "", "week", "x" * 40]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join), max_size=5))
def test_pieces_are_those_of_the_slow_twin(texts):
    found = sightings(kernel.Text.of(pa.array(texts, STRING)))["text"]
    assert list(zip(found.row.tolist(), found.key.tolist(), strict=True)) == slow_pieces(texts)


def test_pieces_of_a_long_text_end_where_they_are_to():
    text = "word " * 2_000
    found = sightings(kernel.Text.of(pa.array([text], STRING)))["text"]
    assert list(zip(found.row.tolist(), found.key.tolist(), strict=True)) == slow_pieces([text])


def test_texts_of_a_part_of_a_column_are_numbered_from_its_beginning():
    texts = pa.array(["x" * 99, "see http://one.example/ and call 0800 555 1234", ""], STRING)
    found = sightings(kernel.Text.of(texts[1:]))
    assert [found[kind].row.tolist() for kind in ("link", "phone")] == [[0], [0]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40) | st.integers(0, 2**32 - 1), max_size=200))
def test_keys_that_come_again(keys):
    expected = [keys.count(key) > 1 for key in keys]
    assert repeated(np.array(keys, np.uint32)).tolist() == expected
    assert repeated(np.array(keys, np.uint64) << np.uint64(31)).tolist() == expected


def test_a_hundred_thousand_keys_that_come_again():
    keys = np.concatenate([np.arange(100_000), np.arange(0, 100_000, 7)])
    expected = np.concatenate([np.arange(100_000) % 7 == 0, np.ones(14_286, bool)])
    assert (repeated(keys.astype(np.uint32)) == expected).all()
    assert (repeated(keys.astype(np.uint64)) == expected).all()


def test_near_texts_of_which_a_piece_stands_elsewhere():
    said = "I bought new tyres for my bicycle last week and they hold the road well in the rain"
    texts = pa.array([said, "nothing like it at all", f"{said}, they do", said, said], STRING)
    seen = sightings(kernel.Text.of(texts))["text"]
    rows, group = near_texts(texts, with_pieces_elsewhere(seen, len(texts)))
    assert rows.tolist() == [0, 2, 3, 4]
    assert len(set(group.tolist())) == 1


def test_texts_without_a_piece_are_near_to_none():
    none = Sightings(np.zeros(0, np.int32), np.zeros(0, np.uint32))
    rows = with_pieces_elsewhere(none, 2)
    assert [len(part) for part in near_texts(pa.array(["a", "b"], STRING), rows)] == [0, 0]
