"""What a user sees first: how many, how long, what was written, and nothing that runs over."""

import os
import pty
import re
import subprocess
import sys

import pytest
from places import ROOT, SEEDS

INSULT = "You are a pathetic idiot and nobody wants you here"


def insults(folder, count):
    dump = folder / "dump.jsonl"
    rows = [f'{{"id": "{k}", "thread_id": "t", "text": "{INSULT}, {k}"}}' for k in range(count)]
    dump.write_text("\n".join(rows) + '\n{"id": "x", "thread_id": "t", "text": "Thank you."}\n')
    return dump


def test_the_version_is_told(moderation):
    ran = moderation("--version")
    assert (ran.status, ran.out, ran.err) == (0, "moderation 0.1.0\n", "")


def test_only_the_surest_flags_are_printed_and_the_rest_counted(tmp_path, moderation):
    dump = insults(tmp_path, 60)
    usual, few, every = (moderation("score", dump, *more) for more in ([], ["--top", 7], ["--all"]))
    assert [len(ran.out.splitlines()) for ran in (usual, few, every)] == [51, 8, 61]
    told = " ".join(usual.err.split())
    assert "… 10 more flagged comments: --all prints all, -o FILE or --report FILE keep" in told
    assert "… 53 more flagged comments" in few.err
    assert "more flagged" not in every.err
    assert moderation("score", dump, "--top", 0).status == 2


def test_a_flag_too_many_is_one_comment(tmp_path, moderation):
    assert "… 1 more flagged comment: " in moderation("score", insults(tmp_path, 51)).err


@pytest.mark.parametrize("out", ["scored.parquet", "folder/"])
def test_what_a_report_was_written_of_is_told(tmp_path, moderation, out, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dump = insults(tmp_path, 6)
    ran = moderation("score", dump, "-o", out, "--report", "r.html")
    assert ran.err.splitlines()[-1] == "wrote r.html (6 flagged comments of 7)"
    again = moderation("report", out, "-o", "r.html")
    assert again.err == "wrote r.html (6 flagged comments of 7)\n"
    part = moderation("report", out, "-o", "r.html", "--limit", 2)
    assert part.err == "wrote r.html (6 flagged comments of 7; the 2 surest are in it)\n"


def test_a_file_that_no_reader_knows_does_not_come_first(moderation, tmp_path):
    ran = moderation("parse", SEEDS)
    lines = ran.err.splitlines()
    place = [k for k, line in enumerate(lines) if "README.md" in line]
    assert [lines[k].partition(" ")[0] for k in place] == ["skipped"]
    assert " records = " in lines[place[0] + 1]
    spread = moderation("score", SEEDS, "-o", f"{tmp_path}/out/").err.splitlines()
    assert [
        " records = " in spread[k + 1] for k, line in enumerate(spread) if "README" in line
    ] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "Cheap replica watches, order now at www.watches-outlet.example",
        f"www.{'long' * 500}.example buy it",
        "买" * 300,
        "buy \x1b[31mnow\nor never " * 20,
    ],
)
@pytest.mark.parametrize("columns", [40, 80])
def test_an_explanation_keeps_to_the_width(moderation, monkeypatch, text, columns):
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", str(columns))
    ran = moderation("explain", text)
    assert ran.status == 0
    assert "\x1b" not in ran.out
    assert [line for line in ran.out.splitlines() if cell_len(line) > columns] == []


def test_an_explanation_says_all_that_it_says(moderation, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    ran = moderation("explain", "Cheap replica watches, order now at www.watches-outlet.example")
    lines = ran.out.splitlines()
    spam, *terms = lines[: [line.startswith("slur:") for line in lines].index(True)]
    slur = lines[1 + len(terms)]
    assert re.fullmatch(r"spam: 0\.9\d\d, flagged \(threshold 0\.\d{3}\)", spam)
    assert re.fullmatch(r"slur: 0\.0\d\d, not flagged \(threshold 0\.\d{3}\)", slur)
    told = " ".join(map(str.strip, terms))
    number = r"[+-]\d+\.\d\d"
    parts = re.fullmatch(rf"({number}) before calibration: start ({number}); (.*)", told)
    shares = dict(part.rsplit(" ", 1) for part in parts[3].split(", "))
    assert {"outlet", "order", "Cheap", "replica", "watches"} <= set(shares)
    sizes = [abs(float(share)) for share in shares.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == 8
    assert float(parts[2]) < 0 < float(parts[1])


def seen(*arguments):
    """What a terminal of 100 columns shows of a command's standard error."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "moderation", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "100", "TERM": "xterm"},
    )
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 1 << 16):
            shown += block
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert run.wait() == 0
    return shown.decode()


def test_scoring_for_a_queue_counts_on_a_terminal(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{k},{k % 50},a short word {k}" for k in range(3_000)]
    (tmp_path / "dump.csv").write_text("id,thread_id,text\n" + "\n".join(rows) + "\n")
    count = re.compile(r"scoring: [\d,]+ of 3,000 comments")
    assert count.search(seen("queue", "dump.csv", "-o", "queue.parquet"))
    assert count.search(seen("drift", "dump.csv", "dump.csv"))


def test_scoring_counts_on_a_terminal_and_is_silent_elsewhere(tmp_path, moderation):
    dump = tmp_path / "dump.csv"
    rows = [f"{k},{k % 500},a short word {k}" for k in range(70_000)]
    dump.write_text("id,thread_id,text\n" + "\n".join(rows) + "\n")
    shown = seen("score", dump, "-o", tmp_path / "scored.parquet")
    assert re.search(r"scoring: [\d,]+ of 70,000 comments", shown)
    assert re.search(r"[\d,]+/s", shown)
    assert "left:" in shown
    assert "scoring:" not in moderation("score", dump, "-o", tmp_path / "scored.parquet").err


def test_one_of_a_kind_is_said_in_the_singular(tmp_path, moderation, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dump.csv").write_text("id,thread_id,text\n1,t,a lovely day\n")
    (tmp_path / "labels.csv").write_text("text,spam\na lovely day,0\n")
    (tmp_path / "cases.csv").write_text("text,expected,class\na lovely day,spam,praise\n")
    said = [
        moderation("score", "dump.csv", "-o", "out/").err,
        moderation("queue", "out", "--labels", "none.jsonl", "-o", "queue.parquet").err,
        moderation("drift", "out", "out").err,
        moderation("thresholds", "default", "--dump", "dump.csv").err,
        moderation("labels", "stats", "labels.csv").out,
        moderation("evaluate", "default", "labels.csv", "--suite", "cases.csv").out,
        moderation("labels", "import", "labels.csv", "--labels", "ledger.jsonl").err,
        moderation("labels", "stats", "ledger.jsonl").out,
    ]
    text = " ".join("\n".join(said).split())
    for singular in (
        "1 record = 1 comment + 0 rejects, 1 thread",
        "1 comment to review",
        "1 older comment",
        "from 1 comment of the dump",
        "1 row in 1 group",
        "1 case failed",
        "1 new decision",
        "1 decision, 0 of them",
    ):
        assert singular in text
    assert re.findall(r"\b1 \w+s\b", text) == []
