"""Evaluation, slices, comparison with its verdict, and how they are shown."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from brackets import outside, speak_in_brackets, words
from small_model import recipe, table

from moderation.errors import LabelError
from moderation.evaluation.compare import Scored, compare
from moderation.evaluation.evaluate import evaluate
from moderation.evaluation.language import language
from moderation.evaluation.pictures import pictures
from moderation.evaluation.slices import identity_slices, slices_of
from moderation.evaluation.text import (
    comparison_markdown,
    comparison_text,
    evaluation_markdown,
    evaluation_text,
)
from moderation.labels.comments import label_comments
from moderation.labels.table import label_frame
from moderation.training.tasks import RowOrigins
from moderation.training.train import train

WORDS = ["river", "garden", "ticket", "mayor", "school", "engine", "bakery", "window", "forest"]


def rows(count=1200, seed=0, strength=2.0):
    """Labelled rows and the scores of a model that knows something."""
    rng = np.random.default_rng(seed)
    spam = rng.random(count) < 0.2
    text = [
        " ".join(rng.choice(WORDS, 6))
        + f" {one:x}"
        + (" https://a.example" if one % 3 == 0 else "")
        for one in rng.integers(1 << 50, size=count)
    ]
    frame = label_frame(
        pd.DataFrame(
            {
                "text": text,
                "thread_id": [str(one) for one in rng.integers(0, count // 4, count)],
                "source": np.where(rng.random(count) < 0.5, "one", "two"),
                "spam": spam * 1.0,
                "abuse": np.where(rng.random(count) < 0.5, np.nan, 1.0 * (rng.random(count) < 0.3)),
            }
        ),
        "test",
    )
    logit = rng.normal(strength * spam - 1.5, 1)
    scores = pd.DataFrame({"spam": 1 / (1 + np.exp(-logit)), "abuse": rng.random(count)})
    return frame, scores


@pytest.fixture(scope="module")
def evaluation():
    frame, scores = rows()
    scores.loc[:9, "spam"] = np.nan
    return evaluate(frame, scores, {"spam": 0.5, "abuse": 0.5}, draws=100)


def test_each_label_is_measured_on_the_rows_judged_and_scored(evaluation):
    spam, abuse = evaluation.labels
    assert (spam.label, abuse.label) == ("spam", "abuse")
    assert (spam.rows, spam.cannot_tell) == (1190, 10)
    assert abuse.rows < 700
    assert spam.metrics["roc_auc"].low < spam.metrics["roc_auc"].value
    assert 0.85 < spam.metrics["roc_auc"].value < 0.98
    assert 0.4 < abuse.metrics["roc_auc"].value < 0.6
    assert sum(spam.confusion.values()) == 1190
    assert sum(one[2] for one in spam.bins) == 1190
    assert evaluation.rows == 1200
    assert 300 < evaluation.groups <= 600  # threads of two sources


def test_the_worst_slice_comes_first():
    frame, scores = rows()
    inside = frame["source"] == "two"
    scores.loc[inside, "spam"] = np.random.default_rng(1).random(inside.sum())
    found = evaluate(frame[["text", "parent_text", "source", "spam", "thread_id"]], scores,
                     {"spam": 0.5}, draws=20).labels[0].slices  # fmt: skip
    assert (found[0].kind, found[0].name) == ("source", "two")
    assert found[0].metrics["roc_auc"].value < 0.6
    areas = [one.worst for one in found if not np.isnan(one.worst)]
    assert areas == sorted(areas)
    assert {"source", "link"} <= {one.kind for one in found}


def test_identity_terms_show_who_is_flagged_more():
    rng = np.random.default_rng(0)
    count = 4000
    named = rng.random(count) < 0.2
    y_true = rng.random(count) < 0.3
    frame = label_frame(
        pd.DataFrame(
            {
                "text": [
                    f"the {'muslim' if one else 'tall'} neighbour {number}x{number * 7919:x}"
                    for number, one in enumerate(named)
                ],
                "abuse": y_true * 1.0,
            }
        ),
        "test",
    )
    logit = rng.normal(2.0 * y_true - 1 + 1.5 * named, 1)
    scores = pd.DataFrame({"abuse": 1 / (1 + np.exp(-logit))})
    (found,) = evaluate(frame, scores, {"abuse": 0.5}, draws=20, groups=np.arange(count)).labels
    (term,) = [one for one in found.slices if one.kind == "identity"]
    assert term.name == "Muslim"
    assert term.metrics["bpsn_auc"].value < 0.75 < 0.88 < term.metrics["subgroup_auc"].value
    assert term.metrics["bnsp_auc"].value > 0.97
    assert found.slices[0] == term


def test_slices_cover_every_row_once_per_kind():
    frame, _ = rows(200)
    for kind in ("length", "source", "link", "language"):
        masks = [inside for one, _, inside in slices_of(frame) if one == kind]
        assert np.sum(masks, axis=0).tolist() == [1] * 200


def test_identity_terms_are_whole_words():
    text = pd.Series(["a gay man", "Gaylord Street", "MUSLIMS came", "blackboard"])
    found = {name: inside.tolist() for name, inside in identity_slices(text)}
    assert found["gay or lesbian"] == [True, False, False, False]
    assert found["Muslim"] == [False, False, True, False]
    assert found["black"] == [False] * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This is not what they said about the plan", "English"),
        ("Das ist nicht der richtige Weg für die Stadt", "German"),
        ("No es lo que dijo el alcalde, pero los vecinos están contentos", "Spanish"),
        ("Ce n'est pas le maire qui est dans la rue avec nous", "French"),
        ("Это совсем не так", "Cyrillic"),
        ("Δεν είναι αλήθεια", "Greek"),
        ("これは本当ですか", "Hiragana"),
        ("12345 !!! 😀", "unknown"),
        ("", "unknown"),
        ("xqzt", "unknown"),
    ],
)
def test_a_language_is_guessed_from_script_and_common_words(text, expected):
    assert language(text) == expected


def test_what_cannot_be_evaluated_is_said():
    frame, scores = rows(50)
    with pytest.raises(LabelError, match="50 labelled rows but 40 scored ones"):
        evaluate(frame, scores[:40], {"spam": 0.5, "abuse": 0.5})
    with pytest.raises(
        LabelError, match="spam, abuse and the model's mood have no label in common"
    ):
        evaluate(frame, pd.DataFrame({"mood": np.zeros(50)}), {"mood": 0.5})
    found = evaluate(frame, scores[["spam"]], {"spam": 0.5}, draws=5)
    assert found.notes == ["abuse: the model has no such label"]
    scores["spam"] = np.nan
    found = evaluate(frame, scores[["spam"]], {"spam": 0.5}, draws=5)
    assert found.notes[0] == "spam: no row is both judged and scored"


def test_a_label_with_one_answer_only_is_undefined_not_0():
    frame, scores = rows(60)
    frame["spam"] = np.float32(0)
    found = evaluate(frame, scores[["spam"]], {"spam": 0.5}, draws=5).labels[0]
    assert np.isnan(found.metrics["roc_auc"].value)
    assert np.isnan(found.metrics["recall"].value)
    assert found.to_dict()["metrics"]["recall"]["value"] is None


def test_rows_that_hang_together_make_intervals_rough():
    frame, scores = rows(200)
    groups = np.where(np.arange(200) < 150, 0, np.arange(200))
    found = evaluate(frame, scores[["spam"]], {"spam": 0.5}, groups=groups, draws=5)
    assert found.notes[0] == "spam: 75% of the rows belong to one group: its intervals are rough"


def test_a_single_thread_is_no_certainty():
    frame, scores = rows(200)
    frame = frame.assign(thread_id="the only one", source="a site")
    found = evaluate(frame, scores[["spam"]], {"spam": 0.5}, draws=50)
    recall = found.labels[0].metrics["recall"]
    assert recall.low < recall.value < recall.high
    assert "200 rows in 1 group; intervals are 95%, by row" in evaluation_text(found)
    worse = scores.assign(spam=scores["spam"].sample(frac=1, random_state=0).to_numpy())
    change = verdict(worse, scores, frame).labels[0].change["roc_auc"]
    assert change.low < change.value < change.high


def test_results_become_json_text_markdown_and_pictures(evaluation):
    stored = json.loads(json.dumps(evaluation.to_dict(), allow_nan=False))
    assert stored["labels"][0]["metrics"]["roc_auc"]["value"] > 0.85
    text = evaluation_text(evaluation)
    assert max(map(len, text.splitlines())) <= 80
    assert "ROC AUC" in text
    assert "spam at threshold 0.5: 1,190 rows" in text
    assert "10 cannot be told" in text
    assert "| ROC AUC | 0." in evaluation_markdown(evaluation)
    for name, svg in pictures(evaluation.labels[0]).items():
        root = ET.fromstring(svg)
        assert root.tag.endswith("svg"), name
        assert "nan" not in svg.lower().replace("role", "")
        assert root.findall(".//{http://www.w3.org/2000/svg}polyline")


def test_pictures_of_an_undefined_label_are_empty_and_whole():
    frame, scores = rows(60)
    frame["spam"] = np.float32(0)
    result = evaluate(frame, scores[["spam"]], {"spam": 0.5}, draws=5).labels[0]
    for svg in pictures(result).values():
        ET.fromstring(svg)


# --- comparison

CUTS = {"spam": 0.5, "abuse": 0.5}


def verdict(candidate, current, frame, cuts=None, **more):
    return compare(frame, Scored(candidate, cuts or CUTS), Scored(current, CUTS), draws=200, **more)


def test_a_model_against_itself_flips_nothing():
    frame, scores = rows()
    found = verdict(scores, scores, frame, comments_per_day=1000)
    assert found.verdict == "same"
    assert found.flips == []
    assert found.reasons == []
    assert found.flags_per_day == 0
    assert {one.change["roc_auc"].value for one in found.labels} == {0.0}


def test_shuffled_labels_make_a_worse_candidate():
    frame, scores = rows()
    shuffled = scores.assign(spam=scores["spam"].sample(frac=1, random_state=0).to_numpy())
    found = verdict(shuffled, scores, frame)
    assert found.verdict == "worse"
    assert found.reasons[0].startswith("spam: roc auc 0.9")


def test_half_the_knowledge_makes_a_worse_candidate_and_the_reverse_a_better_one():
    frame, scores = rows(4000)
    rng = np.random.default_rng(5)
    logit = np.log(scores["spam"] / (1 - scores["spam"])) + rng.normal(0, 0.7, len(frame))
    blurred = scores.assign(spam=1 / (1 + np.exp(-logit)))
    assert verdict(blurred, scores, frame).verdict == "worse"
    found = verdict(scores, blurred, frame)
    assert found.verdict == "better"
    assert any("roc auc" in reason for reason in found.reasons)


@pytest.mark.parametrize(("cut", "metric"), [(0.8, "recall"), (0.2, "precision")])
def test_a_moved_threshold_is_refused_with_the_metric_that_fell(cut, metric):
    frame, scores = rows()
    found = verdict(scores, scores, frame, {"spam": cut, "abuse": 0.5}, comments_per_day=2000)
    assert found.verdict == "worse"
    assert found.reasons[0].startswith(f"spam: {metric}")
    assert len(found.reasons) == 1
    assert found.flips
    assert np.sign(found.flags_per_day) == (-1 if cut > 0.5 else 1)


def test_a_lost_label_and_lost_rows_are_refused():
    frame, scores = rows()
    found = verdict(scores[["spam"]], scores, frame)
    assert found.reasons == ["abuse: the candidate has no such label"]
    assert found.verdict == "worse"
    unjudged = verdict(scores[["spam"]], scores, frame.drop(columns="abuse"))
    assert (unjudged.verdict, unjudged.reasons) == (found.verdict, found.reasons)
    lost = scores.assign(spam=scores["spam"].where(np.arange(len(frame)) > 60))
    assert verdict(lost, scores, frame).reasons[0] == "spam: cannot tell 5.1% more rows"


def test_flips_come_with_text_and_those_that_became_wrong_first():
    frame, scores = rows(300)
    changed = scores.copy()
    changed.loc[[3, 4], "spam"] = 1 - (frame.loc[[3, 4], "spam"] > 0) * 1.0
    changed.loc[7, "spam"] = (frame.loc[7, "spam"] > 0) * 1.0
    found = verdict(changed, scores, frame)
    texts = [one.text for one in found.flips]
    broken = [one.text for one in found.flips if not one.mended]
    assert texts[: len(broken)] == broken
    assert set(broken) <= {frame["text"][3], frame["text"][4]}
    assert found.labels[0].broken == len(broken)


def test_a_slice_that_fell_is_named():
    frame, scores = rows(4000, strength=3.0)
    inside = (frame["source"] == "two").to_numpy()
    worse = scores["spam"].to_numpy().copy()
    worse[inside] = np.random.default_rng(0).random(inside.sum())
    (spam, _) = verdict(scores.assign(spam=worse), scores, frame).labels
    assert spam.slices[0][:2] == ("source", "two")


def test_a_comparison_is_shown_and_stored():
    frame, scores = rows()
    text = frame["text"].astype("object")
    text.iloc[0] = "a | b <script> *bold*\nnext"
    frame = frame.assign(text=text)
    shuffled = scores.assign(spam=(1 - scores["spam"]).where(np.arange(len(frame)) > 3))
    found = verdict(shuffled, scores, frame, comments_per_day=500)
    json.loads(json.dumps(found.to_dict(), allow_nan=False))
    shown = comparison_text(found)
    assert max(map(len, shown.splitlines())) <= 80
    assert "Verdict: worse." in shown
    assert "Flags a day: " in shown
    assert "Rules: worse: a label is gone" in shown
    assert "<script>" not in comparison_markdown(found)


def test_no_word_of_the_figures_is_forgotten_by_the_catalogues(evaluation, monkeypatch):
    frame, scores = rows()
    found = verdict(scores.assign(spam=1 - scores["spam"]), scores, frame, comments_per_day=500)
    speak_in_brackets(monkeypatch)
    texts = evaluation_markdown(evaluation), comparison_markdown(found)
    ours = """rows row groups group intervals threshold positive cannot told metric value interval
        average precision recall false rate calibration error brier where are flagged not worst
        slice slices area verdict worse better before after change mended broken unjudged flags
        per day changed label score text rules gone neither shown fell"""
    assert words(outside("".join(texts))) & {*ours.split()} == set()


# --- label rows as a dump


def test_label_rows_become_threads_with_their_parents_and_titles():
    frame = label_frame(
        pd.DataFrame(
            {
                "text": ["first", "answer", "alone", "elsewhere"],
                "source": ["a", "a", "a", "b"],
                "thread_id": ["1", "1", None, "1"],
                "parent_text": [None, "first", "not here", None],
                "title": [None, "Title", None, "Other"],
                "spam": [0, 1, 0, 0],
            }
        ),
        "test",
    )
    comments, threads, where = label_comments(frame)
    assert len(comments) == 5
    own = comments.iloc[where]
    assert own["text"].tolist() == ["first", "answer", "alone", "elsewhere"]
    assert own["depth"].tolist() == [1, 2, 2, 1]
    assert own["thread_id"].tolist()[0] == own["thread_id"].tolist()[1]
    assert own["thread_id"].nunique() == 3
    titles = dict(zip(threads["thread_id"], threads["title"].fillna("-"), strict=True))
    assert [titles[one] for one in own["thread_id"]] == ["Title", "Title", "-", "Other"]


def test_a_row_that_quotes_itself_is_not_its_own_parent():
    frame = label_frame(pd.DataFrame({"text": ["same"], "parent_text": ["same"], "x": [1]}), "test")
    comments, _, where = label_comments(frame)
    assert len(comments) == 2
    assert comments["depth"].iloc[where[0]] == 2


def test_no_rows_make_no_comments():
    comments, threads, where = label_comments(label_frame(pd.DataFrame({"text": []}), "test"))
    assert (len(comments), len(threads), len(where)) == (0, 0, 0)


def test_an_evaluation_is_written_as_markdown_and_held_out_rows_are_told(moderation, tmp_path):
    frame = table()
    own = np.arange(len(frame)) % 2 == 0
    train(
        frame, recipe=recipe(), origins=RowOrigins.none(frame)._replace(decisions=own), threads=1
    ).save(tmp_path / "mine")
    frame.to_csv(tmp_path / "rows.csv", index=False)
    (tmp_path / "cases.csv").write_text("text,expected,class\nyou clown,abuse,rude\nhello,,calm\n")
    ran = moderation(
        *("evaluate", tmp_path / "mine", tmp_path / "rows.csv", "--against", tmp_path / "mine"),
        *("--suite", tmp_path / "cases.csv", "--markdown", tmp_path / "mine.md"),
    )
    assert ran.status == 0, ran.err
    # 83 it learnt from; the others say nearly the same as one of those
    assert "107 rows that mine learnt from count with held-out scores" in ran.err
    written = (tmp_path / "mine.md").read_text()
    assert written.startswith("# mine\n\n")
    assert "## spam at threshold" in written
    assert "Verdict: same." in written
    assert "0 flags changed." in written
    assert "| rude | 1 |" in written
