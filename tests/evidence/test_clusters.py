"""Spans of evidence begin and end at characters as a reader sees them, in every script."""

import json
from itertools import pairwise

import pandas as pd
import pytest
from small_model import trained

from moderation.evidence.clusters import cluster_starts, cut, units
from moderation.flags.flag import flag


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("plain", ["p", "l", "a", "i", "n"]),
        ("e\u0301\u0327t", ["e\u0301\u0327", "t"]),
        ("👍🏽!", ["👍🏽", "!"]),
        ("👨\u200d👩\u200d👧👶", ["👨\u200d👩\u200d👧", "👶"]),
        ("❤\ufe0f❤", ["❤\ufe0f", "❤"]),
        ("🇩🇪🇫🇷x", ["🇩🇪", "🇫🇷", "x"]),
        ("मूर्ख", ["मू", "र्", "ख"]),
        ("น้ำ", ["น้ำ"]),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", ["\u1112\u1161\u11ab", "\u1100\u1173\u11af"]),
        ("شَدّ", ["شَ", "دّ"]),
        ("", []),
    ],
)
def test_finds_what_is_drawn_as_one_character(text, clusters):
    starts = cluster_starts(text)
    assert [text[a:b] for a, b in pairwise(starts)] == clusters


def test_an_emoji_is_marked_whole():
    model = trained()
    text = (
        "You are an idiot 👨\u200d👩\u200d👧 and a clown 👍🏽, nobody likes your re\u0301cipe\u0301"
    )
    comments = pd.DataFrame({"text": [text]})
    _, why = flag(comments, model.score(comments), model)
    spans = json.loads(why[0].as_py())["abuse"]["spans"]
    marked = [text[start:end] for start, end, _ in spans]
    assert "idiot" in marked
    edges = set(cluster_starts(text))
    assert all({start, end} <= edges for start, end, _ in spans)
    assert len({(start, end) for start, end, _ in spans}) == len(spans)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Du dummes Arschloch!", ["Du", "dummes", "Arschloch!"]),
        ("이 병신 새끼야", ["이", "병신", "새끼야"]),
        ("你好,再见 ok", ["你", "好", ",", "再", "见", "ok"]),
        ("น้ำดี", ["น้ำ", "ดี"]),
        ("क्षि तू", ["क्षि", "तू"]),
        ("👩🏽‍🚀x e\u0301", ["👩🏽‍🚀x", "e\u0301"]),
        ("", []),
    ],
)
def test_what_is_read_as_one(text, words):
    assert [text[start:end] for start, end in units(text)] == words


def test_a_word_longer_than_a_line_comes_in_pieces_of_whole_characters():
    found = units("ae\u0301" * 100)
    assert found[0] == (0, 60)
    assert found[-1][1] == 300
    assert all(("ae\u0301" * 100)[start] != "\u0301" for start, _ in found)


@pytest.mark.parametrize(
    ("text", "most", "left"),
    [
        ("plain", 3, "pla"),
        ("ne\u0301e", 2, "n"),
        ("ne\u0301e", 3, "ne\u0301"),
        ("a👩🏽‍🚀b", 3, "a"),
        ("a" * 100 + "👩🏽‍🚀", 102, "a" * 100),
        ("a" + "\u0301" * 200, 100, "a" + "\u0301" * 99),  # no character that anybody reads
        ("short", 100, "short"),
    ],
)
def test_a_text_is_cut_between_characters(text, most, left):
    assert cut(text, most) == left
