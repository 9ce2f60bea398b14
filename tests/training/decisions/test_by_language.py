"""Decisions are learnt where their language is scored, and can be taken back there."""

import numpy as np
import pandas as pd
import pytest
from small_model import rows as english_rows
from small_model import trained
from small_parts import rows, with_small_parts

from moderation.errors import LabelError
from moderation.labels.table import label_frame, stack
from moderation.model.held_out import not_trained_on
from moderation.model.model import Model
from moderation.training.decisions.by_language import learn_decisions
from moderation.training.decisions.carry_on import below_decisions
from moderation.training.decisions.gain import bought

RUDE, KIND = (
    "어제 만난 그 사람은 정말 바보 같다고 했다",
    "어제 만난 그 사람은 정말 사진 같다고 했다",
)


def decided(language, times):
    """The made-up sentences, several times with other numbers behind them."""
    tables = [rows(language) for _ in range(times)]
    for number, table in enumerate(tables):
        table["text"] = table["text"] + f" {number}"
        table["source"] = "decisions"
    return stack(tables)


def new_insults():
    insults = [f"Dieser {one} schreibt hier schon wieder" for one in ("Hornochse", "Hanswurst")]
    calm = [f"Dieser {one} schreibt hier schon wieder" for one in ("Redakteur", "Professor")]
    around = ("heute früh", "am Montag", "ohne Grund", "mit Absicht", "in der Zeitung", "zum Glück")
    texts = [(f"{text} {when}", answer) for answer, some in ((1, insults), (0, calm))
             for text in some for when in around]  # fmt: skip
    frame = pd.DataFrame(texts, columns=["text", "abuse"]).assign(source="decisions")
    return label_frame(frame, "decisions")


@pytest.fixture(scope="module")
def old():
    return trained()


@pytest.fixture(scope="module")
def korean(old):
    return learn_decisions(old, decided("ko", 5), threads=1)


def test_two_hundred_decisions_teach_a_language_never_seen(old, korean):
    assert old.score([RUDE])["abuse"].isna().all()
    scores = korean.score([RUDE, KIND])["abuse"]
    assert scores[0] > scores[1]
    assert korean.by_language.keys() == {"ko"}


def test_a_language_taught_leaves_english_bit_for_bit(old, korean):
    texts = [text for text, *_ in english_rows()]
    assert korean.score(texts).equals(old.score(texts))


def test_says_what_a_language_taught_is_worth(korean):
    (line,) = bought(korean)
    assert line.startswith("ko abuse: 240 decisions taught a language that was not learnt; area")


def test_fewer_than_two_hundred_teach_no_language(old):
    with pytest.raises(LabelError):
        learn_decisions(old, decided("hi", 1).head(12), threads=1)


def test_a_language_taught_is_kept_and_gone_below_its_decisions(korean, tmp_path):
    korean.save(tmp_path / "ko")
    loaded = Model.load(tmp_path / "ko")
    assert loaded.score([RUDE]).equals(korean.score([RUDE]))
    assert not below_decisions(loaded).by_language


def test_decisions_are_learnt_on_top_of_a_part_and_taken_back(tmp_path):
    model = with_small_parts("de")
    taught = learn_decisions(model, new_insults(), threads=1)
    text = "Mein Nachbar ist ein Hornochse und bleibt das auch am Montag"
    calm = "Mein Nachbar ist ein Professor und bleibt das auch am Montag"
    before, after = model.score([text, calm])["abuse"], taught.score([text, calm])["abuse"]
    assert after[0] - after[1] > before[0] - before[1] + 0.02
    taught.save(tmp_path / "taught")
    loaded = Model.load(tmp_path / "taught")
    assert loaded.score([text, calm]).equals(taught.score([text, calm]))
    below = below_decisions(loaded)
    assert below.score([text, calm]).equals(model.score([text, calm]))


def test_the_same_decisions_in_any_order_give_the_same_bytes(old, korean, tmp_path):
    shuffled = decided("ko", 5).sample(frac=1, random_state=1).reset_index(drop=True)
    korean.save(tmp_path / "a")
    learn_decisions(old, decided("ko", 5), threads=2).save(tmp_path / "b")
    learn_decisions(old, shuffled, threads=1).save(tmp_path / "c")
    for name in ("model.json", "weights.safetensors"):
        first = (tmp_path / "a" / name).read_bytes()
        assert (tmp_path / "b" / name).read_bytes() == first
        assert (tmp_path / "c" / name).read_bytes() == first


def test_what_a_part_learnt_counts_with_held_out_scores(korean):
    texts = decided("ko", 5)["text"]
    scores = korean.score(texts)
    unseen = not_trained_on(korean, texts, scores)
    assert unseen.held_out.all()
    assert np.abs(unseen.scores["abuse"] - scores["abuse"].astype(float)).max() > 0.01
