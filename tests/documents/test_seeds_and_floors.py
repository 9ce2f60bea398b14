"""The label seeds, the test floors and the example threads keep what they promise."""

from __future__ import annotations

import json
import re
import unicodedata
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from places import ROOT, TESTS

from moderation.training.build import patterns_in
from moderation.training.templates import expand

SEED_TABLES = {
    "seed_spam.csv": 1000,
    "seed_hate.csv": 400,
    "seed_abuse.csv": 600,
}  # the fewest rows of each
SEED_COLUMNS = ["id", "thread_id", "text", "spam", "slur", "abuse", "source"]
LABELS = {"spam", "slur", "abuse"}
FLOORS = ["traps.csv", "behaviour.csv", "groups.csv", "statements.csv"]
WRITTEN = [
    *(ROOT / "labels" / name for name in [*SEED_TABLES, "README.md"]),
    TESTS / "quality" / "traps.csv",
    TESTS / "quality" / "behaviour.csv",
    TESTS / "quality" / "groups.csv",
    TESTS / "quality" / "statements.csv",
    *sorted(path for path in (ROOT / "seeds").iterdir() if not path.name.startswith(".")),
]

# Names kept for examples by RFC 2606 and RFC 6761, and the namespaces a WordPress export declares.
RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid|localhost|example\.(?:com|org|net))$")
NAMESPACES = {"purl.org", "wordpress.org", "wellformedweb.org"}
DOMAIN = re.compile(
    r"(?<![\w.@/-])(?:https?://)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"
    r"(?:com|org|net|io|co|uk|de|fr|ru|info|biz|xyz|me|gg|online|site|shop|app|example|test))"
    r"(?![\w-]|\.[a-z])",
    re.IGNORECASE,
)
MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
PHONE = re.compile(r"(?<![\w./-])\+?\d[\d ()-]{6,}\d(?![\w/.-])")
DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?: \d\d)?|0000-00-00(?: \d\d)?")
# 555, and the ranges that the British regulator keeps for fiction.
INVENTED = re.compile(r"555|^01632960|^(?:44|0)7700900")


def normalised(text: str) -> str:
    """The words of a text: case, width, punctuation and layout do not make a new sentence."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", folded))


def shingles(text: str, size: int = 6) -> set[str]:
    """Runs of words; letters that stand alone are a spaced-out word, not a borrowed sentence."""
    words = [word for word in normalised(text).split() if len(word) > 1]
    return {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)}


def seed_table(name: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / "labels" / name, dtype=str, keep_default_na=False)


def floor(name: str) -> pd.DataFrame:
    return pd.read_csv(TESTS / "quality" / name, dtype=str, keep_default_na=False)


def training_texts() -> pd.Series:
    return pd.concat([seed_table(name).text for name in SEED_TABLES], ignore_index=True)


@pytest.mark.parametrize("name", SEED_TABLES)
def test_a_seed_table_has_the_columns_of_a_label_table(name):
    table = seed_table(name)
    assert list(table.columns) == SEED_COLUMNS
    assert len(table) >= SEED_TABLES[name]
    assert set(table.source) == {"seed"}
    assert set(table[["spam", "slur", "abuse"]].stack()) <= {"0", "1", ""}
    assert table.thread_id.str.fullmatch(r"seed-(?:spam|hate|abuse)/[a-z_0-9/]+").all()
    assert not table.duplicated(["thread_id", "id"]).any()


@pytest.mark.parametrize("name", [*SEED_TABLES, *FLOORS])
def test_no_text_is_empty_comes_twice_or_starts_a_formula(name):
    folder = "labels" if name in SEED_TABLES else "tests/quality"
    text = pd.read_csv(ROOT / folder / name, dtype=str, keep_default_na=False).text
    assert (text.str.strip() == text).all()
    assert text.str.len().min() > 0
    assert not text.map(normalised).duplicated().any()
    assert not text.str.match(r"[=+\-@\t]").any()


def test_spam_seeds_hold_both_sides_in_many_families():
    table = seed_table("seed_spam.csv")
    spam = table[table.spam == "1"]
    other = table[table.spam == "0"]
    assert len(spam) >= 360
    assert len(other) >= 240
    assert spam.thread_id.nunique() >= 20
    assert spam.thread_id.value_counts().max() <= len(spam) / 10
    assert not set(spam.thread_id) & set(other.thread_id)


def test_spam_and_its_look_alikes_share_the_reserved_names():
    """Otherwise `.example` alone would tell a model which is which."""
    linked = seed_table("seed_spam.csv")
    linked = linked[linked.text.str.contains(r"\.(?:example|test)\b")]
    share = (linked.spam == "0").mean()
    assert 0.1 <= share <= 0.5


def test_abuse_seeds_hold_swearing_at_nobody_and_insults_without_a_hard_word():
    table = seed_table("seed_abuse.csv")
    assert (table.abuse == "0").sum() >= 400
    assert (table.abuse == "1").sum() >= 200
    harmless = table[table.abuse == "0"]
    assert harmless.text.str.contains(r"(?i)shit|fuck|damn|idiot|stupid").sum() >= 100
    assert set(table[table.abuse == "0"].slur) == {"0"}
    assert not set(harmless.thread_id) & set(table[table.abuse == "1"].thread_id)


def test_hate_seeds_are_balanced_and_every_kind_is_there():
    table = seed_table("seed_hate.csv")
    assert set(table.spam) == {"0"}
    assert table.slur.eq("1").sum() >= 150
    assert table.slur.eq("0").sum() >= 200
    assert (table.slur.eq("0") & table.abuse.eq("1")).sum() >= 80
    assert table.abuse.eq("").sum() >= 10  # hatred without insult is not judged for abuse
    assert table.thread_id.nunique() >= 15


def test_traps_cover_every_kind():
    table = floor("traps.csv")
    assert list(table.columns) == ["text", "label", "kind"]
    assert len(table) >= 260
    assert set(table.label) == LABELS
    assert table.kind.value_counts().min() >= 20
    assert set(table.kind) == {
        "letters", "names", "places", "food_and_animals", "medical", "identity", "ideas",
        "sources", "jargon", "languages",
    }  # fmt: skip


def test_behaviour_cases_name_known_labels_only():
    table = floor("behaviour.csv")
    assert list(table.columns) == ["text", "expected", "class"]
    assert len(table) >= 200
    assert table["class"].nunique() >= 20
    assert table["class"].value_counts().min() >= 5
    assert set(";".join(table.expected).split(";")) - {""} == LABELS
    assert table.groupby("class").expected.nunique().max() == 1


@pytest.mark.parametrize("name", ["groups.csv", "statements.csv"])
def test_statements_about_groups_are_made_by_other_patterns_than_those_trained_on(name):
    table = floor(name)
    trained = pd.concat([expand(path, 40, 0).text for path in patterns_in(ROOT / "labels")])
    assert set(table.expected) == {"", "slur", "abuse"}
    assert table["class"].nunique() >= 25
    assert not set(trained.map(normalised)) & set(table.text.map(normalised))
    assert not set().union(*trained.map(shingles)) & set().union(*table.text.map(shingles))


@pytest.mark.parametrize("name", FLOORS)
def test_no_floor_is_trained_on(name):
    train = training_texts()
    judged = floor(name).text
    assert not set(train.map(normalised)) & set(judged.map(normalised))
    assert not set().union(*train.map(shingles)) & set().union(*judged.map(shingles))


def test_no_example_thread_is_trained_on():
    forum = (ROOT / "seeds" / "forum.jsonl").read_text("utf-8").splitlines()
    shown = {normalised(json.loads(line)["text"]) for line in forum}
    assert not shown & set(training_texts().map(normalised))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_addresses_and_numbers_are_invented(path):
    text = path.read_bytes().decode("utf-8", errors="replace")
    domains = {d.casefold() for d in [*DOMAIN.findall(text), *MAIL.findall(text)]}
    assert {d for d in domains - NAMESPACES if not RESERVED.search(d)} == set()
    found = PHONE.findall(DATE.sub(" ", text))
    written = {n for n in found if not n.isdigit() or n.startswith("0")}  # bare digits are ids
    numbers = {re.sub(r"\D", "", n) for n in written}
    assert {n for n in numbers if len(n) > 7 and not INVENTED.search(n)} == set()


def test_the_example_threads_have_what_their_readme_says():
    folder = ROOT / "seeds"
    readme = (folder / "README.md").read_text("utf-8")
    files = {p.name for p in folder.iterdir() if not p.name.startswith(".")} - {"README.md"}
    assert {name for name in files if f"`{name}`" not in readme} == set()

    forum = [json.loads(line) for line in (folder / "forum.jsonl").read_text("utf-8").splitlines()]
    assert len(forum) == 44
    assert {row["thread_id"] for row in forum} == {"transfer", "bread", "licence"}

    comment = "{http://wordpress.org/export/1.2/}comment"
    export = ET.parse(folder / "telescope.wordpress.xml")
    kinds = [node.findtext(f"{comment}_type") for node in export.iter(comment)]
    assert (kinds.count(""), kinds.count("pingback"), kinds.count("trackback")) == (27, 1, 1)

    page = (folder / "school-lunches.html").read_text("utf-8")
    assert len(re.findall(r'<li id="comment-\d+"', page)) == 20

    marker = re.compile(r"(?:^|\n\n)( +)\d+\. ")
    indents = [len(i) for i in marker.findall((folder / "bike-lane.txt").read_text("utf-8"))]
    assert len(indents) == 24
    assert max(indents) == 10  # depth 5


def test_the_damaged_files_are_still_damaged():
    """An editor or a version control that mends line ends would make them pointless."""
    jsonl = (ROOT / "seeds" / "damaged.jsonl").read_bytes()
    csv = (ROOT / "seeds" / "damaged.csv").read_bytes()
    assert not jsonl.endswith(b"\n")
    assert b"\x00" in jsonl
    assert b"\r\n" in jsonl
    assert b"\x00" in csv
    assert csv.startswith(b"\xef\xbb\xbf")
    with pytest.raises(UnicodeDecodeError):
        jsonl.decode("utf-8")
    with pytest.raises(UnicodeDecodeError):
        csv.decode("utf-8")
