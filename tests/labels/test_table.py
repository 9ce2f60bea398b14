"""Label tables, near-duplicates and splits."""

from __future__ import annotations

import gzip
import random

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import InputError, LabelError
from moderation.labels.read import (
    folds,
    label_frame,
    label_names,
    near_duplicate_groups,
    read_labels,
    split_groups,
    stack,
)
from moderation.tables import write_table


def table(tmp_path, content, name="labels.csv"):
    (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path / name


# --- tables


def test_empty_is_not_judged_and_is_not_0(tmp_path):
    frame = read_labels(table(tmp_path, "text,spam,abuse\nbuy,1,\nhello,0,1\nhm,,0\n"))
    assert label_names(frame) == ["spam", "abuse"]
    assert frame["spam"].dtype == np.float32
    assert frame["spam"].fillna(-1).tolist() == [1, 0, -1]
    assert frame["abuse"].fillna(-1).tolist() == [-1, 1, 0]
    assert frame["weight"].tolist() == [1, 1, 1]
    assert frame["source"].tolist() == ["labels.csv"] * 3


@pytest.mark.parametrize("name", ["t.parquet", "t.jsonl", "t.csv", "t.jsonl.gz", "t.csv.zst"])
def test_every_kind_of_table_reads_the_same(tmp_path, name):
    columns = pa.table(
        {
            "text": ["=1+1 buy", "NA", 'two\nlines, "quoted"'],
            "id": ["007", "8", None],
            "labelled_at": ["2026-01-02T03:04:05Z", None, None],
            "weight": [0.5, None, 2.0],
            "spam": [1, 0, None],
        }
    )
    write_table(columns, tmp_path / name)
    frame = read_labels(tmp_path / name)
    assert frame["text"].tolist() == ["=1+1 buy", "NA", 'two\nlines, "quoted"']
    assert frame["spam"].fillna(-1).tolist() == [1, 0, -1]
    assert frame["id"].iloc[0] == "007"
    assert frame["weight"].tolist() == [0.5, 1, 2]
    assert str(frame["labelled_at"].iloc[0]) == "2026-01-02 03:04:05+00:00"


def test_answers_may_be_words_numbers_or_booleans():
    frame = label_frame(
        pd.DataFrame({"text": list("abcdef"), "spam": [True, "0", 1.0, "yes", "", None]}), "t"
    )
    assert frame["spam"].fillna(-1).tolist() == [1, 0, 1, 1, -1, -1]


def test_columns_of_a_comment_table_are_no_labels(tmp_path):
    frame = read_labels(table(tmp_path, "text,parent_id,depth,status,flags,spam\na,,1,x,,1\n"))
    assert label_names(frame) == ["spam"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("body,spam\nx,1\n", "labels.csv: no column 'text'; the columns are body, spam"),
        ("text,spam\nx,1\ny,maybe\n", "row 2: spam is 'maybe'; expected 1, 0 or empty"),
        ("text,spam\nx,0.7\n", "row 1: spam is '0.7'; expected 1, 0 or empty"),
        ("text,spam\n  ,1\n", "row 1 has no text"),
        ("text,spam,my notes\nx,1,\n", "column 'my notes' is not a label name"),
        ("text,spam,weight\nx,1,-2\n", "row 1 has the weight -2.0; expected >= 0"),
        ("text,spam,weight\nx,1,heavy\n", "row 1 has the weight nan"),
        ("text,id\nx,1\n", "no label column; expected one column per label"),
        ("text,spam,labelled_at\nx,1,soon\n", "row 1: labelled_at is 'soon'; expected a time"),
        ("text,spam,labelled_at\nx,1,\ny,1,05/06/2026 10:00\n", "row 2: labelled_at is '05/06"),
        ("", "no column 'text'; the columns are nothing"),
    ],
)
def test_a_wrong_table_names_place_value_and_way_out(tmp_path, content, message):
    with pytest.raises(LabelError, match=message.replace("(", r"\(")):
        read_labels(table(tmp_path, content))


def test_an_unknown_label_name_is_refused_when_the_names_are_known(tmp_path):
    path = table(tmp_path, "text,spamm\nx,1\n")
    assert label_names(read_labels(path)) == ["spamm"]
    with pytest.raises(LabelError, match="unknown label 'spamm'; known are spam, abuse"):
        read_labels(path, known=["spam", "abuse"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.jsonl", '{"text": "a", "spam": 1}\n{"text": \n', "t.jsonl:2: not JSON"),
        ("t.jsonl", "[1]\n", "t.jsonl:1: .* is not a JSON object"),
        ("t.parquet", "no parquet", "damaged Parquet file"),
        ("t.csv", 'text,spam\n"open,1\n', r"t\.csv:2: not CSV: unexpected end"),
        ("t.csv", "text,spam\nhi, there,1\n", r"t\.csv:2: 3 cells under 2 columns; quote cells"),
        ("t.csv", "text,spam,spam\nhi,1,0\n", "two columns are named 'spam'"),
        ("t.csv", "text;spam\nhi; there;1\n", r"t\.csv:2: 3 cells under 2 .* hold a semicolon"),
        ("t.csv", "id,text,spam\n1.23E+18,hi,1\n", "id is '1.23E.18': a spreadsheet has rounded"),
        ("t.csv", "text,spam,thread_id\nhi,1,1E+15\n", "thread_id is '1E.15': a spreadsheet has"),
        ("t.xlsx", "x", "t.xlsx"),
    ],
)
def test_an_unreadable_table_names_its_place(tmp_path, name, content, message):
    with pytest.raises(InputError, match=message):
        read_labels(table(tmp_path, content, name))


@pytest.mark.parametrize(
    "content",
    [
        'spam,id,text\r\n1,007,"a, b; ""c"""\r\n0,1e5,d\r\n',
        'spam;id;text\r\n1;007;"a, b; ""c"""\r\n0;1e5;d\r\n',
        '\ufeff"spam";"id";"text"\n"1";"007";"a, b; ""c"""\n"0";"1e5";"d"\n',
        'text\tid\tspam\r\n"a, b; ""c"""\t007\t1\r\nd\t1e5\t0\r\n',
        'sep=;\r\nspam;id;text\r\n1;007;"a, b; ""c"""\r\n0;1e5;d\r\n',
        'text,id,spam\r\n"a, b; ""c""",007,1\r\nd,1e5,0\r\n,,\r\n,,\r\n',
    ],
)
def test_a_table_comes_back_from_a_spreadsheet(tmp_path, content):
    frame = read_labels(table(tmp_path, content))
    assert frame[["text", "id"]].values.tolist() == [['a, b; "c"', "007"], ["d", "1e5"]]
    assert frame["spam"].tolist() == [1, 0]


def test_a_table_that_is_cut_or_not_utf8_is_refused(tmp_path):
    (tmp_path / "latin.csv").write_bytes("text,spam\nschön,1\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"1 bytes are not UTF-8.*; save the table as UTF-8"):
        read_labels(tmp_path / "latin.csv")
    whole = gzip.compress(b"text,spam\n" + b"some words,1\n" * 5000)
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged after byte"):
        read_labels(tmp_path / "cut.csv.gz")


def test_spreadsheets_and_javascript_leave_their_marks_and_are_read(tmp_path):
    (tmp_path / "excel.csv").write_bytes(b"\xef\xbb\xbftext, spam\r\n007,1\r\n")
    frame = read_labels(tmp_path / "excel.csv")
    assert (frame["text"].tolist(), frame["spam"].tolist()) == (["007"], [1])
    (tmp_path / "cut.jsonl").write_text('{"text": "look \\ud83d", "spam": 1}\n')
    assert read_labels(tmp_path / "cut.jsonl")["text"].tolist()[0].startswith("look ?")
    (tmp_path / "list.jsonl").write_text('{"text": ["a"], "spam": 1}\n')
    with pytest.raises(LabelError, match=r"row 1: text is .*, not a string"):
        read_labels(tmp_path / "list.jsonl")


def test_no_tables_is_an_error_and_a_missing_one_is_named(tmp_path):
    with pytest.raises(LabelError, match="no label tables"):
        read_labels([])
    with pytest.raises(InputError, match=r"absent\.csv"):
        read_labels(tmp_path / "absent.csv")


def test_tables_with_different_labels_are_stacked_as_not_judged(tmp_path):
    first = table(tmp_path, "text,spam\na,1\n", "one.csv")
    (tmp_path / "two.jsonl.gz").write_bytes(gzip.compress(b'{"text": "b", "abuse": 0}\n'))
    frame = read_labels([first, tmp_path / "two.jsonl.gz"])
    assert frame["spam"].fillna(-1).tolist() == [1, -1]
    assert frame["abuse"].fillna(-1).tolist() == [-1, 0]


def test_nothing_stacked_is_an_empty_label_table():
    assert stack([]).empty
    assert label_names(stack([])) == []


# --- near-duplicates


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Nice video!", "nice   VIDEO", True),
        ("call 0800 555 now", "Call 0911 123 now!!", True),
        ("", "", True),
        ("!!!", "!!!", True),
        ("😂", "😂", True),
        ("😂", "😍", False),
        ("!!!", "???", False),
        ("спасибо большое", "Спасибо, большое!", True),
        ("спасибо большое", "идите отсюда все", False),
        ("thanks", "tanks for nothing", False),
        (
            "please subscribe to my channel, I post new music every single week for you all",
            "Please subscribe to my channel I post new music every single week for all you",
            True,
        ),
        (
            "the mayor has promised new bicycle lanes for the whole of the old town",
            "the mayor has broken his word about the library in the new quarter again",
            False,
        ),
    ],
)
def test_which_texts_are_nearly_the_same(one, other, same):
    groups = near_duplicate_groups(pa.array([one, other]))
    assert (groups[0] == groups[1]) == same


def test_a_null_is_like_no_other_text():
    assert near_duplicate_groups(pa.array([None, "a", None, ""], pa.string())).tolist() == [
        0,
        1,
        2,
        3,
    ]


def test_no_texts_have_no_groups():
    assert near_duplicate_groups(pa.array([], pa.string())).tolist() == []


def test_slices_and_chunks_of_arrow_texts_are_read_from_their_place():
    whole = pa.array(["skip me", "Ünïcode text", "b", "ünïcode TEXT!"], pa.large_string())
    assert near_duplicate_groups(whole.slice(1)).tolist() == [0, 1, 0]
    chunked = pa.chunked_array([whole.slice(1, 1), whole.slice(2)])
    assert near_duplicate_groups(chunked).tolist() == [0, 1, 0]


def _shingles(text):
    """Runs of five letters, as the module counts them, the slow way."""
    words, word = [], ""
    for letter in text.lower():
        if letter.isascii() and letter.isdigit():
            word += "0"
        elif letter.isascii() and letter.isalpha():
            word += letter
        else:
            words.append(word)
            word = ""
    shown = " ".join(one for one in [*words, word] if one) or text
    return {shown[at : at + 5] for at in range(max(1, len(shown) - 4))}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab 1!", max_size=12), min_size=2, max_size=12))
def test_groups_agree_with_the_resemblance_worked_out_one_by_one(texts):
    groups = near_duplicate_groups(pa.array(texts))
    sets = [_shingles(text) for text in texts]
    for one in range(len(texts)):
        for other in range(one):
            if sets[one] == sets[other]:
                assert groups[one] == groups[other]
            alike = len(sets[one] & sets[other])
            if alike == 0 and len(texts) == 2:
                assert groups[one] != groups[other]


def test_small_changes_in_long_texts_are_found_and_different_texts_kept_apart():
    rng = random.Random(5)
    words = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(3, 9))) for _ in range(900)]
    originals = [" ".join(rng.choices(words, k=40)) for _ in range(400)]
    changed = []
    for text in originals:
        parts = text.split()
        parts[rng.randrange(40)] = "changed"
        changed.append(" ".join(parts))
    groups = near_duplicate_groups(pa.array(originals + changed))
    assert (groups[:400] == groups[400:]).mean() > 0.95
    assert len(set(groups[:400].tolist())) == 400


# --- splits


def _rows(**columns):
    return label_frame(pd.DataFrame(columns), "test")


def test_what_keeps_rows_together():
    frame = _rows(
        text=["alpha one", "beta two", "Alpha, one!", "gamma", "delta", "epsilon", "zeta", "eta"],
        thread_id=["1", "1", None, "1", None, None, None, None],
        source=["a", "a", "b", "b", "c", "c", "c", "c"],
        group=[None, None, None, None, "g", "g", None, None],
        parent_text=[None, None, None, None, None, None, "same parent", "same parent"],
        spam=[1, 0, 1, 0, 1, 0, 1, 0],
    )
    assert split_groups(frame).tolist() == [0, 0, 0, 1, 2, 2, 3, 3]
    assert split_groups(frame, near=False).tolist() == [0, 0, 1, 2, 3, 3, 4, 4]


def _many(rows=4000):
    rng = np.random.default_rng(1)
    threads = rng.integers(0, 900, rows)
    return _rows(
        text=[f"text {rng.integers(1 << 60):x} {rng.integers(1 << 60):x}" for _ in range(rows)],
        thread_id=[str(one) for one in threads],
        source=["ab"[one % 2] for one in threads],
        spam=np.where(rng.random(rows) < 0.05, 1, 0),
        slur=np.where(rng.random(rows) < 0.5, np.nan, (rng.random(rows) < 0.1) * 1.0),
    )


def test_no_group_stands_in_two_folds_and_labels_are_spread():
    frame = _many()
    groups = split_groups(frame)
    fold = folds(frame, k=5, seed=3, groups=groups)
    assert pd.Series(fold).groupby(groups).nunique().max() == 1
    assert set(fold.tolist()) == {0, 1, 2, 3, 4}
    sizes = np.bincount(fold)
    assert sizes.max() - sizes.min() <= 60
    for label in ("spam", "slur"):
        positives = np.bincount(fold[frame[label] == 1], minlength=5)
        assert positives.max() - positives.min() <= 6
    for source in ("a", "b"):
        positives = np.bincount(fold[(frame["spam"] == 1) & (frame["source"] == source)])
        assert positives.max() - positives.min() <= 6


def test_folds_depend_on_the_seed_and_nothing_else():
    frame = _many(500)
    assert folds(frame, seed=1).tolist() == folds(frame, seed=1).tolist()
    assert folds(frame, seed=1).tolist() != folds(frame, seed=2).tolist()


def test_near_duplicates_stand_on_one_side():
    texts = [
        f"subject {one} has words of its own: {one * 7919:x}{one * 104729:o}" for one in range(60)
    ]
    frame = _rows(text=[*texts, *(text.upper() + "!" for text in texts)], spam=[0, 1] * 60)
    fold = folds(frame, k=3)
    assert (fold[:60] == fold[60:]).all()
