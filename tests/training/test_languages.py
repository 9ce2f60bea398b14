"""Which languages a label has learnt, and that a model made elsewhere scores what it learnt."""

import numpy as np
import pandas as pd
from small_model import trained

from moderation.training.languages import decided_languages, learnt_languages, spoken_in


def spoken(**counts):
    return np.array([name.strip("_") for name, n in counts.items() for _ in range(n)], object)


def nobody(texts):
    return np.zeros(len(texts), bool)


def test_unknown_and_mixed_are_no_languages():
    texts = pd.Series(
        ["123", "Das ist doch alles gar nicht wahr!", "Please read this now, мне это важно"]
    )
    assert spoken_in(texts).tolist() == ["", "de", ""]


def test_a_label_learns_the_languages_of_its_rows():
    rows = spoken(en=94, de=6, fr=1, _=500)
    assert learnt_languages(rows, nobody(rows)) == ("de", "en")


def test_enough_decisions_teach_a_language():
    rows = spoken(en=10_000, fi=200)
    assert learnt_languages(rows, nobody(rows)) == ("en",)
    assert learnt_languages(rows, rows == "fi") == ("en", "fi")
    assert decided_languages(spoken(en=199, fi=200, _=300)) == {"fi"}


def test_rows_of_no_known_language_limit_nothing():
    rows = spoken(_=50)
    assert learnt_languages(rows, nobody(rows)) == ()


def test_training_writes_the_languages_down():
    assert [head.languages for head in trained().text_heads] == [("en",), ("en",)]
