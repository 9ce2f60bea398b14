"""Trees against a naive twin: every rule of `thread`, met by random records in random order."""

import re
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.comments import COMMENT_SCHEMA, RECORD_SCHEMA, InputError
from moderation.threads import parent_rows, repeats, thread

EMPTY = dict.fromkeys(RECORD_SCHEMA.names)


def records(*rows: dict) -> pd.DataFrame:
    full = [{**EMPTY, "text": "", "kind": "comment", "status": "unknown", **row} for row in rows]
    return pa.Table.from_pylist(full, RECORD_SCHEMA).to_pandas(types_mapper=pd.ArrowDtype)


def rows_of(frame: pd.DataFrame) -> list[dict]:
    return pa.Table.from_pandas(frame, COMMENT_SCHEMA, preserve_index=False).to_pylist()


def shape(frame: pd.DataFrame) -> list[tuple]:
    return [(row["id"], row["parent_id"], row["depth"], row["warnings"]) for row in rows_of(frame)]


def at(minute: int) -> datetime:
    return datetime(2024, 5, 1, 12, minute, tzinfo=UTC)


# --- the naive twin ------------------------------------------------------------------------------


def natural(string: str) -> tuple:
    parts = re.findall(rb"[0-9]+|[^0-9]", string.encode())
    return tuple((48, int(part)) if part.isdigit() else (part[0], 0) for part in parts), string


def sortable(value) -> tuple:
    return (1,) if value is None else (0, value)


def naive(given: list[dict]) -> list[dict]:
    """The same rules, one dictionary at a time."""
    nodes = [{**row, "warnings": list(row["warnings"] or [])} for row in given]
    columns = ["text", "author", "parent_id", "kind", "status", "url"]
    nodes.sort(
        key=lambda row: (
            sortable(row["thread_id"]),
            row["id"].encode(),
            row["kind"] == "placeholder",
            sortable(row["created_at"]),
            [sortable(row[name]) for name in columns],
            ";".join(row["warnings"]),
        )
    )
    first: dict[tuple, dict] = {}
    taken = {(node["thread_id"], node[name]) for node in nodes for name in ("id", "parent_id")}
    for node in nodes:
        key = (node["thread_id"], node["id"])
        node["own"] = node["parent_id"] == node["id"]
        if key not in first:
            first[key] = node
            continue
        number = 2
        while (node["thread_id"], f"{node['id']}#{number}") in taken:
            number += 1
        node["id"] = f"{node['id']}#{number}"
        taken.add((node["thread_id"], node["id"]))
        node["second"] = True
    for node in nodes:
        node["parent"] = None if node["own"] else first.get((node["thread_id"], node["parent_id"]))
        node["marks"] = []
        if node["own"]:
            node["marks"] = ["self_parent"]
        elif node["parent_id"] is not None and node["parent"] is None:
            node["marks"] = ["orphan"]
    for node in nodes:
        circle = [node]
        while circle[-1]["parent"] is not None and not any(
            circle[-1]["parent"] is member for member in circle
        ):
            circle.append(circle[-1]["parent"])
        if circle[-1]["parent"] is node:
            earliest = min(circle, key=lambda m: (sortable(m["created_at"]), natural(m["id"])))
            earliest["parent"] = None
            earliest["marks"].append("cycle_cut")
    out = []
    threads = {node["thread_id"] for node in nodes}
    for name in sorted(threads, key=lambda name: (name is None, natural(name or ""))):
        inside = [node for node in nodes if node["thread_id"] == name]
        position = 0
        todo = [(root, 1) for root in reversed(siblings(inside, None))]
        while todo:
            node, depth = todo.pop()
            marks = node["marks"] + ["duplicate_id"] * node.get("second", False)
            kept = None if {"self_parent", "cycle_cut"} & set(marks) else node["parent_id"]
            warnings = node["warnings"] + [m for m in marks if m not in node["warnings"]]
            new = {"depth": depth, "position": position, "parent_id": kept, "warnings": warnings}
            out.append({column: {**node, **new}[column] for column in COMMENT_SCHEMA.names})
            position += 1
            todo += [(child, depth + 1) for child in reversed(siblings(inside, node))]
    return out


def siblings(nodes: list[dict], parent: dict | None) -> list[dict]:
    found = [node for node in nodes if node["parent"] is parent]
    timed = all(node["created_at"] is not None for node in found)
    return sorted(
        found,
        key=lambda n: (
            (n["created_at"] if timed else None, natural(n["id"])) if timed else natural(n["id"])
        ),
    )


IDS = [
    "1",
    "2",
    "10",
    "02",
    "1.1",
    "1.10",
    "1.2",
    "a",
    "a#2",
    "ä",
    "a2",
    "a10",
    "",
    "😀0",
    "9" * 20,
]
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "thread_id": st.sampled_from(["t", "t", "t", "t2", "t10", None]),
            "id": st.sampled_from(IDS),
            "parent_id": st.one_of(st.none(), st.sampled_from(IDS)),
            "created_at": st.one_of(st.none(), st.sampled_from([at(n) for n in range(4)])),
            "text": st.sampled_from(["", "yes", "no"]),
            "author": st.sampled_from([None, "Ann"]),
            "kind": st.sampled_from(["comment", "comment", "placeholder"]),
            "warnings": st.sampled_from([None, [], ["number_gap"], ["orphan", "number_gap"]]),
        }
    ).map(lambda row: {**EMPTY, "status": "unknown", **row}),
    max_size=14,
)


@given(ROWS)
@settings(max_examples=200, deadline=None)
def test_agrees_with_the_naive_twin(given_rows):
    assert rows_of(thread(records(*given_rows))) == naive(given_rows)


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_any_order_gives_the_same_table(given_rows, random):
    shuffled = random.sample(given_rows, len(given_rows))
    assert rows_of(thread(records(*given_rows))) == rows_of(thread(records(*shuffled)))


@given(ROWS)
@settings(max_examples=50, deadline=None)
def test_every_record_comes_out_once_and_parents_lead_to_roots(given_rows):
    out = rows_of(thread(records(*given_rows)))
    assert sorted(row["text"] for row in out) == sorted(row["text"] for row in given_rows)
    depth = {(row["thread_id"], row["id"]): row["depth"] for row in out}
    assert len(depth) == len(out)
    above = [depth.get((row["thread_id"], row["parent_id"]), 0) for row in out]
    assert [row["depth"] for row in out] == [depth + 1 for depth in above]


@given(ROWS)
@settings(max_examples=50, deadline=None)
def test_threading_a_comment_table_again_changes_nothing(given_rows):
    once = thread(records(*given_rows))
    assert rows_of(thread(once)) == rows_of(once)


# --- the rules, one by one -----------------------------------------------------------------------


def test_empty_input_gives_an_empty_comment_table():
    out = thread(records())
    assert list(out) == COMMENT_SCHEMA.names
    assert len(out) == 0


def test_replies_follow_their_parent_siblings_by_time():
    out = thread(
        records(
            {"id": "d", "parent_id": "b", "created_at": at(2)},
            {"id": "c", "parent_id": "a", "created_at": at(1)},
            {"id": "a", "created_at": at(5)},
            {"id": "b", "created_at": at(0)},
        )
    )
    assert list(out["id"]) == ["b", "d", "a", "c"]
    assert list(out["depth"]) == [1, 2, 1, 2]
    assert list(out["position"]) == [0, 1, 2, 3]


def test_siblings_without_a_time_stand_in_natural_order():
    ids = ["10", "2", "1.10", "1", "1.2", "a10", "a9", "a09"]
    out = thread(records(*({"id": name} for name in ids)))
    assert list(out["id"]) == ["1", "1.2", "1.10", "2", "10", "a09", "a9", "a10"]


def test_one_missing_time_among_siblings_puts_them_all_in_order_of_id():
    out = thread(
        records({"id": "1", "created_at": at(9)}, {"id": "2"}, {"id": "3", "created_at": at(0)})
    )
    assert list(out["id"]) == ["1", "2", "3"]


def test_an_orphan_keeps_its_parent_and_becomes_a_root():
    out = thread(records({"id": "a", "parent_id": "gone"}, {"id": "b", "parent_id": "a"}))
    assert shape(out) == [("a", "gone", 1, ["orphan"]), ("b", "a", 2, [])]


def test_a_parent_in_another_thread_is_no_parent():
    out = thread(
        records({"thread_id": "x", "id": "a"}, {"thread_id": "y", "id": "b", "parent_id": "a"})
    )
    assert shape(out) == [("a", None, 1, []), ("b", "a", 1, ["orphan"])]


def test_a_comment_that_answers_itself_becomes_a_root():
    out = thread(records({"id": "a", "parent_id": "a"}, {"id": "b", "parent_id": "a"}))
    assert shape(out) == [("a", None, 1, ["self_parent"]), ("b", "a", 2, [])]


def test_a_cycle_is_cut_at_its_earliest_comment():
    out = thread(
        records(
            {"id": "a", "parent_id": "c", "created_at": at(3)},
            {"id": "b", "parent_id": "a", "created_at": at(1)},
            {"id": "c", "parent_id": "b", "created_at": at(2)},
            {"id": "d", "parent_id": "c", "created_at": at(0)},
        )
    )
    assert shape(out) == [
        ("b", None, 1, ["cycle_cut"]),
        ("c", "b", 2, []),
        ("d", "c", 3, []),
        ("a", "c", 3, []),
    ]


def test_a_second_comment_with_an_id_keeps_its_text_under_another():
    out = thread(
        records(
            {"id": "a", "text": "later", "created_at": at(2)},
            {"id": "a", "text": "first", "created_at": at(1)},
            {"id": "a#2", "text": "named so", "created_at": at(3)},
            {"id": "b", "parent_id": "a", "text": "reply", "created_at": at(4)},
        )
    )
    assert list(zip(out["id"], out["text"], out["depth"], strict=True)) == [
        ("a", "first", 1),
        ("b", "reply", 2),
        ("a#3", "later", 1),
        ("a#2", "named so", 1),
    ]
    assert list(out["warnings"].map(list)) == [[], [], ["duplicate_id"], []]


def test_a_new_id_is_none_that_an_orphan_answers():
    out = thread(
        records(
            {"id": "a", "text": "one"},
            {"id": "a", "text": "two"},
            {"id": "b", "parent_id": "a#2", "text": "reply to a comment that is lost"},
        )
    )
    assert shape(out) == [
        ("a", None, 1, []),
        ("a#3", None, 1, ["duplicate_id"]),
        ("b", "a#2", 1, ["orphan"]),
    ]


def test_a_comment_keeps_its_id_before_a_placeholder():
    lost = {"id": "a", "kind": "placeholder", "created_at": at(0)}
    out = thread(records(lost, {"id": "a", "text": "found", "created_at": at(1)}))
    assert list(zip(out["id"], out["text"], strict=True)) == [("a#2", ""), ("a", "found")]


def test_same_id_in_two_threads_is_no_duplicate():
    out = thread(records({"thread_id": "x", "id": "1"}, {"thread_id": "y", "id": "1"}))
    assert [row["warnings"] for row in rows_of(out)] == [[], []]


def test_threads_stand_in_natural_order_the_nameless_last():
    out = thread(records(*({"thread_id": name, "id": "1"} for name in [None, "p10", "p9", "p1"])))
    assert rows_of(out)[-1]["thread_id"] is None
    assert list(out["thread_id"][:3]) == ["p1", "p9", "p10"]


@pytest.mark.parametrize("timed", [True, False])
def test_a_chain_of_100_000_replies(timed):
    n = 100_000
    names = np.arange(n).astype(str)
    order = np.random.default_rng(3).permutation(n)
    chain = pd.DataFrame({"id": names, "parent_id": [None, *names[:-1]], "text": "x"})
    chain["created_at"] = [at(0) if timed else None] * n
    out = thread(chain.iloc[order])
    assert out["depth"].to_numpy().tolist() == list(range(1, n + 1))
    assert out["id"].tolist() == names.tolist()


def test_a_cycle_of_5_000_comments():
    names = [str(n) for n in range(5000)]
    out = thread(pd.DataFrame({"id": names, "parent_id": names[-1:] + names[:-1], "text": "x"}))
    assert out["depth"].tolist() == list(range(1, 5001))
    assert out["warnings"].map(len).tolist() == [1] + [0] * 4999


def test_columns_that_are_missing_count_as_empty():
    out = thread(pd.DataFrame({"id": ["2", "1"], "text": ["b", "a"]}))
    assert out["text"].tolist() == ["a", "b"]
    assert out["author"].isna().all()


def test_a_table_without_ids_is_refused():
    with pytest.raises(InputError, match="no column id"):
        thread(pd.DataFrame({"text": ["a"]}))
    with pytest.raises(InputError, match="1 records have no id"):
        thread(pd.DataFrame({"id": [None, "1"], "text": ["a", "b"]}))


def test_repeats_are_later_rows_that_say_the_same():
    frame = records(
        {"id": "a", "text": "x", "url": "https://one.example"},
        {"id": "b", "text": "x"},
        {"id": "a", "text": "x", "url": "https://two.example", "warnings": ["orphan"]},
        {"id": "a", "text": "y"},
        {"id": "a", "text": "x", "thread_id": "other"},
    )
    assert repeats(frame).tolist() == [False, False, True, False, False]
    assert repeats(records()).tolist() == []


@given(st.lists(st.integers(0, 9), max_size=40))
def test_parent_rows_are_the_nearest_above_with_one_less(choices):
    depth = [1] if choices else []
    for choice in choices[1:]:  # a walk in pre-order: at most one deeper than the row before
        depth.append(1 + choice % (depth[-1] + 1))
    naive = [
        next((j for j in range(i - 1, -1, -1) if depth[j] == d - 1), -1)
        for i, d in enumerate(depth)
    ]
    assert parent_rows(np.array(depth, dtype=np.int32)).tolist() == naive


def test_which_of_two_repeats_is_left_out_does_not_depend_on_their_order():
    one = {"thread_id": "t", "id": "1", "text": "same", "url": "https://a.example/1"}
    other = one | {"url": "https://b.example/1"}
    assert repeats(pd.DataFrame([one, other])).tolist() == [False, True]
    assert repeats(pd.DataFrame([other, one])).tolist() == [True, False]
