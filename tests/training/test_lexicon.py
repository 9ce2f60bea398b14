"""Words by class: own ones, published ones where they lie, and where each came from."""

import pytest

from moderation.errors import LabelError
from moderation.features.phrases import Lexicon
from moderation.training.lexicon import read_lexicon

LISTS = """
[insult]
words = "toad newt"
[[insult.lists]]
file = "list.csv"
licence = "MIT"
column = "word"
where = { kind = ["rude"] }
at_least = { severity = 2 }
except = "crow"

[praise]
words = "gem"
"""
PUBLISHED = (
    "word,kind,severity\nSlug,rude,3\ncrow,rude,3\nmild,rude,1\ntwo words,rude,3\nbud,ok,3\n"
)


@pytest.fixture
def described(tmp_path):
    path = tmp_path / "lexicon.toml"
    path.write_text(LISTS)
    return path


def test_own_and_published_words(described, tmp_path):
    (tmp_path / "list.csv").write_text(PUBLISHED)
    lexicon, origin = read_lexicon(described, tmp_path)
    wanted = Lexicon.of({"insult": ("toad", "newt", "slug"), "praise": ("gem",)})
    assert lexicon.names == ("insult", "praise")
    assert lexicon.hashes.tolist() == wanted.hashes.tolist()
    assert lexicon.codes.tolist() == wanted.codes.tolist()
    assert [one["words"] for one in origin] == [3, 1]
    assert origin[1]["class"] == "insult"
    assert origin[1]["licence"] == "MIT"


@pytest.mark.parametrize("data_dir", [None, "elsewhere"])
def test_a_list_that_is_not_there_is_left_out_and_said_so(described, data_dir):
    lexicon, origin = read_lexicon(described, data_dir)
    assert len(lexicon.hashes) == 3
    assert origin[1]["skipped"] == "not there"
    assert origin[1]["words"] == 0


def test_words_are_known_with_one_slip_of_the_fingers(tmp_path):
    path = tmp_path / "lexicon.toml"
    path.write_text('[beast]\nslips = 6\nwords = "newt badger"\n[other]\nwords = "bader"\n')
    lexicon, origin = read_lexicon(path, None)
    doubled = ("bbadger", "baadger", "baddger", "badgger", "badgeer", "badgerr")
    others = ("bdger", "bager", "badgr", "badge", "bdager", "bagder", "badegr", "badgre")
    wanted = Lexicon.of({"beast": ("newt", "badger", *doubled, *others), "other": ("bader",)})
    found = dict(zip(lexicon.hashes.tolist(), lexicon.codes.tolist(), strict=True))
    kept = dict(zip(wanted.hashes.tolist(), wanted.codes.tolist(), strict=True))
    badge = Lexicon.of({"beast": ["badge"]}).hashes.tolist()[0]
    assert found == {one: code for one, code in kept.items() if one != badge}  # a common word
    assert origin[0]["words"] == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[a]\nwords = 'x'\nslips = 'many'\n", "slips is 'many'; expected a number of letters"),
        ("[a]\nwords = ['x']\n", "no string `words`"),
        ("[a\n", "not TOML"),
        ("[a]\nwords = 'x'\n[[a.lists]]\nfile = 'f'\n", "missing or malformed"),
    ],
)
def test_malformed_lists_are_refused(tmp_path, content, message):
    path = tmp_path / "lexicon.toml"
    path.write_text(content)
    with pytest.raises(LabelError, match=message):
        read_lexicon(path, None)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(LabelError, match="expected word lists"):
        read_lexicon(tmp_path / "none.toml", None)
