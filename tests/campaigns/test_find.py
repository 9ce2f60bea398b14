"""Campaigns: what is planted is found, what merely resembles is not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.campaigns import kernel
from moderation.campaigns.find import CAMPAIGN_SCHEMA, TRACE_SCHEMA, find_campaigns
from moderation.comments import STRING

ARROW = pd.ArrowDtype(STRING)
ADVERT = (
    "my neighbour left her office in march and now earns seven thousand every month from her own "
    "kitchen table with nothing but a telephone so read how she did it before the places are gone"
)
VOCABULARY = [f"{a}{b}{c}word" for a in "abcdfgklmnpt" for b in "aeiou" for c in "bdfgklmnprtz"]


def dump(rows):
    """rows: (thread, author, text)."""
    return pd.DataFrame(
        {
            name: pd.array([row[at] for row in rows], ARROW)
            for at, name in enumerate(("thread_id", "author", "text"))
        }
    )


def changed(text, share, rng):
    words = text.split()
    for at in rng.choice(len(words), round(share * len(words)), replace=False):
        words[at] = str(rng.choice(VOCABULARY))
    return " ".join(words)


def chatter(n, rng, threads=200):
    return [
        (
            f"t{rng.integers(threads)}",
            f"a{rng.integers(500)}",
            " ".join(rng.choice(VOCABULARY, rng.integers(1, 40))),
        )
        for _ in range(n)
    ]


def members(found, number):
    return np.flatnonzero((found.traces["campaign"] == number).fillna(False))


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_campaign_is_found_and_nothing_else(seed):
    rng = np.random.default_rng(seed)
    rows = chatter(3000, rng)
    planted = np.sort(rng.choice(len(rows), 50, replace=False))
    for number, row in enumerate(planted):
        rows[row] = (f"t{number}", f"spammer{number % 7}", changed(ADVERT, 0.1, rng))
    found = find_campaigns(dump(rows))
    assert len(found.table) == 1
    assert members(found, 0).tolist() == planted.tolist()
    assert found.table.iloc[0][["campaign", "members", "threads", "authors"]].tolist() == [
        0,
        50,
        50,
        7,
    ]
    assert list(found.table["rows"].iloc[0]) == planted.tolist()
    assert found.table["text"].iloc[0] == rows[planted[0]][2]


ADVERTS = (
    ADVERT,
    f"{ADVERT} {ADVERT[::-1]}",
    "work from your own sofa and earn four hundred dollars every day with this simple trick today",
    "cheap replica watches straight from the factory order today and save half now",
    "every match of the cup free and live at www.streams.example/cup",
)


@pytest.mark.parametrize("seed", range(2))
def test_campaigns_of_many_lengths_are_told_apart(seed):
    rng = np.random.default_rng(seed)
    rows = chatter(3000, rng)
    places = rng.choice(len(rows), (len(ADVERTS), 30), replace=False)
    for advert, chosen in zip(ADVERTS, places, strict=True):
        for number, row in enumerate(chosen):
            rows[row] = (f"t{number}", f"b{number % 4}", changed(advert, 0.1, rng))
    found = find_campaigns(dump(rows))
    assert len(found.table) == len(ADVERTS)
    for chosen in places:
        alike = found.traces["campaign"].iloc[chosen].fillna(-1).tolist()
        number = max(set(alike), key=alike.count)
        assert alike.count(number) >= 0.95 * 30
        assert set(members(found, number)) <= set(chosen.tolist())


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("t", "a", ADVERT)] * 5, 0),  # one author in one thread repeats himself
        ([(f"t{n}", "a", ADVERT) for n in range(2)], 0),  # twice is no campaign
        ([(f"t{n}", "a", ADVERT) for n in range(3)], 1),
        ([("t", f"a{n}", ADVERT) for n in range(3)], 1),
        ([("t", None, ADVERT) for _ in range(3)], 0),  # nameless, one thread
        ([(f"t{n}", None, ADVERT) for n in range(3)], 1),
        ([(f"t{n}", "a", "Thanks for the great article!") for n in range(9)], 0),
        ([(f"t{n}", "a", "Great article, more at www.example.org/page") for n in range(3)], 1),
        ([(f"t{n}", "a", None) for n in range(9)], 0),
        ([], 0),
    ],
)
def test_what_makes_a_campaign(rows, expected):
    found = find_campaigns(dump(rows))
    assert len(found.table) == expected
    assert len(found.traces) == len(rows)


def test_campaigns_are_numbered_by_size_and_apart():
    other = ADVERT.replace("kitchen table", "garden shed")[::-1]
    rows = [(f"t{n}", "a", other) for n in range(3)] + [(f"t{n}", "b", ADVERT) for n in range(4)]
    found = find_campaigns(dump(rows))
    assert found.traces["campaign"].tolist() == [1, 1, 1, 0, 0, 0, 0]
    assert found.table["members"].tolist() == [4, 3]


def test_tables_have_their_stated_types():
    found = find_campaigns(dump([(f"t{n}", "a", ADVERT) for n in range(3)]))
    for frame, schema in ((found.traces, TRACE_SCHEMA), (found.table, CAMPAIGN_SCHEMA)):
        assert [(name, kind.pyarrow_dtype) for name, kind in frame.dtypes.items()] == [
            (field.name, field.type) for field in schema
        ]


def test_the_order_of_the_dump_changes_no_campaign():
    rng = np.random.default_rng(5)
    rows = chatter(400, rng)
    rows += [(f"t{n}", "a", changed(ADVERT, 0.1, rng)) for n in range(30)]
    expected = set(range(400, 430))
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(rows))
        found = find_campaigns(dump([rows[at] for at in order]))
        assert {int(order[row]) for row in members(found, 0)} == expected


def test_an_authors_repeats_are_a_share_of_all_he_wrote():
    rows = [(f"t{n}", "a", ADVERT) for n in range(3)] + [("t9", "a", "no"), ("t9", None, "no")]
    found = find_campaigns(dump(rows))
    assert found.traces["author_repeats"].tolist() == [0.75, 0.75, 0.75, 0.75, 0.0]


def test_links_elsewhere_are_counted_by_thread():
    rows = [
        ("t1", "a", "see https://www.example.org/A."),
        ("t1", "b", "again http://example.org/a"),
        ("t2", "c", "(WWW.EXAMPLE.ORG/a/) and http://other.example/x"),
        ("t3", "d", "https://other.example/y"),
        ("t4", "e", "no link: http:// www. httpfoo"),
    ]
    assert find_campaigns(dump(rows)).traces["link_elsewhere"].tolist() == [1, 1, 1, 0, 0]


def naive_resemblance(a, b):
    pairs = [set(pairwise(words)) for words in (a.split(), b.split())]
    return len(pairs[0] & pairs[1]) / max(len(pairs[0] | pairs[1]), 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(VOCABULARY[:15]), min_size=2, max_size=9), min_size=2, max_size=6
    )
)
def test_whoever_is_grouped_is_near_a_member(word_lists):
    texts = [" ".join(words) for words in word_lists]
    group = kernel.near_groups(kernel.Text.of(pa.array(texts, STRING)), np.full(len(texts), 2))
    for row, own in enumerate(group):
        others = [at for at in range(len(texts)) if at != row and group[at] == own >= 0]
        nearest = max((naive_resemblance(texts[row], texts[at]) for at in others), default=1.0)
        assert nearest >= kernel.NEAR
        same = [at for at in range(len(texts)) if texts[at] == texts[row]]
        assert {group[at] for at in same} == {own}


def slow_groups(texts, keys):
    """The groups of texts that have a key in common and are near, joined band by band."""
    group = list(range(len(texts)))
    order = sorted(
        (k for k in range(len(texts)) if keys[0][k]), key=lambda k: (keys[0][k], keys[1][k])
    )
    for band in keys:
        leaders = {}
        for k in order:
            mine = leaders.setdefault(band[k], [])
            near = False
            for other in mine:
                joint = group[k] == group[other]
                if not joint and naive_resemblance(texts[k], texts[other]) >= kernel.NEAR:
                    ends = {group[k], group[other]}
                    group = [min(ends) if one in ends else one for one in group]
                    joint = True
                near = near or joint
            if not near and len(mine) < 4:
                mine.append(k)
    return [one if keys[0][k] else -1 for k, one in enumerate(group)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(VOCABULARY[:12]), min_size=2, max_size=9), min_size=2, max_size=30
    )
)
def test_groups_are_those_of_the_slow_twin(word_lists):
    texts = [" ".join(words) for words in word_lists]
    column = kernel.Text.of(pa.array(texts, STRING))
    keys = kernel.band_keys(column, np.full(len(texts), 2))
    assert kernel.joined(column, keys).tolist() == slow_groups(texts, keys.tolist())


def test_the_seeds_are_those_that_numpy_draws():
    drawn = np.random.default_rng(0).integers(1, 2**63, kernel.BANDS * kernel.ROWS)
    assert kernel._seeds().tolist() == drawn.tolist()


def test_some_rows_of_a_column_are_grouped_as_a_column_of_their_own():
    texts = ["aa bb cc dd ee", "x", "aa bb cc dd ee ff", "yy zz", "pp qq rr ss tt"]
    rows = np.array([4, 2, 0])
    whole = kernel.Text.of(pa.array(texts, STRING))
    alone = kernel.Text.of(pa.array([texts[row] for row in rows], STRING))
    least = np.full(3, 2)
    assert (kernel.band_keys(whole, least, rows) == kernel.band_keys(alone, least)).all()
    assert kernel.near_groups(whole, least, rows).tolist() == [0, 1, 1]
