"""The sentences of a scored file as messages that the page translates."""

from __future__ import annotations

import pytest

from moderation.dump_evidence.names import ADVERT
from moderation.dump_evidence.rules import RULES
from moderation.report.sentences import in_english, parsed

NOR = "nor with the comment it answers"
COUNTS = {
    "text_threads": 15,
    "text_authors": 9,
    "link_threads": 2,
    "link_authors": 1,
    "phone_threads": 1_204,
    "phone_authors": 0,
    "pace": 12,
    "author_threads": 5,
    "name": ADVERT,
}


def said_of(sentence):
    return "; ".join(map(in_english, parsed(sentence)))


@pytest.mark.parametrize(
    "counts", [COUNTS, COUNTS | {"text_threads": 1}, COUNTS | {"text_authors": 0}]
)
def test_what_every_rule_says_is_a_message(counts):
    clauses = list(dict.fromkeys(rule.sentence(counts) for rule in RULES))
    joined = "; ".join(clauses)
    messages = parsed(joined[0].upper() + joined[1:] + ".")
    assert [in_english(message) for message in messages] == clauses
    assert [message[0] for message in messages if message[0] == joined] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "shares nothing with the article; it has no telling words of its own",
        f"shares nothing with the article (title: A; {NOR}), {NOR}; its own words: bike, lane",
        "shares nothing with the article, nor with the comments beside it; its own words: a",
        "shares nothing with the comment it answers; its own words: a",
        "shares nothing with the article, nor with the messages before it; its own words: a",
        "shares bike with the article (title: x (y)); its own words: a",
        "nothing around it has telling words; it has no telling words of its own",
    ],
)  # fmt: skip
def test_what_the_conversation_says_is_as_it_was(sentence):
    assert said_of(sentence) == sentence
    assert len(parsed(sentence)) == 2


def test_several_things_that_the_conversation_says():
    sentence = (
        "on the article's topic but off the conversation's: shares bike, lane with the article "
        "(title: Lanes), shares nothing with the comment it answers, shares park with the comment "
        "3 steps above; its own words: tea"
    )
    assert [in_english(message) for message in parsed(sentence)] == [
        "on the article's topic but off the conversation's",
        "shares nothing with the comment it answers",
        "shares bike, lane with the article (title: Lanes)",
        "shares park with the comment 3 steps above",
        "its own words: tea",
    ]


@pytest.mark.parametrize(
    "sentence", ["ann said yes; far from others.", "Zażółć {n}", ";", "x" * 50_000]
)
def test_what_is_none_of_ours_stays_as_it_is(sentence):
    assert said_of(sentence) == sentence


def test_a_hostile_title_takes_no_time():
    title = "(title: shares x with the comment it answers, shares " * 20_000
    sentence = f"shares nothing with the article (title: {title}); its own words: a"
    assert len(parsed(sentence)) == 2
    assert parsed(sentence[:-20]) == [[sentence[:-20]]]
