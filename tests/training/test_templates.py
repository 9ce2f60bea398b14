"""Sentence patterns become label rows: every slot filled, seeded, labelled as the pattern says."""

import numpy as np
import pytest

from moderation.errors import LabelError
from moderation.training.templates import expand, misspelt

PATTERNS = """
[slots]
fruit = "plum|pear|{berry}"
berry = "sloe"
end = "|."

[[pattern]]
kind = "praise"
labels = { spam = 0 }
text = ["a {fruit} a day{end}", "{berry} jam"]

[[pattern]]
kind = "advert"
labels = { spam = 1, slur = 0 }
text = ["buy {fruit}s"]
"""


@pytest.fixture
def patterns(tmp_path):
    path = tmp_path / "patterns.toml"
    path.write_text(PATTERNS)
    return path


def test_every_sentence_comes_from_its_pattern(patterns):
    table = expand(patterns, 40, 0)
    praise = {one.lower() for one in table["text"][table["spam"] == 0]}
    fruits = ("plum", "pear", "sloe")
    wanted = {f"a {one} a day{end}" for one in fruits for end in ("", ".")}
    assert praise == wanted | {"sloe jam"}
    adverts = {one.lower() for one in table["text"][table["spam"] == 1]}
    assert adverts == {"buy plums", "buy pears", "buy sloes"}


def test_labels_that_a_pattern_does_not_name_are_not_judged(patterns):
    table = expand(patterns, 5, 0)
    assert table["slur"].isna().tolist() == (table["spam"] == 0).tolist()
    assert set(table["source"]) == {"patterns"}
    assert not table["text"].duplicated().any()


def test_same_seed_same_rows(patterns):
    assert expand(patterns, 3, 7)["text"].tolist() == expand(patterns, 3, 7)["text"].tolist()
    assert expand(patterns, 1, 7)["text"].tolist() != expand(patterns, 1, 8)["text"].tolist()


def test_a_misspelt_word_keeps_its_ends_and_all_but_a_letter():
    rng = np.random.default_rng(0)
    made = {misspelt("a pear", rng) for _ in range(200)}
    assert made == {"a paer", "a peear", "a peaar", "a par", "a per", "a pear"} - {"a pear"}
    assert misspelt("a sea", rng) == "a sea"


def test_a_slot_can_be_misspelt_or_glued(tmp_path):
    path = tmp_path / "patterns.toml"
    path.write_text(
        '[slots]\nwho = "old {kind}"\nkind = "pears"\n[[pattern]]\nkind = "x"\n'
        'labels = { spam = 0 }\ntext = ["{who_}!", "see {kind~}"]\n'
    )
    made = {one.lower() for one in expand(path, 60, 0)["text"]}
    assert "oldpears!" in made
    assert "see pears" not in made
    assert {len(one) for one in made if one.startswith("see")} == {8, 9, 10}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("slots = ", "not TOML"),
        ("[slots]\n", "missing or malformed"),
        ("[slots]\n[[pattern]]\nkind='a'\nlabels={x=1}\ntext=['{who}']\n", "no slot 'who'"),
    ],
)
def test_malformed_patterns_are_refused_by_name(tmp_path, content, message):
    path = tmp_path / "broken.toml"
    path.write_text(content)
    with pytest.raises(LabelError, match=message) as found:
        expand(path, 1, 0)
    assert str(path) in str(found.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(LabelError, match="expected sentence patterns"):
        expand(tmp_path / "none.toml", 1, 0)
