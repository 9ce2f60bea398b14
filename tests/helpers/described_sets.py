"""Made-up public sets with their description, recipe, templates and lexicon."""

import itertools

import pytest
from small_model import INSULTS, OFFERS, PLACES, PRAISE, THINGS

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
