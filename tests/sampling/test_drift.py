"""Drift: quiet on comments of one kind, loud when scores, flags, words or links have moved."""

import json

import numpy as np
import pandas as pd
import pytest
from brackets import outside, speak_in_brackets, words
from small_model import trained

from moderation.cli.drift import drift_text
from moderation.sampling.drift import FEW_THREADS, drift
from moderation.sampling.new_words import domains_of, rising, words_of

LIMITS = np.array([0.5])


def comments(n=3000, seed=0, mean=0.2, extra="", month="2026-01", words=300):
    """A scored table in threads of ten, of words that a few hundred syllables make."""
    rng = np.random.default_rng(seed)
    text = [" ".join(f"w{'abcdefghij'[one % 10]}{one}x" for one in rng.zipf(1.3, 12) % words)
            for _ in range(n)]  # fmt: skip
    return pd.DataFrame(
        {
            "thread_id": [f"{seed}-{k // 10}" for k in range(n)],
            "id": [str(k) for k in range(n)],
            "kind": "comment",
            "text": [f"{one} {extra}" if k % 5 == 0 else one for k, one in enumerate(text)],
            "created_at": pd.to_datetime([f"{month}-{1 + k % 27:02d}" for k in range(n)], utc=True),
            "spam": np.clip(rng.normal(mean, 0.15, n), 0, 1),
        }
    )


def found(old, new):
    return drift(old, new, ["spam"], LIMITS)


@pytest.mark.parametrize("seed", range(1, 6))
def test_more_of_the_same_is_no_drift(seed):
    assert found(comments(seed=0), comments(seed=seed)).reasons == []


def test_higher_scores_and_more_flags_are_reasons():
    told = found(comments(), comments(seed=1, mean=0.35))
    (shift,) = told.shifts
    assert 0.7 < shift.higher.low < shift.higher.value < shift.higher.high < 0.8
    assert shift.more.low > 0.05
    assert [reason.split(":")[0] for reason in told.reasons] == ["spam", "spam"]
    assert "newer comments score higher" in told.reasons[0]
    assert "flags per 100,000 comments" in told.reasons[1]


def test_lower_scores_are_a_reason_too():
    assert "score lower" in found(comments(mean=0.3), comments(seed=1)).reasons[0]


def test_a_handful_of_flags_is_none():
    old, new = comments(), comments(seed=1)
    old["spam"], new["spam"] = 0.1, 0.1
    new.loc[new.index % 300 == 0, "spam"] = 0.9
    assert found(old, new).reasons == []
    new.loc[new.index % 60 == 0, "spam"] = 0.9
    assert "0 before" in found(old, new).reasons[0]


def test_new_words_are_named_and_a_reason():
    told = found(comments(), comments(seed=1, extra="the glockenspiel affair at harbour gate"))
    assert told.unmet.low > 0.02
    assert {"glockenspiel", "affair", "harbour"} <= {one.name for one in told.words}
    first = told.words[0]
    assert (first.old, first.new, first.threads) == (0.0, 20_000.0, 300)
    assert "words:" in told.reasons[-1]


def test_domains_that_were_never_met_are_named():
    told = found(
        comments(extra="see https://www.old.example/a"),
        comments(seed=1, extra="see http://old.example/b or www.new.example"),
    )
    assert [one.name for one in told.domains] == ["new.example"]
    assert told.unlinked.value == pytest.approx(0.5)


def test_months_are_told_apart():
    old, new = comments(month="2025-12"), comments(seed=1, month="2026-02", mean=0.35)
    told = found(old, new)
    assert [(one.name, one.newer, one.comments) for one in told.months] == [
        ("2025-12", False, 3000),
        ("2026-02", True, 3000),
    ]
    assert told.months[0].flags["spam"].high < told.months[1].flags["spam"].low


def test_comments_without_times_or_scores_or_threads_are_borne():
    new = comments(seed=1).assign(created_at=pd.NaT, spam=np.nan, thread_id="one")
    told = found(comments(), new)
    assert np.isnan(told.shifts[0].higher.value)
    assert not any(one.newer for one in told.months)
    assert told.notes == ["few newer threads: intervals are by comment, and too narrow"]
    assert FEW_THREADS > 1


def test_too_few_comments_are_said():
    told = found(comments(), comments(50, seed=1))
    assert told.notes == [
        "only 50 newer comments: little can be told",
        "few newer threads: intervals are by comment, and too narrow",
    ]


def test_the_same_comments_give_the_same_figures_in_any_order():
    old, new = comments(600), comments(600, seed=1, mean=0.3)
    order = np.random.default_rng(0).permutation(60)
    mixed = pd.concat([new.iloc[k * 10 : k * 10 + 10] for k in order], ignore_index=True)
    one, other = found(old, new), found(old, mixed)
    assert one.shifts[0].higher.value == pytest.approx(other.shifts[0].higher.value)
    assert one.unmet.value == pytest.approx(other.unmet.value)


def test_words_are_counted_in_any_script():
    words = words_of(pd.Series(["Don't shout, ПРИВЕТ привет", None, "don't 東京"]))
    assert sorted(words.names) == ["don't", "shout", "привет", "東京"]
    assert words.in_comments()["don't"] == 2
    assert words.in_comments()["привет"] == 1
    assert domains_of(pd.Series(["no link", "HTTPS://Www.A-B.example/x", None])).names.tolist() == [
        "a-b.example"
    ]


def test_a_word_of_one_thread_has_not_come_up():
    old = words_of(pd.Series(["calm words here"] * 50))
    new = words_of(pd.Series(["calm words here"] * 50 + ["zeppelin"] * 20))
    flagged = np.zeros(70, bool)
    assert rising(old, new, pd.Series(["t"] * 70), flagged) == []
    several = pd.Series([f"t{k}" for k in range(70)])
    assert [one.name for one in rising(old, new, several, flagged)] == ["zeppelin"]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trained().save(tmp_path / "models/default")
    for name, seed, extra in (("old", 0, ""), ("new", 1, "win $500 a day at www.pills.example")):
        rows = comments(600, seed, extra=extra)[["thread_id", "id", "text", "created_at"]]
        rows.to_json(tmp_path / f"{name}.jsonl", orient="records", lines=True, date_format="iso")
    return tmp_path


def test_the_command_says_whether_retraining_is_due(moderation, place):
    ran = moderation("drift", "old.jsonl", "new.jsonl", "--json", "drift.json")
    assert ran.status == 0
    assert "Retraining is due:" in ran.out
    assert "pills.example" in ran.out
    assert "2026-01" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert json.loads((place / "drift.json").read_text())["reasons"]
    assert moderation("drift", "old.jsonl", "new.jsonl", "--strict").status == 1
    quiet = moderation("drift", "old.jsonl", "old.jsonl", "--strict")
    assert (quiet.status, quiet.out.splitlines()[-1]) == (0, "No sign that retraining is due.")


def test_tables_of_different_models_are_not_compared(moderation, place):
    trained(seed=1).save(place / "models/other")
    moderation("score", "old.jsonl", "-o", "old.parquet")
    moderation("thresholds", "other", "--set", "spam: recall >= 0.5")
    moderation("score", "new.jsonl", "-m", "other", "-o", "new.parquet")
    ran = moderation("drift", "old.parquet", "new.parquet")
    assert (ran.status, "different models" in ran.err) == (1, True)


def test_no_word_of_it_is_forgotten_by_the_catalogues(monkeypatch, capfd):
    old, new = comments(60), comments(300, seed=1, mean=0.45, extra="glockenspiel", month="2026-02")
    told = found(old, new)
    assert told.notes
    assert told.reasons
    speak_in_brackets(monkeypatch)
    shown = "\n".join(drift_text(told)) + capfd.readouterr().err
    names = {"spam", "glockenspiel"} | {one.name for one in told.words}
    assert words(outside(shown)) <= names
