"""What a notebook shows of a dump, a model and an explanation: little, and nothing that runs."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from places import MODEL, SEEDS

import moderation
from moderation.notebooks import cell

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"' \u202e&#60;"
ALLOWED = {"p", "table", "thead", "tbody", "tr", "th", "td", "mark"}


@pytest.fixture(scope="module")
def model():
    return moderation.Model.load(MODEL)


class Seen(HTMLParser):
    """The tags and attributes of a page, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def hostile_dump(tmp_path, count=1):
    rows = [
        {"id": f"<b>{n}", "thread_id": SCRIPT, "author": SCRIPT, "text": f"{SCRIPT} {n}"}
        for n in range(count)
    ]
    path = tmp_path / "dump.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return moderation.read(path)


def test_a_dump_shows_its_comments_as_text(tmp_path):
    page = Seen(hostile_dump(tmp_path)._repr_html_())
    assert page.tags <= ALLOWED
    assert page.attributes == {"style"}
    assert "<script>alert(1)</script>" in page.text
    assert "\u202e" not in page.text
    assert "1 comment in 1 thread, 0 rejects" in page.text


def test_a_dump_shows_fifty_rows_and_says_how_many_more(tmp_path):
    shown = hostile_dump(tmp_path, 60)._repr_html_()
    assert shown.count("<tr>") == 51  # with the head
    assert "10 more rows" in shown


def test_an_explanation_marks_words_and_nothing_else(model):
    shown = [one._repr_html_() for one in model.explain(f"You idiot {SCRIPT}")]
    page = Seen("".join(shown))
    assert page.tags <= ALLOWED
    assert page.attributes == {"style", "title"}
    abuse = shown[model.labels.index("abuse")]
    assert ">idiot</mark>" in abuse
    assert "<p>abuse: 0." in abuse


def test_a_model_shows_its_labels_and_digest(model):
    named = replace(model, name=SCRIPT)
    page = Seen(named._repr_html_())
    assert page.tags <= ALLOWED
    assert model.digest[:12] in page.text
    assert [label for label in model.labels if label not in page.text] == []
    assert len(repr(model)) < 200
    assert model.digest[:12] in repr(model)


def test_long_texts_are_cut_and_missing_ones_empty():
    assert (len(cell("x" * 1000)), cell(None), cell(float("nan"))) == (200, "", "")


def test_scored_tables_are_arrow_streams_with_the_same_rows(model):
    scored = moderation.score(moderation.read(SEEDS / "forum.jsonl"), model)
    table = pa.table(scored)  # by `__arrow_c_stream__`
    assert table["id"].to_pylist() == scored["id"].tolist()
    assert "<script>" not in scored.assign(text="<script>")._repr_html_()


def test_a_scored_parquet_file_names_the_model_that_scored_it(model, moderation, tmp_path):
    path = tmp_path / "scored.parquet"
    moderation("score", SEEDS / "forum.jsonl", "-m", MODEL, "-o", path)
    told = json.loads(pq.read_schema(path).metadata[b"moderation"])
    assert (told["digest"], told["thresholds"]) == (model.digest, model.thresholds)
