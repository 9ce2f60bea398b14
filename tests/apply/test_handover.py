"""What is handed over as a file: SQL is run by SQLite here, and undone to the same dump."""

import csv
import sqlite3
from datetime import UTC, datetime

import pytest

from moderation.labels.ledger import Retraction, append, entries


@pytest.fixture
def database():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE wp_comments (comment_ID INTEGER PRIMARY KEY, approved TEXT)")
    rows = [(1, "1"), (2, "1"), (3, "spam"), (4, "0")]
    connection.executemany("INSERT INTO wp_comments VALUES (?, ?)", rows)
    yield connection
    connection.close()


SETTINGS = ["--set", "table=wp_comments", "--set", "id-column=comment_ID", "--set",
            "status-column=approved", "--set", "approved=1", "--set", "pending=0",
            "--set", "removed=trash"]  # fmt: skip
COMMENTS = [("t", "1", "approved"), ("t", "2", "unknown"), ("t", "3", "approved"),
            ("t", "4", "unknown")]  # fmt: skip
DECIDED = [("t", "1", "spam", True), ("t", "2", "abuse", True), ("t", "3", "abuse", True),
           ("t", "4", "spam", True)]  # fmt: skip


def states(database):
    return dict(database.execute("SELECT comment_ID, approved FROM wp_comments"))


def test_sql_changes_what_is_as_planned_and_its_undo_nothing_else(
    write_inputs, moderation, database
):
    folder = write_inputs(COMMENTS, DECIDED)
    planned = moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "sql", *SETTINGS,
                         "-o", "plan.jsonl", "--max-share", "1")  # fmt: skip
    assert planned.status == 0, planned.err
    assert moderation("apply", "run", "plan.jsonl").status == 0
    assert not (folder / "plan.sql").exists()
    assert moderation("apply", "run", "plan.jsonl", "--yes").status == 0
    moderation("apply", "undo", "plan.jsonl", "--yes")
    before = list(database.iterdump())
    counts = (folder / "plan.check.sql").read_text().splitlines()[1:]
    assert sum(database.execute(line).fetchone()[1] for line in counts) == 3
    assert list(database.iterdump()) == before
    database.executescript((folder / "plan.sql").read_text())
    assert states(database) == {1: "spam", 2: "trash", 3: "spam", 4: "spam"}
    database.execute("UPDATE wp_comments SET approved = '1' WHERE comment_ID = 1")
    database.executescript((folder / "plan.sql").read_text())
    assert states(database)[1] == "1"  # somebody put it back: once done, nothing is done again
    database.execute("UPDATE wp_comments SET approved = 'spam' WHERE comment_ID = 1")
    database.executescript((folder / "plan.undo.sql").read_text())
    assert list(database.iterdump()) == before


def test_sql_that_was_cut_off_anywhere_is_done_by_the_next_run(write_inputs, moderation, database):
    folder = write_inputs(COMMENTS, DECIDED)
    moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "sql", *SETTINGS,
               "-o", "plan.jsonl", "--max-share", "1")  # fmt: skip
    moderation("apply", "run", "plan.jsonl", "--yes")
    moderation("apply", "undo", "plan.jsonl", "--yes")
    before = list(database.iterdump())
    lines = (folder / "plan.sql").read_text().splitlines()
    for cut in range(3, len(lines)):
        database.executescript("\n".join(lines[:cut]))
        database.execute("ROLLBACK")
        database.executescript((folder / "plan.sql").read_text())
        assert states(database) == {1: "spam", 2: "trash", 3: "spam", 4: "spam"}
        database.executescript((folder / "plan.undo.sql").read_text())
        assert list(database.iterdump()) == before


def test_the_undo_leaves_what_somebody_changed_since(write_inputs, moderation, database):
    folder = write_inputs(COMMENTS, DECIDED)
    moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "sql", *SETTINGS,
               "-o", "plan.jsonl", "--max-share", "1")  # fmt: skip
    moderation("apply", "run", "plan.jsonl", "--yes")
    moderation("apply", "undo", "plan.jsonl", "--yes")
    database.executescript((folder / "plan.sql").read_text())
    database.execute("UPDATE wp_comments SET approved = '0' WHERE comment_ID = 2")
    database.executescript((folder / "plan.undo.sql").read_text())
    assert states(database) == {1: "1", 2: "0", 3: "spam", 4: "0"}


HOSTILE = [
    "1;rm -rf /",
    "1 OR 1=1",
    "1'--",
    "`id`",
    "$(id)",
    "../../x",
    "1\n2",
    "--help",
    "",
    "1,2",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_id_is_more_than_an_id(name, write_inputs, moderation):
    write_inputs([("8", name, "approved"), ("8", "7", "approved")],
                 [("8", name, "spam", True), ("8", "7", "spam", True)])  # fmt: skip
    for to, *more in (
        ("sql", "--set", "table=posts"),
        ("wordpress-rest", "--site", "https://blog.example"),
        ("wordpress-cli", "--site", "https://blog.example"),
        ("discourse", "--site", "https://blog.example"),
        ("reddit",),
        ("disqus",),
    ):
        made = moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", to, *more,
                          "-o", f"{to}.jsonl", "--max-share", "1")  # fmt: skip
        assert "1 step from" in made.err, made


def test_settings_of_sql_are_names_and_words(write_inputs, moderation):
    write_inputs(COMMENTS, DECIDED)
    for setting in ("table=posts; DROP TABLE x", "status-column=a b", "spam=x' OR '1'='1"):
        made = moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "sql", "--set",
                          "table=posts", "--set", setting, "-o", "plan.jsonl")  # fmt: skip
        assert made.status == 1, setting


def test_a_csv_is_safe_in_a_spreadsheet(write_inputs, moderation):
    folder = write_inputs([("=t", "=1+1", "approved")], [("=t", "=1+1", "spam", True)])
    moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "csv", "-o", "plan.jsonl",
               "--max-share", "1")  # fmt: skip
    moderation("apply", "run", "plan.jsonl", "--yes")
    with (folder / "plan.csv").open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    wanted = {"id": "'=1+1", "thread_id": "'=t", "action": "spam", "from": "approved"}
    assert row | wanted == row


def test_of_a_table_only_what_was_retracted_is_taken_back(write_inputs, moderation):
    folder = write_inputs(
        [("9", "4", "approved"), ("9", "5", "approved")],
        [("9", "4", "spam", True), ("9", "5", "spam", True)],
    )
    moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "csv", "-o", "plan.jsonl",
               "--max-share", "1")  # fmt: skip
    key = entries(folder / "ledger.jsonl")[0]["key"]
    append(folder / "ledger.jsonl", [Retraction(key=key, by="kim", at=datetime.now(UTC))])
    back = moderation("apply", "undo", "plan.jsonl", "--retracted", "ledger.jsonl", "--yes")
    assert (back.status, "1 step" in back.err) == (0, True)
    rows = (folder / "plan.undo.csv").read_text().splitlines()
    assert [row[:22] for row in rows[1:]] == ["4,9,undo,spam,approved"]
