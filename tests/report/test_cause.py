"""Why a comment is flagged, in words."""

from __future__ import annotations

import json

import pytest

from moderation.report.cause import cause
from moderation.report.evidence import evidence
from moderation.report.sentences import in_english


def said_of(messages):
    return "; ".join(map(in_english, messages))


@pytest.mark.parametrize(
    ("label", "text", "words", "said"),
    [
        (
            "abuse",
            "move out, you greedy windbag",
            [("move", -0.1), ("out,", 0.1), ("you", 2.0), ("greedy", 0.8), ("windbag", 1.1)],
            "insult: “greedy”, “windbag”; aimed at the reader",
        ),
        (
            "slur",
            "these Martians are vermin",
            [("these", 0.4), ("Martians", 1.5), ("are", 0.3), ("vermin", 0.2)],
            "taken as hate of a group: “martians”, “vermin”",
        ),
        (
            "spam",
            "Nice! https://www.pills.example/buy",
            [("Nice!", -0.2), ("https://www.pills.example/buy", 1.0)],
            "link to pills.example",
        ),
        (
            "spam",
            "ring 555 0142 77 now",
            [("ring", 0.1)],
            "tells you to call 555 0142 77; words of adverts: “ring”",
        ),
        ("abuse", "so it is", [("so", 0.1), ("it", 0.2), ("is", 0.1)], ""),
    ],
)
def test_the_cause_is_said_in_words(label, text, words, said):
    assert said_of(cause(label, text, words, {})) == said


def test_without_a_word_the_signs_are_said():
    found = cause("abuse", "🤡", [("🤡", -0.1)], {"emoji": 0.4, "length": 1.0})
    assert said_of(found) == "many emoji"


def test_characters_that_stand_together_are_named_as_one_word():
    spans = [[3, 4, 1.0], [4, 5, 0.9], [7, 8, 0.8], [8, 9, 0.7], [0, 1, 0.1]]
    why = json.dumps({"abuse": {"score": 0.9, "threshold": 0.5, "spans": spans}})
    said = evidence(why, "你这个傻逼,脑子有病")["abuse"]["said"]
    assert said_of(said) == "insult: “傻逼”, “子有”"


def test_a_korean_word_is_named_whole():
    why = json.dumps({"abuse": {"score": 0.9, "threshold": 0.5, "spans": [[2, 4, 1.0]]}})
    assert said_of(evidence(why, "이 병신아 꺼져라")["abuse"]["said"]) == "insult: “병신아”"
