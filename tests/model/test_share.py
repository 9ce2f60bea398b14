"""The share of a label in a dump, and the scores that follow it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from moderation.model.figures import Figures
from moderation.model.share import Seen, Share, _share, estimated, seen_in, with_scores_here

PROMISED = Figures(share=0.1, precision=0.53, recall=0.5, flags=0.095)  # 5 % of the others


@pytest.mark.parametrize(
    ("flags", "low", "high"),
    [(475, 0.02, 0.2), (2_000, 0.3, 0.9), (10, 0.0001, 0.02)],
)
def test_the_share_is_near_what_the_flags_say(flags, low, high):
    value, least, most = estimated(flags, 5_000, 0.1, 0.5, 0.05)
    assert low <= value <= high
    assert least < value < most


@pytest.mark.parametrize(("share", "recall", "rate"), [(0.2, 0.25, 0.01), (0.02, 0.7, 0.1)])
def test_a_site_that_the_model_reads_better_or_worse_is_within_the_interval(share, recall, rate):
    flags = round(5_000 * (share * recall + (1 - share) * rate))
    _, low, high = estimated(flags, 5_000, 0.1, 0.5, 0.05)
    assert low < share < high


def test_a_few_comments_say_little():
    value, low, high = estimated(0, 5, 0.1, 0.5, 0.05)
    assert 0.05 < value < 0.15
    assert high - low > 0.2


def test_a_clean_site_with_twice_the_false_alarms_may_be_clean():
    _, low, _ = estimated(500, 5_000, 0.05, 0.5, 0.05)
    assert low < 0.05


def test_scores_here_have_the_share_as_their_mean_and_keep_their_order():
    rng = np.random.default_rng(0)
    score = rng.beta(0.3, 2.0, 4_000).astype(np.float32)
    share = _share("spam", PROMISED, Seen.of(score, int((score >= 0.5).sum())))
    here = share.moved(score)
    assert here.mean() == pytest.approx(share.value, abs=0.005)
    assert (np.diff(here[np.argsort(score)]) >= 0).all()


def test_parts_count_what_the_whole_counts():
    whole = pa.table(
        {
            "spam": pa.array([0.1, 0.9, None, 0.7, 0.02], pa.float32()),
        }
    )
    together = Seen.sum_of(
        [seen_in(whole[:2], {"spam": 0.5})["spam"], seen_in(whole[2:], {"spam": 0.5})["spam"]]
    )
    alone = seen_in(whole, {"spam": 0.5})["spam"]
    assert together.flags == alone.flags == 2
    assert together.bins.tolist() == alone.bins.tolist()
    assert together.bins.sum() == 4


def test_a_comment_without_a_score_has_none_here():
    table = pa.table({"spam": pa.array([0.5, None], pa.float32())})
    found = with_scores_here(table, ["spam"], {"spam": Share(0.2, 0.1, 0.3, -1.0)})
    assert found["spam_here"].to_pylist() == [pytest.approx(0.2689, abs=1e-4), None]
    assert with_scores_here(table, ["spam"], {})["spam_here"].to_pylist() == [None, None]


def test_far_more_flags_than_promised_are_said_with_what_to_do():
    odd = _share("spam", PROMISED, Seen.of(np.full(1_000, 0.4), 600))
    assert odd.note.startswith("spam: 600 of 1,000 comments are flagged, where some 95 were")
    assert "moderation queue" in odd.note
    assert "moderation thresholds" in odd.note
    assert _share("spam", PROMISED, Seen.of(np.full(1_000, 0.4), 120)).note == ""


def test_languages_with_a_part_of_their_own_do_not_count():
    scored = pa.table(
        {
            "language": ["de", None, "en", "de"],
            "spam": pa.array([0.9, 0.2, 0.1, 0.8], pa.float32()),
            "abuse": pa.array([0.9, 0.9, 0.1, 0.2], pa.float32()),
        }
    )
    seen = seen_in(scored, {"spam": 0.5, "abuse": 0.5}, {"abuse": ["de"]})
    assert (seen["spam"].flags, seen["spam"].bins.sum()) == (2, 4)
    assert (seen["abuse"].flags, seen["abuse"].bins.sum()) == (1, 2)
