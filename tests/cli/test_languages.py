"""What commands say of the parts of a model for languages: their thresholds, and what an export
leaves out."""

import joblib
import numpy as np
import pytest
from small_parts import rows as rows_in
from small_parts import with_small_parts

from moderation.features.unicode_forms import composed
from moderation.model.model import Model

RUDE = [
    "Was für ein Trottel, das muss man hier wirklich einmal sagen",
    "Was für ein Beitrag, das muss man hier wirklich einmal sagen",
    "Der Dummkopf von nebenan",
    "Wer hat eigentlich diesen Blo\u0308dmann auf die Seite gestellt?",
]


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with_small_parts("de", "ko").save("small")
    return tmp_path / "small"


def flagged(folder):
    model = Model.load(folder)
    return (model.score(RUDE)["abuse"] >= model.thresholds["abuse"]).tolist()


def test_a_row_for_each_language_and_label(moderation, small):
    lines = moderation("thresholds", "small").out.splitlines()
    (at,) = (k for k, line in enumerate(lines) if line.startswith("language  label"))
    assert [line.split()[:2] for line in lines[at + 1 : at + 3]] == [
        ["de", "abuse"],
        ["ko", "abuse"],
    ]
    assert "--language" in lines[at + 3]


def test_one_language_in_full(moderation, small):
    ran = moderation("thresholds", "small", "--language", "de")
    assert ran.out.startswith("abuse: false positive rate <= 10%, flagged from ")
    assert "spam" not in ran.out


def test_a_goal_for_one_language_changes_no_other(moderation, small):
    ran = moderation(
        "thresholds", "small", "--language", "de", "--set", "abuse: recall >= 0.5", "-o", "more"
    )
    assert ran.status == 0, ran.err
    before, after = Model.load("small"), Model.load("more")
    assert after.thresholds == before.thresholds
    german = [model.by_language["de"].heads[0] for model in (before, after)]
    assert german[1].operating["goal"] == "recall >= 0.5"
    assert german[1].threshold > german[0].threshold
    assert after.by_language["ko"].thresholds == before.by_language["ko"].thresholds
    assert sum(flagged("more")) <= sum(flagged("small"))


def test_a_goal_for_the_model_leaves_the_flags_of_its_languages(moderation, small):
    ran = moderation("thresholds", "small", "--set", "abuse: recall >= 0.5", "-o", "more")
    assert ran.status == 0, ran.err
    assert Model.load("more").thresholds["abuse"] > Model.load("small").thresholds["abuse"]
    assert flagged("more") == flagged("small")
    assert any(flagged("more"))
    assert not all(flagged("more"))


@pytest.mark.parametrize("command", [("thresholds", "small"), ("export", "small", "out.joblib")])
def test_a_language_that_it_has_no_part_for(moderation, small, command):
    ran = moderation(*command, "--language", "pl")
    assert ran.status == 1
    assert "'pl'" in ran.err
    assert "de, ko" in ran.err
    assert not (small.parent / "out.joblib").exists()


def test_a_language_takes_no_dump(moderation, small):
    (small.parent / "dump.csv").write_text("text\nhello\n")
    assert moderation("thresholds", "small", "--language", "de", "--dump", "dump.csv").status == 2


def test_export_says_what_it_leaves_out(moderation, small):
    said = " ".join(moderation("export", "small", "out.joblib").err.split())
    assert "left out: what was learnt for de, ko: it scores every text by the weights" in said


def test_export_of_a_language_gives_its_parts_probabilities(moderation, small):
    assert moderation("export", "small", "out.joblib", "--language", "de").status == 0
    made = joblib.load("out.joblib")
    part = Model.load("small").by_language["de"]
    head = part.heads[0]
    whole = composed(RUDE, part.table.config.fold)
    wanted = head.calibration(part.logits(whole)[:, 0])
    assert np.abs(made.predict_proba(RUDE)[:, 0] - wanted).max() < 1e-5
    assert made.predict(RUDE)[:, 0].tolist() == (wanted >= head.threshold).tolist()


# ---- train --languages ---------------------------------------------------------------------------

SET = """
[{name}]
title = "Made-up remarks"
url = "https://example.org/{name}"
licence = "{licence}"
citation = "Nobody 2026"
use = "{use}"
site = "{name}"
language = "{language}"
files = ["{name}.csv"]
format = "csv"
text = "text"
[{name}.labels.abuse]
yes = {{ abuse = 1 }}
no = {{ abuse = 0 }}
"""
PART_RECIPE = """
[shared]
bits = 14
min_df = 1
[default]
cost = 4.0
phrases = false
alternatives = [{ cost = 0.01, contrast = 0.0 }]
"""
TRAIN = ("train", "--from", "small", "--sources", "sources.toml", "--data", ".", "-o", "more")


@pytest.fixture
def public(small):
    """Public sets in German, which may not be passed on, and in Arabic, whose file is not there."""
    sets = SET.format(name="remarks", licence="research", use="D", language="de")
    sets += SET.format(name="words", licence="CC0-1.0", use="S", language="ar")
    folder = small.parent
    (folder / "sources.toml").write_text(sets, encoding="utf-8")
    (folder / "language_recipe.toml").write_text(PART_RECIPE, encoding="utf-8")
    rows_in("de")[["text", "abuse"]].to_csv(folder / "remarks.csv", index=False)
    return folder


def test_a_language_is_trained_from_public_sets(moderation, public):
    ran = moderation(*TRAIN, "--languages", " DE ")
    assert ran.status == 0, ran.err
    said = ran.err.splitlines()
    assert [line.split()[0] for line in said[:3]] == ["language", "de", "learnt"]
    assert said[2].endswith("de: remarks (research)")
    before, after = Model.load("small"), Model.load("more")
    assert sorted(after.by_language) == ["de", "ko"]
    assert after.by_language["ko"].thresholds == before.by_language["ko"].thresholds
    assert after.by_language["de"].heads[0].metrics["chosen"] == {"cost": 4.0, "contrast": 0.0}
    assert len(after.by_language["de"].sources) == 1


def test_a_set_that_is_not_there_says_where_it_is_and_how_to_go_on(moderation, public):
    ran = moderation(*TRAIN, "--languages", "ar")
    assert ran.status == 1
    assert "words.csv: no such file" in ran.err
    assert "https://example.org/words" in ran.err
    assert "(--skip-missing)" in ran.err


def test_labels_of_ones_own_stand_in_for_a_set(moderation, public):
    rows_in("ar")[["text", "abuse"]].to_csv("own.csv", index=False)
    ran = moderation(*TRAIN, "--languages", "ar", "own.csv", "--skip-missing")
    assert ran.status == 0, ran.err
    assert "ar abuse: 48 decisions (24 yes, 24 no): learnt alone" in ran.err
    assert sorted(Model.load("more").by_language) == ["ar", "de", "ko"]


@pytest.mark.parametrize("wrong", [("--languages", " , "), ("--languages", "de", "--use", "SX")])
@pytest.mark.usefixtures("public")
def test_languages_and_uses_that_are_none(moderation, wrong):
    assert moderation(*TRAIN, *wrong).status == 2
