"""One call makes a model of text and context labels from described sets; the same bytes again."""

import numpy as np
import pytest
from described_sets import RECIPE
from small_model import THINGS

from moderation.errors import LabelError
from moderation.model.labels import ContextLabel
from moderation.training.build import build
from moderation.training.decisions.gain import bought


def test_the_recipe_says_which_labels_read_words_and_which_the_conversation(described):
    model = build(*described)
    assert model.labels == ["promo", "stray"]
    stray = model.heads[1]
    assert isinstance(stray, ContextLabel)
    assert stray.operating["goal"] == "recall >= 0.5"
    assert 0 < stray.threshold < 1
    promo = model.score_texts(["win $70 a day, see bonus.example/now", "What a clear map"])[:, 0]
    assert promo[0] > promo[1]


def test_sources_are_named_with_licence_and_digest(described):
    known = {one.get("name"): one for one in build(*described).sources}
    assert known["remarks"]["licence"] == "CC0-1.0"
    assert "threads.wiki_talk" in known
    assert len(known["templates.toml"]["sha256"]) == 64


def test_built_twice_gives_the_same_bytes(described, tmp_path):
    files = ("model.json", "weights.safetensors")
    for name in ("one", "two"):
        build(*described, threads=1 if name == "one" else 2).save(tmp_path / name)
    one, two = (
        [(tmp_path / name / file).read_bytes() for file in files] for name in ("one", "two")
    )
    assert one == two


def test_a_label_table_beside_the_sets_is_learned_from(described, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text("text,promo\n" + "".join(f"zebra crossing {k},1\n" for k in range(30)))
    model = build(*described, more=[mine])
    zebra = [one.score_texts(["zebra crossing 99"])[0, 0] for one in (build(*described), model)]
    assert zebra[1] > 1.2 * zebra[0]
    assert model.sources[-1]["name"] == "mine.csv"


def test_decisions_on_the_conversation_are_learnt_and_counted(described, tmp_path):
    mine = tmp_path / "mine.csv"
    rows = [f"\"what about the {thing}, then\",p{k},about {thing},{k % 2}\n"
            for k, thing in enumerate(THINGS)]  # fmt: skip
    mine.write_text("text,thread_id,title,stray\n" + "".join(rows))
    plain, model = build(*described), build(*described, more=[mine])
    assert model.training["decisions"] == {"stray": [4, 4]}
    assert bought(model) == [
        "stray: 8 decisions (4 yes, 4 no): learnt with the rest; what they bought is not measured"
    ]
    assert not np.array_equal(model.heads[1].head.weights, plain.heads[1].head.weights)
    assert "decisions" not in plain.training


def test_a_missing_set_is_an_error_or_skipped(described):
    sources, data = described
    (data / "talks.csv").unlink()
    with pytest.raises(LabelError, match=r"talks\.csv"):
        build(sources, data)
    assert build(sources, data, missing="skip").labels == ["promo", "stray"]


def test_a_kind_that_does_not_exist_is_refused(described):
    sources, data = described
    recipe = sources.with_name("recipe.toml")
    recipe.write_text(RECIPE.replace('"context"', '"picture"'))
    with pytest.raises(LabelError, match="kind is 'picture'; expected text or context"):
        build(sources, data)
