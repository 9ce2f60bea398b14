"""Runs that are stopped or killed: nothing of them stays, and two do not write to one folder."""

import errno
import gc
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import pytest
from places import ROOT, SEEDS

from moderation import temporary
from moderation.cluster import folder_lock
from moderation.cluster.folder_lock import hold_folder
from moderation.errors import OutputError
from moderation.temporary import PREFIX, Folder, sweep

PLAIN = "from moderation.cli import main; main()"
# About to put the finished file in its place, it says so, and waits
AT_THE_END = """
import os, pathlib, sys, time
def wait(descriptor):
    pathlib.Path(os.environ["REACHED"]).touch()
    time.sleep(300)
os.fsync = wait
from moderation.cli import main
main()
"""
IN_TIME = 400  # seconds


@pytest.fixture
def start(tmp_path):
    """Start the command line in a process of its own, with temporary files in tmp_path/tmp."""
    (tmp_path / "tmp").mkdir()
    started = []
    # A process inherits that these are ignored, under nohup or in the background
    before = [signal.signal(number, signal.SIG_DFL) for number in (signal.SIGHUP, signal.SIGINT)]

    def run(*arguments, code=PLAIN):
        environment = {
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(tmp_path / "tmp"),
            "REACHED": str(tmp_path / "reached"),
        }
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
        )
        started.append(process)
        return process

    yield run
    signal.signal(signal.SIGHUP, before[0])
    signal.signal(signal.SIGINT, before[1])
    for process in started:
        process.kill()
        process.communicate()


def until(there):
    """Wait until `there()`."""
    deadline = time.monotonic() + IN_TIME
    while not there() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert there()


def left(folder):
    return sorted(path.name for path in folder.rglob("*"))


@pytest.fixture
def scored(tmp_path, moderation):
    target = tmp_path / "scored.parquet"
    assert moderation("score", SEEDS / "forum.jsonl", "-o", target).status == 0
    return target


@pytest.mark.parametrize(
    ("number", "status", "told"),
    [
        (signal.SIGTERM, 143, "moderation: stopped by SIGTERM"),
        (signal.SIGHUP, 129, "moderation: stopped by SIGHUP"),
        (signal.SIGINT, 130, "moderation: stopped"),
    ],
)
def test_a_stopped_score_leaves_nothing_and_says_one_line(tmp_path, start, number, status, told):
    (tmp_path / "out").mkdir()
    run = start("score", SEEDS / "forum.jsonl", "-o", tmp_path / "out/s.parquet", code=AT_THE_END)
    until((tmp_path / "reached").exists)
    assert len(left(tmp_path / "out")) == 1
    run.send_signal(number)
    _, err = run.communicate(timeout=60)
    assert run.returncode == status
    assert [line for line in err.splitlines() if "compiling" not in line] == [told]
    assert (left(tmp_path / "out"), left(tmp_path / "tmp")) == ([], [])


def commands(scored, out):
    return {
        "parse": ("parse", SEEDS / "forum.jsonl", "-o", out / "parsed.csv"),
        "report": ("report", scored, "-o", out / "report.html"),
        "queue": ("queue", scored, "-o", out / "queue.parquet"),
        "train": ("train", ROOT / "labels/example_decisions.csv", "--from", "default", "-o", out),
    }


def test_two_trainings_do_not_write_one_folder(tmp_path, start, scored, moderation):
    command = commands(scored, tmp_path / "out")["train"]
    start(*command, code=AT_THE_END)
    until((tmp_path / "reached").exists)
    ran = moderation(*command)
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert "another run is writing there" in ran.err


def test_a_training_that_fails_leaves_no_folder(tmp_path, moderation):
    (tmp_path / "labels.csv").write_text("text,spam\nhello,1\n")
    ran = moderation("train", tmp_path / "labels.csv", "-o", tmp_path / "out")
    assert (ran.status, (tmp_path / "out").exists()) == (1, False)


@pytest.mark.parametrize("name", ["parse", "report", "queue", "train"])
def test_any_stopped_command_leaves_nothing(tmp_path, start, scored, name):
    (tmp_path / "out").mkdir()
    run = start(*commands(scored, tmp_path / "out")[name], code=AT_THE_END)
    until((tmp_path / "reached").exists)
    run.terminate()
    _, err = run.communicate(timeout=60)
    assert run.returncode == 143
    assert err.splitlines()[-1] == "moderation: stopped by SIGTERM"
    assert (left(tmp_path / "out"), left(tmp_path / "tmp")) == ([], [])


def test_a_signal_while_a_folder_is_made_leaves_none(tmp_path, monkeypatch):
    def interrupted(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(temporary, "hold_at_once", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Folder()
    gc.collect()
    assert left(tmp_path) == []


def test_what_is_read_from_a_pipe_does_not_stay(tmp_path, start):
    run = start("score", "-", "-o", tmp_path / "scored.parquet")
    until(lambda: [name for name in left(tmp_path / "tmp") if name.startswith(PREFIX)])
    run.terminate()
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (143, "moderation: stopped by SIGTERM\n")
    assert left(tmp_path / "tmp") == []


@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_stopped_server_says_so(tmp_path, start, scored, name, status):
    ledger = tmp_path / "ledger.jsonl"
    server = start("review", scored, "--port", "0", "--labels", ledger)
    told = [server.stderr.readline(), server.stderr.readline()]
    assert told[1] == "Stop with Ctrl+C; every decision is saved at once.\n"
    with urllib.request.urlopen(told[0].split()[1], timeout=60) as answer:
        assert answer.status == 200
    server.send_signal(getattr(signal, name))
    _, err = server.communicate(timeout=60)
    assert (server.returncode, err) == (status, f"moderation: stopped by {name}\n")
    assert left(tmp_path / "tmp") == []


def test_what_a_killed_run_left_goes_at_the_next_start(tmp_path, start, monkeypatch, moderation):
    killed, alive = start("parse", "-"), start("parse", "-")
    until(lambda: left(tmp_path / "tmp").count("pipe") == 2)
    killed.kill()
    killed.communicate()
    assert left(tmp_path / "tmp").count("pipe") == 2
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    assert moderation("formats").status == 0
    assert left(tmp_path / "tmp").count("pipe") == 1
    out, _ = alive.communicate('{"text": "one"}\n', timeout=60)
    assert (alive.returncode, out) == (0, "")
    assert left(tmp_path / "tmp") == []


def test_only_what_is_this_programs_own_is_swept(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "moderation-run-abcd1234").write_text("a file")
    (tmp_path / "moderation-run-letters").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "moderation-run-abcd5678").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "moderation-run-abcdefgh").mkdir()
    with Folder() as held:
        sweep()
        assert left(tmp_path) == sorted(
            [
                "elsewhere",
                "moderation-run-abcd1234",
                "moderation-run-abcd5678",
                "moderation-run-letters",
                held.name,
            ]
        )


def test_what_a_killed_run_had_begun_to_write_goes_with_the_next(tmp_path, start, moderation):
    target = tmp_path / "out" / "parsed.csv"
    target.parent.mkdir()
    killed = start("parse", SEEDS / "forum.jsonl", "-o", target, code=AT_THE_END)
    until((tmp_path / "reached").exists)
    assert moderation("parse", SEEDS / "forum.jsonl", "-o", target).status == 0
    assert len(left(target.parent)) == 2
    killed.kill()
    killed.communicate()
    assert moderation("parse", SEEDS / "forum.jsonl", "-o", target).status == 0
    assert left(target.parent) == ["parsed.csv"]


def test_a_stopped_run_in_partitions_goes_on(tmp_path, start, moderation):
    rows = [f'{{"id": "{k}", "thread_id": "t{k % 900}", "text": "word {k}"}}' for k in range(9_000)]
    dump = tmp_path / "dump.jsonl"
    dump.write_text("\n".join(rows))
    command = ("score", dump, "-o", f"{tmp_path}/out/", "--partitions", "200", "--workers", "1")
    run = start(*command)
    until(lambda: len(list((tmp_path / "out").glob("_receipts/part-*"))) > 3)
    run.terminate()
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err.splitlines()[-1]) == (143, "moderation: stopped by SIGTERM")
    assert (list((tmp_path / "out").rglob("*.tmp")), left(tmp_path / "tmp")) == ([], [])
    done = moderation(*command)
    assert done.status == 0
    assert "9,000 records = 9,000 comments + 0 rejects" in done.err
    assert "already done: " in done.err


def test_a_second_run_into_a_folder_says_so(tmp_path, moderation):
    with hold_folder(str(tmp_path / "out")):
        second = moderation("score", SEEDS / "forum.jsonl", "-o", f"{tmp_path}/out/")
    assert second.status == 1
    assert second.err == (
        f"moderation: {tmp_path}/out: another run is writing there; wait until it is done, "
        "or use another folder\n"
    )
    assert left(tmp_path / "out") == []
    assert moderation("score", SEEDS / "forum.jsonl", "-o", f"{tmp_path}/out/").status == 0


def test_two_names_of_one_folder_are_one(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "out")
    with (
        hold_folder(str(tmp_path / "out")),
        pytest.raises(OutputError, match="another run"),
    ):
        hold_folder(str(tmp_path / "link")).__enter__()


def test_without_locks_in_the_file_system_and_for_stores(tmp_path, monkeypatch):
    def some(descriptor):
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):  # noqa: PTH112 - a link of the system's
            raise OSError(errno.ENOLCK, "No locks available")
        return original(descriptor)

    original = folder_lock.hold_at_once
    monkeypatch.setattr(folder_lock, "hold_at_once", some)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    for place in (str(tmp_path / "out"), "s3://archive/out"):
        with hold_folder(place):
            with pytest.raises(OutputError, match="another run is writing there"):
                hold_folder(place).__enter__()
            with hold_folder(f"{place}2"):
                pass
        with hold_folder(place):
            pass
    assert left(tmp_path / "tmp") == []
