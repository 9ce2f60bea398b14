"""A dump scored in parts is the dump scored whole."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from small_model import trained

from moderation import scoring
from moderation.comments import STRING
from moderation.context.classifier import ContextClassifier, count_words, cuts
from moderation.context.features import CONTEXT_FEATURES
from moderation.errors import InputError
from moderation.flags import flag
from moderation.model.calibration import Calibration
from moderation.model.labels import ContextLabel
from moderation.readers import read
from moderation.tables import to_arrow

SAID = ("You are a fool and a moron", "What a lovely map", "earn $900 a day from home", "", "talk")


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    path = tmp_path_factory.mktemp("dump") / "dump.csv"
    rows = [f"t{k % 7},{k},{'' if k < 14 else k - 7},{SAID[k % 5]} number {k}" for k in range(60)]
    path.write_text("\n".join(["thread_id,id,parent_id,text", *rows, ""]))
    return read(path)


@pytest.fixture(scope="module")
def model(dump):
    weights = np.linspace(-1, 1, len(CONTEXT_FEATURES)).astype(np.float32)
    topic = ContextClassifier(count_words(dump.comments["text"]), weights, 0.5)
    text = trained().with_thresholds({"spam": 0.6, "abuse": 0.3})
    return replace(text, heads=(*text.heads, ContextLabel("topic", topic, Calibration(), 0.5)))


@pytest.mark.parametrize("size", [1, 20, 1000])
@pytest.mark.parametrize("workers", [1, 3])
def test_parts_are_the_whole(dump, model, size, workers, monkeypatch):
    scores = to_arrow(model.score(dump.comments, dump.threads))
    whole = flag.scored_table((dump.comment_table, dump.thread_table), scores, model)
    monkeypatch.setattr(scoring, "PART", size)
    parts = list(scoring.scored_parts(dump, model, workers))
    assert pa.concat_tables(parts).drop_columns(["language", "cannot_tell"]).equals(whole)
    assert len(parts) == {1: 7, 20: 4, 1000: 1}[size]
    assert set(whole["flags"].to_pylist()) >= {"", "spam", "abuse;topic"}


GERMAN = "Das ist doch alles gar nicht wahr, was hier behauptet wird!"
ENGLISH = "That is not true at all, and I think you know it."


@pytest.mark.parametrize("size", [1, 1000])
def test_a_language_that_was_not_learnt_is_said(model, size, monkeypatch, tmp_path):
    path = tmp_path / "dump.csv"
    rows = [f'a,1,"{GERMAN}"', "a,2,Ja ja", f'b,3,"{ENGLISH}"', "c,4,123"]
    path.write_text("\n".join(["thread_id,id,text", *rows, ""]))
    monkeypatch.setattr(scoring, "PART", size)
    scored = pa.concat_tables(scoring.scored_parts(read(path), model)).to_pydict()
    assert scored["id"] == ["1", "2", "3", "4"]
    assert scored["language"] == ["de", "de", "en", None]
    assert scored["cannot_tell"] == ["language", "language", None, None]
    assert [score is None for score in scored["spam"]] == [True, True, False, False]


@pytest.mark.parametrize("given", [["hello"], "hello", None, pd.DataFrame({"text": ["hello"]})])
def test_what_is_no_dump_is_told_where_to_go(model, given):
    with pytest.raises(InputError, match=r"for texts and tables there is Model\.score"):
        scoring.score(given, model)


def test_nothing_is_one_empty_part(dump, model):
    empty = replace(dump, comments=dump.comments.iloc[:0], threads=dump.threads.iloc[:0])
    (part,) = scoring.scored_parts(empty, model)
    assert part.num_rows == 0
    assert part.schema.field("why").type == STRING


def test_the_last_parts_are_small_and_whole_threads():
    bounds = np.arange(0, 200_001, 100)
    places = scoring.part_starts(bounds)
    assert (places[0], places[-1]) == (0, 2_000)
    sizes = np.diff(bounds[places])
    assert (sizes > 0).all()
    assert sizes.max() <= scoring.PART
    assert sizes[-1] <= scoring.LAST_PART
    assert scoring.part_starts(np.array([0])) == [0, 0]
    assert scoring.part_starts(np.array([0, 100_000, 100_001])) == [0, 1, 2]


def test_pieces_get_smaller_the_less_is_left():
    bounds = np.arange(0, 10_001, 10)
    places = cuts(bounds, 4_000, 500, 2)
    assert (places[0], places[-1]) == (0, 1_000)
    assert np.diff(bounds[places])[:4].tolist() == [2_500, 1_870, 1_400, 1_050]
    assert (np.diff(bounds[places])[4:-1] >= 500).all()
    assert cuts(np.array([0, 9_000, 9_001]), 4_000, 500, 2) == [0, 1, 2]  # a thread is never cut


def test_scores_for_the_dump_stand_beside_the_fixed_ones(dump, model, monkeypatch):
    whole = scoring.score(dump, model, prevalence={"spam": 0.25})
    assert whole["spam_here"].mean() == pytest.approx(0.25, abs=0.01)
    fixed = model.score(dump.comments, dump.threads)
    assert whole["spam"].equals(fixed["spam"])
    monkeypatch.setattr(scoring, "PART", 1)
    assert scoring.score(dump, model, prevalence={"spam": 0.25}).equals(whole)
