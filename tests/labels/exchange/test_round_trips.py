"""Every file of decisions that the program saves comes back as itself, or is refused."""

from __future__ import annotations

import gzip
import json
import os
import re
import stat
from datetime import UTC, datetime

import pytest
from places import TESTS

from moderation.labels import ledger
from moderation.labels.exchange.intake import NAMED_CHARACTERS, SHOWN_CHARACTERS, take_ledger
from moderation.labels.exchange.write import EXPORTS
from moderation.labels.ledger import Decision, Retraction, append, decisions, entries, retract
from moderation.labels.name import RESERVED
from moderation.labels.table import IGNORED, LABEL_SCHEMA
from moderation.report import details

SAVED = TESTS / "labels" / "exchange" / "saved"  # compared with the real page in test_browser
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HARD = [
    "=1+1",
    "'=2",
    "''@x",
    "a\r\nb\n\nc",
    "nul \x00 here",
    "\ufeffmark",
    " blank ",
    '"q", q;',
    "𝔘😀",
]
NUMBERS = ["007", "1e5", "9223372036854775808", str(2**64 + 1), "1.0", "-0", "+1", "NaN", "null"]


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def decision(text, value=True, label="spam", annotator="ann", at=NOON, **more):
    more = {"thread_id": "t", "id": text[:9], **more}
    return Decision(label=label, value=value, text=text, annotator=annotator, at=at, **more)


def filled(path):
    """A ledger with all that is hard to keep: see HARD and NUMBERS; and one decision taken back."""
    made = [
        decision(text, value=k % 2 == 0, thread_id=number, id=number, title=text, parent_text=text)
        for k, (text, number) in enumerate(zip(HARD, NUMBERS, strict=True))
    ]
    made += [
        decision("two labels", at=NOON.replace(hour=13, microsecond=123456), article="long"),
        decision("two labels", value=False, label="abuse", at=NOON.replace(hour=14), weight=0.3),
        decision("two labels", value=False, annotator="bob"),
        decision("changed"),
        decision("changed", value=False, at=NOON.replace(hour=15)),
        decision("no place", thread_id=None, id=None),
        decision("taken back"),
    ]
    key = append(path, made)[-1]
    retract(path, key=key, at=NOON, by="eve")
    return path


def told(path):
    """What counts in a ledger, each decision with all that it holds."""
    return sorted(
        tuple(
            str(one.get(name))
            for name in (
                "text", "thread_id", "id", "parent_text", "title", "article", "annotator",
                "label", "value", "at", "weight",
            )
        )
        for one in ledger.counting(ledger.standing(entries(path)))
    )  # fmt: skip


def counts(ran):
    found = re.search(r"(\d+) new decision.* (\d+) known already", " ".join(ran.err.split()))
    return int(found[1]), int(found[2])


ENDINGS = [
    *((kind, f"out{ending}") for kind, ending in
      [("table", ".csv"), ("table", ".jsonl"), ("table", ".parquet"), ("table", ".csv.gz"),
       ("doccano", ".jsonl"), ("label-studio", ".json"), ("prodigy", ".jsonl"),
       ("argilla", ".json")]),
]  # fmt: skip


def test_no_kind_of_export_is_left_out():
    assert {kind for kind, _ in ENDINGS} | {"fasttext", "sqlite"} == {*EXPORTS}


@pytest.mark.parametrize(("kind", "name"), ENDINGS)
def test_what_is_exported_is_known_to_its_ledger(moderation, tmp_path, kind, name):
    path, out = filled(tmp_path / "ledger.jsonl"), tmp_path / name
    before = path.read_bytes()
    assert moderation("labels", "export", path, "-o", out, "--kind", kind).status == 0
    for _ in range(2):
        ran = moderation("labels", "import", out, "--labels", path, "--annotator", "somebody")
        assert counts(ran) == (0, 14)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("kind", "name"), ENDINGS)
def test_what_is_exported_makes_the_same_ledger_once(moderation, tmp_path, kind, name):
    path, out, fresh = filled(tmp_path / "l.jsonl"), tmp_path / name, tmp_path / "fresh.jsonl"
    moderation("labels", "export", path, "-o", out, "--kind", kind)
    for new, known in ((14, 0), (0, 14)):
        ran = moderation("labels", "import", out, "--labels", fresh, "--annotator", "somebody")
        assert counts(ran) == (new, known)
    assert told(fresh) == told(path)
    assert decisions(fresh).equals(decisions(path))


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("fasttext", "out.txt", "fastText lines of `labels export`"),
        ("fasttext", "out.jsonl", "fastText lines of `labels export`"),
        ("sqlite", "out.db", "SQLite is written for Datasette and cannot be read back"),
        ("sqlite", "out.jsonl", "SQLite is written for Datasette and cannot be read back"),
    ],
)
def test_what_says_too_little_is_refused(moderation, tmp_path, kind, name, says):
    path, out = filled(tmp_path / "ledger.jsonl"), tmp_path / name
    before = path.read_bytes()
    assert moderation("labels", "export", path, "-o", out, "--kind", kind).status == 0
    for more in ((), ("--kind", "fasttext"), ("--all-judged",)):
        ran = moderation("labels", "import", out, "--labels", path, *more)
        assert (ran.status, len(ran.err.splitlines()), says in ran.err) == (1, 1, True)
        assert "table (.csv, .jsonl, .parquet)" in ran.err
    assert path.read_bytes() == before


def test_a_ledger_is_known_to_itself_and_makes_the_same_one(moderation, tmp_path):
    path, fresh = filled(tmp_path / "ledger.jsonl"), tmp_path / "fresh.jsonl"
    before = path.read_bytes()
    for _ in range(2):
        assert counts(moderation("labels", "import", path, "--labels", path)) == (0, 16)
    assert path.read_bytes() == before
    ran = moderation("labels", "import", path, "--labels", fresh)
    assert (counts(ran), "1 taken back before" in " ".join(ran.err.split())) == ((15, 0), True)
    assert counts(moderation("labels", "import", path, "--labels", fresh)) == (0, 16)
    assert told(fresh) == told(path)
    assert [(one["by"], one["at"]) for one in entries(fresh) if one["entry"] == "retraction"] == [
        ("eve", NOON.isoformat())
    ]
    assert counts(moderation("labels", "import", fresh, "--labels", path)) == (0, 16)
    assert path.read_bytes() == before


# ---- what the page saves -------------------------------------------------------------------------

PLACED = [
    ("=1+1", "=t", "9223372036854775808", "off_topic", 1),
    ("=1+1", "=t", "9223372036854775808", "spam", 1),
    ("buy \x00 here", "=t", "1e5", "spam", 0),
    ('root, with "quotes"\r\nand lines', "=t", "007", "spam", 1),
]


@pytest.mark.parametrize("name", ["decisions.ledger.jsonl", "decisions.csv", "decisions.jsonl"])
def test_what_the_page_saves_comes_in_as_it_was_decided(moderation, tmp_path, name):
    path, extra = tmp_path / "ledger.jsonl", int(name == "decisions.ledger.jsonl")
    for new, known in ((4, 0), (0, 4 + extra)):
        ran = moderation("labels", "import", SAVED / name, "--labels", path)
        assert counts(ran) == (new, known)
    kept = ledger.counting(ledger.standing(entries(path)))
    placed = [(one["text"], one["thread_id"], one["id"], one["label"], one["value"])
              for one in kept]  # fmt: skip
    assert sorted(placed) == PLACED
    assert {one["annotator"] for one in kept} == {"reviewer"}
    assert sorted(one["at"] for one in kept) == [
        "2026-03-01T12:00:00+00:00",
        "2026-03-01T12:00:00.001000+00:00",
        "2026-03-01T12:00:00.002000+00:00",
        "2026-03-01T12:00:00.003000+00:00",
    ]
    above = {one["id"]: (one.get("parent_text"), one.get("title")) for one in kept}
    assert above["1e5"] == ('root, with "quotes"\r\nand lines', 'A "title", with a comma')
    assert above["007"] == (None, 'A "title", with a comma')


def test_the_pages_files_are_known_to_each_other(moderation, tmp_path):
    names = ["decisions.jsonl", "decisions.ledger.jsonl", "decisions.csv"]
    told = [counts(moderation("labels", "import", SAVED / name, "--labels", tmp_path / "l.jsonl"))
            for name in names]  # fmt: skip
    assert told == [(4, 0), (0, 4), (0, 4)]


def test_statements_of_reasons_are_refused(moderation, tmp_path):
    path = tmp_path / "ledger.jsonl"
    ran = moderation("labels", "import", SAVED / "statements-of-reasons.csv", "--labels", path)
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert "statements of reasons" in ran.err
    assert "import the page's ledger file" in ran.err
    assert not path.exists()


@pytest.mark.parametrize("kind", ["doccano", "prodigy", "label-studio", "argilla", "fasttext"])
@pytest.mark.parametrize("name", ["decisions.ledger.jsonl", "decisions.jsonl"])
def test_under_another_tools_name_they_are_refused(moderation, tmp_path, kind, name):
    path = tmp_path / "ledger.jsonl"
    ran = moderation("labels", "import", SAVED / name, "--kind", kind, "--labels", path)
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert not path.exists()


def test_a_text_that_the_page_cut_is_known(tmp_path):
    assert (SHOWN_CHARACTERS, NAMED_CHARACTERS) == (
        details.TEXT_CHARACTERS,
        details.NAME_CHARACTERS,
    )
    path, page = tmp_path / "ledger.jsonl", tmp_path / "page.jsonl"
    append(path, [decision("x" * 30_000, id="y" * 400, at=NOON.replace(microsecond=499_600))])
    cut = {"entry": "decision", "key": "k", "label": "spam", "value": 1, "text": "x" * 20_000,
           "annotator": "ann", "at": "2026-03-01T12:00:00.500Z", "thread_id": "t",
           "id": "y" * 300 + "…"}  # fmt: skip
    page.write_text(lines(cut))
    assert take_ledger(path, page).known == 1


@pytest.mark.parametrize(
    "first",
    [
        {"annotator": "a", "entry": "decision"},
        {"label": "spam", "entry": "decision", "annotator": "a"},
    ],
)
@pytest.mark.parametrize("name", ["saved.jsonl", "saved.ndjson", "saved.json", "saved"])
def test_a_ledger_is_known_by_what_it_says(moderation, tmp_path, first, name):
    rest = {"key": "k", "label": "spam", "value": 0, "text": "hello", "at": "2026-01-01T00:00:00Z"}
    (tmp_path / name).write_text(lines(first | rest))
    moderation("labels", "import", tmp_path / name, "--labels", tmp_path / "l.jsonl")
    assert [one["value"] for one in entries(tmp_path / "l.jsonl")] == [0]


RATED = '"type": "rating", "value": {"rating": 4}'
TASK = '{"data": {"text": "a"}, "annotations": [{"result": [{%s}]}]}'  # of Label Studio


def test_a_ledger_that_was_cut_or_joined_is_refused(moderation, tmp_path):
    whole = (SAVED / "decisions.ledger.jsonl").read_bytes()
    for content in (whole[:-30], whole.replace(b"\n", b"")):
        (tmp_path / "x.jsonl").write_bytes(content)
        ran = moderation("labels", "import", tmp_path / "x.jsonl", "--labels", tmp_path / "l.jsonl")
        assert (ran.status, len(ran.err.splitlines())) == (1, 1)
        assert "not a ledger entry" in ran.err
        assert not (tmp_path / "l.jsonl").exists()


def test_a_packed_ledger_is_refused(moderation, tmp_path):
    packed = tmp_path / "x.jsonl.gz"
    packed.write_bytes(gzip.compress((SAVED / "decisions.ledger.jsonl").read_bytes()))
    ran = moderation("labels", "import", packed, "--labels", tmp_path / "l.jsonl")
    assert (ran.status, "a ledger, including retractions; unpack it" in ran.err) == (1, True)
    assert not (tmp_path / "l.jsonl").exists()


# ---- tables with a decision a row ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("0", [0]), ("1", [1]), ('"0"', [0]), ('"no"', [0]), ("false", [0]), ("true", [1]),
        ('"Yes"', [1]), ("1.0", [1]), ("null", []), ('""', []),
    ],
)  # fmt: skip
def test_answers_in_a_table_of_decisions(moderation, tmp_path, value, taken):
    (tmp_path / "t.jsonl").write_text(f'{{"text": "a", "label": "spam", "value": {value}}}\n')
    ran = moderation("labels", "import", tmp_path / "t.jsonl", "--labels", tmp_path / "l.jsonl")
    assert ran.status == 0
    assert [one["value"] for one in entries(tmp_path / "l.jsonl")] == taken


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.jsonl", '{"text": "a", "label": "spam", "value": 0.5}', "row 1: value is '0.5'"),
        ("t.jsonl", '{"text": "a", "label": "spam", "value": 4}', "row 1: value is '4'"),
        ("t.jsonl", '{"text": "a", "label": "spam", "value": [1]}', "row 1: value is '[1]'"),
        ("t.jsonl", '{"text": "a", "label": ["spam", "abuse"], "value": 1}', "a row for each"),
        ("t.jsonl", '{"text": "a", "label": "spam;abuse", "value": 1}',
         "which is not the name of one label"),
        ("t.jsonl", '{"text": "a", "label": null, "value": 1}', "not the name of one label"),
        ("t.jsonl", '{"text": "a", "label": "weight", "value": 1}', "cannot be a label's name"),
        ("t.csv", "text,label,value\na,spam,maybe\n", "row 1: value is 'maybe'"),
        ("t.csv", "text,label\na,spam\n", "label is 'spam'"),
        ("t.csv", "text,label\na,spam;abuse\n", "label is 'spam;abuse'"),
        ("t.jsonl", '{"text": "a", "label": "spam", "decision": "rejected"}', "label is 'spam'"),
        ("t.jsonl", '{"text": "a", "label": "spam;abuse"}', "several in one"),
        ("t.jsonl", '{"text": "a", "label": "spam#abuse"}', "several in one"),
        ("t.jsonl", '{"text": "a", "label": [["spam", 0, 4]]}', "not the name of a label"),
        ("t.jsonl", '{"text": "a", "label": [4]}', "not the name of a label"),
        ("t.jsonl", '{"text": "a", "label": "spam", "answer": "skip"}', "the answer 'skip'"),
        ("t.jsonl", '{"text": "a", "label": ["spam", {}], "answer": "reject"}', "not the name"),
        ("t.json", TASK % RATED, "of type 'rating'"),
        ("t.json", '[{"fields": {"text": "a"}, "responses": {"q": [{"value": 4}]}}]',
         "'4' is not the name of a label"),
        ("t.json", '[{"fields": {"text": "a"}, "responses": {"q": [{"value": [{"rank": 1}]}]}}]',
         "not the name of a label"),
        ("t.json", '[{"entry": "decision", "text": "a", "label": "spam", "value": 0}]',
         "not from a tool"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(moderation, tmp_path, name, content, says):
    (tmp_path / name).write_text(content)
    ran = moderation("labels", "import", tmp_path / name, "--labels", tmp_path / "l.jsonl")
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert says in ran.err
    assert not (tmp_path / "l.jsonl").exists()


def test_one_question_says_nothing_about_anothers_labels(moderation, tmp_path):
    answers = {"kind": [{"value": ["spam"]}], "tone": [{"value": ["rude"]}]}
    other = {"kind": [{"value": []}], "tone": [{"value": []}]}
    records = [{"fields": {"text": text}, "responses": said}
               for text, said in (("a", answers), ("b", other))]  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(records))
    moderation("labels", "import", tmp_path / "a.json", "--labels", tmp_path / "l.jsonl")
    found = sorted((one["text"], one["label"], one["value"])
                   for one in entries(tmp_path / "l.jsonl"))  # fmt: skip
    assert found == [("a", "rude", 1), ("a", "spam", 1), ("b", "rude", 0), ("b", "spam", 0)]


def test_a_label_may_be_called_label(moderation, tmp_path):
    (tmp_path / "t.csv").write_text("text,label\na,1\nb,0\n")
    moderation("labels", "import", tmp_path / "t.csv", "--labels", tmp_path / "l.jsonl")
    found = [(one["label"], one["value"]) for one in entries(tmp_path / "l.jsonl")]
    assert found == [("label", 1), ("label", 0)]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"007"', "007"), ("7", "7"), ("1e5", "1e5"),
        ("9223372036854775808", "9223372036854775808"),
        ("18446744073709551617", "18446744073709551617"), ("1.10", "1.10"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "record",
    [
        '{"text": "a", "spam": 1, "id": %s}',
        '{"text": "a", "label": "spam", "value": 1, "id": %s}',
        '{"text": "a", "label": ["spam"], "id": %s}',
        '{"text": "a", "label": "spam", "answer": "accept", "meta": {"id": %s}}',
        '{"fields": {"text": "a"}, "id": %s, "responses": {"q": [{"value": ["spam"]}]}}',
        TASK.replace('"a"', '"a", "id": %s') % ("%s", '"value": {"choices": ["spam"]}'),
    ],
)
def test_a_number_for_an_id_stays_as_it_is_written(moderation, tmp_path, record, written, kept):
    other = record.replace('"id": %s', '"other": 1').replace('"a"', '"b"')
    (tmp_path / "t.jsonl").write_text(record % written + "\n" + other + "\n")
    moderation(
        "labels", "import", tmp_path / "t.jsonl", "--labels", tmp_path / "l.jsonl", "-o", "-"
    )
    moderation("labels", "import", tmp_path / "t.jsonl", "--labels", tmp_path / "l.jsonl")
    assert [one["id"] for one in entries(tmp_path / "l.jsonl") if one["text"] == "a"] == [kept]


REST = '"key": "k", "annotator": "a", "at": "2026-01-01T00:00:00Z"'


@pytest.mark.parametrize("label", ["text", "id", "source", "weight", "status", "labelled_at"])
@pytest.mark.parametrize(
    "record",
    [
        '{"text": "a", "label": ["%s"]}',
        '{"text": "a", "label": "%s", "value": 1}',
        '{"text": "a", "label": "%s", "answer": "accept"}',
        f'{{"entry": "decision", "text": "a", "label": "%s", "value": 1, {REST}}}',
    ],
)
def test_a_label_that_is_a_columns_name_is_refused(moderation, tmp_path, record, label):
    (tmp_path / "t.jsonl").write_text(record % label + "\n")
    ran = moderation("labels", "import", tmp_path / "t.jsonl", "--labels", tmp_path / "l.jsonl")
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert not (tmp_path / "l.jsonl").exists()


def test_every_column_that_is_no_label_is_reserved():
    assert {*LABEL_SCHEMA.names, *IGNORED} == RESERVED


@pytest.mark.parametrize("label", ["clean", "OK", "none"])
def test_a_label_that_tools_take_for_none_is_not_exported_to_them(moderation, tmp_path, label):
    append(tmp_path / "l.jsonl", [decision("a", label=label)])
    for kind in ("doccano", "label-studio", "prodigy", "argilla", "fasttext"):
        out = tmp_path / kind
        ran = moderation("labels", "export", tmp_path / "l.jsonl", "-o", out, "--kind", kind)
        assert (ran.status, len(ran.err.splitlines()), out.exists()) == (1, 1, False)


@pytest.mark.parametrize(
    "kept", ["{", "[]", "5", '{"decided": 5}', '{"decided": {"spam": 7}}', "{}"]
)
def test_a_spoilt_field_of_ours_is_one_line(moderation, tmp_path, kept):
    record = {"text": "a", "label": ["spam"], "meta": {"moderation": kept}}
    (tmp_path / "t.jsonl").write_text(lines(record))
    ran = moderation("labels", "import", tmp_path / "t.jsonl", "--labels", tmp_path / "l.jsonl")
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert not (tmp_path / "l.jsonl").exists()


def test_an_answer_without_a_time_that_is_given_again_counts_again(moderation, tmp_path):
    table, path = tmp_path / "t.csv", tmp_path / "l.jsonl"
    for day, answer in enumerate([1, 0, 1], start=1):
        table.write_text(f"text,spam\na,{answer}\n")
        os.utime(table, (day, day))
        moderation("labels", "import", table, "--labels", path)
    os.utime(table, (9, 9))  # a copy
    assert counts(moderation("labels", "import", table, "--labels", path)) == (0, 1)
    assert decisions(path)["spam"].tolist() == [1]
    assert len(entries(path)) == 3


def test_what_a_tool_changed_is_the_tools(moderation, tmp_path):
    path, out = tmp_path / "ledger.jsonl", tmp_path / "out.jsonl"
    append(path, [decision("a"), decision("a", value=False, label="abuse")])
    moderation("labels", "export", path, "-o", out, "--kind", "doccano")
    (record,) = map(json.loads, out.read_text().splitlines())
    out.write_text(lines(record | {"label": ["abuse"]}))
    moderation("labels", "import", out, "--labels", path, "--annotator", "bob")
    made = [(one["annotator"], one["label"], one["value"]) for one in entries(path)[2:]]
    assert sorted(made) == [("bob", "abuse", 1), ("bob", "spam", 0)]


# ---- which of two counts -------------------------------------------------------------------------


def test_a_later_line_counts_whatever_the_clocks_say(tmp_path):
    path = tmp_path / "ledger.jsonl"
    append(path, [decision("a", at=NOON.replace(year=9999))])
    append(path, [decision("a", value=False)])
    assert decisions(path)["spam"].tolist() == [0]


def test_merging_goes_by_time_and_gives_the_same_both_ways(tmp_path):
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    append(one, [decision("a"), decision("b", at=NOON.replace(hour=14))])
    append(two, [decision("a", value=False, at=NOON.replace(hour=13)), decision("b", value=False)])
    take_ledger(one, two)
    take_ledger(two, one)
    assert decisions(one)["spam"].tolist() == decisions(two)["spam"].tolist() == [0, 1]


def test_an_imported_stamp_of_the_future_does_not_bind_what_comes_after(tmp_path):
    path, other = tmp_path / "ledger.jsonl", tmp_path / "other.jsonl"
    append(other, [decision("a", at=NOON.replace(year=9999))])
    take_ledger(path, other, now=NOON)
    append(path, [decision("a", value=False, at=NOON.replace(hour=13))])
    assert decisions(path)["spam"].tolist() == [0]
    append(other, [decision("b", at=NOON.replace(year=9999))])
    append(path, [decision("b", value=False, at=NOON.replace(hour=13))])
    take_ledger(path, other, now=NOON)
    assert decisions(path)["spam"].tolist() == [0, 0]


def test_a_ledger_whose_clock_went_backwards_counts_elsewhere_as_it_does_here(tmp_path):
    path, other = tmp_path / "ledger.jsonl", tmp_path / "other.jsonl"
    append(other, [decision("a", at=NOON.replace(hour=14)), decision("a", value=False)])
    take_ledger(path, other)
    assert decisions(path)["spam"].tolist() == decisions(other)["spam"].tolist() == [0]


def test_a_retraction_of_another_time_leaves_nothing(tmp_path):
    path = tmp_path / "ledger.jsonl"
    (key,) = append(path, [decision("a", at=NOON.replace(year=9999))])
    append(path, [Retraction(key=key, by="ann", at=NOON)])
    assert decisions(path).empty


# ---- who may read them ---------------------------------------------------------------------------


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_reads_what_was_decided(moderation, tmp_path):
    path = filled(tmp_path / "ledger.jsonl")
    path.write_bytes(path.read_bytes() + b'{"entry":"deci')
    append(path, [decision("after")])
    assert (mode(path), mode(tmp_path / "ledger.jsonl.torn")) == (0o600, 0o600)
    for kind, name in [*ENDINGS, ("sqlite", "out.db"), ("fasttext", "out.txt")]:
        (tmp_path / name).unlink(missing_ok=True)
        moderation("labels", "export", path, "-o", tmp_path / name, "--kind", kind)
        assert mode(tmp_path / name) == 0o600
    moderation("labels", "import", path, "-o", tmp_path / "table.csv")
    assert mode(tmp_path / "table.csv") == 0o600
