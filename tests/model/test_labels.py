"""A label cannot tell of a comment in a language that it has not learnt."""

import numpy as np
import pyarrow as pa
import pytest

from moderation.model.calibration import Calibration
from moderation.model.labels import TextLabel
from moderation.model.model import Model

SCORES = np.array([0.9, 0.1, 0.9, 0.1, 0.9], np.float32)
LANGUAGES = pa.array(["en", "de", "de", None, "mul"], pa.large_string())


def unlearnt(**given):
    label = TextLabel("abuse", Calibration(), 0.5, **given)
    return label.unlearnt(SCORES, LANGUAGES).tolist()


def test_a_label_has_learnt_english_unless_its_card_says_otherwise():
    assert unlearnt() == [False, True, True, False, False]


def test_a_label_may_have_learnt_others():
    assert unlearnt(languages=("de",)) == [True, False, False, False, False]
    assert unlearnt(languages=("de", "en")) == [False] * 5


def test_a_label_without_languages_scores_all():
    assert unlearnt(languages=()) == [False] * 5


def test_a_high_score_may_carry_over():
    assert unlearnt(elsewhere=0.8) == [False, True, False, False, False]
    assert unlearnt(elsewhere=0.95) == [False, True, True, False, True]


def test_what_carries_over_is_a_flag():
    label = TextLabel("spam", Calibration(), 0.95, elsewhere=0.8)
    assert label.unlearnt(SCORES, LANGUAGES).tolist() == [False, True, True, False, True]


@pytest.fixture(scope="module")
def model():
    return Model.load("default")


def test_the_shipped_model_tells_abuse_in_german_but_not_in_dutch_and_slurs_in_neither(model):
    texts = [
        "Du bist ein Idiot und das weißt du ganz genau",
        "Je bent een idioot en dat weet je zelf ook heel goed",
        "You are an idiot",
    ]
    scores = model.score(texts)
    assert scores["abuse"].isna().tolist() == [False, True, False]
    assert scores["slur"].isna().tolist() == [True, True, False]


def test_an_explanation_names_the_language(model):
    told = {one.label: str(one) for one in model.explain("Das ist doch alles gar nicht wahr!")}
    assert told["slur"] == "slur: cannot tell (it has not learnt the language, de)"
    assert told["off_topic"].startswith("off_topic: cannot tell (no title")


def test_scores_in_any_language_are_there_for_who_asks(model):
    texts = pa.table({"text": ["Du bist ein Idiot und das weißt du ganz genau"]})
    scores, _ = model.measured(texts, in_any_language=True)
    assert scores["abuse"].null_count == 0
