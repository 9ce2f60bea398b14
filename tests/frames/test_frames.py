"""Scores in pandas, Polars and DuckDB are those of the command line, bit for bit."""

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from places import ROOT
from typer.testing import CliRunner

import moderation.frames.pandas  # registers the accessor
import moderation.frames.polars  # registers the expression
from moderation import Model
from moderation.cli import app
from moderation.errors import InputError, ModelError
from moderation.frames.duckdb import register

LABELS = ["slur", "abuse"]  # a dump's own evidence may raise spam, and off_topic needs a thread


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    path = tmp_path_factory.mktemp("frames") / "scored.parquet"
    result = CliRunner().invoke(app, ["score", str(ROOT / "seeds/forum.jsonl"), "-o", str(path)])
    assert result.exit_code == 0, result.output
    return pq.read_table(path)


@pytest.fixture(scope="module")
def model():
    return Model.load("default")


def bits(columns):
    return {name: pa.array(columns[name], pa.float32()).to_pylist() for name in LABELS}


def test_pandas_gives_the_command_lines_scores_and_keeps_the_index(scored, model):
    texts = scored["text"].to_pandas()
    texts.index = [f"row {k}" for k in range(len(texts))]
    scores = texts.moderation.score(model)
    assert bits(scores) == bits(scored)
    assert scores.index.equals(texts.index)


def test_polars_gives_the_command_lines_scores(scored, model):
    frame = pl.DataFrame({"text": pl.from_arrow(scored["text"])})
    scores = frame.select(pl.col("text").moderation.score(model)).unnest("text")
    assert bits({name: scores[name].to_list() for name in LABELS}) == bits(scored)


def test_polars_scores_lazily_and_by_group(scored, model):
    frame = pl.DataFrame(
        {"thread": scored["thread_id"].to_pylist(), "text": scored["text"].to_pylist()}
    ).lazy()
    most = frame.with_columns(pl.col("text").moderation.score(model).struct.field("abuse"))
    found = most.group_by("thread").agg(pl.col("abuse").max()).collect()
    own = pd.Series(scored["abuse"].to_pylist()).groupby(scored["thread_id"].to_pylist()).max()
    assert dict(found.iter_rows()) == own.to_dict()


def test_duckdb_gives_the_command_lines_scores(scored, model):
    connection = duckdb.connect()
    register(connection, model)
    connection.register("comments", scored.select(["text"]))
    query = "SELECT s.slur, s.abuse FROM (SELECT scores(text) AS s FROM comments)"
    rows = connection.execute(query).fetchall()
    assert bits(dict(zip(LABELS, zip(*rows, strict=True), strict=True))) == bits(scored)


def test_missing_and_hostile_texts(model):
    texts = ["'); DROP TABLE x; --", "\x00\u202e" * 50, "", None, "You pathetic idiot"]
    one = pd.Series(texts, dtype="string").moderation.score(model)["abuse"].isna().tolist()
    many = pl.DataFrame({"text": texts}).select(pl.col("text").moderation.score(model))
    connection = duckdb.connect()
    register(connection, model, "rate")
    connection.register("comments", pa.table({"text": texts}))
    rows = connection.execute("SELECT rate(text).abuse IS NULL FROM comments").fetchall()
    assert one == [False, False, True, True, False]
    assert [scores["abuse"] is None for scores in many["text"]] == one
    assert [empty for (empty,) in rows] == one


def test_flags_name_the_labels(model):
    texts = pd.Series(["Thank you!", "You pathetic idiot", None], index=[7, 8, 9])
    flags = texts.moderation.flags(model)
    assert flags.fillna("missing").to_dict() == {7: "", 8: "abuse", 9: "missing"}


def test_what_is_no_text_or_model_is_refused(model, tmp_path):
    with pytest.raises(InputError, match="not texts"):
        pd.Series([1, 2]).moderation.score(model)
    with pytest.raises(ModelError):
        register(duckdb.connect(), tmp_path)


def test_the_modules_register_under_the_programs_name():
    assert moderation.frames.pandas.Comments is type(pd.Series(["a"]).moderation)
    assert isinstance(pl.col("a").moderation, moderation.frames.polars.Comments)
