"""The queue: what is asked next, and what decisions on random comments say of a whole dump."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from small_model import trained

from moderation.labels.ledger import Decision, append
from moderation.labels.table import label_frame
from moderation.review import open_scored
from moderation.sampling.queue import Decided, answered, choose, decided, not_chosen, with_context
from moderation.sampling.strata import Scores, Strata, draw, estimates, strata

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = np.array([0.5])
WORDS = (
    "apple", "basket", "bridge", "candle", "carpet", "doctor", "dragon", "elbow", "engine",
    "finger", "flower", "garden", "guitar", "hammer", "helmet", "insect", "island", "jacket",
    "jungle", "kettle", "kitchen", "ladder", "lemon", "magnet", "mirror", "napkin", "needle",
    "orange", "oyster", "pencil", "pillow", "quarry", "rabbit", "rocket", "saddle", "teapot",
    "umbrella", "valley", "window", "yellow",
)  # fmt: skip
GERMAN = (
    "Ich habe gestern nichts gefunden, was ich nicht schon wusste",
    "Warum fährt der letzte Zug am Sonntag eigentlich so früh zurück?",
    "Die Kinder spielen lieber draußen, wenn das Wetter schön ist",
)


def sentence(number):
    """English words that no other number has together."""
    return " ".join(np.random.default_rng(number).choice(WORDS, 8, replace=False))


def rated(values):
    return Scores(["spam"], values, LIMITS)


def dump(n=2000, seed=0):
    """A scored table whose scores are somewhat right: 5 % positives."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.05
    score = np.clip(rng.normal(0.1 + 0.5 * truth, 0.15), 0, 1)
    scored = pd.DataFrame(
        {
            "thread_id": [f"t{k // 20}" for k in range(n)],
            "id": [str(k) for k in range(n)],
            "depth": 1,
            "kind": "comment",
            "text": [sentence(k) for k in range(n)],
        }
    )
    return scored, score[:, None], truth


def test_the_same_comments_are_drawn_again_and_more_goes_on_from_there():
    scored, scores, _ = dump()
    parts = strata(scored, rated(scores), 0)
    nothing = np.zeros(len(scored), bool)
    few, more = draw(parts, nothing, 20), draw(parts, nothing, 60)
    assert set(few) < set(more)
    assert len(more) == 60
    order = np.random.default_rng(1).permutation(len(scored))
    again = strata(scored.iloc[order].reset_index(drop=True), rated(scores[order]), 0)
    assert sorted(order[draw(again, nothing, 20)]) == few.tolist()
    assert set(draw(strata(scored, rated(scores), 1), nothing, 20)) != set(few)


def test_what_is_decided_is_not_drawn_again():
    scored, scores, _ = dump()
    parts = strata(scored, rated(scores), 0)
    decided = np.zeros(len(scored), bool)
    first = draw(parts, decided, 30)
    decided[first] = True
    assert not set(first) & set(draw(parts, decided, 30))
    decided[:] = True
    assert len(draw(parts, decided, 30)) == 0


def test_half_of_the_draws_are_flags_and_small_strata_leave_the_rest():
    scored, scores, _ = dump()
    parts = strata(scored, rated(scores), 0)
    rows = draw(parts, np.zeros(len(scored), bool), 40)
    assert np.bincount(parts.of[rows]).tolist() == [20, 10, 10]
    assert len(draw(parts, np.zeros(len(scored), bool), 1900)) == 1900


def test_placeholders_and_empty_comments_are_never_asked():
    scored, scores, _ = dump(20)
    scored.loc[3, "text"] = "  "
    scored.loc[4, "kind"] = "placeholder"
    parts = strata(scored, rated(scores), 0)
    assert not {3, 4} & set(draw(parts, np.zeros(20, bool), 20))


def test_the_intervals_hold_the_truth():
    """40 dumps, 60 decisions each: share, precision and recall of a label."""
    held = np.zeros(3)
    for seed in range(40):
        scored, scores, truth = dump(seed=seed)
        parts = strata(scored, rated(scores), seed)
        answers = np.full(len(scored), np.nan)
        rows = draw(parts, np.zeros(len(scored), bool), 60)
        answers[rows] = truth[rows]
        (found,) = estimates(parts, rated(scores), {"spam": answers})
        flagged = scores[:, 0] >= 0.5
        right = (truth.mean(), truth[flagged].mean(), truth[flagged].sum() / truth.sum())
        told = (found.prevalence, found.precision, found.recall)
        held += [one.low <= value <= one.high for one, value in zip(told, right, strict=True)]
        assert found.decided == 60
    assert (held >= 38).all()


def test_when_all_is_decided_nothing_is_left_to_chance():
    scored, scores, truth = dump(200)
    parts = strata(scored, rated(scores), 0)
    (found,) = estimates(parts, rated(scores), {"spam": truth * 1.0})
    flagged = scores[:, 0] >= 0.5
    assert (found.prevalence.low, found.prevalence.high) == pytest.approx((truth.mean(),) * 2)
    assert found.precision.value == pytest.approx(truth[flagged].mean())
    assert found.recall.low == pytest.approx(truth[flagged].sum() / truth.sum())


def test_decisions_that_were_not_drawn_do_not_bend_the_estimate():
    scored, scores, truth = dump()
    parts = strata(scored, rated(scores), 0)
    answers = np.full(len(scored), np.nan)
    rows = draw(parts, np.zeros(len(scored), bool), 60)
    answers[rows] = truth[rows]
    (alone,) = estimates(parts, rated(scores), {"spam": answers})
    last = parts.ordered(2)[-50:]
    answers[last] = 1.0
    assert estimates(parts, rated(scores), {"spam": answers}) == [alone]


def test_no_decision_no_estimate():
    parts = Strata(np.zeros(3, np.int64), np.array([0.1, 0.2, 0.3]), ["a", "b", "c"])
    assert estimates(parts, rated(np.ones((3, 1))), {}) == []


def test_answers_are_the_majority_and_hold_for_the_same_words():
    scored = pd.DataFrame(
        {"thread_id": ["t", "t", "u"], "id": ["1", "2", "1"], "text": ["Buy now", "hm", "buy  NOW"]}
    )
    given = label_frame(
        pd.DataFrame(
            {
                "thread_id": ["t"] * 5,
                "id": ["1", "1", "1", "2", "2"],
                "text": ["Buy now"] * 3 + ["hm"] * 2,
                "annotator": ["a", "b", "c", "a", "b"],
                "spam": [1, 1, 0, 1, 0],
                "off_topic": [1, 1, 1, None, None],
            }
        ),
        "test",
    )
    found = answered(scored, given, ["off_topic"])
    assert np.nan_to_num(found["spam"], nan=-1).tolist() == [1, -1, 1]
    assert np.nan_to_num(found["off_topic"], nan=-1).tolist() == [1, -1, -1]


def chosen(scored, scores, budget, known=None, random=0.3):
    known = np.zeros(len(scored), bool) if known is None else known
    parts = strata(scored, rated(scores), 0)
    return choose(scored, rated(scores), parts, Decided(known, known), budget, random)


def test_a_label_that_nobody_decides_on_is_not_waited_for():
    scores = Scores(["spam", "slur", "topic"], np.array([[0.1, 0.2, np.nan]] * 3), np.ones(3))
    nan = np.nan
    spam, slur = np.array([1.0, 0.0, nan]), np.array([0.0, nan, nan])
    both = decided({"spam": spam, "slur": slur, "topic": np.full(3, nan)}, scores)
    assert (both.some.tolist(), both.every.tolist()) == ([True, True, False], [True, False, False])
    assert decided({"spam": spam}, scores).every.tolist() == [True, True, False]
    assert decided({}, scores).some.tolist() == [False] * 3


def test_the_budget_is_spent_on_random_uncertain_and_likely_ones():
    scored, scores, _ = dump()
    found = chosen(scored, scores, 100)
    counts = pd.Series(list(found.values())).value_counts().to_dict()
    assert counts == {"uncertain spam": 40, "random": 30, "likely spam": 30}
    unsure = [row for row, why in found.items() if why == "uncertain spam"]
    likely = [row for row, why in found.items() if why == "likely spam"]
    assert np.abs(scores[unsure] - 0.5).max() < 0.2
    assert scores[likely].min() >= 0.5


def test_of_near_duplicates_one_is_asked_and_of_a_thread_three():
    scored, scores, _ = dump(400)
    scored["text"] = [f"Buy now number {k}" if k % 2 else text for k, text in
                      enumerate(scored["text"])]  # fmt: skip
    scores[1::2] = 0.9
    found = chosen(scored, scores, 100, random=0.0)
    assert sum(row % 2 for row in found) == 1
    per_thread = (
        scored["thread_id"]
        .iloc[[row for row, why in found.items() if why.startswith("likely")]]
        .value_counts()
    )
    assert per_thread.max() <= 3


def test_few_threads_do_not_leave_the_budget_unspent():
    scored, scores, _ = dump(60)
    scored["thread_id"] = "t"
    found = chosen(scored, scores, 50)
    assert len(found) == 50
    assert sum(why == "random" for why in found.values()) == 15


def test_a_campaign_does_not_hide_the_others():
    scored, scores, _ = dump(500)
    scored["thread_id"] = "t"
    scored.loc[:479, "text"] = "Buy now, buy here, buy everything"
    scores[:480], scores[480:] = 0.5, 0.01
    found = chosen(scored, scores, 15, random=0.0)
    assert len(found) == 15
    assert sum(row < 480 for row in found) == 1


def test_why_a_queue_is_short_is_counted():
    scored, scores, _ = dump(40)
    scored.loc[:9, "text"] = "Buy now, buy here, buy everything"
    scored.loc[10:11, "text"] = " "
    known = np.zeros(40, bool)
    known[20:25] = True
    parts = strata(scored, rated(scores), 0)
    found = choose(scored, rated(scores), parts, Decided(known, known), 80, 0.0)
    assert len(found) == 40 - 9 - 2 - 5
    assert not_chosen(scored, rated(scores), Decided(known, known), found) == {
        "decided already": 5,
        "nearly the same as others": 9,
        "without words, or no comments": 2,
    }


def test_comments_without_a_score_are_not_called_the_same_as_others():
    scored, scores, _ = dump(40)
    scores[30:] = np.nan
    nothing = Decided(np.zeros(40, bool), np.zeros(40, bool))
    parts = strata(scored, rated(scores), 0)
    found = choose(scored, rated(scores), parts, nothing, 80, 0.0)
    assert not_chosen(scored, rated(scores), nothing, found) == {"not scored": 10}


def test_nothing_is_left_when_all_is_decided():
    scored, scores, _ = dump(50)
    assert chosen(scored, scores, 20, np.ones(50, bool)) == {}


def test_a_queue_keeps_what_stands_around_a_comment():
    scored = pd.DataFrame(
        {"depth": [1, 2, 3, 4, 4, 2, 1], "id": list("abcdefg"), "text": list("abcdefg")}
    )
    kept = with_context(scored, {2: "random"})
    assert kept["id"].tolist() == ["a", "b", "c", "d", "e"]
    assert kept["queue"].fillna("-").tolist() == ["-", "-", "random", "-", "-"]
    assert kept["depth"].tolist() == [1, 2, 3, 4, 4]


# ---- the command ---------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trained().save(tmp_path / "models/default")
    rows = [{"id": str(k), "thread_id": f"t{k // 6}", "text": sentence(k)}
            for k in range(90)]  # fmt: skip
    offer = "win $50 at pills.example"
    rows += [{"id": f"s{k}", "thread_id": f"t{k}", "text": f"{offer} {sentence(k)}"}
             for k in range(10)]  # fmt: skip
    (tmp_path / "dump.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


def test_queue_review_and_the_estimate(moderation, place):
    assert moderation("score", "dump.jsonl", "-o", "scored.parquet").status == 0
    ran = moderation("queue", "scored.parquet", "-n", "20", "-o", "queue.parquet")
    assert ran.status == 0
    assert "20 comments to review" in " ".join(ran.err.split())
    assert "decide on the random ones" in ran.err
    queue = open_scored(place / "queue.parquet")
    assert len(queue.listed) == 20
    decided = [
        Decision(label=label, value=label == "spam" and "pills" in one["text"], text=one["text"],
                 annotator="ann", at=NOON, thread_id=queue.named["thread_id"][row], id=one["id"])
        for row, one in zip(queue.listed, queue.records.take(queue.listed.tolist()), strict=True)
        for label in ("spam", "abuse")
    ]  # fmt: skip
    append("labels/ledger.jsonl", decided)
    again = moderation("queue", "scored.parquet", "-n", "20", "-o", "more.parquet")
    more = open_scored(place / "more.parquet")
    asked = {one["text"] for one in more.records.take(more.listed.tolist())}
    assert not asked & {one.text for one in decided}
    assert again.out.splitlines()[0].split() == ["label", "decided", "are", "precision", "recall"]
    assert again.out.splitlines()[1].split()[0] == "spam"


def test_a_dump_is_scored_first_and_csv_is_a_scored_table_too(moderation, place):
    assert moderation("queue", "dump.jsonl", "-n", "5").status == 0
    moderation("score", "dump.jsonl", "-o", "scored.csv")
    moderation("score", "dump.jsonl", "-o", "scored.jsonl")
    tables = [moderation("queue", f"scored.{kind}", "-n", "5").out for kind in ("csv", "jsonl")]
    assert tables[0] == tables[1] != ""


def test_a_short_queue_says_why(moderation, place):
    rows = [{"id": str(k), "thread_id": "t", "text": sentence(k)} for k in range(30)]
    (place / "one.jsonl").write_text("\n".join(map(json.dumps, [*rows, rows[0] | {"id": "x"}])))
    full = moderation("queue", "one.jsonl", "-n", "25")
    assert "25 comments to review" in full.err
    assert "asked for" not in full.err
    short = " ".join(moderation("queue", "one.jsonl", "-n", "80", "--random", "0").err.split())
    assert "30 comments to review" in short
    assert "80 asked for, 31 comments there: 1 nearly the same as others" in short


def test_a_queue_is_short_of_what_is_in_languages_that_no_label_has_learnt(moderation, place):
    rows = [{"id": str(k), "thread_id": "t", "text": sentence(k)} for k in range(20)]
    rows += [{"id": f"g{k}", "thread_id": "t", "text": GERMAN[k]} for k in range(3)]
    (place / "two.jsonl").write_text("\n".join(map(json.dumps, rows)))
    short = " ".join(moderation("queue", "two.jsonl", "-n", "80", "--random", "0").err.split())
    assert "20 comments to review" in short
    assert "80 asked for, 23 comments there: 3 not scored" in short


def test_what_is_no_dump_is_one_line(moderation, place):
    ran = moderation("queue", "none.parquet")
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert moderation("queue", "dump.jsonl", "--random", "2").status == 2
