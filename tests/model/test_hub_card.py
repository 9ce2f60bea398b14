"""The card in the hub's layout: its figures are the model's, and nothing of a stranger's runs."""

import json
import shutil
from dataclasses import replace

import pytest
import yaml
from places import MODEL

from moderation.model.hub_card import card
from moderation.model.model import Model

TASK = {"type": "text-classification"}


@pytest.fixture(scope="module")
def model():
    return Model.load(MODEL)


@pytest.fixture(scope="module")
def kept():
    return json.loads((MODEL / "model.json").read_text("utf-8"))


def front_matter(page):
    _, front, text = page.split("---\n", 2)
    return yaml.safe_load(front), text


def test_the_front_matter_is_what_the_hub_reads(model):
    front, _ = front_matter(card(model, "default", "mit"))
    assert list(front) == [
        "language", "license", "library_name", "pipeline_tag", "tags", "metrics", "model-index",
    ]  # fmt: skip
    assert front["license"] == "mit"
    assert front["language"][0] == "en"
    assert all(len(code) in (2, 3) for code in front["language"])
    (index,) = front["model-index"]
    assert index["name"] == "default"
    for result in index["results"]:
        assert result["task"]["type"] == "text-classification"
        assert {"type", "name"} <= set(result["dataset"])
        assert all({"type", "value", "name"} == set(one) for one in result["metrics"])
        assert all(0 <= one["value"] <= 1 for one in result["metrics"])


def test_every_figure_is_that_of_the_model(model, kept):
    front, text = front_matter(card(model, "default"))
    results = front["model-index"][0]["results"]
    found = {
        (one["dataset"]["config"], one["task"]["name"]): {
            metric["type"]: metric["value"] for metric in one["metrics"]
        }
        for one in results
    }
    parts = {"en": kept["labels"]}
    parts |= {language: part["labels"] for language, part in kept["by_language"].items()}
    heads = {
        (language, head["name"]): head for language, labels in parts.items() for head in labels
    }
    assert set(found) == set(heads)
    for name, head in heads.items():
        areas = head["metrics"]["out_of_fold"]
        assert found[name]["roc_auc"] == areas["roc_auc"][0]
        assert found[name]["average_precision"] == areas["average_precision"][0]
        assert found[name]["recall"] == pytest.approx(head["operating"]["recall"], abs=1e-4)
        assert found[name]["precision"] == pytest.approx(head["operating"]["precision"], abs=1e-4)
    assert f"`{kept['digest']}`" in text
    assert f"(default ({kept['digest'][:12]}))" in f"({text.split('# ')[1].splitlines()[0]})"


def test_every_set_is_named_with_its_licence(model, kept):
    _, text = front_matter(card(model, "default"))
    sources = [
        source for part in (kept, *kept["by_language"].values()) for source in part["sources"]
    ]
    for source in sources:
        assert f"| {source.get('licence') or ''} |" in text
        assert (source.get("url") or "with the program") in text


def test_a_licence_that_nobody_names_leads_to_the_sets(model):
    front, text = front_matter(card(model, "default"))
    assert front["license"] == "other"
    assert front["license_link"] == "#what-it-was-trained-on"
    assert "## What it was trained on" in text


def test_a_strangers_card_is_text(model):
    hostile = "x\n---\n# y | <script>alert(1)</script> [a](javascript:b)"
    named = replace(model, sources=[{"title": hostile, "licence": hostile, "rows": 1}])
    front, text = front_matter(card(named, hostile))
    assert front["model-index"][0]["name"] == hostile
    assert "<script" not in text
    assert "[a](" not in text
    assert "\n---\n" not in text


def test_a_model_without_figures_has_a_card(model):
    bare = [replace(head, metrics={}, operating={}, curve=None) for head in model.heads]
    front, text = front_matter(card(replace(model, heads=tuple(bare), by_language={}), "mine"))
    assert front["model-index"][0]["results"] == []
    assert "| abuse | – |" in text


def test_the_folder_is_a_model_with_its_card(moderation, tmp_path):
    out = tmp_path / "hub"
    ran = moderation("card", MODEL, "-o", out, "--licence", "mit", "--name", "blog")
    assert (ran.status, ran.out) == (0, "")
    assert {one.name for one in out.iterdir()} == {"README.md", "model"}
    assert Model.load(out / "model").digest == Model.load(MODEL).digest
    assert (out / "README.md").read_text("utf-8") == card(Model.load(MODEL), "blog", "mit")
    assert moderation("card", MODEL, "-o", out).status == 0  # written anew


def test_a_folder_with_other_things_is_left_alone(moderation, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    ran = moderation("card", MODEL, "-o", tmp_path)
    assert (ran.status, "holds other files" in ran.err) == (1, True)
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]
    shutil.rmtree(tmp_path)
