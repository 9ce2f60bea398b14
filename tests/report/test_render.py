"""The report: what it says, and that nothing of a comment is ever more than text in it."""

import json
import re
from html import unescape

import numpy as np
import pandas as pd
import pytest
from scored_tables import HOSTILE, PASSPORT, hostile, scored

from moderation.errors import InputError
from moderation.report.evidence import evidence, review_reasons, stretches
from moderation.report.index import index
from moderation.report.render import SCRIPTS, assets, render
from moderation.report.summarise import scored_of, summarise
from moderation.tables import write_table

CONVERSATION = [
    (1, "root", 0.1, None, ""),
    (2, "reply", 0.7, 0.2, "spam"),
    (3, "answer", 0.2, 0.1, ""),
    (2, "worse", 0.9, 0.95, "spam;off_topic"),
    (1, "other", 0.0, None, ""),
]


def made(*rows, limit=5_000, **columns):
    return summarise(scored_of(scored(*rows, **columns), PASSPORT), limit)


def embedded(page):
    return json.loads(re.search(r'id="summary">(.*?)</script>', page, re.DOTALL)[1])


def test_figures_count_every_comment():
    assert made(*CONVERSATION)["figures"] == {
        "comments": 5,
        "threads": 1,
        "flagged": 2,
        "flags": {"spam": 2, "off_topic": 1},
        "cannot_tell": {"spam": 0, "off_topic": 2},
    }


def test_comments_and_flags_are_counted_by_language():
    summary = made(
        *CONVERSATION,
        language=["de", "en", "en", None, "en"],
        cannot_tell=["language", None, None, None, None],
    )
    assert summary["languages"] == [
        {
            "language": "en",
            "comments": 3,
            "flags": {"spam": 1, "off_topic": 0},
            "cannot_tell": 0,
        },
        {"language": "", "comments": 1, "flags": {"spam": 1, "off_topic": 1}, "cannot_tell": 0},
        {"language": "de", "comments": 1, "flags": {"spam": 0, "off_topic": 0}, "cannot_tell": 1},
    ]


def test_english_alone_needs_no_table_of_languages():
    assert made(*CONVERSATION)["languages"] == []
    assert made(*CONVERSATION, language=["en", None, "en", "en", None])["languages"] == []


def test_a_distribution_counts_every_score():
    counts = made(*CONVERSATION)["distributions"]["spam"]
    assert [(k, n) for k, n in enumerate(counts) if n] == [
        (0, 1),
        (100, 1),
        (200, 1),
        (700, 1),
        (900, 1),
    ]


def test_the_flagged_come_with_their_conversation():
    summary = made(*CONVERSATION)
    assert [(e["path"], e["replies"]) for e in map(summary["entries"].get, "13")] == [
        ([0], [2]),
        ([0], []),
    ]


def test_the_others_are_there_for_other_thresholds_and_do_not_wait(monkeypatch):
    index = made(*CONVERSATION)["index"]
    assert (index["row"], index["extra"]) == ([0, 1, 2, 3, 4], [1, 0, 1, 0, 1])
    monkeypatch.setattr("moderation.report.scored.NEAREST", 1)
    assert made(*CONVERSATION)["index"]["row"] == [1, 2, 3]
    monkeypatch.setattr("moderation.report.scored.NEAREST", 0)
    summary = made(*CONVERSATION)
    assert list(summary["comments"]) == ["0", "1", "2", "3", "4"]  # the conversation's others
    assert summary["index"]["row"] == [1, 3]


def test_the_index_has_flags_as_bits_and_scores_as_thousandths():
    index = made(*CONVERSATION)["index"]
    assert index["flags"] == [0, 1, 0, 3, 0]
    assert [index["scores"][label][1:4:2] for label in ("spam", "off_topic")] == [
        [700, 900],
        [200, 950],
    ]
    assert (index["threads"], index["authors"], index["thread"]) == (
        [["t", "The title", 0, 5]],
        ["ann"],
        [0] * 5,
    )


def test_a_score_that_cannot_be_told_is_minus_one():
    assert made((1, "x", 0.9, None, "spam"))["index"]["scores"] == {
        "spam": [900],
        "off_topic": [-1],
    }


def test_the_limit_keeps_the_surest_and_the_figures():
    summary = made(*CONVERSATION, limit=1)
    assert (summary["index"]["row"], summary["figures"]["flagged"]) == ([0, 2, 3, 4], 2)


def test_a_long_path_keeps_its_first_and_its_nearest():
    rows = [(d, "x", 0.1, None, "") for d in range(1, 40)] + [(40, "deep", 0.9, None, "spam")]
    entry = made(*rows)["entries"]["39"]
    assert entry["path"] == [0, *range(28, 39)]


def test_replies_are_direct_ones_of_this_comment():
    rows = [
        (1, "a", 0.9, None, "spam"),
        (2, "b", 0.1, None, ""),
        (3, "c", 0.1, None, ""),
        (2, "d", 0.1, None, ""),
        (1, "e", 0.1, None, ""),
        (2, "f", 0.1, None, ""),
    ]
    assert made(*rows)["entries"]["0"]["replies"] == [1, 3]


def test_flags_over_time_leave_absurd_dates_aside():
    times = np.array(["2024-05-01T10:00"] * 150 + ["1970-01-02"], "datetime64[us]")
    rows = [(1, "x", 0.9, None, "spam")] * 151
    timeline = made(*rows, created_at=list(times.astype("datetime64[us]").tolist()))["timeline"]
    assert (sum(timeline["flags"]["spam"]), timeline["outside"]) == (150, 1)


def test_no_time_at_all_leaves_that_picture_out():
    assert made(*CONVERSATION)["timeline"] is None


def test_no_flag_at_all_is_a_report_too():
    assert "0 of 1" in render(made((1, "civil", 0.1, 0.1, "")))


def test_the_same_table_has_the_same_name_and_bytes():
    assert render(made(*CONVERSATION)) == render(made(*CONVERSATION))
    assert made(*CONVERSATION)["report"] != made(*CONVERSATION[:4])["report"]


# ---- evidence ------------------------------------------------------------------------------------


def test_a_word_takes_what_its_characters_carry():
    why = json.dumps({"spam": {"spans": [[0, 3, 1.0], [2, 5, 1.0], [6, 9, -1.0]]}})
    assert evidence(why, "winner not me")["spam"]["marks"] == [[0, 6, 3], [7, 10, -1]]


def test_words_of_one_level_are_one_stretch():
    words = np.array([[0, 2], [3, 5], [6, 8]])
    assert stretches([[0, 5, 5.0], [6, 8, -2.0]], words, 8) == [[0, 5, 3], [6, 8, -3]]


def test_evidence_beyond_the_shown_text_is_left_out():
    assert stretches([[0, 2, 1.0], [90, 95, 9.0]], np.array([[0, 2]]), 2) == [[0, 2, 3]]


@pytest.mark.parametrize("spans", [[], [[0, 2, 0.0]], [[5, 5, 1.0]]])
def test_nothing_to_mark(spans):
    assert stretches(spans, np.array([[0, 2]]), 2) == []


# ---- hostile text --------------------------------------------------------------------------------


def test_hostile_text_stays_inside_its_script_element():
    page = render(summarise(scored_of(hostile(), PASSPORT), 5_000))
    assert len(re.findall(r"<script", page)) == 3
    assert len(re.findall(r"</script>", page)) == 3
    assert re.findall(r"window\.pwned=1</", page) == []
    assert len(embedded(page)["index"]["row"]) == len(HOSTILE)


@pytest.mark.parametrize("text", [t for t in HOSTILE.values() if 0 < len(t) <= 20_000])
def test_text_comes_out_as_it_went_in(text):
    page = render(made((1, text, 0.9, None, "spam")))
    assert embedded(page)["comments"]["0"]["text"] == text


@pytest.mark.parametrize("name", ["marks", "one word"])
def test_very_long_text_is_cut_and_says_so(name):
    page = render(made((1, HOSTILE[name], 0.9, None, "spam"), author=HOSTILE[name]))
    comment = embedded(page)["comments"]["0"]
    assert (len(comment["text"]), comment["characters"]) == (20_000, len(HOSTILE[name]))
    assert len(comment["author"]) == 301


def test_the_page_asks_no_address():
    page = render(made(*CONVERSATION))
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!data:|#)[^"')>\s$]+""", page) == []
    assert "default-src 'none'" in unescape(page)
    assert "connect-src" not in page


def test_every_part_of_the_script_is_in_the_page_and_none_writes_markup():
    script = assets().script
    assert script.count("\n// ---- ") >= len(SCRIPTS)
    assert (
        re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", script
        )
        == []
    )


# ---- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl", ".csv", ".jsonl.gz"])
def test_report_of_a_file(tmp_path, moderation, suffix):
    source, target = tmp_path / f"scored{suffix}", tmp_path / "r.html"
    write_table(scored(*CONVERSATION), source, PASSPORT)
    assert moderation("report", source, "-o", target).status == 0
    found = embedded(target.read_text())
    assert (found["figures"]["flagged"], found["comments"]["3"]["text"]) == (2, "worse")


@pytest.mark.parametrize(
    ("name", "command"),
    [("result.json", "score {0} -o scored.parquet"), ("new.parquet", "score DUMP -o {0}")],
)
def test_review_says_which_command_makes_a_scored_file(tmp_path, moderation, name, command):
    path = tmp_path / name
    (tmp_path / "result.json").write_text("[]")
    ran = moderation("review", path, "--labels", tmp_path / "ledger.jsonl")
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert f"`moderation {command.format(path)}`" in ran.err


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "no such file"), (b"", "damaged Parquet"), (b"PAR1 not really", "damaged Parquet")],
)
def test_what_is_no_scored_file_is_one_line(tmp_path, moderation, content, says):
    source = tmp_path / "scored.parquet"
    if content is not None:
        source.write_bytes(content)
    ran = moderation("report", source, "-o", tmp_path / "r.html")
    assert (ran.status, says in ran.err, ran.err.count("\n")) == (1, True, 1)
    assert not (tmp_path / "r.html").exists()


def test_a_table_without_scores_says_what_to_do():
    with pytest.raises(InputError, match="moderation score"):
        scored_of(scored(*CONVERSATION).drop(columns=["flags"]), PASSPORT)


def test_a_row_waits_for_what_weighed_most_for_its_surest_flag():
    links = {"score": 0.9, "spans": [[0, 4, 1.0]], "features": {"length": 9.0, "links": 2.0}}
    words = {"score": 0.7, "spans": [[0, 4, 1.0], [5, 9, 1.5]], "features": {"links": 2.0}}
    whys = [json.dumps({"spam": links, "abuse": words}), json.dumps({"abuse": words}), None, "{}"]
    asked = [None, None, "random", None]
    assert review_reasons(whys, asked) == ["spam: links", "abuse: words", "random", None]


def test_reasons_can_be_chosen_by_their_names():
    frame = scored(
        (1, "a", 0.9, None, "spam"), (1, "b", 0.1, None, ""), (1, "c", 0.8, None, "spam")
    )
    told = index(scored_of(frame, PASSPORT), np.array([0, 2]))
    assert told["reasons"] == ["spam: words"]
    assert told["reason"] == [0, 0]
    assert told["queued"] == [0, 0]


def test_a_campaign_is_one_row_with_its_members():
    rows = [(1, f"buy watch {k}", 0.9, None, "spam" if k % 2 else "") for k in range(8)]
    campaign = pd.array([1, None, 0, 0, 0, 1, None, 0], "Int32")
    places = {"thread_id": [f"t{k % 3}" for k in range(8)], "author": ["ann", None] * 4}
    large, small = made(*rows, campaign=campaign, **places)["campaigns"]
    assert large == {
        "campaign": 0,
        "text": "buy watch 2",
        "members": 4,
        "threads": 3,
        "authors": 1,
        "flagged": 2,
        "first": [
            {"id": "2", "thread_id": "t2", "author": "ann"},
            {"id": "3", "thread_id": "t0", "author": ""},
            {"id": "4", "thread_id": "t1", "author": "ann"},
            {"id": "7", "thread_id": "t1", "author": ""},
        ],
    }
    assert (small["campaign"], small["members"]) == (1, 2)
    assert made(*rows)["campaigns"] == []
