"""One call makes a model of text and context labels from described sets; the same bytes again."""

import itertools

import numpy as np
import pytest
from small_model import INSULTS, OFFERS, PLACES, PRAISE, THINGS

from moderation.errors import LabelError
from moderation.model.model import ContextLabel
from moderation.training.build import build
from moderation.training.gain import bought

SOURCES = """
[remarks]
title = "Made-up remarks"
url = "https://example.org/remarks"
licence = "CC0-1.0"
citation = "Nobody 2026"
use = "S"
site = "example"
files = ["remarks.csv"]
format = "csv"
text = "text"
thread_id = "page"
title_text = "heading"
[remarks.labels.promo]
yes = { promo = 1 }
no = { promo = 0 }
[remarks.labels.stray]
yes = { stray = 1 }
no = { stray = 0 }

[threads.wiki_talk]
title = "Made-up talks"
url = "https://example.org/talks"
licence = "CC0-1.0"
citation = "Nobody 2026"
use = "S"
site = "example"
files = ["talks.csv"]
format = "csv"
text = "text"
id = "id"
thread_id = "page"
title_text = "heading"
"""
RECIPE = """
[shared]
bits = 12
min_df = 1

[promo]
cost = 4.0

[stray]
kind = "context"
threads = ["wiki_talk"]
strays = "promo"
goal = "recall >= 0.5"
prevalence = 0.2
"""
PATTERNS = """
[slots]
thing = "boat|kettle|ladder"
[[pattern]]
kind = "plain"
labels = { promo = 0 }
text = ["my {thing} is blue", "where is the {thing}?"]
"""
LEXICON = '[insult]\nwords = "toad"\n'


def remarks():
    """Forty pages about one thing each, with an advert and a word about another page's thing."""
    for page, (praise, thing) in enumerate(itertools.product(PRAISE, THINGS)):
        other, offer = THINGS[(page + 3) % len(THINGS)], OFFERS[page % 3]
        yield page, thing, f"What a {praise} {thing}, that {thing} helps on page {page}", 0, 0
        yield page, thing, f"I read the {thing} twice, and each {thing} said more", 0, 0
        yield page, thing, f"no {INSULTS[page % 5]} likes the {other}, {other} of {page}", 0, 1
        yield page, thing, f"{offer} ${page}0 a day, see {PLACES[page % 3]} now", 1, 1


@pytest.fixture
def described(tmp_path):
    labels, data = tmp_path / "labels", tmp_path / "data"
    labels.mkdir()
    data.mkdir()
    for name, content in (
        ("sources", SOURCES),
        ("recipe", RECIPE),
        ("templates", PATTERNS),
        ("lexicon", LEXICON),
    ):
        (labels / f"{name}.toml").write_text(content)
    rows = [f'{page},{thing},"{text}",{a},{b}\n' for page, thing, text, a, b in remarks()]
    (data / "remarks.csv").write_text("page,heading,text,promo,stray\n" + "".join(rows))
    talks = [
        f"{page},{k},{thing},the {thing} of {page} was {praise} on day {k}\n"
        for page, thing in enumerate(THINGS)
        for k, praise in enumerate(PRAISE)
    ]
    (data / "talks.csv").write_text("page,id,heading,text\n" + "".join(talks))
    return labels / "sources.toml", data


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
