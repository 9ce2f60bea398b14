"""A threshold has one precision, told everywhere with the share of comments that it is for."""

import re
from dataclasses import replace

import pytest
from places import ROOT
from small_model import trained

from moderation.model.figures import figures, points
from moderation.model.goals.choose import described, with_goals
from moderation.model.goals.goal import Goal
from moderation.model.model import Model


@pytest.fixture(scope="module")
def shipped():
    return Model.load(ROOT / "models/default")


def test_the_shipped_model_tells_one_precision_everywhere(shipped, moderation):
    """By label: precision, recall and the share that they are for; see models/README.md."""
    shares = {"spam": "5%", "slur": "5%", "abuse": "10%", "off_topic": "5%"}
    card, notebook = (
        [re.match(r"\| (\w+) \| false[^|]*\|[^|]*\| (\d+) % \| (\d+) %", line)
         for line in (ROOT / name).read_text("utf-8").splitlines() if "| false pos" in line]
        for name in ("models/README.md", "docs/model-notebook.md")
    )  # fmt: skip
    shown = [row.groups() for row in card]
    assert shown == [row.groups() for row in notebook]
    assert [name for name, _, _ in shown] == [head.name for head in shipped.heads] == [*shares]
    passport = shipped.passport()
    for head, (_, *percents) in zip(shipped.heads, shown, strict=True):
        recall, precision = (f"{int(percent) / 100:.2f}" for percent in percents)
        share = shares[head.name]
        (told,) = (one for one in described(head) if one.startswith("where"))
        assert told.startswith(
            f"where {share} of the comments are {head.name}: precision {precision}"
        )
        assert f"recall {recall}, " in told
        (point,) = (one for one in passport["curves"][head.name] if one[0] == head.threshold)
        assert (f"{point[2]:.2f}", f"{point[3]:.2f}") == (precision, recall)
        assert head.operating["prevalence"] == pytest.approx(float(share[:-1]) / 100)
        assert head.operating["precision_low"] < head.operating["precision"]
        assert head.operating["precision"] < head.operating["precision_high"]
        assert "precision" not in head.metrics["out_of_fold"]


def test_training_prints_the_same_figures_and_their_share(moderation, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = trained()
    model.save("small")
    small_model_table(tmp_path / "labels.csv")
    ran = moderation("train", "labels.csv", "-o", "mine")
    assert ran.status == 0, ran.err
    for line in moderation("thresholds", "mine").out.split("\nspam")[0].splitlines():
        assert not re.search(r"precision [\d.]+", line) or "where" in line
    for head in Model.load("mine").heads:
        found = figures(head)
        row = next(one for one in ran.err.splitlines() if one.startswith(f"{head.name} "))
        assert row.split()[3:6] == [f"{found.precision:.2f}", f"({found.share * 100:.2g}%)",
                                    f"{found.recall:.2f}"]  # fmt: skip


def small_model_table(path):
    from small_model import table

    table().drop(columns=["thread_id", "id"], errors="ignore").to_csv(path, index=False)


def test_another_share_has_another_precision_and_the_same_recall():
    head = replace(
        trained().heads[0],
        threshold=0.5,
        operating={"threshold": 0.5, "recall": 0.5, "false_positive_rate": 0.01,
                   "prevalence": 0.05, "precision_low": 0.5, "precision_high": 0.9},
    )  # fmt: skip
    here, there = figures(head), figures(head, 0.2)
    assert (round(here.precision, 4), here.recall) == (0.7246, 0.5)
    assert (round(there.precision, 4), there.recall) == (0.9259, 0.5)
    assert round(there.precision_low, 4) == 0.8261  # odds 1 to 1 at 5 %, 4.75 to 1 at 20 %
    assert round(there.flags, 4) == 0.108


def test_a_threshold_moved_by_hand_has_the_figures_of_the_curve():
    model = trained()
    head = model.with_thresholds({"spam": 0.9999999}).heads[0]
    assert figures(head) is None
    assert any("above every score" in one for one in described(head))
    cut = float(head.curve.threshold[-1])
    low = model.with_thresholds({"spam": cut}).heads[0]
    assert figures(low).recall == head.curve.recall[-1]


def test_the_page_has_the_share_that_a_goal_was_set_for():
    made = with_goals(trained(), {"spam": Goal.parse("recall >= 0.8")}, {"spam": 0.02}).heads[0]
    last = points(made)[-1]
    assert last[1] * last[2] / last[3] == pytest.approx(0.02, rel=1e-3)
    assert any("where 2% of the comments are spam" in one for one in described(made))
