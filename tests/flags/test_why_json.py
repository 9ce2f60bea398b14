"""The compiled writer of reasons gives what a JSON library makes of the same numbers."""

from types import SimpleNamespace

import numpy as np
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.evidence.words import Evidence
from moderation.features.kernel import DENSE_FEATURES
from moderation.flags.why_json import OTHER_WORDS, SMALL, reasons
from moderation.model.labels import ContextLabel

share = st.one_of(
    st.floats(-20, 20),
    st.sampled_from([0.0, 0.01, -0.01, 0.00999, 0.00002, 1.0, -3.5, 0.99995, 1e9]),
)
place = st.integers(0, 2**31 - 1)
spans = st.lists(st.tuples(place, place, share, share), max_size=5)
HEADS = [
    SimpleNamespace(name="first", threshold=0.25),
    ContextLabel("con\u201ctext", None, None, 0.96),
    SimpleNamespace(name='se"cond', threshold=0.123456),
]


def evidence(comments, dense):
    flat = [span for one in comments for span in one]
    start, end, *shares = (np.array([span[k] for span in flat]) for k in range(4))
    begin = np.cumsum([0, *map(len, comments)])
    places = start.astype(np.int32), end.astype(np.int32)
    return Evidence(begin, *places, np.column_stack(shares), dense, np.array([-2.5, 0.00004]))


def slow(comments, dense, told, values, passed):
    """The same by Python's dictionaries."""
    told, start = iter(told), [-2.5, 0.00004]
    for row, one in enumerate(comments):
        reason = {}
        for k, head in enumerate(HEADS):
            if not passed[row, k]:
                continue
            part = {
                "score": float(np.round(values[row, k], 4)),
                "threshold": round(head.threshold, 4),
            }
            if isinstance(head, ContextLabel):
                reason[head.name] = part | next(told)
                continue
            label = 0 if k == 0 else 1
            features = {
                name: float(np.round(number, 4))
                for name, number in zip(DENSE_FEATURES, dense[row, :, label], strict=True)
                if np.round(number, 4)
            }
            rest = 0.0
            for span in one:
                rest += span[2 + label] if abs(span[2 + label]) < SMALL else 0.0
            if rest:
                features[OTHER_WORDS] = float(np.round(rest, 4))
            kept = [
                [span[0], span[1], float(np.round(span[2 + label], 4))]
                for span in one
                if abs(span[2 + label]) >= SMALL
            ]
            intercept = float(np.round(start[label], 4))
            part |= {"intercept": intercept, "spans": kept, "features": features}
            reason[head.name] = part
        yield orjson.dumps(reason).decode()


@settings(max_examples=200, deadline=None)
@given(st.lists(spans, max_size=4), st.integers(0, 2**32 - 1))
def test_reasons_are_written_as_json(comments, seed):
    rng = np.random.default_rng(seed)
    n = len(comments)
    dense = rng.normal(size=(n, len(DENSE_FEATURES), 2)) * rng.choice(
        [0, 1e-5, 0.2, 30], size=(n, len(DENSE_FEATURES), 2)
    )
    values, passed = rng.random((n, 3)), rng.random((n, 3)) < 0.6
    told = [{"sentence": f"nichts \u201e{k}\u201c", "terms": [str(k)]} for k in range(n)]
    told = told[: int(passed[:, 1].sum())]
    found = reasons(evidence(comments, dense), HEADS, {HEADS[1].name: told}, values, passed)
    assert found.to_pylist() == list(slow(comments, dense, told, values, passed))


def test_numbers_are_as_short_as_they_can_be():
    one = [(0, 7, 0.25, 0), (12345, 1234567890, -1.0, 0), (8, 9, 0.01, 0), (10, 100, 12.00004, 0)]
    found = evidence([one], np.zeros((1, len(DENSE_FEATURES), 2)))
    passed = np.array([[True, False, False]])
    said = reasons(found, HEADS, {HEADS[1].name: []}, np.full((1, 3), 0.5), passed)
    assert said[0].as_py() == (
        '{"first":{"score":0.5,"threshold":0.25,"intercept":-2.5,'
        '"spans":[[0,7,0.25],[12345,1234567890,-1.0],[8,9,0.01],[10,100,12.0]],"features":{}}}'
    )
