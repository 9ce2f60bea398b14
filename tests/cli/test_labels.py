"""`moderation labels …`: judgements come in once, go out whole, are doubted and taken back."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from moderation.labels.exchange.intake import kind_of, take_ledger, take_table
from moderation.labels.ledger import Decision, append, decisions, entries, retract
from moderation.labels.read import read_labels
from moderation.review import open_scored

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def decision(text, value=True, annotator="ann", label="spam", at=NOON):
    return Decision(
        label=label, value=value, text=text, annotator=annotator, at=at, thread_id="t", id=text
    )


@pytest.fixture
def ledger(tmp_path):
    return tmp_path / "labels" / "ledger.jsonl"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("text,spam,annotator\nbuy now,1,bob\nhello,0,\n")
    return path


FILES = {
    "a table": ("mine.csv", "text,spam\nbuy now,1\nhello,0\n"),
    "json lines": (
        "mine.jsonl",
        lines({"text": "buy now", "spam": 1}, {"text": "hello", "spam": 0}),
    ),
    "doccano": (
        "d.jsonl",
        lines({"text": "buy now", "label": ["spam"]}, {"text": "hello", "label": ["clean"]}),
    ),
    "prodigy": (
        "p.jsonl",
        lines(
            {"text": "buy now", "label": "spam", "answer": "accept"},
            {"text": "hello", "label": "spam", "answer": "reject"},
        ),
    ),
    "fasttext": ("f.txt", "__label__spam buy now\n__label__clean hello\n"),
    "label studio": (
        "l.json",
        json.dumps(
            [
                {"data": {"text": text}, "annotations": [{"result": [{"value": {"choices": c}}]}]}
                for text, c in (("buy now", ["spam"]), ("hello", []))
            ]
        ),
    ),
    "argilla": (
        "a.json",
        json.dumps(
            [
                {"fields": {"text": text}, "responses": {"q": [{"value": value}]}}
                for text, value in (("buy now", ["spam"]), ("hello", []))
            ]
        ),
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_a_file_says_is_in_the_ledger_once(moderation, tmp_path, ledger, kind):
    name, content = FILES[kind]
    (tmp_path / name).write_text(content)
    for new, known in ((2, 0), (0, 2)):
        ran = moderation(
            "labels", "import", tmp_path / name, "--labels", ledger, "--annotator", "bob"
        )
        assert ran.status == 0
        assert f"{new} new decisions" in " ".join(ran.err.split())
        assert f"{known} known already" in " ".join(ran.err.split())
    frame = decisions(ledger)
    assert frame[["text", "spam", "annotator"]].to_numpy().tolist() == [
        ["buy now", 1.0, "bob"],
        ["hello", 0.0, "bob"],
    ]


def test_a_parquet_table_comes_in_and_goes_out_as_it_was(moderation, tmp_path, table, ledger):
    moderation("labels", "export", table, "-o", tmp_path / "out.parquet")
    moderation("labels", "import", tmp_path / "out.parquet", "--labels", ledger)
    assert decisions(ledger)["text"].tolist() == ["buy now", "hello"]
    assert decisions(ledger)["annotator"].tolist()[0] == "bob"


def test_the_file_that_the_report_page_saves_comes_in_with_its_retractions(
    moderation, tmp_path, ledger
):
    def line(text, key):
        return {"entry": "decision", "key": key, "label": "spam", "value": 1, "text": text,
                "annotator": "ann", "at": "2026-03-01T12:00:00.000Z", "weight": 1}  # fmt: skip

    saved = tmp_path / "decisions.ledger.jsonl"
    saved.write_text(lines(line("one", "k1"), line("two", "k2")))
    moderation("labels", "import", saved, "--labels", ledger)
    assert decisions(ledger)["text"].tolist() == ["one", "two"]
    back = {"entry": "retraction", "at": "2026-03-01T13:00:00.000Z", "by": "ann", "key": "k2"}
    saved.write_text(lines(line("one", "k1"), line("two", "k2"), back))
    ran = moderation("labels", "import", saved, "--labels", ledger)
    assert "0 new decisions, 1 known already, 1 taken back" in " ".join(ran.err.split())
    assert decisions(ledger)["text"].tolist() == ["one"]


def test_an_imported_ledger_reaches_no_decision_but_its_own(tmp_path, ledger):
    append(ledger, [decision("ours")])
    (key,) = append(ledger, [decision("ours too")])
    foreign = tmp_path / "foreign.jsonl"
    append(foreign, [decision("theirs")])
    with foreign.open("a") as stream:
        stream.write(lines({"entry": "retraction", "at": NOON.isoformat(), "by": "x", "key": key}))
        stream.write(lines({"entry": "retraction", "at": NOON.isoformat(), "annotator": "ann"}))
    assert take_ledger(ledger, foreign).retracted == 0
    assert decisions(ledger)["text"].tolist() == ["ours", "ours too"]


def test_what_was_taken_back_here_stays_so(tmp_path, ledger):
    other = tmp_path / "other.jsonl"
    (key,) = append(other, [decision("one")])
    take_ledger(ledger, other)
    retract(ledger, key=key, at=NOON, by="ann")
    assert take_ledger(ledger, other).known == 1
    assert decisions(ledger).empty


def test_an_older_decision_that_is_imported_later_does_not_count(ledger, tmp_path):
    append(ledger, [decision("x", value=False)])
    append(tmp_path / "old.jsonl", [decision("x", value=True, at=NOON.replace(year=2025))])
    take_ledger(ledger, tmp_path / "old.jsonl")
    assert decisions(ledger)["spam"].tolist() == [0]


def test_rows_without_a_time_take_the_files(tmp_path, table, ledger):
    taken = take_table(ledger, read_labels(table), annotator="me", at=NOON)
    assert taken.decided.total() == 2
    assert {entry["at"] for entry in entries(ledger)} == {NOON.isoformat()}
    assert [entry["annotator"] for entry in entries(ledger)] == ["bob", "me"]
    assert kind_of(table) == "table"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.jsonl", '{"entry": "decision", "key": 1}\nnonsense\n'),
        ("x.jsonl", lines({"entry": "decision", "key": "k", "label": "spam", "value": 7,
                           "text": "a", "annotator": "b", "at": "2026-01-01T00:00:00Z"})),
        ("x.jsonl", lines({"entry": "decision", "key": "k", "label": "spam", "value": 1,
                           "text": "a", "annotator": "b", "at": "yesterday"})),
        ("x.jsonl", lines({"entry": "decision", "key": "k", "label": "no label", "value": 1,
                           "text": "a", "annotator": "b", "at": "2026-01-01T00:00:00Z"})),
        ("x.jsonl", lines({"entry": "decision", "key": "k", "label": "spam", "value": 1,
                           "text": ["a"], "annotator": "b", "at": "2026-01-01T00:00:00Z"})),
        ("x.jsonl", lines({"text": "a", "answer": "accept", "label": "spam", "_timestamp": "x"})),
        ("x.jsonl", lines({"text": "a", "answer": "accept", "label": "spam", "_timestamp": 1e99})),
        ("x.jsonl", lines({"text": {"a": 1}, "label": ["spam"]})),
        ("x.json", "[" * 100_000),
        ("x.json", '{"data": {"text": "a"}, "annotations": 5}'),
        ("x.csv", "text,spam\nhello,perhaps\n"),
        ("x.csv", "words\nhello\n"),
        ("x.parquet", "PAR1"),
        ("x.txt", "\x00\x01\x02"),
        ("x.csv", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_judgements_is_one_line_and_nothing_is_written(
    moderation, tmp_path, ledger, name, content
):
    (tmp_path / name).write_text(content)
    ran = moderation("labels", "import", tmp_path / name, "--labels", ledger)
    assert ran.status == 1
    assert len(ran.err.splitlines()) == 1
    assert name in ran.err or "row" in ran.err
    assert not ledger.exists()


def test_half_an_emoji_of_another_tool_does_not_stop_the_rest(moderation, tmp_path, ledger):
    path = tmp_path / "d.jsonl"
    path.write_text('{"text": "look \\ud83d here", "label": ["spam"]}\n')
    assert moderation("labels", "import", path, "--labels", ledger).status == 0
    assert decisions(ledger)["text"].tolist() == ["look � here"]


def test_a_sites_decisions_are_weak_labels(moderation, tmp_path, ledger):
    path = tmp_path / "dump.jsonl"
    path.write_text(
        lines(
            {"id": "1", "text": "fine", "status": "approved"},
            {"id": "2", "text": "buy", "status": "spam"},
            {"id": "3", "text": "you fool", "status": "removed"},
        )
    )
    options = ("--kind", "statuses", "--labels", ledger)
    assert moderation("labels", "import", path, *options).status == 0
    found = {(one["text"], one["label"]): one["value"] for one in entries(ledger)}
    assert found[("buy", "spam")] == 1
    assert found[("you fool", "abuse")] == 1
    assert found[("fine", "spam")] == 0
    assert {one["weight"] for one in entries(ledger)} == {0.3}
    assert moderation("labels", "retract", "--annotator", "site", "--labels", ledger).status == 0
    assert decisions(ledger).empty


def test_import_makes_a_table_where_one_is_asked_for(moderation, table, ledger):
    ran = moderation("labels", "import", table, "-o", "-", "--weight", "0.5", "--labels", ledger)
    assert [json.loads(line)["weight"] for line in ran.out.splitlines()] == [0.5, 0.5]
    assert not ledger.exists()


@pytest.mark.parametrize("kind", ["doccano", "label-studio", "prodigy", "argilla"])
def test_what_is_exported_for_a_tool_is_imported_from_it(moderation, tmp_path, table, kind):
    out, ledger = tmp_path / "out.jsonl", tmp_path / "new.jsonl"
    assert moderation("labels", "export", table, "-o", out, "--kind", kind).status == 0
    assert moderation("labels", "import", out, "--labels", ledger, "--all-judged").status == 0
    assert sorted(decisions(ledger)[["text", "spam"]].to_numpy().tolist()) == [
        ["buy now", 1.0],
        ["hello", 0.0],
    ]


def test_sqlite_is_known_by_its_ending(moderation, tmp_path, table):
    moderation("labels", "export", table, "-o", tmp_path / "labels.db")
    with closing(sqlite3.connect(tmp_path / "labels.db")) as database:
        assert database.execute("SELECT sum(spam) FROM labels").fetchone() == (1.0,)


def test_retract_takes_back_by_key_and_by_annotator(moderation, ledger):
    keys = append(ledger, [decision("one"), decision("two"), decision("three", annotator="eve")])
    ran = moderation("labels", "retract", keys[0], "--labels", ledger, "--by", "bob")
    assert (ran.status, "1 decision taken back" in ran.err) == (0, True)
    assert entries(ledger)[-1]["by"] == "bob"
    moderation("labels", "retract", "--annotator", "eve", "--labels", ledger)
    assert decisions(ledger)["text"].tolist() == ["two"]
    again = moderation("labels", "retract", keys[0], "--labels", ledger)
    assert (again.status, "no decision" in again.err) == (1, True)
    assert moderation("labels", "retract", "--labels", ledger).status == 2


def test_stats_count_by_label_and_person_and_show_the_keys(moderation, ledger):
    keys = append(ledger, [decision("one"), decision("one", value=False, annotator="bob")])
    retract(ledger, key=append(ledger, [decision("two")])[0], at=NOON, by="ann")
    ran = moderation("labels", "stats", ledger, "--last", "5")
    assert ran.status == 0
    assert ["spam", "1", "1", "0"] in [line.split() for line in ran.out.splitlines()]
    assert "3 decisions, 1 of them taken back" in ran.out
    assert all(key in ran.out for key in keys)
    assert "kappa" in ran.out


@pytest.fixture
def doubtful(tmp_path):
    """Sixty clear rows of which one is wrong, and a text that is said to be both."""
    rows = ["text,spam,id"]
    rows += [f"win cash number {k} at the casino,1,s{k}" for k in range(30)]
    rows += [f"the garden of house {k} is in bloom,{int(k == 7)},g{k}" for k in range(30)]
    rows += ["Nice video!,1,a", "nice video,0,b"]
    path = tmp_path / "doubtful.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_doubts_are_ranked_and_written(moderation, tmp_path, doubtful):
    out = tmp_path / "doubts.jsonl"
    ran = moderation("labels", "check", doubtful, "-o", out)
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert ran.status == 0
    assert {one["row"] for one in found[:3]} == {37, 60, 61}
    assert "the garden of house 7" in ran.out
    assert "spam: 32 positive rows; 50 or more tell something" in " ".join(ran.err.split())


def test_the_page_of_doubts_opens_as_a_review(moderation, tmp_path, doubtful):
    page = tmp_path / "doubts.parquet"
    moderation("labels", "check", doubtful, "--page", page)
    scored = open_scored(page)
    listed = scored.listed.tolist()
    records = scored.records.take(listed)
    (wrong,) = [row for row, one in zip(listed, records, strict=True) if one["id"] == "g7"]
    assert scored.labels == ["spam"]
    assert scored.flags[wrong] == 1
    assert scored.scores["spam"][wrong] < 0.5
    assert "said yes" in scored.records.take([wrong])[0]["why"]
    html = tmp_path / "doubts.html"
    assert moderation("labels", "check", doubtful, "--page", html).status == 0
    assert "the garden of house 7" in html.read_text()


def test_texts_in_two_tables_and_unknown_labels_are_said(moderation, tmp_path):
    for name, label in (("a.csv", "spam"), ("b.csv", "sparn")):
        (tmp_path / name).write_text(f"text,{label}\nthe very same words,1\n")
    err = " ".join(
        moderation("labels", "check", tmp_path / "a.csv", tmp_path / "b.csv").err.split()
    )
    assert "sparn: unknown label" in err
    assert "a model trained on one knows the other" in err


def test_a_missing_file_is_one_line(moderation, tmp_path):
    for command in ("check", "stats"):
        ran = moderation("labels", command, tmp_path / "none.csv")
        assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert moderation("labels", "import", tmp_path / "x", "--kind", "excel").status == 2


def test_what_stats_leaves_out_is_said(moderation, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"some words {k},person {k},1\n" for k in range(23))
    (tmp_path / "rows.csv").write_text("text,annotator,spam\n" + rows)
    assert "… 3 more annotators" in moderation("labels", "stats", "rows.csv").err
