"""No figure praises a model for what it learnt by heart: held-out scores, or a line says so."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from places import ROOT
from small_model import table, trained

from moderation.labels.ledger import Decision, append
from moderation.model.held_out import HeldOutScores, not_trained_on
from moderation.model.model import Model

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAN = float("nan")
ADVERTS = [f"win $50 at pills.example {word}, visit today"
           for word in ("heron", "lynx", "otter", "badger", "stoat", "raven")]  # fmt: skip
CALM = [f"What a {one}, thank you" for one in
        ("lovely heron", "clear lynx", "useful otter", "thoughtful badger", "funny stoat",
         "lovely raven", "clear trout", "useful newt")]  # fmt: skip


def decisions(texts, prefix):
    return [
        Decision(label="spam", value=text in ADVERTS or "pills" in text, text=text,
                 annotator="ann", at=NOON, thread_id="t", id=f"{prefix}{k}")
        for k, text in enumerate(texts)
    ]  # fmt: skip


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A model that knows all adverts by heart: held out it finds none of them."""
    monkeypatch.chdir(tmp_path)
    held = HeldOutScores.of(ADVERTS, np.full((len(ADVERTS), 2), [-9.0, NAN]))
    replace(trained(), held=held).save(tmp_path / "models/default")
    write(tmp_path / "dump.jsonl", [*ADVERTS, *CALM])
    append("labels/ledger.jsonl", decisions([*ADVERTS, *CALM], "c"))
    return tmp_path


def write(path, texts):
    rows = [{"id": f"c{k}", "thread_id": "t", "text": text} for k, text in enumerate(texts)]
    path.write_text("\n".join(map(json.dumps, rows)))


def figures_of(ran):
    """Cells of the line of spam in what `queue` prints."""
    return next(line.split() for line in ran.out.splitlines() if line.startswith("spam"))


def test_the_queue_measures_on_held_out_scores(moderation, place):
    moderation("score", "dump.jsonl", "-o", "scored.parquet")
    ran = moderation("queue", "scored.parquet")
    assert figures_of(ran) == ["spam", "14", "43%", "–", "0.0%"]
    assert "6 comments that default learnt from count with held-out scores" in ran.err


def test_what_nearly_says_what_was_learnt_counts_with_held_out_scores_too(moderation, place):
    again = [one.replace("$50", "$70").replace(", visit", "! Visit") for one in ADVERTS]
    write(place / "later.jsonl", [*again, *CALM])
    append("labels/ledger.jsonl", decisions(again, "later"))
    assert figures_of(moderation("queue", "later.jsonl")) == ["spam", "14", "43%", "–", "0.0%"]


def test_the_model_that_scored_is_found_by_what_it_is_not_by_its_name(moderation, place):
    moderation("score", "dump.jsonl", "-o", "scored.parquet")
    (place / "models/default").rename(place / "models/older")
    trained(seed=1).save(place / "models/default")
    assert figures_of(moderation("queue", "scored.parquet"))[-1] == "0.0%"
    (place / "models/older").rename(place / "elsewhere")
    ran = moderation("queue", "scored.parquet")
    assert ran.status == 0
    assert "recall" not in ran.out
    assert "which scored this, was not found" in ran.err
    assert figures_of(moderation("queue", "scored.parquet", "-m", "./elsewhere"))[-1] == "0.0%"


def test_a_model_that_learnt_from_no_decision_needs_no_search(moderation, place):
    trained().save(place / "models/default")
    moderation("score", "dump.jsonl", "-o", "scored.parquet")
    (place / "models/default").rename(place / "elsewhere")
    assert figures_of(moderation("queue", "scored.parquet"))[-1] == "100%"


def test_a_model_of_label_tables_is_not_evaluated_on_its_memory(moderation, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = table()[["text", "spam", "abuse"]]
    rng = np.random.default_rng(0)
    frame = frame.assign(abuse=rng.integers(0, 2, len(frame)))  # nothing to learn, all to remember
    frame.to_csv("labels.csv", index=False)
    moderation("train", "labels.csv", "-o", "mine")
    ran = moderation("evaluate", "mine", "labels.csv", "--json", "found.json")
    assert f"{len(frame)} rows that mine learnt from count with held-out scores" in ran.err
    found = json.loads((tmp_path / "found.json").read_text())["evaluation"]["labels"]
    areas = {one["label"]: one["metrics"]["roc_auc"]["value"] for one in found}
    assert areas["abuse"] < 0.65
    assert areas["spam"] > 0.9


def test_a_table_that_went_into_the_shipped_model_is_named(moderation):
    ran = moderation("evaluate", ROOT / "models/default", ROOT / "labels/seed_spam.csv")
    assert "seed_spam.csv: default was trained on it and has no held-out scores" in " ".join(
        ran.err.split()
    )


def test_drift_and_prevalence_count_them_as_unseen(moderation, place):
    write(place / "new.jsonl", CALM)
    for command in (("drift", "dump.jsonl", "new.jsonl"),
                    ("thresholds", "default", "--dump", "dump.jsonl")):  # fmt: skip
        ran = moderation(*command)
        assert ran.status == 0, ran.err
        assert "6 comments that default learnt from count with held-out scores" in ran.err


def test_a_label_of_the_conversation_is_left_out_of_what_it_learnt_from():
    """No held-out scores are kept of it, so those rows have none, and it is said."""
    held = HeldOutScores.of(["seen"], np.array([[NAN]]))
    model = SimpleNamespace(learnt=held, text_heads=trained().text_heads[:1],
                            taught_in_context=["off_topic"], by_language={})  # fmt: skip
    scores = pd.DataFrame({"spam": [0.5, 0.5], "off_topic": [0.9, 0.8]})
    found = not_trained_on(model, pd.Series(["Seen", "new"]), scores)
    assert found.scores["spam"].tolist() == [0.5, 0.5]
    assert np.isnan(found.scores["off_topic"][0])
    assert found.scores["off_topic"][1] == 0.8
    assert found.notes("m") == [
        "1 row that m learnt from counts with no score for labels of the conversation"
    ]


def test_held_out_scores_of_tables_are_read_back(tmp_path):
    held = HeldOutScores.of(["a", "b"], np.array([[1.0, NAN], [2.0, 3.0]]))
    replace(trained(), tables=held).save(tmp_path / "m")
    loaded = Model.load(tmp_path / "m")
    assert loaded.learnt.find(["B"]).tolist() == [[2.0, 3.0]]
    assert loaded.passport()["learnt"] == 2
