import pandas as pd
import pytest

from moderation.terminal import line, safe, table, tree


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[2J", "\ufffd[2J"),
        ("a\u202eb", "a\ufffdb"),
        ("bell\x07", "bell\ufffd"),
        ("é" + "\u0301" * 9, "é" + "\u0301" * 4),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_nothing_reaches_the_terminal_that_it_would_obey(text, shown):
    assert safe(text) == shown


def test_a_line_is_cut_by_cells_not_by_characters():
    assert line("日本語のコメント", 7) == "日本語…"


def test_a_word_of_a_megabyte_is_one_short_line():
    assert line("x" * 1_000_000, 10) == "xxxxxxxxx…"


def test_empty_lines_do_not_push_the_words_out():
    assert line("\n" * 5_000 + "the end", 10) == "the end"


def test_a_table_fits_80_columns():
    printed = table(["id", "text"], [[1, "word " * 100]])
    assert max(map(len, printed.splitlines())) <= 80


def test_a_name_of_a_megabyte_leaves_room_for_what_stands_behind_it():
    rows = [["a" * 1_000_000, "spam", "buy now " * 9], ["b", "abuse", "you fool"]]
    printed = table(["id", "flags", "text"], rows).splitlines()
    assert max(map(len, printed)) <= 80
    assert printed[1] == "a" * 31 + "…  spam   buy now buy now buy now buy now buy no…"
    assert printed[2] == "b" + " " * 33 + "abuse  you fool"


def test_long_names_stand_whole_where_the_rest_fits():
    name = "a" * 60
    assert table(["id", "text"], [[name, "short"]]).splitlines()[1] == f"{name}  short"


def test_undefined_is_a_dash_in_a_table():
    assert table(["auc"], [[float("nan")]]).splitlines()[1] == "  –"


def frame(depths, threads=None):
    size = len(depths)
    return pd.DataFrame(
        {
            "thread_id": threads or ["t"] * size,
            "depth": depths,
            "author": [None] * size,
            "text": [f"c{i}" for i in range(size)],
            "kind": ["comment"] * size,
            "status": ["approved"] * size,
        }
    )


def test_a_tree_shows_who_answers_whom():
    drawn = list(tree(frame([1, 2, 3, 2, 1]), {"t": "Title"}))
    assert drawn == ["Title", "├─ c0", "│  ├─ c1", "│  │  └─ c2", "│  └─ c3", "└─ c4"]


def test_threads_are_drawn_apart():
    drawn = list(tree(frame([1, 1], ["t", "u"]), {}))
    assert drawn == ["t", "└─ c0", "", "u", "└─ c1"]


def test_a_chain_100_000_deep_is_drawn():
    drawn = list(tree(frame(list(range(1, 100_001))), {}))
    assert len(drawn) == 100_001
    assert drawn[-1].endswith("100000 c99999")
