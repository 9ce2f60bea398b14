"""Public sets: the grammar of their description on small files, and the real files when here."""

from __future__ import annotations

import hashlib

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from places import ROOT, SHARED

from moderation.errors import LabelError
from moderation.labels.public.conditions import holds
from moderation.labels.public.sets import load_sources, read_sources
from moderation.labels.public.threads import read_threads

TOML = ROOT / "labels" / "sources.toml"
DATA = SHARED / "data"

HEAD = """
title = "A set"
url = "https://example.org/set"
licence = "CC0-1.0"
citation = "Nobody 2026"
use = "S"
site = "example"
"""


@pytest.fixture
def described(tmp_path):
    """Write a description and files; give their two paths."""

    def write(toml, **files):
        for name, content in files.items():
            (tmp_path / name.replace("__", ".")).write_bytes(content.encode())
        (tmp_path / "sources.toml").write_text(toml, encoding="utf-8")
        return tmp_path / "sources.toml", tmp_path

    return write


# --- conditions

ROWS = pd.DataFrame(
    {
        "klass": ["0", "1", "2", None],
        "share": [0.0, 0.5, 1.0, None],
        "flag": ["False", "True", "true", None],
        "sample": ["random", "quasi_random|b", "b|random", None],
        "votes": ["off:3\nother:1", "other:2", "off:1", None],
    }
)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ({}, [0, 1, 2, 3]),
        ([], []),
        ({"klass": 0}, [0]),
        ({"klass": "2"}, [2]),
        ({"klass": [0, 2]}, [0, 2]),
        ({"flag": True}, [1, 2]),
        ({"flag": False}, [0]),
        ({"share": {"at_least": 0.5}}, [1, 2]),
        ({"share": {"at_most": 0.5}}, [0, 1]),
        ({"share": {"at_least": 0.2, "at_most": 0.8}}, [1]),
        ({"sample": {"word": "random"}}, [0, 2]),
        ({"votes": {"votes": "off", "at_least": 3}}, [0]),
        ({"votes": {"votes": "off", "at_most": 0}}, [1]),
        ({"klass": 1, "flag": True}, [1]),
        ([{"klass": 0}, {"share": 1}], [0, 2]),
    ],
)
def test_a_condition_chooses_rows_and_a_missing_value_meets_none(condition, rows):
    assert holds(condition, ROWS, "place").nonzero()[0].tolist() == rows


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"absent": 1}, "set, yes: no column 'absent'; the file has klass, share"),
        ({"share": {"over": 1}}, "set, yes.share: unknown key over; expected at_least"),
        ({"share": {}}, "set, yes.share: unknown key nothing"),
        ("klass == 0", "set, yes: 'klass == 0' is not a condition"),
    ],
)
def test_a_condition_that_cannot_be_read_names_its_place(condition, message):
    with pytest.raises(LabelError, match=message):
        holds(condition, ROWS, "set, yes")


def test_numbers_in_arrow_columns_and_large_ids_compare_as_written():
    import pyarrow as pa

    frame = pa.table({"n": [1, 0, None], "b": [True, False, None]}).to_pandas(
        types_mapper=pd.ArrowDtype
    )
    assert holds({"n": 1}, frame, "p").tolist() == [True, False, False]
    assert holds({"b": False}, frame, "p").tolist() == [False, True, False]


# --- reading


def test_a_set_becomes_a_label_table_with_its_provenance(described):
    toml = f"""
[one]{HEAD}
files = ["*.csv"]
format = "csv"
where = {{ keep = "y" }}
text = "body"
id = "n"
thread_id = "video"
parent_text = "above"
clean = ["entities", "retweet"]
remove = ["[URL]"]
[one.labels.spam]
yes = {{ class = 1 }}
no = {{ class = 0 }}
"""
    content = (
        "n,body,class,keep,video,above\n"
        '007,"RT @joe: buy &#128514; [URL] now",1,y,v1,hello &amp; bye\n'
        "8,not judged,9,y,v1,\n"
        "9,left out,1,n,v1,\n"
        "10,RT @ann:,1,y,v2,\n"
        "11,NA,0,y,v2,\n"
    )
    frame, (record,) = read_sources(*described(toml, a__csv=content))
    assert frame["text"].tolist() == ["buy 😂   now", "NA"]
    assert frame["spam"].tolist() == [1, 0]
    assert frame["id"].tolist() == ["007", "11"]
    assert frame["thread_id"].tolist() == ["one/v1", "one/v2"]
    assert frame["parent_text"].tolist()[0] == "hello & bye"
    assert frame["source"].tolist() == ["one", "one"]
    assert record["left_out"] == {"where": 1, "no text": 1, "not judged": 1}
    assert record["labels"] == {"spam": [1, 1]}
    assert record["licence"] == "CC0-1.0"
    assert record["files"] == [
        {
            "path": "a.csv",
            "sha256": hashlib.sha256(content.encode()).hexdigest(),
            "bytes": len(content.encode()),
        }
    ]


def test_tab_separated_files_have_no_quoting_and_may_repeat_their_header(described):
    toml = f"""
[sms]{HEAD}
files = ["s"]
format = "tsv"
header = ["kind", "line"]
text = "line"
[sms.labels.spam]
yes = {{ kind = "spam" }}
no = {{ kind = "ham" }}
"""
    frame, _ = read_sources(*described(toml, s='kind\tline\nham\tso "quick\nspam\twin\n'))
    assert frame["text"].tolist() == ['so "quick', "win"]


def test_json_lines_and_plain_lines_and_the_files_name(described):
    toml = f"""
[talk]{HEAD}
files = ["talk.jsonl"]
format = "jsonl"
text = "said"
parent_text = {{ column = "before", last = true }}
[talk.labels.abuse]
yes = {{ rude = true }}
no = {{ rude = false }}
[lines]{HEAD}
files = ["*.txt"]
format = "lines"
text = "line"
group = ["file"]
[lines.labels.spam]
yes = {{ file = "bad.txt" }}
no = {{ file = "good.txt" }}
"""
    frame, _ = read_sources(
        *described(
            toml,
            talk__jsonl='{"said": "fool", "rude": true, "before": ["a", "b"]}\n'
            '{"said": "fine", "rude": false, "before": []}\n',
            bad__txt="win\n\nbuy\n",
            good__txt="hello",
        )
    )
    assert frame["text"].tolist() == ["fool", "fine", "win", "buy", "hello"]
    assert frame["parent_text"].fillna("-").tolist() == ["b", "-", "-", "-", "-"]
    assert frame["spam"].fillna(-1).tolist() == [-1, -1, 1, 1, 0]
    assert frame["group"].tolist()[2:] == ["lines/bad.txt", "lines/bad.txt", "lines/good.txt"]


def test_several_judgements_of_one_text_become_one_row(described):
    toml = f"""
[judged]{HEAD}
files = ["texts.csv"]
format = "csv"
average = {{ file = "votes.csv", key = ["n"], columns = ["rude"] }}
text = "body"
[judged.labels.abuse]
yes = {{ rude = {{ at_least = 0.6 }} }}
no = {{ rude = {{ at_most = 0.3 }} }}
"""
    votes = "n,rude\n1,True\n1,True\n1,False\n2,False\n2,False\n3,True\n3,False\n"
    frame, (record,) = read_sources(
        *described(toml, texts__csv="n,body\n1,fool\n2,fine\n3,hm\n", votes__csv=votes)
    )
    assert frame["text"].tolist() == ["fool", "fine"]
    assert frame["abuse"].tolist() == [1, 0]
    assert [file["path"] for file in record["files"]] == ["texts.csv", "votes.csv"]


def test_a_pair_that_names_each_other_is_one_group(described):
    toml = f"""
[pairs]{HEAD}
files = ["p.csv"]
format = "csv"
text = "t"
pair = ["n", "other"]
natural = {{ n = [1, 2] }}
[pairs.labels.slur]
yes = {{ y = 1 }}
no = {{ y = 0 }}
"""
    frame, _ = read_sources(*described(toml, p__csv="n,other,t,y\n1,2,a,1\n2,1,b,0\n3,9,c,1\n"))
    assert frame["group"].nunique() == 2
    assert frame["group"][0] == frame["group"][1]
    assert frame["natural"].tolist() == [True, True, False]


THREE = f"""
[shipped]{HEAD}
files = ["s.csv"]
format = "csv"
text = "t"
[shipped.labels.spam]
no = {{}}
[dev]{HEAD.replace('"S"', '"D"')}
files = ["s.csv"]
format = "csv"
text = "t"
[dev.labels.spam]
no = {{}}
[apart]{HEAD}
only_when_named = true
files = ["s.csv"]
format = "csv"
text = "t"
[apart.labels.spam]
no = {{}}
[away]{HEAD.replace('"S"', '"T"')}
files = ["nowhere.csv"]
format = "csv"
text = "t"
[away.labels.spam]
no = {{}}
"""


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ({}, ["shipped"]),
        ({"use": "SD"}, ["shipped", "dev"]),
        ({"names": ["apart", "dev"]}, ["apart", "dev"]),
    ],
)
def test_use_and_names_choose_the_sets(described, asked, read):
    frame, records = read_sources(*described(THREE, s__csv="t\nhello\n"), **asked)
    assert [record["name"] for record in records] == read
    assert frame["source"].tolist() == read


def test_a_missing_file_is_named_with_the_place_to_get_it(described):
    paths = described(THREE, s__csv="t\nhello\n")
    with pytest.raises(LabelError, match=r"nowhere\.csv: no such file .*https://example\.org/set"):
        read_sources(*paths, use="T")
    frame, (record,) = read_sources(*paths, use="T", missing="skip")
    assert frame.empty
    assert record["skipped"] == "no file nowhere.csv"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"names": ["nope"]}, "no labelled set 'nope'; there are shipped, dev, apart, away"),
        ({"names": "dev"}, "is a string; expected a list"),
        ({"use": "X"}, "use is 'X'; expected letters of S, D, T"),
    ],
)
def test_unknown_choices_are_refused(described, asked, message):
    with pytest.raises(LabelError, match=message):
        read_sources(*described(THREE, s__csv="t\nhello\n"), **asked)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[a]\nx = 1", "a: no key 'title'"),
        (f"[a]{HEAD}text = 'x'\nfiles = ['f']\ncolour = 1", "a: unknown key 'colour'"),
        (f"[a]{HEAD}text = 'x'\nfiles = ['../f']", "leaves the data folder"),
        (f"[a]{HEAD}text = 'x'\nfiles = ['/etc/passwd']", "leaves the data folder"),
        (f"[a]{HEAD}text = 'x'\nfiles = ['f']\nformat = 'xls'", "format is 'xls'; known are"),
        (f"[a]{HEAD}text = 'x'\nfiles = ['f']\n[a.labels.spam]\nmaybe = {{}}", "expected yes and"),
        (
            f"[a]{HEAD}text = 'x'\nfiles = ['f']\n[a.labels.'no way']\nyes = {{}}",
            "not a label name",
        ),
        ("a = 1", "expected a table that describes a set"),
        ("[a", "not TOML"),
    ],
)
def test_a_wrong_description_names_the_set_and_the_key(described, toml, message):
    with pytest.raises(LabelError, match=message):
        load_sources(described(toml)[0])


def test_an_unreadable_set_is_named(described):
    toml = f"[a]{HEAD}text = 'x'\nfiles = ['f.parquet']\n[a.labels.spam]\nno = {{}}"
    with pytest.raises(LabelError, match=r"f\.parquet: cannot be read as parquet"):
        read_sources(*described(toml, f__parquet="no parquet"))


# --- conversations


def test_headings_and_hung_fragments_become_titles_and_first_comments(described):
    toml = f"""
[threads.wiki]{HEAD}
files = ["w.csv"]
format = "csv"
text = "t"
id = "n"
thread_id = "th"
parent_id = "up"
title_text = ["page", "section"]
heading = "section"
clean = ["wikitext"]
[threads.hung]{HEAD}
files = ["h.csv"]
format = "csv"
text = "t"
id = "n"
thread_id = "th"
parent_id = "up"
top = ["0"]
root_text = "root"
root_is_title = {{ titled = true }}
root_id = "0"
"""
    paths = described(
        toml,
        w__csv="th,n,up,page,section,t\n1,a,,Talk:X, == Fix ==, == Fix ==\n"
        "1,b,a,Talk:X, == Fix ==,::see [WIKI_LINK: Page@this page]\n1,c,b,Talk:X, == Fix ==,:ok\n",
        h__csv="th,n,up,root,titled,t\n1,1,0,News,True,first\n1,2,1,News,True,second\n"
        "2,1,0,a comment,False,answer\n",
    )
    comments, threads, record = read_threads("wiki", *paths)
    assert comments["id"].tolist() == ["b", "c"]
    assert comments["depth"].tolist() == [1, 2]
    assert comments["text"].tolist() == ["see this page", "ok"]
    assert threads["title"].tolist() == ["Talk:X: Fix"]
    assert record["rows"] == 2

    comments, threads, _ = read_threads("hung", *paths)
    assert comments[["thread_id", "id", "depth"]].to_numpy().tolist() == [
        ["hung/1", "1", 1],
        ["hung/1", "2", 2],
        ["hung/2", "0", 1],
        ["hung/2", "1", 2],
    ]
    assert comments["text"].tolist()[2] == "a comment"
    assert threads["title"].fillna("-").tolist() == ["News", "-"]
    with pytest.raises(LabelError, match="no set 'nope' with threads"):
        read_threads("nope", *paths)


# --- the description that ships


def test_the_shipped_description_is_well_formed():
    sources = load_sources(TOML)
    labelled = {name: source for name, source in sources.items() if "labels" in source}
    assert len(labelled) >= 25
    assert {label for source in labelled.values() for label in source["labels"]} == {
        "spam",
        "slur",
        "abuse",
        "off_topic",
    }
    for source in sources.values():
        assert source["url"].startswith(("https://", "http://"))
        assert source["use"] != "S" or "none stated" not in source["licence"]
        assert source["use"] != "S" or "research" not in source["licence"]


def _table(path, columns, *rows):
    pq.write_table(
        pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))), path
    )


@pytest.fixture(scope="module")
def miniatures(tmp_path_factory):
    """A few rows of our own in the form of published sets, read by the description that ships."""
    data = tmp_path_factory.mktemp("data")
    for name in ("davidson", "youtube_spam", "sms_spam"):
        (data / name).mkdir()
    (data / "davidson/labeled_data.csv").write_text(
        ",count,hate_speech,offensive_language,neither,class,tweet\n"
        "0,3,3,0,0,0,!!! RT @one: they are vermin &amp; worse\n"
        "1,3,0,3,0,1,you absolute clown &#128514;\n"
        "2,3,0,0,3,2,what a fine day\n"
    )
    (data / "youtube_spam/Youtube01-Psy.csv").write_text(
        "COMMENT_ID,AUTHOR,DATE,CONTENT,CLASS\n"
        "a,Ann,2013-11-07T06:20:48,check out my channel<br />now,1\n"
        "b,Ben,,lovely song,0\n"
    )
    (data / "sms_spam/SMSSpamCollection").write_text(
        "ham\tsee you at six\nspam\tWIN &lt;cash&gt;\n"
    )
    _table(
        data / "edos.parquet",
        ("rewire_id", "text", "label_sexist"),
        ("1", "[USER] women are awful [URL]", "sexist"),
        ("2", "the weather is awful", "not sexist"),
    )
    _table(
        data / "hatemoji_build.parquet",
        ("entry_id", "text", "label_gold", "matched_id"),
        ("1", "I would 🔪 them", "1", "2"),
        ("2", "I would 👏 them", "0", "1"),
    )
    wiki = ("corpus", "text_normalised", "comment_text", "id", "sample", "identity_hate")
    wiki += ("toxic", "obscene", "insult", "threat", "severe_toxic", "n_labels")
    _table(
        data / "jigsaw_union.parquet",
        wiki,
        ("wikipedia", False, "A calm remark.", "1", "random", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 6),
        ("wikipedia", False, "You fool!", "2", "blocked", 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 6),
        ("wikipedia", False, "Damn it.", "3", "random", 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 6),
        ("wikipedia", True, "lower cased", "4", "random", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 6),
        ("civil_comments", False, "Elsewhere.", "5", "random", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 6),
    )
    return read_sources(TOML, data, use="SDT", names=MINIATURES)


MINIATURES = ("davidson", "youtube_spam", "sms_spam", "edos", "hatemoji", "wikipedia_talk")


def test_the_shipped_description_reads_sets_of_that_form(miniatures):
    frame, records = miniatures
    assert {record["name"]: (record["rows"], record["labels"]) for record in records} == {
        "davidson": (3, {"slur": [1, 1], "abuse": [2, 1]}),
        "youtube_spam": (2, {"spam": [1, 1]}),
        "sms_spam": (2, {"spam": [1, 1]}),
        "edos": (1, {"slur": [1, 0]}),
        "hatemoji": (2, {"slur": [1, 1]}),
        "wikipedia_talk": (3, {"slur": [0, 3], "abuse": [1, 1]}),
    }
    assert frame["text"].tolist()[:3] == [
        "they are vermin & worse",
        "you absolute clown 😂",
        "what a fine day",
    ]
    assert "WIN <cash>" in frame["text"].tolist()
    pairs = frame.loc[frame["source"] == "hatemoji", "group"]
    assert pairs.nunique() == 1
    wiki = frame[frame["source"] == "wikipedia_talk"]
    assert wiki["natural"].tolist() == [True, False, True]
    assert wiki["abuse"].isna().tolist() == [False, False, True]  # it swears at nobody


@pytest.fixture(scope="module")
def everything():
    if not DATA.is_dir():
        pytest.skip("the public sets are not here")
    return read_sources(TOML, DATA, use="SDT")


def test_the_shipped_description_reads_the_public_sets(everything):
    frame, records = everything
    rows = {record["name"]: record["rows"] for record in records}
    labels = {record["name"]: record["labels"] for record in records}
    assert rows["davidson"] == 24_783
    assert labels["davidson"] == {"slur": [1430, 4163], "abuse": [20620, 4163]}
    assert labels["stormfront"] == {"slur": [1196, 9507]}
    assert labels["youtube_spam"]["spam"][0] == 831
    assert rows["sms_spam"] == 5574
    assert rows["nyt_roomfordebate"] == 3365
    assert rows == frame["source"].value_counts().to_dict()


def test_the_traps_of_the_public_sets_are_honoured(everything):
    frame, records = everything
    assert "jigsaw_normalised" not in {record["name"] for record in records}
    tweets = frame.loc[frame["source"] == "davidson", "text"]
    assert not tweets.str.contains(r"&#128\d+;").any()
    assert not tweets.str.match(r"^[!\s]*RT @").any()
    assert not (frame.loc[frame["source"] == "edos", "slur"] == 0).any()
    pairs = frame.loc[frame["source"] == "hatemoji", "group"].value_counts()
    assert pairs.max() == 2
    wiki = frame[frame["source"] == "wikipedia_talk"]
    natural = wiki.loc[wiki["natural"], "abuse"].mean()
    assert natural < 0.12 < wiki["abuse"].mean()


def test_toxic_or_obscene_alone_is_no_judgement_of_abuse(everything):
    frame, _ = everything
    wiki = frame[frame["source"] == "wikipedia_talk"]
    assert 3_000 < wiki["abuse"].isna().sum() < 3_500
    assert not frame.loc[frame["source"] == "hasoc2019", "abuse"].isna().any()


# --- texts of choices


def test_a_text_of_choices_gives_sentences_that_stay_together(described):
    toml, data = described(
        f"""[spun]{HEAD}
files = ["choices.txt"]
format = "spun"
text = "text"
thread_id = "item"
labels.spam.yes = {{}}
""",
        choices__txt="{Hi|Hello} {{dear |}reader|all}!|\nNo choice\nat all.",
    )
    frame, _ = read_sources(toml, data)
    told = {"reader", "dear reader", "all"}
    wanted = {f"{hello} {who}!" for hello in ("Hi", "Hello") for who in told} | {
        "No choice at all."
    }
    assert set(frame["text"]) <= wanted
    assert len(frame) >= 5
    assert not frame["text"].duplicated().any()
    assert frame["thread_id"].nunique() == 2
    assert frame["spam"].tolist() == [1.0] * len(frame)
