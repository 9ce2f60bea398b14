"""The compiled writer of spans gives what a JSON library makes of the same numbers."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.model.evidence import Evidence
from moderation.model.spans import told_spans

SMALL = 0.01

spans = st.lists(
    st.tuples(
        st.integers(0, 2**31 - 1),
        st.integers(0, 2**31 - 1),
        st.one_of(
            st.floats(-20, 20),
            st.sampled_from([0.0, 0.01, -0.01, 0.00999, 1.0, -3.5, 0.99995, 1e9]),
        ),
    ),
    max_size=5,
)


def evidence(comments):
    start, end, share = (np.array([span[k] for one in comments for span in one]) for k in range(3))
    begin = np.cumsum([0, *map(len, comments)])
    shares = np.column_stack([np.zeros(len(share)), share])
    nothing = np.empty((len(comments), 0, 2))
    places = start.astype(np.int32), end.astype(np.int32)
    return Evidence(begin, *places, shares, nothing, np.zeros(2))


@settings(max_examples=200, deadline=None)
@given(st.lists(spans, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_spans_are_written_as_json(comments, random):
    rows = sorted(random.sample(range(len(comments)), random.randint(0, len(comments))))
    told, rest = told_spans(evidence(comments), np.array(rows, np.int64), 1, SMALL)
    kept = [[span for span in comments[row] if abs(span[2]) >= SMALL] for row in rows]
    assert [json.loads(one) for one in told] == [
        [[start, end, float(np.round(share, 4))] for start, end, share in some] for some in kept
    ]
    assert np.allclose(
        rest, [sum(share for *_, share in comments[row] if abs(share) < SMALL) for row in rows]
    )


def test_numbers_are_as_short_as_they_can_be():
    one = [(0, 7, 0.25), (12345, 1234567890, -1.0), (8, 9, 0.01), (10, 100, 12.00004)]
    told, rest = told_spans(evidence([one]), np.array([0]), 1, SMALL)
    assert told == [b"[[0,7,0.25],[12345,1234567890,-1.0],[8,9,0.01],[10,100,12.0]]"]
    assert rest == [0.0]
